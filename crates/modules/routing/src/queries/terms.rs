//! Skills, who has them, whose turn it is, what waits are worth, and why offers were made.

use conversations::ConversationId;
use kernel::{Id, QueueId, Result, Timestamp, UserId};
use store::{Record as _, ToValue as _, Tx, params, sql};

use super::as_json;
use crate::{
    codes,
    model::{Offer, OfferExplanation, Skill, SkillAsked, SkillId, SkillsAsked, Why},
};

sql! {
    SKILLS(Skill) = "SELECT {cols} FROM skills ORDER BY created_at, id";
    SKILL(Skill) = "SELECT {cols} FROM skills WHERE id = $1";
    INSERT_SKILL(Skill) = "INSERT INTO skills ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    SKILL_TAKEN = "SELECT id FROM skills WHERE name = $1";
    SAVE_SKILL(Skill) = "UPDATE skills SET {sets} WHERE id = $1 AND version = $4 - 1";
    DELETE_SKILL = "DELETE FROM skills WHERE id = $1";
    LEVELS = "SELECT user_id, skill_id, level FROM person_skills ORDER BY user_id, skill_id";
    FORGET_LEVELS = "DELETE FROM person_skills WHERE user_id = $1";
    FORGET_SKILL = "DELETE FROM person_skills WHERE skill_id = $1";
    ADD_LEVELS = "INSERT INTO person_skills (user_id, skill_id, level) VALUES {rows:TEXT,TEXT,BIGINT}";

    TURNS = "SELECT queue_id, user_id FROM queue_turns";
    TURN = "INSERT INTO queue_turns (queue_id, user_id) VALUES ($1, $2) ON CONFLICT (queue_id) DO UPDATE SET user_id = excluded.user_id";
    GIVEN_SINCE = "SELECT user_id, queue_id, count(*) FROM offers
        WHERE made_at > $1 AND state IN ('open', 'accepted') AND queue_id IS NOT NULL GROUP BY user_id, queue_id";

    WEIGHED_KINDS = "SELECT DISTINCT queue_id, priority, asks FROM waits WHERE ended_at IS NULL AND weighed ORDER BY queue_id, priority DESC, asks";
    LINE_ALIKE = "SELECT conversation_id FROM waits
        WHERE queue_id = $1 AND priority = $2 AND asks = $3 AND ended_at IS NULL ORDER BY turn_at LIMIT $4";
    WEIGHTS = "SELECT conversation_id, priority, asks FROM waits
        WHERE ended_at IS NULL AND conversation_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    PRIORITIES = "SELECT conversation_id, priority FROM waits WHERE ended_at IS NULL AND weighed AND queue_id = $1 AND priority > 0";

    HAS = "INSERT INTO hands (conversation_id, user_id, since) VALUES ($1, $2, $3)
        ON CONFLICT (conversation_id) DO UPDATE SET user_id = excluded.user_id, since = excluded.since";
    HAS_NOT = "DELETE FROM hands WHERE conversation_id = $1";
    HAS_SINCE = "SELECT since FROM hands WHERE conversation_id = $1 AND user_id = $2";
    SILENCE = "INSERT INTO silences (conversation_id, user_id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    OVERDUE = "SELECT conversation_id FROM waits WHERE queue_id = $1 AND since <= $2 AND ended_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM offers WHERE offers.conversation_id = waits.conversation_id AND offers.state = 'open')
        ORDER BY since LIMIT $3";

    EXPLAIN(OfferExplanation) = "INSERT INTO offer_explanations ({cols}) VALUES ({vals})";
    EXPLAIN_MANY(OfferExplanation) = "INSERT INTO offer_explanations ({cols}) VALUES {rows}";
    EXPLANATION(OfferExplanation) = "SELECT {cols} FROM offer_explanations WHERE offer_id = $1";
    WHY = "SELECT why FROM offer_explanations WHERE offer_id = $1";
    TAKEN_BY(Offer) = "SELECT {cols} FROM offers WHERE conversation_id = $1 AND user_id = $2 AND state = 'accepted' ORDER BY ended_at DESC LIMIT 1";
    READ_OFFER(Offer) = "SELECT {cols} FROM offers WHERE id = $1";
}

pub(crate) fn skills(tx: &mut Tx<'_>) -> Result<Vec<Skill>> {
    tx.all(&SKILLS, &[])
}

pub(crate) fn skill(tx: &mut Tx<'_>, id: SkillId) -> Result<Skill> {
    tx.one(&SKILL, params![id])
}

/// # Errors
/// [`codes::NAME_TAKEN`] when another skill has its name.
pub(crate) fn insert_skill(tx: &mut Tx<'_>, skill: &Skill) -> Result<()> {
    tx.exec_one(&INSERT_SKILL, &skill.values(), codes::NAME_TAKEN)
}

/// # Errors
/// [`codes::NAME_TAKEN`]; [`codes::STALE`] when it was changed meanwhile.
pub(crate) fn save_skill(tx: &mut Tx<'_>, skill: &Skill) -> Result<()> {
    let taken: Option<(SkillId,)> = tx.maybe(&SKILL_TAKEN, params![skill.name])?;
    if taken.is_some_and(|(id,)| id != skill.id) {
        return Err(codes::NAME_TAKEN.conflict());
    }
    tx.exec_one(&SAVE_SKILL, &skill.values(), codes::STALE)
}

/// Nobody has it any more.
pub(crate) fn delete_skill(tx: &mut Tx<'_>, id: SkillId) -> Result<()> {
    tx.exec(&FORGET_SKILL, params![id])?;
    tx.exec(&DELETE_SKILL, params![id]).map(drop)
}

