//! Filters as people write them (RFC 4515), as LDAP speaks them, and what is put into them or into a name.

use super::ber::{OCTETS, SEQUENCE, piece};

/// Characters of a filter at most.
const LONGEST: usize = 2_000;
/// How deep its brackets may stand in one another.
const DEEPEST: usize = 10;

/// `text` as it may stand in a filter: nothing in it is part of the filter any more.
pub(crate) fn escaped(text: &str) -> String {
    let letter = |letter: char| match letter {
        '*' | '(' | ')' | '\\' | '\0' => format!("\\{:02x}", u32::from(letter)),
        letter => letter.to_string(),
    };
    text.chars().map(letter).collect()
}

/// Bytes as they may stand in a filter.
pub(crate) fn escaped_bytes(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:02x}")).collect()
}

/// `text` as it may stand as a value in a name (RFC 4514).
pub(crate) fn escaped_name(text: &str) -> String {
    let last = text.chars().count().saturating_sub(1);
    let letter = |(at, letter): (usize, char)| match letter {
        ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=' => format!("\\{letter}"),
        ' ' | '#' if at == 0 => format!("\\{letter}"),
        ' ' if at == last => "\\ ".to_owned(),
        '\0' => "\\00".to_owned(),
        letter => letter.to_string(),
    };
    text.chars().enumerate().map(letter).collect()
}

/// A filter as LDAP speaks it; none when it is none.
pub(crate) fn read(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    if text.len() > LONGEST {
        return None;
    }
    let mut rest = text.as_bytes();
    let filter = filter(&mut rest, 0)?;
    rest.is_empty().then_some(filter)
}

fn filter(rest: &mut &[u8], depth: usize) -> Option<Vec<u8>> {
    if depth > DEEPEST {
        return None;
    }
    take(rest, b'(')?;
    let found = match rest.first()? {
        kind @ (b'&' | b'|') => {
            let tag = if *kind == b'&' { 0xa0 } else { 0xa1 };
            *rest = &rest[1..];
            let mut all = Vec::new();
            while rest.first() == Some(&b'(') {
                all.extend(filter(rest, depth + 1)?);
            }
            (!all.is_empty()).then(|| piece(tag, &all))?
        }
        b'!' => {
            *rest = &rest[1..];
            piece(0xa2, &filter(rest, depth + 1)?)
        }
        _ => {
            let end = rest.iter().position(|byte| *byte == b')')?;
            let (item, after) = rest.split_at(end);
            *rest = after;
            one(item)?
        }
    };
    take(rest, b')')?;
    Some(found)
}

fn take(rest: &mut &[u8], byte: u8) -> Option<()> {
    *rest = rest.strip_prefix(&[byte])?;
    Some(())
}

fn one(item: &[u8]) -> Option<Vec<u8>> {
    let at = item.iter().position(|byte| *byte == b'=')?;
    let (left, value) = (&item[..at], &item[at + 1..]);
    match left.split_last()? {
        (b':', left) => extended(left, value),
        (kind @ (b'>' | b'<' | b'~'), left) => {
            let tag = match kind {
                b'>' => 0xa5,
                b'<' => 0xa6,
                _ => 0xa8,
            };
            compared(tag, left, &raw(value)?)
        }
        _ if value == b"*" => Some(piece(0x87, attribute(left)?)),
        _ if value.contains(&b'*') => parts(left, value),
        _ => compared(0xa3, left, &raw(value)?),
    }
}

fn compared(tag: u8, name: &[u8], value: &[u8]) -> Option<Vec<u8>> {
    Some(piece(tag, &[piece(OCTETS, attribute(name)?), piece(OCTETS, value)].concat()))
}

/// `name=a*b*c`.
fn parts(name: &[u8], value: &[u8]) -> Option<Vec<u8>> {
    let all: Vec<_> = value.split(|byte| *byte == b'*').collect();
    let mut said = Vec::new();
    for (at, part) in all.iter().enumerate().filter(|(_, part)| !part.is_empty()) {
        let tag = match at {
            0 => 0x80,
            at if at + 1 == all.len() => 0x82,
            _ => 0x81,
        };
        said.extend(piece(tag, &raw(part)?));
    }
    if said.is_empty() {
        return None;
    }
    Some(piece(0xa4, &[piece(OCTETS, attribute(name)?), piece(SEQUENCE, &said)].concat()))
}

