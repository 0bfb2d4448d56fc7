//! What a customer says.

use channels::ChannelKind;
use std::collections::BTreeMap;

use axum::{body::Body, extract::State, response::Response};
use conversations::{Attributes, ConversationId, QueuePlace};
use delivery::{Incoming, IncomingFile};
use files::FileId;
use http::{App, Path};
use kernel::{Check, Origin, Result};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;

use super::OpenUser;
use crate::signed::{Caller, Signed};

/// Attributes of a conversation at most, and characters of their names and texts.
const ATTRIBUTES: usize = 30;
const ATTRIBUTE_NAME: usize = 60;
const ATTRIBUTE_TEXT: usize = 500;

/// Something a customer says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenMessage {
    /// What your system knows this message by, 1 to 150 characters. Told again under the same id it is kept once.
    id: String,
    /// Who says it.
    user: OpenUser,
    /// The words: up to 5,000 characters; may be left out beside files.
    #[serde(default)]
    text: String,
    /// Files that were sent before, at most 10.
    #[serde(default)]
    files: Vec<FileId>,
    /// What is known of the matter, for whoever answers: at most 30 names of up to 60 and texts of up to 500
    /// characters. Taken when this opens a conversation.
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

/// Where it was kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenMessageKept {
    /// In which conversation.
    conversation_id: ConversationId,
    /// Its number there.
    seq: i64,
    /// Whether it opened the conversation.
    opened: bool,
    /// Whether it had come before: then nothing happened.
    repeated: bool,
}

impl OpenMessage {
    fn check(&self) -> Result<()> {
        let mut check = Check::new().that(self.attributes.len() <= ATTRIBUTES, "attributes", "too_many");
        for (name, text) in self.attributes.iter().take(ATTRIBUTES) {
            let plain = |text: &str, most| text.chars().count() <= most && !text.chars().any(char::is_control);
            let fine = !name.trim().is_empty() && plain(name, ATTRIBUTE_NAME) && plain(text, ATTRIBUTE_TEXT);
            let shown: String = name.chars().filter(|c| !c.is_control()).take(ATTRIBUTE_NAME).collect();
            check = check.that(fine, format!("attributes.{shown}"), "malformed");
        }
        check.done()
    }
}

/// Takes in what a customer says; their first message opens a conversation. Signed.
#[utoipa::path(post, path = "/open/{key}/messages", tag = "open", params(("key" = String, Path)), request_body = OpenMessage, responses((status = 200, body = OpenMessageKept)))]
pub(crate) async fn take(
    State(app): State<App>,
    Path(key): Path<String>,
    caller: Caller,
    body: Body,
) -> Result<Response, Response> {
    let Signed { said, door } = Signed::<OpenMessage>::read(app, ChannelKind::Open, key, caller, body).await?;
    if let Err(error) = said.check() {
        return Err(door.refuse(error).await);
    }
    let line = door.app.part::<Box<dyn QueuePlace>>();
    let incoming = Incoming {
        given: said.user.given(),
        files: said.files.into_iter().map(IncomingFile::Kept).collect(),
        attributes: Attributes(said.attributes),
        ..Incoming::text(door.channel.id, &said.user.id, &said.id, &said.text)
    };
    let once = door.clone();
    let keep = move |tx: &mut Tx<'_>| {
        once.once(tx)?;
        delivery::api::keep(tx, &**line, &incoming)
    };
    let kept = door.app.db().write(&Origin::system("openchannel"), keep).await;
    Ok(door
        .answer(kept.map(|kept| OpenMessageKept {
            conversation_id: kept.conversation_id,
            seq: kept.seq,
            opened: kept.opened,
            repeated: kept.repeated,
        }))
        .await)
}
