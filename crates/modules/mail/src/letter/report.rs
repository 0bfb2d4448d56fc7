//! What came back, and why: RFC 3464 where a mailer speaks it, and the words of those that do not.

use std::sync::LazyLock;

use mail_parser::{Message, MimeHeaders as _};
use regex::Regex;

use super::{address, id, words};

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

impl Report {
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
