//! Decisions handed to a colleague for a while.

use kernel::{Check, Id, Noun, Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ApprovalKind, authority::json_list};

impl Noun for Delegation {
    const PREFIX: &'static str = "dlg";
}

/// The longest a delegation lasts: 366 days.
const LONGEST: i64 = 366 * 24 * 3_600_000;

json_list! {
    /// Kinds of requests.
    Kinds of ApprovalKind
}

store::record! {
    /// One approver lets a colleague decide in their name. It does not reach on: who decides for
    /// somebody cannot hand that to a third.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub(crate) struct Delegation {
        /// Its id.
        pub id: Id<Delegation>,
        /// In whose name.
        pub delegator_id: UserId,
        /// Who decides.
        pub delegate_id: UserId,
        /// About what.
        pub kinds: Kinds,
        /// From when.
        pub starts_at: Timestamp,
        /// Until when, this excluded.
        pub ends_at: Timestamp,
        /// When it was given.
        pub created_at: Timestamp,
        /// When it was taken back.
        pub revoked_at: Option<Timestamp>,
    }
}

impl Delegation {
    /// Whether it holds at `now`.
    pub(crate) fn holds(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.starts_at <= now && now < self.ends_at
    }

    /// Whether it can be given at `now`.
    pub(crate) fn check(&self, now: Timestamp) -> Result<()> {
        let length = self.ends_at.since(self.starts_at);
        Check::new()
            .that(self.delegate_id != self.delegator_id, "delegate_id", "not_allowed")
            .that(!self.kinds.0.is_empty(), "kinds", "required")
            .that(self.kinds.0.len() <= 8, "kinds", "too_many")
            .that(self.ends_at > now, "ends_at", "in_the_past")
            .that((1..=LONGEST).contains(&length), "ends_at", "out_of_range")
            .done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_from_its_start_to_before_its_end_unless_taken_back() {
        let at = Timestamp::from_millis;
        let delegation = Delegation {
            id: "dlg_00000000000000000000000001".parse().unwrap(),
            delegator_id: "usr_00000000000000000000000001".parse().unwrap(),
            delegate_id: "usr_00000000000000000000000002".parse().unwrap(),
            kinds: Kinds(vec![ApprovalKind::Points]),
            starts_at: at(10),
            ends_at: at(20),
            created_at: at(5),
            revoked_at: None,
        };
        assert_eq!([9, 10, 19, 20].map(|now| delegation.holds(at(now))), [false, true, true, false]);
        assert!(!Delegation { revoked_at: Some(at(12)), ..delegation.clone() }.holds(at(13)));
        assert!(delegation.check(at(5)).is_ok() && delegation.check(at(20)).is_err());
    }
}
