//! Finding customers by what others know them by, many at a time.

use std::collections::HashMap;

use kernel::{CustomerId, Result, Timestamp, UnitId, UserId};
use store::{ToValue, Tx, params, sql};

use crate::{
    contact,
    model::{Customer, CustomerState},
    policy, queries,
    stage::Stage,
};

sql! {
    WITH_MARKS = "SELECT m.mark, COALESCE(c.survivor_id, c.id) FROM customer_marks m JOIN customers c ON c.id = m.customer_id
        WHERE m.kind = 'site' AND m.mark {in:TEXT}";
    AFTER = "SELECT id, owner_id, unit_id, stage, created_at, last_contact_at FROM customers
        WHERE id > $1 AND survivor_id IS NULL AND state = 'active' ORDER BY id LIMIT $2";
    ALIASES_OF = "SELECT survivor_id, id FROM customers WHERE survivor_id {in:TEXT}";
}

/// What somebody else knows a customer by. A name is none of these: anybody can bear it.
#[derive(Clone, Copy, Debug)]
pub enum KnownBy<'k> {
    /// Their id.
    Id(CustomerId),
    /// A phone number, in any spelling.
    Phone(&'k str),
    /// An e-mail address.
    Email(&'k str),
    /// The name a site proves them by.
    External(&'k str),
}

/// Whom a key leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundCustomer {
    /// To this one, merges followed.
    One(CustomerId),
    /// To nobody the actor may see.
    Nobody,
    /// To several: it tells nobody apart.
    Several,
}

/// Whom each of these keys leads to, among those the actor may see.
///
/// # Errors
/// [`kernel::Error::Forbidden`] without the permission to read any.
pub fn find_visible(tx: &mut Tx<'_>, keys: &[KnownBy<'_>]) -> Result<Vec<FoundCustomer>> {
    let sight = policy::may_read(tx.actor())?;
    let spelt: Vec<Option<(u8, String)>> = keys.iter().map(spell).collect();
    let of = |kind: u8| spelt.iter().flatten().filter(move |key| key.0 == kind).map(|key| key.1.as_str());
    let (phones, emails): (Vec<_>, Vec<_>) = (of(0).collect(), of(1).collect());
    let marks: Vec<_> = of(2).map(|mark| vec![mark.to_value()]).collect();
    let mut met: HashMap<(u8, String), Vec<CustomerId>> = HashMap::new();
    let pairs =
        [queries::with_phones(tx, &phones)?, queries::with_emails(tx, &emails)?, tx.all_rows(&WITH_MARKS, &marks)?];
    for (kind, pairs) in (0..).zip(pairs) {
        for (key, id) in pairs {
            let ids = met.entry((kind, key)).or_default();
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    let mut wanted: Vec<CustomerId> = met.values().flatten().copied().collect();
    for key in keys {
        if let KnownBy::Id(id) = key {
            wanted.push(*id);
        }
    }
    let mut rows = rows(tx, wanted)?;
    // An id may be an alias's: whoever it leads to is looked up too.
    let further = rows.values().filter_map(|row| row.survivor_id).filter(|id| !rows.contains_key(id)).collect();
    rows.extend(self::rows(tx, further)?);
    let seen = |id: CustomerId| {
        let row = rows.get(&id)?;
        let row = rows.get(&row.survivor())?;
        (row.state == CustomerState::Active && sight.covers(row)).then_some(row.id)
    };
    let one = |(key, spelt): (&KnownBy<'_>, &Option<(u8, String)>)| {
        let ids = match (key, spelt) {
            (KnownBy::Id(id), _) => std::slice::from_ref(id),
            (_, Some(key)) => met.get(key).map_or(&[][..], Vec::as_slice),
            _ => &[],
        };
        match ids {
            [] => FoundCustomer::Nobody,
            [id] => seen(*id).map_or(FoundCustomer::Nobody, FoundCustomer::One),
            _ => FoundCustomer::Several,
        }
    };
    Ok(keys.iter().zip(&spelt).map(one).collect())
}

fn spell(key: &KnownBy<'_>) -> Option<(u8, String)> {
    match key {
        KnownBy::Id(_) => None,
        KnownBy::Phone(text) => contact::phone(text).map(|text| (0, text)),
        KnownBy::Email(text) => contact::email(text).map(|text| (1, text)),
        KnownBy::External(text) => {
            Some(text.trim()).filter(|text| !text.is_empty() && text.len() <= 200).map(|text| (2, format!("id:{text}")))
        }
    }
}

fn rows(tx: &mut Tx<'_>, mut ids: Vec<CustomerId>) -> Result<HashMap<CustomerId, Customer>> {
    ids.sort_unstable();
    ids.dedup();
    Ok(queries::rows(tx, &ids)?.into_iter().map(|row| (row.id, row)).collect())
}

/// A person as modules that go through all of them see one: no personal data.
#[derive(Clone, Debug)]
pub struct PassedCustomer {
    /// Their id.
    pub id: CustomerId,
    /// Every id they are known under, their own first.
    pub members: Vec<CustomerId>,
    /// Who looks after them.
    pub owner_id: Option<UserId>,
    /// The unit that colleague belongs to.
    pub unit_id: Option<UnitId>,
    /// How far it has come with them.
    pub stage: Stage,
    /// Since when they are known.
    pub created_at: Timestamp,
    /// When they were last in contact.
    pub contact_at: Option<Timestamp>,
}

/// The next `limit` people behind `after`, in the order of their ids: all of them, by and by. For the product's own
/// jobs, which ask nobody.
///
/// # Errors
/// From the database.
pub fn pass(tx: &mut Tx<'_>, after: Option<CustomerId>, limit: i64) -> Result<Vec<PassedCustomer>> {
    type Row = (CustomerId, Option<UserId>, Option<UnitId>, Stage, Timestamp, Timestamp);
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let rows: Vec<Row> = tx.all(&AFTER, params![after, limit])?;
    let keys: Vec<_> = rows.iter().map(|row| vec![row.0.to_value()]).collect();
    let mut members: HashMap<CustomerId, Vec<CustomerId>> = HashMap::new();
    for (survivor, alias) in tx.all_rows::<(CustomerId, CustomerId)>(&ALIASES_OF, &keys)? {
        members.entry(survivor).or_default().push(alias);
    }
    drop(keys);
    let passed = |(id, owner_id, unit_id, stage, created_at, contact): Row| {
        let aliases = members.remove(&id).unwrap_or_default();
        let members = std::iter::once(id).chain(aliases).collect();
        let contact_at = Some(contact).filter(|at| at.millis() > 0);
        PassedCustomer { id, members, owner_id, unit_id, stage, created_at, contact_at }
    };
    Ok(rows.into_iter().map(passed).collect())
}

/// Every id that each of these people is or was known under, by the id asked for.
///
/// # Errors
/// From the database.
pub fn members_of(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<HashMap<CustomerId, Vec<CustomerId>>> {
    let survivors: HashMap<_, _> = rows(tx, ids.to_vec())?.into_iter().map(|(id, row)| (id, row.survivor())).collect();
    let keys: Vec<_> = survivors.values().map(|id| vec![id.to_value()]).collect();
    let mut members: HashMap<CustomerId, Vec<CustomerId>> = HashMap::new();
    for (survivor, alias) in tx.all_rows::<(CustomerId, CustomerId)>(&ALIASES_OF, &keys)? {
        let aliases = members.entry(survivor).or_default();
        if !aliases.contains(&alias) {
            aliases.push(alias);
        }
    }
    drop(keys);
    let all = |(id, survivor): (CustomerId, CustomerId)| {
        let aliases = members.get(&survivor).into_iter().flatten().copied();
        (id, std::iter::once(survivor).chain(aliases).collect())
    };
    Ok(survivors.into_iter().map(all).collect())
}
