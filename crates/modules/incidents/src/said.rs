//! An update in each conversation: said once, or left out for a reason.

use conversations::{Conversation, ConversationId, State, api::Post};
use http::App;
use kernel::{Actor, Error, Id, Result, Timestamp};
use store::Tx;

use crate::{
    api,
    model::{IncidentSending, IncidentUpdate, SendingState},
    queries,
};

/// Says it in up to `limit` conversations in which it waits; answers how many there were.
pub(crate) fn some(app: &App, tx: &mut Tx<'_>, id: Id<IncidentUpdate>, limit: i64) -> Result<usize> {
    let update = queries::lock_update(tx, id)?;
    let waiting = queries::waiting(tx, id, limit)?;
    for sending in &waiting {
        let now = tx.now();
        let (state, seq, why) = match one(app, tx, &update, sending.conversation_id)? {
            Ok(seq) => (SendingState::Said, Some(seq), None),
            Err(why) => (SendingState::LeftOut, None, Some(why.to_owned())),
        };
        queries::save_sending(tx, &IncidentSending { state, seq, why, at: Some(now), ..sending.clone() })?;
    }
    if waiting.is_empty() && queries::done(tx, id)? {
        let incident = queries::find(tx, update.incident_id)?;
        api::show(tx, &incident)?;
    }
    Ok(waiting.len())
}

/// The number of what was said, or why it was not.
fn one(
    app: &App,
    tx: &mut Tx<'_>,
    update: &IncidentUpdate,
    id: ConversationId,
) -> Result<std::result::Result<i64, &'static str>> {
    let conversation = conversations::api::lock(tx, id)?;
    if let Some(why) = hindered(app, tx, &conversation, &update.text)? {
        return Ok(Err(why));
    }
    // Known by the update and the conversation: said by whoever had the job before, it is not said again.
    let post = Post::new(id, Actor::System("incidents"), update.id.to_string(), update.text.clone());
    match conversations::api::post(tx, post) {
        Ok(message) => Ok(Ok(message.seq)),
        Err(Error::Conflict(..) | Error::Invalid(_) | Error::NotFound) => Ok(Err("refused")),
        Err(error) => Err(error),
    }
}

/// Why nothing can be said there now.
fn hindered(app: &App, tx: &mut Tx<'_>, conversation: &Conversation, text: &str) -> Result<Option<&'static str>> {
    if conversation.state == State::Closed {
        return Ok(Some("closed"));
    }
    let (limits, now) = (delivery::api::limits(app, tx, conversation)?, tx.now());
    let length = text.chars().count() as i64;
    Ok(if limits.refused.is_some() {
        Some("refused")
    } else if limits.until.is_some_and(|until: Timestamp| until <= now) {
        Some("window_closed")
    } else if limits.left.is_some_and(|left| left <= 0) {
        Some("none_left")
    } else if limits.longest.is_some_and(|longest| length > longest) {
        Some("too_long")
    } else {
        None
    })
}
