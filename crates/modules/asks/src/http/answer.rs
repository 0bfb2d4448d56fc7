//! Going on with the thread: a word, the answer, and withdrawing what need not be answered.

use http::{Answer, Cx, Json, Path};
use kernel::{Check, Id, Result};
use serde::Deserialize;
use store::Tx;
use tasks::api::Due;
use utoipa::ToSchema;

use super::view::{AskThread, thread};
use crate::{
    alike, api,
    model::{Ask, Found, Who},
    policy, queries,
};

/// A word.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskWord {
    /// What is said: 1 to 1,000 characters.
    text: String,
}

/// Says a word in the thread, from either side. What was answered is open again when whoever asked goes on.
#[utoipa::path(post, path = "/asks/{id}/lines", tag = "asks", params(("id" = Id<Ask>, Path)), request_body = AskWord, responses((status = 200, body = AskThread)))]
pub(crate) async fn say(cx: Cx, Path(id): Path<Id<Ask>>, Json(request): Json<AskWord>) -> Answer<AskThread> {
    let said = cx
        .write(move |tx| {
            let before = queries::find(tx, id)?;
            let permit = policy::may_say(tx.actor(), &before, tx.now())?;
            Check::new().text("text", &request.text, 1..=1_000).done()?;
            let due = Due::BusinessMs(api::DUE_MINUTES * 60_000).at(tx)?;
            let (after, line) = before.clone().said(&permit, me(tx)?, request.text.trim().to_owned(), due)?;
            api::said(tx, &before, &after, &line)?;
            thread(tx, after)
        })
        .await?;
    Ok(Json(said))
}

/// The answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskAnswer {
    /// What to do, or to say: 1 to 2,000 characters.
    text: String,
    /// Whether it stands in the knowledge, or is a gap.
    found: Found,
}

/// Answers. The task is done with it, and the conversation shows the answer to staff.
#[utoipa::path(post, path = "/asks/{id}/answer", tag = "asks", params(("id" = Id<Ask>, Path)), request_body = AskAnswer, responses((status = 200, body = AskThread)))]
pub(crate) async fn answer(cx: Cx, Path(id): Path<Id<Ask>>, Json(request): Json<AskAnswer>) -> Answer<AskThread> {
    let answered = cx
        .write(move |tx| {
            let before = queries::find(tx, id)?;
            let permit = policy::may_answer(tx.actor(), &before, tx.now())?;
            Check::new().text("text", &request.text, 1..=2_000).done()?;
            let text = request.text.trim().to_owned();
            let (after, line) = before.clone().answered(&permit, me(tx)?, text, request.found)?;
            api::said(tx, &before, &after, &line)?;
            // One that was answered from the knowledge and asked again may be a gap after all.
            let after = alike::weigh(tx, after)?;
            thread(tx, after)
        })
        .await?;
    Ok(Json(answered))
}

/// Why it need not be answered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskWithdrawal {
    /// In one's own words: 1 to 500 characters.
    reason: String,
}

/// Withdraws an open ask, for a reason.
#[utoipa::path(post, path = "/asks/{id}/withdrawal", tag = "asks", params(("id" = Id<Ask>, Path)), request_body = AskWithdrawal, responses((status = 200, body = AskThread)))]
pub(crate) async fn withdraw(cx: Cx, Path(id): Path<Id<Ask>>, Json(request): Json<AskWithdrawal>) -> Answer<AskThread> {
    let withdrawn = cx
        .write(move |tx| {
            let before = queries::find(tx, id)?;
            let permit = policy::may_withdraw(tx.actor(), &before, tx.now())?;
            Check::new().text("reason", &request.reason, 1..=500).done()?;
            let after = before.clone().withdrawn(&permit)?;
            api::withdraw(tx, &before, &after, request.reason.trim())?;
            thread(tx, after)
        })
        .await?;
    Ok(Json(withdrawn))
}

fn me(tx: &Tx<'_>) -> Result<Who> {
    let staff = tx.actor().staff()?;
    Ok(Who { id: staff.id, name: staff.name.clone() })
}
