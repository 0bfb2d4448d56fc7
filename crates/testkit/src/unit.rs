//! A department as an administrator sets it up: its units, who works there, and who leads.

use serde_json::{Value, json};

use crate::Person;

impl Person {
    /// As an administrator: adds a unit of this `kind` and name below `parent`, with its lead and its people.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn unit(
        &self,
        (kind, name): (&str, &str),
        parent: Option<&Value>,
        lead: Option<&Person>,
        people: &[&Person],
    ) -> Value {
        let parent = parent.map_or(Value::Null, |parent| parent["id"].clone());
        let unit = self.post("/units", json!({"name": name, "kind": kind, "parent_id": parent})).await.ok();
        for person in lead.iter().chain(people) {
            self.put(&format!("/members/{}", person.id()), json!({"unit_id": unit["id"], "post_id": null})).await.ok();
        }
        let Some(lead) = lead else { return unit };
        let path = format!("/units/{}", unit["id"].as_str().unwrap_or_default());
        self.patch(&path, json!({"version": unit["version"], "lead_id": lead.id()})).await.ok()
    }
}
