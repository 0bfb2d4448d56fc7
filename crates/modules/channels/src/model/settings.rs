//! How a web chat presents itself, and what it asks of whom.
//!
//! Every field has a default, so that a row written before the field came still reads.

use std::collections::BTreeMap;

use kernel::{Check, Result};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

use crate::words::{said_in, word};

const FIELDS: usize = 10;
/// Answers, and what the embedding page says besides.
const ANSWERS: usize = 30;
const OPTIONS: usize = 30;
const INVITATIONS: usize = 20;
const RATING_TAGS: usize = 20;

text_enum! {
    /// Whether the embedding site must prove who its visitors are.
    pub enum IdentityMode {
        /// It need not, and is not asked.
        Off = "off",
        /// It may; without proof a visitor is a stranger.
        Optional = "optional",
        /// It must; without proof there is no conversation, no upload, nothing.
        Required = "required",
    }
}

text_enum! {
    /// What a visitor may answer.
    pub enum FieldKind {
        /// Words.
        Text = "text",
        /// A phone number.
        Phone = "phone",
        /// An e-mail address.
        Email = "email",
        /// One of the options.
        Select = "select",
    }
}

/// How a web chat presents itself. What is empty is said in the product's own words, in the visitor's
/// language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ChannelSettings {
    /// The name over the chat: up to 60 characters; empty: the product's own words.
    pub title: String,
    /// The first words a visitor reads: up to 500 characters; empty: none.
    pub greeting: String,
    /// The colour of the widget, `#rrggbb`.
    #[schema(example = "#00766e", pattern = "^#[0-9a-f]{6}$")]
    pub accent: String,
    /// What is said while the department is closed: up to 500 characters; `{opens_at}` in it is the
    /// moment it opens; empty: the product's own words.
    pub after_hours_text: String,
    /// What is asked before the chat.
    pub pre_chat: PreChat,
    /// What is asked after it.
    pub rating: RatingSettings,
    /// Rules by which a visitor is spoken to first, at most 20; the first that fits counts.
    pub invitations: Vec<Invitation>,
    /// Whether the embedding site must prove who its visitors are.
    pub identity: IdentityMode,
    /// Whether those who wait are told how many come before them.
    pub show_position: bool,
}

/// What is asked before the chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PreChat {
    /// Whether anything is asked.
    pub enabled: bool,
    /// Words above the questions: up to 300 characters.
    pub intro: String,
    /// The questions, at most 10.
    pub fields: Vec<PreChatField>,
    /// What a visitor agrees to by a tick: up to 500 characters; empty: no tick is asked for.
    pub consent_text: String,
}

/// A question before the chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreChatField {
    /// What the answer is kept under: up to 30 of `a-z`, `0-9` and `_`. `name` is the visitor's name;
    /// a phone number and an e-mail address go to the customer's file; all else to the conversation.
    pub key: String,
    /// The question: up to 60 characters.
    pub label: String,
    /// What may be answered.
    pub kind: FieldKind,
    /// What may be chosen, for `select`: 1 to 30 of up to 60 characters.
    #[serde(default)]
    pub options: Vec<String>,
    /// Whether it must be answered.
    #[serde(default)]
    pub required: bool,
}

/// What is asked after the chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RatingSettings {
    /// Whether anything is asked.
    pub enabled: bool,
    /// Words to choose from: at most 20 of up to 20 characters.
    pub tags: Vec<String>,
}

/// A rule by which a visitor is spoken to first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    /// Its name: up to 30 of `a-z`, `0-9`, `_` and `-`.
    pub id: String,
    /// What is said: 1 to 200 characters.
    pub text: String,
    /// Part of the page's address; empty: every page.
    #[serde(default)]
    pub url_contains: String,
    /// How long somebody is on the page before, in seconds: up to an hour.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 3600)]
    pub after_seconds: i64,
    /// How many days pass before the same browser is spoken to again: up to 365.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 365)]
    pub once_days: i64,
}

impl Default for ChannelSettings {
    fn default() -> Self {
        Self {
            title: String::new(),
            greeting: word("greeting"),
            accent: "#00766e".into(),
            after_hours_text: String::new(),
            pre_chat: PreChat::default(),
            rating: RatingSettings::default(),
            invitations: Vec::new(),
            identity: IdentityMode::Off,
            show_position: true,
        }
    }
}

impl Default for PreChat {
    fn default() -> Self {
        let field = |key: &str, kind| PreChatField {
            key: key.into(),
            label: word(key),
            kind,
            options: Vec::new(),
            required: false,
        };
        Self {
            enabled: false,
            intro: word("pre_chat_intro"),
            fields: vec![field("name", FieldKind::Text), field("phone", FieldKind::Phone)],
            consent_text: word("consent"),
        }
    }
}

impl Default for RatingSettings {
    fn default() -> Self {
        let tags = ["tag_quick", "tag_expert", "tag_friendly", "tag_slow", "tag_missed", "tag_unsolved"];
        Self { enabled: true, tags: tags.map(word).to_vec() }
    }
}

