//! A mail as it came, read: pure, and for any bytes whatever.

mod charset;
mod html;
mod kind;
mod limits;
mod lines;
mod quotes;
mod report;
#[cfg(test)]
mod tests;
mod words;

use kernel::Timestamp;
use mail_parser::{
    Address, Encoding, GetHeader as _, HeaderName, HeaderValue, Message, MessageParser, MessagePart, MimeHeaders as _,
    PartType,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use html::clean;
pub(crate) use html::escape;
pub use kind::Kind;
pub(crate) use kind::LOOP_HEADER;
pub(crate) use limits::{LARGEST, Unreadable};
pub(crate) use report::{Report, is_dead};
pub(crate) use words::one_line;

/// Characters of a text that are kept.
const LONGEST_TEXT: usize = 200_000;
/// Attachments that are taken of one mail.
pub(crate) const MOST_ATTACHMENTS: usize = 30;

/// Somebody who can be written to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Mailer {
    /// The name they give themselves; may be empty.
    #[serde(default)]
    pub name: String,
    /// Their address, in lower case.
    pub address: String,
}

/// Something a mail brings along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attachment {
    pub name: String,
    /// What the text refers to it by, when it does.
    pub cid: Option<String>,
    pub bytes: Vec<u8>,
}

/// A mail, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Letter {
    /// Its own id; made of what it says where its sender gave it none.
    pub message_id: String,
    /// The ids of the mails before it that it names, the nearest last.
    pub references: Vec<String>,
    pub from: Mailer,
    /// Whom an answer goes to.
    pub reply_to: Mailer,
    pub to: Vec<Mailer>,
    pub cc: Vec<Mailer>,
    pub subject: String,
    /// When it was written, as its sender says.
    pub date: Option<Timestamp>,
    /// All its text.
    pub text: String,
    /// Its text without earlier mails.
    pub fresh: String,
    /// Its HTML, harmless; none when it has only text.
    pub html: Option<String>,
    /// Pictures in it that lie elsewhere.
    pub remote_pictures: usize,
    pub attachments: Vec<Attachment>,
    pub kind: Kind,
    /// What came back, and why.
    pub report: Option<Report>,
}

impl Letter {
    /// Reads a mail.
    ///
    /// # Errors
    /// Why it cannot be read: it is kept as it is then.
    pub(crate) fn read(raw: &[u8]) -> Result<Self, Unreadable> {
        limits::check(raw)?;
        let raw = limits::without_hidden_letters(raw);
        let message = MessageParser::default().parse(&*raw).ok_or(Unreadable::Malformed)?;
        limits::check_parts(&message)?;
        let from = mailer(&message, &raw, HeaderName::From).or_else(|| mailer(&message, &raw, HeaderName::Sender));
        let kind = Kind::of(&message, from.as_ref());
        let from = match (from, kind) {
            (Some(from), _) => from,
            // What comes back from nobody is still known for what it is.
            (None, Kind::Bounce) => Mailer::default(),
            (None, _) => return Err(Unreadable::NoSender),
        };
        let body = Body::of(&message);
        let fresh = quotes::fresh(&body.text);
        let report = (kind == Kind::Bounce).then(|| Report::of(&message, &body.text));
        Ok(Self {
            message_id: message.message_id().and_then(id).unwrap_or_else(|| made_id(&raw)),
            references: references(&message),
            reply_to: mailer(&message, &raw, HeaderName::ReplyTo).unwrap_or_else(|| from.clone()),
            from,
            to: mailers(message.to()),
            cc: mailers(message.cc()),
            subject: subject(&message, &raw),
            date: message.date().map(|date| Timestamp::from_millis(date.to_timestamp().saturating_mul(1_000))),
            text: body.text,
            fresh,
            html: body.html,
            remote_pictures: body.remote,
            attachments: attachments(&message),
            kind,
            report,
        })
    }
}

struct Body {
    text: String,
    html: Option<String>,
    remote: usize,
}

impl Body {
    /// The text as text where there is one, else as the HTML says it.
    fn of(message: &Message<'_>) -> Self {
        let raw = message.raw_message();
        let of_kind = |ids: &[u32], wanted: fn(&PartType<'_>) -> bool| {
            let found = ids.iter().filter_map(|id| message.parts.get(*id as usize)).filter(|part| wanted(&part.body));
            found.map(|part| decoded(part, raw)).collect::<Vec<_>>().join("\n")
        };
        let html = of_kind(&message.html_body, |body| matches!(body, PartType::Html(_)));
        let text = of_kind(&message.text_body, |body| matches!(body, PartType::Text(_)));
        let clean = (!html.trim().is_empty()).then(|| clean(&html));
        let text = match &clean {
            Some(clean) if text.trim().is_empty() => clean.text.clone(),
            _ => tidy(&text),
        };
        let text = text.chars().take(LONGEST_TEXT).collect();
        let (html, remote) = clean.map_or((None, 0), |clean| (Some(clean.html), clean.remote));
        Self { text, html, remote }
    }
}

