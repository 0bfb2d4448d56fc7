//! What somebody said.

use files::FileId;
use kernel::{Check, Error, FieldError, Id, Noun, Result, Timestamp};
use serde::{Deserialize, Serialize};
use store::{SearchDoc, text_enum};
use utoipa::ToSchema;

use super::{Author, ConversationId, Event, Named};

text_enum! {
    /// What a message is.
    pub enum MessageKind {
        /// Text.
        Text = "text",
        /// A file, with an optional text.
        File = "file",
        /// A product or an order, shown as a card: see `data`.
        Card = "card",
        /// A note among staff; the customer never sees it.
        Note = "note",
        /// Something that happened: see `data`.
        Event = "event",
    }
}

store::record! {
    /// Something somebody said, or that happened.
    ///
    /// Texts are kept as they were written: markup is text, and marks that turn the direction of
    /// writing stay in. Whoever shows one isolates it (`dir="auto"` with `unicode-bidi: isolate`).
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct Message {
        /// Its id.
        pub id: Id<Message>,
        /// Where it was said.
        pub conversation_id: ConversationId,
        /// Its number among the facts of the conversation: rises, with gaps where other things happened.
        pub seq: i64,
        /// The sender's own id of it: said twice with one id, it is said once.
        pub client_id: String,
        /// Which side, or the product.
        pub author: Author,
        /// The person's or customer's id.
        pub author_id: Option<String>,
        /// Their name then.
        pub author_name: String,
        /// What it is.
        pub kind: MessageKind,
        /// What was said; empty once it is recalled.
        pub text: String,
        /// The file, when it is one.
        pub file_id: Option<FileId>,
        /// When it was kept.
        pub at: Timestamp,
        /// Whether only staff see it.
        pub staff_only: bool,
        /// The number of the message it answers, if it quotes one.
        pub quote_seq: Option<i64>,
        /// The card, what happened, or whom it names.
        pub data: Option<Data>,
        /// When its author last changed it.
        pub edited_at: Option<Timestamp>,
        /// When its author took it back.
        pub recalled_at: Option<Timestamp>,
    }
}

/// What a message carries beside its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = MessageData)]
pub enum Data {
    /// Of kind `event`.
    Event(Event),
    /// Of kind `card`.
    Card(Card),
    /// Of kind `note`.
    Mentions(Mentions),
    /// A copy of what was said in the conversation this one was split off from.
    Copied(Copied),
}

/// What a copy carries beside its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Copied {
    /// The original.
    pub copied_from: CopiedFrom,
    /// The card, when it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<Card>,
}

/// Where the original of a copy stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CopiedFrom {
    /// In which conversation.
    pub conversation: ConversationId,
    /// Its number there.
    pub seq: i64,
}

/// The colleagues a note names, who are told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Mentions {
    /// Who: in the text they stand as `@` and their name.
    pub mentions: Vec<Named>,
}

/// A product or an order, as a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// What it is: 1 to 100 characters.
    pub title: String,
    /// More about it, up to 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtitle: Option<String>,
    /// Its price as it is to be read, up to 30 characters: `¥ 1,299.00`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<String>,
    /// A picture: an `https` address, up to 1,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// Where it leads: an `https` address, up to 1,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

store::kept_as_json!(Data);

impl Card {
    pub(crate) fn check(&self, check: Check) -> Check {
        check
            .text("data.title", &self.title, 1..=100)
            .maybe_text("data.subtitle", self.subtitle.as_deref(), 0..=200)
            .maybe_text("data.price", self.price.as_deref(), 0..=30)
            .that(self.image_url.as_deref().is_none_or(is_https), "data.image_url", "malformed")
            .that(self.url.as_deref().is_none_or(is_https), "data.url", "malformed")
    }
}

/// An address of the web with nothing in it that could mean another: no user, no blanks, no controls.
fn is_https(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let plain =
        rest.chars().all(|c| !c.is_control() && !c.is_whitespace() && !matches!(c, '"' | '<' | '>' | '\\' | '`'));
    text.len() <= 1_000 && plain && !host.is_empty() && !host.contains('@')
}

/// Characters of a message that lists show.
const PREVIEW: usize = 80;

/// The beginning of what was said.
pub(crate) fn preview(text: &str) -> String {
    text.chars().take(PREVIEW).collect()
}

impl Message {
    /// What it is called where others refer to it.
    pub(crate) fn reference(&self) -> String {
        format!("{}/{}", self.conversation_id, self.seq)
    }

    /// As it is searched, in a conversation with these labels.
    pub(crate) fn search_doc(&self, labels: Vec<String>) -> SearchDoc {
        SearchDoc { kind: "message", reference: self.reference(), at: self.at, labels, text: self.text.clone() }
    }

