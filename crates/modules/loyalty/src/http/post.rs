//! What systems of others say: an order earned, money went back, points pay.

use http::{Answer, Cx, Json, Path};
use kernel::{CustomerId, Id, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::members::find;
use crate::{
    api::{self, Payment, Purchase, Refund},
    model::{Member, PointsEntry},
    policy, queries,
};

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PointsOutcome {
    /// The entry; none where nothing was to be given or taken, or it was done before.
    entry: Option<PointsEntry>,
}

/// A complete order.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PointsPurchase {
    /// Whose.
    customer_id: CustomerId,
    /// Which system says so: 1 to 40 characters.
    source: String,
    /// What that system knows the order by: 1 to 100 characters.
    reference: String,
    /// What was paid, in minor units.
    amount: Money,
    /// ISO 4217.
    currency: String,
}

/// Gives the points a complete order earns: once, however often it is said.
#[utoipa::path(post, path = "/points-purchases", tag = "loyalty", request_body = PointsPurchase, responses((status = 200, body = PointsOutcome)))]
pub(crate) async fn earn(cx: Cx, Json(request): Json<PointsPurchase>) -> Answer<PointsOutcome> {
    let outcome = cx
        .write(move |tx| {
            let _permit = policy::may_post(tx.actor(), tx.now())?;
            let PointsPurchase { customer_id, source, reference, amount, currency } = &request;
            let purchase = Purchase {
                customer: *customer_id,
                source: source.trim().to_owned(),
                reference: reference.trim().to_owned(),
                amount: *amount,
                currency: currency.clone(),
            };
            let entry = api::earn(tx, &purchase)?;
            Ok(PointsOutcome { entry: entry.map(|id| queries::entry(tx, id)).transpose()? })
        })
        .await?;
    Ok(Json(outcome))
}

/// Money of an order that went back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PointsRefund {
    /// Which system says so.
    source: String,
    /// What it knows the order by.
    reference: String,
    /// What it knows the refund by: 1 to 100 characters.
    refund: String,
    /// How much went back, in minor units.
    amount: Money,
}

/// Takes back the points of money that went back: once, however often it is said.
#[utoipa::path(post, path = "/points-refunds", tag = "loyalty", request_body = PointsRefund, responses((status = 200, body = PointsOutcome)))]
pub(crate) async fn refund(cx: Cx, Json(request): Json<PointsRefund>) -> Answer<PointsOutcome> {
    let outcome = cx
        .write(move |tx| {
            let _permit = policy::may_post(tx.actor(), tx.now())?;
            let refund = Refund {
                source: request.source.trim().to_owned(),
                reference: request.reference.trim().to_owned(),
                refund: request.refund.trim().to_owned(),
                amount: request.amount,
            };
            let entry = api::refund(tx, &refund)?;
            Ok(PointsOutcome { entry: entry.map(|id| queries::entry(tx, id)).transpose()? })
        })
        .await?;
    Ok(Json(outcome))
}

/// Points that pay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPointsPayment {
    /// Which system takes them: 1 to 40 characters.
    source: String,
    /// What it knows the payment by: 1 to 100 characters.
    reference: String,
    /// How many points.
    points: i64,
    /// What is to be paid all together, in minor units.
    total: Money,
}

/// What points paid.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PointsPayment {
    /// The entry.
    entry: PointsEntry,
    /// How much of the total is paid by it, in minor units.
    worth: Money,
}

/// Pays with a member's points: once, however often it is said, and never more than there are.
#[utoipa::path(post, path = "/loyalty-members/{id}/payments", tag = "loyalty", params(("id" = Id<Member>, Path)), request_body = NewPointsPayment, responses((status = 200, body = PointsPayment)))]
pub(crate) async fn pay(
    cx: Cx,
    Path(id): Path<Id<Member>>,
    Json(request): Json<NewPointsPayment>,
) -> Answer<PointsPayment> {
    let payment = cx
        .write(move |tx| {
            let member = find(tx, id)?;
            let _permit = policy::may(tx.actor(), policy::SERVE, &member, tx.now())?;
            let payment = Payment {
                customer: member.customer_id,
                source: request.source.trim().to_owned(),
                reference: request.reference.trim().to_owned(),
                points: request.points,
                total: request.total,
            };
            let (entry, worth) = api::pay(tx, &payment)?;
            let trail = audit::api::Entry::new("loyalty.paid", "loyalty_member", id);
            let told = serde_json::json!({ "points": payment.points, "reference": payment.reference });
            audit::api::record(tx, trail.created(&told))?;
            Ok(PointsPayment { entry, worth })
        })
        .await?;
    Ok(Json(payment))
}
