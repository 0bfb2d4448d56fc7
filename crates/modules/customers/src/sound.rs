//! How a name sounds, as lists sort it: pinyin, syllable by syllable, and those of one sound together.

use std::{collections::HashSet, fmt::Write as _, sync::LazyLock};

use pinyin::ToPinyin as _;

/// Sorts after every name: nobody has told theirs.
const UNNAMED: &str = "zzzz";
/// What is kept of a name at most, in characters of its spelling.
const MOST: usize = 96;
/// Syllables by which a name is found at most.
const TYPED: usize = 20;

/// Surnames that are read otherwise than the character by itself.
const SURNAMES: [(char, &str); 22] = [
    ('单', "shan"),
    ('曾', "zeng"),
    ('仇', "qiu"),
    ('解', "xie"),
    ('查', "zha"),
    ('区', "ou"),
    ('朴', "piao"),
    ('任', "ren"),
    ('盖', "ge"),
    ('乐', "yue"),
    ('召', "shao"),
    ('覃', "qin"),
    ('翟', "zhai"),
    ('缪', "miao"),
    ('宓', "mi"),
    ('员', "yun"),
    ('华', "hua"),
    ('洗', "xian"),
    ('尉', "wei"),
    ('种', "chong"),
    ('秘', "bi"),
    ('折', "she"),
];

/// The key by which lists sort `folded`, a name as searches compare it: letters and digits alone. Each Han character
/// is its syllable, then its number, so that `wang` stands before `wangqi` and all 王 stand together.
pub fn sort_key(folded: &str) -> String {
    let mut key = String::with_capacity(MOST);
    for (at, character) in folded.chars().filter(|character| character.is_alphanumeric()).enumerate() {
        if key.len() >= MOST {
            break;
        }
        // Writing to a String cannot fail.
        let _ = match (syllable(at, character), character) {
            (Some(sound), _) => write!(key, "{sound}{:04x}", u32::from(character)),
            (None, 'a'..='z' | '0'..='9') => write!(key, "{character}"),
            (None, _) => write!(key, "zz{:05x}", u32::from(character)),
        };
    }
    if key.is_empty() { UNNAMED.into() } else { key }
}

/// How a folded name is typed, apart by blanks: each syllable, all of them as one, all but the surname's, and the
/// initials. ü is typed v. Empty for a name without Han.
pub(crate) fn typed(folded: &str) -> String {
    let named = folded.chars().filter(|character| character.is_alphanumeric()).enumerate();
    let syllables: Vec<_> = named.filter_map(|(at, character)| syllable(at, character)).take(TYPED).collect();
    let initials: String = syllables.iter().filter_map(|syllable| syllable.chars().next()).collect();
    let mut words = syllables.clone();
    let (whole, given) = (syllables.concat(), syllables.get(1..).unwrap_or_default().concat());
    words.extend([whole.as_str(), given.as_str(), initials.as_str()]);
    words.retain(|word| !word.is_empty());
    words.dedup();
    words.join(" ")
}

/// How a folded name is said, so that those of one sound are one; none for a name of one character, or of none.
pub(crate) fn said(folded: &str) -> Option<String> {
    let named: Vec<_> = folded.chars().filter(|character| character.is_alphanumeric()).take(TYPED).collect();
    let sound = |(at, character): (usize, &char)| {
        syllable(at, *character).map_or_else(|| character.to_string(), |sound| format!("{sound} "))
    };
    (named.len() > 1).then(|| named.iter().enumerate().map(sound).collect())
}

/// Whether somebody who types `typed`, letters alone, may mean this folded name: each of neighbouring characters by its
/// syllable, or by the beginning of it.
pub(crate) fn is_typed(folded: &str, typed: &str) -> bool {
    let named = folded.chars().filter(|character| character.is_alphanumeric()).enumerate();
    let syllables: Vec<_> =
        named.take(MOST).map(|(at, character)| syllable(at, character).unwrap_or_default()).collect();
    (0..syllables.len()).any(|from| begins(&syllables[from..], typed))
}

fn begins(syllables: &[&str], typed: &str) -> bool {
    if typed.is_empty() {
        return true;
    }
    let Some((syllable, rest)) = syllables.split_first() else { return false };
    let shared = syllable.bytes().zip(typed.bytes()).take_while(|(a, b)| a == b).count();
    (1..=shared).rev().any(|taken| begins(rest, &typed[taken..]))
}

/// Every syllable there is, but for grunts without a vowel.
static SYLLABLES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let sounds = ('\u{4e00}'..='\u{9fff}').filter_map(|character| syllable(1, character));
    sounds.filter(|sound| sound.contains(['a', 'e', 'i', 'o', 'u', 'v'])).collect()
});

/// The whole syllables at the beginning of what somebody types, letters alone: the longest first.
pub(crate) fn whole_syllables(typed: &str) -> Vec<&str> {
    let mut rest = typed;
    let mut found = Vec::new();
    while let Some(length) = (1..=rest.len().min(6)).rev().find(|length| SYLLABLES.contains(&rest[..*length])) {
        let (syllable, later) = rest.split_at(length);
        found.push(syllable);
        rest = later;
    }
    found
}

fn syllable(at: usize, character: char) -> Option<&'static str> {
    let as_surname = || SURNAMES.iter().find(|(surname, _)| *surname == character).map(|(_, sound)| *sound);
    let read = || {
        character.to_pinyin().map(|sound| match sound.plain() {
            "lü" => "lv",
            "nü" => "nv",
            "lüe" => "lve",
            "nüe" => "nve",
            sound => sound,
        })
    };
    as_surname().filter(|_| at == 0).or_else(read).filter(|sound| sound.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_the_order_of_their_sound() {
        let mut names = ["王小明", "汪涵", "万里", "王安", "安娜", "alice", "Bob", "单田芳", "沙僧", "зоя", ""];
        names.sort_by_key(|name| sort_key(&store::fold(name)));
        assert_eq!(names, ["alice", "安娜", "Bob", "沙僧", "单田芳", "万里", "汪涵", "王安", "王小明", "зоя", ""]);
    }

    #[test]
    fn a_key_is_short_and_of_letters_and_digits_whatever_the_name() {
        for name in ["绿𠮷😀—Ω", "女", &"鬱".repeat(80), "%'\u{202e}\0"] {
            let key = sort_key(&store::fold(name));
            assert!(
                key.len() <= MOST + 10 && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            );
        }
    }

    #[test]
    fn a_name_is_found_however_it_is_typed() {
        assert_eq!(typed("王小明"), "wang xiao ming wangxiaoming xiaoming wxm");
        assert_eq!(typed("吕"), "lv l");
        assert_eq!(typed("bob"), "");
        for way in ["wangxiaoming", "wxm", "wangxm", "wangx", "xiaoming", "xming", "w"] {
            assert!(is_typed("王小明", way), "{way}");
        }
        for way in ["wm", "wangming", "mingx", "wangxiaomingx"] {
            assert!(!is_typed("王小明", way), "{way}");
        }
        assert_eq!(whole_syllables("wangxiaom"), ["wang", "xiao"]);
        assert!(whole_syllables("vvv").is_empty());
    }
}