/// Without what shows nothing: carriage returns, controls, blanks at the end of lines.
fn tidy(text: &str) -> String {
    let plain = |c: &char| *c == '\n' || *c == '\t' || !c.is_control();
    let text: String = text.replace("\r\n", "\n").replace('\r', "\n").chars().filter(plain).collect();
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// A part's text, in its charset or in the one it turns out to be in.
fn decoded(part: &MessagePart<'_>, raw: &[u8]) -> String {
    let label = part.content_type().and_then(|kind| kind.attribute("charset"));
    let (from, to) = (part.raw_body_offset() as usize, part.raw_end_offset() as usize);
    let bytes = raw.get(from..to).unwrap_or_default();
    let bytes = match part.encoding {
        Encoding::None => bytes.to_vec(),
        Encoding::Base64 => words::base64(bytes).unwrap_or_default(),
        Encoding::QuotedPrintable => {
            mail_parser::decoders::quoted_printable::quoted_printable_decode(bytes).unwrap_or_default()
        }
    };
    if bytes.is_empty() {
        return part.text_contents().unwrap_or_default().to_owned();
    }
    charset::decode(label, &bytes)
}

/// The raw value of the first header of this name.
fn raw_header<'r>(message: &Message<'_>, raw: &'r [u8], name: HeaderName<'static>) -> Option<&'r [u8]> {
    let header = message.root_part().headers.header(name)?;
    raw.get(header.offset_start as usize..header.offset_end as usize)
}

fn subject(message: &Message<'_>, raw: &[u8]) -> String {
    raw_header(message, raw, HeaderName::Subject).map(words::read).unwrap_or_default().chars().take(300).collect()
}

fn mailer(message: &Message<'_>, raw: &[u8], name: HeaderName<'static>) -> Option<Mailer> {
    let found = message.header(name.clone()).and_then(HeaderValue::as_address).and_then(Address::first)?;
    let address = address(found.address()?)?;
    let read = raw_header(message, raw, name).map(words::read).unwrap_or_default();
    // Before the address, as it is written; a mailer may have cut its characters in two.
    let written = read.split_once('<').map(|(name, _)| name.trim().trim_matches(['"', '\'']).trim().to_owned());
    let name = written.filter(|name| !name.is_empty() && !read.contains(',')).or_else(|| found.name().map(one_line));
    Some(Mailer { name: name.unwrap_or_default().replace(['<', '>', '"'], "").chars().take(80).collect(), address })
}

fn mailers(list: Option<&Address<'_>>) -> Vec<Mailer> {
    let all = list.into_iter().flat_map(Address::iter);
    all.filter_map(|one| {
        let name = one.name().map(one_line).unwrap_or_default().chars().take(80).collect();
        Some(Mailer { name, address: address(one.address()?)? })
    })
    .take(50)
    .collect()
}

/// An address in its one spelling; none when it is none.
pub(crate) fn address(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(['<', '>']).to_lowercase();
    customers::api::is_email(&text).then_some(text)
}

/// An id without its brackets; none when it could not be one.
fn id(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(['<', '>']);
    let plain = text.chars().all(|c| !c.is_control() && !c.is_whitespace() && c != '<' && c != '>');
    (plain && (1..=400).contains(&text.len())).then(|| text.to_owned())
}

/// The same mail gives the same id, whenever it is read.
pub(crate) fn made_id(raw: &[u8]) -> String {
    let sum = Sha256::digest(raw);
    let sum = kernel::hex(&sum[..16]);
    format!("{sum}@no-id.invalid")
}

fn references(message: &Message<'_>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for value in [message.references(), message.in_reply_to()] {
        let ids = match value {
            HeaderValue::Text(one) => vec![one.to_string()],
            HeaderValue::TextList(many) => many.iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        };
        for found in ids.iter().filter_map(|one| id(one)) {
            all.retain(|known| *known != found);
            all.push(found);
        }
    }
    let from = all.len().saturating_sub(40);
    all.split_off(from)
}

fn attachments(message: &Message<'_>) -> Vec<Attachment> {
    let shown = |id: &u32| message.text_body.contains(id) || message.html_body.contains(id);
    let ids = message.attachments.iter().chain(message.html_body.iter().filter(|id| !message.attachments.contains(id)));
    let mut all = Vec::new();
    for id in ids {
        let Some(part) = message.parts.get(*id as usize) else { continue };
        let is_text = matches!(part.body, PartType::Text(_) | PartType::Html(_) | PartType::Multipart(_));
        if is_text && shown(id) && part.attachment_name().is_none() {
            continue;
        }
        // What was read already: the report of a bounce.
        let kind = part.content_type().map(|kind| kind.ctype().to_ascii_lowercase());
        if kind.as_deref() == Some("message") && part.attachment_name().is_none() {
            continue;
        }
        let name = part.attachment_name().map(|name| words::read(name.as_bytes())).filter(|name| !name.is_empty());
        let subtype = part.content_type().and_then(|kind| kind.subtype()).unwrap_or("bin").to_ascii_lowercase();
        all.push(Attachment {
            name: name.unwrap_or_else(|| format!("attachment.{subtype}")),
            cid: part.content_id().and_then(self::id),
            bytes: part.contents().to_vec(),
        });
    }
    all.retain(|one| !one.bytes.is_empty());
    all.truncate(MOST_ATTACHMENTS);
    all
}
