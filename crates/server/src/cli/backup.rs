//! An installation kept in one file, and brought back from it.

use std::path::Path;

use files::Place;
use kernel::Clock;
use server::{
    archive::{self, Contents},
    compose,
    config::Config,
};

pub(crate) fn backup(config: &Config, file: &Path) -> Result<(), String> {
    let kept = archive::backup(config, file, Clock::system().now())?;
    println!("{}: {}", file.display(), text(kept));
    if let Place::Bucket(bucket) = &config.files {
        println!("the files people sent stay in the bucket {}: keep a copy of that too", bucket.name);
    }
    Ok(())
}

pub(crate) fn restore(config: &Config, file: &Path) -> Result<(), String> {
    // The modules are asked for their schema alone: none may make its folders where nothing must be yet.
    let modules = compose::modules(&std::env::temp_dir()).map_err(|error| error.to_string())?;
    let restored = archive::restore(config, file, &http::schema(&modules), Clock::system().now())?;
    println!("{}: {} restored; `zhike serve` starts it", file.display(), text(restored));
    Ok(())
}

fn text(contents: Contents) -> String {
    format!("{} tables, {} rows, {} files", contents.tables, contents.rows, contents.files)
}
