//! Lists of customers.

use http::{Answer, Cx, Json, Query};
use kernel::{Check, Page, PageQuery, UserId};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    contact,
    model::{Customer, CustomerCard},
    policy,
    queries::{self, Filter},
    stage::Stage,
};

/// Which customers.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Part of the name, or a whole phone number or e-mail address.
    q: Option<String>,
    /// Only those this colleague looks after.
    owner: Option<UserId>,
    /// Only those with whom it has come so far.
    #[param(inline)]
    stage: Option<Stage>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists customers, newest first, without aliases.
#[utoipa::path(get, path = "/customers", tag = "customers", params(ListQuery), responses((status = 200, body = Page<CustomerCard>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<ListQuery>) -> Answer<Page<CustomerCard>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let (limit, before) = (page.limit()?, page.before()?);
    Check::new().maybe_text("q", query.q.as_deref(), 0..=200).done()?;
    let mut filter = Filter { owner: query.owner, stage: query.stage, ..Filter::default() };
    if let Some(text) = query.q.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        filter.phone = contact::phone(text);
        filter.email = contact::email(text);
        // Signs alone name nobody: a text that folds to nothing must not match everybody.
        let folded = Some(store::fold(text)).filter(|folded| !folded.is_empty()).unwrap_or_else(|| text.to_owned());
        filter.name = Some(folded).filter(|_| filter.phone.is_none() && filter.email.is_none());
    }
    let rows = cx
        .read(move |tx| {
            let sight = policy::may_read(tx.actor())?;
            queries::list(tx, &sight, &filter, &before, limit + 1)
        })
        .await?;
    let page = Page::of(rows, limit, |row: &Customer| (row.created_at.millis(), row.id.to_string()));
    Ok(Json(page.map(|row| row.card())))
}
