//! What leaves for a model: without what tells who somebody is.

/// In the place of a number: a telephone, an identity card, a bank card, an order.
pub(crate) const NUMBER: &str = "【号码】";
/// In the place of a mail address.
pub(crate) const MAIL: &str = "【邮箱】";
/// In the place of a name or another thing that is known of the customer.
pub(crate) const NAME: &str = "【姓名】";

/// Digits from which on a number may tell who somebody is.
const TELLING: usize = 7;
/// Digits as they are spoken.
const SPOKEN: &str = "〇零一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖";

/// `text` without mail addresses, long numbers however they are written, and what is `known` of the customer.
pub(crate) fn masked(text: &str, known: &[String]) -> String {
    // Known things first: a number or an address that is known may be written in a way no rule sees.
    let mut text: String = text.chars().map(half).collect();
    let mut known: Vec<_> = known.iter().map(|one| one.trim()).filter(|one| one.chars().count() >= 2).collect();
    known.sort_by_key(|one| std::cmp::Reverse(one.len()));
    for one in known {
        text = without(&text, one);
    }
    numbers(&mails(&text))
}

/// A letter or digit in its half width.
fn half(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' if letter.is_alphanumeric() || letter == '＠' || letter == '．' => {
            char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter)
        }
        letter => letter,
    }
}

/// Without a known thing, in whatever case of letters it is written.
fn without(text: &str, known: &str) -> String {
    let (letters, wanted): (Vec<char>, Vec<char>) = (text.chars().collect(), known.chars().map(half).collect());
    let same = |a: char, b: char| a == b || a.to_lowercase().eq(b.to_lowercase());
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    while at < letters.len() {
        let there = letters.get(at..at + wanted.len());
        if there.is_some_and(|there| there.iter().zip(&wanted).all(|(a, b)| same(*a, *b))) {
            out.push_str(NAME);
            at += wanted.len();
        } else {
            out.push(letters[at]);
            at += 1;
        }
    }
    out
}

fn mails(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let part = |letter: char| letter.is_ascii_alphanumeric() || "._%+-".contains(letter);
    let (mut out, mut kept) = (String::with_capacity(text.len()), 0);
    for (at, _) in letters.iter().enumerate().filter(|(_, letter)| **letter == '@') {
        if at < kept {
            continue;
        }
        let begin = letters[kept..at].iter().rev().take_while(|letter| part(**letter)).count();
        let end = letters[at + 1..].iter().take_while(|letter| part(**letter)).count();
        if begin > 0 && end > 0 {
            out.extend(&letters[kept..at - begin]);
            out.push_str(MAIL);
            kept = at + 1 + end;
        }
    }
    out.extend(&letters[kept..]);
    out
}

fn numbers(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    while at < letters.len() {
        let end = number(&letters, at);
        if end > at {
            out.push_str(NUMBER);
            at = end;
        } else {
            out.push(letters[at]);
            at += 1;
        }
    }
    out
}

/// Where the telling number ends that begins here; here when none does.
fn number(letters: &[char], begin: usize) -> usize {
    let digit = |letter: char| letter.is_ascii_digit() || SPOKEN.contains(letter);
    let between = |letter: char| matches!(letter, ' ' | '-' | '.' | '/' | '(' | ')' | '\u{a0}' | '－' | '—');
    if !digit(letters[begin]) {
        return begin;
    }
    let (mut digits, mut end, mut at) = (0, begin, begin);
    while let Some(letter) = letters.get(at) {
        if digit(*letter) {
            digits += 1;
            end = at + 1;
        } else if !between(*letter) || at - end >= 2 {
            break;
        }
        at += 1;
    }
    // The last place of an identity card may be a letter.
    if digits == 17 && letters.get(end).is_some_and(|letter| matches!(letter, 'x' | 'X')) {
        end += 1;
    }
    if digits >= TELLING { end } else { begin }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_who_somebody_is_does_not_leave() {
        let known = ["王小明".to_owned(), "Wang.M@Corp.example".to_owned(), "W".to_owned()];
        for (text, left) in [
            ("我叫王小明，电话13812345678", "我叫【姓名】，电话【号码】"),
            ("138 1234 5678 或 010-8888 7777", "【号码】 或 【号码】"),
            ("１３８１２３４５６７８", "【号码】"),
            ("一三八一二三四五六七八", "【号码】"),
            ("身份证11010519491231002X。", "身份证【号码】。"),
            ("卡号 6222 0200 1234 5678 901", "卡号 【号码】"),
            ("写给 a.b-c@mail.example.com 吧", "写给 【邮箱】 吧"),
            ("写给ａ＠ｂ．ｃｏｍ", "写给【邮箱】"),
            ("WANG.M@corp.example", "【姓名】"),
            ("(+86)13812345678", "(+【号码】"),
            ("退款多久到账，3到5天？2026年", "退款多久到账，3到5天？2026年"),
            ("@ 店", "@ 店"),
        ] {
            assert_eq!(masked(text, &known), left, "{text}");
        }
    }

    #[test]
    fn no_run_of_digits_is_left_whatever_stands_around() {
        for noise in ["", "啊", "a", " ", "-", "@", "x"] {
            for number in ["13812345678", "110105194912310021", "6222020012345678901", "8888777"] {
                let left = masked(&format!("{noise}{number}{noise}"), &[]);
                assert!(!left.chars().any(|letter| letter.is_ascii_digit()), "{left}");
            }
        }
    }
}
