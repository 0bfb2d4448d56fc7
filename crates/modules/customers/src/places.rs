//! Where people live, so that two spellings of one address compare: full or half width, traditional or simplified, with
//! numbers in figures or in words, with province, city and district spelled or not.
//!
//! An address comes to the way, all that stands before its first number, and its numbers in order: `浙江杭州西湖文三路`,
//! `12-3-502`. What the numbers are of, house, building, staircase or room, people write in too many ways to compare.

use std::collections::HashMap;

use kernel::{CustomerId, Result};
use serde_json::json;
use store::{Fact, Tx, params, sql};

use crate::events::ContactChanged;

/// What numbers in words are numbers of: 三 in 文三路 is none.
const UNITS: &str = "号栋幢座楼单层室户房弄巷组队";
/// What names of provinces, cities and districts end with, or not.
const REGIONS: [char; 4] = ['省', '市', '区', '县'];
/// The end of a way that two addresses share at least, in characters: as long as a road's name.
const ROAD: usize = 3;
/// Numbers of which one that says neither city nor district has as many at least: a street and a house are in every town.
const NUMBERS: usize = 2;
/// Addresses of one file that are compared at most.
const MOST: usize = 30;

sql! {
    OF = "SELECT customer_id, way, numbers FROM customer_places
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY customer_id, way, numbers";
    FORGET = "DELETE FROM customer_places WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    KEEP = "INSERT INTO customer_places (customer_id, way, numbers) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
}

/// What `profiles` registers, as a part `Box<dyn Addresses>`: where these live, in whatever spelling.
pub trait Addresses: Send + Sync {
    /// Every address of these very files.
    ///
    /// # Errors
    /// From the database.
    fn of(&self, tx: &mut Tx<'_>, files: &[CustomerId]) -> Result<Vec<(CustomerId, String)>>;
}

/// Until `profiles` says otherwise, nobody's address is known.
struct Unknown;

impl Addresses for Unknown {
    fn of(&self, _tx: &mut Tx<'_>, _files: &[CustomerId]) -> Result<Vec<(CustomerId, String)>> {
        Ok(Vec::new())
    }
}

pub(crate) fn unknown() -> Box<dyn Addresses> {
    Box::new(Unknown)
}

/// An address as it compares.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    way: String,
    numbers: String,
}

impl Place {
    /// An address in whatever spelling; none for one without a number, or without a road.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let folded: Vec<char> = store::fold(text).chars().collect();
        let (mut way, mut numbers) = (String::new(), Vec::new());
        let mut at = 0;
        while at < folded.len() {
            let after_unit = at > 0 && UNITS.contains(folded[at - 1]) && !numbers.is_empty();
            match number(&folded[at..], after_unit) {
                Some((number, length)) => {
                    numbers.push(number);
                    at += length;
                }
                None => {
                    if numbers.is_empty() && folded[at] != ' ' && !REGIONS.contains(&folded[at]) {
                        way.push(folded[at]);
                    }
                    at += 1;
                }
            }
        }
        (way.chars().count() >= ROAD && !numbers.is_empty()).then(|| Self { way, numbers: numbers.join("-") })
    }

    /// What every spelling of the address has in common.
    pub(crate) fn key(&self) -> String {
        let way: Vec<char> = self.way.chars().collect();
        let end: String = way[way.len().saturating_sub(2)..].iter().collect();
        format!("{end} {}", self.numbers)
    }

    /// Whether the two are one address: the same numbers in the same road, and nothing of what stands before it in the one
    /// contradicts the other.
    pub(crate) fn is(&self, other: &Self) -> bool {
        if self.numbers != other.numbers {
            return false;
        }
        let (one, other): (Vec<char>, Vec<char>) = (self.way.chars().collect(), other.way.chars().collect());
        let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
        let road = short.iter().rev().zip(long.iter().rev()).take_while(|(a, b)| a == b).count();
        let (short, long) = (&short[..short.len() - road], &long[..long.len() - road]);
        let enough = !short.is_empty() || long.is_empty() || self.numbers.split('-').count() >= NUMBERS;
        // Whatever the shorter one says of where the road is, the longer one says too, in that order.
        let mut rest = long.iter();
        road >= ROAD && enough && short.iter().all(|character| rest.any(|other| other == character))
    }

    /// As it may be seen.
    pub(crate) fn masked(&self) -> String {
        format!("{}***", self.way.chars().take(2).collect::<String>())
    }
}

/// The number the text begins with, in figures, and how long it is.
fn number(text: &[char], after_unit: bool) -> Option<(String, usize)> {
    let figures = text.iter().take_while(|c| c.is_ascii_digit()).count();
    if figures > 0 {
        let letters = text[figures..].iter().take_while(|c| c.is_ascii_lowercase()).count().min(2);
        let digits: String = text[..figures].iter().collect();
        let tail: String = text[figures..figures + letters].iter().collect();
        let plain = digits.trim_start_matches('0');
        return Some((format!("{}{tail}", if plain.is_empty() { "0" } else { plain }), figures + letters));
    }
    let length = text.iter().take_while(|c| digit(**c).is_some() || matches!(c, '十' | '百')).count();
    let next = text.get(length);
    let counts = next.is_some_and(|c| UNITS.contains(*c)) || (after_unit && next.is_none_or(|c| *c == ' '));
    (length > 0 && counts).then(|| (said(&text[..length]), length))
}

