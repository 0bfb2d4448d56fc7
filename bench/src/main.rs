//! Measures the release binary against the bars; see README.md.

#![expect(clippy::disallowed_methods, reason = "measuring is about the machine's own clock")]

mod cases;
mod client;
mod place;

use std::path::PathBuf;

use cases::Row;
use place::{Outcome, Place};

#[tokio::main]
async fn main() -> Outcome<()> {
    // The clients speak to a server of ours, without TLS; they ask for its provider all the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [verb, base, channel, count] = arguments.as_slice()
        && verb == "hold"
    {
        return cases::sockets::hold(base, channel, count.parse()?).await;
    }
    // The cases named on the command line; all without.
    let wanted = |name: &str| arguments.is_empty() || arguments.iter().any(|argument| argument == name);
    let binary = PathBuf::from(std::env::var("ZHIKE_BINARY").unwrap_or_else(|_| "target/release/zhike".into()));
    let postgres = std::env::var("ZHIKE_TEST_POSTGRES").ok().filter(|url| !url.is_empty());
    let mut engines = vec![("SQLite", None)];
    match &postgres {
        Some(url) => engines.push(("PostgreSQL", Some(url.as_str()))),
        None => eprintln!("ZHIKE_TEST_POSTGRES is not set: only SQLite is measured"),
    }
    let mut rows: Vec<Row> = Vec::new();
    if wanted("allocation") {
        for row in cases::allocation::run()? {
            row.print();
            rows.push(row);
        }
    }
    if wanted("routing") {
        for row in cases::routing::run()? {
            row.print();
            rows.push(row);
        }
    }
    for (engine, url) in engines {
        let chosen = arguments.iter().any(|argument| argument == "sqlite" || argument == "postgres");
        if chosen && !wanted(&engine.to_lowercase().replace("postgresql", "postgres")) {
            continue;
        }
        let all = arguments.iter().all(|argument| argument == "sqlite" || argument == "postgres");
        let wanted = |name: &str| all || wanted(name);
        let mut report = |done: Outcome<Vec<Row>>| -> Outcome<()> {
            for row in done? {
                row.print();
                rows.push(row);
            }
            Ok(())
        };
        // Each case has a place of its own: none runs in what another left behind.
        macro_rules! case {
            ($name:ident $(, $more:expr)*) => {
                if wanted(stringify!($name)) {
                    let mut place = Place::start(&binary, url).await?;
                    report(cases::$name::run(&mut place, engine $(, $more)*).await)?;
                }
            };
        }
        case!(start, &binary);
        case!(demo, &binary);
        case!(messages);
        case!(delivery);
        case!(api);
        case!(page);
        case!(search);
        case!(lists);
        case!(file);
        case!(complaints);
        case!(sockets);
        case!(hostile);
        case!(automations);
        case!(mails);
        case!(desk);
    }
    let text = serde_json::to_string_pretty(&rows.iter().map(Row::json).collect::<Vec<_>>())?;
    std::fs::write("bench/results.json", text + "\n")?;
    let missed = rows.iter().filter(|row| !row.met()).count();
    println!("{} figures, {missed} beyond their bar", rows.len());
    Ok(())
}
