//! All SQL of this module.

use conversations::ConversationId;
use kernel::{Cursor, CustomerId, Id, Page, Result, Timestamp};
use knowledge::Article;
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{AssistantModel, AssistantSettings, GivenAnswer, NAME, Outcome, Talk},
    question::ModelQuestion,
};

sql! {
    SETTINGS(AssistantSettings) = "SELECT {cols} FROM assistant_settings WHERE name = $1";
    INSERT(AssistantSettings) = "INSERT INTO assistant_settings ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE(AssistantSettings) = "UPDATE assistant_settings SET {sets} WHERE name = $1 AND version = $5 - 1";
    TALK(Talk) = "SELECT {cols} FROM assistant_talks WHERE conversation_id = $1";
    SAVE_TALK(Talk) = "INSERT INTO assistant_talks ({cols}) VALUES ({vals})
        ON CONFLICT (conversation_id) DO UPDATE SET seen_seq = $2, answers = $3, silent = $4";
    INSERT_ANSWER(GivenAnswer) = "INSERT INTO assistant_answers ({cols}) VALUES ({vals})";
    ANSWERED = "SELECT count(*) FROM assistant_answers WHERE conversation_id = $1 AND article_id = $2";
    ANSWERED_TO = "SELECT count(*) FROM assistant_answers WHERE customer_id = $1 AND at > $2";
    SETTLE = "UPDATE assistant_answers SET outcome = $2 WHERE conversation_id = $1 AND outcome IS NULL";
    FIGURES = "SELECT article_id, count(*), count(CASE WHEN outcome = 'solved' THEN 1 END), count(CASE WHEN outcome = 'handed' THEN 1 END)
        FROM assistant_answers GROUP BY article_id ORDER BY count(*) DESC, article_id LIMIT 100";

    MODEL(AssistantModel) = "SELECT {cols} FROM assistant_models WHERE name = $1";
    INSERT_MODEL(AssistantModel) = "INSERT INTO assistant_models ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE_MODEL(AssistantModel) = "UPDATE assistant_models SET {sets} WHERE name = $1 AND version = $8 - 1";
    KEY = "SELECT secret FROM assistant_model_keys WHERE name = $1";
    SAVE_KEY = "INSERT INTO assistant_model_keys (name, secret) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET secret = excluded.secret";
    QUESTION(ModelQuestion) = "SELECT {cols} FROM assistant_questions WHERE id = $1";
    INSERT_QUESTION(ModelQuestion) = "INSERT INTO assistant_questions ({cols}) VALUES ({vals})";
    SETTLE_QUESTION = "UPDATE assistant_questions SET said = $2, outcome = $3, detail = $4, article_id = $5, took_ms = $6 WHERE id = $1 AND outcome IS NULL";
    ASKED_IN = "SELECT count(*) FROM assistant_questions WHERE conversation_id = $1";
    ASKED_SINCE = "SELECT count(*) FROM assistant_questions WHERE asked_at > $1";
    QUESTIONS(ModelQuestion) = "SELECT {cols} FROM assistant_questions WHERE (asked_at, id) < ($1, $2) ORDER BY asked_at DESC, id DESC LIMIT $3";
    QUESTIONS_IN(ModelQuestion) = "SELECT {cols} FROM assistant_questions WHERE conversation_id = $4 AND (asked_at, id) < ($1, $2)
        ORDER BY asked_at DESC, id DESC LIMIT $3";
}

/// Where it answers; nowhere while nobody said anything.
pub(crate) fn settings(tx: &mut Tx<'_>) -> Result<AssistantSettings> {
    Ok(tx.maybe(&SETTINGS, params![NAME])?.unwrap_or_default())
}

/// Keeps a change.
///
/// # Errors
/// [`codes::STALE`] when somebody else changed it meanwhile.
pub(crate) fn save(tx: &mut Tx<'_>, settings: &AssistantSettings) -> Result<()> {
    let statement = if settings.version == 1 { &INSERT } else { &UPDATE };
    tx.exec_one(statement, &settings.values(), codes::STALE)
}

pub(crate) fn talk(tx: &mut Tx<'_>, id: ConversationId) -> Result<Option<Talk>> {
    tx.maybe(&TALK, params![id])
}

