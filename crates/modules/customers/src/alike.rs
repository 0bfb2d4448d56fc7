//! Who was entered twice with a slip: two who are called alike, whose numbers or e-mail addresses are one slip apart, or
//! who live at one address. A name alone says nothing.
//!
//! Nobody is compared with everybody: two such people share a key, made of how the name sounds and of a part of the
//! number or address, or of where they live. A slip is in the first part of a number or in the last four digits, so that the other part
//! agrees; only one that swaps the two digits between goes unseen.

use std::collections::BTreeSet;

use kernel::{CustomerId, Result};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{Tx, params, sql};

use crate::{
    model::Customer,
    places::{self, Place},
    sound,
    suggestion::MergeReason,
};

/// A key that more than so many share is as good as a name alone.
const CROWD: i64 = 20;
/// The shortest number that is compared, in digits, and the digits of its last part.
const NUMBER: usize = 10;
const LAST: usize = 4;
/// The shortest name of a mailbox that is compared: of two short ones a slip is nothing rare.
const MAILBOX: usize = 5;

sql! {
    KEYS = "SELECT key FROM customer_keys WHERE customer_id = $1 ORDER BY key";
    FORGET = "DELETE FROM customer_keys WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    KEEP = "INSERT INTO customer_keys (key, customer_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    WITH = "SELECT DISTINCT COALESCE(c.survivor_id, c.id) AS who FROM customer_keys k JOIN customers c ON c.id = k.customer_id
        WHERE k.key = $1 ORDER BY who LIMIT $2";
}

/// In what two are one slip apart, or one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Likeness {
    /// What it is.
    pub reason: MergeReason,
    /// The one's, in clear; of where they live, masked.
    pub one: String,
    /// The other's.
    pub other: String,
}

/// Those who may be this person, entered with a slip; the keys of these rows are kept by the way.
pub(crate) fn others(tx: &mut Tx<'_>, rows: &[Customer]) -> Result<BTreeSet<CustomerId>> {
    let mut found = BTreeSet::new();
    let lives = places::of(tx, &rows.iter().map(|row| row.id).collect::<Vec<_>>())?;
    for row in rows {
        let keys = keys(row, lives.get(&row.id).map_or(&[], Vec::as_slice));
        remember(tx, row.id, &keys)?;
        for key in keys {
            let with: Vec<(CustomerId,)> = tx.all(&WITH, params![key, CROWD + 1])?;
            if with.len() as i64 <= CROWD {
                found.extend(with.into_iter().map(|(id,)| id));
            }
        }
    }
    found.retain(|id| rows.iter().all(|row| row.id != *id));
    Ok(found)
}

fn remember(tx: &mut Tx<'_>, id: CustomerId, keys: &BTreeSet<i64>) -> Result<()> {
    let known: Vec<(i64,)> = tx.all(&KEYS, params![id])?;
    if known.iter().map(|(key,)| key).eq(keys) {
        return Ok(());
    }
    forget(tx, &[id])?;
    keys.iter().try_for_each(|key| tx.put(&KEEP, params![key, id]))
}

/// Forgets what these could be recognised by.
pub(crate) fn forget(tx: &mut Tx<'_>, who: &[CustomerId]) -> Result<()> {
    tx.exec(&FORGET, params![json!(who).to_string()]).map(drop)
}

/// What these two people, each with their aliases, are one slip apart in, or share.
pub(crate) fn between(tx: &mut Tx<'_>, one: &[Customer], other: &[Customer]) -> Result<Vec<Likeness>> {
    let pairs: Vec<_> = one
        .iter()
        .flat_map(|a| other.iter().map(move |b| (a, b)))
        .filter(|(a, b)| said(a).is_some_and(|name| Some(name) == said(b)))
        .collect();
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let lives = places::of(tx, &one.iter().chain(other).map(|row| row.id).collect::<Vec<_>>())?;
    let of = |row: &Customer| lives.get(&row.id).map_or(&[][..], Vec::as_slice);
    Ok(pairs.into_iter().flat_map(|(a, b)| slips(a, b).into_iter().chain(home(of(a), of(b)))).collect())
}

/// Where both live.
fn home(one: &[Place], other: &[Place]) -> Option<Likeness> {
    let mut pairs = one.iter().flat_map(|a| other.iter().map(move |b| (a, b)));
    let (one, other) = pairs.find(|(a, b)| a.is(b))?;
    Some(Likeness { reason: MergeReason::NameAddress, one: one.masked(), other: other.masked() })
}

fn said(customer: &Customer) -> Option<String> {
    sound::said(&store::fold(&customer.name))
}

fn slips(a: &Customer, b: &Customer) -> Vec<Likeness> {
    let pair = |reason, one: &Option<String>, other: &Option<String>, alike: fn(&str, &str) -> bool| {
        let (one, other) = (one.clone()?, other.clone()?);
        alike(&one, &other).then_some(Likeness { reason, one, other })
    };
    let numbers = pair(MergeReason::NamePhone, &a.phone, &b.phone, |a, b| {
        a.len() > NUMBER && a.len() == b.len() && one_slip(a, b)
    });
    let addresses = pair(MergeReason::NameEmail, &a.email, &b.email, alike_mailboxes);
    numbers.into_iter().chain(addresses).collect()
}

/// One box written in two ways (`li.na+shop@…`, `lina@…`), or with one slip at the same provider, or the same one with
/// the provider mistaken.
fn alike_mailboxes(a: &str, b: &str) -> bool {
    let (Some((box_a, at_a)), Some((box_b, at_b))) = (a.split_once('@'), b.split_once('@')) else { return false };
    let (plain_a, plain_b) = (plain(box_a), plain(box_b));
    let long = plain_a.len() >= MAILBOX && plain_b.len() >= MAILBOX;
    a != b && long && (plain_a == plain_b || (at_a == at_b && one_slip(box_a, box_b)))
}

