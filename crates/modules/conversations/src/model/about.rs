//! What is said about a conversation: tags, the page, the wrap-up, the rating.

use std::collections::BTreeMap;

use kernel::{ChannelId, Check, CustomerId, Id, Noun, QueueId, Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ConversationId, Named, WrapUpReason};

/// Words staff sort a conversation by: at most 20 of up to 30 characters, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Tags(pub Vec<String>);

impl Tags {
    pub(crate) const MOST: usize = 20;
    const LONGEST: usize = 30;

    /// The tags as they are kept: without blanks around them, each once.
    ///
    /// # Errors
    /// [`kernel::Error::Invalid`] for more, or longer ones.
    pub fn checked(given: Vec<String>) -> Result<Self> {
        let mut tags: Vec<String> = Vec::with_capacity(given.len());
        let mut check = Check::new().that(given.len() <= Self::MOST, "tags", "too_many");
        for (at, tag) in given.iter().take(Self::MOST).enumerate() {
            let tag = tag.trim();
            let fine = (1..=Self::LONGEST).contains(&tag.chars().count()) && !tag.chars().any(char::is_control);
            check = check.that(fine, format!("tags[{at}]"), "malformed");
            if !tags.iter().any(|known| known == tag) {
                tags.push(tag.to_owned());
            }
        }
        check.done()?;
        Ok(Self(tags))
    }
}

/// Where on the web a visitor is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VisitedPage {
    /// Its address, `http` or `https`; cut at 1,000 characters.
    pub url: String,
    /// Its title; cut at 200 characters.
    #[serde(default)]
    pub title: String,
    /// Where they came from; cut at 1,000 characters.
    #[serde(default)]
    pub referrer: String,
    /// The language their browser asks for: `zh-CN`.
    #[serde(default)]
    pub locale: String,
}

impl VisitedPage {
    /// What a browser says, made harmless: cut, without control characters, and no address but one
    /// of the web.
    #[must_use]
    pub fn tamed(self) -> Self {
        let cut = |text: &str, most: usize| text.chars().filter(|c| !c.is_control()).take(most).collect::<String>();
        let address = |text: &str| {
            let web = ["http://", "https://"].iter().any(|scheme| text.to_ascii_lowercase().starts_with(scheme));
            if web { cut(text, 1_000) } else { String::new() }
        };
        Self {
            url: address(&self.url),
            title: cut(&self.title, 200),
            referrer: address(&self.referrer),
            locale: cut(&self.locale, 20),
        }
    }
}

/// What a visitor answered before the chat, and what the embedding page says of them: names and short
/// texts. Their name, phone number and e-mail address are not among them: those are the customer's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Attributes(pub BTreeMap<String, String>);

/// Something a visitor did on the embedding page, as the page says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ConversationStep)]
pub struct Step {
    /// What: up to 60 characters.
    pub name: String,
    /// When, by the visitor's clock; never later than now.
    pub at: Timestamp,
}

/// What a visitor did on the embedding page, oldest first: the last 20 steps of a day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Trail(pub Vec<Step>);

impl Trail {
    const MOST: usize = 20;
    /// Steps of one telling that are looked at.
    const HEARD: usize = 100;
    const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

    /// With these steps, as a browser says them, each once: made harmless, none from days ago.
    #[must_use]
    pub(crate) fn with(&self, told: impl IntoIterator<Item = wire::Step>, now: Timestamp) -> Self {
        let mut steps = self.0.clone();
        for step in told.into_iter().take(Self::HEARD) {
            let name: String = step.name.trim().chars().filter(|c| !c.is_control()).take(60).collect();
            let step = Step { name, at: Timestamp::from_millis(step.at).min(now) };
            if !step.name.is_empty() && now.since(step.at) <= Self::DAY_MS && !steps.contains(&step) {
                steps.push(step);
            }
        }
        steps.sort_by_key(|step| step.at);
        steps.drain(..steps.len().saturating_sub(Self::MOST));
        Self(steps)
    }
}

/// What a conversation was about, as whoever had it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WrapUp {
    /// The reason's id, if one was chosen.
    pub reason_id: Option<Id<WrapUpReason>>,
    /// Its words then, with those of the reason above it: `售后 / 退款`.
    pub reason: Option<String>,
    /// What else there is to say.
    pub note: Option<String>,
    /// When it was said.
    pub at: Timestamp,
    /// By whom; nobody when the product did.
    pub by: Option<Named>,
}

/// What the customer thought of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rating {
    /// Whether their matter was settled.
    pub solved: Option<bool>,
    /// How satisfied they were: 1 to 5.
    #[schema(minimum = 1, maximum = 5)]
    pub score: Option<i64>,
    /// The words they chose.
    pub tags: Tags,
    /// Their own words; empty without.
    pub comment: String,
    /// When they gave it.
    pub at: Timestamp,
}

store::kept_as_json!(Attributes, Tags, Trail, VisitedPage, WrapUp, Rating);

/// A rating as a customer gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewRating {
    /// Whether their matter was settled.
    pub solved: Option<bool>,
    /// 1 to 5.
    pub score: Option<i64>,
    /// The words they chose.
    pub tags: Vec<String>,
    /// Their own words, up to 500 characters.
    pub comment: String,
}

impl NewRating {
    pub(crate) fn checked(self, at: Timestamp) -> Result<Rating> {
        Check::new()
            .that(self.solved.is_some() || self.score.is_some(), "score", "required")
            .range("score", self.score.unwrap_or(1), 1..=5)
            .text("comment", &self.comment, 0..=500)
            .done()?;
        let comment = self.comment.trim().to_owned();
        Ok(Rating { solved: self.solved, score: self.score, tags: Tags::checked(self.tags)?, comment, at })
    }
}

impl Noun for RatingRow {
    const PREFIX: &'static str = "rtg";
}

store::record! {
    /// A rating with whom it is about: those who had the conversation then.
    #[derive(Clone, Debug, PartialEq, Serialize)]
    pub struct RatingRow {
        /// Its id.
        pub id: Id<RatingRow>,
        /// Of which conversation.
        pub conversation_id: ConversationId,
        /// By whom.
        pub customer_id: CustomerId,
        /// On which channel.
        pub channel_id: ChannelId,
        /// In which queue it had waited.
        pub queue_id: Option<QueueId>,
        /// Whose it was.
        pub agent_id: Option<UserId>,
        /// Their name.
        pub agent_name: Option<String>,
        /// Whether the matter was settled.
        pub solved: Option<bool>,
        /// 1 to 5.
        pub score: Option<i64>,
        /// The words they chose.
        pub tags: Tags,
        /// Their own words.
        pub comment: String,
        /// When.
        pub at: Timestamp,
        /// Whether it is the one that counts.
        pub latest: bool,
    }
}
