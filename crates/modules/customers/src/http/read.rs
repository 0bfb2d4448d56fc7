//! One customer.

use http::{Answer, Cx, Json, Path};
use kernel::{ChannelId, CustomerId, Error, Result, Timestamp};
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    model::CustomerCard,
    queries,
    serving::{self, Serving},
    stage::Step,
};

/// A customer with what hangs on them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CustomerView {
    #[serde(flatten)]
    card: CustomerCard,
    /// The name of the colleague who looks after them.
    owner_name: Option<String>,
    /// The alias that was asked for, when it was one.
    merged_from: Option<CustomerId>,
    /// The aliases that lead here.
    aliases: Vec<CustomerCard>,
    /// Where they were met.
    identities: Vec<IdentityView>,
    /// How far it has come with them, step by step.
    stages: Vec<Step>,
}

/// Where a customer was met.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IdentityView {
    /// The channel.
    channel_id: ChannelId,
    /// The name they gave there; empty when none.
    name: String,
    /// When first.
    created_at: Timestamp,
    /// When last, to the minute.
    seen_at: Timestamp,
}

/// One customer, masked. Asked for an alias, the survivor answers, with `merged_from`.
#[utoipa::path(get, path = "/customers/{id}", tag = "customers", params(("id" = CustomerId, Path)), responses((status = 200, body = CustomerView)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<CustomerId>) -> Answer<CustomerView> {
    let serving = cx.app().part::<Box<dyn Serving>>();
    let view = cx
        .read(move |tx| {
            let card = serving::visible(tx, &**serving, id)?;
            let aliases = queries::aliases(tx, card.id)?;
            let ids: Vec<_> = std::iter::once(card.id).chain(aliases.iter().map(|alias| alias.id)).collect();
            let identities = identities_of(tx, &ids)?;
            let owner_name = owner_name(tx, &card)?;
            let merged_from = Some(id).filter(|id| *id != card.id);
            let stages = queries::steps(tx, &ids)?;
            let aliases = aliases.iter().map(|alias| alias.card()).collect();
            Ok(CustomerView { card, owner_name, merged_from, aliases, identities, stages })
        })
        .await?;
    Ok(Json(view))
}

/// Where these were met.
pub(super) fn identities_of(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<Vec<IdentityView>> {
    let view = |identity: crate::model::Identity| IdentityView {
        channel_id: identity.channel_id,
        name: identity.name,
        created_at: identity.created_at,
        seen_at: identity.seen_at,
    };
    Ok(queries::identities(tx, of)?.into_iter().map(view).collect())
}

/// The name of the colleague who looks after them.
pub(super) fn owner_name(tx: &mut Tx<'_>, card: &CustomerCard) -> Result<Option<String>> {
    match card.owner_id.map(|owner| access::api::user(tx, owner)) {
        None | Some(Err(Error::NotFound)) => Ok(None),
        Some(owner) => Ok(Some(owner?.name)),
    }
}
