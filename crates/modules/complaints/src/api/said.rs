//! Who said what is taken in.

use conversations::Conversation;
use kernel::{CustomerId, Error, Result};
use store::Tx;

/// The customer of the conversation it was said in, or the one that is `named`, with their name; merges are followed.
/// None of what was said by nobody named. `seq` is the message it was said by.
///
/// # Errors
/// [`Error::Invalid`] on `message_seq` or `customer_id`: `unknown`, and `not_allowed` for another than the conversation's.
pub fn whose(
    tx: &mut Tx<'_>,
    talk: Option<&Conversation>,
    seq: Option<i64>,
    named: Option<CustomerId>,
) -> Result<(Option<CustomerId>, String)> {
    if let Some(talk) = talk {
        if let Some(seq) = seq {
            conversations::api::message(tx, talk.id, seq).map_err(Error::absent("message_seq", "unknown"))?;
        }
        let id = customers::api::survivor(tx, talk.customer_id)?;
        if let Some(named) = named
            && customers::api::survivor(tx, named).map_err(Error::absent("customer_id", "unknown"))? != id
        {
            return Err(Error::field("customer_id", "not_allowed"));
        }
        return Ok((Some(id), customers::api::name_of(tx, id)?));
    }
    let Some(id) = named else { return Ok((None, String::new())) };
    let card = customers::api::visible(tx, id).map_err(Error::absent("customer_id", "unknown"))?;
    Ok((Some(card.id), card.name))
}
