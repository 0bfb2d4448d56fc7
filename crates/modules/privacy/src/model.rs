//! What somebody's data may be used for: what they said of it, and what follows. Pure.

mod claimant;
mod request;
mod texts;

use kernel::{CustomerId, Id, Noun, Permit, Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::text_enum;
use utoipa::ToSchema;

pub use claimant::{Claimant, Search, SearchedBy, SearchedKey, Searches};
pub(crate) use claimant::{ClaimantView, MOST_SEARCHES};
pub use request::{IdentityProof, PrivacyRequest, PrivacyRequestKind, PrivacyRequestState, RefusalGround};
pub(crate) use request::{PrivacyCopy, Purposes, SOON_MS, Who, due_at};
pub use texts::ConsentText;

use crate::codes;

impl Noun for ConsentRecord {
    const PREFIX: &'static str = "csr";
}
impl Noun for DoNotContact {
    const PREFIX: &'static str = "dnc";
}

text_enum! {
    /// What somebody's data may be used for, each asked for by itself.
    pub enum ConsentPurpose {
        /// Offers by telephone.
        MarketingCall = "marketing_call",
        /// Offers by text message.
        MarketingSms = "marketing_sms",
        /// Offers by e-mail.
        MarketingEmail = "marketing_email",
        /// Offers by WeChat.
        MarketingWechat = "marketing_wechat",
        /// Questions about the service they had.
        Surveys = "surveys",
        /// Figures of what they are worth or will do.
        Profiling = "profiling",
        /// Passing data on to partners.
        Sharing = "sharing",
    }
}

impl ConsentPurpose {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::MarketingCall,
        Self::MarketingSms,
        Self::MarketingEmail,
        Self::MarketingWechat,
        Self::Surveys,
        Self::Profiling,
        Self::Sharing,
    ];

    /// Whether somebody is contacted for it.
    pub fn is_contact(self) -> bool {
        !matches!(self, Self::Profiling | Self::Sharing)
    }

    /// Whether it must have been agreed to. Asking how a service was goes with the service: there whoever objects is
    /// left in peace.
    pub fn needs_consent(self) -> bool {
        self != Self::Surveys
    }
}

text_enum! {
    /// What somebody said.
    pub enum ConsentAnswer {
        /// It may be.
        Given = "given",
        /// It may not, or not any more.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// Which way somebody said it.
    pub enum ConsentWay {
        /// On the telephone.
        Call = "call",
        /// In a chat.
        Chat = "chat",
        /// By text message.
        Sms = "sms",
        /// By e-mail.
        Email = "email",
        /// On WeChat.
        Wechat = "wechat",
        /// In a form of a channel.
        Form = "form",
        /// Face to face.
        InPerson = "in_person",
        /// In a letter.
        Letter = "letter",
    }
}

text_enum! {
    /// Whether somebody's data may be used for a purpose, or why not.
    pub enum ContactVerdict {
        /// It may.
        Allowed = "allowed",
        /// It needs a consent, and nobody asked for it.
        NotAsked = "not_asked",
        /// They said no.
        Withdrawn = "withdrawn",
        /// They are not to be contacted.
        DoNotContact = "do_not_contact",
        /// Nothing is known of them any more.
        Erased = "erased",
    }
}

impl ContactVerdict {
    /// Whether it may be done.
    pub fn allows(self) -> bool {
        self == Self::Allowed
    }
}

/// Everybody who was one person when something was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Covers(pub(crate) Vec<CustomerId>);

store::kept_as_json!(Covers);

store::record! {
    /// Something somebody said of one purpose.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct ConsentRecord {
        /// Its id.
        pub id: Id<ConsentRecord>,
        /// Who.
        pub customer_id: CustomerId,
        /// Everybody who was one person with them then.
        #[serde(skip)]
        #[schema(ignore)]
        pub covers: Covers,
        /// Of what.
        pub purpose: ConsentPurpose,
        /// What.
        pub answer: ConsentAnswer,
        /// Which way.
        pub way: ConsentWay,
        /// In their words, or what else shows it.
        pub words: String,
        /// Where it was said: the id of a conversation, a message or a file.
        pub reference: Option<String>,
        /// Which version of the text they agreed to.
        pub text_version: String,
        /// When they said it.
        pub said_at: Timestamp,
        /// When it was recorded.
        pub recorded_at: Timestamp,
        /// By whom; nobody where the product heard it itself.
        pub recorded_by: Option<UserId>,
        /// Their name.
        pub recorded_by_name: String,
    }
}

