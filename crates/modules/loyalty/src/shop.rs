//! Orders as they come: what is complete earns, what is given back takes back.

use kernel::{Error, Money, Result};
use orders::{
    OrderState,
    events::{CHANGED, OrderFact, TAKEN},
};
use store::Tx;
use work::Listener;

use crate::{
    api::{self, Purchase, Refund},
    queries,
};

/// `orders`, as the source of entries.
const SOURCE: &str = "orders";

pub(crate) fn listen() -> Listener {
    Listener::new("loyalty.orders", &[TAKEN, CHANGED], |tx, fact| {
        let order: OrderFact = serde_json::from_str(&fact.data).map_err(Error::internal)?;
        follow(tx, &order)
    })
}

/// An order stands so now. What was bought before the programme began earns nothing: old orders are taken over too.
pub(crate) fn follow(tx: &mut Tx<'_>, order: &OrderFact) -> Result<()> {
    let rules = queries::rules(tx)?;
    if rules.since.is_none_or(|since| order.placed_at < since) {
        return Ok(());
    }
    let reference = order.order_id.to_string();
    let had = matches!(order.state, OrderState::Completed | OrderState::RefundedPart);
    let known = queries::once(tx, &api::order_key(SOURCE, &reference))?;
    if had && known.is_none() {
        let (customer, currency) = (order.customer_id, order.currency.clone());
        let purchase =
            Purchase { customer, source: SOURCE.into(), reference: reference.clone(), amount: order.total, currency };
        api::earn(tx, &purchase)?;
    }
    let Some(earned) = queries::once(tx, &api::order_key(SOURCE, &reference))? else { return Ok(()) };
    let base = earned.base.unwrap_or(0);
    // All that is not kept any more, also where the order itself was corrected to less.
    let gone = match order.state {
        OrderState::Cancelled | OrderState::Refunded => base,
        _ => (base - (order.total.0 - order.refunded.0)).clamp(0, base),
    };
    if gone > earned.refunded || (gone == base && earned.undone < earned.points) {
        let refund = format!("{reference}:{gone}");
        let amount = Money((gone - earned.refunded).max(1));
        api::refund(tx, &Refund { source: SOURCE.into(), reference, refund, amount })?;
    }
    Ok(())
}
