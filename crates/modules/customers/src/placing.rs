//! Handing customers to whoever looks after them from now on, many at a time, and what that is decided by.

use std::collections::HashMap;

use audit::api::Entry;
use kernel::{CustomerId, Error, Result, UnitId, UserId};
use serde::{Deserialize, Serialize};
use store::{Fact, ToValue, Tx, params, sql, text_enum};
use utoipa::ToSchema;

use crate::{
    events::{CustomerChanged, CustomerPlaced},
    model::{Customer, CustomerState, Details},
    policy, queries,
    stage::Stage,
};

text_enum! {
    /// Whose customers are meant.
    pub enum Looked {
        /// Those nobody looks after.
        Nobody = "nobody",
        /// Those somebody looks after.
        Somebody = "somebody",
        /// Both.
        All = "all",
    }
}

/// Which customers are meant; what is none lets all through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerChoice {
    /// Whether somebody looks after them.
    pub looked_after: Looked,
    /// Who looks after them.
    #[serde(default)]
    pub owner_id: Option<UserId>,
    /// How far it has come with them.
    #[serde(default)]
    pub stage: Option<Stage>,
    /// The import that brought something known of them.
    #[serde(default)]
    pub import_id: Option<String>,
    /// Part of their name or of the note about them.
    #[serde(default)]
    pub words: Option<String>,
}

/// A customer as far as it matters who looks after them.
#[derive(Clone, Debug)]
pub struct Placeable {
    /// Who.
    pub id: CustomerId,
    /// Who looks after them.
    pub owner_id: Option<UserId>,
    /// How far it has come with them.
    pub stage: Stage,
    /// Their name and the note about them, as searches compare it.
    pub words: String,
}

/// A customer to be handed over.
#[derive(Clone, Copy, Debug)]
pub struct Handing {
    /// Who.
    pub customer_id: CustomerId,
    /// Who looks after them, as far as the one who decided knows.
    pub from: Option<UserId>,
    /// Who shall, and the unit they belong to.
    pub to: Option<(UserId, Option<UnitId>)>,
}

/// What became of a handing over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handed {
    /// It is done.
    Done,
    /// Somebody else looks after them by now, or they are no more; nothing changed.
    Otherwise,
    /// It lies beyond the reach of whoever does it; nothing changed.
    OutOfReach,
}

/// What a handing over follows from.
#[derive(Clone, Debug)]
pub struct Hand {
    /// `allocation`, say.
    pub cause: &'static str,
    /// Which: its id.
    pub reference: Option<String>,
    /// Why, in somebody's words.
    pub reason: Option<String>,
}

sql! {
    CHOSEN(Customer) = "
        SELECT {cols} FROM customers
        WHERE id > $1 AND survivor_id IS NULL AND state = 'active'
          AND (CAST($2 AS BOOLEAN) OR owner_id = $3 OR unit_id IN (SELECT value FROM json_each(CAST($4 AS TEXT)))
            OR (CAST($5 AS BOOLEAN) AND owner_id IS NULL AND unit_id IS NULL))
          AND (CAST($6 AS TEXT) = 'all' OR (CAST($6 AS TEXT) = 'nobody' AND owner_id IS NULL)
            OR (CAST($6 AS TEXT) = 'somebody' AND owner_id IS NOT NULL))
          AND (CAST($7 AS TEXT) IS NULL OR owner_id = $7)
          AND (CAST($8 AS TEXT) IS NULL OR stage = $8)
          AND (CAST($9 AS TEXT) IS NULL OR instr(sources, $9) > 0)
          AND (CAST($10 AS TEXT) IS NULL OR instr(folded, $10) > 0 OR instr(note, $11) > 0)
        ORDER BY id LIMIT $12";
    HELD = "SELECT owner_id, count(*) FROM customers
        WHERE owner_id {in:TEXT} AND survivor_id IS NULL AND state = 'active' GROUP BY owner_id";
}

