//! The language model: how it is reached, and what it was asked.

use audit::api::Entry;
use conversations::ConversationId;
use http::{Answer, Cx, Json, Query};
use kernel::{Page, PageQuery, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use crate::{
    asking, attend, codes,
    model::{AssistantModel, ModelDetails},
    policy, propose, queries,
    question::ModelQuestion,
};

/// The model, and how much it was asked.
#[derive(Serialize, ToSchema)]
pub(crate) struct AssistantModelView {
    #[serde(flatten)]
    model: AssistantModel,
    /// Whether there is a key.
    has_key: bool,
    /// How often it was asked in the last 24 hours.
    asked: i64,
}

fn view(tx: &mut Tx<'_>, model: AssistantModel) -> Result<AssistantModelView> {
    let since = tx.now().plus_millis(-24 * 3_600_000);
    let (has_key, asked) = (!queries::model_key(tx)?.is_empty(), queries::asked_since(tx, since)?);
    Ok(AssistantModelView { model, has_key, asked })
}

/// The language model that is asked where the written rule is not sure; off at first. Its key is nobody's to read.
#[utoipa::path(get, path = "/assistant/model", tag = "assistant", responses((status = 200, body = AssistantModelView)))]
pub(crate) async fn read(cx: Cx) -> Answer<AssistantModelView> {
    let found = cx
        .read(|tx| {
            let _scope = policy::may_read(tx.actor())?;
            let model = queries::model(tx)?;
            view(tx, model)
        })
        .await?;
    Ok(Json(found))
}

/// What the model is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssistantModelChange {
    /// The version that was seen; 0 while nobody said anything.
    version: i64,
    /// What it is to be; what is left out stays.
    details: ModelDetails,
}

/// Says which language model is asked, and whether.
#[utoipa::path(put, path = "/assistant/model", tag = "assistant", request_body = AssistantModelChange, responses((status = 200, body = AssistantModelView)))]
pub(crate) async fn set(cx: Cx, Json(request): Json<AssistantModelChange>) -> Answer<AssistantModelView> {
    let changed = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            let before = queries::model(tx)?;
            if before.version != request.version {
                return Err(codes::STALE.conflict());
            }
            let has_key = !queries::model_key(tx)?.is_empty();
            let after = before.clone().changed(&permit, request.details.clone(), has_key)?;
            queries::save_model(tx, &after)?;
            let entry = Entry::new("assistant.model_changed", "assistant", &after.name).change(&before, &after);
            audit::api::record(tx, entry)?;
            if let Some(key) = request.details.key() {
                queries::save_model_key(tx, key)?;
                let entry = Entry::new("assistant.model_key_changed", "assistant", &after.name);
                audit::api::record(tx, entry.created(&json!({"model": after.model})))?;
            }
            view(tx, after)
        })
        .await?;
    Ok(Json(changed))
}

/// How trying the model went.
#[derive(Serialize, ToSchema)]
pub(crate) struct AssistantModelProbe {
    /// What stands in the way: `unreachable`, `http`, `not_json`, …; none: nothing.
    trouble: Option<String>,
    /// More of it, or what the other side said.
    detail: String,
    /// How long it took, in milliseconds.
    took_ms: i64,
}

/// Tries the model, on or off, with a question and an article that are nobody's.
#[utoipa::path(post, path = "/assistant/model/probe", tag = "assistant", responses((status = 200, body = AssistantModelProbe)))]
pub(crate) async fn probe(cx: Cx) -> Answer<AssistantModelProbe> {
    let (model, key) = cx
        .write(|tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let model = queries::model(tx)?;
            let entry = Entry::new("assistant.model_tried", "assistant", &model.name);
            audit::api::record(tx, entry.created(&json!({"model": model.model})))?;
            Ok((model, queries::model_key(tx)?))
        })
        .await?;
    // The story of the probe is told in the words of the catalogue, and believed as little as any.
    let word = |key: &str| attend::texts("").word(key).to_owned();
    let offered = [propose::Offered { article: cx.new_id(), title: word("probe_title"), words: word("probe_words") }];
    let sent = propose::request(&model.model, &word("model_rules"), &word("probe_question"), &offered).to_string();
    let began = cx.app().clock().now();
    let answered = asking::call(&model.clone().switched_on(), &key, &sent).await;
    let took_ms = cx.app().clock().now().since(began).max(0);
    let (trouble, detail) = match answered {
        Err((code, text)) => (Some(code.to_owned()), text),
        Ok(said) => match propose::judge(&said, &offered) {
            Ok(proposal) => (None, proposal.words),
            Err(why) => (Some(why.to_owned()), said.chars().take(300).collect()),
        },
    };
    Ok(Json(AssistantModelProbe { trouble, detail, took_ms }))
}

/// Which questions are wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct QuestionsQuery {
    /// Those of this conversation.
    #[param(value_type = Option<String>)]
    conversation_id: Option<ConversationId>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// What the model was asked and what it said, newest first, both as they left and came: without personal data.
#[utoipa::path(get, path = "/assistant/questions", tag = "assistant", params(QuestionsQuery), responses((status = 200, body = Page<ModelQuestion>)))]
pub(crate) async fn questions(cx: Cx, Query(query): Query<QuestionsQuery>) -> Answer<Page<ModelQuestion>> {
    let QuestionsQuery { conversation_id, limit, cursor } = query;
    let page = PageQuery { limit, cursor };
    let (limit, before) = (page.limit()?, page.before()?);
    let found = cx
        .read(move |tx| {
            let _scope = policy::may_read(tx.actor())?;
            queries::questions(tx, conversation_id, &before, limit)
        })
        .await?;
    Ok(Json(found))
}
