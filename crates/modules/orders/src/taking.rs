//! Taking over what a shop or a till tells, many orders at a time.

use std::collections::{HashMap, HashSet};

use audit::api::Entry;
use customers::{FoundCustomer, KnownBy};
use kernel::{Check, CustomerId, Error, FieldError, Money, Params, Result, Timestamp};
use serde::Deserialize;
use serde_json::json;
use store::{Fact, Tx};
use utoipa::ToSchema;

use crate::{
    events::{self, OrderFact},
    model::{Lines, Order, OrderLine, OrderState},
    policy, queries,
};

/// Whom an order is of: exactly one of these.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderCustomer {
    /// The customer's id here.
    pub id: Option<CustomerId>,
    /// Their phone number, in any spelling.
    pub phone: Option<String>,
    /// Their e-mail address.
    pub email: Option<String>,
    /// The name a site proves them by.
    pub external_id: Option<String>,
}

/// An order as its source tells it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    /// What the source calls it: 1 to 80 characters, once in the source.
    pub number: String,
    /// Whose it is.
    pub customer: OrderCustomer,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// All of it, in minor units: 0 to 1,000,000,000,000.
    pub total: Money,
    /// What was given back of it: all when refunded, some when refunded in part, else nothing.
    #[serde(default)]
    pub refunded: Money,
    /// ISO 4217; CNY unless told.
    pub currency: Option<String>,
    /// Where it stands; placed unless told.
    #[schema(inline)]
    pub state: Option<OrderState>,
    /// What it holds: up to 200 lines.
    #[serde(default)]
    pub lines: Vec<OrderLine>,
    /// As of when this is true: what is older than what is known changes nothing. Now unless told.
    pub as_of: Option<Timestamp>,
}

/// What became of an order.
#[derive(Clone, Debug, PartialEq)]
pub enum Taken {
    /// It is new.
    Created,
    /// It was known and stands otherwise now.
    Changed,
    /// Nothing new was said.
    Same,
    /// It was not taken, and why, by field.
    Refused(Vec<FieldError>),
}

/// Takes over these orders of `source`, as whoever acts in `tx`; says what became of each, in their order. A
/// `rehearsal` writes nothing.
///
/// # Errors
/// [`Error::Forbidden`] for whoever may enter none; [`Error::Invalid`] for a source of no or more than 40 characters.
pub fn take_in(tx: &mut Tx<'_>, source: &str, told: &[NewOrder], rehearsal: bool) -> Result<Vec<Taken>> {
    let permit = policy::may_enter(tx.actor(), tx.now())?;
    Check::new().text("source", source, 1..=40).done()?;
    let source = source.trim();
    let keys: Vec<_> = told.iter().map(|one| known_by(&one.customer)).collect();
    let asked: Vec<KnownBy<'_>> = keys.iter().flatten().copied().collect();
    let mut found = customers::api::find_visible(tx, &asked)?.into_iter();
    let numbers: Vec<&str> = told.iter().map(|one| one.number.trim()).collect();
    let known: HashMap<String, Order> =
        queries::numbered(tx, source, &numbers)?.into_iter().map(|order| (order.number.clone(), order)).collect();
    let mut seen = HashSet::new();
    let (mut new, mut changed, mut taken) = (Vec::new(), Vec::new(), Vec::with_capacity(told.len()));
    for ((one, key), number) in told.iter().zip(&keys).zip(numbers) {
        let whose = key.map(|_| found.next().unwrap_or(FoundCustomer::Nobody));
        let customer = match whose {
            Some(FoundCustomer::One(id)) => id,
            other => {
                taken.push(Taken::Refused(vec![nobody(other)]));
                continue;
            }
        };
        let order = order(tx, source, number, one, customer, permit.at());
        if let Err(error) = order.checked(permit.at()) {
            taken.push(Taken::Refused(reasons(error)?));
            continue;
        }
        if !seen.insert(number) {
            taken.push(Taken::Refused(vec![reason("number", "field_twice")]));
            continue;
        }
        taken.push(match known.get(number) {
            None => {
                new.push(order);
                Taken::Created
            }
            Some(before) => match whose_it_is(tx, before, &order)?.then(|| before.retold(&order)) {
                None => Taken::Refused(vec![reason("customer", "other_customer")]),
                Some(None) => Taken::Same,
                Some(Some(after)) => {
                    changed.push(after);
                    Taken::Changed
                }
            },
        });
    }
    if !rehearsal {
        keep(tx, source, &new, &changed)?;
    }
    Ok(taken)
}

/// Keeps what is new and what stands otherwise, with the facts and the entry that follow.
pub(crate) fn keep(tx: &mut Tx<'_>, source: &str, new: &[Order], changed: &[Order]) -> Result<()> {
    queries::insert_many(tx, new)?;
    for order in changed {
        queries::save(tx, order)?;
    }
    let told = new.iter().map(|order| (events::TAKEN, order));
    for (kind, order) in told.chain(changed.iter().map(|order| (events::CHANGED, order))) {
        tx.emit(Fact::new(kind, order.id, &OrderFact::of(order))?);
    }
    if new.is_empty() && changed.is_empty() {
        return Ok(());
    }
    let trace = json!({"created": new.len(), "changed": changed.len()});
    audit::api::record(tx, Entry::new("orders.taken", "order_source", source).created(&trace))
}

/// The one key a customer is told by; none when there is none, or more than one.
fn known_by(customer: &OrderCustomer) -> Option<KnownBy<'_>> {
    let OrderCustomer { id, phone, email, external_id } = customer;
    let keys = [
        id.map(KnownBy::Id),
        phone.as_deref().map(KnownBy::Phone),
        email.as_deref().map(KnownBy::Email),
        external_id.as_deref().map(KnownBy::External),
    ];
    let mut told = keys.into_iter().flatten();
    told.next().filter(|_| told.next().is_none())
}

fn nobody(found: Option<FoundCustomer>) -> FieldError {
    reason(
        "customer",
        match found {
            None => "required",
            Some(FoundCustomer::Several) => "ambiguous",
            Some(_) => "unknown",
        },
    )
}

/// Whether both are of one person, merges followed.
fn whose_it_is(tx: &mut Tx<'_>, before: &Order, told: &Order) -> Result<bool> {
    Ok(before.customer_id == told.customer_id || customers::api::survivor(tx, before.customer_id)? == told.customer_id)
}

fn order(tx: &Tx<'_>, source: &str, number: &str, told: &NewOrder, customer: CustomerId, now: Timestamp) -> Order {
    let line = |line: &OrderLine| OrderLine {
        code: line.code.as_deref().map(|code| code.trim().to_owned()).filter(|code| !code.is_empty()),
        what: line.what.trim().to_owned(),
        ..line.clone()
    };
    Order {
        id: tx.new_id(),
        source: source.to_owned(),
        number: number.to_owned(),
        customer_id: customer,
        state: told.state.unwrap_or(OrderState::Placed),
        currency: told.currency.clone().unwrap_or_else(|| "CNY".to_owned()),
        total: told.total,
        refunded: told.refunded,
        placed_at: told.placed_at,
        lines: Lines(told.lines.iter().map(line).collect()),
        as_of: told.as_of.unwrap_or(now).min(now),
        taken_by: tx.actor().staff().ok().map(|staff| staff.id),
        taken_at: now,
        version: 1,
    }
}

fn reason(field: &'static str, code: &'static str) -> FieldError {
    FieldError { field: field.into(), code, params: Params::new() }
}

fn reasons(error: Error) -> Result<Vec<FieldError>> {
    match error {
        Error::Invalid(bad) => Ok(bad),
        other => Err(other),
    }
}
