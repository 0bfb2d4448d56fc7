//! Two that are one person, and the mistake of thinking so.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use kernel::{CustomerId, Error, Result};
use serde::Deserialize;
use store::{Fact, Tx};
use utoipa::ToSchema;

use crate::{
    api,
    events::CustomerUnmerged,
    model::{Customer, CustomerCard},
    policy, queries, stage,
};

/// With whom.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Merge {
    /// The customer to keep; an alias stands for its survivor.
    into: CustomerId,
}

/// Makes a customer an alias of another; answers the survivor. Nothing that refers to the alias is
/// changed: it leads on.
#[utoipa::path(post, path = "/customers/{id}/merge", tag = "customers", params(("id" = CustomerId, Path)), request_body = Merge, responses((status = 200, body = CustomerCard)))]
pub(crate) async fn merge(cx: Cx, Path(id): Path<CustomerId>, Json(request): Json<Merge>) -> Answer<CustomerCard> {
    let card = cx
        .write(move |tx| {
            let before = queries::find(tx, id)?;
            let permit = policy::may(tx.actor(), policy::MERGE, &before, tx.now())?;
            let into = kept(tx, request.into)?;
            api::merge(tx, &permit, &before, &into)?;
            stage::merged(tx, &before, &into)?;
            api::card(tx, into.id)
        })
        .await?;
    Ok(Json(card))
}

/// The survivor to merge into: one the actor may merge too.
fn kept(tx: &mut Tx<'_>, into: CustomerId) -> Result<Customer> {
    let unknown = |refusal| match refusal {
        Error::NotFound => Error::field("into", "unknown"),
        other => other,
    };
    let customer = api::get(tx, into).map_err(unknown)?;
    let _permit = policy::may(tx.actor(), policy::MERGE, &customer, tx.now()).map_err(unknown)?;
    Ok(customer)
}

/// Takes a merge back: the alias stands in its own right again, with those once merged into it;
/// answers it.
#[utoipa::path(delete, path = "/customers/{id}/merge", tag = "customers", params(("id" = CustomerId, Path)), responses((status = 200, body = CustomerCard)))]
pub(crate) async fn unmerge(cx: Cx, Path(id): Path<CustomerId>) -> Answer<CustomerCard> {
    let card = cx
        .write(move |tx| {
            let before = queries::find(tx, id)?;
            let survivor = api::get(tx, id)?;
            let permit = policy::may(tx.actor(), policy::MERGE, &survivor, tx.now())?;
            let after = before.clone().unmerged(&permit)?;
            queries::save(tx, &after)?;
            let followers = merged_below(tx, id)?;
            queries::lead_to(tx, &followers, id)?;
            api::index_again(tx, survivor.id)?;
            api::index_again(tx, id)?;
            audit::api::record(
                tx,
                Entry::new("customers.unmerged", "customer", id).change(&before.trace(), &after.trace()),
            )?;
            tx.emit(Fact::new(
                CustomerUnmerged::KIND,
                id,
                &CustomerUnmerged { customer_id: id, from_id: survivor.id },
            )?);
            api::told(tx, &after)?;
            Ok(after.card())
        })
        .await?;
    Ok(Json(card))
}

/// Everybody merged into this one, or into one of those. Merges form a tree, so this ends.
fn merged_below(tx: &mut Tx<'_>, id: CustomerId) -> Result<Vec<CustomerId>> {
    let mut found = queries::merged_into(tx, id)?;
    let mut at = 0;
    while at < found.len() {
        found.extend(queries::merged_into(tx, found[at])?);
        at += 1;
    }
    Ok(found)
}
