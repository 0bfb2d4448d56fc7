//! Carrying what is said to the other side: a signed call of the channel's callback address.

use bytes::Bytes;
use channels::ChannelKind;
use conversations::{Author, Card, Data};
use delivery::{Carried, Carrier, Limits, Parcel, Refused};
use files::api::LinkKey;
use futures_util::future::BoxFuture;
use http::App;
use kernel::{ChannelId, Origin, Result, Timestamp};
use outbound::{Answer, Request, Target, Trouble};
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
/// Characters of an answer that are shown.
const SHOWN: usize = 200;

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
    let answer = match answered {
        Ok(answer) => answer,
        Err(trouble) => {
            let refused = match &trouble {
                Trouble::ForbiddenAddress => Refused::never(trouble.code(), ""),
                _ => Refused::later(trouble.code(), trouble.text()),
            };
            return (Err(refused), trouble.code().to_owned(), trouble.text().to_owned());
        }
    };
    if answer.is_good() {
        let taken: Taken = serde_json::from_slice(&answer.body).unwrap_or_default();
        return (Ok(Carried { external_id: None, delivered: taken.delivered }), OK.to_owned(), String::new());
    }
    let said: String = String::from_utf8_lossy(&answer.body).chars().filter(|c| !c.is_control()).take(SHOWN).collect();
    let detail = format!("{} {said}", answer.status).trim_end().to_owned();
    let refused = match answer.status {
        300..=399 => Refused::later("redirected", &detail),
        // The message itself is refused: it would be again.
        400 | 410 | 413 | 415 | 422 => Refused::never("refused", &detail),
        _ => match Refused::later("http", &detail) {
            Refused::Later(why, _) => Refused::Later(why, answer.retry_after),
            never => never,
        },
    };
    (Err(refused), format!("http_{}", answer.status), said)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn answer(status: u16, body: &'static str) -> Result<Answer, Trouble> {
        let (content_type, disposition) = (String::new(), String::new());
        let retry_after = Some(Duration::from_secs(9));
        Ok(Answer {
            status,
            retry_after,
            content_type,
            disposition,
            body: Bytes::from_static(body.as_bytes()),
            cut: false,
        })
    }

    #[test]
    fn what_may_be_mended_is_tried_again_and_what_is_refused_is_not() {
        assert!(matches!(judge(answer(200, "ok")).0, Ok(Carried { delivered: false, .. })));
        assert!(matches!(judge(answer(204, "{\"delivered\":true}")).0, Ok(Carried { delivered: true, .. })));
        for status in [301, 401, 403, 404, 408, 429, 500, 503] {
            assert!(matches!(judge(answer(status, "")).0, Err(Refused::Later(..))), "{status}");
        }
        assert!(matches!(judge(answer(503, "")).0, Err(Refused::Later(_, Some(wait))) if wait.as_secs() == 9));
        for status in [400, 410, 413, 422] {
            assert!(
                matches!(judge(answer(status, "no")).0, Err(Refused::Never(why)) if why.text.ends_with("no")),
                "{status}"
            );
        }
        assert!(matches!(judge(Err(Trouble::ForbiddenAddress)).0, Err(Refused::Never(_))));
        assert!(matches!(judge(Err(Trouble::Timeout)).0, Err(Refused::Later(..))));
    }
}
