//! What goes over a socket: JSON text frames, told apart by their field `t`.

use std::collections::BTreeMap;

use kernel::{Error, Owned, Result, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Note;
use utoipa::ToSchema;

use crate::Utf8Bytes;

/// What a member of staff's client says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "t", rename_all = "snake_case", deny_unknown_fields)]
pub enum StaffFrame {
    /// Tell me what happens on `topic`; in place of what I asked about it before.
    Subscribe {
        /// `conversation:<id>`, `user:<own id>` or `inbox`.
        topic: String,
        /// The number of the last fact the client has. Without it the answer is a snapshot.
        since: Option<i64>,
    },
    /// Tell me no more of `topic`.
    Unsubscribe {
        /// As it was subscribed.
        topic: String,
    },
    /// I am here. A client says something at least every 75 seconds.
    Ping {},
}

/// What a visitor's client says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "t", rename_all = "snake_case", deny_unknown_fields)]
pub enum VisitorFrame {
    /// The first frame: who is there, and where. Said again, it begins anew: after signing in or out.
    Hello(Box<Hello>),
    /// A message. Said again with the same `client_id` it is still one message.
    Send {
        /// The client's own id of the message.
        client_id: String,
        /// What is said.
        #[serde(default)]
        text: String,
        /// A file uploaded before.
        file_id: Option<String>,
        /// The number of the message it answers.
        quote_seq: Option<i64>,
    },
    /// Everything up to `seq` has been read.
    Read {
        /// A fact's number.
        seq: i64,
    },
    /// What has been written so far and not sent; empty: nothing any more. Only staff see it.
    Typing {
        /// The draft; cut at 500 characters.
        text: String,
    },
    /// Takes back a message of one's own.
    Recall {
        /// Its number.
        seq: i64,
    },
    /// What the visitor thought of the conversation: the open one, or the last.
    Rate {
        /// Whether their matter was settled.
        solved: Option<bool>,
        /// 1 to 5.
        score: Option<i64>,
        /// The words they chose.
        #[serde(default)]
        tags: Vec<String>,
        /// Their own words, up to 500 characters.
        #[serde(default)]
        comment: String,
    },
    /// Leaves the line, or ends the conversation.
    Leave {},
    /// Leaves the line and stays: what was said is a message, to be answered later. Nothing where
    /// nobody waits.
    StopWaiting {},
    /// Who left a message is there again, and gets a place in the line. Nothing where none was left.
    WaitAgain {},
    /// The visitor did something on the page, as the page says.
    Track(Step),
    /// The visitor went on to another page.
    Page(Page),
    /// An invitation was shown.
    Invited {
        /// Which.
        id: String,
    },
    /// I am here. A client says something at least every 75 seconds.
    Ping {},
}

/// See [`VisitorFrame::Hello`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VisitorHello)]
pub struct Hello {
    /// The channel's public key.
    pub channel: String,
    /// What an earlier `ready` gave, to come back as the same person.
    pub token: Option<String>,
    /// The name the visitor gives.
    pub name: Option<String>,
    /// The conversation the client has, as `ready` named it.
    pub conversation: Option<String>,
    /// The number of the last fact the client has of it.
    pub since: Option<i64>,
    /// Who the embedding site says the visitor is.
    pub identity: Option<Identity>,
    /// The page the visitor is on.
    pub page: Option<Page>,
    /// The language their browser asks for: `zh-CN`.
    pub locale: Option<String>,
    /// Answers to the channel's questions before the chat, by the fields' keys. Without them nothing
    /// was asked yet.
    /// An empty answer takes back one given before.
    pub fields: Option<BTreeMap<String, String>>,
    /// What the visitor did on the page before.
    #[serde(default)]
    pub trail: Vec<Step>,
}

/// Something the visitor did, as the embedding page says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VisitorStep)]
pub struct Step {
    /// What: cut at 60 characters.
    pub name: String,
    /// When, by the visitor's clock.
    pub at: i64,
}

/// Who the embedding site says its visitor is, and the proof: one of `hash` and `jwt`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VisitorIdentity)]
pub struct Identity {
    /// What the site calls them; may be left out beside `jwt`.
    pub id: Option<String>,
    /// Their name; one inside `jwt` goes before it.
    pub name: Option<String>,
    /// HMAC-SHA256 of `id` with the channel's secret, in hexadecimal.
    pub hash: Option<String>,
    /// A JSON Web Token signed HS256 with the channel's secret: `sub`, `exp` at most 24 hours ahead,
    /// `name` if known.
    pub jwt: Option<String>,
}

/// A page of the embedding site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VisitorPage)]
pub struct Page {
    /// Its address.
    pub url: String,
    /// Its title.
    pub title: Option<String>,
    /// The page before it.
    pub referrer: Option<String>,
}

/// What the server says, to staff and visitors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum ServerFrame {
    /// Staff: the connection stands.
    Hello {
        /// Which of the product's processes this is.
        node: String,
        /// The server's time.
        now: Timestamp,
    },
    /// The state of a topic after its fact number `seq`; facts follow from there. A list topic has
    /// no numbers: `seq` is 0, `data` null, and the client fetches the list.
    Snapshot {
        /// Which topic.
        topic: String,
        /// The number of the last fact that the state holds.
        seq: i64,
        /// The state.
        data: Value,
    },
    /// Something happened. On a numbered topic each number comes once, in order, without gaps
    /// (but for kinds a visitor is not told of); 0 stands for what is not kept, such as typing,
    /// and for the rows of a list topic.
    Fact {
        /// On which topic.
        topic: String,
        /// Its number there.
        seq: i64,
        /// What: `message.posted`.
        kind: String,
        /// When.
        at: Timestamp,
        /// What there is to know.
        data: Value,
    },
    /// Something may have been missed on a list topic, which has no numbers to tell: fetch it again.
    Resync {
        /// Which topic.
        topic: String,
    },
    /// A frame could not be taken, or a topic not be opened.
    Error {
        /// The topic it is about.
        #[serde(skip_serializing_if = "Option::is_none")]
        topic: Option<String>,
        /// Why.
        code: String,
        /// As in `refused`.
        #[serde(default, skip_serializing_if = "Value::is_null")]
        params: Value,
    },
    /// The answer to `ping`.
    Pong {
        /// The server's time.
        now: Timestamp,
    },
    /// Visitors: the answer to `hello`, and to the first message of a new conversation.
    Ready {
        /// To come back with. New with each `ready`: the client keeps the latest.
        token: String,
        /// The visitor's id.
        customer: String,
        /// The name they are known by; empty while unknown.
        name: String,
        /// Whether the embedding site proved who they are.
        identified: bool,
        /// The conversation as it stands; null before the first message.
        conversation: Value,
        /// The number after which facts follow: the client's own `since` when it goes on from there.
        seq: i64,
        /// The latest messages, oldest first.
        messages: Vec<Value>,
        /// Where the conversation stands in the line, as in `queue`; null when it does not wait.
        queue: Value,
    },
    /// Visitors: where their conversation stands in the line, each time that changes.
    Queue {
        /// 1 is next.
        position: i64,
        /// How many come before.
        ahead: i64,
        /// How long it will probably take, in milliseconds; null while nobody can tell.
        estimated_ms: Option<i64>,
        /// Since when it waits.
        since: Timestamp,
    },
    /// Visitors: the rating is kept.
    Rated {},
    /// Visitors: the message is kept.
    Ack {
        /// The client's own id of it.
        client_id: String,
        /// The fact's number.
        seq: i64,
        /// The message's id.
        id: String,
        /// When it was kept.
        at: Timestamp,
    },
    /// Visitors: the message is not kept, and will not be.
    Refused {
        /// The client's own id of it.
        client_id: String,
        /// Why.
        code: String,
        /// Values for the text of the code: `{"retry_after": 5}` (seconds) for `limited`, the list of
        /// bad fields for `invalid`.
        params: Value,
    },
}