fn digit(c: char) -> Option<u32> {
    "零一二三四五六七八九".chars().position(|one| one == c || (c == '〇' && one == '零')).map(|at| at as u32)
}

/// A number in words: 五〇二 as it stands, 一百二十三 as it counts.
fn said(words: &[char]) -> String {
    if words.iter().all(|c| digit(*c).is_some()) {
        let digits: String = words.iter().filter_map(|c| digit(*c)).map(|digit| digit.to_string()).collect();
        let plain = digits.trim_start_matches('0');
        return if plain.is_empty() { "0".to_owned() } else { plain.to_owned() };
    }
    let (mut sum, mut one) = (0, None);
    for word in words {
        match word {
            '百' => sum += one.take().unwrap_or(1) * 100,
            '十' => sum += one.take().unwrap_or(1) * 10,
            digit_word => one = digit(*digit_word),
        }
    }
    (sum + one.unwrap_or(0)).to_string()
}

/// Where these very files live.
pub(crate) fn of(tx: &mut Tx<'_>, files: &[CustomerId]) -> Result<HashMap<CustomerId, Vec<Place>>> {
    let rows: Vec<(CustomerId, String, String)> = tx.all(&OF, params![json!(files).to_string()])?;
    let mut places: HashMap<_, Vec<Place>> = HashMap::new();
    for (id, way, numbers) in rows {
        places.entry(id).or_default().push(Place { way, numbers });
    }
    Ok(places)
}

/// Notes where this very file lives; answers whether that is new.
pub(crate) fn note(tx: &mut Tx<'_>, file: CustomerId, known: &[Place], texts: &[&str]) -> Result<bool> {
    let mut places: Vec<_> = texts.iter().take(MOST).filter_map(|text| Place::of(text)).collect();
    places.sort();
    places.dedup();
    if places == known {
        return Ok(false);
    }
    forget(tx, &[file])?;
    for place in &places {
        tx.put(&KEEP, params![file, place.way, place.numbers])?;
    }
    Ok(true)
}

/// Says where this very file lives, every address in whatever spelling: whoever looks for others at the same is told.
///
/// # Errors
/// From the database.
pub fn lives_at(tx: &mut Tx<'_>, file: CustomerId, texts: &[&str]) -> Result<()> {
    let known = of(tx, &[file])?.remove(&file).unwrap_or_default();
    if note(tx, file, &known, texts)? {
        tx.emit(Fact::new(ContactChanged::KIND, file, &ContactChanged { customer_id: file })?);
    }
    Ok(())
}

/// Forgets where these live.
pub(crate) fn forget(tx: &mut Tx<'_>, files: &[CustomerId]) -> Result<()> {
    tx.exec(&FORGET, params![json!(files).to_string()]).map(drop)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place(text: &str) -> Place {
        Place::of(text).unwrap_or_else(|| panic!("{text} is an address"))
    }

    #[test]
    fn h14_two_spellings_of_one_address_are_one() {
        let one = place("浙江省杭州市西湖区文三路12号3栋502室");
        for other in [
            "浙江杭州西湖区文三路12号3栋502",
            "杭州市文三路十二号三幢五〇二室",
            "文三路12号-3-502",
            "浙江省杭州市西湖区翠苑街道文三路１２号３栋５０２室",
            "浙江省 杭州市 西湖区 文三路 12 號 3 棟 502 室",
            "西湖区文三路12号东方大厦3座502房",
            "浙江省杭州市西湖区杭州市西湖区文三路012号3楼502",
        ] {
            let other = place(other);
            assert!(one.is(&other) && other.is(&one), "{other:?}");
            assert_eq!(one.key(), other.key());
        }
        assert!(place("李家村三组一百二十号").is(&place("李家村3组120号")));
        assert!(place("上海市静安区南京西路十弄5号").is(&place("上海南京西路10弄5号")));
    }

    #[test]
    fn h14_what_only_looks_alike_is_two() {
        let one = place("浙江省杭州市西湖区文三路12号3栋502室");
        for other in [
            "浙江省杭州市西湖区文三路12号3栋503室",
            "浙江省杭州市西湖区文三路12号2栋502室",
            "浙江省杭州市西湖区文二路12号3栋502室",
            "浙江省宁波市西湖区文三路12号3栋502室",
            "浙江省杭州市余杭区文三路12号3栋502室",
            "浙江省杭州市西湖区文三路12号",
        ] {
            let other = place(other);
            assert!(!one.is(&other) && !other.is(&one), "{other:?}");
        }
        // A road and a house are in every town.
        assert!(!place("人民路1号").is(&place("杭州市人民路1号")));
        assert!(!place("中山一路8号2栋").is(&place("中山二路8号2栋")));
    }

    #[test]
    fn a_number_in_a_roads_name_is_none_and_what_has_no_number_is_no_address() {
        assert_eq!(place("五一大道八一路三里屯9号").way, "五一大道八一路三里屯");
        for text in ["", "杭州", "文三路", "12号", "路1", "号号号", "一二三四五"] {
            assert_eq!(Place::of(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_written_nothing_breaks(one in "[省市区路号栋一二十百〇0-9a-zＡ１ 　#-]{0,40}", other in "\\PC{0,40}") {
            let (one, other) = (Place::of(&one), Place::of(&other));
            if let (Some(one), Some(other)) = (&one, &other) {
                prop_assert_eq!(one.is(other), other.is(one));
                prop_assert!(one.is(one) && !one.masked().is_empty() && !one.key().is_empty());
            }
        }
    }
}
