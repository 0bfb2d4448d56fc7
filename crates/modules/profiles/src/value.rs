//! A field's value: which there are of a kind, their one spelling, and what of them is shown masked.

use std::ops::RangeInclusive;

use jiff::civil::{self, Date};
use regex::{Regex, RegexBuilder};
use serde_json::{Number, Value, json};

use crate::model::{CustomerFieldKind, CustomerFieldRules};

/// How large a pattern may become: its program and its automaton, in bytes.
const WEIGHT: usize = 1 << 18;
/// The longest text, in characters.
pub(crate) const LONGEST: usize = 500;
/// The longest address of the web, in characters.
const LONGEST_LINK: usize = 500;
/// How much of a text values are found by, in characters.
const WORD: usize = 80;
/// Numbers, in thousandths.
const NUMBERS: RangeInclusive<i64> = -1_000_000_000_000_000..=1_000_000_000_000_000;
/// Amounts, in minor units.
const AMOUNTS: RangeInclusive<i64> = -100_000_000_000_000..=100_000_000_000_000;

/// A value in its one spelling, and what it is found by.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Normal {
    pub value: Value,
    pub word: Option<String>,
    /// Thousandths of a number, minor units of an amount, days since 1970-01-01, 0 or 1.
    pub number: Option<i64>,
}

/// A pattern as values are held against it, whole; none when it is none, or too heavy.
pub(crate) fn pattern(text: &str) -> Option<Regex> {
    let whole = format!("^(?:{text})$");
    RegexBuilder::new(&whole).size_limit(WEIGHT).dfa_size_limit(WEIGHT).nest_limit(20).build().ok()
}

/// The value of this kind that a request holds.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn read(kind: CustomerFieldKind, rules: &CustomerFieldRules, given: &Value) -> Result<Normal, &'static str> {
    let text = given.as_str().map(str::trim);
    let found = match kind {
        CustomerFieldKind::Text => worded(json!(plain(text.ok_or("malformed")?, LONGEST)?)),
        CustomerFieldKind::Number => numbered(thousandths(given)?, decimal),
        CustomerFieldKind::Money => {
            numbered(given.as_i64().filter(|at| AMOUNTS.contains(at)).ok_or("malformed")?, |n| json!(n))
        }
        CustomerFieldKind::Date => {
            let date = text.and_then(date).ok_or("malformed")?;
            Normal { value: json!(date.to_string()), word: None, number: Some(days(date)) }
        }
        CustomerFieldKind::Choice => {
            let id = text.ok_or("malformed")?;
            rules.choices.iter().find(|choice| choice.id == id).ok_or("unknown")?;
            Normal { value: json!(id), word: Some(id.to_owned()), number: None }
        }
        CustomerFieldKind::Choices => choices(rules, given)?,
        CustomerFieldKind::YesNo => {
            let yes = given.as_bool().ok_or("malformed")?;
            Normal { value: json!(yes), word: None, number: Some(i64::from(yes)) }
        }
        CustomerFieldKind::Phone => {
            let phone = text.and_then(customers::api::spell_phone).ok_or("malformed")?;
            Normal { value: json!(phone), word: Some(phone.clone()), number: None }
        }
        CustomerFieldKind::Link => worded(json!(link(text.ok_or("malformed")?)?)),
    };
    bounded(kind, rules, found)
}

/// The value that a cell of a list holds, in whatever spelling people write it.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn written(kind: CustomerFieldKind, rules: &CustomerFieldRules, text: &str) -> Result<Normal, &'static str> {
    let text = text.trim();
    let named = |text: &str| {
        let folded = store::fold(text.trim());
        let found = rules.choices.iter().find(|choice| !choice.archived && store::fold(&choice.label) == folded);
        found.map(|choice| choice.id.clone()).ok_or("unknown")
    };
    let value = match kind {
        CustomerFieldKind::Text | CustomerFieldKind::Phone | CustomerFieldKind::Link => json!(text),
        CustomerFieldKind::Date => json!(day(text).ok_or("malformed")?.to_string()),
        CustomerFieldKind::Number => decimal(parsed(text, 3).ok_or("malformed")?),
        CustomerFieldKind::Money => json!(parsed(text, 2).ok_or("malformed")?),
        CustomerFieldKind::YesNo => match store::fold(text).as_str() {
            "是" | "有" | "对" | "y" | "yes" | "true" | "1" | "√" | "✓" => json!(true),
            "否" | "无" | "不" | "n" | "no" | "false" | "0" | "×" | "x" => json!(false),
            _ => return Err("malformed"),
        },
        CustomerFieldKind::Choice => json!(named(text)?),
        CustomerFieldKind::Choices => {
            let parts = text.split([',', '，', '、', ';', '；', '|']).filter(|part| !part.trim().is_empty());
            json!(parts.map(named).collect::<Result<Vec<_>, _>>()?)
        }
    };
    read(kind, rules, &value)
}