/// Who is how good at what.
pub(crate) fn levels(tx: &mut Tx<'_>) -> Result<Vec<(UserId, SkillId, i64)>> {
    tx.all(&LEVELS, &[])
}

/// Somebody has these skills from now on, and no others.
pub(crate) fn set_levels(tx: &mut Tx<'_>, user: UserId, skills: &[SkillAsked]) -> Result<()> {
    tx.exec(&FORGET_LEVELS, params![user])?;
    let rows: Vec<_> =
        skills.iter().map(|has| vec![user.to_value(), has.skill_id.to_value(), has.level.to_value()]).collect();
    if rows.is_empty() { Ok(()) } else { tx.exec_rows(&ADD_LEVELS, &rows) }
}

/// Who was given a conversation of each queue last.
pub(crate) fn turns(tx: &mut Tx<'_>) -> Result<Vec<(QueueId, UserId)>> {
    tx.all(&TURNS, &[])
}

pub(crate) fn set_turn(tx: &mut Tx<'_>, queue: QueueId, user: UserId) -> Result<()> {
    tx.exec(&TURN, params![queue, user]).map(drop)
}

/// How many conversations of each queue people were given since `since`; what they turned down does not count.
pub(crate) fn given_since(tx: &mut Tx<'_>, since: Timestamp) -> Result<Vec<(UserId, QueueId, i64)>> {
    tx.all(&GIVEN_SINCE, params![since])
}

/// Which unlike kinds of waits there are: of which queue, with which priority, asking for what.
pub(crate) fn weighed_kinds(tx: &mut Tx<'_>) -> Result<Vec<(QueueId, i64, SkillsAsked)>> {
    tx.all(&WEIGHED_KINDS, &[])
}

/// The first of one kind that wait, longest wait first.
pub(crate) fn line_alike(
    tx: &mut Tx<'_>,
    queue: QueueId,
    priority: i64,
    asks: &SkillsAsked,
    limit: i64,
) -> Result<Vec<ConversationId>> {
    let rows: Vec<(ConversationId,)> = tx.all(&LINE_ALIKE, params![queue, priority, *asks, limit])?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// What these waits are worth; those the ledger does not know yet are left out.
pub(crate) fn weights(tx: &mut Tx<'_>, ids: &[ConversationId]) -> Result<Vec<(ConversationId, i64, SkillsAsked)>> {
    tx.all(&WEIGHTS, params![as_json(ids)])
}

/// The waits of a queue that have a priority.
pub(crate) fn priorities(tx: &mut Tx<'_>, queue: QueueId) -> Result<Vec<(ConversationId, i64)>> {
    tx.all(&PRIORITIES, params![queue])
}

/// Somebody has a conversation from now on.
pub(crate) fn has(tx: &mut Tx<'_>, id: ConversationId, user: UserId, since: Timestamp) -> Result<()> {
    tx.exec(&HAS, params![id, user, since]).map(drop)
}

/// Nobody has it any more.
pub(crate) fn has_not(tx: &mut Tx<'_>, id: ConversationId) -> Result<()> {
    tx.exec(&HAS_NOT, params![id]).map(drop)
}

/// Since when this person has it, if they do.
pub(crate) fn has_since(tx: &mut Tx<'_>, id: ConversationId, user: UserId) -> Result<Option<Timestamp>> {
    Ok(tx.maybe::<(Timestamp,)>(&HAS_SINCE, params![id, user])?.map(|(since,)| since))
}

pub(crate) fn note_silence(tx: &mut Tx<'_>, id: ConversationId, user: UserId, at: Timestamp) -> Result<()> {
    tx.exec(&SILENCE, params![id, user, at]).map(drop)
}

/// Those who began to wait in a queue before `before` and are offered to nobody.
pub(crate) fn overdue(tx: &mut Tx<'_>, queue: QueueId, before: Timestamp, limit: i64) -> Result<Vec<ConversationId>> {
    let rows: Vec<(ConversationId,)> = tx.all(&OVERDUE, params![queue, before, limit])?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

pub(crate) fn explain(tx: &mut Tx<'_>, explanation: &OfferExplanation) -> Result<()> {
    tx.exec(&EXPLAIN, &explanation.values()).map(drop)
}

/// Writes down why offers of the past were made.
pub(crate) fn tell_explanations(tx: &mut Tx<'_>, explanations: &[OfferExplanation]) -> Result<()> {
    let rows: Vec<_> = explanations.iter().map(store::Record::values).collect();
    tx.exec_rows(&EXPLAIN_MANY, &rows)
}

/// # Errors
/// [`kernel::Error::NotFound`] for an offer made before reasons were kept.
pub(crate) fn explanation(tx: &mut Tx<'_>, offer: Id<Offer>) -> Result<OfferExplanation> {
    tx.one(&EXPLANATION, params![offer])
}

pub(crate) fn why(tx: &mut Tx<'_>, offer: Id<Offer>) -> Result<Option<Why>> {
    Ok(tx.maybe::<(Why,)>(&WHY, params![offer])?.map(|(why,)| why))
}

/// The last offer by which this person took the conversation.
pub(crate) fn taken_by(tx: &mut Tx<'_>, conversation: ConversationId, user: UserId) -> Result<Option<Offer>> {
    tx.maybe(&TAKEN_BY, params![conversation, user])
}

pub(crate) fn read_offer(tx: &mut Tx<'_>, id: Id<Offer>) -> Result<Offer> {
    tx.one(&READ_OFFER, params![id])
}
