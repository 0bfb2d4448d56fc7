//! What staff may watch: their own `user:<id>`, and the lists `presences` and `desk`.

use std::{future::Future, pin::Pin, sync::Arc};

use http::{Cx, Topics};
use kernel::{Error, Result};
use serde::Serialize;
use utoipa::ToSchema;
use wire::{Opened, snapshot};

use crate::{
    http::{offers::mine, presence::current},
    model::{OfferView, Presence, WrapUpHold},
    policy, queries,
};

/// The state of a person's topic.
#[derive(Serialize, ToSchema)]
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
