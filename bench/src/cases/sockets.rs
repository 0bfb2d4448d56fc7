//! 15,000 visitors who are there, known and watching, and say nothing.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
    time::Duration,
};

use crate::{
    cases::Row,
    client::visitor,
    place::{Outcome, Place},
};

const SOCKETS: usize = 15_000;
/// A process may open 20,000 files: the visitors share a few.
const HOLDERS: usize = 3;

pub(crate) async fn run(place: &mut Place, engine: &str) -> Outcome<Vec<Row>> {
    // A few first, so that what one visitor costs is not what the first one costs.
    let warm = hold_here(place, 200).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = place.memory();
    let mut holders = Vec::new();
    for _ in 0..HOLDERS {
        let mut holder = Command::new(std::env::current_exe()?)
            .args(["hold", &place.url(""), &place.channel, &(SOCKETS / HOLDERS).to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(holder.stdout.take().ok_or("a pipe")?).read_line(&mut line)?;
        holders.push(holder);
        if line.trim() != "held" {
            return Err("a holder could not connect all of its visitors".into());
        }
    }
    tokio::time::sleep(Duration::from_secs(10)).await;
    let growth = place.memory().saturating_sub(before) as f64 / SOCKETS as f64 / 1_024.0;
    for mut holder in holders {
        holder.kill()?;
        holder.wait()?;
    }
    drop(warm);
    Ok(vec![Row::at_most(format!("{engine}: memory of an idle visitor, of 15,000"), growth, "KiB", 10.0)])
}

async fn hold_here(place: &Place, count: usize) -> Outcome<Vec<crate::client::Socket>> {
    let mut held = Vec::with_capacity(count);
    for n in 0..count {
        held.push(visitor(place, &format!("w{n}")).await?.0);
    }
    Ok(held)
}

/// The holder's side: connects visitors, says so, and waits to be killed.
pub(crate) async fn hold(base: &str, channel: &str, count: usize) -> Outcome<()> {
    let held = crate::client::visitors(base, channel, count).await?;
    println!("held");
    std::future::pending::<()>().await;
    drop(held);
    Ok(())
}
