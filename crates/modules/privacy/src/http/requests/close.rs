//! Making sure who asks; doing what they ask, refusing it, or hearing that they ask no more.

use customers::CustomerState;
use http::{Answer, Cx, Json, Path, Privacies};
use kernel::{Check, Error, Id, Permit, Result};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use super::view::{PrivacyRequestView, view};
use crate::{
    api::{self, Said},
    codes, handling,
    model::{ConsentAnswer, IdentityProof, PrivacyRequest, PrivacyRequestKind, RefusalGround, Who},
    policy,
    queries::requests as queries,
};

/// How it was made sure who asks. No document's copy belongs here.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdentityCheck {
    how: IdentityProof,
}

/// Keeps that it was made sure who asks, and by whom.
#[utoipa::path(post, path = "/privacy-requests/{id}/identity", tag = "privacy", params(("id" = Id<PrivacyRequest>, Path)), request_body = IdentityCheck, responses((status = 200, body = PrivacyRequestView)))]
pub(crate) async fn verify(
    cx: Cx,
    Path(id): Path<Id<PrivacyRequest>>,
    Json(request): Json<IdentityCheck>,
) -> Answer<PrivacyRequestView> {
    let request = cx
        .write(move |tx| {
            let before = queries::find(tx, id)?;
            let permit = policy::may_handle(tx.actor(), &before, tx.now())?;
            let after = before.clone().verified(&permit, me(tx)?, request.how)?;
            handling::verify(tx, &before, &after)?;
            view(tx, after)
        })
        .await?;
    Ok(Json(request))
}

/// What the person was answered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrivacyRequestAnswer {
    /// 1 to 2,000 characters.
    pub(super) answer: String,
}

/// Does what is asked and closes the request. Deleting erases the customer everywhere, by somebody who may erase them and
/// is another than the one who made sure who asks; consents are taken back as asked; a copy must have been made.
#[utoipa::path(post, path = "/privacy-requests/{id}/completion", tag = "privacy", params(("id" = Id<PrivacyRequest>, Path)), request_body = PrivacyRequestAnswer, responses((status = 200, body = PrivacyRequestView)))]
pub(crate) async fn complete(
    cx: Cx,
    Path(id): Path<Id<PrivacyRequest>>,
    Json(request): Json<PrivacyRequestAnswer>,
) -> Answer<PrivacyRequestView> {
    let privacies = cx.app().part::<Privacies>();
    let request = cx
        .write(move |tx| {
            let asked = queries::find(tx, id)?;
            let permit = policy::may_handle(tx.actor(), &asked, tx.now())?;
            Check::new().text("answer", &request.answer, 1..=2_000).done()?;
            let me = me(tx)?;
            asked.may_be_done(me.id)?;
            fulfil(tx, &privacies, &asked)?;
            // An erasure emptied the request, too.
            let before = queries::find(tx, id)?;
            let after = before.clone().done(&permit, me, request.answer.trim().to_owned())?;
            handling::close(tx, &before, &after)?;
            view(tx, after)
        })
        .await?;
    Ok(Json(request))
}

/// Does what is asked, as far as the product can.
fn fulfil(tx: &mut Tx<'_>, privacies: &Privacies, asked: &PrivacyRequest) -> Result<()> {
    let customer = asked.customer()?;
    match asked.kind {
        PrivacyRequestKind::Delete => {
            customers::api::may_erase(tx, customer)?;
            if customers::api::get(tx, customer)?.state == CustomerState::Erased {
                return Ok(());
            }
            // The trail leads to the request, which says why.
            customers::api::erase_everywhere(tx, privacies, customer, &asked.id.to_string()).map(drop)
        }
        PrivacyRequestKind::Withdraw => {
            for purpose in asked.purposes.0.iter().copied() {
                let said = Said {
                    customer,
                    purpose,
                    answer: ConsentAnswer::Withdrawn,
                    way: asked.way,
                    words: if asked.words.is_empty() {
                        asked.id.to_string()
                    } else {
                        clipped(&asked.words)
                    },
                    reference: None,
                    text_version: String::new(),
                    at: Some(asked.received_at),
                };
                match api::record(tx, &said) {
                    // Of whom nothing is known any more there is nothing to take back.
                    Err(Error::Conflict(..)) => {}
                    recorded => drop(recorded?),
                }
            }
            Ok(())
        }
        PrivacyRequestKind::Copy => {
            let now = tx.now();
            queries::copy_head(tx, asked.id, now)?.map(drop).ok_or_else(|| codes::NO_COPY.conflict())
        }
        _ => Ok(()),
    }
}

