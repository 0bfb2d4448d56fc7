//! What customers of the demo story suggested, thought and praised, and the wall it reached.

use conversations::Conversation;
use http::{Demo, DemoPerson};
use kernel::{Error, Money, Result};
use serde::Deserialize;
use serde_json::json;
use store::Tx;

use crate::{
    api::{self, Happening},
    day,
    http::{NewFeedbackItem, taken_in},
    model::{Answer, AnswerWay, By, FeedbackMoveKind, FeedbackRules, RecognitionKind, RewardBudget},
    policy, queries,
};

const TOLD: &str = include_str!("../demo/feedback.json");
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// How many are told, and how many of the last of them are still to be answered.
const ITEMS: usize = 36;
const OPEN: usize = 5;
/// What a team may give a month, and what one reward is: minor units.
const BUDGET: i64 = 50_000;
const REWARD: i64 = 5_000;

#[derive(Deserialize)]
struct Story {
    /// What colleagues and leads say of each other.
    recognitions: Vec<String>,
    items: Vec<Told>,
}

#[derive(Deserialize)]
struct Told {
    kind: String,
    content: String,
    goods: Option<String>,
    /// Whether it is about whoever served them, or their team.
    #[serde(default)]
    about: bool,
    #[serde(default)]
    unit: bool,
    answer: String,
    adopted: Option<bool>,
    reason: Option<String>,
}

/// Feedback comes out of conversations, which are told by then.
pub(crate) fn tell(_tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    demo.finally.push(feedback);
    Ok(())
}

fn feedback(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let story: Story = serde_json::from_str(TOLD).map_err(Error::internal)?;
    let agents = demo.with_role("agent");
    let heads = demo.with_role("head");
    let (Some(head), false) = (heads.first(), agents.is_empty()) else { return Ok(()) };
    tx.as_of(demo.since, head.actor())?;
    queries::save_rules(tx, &FeedbackRules { version: 1, ..FeedbackRules::default() })?;
    let mut talks: Vec<(Conversation, DemoPerson)> = Vec::new();
    for one in conversations::api::latest(tx, 2_000)? {
        if let Some(agent) = agents.iter().find(|agent| Some(agent.id) == one.assignee_id && one.closed_at.is_some()) {
            talks.push((one, agent.clone()));
        }
    }
    let apart = (talks.len() / ITEMS).max(1);
    let chosen: Vec<_> = talks.into_iter().step_by(apart).take(ITEMS).collect();
    for (at, (talk, agent)) in chosen.iter().rev().enumerate() {
        let told = &story.items[at % story.items.len()];
        one(tx, demo, told, talk, agent, chosen.len() - 1 - at)?;
    }
    wall(tx, demo, &story.recognitions, &agents, head)
}

/// One item, and its answer unless it is one of the last.
fn one(tx: &mut Tx<'_>, demo: &Demo, told: &Told, talk: &Conversation, agent: &DemoPerson, left: usize) -> Result<()> {
    let start = talk.closed_at.unwrap_or(talk.opened_at);
    tx.as_of(start, agent.actor())?;
    let by = |at| By { id: agent.id, name: agent.name.clone(), at };
    let new: NewFeedbackItem = serde_json::from_value(json!({
        "kind": told.kind, "content": told.content, "goods": told.goods, "way": "conversation",
        "conversation_id": talk.id, "about_id": told.about.then_some(agent.id),
        "about_unit_id": agent.unit.filter(|_| told.unit),
        // Those that nobody has yet wait in their team's pool.
        "owner_id": (left >= 2).then_some(agent.id),
    }))
    .map_err(Error::internal)?;
    let item = taken_in(tx, &new, Some(by(start)), Some(talk.customer_id), talk.customer_name.clone())?;
    forms::api::example(tx, item.id, item.kind.form(), left)?;
    api::register(tx, &item)?;
    let at = settings::api::calendar(tx)?.due(start, demo.between(1, 12) * HOUR)?;
    if left < OPEN || at >= demo.now.plus_millis(-HOUR) {
        return Ok(());
    }
    tx.as_of(at, agent.actor())?;
    let permit = policy::vouched(at)?;
    let (adopted, reason) = (told.adopted, told.reason.clone());
    let answer = Answer { words: told.answer.clone(), way: AnswerWay::Phone, adopted, reason };
    let answered = item.clone().answered(&permit, by(at), agent.unit, answer)?;
    let words = told.answer.as_str();
    api::keep(tx, "feedback.answered", &item, &answered, Happening::new(FeedbackMoveKind::Answered, words))?;
    let closed = answered.clone().closed(&permit, at)?;
    api::keep(tx, "feedback.closed", &answered, &closed, Happening::new(FeedbackMoveKind::Closed, ""))
}

/// What colleagues and leads say of each other; a budget for each team this month, and some of it given.
fn wall(tx: &mut Tx<'_>, demo: &Demo, words: &[String], agents: &[DemoPerson], head: &DemoPerson) -> Result<()> {
    let leads = demo.with_role("supervisor");
    let length = demo.now.since(demo.since).max(1);
    let count = words.len() * 3;
    for (at, words) in words.iter().cycle().take(count).enumerate() {
        let whom = &agents[at % agents.len()];
        let lead = leads.iter().find(|lead| lead.unit == whom.unit).filter(|_| at % 3 == 0);
        let mate = agents.iter().find(|mate| mate.unit == whom.unit && mate.id != whom.id);
        let Some(who) = lead.or(mate) else { continue };
        let share = (at as i64 + 1) * length / (count as i64 + 1);
        let moment = demo.since.plus_millis(share.min(length - HOUR));
        tx.as_of(moment, who.actor())?;
        let kind = if lead.is_some() { RecognitionKind::Lead } else { RecognitionKind::Colleague };
        let mut one = api::recognition(tx, kind, words.clone())?;
        (one.person_id, one.person_name) = (Some(whom.id), whom.name.clone());
        (one.unit_id, one.unit_name) = (whom.unit, api::unit_name(tx, whom.unit)?);
        (one.by_id, one.by_name) = (Some(who.id), who.name.clone());
        api::recognise(tx, &one)?;
    }
    let Some(unit) = head.unit else { return Ok(()) };
    tx.as_of(demo.now.plus_millis(-HOUR), head.actor())?;
    let (now, currency) = (tx.now(), queries::rules(tx)?.currency);
    let month = day::month_of(tx, now)?;
    let mut spent = 0;
    let last = queries::wall::latest(tx, 3)?;
    for before in last {
        let by = By { id: head.id, name: head.name.clone(), at: now };
        let after = before.clone().rewarded(&policy::vouched(now)?, by, Money(REWARD), currency.clone())?;
        api::keep_reward(tx, &before, &after)?;
        spent += REWARD;
    }
    let budget = RewardBudget {
        id: tx.new_id(),
        unit_id: unit,
        month,
        amount: Money(BUDGET),
        spent: Money(spent),
        currency,
        version: 1,
    };
    queries::wall::save_budget(tx, &budget)
}
