//! Lists of customers at any size: by name, contact, creation, tier, worth or owner, narrowed in whatever way.
//!
//! Who was emptied is in none.
//!
//! A list is walked cell by cell, a cell being a stage and a tier: each has an index of every order, so the first rows
//! of the cells that are wanted, merged, are the first rows of the list. What narrows otherwise is checked while
//! walking, unless it leaves few of a cell: these are read and sorted. So are one colleague's customers, for who sees, or
//! asks for, no others.

mod cells;

use std::cmp::Ordering;

use kernel::{Check, Error, Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::{Tx, params, sql, text_enum};
use utoipa::{IntoParams, ToSchema};

use crate::{
    finding,
    model::{Customer, CustomerState},
    policy::{self, Sight},
    stage::Stage,
};

text_enum! {
    /// What a list of customers is sorted by.
    pub enum CustomerSort {
        /// How the name sounds; those without one come last.
        Name = "name",
        /// When they were last in contact.
        LastContact = "last_contact",
        /// Since when they are known.
        Created = "created",
        /// Their tier, and within it the last contact.
        Tier = "tier",
        /// What they are worth.
        Worth = "worth",
        /// Whoever looks after them: those of one colleague stand together, those of nobody last.
        Owner = "owner",
    }
}

text_enum! {
    /// Which way a list goes.
    pub enum SortOrder {
        /// The least first.
        Rising = "asc",
        /// The greatest first.
        Falling = "desc",
    }
}

/// Which customers a list holds, and in which order.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CustomerListQuery {
    /// Part of the name, or of how it is typed (`wangxm`, `wxm`), a whole phone number or e-mail address, or four and
    /// more digits of a number. What is found comes newest first, whatever the order; looking for digits is on the trail.
    pub q: Option<String>,
    /// Only those this colleague looks after.
    pub owner: Option<UserId>,
    /// Only those whom nobody looks after.
    pub unowned: Option<bool>,
    /// Only those with whom it has come so far.
    #[param(inline)]
    pub stage: Option<Stage>,
    /// Only those of a tier of this rank; 0: of none.
    pub tier: Option<i64>,
    /// Only those last in contact then or later.
    pub contact_from: Option<Timestamp>,
    /// Only those last in contact before, or never.
    pub contact_before: Option<Timestamp>,
    /// Only those known since then or later.
    pub created_from: Option<Timestamp>,
    /// Only those known since before.
    pub created_before: Option<Timestamp>,
    /// Only those worth so much or more, in minor units.
    pub worth_from: Option<i64>,
    /// Only those worth less, in minor units.
    pub worth_below: Option<i64>,
    /// What it is sorted by; when they were met, unless told.
    #[param(inline)]
    pub sort: Option<CustomerSort>,
    /// Which way; names and owners rise, all else falls, unless told.
    #[param(inline)]
    pub order: Option<SortOrder>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// What a row is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(i64),
    Text(String),
}

/// Where in a list a row stands.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    tier: i64,
    key: Key,
    id: String,
}

/// Sorts behind every id and every key.
const LAST: &str = "zzzzzzzz";
/// Whoever is looked after by nobody, as the index has it.
const NOBODY: &str = "zzz";
/// Tells a text from a number in a cursor.
const TEXT: &str = "-";

sql! {
    // One after the other the least tier above the one before, in each of these stages: what is asked of an index.
    CELLS = "WITH RECURSIVE cells (stage, tier) AS (
            SELECT s.value, (SELECT min(c.tier_rank) FROM customers c WHERE c.survivor_id IS NULL AND c.state <> 'erased' AND c.stage = s.value)
            FROM json_each(CAST($1 AS TEXT)) s
            UNION ALL
            SELECT cells.stage, (SELECT min(c.tier_rank) FROM customers c
                WHERE c.survivor_id IS NULL AND c.state <> 'erased' AND c.stage = cells.stage AND c.tier_rank > cells.tier)
            FROM cells WHERE cells.tier IS NOT NULL)
        SELECT stage, tier FROM cells WHERE tier IS NOT NULL ORDER BY tier, stage";
    ROWS(Customer) = "SELECT {cols} FROM customers WHERE id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
}

/// What narrows a list besides its text, and its order: a query that was checked.
#[derive(Clone, Debug)]
pub(crate) struct Listing {
    stages: Vec<Stage>,
    tier: Option<i64>,
    owner: Option<UserId>,
    unowned: bool,
    /// When last in contact, since when known, what worth: from, and below.
    contact: (i64, i64),
    created: (i64, i64),
    worth: (i64, i64),
    sort: CustomerSort,
    falling: bool,
}

