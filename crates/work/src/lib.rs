//! What happens after a transaction, durably: jobs, listeners to facts, schedules, leases.
//!
//! A transaction enqueues a job or emits a fact; both are rows of that transaction. A [`Runner`]
//! on each node runs the jobs that are due; the one that holds the lease also hands facts to
//! [`Listener`]s and turns [`Cron`] schedules into jobs.

mod backoff;
mod chore;
mod cron;
mod drain;
mod follower;
mod horizon;
mod jobs;
mod keeper;
mod listen;
mod listening;
mod queue;
mod runner;
mod schedule;
mod worker;

pub mod api;
pub mod codes;
pub mod lease;

pub use backoff::after as wait_after;
pub use chore::Chore;
pub use cron::Cron;
pub use drain::Drained;
pub use jobs::{Handler, Job, JobCx, enqueue, enqueue_at};
pub use keeper::Keeper;
pub use lease::Lease;
pub use listen::Listener;
pub use queue::{JobId, JobRecord, JobState};
pub use runner::{Runner, RunnerConfig, TimeZoneOf, Waker};

/// The tables `jobs`, `leases` and `crons`.
pub fn migrations() -> &'static [store::Migration] {
    store::migrations!["202611220902_jobs"]
}

/// This crate's texts, one JSON catalogue a locale.
pub const LOCALES: &[(&str, &str)] = &[
    ("zh-CN", include_str!("../locales/zh-CN.json")),
    ("zh-TW", include_str!("../locales/zh-TW.json")),
    ("en", include_str!("../locales/en.json")),
];