/// `name:dn:rule:=value`: what Microsoft's directories compare bits and nested groups by.
fn extended(left: &[u8], value: &[u8]) -> Option<Vec<u8>> {
    let mut words = left.split(|byte| *byte == b':');
    let name = words.next()?;
    let (mut rule, mut in_name) = (None, false);
    for word in words {
        match word {
            b"dn" | b"DN" if !in_name && rule.is_none() => in_name = true,
            word if rule.is_none() => rule = Some(attribute(word)?),
            _ => return None,
        }
    }
    let mut said = Vec::new();
    if let Some(rule) = rule {
        said.extend(piece(0x81, rule));
    }
    if !name.is_empty() {
        said.extend(piece(0x82, attribute(name)?));
    } else if rule.is_none() {
        return None;
    }
    said.extend(piece(0x83, &raw(value)?));
    if in_name {
        said.extend(piece(0x84, &[0xff]));
    }
    Some(piece(0xa9, &said))
}

/// A name of an attribute or a rule, as it may be.
fn attribute(name: &[u8]) -> Option<&[u8]> {
    let name = name.trim_ascii();
    is_attribute(std::str::from_utf8(name).ok()?).then_some(name)
}

/// Whether this may be the name of an attribute.
pub(crate) fn is_attribute(name: &str) -> bool {
    let fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-;._".contains(&byte);
    (1..=100).contains(&name.len()) && name.bytes().all(fine)
}

/// A value without its escapes.
fn raw(value: &[u8]) -> Option<Vec<u8>> {
    let mut all = Vec::new();
    let mut rest = value;
    while let [byte, after @ ..] = rest {
        match byte {
            b'\\' => {
                let code = std::str::from_utf8(after.get(..2)?).ok()?;
                all.push(u8::from_str_radix(code, 16).ok()?);
                rest = &after[2..];
            }
            b'(' | b')' | b'*' | 0 => return None,
            byte => {
                all.push(*byte);
                rest = after;
            }
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_read_as_they_are_meant() {
        assert_eq!(read("(uid=a)"), Some(vec![0xa3, 8, 4, 3, b'u', b'i', b'd', 4, 1, b'a']));
        assert_eq!(read("(uid=*)"), Some(vec![0x87, 3, b'u', b'i', b'd']));
        assert_eq!(read("(!(uid=*))"), Some(vec![0xa2, 5, 0x87, 3, b'u', b'i', b'd']));
        assert_eq!(
            read("(cn=a*b*c)"),
            Some(vec![0xa4, 15, 4, 2, b'c', b'n', 0x30, 9, 0x80, 1, b'a', 0x81, 1, b'b', 0x82, 1, b'c'])
        );
        assert_eq!(read(r"(cn=\2a\e5)"), Some(vec![0xa3, 8, 4, 2, b'c', b'n', 4, 2, 0x2a, 0xe5]));
        for good in [
            "(&(objectClass=person)(|(uid=a)(mail=a@b.c)))",
            "(&(objectClass=user)(!(userAccountControl:1.2.840.113556.1.4.803:=2)))",
            "(memberOf:1.2.840.113556.1.4.1941:=CN=客服,DC=a)",
            "(a>=1)",
            "(a<=1)",
            "(a~=1)",
        ] {
            assert!(read(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "uid=a",
            "(uid=a",
            "(uid=a))",
            "(&)",
            "(=a)",
            "(uid)",
            r"(uid=\4)",
            r"(uid=\zz)",
            "(u d=a)",
            "(a=**)",
            "(:=a)",
            "(!(a=b)(c=d))",
        ] {
            assert!(read(bad).is_none(), "{bad}");
        }
        assert!(read(&format!("{}(a=b){}", "(!".repeat(20), ")".repeat(20))).is_none());
    }

    #[test]
    fn what_is_put_in_stays_a_value() {
        let put = |login: &str| format!("(uid={})", escaped(login));
        for hostile in ["*", "a)(uid=*", "a*", r"a\2a", "a\0b", "(&)", "店"] {
            let filter = read(&put(hostile)).expect("a filter");
            assert_eq!(filter[0], 0xa3, "{hostile}");
            assert!(filter.ends_with(hostile.as_bytes()), "{hostile}");
        }
        assert_eq!(escaped_name("a,b=c+d"), r"a\,b\=c\+d");
        assert_eq!(escaped_name(" #x "), r"\ #x\ ");
        assert_eq!(escaped_bytes(&[0, 255]), r"\00\ff");
    }
}
