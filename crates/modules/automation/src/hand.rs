//! Actions done by hand: a macro on one conversation, some actions on several. Whoever does them acts as
//! themselves: each is what they could do one by one, refused where that is, and stands on the trail as theirs.

use std::sync::Arc;

use access::Placement;
use conversations::{Closing, Conversation, ConversationId, api::NewWrapUp, api::Post};
use http::App;
use kernel::{Error, Id, Params, Result};
use serde::Serialize;
use store::Tx;
use tasks::api::NewTask;
use utoipa::ToSchema;

use crate::{
    act,
    model::{Action, Actions, Macro},
};

/// What the guards of modules say that are above and below.
#[derive(Clone)]
pub(crate) struct Hands {
    placement: Arc<Box<dyn Placement>>,
    closing: Arc<Box<dyn Closing>>,
}

impl Hands {
    pub(crate) fn of(app: &App) -> Self {
        Self { placement: app.part(), closing: app.part() }
    }
}

/// Why something was refused, as it would have been by itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Refusal {
    /// The stable name of the problem.
    pub code: &'static str,
    /// Values for the translated text.
    #[schema(value_type = Object)]
    pub params: Params,
    /// The fields that could not be taken, for `invalid`.
    pub fields: Vec<RefusedField>,
}

/// A field that could not be taken.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RefusedField {
    /// Its path.
    pub field: String,
    /// Why.
    pub code: &'static str,
}

impl Refusal {
    /// What is a refusal and no fault of ours.
    ///
    /// # Errors
    /// The error, when it is none.
    pub(crate) fn of(error: Error) -> Result<Self> {
        let (params, fields) = (Params::new(), Vec::new());
        Ok(match error {
            Error::Conflict(code, params) => Self { code: code.name(), params, fields },
            Error::NotFound => Self { code: "not_found", params, fields },
            Error::Forbidden(permission) => {
                Self { code: "forbidden", params: Params::from([("permission", permission.into())]), fields }
            }
            Error::Invalid(bad) => {
                let fields = bad.into_iter().map(|one| RefusedField { field: one.field.into_owned(), code: one.code });
                Self { code: "invalid", params, fields: fields.collect() }
            }
            ours => return Err(ours),
        })
    }
}

/// What came of it.
pub(crate) struct Done {
    /// The conversation as it is now.
    pub conversation: Conversation,
    /// Words for whoever acts to read and send.
    pub draft: Option<String>,
}

/// Does all of it, or fails; `said` is told of each action what it says, filled in.
pub(crate) fn perform(
    tx: &mut Tx<'_>,
    hands: &Hands,
    id: ConversationId,
    actions: &Actions,
    said: &mut Vec<Option<String>>,
) -> Result<Done> {
    conversations::api::workable(tx, id)?;
    let run: Id<Macro> = tx.new_id();
    let mut drafts: Vec<String> = Vec::new();
    for (at, action) in actions.0.iter().enumerate() {
        let about = conversations::api::lock(tx, id)?;
        let text = one(tx, hands, &format!("{run}/{at}"), action, &about)?;
        if let (Action::Draft { .. }, Some(text)) = (action, &text) {
            drafts.push(text.clone());
        }
        said.push(text);
    }
    let draft = (!drafts.is_empty()).then(|| drafts.join("\n"));
    Ok(Done { conversation: conversations::api::get(tx, id)?, draft })
}

fn one(tx: &mut Tx<'_>, hands: &Hands, key: &str, action: &Action, about: &Conversation) -> Result<Option<String>> {
    let (id, now) = (about.id, tx.now());
    match action {
        Action::AddTag { tag } => act::add_tag(tx, about, tag)?,
        Action::RemoveTag { tag } => act::remove_tag(tx, about, tag)?,
        Action::SetPriority { priority } => routing::api::set_priority(tx, id, *priority)?,
        Action::SetQueue { queue_id } => drop(routing::api::pass_to_queue(tx, id, *queue_id)?),
        Action::Assign { user_id } => drop(routing::api::pass_to_person(tx, &**hands.placement, id, *user_id)?),
        Action::Note { text } => return say(tx, key, about, text, true).map(Some),
        Action::Reply { text } => return say(tx, key, about, text, false).map(Some),
        Action::Draft { text } => return act::filled(tx, about, text).map(Some),
        Action::Task { title, due_minutes, holder } => {
            let task = act::task(tx, about, title, *due_minutes, *holder)?;
            let _permit = tx.actor().permit("tasks.create", &task.assignee.owned(), now)?;
            let title = task.title.clone();
            tasks::api::create(tx, NewTask { key: Some(key.to_owned()), ..task })?;
            return Ok(Some(title));
        }
        Action::Snooze { preset, until, reason } => {
            let until = match (until, preset) {
                (Some(until), _) => *until,
                (None, Some(preset)) => preset.moment(&*settings::api::calendar(tx)?, now)?,
                (None, None) => return Err(Error::field("preset", "required")),
            };
            conversations::api::snooze(tx, id, until, reason.as_deref())?;
        }
        Action::Wake {} => drop(conversations::api::wake(tx, id)?),
        Action::Close { reason_id, note } => {
            let permit = tx.actor().permit("conversations.close", &about.owned(), now)?;
            hands.closing.may_close(tx, about)?;
            let note = note.clone().filter(|note| !note.trim().is_empty());
            let said = reason_id.is_some() || note.is_some();
            conversations::api::close(tx, &permit, id, said.then_some(NewWrapUp { reason_id: *reason_id, note }))?;
        }
        // Nobody is told by hand: it is refused when it is written.
        Action::Notify { .. } => return Err(Error::field("do", "not_allowed")),
    }
    Ok(None)
}

/// Says it as whoever acts.
fn say(tx: &mut Tx<'_>, key: &str, about: &Conversation, text: &str, note: bool) -> Result<String> {
    let text = act::filled(tx, about, text)?;
    let post = Post::new(about.id, tx.actor().clone(), key.to_owned(), text.clone());
    conversations::api::post(tx, Post { note, ..post })?;
    Ok(text)
}
