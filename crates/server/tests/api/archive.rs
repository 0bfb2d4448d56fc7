//! A backup is the whole installation: on either database, from either, and never half of it.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read as _, Write as _},
    net::SocketAddr,
    os::unix::fs::PermissionsExt as _,
    path::Path,
};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use http::{DemoPlan, DemoProgress, Limits, fill};
use kernel::{Clock, Rng, Timestamp};
use reqwest::{Method, multipart};
use serde_json::{Value, json};
use server::{
    archive::{self, Contents},
    compose,
    config::Config,
};
use store::{Db, Migration, Target, portable::Reader};
use testkit::{Person, Socket, TestApp, TestDb};

use crate::product;

const NOW: Timestamp = Timestamp::from_millis(1_795_140_000_000);

fn config(target: &Target, data: &Path) -> Config {
    Config {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        data: data.into(),
        files: data.join("files").into(),
        target: target.clone(),
        nats: None,
        nats_space: "zhike".into(),
        limits: Limits::default(),
        font: None,
    }
}

/// On a thread that may block.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("no panic")
}

async fn backup(config: &Config, file: &Path) -> Result<Contents, String> {
    let (config, file) = (config.clone(), file.to_owned());
    apart(move || archive::backup(&config, &file, NOW)).await
}

async fn restore(config: &Config, file: &Path) -> Result<Contents, String> {
    let (config, file) = (config.clone(), file.to_owned());
    apart(move || archive::restore(&config, &file, &product::schema(), NOW)).await
}

/// Every table's rows, sorted.
async fn rows(target: &Target) -> BTreeMap<String, Vec<String>> {
    let target = target.clone();
    apart(move || {
        let mut reader = Reader::open(&target).expect("the database opens");
        let tables = reader.tables().expect("tables");
        let mut all = BTreeMap::new();
        for table in tables {
            let mut rows = Vec::new();
            let columns: Vec<_> = table.columns.iter().map(|column| column.name.clone()).collect();
            reader
                .rows(&table, |row| {
                    // By name: the databases may hold their columns in another order.
                    let row: BTreeMap<_, _> = columns.iter().zip(row).collect();
                    rows.push(json!(row).to_string());
                    Ok(())
                })
                .expect("rows");
            rows.sort();
            all.insert(table.name, rows);
        }
        all
    })
    .await
}

/// Every file below a folder, with its bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            found.insert(name, fs::read(&path).expect("bytes"));
        }
    }
    found
}

/// What lies in a folder, by name.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// An installation with a past, which lives in `data`.
async fn furnished(db: TestDb, data: &Path) -> TestApp {
    let app = TestApp::start(db, compose::modules(data).expect("the product")).await;
    fill(&app.app, DemoPlan { seed: 3, customers: 12, days: 4 }, &DemoProgress::default()).await.expect("the story");
    let admin = app.person("administrator").await;
    let part = multipart::Part::text("客户须知 '; DROP TABLE users; --").file_name("须知.txt");
    let form = multipart::Form::new().part("file", part);
    Person::reply(admin.request(Method::POST, "/files").multipart(form)).await.ok();
    app.settle().await;
    app
}

/// A new place for either database; none where no PostgreSQL runs.
fn empty(postgres: bool, data: &Path) -> Option<(Target, Option<TestDb>)> {
    if !postgres {
        return Some((Target::Sqlite(data.join("zhike.db")), None));
    }
    let db = TestDb::postgres(&[])?;
    Some((db.target.clone(), Some(db)))
}

async fn there_and_back(db: TestDb) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let source = config(&db.target, &data);
    let app = furnished(db, &data).await;
    let file = folder.path().join("kept.tar.gz");
    // The house is running: what is compared is a moment in which nothing changed.
    let (before, kept) = loop {
        let before = rows(&source.target).await;
        let kept = backup(&source, &file).await.expect("a backup");
        if rows(&source.target).await == before {
            break (before, kept);
        }
        fs::remove_file(&file).expect("it is there");
    };
    assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
    assert_eq!(names(folder.path()), ["data", "kept.tar.gz"], "nothing else is left");
    assert_eq!(kept.tables, before.len());
    assert!(kept.rows > 1_000 && kept.files > 0, "{kept:?}");
    assert!(
        before.len() > 20 && ["facts", "cursors", "search_docs", "users"].iter().all(|name| !before[*name].is_empty())
    );
    app.finish().await;

    for postgres in [false, true] {
        let other = folder.path().join(format!("restored-{postgres}"));
        let Some((target, _db)) = empty(postgres, &other) else { continue };
        let place = config(&target, &other);
        assert_eq!(restore(&place, &file).await.expect("it is restored"), kept);
        let after = rows(&target).await;
        assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
        for (table, rows) in &before {
            assert!(rows == &after[table], "{table} is another: {} rows, then {}", rows.len(), after[table].len());
        }
        assert_eq!(files(&data.join("files")), files(&other.join("files")));
        let wanted: &[&str] = if postgres { &["files"] } else { &["files", "zhike.db"] };
        assert_eq!(names(&other), wanted);
        assert!(restore(&place, &file).await.expect_err("it is not empty").contains("where nothing is"));
        goes_on(&place).await;
    }
}

