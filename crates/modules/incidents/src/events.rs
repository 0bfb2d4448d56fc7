//! Facts this module emits, all carrying [`IncidentFact`]: no words.

use conversations::Named;
use escalations::Severity;
use kernel::{Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::model::{Incident, IncidentState};

/// An incident was declared.
pub const DECLARED: &str = "incident.declared";
/// It stands otherwise, or what is known of it changed.
pub const CHANGED: &str = "incident.changed";
/// It is over.
pub const OVER: &str = "incident.over";

/// The incident after it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IncidentFact {
    /// Which.
    pub incident_id: Id<Incident>,
    /// How it stands.
    pub state: IncidentState,
    /// How bad it is.
    pub severity: Severity,
    /// Which queues it touches; none: all.
    pub queues: Vec<Named>,
    /// Since when.
    pub since: Timestamp,
    /// How many conversations are linked.
    pub linked: i64,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
}

impl IncidentFact {
    pub(crate) fn of(incident: &Incident) -> Self {
        Self {
            incident_id: incident.id,
            state: incident.state,
            severity: incident.severity,
            queues: incident.queues.0.clone(),
            since: incident.since,
            linked: incident.linked,
            ended_at: incident.ended_at,
        }
    }
}
