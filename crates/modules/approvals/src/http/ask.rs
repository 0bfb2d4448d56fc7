//! Asking by hand.

use access::Placement;
use http::{Answer, Cx, Json};
use kernel::{Check, Money};
use serde::Deserialize;
use tasks::api::{Due, MANUAL};
use utoipa::ToSchema;

use super::view::{self, ApprovalView};
use crate::{api, authority::Authorities, model::ApprovalKind, policy};

/// What is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewApproval {
    /// What is to be granted.
    kind: ApprovalKind,
    /// How much: minor units of the currency, or points; 1 to 1,000,000,000,000.
    amount: Money,
    /// Of which currency, ISO 4217; none for points.
    currency: Option<String>,
    /// Why: 1 to 1,000 characters.
    reason: String,
    /// What kind of thing it is about: `conversation`. Together with `subject_id`.
    subject_kind: Option<String>,
    /// Which: its id.
    subject_id: Option<String>,
    /// Minutes of business time within which a decision is wanted: 1 to 100,000, four hours unless told.
    due_minutes: Option<i64>,
}

/// Asks for something. Within one's own authority it is approved at once; beyond it, it waits for
/// somebody whose authority covers it.
#[utoipa::path(post, path = "/approvals", tag = "approvals", request_body = NewApproval, responses((status = 200, body = ApprovalView)))]
pub(crate) async fn ask(cx: Cx, Json(request): Json<NewApproval>) -> Answer<ApprovalView> {
    let placement = cx.app().part::<Box<dyn Placement>>();
    let approval = cx
        .write(move |tx| {
            let _permit = policy::may_ask(tx.actor(), tx.now())?;
            let NewApproval { kind, amount, currency, reason, subject_kind, subject_id, due_minutes } = &request;
            Check::new()
                .maybe_text("subject_kind", subject_kind.as_deref(), 1..=40)
                .maybe_text("subject_id", subject_id.as_deref(), 1..=64)
                // What is erased is chosen where it is seen.
                .that(*kind != ApprovalKind::Purge, "kind", "not_allowed")
                .that(subject_kind.is_some() == subject_id.is_some(), "subject_id", "required")
                .range("due_minutes", due_minutes.unwrap_or(1), 1..=100_000)
                .done()?;
            let ask = api::Ask {
                source: MANUAL,
                key: None,
                kind: *kind,
                amount: *amount,
                currency: currency.clone(),
                reason: reason.clone(),
                subject: subject_kind.clone().zip(subject_id.clone()),
                due: due_minutes.map(|minutes| Due::BusinessMs(minutes * 60_000)),
            };
            let approval = api::ask(tx, ask)?;
            let authorities = Authorities::of_actor(tx, &**placement)?;
            view::one(tx, &authorities, approval, Vec::new())
        })
        .await?;
    Ok(Json(approval))
}
