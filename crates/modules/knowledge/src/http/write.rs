//! Writing canned replies.

use audit::api::Entry;
use axum::http::StatusCode;
use http::{Answer, Cx, Json, Path, Problem};
use kernel::{Error, Id, Owned, Result, UnitId};
use serde::Deserialize;
use store::{Fact, Tx};
use utoipa::ToSchema;

use super::list::{CannedReplyView, view};
use crate::{
    codes, events,
    model::{CannedReply, CannedScope, Wording},
    policy, queries,
};

/// Replies a person, a unit, or everybody has at most: all of them go to every composer.
const MOST: i64 = 1_000;

/// A new canned reply.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCannedReply {
    /// What is typed for it: 1 to 32 letters (Han too), digits, `-`, `_`, `.`; a slash before it is
    /// taken off, capitals become small.
    code: String,
    /// What it is called, 1 to 60 characters.
    title: String,
    /// What is said, 1 to 2,000 characters. Between double braces stand variables (`customer.name`,
    /// `agent.name`, `organisation.name`, `conversation.channel`) and, after `?`, what its user is asked
    /// for, 1 to 30 characters; anything else there is refused.
    text: String,
    /// Who may use it.
    scope: CannedScope,
    /// The unit, for a team's; one's own without.
    unit_id: Option<UnitId>,
    /// Among which others it is listed, up to 30 characters.
    group: Option<String>,
}

/// Writes a canned reply.
#[utoipa::path(post, path = "/canned-replies", tag = "knowledge", request_body = NewCannedReply, responses((status = 200, body = CannedReplyView)))]
pub(crate) async fn create(cx: Cx, Json(request): Json<NewCannedReply>) -> Answer<CannedReplyView> {
    let created = cx
        .write(move |tx| {
            let owned = owned(tx, request.scope, request.unit_id)?;
            let permit = policy::may_write(tx.actor(), request.scope, &owned, tx.now())?;
            let wording = Wording {
                code: request.code.clone(),
                title: request.title.clone(),
                text: request.text.clone(),
                group: request.group.clone().unwrap_or_default(),
            };
            let reply = CannedReply::new(&permit, tx.new_id(), request.scope, owned, wording.normal()?);
            if queries::count_beside(tx, &reply)? >= MOST {
                return Err(codes::TOO_MANY.conflict());
            }
            queries::insert(tx, &reply)?;
            let entry = Entry::new("knowledge.canned_reply_created", "canned_reply", reply.id).created(&reply);
            told(tx, events::CREATED, &reply, entry)?;
            Ok(view(tx.actor(), reply, tx.now()))
        })
        .await?;
    Ok(Json(created))
}

/// Whose a new one is.
fn owned(tx: &mut Tx<'_>, scope: CannedScope, unit: Option<UnitId>) -> Result<Owned> {
    let (me, mine) = {
        let staff = tx.actor().staff()?;
        (staff.id, staff.unit)
    };
    match (scope, unit) {
        (CannedScope::Team, Some(unit)) => match people::api::tree(tx)?.unit(unit) {
            Some(_) => Ok(Owned::by(None, unit)),
            None => Err(Error::field("unit_id", "unknown")),
        },
        (CannedScope::Team, None) => mine.map(|unit| Owned::by(None, unit)).ok_or_else(|| codes::NO_UNIT.conflict()),
        (_, Some(_)) => Err(Error::field("unit_id", "not_allowed")),
        (CannedScope::Personal, None) => Ok(Owned::by(me, None)),
        (CannedScope::All, None) => Ok(Owned::NOBODY),
    }
}

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CannedReplyChange {
    /// The version that was seen.
    version: i64,
    /// As in a new one.
    code: Option<String>,
    /// As in a new one.
    title: Option<String>,
    /// As in a new one.
    text: Option<String>,
    /// As in a new one; empty for none.
    group: Option<String>,
}

/// Changes a canned reply.
#[utoipa::path(patch, path = "/canned-replies/{id}", tag = "knowledge", params(("id" = Id<CannedReply>, Path)), request_body = CannedReplyChange, responses((status = 200, body = CannedReplyView)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<Id<CannedReply>>,
    Json(request): Json<CannedReplyChange>,
) -> Answer<CannedReplyView> {
    let changed = cx
        .write(move |tx| {
            let before = queries::find(tx, id)?;
            let permit = may_change(tx, &before)?;
            if before.version != request.version {
                return Err(codes::STALE.conflict());
            }
            let mut wording = before.wording();
            for (field, wish) in [
                (&mut wording.code, &request.code),
                (&mut wording.title, &request.title),
                (&mut wording.text, &request.text),
                (&mut wording.group, &request.group),
            ] {
                if let Some(wish) = wish {
                    field.clone_from(wish);
                }
            }
            let after = before.clone().reworded(&permit, wording.normal()?);
            queries::save(tx, &after)?;
            let entry = Entry::new("knowledge.canned_reply_changed", "canned_reply", id).change(&before, &after);
            told(tx, events::CHANGED, &after, entry)?;
            Ok(view(tx.actor(), after, tx.now()))
        })
        .await?;
    Ok(Json(changed))
}

/// Deletes a canned reply. What was said with it stays said.
#[utoipa::path(delete, path = "/canned-replies/{id}", tag = "knowledge", params(("id" = Id<CannedReply>, Path)), responses((status = 204)))]
pub(crate) async fn delete(cx: Cx, Path(id): Path<Id<CannedReply>>) -> Result<StatusCode, Problem> {
    cx.write(move |tx| {
        let before = queries::find(tx, id)?;
        let _permit = may_change(tx, &before)?;
        queries::delete(tx, id)?;
        let entry = Entry::new("knowledge.canned_reply_deleted", "canned_reply", id).deleted(&before);
        told(tx, events::DELETED, &before, entry)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who may use it but not change it hears so; to anybody else it does not exist.
fn may_change(tx: &mut Tx<'_>, reply: &CannedReply) -> Result<kernel::Permit> {
    let desk = policy::may_use(tx)?;
    match policy::may_change(tx.actor(), reply, tx.now()) {
        Err(Error::Forbidden(_)) if !desk.holds(reply) => Err(Error::NotFound),
        answer => answer,
    }
}

fn told(tx: &mut Tx<'_>, kind: &'static str, reply: &CannedReply, entry: Entry) -> Result<()> {
    audit::api::record(tx, entry)?;
    tx.emit(Fact::new(kind, reply.id, &reply.fact())?);
    Ok(())
}
