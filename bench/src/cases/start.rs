//! Cold start, idle memory, size of the binary.

use std::{path::Path, time::Duration};

use crate::{
    cases::Row,
    place::{Outcome, Place},
};

pub(crate) async fn run(place: &mut Place, engine: &str, binary: &Path) -> Outcome<Vec<Row>> {
    let mut starts = Vec::new();
    for _ in 0..5 {
        place.restart().await?;
        starts.push(place.start.as_secs_f64() * 1e3);
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let size = std::fs::metadata(binary)?.len();
    Ok(vec![
        Row::at_most(
            format!("{engine}: cold start to /readyz, median of 5"),
            crate::cases::percentile(&mut starts, 0.5),
            "ms",
            300.0,
        ),
        Row::at_most(format!("{engine}: idle memory"), place.memory() as f64 / 1e6, "MB", 80.0),
        Row::at_most("binary", size as f64 / 1e6, "MB", 60.0),
    ])
}
