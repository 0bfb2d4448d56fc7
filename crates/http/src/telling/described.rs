//! What is told, as components of the API's description.

use serde_json::json;
use utoipa::{
    ToSchema,
    openapi::{
        Components, OpenApi, Ref, RefOr,
        extensions::ExtensionsBuilder,
        schema::{Object, ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type},
    },
};

use super::{Telling, Told};

/// A schema and those it names.
pub(crate) struct Described {
    name: String,
    parts: Vec<(String, RefOr<Schema>)>,
}

impl Described {
    pub(super) fn of<T: ToSchema>() -> Self {
        let name = T::name().into_owned();
        let mut parts = vec![(name.clone(), T::schema())];
        T::schemas(&mut parts);
        Self { name, parts }
    }
}

impl Telling {
    /// The topic's name in the names of components: `conversation` of `conversation:{id}`.
    fn stem(&self) -> &str {
        self.topic.split(':').next().unwrap_or(self.topic)
    }

    /// The component of what is told of this kind.
    fn name_of(&self, told: &Told) -> String {
        format!("Fact.{}.{}", self.stem(), told.kind)
    }
}

fn named(name: &str) -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(name))
}

fn one_of(about: &str, names: impl IntoIterator<Item = String>) -> Schema {
    let all = names.into_iter().fold(OneOfBuilder::new(), |all, name| all.item(named(&name)));
    all.description(Some(about)).build().into()
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String))
}

fn only(value: &str) -> Object {
    text().enum_values(Some([value])).build()
}

fn number(about: &str) -> Object {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer)).description(Some(about)).build()
}

/// The frames of the server that each of the two sockets carries, besides snapshots and facts.
const TO_STAFF: [&str; 6] = ["hello", "snapshot", "fact", "resync", "error", "pong"];
const TO_VISITORS: [&str; 7] = ["ready", "queue", "rated", "ack", "refused", "error", "pong"];

