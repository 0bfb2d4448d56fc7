//! Two who may be one person: by the same number, the same address, the same name elsewhere, or nearly the same, or one address, by two
//! who are called alike; never by what they are called alone. A suggestion is a row that people decide on; what is dismissed stays so until there is another reason.

use std::collections::{BTreeMap, BTreeSet};

use audit::api::Entry;
use kernel::{Cursor, CustomerId, Id, Noun, Permit, Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Fact, Record, StoredFact, Tx, params, sql, text_enum};
use utoipa::ToSchema;

use crate::{
    alike, api, codes, contact,
    events::{ContactChanged, MergeSuggested},
    merging,
    model::{Customer, CustomerState},
    places,
    policy::Sight,
    queries,
};

/// A key that more than so many others share says nothing about a person: a switchboard, a shop's address.
const SHARED: usize = 5;

/// The list of this module that is told live.
pub(crate) const TOPIC: &str = "merge_suggestions";

text_enum! {
    /// Why two may be one person.
    #[derive(PartialOrd, Ord)]
    pub enum MergeReason {
        /// They have the same telephone number.
        Phone = "phone",
        /// They have the same e-mail address.
        Email = "email",
        /// WeChat says that they are the same person on two accounts.
        Wechat = "wechat",
        /// Sites on two channels prove them by the same name.
        Site = "site",
        /// They are called alike, and their numbers are one slip apart.
        NamePhone = "name_phone",
        /// They are called alike, and their addresses are one slip apart, or two spellings of one.
        NameEmail = "name_email",
        /// They are called alike, and live at one address, however it is spelt.
        NameAddress = "name_address",
    }
}

text_enum! {
    /// What became of a suggestion.
    pub enum SuggestionState {
        /// Nobody has decided.
        Open = "open",
        /// They are two.
        Dismissed = "dismissed",
        /// They are one.
        Merged = "merged",
    }
}

impl Noun for MergeSuggestion {
    const PREFIX: &'static str = "mgs";
}

/// Why, each reason once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Reasons(pub BTreeSet<MergeReason>);

store::kept_as_json!(Reasons);

store::record! {
    /// Two who may be one person.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct MergeSuggestion {
        /// Its id.
        pub id: Id<MergeSuggestion>,
        /// The one with the smaller id.
        pub one_id: CustomerId,
        /// The other.
        pub other_id: CustomerId,
        /// Why.
        pub reasons: Reasons,
        /// What became of it.
        pub state: SuggestionState,
        /// Which of the two became the alias, if they were merged.
        pub alias_id: Option<CustomerId>,
        /// Who decided.
        pub decided_by: Option<UserId>,
        /// Their name.
        pub decided_by_name: Option<String>,
        /// When.
        pub decided_at: Option<Timestamp>,
        /// Since when it is thought so.
        pub created_at: Timestamp,
        /// Rises with each change.
        pub version: i64,
    }
}

/// Told to whoever watches the list: something about this suggestion is new. It names nobody, for each may be seen
/// by those alone who may see both.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MergeSuggestionNote)]
pub(crate) struct Note {
    /// Which.
    id: Id<MergeSuggestion>,
    /// Rises with each change.
    version: i64,
}

