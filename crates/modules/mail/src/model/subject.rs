//! Subjects: what an answer is called, and the mark by which an answer to it finds back.

use std::sync::LazyLock;

use regex::Regex;

static TOKEN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\[#([a-z2-7]{12})\]").expect("a fixed pattern"));
static ANSWER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\s*((re|aw|sv|fwd?|fw|wg|回复|回覆|答复|答覆|转发|轉寄|轉發)\s*(\[\d+\])?\s*[:：]\s*)+")
        .expect("a fixed pattern")
});
/// Characters of a subject.
const LONGEST: usize = 150;

/// The mark in a subject; none without.
pub(crate) fn token_in(subject: &str) -> Option<String> {
    TOKEN.captures(subject).map(|found| found[1].to_owned())
}

/// What an answer to a mail of this subject is called: one `Re:`, the subject, the mark.
pub(crate) fn answer_to(subject: &str, token: &str) -> String {
    let bare = bare(subject);
    let bare = ANSWER.replace(&bare, "");
    format!("Re: {bare} [#{token}]").replace("Re:  [", "Re: [")
}

/// A subject somebody wrote, with the mark.
pub(crate) fn marked(subject: &str, token: &str) -> String {
    format!("{} [#{token}]", bare(subject)).trim_start().to_owned()
}

/// A subject without a mark, on one line that is not too long.
pub(crate) fn bare(subject: &str) -> String {
    let bare = TOKEN.replace_all(subject, "");
    crate::letter::one_line(&bare).chars().take(LONGEST).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn answers_do_not_pile_up() {
        assert_eq!(answer_to("回复：Re: 发票 [#abcdefghij27]", "qrstuvwxyz22"), "Re: 发票 [#qrstuvwxyz22]");
        assert_eq!(answer_to("", "abcdefghij27"), "Re: [#abcdefghij27]");
        assert_eq!(token_in("AW: x [#abcdefghij27] y").as_deref(), Some("abcdefghij27"));
        assert_eq!(token_in("[#123]"), None);
        assert_eq!(marked("发票\r\nBcc: x [#abcdefghij27]", "qrstuvwxyz22"), "发票 Bcc: x [#qrstuvwxyz22]");
    }

    proptest! {
        #[test]
        fn an_answers_subject_is_one_line_that_finds_back(subject: String) {
            let answer = answer_to(&subject, "abcdefghij27");
            prop_assert!(!answer.chars().any(char::is_control));
            prop_assert_eq!(answer_to(&answer, "abcdefghij27"), answer);
        }
    }
}
