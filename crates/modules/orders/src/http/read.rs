//! Reading orders.

use customers::Serving;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{CustomerId, Id, Page, PageQuery};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{model::Order, policy, queries};

/// Whose orders.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Of this customer, merged aliases included.
    customer: CustomerId,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists what a customer bought, newest first: one whom the caller may see, or serves.
#[utoipa::path(get, path = "/orders", tag = "orders", params(ListQuery), responses((status = 200, body = Page<Order>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<ListQuery>) -> Answer<Page<Order>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let (limit, before) = (page.limit()?, page.before()?);
    let serving = cx.app().part::<Box<dyn Serving>>();
    let rows = cx
        .read(move |tx| {
            policy::may_read(tx.actor())?;
            let card = customers::api::visible_or_served(tx, &**serving, query.customer)?;
            let who = customers::api::members(tx, card.id)?;
            queries::of_person(tx, &who, &before, limit + 1)
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |row: &Order| (row.placed_at.millis(), row.id.to_string()))))
}

/// One order.
#[utoipa::path(get, path = "/orders/{id}", tag = "orders", params(("id" = Id<Order>, Path)), responses((status = 200, body = Order)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<Order>>) -> Answer<Order> {
    let serving = cx.app().part::<Box<dyn Serving>>();
    let order = cx
        .read(move |tx| {
            policy::may_read(tx.actor())?;
            let order = queries::find(tx, id)?;
            customers::api::visible_or_served(tx, &**serving, order.customer_id)?;
            Ok(order)
        })
        .await?;
    Ok(Json(order))
}
