//! A mail as it is written: every part of it from what was checked or is encoded, so that no text of
//! anybody's becomes a line of its head.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use conversations::{Card, Data, Message};
use files::StoredFile;
use kernel::{Error, Result, Timestamp};
use mail_builder::{
    MessageBuilder,
    headers::{message_id::MessageId, raw::Raw},
};

use crate::{
    letter::{Kind, LOOP_HEADER, Mailer, one_line},
    model::{Mail, Mailbox, Thread},
};

/// A mail before it is written.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub message_id: String,
    pub references: Vec<String>,
    pub from: Mailer,
    pub to: Vec<Mailer>,
    pub cc: Vec<Mailer>,
    pub subject: String,
    pub text: String,
    pub at: Timestamp,
    /// What it says of itself where a machine writes it (RFC 3834).
    pub automatic: Option<&'static str>,
    pub attachments: Vec<(StoredFile, Vec<u8>)>,
}

impl Outgoing {
    pub(crate) fn new(
        mail: &Mail,
        mailbox: &Mailbox,
        thread: Option<&Thread>,
        message: Option<&Message>,
        quoted: Option<&Mail>,
        files: Vec<StoredFile>,
    ) -> Self {
        let said = message.map_or_else(|| mail.text.clone(), words);
        let mut text = said.trim_end().to_owned();
        if !mailbox.signature.is_empty() {
            text = format!("{text}\n\n-- \n{}", mailbox.signature);
        }
        if let Some(quoted) = quoted {
            let repeated = match mail.kind {
                Kind::Forward => passed_on(quoted),
                _ => repeated(quoted),
            };
            text = format!("{text}\n\n{repeated}");
        }
        let is_forward = mail.kind == Kind::Forward;
        let past = thread.into_iter().flat_map(|thread| &thread.past.0);
        let past = past.filter(|id| **id != mail.message_id && !is_forward);
        Self {
            message_id: mail.message_id.clone(),
            references: past.cloned().collect(),
            from: mail.sender.clone(),
            to: mail.recipients.0.clone(),
            cc: mail.cc.0.clone(),
            subject: mail.subject.clone(),
            text: text.trim_start().to_owned(),
            at: mail.at,
            automatic: match mail.kind {
                Kind::Acknowledgement => Some("auto-replied"),
                Kind::Notice => Some("auto-generated"),
                _ => None,
            },
            attachments: files.into_iter().map(|file| (file, Vec::new())).collect(),
        }
    }
}

/// A mail that is answered, below the answer.
fn repeated(mail: &Mail) -> String {
    let lines: Vec<_> = mail.text.lines().map(|line| format!("> {line}")).collect();
    format!("{}:\n{}", mail.sender.address, lines.join("\n"))
}

/// A mail that is passed on: who wrote what to whom.
fn passed_on(mail: &Mail) -> String {
    let name = |one: &Mailer| match one.name.is_empty() {
        true => one.address.clone(),
        false => format!("{} <{}>", one_line(&one.name), one.address),
    };
    let all = |list: &[Mailer]| list.iter().map(name).collect::<Vec<_>>().join(", ");
    let mut head =
        format!("-------- Forwarded --------\nFrom: {}\nTo: {}\n", name(&mail.sender), all(&mail.recipients.0));
    if !mail.cc.0.is_empty() {
        head.push_str(&format!("Cc: {}\n", all(&mail.cc.0)));
    }
    format!("{head}Subject: {}\n\n{}", one_line(&mail.subject), mail.text)
}

/// What a message says, also where it is a card.
fn words(message: &Message) -> String {
    match &message.data {
        Some(Data::Card(Card { title, subtitle, price, url, .. })) => {
            let more = [Some(title), subtitle.as_ref(), price.as_ref(), url.as_ref()];
            more.into_iter().flatten().cloned().collect::<Vec<_>>().join("\n")
        }
        _ => message.text.clone(),
    }
}

/// The bytes of a mail.
///
/// # Errors
/// None that another try would not meet.
pub(crate) fn write(mail: &Outgoing) -> Result<Vec<u8>> {
    let mut builder = MessageBuilder::new()
        .message_id(MessageId::new(plain_id(&mail.message_id)))
        .date(mail.at.millis() / 1_000)
        .header("From", Raw::new(person(&mail.from)))
        .header("To", Raw::new(people(&mail.to)))
        .subject(one_line(&mail.subject))
        .header(LOOP_HEADER, Raw::new("1"))
        .text_body(mail.text.as_str());
    if !mail.cc.is_empty() {
        builder = builder.header("Cc", Raw::new(people(&mail.cc)));
    }
    let references: Vec<_> = mail.references.iter().map(|id| plain_id(id)).filter(|id| !id.is_empty()).collect();
    if let Some(last) = references.last() {
        builder = builder.in_reply_to(MessageId::new(last.clone()));
        builder = builder.references(MessageId::new_list(references.into_iter()));
    }
    if let Some(automatic) = mail.automatic {
        builder = builder
            .header("Auto-Submitted", Raw::new(automatic))
            .header("X-Auto-Response-Suppress", Raw::new("All"))
            .header("Precedence", Raw::new("bulk"));
    }
    for (file, bytes) in &mail.attachments {
        builder = builder.attachment(one_line(&file.mime), one_line(&file.name), bytes.as_slice());
    }
    builder.write_to_vec().map_err(Error::internal)
}

