//! Where it answers, and what a customer says who wants a person.

use conversations::ConversationId;
use kernel::{Check, Id, Permit, QueueId, Result, Timestamp};
use knowledge::Article;
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

/// The one row of settings.
pub(crate) const NAME: &str = "assistant";
/// Answers in one conversation at most: whoever needs more needs a person.
pub(crate) const MOST: i64 = 3;
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
        /// Rises with each change.
        pub version: i64,
    }
}

impl Default for AssistantSettings {
    fn default() -> Self {
        Self { name: NAME.into(), queues: Queues::default(), base_url: String::new(), version: 0 }
    }
}

impl AssistantSettings {
    /// With these from now on.
    pub(crate) fn changed(self, _permit: &Permit, queues: Vec<QueueId>, base_url: &str) -> Result<Self> {
        let base_url = base_url.trim().trim_end_matches('/').to_owned();
        let web =
            ["https://", "http://"].iter().any(|scheme| base_url.len() > scheme.len() && base_url.starts_with(scheme));
        let unfit =
            |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '<' | '>' | '\\' | '?' | '#');
        Check::new()
            .range("queues", queues.len() as i64, 0..=500)
            .text("base_url", &base_url, 0..=200)
            .that(base_url.is_empty() || (web && !base_url.contains(unfit)), "base_url", "malformed")
            .done()?;
        Ok(Self { queues: Queues(queues), base_url, version: self.version + 1, ..self })
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
