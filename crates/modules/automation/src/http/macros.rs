//! Macros: written, tried on a conversation, used.

use std::sync::{Arc, Mutex, PoisonError};

use audit::api::Entry;
use axum::http::StatusCode;
use conversations::{Conversation, ConversationId};
use http::{Answer, Cx, Json, Path, Problem};
use kernel::{Check, Id, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use utoipa::ToSchema;

use super::manage::known;
use crate::{
    codes,
    hand::{self, Hands, Refusal},
    model::{Action, Actions, Macro, MacroScope, Occasion},
    policy, queries,
};

/// Macros one person may use.
const MOST: usize = 300;

/// Lists the macros one may use, one's own and everybody's, by name.
#[utoipa::path(get, path = "/macros", tag = "automation", responses((status = 200, body = Vec<Macro>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<Macro>> {
    let all = cx
        .read(|tx| {
            let me = policy::may_use_macros(tx.actor())?;
            queries::macros(tx, me)
        })
        .await?;
    Ok(Json(all))
}

/// A new macro.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMacro {
    /// Its name: 1 to 60 characters.
    name: String,
    /// Who may use it.
    scope: MacroScope,
    /// What it does.
    actions: Actions,
}

/// A macro as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MacroChange {
    /// The version that was seen.
    version: i64,
    /// Its name: 1 to 60 characters.
    name: String,
    /// What it does.
    actions: Actions,
}

fn checked(tx: &mut Tx<'_>, name: &str, actions: &Actions) -> Result<String> {
    actions.check(Check::new().text("name", name, 1..=60), Occasion::Macro).done()?;
    known(tx, &actions.0, "")?;
    Ok(name.trim().to_owned())
}

/// Adds a macro: one's own, or everybody's.
#[utoipa::path(post, path = "/macros", tag = "automation", request_body = NewMacro, responses((status = 200, body = Macro)))]
pub(crate) async fn add(cx: Cx, Json(request): Json<NewMacro>) -> Answer<Macro> {
    let added = cx
        .write(move |tx| {
            let me = policy::may_use_macros(tx.actor())?;
            let owner_id = (request.scope == MacroScope::Personal).then_some(me);
            let permit = policy::may_write(tx.actor(), request.scope, owner_id, tx.now())?;
            let added = Macro {
                id: tx.new_id(),
                name: checked(tx, &request.name, &request.actions)?,
                scope: request.scope,
                owner_id,
                actions: request.actions.clone(),
                uses: 0,
                created_at: permit.at(),
                version: 1,
            };
            if queries::macros(tx, me)?.len() >= MOST {
                return Err(codes::TOO_MANY_MACROS.conflict());
            }
            queries::insert_macro(tx, &added)?;
            audit::api::record(tx, Entry::new("automation.macro_added", "macro", added.id).created(&added))?;
            Ok(added)
        })
        .await?;
    Ok(Json(added))
}

/// Changes a macro.
#[utoipa::path(put, path = "/macros/{id}", tag = "automation", params(("id" = Id<Macro>, Path)), request_body = MacroChange, responses((status = 200, body = Macro)))]
pub(crate) async fn change(cx: Cx, Path(id): Path<Id<Macro>>, Json(request): Json<MacroChange>) -> Answer<Macro> {
    let changed = cx
        .write(move |tx| {
            let before = writable(tx, id)?;
            let after = Macro {
                name: checked(tx, &request.name, &request.actions)?,
                actions: request.actions.clone(),
                version: request.version + 1,
                ..before.clone()
            };
            queries::save_macro(tx, &after)?;
            let entry = Entry::new("automation.macro_changed", "macro", id).change(&before, &after);
            audit::api::record(tx, entry)?;
            Ok(after)
        })
        .await?;
    Ok(Json(changed))
}

