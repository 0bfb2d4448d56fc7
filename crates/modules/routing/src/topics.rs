//! What staff may watch: their own `user:<id>`, and the lists `presences` and `desk`.

use std::{future::Future, pin::Pin, sync::Arc};

use http::{Cx, Telling, Topics};
use kernel::{Error, Result};
use serde::Serialize;
use utoipa::ToSchema;
use wire::{Opened, snapshot};

use crate::{
    events::{self, DeskChanged, OfferEnded},
    http::{offers::mine, presence::current},
    model::{OfferView, Presence, WrapUpHold},
    policy, queries,
};

/// The state of a person's topic.
#[derive(Serialize, ToSchema)]
#[schema(as = UserTopicState)]
pub(crate) struct UserState {
    /// Their presence.
    pub presence: Presence,
    /// What is offered to them.
    pub offers: Vec<OfferView>,
    /// What they must still say what it was about.
    pub wrap_ups: Vec<WrapUpHold>,
}

pub(crate) struct RoutingTopics;

impl Topics for RoutingTopics {
    fn owns(&self, topic: &str) -> bool {
        matches!(topic, "presences" | "desk") || topic.starts_with("user:")
    }

    fn tells(&self) -> Vec<Telling> {
        let own = "One's own work: presence, offers, and what is still to be said of conversations that are over.";
        vec![
            Telling::numbered::<UserState>("user:{id}", own)
                .fact::<OfferView>(events::OFFER_MADE, "A conversation is offered.")
                .fact::<OfferEnded>(events::OFFER_ENDED, "An offer is over.")
                .fact::<Presence>(events::PRESENCE_CHANGED, "One's own presence is another.")
                .fact::<events::TakenBack>(
                    events::TAKEN_BACK,
                    "A conversation went back into its queue: its customer waited too long for one's answer.",
                )
                .fact::<WrapUpHold>(events::WRAP_UP_BEGAN, "One's room is held until it is said what it was about.")
                .fact::<WrapUpHold>(events::WRAP_UP_ENDED, "The room is held no longer."),
            Telling::list("presences", "Who is there, as far as one may see it.")
                .note::<Presence>(events::PRESENCE_CHANGED, "Somebody's presence is another."),
            Telling::list("desk", "The figures of queues.")
                .note::<DeskChanged>(events::DESK_CHANGED, "The figures of these queues are others: fetch them again."),
        ]
    }

    fn open<'a>(
        &'a self,
        cx: &'a Cx,
        topic: &'a str,
        since: Option<i64>,
    ) -> Pin<Box<dyn Future<Output = Result<Opened>> + Send + 'a>> {
        Box::pin(async move {
            let Some(id) = topic.strip_prefix("user:") else {
                return Ok(Opened::list(Arc::new(policy::may_watch(cx.actor())?)));
            };
            // Nobody listens in on a colleague.
            if cx.actor().id_text().as_deref() != Some(id) {
                return Err(Error::NotFound);
            }
            let name = topic.to_owned();
            cx.app()
                .db()
                .snapshot(cx.origin(), move |tx| {
                    let presence = current(tx)?;
                    let seq = presence.last_seq;
                    if let Some(since) = since.filter(|since| *since <= seq) {
                        return Ok(Opened::since(since));
                    }
                    let wrap_ups = queries::holds(tx, Some(presence.user_id))?;
                    let offers = mine(tx)?;
                    Ok(Opened::state(seq, snapshot(&name, seq, &UserState { presence, offers, wrap_ups })?))
                })
                .await
        })
    }
}
