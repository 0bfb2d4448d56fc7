//! Where it answers, and what a customer says who wants a person.

use conversations::ConversationId;
use kernel::{Check, CustomerId, Id, Permit, QueueId, Result, Timestamp};
use knowledge::Article;
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

/// The one row of settings.
pub(crate) const NAME: &str = "assistant";
/// Answers in one conversation at most: whoever needs more needs a person.
pub(crate) const MOST: i64 = 3;
/// Answers to one customer a day at most where another machine may be at the other end.
pub(crate) const MOST_OUTSIDE: i64 = 6;
/// What says that a person is wanted, as the search index folds texts.
const PERSON: [&str; 9] =
    ["人工", "真人", "转接", "转客服", "找客服", "human", "real person", "agent please", "representative"];

/// The queues in whose conversations it answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = AssistantQueues)]
pub(crate) struct Queues(pub Vec<QueueId>);

store::kept_as_json!(Queues);

store::record! {
    /// Where it answers.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub(crate) struct AssistantSettings {
        /// There is one row.
        #[serde(skip)]
        pub name: String,
        /// The queues in whose conversations it answers; in none at first.
        pub queues: Queues,
        /// Under which address customers reach this server, to read articles; empty: answers come without a link.
        #[schema(example = "https://chat.example.com")]
        pub base_url: String,
        /// Those of them in whose conversations by open channels and WeChat it answers too, a few times a day each customer.
        pub outside: Queues,
        /// Rises with each change.
        pub version: i64,
    }
}

impl Default for AssistantSettings {
    fn default() -> Self {
        Self {
            name: NAME.into(),
            queues: Queues::default(),
            base_url: String::new(),
            outside: Queues::default(),
            version: 0,
        }
    }
}

impl AssistantSettings {
    /// With these from now on.
    pub(crate) fn changed(
        self,
        _permit: &Permit,
        queues: Vec<QueueId>,
        outside: Vec<QueueId>,
        base_url: &str,
    ) -> Result<Self> {
        let base_url = base_url.trim().trim_end_matches('/').to_owned();
        let web =
            ["https://", "http://"].iter().any(|scheme| base_url.len() > scheme.len() && base_url.starts_with(scheme));
        let unfit =
            |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '<' | '>' | '\\' | '?' | '#');
        Check::new()
            .range("queues", queues.len() as i64, 0..=500)
            .that(outside.iter().all(|queue| queues.contains(queue)), "outside", "not_among_queues")
            .text("base_url", &base_url, 0..=200)
            .that(base_url.is_empty() || (web && !base_url.contains(unfit)), "base_url", "malformed")
            .done()?;
        Ok(Self { queues: Queues(queues), outside: Queues(outside), base_url, version: self.version + 1, ..self })
    }
}

text_enum! {
    /// Whether a model is asked.
    pub(crate) enum ModelState {
        /// Where the written rule is not sure.
        On = "on",
        /// Never.
        Off = "off",
    }
}

store::record! {
    /// A language model that is asked where the written rule is not sure, as OpenAI's are asked.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub(crate) struct AssistantModel {
        /// There is one row.
        #[serde(skip)]
        #[schema(ignore)]
        pub name: String,
        /// Whether it is asked.
        pub state: ModelState,
        /// Where: `/chat/completions` stands below it.
        #[schema(example = "https://api.example.com/v1")]
        pub base_url: String,
        /// Which of the models there.
        pub model: String,
        /// Whether it may lie in a private network or on this machine, and be called without TLS.
        pub inside: bool,
        /// How long it may take, in seconds.
        pub timeout_seconds: i64,
        /// How often it is asked in any 24 hours.
        pub daily_limit: i64,
        /// Rises with each change.
        pub version: i64,
    }
}

/// What the model is to be; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AssistantModelDetails)]
pub(crate) struct ModelDetails {
    /// Whether it is asked.
    state: Option<ModelState>,
    /// Where: `/chat/completions` stands below it.
    base_url: Option<String>,
    /// Which of the models there: 1 to 200 characters.
    model: Option<String>,
    /// What it knows us by; never given back. Empty takes it away. Whoever names another address says it anew.
    key: Option<String>,
    /// Whether it may lie in a private network or on this machine, and be called without TLS.
    inside: Option<bool>,
    /// How long it may take: 2 to 60 seconds.
    timeout_seconds: Option<i64>,
    /// How often it is asked in any 24 hours: 1 to 100,000.
    daily_limit: Option<i64>,
}