fn people(all: &[Mailer]) -> String {
    all.iter().map(person).collect::<Vec<_>>().join(",\r\n\t")
}

/// Somebody's name and address. A name beyond ASCII is a row of encoded words, which no quotes may hold.
fn person(one: &Mailer) -> String {
    let (name, address) = (one_line(&one.name), one_line(&one.address).replace(['<', '>', ' '], ""));
    if name.is_empty() {
        return format!("<{address}>");
    }
    if name.is_ascii() {
        return format!("\"{}\" <{address}>", name.replace(['"', '\\'], ""));
    }
    let mut words: Vec<String> = vec![String::new()];
    for c in name.chars() {
        // 45 bytes are 60 characters of Base64: a word is no longer than 75.
        if words.last().is_some_and(|word| word.len() + c.len_utf8() > 42) {
            words.push(String::new());
        }
        words.last_mut().expect("there is one").push(c);
    }
    let words = words.iter().map(|word| format!("=?utf-8?B?{}?=", BASE64_STANDARD.encode(word)));
    format!("{} <{address}>", words.collect::<Vec<_>>().join(" "))
}

/// An id that is one: what is none is left out rather than written.
fn plain_id(id: &str) -> String {
    let plain = id.chars().all(|c| c.is_ascii_graphic() && !"<>()\"\\,;:".contains(c) || "@.".contains(c));
    if plain { id.to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn outgoing(subject: &str, name: &str, text: &str, id: &str) -> Outgoing {
        let mailer = |name: &str, address: &str| Mailer { name: name.into(), address: address.into() };
        Outgoing {
            message_id: "mal_1@example.com".into(),
            references: vec![id.into()],
            from: mailer(name, "desk@example.com"),
            to: vec![mailer(name, "who@example.com"), mailer("", "b@example.com")],
            cc: vec![mailer(name, "copy@example.com")],
            subject: subject.into(),
            text: text.into(),
            at: Timestamp::from_millis(1_795_140_000_000),
            automatic: None,
            attachments: Vec::new(),
        }
    }

    /// The names of the lines of a mail's head.
    fn head(raw: &[u8]) -> Vec<String> {
        let text = String::from_utf8_lossy(raw).into_owned();
        let head = text.split("\r\n\r\n").next().unwrap_or_default().to_owned();
        let lines = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
        lines.map(|line| line.split(':').next().unwrap_or_default().to_owned()).collect()
    }

    proptest! {
        #[test]
        fn no_text_becomes_a_line_of_the_head(subject: String, name: String, text: String, id: String) {
            let known = ["Message-ID", "Date", "From", "To", "Cc", "Subject", "X-Zhike-Loop", "In-Reply-To", "References", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"];
            for evil in ["", "\r\nBcc: x@evil.example", "\nBcc: x", "\r\n\r\nbody", "\u{2028}Bcc: x"] {
                let mail = outgoing(&format!("{subject}{evil}"), &format!("{name}{evil}"), &text, &format!("{id}{evil}"));
                let raw = write(&mail).unwrap();
                for line in head(&raw) {
                    prop_assert!(known.contains(&line.as_str()), "{line:?} in {}", String::from_utf8_lossy(&raw));
                }
            }
        }

        #[test]
        fn what_is_said_is_what_is_read(subject in "[一-龥a-z ]{1,60}", text in "[一-龥a-z，。]{1,200}") {
            let raw = write(&outgoing(&subject, "客服", &text, "a@b")).unwrap();
            let raw = String::from_utf8(raw).unwrap().replace("X-Zhike-Loop: 1\r\n", "");
            let letter = crate::letter::Letter::read(raw.as_bytes()).unwrap();
            prop_assert_eq!(letter.subject, one_line(&subject));
            prop_assert_eq!(letter.text.trim(), text.trim());
            prop_assert_eq!(letter.references, vec!["a@b".to_owned()]);
            prop_assert_eq!(letter.from.name, "客服");
        }
    }
}
