//! What happens to conversations: which policy is for them, and how they did.

use conversations::{
    Conversation, ConversationId,
    events::{CHANGED, CLOSED, Changed, MEASURED, Measured, OPENED, REQUEUED},
};
use kernel::{Error, Result};
use settings::events::BusinessTimeChanged;
use store::{StoredFact, Tx};
use work::Listener;

use crate::{jobs, ledger, model::SlaPolicy, queries};

pub(crate) fn listener() -> Listener {
    let kinds = &[OPENED, REQUEUED, CHANGED, MEASURED, CLOSED, BusinessTimeChanged::KIND];
    Listener::new("sla.clocks", kinds, heard).locking()
}

fn heard(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    match fact.kind.as_str() {
        OPENED | REQUEUED => placed(tx, subject(fact)?),
        CHANGED => {
            let changed: Changed = serde_json::from_str(&fact.data).map_err(Error::internal)?;
            if changed.queue_id.is_some() { placed(tx, subject(fact)?) } else { Ok(()) }
        }
        MEASURED => {
            let said: Measured = serde_json::from_str(&fact.data).map_err(Error::internal)?;
            let conversation = conversations::api::get(tx, said.conversation_id)?;
            ledger::measured(tx, &conversation, &said, fact.at)
        }
        CLOSED => {
            let conversation = conversations::api::get(tx, subject(fact)?)?;
            ledger::closed(tx, &conversation)
        }
        _ => jobs::rewind(tx),
    }
}

fn subject(fact: &StoredFact) -> Result<ConversationId> {
    fact.subject.parse().map_err(Error::internal)
}

/// It waits somewhere, and perhaps elsewhere than before.
fn placed(tx: &mut Tx<'_>, id: ConversationId) -> Result<()> {
    let policies = queries::policies(tx)?;
    apply(tx, &policies, id)
}

/// Sets what is asked of a conversation by the policy that is for it.
pub(crate) fn apply(tx: &mut Tx<'_>, policies: &[SlaPolicy], id: ConversationId) -> Result<()> {
    let conversation = conversations::api::get(tx, id)?;
    if policies.is_empty() && conversation.terms.is_none() {
        return Ok(());
    }
    let terms = policy_for(tx, policies, &conversation)?.map(SlaPolicy::terms);
    if let Some(after) = conversations::api::set_terms(tx, id, terms)? {
        ledger::change(tx, &after, |_| {})?;
    }
    Ok(())
}

/// The first policy that is for this conversation. The customer's tier, as it is now, is asked for only where one
/// of them names it.
pub(crate) fn policy_for<'p>(
    tx: &mut Tx<'_>,
    policies: &'p [SlaPolicy],
    conversation: &Conversation,
) -> Result<Option<&'p SlaPolicy>> {
    let named = policies.iter().any(|policy| policy.tier.is_some());
    let tier = if named {
        customers::api::get(tx, conversation.customer_id)?.tier_rank
    } else {
        0
    };
    Ok(policies.iter().find(|policy| policy.applies(conversation, tier)))
}