impl ServerFrame {
    /// As it goes out.
    ///
    /// # Panics
    /// Never: these types are JSON.
    pub fn text(&self) -> Utf8Bytes {
        serde_json::to_string(self).expect("frames are JSON").into()
    }
}

/// A snapshot frame around any state.
///
/// # Errors
/// [`Error::Internal`] when `data` is no JSON: a fault of its type.
pub fn snapshot(topic: &str, seq: i64, data: &impl Serialize) -> Result<Utf8Bytes> {
    #[derive(Serialize)]
    struct Snapshot<'a, T> {
        t: &'static str,
        topic: &'a str,
        seq: i64,
        data: &'a T,
    }
    serde_json::to_string(&Snapshot { t: "snapshot", topic, seq, data }).map(Into::into).map_err(Error::internal)
}

/// The stable name of an error, as problem documents carry it too.
pub fn error_code(error: &Error) -> &'static str {
    match error {
        Error::Unauthenticated => "unauthenticated",
        Error::Forbidden(_) => "forbidden",
        Error::NotFound => "not_found",
        Error::Invalid(_) => "invalid",
        Error::Conflict(code, _) => code.name(),
        Error::Limited { .. } => "limited",
        Error::Unavailable(_) => "unavailable",
        Error::Internal(_) => "internal",
    }
}

