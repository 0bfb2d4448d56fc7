//! Is everything there? Answers a line each, and fails when something is not.

use files::{Place, Store};
use server::{config::Config, serve};

pub(crate) fn examine(config: &Config) -> Result<(), String> {
    let mut fine = true;
    let mut line = |what: &str, outcome: Result<String, String>| {
        let (mark, text) = outcome.map_or_else(
            |text| {
                fine = false;
                ("✗", text)
            },
            |text| ("✓", text),
        );
        println!("{mark} {what}: {text}");
    };
    let probe = config.data.join(".probe");
    let writable = std::fs::create_dir_all(&config.data)
        .and_then(|()| std::fs::write(&probe, b"x"))
        .and_then(|()| std::fs::remove_file(&probe));
    line(
        "data folder",
        writable
            .map(|()| config.data.display().to_string())
            .map_err(|error| format!("{}: {error}", config.data.display())),
    );
    if let Place::Bucket(bucket) = &config.files {
        let tried = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| error.to_string())
            .and_then(|runtime| {
                runtime
                    .block_on(async { Store::open(config.files.clone())?.try_out().await })
                    .map_err(|error| error.to_string())
            });
        line("bucket", tried.map(|()| bucket.name.clone()));
    }
    line(
        "database",
        serve::open(config)
            .map(|db| format!("{:?}, schema up to date", db.dialect()))
            .map_err(|error| error.to_string()),
    );
    let listening = std::net::TcpListener::bind(config.listen);
    line(
        "address",
        listening.map(|_| config.listen.to_string()).map_err(|error| format!("{}: {error}", config.listen)),
    );
    if fine { Ok(()) } else { Err("not everything is there".into()) }
}