/// Adds what is told to the description: a component for each frame, each topic's state and each kind
/// of fact.
pub(crate) fn describe(api: &mut OpenApi, tellings: &[&Telling]) {
    let components = api.components.get_or_insert_default();
    for name in ["StaffFrame", "VisitorFrame", "ServerFrame"] {
        part(components, name);
    }
    let (mut states, mut facts, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    let lists: Vec<_> = tellings.iter().filter(|telling| telling.listed).map(|one| one.topic).collect();
    for telling in tellings {
        if let Some(state) = &telling.state {
            let name = format!("Snapshot.{}", telling.stem());
            let about = format!("The state of `{}`: {}", telling.topic, telling.about);
            let snapshot = ObjectBuilder::new()
                .description(Some(about))
                .property("t", only("snapshot"))
                .property("topic", text().description(Some(telling.topic)))
                .property("seq", number("The number of the last fact that the state holds."))
                .property("data", named(&state.name));
            let snapshot = ["t", "topic", "seq", "data"].into_iter().fold(snapshot, ObjectBuilder::required);
            components.schemas.insert(name.clone(), RefOr::T(Schema::Object(snapshot.build())));
            components.schemas.extend(state.parts.iter().cloned());
            states.push(name);
        }
        for told in &telling.facts {
            let name = telling.name_of(told);
            let seq = if told.numbered { "Its number on the topic." } else { "0: it is not kept." };
            let fact = ObjectBuilder::new()
                .description(Some(told.about))
                .property("t", only("fact"))
                .property("topic", text().description(Some(telling.topic)))
                .property("seq", number(seq))
                .property("kind", only(told.kind))
                .property("at", named("Timestamp"))
                .property("data", named(&told.data.name));
            let fact = ["t", "topic", "seq", "kind", "at", "data"].into_iter().fold(fact, ObjectBuilder::required);
            components.schemas.insert(name.clone(), RefOr::T(Schema::Object(fact.build())));
            components.schemas.extend(told.data.parts.iter().cloned());
            if telling.visitors.contains(&told.kind) {
                theirs.push(name.clone());
            }
            facts.push(name);
        }
        for (t, described) in &telling.frames {
            components.schemas.extend(described.parts.iter().skip(1).cloned());
            if let Some((_, RefOr::T(Schema::Object(whole)))) = described.parts.first() {
                let mut whole = whole.clone();
                whole.properties.insert("t".into(), RefOr::T(only(t).into()));
                components.schemas.insert(format!("ServerFrame.{t}"), RefOr::T(Schema::Object(whole)));
            }
        }
    }
    if !lists.is_empty() {
        let about = "The watch on a list topic stands: fetch the list now. What changes afterwards is told.";
        let snapshot = ObjectBuilder::new()
            .description(Some(about))
            .property("t", only("snapshot"))
            .property("topic", text().enum_values(Some(lists)))
            .property("seq", number("0: a list has no numbers."))
            .property("data", ObjectBuilder::new().schema_type(SchemaType::Type(Type::Null)));
        let snapshot = ["t", "topic", "seq", "data"].into_iter().fold(snapshot, ObjectBuilder::required);
        components.schemas.insert("Snapshot.list".into(), RefOr::T(Schema::Object(snapshot.build())));
        states.push("Snapshot.list".into());
    }
    if !states.is_empty() && !facts.is_empty() {
        let state = one_of("Staff: the state of a topic. Facts follow from its `seq` on.", states);
        components.schemas.insert("ServerFrame.snapshot".into(), RefOr::T(state));
        let about = "Something happened. On a numbered topic each number comes once, in order, without gaps; 0 stands \
                     for what is not kept, such as typing, and for the rows of a list topic.";
        components.schemas.insert("ServerFrame.fact".into(), RefOr::T(one_of(about, facts)));
    }
    let frames = |all: &[&str]| all.iter().map(|t| format!("ServerFrame.{t}")).collect::<Vec<_>>();
    components
        .schemas
        .insert("ServerFrameToStaff".into(), RefOr::T(one_of("What the server says to staff.", frames(&TO_STAFF))));
    let theirs = frames(&TO_VISITORS).into_iter().chain(theirs);
    let about = "What the server says to visitors. Of their conversation they are told the facts named here; \
                 the numbers of the others are left out.";
    components.schemas.insert("ServerFrameToVisitors".into(), RefOr::T(one_of(about, theirs)));
    for (path, says, hears) in
        [("/api/v1/ws", "StaffFrame", "ServerFrameToStaff"), ("/widget/ws", "VisitorFrame", "ServerFrameToVisitors")]
    {
        if let Some(operation) = api.paths.paths.get_mut(path).and_then(|item| item.get.as_mut()) {
            let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
            let frames = json!({ "client": reference(says), "server": reference(hears) });
            operation.extensions = Some(ExtensionsBuilder::new().add("x-websocket", frames).build());
        }
    }
}

/// Makes each frame of this enum a component of its own: `StaffFrame.subscribe`.
fn part(components: &mut Components, name: &str) {
    let Some(RefOr::T(Schema::OneOf(whole))) = components.schemas.get_mut(name) else { return };
    let mut parts = Vec::new();
    for item in &mut whole.items {
        let Some(t) = said(item) else { continue };
        let part = format!("{name}.{t}");
        parts.push((part.clone(), std::mem::replace(item, named(&part))));
    }
    components.schemas.extend(parts);
}

/// The `t` of a frame.
fn said(frame: &RefOr<Schema>) -> Option<String> {
    match frame {
        RefOr::T(Schema::Object(frame)) => match frame.properties.get("t")? {
            RefOr::T(Schema::Object(t)) => Some(t.enum_values.as_ref()?.first()?.as_str()?.to_owned()),
            _ => None,
        },
        RefOr::T(Schema::AllOf(parts)) => parts.items.iter().find_map(said),
        _ => None,
    }
}