impl Listing {
    /// # Errors
    /// [`Error::Invalid`] naming what cannot be.
    pub(crate) fn of(query: &CustomerListQuery) -> Result<Self> {
        Check::new()
            .maybe_text("q", query.q.as_deref(), 0..=200)
            .that(query.owner.is_none() || query.unowned != Some(true), "unowned", "contradicts_owner")
            .done()?;
        let sort = query.sort.unwrap_or(CustomerSort::Created);
        let rises = matches!(sort, CustomerSort::Name | CustomerSort::Owner);
        let between = |from: Option<i64>, below: Option<i64>| (from.unwrap_or(i64::MIN), below.unwrap_or(i64::MAX));
        let moments = |from: Option<Timestamp>, before: Option<Timestamp>| {
            between(from.map(Timestamp::millis), before.map(Timestamp::millis))
        };
        Ok(Self {
            stages: query.stage.map_or_else(|| vec![Stage::Contact, Stage::Lead, Stage::Customer], |stage| vec![stage]),
            tier: query.tier,
            owner: query.owner,
            unowned: query.unowned.unwrap_or_default(),
            contact: moments(query.contact_from, query.contact_before),
            created: moments(query.created_from, query.created_before),
            worth: between(query.worth_from, query.worth_below),
            sort,
            falling: query.order.map_or(!rises, |order| order == SortOrder::Falling),
        })
    }

    /// Whether it holds this one, whoever sees it.
    pub(crate) fn holds(&self, customer: &Customer) -> bool {
        let within = |(from, below): (i64, i64), value: i64| from <= value && value < below;
        customer.state != CustomerState::Erased
            && self.stages.contains(&customer.stage)
            && self.tier.is_none_or(|tier| tier == customer.tier_rank)
            && self.owner.is_none_or(|owner| customer.owner_id == Some(owner))
            && (!self.unowned || customer.owner_id.is_none())
            && within(self.contact, customer.last_contact_at.millis())
            && within(self.created, customer.created_at.millis())
            && within(self.worth, customer.worth)
    }

    fn place(&self, customer: &Customer) -> Place {
        let key = match self.sort {
            CustomerSort::Name => Key::Text(customer.sort_name.clone()),
            CustomerSort::LastContact | CustomerSort::Tier => Key::Number(customer.last_contact_at.millis()),
            CustomerSort::Created => Key::Number(customer.created_at.millis()),
            CustomerSort::Worth => Key::Number(customer.worth),
            CustomerSort::Owner => Key::Text(customer.owner_id.map_or(NOBODY.to_owned(), |owner| owner.to_string())),
        };
        Place { tier: customer.tier_rank, key, id: customer.id.to_string() }
    }

    /// Which of two places comes first.
    fn compare(&self, a: &Place, b: &Place) -> Ordering {
        let tiers = if self.sort == CustomerSort::Tier {
            a.tier.cmp(&b.tier)
        } else {
            Ordering::Equal
        };
        let rising = tiers.then_with(|| a.key.cmp(&b.key)).then_with(|| a.id.cmp(&b.id));
        if self.falling { rising.reverse() } else { rising }
    }

    /// From which key to which, as far as what narrows says.
    fn bounds(&self) -> (Key, Key) {
        let (from, below) = match self.sort {
            CustomerSort::Owner if self.unowned => return (Key::Text(NOBODY.into()), Key::Text(NOBODY.into())),
            CustomerSort::Name | CustomerSort::Owner => return (Key::Text(String::new()), Key::Text(LAST.into())),
            CustomerSort::LastContact | CustomerSort::Tier => self.contact,
            CustomerSort::Created => self.created,
            CustomerSort::Worth => self.worth,
        };
        (Key::Number(from), Key::Number(below))
    }

    /// Where a list begins that nobody has seen yet, and where it ends.
    fn ends(&self) -> (Place, Place) {
        let (least, most) = self.bounds();
        let first = Place { tier: i64::MIN, key: least, id: String::new() };
        let last = Place { tier: i64::MAX, key: most, id: LAST.into() };
        if self.falling { (last, first) } else { (first, last) }
    }
}

impl Place {
    /// As a cursor.
    fn text(&self) -> String {
        match &self.key {
            Key::Number(number) => format!("{}.{number}.{}", self.tier, self.id),
            Key::Text(text) => format!("{}.{TEXT}{text}.{}", self.tier, self.id),
        }
    }

    fn parse(text: &str, sort: CustomerSort) -> Result<Self> {
        let mut parts = text.splitn(3, '.');
        let (tier, key, id) = (parts.next(), parts.next(), parts.next());
        let is_text = matches!(sort, CustomerSort::Name | CustomerSort::Owner);
        let key = key.and_then(|key| match key.strip_prefix(TEXT) {
            Some(text) if is_text && text.len() <= 200 => Some(Key::Text(text.to_owned())),
            None if !is_text => key.parse().ok().map(Key::Number),
            // A negative number.
            Some(_) if !is_text => key.parse().ok().map(Key::Number),
            _ => None,
        });
        match (tier.and_then(|tier| tier.parse().ok()), key, id) {
            (Some(tier), Some(key), Some(id)) if id.len() <= 64 => Ok(Self { tier, key, id: id.to_owned() }),
            _ => Err(Error::field("cursor", "malformed")),
        }
    }
}

/// A page of what the actor may see, and where the next one begins; with how many digits somebody looked through
/// numbers, if so.
pub(crate) struct Listed {
    pub rows: Vec<Customer>,
    pub next: Option<String>,
    pub digits: Option<usize>,
}