impl ChannelSettings {
    /// Names every field that cannot be taken.
    pub(crate) fn check(&self, check: Check) -> Check {
        let mut check = check
            .text("settings.title", &self.title, 0..=60)
            .text("settings.greeting", &self.greeting, 0..=500)
            .that(is_colour(&self.accent), "settings.accent", "malformed")
            .text("settings.after_hours_text", &self.after_hours_text, 0..=500)
            .text("settings.pre_chat.intro", &self.pre_chat.intro, 0..=300)
            .text("settings.pre_chat.consent_text", &self.pre_chat.consent_text, 0..=500)
            .that(self.pre_chat.fields.len() <= FIELDS, "settings.pre_chat.fields", "too_many")
            .that(self.rating.tags.len() <= RATING_TAGS, "settings.rating.tags", "too_many")
            .that(self.invitations.len() <= INVITATIONS, "settings.invitations", "too_many");
        for (at, field) in self.pre_chat.fields.iter().take(FIELDS).enumerate() {
            let twice = self.pre_chat.fields[..at].iter().any(|before| before.key == field.key);
            check = field.check(check, &format!("settings.pre_chat.fields[{at}]"), twice);
        }
        for (at, tag) in self.rating.tags.iter().take(RATING_TAGS).enumerate() {
            check = check.text(format!("settings.rating.tags[{at}]"), tag, 1..=20);
        }
        for (at, invitation) in self.invitations.iter().take(INVITATIONS).enumerate() {
            let (path, Invitation { id, text, url_contains, .. }) = (format!("settings.invitations[{at}]"), invitation);
            let twice = self.invitations[..at].iter().any(|before| before.id == *id);
            check = check
                .that(is_name(id, b"_-") && !twice, format!("{path}.id"), if twice { "twice" } else { "malformed" })
                .text(format!("{path}.text"), text, 1..=200)
                .text(format!("{path}.url_contains"), url_contains, 0..=200)
                .that((0..=3_600).contains(&invitation.after_seconds), format!("{path}.after_seconds"), "out_of_range")
                .that((0..=365).contains(&invitation.once_days), format!("{path}.once_days"), "out_of_range");
        }
        check
    }

    /// What nobody changed yet, in this language.
    pub(crate) fn said_in(mut self, locale: &str) -> Self {
        let PreChat { intro, consent_text, fields, .. } = &mut self.pre_chat;
        let texts = [&mut self.greeting, intro, consent_text];
        let labels = fields.iter_mut().map(|field| &mut field.label);
        for text in texts.into_iter().chain(labels).chain(&mut self.rating.tags) {
            *text = said_in(locale, text);
        }
        self
    }

    /// As they are kept: no blanks around, colours in lower case.
    pub(crate) fn normal(mut self) -> Self {
        let texts = [
            &mut self.title,
            &mut self.greeting,
            &mut self.after_hours_text,
            &mut self.pre_chat.intro,
            &mut self.pre_chat.consent_text,
        ];
        let labels = self
            .pre_chat
            .fields
            .iter_mut()
            .flat_map(|field| std::iter::once(&mut field.label).chain(field.options.iter_mut()));
        let invitations =
            self.invitations.iter_mut().flat_map(|invitation| [&mut invitation.text, &mut invitation.url_contains]);
        for text in texts.into_iter().chain(labels).chain(invitations).chain(self.rating.tags.iter_mut()) {
            *text = text.trim().to_owned();
        }
        self.accent = self.accent.to_lowercase();
        self
    }
}

impl PreChatField {
    fn check(&self, check: Check, path: &str, twice: bool) -> Check {
        let select = self.kind == FieldKind::Select;
        let options = if select {
            (1..=OPTIONS).contains(&self.options.len())
        } else {
            self.options.is_empty()
        };
        let mut check = check
            .that(is_name(&self.key, b"_") && !twice, format!("{path}.key"), if twice { "twice" } else { "malformed" })
            .text(format!("{path}.label"), &self.label, 1..=60)
            .that(options, format!("{path}.options"), if select { "required" } else { "not_allowed" });
        for (at, option) in self.options.iter().take(OPTIONS).enumerate() {
            check = check.text(format!("{path}.options[{at}]"), option, 1..=60);
        }
        check
    }
}

