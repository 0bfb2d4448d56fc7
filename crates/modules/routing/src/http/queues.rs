//! Queues: who serves them, what feeds them, how they stand.

use std::collections::HashMap;

use audit::api::Entry;
use axum::http::StatusCode;
use http::{Answer, Cx, Json, Path, Problem};
use kernel::{ChannelId, Error, QueueId, Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;

use crate::{
    codes, figures,
    load::default_queue,
    model::{Queue, Queues, RoutingRule, RoutingRules, SkillAsked, SkillsAsked, Strategy},
    policy, queries,
    standing::Reachable,
};

/// People named as serving a queue, at most; beyond it serves everybody.
const MOST_MEMBERS: usize = 1_000;
/// Channels that feed a queue, at most.
const MOST_CHANNELS: usize = 200;

/// A queue, who serves it, what feeds it, and how it stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct QueueView {
    #[serde(flatten)]
    queue: Queue,
    /// Who serves it, where that is not everybody.
    member_ids: Vec<UserId>,
    /// The channels that feed it; the default queue takes what all others bring, too.
    channel_ids: Vec<ChannelId>,
    /// How many wait.
    waiting: i64,
    /// Since when the longest one waits.
    longest_since: Option<Timestamp>,
    /// How many people who serve it take work.
    ready: i64,
}

fn views(tx: &mut Tx<'_>, queues: &Queues, shown: &[Queue]) -> Result<Vec<QueueView>> {
    let waiting: HashMap<_, _> = conversations::api::waiting_counts(tx)?
        .into_iter()
        .map(|(queue, count, since)| (queue, (count, since)))
        .collect();
    let ready = queries::ready(tx)?;
    let view = |queue: &Queue| {
        let own = waiting.get(&Some(queue.id)).copied();
        // What was just opened has no queue yet.
        let new = waiting.get(&None).filter(|_| queue.is_default).copied();
        QueueView {
            member_ids: queues.named(queue.id),
            channel_ids: queues.feeding(queue.id),
            waiting: own.map_or(0, |own| own.0) + new.map_or(0, |new| new.0),
            longest_since: own.into_iter().chain(new).map(|(_, since)| since).min(),
            ready: ready.iter().filter(|one| queues.serves(queue, one.user_id)).count() as i64,
            queue: queue.clone(),
        }
    };
    Ok(shown.iter().map(view).collect())
}

fn view(tx: &mut Tx<'_>, id: QueueId) -> Result<QueueView> {
    let queues = queries::queues(tx)?;
    let queue = queues.get(id).ok_or(Error::NotFound)?.clone();
    views(tx, &queues, &[queue])?.pop().ok_or(Error::NotFound)
}

/// Lists the queues and how they stand, oldest first: all of them to whoever takes work or sets them
/// up, else those that somebody within reach serves.
#[utoipa::path(get, path = "/queues", tag = "routing", responses((status = 200, body = Vec<QueueView>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<QueueView>> {
    let queues = cx
        .read(|tx| {
            let scope = policy::may_watch(tx.actor())?;
            let queues = queries::queues(tx)?;
            let shown = if policy::knows_every_queue(tx.actor()) {
                queues.all.clone()
            } else {
                Reachable::of(tx, &scope)?.queues(&queues)
            };
            Ok((queues.all.is_empty(), views(tx, &queues, &shown)?))
        })
        .await?;
    if queues.0 && policy::knows_every_queue(cx.actor()) {
        // The first look makes the queue that takes everything.
        cx.write(default_queue).await?;
        return Box::pin(list(cx)).await;
    }
    Ok(Json(queues.1))
}