/// As much of the words as a consent holds.
fn clipped(words: &str) -> String {
    words.chars().take(1_000).collect()
}

/// Why it is refused.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrivacyRequestRefusal {
    /// On which ground.
    ground: RefusalGround,
    /// What the person was answered, with the reason and where they can complain: 1 to 2,000 characters.
    answer: String,
}

/// Refuses a request on a ground the law knows, and says why. Taking back a consent cannot be refused but to a stranger.
#[utoipa::path(post, path = "/privacy-requests/{id}/refusal", tag = "privacy", params(("id" = Id<PrivacyRequest>, Path)), request_body = PrivacyRequestRefusal, responses((status = 200, body = PrivacyRequestView)))]
pub(crate) async fn refuse(
    cx: Cx,
    Path(id): Path<Id<PrivacyRequest>>,
    Json(request): Json<PrivacyRequestRefusal>,
) -> Answer<PrivacyRequestView> {
    let request = cx
        .write(move |tx| {
            let before = queries::find(tx, id)?;
            let permit = policy::may_handle(tx.actor(), &before, tx.now())?;
            let PrivacyRequestRefusal { ground, answer } = &request;
            let known = *ground == RefusalGround::Identity || before.kind != PrivacyRequestKind::Withdraw;
            Check::new().text("answer", answer, 1..=2_000).that(known, "ground", "not_allowed").done()?;
            let after = before.clone().refused(&permit, me(tx)?, *ground, answer.trim().to_owned())?;
            handling::close(tx, &before, &after)?;
            view(tx, after)
        })
        .await?;
    Ok(Json(request))
}

/// Closes a request whose person asks no more.
#[utoipa::path(post, path = "/privacy-requests/{id}/withdrawal", tag = "privacy", params(("id" = Id<PrivacyRequest>, Path)), request_body = PrivacyRequestAnswer, responses((status = 200, body = PrivacyRequestView)))]
pub(crate) async fn take_back(
    cx: Cx,
    Path(id): Path<Id<PrivacyRequest>>,
    Json(request): Json<PrivacyRequestAnswer>,
) -> Answer<PrivacyRequestView> {
    closed(cx, id, request.answer, PrivacyRequest::taken_back).await
}

/// Closes a request with what its person was answered; `end` is how.
pub(super) async fn closed(
    cx: Cx,
    id: Id<PrivacyRequest>,
    answer: String,
    end: fn(PrivacyRequest, &Permit, Who, String) -> Result<PrivacyRequest>,
) -> Answer<PrivacyRequestView> {
    let request = cx
        .write(move |tx| {
            let before = queries::find(tx, id)?;
            let permit = policy::may_handle(tx.actor(), &before, tx.now())?;
            Check::new().text("answer", &answer, 1..=2_000).done()?;
            let after = end(before.clone(), &permit, me(tx)?, answer.trim().to_owned())?;
            handling::close(tx, &before, &after)?;
            view(tx, after)
        })
        .await?;
    Ok(Json(request))
}

pub(super) fn me(tx: &Tx<'_>) -> Result<Who> {
    let staff = tx.actor().staff()?;
    Ok(Who { id: staff.id, name: staff.name.clone() })
}
