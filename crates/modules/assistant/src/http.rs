//! The operations.

mod model;

use audit::api::Entry;
use http::{Answer, App, Cx, Json};
use kernel::{Error, Id, QueueId, Result};
use knowledge::Article;
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;
use utoipa::{OpenApiRouter, routes};

use crate::{codes, model::AssistantSettings, policy, queries};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(read, set))
        .routes(routes!(model::read, model::set))
        .routes(routes!(model::probe))
        .routes(routes!(model::questions))
}

/// How often it answered with an article, and what came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AssistantArticle {
    /// Which.
    article_id: Id<Article>,
    /// What it is called now.
    title: String,
    /// How often.
    answers: i64,
    /// How often the customer left then without anybody's help.
    solved: i64,
    /// How often somebody took the conversation.
    handed: i64,
}

/// Where it answers, and how it does.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AssistantView {
    #[serde(flatten)]
    settings: AssistantSettings,
    /// The articles it answered with, most often first, at most a hundred.
    articles: Vec<AssistantArticle>,
}

fn view(tx: &mut Tx<'_>, settings: AssistantSettings) -> Result<AssistantView> {
    let mut articles = Vec::new();
    for (article_id, answers, solved, handed) in queries::figures(tx)? {
        let title = knowledge::api::title(tx, article_id)?;
        articles.push(AssistantArticle { article_id, title, answers, solved, handed });
    }
    Ok(AssistantView { settings, articles })
}

/// Where the assistant answers, and how it does.
#[utoipa::path(get, path = "/assistant", tag = "assistant", responses((status = 200, body = AssistantView)))]
pub(crate) async fn read(cx: Cx) -> Answer<AssistantView> {
    let found = cx
        .read(|tx| {
            let _scope = policy::may_read(tx.actor())?;
            let settings = queries::settings(tx)?;
            view(tx, settings)
        })
        .await?;
    Ok(Json(found))
}

/// Where it is to answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssistantChange {
    /// The version that was seen; 0 while nobody said anything.
    version: i64,
    /// The queues in whose conversations it answers, in web chats.
    queues: Vec<QueueId>,
    /// Those of them in whose conversations by open channels and WeChat it answers too; as they are unless told.
    outside: Option<Vec<QueueId>>,
    /// Under which address customers reach this server; answers come without a link where it is empty.
    base_url: Option<String>,
}

/// Says where the assistant answers.
#[utoipa::path(put, path = "/assistant", tag = "assistant", request_body = AssistantChange, responses((status = 200, body = AssistantView)))]
pub(crate) async fn set(cx: Cx, Json(request): Json<AssistantChange>) -> Answer<AssistantView> {
    let changed = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            let before = queries::settings(tx)?;
            if before.version != request.version {
                return Err(codes::STALE.conflict());
            }
            for queue in &request.queues {
                if !routing::api::is_queue(tx, *queue)? {
                    return Err(Error::field("queues", "unknown"));
                }
            }
            let base_url = request.base_url.as_deref().unwrap_or(&before.base_url).to_owned();
            let kept = || before.outside.0.iter().copied().filter(|queue| request.queues.contains(queue)).collect();
            let outside = request.outside.clone().unwrap_or_else(kept);
            let after = before.clone().changed(&permit, request.queues.clone(), outside, &base_url)?;
            queries::save(tx, &after)?;
            let entry = Entry::new("assistant.changed", "assistant", &after.name).change(&before, &after);
            audit::api::record(tx, entry)?;
            view(tx, after)
        })
        .await?;
    Ok(Json(changed))
}
