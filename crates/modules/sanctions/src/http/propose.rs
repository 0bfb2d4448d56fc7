//! Proposing a sanction.

use complaints::{Complaint, ComplaintStep};
use http::{Answer, Cx, Json};
use kernel::{Check, Error, Id, Money, Owned, Result, UserId};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use super::{
    evidence,
    view::{self, SanctionView},
};
use crate::{
    api, codes, duty,
    model::{Sanction, SanctionEvidence, SanctionGround, SanctionKind, SanctionPart, SanctionState},
    policy, queries,
};

/// A sanction as it is proposed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSanction {
    /// Of which complaint: founded, and being carried out or beyond.
    complaint_id: Id<Complaint>,
    /// Whom it concerns: a colleague within one's reach, never oneself.
    person_id: UserId,
    /// What part they had.
    part: SanctionPart,
    /// What it is.
    kind: SanctionKind,
    /// How much is deducted, in minor units: 1 to what the rules allow; of a deduction alone.
    amount: Option<Money>,
    /// For what: what was done or left undone, never who somebody is.
    ground: SanctionGround,
    /// Why, as the person will read it: 1 to 2,000 characters.
    reason: String,
    /// What shows it: 1 to 10 pieces.
    evidence: Vec<SanctionEvidence>,
}

/// Proposes a sanction. The person is told at once, and nothing follows before they had notice and could appeal.
#[utoipa::path(post, path = "/sanctions", tag = "sanctions", request_body = NewSanction, responses((status = 200, body = SanctionView)))]
pub(crate) async fn propose(cx: Cx, Json(request): Json<NewSanction>) -> Answer<SanctionView> {
    let loose = cx
        .write(move |tx| {
            let me = tx.actor().staff()?.clone();
            policy::may_propose_any(tx.actor())?;
            let complaint = complaints::api::visible(tx, request.complaint_id)?;
            let person = person(tx, request.person_id)?;
            let unit = people::api::unit_of(tx, person.id)?;
            let _permit = policy::may_propose(tx.actor(), &Owned::by(person.id, unit), tx.now())?;
            if person.id == me.id {
                return Err(Error::field("person_id", "not_allowed"));
            }
            if complaint.upheld != Some(true) || complaint.step < ComplaintStep::Implementation {
                return Err(codes::NOT_YET.conflict());
            }
            Check::new().text("reason", &request.reason, 1..=2_000).done()?;
            let rules = queries::rules(tx)?;
            rules.allows(request.kind, request.amount)?;
            let entries = complaints::api::course(tx, complaint.id)?.len();
            let evidence = evidence::checked(request.evidence.clone(), entries, true)?;
            let now = tx.now();
            let sanction = Sanction {
                id: tx.new_id(),
                complaint_id: complaint.id,
                complaint_number: complaint.number,
                state: SanctionState::Proposed,
                person_id: person.id,
                person_name: person.name,
                unit_id: unit,
                part: request.part,
                kind: request.kind,
                amount: request.amount,
                currency: rules.currency,
                ground: request.ground,
                reason: request.reason.trim().to_owned(),
                evidence,
                proposed_by: me.id,
                proposed_by_name: me.name.clone(),
                proposed_at: now,
                notice_until: now.plus_millis(rules.notice_days * duty::DAY_MS),
                notice: None,
                appeal_until: None,
                appeal: None,
                decision: None,
                withdrawal: None,
                version: 1,
            };
            evidence::attach(tx, &sanction.evidence, sanction.id)?;
            api::propose(tx, &sanction)?;
            view::view(tx, sanction)
        })
        .await?;
    view::answered(&cx, loose).await
}

/// Somebody who may sign in: whoever may not could neither read it nor appeal.
fn person(tx: &mut Tx<'_>, id: UserId) -> Result<access::User> {
    match access::api::user(tx, id) {
        Ok(user) if user.is_active() => Ok(user),
        Ok(_) | Err(Error::NotFound) => Err(Error::field("person_id", "unknown")),
        Err(error) => Err(error),
    }
}
