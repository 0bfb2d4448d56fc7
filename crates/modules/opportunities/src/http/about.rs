//! What a request names as evidence, as far as the actor may see it.

use conversations::ConversationId;
use http::SegmentSources;
use inquiries::RecordId;
use kernel::{Check, CustomerId, Error, Id, Result};
use segments::Segment;
use store::Tx;

use crate::{
    api, codes,
    model::{Basis, EvidenceKind, OpportunityEvidence},
};

/// Members of a segment that one opportunity is made of at most.
const MOST_MEMBERS: i64 = 1_000;

/// What speaks for an opportunity: one of these.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Named {
    pub conversation: Option<ConversationId>,
    pub seq: Option<i64>,
    pub record: Option<RecordId>,
    pub customer: Option<CustomerId>,
}

/// Something noticed by whoever acts.
pub(super) fn blank(tx: &Tx<'_>, kind: EvidenceKind) -> OpportunityEvidence {
    let me = api::me(tx);
    OpportunityEvidence {
        id: tx.new_id(),
        opportunity_id: None,
        rule_id: None,
        reference: String::new(),
        kind,
        customer_id: None,
        conversation_id: None,
        seq: None,
        record_id: None,
        order_id: None,
        matched: String::new(),
        at: tx.now(),
        added_by: me.as_ref().map(|who| who.id),
        added_by_name: me.map(|who| who.name).unwrap_or_default(),
        added_at: tx.now(),
    }
}

impl Named {
    /// Whether it names one thing; a message's number goes with its conversation.
    pub(super) fn check(&self, check: Check, segment: bool) -> Check {
        let named = [self.conversation.is_some(), self.record.is_some(), self.customer.is_some(), segment];
        let count = named.iter().filter(|is| **is).count();
        check.that(count > 0, "customer_id", "required").that(count <= 1, "customer_id", "not_allowed").that(
            self.seq.is_none() || self.conversation.is_some(),
            "seq",
            "not_allowed",
        )
    }

    /// The evidence it is.
    pub(super) fn evidence(&self, tx: &mut Tx<'_>) -> Result<OpportunityEvidence> {
        if let Some(id) = self.conversation {
            let conversation =
                conversations::api::readable(tx, id).map_err(Error::absent("conversation_id", "unknown"))?;
            let said =
                self.seq.map(|seq| conversations::api::message(tx, id, seq).map_err(Error::absent("seq", "unknown")));
            let said = said.transpose()?;
            let kind = if said.is_some() { EvidenceKind::Message } else { EvidenceKind::Conversation };
            return Ok(OpportunityEvidence {
                reference: id.to_string(),
                customer_id: Some(conversation.customer_id),
                conversation_id: Some(id),
                seq: self.seq,
                at: said.map_or(conversation.opened_at, |message| message.at),
                ..blank(tx, kind)
            });
        }
        if let Some(id) = self.record {
            let record = inquiries::api::visible(tx, id).map_err(Error::absent("record_id", "unknown"))?;
            let reference = record.conversation_id.map_or_else(|| id.to_string(), |id| id.to_string());
            return Ok(OpportunityEvidence {
                reference,
                customer_id: record.customer_id,
                conversation_id: record.conversation_id,
                record_id: Some(id),
                at: record.ended_at,
                ..blank(tx, EvidenceKind::InquiryRecord)
            });
        }
        let id = self.customer.ok_or_else(|| Error::field("customer_id", "required"))?;
        let card = customers::api::visible(tx, id).map_err(Error::absent("customer_id", "unknown"))?;
        Ok(OpportunityEvidence {
            reference: card.id.to_string(),
            customer_id: Some(card.id),
            ..blank(tx, EvidenceKind::Customer)
        })
    }
}

/// A segment's members as they are now, and the segment as it stands.
pub(super) fn members(
    tx: &mut Tx<'_>,
    sources: &SegmentSources,
    id: Id<Segment>,
) -> Result<(Vec<OpportunityEvidence>, Basis)> {
    let segment = segments::api::get(tx, id).map_err(Error::absent("segment_id", "unknown"))?;
    let (ids, more) = segments::api::members(tx, sources, id, None, MOST_MEMBERS as usize)?;
    if more.is_some() {
        let count = segments::api::count(tx, sources, id)?.unwrap_or(MOST_MEMBERS + 1);
        Check::new().range("segment_id", count.max(MOST_MEMBERS + 1), 1..=MOST_MEMBERS).done()?;
    }
    if ids.is_empty() {
        return Err(codes::NO_MEMBERS.conflict());
    }
    let one = |customer: CustomerId| OpportunityEvidence {
        reference: customer.to_string(),
        customer_id: Some(customer),
        matched: segment.name.clone(),
        ..blank(tx, EvidenceKind::Segment)
    };
    let evidence = ids.into_iter().map(one).collect();
    let basis = Basis {
        segment_id: Some(id),
        segment: Some(segment.name.clone()),
        segment_rule: Some(serde_json::to_value(&segment.rule).map_err(Error::internal)?),
        ..Basis::default()
    };
    Ok((evidence, basis))
}
