//! What happens elsewhere and matters here: a customer is looked after by somebody else, two become one, an approver
//! decides.

use approvals::{ApprovalState, events::ApprovalFact};
use customers::events::{CustomerChanged, CustomerMerged, CustomerUnmerged};
use kernel::{CustomerId, Error, Result};
use serde::Deserialize;
use store::{StoredFact, Tx};
use work::Listener;

use crate::{adjust, api, ledger, queries};

pub(crate) fn customers() -> Listener {
    let kinds = &[CustomerChanged::KIND, CustomerMerged::KIND, CustomerUnmerged::KIND];
    Listener::new("loyalty.customers", kinds, |tx, fact| {
        /// Whom any of these facts is about.
        #[derive(Deserialize)]
        struct About {
            #[serde(alias = "alias_id")]
            customer_id: CustomerId,
            /// Whom somebody was taken for, until now.
            from_id: Option<CustomerId>,
        }
        let about: About = serde_json::from_str(&fact.data).map_err(Error::internal)?;
        follow(tx, about.customer_id)?;
        about.from_id.map_or(Ok(()), |other| follow(tx, other))
    })
}

/// A member belongs to whoever the customer does; one purse of two settles what either owes.
fn follow(tx: &mut Tx<'_>, customer: CustomerId) -> Result<()> {
    let known = customers::api::get(tx, customer)?;
    for mut member in api::members_of(tx, customer)? {
        if (member.owner_id, member.unit_id) != (known.owner_id, known.unit_id) {
            (member.owner_id, member.unit_id) = (known.owner_id, known.unit_id);
            member.version += 1;
            queries::save_member(tx, &member)?;
        }
    }
    let rules = queries::rules(tx)?;
    let rank = api::members_of(tx, known.id)?.first().map_or(0, |member| member.tier_rank);
    if known.tier_rank != rank {
        customers::api::set_tier(tx, &[(known.id, rank)])?;
    }
    match ledger::open(tx, customer)? {
        Some(purse) => ledger::close(tx, purse, &rules),
        None => Ok(()),
    }
}

pub(crate) fn approvals() -> Listener {
    Listener::new("loyalty.approvals", &[approvals::events::DECIDED, approvals::events::WITHDRAWN], decided)
}

fn decided(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    let fact: ApprovalFact = serde_json::from_str(&fact.data).map_err(Error::internal)?;
    match fact.subject_id.as_deref().filter(|_| fact.source == adjust::SOURCE).map(str::parse) {
        Some(Ok(id)) => adjust::decided(tx, id, fact.state == ApprovalState::Approved),
        _ => Ok(()),
    }
}
