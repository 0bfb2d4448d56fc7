//! What other modules call.

use kernel::{Actor, Result, UserId};
use serde::Serialize;
use serde_json::Value;
use store::{Record, Tx};

use crate::{model::AuditEntry, queries};

/// What is to be written on the trail.
#[derive(Debug)]
#[must_use = "hand it to record()"]
pub struct Entry {
    action: &'static str,
    subject_kind: &'static str,
    subject_id: String,
    before: Option<Value>,
    after: Option<Value>,
    reason: Option<String>,
    by: Option<(UserId, String)>,
}

impl Entry {
    /// `action` (`tasks.closed`) was done to the thing of this kind and id.
    pub fn new(action: &'static str, subject_kind: &'static str, subject_id: impl ToString) -> Self {
        Self {
            action,
            subject_kind,
            subject_id: subject_id.to_string(),
            before: None,
            after: None,
            reason: None,
            by: None,
        }
    }

    /// What the thing was, and became. Fields that stayed the same are left out.
    pub fn change(mut self, before: &impl Serialize, after: &impl Serialize) -> Self {
        let (before, after) = differing(to_value(before), to_value(after));
        (self.before, self.after) = (Some(before), Some(after));
        self
    }

    /// What came to be.
    pub fn created(mut self, after: &impl Serialize) -> Self {
        self.after = Some(to_value(after));
        self
    }

    /// What is no more.
    pub fn deleted(mut self, before: &impl Serialize) -> Self {
        self.before = Some(to_value(before));
        self
    }

    /// Who did it, where the act itself is what makes them known: signing in, setting up.
    pub fn by(mut self, user: UserId, name: &str) -> Self {
        self.by = Some((user, name.to_owned()));
        self
    }

    /// Why, in the actor's words.
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

/// Writes an entry, with the transaction: it stands or falls with the change it describes.
///
/// # Errors
/// From the database.
pub fn record(tx: &mut Tx<'_>, entry: Entry) -> Result<()> {
    let origin = tx.origin().clone();
    let actor_name = match &origin.actor {
        Actor::Staff(staff) => Some(staff.name.clone()),
        _ => None,
    };
    let json = |value: Option<Value>| value.map(|value| value.to_string());
    let (mut actor_kind, mut actor_id, mut actor_name) = (origin.actor.kind(), origin.actor.id_text(), actor_name);
    if let Some((user, name)) = entry.by {
        (actor_kind, actor_id, actor_name) = ("staff", Some(user.to_string()), Some(name));
    }
    let row = AuditEntry {
        id: tx.new_id(),
        at: tx.now(),
        actor_kind: actor_kind.into(),
        actor_id,
        actor_name,
        action: entry.action.into(),
        subject_kind: entry.subject_kind.into(),
        subject_id: entry.subject_id,
        before: json(entry.before),
        after: json(entry.after),
        reason: entry.reason,
        ip: origin.ip.map(|ip| ip.to_string()),
        user_agent: origin.user_agent.clone(),
        request_id: origin.request_id.clone(),
    };
    tx.put(&queries::INSERT, &row.values())
}

fn to_value(thing: &impl Serialize) -> Value {
    serde_json::to_value(thing).unwrap_or(Value::Null)
}

fn differing(before: Value, after: Value) -> (Value, Value) {
    match (before, after) {
        (Value::Object(mut before), Value::Object(mut after)) => {
            let same: Vec<_> = before.keys().filter(|key| before.get(*key) == after.get(*key)).cloned().collect();
            for key in same {
                before.remove(&key);
                after.remove(&key);
            }
            (Value::Object(before), Value::Object(after))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_is_kept() {
        let entry = Entry::new("tasks.closed", "task", 1).change(
            &serde_json::json!({"state": "open", "title": "回电"}),
            &serde_json::json!({"state": "done", "title": "回电"}),
        );
        assert_eq!(entry.before.unwrap().to_string(), r#"{"state":"open"}"#);
        assert_eq!(entry.after.unwrap().to_string(), r#"{"state":"done"}"#);
    }
}