/// The values that go out beside [`error_code`].
pub fn error_params(error: &Error) -> Value {
    match error {
        Error::Invalid(fields) => serde_json::json!(fields),
        Error::Conflict(_, params) if !params.is_empty() => serde_json::json!(params),
        Error::Limited { retry_after } => serde_json::json!({ "retry_after": retry_after }),
        _ => Value::Null,
    }
}

/// The kind of a note that goes out as [`ServerFrame::Queue`] instead of as a fact; its data are that
/// frame's fields.
pub const QUEUE: &str = "queue";

/// A note made ready to go out: its text is written once, however many watch.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// Its number within its topic, or 0.
    pub(crate) seq: i64,
    /// What happened.
    pub(crate) kind: String,
    /// Whose thing it is, if that limits who hears of it.
    pub(crate) audience: Option<Owned>,
    /// The whole frame as it goes out.
    pub(crate) text: Utf8Bytes,
}

impl Frame {
    pub(crate) fn of(note: &Note) -> Self {
        #[derive(Serialize)]
        struct Head<'a> {
            t: &'static str,
            topic: &'a str,
            seq: i64,
            kind: &'a str,
            at: Timestamp,
        }
        if note.kind == QUEUE {
            let data = note.data.strip_prefix('{').unwrap_or("}");
            let text = format!("{{\"t\":\"queue\",{data}");
            return Self { seq: 0, kind: note.kind.clone(), audience: note.audience, text: text.into() };
        }
        let head = Head { t: "fact", topic: &note.topic, seq: note.seq, kind: &note.kind, at: note.at };
        let mut text = Vec::with_capacity(note.data.len() + note.topic.len() + note.kind.len() + 80);
        // Writing to memory cannot fail, and these fields are JSON.
        serde_json::to_writer(&mut text, &head).expect("a head is JSON");
        text.pop();
        text.extend_from_slice(b",\"data\":");
        text.extend_from_slice(note.data.as_bytes());
        text.push(b'}');
        let text = String::from_utf8(text).expect("JSON of texts is text");
        Self { seq: note.seq, kind: note.kind.clone(), audience: note.audience, text: text.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_goes_out_as_the_schema_says() {
        let note = Note {
            topic: "conversation:\"1".into(),
            seq: 7,
            kind: "message.posted".into(),
            at: Timestamp::from_millis(5),
            data: r#"{"text":"你好"}"#.into(),
            audience: None,
        };
        let read: ServerFrame = serde_json::from_str(&Frame::of(&note).text).unwrap();
        let (topic, kind) = (note.topic, note.kind);
        let data = serde_json::json!({"text": "你好"});
        assert_eq!(read, ServerFrame::Fact { topic, seq: 7, kind, at: note.at, data });
    }

    #[test]
    fn a_place_in_the_line_goes_out_as_a_frame_of_its_own() {
        let note = Note {
            topic: "conversation:1".into(),
            seq: 0,
            kind: QUEUE.into(),
            at: Timestamp::from_millis(5),
            data: r#"{"position":2,"ahead":1,"estimated_ms":null,"since":3}"#.into(),
            audience: None,
        };
        let read: ServerFrame = serde_json::from_str(&Frame::of(&note).text).unwrap();
        let since = Timestamp::from_millis(3);
        assert_eq!(read, ServerFrame::Queue { position: 2, ahead: 1, estimated_ms: None, since });
    }

    #[test]
    fn a_hello_is_as_strict_as_any_frame() {
        let read = |text: &str| serde_json::from_str::<VisitorFrame>(text);
        let hello = Hello { channel: "wk_1".into(), ..Hello::default() };
        assert_eq!(read(r#"{"t":"hello","channel":"wk_1"}"#).unwrap(), VisitorFrame::Hello(Box::new(hello)));
        for wrong in [
            r#"{"t":"hello"}"#,
            r#"{"t":"hello","channel":"a","x":1}"#,
            r#"{"t":"hello","channel":"a","identity":{"id":"7","admin":true}}"#,
            r#"{"t":"hello","channel":"a","fields":{"name":{}}}"#,
            r#"{"t":"page","url":"https://a.example","x":1}"#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn unknown_fields_kinds_and_bottomless_nesting_are_refused() {
        let deep = format!(r#"{{"t":"ping","x":{}"#, "[".repeat(10_000));
        for wrong in [r#"{"t":"ping","x":1}"#, r#"{"t":"pong"}"#, r#"{"topic":"a"}"#, "[]", "", deep.as_str()] {
            assert!(serde_json::from_str::<StaffFrame>(wrong).is_err(), "{wrong:.40}");
        }
        let subscribe = StaffFrame::Subscribe { topic: "inbox".into(), since: None };
        assert_eq!(serde_json::from_str::<StaffFrame>(r#"{"t":"subscribe","topic":"inbox"}"#).unwrap(), subscribe);
    }
}