/// What a queue is to be; what is left out stays, or is as it is at first.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QueueWish {
    /// The version that was seen: a change must name it, a new queue has none.
    version: Option<i64>,
    /// Its name, its own: 1 to 60 characters. A new queue must have one.
    name: Option<String>,
    /// Who serves it: these, at most 1,000; who takes no work does so in vain. Makes `everybody` false.
    member_ids: Option<Vec<UserId>>,
    /// Whether everybody who takes work serves it; at first so, unless members are named.
    everybody: Option<bool>,
    /// The channels that feed it from now on; a channel feeds one queue, and leaves the one it fed.
    channel_ids: Option<Vec<ChannelId>>,
    /// How long an offer waits for an answer: 5 to 300 seconds, 30 at first.
    offer_seconds: Option<i64>,
    /// How long a conversation that is over holds its agent's room until they say what it was about:
    /// 0 to 3,600 seconds; 0, as at first: not at all.
    wrap_up_seconds: Option<i64>,
    /// Within how many seconds customers should be answered: 1 to 86,400, 30 at first.
    target_seconds: Option<i64>,
    /// How many of a hundred customers should be answered within that time: 1 to 100, 80 at first.
    target_percent: Option<i64>,
    /// Whether a customer goes to whoever served them last, where that one has room; at first so.
    last_agent_first: Option<bool>,
    /// Who is asked first of those who serve it and have room; `longest_idle` at first.
    #[schema(inline)]
    strategy: Option<Strategy>,
    /// The skills each of its conversations asks for, at most 10; the best skilled are asked first.
    skills: Option<Vec<SkillAsked>>,
    /// After each such time the levels asked for sink by one: 0 to 3,600 seconds; 0, as at first: never.
    sink_seconds: Option<i64>,
    /// What gives conversations a priority, or lets them ask for skills: at most 50 rules.
    rules: Option<Vec<RoutingRule>>,
    /// After how many seconds a wait comes before every priority: 10 to 86,400, 300 at first.
    outranks_seconds: Option<i64>,
    /// For how long a customer waits for whoever served them last, while that one takes work and has no
    /// room: 0 to 3,600 seconds; 0, as at first: not at all.
    hold_seconds: Option<i64>,
    /// After how long whoever takes work is asked, whatever they serve: 0 to 86,400 seconds; 0, as at
    /// first: never.
    overflow_seconds: Option<i64>,
    /// Conversations of it that one person is given within an hour, at most: 0 to 1,000; 0, as at first:
    /// any number.
    fair_limit: Option<i64>,
    /// True makes it the default queue, which takes what comes by a channel that feeds no other; the one
    /// before is then one like others. There is always one: false is refused for it.
    is_default: Option<bool>,
    /// After how many minutes in which a customer waited in vain for an answer the conversation goes back
    /// into the queue: 0 to 240; 0, as at first: never.
    silent_minutes: Option<i64>,
    /// After how long in the queue a customer's words become a message that is answered later: 0 to 86,400
    /// seconds; 0, as at first: never.
    message_seconds: Option<i64>,
}

/// Adds a queue.
#[utoipa::path(post, path = "/queues", tag = "routing", request_body = QueueWish, responses((status = 200, body = QueueView)))]
pub(crate) async fn add(cx: Cx, Json(wish): Json<QueueWish>) -> Answer<QueueView> {
    let added = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            default_queue(tx)?;
            let queue = wished(Queue::new(tx.new_id(), String::new(), permit.at()), &wish);
            queue.check()?;
            asks_known(tx, &queue)?;
            pass_default(tx, &queue)?;
            queries::insert_queue(tx, &queue)?;
            belong(tx, &queue, &wish)?;
            let view = view(tx, queue.id)?;
            audit::api::record(tx, Entry::new("routing.queue_added", "queue", queue.id).created(&settings(&view)))?;
            Ok(view)
        })
        .await?;
    Ok(Json(added))
}

/// Changes a queue.
#[utoipa::path(patch, path = "/queues/{id}", tag = "routing", params(("id" = QueueId, Path)), request_body = QueueWish, responses((status = 200, body = QueueView)))]
pub(crate) async fn change(cx: Cx, Path(id): Path<QueueId>, Json(wish): Json<QueueWish>) -> Answer<QueueView> {
    let changed = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let before = view(tx, id)?;
            let seen = wish.version.ok_or_else(|| Error::field("version", "required"))?;
            let after = Queue { version: seen + 1, ..wished(before.queue.clone(), &wish) };
            after.check()?;
            asks_known(tx, &after)?;
            if before.queue.is_default && wish.is_default == Some(false) {
                return Err(Error::field("is_default", "not_allowed"));
            }
            pass_default(tx, &after)?;
            queries::save_queue(tx, &after)?;
            belong(tx, &after, &wish)?;
            if after.rules != before.queue.rules {
                figures::weigh_again(tx, &after)?;
            }
            let after = view(tx, id)?;
            let entry = Entry::new("routing.queue_changed", "queue", id).change(&settings(&before), &settings(&after));
            audit::api::record(tx, entry)?;
            Ok(after)
        })
        .await?;
    Ok(Json(changed))
}

