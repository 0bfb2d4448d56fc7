//! Who wrote: a person, or a machine.

use std::sync::LazyLock;

use mail_parser::{HeaderValue, Message, MimeHeaders as _};
use regex::Regex;
use store::text_enum;

use super::Mailer;

text_enum! {
    /// What a mail is.
    #[derive(Default)]
    pub enum Kind {
        /// Somebody wrote it.
        #[default]
        Mail = "mail",
        /// It went to many, by a list: it is answered like any other, but not by a machine.
        Bulk = "bulk",
        /// A machine answered.
        AutoReply = "auto_reply",
        /// It says that another could not be delivered.
        Bounce = "bounce",
        /// It is our own, come back to us.
        Loop = "loop",
        /// Our word that a mail arrived.
        Acknowledgement = "acknowledgement",
        /// What the house told a customer by itself, outside any conversation.
        Notice = "notice",
        /// A colleague passed another on to somebody who is not the customer.
        Forward = "forward",
    }
}

/// What every mail of ours bears, and no other.
pub(crate) const LOOP_HEADER: &str = "X-Zhike-Loop";

static BOUNCED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)undeliver|returned mail|return(ed)? to sender|delivery (status|failure|notification|problem|error|report)|delivery (has )?failed|",
        r"failure notice|failed delivery|mail delivery|mail could not|message you sent blocked|nondeliverable|non-deliver|unzustellbar|",
        r"mail system error|delivery unsuccessful|could not be delivered|退信|投递失败|投遞失敗|无法投递|無法投遞|无法送达|無法傳遞|未送達|配信不能|送信エラー|",
        r"user unknown|mailbox (is )?full|mail failure|不達",
    ))
    .expect("a fixed pattern")
});
static ANSWERED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^\s*(re:\s*)?\[?(out of (the )?office|automatic reply|auto(matic)?[ -]?(reply|response|responder)|auto\s*:|abwesen|vacation|自动回复|自動回覆|自动答复|自動返信|自動応答|不在)",
    )
    .expect("a fixed pattern")
});
const DAEMONS: &[&str] =
    &["mailer-daemon", "mailer_daemon", "mailerdaemon", "mail-daemon", "maildaemon", "postmaster", "mdaemon"];

impl Kind {
    /// What this is, by what machines are asked to say of themselves, and by what they say all the same.
    pub(super) fn of(message: &Message<'_>, from: Option<&Mailer>) -> Self {
        let text = |name: &'static str| match message.header(name) {
            Some(HeaderValue::Text(text)) => Some(text.trim().to_ascii_lowercase()),
            Some(HeaderValue::TextList(list)) => list.first().map(|text| text.trim().to_ascii_lowercase()),
            Some(_) => Some(String::new()),
            None => None,
        };
        let has = |name: &'static str| message.header(name).is_some();
        if has(LOOP_HEADER) {
            return Self::Loop;
        }
        let kind = message.content_type();
        let attribute = kind.and_then(|kind| kind.attribute("report-type")).unwrap_or_default().to_ascii_lowercase();
        let is_report = kind.is_some_and(|kind| kind.subtype().is_some_and(|kind| kind.eq_ignore_ascii_case("report")));
        let subject = message.subject().unwrap_or_default();
        let local = from.and_then(|from| from.address.split('@').next()).unwrap_or_default();
        let daemon = DAEMONS.iter().any(|name| local == *name || local.starts_with(&format!("{name}+")));
        let nobody = message.header_raw("Return-Path").is_some_and(|path| path.trim() == "<>");
        let bounced = BOUNCED.is_match(subject);
        if (is_report && attribute != "disposition-notification")
            || has("X-Failed-Recipients")
            || daemon
            || (nobody
                && !ANSWERED.is_match(subject)
                && text("auto-submitted").is_none_or(|said| said != "auto-replied" || bounced))
            || (bounced && (has_report(message) || nobody))
        {
            return Self::Bounce;
        }
        let said = text("auto-submitted").is_some_and(|said| said != "no");
        let precedence = text("precedence").unwrap_or_default();
        let marked = ["x-autoreply", "x-autorespond", "x-autoreply-from", "x-mail-autoreply", "x-vacation", "x-loop"];
        if said
            || nobody
            || is_report
            || precedence == "auto_reply"
            || marked.iter().any(|name| has(name))
            || ANSWERED.is_match(subject)
        {
            return Self::AutoReply;
        }
        let list = ["list-id", "list-unsubscribe", "list-post"].iter().any(|name| has(name));
        if list || ["bulk", "list", "junk"].contains(&precedence.as_str()) {
            Self::Bulk
        } else {
            Self::Mail
        }
    }
}

/// Whether a report lies in it, though it does not say so at its head.
fn has_report(message: &Message<'_>) -> bool {
    message.parts.iter().any(|part| {
        let kind = part.content_type();
        kind.is_some_and(|kind| {
            kind.ctype().eq_ignore_ascii_case("message") || kind.subtype() == Some("rfc822-headers")
        })
    }) || message.text_bodies().any(|part| {
        let text = part.text_contents().unwrap_or_default();
        text.contains("Message-ID:")
            || text.contains("Message-Id:")
            || text.contains("Received:")
            || text.contains("said: 5")
    })
}
