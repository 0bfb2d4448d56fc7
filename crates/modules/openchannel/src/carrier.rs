//! Carrying what is said to the other side: a signed call of the channel's callback address.

use bytes::Bytes;
use channels::ChannelKind;
use conversations::{Author, Card, Data};
use delivery::{Carried, Carrier, Limits, Parcel, Refused, Why};
use files::api::LinkKey;
use futures_util::future::BoxFuture;
use http::App;
use kernel::{ChannelId, Origin, Result, Timestamp};
use outbound::{Answer, Request, Target, Trouble, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;

use crate::{
    model::{OK, OpenChannel, Way},
    queries,
    reports::note,
    signed::{SIGNATURE, TIMESTAMP},
};

/// How long a link to a file is good, in milliseconds: a day.
const LINK_MS: i64 = 24 * 3_600_000;
/// Bytes of an answer that are read.
const ANSWER: usize = 16 << 10;

/// Carries for open channels.
pub(crate) struct OpenCarrier;

/// A file the other side may fetch.
#[derive(Serialize)]
struct SentFile {
    name: String,
    mime: String,
    size: i64,
    /// On the host that is called with messages; needs no signature.
    path: String,
    until: Timestamp,
}

/// What is said.
#[derive(Serialize)]
struct Said<'a> {
    kind: &'static str,
    text: &'a str,
    /// Of a colleague; none: the product says it.
    author: Option<&'a str>,
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<SentFile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<&'a Card>,
}

/// What the other side may answer when it takes a message.
#[derive(Default, Deserialize)]
struct Taken {
    #[serde(default)]
    delivered: bool,
}

impl Carrier for OpenCarrier {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Open
    }

    fn carry<'a>(&'a self, app: &'a App, parcel: &'a Parcel) -> BoxFuture<'a, Result<Carried, Refused>> {
        Box::pin(async move {
            let id = parcel.conversation.channel_id;
            let line = Line::to(app, id).await.map_err(|error| Refused::later("trouble", error.to_string()))??;
            let body = body(parcel, &line.links, app.clock().now());
            let answered = line.call(app, Bytes::from(body.to_string())).await;
            let (verdict, code, detail) = judge(answered);
            note(app, id, Way::Out, &code, &detail).await;
            verdict
        })
    }

    fn limits(&self, _tx: &mut Tx<'_>, _conversation: &conversations::Conversation) -> Result<Limits> {
        Ok(Limits::default())
    }
}

/// Where and how the other side is called.
pub(crate) struct Line {
    target: Target,
    secrets: Vec<String>,
    links: LinkKey,
}

impl Line {
    /// The line to the system behind a channel.
    ///
    /// # Errors
    /// From the database; inside, why there is none.
    pub(crate) async fn to(app: &App, id: ChannelId) -> Result<Result<Self, Refused>> {
        let find = move |tx: &mut Tx<'_>| Ok((queries::find(tx, id)?, channels::api::secrets(tx, id)?));
        let (open, secrets): (OpenChannel, _) = app.db().read(&Origin::system("openchannel"), find).await?;
        let links = files::api::link_key(app).await?;
        Ok(match open.target() {
            None => Err(Refused::never("no_callback", "")),
            Some(Err(_)) => Err(Refused::never("forbidden_address", "")),
            Some(Ok(_)) if secrets.is_empty() => Err(Refused::never("no_secret", "")),
            Some(Ok(target)) => Ok(Self { target, secrets, links }),
        })
    }

    /// Calls the other side with this, signed.
    ///
    /// # Errors
    /// When there is no answer.
    pub(crate) async fn call(&self, app: &App, body: Bytes) -> Result<Answer, Trouble> {
        let now = app.clock().now();
        let mark = outbound::sign(&self.secrets, now, &body);
        let request = Request::post(&self.target, body).with(TIMESTAMP, now.to_string()).with(SIGNATURE, mark);
        outbound::call(Request { most: ANSWER, ..request }).await
    }
}

fn body(parcel: &Parcel, links: &LinkKey, now: Timestamp) -> serde_json::Value {
    let until = now.plus_millis(LINK_MS);
    let message = &parcel.message;
    let file = parcel.file.as_ref().map(|file| SentFile {
        name: file.name.clone(),
        mime: file.mime.clone(),
        size: file.size,
        path: links.link(file.id, until),
        until,
    });
    let card = match &message.data {
        Some(Data::Card(card)) => Some(card),
        _ => None,
    };
    let kind = match (&file, card) {
        (Some(_), _) => "file",
        (None, Some(_)) => "card",
        (None, None) => "text",
    };
    let author = (message.author == Author::Agent).then_some(message.author_name.as_str());
    let said = Said { kind, text: &message.text, author, at: message.at, file, card };
    json!({
        "type": "message",
        "id": parcel.id,
        "user_id": parcel.recipient,
        "conversation_id": parcel.conversation.id,
        "seq": message.seq,
        "message": said,
    })
}

/// What an answer means, and what is noted of it.
pub(crate) fn judge(answered: Result<Answer, Trouble>) -> (Result<Carried, Refused>, String, String) {
    match outbound::judge(answered) {
        Verdict::Taken(answer) => {
            let taken: Taken = serde_json::from_slice(&answer.body).unwrap_or_default();
            (Ok(Carried { external_id: None, delivered: taken.delivered }), OK.to_owned(), String::new())
        }
        Verdict::Later { code, text, wait } => {
            let (noted, detail) = noted(code, &text);
            (Err(Refused::Later(Why::new(code, text), wait)), noted, detail)
        }
        Verdict::Never { code, text } => {
            let (noted, detail) = noted(code, &text);
            (Err(Refused::never(code, text)), noted, detail)
        }
    }
}

/// By what an answer is noted, and the rest of it: answers are told apart by their status.
pub fn noted(code: &str, text: &str) -> (String, String) {
    let status = text.get(..3).filter(|status| status.bytes().all(|byte| byte.is_ascii_digit()));
    match (code, status) {
        ("http" | "refused" | "redirected", Some(status)) => {
            (format!("http_{status}"), text[3..].trim_start().to_owned())
        }
        _ => (code.to_owned(), text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_takes_it_may_say_that_it_is_on_the_screen() {
        let answer = |body: &'static str| Answer {
            status: 200,
            retry_after: None,
            content_type: String::new(),
            disposition: String::new(),
            body: Bytes::from_static(body.as_bytes()),
            cut: false,
        };
        assert!(matches!(judge(Ok(answer("ok"))).0, Ok(Carried { delivered: false, .. })));
        assert!(matches!(judge(Ok(answer("{\"delivered\":true}"))).0, Ok(Carried { delivered: true, .. })));
        assert!(matches!(judge(Err(Trouble::ForbiddenAddress)).0, Err(Refused::Never(_))));
    }

    #[test]
    fn what_is_noted_tells_answers_apart_by_their_status() {
        assert_eq!(noted("http", "503 busy"), ("http_503".into(), "busy".into()));
        assert_eq!(noted("refused", "422"), ("http_422".into(), String::new()));
        assert_eq!(noted("timeout", ""), ("timeout".into(), String::new()));
    }
}