    /// Whether a customer who says `text` under the same client id says this again. What was edited or
    /// recalled since is the same all the same.
    pub(crate) fn repeats(&self, text: &str) -> bool {
        self.author == Author::Customer && (self.text == text || self.edited_at.is_some() || self.recalled_at.is_some())
    }
}

impl Noun for MessageVersion {
    const PREFIX: &'static str = "msv";
}

store::record! {
    /// What a message said before it was edited or recalled.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct MessageVersion {
        /// Its id.
        pub id: Id<MessageVersion>,
        /// Of which conversation.
        pub conversation_id: ConversationId,
        /// Of which message.
        pub seq: i64,
        /// Counts from 1, the original.
        pub number: i64,
        /// What was said.
        pub text: String,
        /// The file.
        pub file_id: Option<FileId>,
        /// The card.
        pub data: Option<Data>,
        /// Since when it stood.
        pub at: Timestamp,
        /// Until when.
        pub replaced_at: Timestamp,
    }
}

/// Characters of a message at most.
const LONGEST: usize = 5_000;
/// Marks in a row that take no place of their own: more than any script needs on one letter.
const MARKS: usize = 8;

/// Refuses what is no message: empty, over-long, with a client id that is no id, or with a flood of
/// marks that take no place. Marks that turn the direction of writing are let be: see [`Message`].
pub(crate) fn check_message(client_id: &str, text: &str, may_be_empty: bool) -> Check {
    let plain = client_id.bytes().all(|byte| byte.is_ascii_graphic()) && (1..=64).contains(&client_id.len());
    check_text(Check::new().that(plain, "client_id", "malformed"), text, may_be_empty)
}

pub(crate) fn check_text(check: Check, text: &str, may_be_empty: bool) -> Check {
    let least = usize::from(!may_be_empty);
    check.text("text", text, least..=LONGEST).that(may_be_empty || has_ink(text), "text", "required").that(
        !floods(text),
        "text",
        "too_many_marks",
    )
}

/// Whether there is anything to see.
fn has_ink(text: &str) -> bool {
    text.chars().any(|c| !c.is_whitespace() && !is_mark(c))
}

/// As much of a text from outside as one message holds, without floods of marks; empty without ink.
pub(crate) fn fit(text: &str) -> String {
    let mut run = 0;
    let sober = text.trim().chars().filter(|c| {
        run = if is_mark(*c) { run + 1 } else { 0 };
        run <= MARKS
    });
    let mut fits: String = sober.take(LONGEST + 1).collect();
    if fits.chars().nth(LONGEST).is_some() {
        fits = fits.chars().take(LONGEST - 1).chain(['…']).collect();
    }
    if has_ink(&fits) { fits } else { String::new() }
}

fn floods(text: &str) -> bool {
    let mut run = 0;
    text.chars().any(|c| {
        run = if is_mark(c) { run + 1 } else { 0 };
        run > MARKS
    })
}

/// Whether a character takes no place of its own: combining, joining, selecting or invisible. The tags
/// of flags and the joiners of emoji are among them; no run of those is as long.
fn is_mark(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}' | '\u{6d6}'..='\u{6dc}' | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{fe20}'..='\u{fe2f}' | '\u{e0000}'..='\u{e01ef}')
}

/// A second message with a client id that another text already has: a fault of the client.
pub(crate) fn reused() -> Error {
    Error::Invalid(vec![FieldError { field: "client_id".into(), code: "reused", params: kernel::Params::new() }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_card_is_of_the_web_and_shows_where_it_leads() {
        assert!(is_https("https://shop.example.com/p/1?a=2#x"));
        for text in
            ["http://a", "javascript:alert(1)", "https://", "https://a@b/", "https://a b", "https://a/\"x", "//a"]
        {
            assert!(!is_https(text), "{text}");
        }
    }

    #[test]
    fn a_text_from_outside_is_made_to_fit() {
        let long = fit(&"长".repeat(6_000));
        assert_eq!((long.chars().count(), long.chars().last()), (LONGEST, Some('…')));
        for text in [long.as_str(), &fit(&format!("a{}", "\u{301}".repeat(90))), &fit(&"好".repeat(LONGEST))] {
            assert!(check_message("a", text, false).done().is_ok());
        }
        assert_eq!((fit("\u{200b}\u{feff}"), fit(" a ")), (String::new(), "a".into()));
    }

    #[test]
    fn letters_keep_their_marks_and_floods_are_refused() {
        for text in ["é", "นี่ที่", "👩‍👩‍👧‍👦❤️", "עִבְרִית", "\u{202e}abc\u{202c}"]
        {
            assert!(check_message("a", text, false).done().is_ok(), "{text}");
        }
        let zalgo = format!("a{}", "\u{301}".repeat(9));
        for text in [zalgo.as_str(), &"\u{200b}".repeat(50), "\u{200b}\u{feff}"] {
            assert!(check_message("a", text, false).done().is_err());
        }
    }
}
