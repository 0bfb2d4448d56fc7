//! Phone numbers, e-mail addresses and names: their one spelling, and what of them is shown.

/// The one spelling of a phone number, `+8613812345678`: digits after a plus and a country code, +86
/// unless written otherwise. None when the text is no phone number.
pub fn phone(text: &str) -> Option<String> {
    let mut digits = String::new();
    let mut plus = false;
    for c in text.trim().chars() {
        match c {
            '0'..='9' => digits.push(c),
            '０'..='９' => digits.push(char::from_u32(c as u32 - '０' as u32 + '0' as u32)?),
            '+' | '＋' if digits.is_empty() && !plus => plus = true,
            ' ' | '-' | '.' | '(' | ')' | '（' | '）' | '－' | '\u{a0}' | '\u{3000}' => {}
            _ => return None,
        }
    }
    if !plus && let Some(abroad) = digits.strip_prefix("00") {
        digits = abroad.to_owned();
        plus = true;
    }
    if plus || (digits.len() == 13 && digits.starts_with("861")) {
        let fine = (8..=15).contains(&digits.len()) && !digits.starts_with('0');
        return fine.then(|| format!("+{digits}"));
    }
    let mobile = digits.len() == 11 && digits.starts_with('1') && digits.as_bytes()[1] >= b'3';
    let service = digits.len() == 10 && (digits.starts_with("400") || digits.starts_with("800"));
    if mobile || service {
        return Some(format!("+86{digits}"));
    }
    // A number with its area code: 021 5888 8888.
    let landline = digits.strip_prefix('0').filter(|rest| (9..=11).contains(&rest.len()) && !rest.starts_with('0'));
    landline.map(|rest| format!("+86{rest}"))
}

/// A normal number as people in its country write it, for search and for masking.
fn national(phone: &str) -> String {
    match phone.strip_prefix("+86") {
        Some(rest) if rest.starts_with('1') || rest.starts_with("400") || rest.starts_with("800") => rest.to_owned(),
        Some(rest) => format!("0{rest}"),
        None => phone.trim_start_matches('+').to_owned(),
    }
}

/// Every spelling of a normal number that a search by the whole number finds.
pub(crate) fn phone_words(phone: &str) -> String {
    format!("{} {}", phone.trim_start_matches('+'), national(phone))
}

/// The digits somebody types to look for a number, when there is nothing else in it but what numbers are parted by.
pub(crate) fn digits(text: &str) -> Option<String> {
    let mut digits = String::new();
    for c in text.trim().chars() {
        match c {
            '0'..='9' => digits.push(c),
            '０'..='９' => digits.push(char::from_u32(c as u32 - '０' as u32 + '0' as u32)?),
            ' ' | '-' | '－' | '*' | '\u{a0}' | '\u{3000}' => {}
            _ => return None,
        }
    }
    Some(digits)
}

/// Whether a normal number has these digits in a row.
pub(crate) fn has_digits(phone: &str, digits: &str) -> bool {
    national(phone).contains(digits)
}

/// What the search index is given so that a number is found by some of its digits: each four in a row.
pub(crate) fn marks(phone: &str) -> Vec<String> {
    marks_of(&national(phone))
}

/// As [`marks`], of digits somebody types: a number has all of these.
pub(crate) fn marks_of(digits: &str) -> Vec<String> {
    let digits = digits.get(..digits.len().min(16)).unwrap_or_default();
    (0..digits.len().saturating_sub(3)).map(|at| format!("n{}", &digits[at..at + 4])).collect()
}

/// `138****5678`: the first three and the last four digits of a normal number.
pub fn mask_phone(phone: &str) -> String {
    let national = national(phone);
    match (national.get(..3), national.len().checked_sub(4).and_then(|at| national.get(at..))) {
        (Some(head), Some(tail)) if national.len() >= 8 => format!("{head}****{tail}"),
        _ => "****".into(),
    }
}

