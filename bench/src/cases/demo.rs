//! A demo installation: how long it takes, and how large it is.

use std::{path::Path, process::Command, time::Instant};

use crate::{
    cases::Row,
    place::{Outcome, Place},
};

pub(crate) async fn run(_place: &mut Place, engine: &str, binary: &Path) -> Outcome<Vec<Row>> {
    if engine != "SQLite" {
        return Ok(Vec::new());
    }
    let folder = tempfile::tempdir()?;
    let mut command = Command::new(binary);
    command.env("ZHIKE_LOG", "warn").arg("demo").arg("--data").arg(folder.path());
    let begun = Instant::now();
    if !command.output()?.status.success() {
        return Err("the demo data did not come about".into());
    }
    let seconds = begun.elapsed().as_secs_f64();
    let mut bytes = 0;
    for file in std::fs::read_dir(folder.path())? {
        bytes += file?.metadata()?.len();
    }
    Ok(vec![
        Row::at_most("zhike demo: 300 customers, 92 days", seconds, "s", 10.0),
        Row::at_most("zhike demo: its size", bytes as f64 / 1e6, "MB", 100.0),
    ])
}
