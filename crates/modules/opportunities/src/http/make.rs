//! Making an opportunity by hand or of a segment, and adding what speaks for one.

use access::Placement;
use conversations::ConversationId;
use http::{Answer, App, Cx, Json, Path, SegmentSources};
use inquiries::RecordId;
use kernel::{Check, CustomerId, Error, Id, Money, Owned, Result, Timestamp, UserId};
use segments::Segment;
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use super::{
    about::{self, Named},
    change::{self, Due},
    view::{OpportunityView, view},
};
use crate::{
    api, codes,
    model::{Opportunity, OpportunityKind, OpportunitySource, OpportunityStage, OpportunityStepKind, Said, Who},
    policy, queries,
};

/// An opportunity that somebody noticed in a conversation, in a record or about a customer, or that a segment is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOpportunity {
    /// What it is, in a line: 1 to 200 characters.
    title: String,
    /// The goods or the service: 1 to 100 characters.
    service: String,
    /// In which conversation it was noticed; one of the four is needed.
    conversation_id: Option<ConversationId>,
    /// By which message there.
    seq: Option<i64>,
    /// In which inquiry record.
    record_id: Option<RecordId>,
    /// About which customer.
    customer_id: Option<CustomerId>,
    /// Of which segment: its members as they are now, up to 1,000.
    segment_id: Option<Id<Segment>>,
    /// What it may bring, in minor units: 0 to 1,000,000,000,000.
    value: Option<Money>,
    /// Or what each customer may bring; not together with `value`.
    each_value: Option<Money>,
    /// ISO 4217; `CNY` unless told.
    currency: Option<String>,
    /// How that was estimated: up to 300 characters.
    estimate: Option<String>,
    /// Whose it is: one's own unless told.
    owner_id: Option<UserId>,
    /// What is to be done next: up to 200 characters; needs a due date.
    next_step: Option<String>,
    /// Until when: a moment to come.
    due_at: Option<Timestamp>,
    /// Or so many minutes of business time from now: 1 to 525,600.
    due_minutes: Option<i64>,
}

impl NewOpportunity {
    fn named(&self) -> Named {
        Named { conversation: self.conversation_id, seq: self.seq, record: self.record_id, customer: self.customer_id }
    }

    fn said(&self) -> Said {
        Said {
            title: self.title.trim().to_owned(),
            service: self.service.trim().to_owned(),
            value: self.value,
            each_value: self.each_value,
            currency: self.currency.clone().unwrap_or_else(|| "CNY".to_owned()),
            estimate: self.estimate.as_deref().unwrap_or_default().trim().to_owned(),
        }
    }
}

/// Whom a request names: oneself, or an active colleague.
pub(super) fn owner(tx: &mut Tx<'_>, app: &App, id: Option<UserId>) -> Result<Who> {
    let me = tx.actor().staff()?.clone();
    let Some(id) = id.filter(|id| *id != me.id) else {
        return Ok(Who { id: me.id, name: me.name.clone(), unit: me.unit });
    };
    let user = match access::api::user(tx, id) {
        Ok(user) if user.is_active() => user,
        Ok(_) | Err(Error::NotFound) => return Err(Error::field("owner_id", "unknown")),
        Err(error) => return Err(error),
    };
    let unit = app.part::<Box<dyn Placement>>().place(tx, id)?.unit;
    Ok(Who { id, name: user.name, unit })
}