/// A limit of a rule, as values of this kind are measured; none when it is none.
pub(crate) fn bound(kind: CustomerFieldKind, limit: &Value) -> Option<i64> {
    match kind {
        CustomerFieldKind::Number => thousandths(limit).ok(),
        CustomerFieldKind::Money => limit.as_i64(),
        CustomerFieldKind::Date => limit.as_str().and_then(date).map(days),
        CustomerFieldKind::Text | CustomerFieldKind::Choices => {
            limit.as_i64().filter(|at| (0..=LONGEST as i64).contains(at))
        }
        _ => None,
    }
}

/// What of a value is shown to whoever did not ask for all of it.
pub(crate) fn masked(kind: CustomerFieldKind, value: &Value) -> String {
    match (kind, value.as_str()) {
        (CustomerFieldKind::Phone, Some(phone)) => customers::api::mask_phone(phone),
        (CustomerFieldKind::Text, Some(text)) => {
            text.chars().next().map(|first| format!("{first}***")).unwrap_or_default()
        }
        _ => "***".into(),
    }
}

fn bounded(kind: CustomerFieldKind, rules: &CustomerFieldRules, found: Normal) -> Result<Normal, &'static str> {
    let size = match kind {
        CustomerFieldKind::Text => found.value.as_str().map(|text| text.chars().count() as i64),
        CustomerFieldKind::Choices => found.value.as_array().map(|chosen| chosen.len() as i64),
        _ => found.number,
    };
    let limit = |limit: &Option<Value>| limit.as_ref().and_then(|limit| bound(kind, limit));
    let within =
        |size: i64| limit(&rules.min).is_none_or(|min| size >= min) && limit(&rules.max).is_none_or(|max| size <= max);
    if size.is_some_and(|size| !within(size)) {
        return Err("out_of_range");
    }
    let fits = |text: &str| rules.pattern.as_deref().and_then(pattern).is_none_or(|pattern| pattern.is_match(text));
    match found.value.as_str().filter(|_| kind == CustomerFieldKind::Text) {
        Some(text) if !fits(text) => Err("malformed"),
        _ => Ok(found),
    }
}

fn worded(value: Value) -> Normal {
    let word = value.as_str().map(|text| store::fold(text).chars().take(WORD).collect());
    Normal { value, word, number: None }
}

fn numbered(number: i64, spelt: fn(i64) -> Value) -> Normal {
    Normal { value: spelt(number), word: None, number: Some(number) }
}

fn choices(rules: &CustomerFieldRules, given: &Value) -> Result<Normal, &'static str> {
    let given = given.as_array().ok_or("malformed")?;
    let given: Vec<&str> = given.iter().map(Value::as_str).collect::<Option<_>>().ok_or("malformed")?;
    if given.is_empty() {
        return Err("required");
    }
    if given.iter().any(|id| rules.choices.iter().all(|choice| choice.id != **id)) {
        return Err("unknown");
    }
    let chosen: Vec<_> =
        rules.choices.iter().map(|choice| choice.id.as_str()).filter(|id| given.contains(id)).collect();
    // Found by each of them: `|a|c|`.
    Ok(Normal { word: Some(format!("|{}|", chosen.join("|"))), value: json!(chosen), number: None })
}

fn plain(text: &str, longest: usize) -> Result<&str, &'static str> {
    if text.is_empty() {
        return Err("required");
    }
    if text.chars().nth(longest).is_some() {
        return Err("too_long");
    }
    let hidden = |c: char| (c.is_control() && c != '\n') || customers::api::is_invisible(c);
    if text.chars().any(hidden) { Err("control_character") } else { Ok(text) }
}

