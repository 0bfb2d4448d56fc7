//! What came back, and why: RFC 3464 where a mailer speaks it, and the words of those that do not.

use std::sync::LazyLock;

use mail_parser::{Message, MimeHeaders as _};
use regex::Regex;

use super::{address, id, words};
use crate::model::Mail;

/// What a bounce says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// The ids of mails that it names: the one that came back is among them.
    pub message_ids: Vec<String>,
    /// Who could not be reached.
    pub recipients: Vec<String>,
    /// Whether it will be tried again.
    pub delayed: bool,
    /// Why, in the mailer's words: one line.
    pub why: String,
}

static IDS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)message-id:\s*<([^<>\s]{1,400})>").expect("a fixed pattern"));
static RECIPIENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:final|original)-recipient:\s*(?:rfc822|utf-8)?\s*;?\s*<?([^\s<>;]{3,254})>?")
        .expect("a fixed pattern")
});
static ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"<([^\s<>@]{1,64}@[^\s<>]{3,180})>").expect("a fixed pattern"));
static STATUS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?im)^status:\s*([245]\.\d{1,3}\.\d{1,3})").expect("a fixed pattern"));
static ACTION: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?im)^action:\s*([a-z]+)").expect("a fixed pattern"));
static DIAGNOSTIC: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?im)^diagnostic-code:\s*(?:[a-z0-9-]+;)?\s*(.+(?:\r?\n[ \t].+)*)").expect("a fixed pattern")
});
/// What a mail server said, in a text for people.
static SAID: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)\b([45]\d\d[ -].{3,300}|#?5\.\d\.\d.{0,300})").expect("a fixed pattern"));

/// What RFC 3463 calls an address that is none: no such box (5.1.1), host (5.1.2), or spelling (5.1.3), moved away (5.1.6),
/// a host that takes no mail (5.1.10, RFC 7505), a box that was closed (5.2.1), no way there (5.4.4).
static DEAD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[^\d.])5\.(?:1\.(?:1|2|3|6|10)|2\.1|4\.4)(?:[^\d.]|$)").expect("a fixed pattern")
});
/// Any such number: where one is given, words count for nothing.
static ENHANCED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:^|[^\d.])[245]\.\d{1,3}\.\d{1,3}(?:[^\d.]|$)").expect("a fixed pattern"));
/// What servers say that give none.
static NOBODY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)55[013].*(?:user unknown|unknown user|no such (?:user|recipient|mailbox)|user not found|does not exist|invalid recipient|用户不存在|收件人不存在)")
        .expect("a fixed pattern")
});

/// Whether a mail server says that an address is dead, and not merely full, closed to us, or out of reach just now.
pub(crate) fn is_dead(why: &str) -> bool {
    DEAD.is_match(why) || (!ENHANCED.is_match(why) && NOBODY.is_match(why))
}

impl Report {
    /// The address this mail was for first, when the report says that it is dead.
    pub(crate) fn dead_among(&self, mail: &Mail) -> Option<String> {
        let first = mail.recipients.0.first()?.address.clone();
        let named = self.recipients.contains(&first) || (self.recipients.is_empty() && mail.everybody().count() == 1);
        (!self.delayed && named && is_dead(&self.why)).then_some(first)
    }

    pub(super) fn of(message: &Message<'_>, text: &str) -> Self {
        let raw = String::from_utf8_lossy(message.raw_message());
        let mut message_ids: Vec<String> = IDS.captures_iter(&raw).filter_map(|found| id(&found[1])).take(50).collect();
        message_ids.extend(super::references(message));
        let parts: Vec<String> = message
            .parts
            .iter()
            .filter(|part| {
                part.content_type()
                    .is_some_and(|kind| kind.subtype().is_some_and(|kind| kind.eq_ignore_ascii_case("delivery-status")))
            })
            .map(|part| String::from_utf8_lossy(part.contents()).into_owned())
            .collect();
        let status = if parts.is_empty() { raw.as_ref().to_owned() } else { parts.join("\n") };
        let mut recipients: Vec<String> =
            RECIPIENT.captures_iter(&status).filter_map(|found| address(&found[1])).collect();
        if let Some(failed) = message.header_raw("X-Failed-Recipients") {
            recipients.extend(failed.split(',').filter_map(address));
        }
        if recipients.is_empty() {
            recipients.extend(ADDRESS.captures_iter(text).filter_map(|found| address(&found[1])));
        }
        recipients.sort_unstable();
        recipients.dedup();
        recipients.truncate(20);
        let code = STATUS.captures(&status).map(|found| found[1].to_owned());
        let action = ACTION.captures(&status).map(|found| found[1].to_ascii_lowercase());
        let said = DIAGNOSTIC.captures(&status).or_else(|| SAID.captures(text)).map(|found| words::one_line(&found[1]));
        let first = || text.lines().map(str::trim).find(|line| line.len() > 8).map(words::one_line);
        let said = said.or_else(first).unwrap_or_default();
        let why = match &code {
            Some(code) if !said.contains(code.as_str()) => format!("{code} {said}"),
            _ => said,
        };
        Self {
            message_ids,
            recipients,
            delayed: action.as_deref() == Some("delayed")
                || code.is_some_and(|code| code.starts_with('4') && action.as_deref() != Some("failed")),
            why: why.trim().chars().take(300).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_dead_only_when_its_server_says_so() {
        for (why, dead) in [
            ("5.1.1 550 no such user here", true),
            ("permanent error (550): 5.1.10 recipient address has null MX", true),
            ("550 5.2.1 mailbox disabled", true),
            ("550 User unknown", true),
            ("551 收件人不存在", true),
            ("5.2.2 552 mailbox full", false),
            ("5.7.1 550 rejected: no such user would send this", false),
            ("5.1.15 something", false),
            ("451 4.7.1 try again", false),
            ("550 blocked by policy", false),
            ("", false),
        ] {
            assert_eq!(is_dead(why), dead, "{why}");
        }
    }
}