/// Makes an opportunity.
#[utoipa::path(post, path = "/opportunities", tag = "opportunities", request_body = NewOpportunity, responses((status = 200, body = OpportunityView)))]
pub(crate) async fn make(cx: Cx, Json(request): Json<NewOpportunity>) -> Answer<OpportunityView> {
    let app = cx.app().clone();
    let made = cx
        .write(move |tx| {
            let who = owner(tx, &app, request.owner_id)?;
            let permit = policy::may_make(tx.actor(), &Owned::by(who.id, who.unit), tx.now())?;
            let said = request.said();
            let due = Due::of(request.next_step.as_deref(), request.due_at, request.due_minutes);
            let check = request.named().check(Check::new(), request.segment_id.is_some());
            due.check(tx, said.check(check), false).done()?;
            let (evidence, basis) = match request.segment_id {
                Some(id) => {
                    let (evidence, basis) = about::members(tx, &app.part::<SegmentSources>(), id)?;
                    (evidence, Some(basis))
                }
                None => (vec![request.named().evidence(tx)?], None),
            };
            let opportunity = new(tx, said, who, basis)?;
            for mut one in evidence {
                one.opportunity_id = Some(opportunity.id);
                queries::add_evidence(tx, &one)?;
            }
            let (customers, pieces) = api::count(tx, opportunity.id)?;
            let mut opportunity = Opportunity { version: 0, ..opportunity }.counted(customers, Some(pieces));
            api::begin(tx, &opportunity, OpportunityStepKind::Made, None)?;
            if let Some(next) = due.next(tx)? {
                opportunity = change::planned(tx, &permit, opportunity, Some(next), None)?;
            }
            Ok(view(tx, opportunity))
        })
        .await?;
    Ok(Json(made))
}

/// Somebody noticed it, so nobody has to confirm it.
fn new(tx: &Tx<'_>, said: Said, who: Who, basis: Option<crate::model::Basis>) -> Result<Opportunity> {
    let me = tx.actor().staff()?.clone();
    let segment = basis.is_some();
    Ok(Opportunity {
        id: tx.new_id(),
        title: said.title,
        service: said.service,
        kind: if segment { OpportunityKind::Pattern } else { OpportunityKind::Single },
        source: if segment { OpportunitySource::Segment } else { OpportunitySource::Hand },
        stage: OpportunityStage::Confirmed,
        rule_id: None,
        basis,
        value: said.value,
        each_value: said.each_value,
        currency: said.currency,
        estimate: said.estimate,
        owner_id: Some(who.id),
        owner_name: who.name,
        unit_id: who.unit,
        next_step: None,
        due_at: None,
        customers: 0,
        evidence: 0,
        order_id: None,
        reason: None,
        closed_at: None,
        created_by: Some(me.id),
        created_by_name: me.name.clone(),
        created_at: tx.now(),
        version: 1,
    })
}

/// More that speaks for it: one of the three.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOpportunityEvidence {
    /// A conversation.
    conversation_id: Option<ConversationId>,
    /// A message there.
    seq: Option<i64>,
    /// An inquiry record.
    record_id: Option<RecordId>,
    /// A customer.
    customer_id: Option<CustomerId>,
}

/// Adds what speaks for an open opportunity; what is there already changes nothing.
#[utoipa::path(post, path = "/opportunities/{id}/evidence", tag = "opportunities", params(("id" = Id<Opportunity>, Path)), request_body = NewOpportunityEvidence, responses((status = 200, body = OpportunityView)))]
pub(crate) async fn add(
    cx: Cx,
    Path(id): Path<Id<Opportunity>>,
    Json(request): Json<NewOpportunityEvidence>,
) -> Answer<OpportunityView> {
    let opportunity = cx
        .write(move |tx| {
            let before = queries::find(tx, id)?;
            let _permit = policy::may_pursue(tx.actor(), &before, tx.now())?;
            let NewOpportunityEvidence { conversation_id, seq, record_id, customer_id } = request;
            let named = Named { conversation: conversation_id, seq, record: record_id, customer: customer_id };
            named.check(Check::new(), false).done()?;
            if before.stage.is_closed() {
                return Err(codes::CLOSED.conflict());
            }
            let mut evidence = named.evidence(tx)?;
            evidence.opportunity_id = Some(id);
            if !queries::add_evidence(tx, &evidence)? {
                return Ok(view(tx, before));
            }
            let (customers, pieces) = api::count(tx, id)?;
            let mut after = before.clone().counted(customers, Some(pieces));
            if customers > 1 {
                after.kind = OpportunityKind::Pattern;
            }
            api::keep(tx, &before, &after, OpportunityStepKind::Joined, None)?;
            Ok(view(tx, after))
        })
        .await?;
    Ok(Json(opportunity))
}
