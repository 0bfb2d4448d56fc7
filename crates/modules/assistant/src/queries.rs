//! All SQL of this module.

use conversations::ConversationId;
use kernel::{Id, Result};
use knowledge::Article;
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{AssistantSettings, GivenAnswer, NAME, Outcome, Talk},
};

sql! {
    SETTINGS(AssistantSettings) = "SELECT {cols} FROM assistant_settings WHERE name = $1";
    INSERT(AssistantSettings) = "INSERT INTO assistant_settings ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE(AssistantSettings) = "UPDATE assistant_settings SET {sets} WHERE name = $1 AND version = $4 - 1";
    TALK(Talk) = "SELECT {cols} FROM assistant_talks WHERE conversation_id = $1";
    SAVE_TALK(Talk) = "INSERT INTO assistant_talks ({cols}) VALUES ({vals})
        ON CONFLICT (conversation_id) DO UPDATE SET seen_seq = $2, answers = $3, silent = $4";
    INSERT_ANSWER(GivenAnswer) = "INSERT INTO assistant_answers ({cols}) VALUES ({vals})";
    ANSWERED = "SELECT count(*) FROM assistant_answers WHERE conversation_id = $1 AND article_id = $2";
    SETTLE = "UPDATE assistant_answers SET outcome = $2 WHERE conversation_id = $1 AND outcome IS NULL";
    FIGURES = "SELECT article_id, count(*), count(CASE WHEN outcome = 'solved' THEN 1 END), count(CASE WHEN outcome = 'handed' THEN 1 END)
        FROM assistant_answers GROUP BY article_id ORDER BY count(*) DESC, article_id LIMIT 100";
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
    match tx.exec(statement, &settings.values())? {
        1 => Ok(()),
        _ => Err(codes::STALE.conflict()),
    }
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
