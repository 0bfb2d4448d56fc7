//! What turns out to be a complaint becomes one.

use complaints::{ComplaintSeverity, ComplaintWay, api::TakeIn};
use http::{Cx, Json, Path};
use kernel::{Check, Id};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::{FeedbackCourse, changed};
use crate::{
    api::Happening,
    model::{FeedbackItem, FeedbackMoveKind, FeedbackWay},
};

/// What a complaint needs that an item does not have.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedbackConversion {
    /// What the customer asks for: 1 to 1,000 characters.
    remedy: String,
    /// How grave it is.
    severity: ComplaintSeverity,
}

/// Takes a complaint in with what was said, which is the duty of whoever does so; the item is over and names it. Needs
/// the permission to take complaints in.
#[utoipa::path(post, path = "/feedback-items/{id}/complaint", tag = "feedback", params(("id" = Id<FeedbackItem>, Path)), request_body = FeedbackConversion, responses((status = 200, body = FeedbackCourse)))]
pub(crate) async fn convert(
    cx: Cx,
    Path(id): Path<Id<FeedbackItem>>,
    Json(request): Json<FeedbackConversion>,
) -> http::Answer<FeedbackCourse> {
    changed(cx, id, "feedback.converted", move |tx, before, permit, _by| {
        Check::new().text("remedy", &request.remedy, 1..=1_000).done()?;
        before.not_over()?;
        let complaint = complaints::api::take_in(
            tx,
            TakeIn {
                customer_id: before.customer_id,
                customer_name: before.customer_name.clone(),
                conversation_id: before.conversation_id,
                message_seq: before.message_seq,
                title: before.title.clone(),
                content: before.content.clone(),
                remedy: request.remedy.trim().to_owned(),
                goods: before.goods.clone(),
                happened_at: before.registered_at,
                way: match before.way {
                    FeedbackWay::Conversation => ComplaintWay::Conversation,
                    FeedbackWay::Mail => ComplaintWay::Mail,
                    FeedbackWay::Phone => ComplaintWay::Phone,
                    FeedbackWay::Counter => ComplaintWay::Counter,
                    FeedbackWay::Form => ComplaintWay::Other,
                },
                severity: request.severity,
            },
        )?;
        let number = complaint.number.clone();
        let after = before.converted(permit, complaint.id, complaint.number, tx.now())?;
        Ok((after, Happening::new(FeedbackMoveKind::Converted, number)))
    })
    .await
}
