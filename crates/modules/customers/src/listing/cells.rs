//! What a cell, the customers of one stage and tier, has for a list.

use std::cmp::Ordering;

use kernel::Result;
use store::{Tx, Value, params, sql};

use super::{CustomerSort, Key, Listing, Place};
use crate::{policy::Sight, stage::Stage};

/// Where a range leaves no more of a cell than this, they are read and sorted. In a list's order one would go past too many
/// who are not in it: past all of the cell where it leaves none.
const FEW: i64 = 1_000;

/// Who of a cell is in the list: `$1` stage, `$2` tier, `$3`–`$6` whose, `$7` of nobody alone, `$8`–`$13` contact, creation
/// and worth. The plus keeps what only narrows from choosing the index; what bears none chooses it.
macro_rules! listed {
    () => {
        listed!("+last_contact_at", "+created_at", "+worth")
    };
    ($contact:literal, $created:literal, $worth:literal) => {
        concat!(
            "FROM customers WHERE survivor_id IS NULL AND state <> 'erased' AND stage = $1 AND tier_rank = $2
            AND (CAST($3 AS BOOLEAN) OR owner_id = $4 OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT)))
              OR (CAST($6 AS BOOLEAN) AND owner_id IS NULL AND unit_id IS NULL))
            AND (NOT CAST($7 AS BOOLEAN) OR owner_id IS NULL)
            AND ",
            $contact,
            " >= $8 AND ",
            $contact,
            " < $9 AND ",
            $created,
            " >= $10 AND ",
            $created,
            " < $11
            AND ",
            $worth,
            " >= $12 AND ",
            $worth,
            " < $13"
        )
    };
}

