//! Every statement of every module can be prepared on both databases.

use store::{Dialect, Target, statements};
use testkit::TestDb;

use crate::product;

fn report(database: &str, broken: Vec<String>) {
    assert!(statements().count() > 50, "the register of statements is empty");
    assert!(broken.is_empty(), "{database} cannot prepare:\n{}", broken.join("\n"));
}

#[test]
fn sqlite_prepares_every_statement() {
    let db = TestDb::sqlite(&product::schema());
    let conn = rusqlite::Connection::open(db.path().expect("a file")).expect("the database opens");
    let mut broken = Vec::new();
    for statement in statements() {
        for text in statement.texts(Dialect::Sqlite) {
            if let Err(error) = conn.prepare(text) {
                broken.push(format!("{}: {error}\n    {text:.400}", statement.name()));
            }
        }
    }
    report("SQLite", broken);
}

#[test]
fn postgres_prepares_every_statement() {
    let Some(db) = TestDb::postgres(&product::schema()) else { return };
    let Target::Postgres(url) = &db.target else { return };
    let mut client = postgres::Client::connect(url, postgres::NoTls).expect("the database opens");
    let mut broken = Vec::new();
    for statement in statements() {
        for text in statement.texts(Dialect::Postgres) {
            if let Err(error) = client.prepare(text) {
                broken.push(format!("{}: {error:?}\n    {text:.400}", statement.name()));
            }
        }
    }
    report("PostgreSQL", broken);
}
