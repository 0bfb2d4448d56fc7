//! An appeal is answered by somebody who had no part in what was decided; and a link to the customer's own page.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use kernel::{Check, Id, Result};
use serde::{Deserialize, Serialize};
use sms::api::ways::{self, Words};
use store::Tx;
use utoipa::ToSchema;

use super::view::{ComplaintCourse, changed};
use crate::{
    acknowledge,
    api::Happening,
    codes, duty,
    model::{AppealAnswer, Complaint, ComplaintMoveKind, ComplaintRules},
    page, policy, queries,
};

/// What an appeal is answered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAppealAnswer {
    /// Whether it is decided anew; otherwise what was decided stands.
    granted: bool,
    /// Why, as the customer reads it: 1 to 2,000 characters.
    words: String,
}

/// Answers an appeal; nobody who decided or looked after it may. A granted one goes back to be decided anew, out of the
/// archive too.
#[utoipa::path(post, path = "/complaints/{id}/appeal-answer", tag = "complaints", params(("id" = Id<Complaint>, Path)), request_body = NewAppealAnswer, responses((status = 200, body = ComplaintCourse)))]
pub(crate) async fn answer(
    cx: Cx,
    Path(id): Path<Id<Complaint>>,
    Json(request): Json<NewAppealAnswer>,
) -> Answer<ComplaintCourse> {
    changed(cx, id, ("complaints.appeal_answered", policy::may_decide), move |tx, before, permit, by| {
        Check::new().text("words", &request.words, 1..=2_000).done()?;
        let words = request.words.trim().to_owned();
        let granted = request.granted;
        let turn = duty::turn(tx, &before, before.appeal_leads_to())?;
        let after = before.appeal_answered(permit, AppealAnswer { granted, words: words.clone(), by }, turn)?;
        let kind = if granted {
            ComplaintMoveKind::AppealGranted
        } else {
            ComplaintMoveKind::AppealRefused
        };
        Ok((after, Happening::new(kind, words)))
    })
    .await
}

/// How a link is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewComplaintLink {
    /// Whether it is sent to the complainant by text message.
    send: Option<bool>,
}

/// A link, shown once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComplaintLink {
    /// Where it leads.
    url: String,
    /// Whether it is on its way to the complainant.
    sent: bool,
}

/// Makes a link to the page where the complainant follows it. It shows nothing by itself: a code goes to the number or the
/// address that is known.
#[utoipa::path(post, path = "/complaints/{id}/links", tag = "complaints", params(("id" = Id<Complaint>, Path)), request_body = NewComplaintLink, responses((status = 200, body = ComplaintLink)))]
pub(crate) async fn link(
    cx: Cx,
    Path(id): Path<Id<Complaint>>,
    Json(request): Json<NewComplaintLink>,
) -> Answer<ComplaintLink> {
    let link = cx
        .write(move |tx| {
            let complaint = queries::lock(tx, id)?;
            let _permit = policy::may_handle(tx.actor(), &complaint, tx.now())?;
            let rules = queries::rules(tx)?;
            let url = acknowledge::link(tx, &rules, &complaint)?.ok_or_else(|| codes::NO_PAGE.conflict())?;
            let sent = request.send.unwrap_or(false) && send(tx, &rules, &complaint, &url)?;
            audit::api::record(tx, Entry::new("complaints.link_made", "complaint", id))?;
            Ok(ComplaintLink { url, sent })
        })
        .await?;
    Ok(Json(link))
}

/// Lets it go to the complainant; answers whether it is on its way.
fn send(tx: &mut Tx<'_>, rules: &ComplaintRules, complaint: &Complaint, url: &str) -> Result<bool> {
    let customer = complaint.customer_id.ok_or_else(|| codes::ANONYMOUS.conflict())?;
    let way = rules.page.ways().to(tx, customer)?.ok_or_else(|| codes::NO_WAY.conflict())?;
    let words = page::words(settings::api::organisation(tx)?.locale.text());
    let text = words.word("link_sms").replace("{link}", url);
    let words = Words { subject: words.word("door"), text: &text, reference: "complaint link".into() };
    ways::write(tx, way.channel, customer, words)
}
