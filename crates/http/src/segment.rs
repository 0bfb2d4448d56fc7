//! What modules know of customers that lists can be drawn by: typed attributes, and their values for many at once.

use std::collections::HashMap;

use kernel::{CustomerId, Result, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Fact, Tx};
use utoipa::ToSchema;

/// What kind of values an attribute has, and so which conditions there are on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttributeKind {
    /// A whole number.
    Number,
    /// An amount in minor units of the installation's currency.
    Money,
    /// A day or a moment; conditions count days from now, or name a day.
    Date,
    /// One of several.
    Choice,
    /// Any of several, any number of them: tags.
    Set,
    /// Yes or no.
    YesNo,
    /// Things that happened, each at its moment; conditions count those of the last so many days.
    Events,
}

/// A text for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttributeLabel {
    /// The name of a text in the console's catalogue: `segments.attributes.stage`.
    Key(&'static str),
    /// What people called it themselves: a tag, a field of their own.
    Text(String),
}

/// One value a choice or a set may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AttributeChoice {
    /// As values and conditions spell it.
    pub value: String,
    /// As people read it.
    pub label: AttributeLabel,
}

/// Something known of customers.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Attribute {
    /// Unique among all modules, and the same for ever: begins with the module's name, `orders.last_at`. 1 to 80
    /// of `a–z 0–9 _ .`.
    pub key: String,
    /// What kind of values it has.
    pub kind: AttributeKind,
    /// What people call it.
    pub label: AttributeLabel,
    /// The permission one needs to see a rule with it; none: whoever may see customers. Who may not see a field of
    /// the customer must not learn it by drawing segments.
    pub permission: Option<&'static str>,
    /// Age, sex, mood and the like: such a rule answers a count alone, and none below five.
    pub personal: bool,
    /// The values there are, for a choice or a set; empty when they are told by `values` only.
    pub choices: Vec<AttributeChoice>,
}

/// What a customer's attribute is. A customer without a value has none: leave the row out.
#[derive(Clone, Debug, PartialEq)]
pub enum AttributeValue {
    /// Of [`AttributeKind::Number`] and [`AttributeKind::Money`].
    Number(i64),
    /// Of [`AttributeKind::Date`].
    Date(Timestamp),
    /// Of [`AttributeKind::Choice`].
    Choice(String),
    /// Of [`AttributeKind::Set`]: 64 at most count.
    Set(Vec<String>),
    /// Of [`AttributeKind::YesNo`].
    YesNo(bool),
    /// Of [`AttributeKind::Events`]: the newest 64 count.
    Events(Vec<Timestamp>),
}

/// One value of one customer.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeRow {
    /// Whose: a survivor's id.
    pub customer_id: CustomerId,
    /// Which attribute.
    pub key: String,
    /// Its value.
    pub value: AttributeValue,
}

/// Whom values are asked of: survivors, with the aliases that lead to them, since what was kept under an alias's id is
/// theirs.
#[derive(Clone, Debug, Default)]
pub struct Asked(HashMap<CustomerId, CustomerId>);

impl Asked {
    /// By pairs of an id and the survivor it leads to.
    pub fn of(pairs: impl IntoIterator<Item = (CustomerId, CustomerId)>) -> Self {
        Self(pairs.into_iter().collect())
    }

    /// Every id, survivors' and aliases', in order.
    pub fn ids(&self) -> Vec<CustomerId> {
        let mut ids: Vec<_> = self.0.keys().copied().collect();
        ids.sort_unstable();
        ids
    }

    /// Whose what is kept under this id is: the survivor; none for an id that was not asked of.
    pub fn whose(&self, id: CustomerId) -> Option<CustomerId> {
        self.0.get(&id).copied()
    }
}

/// The values of these customers, one row for each attribute a survivor has a value of, in any order.
pub type ReadAttributes = fn(&mut Tx<'_>, &Asked) -> Result<Vec<AttributeRow>>;

/// What a module knows of customers that segments can be drawn by: every module that knows any brings one. Whenever
/// values may have changed, it says so with [`attributes_changed`].
#[derive(Clone, Copy)]
pub struct SegmentSource {
    /// The module.
    pub module: &'static str,
    /// The attributes there are now, whoever asks: by whom each may be used is said in it.
    pub attributes: fn(&mut Tx<'_>) -> Result<Vec<Attribute>>,
    /// The values of up to a thousand customers, as the system asks; by an index.
    pub values: ReadAttributes,
}

/// Every module's [`SegmentSource`]: a part of the app, used by `segments`.
#[derive(Clone)]
pub struct SegmentSources(pub Vec<SegmentSource>);

/// What modules know of these customers changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AttributesChanged {
    /// Whose; aliases are followed.
    pub customer_ids: Vec<CustomerId>,
}

impl AttributesChanged {
    /// The fact's kind.
    pub const KIND: &'static str = "customer.attributes_changed";
}

/// Customers named in one fact at most.
const NAMED: usize = 500;

/// Says that what a module knows of these customers changed: their values will be asked for again. What is a
/// detail of the customer itself (name, stage, owner, worth, tier, last contact) needs no saying.
///
/// # Errors
/// From the database.
pub fn attributes_changed(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    for some in customers.chunks(NAMED) {
        let subject = some.first().map(ToString::to_string).unwrap_or_default();
        let fact = AttributesChanged { customer_ids: some.to_vec() };
        tx.emit(Fact::new(AttributesChanged::KIND, subject, &fact)?);
    }
    Ok(())
}
