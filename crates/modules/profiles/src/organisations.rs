//! What a customer is, a person or an organisation, and who speaks for organisations.

use customers::{CustomerCard, Source, api};
use kernel::{Actor, Check, CustomerId, Error, Id, Noun, Permit, Result, Timestamp};
use serde::Serialize;
use serde_json::json;
use store::{Record, Tx, params, sql, text_enum};
use utoipa::ToSchema;

use crate::{
    codes,
    model::{CustomerKind, ProfileChangeOf},
    queries::ids,
    values::{note, told},
};

impl Noun for ContactPerson {
    const PREFIX: &'static str = "ctp";
}

store::record! {
    /// What one file says a customer is.
    #[derive(Clone, Debug)]
    pub(crate) struct KindRow {
        pub customer_id: CustomerId,
        pub kind: CustomerKind,
        pub credit_code: Option<String>,
        pub at: Timestamp,
        pub version: i64,
    }
}

text_enum! {
    /// Whether somebody speaks for an organisation still.
    pub(crate) enum ContactState {
        There = "there",
        Ended = "ended",
    }
}

store::record! {
    /// That a person speaks for an organisation.
    #[derive(Clone, Debug, Serialize, ToSchema)]
    pub(crate) struct ContactPerson {
        pub id: Id<ContactPerson>,
        pub organisation_id: CustomerId,
        pub person_id: CustomerId,
        pub role: String,
        pub main: bool,
        pub state: ContactState,
        pub by_name: Option<String>,
        pub at: Timestamp,
        pub version: i64,
    }
}

sql! {
    PUT_KIND(KindRow) = "INSERT INTO customer_kinds ({cols}) VALUES ({vals}) ON CONFLICT (customer_id)
        DO UPDATE SET kind = excluded.kind, credit_code = excluded.credit_code, at = excluded.at, version = excluded.version
        WHERE customer_kinds.version = excluded.version - 1";
    KINDS(KindRow) = "SELECT {cols} FROM customer_kinds
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY at, customer_id";
    ERASE_KINDS = "UPDATE customer_kinds SET credit_code = NULL, version = version + 1
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    INSERT(ContactPerson) = "INSERT INTO contact_persons ({cols}) VALUES ({vals})";
    UPDATE(ContactPerson) = "UPDATE contact_persons SET {sets} WHERE id = $1 AND version = $9 - 1";
    OF_ORGANISATION(ContactPerson) = "SELECT {cols} FROM contact_persons
        WHERE organisation_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY at, id";
    OF_PERSON(ContactPerson) = "SELECT {cols} FROM contact_persons
        WHERE person_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY at, id";
    ERASE_CONTACTS = "DELETE FROM contact_persons
        WHERE organisation_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) OR person_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
}

/// How many may speak for one organisation, and for how many one may speak.
const MOST: usize = 100;
/// The characters of a unified social credit code, in the order of their values (GB 32100-2015, table 1).
const CODE: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// A unified social credit code in its one spelling; none when its check digit says that it is none.
///
/// The 18th character is (31 − Σ cᵢ·3ⁱ⁻¹ mod 31) mod 31 of the 17 before it (GB 32100-2015, 5 and annex A).
pub(crate) fn credit_code(text: &str) -> Option<String> {
    let code: String =
        text.chars().filter(|c| !matches!(c, ' ' | '-')).map(|c| c.to_ascii_uppercase()).take(19).collect();
    let values: Vec<usize> = code.bytes().map(|c| CODE.iter().position(|one| *one == c)).collect::<Option<_>>()?;
    let [first @ .., check] = values.as_slice() else { return None };
    let weights = std::iter::successors(Some(1), |weight| Some(weight * 3 % 31));
    let sum: usize = first.iter().zip(weights).map(|(value, weight)| value * weight).sum();
    (values.len() == 18 && (31 - sum % 31) % 31 == *check).then_some(code)
}

