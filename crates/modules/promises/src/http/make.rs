//! Promising something.

use access::Placement;
use conversations::ConversationId;
use http::{Answer, App, Cx, Json};
use inquiries::RecordId;
use kernel::{Check, CustomerId, Error, Owned, Result, Timestamp, UserId};
use serde::Deserialize;
use store::Tx;
use tasks::api::Due;
use utoipa::ToSchema;

use super::view::{PromiseView, view};
use crate::{
    api,
    model::{Promise, PromiseState, Who},
    policy,
};

/// A promise to a customer: in a conversation, about an inquiry, or to a customer one may see.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPromise {
    /// What was promised: 1 to 200 characters.
    what: String,
    /// In which conversation; one of the three is needed.
    conversation_id: Option<ConversationId>,
    /// About which inquiry.
    record_id: Option<RecordId>,
    /// To which customer.
    customer_id: Option<CustomerId>,
    /// Until when: a moment to come.
    due_at: Option<Timestamp>,
    /// Or so many minutes of business time from now: 1 to 525,600; not together with `due_at`.
    due_minutes: Option<i64>,
    /// Whether what it is about is not over before the customer was told how it ended; needs a conversation
    /// or an inquiry.
    report_back: Option<bool>,
    /// Who must keep it: oneself unless told.
    owner_id: Option<UserId>,
}

/// Makes a promise, which is a task of whoever owes it.
#[utoipa::path(post, path = "/promises", tag = "promises", request_body = NewPromise, responses((status = 200, body = PromiseView)))]
pub(crate) async fn make(cx: Cx, Json(request): Json<NewPromise>) -> Answer<PromiseView> {
    let app = cx.app().clone();
    let promise = cx
        .write(move |tx| {
            let me = tx.actor().staff()?.clone();
            let (who, owned) = owner(tx, &app, request.owner_id)?;
            let _permit = policy::may_make(tx.actor(), &owned, tx.now())?;
            let due_at = check(tx, &request)?.at(tx)?;
            let about = about(tx, &request)?;
            let promise = Promise {
                id: tx.new_id(),
                what: request.what.trim().to_owned(),
                state: PromiseState::Open,
                report_back: request.report_back.unwrap_or(false),
                customer_id: about.customer,
                customer_name: about.name,
                conversation_id: about.conversation,
                record_id: about.record,
                owner_id: Some(who.id),
                owner_name: who.name,
                unit_id: owned.unit,
                due_at,
                result: None,
                closed_at: None,
                closed_by: None,
                closed_by_name: None,
                made_by: Some(me.id),
                made_by_name: me.name.clone(),
                made_at: tx.now(),
                version: 1,
            };
            api::make(tx, &promise)?;
            Ok(view(tx, promise))
        })
        .await?;
    Ok(Json(promise))
}

/// The due date a request means, and everything else it must hold to.
fn check(tx: &Tx<'_>, request: &NewPromise) -> Result<Due> {
    let (at, minutes) = (request.due_at, request.due_minutes);
    let about = request.conversation_id.is_some() || request.record_id.is_some();
    Check::new()
        .text("what", &request.what, 1..=200)
        .that(at.is_some() || minutes.is_some(), "due_at", "required")
        .that(at.is_none() || minutes.is_none(), "due_minutes", "not_allowed")
        .that(at.is_none_or(|at| at > tx.now()), "due_at", "in_the_past")
        .range("due_minutes", minutes.unwrap_or(1), 1..=525_600)
        .that(about || request.customer_id.is_some(), "customer_id", "required")
        .that(about || !request.report_back.unwrap_or(false), "report_back", "not_allowed")
        .done()?;
    Ok(at.map_or_else(|| Due::BusinessMs(minutes.unwrap_or(1) * 60_000), Due::At))
}

/// Who must keep it: oneself, or an active colleague.
fn owner(tx: &mut Tx<'_>, app: &App, id: Option<UserId>) -> Result<(Who, Owned)> {
    let me = tx.actor().staff()?.clone();
    let Some(id) = id.filter(|id| *id != me.id) else {
        return Ok((Who { id: me.id, name: me.name.clone() }, Owned::by(me.id, me.unit)));
    };
    let user = match access::api::user(tx, id) {
        Ok(user) if user.is_active() => user,
        Ok(_) | Err(Error::NotFound) => return Err(Error::field("owner_id", "unknown")),
        Err(error) => return Err(error),
    };
    let unit = app.part::<Box<dyn Placement>>().place(tx, id)?.unit;
    Ok((Who { id, name: user.name }, Owned::by(id, unit)))
}

/// What a promise is about.
struct About {
    conversation: Option<ConversationId>,
    record: Option<RecordId>,
    customer: Option<CustomerId>,
    name: String,
}

/// What a request names, as far as the actor may see it.
fn about(tx: &mut Tx<'_>, request: &NewPromise) -> Result<About> {
    if let Some(id) = request.conversation_id {
        let conversation = conversations::api::get(tx, id).map_err(Error::absent("conversation_id", "unknown"))?;
        conversations::api::may_read(tx.actor(), &conversation).map_err(Error::absent("conversation_id", "unknown"))?;
        let record = inquiries::api::of_conversation(tx, id)?.map(|record| record.id);
        let (customer, name) = (Some(conversation.customer_id), conversation.customer_name);
        return Ok(About { conversation: Some(id), record: request.record_id.or(record), customer, name });
    }
    if let Some(id) = request.record_id {
        let record = inquiries::api::visible(tx, id).map_err(Error::absent("record_id", "unknown"))?;
        let (customer, name) = (record.customer_id, record.customer_name);
        return Ok(About { conversation: record.conversation_id, record: Some(id), customer, name });
    }
    let id = request.customer_id.ok_or_else(|| Error::field("customer_id", "required"))?;
    let card = customers::api::visible(tx, id).map_err(Error::absent("customer_id", "unknown"))?;
    Ok(About { conversation: None, record: None, customer: Some(card.id), name: card.name })
}
