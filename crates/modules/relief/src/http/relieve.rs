//! Relieving somebody.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use kernel::{Check, Owned, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::{
    codes,
    model::{PauseCause, ReliefPause},
    pauses::{self, Bearer, Granted},
    policy,
};

/// How somebody is relieved.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRelief {
    /// For how many minutes: 1 to 120.
    minutes: i64,
    /// Whether the conversations they have go back into their queues.
    hand_over: bool,
}

/// A pause somebody was granted by a supervisor.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Relieved {
    /// The pause.
    pause: ReliefPause,
    /// How many conversations went back into their queues.
    handed_over: i64,
}

/// Relieves somebody who takes work: a pause, and if wanted their conversations go back into their queues, where
/// others are offered them. The day's most does not hold for it.
#[utoipa::path(post, path = "/agents/{id}/relief", tag = "relief", params(("id" = UserId, Path)), request_body = NewRelief, responses((status = 200, body = Relieved)))]
pub(crate) async fn relieve(cx: Cx, Path(id): Path<UserId>, Json(request): Json<NewRelief>) -> Answer<Relieved> {
    let relieved = cx
        .append(move |tx| {
            let unit = people::api::unit_of(tx, id)?;
            let permit = policy::may_supervise(tx.actor(), &Owned::by(id, unit), tx.now())?;
            Check::new().range("minutes", request.minutes, 1..=120).done()?;
            let name = access::api::user(tx, id)?.name;
            let who = Bearer { id, name, unit };
            let pause = match pauses::grant(tx, &who, PauseCause::Supervisor, request.minutes, None)? {
                Granted::Until(pause) => *pause,
                Granted::NotWorking | Granted::Capped => return Err(codes::NOT_WORKING.conflict()),
            };
            let mut handed_over = 0;
            if request.hand_over {
                for conversation in conversations::api::active_of(tx, id)? {
                    conversations::api::requeue(tx, &permit, conversation.id, None)?;
                    handed_over += 1;
                }
            }
            let entry = Entry::new("relief.relieved", "user", id);
            let trace = json!({ "until": pause.until, "handed_over": handed_over });
            audit::api::record(tx, entry.created(&trace))?;
            Ok(Relieved { pause, handed_over })
        })
        .await?;
    Ok(Json(relieved))
}