sql! {
    INSERT(MergeSuggestion) = "INSERT INTO merge_suggestions ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE(MergeSuggestion) = "UPDATE merge_suggestions SET {sets} WHERE id = $1 AND version = $11 - 1";
    DELETE = "DELETE FROM merge_suggestions WHERE id = $1";
    FIND(MergeSuggestion) = "SELECT {cols} FROM merge_suggestions WHERE id = $1";
    OF(MergeSuggestion) = "SELECT {cols} FROM merge_suggestions WHERE one_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
        UNION SELECT {cols} FROM merge_suggestions WHERE other_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
        ORDER BY created_at, id";
    /// As far as one may see both.
    LIST(MergeSuggestion) = "SELECT {cols} FROM merge_suggestions WHERE state = $1 AND (created_at, id) < ($2, $3)
        AND EXISTS (SELECT 1 FROM customers WHERE customers.id = merge_suggestions.one_id AND (CAST($4 AS BOOLEAN) OR owner_id = $5
            OR unit_id IN (SELECT value FROM json_each(CAST($6 AS TEXT))) OR (CAST($7 AS BOOLEAN) AND owner_id IS NULL AND unit_id IS NULL)))
        AND EXISTS (SELECT 1 FROM customers WHERE customers.id = merge_suggestions.other_id AND (CAST($4 AS BOOLEAN) OR owner_id = $5
            OR unit_id IN (SELECT value FROM json_each(CAST($6 AS TEXT))) OR (CAST($7 AS BOOLEAN) AND owner_id IS NULL AND unit_id IS NULL)))
        ORDER BY created_at DESC, id DESC LIMIT $8";
    ERASE = "DELETE FROM merge_suggestions WHERE one_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
        OR other_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";

    WITH_PHONE = "SELECT DISTINCT COALESCE(survivor_id, id) AS who FROM customers WHERE phone = $1 ORDER BY who LIMIT $2";
    WITH_EMAIL = "SELECT DISTINCT COALESCE(survivor_id, id) AS who FROM customers WHERE email = $1 ORDER BY who LIMIT $2";
    WITH_MARK = "SELECT DISTINCT COALESCE(c.survivor_id, c.id) AS who FROM customer_marks m JOIN customers c ON c.id = m.customer_id
        WHERE m.kind = $1 AND m.mark = $2 ORDER BY who LIMIT $3";
    MARK = "INSERT INTO customer_marks (kind, mark, customer_id, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    MARKS = "SELECT kind, mark FROM customer_marks WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY kind, mark";
    ERASE_MARKS = "DELETE FROM customer_marks WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
}

/// What somebody can be recognised by: why, and the key.
type Key = (MergeReason, String);

/// Whenever what somebody can be recognised by is new.
pub(crate) fn listen() -> work::Listener {
    work::Listener::new("customers.suggestions", &[ContactChanged::KIND], |tx, fact: &StoredFact| {
        let changed: ContactChanged = serde_json::from_str(&fact.data).map_err(kernel::Error::internal)?;
        look(tx, changed.customer_id).map(drop)
    })
}

/// Notes what others call a customer, whatever the channel.
pub(crate) fn mark(tx: &mut Tx<'_>, customer: CustomerId, kind: MergeReason, mark: &str) -> Result<()> {
    if tx.exec(&MARK, params![kind, mark, customer, tx.now()])? == 0 {
        return Ok(());
    }
    tx.emit(Fact::new(ContactChanged::KIND, customer, &ContactChanged { customer_id: customer })?);
    Ok(())
}

/// What these rows of one person can be recognised by.
fn keys(tx: &mut Tx<'_>, rows: &[Customer]) -> Result<BTreeSet<Key>> {
    let mut keys = BTreeSet::new();
    for row in rows {
        keys.extend(row.phone.clone().filter(|phone| is_personal(phone)).map(|phone| (MergeReason::Phone, phone)));
        keys.extend(row.email.clone().map(|email| (MergeReason::Email, email)));
    }
    keys.extend(marks(tx, &ids(rows))?);
    Ok(keys)
}