store::record! {
    /// Somebody is not to be contacted.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct DoNotContact {
        /// Its id.
        pub id: Id<DoNotContact>,
        /// Who.
        pub customer_id: CustomerId,
        /// Everybody who was one person with them then.
        #[serde(skip)]
        #[schema(ignore)]
        pub covers: Covers,
        /// For what; none: for nothing.
        pub purpose: Option<ConsentPurpose>,
        /// Until when; none: for good.
        pub until_at: Option<Timestamp>,
        /// Why.
        pub reason: String,
        /// Since when.
        pub entered_at: Timestamp,
        /// Who entered it.
        pub entered_by: Option<UserId>,
        /// Their name.
        pub entered_by_name: String,
        /// Since when it is lifted.
        pub lifted_at: Option<Timestamp>,
        /// By whom.
        pub lifted_by: Option<UserId>,
        /// Their name.
        pub lifted_by_name: Option<String>,
        /// Why.
        pub lift_reason: Option<String>,
    }
}

/// The latest that counts, of everybody who is one person now.
///
/// Of each of them counts what was said last while it covered them. What they agreed to counts only while whoever
/// said it is still one of them; what they refused stays when a merge is taken back. Of those the strictest counts:
/// who agreed last does not speak for the other until they say it again as one.
pub(crate) fn latest<'s>(said: &'s [ConsentRecord], members: &[CustomerId]) -> Option<&'s ConsentRecord> {
    let refuses = |one: &ConsentRecord| one.answer == ConsentAnswer::Withdrawn;
    // Of two that were said at one moment the refusal counts.
    let order = |one: &&ConsentRecord| (one.said_at, refuses(one), one.id);
    let of = |member: &CustomerId| {
        let counts = |one: &&ConsentRecord| {
            one.covers.0.contains(member) && (refuses(one) || members.contains(&one.customer_id))
        };
        said.iter().filter(counts).max_by_key(order)
    };
    members.iter().filter_map(of).max_by_key(|one| (refuses(one), order(one)))
}

/// The entry that keeps them in peace the longest, of those that stand at `now` for this purpose.
pub(crate) fn strongest(entries: &[DoNotContact], purpose: ConsentPurpose, now: Timestamp) -> Option<&DoNotContact> {
    let stands = |entry: &&DoNotContact| {
        purpose.is_contact() && entry.purpose.is_none_or(|only| only == purpose) && entry.stands(now)
    };
    let order = |entry: &&DoNotContact| (entry.until_at.is_none(), entry.until_at, entry.id);
    entries.iter().filter(stands).max_by_key(order)
}

/// What follows for a purpose from what was said of it.
pub(crate) fn verdict(
    said: Option<&ConsentRecord>,
    entry: Option<&DoNotContact>,
    purpose: ConsentPurpose,
) -> ContactVerdict {
    match said.map(|said| said.answer) {
        _ if entry.is_some() => ContactVerdict::DoNotContact,
        Some(ConsentAnswer::Withdrawn) => ContactVerdict::Withdrawn,
        None if purpose.needs_consent() => ContactVerdict::NotAsked,
        _ => ContactVerdict::Allowed,
    }
}

impl ConsentRecord {
    /// What the trail holds of it: no words.
    pub(crate) fn trace(&self) -> Value {
        json!({
            "customer_id": self.customer_id,
            "purpose": self.purpose,
            "answer": self.answer,
            "way": self.way,
            "reference": self.reference,
            "text_version": self.text_version,
            "said_at": self.said_at,
        })
    }
}

impl DoNotContact {
    /// Whether it keeps them in peace at `now`.
    pub fn stands(&self, now: Timestamp) -> bool {
        self.lifted_at.is_none() && self.until_at.is_none_or(|until| now < until)
    }

    /// What the trail holds of it: no words.
    pub(crate) fn trace(&self) -> Value {
        json!({
            "customer_id": self.customer_id,
            "purpose": self.purpose,
            "until_at": self.until_at,
            "lifted_at": self.lifted_at,
        })
    }

    /// Lifted, and why.
    pub(crate) fn lifted(mut self, permit: &Permit, by: (Option<UserId>, String), reason: &str) -> Result<Self> {
        if !self.stands(permit.at()) {
            return Err(codes::NOT_STANDING.conflict());
        }
        self.lifted_at = Some(permit.at());
        (self.lifted_by, self.lifted_by_name) = (by.0, Some(by.1));
        self.lift_reason = Some(reason.to_owned());
        Ok(self)
    }
}

/// Whether this names something that can show what was said: a conversation, a message, a file.
pub(crate) fn is_reference(text: &str) -> bool {
    let id = |rest: &str| rest.len() == 26 && rest.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase());
    text.split_once('_').is_some_and(|(kind, rest)| ["cnv", "msg", "fil"].contains(&kind) && id(rest))
}

#[cfg(test)]
mod tests;
