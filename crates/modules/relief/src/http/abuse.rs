//! Saying that a contact was abusive, and taking that back.

use audit::api::Entry;
use conversations::ConversationId;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{Check, Id, Owned, Page, PageQuery, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use crate::{
    codes,
    model::{AbuseKind, AbusiveContact, PauseCause, ReliefPause},
    pauses::{self, Bearer, Granted},
    policy, queries,
};

/// What made a contact abusive.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAbusiveContact {
    /// What kind of.
    kind: AbuseKind,
    /// What happened, in one's own words: 1 to 500 characters.
    word: String,
}

/// A contact that was marked, and the pause it was granted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MarkedContact {
    #[serde(flatten)]
    contact: AbusiveContact,
    /// The pause; none where whoever bore it takes no work now, or had as much today as the rules grant.
    pause: Option<ReliefPause>,
}

/// Says that the contact in this conversation was abusive: whoever has it gets the pause the rule grants. Once for
/// each conversation.
#[utoipa::path(post, path = "/conversations/{id}/abuse", tag = "relief", params(("id" = ConversationId, Path)), request_body = NewAbusiveContact, responses((status = 200, body = MarkedContact)))]
pub(crate) async fn mark(
    cx: Cx,
    Path(id): Path<ConversationId>,
    Json(request): Json<NewAbusiveContact>,
) -> Answer<MarkedContact> {
    let marked = cx
        .append(move |tx| {
            // The row's lock, so that it is marked once.
            let conversation = conversations::api::lock(tx, id)?;
            let me = tx.actor().staff()?.clone();
            let owned = match conversation.assignee_id {
                Some(_) => conversation.owned(),
                None => Owned::by(me.id, me.unit),
            };
            let _permit = policy::may_mark(tx.actor(), &owned, tx.now())?;
            conversations::api::workable(tx, id)?;
            Check::new().text("word", &request.word, 1..=500).done()?;
            if queries::of_conversation(tx, id)?.iter().any(|one| one.taken_back_at.is_none()) {
                return Err(codes::MARKED.conflict());
            }
            let who = match (conversation.assignee_id, &conversation.assignee_name) {
                (Some(id), Some(name)) => Bearer { id, name: name.clone(), unit: conversation.unit_id },
                _ => Bearer { id: me.id, name: me.name.clone(), unit: me.unit },
            };
            let now = tx.now();
            let mut contact = AbusiveContact {
                id: tx.new_id(),
                conversation_id: id,
                customer_id: conversation.customer_id,
                customer_name: conversation.customer_name,
                user_id: who.id,
                user_name: who.name.clone(),
                unit_id: who.unit,
                kind: request.kind,
                word: request.word.trim().to_owned(),
                day: pauses::day_of(tx, now)?,
                at: now,
                pause_minutes: 0,
                taken_back_at: None,
                taken_back_by: None,
                taken_back_by_name: None,
                taken_back_why: None,
                version: 1,
            };
            let minutes = queries::rules(tx)?.abuse_minutes;
            let pause = match pauses::grant(tx, &who, PauseCause::Abuse, minutes, Some(contact.id))? {
                Granted::Until(pause) => Some(*pause),
                Granted::NotWorking | Granted::Capped => None,
            };
            contact.pause_minutes = pause.as_ref().map_or(0, |pause| pause.until.since(now) / 60_000);
            queries::insert_contact(tx, &contact)?;
            pauses::count(tx, &who, contact.day.clone(), |day| day.abusive += 1)?;
            let entry = Entry::new("relief.marked", "abusive_contact", contact.id);
            let trace = json!({ "conversation_id": id, "user_id": who.id, "kind": contact.kind, "pause_minutes": contact.pause_minutes });
            audit::api::record(tx, entry.created(&trace))?;
            Ok(MarkedContact { contact, pause })
        })
        .await?;
    Ok(Json(marked))
}

/// Which contacts.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ContactQuery {
    /// Only those this person bore.
    user: Option<UserId>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists contacts that were marked as abusive, newest first: one's own, and those of whom one supervises.
#[utoipa::path(get, path = "/abusive-contacts", tag = "relief", params(ContactQuery), responses((status = 200, body = Page<AbusiveContact>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<ContactQuery>) -> Answer<Page<AbusiveContact>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let page = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let (limit, before) = (page.limit()?, page.before()?);
            let rows = queries::contacts(tx, &scope, query.user, &before, limit + 1)?;
            Ok(Page::of(rows, limit, |row: &AbusiveContact| (row.at.millis(), row.id.to_string())))
        })
        .await?;
    Ok(Json(page))
}

/// Why it was none.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactWithdrawal {
    /// In one's own words: 1 to 500 characters.
    reason: String,
}

/// Takes back that a contact was abusive: it counts no more. A pause that runs goes on.
#[utoipa::path(post, path = "/abusive-contacts/{id}/withdrawal", tag = "relief", params(("id" = Id<AbusiveContact>, Path)), request_body = ContactWithdrawal, responses((status = 200, body = AbusiveContact)))]
pub(crate) async fn withdraw(
    cx: Cx,
    Path(id): Path<Id<AbusiveContact>>,
    Json(request): Json<ContactWithdrawal>,
) -> Answer<AbusiveContact> {
    let contact = cx
        .write(move |tx| {
            let before = queries::contact(tx, id)?;
            let permit = policy::may_supervise(tx.actor(), &before.owned(), tx.now())?;
            Check::new().text("reason", &request.reason, 1..=500).done()?;
            let staff = tx.actor().staff()?.clone();
            let why = request.reason.trim().to_owned();
            let after = before.clone().taken_back(&permit, staff.id, staff.name.clone(), why)?;
            queries::save_contact(tx, &after)?;
            let who = Bearer { id: after.user_id, name: after.user_name.clone(), unit: after.unit_id };
            pauses::count(tx, &who, after.day.clone(), |day| day.abusive = (day.abusive - 1).max(0))?;
            let trace = |one: &AbusiveContact| json!({ "taken_back_at": one.taken_back_at });
            let entry = Entry::new("relief.taken_back", "abusive_contact", id);
            audit::api::record(tx, entry.change(&trace(&before), &trace(&after)))?;
            Ok(after)
        })
        .await?;
    Ok(Json(contact))
}
