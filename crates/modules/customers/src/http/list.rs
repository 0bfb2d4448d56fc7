//! Lists of customers.

use audit::api::Entry;
use http::{Answer, Cx, Json, Query};
use kernel::Page;
use serde_json::json;

use crate::{
    listing::{self, CustomerListQuery},
    model::{Customer, CustomerCard},
};

/// Lists customers, without aliases. Looking for some digits of a number is written on the trail, with how many digits
/// and how many were found, not which.
#[utoipa::path(get, path = "/customers", tag = "customers", params(CustomerListQuery), responses((status = 200, body = Page<CustomerCard>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<CustomerListQuery>) -> Answer<Page<CustomerCard>> {
    let first = query.cursor.is_none();
    let listed = cx.read(move |tx| listing::list(tx, &query)).await?;
    if let Some(digits) = listed.digits.filter(|_| first) {
        let found = listed.rows.len();
        cx.write(move |tx| {
            let entry = Entry::new("customers.searched_number", "customers", "search");
            audit::api::record(tx, entry.created(&json!({ "digits": digits, "found": found })))
        })
        .await?;
    }
    Ok(Json(Page { items: listed.rows.iter().map(Customer::card).collect(), next_cursor: listed.next }))
}