/// What was restored is searched, and goes on: facts have numbers behind the old ones and are heard.
async fn goes_on(place: &Config) {
    let target = place.target.clone();
    let db = apart(move || Db::open(&target, Clock::by_hand(NOW.plus_millis(60_000)), Rng::seeded(99)))
        .await
        .expect("it opens");
    let db = TestDb::over(db, place.target.clone());
    let app = TestApp::start(db, compose::modules(&place.data).expect("the product")).await;
    let admin = app.person("administrator").await;
    let hits = admin.get("/search?q=退款").await.ok();
    assert!(hits["items"].as_array().is_some_and(|hits| !hits.is_empty()), "{hits}");
    let channel = app.app.db().write(&app.system(), channels::api::default_web_chat).await.expect("a channel");
    let (mut visitor, _) = app.visitor_socket(&channel.public_key, None).await;
    visitor.send(json!({"t": "send", "client_id": "1", "text": "搬家以后还在吗"})).await;
    visitor.until(|frame| frame["t"] == "ready" && frame["conversation"].is_object()).await;
    app.settle().await;
    let hits = admin.get("/search?q=搬家").await.ok();
    assert_eq!(hits["items"].as_array().map(Vec::len), Some(1), "{hits}");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_sqlite_comes_back_on_either_database() {
    there_and_back(TestDb::sqlite(&product::schema())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_postgresql_comes_back_on_either_database() {
    if let Some(db) = TestDb::postgres(&product::schema()) {
        there_and_back(db).await;
    }
}

/// Somebody writes on and on; the backup holds one moment of it.
async fn at_one_moment(db: TestDb) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let source = config(&db.target, &data);
    let app = furnished(db, &data).await;
    let channel = app.app.db().write(&app.system(), channels::api::default_web_chat).await.expect("a channel");
    let (mut visitor, _): (Socket, Value) = app.visitor_socket(&channel.public_key, None).await;
    visitor.send(json!({"t": "send", "client_id": "first", "text": "你好"})).await;
    visitor.until(|frame| frame["t"] == "ready" && frame["conversation"].is_object()).await;
    let file = folder.path().join("kept.tar.gz");
    let taking = {
        let (source, file) = (source.clone(), file.clone());
        tokio::task::spawn_blocking(move || archive::backup(&source, &file, NOW))
    };
    let mut said = 0;
    while !taking.is_finished() || said == 0 {
        said += 1;
        visitor.send(json!({"t": "send", "client_id": format!("c{said}"), "text": format!("第 {said} 句")})).await;
        visitor.until(|frame| frame["t"] == "ack").await;
    }
    taking.await.expect("no panic").expect("a backup");
    let other = folder.path().join("restored");
    let place = config(&Target::Sqlite(other.join("zhike.db")), &other);
    restore(&place, &file).await.expect("it is restored");
    let conn = rusqlite::Connection::open(other.join("zhike.db")).expect("it opens");
    // Each conversation has all the facts it counts, and each message its fact.
    let torn: i64 = conn
        .query_row(
            "SELECT count(*) FROM conversations WHERE last_seq <>
                 (SELECT count(*) FROM facts WHERE topic = 'conversation:' || conversations.id)",
            [],
            |row| row.get(0),
        )
        .expect("a count");
    assert_eq!(torn, 0);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_meanwhile_is_wholly_in_or_wholly_out() {
    at_one_moment(TestDb::sqlite(&product::schema())).await;
    if let Some(db) = TestDb::postgres(&product::schema()) {
        at_one_moment(db).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_an_older_release_is_brought_up_and_one_of_a_newer_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let steps = product::schema();
    let mut older: Vec<_> = steps.clone();
    older.sort_by_key(|step| step.name);
    older.truncate(steps.len() - 3);
    let db = TestDb::sqlite(&older);
    let file = folder.path().join("older.tar.gz");
    backup(&config(&db.target, &folder.path().join("none")), &file).await.expect("a backup");
    for postgres in [false, true] {
        let data = folder.path().join(format!("restored-{postgres}"));
        let Some((target, _db)) = empty(postgres, &data) else { continue };
        restore(&config(&target, &data), &file).await.expect("it is restored");
        let schema =
            apart(move || Reader::open(&target).and_then(|mut reader| reader.schema())).await.expect("a schema");
        assert_eq!(schema.len(), steps.len());
    }
    let mut newer = steps;
    newer.push(Migration::both("209912312359_later", "CREATE TABLE later (id TEXT NOT NULL PRIMARY KEY)"));
    let db = TestDb::sqlite(&newer);
    let file = folder.path().join("newer.tar.gz");
    backup(&config(&db.target, &folder.path().join("none")), &file).await.expect("a backup");
    let data = folder.path().join("refused");
    let refused = restore(&config(&Target::Sqlite(data.join("zhike.db")), &data), &file).await.expect_err("too new");
    assert!(refused.contains("209912312359_later") && refused.contains("newer"), "{refused}");
    assert_eq!(names(&data), [""; 0]);
}

/// The entries of an archive.
fn entries(file: &Path) -> Vec<(String, Vec<u8>)> {
    let mut archive = tar::Archive::new(GzDecoder::new(fs::File::open(file).expect("a file")));
    let entries = archive.entries().expect("entries").map(|entry| {
        let mut entry = entry.expect("an entry");
        let (name, mut bytes) = (entry.path().expect("a name").to_string_lossy().into_owned(), Vec::new());
        entry.read_to_end(&mut bytes).expect("bytes");
        (name, bytes)
    });
    entries.collect()
}

/// An archive of these entries; a name may be any, and one that ends in `@` is a link.
fn archive_of(file: &Path, entries: &[(String, Vec<u8>)]) {
    let mut archive = tar::Builder::new(GzEncoder::new(fs::File::create(file).expect("a file"), Compression::fast()));
    for (name, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(bytes.len() as u64);
        if let Some(name) = name.strip_suffix('@') {
            header.set_entry_type(tar::EntryType::Symlink);
            header.set_size(0);
            header.set_link_name("/etc/passwd").expect("a link");
            header.as_gnu_mut().expect("gnu").name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            archive.append(&header, &[][..]).expect("an entry");
            continue;
        }
        header.as_gnu_mut().expect("gnu").name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        archive.append(&header, bytes.as_slice()).expect("an entry");
    }
    archive.into_inner().and_then(GzEncoder::finish).and_then(|mut file| file.flush()).expect("an archive");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_or_hostile_archive_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let db = TestDb::sqlite(&product::schema());
    let source = config(&db.target, &data);
    let app = furnished(db, &data).await;
    let file = folder.path().join("kept.tar.gz");
    backup(&source, &file).await.expect("a backup");
    app.finish().await;
    assert!(backup(&source, &file).await.expect_err("it is there").contains("is there already"));
    let (whole, bytes) = (entries(&file), fs::read(&file).expect("bytes"));

    let mut wrong: Vec<(&str, Vec<u8>, &str)> = Vec::new();
    let made = folder.path().join("made.tar.gz");
    let mut make = |what: &'static str, entries: &[(String, Vec<u8>)], said: &'static str| {
        archive_of(&made, entries);
        wrong.push((what, fs::read(&made).expect("bytes"), said));
    };
    let with = |name: &str| {
        let mut entries = whole.clone();
        entries.insert(1, (name.to_owned(), b"x".to_vec()));
        entries
    };
    make("it climbs out", &with("files/../../evil"), "no backup");
    make("it is absolute", &with("/tmp/evil"), "no backup");
    make("it hides", &with("files/.evil"), "no backup");
    make("it is a link", &with("files/aa@"), "no backup");
    make("it is elsewhere", &with("zhike.toml"), "no backup");
    make("a file too many", &with("files/aa/evil"), "damaged");
    make("an unknown table", &with("tables/evil/000001.ndjson"), "no backup");
    let position = |name: &str| whole.iter().position(|(entry, _)| entry.starts_with(name)).expect("an entry");
    let mut less = whole.clone();
    less.remove(position("tables/customers/"));
    make("a table too few", &less, "damaged");
    let mut less = whole.clone();
    less.remove(position("files/"));
    make("a file too few", &less, "damaged");
    let mut other = whole.clone();
    let text = String::from_utf8(other[position("tables/users/")].1.clone()).expect("text").replace("active", "activ€");
    other[position("tables/users/")].1 = text.into_bytes();
    make("another word", &other, "damaged");
    let mut other = whole.clone();
    other[position("tables/users/")].1 = b"[1,2]\n".to_vec();
    make("a row of something else", &other, "users");
    make("no end", &whole[..whole.len() - 1], "cut off");
    make("no beginning", &whole[1..], "no backup");
    wrong.push(("cut off", bytes[..bytes.len() / 2].to_vec(), ""));
    wrong.push(("no archive", b"hello".to_vec(), ""));

    for (at, (what, bytes, said)) in wrong.iter().enumerate() {
        for postgres in [false, true] {
            let place = folder.path().join(format!("place-{at}-{postgres}"));
            // One database is enough to see that everything is undone there.
            if postgres && *said != "damaged" {
                continue;
            }
            let Some((target, _db)) = empty(postgres, &place) else { continue };
            let file = folder.path().join("wrong.tar.gz");
            fs::write(&file, bytes).expect("a file");
            let refused = restore(&config(&target, &place), &file).await.expect_err(what);
            assert!(refused.contains(said), "{what}: {refused}");
            assert_eq!(names(&place), [""; 0], "{what}");
            if postgres {
                assert!(rows(&target).await.is_empty(), "{what}");
            }
        }
    }
    assert!(!folder.path().join("evil").exists() && !Path::new("/tmp/evil").exists());
}
