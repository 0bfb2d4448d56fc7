//! Answering offers.

use access::Placement;
use conversations::ConversationId;
use conversations::{Conversation, State, api::assignee};
use http::{Answer, Cx, Json, Path};
use kernel::{Error, Id, QueueId, Result, Timestamp, UserId};
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    attendance, codes,
    model::{Candidate, Offer, OfferState, OfferView, Why},
    policy, queries,
};

/// What is offered to the actor.
pub(crate) fn mine(tx: &mut Tx<'_>) -> Result<Vec<OfferView>> {
    let me = tx.actor().staff()?.id;
    let offers = queries::open_offers_of(tx, me)?;
    let view = |offer: &Offer| {
        let conversation = conversations::api::get(tx, offer.conversation_id)?;
        Ok(OfferView::of(offer, &conversation, queries::why(tx, offer.id)?))
    };
    offers.iter().map(view).collect()
}

/// What is offered to oneself, oldest first.
#[utoipa::path(get, path = "/offers", tag = "routing", responses((status = 200, body = Vec<OfferView>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<OfferView>> {
    let offers = cx
        .read(|tx| {
            let (_me, _permit) = policy::may_work(tx.actor(), tx.now())?;
            mine(tx)
        })
        .await?;
    Ok(Json(offers))
}

/// Takes what is offered: the conversation is one's own from now on.
#[utoipa::path(post, path = "/offers/{id}/acceptance", tag = "routing", params(("id" = Id<Offer>, Path)), responses((status = 200, body = Conversation)))]
pub(crate) async fn accept(cx: Cx, Path(id): Path<Id<Offer>>) -> Answer<Conversation> {
    let conversation = cx
        .write(move |tx| {
            let (me, permit) = policy::may_work(tx.actor(), tx.now())?;
            let offer = own(queries::offer(tx, id)?, me)?;
            let to = assignee(tx.actor())?;
            // Accepted once already, by a first request whose answer was lost: the same answer.
            if offer.state == OfferState::Accepted {
                return conversations::api::get(tx, offer.conversation_id);
            }
            // Given to somebody else since: the desk withdraws it with its next look.
            if conversations::api::get(tx, offer.conversation_id)?.state != State::Queued {
                return Err(codes::OFFER_OVER.conflict());
            }
            let offer = attendance::end_offer(tx, offer, OfferState::Accepted)?;
            conversations::api::assign(tx, &permit, offer.conversation_id, to)
        })
        .await?;
    Ok(Json(conversation))
}

/// Turns down what is offered: somebody else is asked.
#[utoipa::path(post, path = "/offers/{id}/refusal", tag = "routing", params(("id" = Id<Offer>, Path)), responses((status = 200, body = Vec<OfferView>)))]
pub(crate) async fn refuse(cx: Cx, Path(id): Path<Id<Offer>>) -> Answer<Vec<OfferView>> {
    let left = cx
        .write(move |tx| {
            let (me, _permit) = policy::may_work(tx.actor(), tx.now())?;
            let offer = own(queries::offer(tx, id)?, me)?;
            attendance::end_offer(tx, offer, OfferState::Refused)?;
            mine(tx)
        })
        .await?;
    Ok(Json(left))
}

fn own(offer: Offer, me: kernel::UserId) -> Result<Offer> {
    if offer.user_id == me { Ok(offer) } else { Err(Error::NotFound) }
}

/// Why a conversation was offered to somebody.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfferReason {
    /// Which offer.
    offer_id: Id<Offer>,
    /// Of which conversation.
    conversation_id: ConversationId,
    /// To whom.
    user_id: UserId,
    /// What became of it.
    state: OfferState,
    /// Of which queue; none when that is gone.
    queue_id: Option<QueueId>,
    /// What the queue is called.
    queue_name: Option<String>,
    /// When.
    made_at: Timestamp,
    /// Why to them.
    why: Why,
    /// How long the customer had waited.
    waited_ms: i64,
    /// The priority the queue's rules gave it.
    priority: i64,
    /// Whether it had waited so long that it came before every priority.
    outranked: bool,
    /// Who was looked at, at most 20: the chosen one first, then who would have been next, then who could
    /// not have it, and why.
    candidates: Vec<Candidate>,
}

fn reason(tx: &mut Tx<'_>, placement: &dyn Placement, offer: &Offer) -> Result<OfferReason> {
    let presence = attendance::look(tx, placement, offer.user_id)?;
    policy::may_ask_why(tx.actor(), &presence, tx.now())?;
    let kept = queries::explanation(tx, offer.id)?;
    let queue_name = match offer.queue_id.map(|id| queries::queue(tx, id)) {
        Some(Ok(queue)) => Some(queue.name),
        None | Some(Err(Error::NotFound)) => None,
        Some(Err(error)) => return Err(error),
    };
    let mut candidates = kept.candidates.0;
    for one in &mut candidates {
        one.name = access::api::user(tx, one.user_id)?.name;
    }
    Ok(OfferReason {
        offer_id: offer.id,
        conversation_id: offer.conversation_id,
        user_id: offer.user_id,
        state: offer.state,
        queue_id: offer.queue_id.filter(|_| queue_name.is_some()),
        queue_name,
        made_at: offer.made_at,
        why: kept.why,
        waited_ms: kept.waited_ms,
        priority: kept.priority,
        outranked: kept.outranked,
        candidates,
    })
}

/// Why a conversation was offered to oneself, or to somebody one supervises: who was looked at, and what
/// spoke for one of them.
#[utoipa::path(get, path = "/offers/{id}/explanation", tag = "routing", params(("id" = Id<Offer>, Path)), responses((status = 200, body = OfferReason)))]
pub(crate) async fn explain(cx: Cx, Path(id): Path<Id<Offer>>) -> Answer<OfferReason> {
    let placement = cx.app().part::<Box<dyn Placement>>();
    let found = cx
        .read(move |tx| {
            let offer = queries::read_offer(tx, id)?;
            reason(tx, &**placement, &offer)
        })
        .await?;
    Ok(Json(found))
}

/// Why whoever has a conversation was offered it; for them, and who supervises them. Null where they were
/// not: it was passed on to them, or they took it over.
#[utoipa::path(get, path = "/conversations/{id}/explanation", tag = "routing", params(("id" = ConversationId, Path)), responses((status = 200, body = Option<OfferReason>)))]
pub(crate) async fn explain_conversation(cx: Cx, Path(id): Path<ConversationId>) -> Answer<Option<OfferReason>> {
    let placement = cx.app().part::<Box<dyn Placement>>();
    let found = cx
        .read(move |tx| {
            let conversation = conversations::api::get(tx, id)?;
            let holder = conversation.assignee_id.ok_or(Error::NotFound)?;
            let presence = attendance::look(tx, &**placement, holder)?;
            policy::may_ask_why(tx.actor(), &presence, tx.now())?;
            match queries::taken_by(tx, id, holder)? {
                Some(offer) => match reason(tx, &**placement, &offer) {
                    Err(Error::NotFound) => Ok(None),
                    found => found.map(Some),
                },
                None => Ok(None),
            }
        })
        .await?;
    Ok(Json(found))
}
