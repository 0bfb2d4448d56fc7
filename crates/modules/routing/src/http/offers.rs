//! Answering offers.

use conversations::{Conversation, State, api::assignee};
use http::{Answer, Cx, Json, Path};
use kernel::{Error, Id, Result};
use store::Tx;

use crate::{
    attendance, codes,
    model::{Offer, OfferState, OfferView},
    policy, queries,
};

/// What is offered to the actor.
pub(crate) fn mine(tx: &mut Tx<'_>) -> Result<Vec<OfferView>> {
    let me = tx.actor().staff()?.id;
    let offers = queries::open_offers_of(tx, me)?;
    offers.iter().map(|offer| Ok(OfferView::of(offer, &conversations::api::get(tx, offer.conversation_id)?))).collect()
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
