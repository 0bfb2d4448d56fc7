//! What goes over a socket: JSON text frames, told apart by their field `t`.

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
    /// The first frame: who is there, and where.
    Hello {
        /// The channel's id.
        channel: String,
        /// What an earlier `ready` gave, to come back as the same person.
        token: Option<String>,
        /// The name the visitor gives.
        name: Option<String>,
        /// The conversation the client has, as `ready` named it.
        conversation: Option<String>,
        /// The number of the last fact the client has of it.
        since: Option<i64>,
    },
    /// A message. Said again with the same `client_id` it is still one message.
    Send {
        /// The client's own id of the message.
        client_id: String,
        /// What is said.
        #[serde(default)]
        text: String,
        /// A file uploaded before.
        file_id: Option<String>,
    },
    /// Everything up to `seq` has been read.
    Read {
        /// A fact's number.
        seq: i64,
    },
    /// I am here. A client says something at least every 75 seconds.
    Ping {},
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
    },
    /// The answer to `ping`.
    Pong {
        /// The server's time.
        now: Timestamp,
    },
    /// Visitors: the answer to `hello`.
    Ready {
        /// To come back with.
        token: String,
        /// The conversation's id.
        conversation: String,
        /// The visitor's id.
        customer: String,
        /// The number after which facts follow: the client's own `since` when it goes on from there.
        seq: i64,
        /// The latest messages, oldest first.
        messages: Vec<Value>,
    },
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
        /// Values for the text of the code.
        params: Value,
    },
    /// Visitors: the conversation is over; `hello` opens the next.
    Closed {},
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
    fn unknown_fields_kinds_and_bottomless_nesting_are_refused() {
        let deep = format!(r#"{{"t":"ping","x":{}"#, "[".repeat(10_000));
        for wrong in [r#"{"t":"ping","x":1}"#, r#"{"t":"pong"}"#, r#"{"topic":"a"}"#, "[]", "", deep.as_str()] {
            assert!(serde_json::from_str::<StaffFrame>(wrong).is_err(), "{wrong:.40}");
        }
        let subscribe = StaffFrame::Subscribe { topic: "inbox".into(), since: None };
        assert_eq!(serde_json::from_str::<StaffFrame>(r#"{"t":"subscribe","topic":"inbox"}"#).unwrap(), subscribe);
    }
}
