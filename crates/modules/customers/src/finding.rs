//! Finding customers by what somebody types: a name or how it sounds, a number, an address, some digits.

use std::collections::HashSet;

use kernel::{CustomerId, Error, Result, UserId};
use store::{Hit, Search, Tx, params, sql};

use crate::{
    api::SEARCH_KIND,
    contact,
    listing::{self, Listed, Listing},
    model::{Customer, CustomerState},
    policy::Sight,
    sound,
};

/// Candidates looked through for one page at most. Beyond it the words say too little.
const CANDIDATES: usize = 2_000;
/// Candidates looked up at a time.
const STRETCH: usize = 200;
/// Digits of a number that may be looked for, at least.
const DIGITS: usize = 4;

sql! {
    OF_OWNER(Customer) = "SELECT {cols} FROM customers WHERE owner_id = $1 AND survivor_id IS NULL";
    WITH_CONTACT(Customer) = "SELECT {cols} FROM customers
        WHERE id IN (SELECT COALESCE(survivor_id, id) FROM customers WHERE phone = $1)
           OR id IN (SELECT COALESCE(survivor_id, id) FROM customers WHERE email = $2)
        ORDER BY created_at DESC, id DESC LIMIT 400";
    ROWS(Customer) = "SELECT {cols} FROM customers WHERE id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    ALIASES(Customer) = "SELECT {cols} FROM customers WHERE survivor_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
}

/// What somebody types.
enum Sought {
    /// A whole number or address.
    Contact { phone: Option<String>, email: Option<String> },
    /// Some digits of a number.
    Digits(String),
    /// Words of a name, or how it sounds.
    Words(String),
}

fn sought(text: &str) -> Sought {
    let (phone, email) = (contact::phone(text), contact::email(text));
    if phone.is_some() || email.is_some() {
        return Sought::Contact { phone, email };
    }
    let digits = contact::digits(text);
    if let Some(digits) = digits.filter(|digits| digits.len() >= DIGITS) {
        return Sought::Digits(digits);
    }
    // Signs alone name nobody: a text that folds to nothing must not match everybody.
    Sought::Words(store::fold(text))
}

/// The customers of a colleague, in no order: few enough to be read.
pub(crate) fn of_owner(tx: &mut Tx<'_>, owner: UserId) -> Result<Vec<Customer>> {
    tx.all(&OF_OWNER, params![owner])
}

/// Those with this very number or address whom the reader may see, newest first.
pub(crate) fn with_contact(
    tx: &mut Tx<'_>,
    sight: &Sight,
    phone: Option<&str>,
    email: Option<&str>,
) -> Result<Vec<Customer>> {
    let mut rows: Vec<Customer> = tx.all(&WITH_CONTACT, params![phone, email])?;
    rows.retain(|row| row.survivor_id.is_none() && sight.covers(row));
    Ok(rows)
}

/// A page of those who are found, newest first.
pub(crate) fn find(
    tx: &mut Tx<'_>,
    sight: &Sight,
    listing: &Listing,
    text: &str,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Listed> {
    let before = cursor.map(str::parse::<i64>).transpose().map_err(|_| Error::field("cursor", "malformed"))?;
    let seen = |row: &Customer| row.survivor_id.is_none() && listing.holds(row) && sight.covers(row);
    let sought = sought(text);
    let digits = match &sought {
        Sought::Digits(digits) => Some(digits.len()),
        _ => None,
    };
    let mut listed = match sought {
        Sought::Contact { phone, email } => {
            let mut rows = with_contact(tx, sight, phone.as_deref(), email.as_deref())?;
            rows.retain(seen);
            by_place(rows, before, limit)
        }
        sought => match (&sought, listing::one_owner(sight, listing)) {
            (_, Some(owner)) => {
                let rows: Vec<_> = of_owner(tx, owner)?.into_iter().filter(seen).collect();
                let rows = matching(tx, rows, &sought)?;
                by_place(rows, before, limit)
            }
            (Sought::Digits(digits), None) => among(tx, &sought, &contact::marks_of(digits), "", before, limit, &seen)?,
            (Sought::Words(folded), None) => {
                let listed = among(tx, &sought, &[], folded, before, limit, &seen)?;
                if listed.rows.is_empty() && before.is_none() {
                    half_typed(tx, sight, listing, folded, limit, &seen)?
                } else {
                    listed
                }
            }
            (Sought::Contact { .. }, None) => Listed { rows: Vec::new(), next: None, digits: None },
        },
    };
    listed.digits = digits;
    Ok(listed)
}

/// Nobody's name is typed so as a whole: those whose name begins so, or has its whole syllables. One page: whoever
/// types on sees less.
fn half_typed(
    tx: &mut Tx<'_>,
    sight: &Sight,
    listing: &Listing,
    folded: &str,
    limit: usize,
    seen: &dyn Fn(&Customer) -> bool,
) -> Result<Listed> {
    let typed: String = folded.split(' ').collect();
    if typed.is_empty() || !typed.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(Listed { rows: Vec::new(), next: None, digits: None });
    }
    let syllables = sound::whole_syllables(&typed);
    if !syllables.is_empty() {
        let listed = among(tx, &Sought::Words(typed.clone()), &[], &syllables.join(" "), None, limit, seen)?;
        if !listed.rows.is_empty() {
            return Ok(Listed { next: None, ..listed });
        }
    }
    let rows = listing::named_from(tx, sight, listing, &typed, limit)?;
    Ok(Listed { rows, next: None, digits: None })
}

