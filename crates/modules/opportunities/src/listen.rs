//! Customers who become one, and tasks that change hands.

use customers::events::{CustomerMerged, CustomerUnmerged};
use kernel::{CustomerId, Error, Id, Result};
use serde::Deserialize;
use store::{StoredFact, Tx};
use tasks::events::{REASSIGNED, TAKEN, TaskFact};
use work::Listener;

use crate::{
    api,
    model::{Opportunity, OpportunityStepKind, Who},
    queries,
};

pub(crate) fn customers() -> Listener {
    Listener::new("opportunities.customers", &[CustomerMerged::KIND, CustomerUnmerged::KIND], |tx, fact| {
        /// Whom either fact is about.
        #[derive(Deserialize)]
        struct About {
            #[serde(alias = "alias_id")]
            customer_id: CustomerId,
        }
        let About { customer_id } = serde_json::from_str(&fact.data).map_err(Error::internal)?;
        // Those who lead to it too: their evidence stays under the ids they had.
        let ids = [customers::api::members(tx, customer_id)?, vec![customer_id]].concat();
        for before in queries::about(tx, &ids)? {
            let (customers, evidence) = api::count(tx, before.id)?;
            if customers != before.customers {
                let after = before.clone().counted(customers, Some(evidence));
                api::keep(tx, &before, &after, OpportunityStepKind::Recounted, None)?;
            }
        }
        Ok(())
    })
}

pub(crate) fn tasks() -> Listener {
    Listener::new("opportunities.tasks", &[REASSIGNED, TAKEN], handed)
}

/// Whoever is given the next step has the opportunity.
fn handed(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    let task: TaskFact = serde_json::from_str(&fact.data).map_err(Error::internal)?;
    let (api::SOURCE, Some(id), Some(owner)) = (task.source.as_str(), task.subject_id, task.owner_id) else {
        return Ok(());
    };
    let id: Id<Opportunity> = id.parse().map_err(Error::internal)?;
    let before = queries::find(tx, id)?;
    if before.stage.is_closed() || before.owner_id == Some(owner) {
        return Ok(());
    }
    let name = access::api::user(tx, owner)?.name;
    let after = before.clone().passed_on(Who { id: owner, name: name.clone(), unit: task.unit_id });
    api::keep(tx, &before, &after, OpportunityStepKind::PassedOn, Some(name))
}
