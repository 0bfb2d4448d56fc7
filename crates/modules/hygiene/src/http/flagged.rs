//! Who should be looked at, and why.

use std::collections::HashMap;

use customers::CustomerCard;
use http::{Answer, Cx, Json, Query};
use kernel::{Page, PageQuery, Result, UserId};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use crate::{
    model::{ContactPoint, FlagReason, FlaggedCustomer},
    points, policy, queries,
};

/// Which of them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FlaggedQuery {
    /// Only those who are there for this reason.
    #[param(inline)]
    reason: Option<FlagReason>,
    /// Only those this person looks after: an id, or `me`.
    owner: Option<String>,
    /// How many: 1 to 200.
    limit: Option<i64>,
    /// Where the page before ended.
    cursor: Option<String>,
}

/// A customer somebody should look at, and why.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlaggedCustomerView {
    #[serde(flatten)]
    flag: FlaggedCustomer,
    /// Who; numbers and addresses masked.
    customer: CustomerCard,
    /// Who looks after them.
    owner_name: Option<String>,
    /// Their numbers and addresses that are dead.
    points: Vec<ContactPoint>,
}

/// Customers whom one sees who are out of date, or have a number or an address that is dead; who was active longest ago
/// comes first. Who was active since is left out.
#[utoipa::path(get, path = "/flagged-customers", tag = "hygiene", params(FlaggedQuery), responses((status = 200, body = Page<FlaggedCustomerView>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<FlaggedQuery>) -> Answer<Page<FlaggedCustomerView>> {
    let FlaggedQuery { reason, owner, limit, cursor } = query;
    let page = PageQuery { limit, cursor };
    let (limit, after) = (page.limit()?, page.after()?);
    let page = cx
        .read(move |tx| {
            policy::may_read(tx.actor())?;
            let reach = customers::api::reach(tx.actor())?;
            let owner = tx.actor().person("owner", owner.as_deref())?;
            let rows = queries::list(tx, &reach, (owner, reason), &after, limit + 1)?;
            let Page { items, next_cursor } =
                Page::of(rows, limit, |row| (row.active_at.millis(), row.customer_id.to_string()));
            Ok(Page { items: views(tx, items, reason)?, next_cursor })
        })
        .await?;
    Ok(Json(page))
}

fn views(tx: &mut Tx<'_>, flags: Vec<FlaggedCustomer>, reason: Option<FlagReason>) -> Result<Vec<FlaggedCustomerView>> {
    let ids: Vec<_> = flags.iter().map(|flag| flag.customer_id).collect();
    let mut cards = customers::api::visible_cards(tx, &ids)?;
    let mut points: HashMap<_, Vec<ContactPoint>> = HashMap::new();
    let people = points::people(tx, &ids)?;
    for (id, person) in &people {
        points.insert(*id, points::current(tx, person)?);
    }
    let since = queries::rules(tx)?.since(tx.now());
    let mut names = HashMap::new();
    let mut views = Vec::with_capacity(flags.len());
    for mut flag in flags {
        let Some(customer) = cards.remove(&flag.customer_id) else { continue };
        // They were in contact after last night.
        flag.active_at = flag.active_at.max(customer.last_contact_at.unwrap_or(flag.active_at));
        flag.stale &= flag.active_at < since;
        let left_out = match reason {
            Some(FlagReason::Stale) => !flag.stale,
            _ => !flag.stale && flag.invalid_points == 0,
        };
        if left_out {
            continue;
        }
        let mut points = points.remove(&flag.customer_id).unwrap_or_default();
        points.retain(ContactPoint::is_invalid);
        let owner_name = owner_name(tx, flag.owner_id, &mut names)?;
        views.push(FlaggedCustomerView { flag, customer, owner_name, points });
    }
    Ok(views)
}

fn owner_name(tx: &mut Tx<'_>, owner: Option<UserId>, known: &mut HashMap<UserId, String>) -> Result<Option<String>> {
    let Some(owner) = owner else { return Ok(None) };
    if let Some(name) = known.get(&owner) {
        return Ok(Some(name.clone()));
    }
    let name = access::api::user(tx, owner)?.name;
    known.insert(owner, name.clone());
    Ok(Some(name))
}

/// How many there are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlaggedCounts {
    /// Out of date.
    stale: i64,
    /// With a number or an address that is dead.
    invalid_contact: i64,
    /// Of both together.
    all: i64,
}

/// How many of the customers one sees should be looked at, as of last night.
#[utoipa::path(get, path = "/flagged-customers/counts", tag = "hygiene", responses((status = 200, body = FlaggedCounts)))]
pub(crate) async fn counts(cx: Cx) -> Answer<FlaggedCounts> {
    let (stale, invalid_contact, all) = cx
        .read(|tx| {
            policy::may_read(tx.actor())?;
            let reach = customers::api::reach(tx.actor())?;
            queries::counts(tx, &reach)
        })
        .await?;
    Ok(Json(FlaggedCounts { stale, invalid_contact, all }))
}
