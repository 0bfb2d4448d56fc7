//! What `work` promises, on both databases.

mod help;
mod jobs;
mod leases;
mod listeners;
mod schedules;
