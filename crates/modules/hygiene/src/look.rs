//! Who is out of date: nothing happened with them for as long as the rules say, and nothing is unfinished.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use customers::Customer;
use http::AllTies;
use kernel::{CustomerId, Origin, Result, Timestamp};
use store::{Db, Tx};

use crate::{model::FlaggedCustomer, points::Person, queries};

/// Customers looked at in one transaction.
const AT_ONCE: i64 = 300;

/// Some that were looked at.
struct Looked {
    stale: Vec<FlaggedCustomer>,
    /// The last of them; none when there are no more.
    last: Option<CustomerId>,
}

/// Looks at everybody and flags who is out of date. Begun anew after it was cut off, it comes to the same.
///
/// # Errors
/// From the database.
pub async fn look(db: &Db, origin: &Arc<Origin>, ties: &Arc<AllTies>) -> Result<()> {
    let mut after = None;
    loop {
        let ties = ties.clone();
        let looked = Arc::new(db.read(origin, move |tx| some(tx, &ties, after)).await?);
        let (last, kept) = (looked.last, looked);
        db.write(origin, move |tx| {
            // Behind everything: whoever stands behind the last is none of those.
            let range = (after.map(|id: CustomerId| id.to_string()), kept.last.map(|id| id.to_string()));
            let (from, upto) = (range.0.unwrap_or_default(), range.1.unwrap_or_else(|| "~".into()));
            queries::put_stale(tx, (&from, &upto), &kept.stale)
        })
        .await?;
        match last {
            Some(last) => after = Some(last),
            None => return Ok(()),
        }
    }
}

fn some(tx: &mut Tx<'_>, ties: &AllTies, after: Option<CustomerId>) -> Result<Looked> {
    let (rules, now) = (queries::rules(tx)?, tx.now());
    let since = rules.since(now);
    let quiet = customers::api::quiet(tx, after, since, AT_ONCE)?;
    let last = quiet.last().map(|row| row.id).filter(|_| quiet.len() as i64 == AT_ONCE);
    let standing = standing(tx, ties, &quiet.iter().map(|row| row.id).collect::<Vec<_>>())?;
    let stale = quiet
        .iter()
        .filter_map(|row| {
            let Standing { active_at, open } = standing.get(&row.id)?;
            let flag = FlaggedCustomer {
                customer_id: row.id,
                owner_id: row.owner_id,
                unit_id: row.unit_id,
                stale: true,
                active_at: *active_at,
                invalid_points: 0,
                flagged_at: now,
                version: 1,
            };
            (*active_at < since && !open).then_some(flag)
        })
        .collect();
    Ok(Looked { stale, last })
}

/// How it stands with somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// When something last happened with them.
    pub active_at: Timestamp,
    /// Whether something is unfinished.
    pub open: bool,
}

/// How it stands with these, who stand for themselves and their aliases.
pub(crate) fn standing(tx: &mut Tx<'_>, ties: &AllTies, of: &[CustomerId]) -> Result<HashMap<CustomerId, Standing>> {
    if of.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = customers::api::families(tx, of)?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut last: HashMap<CustomerId, Timestamp> = rows.iter().map(|row| (row.id, of_row(row))).collect();
    let mut happened = queries::verified(tx, &ids)?;
    let mut open = BTreeSet::new();
    for ties in &ties.0 {
        happened.extend((ties.last)(tx, &ids)?);
        open.extend((ties.open)(tx, &ids)?);
    }
    for (id, at) in happened {
        last.entry(id).and_modify(|known| *known = at.max(*known));
    }
    let mut standing: HashMap<CustomerId, Standing> = HashMap::new();
    for row in &rows {
        let (at, open) = (last[&row.id], open.contains(&row.id));
        let one = standing.entry(row.survivor()).or_insert(Standing { active_at: at, open: false });
        *one = Standing { active_at: one.active_at.max(at), open: one.open || open };
    }
    Ok(standing)
}

/// When something last happened with a person, as far as `customers` and this module know.
pub(crate) fn known_activity(tx: &mut Tx<'_>, person: &Person) -> Result<Timestamp> {
    let verified = queries::verified(tx, &person.ids())?.into_iter().map(|(_, at)| at);
    let known = person.iter().map(of_row).chain(verified).max();
    Ok(known.unwrap_or(Timestamp::from_millis(0)))
}

/// Entered, in contact, or changed.
fn of_row(row: &Customer) -> Timestamp {
    let changed = row.sources.0.values().map(|source| source.at);
    changed.chain([row.created_at, row.last_contact_at]).max().unwrap_or(row.created_at)
}
