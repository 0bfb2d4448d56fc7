//! How much each role may grant by itself.

use access::Role;
use kernel::{Check, Id, Money, Reach, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ApprovalKind, LARGEST, currency_fits};

/// How much the holders of a role may grant of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleLimit {
    /// The role.
    pub role_id: Id<Role>,
    /// The kind.
    pub kind: ApprovalKind,
    /// The currency, ISO 4217; none for points.
    pub currency: Option<String>,
    /// Up to how much, this included: minor units or points.
    pub amount: Money,
}

/// Above how much two must approve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = TwoPersonThreshold)]
#[serde(deny_unknown_fields)]
pub(crate) struct Threshold {
    /// The kind.
    pub kind: ApprovalKind,
    /// The currency, ISO 4217; none for points.
    pub currency: Option<String>,
    /// One approver is enough up to this much, this included: minor units or points.
    pub above: Money,
}

/// Declares a list that stands in one column, as JSON.
macro_rules! json_list {
    ($(#[$meta:meta])* $name:ident of $item:ty) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        pub(crate) struct $name(pub Vec<$item>);

        store::kept_as_json!($name);
    };
}
pub(super) use json_list;

json_list! {
    /// Every role's limits.
    RoleLimits of RoleLimit
}
json_list! {
    /// Every amount above which two must approve.
    Thresholds of Threshold
}

store::record! {
    /// The whole matrix of authority.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub(crate) struct AuthorityLimits {
        /// There is one.
        #[serde(skip)]
        #[schema(ignore)]
        pub id: String,
        /// How much each role may grant; what is not listed may not be granted at all.
        pub limits: RoleLimits,
        /// Above how much two must approve; what is not listed needs one.
        pub two_person: Thresholds,
        /// Rises with each change; 0 while nothing was set.
        pub version: i64,
    }
}

impl Default for AuthorityLimits {
    fn default() -> Self {
        Self { id: "all".into(), limits: RoleLimits::default(), two_person: Thresholds::default(), version: 0 }
    }
}

/// How many records of customers whoever decides for the whole house, and whoever does for a department, may agree to
/// erase until somebody says otherwise: there must be somebody who can.
const FIRST_PURGE: (i64, i64) = (1_000, 500);

impl AuthorityLimits {
    /// The matrix before anybody set one, for roles that decide so far. What costs money nobody decides until then.
    pub(crate) fn first(deciding: &[(Id<Role>, Reach)]) -> Self {
        let limit = |(role_id, reach): &(Id<Role>, Reach)| {
            let amount = match reach {
                Reach::All => FIRST_PURGE.0,
                Reach::Department => FIRST_PURGE.1,
                Reach::Team | Reach::Own => return None,
            };
            let (kind, currency) = (ApprovalKind::Purge, None);
            Some(RoleLimit { role_id: *role_id, kind, currency, amount: Money(amount) })
        };
        Self { limits: RoleLimits(deciding.iter().filter_map(limit).collect()), ..Self::default() }
    }

    /// Up to how much a role may grant; nothing unless a limit says so.
    pub(crate) fn of(&self, role: Id<Role>, kind: ApprovalKind, currency: Option<&str>) -> Money {
        let limit = self
            .limits
            .0
            .iter()
            .find(|limit| limit.role_id == role && limit.kind == kind && limit.currency.as_deref() == currency);
        limit.map_or(Money(0), |limit| limit.amount)
    }

    /// Whether so much needs two approvers.
    pub(crate) fn needs_two(&self, kind: ApprovalKind, currency: Option<&str>, amount: Money) -> bool {
        let found = self.two_person.0.iter().find(|one| one.kind == kind && one.currency.as_deref() == currency);
        found.is_some_and(|threshold| amount > threshold.above)
    }

    /// Whether the matrix can be kept: sound amounts and currencies, nothing said twice.
    pub(crate) fn check(&self) -> Result<()> {
        let (limits, thresholds) = (&self.limits.0, &self.two_person.0);
        let mut check = Check::new().that(limits.len() <= 1_000, "limits", "too_many").that(
            thresholds.len() <= 1_000,
            "two_person",
            "too_many",
        );
        for (at, limit) in limits.iter().take(1_000).enumerate() {
            let same = |other: &RoleLimit| {
                other.role_id == limit.role_id && other.kind == limit.kind && other.currency == limit.currency
            };
            let field = |name: &str| format!("limits[{at}].{name}");
            check = check
                .that((0..=LARGEST).contains(&limit.amount.0), field("amount"), "out_of_range")
                .that(currency_fits(limit.kind, limit.currency.as_deref()), field("currency"), "malformed")
                .that(!limits[..at].iter().any(same), field("kind"), "repeated");
        }
        for (at, threshold) in thresholds.iter().take(1_000).enumerate() {
            let same = |other: &Threshold| other.kind == threshold.kind && other.currency == threshold.currency;
            let field = |name: &str| format!("two_person[{at}].{name}");
            check = check
                .that((0..=LARGEST).contains(&threshold.above.0), field("above"), "out_of_range")
                .that(currency_fits(threshold.kind, threshold.currency.as_deref()), field("currency"), "malformed")
                .that(!thresholds[..at].iter().any(same), field("kind"), "repeated");
        }
        check.done()
    }
}
