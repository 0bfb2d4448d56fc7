//! The words by which somebody wants no more messages, or wants them again. Pure.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Words of a list at most, and characters of one.
const MOST: usize = 30;
const LONGEST: usize = 20;
/// Characters of a message that can be such a word.
const MESSAGE: usize = 60;

/// Words that count when they are the whole message, in whatever case and width.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Words(pub Vec<String>);

store::kept_as_json!(Words);

impl Words {
    /// These, one a line or between commas and blanks.
    pub(crate) fn of(text: &str) -> Self {
        Self(text.split_whitespace().map(str::to_owned).collect())
    }

    /// The list as it is kept: without blanks around, empty ones and repeats; none where there are too many or too long ones.
    pub(crate) fn tidy(&self) -> Option<Self> {
        let mut kept: Vec<String> = Vec::new();
        for word in self.0.iter().map(|word| word.trim()).filter(|word| !word.is_empty()) {
            let plain =
                word.chars().count() <= LONGEST && !word.chars().any(char::is_control) && !folded(word).is_empty();
            if !plain {
                return None;
            }
            if !kept.iter().any(|known| folded(known) == folded(word)) {
                kept.push(word.to_owned());
            }
        }
        (kept.len() <= MOST).then_some(Self(kept))
    }

    /// The word that is the whole message, if it is one.
    pub(crate) fn is(&self, message: &str) -> Option<&str> {
        if message.chars().take(MESSAGE + 1).count() > MESSAGE {
            return None;
        }
        let said = folded(message);
        self.0.iter().find(|word| !said.is_empty() && folded(word) == said).map(String::as_str)
    }

    /// Whether both lists have a word.
    pub(crate) fn share(&self, other: &Self) -> bool {
        self.0.iter().any(|word| other.is(word).is_some())
    }
}

/// Full-width letters as the usual ones, lower case, without blanks and marks around.
fn folded(text: &str) -> String {
    let narrow = text.chars().map(|letter| match letter {
        '！'..='～' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        '\u{3000}' => ' ',
        letter => letter,
    });
    let narrow: String = narrow.flat_map(char::to_lowercase).collect();
    let around = |letter: char| {
        letter.is_whitespace()
            || letter.is_control()
            || matches!(letter, '.' | '。' | '!' | '"' | '\'' | '“' | '”' | '「' | '」' | '\u{feff}' | '\u{200b}')
    };
    narrow.trim_matches(around).to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_word_counts_when_it_is_the_whole_message_and_only_then() {
        let words = Words::of("退订 TD T N STOP UNSUBSCRIBE 取消订阅");
        for message in
            ["退订", " 退订。", "td", "ＴＤ", "Td\r\n", "“STOP”", "Stop!", "取消订阅", "　ｔ　", "unsubscribe"]
        {
            assert!(words.is(message).is_some(), "{message}");
        }
        for message in ["", " ", "。", "请问怎么退订", "TD 1", "stop it", "tdd", "不退订", &"退订".repeat(200)]
        {
            assert_eq!(words.is(message), None, "{message}");
        }
    }

    #[test]
    fn a_list_is_tidied_and_has_its_limits() {
        let words = Words(vec![" TD ".into(), "td".into(), String::new(), "退订".into()]);
        assert_eq!(words.tidy(), Some(Words(vec!["TD".into(), "退订".into()])));
        assert_eq!(Words(vec!["x".repeat(21)]).tidy(), None);
        assert_eq!(Words(vec!["。".into()]).tidy(), None);
        assert_eq!(Words((0..31).map(|at| format!("w{at}")).collect()).tidy(), None);
        assert!(Words::of("TD T").share(&Words::of("start ｔ")));
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_looked_at(message in "\\PC{0,80}") {
            let _ = Words::of("TD").is(&message);
        }
    }
}
