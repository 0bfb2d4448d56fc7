//! Two that are one person, and the mistake of thinking so.

use http::{Answer, Cx, Json, Path};
use kernel::{CustomerId, Error, Result};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    api,
    merging::{self, MergeField},
    model::{Customer, CustomerCard},
    policy, queries,
};

/// With whom.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Merge {
    /// The customer to keep; an alias stands for its survivor.
    into: CustomerId,
    /// What the one who is kept takes over from the other; everything else stays as it is.
    #[serde(default)]
    take: Vec<MergeField>,
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
            merging::combine(tx, &permit, id, into.id, &request.take).map(|kept| kept.card())
        })
        .await?;
    Ok(Json(card))
}

/// The survivor to merge into: one the actor may merge too.
fn kept(tx: &mut Tx<'_>, into: CustomerId) -> Result<Customer> {
    let customer = api::get(tx, into).map_err(Error::absent("into", "unknown"))?;
    let _permit =
        policy::may(tx.actor(), policy::MERGE, &customer, tx.now()).map_err(Error::absent("into", "unknown"))?;
    Ok(customer)
}

/// Takes a merge back: the alias stands in its own right again, with those once merged into it, and what was taken
/// over from it is as it was where nobody has changed it since; answers the alias.
#[utoipa::path(delete, path = "/customers/{id}/merge", tag = "customers", params(("id" = CustomerId, Path)), responses((status = 200, body = CustomerCard)))]
pub(crate) async fn unmerge(cx: Cx, Path(id): Path<CustomerId>) -> Answer<CustomerCard> {
    let card = cx
        .write(move |tx| {
            let survivor = api::get(tx, id)?;
            let permit = policy::may(tx.actor(), policy::MERGE, &survivor, tx.now())?;
            merging::part(tx, &permit, id).map(|alias| alias.card())
        })
        .await?;
    Ok(Json(card))
}
