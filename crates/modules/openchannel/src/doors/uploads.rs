//! Files of customers: announced by a signed call, then sent to an address that is good for ten minutes.
//! So nothing is read of anybody who did not show who they are, and the customer's own device may send it.

use axum::{body::Body, extract::State, response::Response};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use channels::ChannelKind;
use files::{FileId, StoredFile};
use futures_util::TryStreamExt as _;
use http::{App, Path};
use kernel::{Check, CustomerId, Error, Origin, Result, Timestamp, Visitor};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;

use super::OpenUser;
use crate::signed::{Caller, Door, Signed};

/// How long an address to send a file to is good, in milliseconds.
const GOOD_MS: i64 = 600_000;
/// Characters of such an address's last part.
const LONGEST: usize = 4_000;

/// A file that is to be sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenFile {
    /// Who sends it.
    user: OpenUser,
    /// What it is called: up to 200 characters.
    name: String,
    /// Its bytes: up to 20 MiB.
    size: i64,
    /// SHA-256 of its bytes, in hexadecimal.
    sha256: String,
}

/// Where it is to be sent.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenUpload {
    /// The path to `PUT` the bytes to, as they are. Needs no signature.
    path: String,
    /// Until when.
    until: Timestamp,
}

/// A file that was taken.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenFileKept {
    /// What a message names it by; within a day.
    file_id: FileId,
    /// What it is called now.
    name: String,
    /// What it is, judged by its bytes.
    mime: String,
    /// Its bytes.
    size: i64,
}

/// What an address to send a file to says.
#[derive(Serialize, Deserialize)]
struct Ticket {
    customer: CustomerId,
    name: String,
    size: i64,
    sha256: String,
    until: Timestamp,
}

impl Ticket {
    /// Its text, with the channel's mark. `upload.` in front, so that no mark of a call is one of these.
    fn sealed(&self, door: &Door) -> Result<String> {
        let text = URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).map_err(Error::internal)?);
        let mark = outbound::sign(&door.secrets[..1.min(door.secrets.len())], self.until, &sealed_part(&text));
        Ok(format!("{text}.{}", mark.trim_start_matches("v1=")))
    }

    fn opened(text: &str, secrets: &[String], now: Timestamp) -> Option<Self> {
        let (text, mark) = text.split_once('.').filter(|_| text.len() <= LONGEST)?;
        let ticket: Self = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let good = outbound::is_signed(secrets, &ticket.until.to_string(), &sealed_part(text), &format!("v1={mark}"));
        (good && now < ticket.until).then_some(ticket)
    }
}

fn sealed_part(text: &str) -> Vec<u8> {
    format!("upload.{text}").into_bytes()
}

/// Announces a file that a customer sends; answers where to. Signed.
#[utoipa::path(post, path = "/open/{key}/files", tag = "open", params(("key" = String, Path)), request_body = OpenFile, responses((status = 200, body = OpenUpload)))]
pub(crate) async fn announce(
    State(app): State<App>,
    Path(key): Path<String>,
    caller: Caller,
    body: Body,
) -> Result<Response, Response> {
    let Signed { said, door } = Signed::<OpenFile>::read(app, ChannelKind::Open, key.clone(), caller, body).await?;
    let largest = i64::try_from(files::api::LARGEST).unwrap_or(i64::MAX);
    let digest = said.sha256.len() == 64 && said.sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
    let checked = Check::new()
        .text("name", &said.name, 1..=200)
        .range("size", said.size, 1..=largest)
        .that(digest, "sha256", "malformed")
        .done();
    if let Err(error) = checked {
        return Err(door.refuse(error).await);
    }
    let once = door.clone();
    let OpenFile { user, name, size, sha256 } = said;
    let find = move |tx: &mut Tx<'_>| {
        once.once(tx)?;
        delivery::api::whose(tx, once.channel.id, &user.id, &user.given())
    };
    let found = door.app.db().write(&Origin::system("openchannel"), find).await;
    let upload = found.and_then(|visitor| {
        let until = door.app.clock().now().plus_millis(GOOD_MS);
        let sha256 = sha256.to_ascii_lowercase();
        let ticket = Ticket { customer: visitor.customer, name, size, sha256, until };
        Ok(OpenUpload { path: format!("/open/{key}/uploads/{}", ticket.sealed(&door)?), until })
    });
    Ok(door.answer(upload).await)
}

/// Takes the bytes of a file that was announced, at the address that was answered.
#[utoipa::path(put, path = "/open/{key}/uploads/{ticket}", tag = "open", params(("key" = String, Path), ("ticket" = String, Path)), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = OpenFileKept)))]
pub(crate) async fn receive(
    State(app): State<App>,
    Path((key, ticket)): Path<(String, String)>,
    caller: Caller,
    body: Body,
) -> Result<Response, Response> {
    let refused = |error| files::api::refusal(error);
    let door = Door::find(app, key, &caller).await.map_err(refused)?;
    let ticket = Ticket::opened(&ticket, &door.secrets, door.app.clock().now());
    let Some(ticket) = ticket else { return Err(refused(Error::Unauthenticated)) };
    let by = door.by(Visitor { customer: ticket.customer, channel: door.channel.id });
    let chunks = body.into_data_stream().map_err(|_| Error::field("file", "unreadable"));
    let taken = files::api::receive_stream(&door.app, &by, "message", &ticket.name, chunks).await;
    // One that is another than was announced is nobody's, and goes within a day.
    let kept = taken.and_then(|file| ticket.check(&file).map(|()| file));
    Ok(door
        .answer(kept.map(|file| OpenFileKept { file_id: file.id, name: file.name, mime: file.mime, size: file.size }))
        .await)
}

impl Ticket {
    fn check(&self, file: &StoredFile) -> Result<()> {
        Check::new()
            .that(file.size == self.size, "size", "mismatch")
            .that(file.sha256 == self.sha256, "sha256", "mismatch")
            .done()
    }
}
