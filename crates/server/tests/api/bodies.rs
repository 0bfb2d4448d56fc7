//! Request bodies made from the description of the API.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use testkit::{Person, TestApp};

/// The description, and what is known to exist: an id for each prefix.
pub(crate) struct Maker<'d> {
    pub(crate) description: &'d Value,
    pub(crate) ids: &'d BTreeMap<String, String>,
    /// Told apart what must be unique.
    pub(crate) number: usize,
}

/// Fields whose type says less than their name. A new module adds here what its checks want.
fn named(name: &str, number: usize) -> Option<Value> {
    Some(match name {
        "login" => json!(format!("person.{number}")),
        "password" | "new" | "old" => json!("correct horse battery"),
        "date" => json!("2026-12-25"),
        "start" => json!("09:00"),
        "end" => json!("12:00"),
        "time_zone" => json!("Asia/Shanghai"),
        "currency" => json!("CNY"),
        "phone" => json!(format!("1380000{number:04}")),
        "email" => json!(format!("person{number}@example.com")),
        "q" => json!("退款"),
        "accent" => json!("#1677ff"),
        "code" => json!(format!("code{number}")),
        "client_id" => json!(format!("c{number}")),
        "channel" => json!("nobody"),
        // A day after the clock of tests.
        "ends_at" => json!(1_795_140_000_000_i64 + 86_400_000),
        _ => return None,
    })
}

impl Maker<'_> {
    /// A body with the required fields of `operation`; null when it takes none.
    pub(crate) fn body(&self, operation: &Value) -> Value {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        if schema.is_null() { Value::Null } else { self.value("", schema, 0) }
    }

    /// The path with the ids of things that exist, and the query it cannot be without. None when no
    /// such thing was made.
    pub(crate) fn path(&self, path: &str, operation: &Value) -> Option<String> {
        let mut path = path.trim_start_matches("/api/v1").to_owned();
        let mut query = Vec::new();
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str()?;
            if parameter["in"] == "path" {
                let of = match self.prefix(&parameter["schema"]) {
                    Some(prefix) => self.ids.get(&prefix)?.clone(),
                    // A number within what the path names before it: one that is there.
                    // A day after whose end the tests' clock stands.
                    None if name == "day" => "2026-11-19".to_owned(),
                    None if name == "month" => "2026-10".to_owned(),
                    None if name == "number" => "1".to_owned(),
                    None if name == "seq" => self.ids.get("seq").cloned().unwrap_or_else(|| "3".to_owned()),
                    // One of a few words, or a kind of record that is kept for a time.
                    None => {
                        let word = self.resolve(&parameter["schema"])["enum"][0].as_str();
                        word.or((name == "kind").then_some("inquiries"))?.to_owned()
                    }
                };
                path = path.replace(&format!("{{{name}}}"), &of);
            } else if parameter["required"] == true {
                let value = self.value(name, &parameter["schema"], 0);
                query.push(format!("{name}={}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
            }
        }
        Some(if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) })
    }

    fn resolve<'v>(&'v self, schema: &'v Value) -> &'v Value {
        let name = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next());
        name.map_or(schema, |name| self.resolve(&self.description["components"]["schemas"][name]))
    }

    /// What ids of this schema begin with.
    pub(crate) fn prefix(&self, schema: &Value) -> Option<String> {
        let pattern = self.resolve(schema)["pattern"].as_str()?;
        pattern.strip_prefix('^')?.split_once('_').map(|(prefix, _)| prefix.to_owned())
    }

    fn value(&self, name: &str, schema: &Value, depth: usize) -> Value {
        let schema = self.resolve(schema);
        if let Some(id) = self.prefix(schema) {
            return json!(self.ids.get(&id).cloned().unwrap_or_else(|| format!("{id}_01jd3k5v2pf6z8q0w4x7y9abcd")));
        }
        if let Some(choice) = schema["enum"].as_array().and_then(|all| all.first()) {
            return choice.clone();
        }
        if let Some(parts) = schema["allOf"].as_array() {
            let mut whole = Map::new();
            for part in parts {
                if let Value::Object(fields) = self.value(name, part, depth) {
                    whole.extend(fields);
                }
            }
            return Value::Object(whole);
        }
        if let Some(choice) =
            ["oneOf", "anyOf"].iter().find_map(|key| schema[*key].as_array()?.iter().find(|one| one["type"] != "null"))
        {
            return self.value(name, choice, depth);
        }
        if let Some(known) = named(name, self.number) {
            return known;
        }
        let kind = schema["type"].as_str().or_else(|| schema["type"].as_array()?.first()?.as_str()).unwrap_or_default();
        match kind {
            "string" => json!(format!("{} {}", if name.is_empty() { "text" } else { name }, self.number)),
            "integer" | "number" => schema["minimum"].as_i64().map_or(json!(1), |least| json!(least.max(1))),
            "boolean" => json!(true),
            "array" if depth < 6 => json!([self.value(name, &schema["items"], depth + 1)]),
            "array" => json!([]),
            "object" => {
                let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
                let field = |name: &str| (name.to_owned(), self.value(name, &schema["properties"][name], depth + 1));
                Value::Object(required.map(field).collect())
            }
            _ => json!(name),
        }
    }
}

/// A person with a role of these grants.
pub(crate) async fn with_role(app: &TestApp, admin: &Person, name: &str, grants: Value) -> Person {
    let role = admin.post("/roles", json!({"name": name, "grants": grants})).await.ok();
    let person = app.person("agent").await;
    let user = admin.get(&format!("/users/{}", person.id())).await.ok();
    let change = json!({"version": user["version"], "role_id": role["id"]});
    admin.patch(&format!("/users/{}", person.id()), change).await.ok();
    person
}
