//! What is told in real time is what the API's description says: watched over in every test.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use http::{App, Describe};
use serde_json::Value;

/// How many facts of a kind are compared with their schema; of the rest only the kind is looked at.
const COMPARED: usize = 20;

/// Fails the test, when it is dropped, if something was told that the description does not hold.
pub(crate) struct Ear(Arc<Mutex<Heard>>);

#[derive(Default)]
struct Heard {
    compared: BTreeMap<String, usize>,
    wrong: BTreeSet<String>,
}

impl Ear {
    /// On what `modules` tell, as `openapi` describes it.
    pub(crate) fn on(app: &App, modules: Vec<&'static str>, openapi: Describe) -> Self {
        let heard = Arc::<Mutex<Heard>>::default();
        let (kept, watchable) = (heard.clone(), http::watchable(app));
        let api = LazyLock::new(move || description(modules, &openapi));
        app.part::<wire::Hub>().on_notes(Box::new(move |note| {
            if note.kind == wire::QUEUE || !watchable(&note.topic) {
                return;
            }
            let name = format!("Fact.{}.{}", note.topic.split(':').next().unwrap_or_default(), note.kind);
            let mut heard = kept.lock().unwrap_or_else(PoisonError::into_inner);
            let schema = &api["components"]["schemas"][&name]["properties"]["data"];
            if schema.is_null() {
                heard.wrong.insert(format!("{name} is told and described nowhere: see `Topics::tells`"));
                return;
            }
            let compared = heard.compared.entry(name.clone()).or_default();
            if note.data.is_empty() || *compared >= COMPARED {
                return;
            }
            *compared += 1;
            let data = serde_json::from_str(&note.data).expect("what is told is JSON");
            let mut wrong = Vec::new();
            compare(&api, schema, &data, "", true, &mut wrong);
            heard.wrong.extend(wrong.into_iter().map(|wrong| format!("{name}: data{wrong}")));
        }));
        Self(heard)
    }
}

/// The description of these modules: made once, for it takes longer than many a test.
fn description(modules: Vec<&'static str>, openapi: &Describe) -> Arc<Value> {
    static MADE: LazyLock<Mutex<HashMap<Vec<&'static str>, Arc<Value>>>> = LazyLock::new(Mutex::default);
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let make = || Arc::new(serde_json::to_value(openapi()).expect("a description"));
    made.entry(modules).or_insert_with(make).clone()
}

impl Drop for Ear {
    fn drop(&mut self) {
        let heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !heard.wrong.is_empty() && !std::thread::panicking() {
            panic!("{}", heard.wrong.iter().cloned().collect::<Vec<_>>().join("\n"));
        }
    }
}

/// Says where `value` is not what `schema` describes. `strict`: a field that is not described is wrong.
pub(crate) fn compare(api: &Value, schema: &Value, value: &Value, at: &str, strict: bool, wrong: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/")) {
        let found = name.split('/').fold(api, |found, part| &found[part]);
        return if found.is_null() {
            wrong.push(format!("{at}: {name} is not there"));
        } else {
            compare(api, found, value, at, strict, wrong);
        };
    }
    if let Some(any) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        let fits = any.iter().any(|one| {
            let mut wrong = Vec::new();
            compare(api, one, value, at, strict, &mut wrong);
            wrong.is_empty()
        });
        if !fits {
            wrong.push(format!("{at}: {value} is none of those described"));
        }
        return;
    }
    if let Some(all) = schema["allOf"].as_array() {
        all.iter().for_each(|one| compare(api, one, value, at, false, wrong));
        return;
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        wrong.push(format!("{at}: {value} is none of {allowed:?}"));
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let takes = |name: &Value| name == kind || (name == "number" && kind == "integer");
    let fits = match &schema["type"] {
        Value::Null => true,
        Value::Array(names) => names.iter().any(takes),
        name => takes(name),
    };
    if !fits {
        wrong.push(format!("{at}: {value} is no {}", schema["type"]));
        return;
    }
    match value {
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                compare(api, &schema["items"], item, &format!("{at}[{place}]"), strict, wrong);
            }
        }
        Value::Object(fields) => {
            for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                if !fields.contains_key(name) {
                    wrong.push(format!("{at}.{name} is missing"));
                }
            }
            let described = schema["properties"].as_object();
            for (name, field) in fields {
                match described.and_then(|described| described.get(name)) {
                    Some(schema) => compare(api, schema, field, &format!("{at}.{name}"), strict, wrong),
                    None if described.is_some() && schema["additionalProperties"].is_null() && strict => {
                        wrong.push(format!("{at}.{name} is not described"));
                    }
                    None => {}
                }
            }
        }
        _ => {}
    }
}