/// An e-mail address in lower case. None when the text is none.
pub fn email(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let (local, host) = text.rsplit_once('@')?;
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"@<>()[],;:\\\"".contains(c);
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
    };
    let fine = text.len() <= 254
        && (1..=64).contains(&local.len())
        && local.chars().all(plain)
        && host.contains('.')
        && host.split('.').all(label);
    fine.then_some(text)
}

/// `a***@example.com`: the first letter and the host.
pub fn mask_email(email: &str) -> String {
    let (local, host) = email.rsplit_once('@').unwrap_or((email, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}***@{host}")
}

/// `王**`: what of a name the trail keeps.
pub fn mask_name(name: &str) -> String {
    name.chars().next().map(|first| format!("{first}**")).unwrap_or_default()
}

/// A name as a stranger gave it, made fit to be shown: one line of at most 80 characters, without
/// control characters and without those that turn the direction of writing.
pub(crate) fn tame_name(text: &str) -> String {
    let plain = |c: &char| !c.is_control() && !is_invisible(*c);
    let line: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(plain).take(400).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(80).collect::<String>().trim_end().to_owned()
}

/// Characters that change how their neighbours show, and show nothing themselves.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_spelling_of_a_number_is_one_number() {
        for text in [
            "13812345678",
            "138 1234 5678",
            "138-1234-5678",
            "+86 138 1234 5678",
            "008613812345678",
            "8613812345678",
            "１３８１２３４５６７８",
        ] {
            assert_eq!(phone(text).as_deref(), Some("+8613812345678"), "{text}");
        }
        assert_eq!(phone("(021) 5888-8888").as_deref(), Some("+862158888888"));
        assert_eq!(phone("400-820-8820").as_deref(), Some("+864008208820"));
        assert_eq!(phone("+1 (415) 555-2671").as_deref(), Some("+14155552671"));
        for text in [
            "",
            "138",
            "12345678901",
            "1381234567x",
            "++8613812345678",
            "138+12345678",
            "+0123456789",
            "1".repeat(40).as_str(),
            "<script>",
        ] {
            assert_eq!(phone(text), None, "{text}");
        }
    }

    #[test]
    fn masks_keep_what_tells_people_apart_and_no_more() {
        assert_eq!(mask_phone("+8613812345678"), "138****5678");
        assert_eq!(mask_phone("+862158888888"), "021****8888");
        assert_eq!(mask_email("alice@example.com"), "a***@example.com");
        assert_eq!((mask_name("王小明").as_str(), mask_name("").as_str()), ("王**", ""));
    }

    #[test]
    fn an_address_is_one_line_with_a_host() {
        assert_eq!(email(" Su.He@Example.COM ").as_deref(), Some("su.he@example.com"));
        for text in ["", "a", "a@b", "a@@b.c", "a b@c.d", "a@b..c", "a@-b.c", "a@b.c\nbcc:x@y.z", "\"a\"@b.c"] {
            assert_eq!(email(text), None, "{text}");
        }
    }

    #[test]
    fn a_strangers_name_is_tamed() {
        assert_eq!(tame_name("  王\u{202e}小\n明\0 "), "王小 明");
        assert_eq!(tame_name(&"长".repeat(5_000)).chars().count(), 80);
    }

    proptest! {
        #[test]
        fn a_normal_number_stays_and_its_mask_hides_the_middle(text in "\\PC{0,30}", digits in "1[3-9][0-9]{9}") {
            if let Some(normal) = phone(&text) {
                prop_assert_eq!(phone(&normal), Some(normal.clone()));
                prop_assert!(mask_phone(&normal).contains("****"));
            }
            let normal = phone(&digits).unwrap();
            prop_assert_eq!(mask_phone(&normal), format!("{}****{}", &digits[..3], &digits[7..]));
        }

        #[test]
        fn tamed_names_stay(text in "\\PC{0,200}") {
            let tame = tame_name(&text);
            prop_assert_eq!(tame_name(&tame), tame);
        }
    }
}