/// # Errors
/// [`Error::Forbidden`] without the permission to read any; [`Error::Invalid`].
pub(crate) fn list(tx: &mut Tx<'_>, query: &CustomerListQuery) -> Result<Listed> {
    let sight = policy::may_read(tx.actor())?;
    let listing = Listing::of(query)?;
    let limit = match query.limit.unwrap_or(50) {
        limit @ 1..=200 => limit as usize,
        _ => return Err(Error::field("limit", "out_of_range")),
    };
    let text = query.q.as_deref().map(str::trim).filter(|text| !text.is_empty());
    if let Some(text) = text {
        return finding::find(tx, &sight, &listing, text, query.cursor.as_deref(), limit);
    }
    let (start, end) = listing.ends();
    let after = query.cursor.as_deref().map_or(Ok(start), |cursor| Place::parse(cursor, listing.sort))?;
    let rows = match one_owner(&sight, &listing) {
        Some(owner) => {
            let rows = finding::of_owner(tx, owner)?.into_iter();
            sorted(rows.filter(|row| listing.holds(row) && sight.covers(row)).collect(), &listing, &after, limit + 1)
        }
        None => walk(tx, &sight, &listing, &after, &end, limit + 1)?,
    };
    Ok(cut(rows, limit, |row| listing.place(row).text()))
}

/// The first whose name sounds as if it began so, in the order of names.
pub(crate) fn named_from(
    tx: &mut Tx<'_>,
    sight: &Sight,
    listing: &Listing,
    typed: &str,
    count: usize,
) -> Result<Vec<Customer>> {
    let listing = Listing { sort: CustomerSort::Name, falling: false, ..listing.clone() };
    let from = Place { tier: 0, key: Key::Text(typed.to_owned()), id: String::new() };
    let until = Place { tier: 0, key: Key::Text(format!("{typed}{LAST}")), id: String::new() };
    walk(tx, sight, &listing, &from, &until, count)
}

/// The page of up to `limit + 1` rows.
pub(crate) fn cut(mut rows: Vec<Customer>, limit: usize, cursor: impl Fn(&Customer) -> String) -> Listed {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(cursor);
    Listed { rows, next, digits: None }
}

/// The one colleague whose customers alone can be in the list, if it is so.
pub(crate) fn one_owner(sight: &Sight, listing: &Listing) -> Option<UserId> {
    let own =
        || sight.scope.own().filter(|_| !sight.scope.is_all() && !sight.unowned && sight.scope.labels().len() == 1);
    listing.owner.or_else(own)
}

fn sorted(mut rows: Vec<Customer>, listing: &Listing, after: &Place, count: usize) -> Vec<Customer> {
    rows.retain(|row| listing.compare(&listing.place(row), after) == Ordering::Greater);
    rows.sort_by(|a, b| listing.compare(&listing.place(a), &listing.place(b)));
    rows.truncate(count);
    rows
}

fn walk(
    tx: &mut Tx<'_>,
    sight: &Sight,
    listing: &Listing,
    after: &Place,
    end: &Place,
    count: usize,
) -> Result<Vec<Customer>> {
    let mut cells: Vec<(Stage, i64)> = match (listing.stages.as_slice(), listing.tier) {
        (&[stage], Some(tier)) => vec![(stage, tier)],
        (stages, _) => tx.all(&CELLS, params![serde_json::json!(stages).to_string()])?,
    };
    cells.retain(|(_, tier)| listing.tier.is_none_or(|wanted| wanted == *tier));
    let mut found: Vec<Place> = Vec::new();
    if listing.sort == CustomerSort::Tier {
        let mut tiers: Vec<i64> = cells.iter().map(|(_, tier)| *tier).collect();
        tiers.dedup();
        if listing.falling {
            tiers.reverse();
        }
        let (first, _) = listing.ends();
        for tier in tiers {
            let from = match tier.cmp(&after.tier) {
                Ordering::Equal => after,
                Ordering::Less if listing.falling => &first,
                Ordering::Greater if !listing.falling => &first,
                _ => continue,
            };
            let mut here = Vec::new();
            for cell in cells.iter().filter(|cell| cell.1 == tier) {
                here.extend(cells::step(tx, sight, listing, *cell, (from, end), count)?);
            }
            here.sort_by(|a, b| listing.compare(a, b));
            found.extend(here);
            if found.len() >= count {
                break;
            }
        }
    } else {
        for cell in cells {
            found.extend(cells::step(tx, sight, listing, cell, (after, end), count)?);
        }
        found.sort_by(|a, b| listing.compare(a, b));
    }
    found.truncate(count);
    let ids: Vec<_> = found.into_iter().map(|place| place.id).collect();
    let rows: Vec<Customer> = tx.all(&ROWS, params![serde_json::json!(ids).to_string()])?;
    let mut places: Vec<_> = rows.into_iter().map(|row| (listing.place(&row), row)).collect();
    places.sort_by(|a, b| listing.compare(&a.0, &b.0));
    Ok(places.into_iter().map(|(_, row)| row).collect())
}
