//! What a customer thought of a conversation, and whom it is about.

use channels::ChannelKind;
use conversations::{ConversationId, Event, Message, Rating, Tags};
use kernel::{ChannelId, Check, CustomerId, Id, Noun, Owned, QueueId, Result, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

impl Noun for SatisfactionCase {
    const PREFIX: &'static str = "stc";
}

text_enum! {
    /// How a customer was asked.
    pub enum AskedBy {
        /// In the chat, as soon as it was over.
        Widget = "widget",
        /// By a link in their own channel.
        Link = "link",
    }
}

store::record! {
    /// What one customer thought of one conversation. Whom it is about stays as it was when it ended, or was
    /// first rated.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct SatisfactionCase {
        /// Its id.
        pub id: Id<SatisfactionCase>,
        /// Of which conversation.
        pub conversation_id: ConversationId,
        /// By whom.
        pub customer_id: CustomerId,
        /// Their name then.
        pub customer_name: String,
        /// On which channel.
        pub channel_id: ChannelId,
        /// Of which kind.
        pub channel_kind: ChannelKind,
        /// In which queue it waited last.
        pub queue_id: Option<QueueId>,
        /// Who had it at the end: whom it counts for.
        pub agent_id: Option<UserId>,
        /// Their name.
        pub agent_name: Option<String>,
        /// Their unit.
        pub unit_id: Option<UnitId>,
        /// Who had it longest, where that was somebody else.
        pub longest_id: Option<UserId>,
        /// Their name.
        pub longest_name: Option<String>,
        /// The organisation's day on which it counts: that of its end.
        pub day: String,
        /// When it ended.
        pub at: Timestamp,
        /// How they were asked; none: they were not.
        pub way: Option<AskedBy>,
        /// Why not: `nobody`, `abuse`, `off`, `no_link`, `lately`, `past`.
        pub why_not: Option<String>,
        #[serde(skip)]
        #[schema(ignore)]
        /// The digest of the link's token.
        pub token: Option<String>,
        /// Until when the link is good.
        pub expires_at: Option<Timestamp>,
        /// 1 to 5.
        pub score: Option<i64>,
        /// Whether the matter was settled.
        pub solved: Option<bool>,
        /// The words and reasons they chose.
        pub tags: Tags,
        /// Their own words.
        pub comment: String,
        /// When they said so last.
        pub rated_at: Option<Timestamp>,
        /// Rises with each change.
        pub version: i64,
    }
}

impl SatisfactionCase {
    /// Whose it is, for scopes.
    pub fn owned(&self) -> Owned {
        Owned::by(self.agent_id, self.unit_id)
    }

    /// With what the customer says of it.
    pub(crate) fn rated(mut self, rating: &Rating) -> Self {
        (self.score, self.solved, self.rated_at) = (rating.score, rating.solved, Some(rating.at));
        (self.tags, self.comment) = (rating.tags.clone(), rating.comment.clone());
        self.version += 1;
        self
    }
}

/// Words to choose from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = SatisfactionReasons)]
pub struct Reasons(pub Vec<String>);

store::kept_as_json!(Reasons);

store::record! {
    /// How customers are asked who see no chat.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct SatisfactionRules {
        /// There is one row.
        #[serde(skip)]
        #[schema(ignore)]
        pub id: String,
        /// Whether they are sent a link.
        pub links: bool,
        /// Where customers reach this installation: `https://kf.example.cn`.
        pub address: String,
        /// For how many days a customer is not asked again.
        pub quiet_days: i64,
        /// For how many days a link is good.
        pub valid_days: i64,
        /// Reasons to choose from where the score is low; ours while there are none.
        pub reasons: Reasons,
        /// Rises with each change.
        pub version: i64,
    }
}

impl SatisfactionRules {
    /// Refuses what is out of range, and an address that is none.
    pub(crate) fn checked(mut self) -> Result<Self> {
        self.address = self.address.trim().trim_end_matches('/').to_owned();
        let rest = self.address.strip_prefix("https://").or_else(|| self.address.strip_prefix("http://"));
        let plain = rest.is_some_and(|rest| {
            let fine = |byte: u8| byte.is_ascii_alphanumeric() || b".-:/[]_".contains(&byte);
            !rest.is_empty() && rest.len() <= 200 && rest.bytes().all(fine)
        });
        let mut check = Check::new()
            .that(plain || (self.address.is_empty() && !self.links), "address", "malformed")
            .range("quiet_days", self.quiet_days, 0..=365)
            .range("valid_days", self.valid_days, 1..=90)
            .that(self.reasons.0.len() <= 10, "reasons", "too_many");
        for (at, reason) in self.reasons.0.iter_mut().enumerate().take(10) {
            *reason = reason.trim().to_owned();
            check = check.text(format!("reasons[{at}]"), reason, 1..=20);
        }
        check.done()?;
        Ok(self)
    }
}

/// Who had a conversation longest, of what happened in it until `end`; none where nobody had it.
pub(crate) fn longest(lines: &[Message], end: Timestamp) -> Option<(UserId, String)> {
    let mut held: Vec<(String, String, i64)> = Vec::new();
    let mut now: Option<(String, String, Timestamp)> = None;
    let mut hand = |to: Option<(String, String)>, at: Timestamp| {
        if let Some((id, name, since)) = now.take() {
            let span = at.since(since).max(0);
            match held.iter_mut().find(|(known, ..)| *known == id) {
                Some(one) => one.2 += span,
                None => held.push((id, name, span)),
            }
        }
        now = to.map(|(id, name)| (id, name, at));
    };
    for line in lines {
        let Some(conversations::Data::Event(event)) = &line.data else { continue };
        let named = |one: &conversations::Named| (one.id.clone(), one.name.clone());
        match event {
            Event::Assigned { to, .. } | Event::TakenOver { to, .. } => hand(Some(named(to)), line.at),
            Event::Transferred { to, .. } => hand(to.as_ref().map(named), line.at),
            Event::Requeued { .. } => hand(None, line.at),
            _ => {}
        }
    }
    hand(None, end);
    // The first of equals: whoever had it first.
    let best = held.into_iter().reduce(|best, one| if one.2 > best.2 { one } else { best })?;
    Some((best.0.parse().ok()?, best.1))
}
