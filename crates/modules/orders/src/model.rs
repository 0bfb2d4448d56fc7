//! An order, and what its source may say of it later.

use kernel::{Check, CustomerId, Id, Money, Noun, Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

/// Lines of one order at most.
const MOST_LINES: usize = 200;
/// No order is worth more than this, in minor units.
const MOST_MONEY: i64 = 1_000_000_000_000;

impl Noun for Order {
    const PREFIX: &'static str = "ord";
}

text_enum! {
    /// Where an order stands.
    pub enum OrderState {
        /// It was placed.
        Placed = "placed",
        /// What was bought was had.
        Completed = "completed",
        /// Some of the money went back.
        RefundedPart = "refunded_part",
        /// All of the money went back.
        Refunded = "refunded",
        /// It came to nothing.
        Cancelled = "cancelled",
    }
}

/// One thing of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderLine {
    /// What the source files the goods or the service under: up to 60 characters. What has one code is one service.
    #[serde(default)]
    pub code: Option<String>,
    /// What it is: 1 to 200 characters.
    pub what: String,
    /// How many: 1 to 1,000,000.
    pub quantity: i64,
    /// What it cost altogether, in minor units.
    pub amount: Money,
}

impl OrderLine {
    /// What makes two lines the same goods or service: the code, else the words.
    pub fn service(&self) -> &str {
        self.code.as_deref().unwrap_or(&self.what)
    }
}

/// What an order holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = OrderLines)]
pub struct Lines(pub Vec<OrderLine>);

store::kept_as_json!(Lines);

store::record! {
    /// What a customer bought.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
    #[schema(as = CustomerOrder)]
    pub struct Order {
        /// Its id.
        pub id: Id<Order>,
        /// Which shop or till told of it.
        pub source: String,
        /// What that calls it.
        pub number: String,
        /// Whose it is, under the id they had then.
        pub customer_id: CustomerId,
        /// Where it stands.
        pub state: OrderState,
        /// ISO 4217.
        pub currency: String,
        /// All of it, in minor units.
        pub total: Money,
        /// What was given back of it.
        pub refunded: Money,
        /// When it was placed.
        pub placed_at: Timestamp,
        /// What it holds.
        pub lines: Lines,
        /// As of when its source said so.
        pub as_of: Timestamp,
        /// Who brought it here.
        pub taken_by: Option<UserId>,
        /// When.
        pub taken_at: Timestamp,
        /// Rises with each change.
        pub version: i64,
    }
}

impl Order {
    /// Whether money was spent by it that was not given back.
    pub fn counts(&self) -> bool {
        self.state != OrderState::Cancelled && self.kept() > 0
    }

    /// What was spent by it and not given back, in minor units.
    pub fn kept(&self) -> i64 {
        self.total.0 - self.refunded.0
    }

    /// The same order as its source tells it now; none when that is nothing new, or older than what is known.
    pub(crate) fn retold(&self, told: &Self) -> Option<Self> {
        if told.as_of < self.as_of {
            return None;
        }
        let after = Self {
            state: told.state,
            currency: told.currency.clone(),
            total: told.total,
            refunded: told.refunded,
            placed_at: told.placed_at,
            lines: told.lines.clone(),
            ..self.clone()
        };
        (after != *self).then(|| Self { as_of: told.as_of, version: self.version + 1, ..after })
    }

    /// Whether everything in it is within bounds.
    ///
    /// # Errors
    /// [`kernel::Error::Invalid`] naming every field that is not.
    pub(crate) fn checked(&self, now: Timestamp) -> Result<()> {
        let Self { state, currency, total, refunded, lines: Lines(lines), .. } = self;
        let fits = |text: &str, most: usize| !text.trim().is_empty() && text.chars().count() <= most;
        let plain = |text: &str| !text.contains(char::is_control);
        let line = |line: &OrderLine| {
            fits(&line.what, 200)
                && plain(&line.what)
                && line.code.as_deref().is_none_or(|code| fits(code, 60) && plain(code))
                && (1..=1_000_000).contains(&line.quantity)
                && (-MOST_MONEY..=MOST_MONEY).contains(&line.amount.0)
        };
        let given_back = match state {
            OrderState::Refunded => refunded == total,
            OrderState::RefundedPart => refunded.0 > 0 && refunded < total,
            OrderState::Placed | OrderState::Completed | OrderState::Cancelled => refunded.0 == 0,
        };
        Check::new()
            .text("number", &self.number, 1..=80)
            .that(currency.len() == 3 && currency.bytes().all(|c| c.is_ascii_uppercase()), "currency", "malformed")
            .range("total", total.0, 0..=MOST_MONEY)
            .range("refunded", refunded.0, 0..=total.0.max(0))
            .that(given_back, "refunded", "other_than_state")
            .that(self.placed_at.millis() > 0, "placed_at", "out_of_range")
            // A till's clock may be ahead of ours by a little.
            .that(self.placed_at.since(now) <= 86_400_000, "placed_at", "in_the_future")
            .that(lines.len() <= MOST_LINES, "lines", "too_many")
            .that(lines.iter().all(line), "lines", "malformed")
            .done()
    }
}

#[cfg(test)]
mod tests {
    use kernel::Rng;

    use super::*;

    fn order() -> Order {
        let at = Timestamp::from_millis(1_000);
        Order {
            id: Id::new(at, &Rng::seeded(1)),
            source: "shop".into(),
            number: "1".into(),
            customer_id: Id::new(at, &Rng::seeded(2)),
            state: OrderState::Placed,
            currency: "CNY".into(),
            total: Money(100),
            refunded: Money(0),
            placed_at: at,
            lines: Lines::default(),
            as_of: at,
            taken_by: None,
            taken_at: at,
            version: 1,
        }
    }

    #[test]
    fn what_is_told_late_or_again_changes_nothing() {
        let known = order();
        assert_eq!(known.retold(&known), None);
        let later = Order { as_of: Timestamp::from_millis(2_000), ..order() };
        let refunded = Order { state: OrderState::Refunded, refunded: Money(100), ..later.clone() };
        let after = known.retold(&refunded).unwrap();
        assert_eq!((after.version, after.kept(), after.counts()), (2, 0, false));
        assert_eq!(after.retold(&known), None, "an older word comes too late");
        assert_eq!(known.retold(&later), None, "a later word that says the same");
    }

    #[test]
    fn what_is_given_back_fits_the_state() {
        let now = Timestamp::from_millis(1_000);
        assert!(order().checked(now).is_ok());
        for (state, refunded, fits) in [
            (OrderState::Refunded, 100, true),
            (OrderState::Refunded, 60, false),
            (OrderState::RefundedPart, 60, true),
            (OrderState::RefundedPart, 100, false),
            (OrderState::Completed, 1, false),
            (OrderState::Completed, -1, false),
        ] {
            let order = Order { state, refunded: Money(refunded), ..order() };
            assert_eq!(order.checked(now).is_ok(), fits, "{state:?} {refunded}");
        }
        assert!(Order { currency: "yuan".into(), ..order() }.checked(now).is_err());
        assert!(Order { placed_at: now.plus_millis(90_000_000), ..order() }.checked(now).is_err());
    }
}
