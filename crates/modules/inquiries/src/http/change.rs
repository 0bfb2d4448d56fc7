//! Changing a record, and correcting one whose day was signed.

use conversations::WrapUpReason;
use http::{Answer, App, Cx, Json, Path};
use kernel::{Check, Id, Result};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use super::{create::Words, list, view::RecordView};
use crate::{
    Settling, api, codes,
    model::{InquiryRecord, Outcome, RecordId},
    policy, queries,
};

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InquiryRecordChange {
    /// The version that was seen.
    version: i64,
    /// The name of whoever asked, up to 80 characters.
    customer_name: Option<String>,
    /// The number they can be reached at, in any spelling; empty to take it away.
    phone: Option<String>,
    /// What they asked: 1 to 1,000 characters.
    asked: Option<String>,
    /// What they were told, or what was done: up to 1,000 characters.
    answer: Option<String>,
    /// The reason it is sorted under.
    reason_id: Option<Id<WrapUpReason>>,
    /// Whether the matter is settled.
    outcome: Option<Outcome>,
}

/// Changes a record whose day is not signed yet.
#[utoipa::path(patch, path = "/inquiry-records/{id}", tag = "inquiries", params(("id" = RecordId, Path)), request_body = InquiryRecordChange, responses((status = 200, body = RecordView)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<RecordId>,
    Json(request): Json<InquiryRecordChange>,
) -> Answer<RecordView> {
    let app = cx.app().clone();
    let record = cx
        .write(move |tx| {
            let before = queries::find(tx, id)?;
            let permit = policy::may_write(tx.actor(), &before, tx.now())?;
            let InquiryRecordChange { version, customer_name, phone, asked, answer, reason_id, outcome } = &request;
            let words = Words {
                customer_name: customer_name.clone(),
                phone: phone.clone(),
                asked: asked.clone(),
                answer: answer.clone(),
                reason_id: *reason_id,
                outcome: *outcome,
            };
            let change = words.read(tx)?;
            if api::is_signed(tx, &before)? {
                return Err(codes::SIGNED.conflict());
            }
            let after = before.clone().changed(&permit, *version, change)?;
            settled(tx, &app, &before, &after)?;
            api::keep(tx, &before, &after, None)?;
            list::view(tx, after)
        })
        .await?;
    Ok(Json(record))
}

/// What is to be corrected, and why; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InquiryRecordCorrection {
    /// The version that was seen.
    version: i64,
    /// Why: 1 to 500 characters.
    reason: String,
    /// What they asked: 1 to 1,000 characters.
    asked: Option<String>,
    /// What they were told, or what was done: up to 1,000 characters.
    answer: Option<String>,
    /// The reason it is sorted under.
    reason_id: Option<Id<WrapUpReason>>,
    /// Whether the matter is settled.
    outcome: Option<Outcome>,
}

/// Corrects a record whose day was signed, as whoever may sign it: what was signed stays among its versions.
#[utoipa::path(post, path = "/inquiry-records/{id}/correction", tag = "inquiries", params(("id" = RecordId, Path)), request_body = InquiryRecordCorrection, responses((status = 200, body = RecordView)))]
pub(crate) async fn correct(
    cx: Cx,
    Path(id): Path<RecordId>,
    Json(request): Json<InquiryRecordCorrection>,
) -> Answer<RecordView> {
    let app = cx.app().clone();
    let record = cx
        .write(move |tx| {
            let before = queries::find(tx, id)?;
            let permit = policy::may_correct(tx.actor(), &before, tx.now())?;
            Check::new().text("reason", &request.reason, 1..=500).done()?;
            let InquiryRecordCorrection { version, reason, asked, answer, reason_id, outcome } = &request;
            let words = Words {
                asked: asked.clone(),
                answer: answer.clone(),
                reason_id: *reason_id,
                outcome: *outcome,
                ..Words::default()
            };
            let change = words.read(tx)?;
            if !api::is_signed(tx, &before)? {
                return Err(codes::NOT_SIGNED.conflict());
            }
            let after = before.clone().corrected(&permit, *version, change)?;
            settled(tx, &app, &before, &after)?;
            api::keep(tx, &before, &after, Some(reason.trim()))?;
            list::view(tx, after)
        })
        .await?;
    Ok(Json(record))
}

/// Asks whoever may veto that a record is said to be solved.
pub(super) fn settled(tx: &mut Tx<'_>, app: &App, before: &InquiryRecord, after: &InquiryRecord) -> Result<()> {
    if after.outcome == Outcome::Solved && before.outcome != Outcome::Solved {
        app.part::<Box<dyn Settling>>().may_settle(tx, after)?;
    }
    Ok(())
}