impl ModelDetails {
    pub(crate) fn key(&self) -> Option<&str> {
        self.key.as_deref().map(str::trim)
    }
}

impl Default for AssistantModel {
    fn default() -> Self {
        Self {
            name: NAME.into(),
            state: ModelState::Off,
            base_url: String::new(),
            model: String::new(),
            inside: false,
            timeout_seconds: 20,
            daily_limit: 500,
            version: 0,
        }
    }
}

impl AssistantModel {
    /// With these details; `has_key` says whether there is a key that was said before.
    ///
    /// # Errors
    /// [`kernel::Error::Invalid`] naming every field that cannot be taken.
    pub(crate) fn changed(self, _permit: &Permit, details: ModelDetails, has_key: bool) -> Result<Self> {
        let before = self.base_url.clone();
        let text = |new: Option<String>, old: String| new.map_or(old, |new| new.trim().to_owned());
        let key = details.key().map(str::to_owned);
        let after = Self {
            state: details.state.unwrap_or(self.state),
            base_url: text(details.base_url, self.base_url).trim_end_matches('/').to_owned(),
            model: text(details.model, self.model),
            inside: details.inside.unwrap_or(self.inside),
            timeout_seconds: details.timeout_seconds.unwrap_or(self.timeout_seconds),
            daily_limit: details.daily_limit.unwrap_or(self.daily_limit),
            version: self.version + 1,
            ..self
        };
        let refused = match outbound::Target::parse(&after.address(), after.inside) {
            _ if after.base_url.is_empty() => Some("required"),
            Ok(_) => after.base_url.contains('?').then_some("malformed"),
            Err(code) => Some(code),
        };
        let printable = |key: &str| key.bytes().all(|byte| byte.is_ascii_graphic());
        // A kept key is not shown to another.
        let elsewhere = has_key && before != after.base_url && key.is_none();
        Check::new()
            .that(refused.is_none(), "base_url", refused.unwrap_or("malformed"))
            .text("model", &after.model, 1..=200)
            .that(!elsewhere, "key", "required")
            .that(key.as_deref().is_none_or(printable), "key", "malformed")
            .maybe_text("key", key.as_deref(), 0..=1_000)
            .range("timeout_seconds", after.timeout_seconds, 2..=60)
            .range("daily_limit", after.daily_limit, 1..=100_000)
            .done()?;
        Ok(after)
    }

    /// Where it is asked.
    pub(crate) fn address(&self) -> String {
        format!("{}/chat/completions", self.base_url)
    }

    pub(crate) fn is_on(&self) -> bool {
        self.state == ModelState::On
    }

    /// To be tried before it is on.
    pub(crate) fn switched_on(self) -> Self {
        Self { state: ModelState::On, ..self }
    }
}

store::record! {
    /// How far it heard a conversation.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct Talk {
        pub conversation_id: ConversationId,
        pub seen_seq: i64,
        pub answers: i64,
        pub silent: bool,
    }
}

text_enum! {
    /// What became of an answer.
    pub(crate) enum Outcome {
        /// The customer left without anybody's help.
        Solved = "solved",
        /// Somebody took the conversation.
        Handed = "handed",
    }
}

store::record! {
    /// That it answered with an article.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct GivenAnswer {
        pub conversation_id: ConversationId,
        pub article_id: Id<Article>,
        pub at: Timestamp,
        pub outcome: Option<Outcome>,
        pub customer_id: Option<CustomerId>,
        /// In a model's words.
        pub by_model: bool,
    }
}

/// Whether these words ask for a person.
pub(crate) fn wants_person(words: &str) -> bool {
    let folded = store::fold(words);
    PERSON.iter().any(|phrase| folded.contains(phrase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_for_a_person_is_understood_in_any_script() {
        for words in ["转人工", "轉人工客服！", "人工", "I want a HUMAN", "找客服"] {
            assert!(wants_person(words), "{words}");
        }
        for words in ["怎么申请退货", "人多工时", "how many"] {
            assert!(!wants_person(words), "{words}");
        }
    }
}
