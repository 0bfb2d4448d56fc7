//! An opportunity as it goes out, and its evidence as far as one may see it.

use customers::CustomerCard;
use kernel::{CustomerId, Error, Result};
use serde::Serialize;
use std::collections::HashMap;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    model::{EvidenceKind, Opportunity, OpportunityEvidence, OpportunityStage},
    policy,
};

/// Characters of what was said that are quoted.
const QUOTED: usize = 200;

/// An opportunity, with what a list shows beside it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OpportunityView {
    #[serde(flatten)]
    pub opportunity: Opportunity,
    /// Whether its next step is overdue.
    pub late: bool,
    /// Whether the caller may change it.
    pub may_pursue: bool,
    /// To which stages it may come from here.
    pub next_stages: Vec<OpportunityStage>,
}

pub(crate) fn view(tx: &Tx<'_>, opportunity: Opportunity) -> OpportunityView {
    let now = tx.now();
    let may_pursue = policy::may_pursue(tx.actor(), &opportunity, now).is_ok();
    OpportunityView {
        late: opportunity.is_late(now),
        next_stages: if may_pursue { opportunity.stage.next() } else { Vec::new() },
        may_pursue,
        opportunity,
    }
}

/// A piece of evidence, as far as the caller may see what it points to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OpportunityEvidenceView {
    #[serde(flatten)]
    pub evidence: OpportunityEvidence,
    /// Whether the caller may open it. Of what they may not only stands that it is there.
    pub readable: bool,
    /// The customer's name now; empty when there is none, none when they are not to be seen.
    pub customer_name: Option<String>,
    /// What was said or written, as it stands there now.
    pub quote: Option<String>,
}

/// The customers of these pieces whom the caller may see; nobody for whom may see none.
fn cards(tx: &mut Tx<'_>, evidence: &[OpportunityEvidence]) -> Result<HashMap<CustomerId, CustomerCard>> {
    let ids: Vec<_> = evidence.iter().filter_map(|one| one.customer_id).collect();
    match customers::api::visible_cards(tx, &ids) {
        Err(Error::Forbidden(_)) => Ok(HashMap::new()),
        other => other,
    }
}

pub(crate) fn pieces(tx: &mut Tx<'_>, evidence: Vec<OpportunityEvidence>) -> Result<Vec<OpportunityEvidenceView>> {
    let cards = cards(tx, &evidence)?;
    evidence.into_iter().map(|one| piece(tx, &cards, one)).collect()
}

fn piece(
    tx: &mut Tx<'_>,
    cards: &HashMap<CustomerId, CustomerCard>,
    mut evidence: OpportunityEvidence,
) -> Result<OpportunityEvidenceView> {
    let quote = quote(tx, &evidence);
    let card = evidence.customer_id.and_then(|id| cards.get(&id));
    let readable = match (&quote, evidence.kind) {
        (Err(Error::NotFound | Error::Forbidden(_)), _) => false,
        (_, EvidenceKind::Customer | EvidenceKind::Segment) => card.is_some(),
        (_, EvidenceKind::Order) => card.is_some() && tx.actor().has(orders::api::READ),
        _ => true,
    };
    let quote = match quote {
        Ok(quote) => quote.map(|text| text.chars().take(QUOTED).collect()),
        Err(Error::NotFound | Error::Forbidden(_)) => None,
        Err(error) => return Err(error),
    };
    // What somebody said without what they said would still say who asked for it.
    let card = card.filter(|_| readable);
    let customer_name = card.map(|card| card.name.clone());
    // Merges followed, so that one person stands under one id.
    evidence.customer_id = card.map(|card| card.id);
    if !readable {
        (evidence.conversation_id, evidence.seq) = (None, None);
        (evidence.record_id, evidence.order_id) = (None, None);
    }
    Ok(OpportunityEvidenceView { evidence, readable, customer_name, quote })
}

/// The words where they stand; [`Error::NotFound`] when the actor may not read them there.
fn quote(tx: &mut Tx<'_>, evidence: &OpportunityEvidence) -> Result<Option<String>> {
    if let Some(id) = evidence.record_id {
        return Ok(Some(inquiries::api::visible(tx, id)?.asked));
    }
    let Some(id) = evidence.conversation_id else { return Ok(None) };
    let conversation = conversations::api::readable(tx, id)?;
    match evidence.seq {
        Some(seq) => Ok(Some(conversations::api::message(tx, id, seq)?.text)),
        None => Ok(Some(conversation.subject.unwrap_or(conversation.preview))),
    }
}