/// Some of those who are meant and whom the actor may see, behind `after`, in the order of their ids.
///
/// # Errors
/// [`Error::Forbidden`] without the permission to read any.
pub fn chosen(tx: &mut Tx<'_>, choice: &CustomerChoice, after: &str, limit: i64) -> Result<Vec<Placeable>> {
    let sight = policy::may_read(tx.actor())?;
    let CustomerChoice { looked_after, owner_id, stage, import_id, words } = choice;
    let folded = words.as_deref().map(store::fold);
    let (all, own, units) = (sight.scope.is_all(), sight.scope.own(), sight.scope.units_json());
    let rows: Vec<Customer> = tx.all(
        &CHOSEN,
        params![after, all, own, units, sight.unowned, looked_after, owner_id, stage, import_id, folded, words, limit],
    )?;
    let placeable = |row: Customer| Placeable {
        id: row.id,
        owner_id: row.owner_id,
        stage: row.stage,
        words: format!("{} {}", row.folded, store::fold(&row.note)),
    };
    Ok(rows.into_iter().map(placeable).collect())
}

/// How many customers each of these people looks after; who looks after none is left out.
///
/// # Errors
/// From the database.
pub fn held(tx: &mut Tx<'_>, people: &[UserId]) -> Result<HashMap<UserId, i64>> {
    let keys: Vec<_> = people.iter().map(|one| vec![one.to_value()]).collect();
    Ok(tx.all_rows::<(UserId, i64)>(&HELD, &keys)?.into_iter().collect())
}

/// Hands customers over, each only where who looks after them is whom the decision was made about; says what became of
/// each, in their order. Every handing over is on the trail and told.
///
/// # Errors
/// From the database.
pub fn hand_over(tx: &mut Tx<'_>, handings: &[Handing], hand: &Hand) -> Result<Vec<Handed>> {
    let ids: Vec<_> = handings.iter().map(|handing| handing.customer_id).collect();
    let known: HashMap<_, _> = queries::rows(tx, &ids)?.into_iter().map(|row| (row.id, row)).collect();
    let mut handed = Vec::with_capacity(handings.len());
    for handing in handings {
        handed.push(match known.get(&handing.customer_id) {
            Some(known) if known.state == CustomerState::Active && known.owner_id == handing.from => {
                one(tx, known, handing, hand)?
            }
            _ => Handed::Otherwise,
        });
    }
    Ok(handed)
}

fn one(tx: &mut Tx<'_>, before: &Customer, handing: &Handing, hand: &Hand) -> Result<Handed> {
    let permit = match policy::may(tx.actor(), policy::EDIT, before, tx.now()) {
        Ok(permit) => permit,
        Err(Error::NotFound | Error::Forbidden(_)) => return Ok(Handed::OutOfReach),
        Err(error) => return Err(error),
    };
    let placed = handing.to.map_or((None, None), |(owner, unit)| (Some(owner), unit));
    let details = Details { placed: Some(placed), ..Details::default() };
    let (by, _) = crate::api::keeper(tx.actor());
    let after = before.clone().changed(&permit, by, before.version, &details)?;
    queries::save(tx, &after)?;
    let mut entry = Entry::new("customers.handed_over", "customer", after.id).change(&before.trace(), &after.trace());
    if let Some(reason) = &hand.reason {
        entry = entry.reason(reason);
    }
    audit::api::record(tx, entry)?;
    let fact = CustomerChanged { customer_id: after.id, version: after.version, by_id: by };
    tx.emit(Fact::new(CustomerChanged::KIND, after.id, &fact)?);
    told(tx, before, &after, hand)?;
    crate::api::told(tx, &after)?;
    Ok(Handed::Done)
}

/// Tells whoever keeps count that somebody else looks after a customer.
pub(crate) fn told(tx: &mut Tx<'_>, before: &Customer, after: &Customer, hand: &Hand) -> Result<()> {
    if before.owner_id == after.owner_id {
        return Ok(());
    }
    let fact = CustomerPlaced {
        customer_id: after.id,
        owner_id: after.owner_id,
        unit_id: after.unit_id,
        before_id: before.owner_id,
        by_id: tx.actor().staff().ok().map(|staff| staff.id),
        cause: hand.cause.to_owned(),
        reference: hand.reference.clone(),
    };
    tx.emit(Fact::new(CustomerPlaced::KIND, after.id, &fact)?);
    Ok(())
}
