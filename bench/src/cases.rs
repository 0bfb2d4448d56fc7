//! The rows of the table.

pub(crate) mod allocation;
pub(crate) mod api;
pub(crate) mod automations;
pub(crate) mod complaints;
pub(crate) mod delivery;
pub(crate) mod demo;
pub(crate) mod desk;
pub(crate) mod file;
pub(crate) mod hostile;
pub(crate) mod lists;
pub(crate) mod mails;
pub(crate) mod messages;
pub(crate) mod page;
pub(crate) mod routing;
pub(crate) mod search;
pub(crate) mod sockets;
pub(crate) mod start;

use serde_json::{Value, json};

/// One figure against its bar.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) figure: f64,
    pub(crate) unit: &'static str,
    pub(crate) bar: f64,
    /// Whether a smaller figure is better.
    pub(crate) at_most: bool,
}

impl Row {
    pub(crate) fn at_most(name: impl Into<String>, figure: f64, unit: &'static str, bar: f64) -> Self {
        Self { name: name.into(), figure, unit, bar, at_most: true }
    }

    pub(crate) fn at_least(name: impl Into<String>, figure: f64, unit: &'static str, bar: f64) -> Self {
        Self { name: name.into(), figure, unit, bar, at_most: false }
    }

    pub(crate) fn met(&self) -> bool {
        if self.at_most { self.figure <= self.bar } else { self.figure >= self.bar }
    }

    pub(crate) fn print(&self) {
        let (sign, mark) = (if self.at_most { "≤" } else { "≥" }, if self.met() { "✓" } else { "✗" });
        println!("{mark} {:<58} {:>10.3} {:<6} {sign} {}", self.name, self.figure, self.unit, self.bar);
    }

    pub(crate) fn json(&self) -> Value {
        json!({"name": self.name, "figure": self.figure, "unit": self.unit, "bar": self.bar, "at_most": self.at_most, "met": self.met()})
    }
}

/// The value below which this share of the sorted times lies.
pub(crate) fn percentile(times: &mut [f64], share: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    let at = (times.len() as f64 * share).ceil() as usize;
    times.get(at.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}
