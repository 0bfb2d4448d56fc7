//! Making one person of two, and two of one again: who is kept, what of the other they take over, and what stood
//! there before.

use std::fmt;

use audit::api::Entry;
use kernel::{CustomerId, Permit, Result, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Fact, Record, Tx, params, sql, text_enum};

use crate::{
    api,
    events::CustomerUnmerged,
    model::{Customer, CustomerState, Details},
    queries, stage, suggestion,
};

text_enum! {
    /// What of the alias the one who is kept may take over.
    pub enum MergeField {
        /// The name.
        Name = "name",
        /// The telephone number.
        Phone = "phone",
        /// The e-mail address.
        Email = "email",
        /// The note.
        Note = "note",
        /// Who looks after them.
        Owner = "owner",
    }
}

/// What stood there before something was taken over. It holds personal data: no fact and no trail.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Kept {
    name: String,
    phone: Option<String>,
    email: Option<String>,
    note: String,
    owner_id: Option<UserId>,
    unit_id: Option<UnitId>,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Taken(Vec<MergeField>);

store::kept_as_json!(Kept, Taken);

store::record! {
    /// What one took over from another in a merge.
    #[derive(Clone, Serialize)]
    pub(crate) struct Takeover {
        pub alias_id: CustomerId,
        pub into_id: CustomerId,
        pub taken: Taken,
        pub kept: Kept,
        pub at: Timestamp,
    }
}

sql! {
    INSERT(Takeover) = "INSERT INTO customer_merges ({cols}) VALUES ({vals})";
    OF_ALIAS(Takeover) = "SELECT {cols} FROM customer_merges WHERE alias_id = $1";
    OF(Takeover) = "SELECT {cols} FROM customer_merges WHERE alias_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY at, alias_id";
    FORGET = "DELETE FROM customer_merges WHERE alias_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
}

/// Makes one of two, of which both may be merged: `alias` leads to `into` from now on, which takes over what is
/// named of it, where there is something. Answers who is kept.
pub(crate) fn combine(
    tx: &mut Tx<'_>,
    permit: &Permit,
    alias: CustomerId,
    into: CustomerId,
    take: &[MergeField],
) -> Result<Customer> {
    let (before, into) = (queries::find(tx, alias)?, api::get(tx, into)?);
    api::merge(tx, permit, &before, &into)?;
    stage::merged(tx, &before, &into)?;
    let kept = api::get(tx, into.id)?;
    let taken: Vec<_> = take.iter().copied().filter(|field| differs(*field, &before, &kept)).collect();
    if taken.is_empty() {
        return Ok(kept);
    }
    let takeover = Takeover {
        alias_id: alias,
        into_id: kept.id,
        taken: Taken(taken.clone()),
        kept: Kept::of(&kept),
        at: tx.now(),
    };
    tx.exec(&INSERT, &takeover.values())?;
    let details = Kept::of(&before).details(&taken);
    let after = kept.clone().changed(permit, api::keeper(tx.actor()).0, kept.version, &details)?;
    written(tx, &kept, &after)?;
    Ok(after)
}

/// Whether there is something to take over that is not there.
fn differs(field: MergeField, from: &Customer, to: &Customer) -> bool {
    match field {
        MergeField::Name => !from.name.is_empty() && from.name != to.name,
        MergeField::Phone => from.phone.is_some() && from.phone != to.phone,
        MergeField::Email => from.email.is_some() && from.email != to.email,
        MergeField::Note => !from.note.is_empty() && from.note != to.note,
        MergeField::Owner => from.owner_id.is_some() && from.owner_id != to.owner_id,
    }
}

fn written(tx: &mut Tx<'_>, before: &Customer, after: &Customer) -> Result<()> {
    queries::save(tx, after)?;
    let entry = Entry::new("customers.changed", "customer", after.id);
    audit::api::record(tx, entry.change(&before.trace(), &after.trace_from(before)))?;
    api::changed(tx, before, after)
}

/// Takes a merge back: the alias stands in its own right again, with those once merged into it, and what was taken
/// over from it is as it was, where nobody has changed it since. Answers who stands again.
pub(crate) fn part(tx: &mut Tx<'_>, permit: &Permit, alias: CustomerId) -> Result<Customer> {
    let before = queries::find(tx, alias)?;
    let survivor = api::get(tx, alias)?;
    let after = before.clone().unmerged(permit)?;
    queries::save(tx, &after)?;
    let followers = merged_below(tx, alias)?;
    queries::lead_to(tx, &followers, alias)?;
    give_back(tx, permit, &after)?;
    api::index_again(tx, survivor.id)?;
    api::index_again(tx, alias)?;
    let entry = Entry::new("customers.unmerged", "customer", alias);
    audit::api::record(tx, entry.change(&before.trace(), &after.trace()))?;
    let fact = CustomerUnmerged { customer_id: alias, from_id: survivor.id };
    tx.emit(Fact::new(CustomerUnmerged::KIND, alias, &fact)?);
    api::told(tx, &after)?;
    suggestion::look(tx, alias)?;
    suggestion::look(tx, survivor.id)?;
    Ok(after)
}

fn give_back(tx: &mut Tx<'_>, permit: &Permit, alias: &Customer) -> Result<()> {
    let Some(takeover) = tx.maybe::<Takeover>(&OF_ALIAS, params![alias.id])? else { return Ok(()) };
    tx.exec(&FORGET, params![json!([alias.id]).to_string()])?;
    let now = queries::find(tx, takeover.into_id)?;
    if now.state == CustomerState::Erased {
        return Ok(());
    }
    let untouched: Vec<_> = takeover.taken.0.iter().copied().filter(|field| !differs(*field, alias, &now)).collect();
    let after =
        now.clone().changed(permit, api::keeper(tx.actor()).0, now.version, &takeover.kept.details(&untouched))?;
    if untouched.is_empty() { Ok(()) } else { written(tx, &now, &after) }
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

/// What these took over, in clear.
pub(crate) fn takeovers(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<Vec<Takeover>> {
    tx.all(&OF, params![json!(of).to_string()])
}

/// Forgets what stood there before.
pub(crate) fn erase(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<()> {
    tx.exec(&FORGET, params![json!(of).to_string()]).map(drop)
}

impl Kept {
    fn of(customer: &Customer) -> Self {
        Self {
            name: customer.name.clone(),
            phone: customer.phone.clone(),
            email: customer.email.clone(),
            note: customer.note.clone(),
            owner_id: customer.owner_id,
            unit_id: customer.unit_id,
        }
    }

    /// These fields of it, as a change.
    fn details(&self, fields: &[MergeField]) -> Details {
        let has = |field: MergeField| fields.contains(&field);
        Details {
            name: has(MergeField::Name).then(|| self.name.clone()),
            phone: has(MergeField::Phone).then(|| self.phone.clone().unwrap_or_default()),
            email: has(MergeField::Email).then(|| self.email.clone().unwrap_or_default()),
            note: has(MergeField::Note).then(|| self.note.clone()),
            placed: has(MergeField::Owner).then_some((self.owner_id, self.unit_id)),
        }
    }
}

/// Without what it holds, so that no log line ever does.
impl fmt::Debug for Takeover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Takeover({} into {})", self.alias_id, self.into_id)
    }
}