/// What others call them.
pub(crate) fn marks(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<Vec<Key>> {
    tx.all(&MARKS, params![json!(of).to_string()])
}

/// A hotline is nobody's own number.
fn is_personal(phone: &str) -> bool {
    !["+86400", "+86800"].iter().any(|hotline| phone.starts_with(hotline))
}

fn ids(rows: &[Customer]) -> Vec<CustomerId> {
    rows.iter().map(|row| row.id).collect()
}

/// Who else may be this person, and why: by key, however many customers there are.
fn others(tx: &mut Tx<'_>, rows: &[Customer], own: CustomerId) -> Result<BTreeMap<CustomerId, BTreeSet<MergeReason>>> {
    let most = SHARED as i64 + 2;
    let mut found: BTreeMap<CustomerId, BTreeSet<MergeReason>> = BTreeMap::new();
    for (reason, key) in keys(tx, rows)? {
        let with: Vec<(CustomerId,)> = match reason {
            MergeReason::Phone => tx.all(&WITH_PHONE, params![key, most])?,
            MergeReason::Email => tx.all(&WITH_EMAIL, params![key, most])?,
            _ => tx.all(&WITH_MARK, params![reason, key, most])?,
        };
        let with: Vec<_> = with.into_iter().map(|(id,)| id).filter(|id| *id != own).collect();
        if with.len() <= SHARED {
            for id in with {
                found.entry(id).or_default().insert(reason);
            }
        }
    }
    for id in alike::others(tx, rows)? {
        let whole = api::whole(tx, id)?;
        let likenesses = alike::between(tx, rows, &whole)?;
        if !likenesses.is_empty() {
            found.entry(id).or_default().extend(likenesses.iter().map(|likeness| likeness.reason));
        }
    }
    Ok(found)
}

/// Brings the suggestions about the person this id leads to up to date: new ones are made, those without a reason
/// any more go, and what was merged or taken back elsewhere is noted. Answers how many were not there before.
pub(crate) fn look(tx: &mut Tx<'_>, id: CustomerId) -> Result<i64> {
    let rows = api::whole(tx, id)?;
    let Some(own) = rows.first().cloned() else { return Ok(0) };
    let found = if own.state == CustomerState::Active {
        others(tx, &rows, own.id)?
    } else {
        BTreeMap::new()
    };
    let mut dismissed: BTreeMap<CustomerId, BTreeSet<MergeReason>> = BTreeMap::new();
    for row in of(tx, &ids(&rows))? {
        let ends = (queries::find(tx, row.one_id)?, queries::find(tx, row.other_id)?);
        let one_person = ends.0.survivor() == ends.1.survivor();
        let far = if ends.0.survivor() == own.id { ends.1.survivor() } else { ends.0.survivor() };
        let stand = ends.0.survivor_id.is_none() && ends.1.survivor_id.is_none() && found.contains_key(&far);
        match row.state {
            SuggestionState::Dismissed => dismissed.entry(far).or_default().extend(&row.reasons.0),
            SuggestionState::Merged if one_person => {}
            SuggestionState::Open if one_person => match direct(&ends) {
                Some(alias) => decide(tx, &row, SuggestionState::Merged, Some(alias))?,
                None => drop_row(tx, &row)?,
            },
            SuggestionState::Open if stand => {}
            SuggestionState::Merged if stand => reopen(tx, &row)?,
            SuggestionState::Open | SuggestionState::Merged => drop_row(tx, &row)?,
        }
    }
    let mut new = 0;
    for (far, reasons) in found {
        let fresh = dismissed.get(&far).is_none_or(|known| !reasons.is_subset(known));
        new += i64::from(suggest(tx, own.id, far, Reasons(reasons), fresh)?);
    }
    Ok(new)
}

/// Which of the two was merged into the other one itself.
fn direct((one, other): &(Customer, Customer)) -> Option<CustomerId> {
    match (one.merged_into, other.merged_into) {
        (Some(into), _) if into == other.id => Some(one.id),
        (_, Some(into)) if into == one.id => Some(other.id),
        _ => None,
    }
}

/// `fresh`: there is a reason for which nobody dismissed it. Answers whether it was not there before.
fn suggest(tx: &mut Tx<'_>, one: CustomerId, other: CustomerId, reasons: Reasons, fresh: bool) -> Result<bool> {
    let (one_id, other_id) = (one.min(other), one.max(other));
    let known = of(tx, &[one_id])?.into_iter().find(|row| row.one_id == one_id && row.other_id == other_id);
    match known {
        Some(row) if row.state == SuggestionState::Open && row.reasons != reasons => {
            save(tx, MergeSuggestion { reasons, version: row.version + 1, ..row }).map(|()| false)
        }
        Some(row) if row.state == SuggestionState::Dismissed && fresh => {
            reopen(tx, &MergeSuggestion { reasons, ..row }).map(|()| true)
        }
        None if fresh => {
            let row = MergeSuggestion {
                id: tx.new_id(),
                one_id,
                other_id,
                reasons,
                state: SuggestionState::Open,
                alias_id: None,
                decided_by: None,
                decided_by_name: None,
                decided_at: None,
                created_at: tx.now(),
                version: 1,
            };
            if tx.exec(&INSERT, &row.values())? == 0 {
                return Ok(false);
            }
            let fact = MergeSuggested { suggestion_id: row.id, customer_ids: [one_id, other_id] };
            tx.emit(Fact::new(MergeSuggested::KIND, row.id, &fact)?);
            told(tx, &row).map(|()| true)
        }
        _ => Ok(false),
    }
}

fn told(tx: &mut Tx<'_>, row: &MergeSuggestion) -> Result<()> {
    tx.notify(TOPIC, "merge_suggestion.changed", &Note { id: row.id, version: row.version }, None)
}

fn save(tx: &mut Tx<'_>, row: MergeSuggestion) -> Result<()> {
    tx.exec_one(&UPDATE, &row.values(), codes::STALE)?;
    told(tx, &row)
}

fn drop_row(tx: &mut Tx<'_>, row: &MergeSuggestion) -> Result<()> {
    tx.exec(&DELETE, params![row.id])?;
    told(tx, &MergeSuggestion { version: row.version + 1, ..row.clone() })
}

fn decide(tx: &mut Tx<'_>, row: &MergeSuggestion, state: SuggestionState, alias: Option<CustomerId>) -> Result<()> {
    let by = tx.actor().staff().ok().map(|staff| (staff.id, staff.name.clone()));
    let (decided_by, decided_by_name) = by.unzip();
    let (alias_id, decided_at, version) = (alias, Some(tx.now()), row.version + 1);
    save(tx, MergeSuggestion { state, alias_id, decided_by, decided_by_name, decided_at, version, ..row.clone() })
}

fn reopen(tx: &mut Tx<'_>, row: &MergeSuggestion) -> Result<()> {
    let (alias_id, decided_by, decided_by_name, decided_at) = (None, None, None, None);
    let (state, version) = (SuggestionState::Open, row.version + 1);
    save(tx, MergeSuggestion { state, alias_id, decided_by, decided_by_name, decided_at, version, ..row.clone() })
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<MergeSuggestion>) -> Result<MergeSuggestion> {
    tx.one(&FIND, params![id])
}

/// Every suggestion about these.
pub(crate) fn of(tx: &mut Tx<'_>, who: &[CustomerId]) -> Result<Vec<MergeSuggestion>> {
    tx.all(&OF, params![json!(who).to_string()])
}

/// Newest first, as far as one may see both.
pub(crate) fn list(
    tx: &mut Tx<'_>,
    sight: &Sight,
    state: SuggestionState,
    before: &Cursor,
    limit: i64,
) -> Result<Vec<MergeSuggestion>> {
    let (scope, unowned) = (&sight.scope, sight.unowned);
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    tx.all(&LIST, params![state, before.key, before.id, all, own, units, unowned, limit])
}

/// They are one: the other becomes an alias of `keep`, which takes over what is named. Answers who is kept.
pub(crate) fn accept(
    tx: &mut Tx<'_>,
    row: &MergeSuggestion,
    permit: &Permit,
    keep: CustomerId,
    take: &[merging::MergeField],
) -> Result<Customer> {
    if row.state != SuggestionState::Open {
        return Err(codes::DECIDED.conflict());
    }
    let alias = if keep == row.one_id { row.other_id } else { row.one_id };
    decide(tx, row, SuggestionState::Merged, Some(alias))?;
    merging::combine(tx, permit, alias, keep, take)
}

/// They are two; the permit says that it may be said.
pub(crate) fn dismiss(tx: &mut Tx<'_>, row: &MergeSuggestion, _permit: &Permit) -> Result<()> {
    if row.state != SuggestionState::Open {
        return Err(codes::DECIDED.conflict());
    }
    decide(tx, row, SuggestionState::Dismissed, None)?;
    trail(tx, "customers.suggestion_dismissed", row, SuggestionState::Dismissed)
}

/// It is to be decided again.
pub(crate) fn reconsider(tx: &mut Tx<'_>, row: &MergeSuggestion, _permit: &Permit) -> Result<()> {
    if row.state != SuggestionState::Dismissed {
        return Err(codes::NOT_DISMISSED.conflict());
    }
    reopen(tx, row)?;
    trail(tx, "customers.suggestion_reconsidered", row, SuggestionState::Open)?;
    // What it stood on may have changed meanwhile.
    look(tx, row.one_id).map(drop)
}

fn trail(tx: &mut Tx<'_>, action: &'static str, row: &MergeSuggestion, after: SuggestionState) -> Result<()> {
    let trace = |state: SuggestionState| json!({ "state": state, "one_id": row.one_id, "other_id": row.other_id });
    audit::api::record(tx, Entry::new(action, "merge_suggestion", row.id).change(&trace(row.state), &trace(after)))
}

/// What the two have in common, or nearly, masked.
pub(crate) fn evidence(tx: &mut Tx<'_>, row: &MergeSuggestion) -> Result<Vec<Evidence>> {
    let (one, other) = (member(tx, row.one_id, row)?, member(tx, row.other_id, row)?);
    let likenesses = alike::between(tx, &one, &other)?;
    let (one, other) = (keys(tx, &one)?, keys(tx, &other)?);
    let shown = |(reason, key): &Key| Evidence { reason: *reason, shown: masked(*reason, key) };
    let exact: Vec<_> = one.intersection(&other).map(shown).collect();
    let slips = likenesses.iter().map(|likeness| {
        let (one, other) = (masked(likeness.reason, &likeness.one), masked(likeness.reason, &likeness.other));
        Evidence { reason: likeness.reason, shown: one.zip(other).map(|(one, other)| format!("{one} ≈ {other}")) }
    });
    Ok(exact.into_iter().chain(slips).collect())
}

/// A number or an address as it may be seen; a name elsewhere is not shown.
fn masked(reason: MergeReason, key: &str) -> Option<String> {
    match reason {
        MergeReason::Phone | MergeReason::NamePhone => Some(contact::mask_phone(key)),
        MergeReason::Email | MergeReason::NameEmail => Some(contact::mask_email(key)),
        // Masked where it was found.
        MergeReason::NameAddress => Some(key.to_owned()),
        MergeReason::Wechat | MergeReason::Site => None,
    }
}

/// The rows of one side: a person with their aliases, or what the two were before they became one.
fn member(tx: &mut Tx<'_>, id: CustomerId, row: &MergeSuggestion) -> Result<Vec<Customer>> {
    if row.state == SuggestionState::Merged {
        Ok(vec![queries::find(tx, id)?])
    } else {
        api::whole(tx, id)
    }
}

/// Something that two have in common.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MergeEvidence)]
pub(crate) struct Evidence {
    /// What.
    reason: MergeReason,
    /// It, masked; none for a name elsewhere.
    #[schema(example = "138****5678")]
    shown: Option<String>,
}

/// Forgets what there is about these: an erasure leaves nothing to suggest.
pub(crate) fn erase(tx: &mut Tx<'_>, who: &[CustomerId]) -> Result<()> {
    let gone = of(tx, who)?;
    alike::forget(tx, who)?;
    places::forget(tx, who)?;
    let who = json!(who).to_string();
    tx.exec(&ERASE, params![who])?;
    tx.exec(&ERASE_MARKS, params![who])?;
    gone.iter().try_for_each(|row| told(tx, &MergeSuggestion { version: row.version + 1, ..row.clone() }))
}
