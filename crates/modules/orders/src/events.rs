//! Facts this module emits, all carrying [`OrderFact`]: ids and what it stands for, nobody's data.

use kernel::{CustomerId, Id, Money, Timestamp};
use serde::{Deserialize, Serialize};

use crate::model::{Order, OrderState};

/// An order is known here from now on.
pub const TAKEN: &str = "order.taken";
/// It stands otherwise: refunded, completed, cancelled, corrected.
pub const CHANGED: &str = "order.changed";

/// The order after it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderFact {
    /// Which.
    pub order_id: Id<Order>,
    /// Whose.
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
}

impl OrderFact {
    pub(crate) fn of(order: &Order) -> Self {
        Self {
            order_id: order.id,
            customer_id: order.customer_id,
            state: order.state,
            currency: order.currency.clone(),
            total: order.total,
            refunded: order.refunded,
            placed_at: order.placed_at,
        }
    }
}
