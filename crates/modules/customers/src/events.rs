//! Facts this module emits. They carry ids and no personal data: facts outlive an erasure.

use kernel::{ChannelId, CustomerId, Id, UnitId, UserId};
use serde::{Deserialize, Serialize};

use crate::suggestion::MergeSuggestion;

/// A customer was entered by hand, or first met on a channel.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CustomerCreated {
    /// Who.
    pub customer_id: CustomerId,
    /// Where first met; none when entered by hand.
    pub channel_id: Option<ChannelId>,
}

/// A customer's details or owner changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CustomerChanged {
    /// Who.
    pub customer_id: CustomerId,
    /// The version now.
    pub version: i64,
    /// Whose doing it was; none when the product itself did.
    #[serde(default)]
    pub by_id: Option<UserId>,
}

/// Somebody else looks after a customer from now on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CustomerPlaced {
    /// Who.
    pub customer_id: CustomerId,
    /// Who looks after them now; nobody.
    pub owner_id: Option<UserId>,
    /// The unit they belong to.
    pub unit_id: Option<UnitId>,
    /// Who did before.
    pub before_id: Option<UserId>,
    /// Whose doing it was; none when the product itself did.
    pub by_id: Option<UserId>,
    /// What it followed from: `change` (of the customer's details), `allocation`.
    pub cause: String,
    /// Which.
    pub reference: Option<String>,
}

/// What a customer can be recognised by is new: a number, an address, a name elsewhere.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ContactChanged {
    /// Who.
    pub customer_id: CustomerId,
}

/// Two may be one person.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MergeSuggested {
    /// The suggestion.
    pub suggestion_id: Id<MergeSuggestion>,
    /// Who.
    pub customer_ids: [CustomerId; 2],
}

/// Somebody said that two are one person.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CustomerMerged {
    /// The one that became an alias.
    pub alias_id: CustomerId,
    /// The one that both now lead to.
    pub survivor_id: CustomerId,
}

/// A merge was taken back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CustomerUnmerged {
    /// The one that stands in its own right again.
    pub customer_id: CustomerId,
    /// The one it led to.
    pub from_id: CustomerId,
}

/// A customer's personal data was erased here: whoever keeps some of it must erase theirs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CustomerErased {
    /// The customer and every alias.
    pub customer_ids: Vec<CustomerId>,
}

macro_rules! kinds {
    ($($fact:ident = $kind:literal;)*) => {$(
        impl $fact {
            /// The fact's kind.
            pub const KIND: &'static str = $kind;
        }
    )*};
}

kinds! {
    CustomerCreated = "customer.created";
    CustomerChanged = "customer.changed";
    CustomerPlaced = "customer.placed";
    ContactChanged = "customer.contact_changed";
    MergeSuggested = "customer.merge_suggested";
    CustomerMerged = "customer.merged";
    CustomerUnmerged = "customer.unmerged";
    CustomerErased = "customer.erased";
}