/// What the person these files are is: by the survivor's own row, which is theirs, else by the newest of the merged
/// files'. One statement.
pub(crate) fn kind(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<(CustomerKind, Option<String>, i64)> {
    Ok(standing(of, kinds(tx, of)?))
}

/// What these files say, each of its own.
pub(crate) fn kinds(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<Vec<KindRow>> {
    tx.all(&KINDS, params![ids(of)?])
}

/// As [`kind`], of rows that were read, the oldest first; with the version of the survivor's own.
pub(crate) fn standing(of: &[CustomerId], rows: Vec<KindRow>) -> (CustomerKind, Option<String>, i64) {
    let own = rows.iter().find(|row| of.first() == Some(&row.customer_id));
    let version = own.map_or(0, |row| row.version);
    match own.or(rows.last()) {
        Some(row) => (row.kind, row.credit_code.clone(), version),
        None => (CustomerKind::Person, None, 0),
    }
}

/// Who speaks for these organisations still.
pub(crate) fn of_organisations(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<Vec<ContactPerson>> {
    let rows: Vec<ContactPerson> = tx.all(&OF_ORGANISATION, params![ids(of)?])?;
    Ok(rows.into_iter().filter(|row| row.state == ContactState::There).collect())
}

/// Says what a customer is.
pub(crate) fn set_kind(
    tx: &mut Tx<'_>,
    _permit: &Permit,
    of: &[CustomerId],
    kind: CustomerKind,
    code: Option<&str>,
) -> Result<()> {
    let given = code.map(str::trim).filter(|code| !code.is_empty());
    let code = given.and_then(credit_code);
    Check::new()
        .that(given.is_none() || code.is_some(), "credit_code", "malformed")
        .that(given.is_none() || kind == CustomerKind::Organisation, "credit_code", "not_allowed")
        .done()?;
    let customer_id = *of.first().ok_or(Error::NotFound)?;
    let (was, before, version) = self::kind(tx, of)?;
    if (was, &before) == (kind, &code) && version > 0 {
        return Ok(());
    }
    let row = KindRow { customer_id, kind, credit_code: code.clone(), at: tx.now(), version: version + 1 };
    tx.exec_one(&PUT_KIND, &row.values(), codes::STALE)?;
    let source = entered(tx);
    let text = |kind: CustomerKind, code: Option<String>| {
        Some(json!(code.map_or(kind.text().to_owned(), |code| format!("{} {code}", kind.text()))).to_string())
    };
    if (was, &before) != (kind, &code) {
        note(
            tx,
            customer_id,
            ProfileChangeOf::Kind,
            customer_id.to_string(),
            (text(was, before), text(kind, code)),
            &source,
        )?;
    }
    told(tx, customer_id)
}

fn entered(tx: &Tx<'_>) -> Source {
    let by = tx.actor().staff().ok().map(|staff| staff.id);
    Source::entered(by, tx.now())
}

/// Somebody linked with a customer: who speaks for them, or for whom they speak.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContactPersonView {
    /// The link's id.
    id: Id<ContactPerson>,
    /// The one at the other end, as far as the reader may see them; none: kept by others.
    customer: Option<CustomerCard>,
    /// As what: 采购, 财务.
    role: String,
    /// Whether they are asked for first.
    main: bool,
    /// Who linked them.
    by_name: Option<String>,
    /// When.
    at: Timestamp,
    /// Hand this back with a change.
    version: i64,
}

/// Who speaks for the organisation these files are, and for whom the person they are speaks, main ones first: two
/// statements, and two more where there are any.
pub(crate) fn contacts(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<(Vec<ContactPersonView>, Vec<ContactPersonView>)> {
    let key = ids(of)?;
    let persons = tx.all::<ContactPerson>(&OF_ORGANISATION, params![key])?;
    let organisations = tx.all::<ContactPerson>(&OF_PERSON, params![key])?;
    let there = |row: &ContactPerson| row.state == ContactState::There;
    let ends: Vec<_> = persons
        .iter()
        .filter(|row| there(row))
        .map(|row| row.person_id)
        .chain(organisations.iter().filter(|row| there(row)).map(|row| row.organisation_id))
        .collect();
    let cards = if ends.is_empty() {
        Default::default()
    } else {
        api::visible_cards(tx, &ends)?
    };
    let view = |row: ContactPerson, end: CustomerId| ContactPersonView {
        id: row.id,
        customer: cards.get(&end).cloned(),
        role: row.role,
        main: row.main,
        by_name: row.by_name,
        at: row.at,
        version: row.version,
    };
    let mut persons: Vec<_> = persons
        .into_iter()
        .filter(there)
        .map(|row| {
            let end = row.person_id;
            view(row, end)
        })
        .collect();
    let mut organisations: Vec<_> = organisations
        .into_iter()
        .filter(there)
        .map(|row| {
            let end = row.organisation_id;
            view(row, end)
        })
        .collect();
    persons.sort_by_key(|one| !one.main);
    organisations.sort_by_key(|one| !one.main);
    Ok((persons, organisations))
}

/// Says that somebody speaks for the organisation these files are, or as what they do from now on.
pub(crate) fn link(
    tx: &mut Tx<'_>,
    _permit: &Permit,
    of: &[CustomerId],
    person: CustomerId,
    role: &str,
    main: bool,
) -> Result<()> {
    let organisation_id = *of.first().ok_or(Error::NotFound)?;
    // Whom one may not see is nobody.
    let card = api::visible(tx, person).map_err(|_| Error::field("person_id", "unknown"))?;
    let (what, ..) = kind(tx, of)?;
    let other = api::members(tx, card.id)?;
    let (them, ..) = kind(tx, &other)?;
    Check::new()
        .text("role", role, 0..=40)
        .that(what == CustomerKind::Organisation, "customer", "not_allowed")
        .that(them == CustomerKind::Person && card.id != organisation_id, "person_id", "not_allowed")
        .done()?;
    let rows = tx.all::<ContactPerson>(&OF_ORGANISATION, params![ids(of)?])?;
    if main {
        for row in rows.iter().filter(|row| row.main && !other.contains(&row.person_id)) {
            save(tx, &ContactPerson { main: false, version: row.version + 1, ..row.clone() })?;
        }
    }
    let (at, by_name) = (tx.now(), name(tx.actor()));
    match rows.iter().find(|row| other.contains(&row.person_id)) {
        Some(row) => {
            let state = ContactState::There;
            let role = role.trim().to_owned();
            save(tx, &ContactPerson { role, main, state, by_name, at, version: row.version + 1, ..row.clone() })?;
        }
        None if rows.len() >= MOST => return Err(Error::field("person_id", "too_many")),
        None => {
            let (id, role, state) = (tx.new_id(), role.trim().to_owned(), ContactState::There);
            let row =
                ContactPerson { id, organisation_id, person_id: card.id, role, main, state, by_name, at, version: 1 };
            tx.exec(&INSERT, &row.values())?;
        }
    }
    step(tx, organisation_id, card.id, true)
}

/// Says that somebody speaks for an organisation no more.
pub(crate) fn unlink(tx: &mut Tx<'_>, _permit: &Permit, of: &[CustomerId], id: Id<ContactPerson>) -> Result<()> {
    let rows = tx.all::<ContactPerson>(&OF_ORGANISATION, params![ids(of)?])?;
    let found = rows.into_iter().find(|row| row.id == id && row.state == ContactState::There);
    let row = found.ok_or(Error::NotFound)?;
    let (organisation, person) = (row.organisation_id, row.person_id);
    save(tx, &ContactPerson { state: ContactState::Ended, main: false, version: row.version + 1, ..row })?;
    step(tx, organisation, person, false)
}

fn save(tx: &mut Tx<'_>, row: &ContactPerson) -> Result<()> {
    tx.exec_one(&UPDATE, &row.values(), codes::STALE)
}

fn name(actor: &Actor) -> Option<String> {
    actor.staff().ok().map(|staff| staff.name.clone())
}

/// The history of both says so; of the other one it holds the id alone.
fn step(tx: &mut Tx<'_>, organisation: CustomerId, person: CustomerId, linked: bool) -> Result<()> {
    let source = entered(tx);
    let was_and_is = || (Some((!linked).to_string()), Some(linked.to_string()));
    note(tx, organisation, ProfileChangeOf::ContactPerson, person.to_string(), was_and_is(), &source)?;
    note(tx, person, ProfileChangeOf::ContactPerson, organisation.to_string(), was_and_is(), &source)?;
    told(tx, organisation)?;
    told(tx, person)
}

/// Everything about these: what they are, and their links, ended ones among them.
pub(crate) fn export(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<serde_json::Value> {
    let (kind, code, _) = kind(tx, of)?;
    let key = ids(of)?;
    let persons = tx.all::<ContactPerson>(&OF_ORGANISATION, params![key])?;
    let organisations = tx.all::<ContactPerson>(&OF_PERSON, params![key])?;
    Ok(json!({"kind": kind, "credit_code": code, "contact_persons": persons, "contact_person_of": organisations}))
}

/// Forgets the code and whom they were linked with; what they were stays.
pub(crate) fn erase(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<()> {
    let key = ids(of)?;
    tx.exec(&ERASE_KINDS, params![key])?;
    tx.exec(&ERASE_CONTACTS, params![key]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credit_code_is_known_by_its_check_digit() {
        for code in ["91350100M000100Y43", "9144030071526726XG", "9133 0100 7996 5505 8b"] {
            assert!(credit_code(code).is_some(), "{code}");
        }
        for code in ["91350100M000100Y44", "91350100M000100Y4", "9135010OM000100Y43", "", "９１", "91350100M000100Y433"]
        {
            assert!(credit_code(code).is_none(), "{code}");
        }
    }
}
