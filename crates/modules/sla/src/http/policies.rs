//! What is asked of which conversations.

use audit::api::Entry;
use axum::http::StatusCode;
use channels::ChannelKind;
use http::{Answer, Cx, Json, Path, Problem};
use kernel::{Error, Id, QueueId, Result};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    jobs,
    model::{ChannelKinds, QueueIds, SlaPolicy},
    policy, queries,
};

/// Policies there can be.
const MOST: usize = 100;

/// Lists the policies in the order in which they are looked at: the first that applies counts.
#[utoipa::path(get, path = "/sla-policies", tag = "sla", responses((status = 200, body = Vec<SlaPolicy>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<SlaPolicy>> {
    let policies = cx
        .read(|tx| {
            policy::may_read(tx.actor())?;
            queries::policies(tx)
        })
        .await?;
    Ok(Json(policies))
}

/// A policy as it is to be, all of it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SlaPolicyDraft {
    /// The version that was seen: a change must name it, a new policy has none.
    version: Option<i64>,
    /// Its name, its own: 1 to 60 characters.
    name: String,
    /// Whether it counts; so unless told.
    active: Option<bool>,
    /// To conversations of which queues it applies, at most 100; none named: all.
    #[serde(default)]
    queue_ids: Vec<QueueId>,
    /// To those that came by which kinds of channel; none named: all.
    #[serde(default)]
    channel_kinds: Vec<ChannelKind>,
    /// To those of customers whose tier has at least this rank, 1 to 100; none: of all.
    tier: Option<i64>,
    /// Whether time counts in business time alone; so unless told. Else by the clock on the wall.
    business: Option<bool>,
    /// Within how many seconds a person answers first: 1 to 7,776,000. One of the three targets is needed.
    first_seconds: Option<i64>,
    /// Within how many seconds later words of the customer are answered: 1 to 7,776,000.
    next_seconds: Option<i64>,
    /// After how many seconds a conversation is over: 1 to 7,776,000.
    final_seconds: Option<i64>,
    /// Whether the time until it is over counts only while the customer waits for an answer; so unless told.
    pauses: Option<bool>,
    /// After how much of the time there is a warning: 1 to 99 percent.
    warn_percent: Option<i64>,
    /// Or how many seconds before its end: 1 to 7,776,000; not together with `warn_percent`.
    warn_seconds: Option<i64>,
}

impl SlaPolicyDraft {
    /// This policy as the draft says; one that is new has the id and the place given.
    pub(super) fn over(&self, tx: &Tx<'_>, before: Option<&SlaPolicy>) -> SlaPolicy {
        let (mut queues, mut kinds) = (self.queue_ids.clone(), self.channel_kinds.clone());
        queues.sort_unstable();
        queues.dedup();
        kinds.sort_unstable_by_key(|kind| kind.text());
        kinds.dedup();
        SlaPolicy {
            id: before.map_or_else(|| tx.new_id(), |before| before.id),
            name: self.name.trim().to_owned(),
            active: self.active.unwrap_or(true),
            position: before.map_or(0, |before| before.position),
            queue_ids: QueueIds(queues),
            channel_kinds: ChannelKinds(kinds),
            tier: self.tier,
            business: self.business.unwrap_or(true),
            first_seconds: self.first_seconds,
            next_seconds: self.next_seconds,
            final_seconds: self.final_seconds,
            pauses: self.pauses.unwrap_or(true),
            warn_percent: self.warn_percent,
            warn_seconds: self.warn_seconds,
            created_at: before.map_or_else(|| tx.now(), |before| before.created_at),
            version: self.version.map_or(1, |seen| seen + 1),
        }
    }
}

/// Refuses queues that there are not.
fn known(tx: &mut Tx<'_>, policy: &SlaPolicy) -> Result<()> {
    for id in &policy.queue_ids.0 {
        if !routing::api::is_queue(tx, *id)? {
            return Err(Error::field("queue_ids", "unknown"));
        }
    }
    Ok(())
}