/// `$14` and `$15` behind which place, `$16` up to which key, `$17` how many. From where, the key alone says once more: SQLite
/// looks for no pair in an index of an expression, and for nothing in it that a cast gives a type.
macro_rules! walks {
    ($($name:ident = $key:literal $after:literal $until:literal $order:literal;)*) => { sql! {$(
        $name = concat!("SELECT ", $key, ", id ", listed!(), "
            AND (", $key, ", id) ", $after, " ($14, $15) AND ", $key, " ", $after, "= $14 AND ", $key, " ", $until, " $16
            ORDER BY ", $key, " ", $order, ", id ", $order, " LIMIT $17");
    )*}};
}

/// How many of a cell one range leaves, up to `$5`; and those it leaves, with every key.
macro_rules! fews {
    ($($count:ident $name:ident = $key:literal ($contact:literal $created:literal $worth:literal);)*) => { sql! {$(
        $count = concat!("SELECT count(*) FROM (SELECT 1 FROM customers WHERE survivor_id IS NULL AND state <> 'erased'
            AND stage = $1 AND tier_rank = $2 AND ", $key, " >= $3 AND ", $key, " < $4 LIMIT $5) few");
        $name = concat!("SELECT sort_name, last_contact_at, created_at, worth, COALESCE(owner_id, 'zzz'), id ",
            listed!($contact, $created, $worth));
    )*}};
}

fews! {
    COUNT_BY_CONTACT FEW_BY_CONTACT = "last_contact_at" ("last_contact_at" "+created_at" "+worth");
    COUNT_BY_CREATION FEW_BY_CREATION = "created_at" ("+last_contact_at" "created_at" "+worth");
    COUNT_BY_WORTH FEW_BY_WORTH = "worth" ("+last_contact_at" "+created_at" "worth");
}

walks! {
    NAME_UP = "sort_name" ">" "<=" "ASC";
    NAME_DOWN = "sort_name" "<" ">=" "DESC";
    CONTACT_UP = "last_contact_at" ">" "<=" "ASC";
    CONTACT_DOWN = "last_contact_at" "<" ">=" "DESC";
    CREATED_UP = "created_at" ">" "<=" "ASC";
    CREATED_DOWN = "created_at" "<" ">=" "DESC";
    WORTH_UP = "worth" ">" "<=" "ASC";
    WORTH_DOWN = "worth" "<" ">=" "DESC";
    OWNER_UP = "COALESCE(owner_id, 'zzz')" ">" "<=" "ASC";
    OWNER_DOWN = "COALESCE(owner_id, 'zzz')" "<" ">=" "DESC";
}

/// The first rows of a cell behind a place.
pub(super) fn step(
    tx: &mut Tx<'_>,
    sight: &Sight,
    listing: &Listing,
    (stage, tier): (Stage, i64),
    (after, end): (&Place, &Place),
    count: usize,
) -> Result<Vec<Place>> {
    let statement = match (listing.sort, listing.falling) {
        (CustomerSort::Name, false) => &NAME_UP,
        (CustomerSort::Name, true) => &NAME_DOWN,
        (CustomerSort::LastContact | CustomerSort::Tier, false) => &CONTACT_UP,
        (CustomerSort::LastContact | CustomerSort::Tier, true) => &CONTACT_DOWN,
        (CustomerSort::Created, false) => &CREATED_UP,
        (CustomerSort::Created, true) => &CREATED_DOWN,
        (CustomerSort::Worth, false) => &WORTH_UP,
        (CustomerSort::Worth, true) => &WORTH_DOWN,
        (CustomerSort::Owner, false) => &OWNER_UP,
        (CustomerSort::Owner, true) => &OWNER_DOWN,
    };
    let bound = |key: &Key| match key {
        Key::Number(number) => Value::Int(*number),
        Key::Text(text) => Value::Text(text.clone().into()),
    };
    let scope = &sight.scope;
    let units = scope.units_json();
    let (all, own) = (scope.is_all(), scope.own());
    let mut values = params![stage, tier, all, own, units, sight.unowned, listing.unowned].to_vec();
    for (from, below) in [listing.contact, listing.created, listing.worth] {
        values.extend([Value::Int(from), Value::Int(below)]);
    }
    if let Some(few) = few(tx, listing, (stage, tier), &values)? {
        let behind = |place: &Place, other: &Place| listing.compare(place, other) == Ordering::Greater;
        let within = |place: &Place| behind(place, after) && !behind(place, end);
        let mut places: Vec<_> = few.into_iter().filter(within).collect();
        places.sort_by(|a, b| listing.compare(a, b));
        places.truncate(count);
        return Ok(places);
    }
    values.extend([bound(&after.key), Value::Text(after.id.as_str().into()), bound(&end.key)]);
    values.push(Value::Int(count as i64));
    Ok(match listing.sort {
        CustomerSort::Name | CustomerSort::Owner => {
            let rows: Vec<(String, String)> = tx.all(statement, &values)?;
            rows.into_iter().map(|(key, id)| Place { tier, key: Key::Text(key), id }).collect()
        }
        _ => {
            let rows: Vec<(i64, String)> = tx.all(statement, &values)?;
            rows.into_iter().map(|(key, id)| Place { tier, key: Key::Number(key), id }).collect()
        }
    })
}

/// Those of a cell whom one of the ranges leaves, if they are few; `values` are those of [`listed`].
fn few(
    tx: &mut Tx<'_>,
    listing: &Listing,
    (stage, tier): (Stage, i64),
    values: &[Value<'_>],
) -> Result<Option<Vec<Place>>> {
    let ranges = [
        (
            listing.contact,
            &COUNT_BY_CONTACT,
            &FEW_BY_CONTACT,
            [CustomerSort::LastContact, CustomerSort::Tier].as_slice(),
        ),
        (listing.created, &COUNT_BY_CREATION, &FEW_BY_CREATION, &[CustomerSort::Created]),
        (listing.worth, &COUNT_BY_WORTH, &FEW_BY_WORTH, &[CustomerSort::Worth]),
    ];
    for ((from, below), count, read, ordered) in ranges {
        // A list in the order of the range begins and ends with it.
        if (from, below) == (i64::MIN, i64::MAX) || ordered.contains(&listing.sort) {
            continue;
        }
        let (left,) = tx.one::<(i64,)>(count, params![stage, tier, from, below, FEW + 1])?;
        if left > FEW {
            continue;
        }
        type Row = (String, i64, i64, i64, String, String);
        let place = |(name, contact, created, worth, owner, id): Row| {
            let key = match listing.sort {
                CustomerSort::Name => Key::Text(name),
                CustomerSort::LastContact | CustomerSort::Tier => Key::Number(contact),
                CustomerSort::Created => Key::Number(created),
                CustomerSort::Worth => Key::Number(worth),
                CustomerSort::Owner => Key::Text(owner),
            };
            Place { tier, key, id }
        };
        return Ok(Some(tx.all::<Row>(read, values)?.into_iter().map(place).collect()));
    }
    Ok(None)
}