/// Deletes a queue; not the default one. Who waits there waits in the queue of their channel or the
/// default queue from then on, and keeps their turn.
#[utoipa::path(delete, path = "/queues/{id}", tag = "routing", params(("id" = QueueId, Path)), responses((status = 204)))]
pub(crate) async fn delete(cx: Cx, Path(id): Path<QueueId>) -> Result<StatusCode, Problem> {
    cx.write(move |tx| {
        let _permit = policy::may_manage(tx.actor(), tx.now())?;
        let before = view(tx, id)?;
        if before.queue.is_default {
            return Err(codes::DEFAULT_QUEUE.conflict());
        }
        queries::delete_queue(tx, &before.queue, &before.member_ids)?;
        // The desk gives them another with its next look.
        conversations::api::forget_queue(tx, id)?;
        audit::api::record(tx, Entry::new("routing.queue_deleted", "queue", id).deleted(&settings(&before)))
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn wished(queue: Queue, wish: &QueueWish) -> Queue {
    let everybody = wish.everybody.unwrap_or(queue.everybody && wish.member_ids.is_none());
    Queue {
        name: wish.name.as_deref().map_or(queue.name, |name| name.trim().to_owned()),
        everybody,
        offer_seconds: wish.offer_seconds.unwrap_or(queue.offer_seconds),
        wrap_up_seconds: wish.wrap_up_seconds.unwrap_or(queue.wrap_up_seconds),
        target_seconds: wish.target_seconds.unwrap_or(queue.target_seconds),
        target_percent: wish.target_percent.unwrap_or(queue.target_percent),
        last_agent_first: wish.last_agent_first.unwrap_or(queue.last_agent_first),
        strategy: wish.strategy.unwrap_or(queue.strategy),
        skills: wish.skills.clone().map_or(queue.skills, SkillsAsked),
        sink_seconds: wish.sink_seconds.unwrap_or(queue.sink_seconds),
        rules: wish.rules.clone().map_or(queue.rules, RoutingRules),
        outranks_seconds: wish.outranks_seconds.unwrap_or(queue.outranks_seconds),
        hold_seconds: wish.hold_seconds.unwrap_or(queue.hold_seconds),
        overflow_seconds: wish.overflow_seconds.unwrap_or(queue.overflow_seconds),
        fair_limit: wish.fair_limit.unwrap_or(queue.fair_limit),
        is_default: queue.is_default || wish.is_default == Some(true),
        silent_minutes: wish.silent_minutes.unwrap_or(queue.silent_minutes),
        message_seconds: wish.message_seconds.unwrap_or(queue.message_seconds),
        ..queue
    }
}

/// Refuses skills that there are not.
fn asks_known(tx: &mut Tx<'_>, queue: &Queue) -> Result<()> {
    for asked in &queue.skills.0 {
        known(queries::skill(tx, asked.skill_id), "skills")?;
    }
    for asked in queue.rules.0.iter().filter_map(|rule| rule.skill) {
        known(queries::skill(tx, asked.skill_id), "rules")?;
    }
    Ok(())
}

/// Takes the mark of the default queue from the one that has it, if `queue` is to have it.
fn pass_default(tx: &mut Tx<'_>, queue: &Queue) -> Result<()> {
    if !queue.is_default {
        return Ok(());
    }
    let all = queries::queues(tx)?.all;
    for before in all.into_iter().filter(|other| other.is_default && other.id != queue.id) {
        let after = Queue { is_default: false, version: before.version + 1, ..before.clone() };
        queries::save_queue(tx, &after)?;
        let entry = Entry::new("routing.queue_changed", "queue", before.id).change(&before, &after);
        audit::api::record(tx, entry)?;
    }
    Ok(())
}

/// Sets who serves a queue and what feeds it, where that is said.
fn belong(tx: &mut Tx<'_>, queue: &Queue, wish: &QueueWish) -> Result<()> {
    if let Some(members) = &wish.member_ids {
        let members = unlike(members, MOST_MEMBERS, "member_ids")?;
        for member in &members {
            known(access::api::user(tx, *member), "member_ids")?;
        }
        queries::set_members(tx, queue.id, &members)?;
    }
    if let Some(channels) = &wish.channel_ids {
        let channels = unlike(channels, MOST_CHANNELS, "channel_ids")?;
        for channel in &channels {
            known(channels::api::get(tx, *channel), "channel_ids")?;
        }
        queries::set_channels(tx, queue.id, &channels)?;
    }
    Ok(())
}

fn unlike<T: Copy + Ord>(ids: &[T], most: usize, field: &'static str) -> Result<Vec<T>> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() > most { Err(Error::field(field, "too_many")) } else { Ok(ids) }
}

fn known<T>(found: Result<T>, field: &'static str) -> Result<()> {
    match found {
        Ok(_) => Ok(()),
        Err(Error::NotFound) => Err(Error::field(field, "unknown")),
        Err(error) => Err(error),
    }
}

/// What the trail keeps: the queue without how it happens to stand.
fn settings(view: &QueueView) -> serde_json::Value {
    let mut all = serde_json::json!(view);
    if let Some(fields) = all.as_object_mut() {
        for passing in ["waiting", "longest_since", "ready"] {
            fields.remove(passing);
        }
    }
    all
}
