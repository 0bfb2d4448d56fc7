//! Telling of orders.

use http::{Answer, Cx, Json};
use kernel::Check;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::taking::{self, NewOrder, Taken};

/// Orders of one request at most.
const AT_ONCE: usize = 1_000;

/// What a shop or a till tells.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOrders {
    /// Which shop or till: 1 to 40 characters. A number is told once in it.
    source: String,
    /// 1 to 1,000 orders.
    orders: Vec<NewOrder>,
}

/// What became of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrdersTaken {
    /// New ones.
    created: i64,
    /// Known ones that stand otherwise now.
    changed: i64,
    /// Of these nothing new was said.
    same: i64,
    /// Those that were not taken.
    refused: Vec<RefusedOrder>,
}

/// An order that was not taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefusedOrder {
    /// Its place in the request, from 0.
    at: usize,
    /// What its source calls it.
    number: String,
    /// Why.
    reasons: Vec<OrderReason>,
}

/// Why an order was not taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderReason {
    /// Which field.
    field: String,
    /// Why, as a field's code: `unknown` and `ambiguous` customers, `other_customer` when it is known to be somebody
    /// else's.
    code: String,
}

/// Takes over up to 1,000 orders: those that are new, and what changed of those that are known by source and number.
/// Sent again it changes nothing. Each is taken or refused by itself.
#[utoipa::path(post, path = "/orders", tag = "orders", request_body = NewOrders, responses((status = 200, body = OrdersTaken)))]
pub(crate) async fn take(cx: Cx, Json(request): Json<NewOrders>) -> Answer<OrdersTaken> {
    let taken = cx
        .write(move |tx| {
            let NewOrders { source, orders } = &request;
            let _permit = crate::policy::may_enter(tx.actor(), tx.now())?;
            Check::new()
                .that(!orders.is_empty(), "orders", "required")
                .that(orders.len() <= AT_ONCE, "orders", "too_many")
                .done()?;
            let mut sum = OrdersTaken { created: 0, changed: 0, same: 0, refused: Vec::new() };
            for (at, taken) in taking::take_in(tx, source, orders, false)?.into_iter().enumerate() {
                match taken {
                    Taken::Created => sum.created += 1,
                    Taken::Changed => sum.changed += 1,
                    Taken::Same => sum.same += 1,
                    Taken::Refused(why) => {
                        let reasons = why
                            .into_iter()
                            .map(|why| OrderReason { field: why.field.into_owned(), code: why.code.into() });
                        sum.refused.push(RefusedOrder {
                            at,
                            number: orders[at].number.chars().take(80).collect(),
                            reasons: reasons.collect(),
                        });
                    }
                }
            }
            Ok(sum)
        })
        .await?;
    Ok(Json(taken))
}