/// Adds a policy, which is looked at after all others.
#[utoipa::path(post, path = "/sla-policies", tag = "sla", request_body = SlaPolicyDraft, responses((status = 200, body = SlaPolicy)))]
pub(crate) async fn add(cx: Cx, Json(draft): Json<SlaPolicyDraft>) -> Answer<SlaPolicy> {
    let added = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let all = queries::policies(tx)?;
            let position = all.last().map_or(0, |last| last.position + 1);
            let policy = SlaPolicy { position, version: 1, ..draft.over(tx, None) };
            policy.check()?;
            known(tx, &policy)?;
            if all.len() >= MOST {
                return Err(Error::field("name", "too_many"));
            }
            queries::insert_policy(tx, &policy)?;
            audit::api::record(tx, Entry::new("sla.policy_added", "sla_policy", policy.id).created(&policy))?;
            jobs::rewind(tx)?;
            Ok(policy)
        })
        .await?;
    Ok(Json(added))
}

/// Changes a policy. What is due in open conversations is reckoned anew; what was missed stays.
#[utoipa::path(put, path = "/sla-policies/{id}", tag = "sla", params(("id" = Id<SlaPolicy>, Path)), request_body = SlaPolicyDraft, responses((status = 200, body = SlaPolicy)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<Id<SlaPolicy>>,
    Json(draft): Json<SlaPolicyDraft>,
) -> Answer<SlaPolicy> {
    let changed = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let before = queries::policy(tx, id)?;
            draft.version.ok_or_else(|| Error::field("version", "required"))?;
            let after = draft.over(tx, Some(&before));
            after.check()?;
            known(tx, &after)?;
            queries::save_policy(tx, &after)?;
            audit::api::record(tx, Entry::new("sla.policy_changed", "sla_policy", id).change(&before, &after))?;
            jobs::rewind(tx)?;
            Ok(after)
        })
        .await?;
    Ok(Json(changed))
}

/// Deletes a policy. Open conversations it applied to are then asked what the next one asks, or nothing.
#[utoipa::path(delete, path = "/sla-policies/{id}", tag = "sla", params(("id" = Id<SlaPolicy>, Path)), responses((status = 204)))]
pub(crate) async fn delete(cx: Cx, Path(id): Path<Id<SlaPolicy>>) -> Result<StatusCode, Problem> {
    cx.write(move |tx| {
        let _permit = policy::may_manage(tx.actor(), tx.now())?;
        let before = queries::policy(tx, id)?;
        queries::delete_policy(tx, id)?;
        audit::api::record(tx, Entry::new("sla.policy_deleted", "sla_policy", id).deleted(&before))?;
        jobs::rewind(tx)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The order of the policies.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SlaPolicyOrder {
    /// The ids of all policies, each once.
    ids: Vec<Id<SlaPolicy>>,
}

/// Says in which order the policies are looked at.
#[utoipa::path(put, path = "/sla-policy-order", tag = "sla", request_body = SlaPolicyOrder, responses((status = 200, body = Vec<SlaPolicy>)))]
pub(crate) async fn order(cx: Cx, Json(request): Json<SlaPolicyOrder>) -> Answer<Vec<SlaPolicy>> {
    let policies = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let before: Vec<_> = queries::policies(tx)?.into_iter().map(|policy| policy.id).collect();
            let sorted = |ids: &[Id<SlaPolicy>]| {
                let mut ids = ids.to_vec();
                ids.sort_unstable();
                ids
            };
            if sorted(&before) != sorted(&request.ids) {
                return Err(Error::field("ids", "incomplete"));
            }
            for (position, id) in request.ids.iter().enumerate() {
                queries::place_policy(tx, *id, position as i64)?;
            }
            let order = |ids: &[Id<SlaPolicy>]| serde_json::json!({ "order": ids });
            let entry = Entry::new("sla.policies_ordered", "organisation", "policies");
            audit::api::record(tx, entry.change(&order(&before), &order(&request.ids)))?;
            jobs::rewind(tx)?;
            queries::policies(tx)
        })
        .await?;
    Ok(Json(policies))
}
