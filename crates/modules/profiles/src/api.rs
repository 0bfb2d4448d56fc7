//! What other modules call.

use customers::Source;
use kernel::{CustomerId, Error, Id, Result};
use store::Tx;

pub use crate::values::Learnt;
use crate::{model::CustomerField, queries, value, values};

/// Takes in what somebody else, a list or the customer, says a field is, as people write it: a list overwrites what is
/// older than it, what the customer says fills what is empty. The caller did its own check of who may.
///
/// # Errors
/// [`Error::NotFound`] without the customer or the field; [`Error::Invalid`] for `value` that the field does not take.
pub fn learn(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    field: Id<CustomerField>,
    text: &str,
    source: &Source,
) -> Result<Learnt> {
    let field = queries::field(tx, field)?;
    let normal = value::written(field.kind, &field.rules, text).map_err(|code| Error::field("value", code))?;
    let of = customers::api::members(tx, customer)?;
    values::learn(tx, &of, &field, normal, source)
}