/// An address of the web: nothing that a browser would run.
fn link(text: &str) -> Result<&str, &'static str> {
    let text = plain(text, LONGEST_LINK)?;
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or("malformed")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let odd = |c: char| c.is_whitespace() || "<>\"'`\\^{|}".contains(c);
    if host.is_empty() || host.contains('@') || text.contains(odd) {
        Err("malformed")
    } else {
        Ok(text)
    }
}

fn thousandths(given: &Value) -> Result<i64, &'static str> {
    let number = given.as_number().ok_or("malformed")?.to_string();
    parsed(&number, 3).filter(|number| NUMBERS.contains(number)).ok_or("malformed")
}

/// Thousandths as a number: without digits that say nothing.
fn decimal(thousandths: i64) -> Value {
    if thousandths % 1_000 == 0 {
        return json!(thousandths / 1_000);
    }
    // Three decimals of at most fifteen digits: a double holds each of them.
    Number::from_f64(thousandths as f64 / 1_000.0).map_or(Value::Null, Value::Number)
}

/// A decimal number times ten to this power, exactly: `¥1,234.5`, `１２`, `28400 km` is none. None also when it has more
/// digits behind the point.
fn parsed(text: &str, digits: usize) -> Option<i64> {
    let wide = |c: char| {
        if ('！'..='～').contains(&c) {
            char::from_u32(c as u32 - 0xfee0).unwrap_or(c)
        } else {
            c
        }
    };
    let plain: String =
        text.chars().map(wide).filter(|c| !matches!(c, ',' | ' ' | '¥' | '￥' | '元' | '\u{a0}')).collect();
    let (minus, plain) = match plain.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, plain.as_str()),
    };
    let (whole, part) = plain.split_once('.').unwrap_or((plain, ""));
    let figures = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let part = part.trim_end_matches('0');
    if whole.is_empty() || whole.len() > 15 || !figures(whole) || !figures(part) || part.len() > digits {
        return None;
    }
    let number: i64 = format!("{whole}{part:0<digits$}").parse().ok()?;
    Some(if minus { -number } else { number })
}

/// `2026-11-03`, of this century or its neighbours.
fn date(text: &str) -> Option<Date> {
    let date: Date = text.parse().ok().filter(|_| text.len() == 10)?;
    (1_900..=2_200).contains(&date.year()).then_some(date)
}

/// A day as people write it: `2026/11/3`, `2026年11月3日`, `2026.11.03`.
fn day(text: &str) -> Option<Date> {
    let text = text.split([' ', 'T']).next().unwrap_or_default();
    let mut parts =
        text.split(['-', '/', '.', '年', '月', '日']).filter(|part| !part.is_empty()).map(str::parse::<i16>);
    let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    let found = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    if parts.next().is_none() { date(&found.to_string()) } else { None }
}

