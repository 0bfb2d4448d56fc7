//! Who looks after a customer: one, named, handed over for a reason, written down.

use customers::CustomerCard;
use http::{Answer, Cx, Json, Path};
use kernel::{Check, Cursor, CustomerId, Error, Owned, Result, UserId};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;

use crate::{
    api,
    model::RecordSteward,
    owners::{self, AccountHandover},
    policy, queries,
};

/// How much of the past is told.
const TOLD: i64 = 50;

/// Who looks after a customer, who keeps the file, and who did before.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountOwner {
    /// Who.
    customer_id: CustomerId,
    /// Who looks after them.
    owner_id: Option<UserId>,
    /// Their name.
    owner_name: Option<String>,
    /// Who keeps the file.
    steward: Option<RecordSteward>,
    /// The last fifty times somebody else looked after them, newest first.
    handovers: Vec<AccountHandover>,
}

/// Who looks after a customer, and who did before.
#[utoipa::path(get, path = "/account-owners/{id}", tag = "stewards", params(("id" = CustomerId, Path)), responses((status = 200, body = AccountOwner)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<CustomerId>) -> Answer<AccountOwner> {
    let account = cx
        .read(move |tx| {
            let card = customers::api::visible(tx, id)?;
            account(tx, card)
        })
        .await?;
    Ok(Json(account))
}

/// Who is to look after a customer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnerNaming {
    /// Who.
    owner_id: UserId,
}

/// Names who looks after a customer. Where somebody does already it is refused: hand over for a reason instead.
#[utoipa::path(put, path = "/account-owners/{id}", tag = "stewards", params(("id" = CustomerId, Path)), request_body = OwnerNaming, responses((status = 200, body = AccountOwner)))]
pub(crate) async fn name(cx: Cx, Path(id): Path<CustomerId>, Json(request): Json<OwnerNaming>) -> Answer<AccountOwner> {
    Ok(Json(cx.write(move |tx| place(tx, id, request.owner_id, None)).await?))
}

/// Who is to look after a customer instead, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnerHandover {
    /// Who.
    owner_id: UserId,
    /// Why: 1 to 500 characters.
    reason: String,
}

/// Hands a customer over to somebody else, for a reason that is kept.
#[utoipa::path(post, path = "/account-owners/{id}/handover", tag = "stewards", params(("id" = CustomerId, Path)), request_body = OwnerHandover, responses((status = 200, body = AccountOwner)))]
pub(crate) async fn hand_over(
    cx: Cx,
    Path(id): Path<CustomerId>,
    Json(request): Json<OwnerHandover>,
) -> Answer<AccountOwner> {
    let account = cx
        .write(move |tx| {
            // Whether the customer is there for the actor comes before what is said.
            customers::api::visible(tx, id)?;
            Check::new().text("reason", request.reason.trim(), 1..=500).done()?;
            place(tx, id, request.owner_id, Some(request.reason.trim()))
        })
        .await?;
    Ok(Json(account))
}

fn place(tx: &mut Tx<'_>, id: CustomerId, owner: UserId, reason: Option<&str>) -> Result<AccountOwner> {
    let card = customers::api::visible(tx, id)?;
    let _permit = policy::may_place(tx.actor(), &Owned::by(card.owner_id, card.unit_id), tx.now()).or_else(
        |error| match error {
            // Whom nobody looks after belongs to everybody who may name somebody.
            Error::Invalid(_) if card.owner_id.is_none() => {
                let me = api::me(tx)?;
                policy::may_place(tx.actor(), &me.owned(), tx.now())
            }
            Error::Invalid(_) => Err(Error::Forbidden("stewards.place")),
            other => Err(other),
        },
    )?;
    let to = api::who(tx, owner, "owner_id")?;
    let _permit = policy::may_place(tx.actor(), &to.owned(), tx.now())?;
    owners::place(tx, card.id, card.owner_id, &to, reason)?;
    // Handed to somebody beyond one's reach, one has seen them a moment ago.
    let card = customers::api::card(tx, card.id)?;
    account(tx, card)
}

fn account(tx: &mut Tx<'_>, card: CustomerCard) -> Result<AccountOwner> {
    policy::may_read(tx.actor())?;
    let ids = serde_json::to_string(&customers::api::members(tx, card.id)?).map_err(Error::internal)?;
    let newest = Cursor { key: i64::MAX, id: "~".into() };
    Ok(AccountOwner {
        customer_id: card.id,
        owner_id: card.owner_id,
        owner_name: card.owner_id.map(|owner| Ok::<_, Error>(access::api::user(tx, owner)?.name)).transpose()?,
        steward: queries::steward(tx, card.id)?,
        handovers: owners::list(tx, &ids, &newest, TOLD)?,
    })
}