/// Pages of rows that were read at once: a cursor says how many are behind it.
fn by_place(mut rows: Vec<Customer>, before: Option<i64>, limit: usize) -> Listed {
    rows.sort_by_key(|row| std::cmp::Reverse((row.created_at, row.id)));
    let skipped = usize::try_from(before.unwrap_or_default()).unwrap_or_default();
    let rows: Vec<_> = rows.into_iter().skip(skipped).take(limit + 1).collect();
    listing::cut(rows, limit, |_| (skipped + limit).to_string())
}

/// Through the search index: candidates some at a time, each looked at whole.
fn among(
    tx: &mut Tx<'_>,
    sought: &Sought,
    marks: &[String],
    words: &str,
    before: Option<i64>,
    limit: usize,
    seen: &dyn Fn(&Customer) -> bool,
) -> Result<Listed> {
    let (mut rows, mut before, mut looked) = (Vec::new(), before, 0);
    let next = loop {
        let search = Search { kind: SEARCH_KIND, words, labels: &[], before, limit: STRETCH };
        let hits = tx.search_marked(&search, marks, |_, _| Ok(true))?;
        looked += hits.len();
        let ids: Vec<_> = hits.iter().map(|hit| hit.reference.as_str()).collect();
        let found: Vec<Customer> = tx.all(&ROWS, params![serde_json::json!(ids).to_string()])?;
        let found = matching(tx, found.into_iter().filter(|row| seen(row)).collect(), sought)?;
        let place = |row: &Customer| {
            let id = row.id.to_string();
            hits.iter().find(|hit| hit.reference == id).map_or(0, |hit: &Hit| hit.place)
        };
        let mut placed: Vec<_> = found.into_iter().map(|row| (place(&row), row)).collect();
        placed.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
        let room = limit - rows.len();
        if placed.len() > room || (placed.len() == room && hits.len() == STRETCH) {
            placed.truncate(room);
            let last = placed.last().map(|(place, _)| *place).or(before);
            rows.extend(placed.into_iter().map(|(_, row)| row));
            break last.map(|place| place.to_string());
        }
        rows.extend(placed.into_iter().map(|(_, row)| row));
        if hits.len() < STRETCH || looked >= CANDIDATES {
            break None;
        }
        before = hits.last().map(|hit| hit.place);
    };
    Ok(Listed { rows, next, digits: None })
}

/// Those of these survivors whom the sought text really is about: by themselves, or by one of their aliases.
fn matching(tx: &mut Tx<'_>, rows: Vec<Customer>, sought: &Sought) -> Result<Vec<Customer>> {
    let fits = |row: &Customer| match sought {
        Sought::Digits(digits) => row.phone.as_deref().is_some_and(|phone| contact::has_digits(phone, digits)),
        Sought::Words(folded) => is_about(&row.folded, folded),
        Sought::Contact { .. } => true,
    };
    let (mut found, rest): (Vec<_>, Vec<_>) = rows.into_iter().partition(fits);
    if !rest.is_empty() {
        let ids: Vec<_> = rest.iter().map(|row| row.id).collect();
        let aliases: Vec<Customer> = tx.all(&ALIASES, params![serde_json::json!(ids).to_string()])?;
        let by_alias: HashSet<CustomerId> = aliases
            .iter()
            .filter(|alias| alias.state != CustomerState::Erased && fits(alias))
            .map(Customer::survivor)
            .collect();
        found.extend(rest.into_iter().filter(|row| by_alias.contains(&row.id)));
    }
    Ok(found)
}

/// Whether a folded name holds the folded words, or is typed so.
fn is_about(name: &str, words: &str) -> bool {
    if words.is_empty() || name.is_empty() {
        return false;
    }
    let typed: String = words.split(' ').collect();
    words.split(' ').all(|word| name.contains(word))
        || (typed.bytes().all(|byte| byte.is_ascii_lowercase()) && sound::is_typed(name, &typed))
}
