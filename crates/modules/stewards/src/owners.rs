//! One account owner a customer: named where there is none, handed over for a reason, and all of it written down.

use audit::api::Entry;
use customers::{Hand, Handed, Handing, events::CustomerPlaced};
use kernel::{Cursor, CustomerId, Error, Id, Noun, Result, Timestamp, UserId};
use serde::Serialize;
use serde_json::json;
use store::{Record, Tx, params, sql};
use utoipa::ToSchema;

use crate::{codes, model::Who};

impl Noun for AccountHandover {
    const PREFIX: &'static str = "ahd";
}

store::record! {
    /// Somebody else looked after a customer from then on.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct AccountHandover {
        /// Its id.
        pub id: Id<AccountHandover>,
        /// Whom.
        pub customer_id: CustomerId,
        /// Who did before.
        pub from_id: Option<UserId>,
        /// Their name.
        pub from_name: Option<String>,
        /// Who does from then on; nobody.
        pub to_id: Option<UserId>,
        /// Their name.
        pub to_name: Option<String>,
        /// Whose doing it was.
        pub by_id: Option<UserId>,
        /// Their name.
        pub by_name: Option<String>,
        /// What it followed from: `naming`, `handover`, `allocation`, `allocation_undone`, `change`.
        pub cause: String,
        /// Why, in somebody's words.
        pub reason: String,
        /// When.
        pub at: Timestamp,
    }
}

sql! {
    INSERT(AccountHandover) = "INSERT INTO account_handovers ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    LIST(AccountHandover) = "SELECT {cols} FROM account_handovers
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND (at, id) < ($2, $3)
        ORDER BY at DESC, id DESC LIMIT $4";
    EMPTY = "UPDATE account_handovers SET reason = ''
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
}

/// What is written down of these customers, newest first.
pub(crate) fn list(tx: &mut Tx<'_>, ids: &str, before: &Cursor, limit: i64) -> Result<Vec<AccountHandover>> {
    tx.all(&LIST, params![ids, before.key, before.id, limit])
}

/// Empties the words.
pub(crate) fn empty(tx: &mut Tx<'_>, ids: &str) -> Result<()> {
    tx.exec(&EMPTY, params![ids]).map(drop)
}

/// The causes whose rows are written with their reason, at once.
const OWN: [&str; 2] = ["naming", "handover"];

/// Writes down what others did.
pub(crate) fn note(tx: &mut Tx<'_>, placed: &CustomerPlaced, at: Timestamp) -> Result<()> {
    if OWN.contains(&placed.cause.as_str()) {
        return Ok(());
    }
    let row = AccountHandover {
        id: tx.new_id(),
        customer_id: placed.customer_id,
        from_id: placed.before_id,
        from_name: name(tx, placed.before_id)?,
        to_id: placed.owner_id,
        to_name: name(tx, placed.owner_id)?,
        by_id: placed.by_id,
        by_name: name(tx, placed.by_id)?,
        cause: placed.cause.clone(),
        reason: String::new(),
        at,
    };
    tx.exec(&INSERT, &row.values()).map(drop)
}

fn name(tx: &mut Tx<'_>, user: Option<UserId>) -> Result<Option<String>> {
    user.map(|user| Ok(access::api::user(tx, user)?.name)).transpose()
}

/// `to` looks after this customer from now on. Naming wants nobody there, handing over somebody and a reason.
pub(crate) fn place(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    from: Option<UserId>,
    to: &Who,
    reason: Option<&str>,
) -> Result<AccountHandover> {
    let cause = match (from, reason) {
        (Some(from), _) if from == to.id => return Err(codes::SAME_OWNER.conflict()),
        (Some(_), None) => return Err(codes::OWNED.conflict()),
        (None, Some(_)) => return Err(codes::NOT_OWNED.conflict()),
        (None, None) => "naming",
        (Some(_), Some(_)) => "handover",
    };
    let by = tx.actor().staff()?.clone();
    let row = AccountHandover {
        id: tx.new_id(),
        customer_id: customer,
        from_id: from,
        from_name: name(tx, from)?,
        to_id: Some(to.id),
        to_name: Some(to.name.clone()),
        by_id: Some(by.id),
        by_name: Some(by.name.clone()),
        cause: cause.to_owned(),
        reason: reason.unwrap_or_default().to_owned(),
        at: tx.now(),
    };
    let hand = Hand { cause, reference: Some(row.id.to_string()), reason: reason.map(str::to_owned) };
    let handing = Handing { customer_id: customer, from, to: Some((to.id, to.unit)) };
    match customers::api::hand_over(tx, &[handing], &hand)?[..] {
        [Handed::Done] => {}
        [Handed::OutOfReach] => return Err(Error::Forbidden("customers.edit")),
        _ => return Err(codes::STALE.conflict()),
    }
    tx.exec(&INSERT, &row.values())?;
    let trace = json!({"from_id": row.from_id, "to_id": row.to_id, "cause": row.cause});
    audit::api::record(tx, Entry::new("stewards.owner_named", "customer", customer).created(&trace))?;
    Ok(row)
}
