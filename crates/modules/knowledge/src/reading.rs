//! How a text is typed by who knows its sound: pinyin and initials, all readings of it.

use pinyin::{Pinyin, ToPinyinMulti as _};

/// Spellings of one text at most. A text with more readings than that is spelled so that each
/// reading of each character still occurs.
const MOST: usize = 24;

/// The initials of `text` in every reading, apart by blanks: `银行` is `yh yx`.
pub(crate) fn initials(text: &str) -> String {
    spell(text, Pinyin::first_letter)
}

/// The pinyin of `text` without tones in every reading, apart by blanks: `yinhang yinxing …`.
pub(crate) fn pinyin(text: &str) -> String {
    // ü is typed v.
    spell(text, |sound| sound.plain()).replace('ü', "v")
}

fn spell(text: &str, of: impl Fn(Pinyin) -> &'static str) -> String {
    let mut spellings = vec![String::new()];
    for character in text.chars().filter(|character| character.is_alphanumeric()) {
        let mut sounds: Vec<String> = Vec::new();
        for sound in character.to_pinyin_multi().into_iter().flatten() {
            let sound = of(sound).to_owned();
            if !sounds.contains(&sound) {
                sounds.push(sound);
            }
        }
        if sounds.is_empty() {
            sounds.push(character.to_lowercase().collect());
        }
        if spellings.len() * sounds.len() > MOST {
            // Turn and turn about; never fewer spellings than sounds.
            while spellings.len() < sounds.len() {
                spellings.push(spellings[spellings.len() - 1].clone());
            }
            spellings.iter_mut().enumerate().for_each(|(n, spelling)| spelling.push_str(&sounds[n % sounds.len()]));
        } else {
            spellings =
                spellings.iter().flat_map(|done| sounds.iter().map(move |sound| format!("{done}{sound}"))).collect();
        }
    }
    spellings.join(" ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn has(spelled: &str, one: &str) -> bool {
        spelled.split(' ').any(|spelling| spelling == one)
    }

    #[test]
    fn every_reading_of_a_text_is_found() {
        assert!(has(&pinyin("银行"), "yinhang") && has(&pinyin("银行"), "yinxing"));
        assert!(has(&initials("银行"), "yh") && has(&initials("银行"), "yx"));
        assert!(has(&initials("重庆长乐"), "cqcl") && has(&initials("重庆长乐"), "zqzy"));
        assert_eq!(initials("VIP 客户,您好!"), initials("vip客户您好"));
        assert!(has(&initials("VIP 客户"), "vipkh"));
        assert!(has(&pinyin("绿卡"), "lvka"));
        assert_eq!((initials(""), pinyin("?!")), (String::new(), String::new()));
    }

    proptest! {
        #[test]
        fn no_text_has_more_spellings_than_a_row_can_bear(text in "[重长行乐好了的a-z ]{0,60}") {
            let spelled = pinyin(&text);
            prop_assert!(spelled.split(' ').count() <= MOST);
            // Each sound of the last character ends some spelling.
            if let Some(sounds) = text.trim_end().chars().last().and_then(|last| last.to_pinyin_multi()) {
                for sound in sounds {
                    let sound = sound.plain().replace('ü', "v");
                    prop_assert!(spelled.split(' ').any(|spelling| spelling.ends_with(&sound)), "{} in {}", sound, spelled);
                }
            }
        }
    }
}