impl PreChat {
    /// A visitor's answers as they are kept: trimmed, none empty. What was not asked is what the
    /// embedding page says of its visitor: a few short texts.
    ///
    /// # Errors
    /// [`kernel::Error::Invalid`] naming every answer (`fields.<key>`) that cannot be taken or is missing.
    pub fn answers(&self, given: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>> {
        let asked = self.asked();
        let besides = given.iter().filter(|(key, _)| asked.iter().all(|field| field.key != **key));
        let fine = |text: &str, most| text.chars().count() <= most && !text.chars().any(char::is_control);
        let mut check = Check::new().that(given.len() <= ANSWERS, "fields", "too_many").that(
            besides.clone().all(|(key, value)| !key.is_empty() && fine(key, 40) && fine(value, 200)),
            "fields",
            "malformed",
        );
        for field in asked {
            let (path, answer) =
                (format!("fields.{}", field.key), given.get(&field.key).map_or("", |text| text.trim()));
            let offered = field.kind != FieldKind::Select || field.options.iter().any(|option| option == answer);
            check = check.text(path.clone(), answer, usize::from(field.required)..=200).that(
                answer.is_empty() || offered,
                path,
                "unknown",
            );
        }
        check.done()?;
        let trimmed = given.iter().map(|(key, answer)| (key.clone(), answer.trim().to_owned()));
        Ok(trimmed.filter(|(_, answer)| !answer.is_empty()).collect())
    }

    /// The questions that are asked.
    pub fn asked(&self) -> &[PreChatField] {
        if self.enabled { &self.fields } else { &[] }
    }
}

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn is_name(text: &str, besides: &[u8]) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || besides.contains(&byte);
    (1..=30).contains(&text.len()) && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use kernel::Error;
    use serde_json::json;

    use super::*;

    fn bad(settings: &ChannelSettings) -> Vec<String> {
        match settings.check(Check::new()).done() {
            Err(Error::Invalid(bad)) => bad.into_iter().map(|bad| format!("{} {}", bad.field, bad.code)).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn what_an_older_release_kept_still_reads() {
        let old = json!({"greeting": "您好", "accent": "#2563eb"});
        let read: ChannelSettings = serde_json::from_value(old).unwrap();
        assert_eq!(read, ChannelSettings { greeting: "您好".into(), accent: "#2563eb".into(), ..Default::default() });
        assert_eq!(bad(&read), Vec::<String>::new());
    }

    #[test]
    fn what_nobody_changed_is_said_in_the_organisations_language() {
        let own = ChannelSettings { greeting: "欢迎光临".into(), ..Default::default() };
        let said = own.said_in("en");
        assert_eq!((said.greeting.as_str(), said.pre_chat.fields[0].label.as_str()), ("欢迎光临", "Your name"));
        assert_eq!(said.rating.tags[0], "Quick answers");
        assert_eq!(said.said_in("zh-TW").rating.tags[0], "回覆及時");
        assert_eq!(ChannelSettings::default().said_in("zh-CN"), ChannelSettings::default());
    }

    #[test]
    fn every_bad_field_is_named_by_its_path() {
        let mut settings = ChannelSettings::default();
        settings.pre_chat.fields[1].key = "name".into();
        settings.pre_chat.fields[0].options = vec!["x".into()];
        settings.rating.tags[2] = "长".repeat(21);
        settings.invitations = vec![Invitation {
            id: "Über".into(),
            text: " ".into(),
            url_contains: String::new(),
            after_seconds: 3_601,
            once_days: -1,
        }];
        assert_eq!(
            bad(&settings),
            [
                "settings.pre_chat.fields[0].options not_allowed",
                "settings.pre_chat.fields[1].key twice",
                "settings.rating.tags[2] too_long",
                "settings.invitations[0].id malformed",
                "settings.invitations[0].text required",
                "settings.invitations[0].after_seconds out_of_range",
                "settings.invitations[0].once_days out_of_range",
            ]
        );
    }

    #[test]
    fn what_is_asked_is_answered_as_asked_and_what_must_be_is() {
        let mut pre_chat = PreChat { enabled: true, ..PreChat::default() };
        pre_chat.fields[0].required = true;
        pre_chat.fields.push(PreChatField {
            key: "topic".into(),
            label: "咨询内容".into(),
            kind: FieldKind::Select,
            options: vec!["售前".into(), "售后".into()],
            required: true,
        });
        let given = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let fine = given(&[("name", " 韩女士 "), ("topic", "售后"), ("phone", ""), ("cart", "2 件")]);
        let kept = given(&[("name", "韩女士"), ("topic", "售后"), ("cart", "2 件")]);
        assert_eq!(pre_chat.answers(&fine).unwrap(), kept);
        for (wrong, field) in [
            (given(&[("name", ""), ("topic", "售后")]), "fields.name"),
            (given(&[("name", "韩"), ("topic", "别的")]), "fields.topic"),
            (given(&[("name", "韩")]), "fields.topic"),
            (given(&[("name", "韩"), ("topic", "售后"), ("vip", &"长".repeat(201))]), "fields"),
            (given(&[("name", &"长".repeat(201)), ("topic", "售后")]), "fields.name"),
        ] {
            let Err(Error::Invalid(bad)) = pre_chat.answers(&wrong) else { panic!("{field} is wrong") };
            assert_eq!(bad[0].field, field);
        }
        pre_chat.enabled = false;
        assert!(pre_chat.answers(&given(&[])).unwrap().is_empty());
    }

    #[test]
    fn a_colour_is_six_digits() {
        assert!(
            is_colour("#2563EB")
                && !is_colour("red")
                && !is_colour("#12345")
                && !is_colour("#12345;")
                && !is_colour("url(x)")
        );
    }
}
