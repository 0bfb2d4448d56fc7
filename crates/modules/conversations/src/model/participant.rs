//! Colleagues who take part in a conversation while its owner stays.

use kernel::{Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Named;

/// A colleague who takes part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Participant {
    /// Who.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// Whether they may also write to the customer; notes they may write anyway.
    pub may_reply: bool,
    /// Since when.
    pub since: Timestamp,
    /// Who asked them in.
    pub by: Option<Named>,
}

/// Those who take part, in the order they came: at most 20.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Participants(pub Vec<Participant>);

impl Participants {
    pub(crate) const MOST: usize = 20;

    /// This person, if they take part.
    pub fn of(&self, user: UserId) -> Option<&Participant> {
        self.0.iter().find(|one| one.user_id == user)
    }
}

store::kept_as_json!(Participants);
