//! Who was in which state, and for how long.

use http::{Answer, Cx, Json, Query};
use kernel::{Page, PageQuery, Timestamp};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{model::PresenceSpellView, policy, queries};

/// Whose, and when.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only this person's: an id, or `me`.
    user: Option<String>,
    /// Only those that had not ended by then.
    from: Option<Timestamp>,
    /// Only those that had begun before then.
    to: Option<Timestamp>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// How long people were in which state, for which reason and with how much room: the latest first. Those of
/// oneself, and of the people whose presence one may watch.
#[utoipa::path(get, path = "/presence-spells", tag = "routing", params(ListQuery), responses((status = 200, body = Page<PresenceSpellView>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<ListQuery>) -> Answer<Page<PresenceSpellView>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let (limit, before) = (page.limit()?, page.before()?);
    let (user, from, to) = (query.user, query.from, query.to);
    let rows = cx
        .read(move |tx| {
            let scope = policy::may_watch(tx.actor())?;
            let user = tx.actor().person("user", user.as_deref())?;
            queries::spells(tx, &scope, user, (from, to), &before, limit + 1)
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |row| (row.since.millis(), row.id.to_string()))))
}
