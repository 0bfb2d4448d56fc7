//! What somebody wrote to the number.

use axum::{body::Body, extract::State, response::Response};
use channels::ChannelKind;
use conversations::{ConversationId, QueuePlace};
use customers::api::spell_phone;
use http::{App, Path};
use kernel::{Check, Error, Result};
use openchannel::api::{Caller, Signed};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;

use crate::{
    flood::Floods,
    model::Driver,
    queries, single,
    take::{self, Came, Taken},
};

/// A text message somebody wrote.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SmsCame {
    /// What the gateway knows this message by, 1 to 150 characters. Told again under the same id it is taken once.
    id: String,
    /// The number it comes from, in any spelling.
    #[schema(example = "+8613812345678")]
    from: String,
    /// What it says, whole: up to 5,000 characters.
    text: String,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct SmsTaken {
    /// In which conversation it stands; none where it was a word of the channel's lists, or said nothing.
    conversation_id: Option<ConversationId>,
    /// Whether it had come before: then nothing happened.
    repeated: bool,
}

/// Takes in a text message somebody wrote. Signed as calls of the open channel are.
#[utoipa::path(post, path = "/sms/{key}/messages", tag = "sms", params(("key" = String, Path)), request_body = SmsCame, responses((status = 200, body = SmsTaken)))]
pub(crate) async fn take(
    State(app): State<App>,
    Path(key): Path<String>,
    caller: Caller,
    body: Body,
) -> Result<Response, Response> {
    let Signed { said, door } = Signed::<SmsCame>::read(app, ChannelKind::Sms, key, caller, body).await?;
    let phone = spell_phone(&said.from);
    let plain = said.id.trim() == said.id && !said.id.chars().any(char::is_control);
    let check = Check::new()
        .text("id", &said.id, 1..=150)
        .that(plain, "id", "malformed")
        .that(phone.is_some(), "from", "malformed")
        .that(said.text.chars().take(5_001).count() <= 5_000, "text", "too_long");
    if let Err(error) = check.done() {
        return Err(door.refuse(error).await);
    }
    let phone = phone.unwrap_or_default();
    let id = door.channel.id;
    if !door.app.part::<Floods>().may(id, &phone) {
        return Err(door.refuse(Error::Limited { retry_after: 60 }).await);
    }
    let line = door.app.part::<Box<dyn QueuePlace>>();
    let came = Came { phone, id: said.id, text: said.text };
    let once = door.clone();
    let keep = move |tx: &mut Tx<'_>| {
        once.once(tx)?;
        let gateway = queries::find(tx, id)?;
        if gateway.driver != Driver::Http {
            return Err(Error::NotFound);
        }
        let now = tx.now();
        if !queries::hear(tx, id, &came.id, "", now)? {
            return Ok(SmsTaken { conversation_id: None, repeated: true });
        }
        Ok(match take::take(tx, &**line, &gateway, &came)? {
            Taken::Kept(kept) => SmsTaken { conversation_id: Some(kept.conversation_id), repeated: kept.repeated },
            Taken::Heard => SmsTaken { conversation_id: None, repeated: false },
        })
    };
    let kept = door.app.db().write(&single::system(), keep).await;
    Ok(door.answer(kept).await)
}