/// A mailbox's name without what many providers do not heed.
fn plain(mailbox: &str) -> String {
    let name = mailbox.split('+').next().unwrap_or_default();
    name.chars().filter(|character| !matches!(character, '.' | '-' | '_')).collect()
}

/// Whether one of the two becomes the other by one character that is put otherwise, put in or left out, or by two
/// neighbours that change places.
fn one_slip(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let Some(first) = (0..long.len()).find(|at| short.get(*at) != long.get(*at)) else { return false };
    match long.len() - short.len() {
        0 => {
            let swapped = short.get(first) == long.get(first + 1) && short.get(first + 1) == long.get(first);
            short[first + 1..] == long[first + 1..] || (swapped && short[first + 2..] == long[first + 2..])
        }
        1 => short[first..] == long[first + 1..],
        _ => false,
    }
}

/// What somebody shares with whoever is them, entered with a slip.
fn keys(customer: &Customer, lives: &[Place]) -> BTreeSet<i64> {
    let Some(name) = said(customer) else { return BTreeSet::new() };
    let mut keys = BTreeSet::new();
    if let Some(phone) = customer.phone.as_deref().filter(|phone| phone.len() > NUMBER && phone.is_ascii()) {
        let (head, last) = phone.split_at(phone.len() - LAST);
        keys.extend([key("head", &name, head), key("last", &name, last)]);
    }
    if let Some((mailbox, provider)) = customer.email.as_deref().and_then(|email| email.split_once('@')) {
        keys.extend([key("box", &name, &plain(mailbox)), key("provider", &name, provider)]);
    }
    keys.extend(lives.iter().map(|place| key("place", &name, &place.key())));
    keys
}

/// The first eight bytes of a digest: who reads the table learns nobody's number.
fn key(part: &str, name: &str, value: &str) -> i64 {
    let digest = Sha256::digest(format!("{part}\n{name}\n{value}"));
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use kernel::{Id, Rng, Timestamp};

    use super::*;

    fn person(name: &str, phone: &str, email: &str) -> Customer {
        let at = Timestamp::from_millis(1);
        let mut person = Customer::unknown(Id::new(at, &Rng::seeded(name.len() as u64)), at);
        name.clone_into(&mut person.name);
        person.phone = Some(phone.to_owned()).filter(|phone| !phone.is_empty());
        person.email = Some(email.to_owned()).filter(|email| !email.is_empty());
        person
    }

    fn reasons(a: &Customer, b: &Customer) -> Vec<MergeReason> {
        let called_alike = said(a).is_some_and(|name| Some(name) == said(b));
        slips(a, b).iter().map(|one| one.reason).filter(|_| called_alike).collect()
    }

    fn keys(customer: &Customer) -> BTreeSet<i64> {
        super::keys(customer, &[])
    }

    #[test]
    fn a_slip_is_one_character_or_two_that_changed_places() {
        for (a, b) in
            [("13800138000", "13800138001"), ("13800138000", "13801038000"), ("lina88", "lina8"), ("lina8", "xlina8")]
        {
            assert!(one_slip(a, b) && one_slip(b, a), "{a} {b}");
        }
        for (a, b) in
            [("13800138000", "13800138000"), ("13800138000", "13800138011"), ("abc", "cba"), ("a", "abc"), ("", "")]
        {
            assert!(!one_slip(a, b) && !one_slip(b, a), "{a} {b}");
        }
    }

    #[test]
    fn h14_who_sounds_alike_and_has_a_slip_in_the_number_is_found_and_never_by_the_name_alone() {
        let one = person("王小明", "+8613800138000", "xiaoming.w@qq.com");
        let traditional = person("王曉明", "+8613800138001", "");
        assert_eq!(reasons(&one, &traditional), [MergeReason::NamePhone]);
        assert!(!keys(&one).is_disjoint(&keys(&traditional)));
        let mail = person("汪晓明", "", "xiaomingw@qq.com");
        assert_eq!(reasons(&one, &mail), [MergeReason::NameEmail]);
        assert!(!keys(&one).is_disjoint(&keys(&mail)));
        let mistaken = person("王小明", "", "xiaoming.w@qqq.com");
        assert_eq!(reasons(&one, &mistaken), [MergeReason::NameEmail]);
        // Another number, another name, or the very same: not this.
        assert_eq!(reasons(&one, &person("王小明", "+8613900139000", "wxm@qq.com")), []);
        assert_eq!(reasons(&one, &person("李小明", "+8613800138001", "")), []);
        assert_eq!(reasons(&one, &person("王小明", "+8613800138000", "xiaoming.w@qq.com")), []);
        assert!(keys(&person("王", "+8613800138000", "")).is_empty());
    }

    #[test]
    fn h14_who_sounds_alike_and_lives_at_one_address_shares_a_key_however_it_is_spelt() {
        let place = |text| [Place::of(text).unwrap()];
        let (one, other) = (person("王小明", "", ""), person("汪晓明", "", ""));
        let (spelt, short) = (place("浙江省杭州市西湖区文三路12号3栋502室"), place("杭州文三路十二号3-502"));
        assert!(!super::keys(&one, &spelt).is_disjoint(&super::keys(&other, &short)));
        assert_eq!(home(&spelt, &short).map(|one| one.reason), Some(MergeReason::NameAddress));
        let neighbour = place("杭州文三路十二号3-503");
        assert!(super::keys(&one, &spelt).is_disjoint(&super::keys(&other, &neighbour)));
        assert!(super::keys(&one, &spelt).is_disjoint(&super::keys(&person("李小明", "", ""), &short)));
    }
}