/// Deletes a macro. What was done with it stays done.
#[utoipa::path(delete, path = "/macros/{id}", tag = "automation", params(("id" = Id<Macro>, Path)), responses((status = 204)))]
pub(crate) async fn delete(cx: Cx, Path(id): Path<Id<Macro>>) -> Result<StatusCode, Problem> {
    cx.write(move |tx| {
        let before = writable(tx, id)?;
        queries::delete_macro(tx, id)?;
        audit::api::record(tx, Entry::new("automation.macro_deleted", "macro", id).deleted(&before))
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The macro, when the actor may change it; not there where they may not even use it.
fn writable(tx: &mut Tx<'_>, id: Id<Macro>) -> Result<Macro> {
    policy::may_use_macros(tx.actor())?;
    let one = usable(tx, id)?;
    let _permit = policy::may_write(tx.actor(), one.scope, one.owner_id, tx.now())?;
    Ok(one)
}

pub(super) fn usable(tx: &mut Tx<'_>, id: Id<Macro>) -> Result<Macro> {
    policy::may_use_macros(tx.actor())?;
    let one = queries::find_macro(tx, id)?;
    policy::may_use(tx.actor(), &one)?;
    Ok(one)
}

/// Which macro.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MacroUse {
    /// Which.
    macro_id: Id<Macro>,
}

/// What a macro did.
#[derive(Serialize, ToSchema)]
pub(crate) struct MacroDone {
    /// The conversation as it is now.
    conversation: Conversation,
    /// Words to read and send, where it has any.
    draft: Option<String>,
}

/// Does to a conversation what a macro says, as whoever asks: all of it, or nothing.
#[utoipa::path(post, path = "/conversations/{id}/macro-runs", tag = "automation", params(("id" = ConversationId, Path)), request_body = MacroUse, responses((status = 200, body = MacroDone)))]
pub(crate) async fn run(cx: Cx, Path(id): Path<ConversationId>, Json(request): Json<MacroUse>) -> Answer<MacroDone> {
    let hands = Hands::of(cx.app());
    let done = cx
        .write(move |tx| {
            conversations::api::workable(tx, id)?;
            let one = usable(tx, request.macro_id)?;
            let done = hand::perform(tx, &hands, id, &one.actions, &mut Vec::new())?;
            used(tx, &one, id)?;
            Ok(MacroDone { conversation: done.conversation, draft: done.draft })
        })
        .await?;
    Ok(Json(done))
}

pub(super) fn used(tx: &mut Tx<'_>, one: &Macro, id: ConversationId) -> Result<()> {
    queries::used_macro(tx, one.id)?;
    let entry = json!({ "macro": one.id, "name": one.name });
    audit::api::record(tx, Entry::new("automation.macro_used", "conversation", id).created(&entry))
}

/// What would be done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MacroTrial {
    /// What, in this order.
    actions: Actions,
}

/// An action that was tried.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct TriedAction {
    /// The action.
    action: Action,
    /// What it would say, filled in.
    text: Option<String>,
    /// Why it would be refused; then nothing of all would be done, and what follows was not tried.
    refused: Option<Refusal>,
}

/// Tries what a macro would do to a conversation, up to what would stand in the way. Nothing of it is done.
#[utoipa::path(post, path = "/conversations/{id}/macro-trials", tag = "automation", params(("id" = ConversationId, Path)), request_body = MacroTrial, responses((status = 200, body = Vec<TriedAction>)))]
pub(crate) async fn try_out(
    cx: Cx,
    Path(id): Path<ConversationId>,
    Json(request): Json<MacroTrial>,
) -> Answer<Vec<TriedAction>> {
    let hands = Hands::of(cx.app());
    let found: Arc<Mutex<Vec<TriedAction>>> = Arc::default();
    let told = found.clone();
    let tried = cx
        .write(move |tx| {
            conversations::api::workable(tx, id)?;
            request.actions.check(Check::new(), Occasion::Macro).done()?;
            let mut said = Vec::new();
            let refused = match hand::perform(tx, &hands, id, &request.actions, &mut said) {
                Ok(_) => None,
                Err(error) => Some(Refusal::of(error)?),
            };
            let mut steps: Vec<_> = request
                .actions
                .0
                .iter()
                .zip(said)
                .map(|(action, text)| TriedAction { action: action.clone(), text, refused: None })
                .collect();
            if let (Some(action), Some(refused)) = (request.actions.0.get(steps.len()), refused) {
                steps.push(TriedAction { action: action.clone(), text: None, refused: Some(refused) });
            }
            *told.lock().unwrap_or_else(PoisonError::into_inner) = steps;
            // Whatever was done is taken back.
            Err::<(), _>(codes::TRIED.conflict())
        })
        .await;
    match tried {
        Err(kernel::Error::Conflict(code, _)) if code == codes::TRIED => {}
        Err(error) => return Err(error.into()),
        Ok(()) => {}
    }
    let steps = found.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(Json(steps))
}
