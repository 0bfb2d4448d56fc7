//! Visitors of whom an embedding site proved who they are, and what strangers say of themselves.

use kernel::{Actor, ChannelId, CustomerId, Error, Result, Visitor};
use store::Tx;

use crate::{
    api::{self, fill, get, meet, merge},
    contact,
    model::{Customer, CustomerState, Details, Identity},
    policy, queries,
    suggestion::{self, MergeReason},
};

/// Who a proven visitor is.
#[derive(Clone)]
pub struct Identified {
    /// The customer.
    pub customer: Customer,
    /// The stranger they were until now, who has just become an alias of that customer.
    pub was: Option<CustomerId>,
}

/// What a visitor says of themselves.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Their name.
    pub name: Option<String>,
    /// Their phone number, in any spelling.
    pub phone: Option<String>,
    /// Their e-mail address.
    pub email: Option<String>,
}

/// Whether this is a phone number.
pub fn is_phone(text: &str) -> bool {
    contact::phone(text).is_some()
}

/// Whether this is an e-mail address.
pub fn is_email(text: &str) -> bool {
    contact::email(text).is_some()
}

/// Whether an embedding site proved who the person this id leads to is: then nobody is them without proof.
///
/// # Errors
/// From the database.
pub fn is_proven(tx: &mut Tx<'_>, survivor: CustomerId) -> Result<bool> {
    queries::is_proven(tx, survivor)
}

/// The customer `external_id` was proven to be on this channel before, merges followed.
///
/// # Errors
/// From the database.
pub fn known_as(tx: &mut Tx<'_>, channel: ChannelId, external_id: &str) -> Result<Option<CustomerId>> {
    match queries::identity(tx, channel, external_id)? {
        Some(known) => api::survivor(tx, known.customer_id).map(Some),
        None => Ok(None),
    }
}

/// Who the visitor is, whom the embedding site proved to be `external_id`. Somebody met so before is
/// that customer; the stranger the visitor was until now becomes an alias of them. Otherwise that
/// stranger is the one; without one a new customer is made, with the visitor's id. A visitor who is
/// proven to be somebody else already is left alone: they only lent the browser.
///
/// # Errors
/// From the database.
pub fn identify(tx: &mut Tx<'_>, visitor: Visitor, external_id: &str, name: Option<&str>) -> Result<Identified> {
    let met = match get(tx, visitor.customer) {
        Ok(customer) => Some(customer),
        Err(Error::NotFound) => None,
        Err(error) => return Err(error),
    };
    let taken = met.is_some();
    let stranger = match met.filter(|met| met.state == CustomerState::Active) {
        Some(met) if !queries::is_proven(tx, met.id)? => Some(met),
        _ => None,
    };
    let before = queries::identity(tx, visitor.channel, external_id)?;
    if let (None, Some(stranger)) = (&before, &stranger) {
        let now = tx.now();
        let name = name.map(contact::tame_name).unwrap_or_default();
        let identity = Identity {
            channel_id: visitor.channel,
            external_id: external_id.to_owned(),
            customer_id: stranger.id,
            name: name.clone(),
            created_at: now,
            seen_at: now,
        };
        if queries::insert_identity(tx, &identity)? {
            suggestion::mark(tx, stranger.id, MergeReason::Site, external_id)?;
            let customer = fill(tx, stranger.clone(), &api::named(&name))?;
            return Ok(Identified { customer, was: None });
        }
    }
    let new_id = if taken { tx.new_id() } else { visitor.customer };
    let customer = meet(tx, visitor.channel, external_id, new_id, name)?;
    if before.is_none() {
        suggestion::mark(tx, customer.id, MergeReason::Site, external_id)?;
    }
    let Some(stranger) = stranger.filter(|stranger| stranger.id != customer.id) else {
        return Ok(Identified { customer, was: None });
    };
    let permit = Actor::System("identity").permit(policy::MERGE, &stranger.owned(), tx.now())?;
    merge(tx, &permit, &stranger, &customer)?;
    let known =
        Details { name: None, phone: stranger.phone.clone(), email: stranger.email.clone(), ..Details::default() };
    let customer = fill(tx, customer, &known)?;
    Ok(Identified { customer, was: Some(stranger.id) })
}

/// Who writes from this e-mail address, on this channel: whoever was met with it here before; else the
/// one customer who is known to have this address; else a new one. Never by the name, which anybody
/// can give themselves.
///
/// # Errors
/// [`Error::Invalid`] for an address that is none.
pub fn for_address(tx: &mut Tx<'_>, channel: ChannelId, address: &str, name: Option<&str>) -> Result<Customer> {
    let address = contact::email(address).ok_or_else(|| Error::field("address", "malformed"))?;
    if queries::identity(tx, channel, &address)?.is_none()
        && let [only] = queries::with_email(tx, &address)?[..]
    {
        let now = tx.now();
        let name = name.map(contact::tame_name).unwrap_or_default();
        let (created_at, seen_at) = (now, now);
        let identity = Identity {
            channel_id: channel,
            external_id: address.clone(),
            customer_id: only,
            name,
            created_at,
            seen_at,
        };
        queries::insert_identity(tx, &identity)?;
    }
    let customer = api::for_identity(tx, channel, &address, name)?;
    fill(tx, customer, &Details { email: Some(address), ..Details::default() })
}

/// The one customer who is known to have this phone number, `+8613812345678`, merges followed; none where several
/// are. For a channel whose network says which number writes: the rule of [`for_address`], for numbers.
///
/// # Errors
/// From the database.
pub fn only_with_phone(tx: &mut Tx<'_>, phone: &str) -> Result<Option<CustomerId>> {
    Ok(match queries::with_phone(tx, phone)?[..] {
        [only] => Some(only),
        _ => None,
    })
}

/// Notes that `external_id` on this channel is this customer, merges followed, where nobody was met under it
/// yet: for a channel that knows it for sure. Never by a name.
///
/// # Errors
/// [`Error::Invalid`] for an empty `external_id` or one beyond 200 characters; [`Error::NotFound`].
pub fn bind(tx: &mut Tx<'_>, channel: ChannelId, external_id: &str, customer: CustomerId) -> Result<()> {
    kernel::Check::new().text("external_id", external_id, 1..=200).done()?;
    let customer = get(tx, customer)?;
    if customer.state != CustomerState::Active {
        return Ok(());
    }
    let now = tx.now();
    let identity = Identity {
        channel_id: channel,
        external_id: external_id.to_owned(),
        customer_id: customer.id,
        name: String::new(),
        created_at: now,
        seen_at: now,
    };
    queries::insert_identity(tx, &identity).map(drop)
}

/// Takes what a visitor says of themselves, as far as it is not known yet.
///
/// # Errors
/// [`Error::Invalid`] for a phone number or an address that is none; [`Error::NotFound`].
pub fn take(tx: &mut Tx<'_>, id: CustomerId, given: &Given) -> Result<Customer> {
    let name = given.name.as_deref().map(contact::tame_name).filter(|name| !name.is_empty());
    let details = Details { name, phone: given.phone.clone(), email: given.email.clone(), ..Details::default() };
    let customer = get(tx, id)?;
    fill(tx, customer, &details.normal()?)
}