pub(crate) fn save_talk(tx: &mut Tx<'_>, talk: &Talk) -> Result<()> {
    tx.exec(&SAVE_TALK, &talk.values()).map(drop)
}

pub(crate) fn insert_answer(tx: &mut Tx<'_>, answer: &GivenAnswer) -> Result<()> {
    tx.exec(&INSERT_ANSWER, &answer.values()).map(drop)
}

/// Whether it gave this article there before.
pub(crate) fn answered(tx: &mut Tx<'_>, id: ConversationId, article: Id<Article>) -> Result<bool> {
    Ok(tx.one::<(i64,)>(&ANSWERED, params![id, article])?.0 > 0)
}

/// How often it answered this customer since then.
pub(crate) fn answered_to(tx: &mut Tx<'_>, id: CustomerId, since: Timestamp) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&ANSWERED_TO, params![id, since])?.0)
}

/// The model; off while nobody said anything.
pub(crate) fn model(tx: &mut Tx<'_>) -> Result<AssistantModel> {
    Ok(tx.maybe(&MODEL, params![NAME])?.unwrap_or_default())
}

/// Keeps a change of the model.
///
/// # Errors
/// [`codes::STALE`] when somebody else changed it meanwhile.
pub(crate) fn save_model(tx: &mut Tx<'_>, model: &AssistantModel) -> Result<()> {
    let statement = if model.version == 1 { &INSERT_MODEL } else { &UPDATE_MODEL };
    tx.exec_one(statement, &model.values(), codes::STALE)
}

/// What the model knows us by; empty where there is nothing.
pub(crate) fn model_key(tx: &mut Tx<'_>) -> Result<String> {
    Ok(tx.maybe::<(String,)>(&KEY, params![NAME])?.map(|(key,)| key).unwrap_or_default())
}

pub(crate) fn save_model_key(tx: &mut Tx<'_>, key: &str) -> Result<()> {
    tx.exec(&SAVE_KEY, params![NAME, key]).map(drop)
}

pub(crate) fn question(tx: &mut Tx<'_>, id: Id<ModelQuestion>) -> Result<Option<ModelQuestion>> {
    tx.maybe(&QUESTION, params![id])
}

pub(crate) fn insert_question(tx: &mut Tx<'_>, question: &ModelQuestion) -> Result<()> {
    tx.exec(&INSERT_QUESTION, &question.values()).map(drop)
}

/// Keeps what came of a question, once.
pub(crate) fn settle_question(tx: &mut Tx<'_>, question: &ModelQuestion) -> Result<()> {
    let ModelQuestion { id, said, outcome, detail, article_id, took_ms, .. } = question;
    tx.exec(&SETTLE_QUESTION, params![id, said, outcome, detail, article_id, took_ms]).map(drop)
}

/// How many questions of this conversation were asked.
pub(crate) fn asked_in(tx: &mut Tx<'_>, id: ConversationId) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&ASKED_IN, params![id])?.0)
}

/// How many questions were asked since then.
pub(crate) fn asked_since(tx: &mut Tx<'_>, since: Timestamp) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&ASKED_SINCE, params![since])?.0)
}

/// Questions, newest first; those of one conversation where it is named.
pub(crate) fn questions(
    tx: &mut Tx<'_>,
    conversation: Option<ConversationId>,
    before: &Cursor,
    limit: i64,
) -> Result<Page<ModelQuestion>> {
    let rows: Vec<ModelQuestion> = match conversation {
        None => tx.all(&QUESTIONS, params![before.key, before.id, limit + 1])?,
        Some(id) => tx.all(&QUESTIONS_IN, params![before.key, before.id, limit + 1, id])?,
    };
    Ok(Page::of(rows, limit, |row| (row.asked_at.millis(), row.id.to_string())))
}

/// What became of its answers in this conversation.
pub(crate) fn settle(tx: &mut Tx<'_>, id: ConversationId, outcome: Outcome) -> Result<()> {
    tx.exec(&SETTLE, params![id, outcome]).map(drop)
}

/// An article: how often it was given, how often nobody was needed then, and how often somebody was.
type Figures = (Id<Article>, i64, i64, i64);

/// Each article it gave.
pub(crate) fn figures(tx: &mut Tx<'_>) -> Result<Vec<Figures>> {
    tx.all(&FIGURES, params![])
}
