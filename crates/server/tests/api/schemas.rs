//! Both databases get the same tables, columns and unique indexes.

use std::collections::{BTreeMap, BTreeSet};

use store::Target;
use testkit::TestDb;

use crate::product;

/// What differs on purpose: the order of facts and the search index, see `store::dialect`.
const SEAMS: &[&str] = &["search_tokens", "search_docs.tokens"];

/// Tables with their columns, `name type null`, and unique indexes, `columns where condition`.
type Schema = BTreeMap<String, BTreeSet<String>>;

fn kind(declared: &str) -> &'static str {
    match declared.to_ascii_lowercase().as_str() {
        "text" => "text",
        "integer" | "bigint" => "bigint",
        "boolean" => "boolean",
        _ => "other",
    }
}

/// Without brackets, casts, quotes and the spaces in which the databases' spellings differ.
fn plain(condition: &str) -> String {
    condition.replace("::text", "").chars().filter(|c| !"()\" ".contains(*c)).collect::<String>().to_lowercase()
}

fn of_sqlite(conn: &rusqlite::Connection) -> rusqlite::Result<Schema> {
    let names = |sql: &str, column: usize| -> rusqlite::Result<Vec<String>> {
        conn.prepare(sql)?.query_map([], |row| row.get(column))?.collect()
    };
    let mut schema = Schema::new();
    for table in names(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'search_tokens%'",
        0,
    )? {
        let parts = schema.entry(table.clone()).or_default();
        let mut columns =
            conn.prepare(&format!("SELECT name, type, \"notnull\", pk FROM pragma_table_info('{table}')"))?;
        let mut rows = columns.query([])?;
        while let Some(row) = rows.next()? {
            let (name, declared, not_null, key): (String, String, bool, i64) =
                (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            parts.insert(format!(
                "{name} {} {}",
                kind(&declared),
                if not_null || key > 0 { "not null" } else { "null" }
            ));
        }
        for index in names(&format!("SELECT name FROM pragma_index_list('{table}') WHERE \"unique\""), 0)? {
            let columns = names(&format!("SELECT name FROM pragma_index_info('{index}')"), 0)?;
            let text: Option<String> =
                conn.query_row("SELECT max(sql) FROM sqlite_master WHERE name = ?1", [&index], |row| row.get(0))?;
            let condition = text
                .as_deref()
                .and_then(|text| text.split_once(" WHERE "))
                .map_or(String::new(), |(_, condition)| plain(condition));
            parts.insert(format!("unique ({}) {condition}", columns.join(", ")));
        }
    }
    Ok(schema)
}

fn of_postgres(client: &mut postgres::Client) -> Schema {
    let mut schema = Schema::new();
    let columns = "SELECT table_name::text, column_name::text, data_type::text, is_nullable = 'YES' FROM information_schema.columns
                   JOIN information_schema.tables USING (table_schema, table_name)
                   WHERE table_schema = 'public' AND table_type = 'BASE TABLE'";
    for row in client.query(columns, &[]).expect("columns") {
        let (table, name, declared, nullable): (String, String, String, bool) =
            (row.get(0), row.get(1), row.get(2), row.get(3));
        let text = format!("{name} {} {}", kind(&declared), if nullable { "null" } else { "not null" });
        schema.entry(table).or_default().insert(text);
    }
    let indexes = "SELECT t.relname::text, string_agg(a.attname::text, ', ' ORDER BY k.at), coalesce(pg_get_expr(i.indpred, i.indrelid), '')
                   FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
                   CROSS JOIN LATERAL unnest(i.indkey::smallint[]) WITH ORDINALITY AS k(number, at)
                   JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number
                   WHERE n.nspname = 'public' AND i.indisunique GROUP BY t.relname, i.indexrelid, i.indpred, i.indrelid";
    for row in client.query(indexes, &[]).expect("indexes") {
        let (table, columns, condition): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        schema.entry(table).or_default().insert(format!("unique ({columns}) {}", plain(&condition)));
    }
    schema
}

#[test]
fn both_databases_have_the_same_schema() {
    let lite = TestDb::sqlite(&product::schema());
    let lite = rusqlite::Connection::open(lite.path().expect("a file")).expect("the database opens");
    let lite = of_sqlite(&lite).expect("a schema");
    let Some(grand) = TestDb::postgres(&product::schema()) else { return };
    let Target::Postgres(url) = &grand.target else { return };
    let grand = of_postgres(&mut postgres::Client::connect(url, postgres::NoTls).expect("the database opens"));
    let mut differences = Vec::new();
    let tables: BTreeSet<_> = lite.keys().chain(grand.keys()).collect();
    for table in tables {
        let (one, other) =
            (lite.get(table).cloned().unwrap_or_default(), grand.get(table).cloned().unwrap_or_default());
        for part in one.symmetric_difference(&other) {
            let column = format!("{table}.{}", part.split(' ').next().unwrap_or_default());
            // The key of a numbered table is a column's on SQLite and an index's on PostgreSQL.
            let numbered = ["facts", "search_docs"].contains(&table.as_str())
                && part.starts_with("unique (")
                && part.ends_with(") ");
            if !SEAMS.contains(&table.as_str()) && !SEAMS.contains(&column.as_str()) && !numbered {
                differences.push(format!(
                    "{table}: {part} only on {}",
                    if one.contains(part) { "SQLite" } else { "PostgreSQL" }
                ));
            }
        }
    }
    assert!(lite.len() > 20, "{} tables", lite.len());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