fn days(date: Date) -> i64 {
    civil::date(1970, 1, 1).until(date).map_or(0, |span| i64::from(span.get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CustomerFieldChoice;

    fn rules() -> CustomerFieldRules {
        let choice =
            |id: &str, label: &str| CustomerFieldChoice { id: id.into(), label: label.into(), archived: false };
        CustomerFieldRules {
            choices: vec![choice("c1", "微信"), choice("c2", "电话")],
            ..CustomerFieldRules::default()
        }
    }

    #[test]
    fn each_kind_takes_its_values_and_refuses_those_of_others() {
        let value = |kind, given: Value| read(kind, &rules(), &given).map(|normal| normal.value);
        for (kind, given, kept) in [
            (CustomerFieldKind::Text, json!(" 浙A12345 "), json!("浙A12345")),
            (CustomerFieldKind::Number, json!(28_400.500), json!(28_400.5)),
            (CustomerFieldKind::Number, json!(-3), json!(-3)),
            (CustomerFieldKind::Money, json!(182_000), json!(182_000)),
            (CustomerFieldKind::Date, json!("2026-11-03"), json!("2026-11-03")),
            (CustomerFieldKind::Choice, json!("c2"), json!("c2")),
            (CustomerFieldKind::Choices, json!(["c2", "c1", "c2"]), json!(["c1", "c2"])),
            (CustomerFieldKind::YesNo, json!(true), json!(true)),
            (CustomerFieldKind::Phone, json!("138 1234 5678"), json!("+8613812345678")),
            (CustomerFieldKind::Link, json!("https://example.com/a?b=1"), json!("https://example.com/a?b=1")),
        ] {
            assert_eq!(value(kind, given.clone()), Ok(kept), "{given}");
        }
        for (kind, given) in [
            (CustomerFieldKind::Text, json!(5)),
            (CustomerFieldKind::Text, json!("a\u{202e}b")),
            (CustomerFieldKind::Text, json!("长".repeat(501))),
            (CustomerFieldKind::Number, json!("5")),
            (CustomerFieldKind::Number, json!(1e300)),
            (CustomerFieldKind::Number, json!(0.000_1)),
            (CustomerFieldKind::Money, json!(12.5)),
            (CustomerFieldKind::Date, json!("2026-02-30")),
            (CustomerFieldKind::Date, json!("0001-01-01")),
            (CustomerFieldKind::Choice, json!("c3")),
            (CustomerFieldKind::Choices, json!([])),
            (CustomerFieldKind::Choices, json!(["c1", 2])),
            (CustomerFieldKind::YesNo, json!("yes")),
            (CustomerFieldKind::Phone, json!("12")),
            (CustomerFieldKind::Link, json!("javascript:alert(1)")),
            (CustomerFieldKind::Link, json!("https://")),
            (CustomerFieldKind::Link, json!("https://bank.example@evil.example")),
        ] {
            assert!(value(kind, given.clone()).is_err(), "{given}");
        }
    }

    #[test]
    fn rules_bound_what_is_taken() {
        let rules = CustomerFieldRules {
            min: Some(json!(0)),
            max: Some(json!(100)),
            pattern: Some("[京沪浙][A-Z].{5}".into()),
            ..rules()
        };
        assert!(read(CustomerFieldKind::Number, &rules, &json!(100)).is_ok());
        assert_eq!(read(CustomerFieldKind::Number, &rules, &json!(100.001)), Err("out_of_range"));
        assert!(read(CustomerFieldKind::Text, &rules, &json!("浙A12345")).is_ok());
        assert_eq!(read(CustomerFieldKind::Text, &rules, &json!("我的浙A12345")), Err("malformed"));
        let days = CustomerFieldRules { min: Some(json!("2026-01-01")), ..CustomerFieldRules::default() };
        assert_eq!(read(CustomerFieldKind::Date, &days, &json!("2025-12-31")), Err("out_of_range"));
        assert!(pattern("(").is_none() && pattern("(a{500}){500}").is_none());
    }

    #[test]
    fn a_cell_is_read_as_people_write_it() {
        let value = |kind, text: &str| written(kind, &rules(), text).map(|normal| normal.value);
        for (kind, text, kept) in [
            (CustomerFieldKind::Number, "28,400.50", json!(28_400.5)),
            (CustomerFieldKind::Number, "１２", json!(12)),
            (CustomerFieldKind::Money, "¥1,820", json!(182_000)),
            (CustomerFieldKind::Date, "2026年11月3日", json!("2026-11-03")),
            (CustomerFieldKind::Date, "2026/11/3 09:00", json!("2026-11-03")),
            (CustomerFieldKind::Choice, "電話", json!("c2")),
            (CustomerFieldKind::Choices, "电话、微信", json!(["c1", "c2"])),
            (CustomerFieldKind::YesNo, "是", json!(true)),
            (CustomerFieldKind::YesNo, "No", json!(false)),
        ] {
            assert_eq!(value(kind, text), Ok(kept), "{text}");
        }
        for (kind, text) in [
            (CustomerFieldKind::Number, "12km"),
            (CustomerFieldKind::Money, "1.234"),
            (CustomerFieldKind::Date, "昨天"),
            (CustomerFieldKind::Choice, "传真"),
        ] {
            assert!(value(kind, text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_mask_shows_next_to_nothing() {
        assert_eq!(masked(CustomerFieldKind::Phone, &json!("+8613812345678")), "138****5678");
        assert_eq!(masked(CustomerFieldKind::Text, &json!("浙A12345")), "浙***");
        assert_eq!(masked(CustomerFieldKind::Date, &json!("1990-01-01")), "***");
    }
}
