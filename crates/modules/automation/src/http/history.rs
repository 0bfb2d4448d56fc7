//! How an automation was, and what came of it.

use conversations::ConversationId;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{Id, Page, PageQuery};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::manage::{AutomationDraft, changed};
use crate::{
    model::{Automation, AutomationRun, AutomationVersion},
    policy, queries,
};

/// Lists how an automation was, latest first: the last 100 versions.
#[utoipa::path(get, path = "/automations/{id}/versions", tag = "automation", params(("id" = Id<Automation>, Path)), responses((status = 200, body = Vec<AutomationVersion>)))]
pub(crate) async fn versions(cx: Cx, Path(id): Path<Id<Automation>>) -> Answer<Vec<AutomationVersion>> {
    let versions = cx
        .read(move |tx| {
            let _permit = policy::may_read(tx.actor(), tx.now())?;
            queries::versions(tx, id)
        })
        .await?;
    Ok(Json(versions))
}

/// Which version it is to be again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Restoration {
    /// The version as it was.
    to: i64,
    /// The version that was seen.
    version: i64,
}

/// Makes an automation what it was: a new version like the old one.
#[utoipa::path(post, path = "/automations/{id}/restoration", tag = "automation", params(("id" = Id<Automation>, Path)), request_body = Restoration, responses((status = 200, body = Automation)))]
pub(crate) async fn restore(
    cx: Cx,
    Path(id): Path<Id<Automation>>,
    Json(request): Json<Restoration>,
) -> Answer<Automation> {
    let restored = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let before = queries::automation(tx, id)?;
            let AutomationVersion { name, active, event, spec, .. } = queries::version(tx, id, request.to)?;
            let draft = AutomationDraft { version: Some(request.version), name, active: Some(active), event, spec };
            let after = draft.over(tx, Some(&before));
            changed(tx, &before, after)
        })
        .await?;
    Ok(Json(restored))
}

/// Which runs.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RunQuery {
    /// Only those of this automation.
    automation: Option<Id<Automation>>,
    /// Only those in this conversation.
    conversation: Option<ConversationId>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists what automations did, and why, latest first.
#[utoipa::path(get, path = "/automation-runs", tag = "automation", params(RunQuery), responses((status = 200, body = Page<AutomationRun>)))]
pub(crate) async fn runs(cx: Cx, Query(query): Query<RunQuery>) -> Answer<Page<AutomationRun>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let page = cx
        .read(move |tx| {
            let _permit = policy::may_read(tx.actor(), tx.now())?;
            let (limit, before) = (page.limit()?, page.before()?);
            let rows = queries::runs(tx, query.automation, query.conversation, &before, limit + 1)?;
            Ok(Page::of(rows, limit, |row| (row.at.millis(), row.id.to_string())))
        })
        .await?;
    Ok(Json(page))
}
