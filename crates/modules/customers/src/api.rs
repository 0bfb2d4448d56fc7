//! What other modules call.

use std::collections::{BTreeSet, HashMap};

use audit::api::Entry;
use kernel::{Actor, ChannelId, Check, CustomerId, Error, Permit, Result, Timestamp, UnitId, UserId, Visitor};
use serde::Serialize;
use store::{Fact, SearchDoc, Tx};
use utoipa::ToSchema;

pub use crate::contact::{email as spell_email, is_invisible, mask_email, mask_name, mask_phone, phone as spell_phone};
pub use crate::identify::{
    Given, Identified, bind, for_address, identify, is_email, is_phone, is_proven, known_as, only_with_phone, take,
};
pub use crate::sound::sort_key;
use crate::{
    contact,
    events::{ContactChanged, CustomerChanged, CustomerCreated, CustomerErased, CustomerMerged},
    finding, merging,
    model::{Customer, CustomerCard, CustomerState, Details, Identity},
    placing::{self, Hand},
    policy, queries,
    sources::Source,
    stage::Step,
    standing::{self, SEEN},
    suggestion::{self, MergeReason, MergeSuggestion},
};
pub use crate::{
    known::{find_visible, members_of, pass},
    letting_go::let_go,
    places::lives_at,
    placing::{chosen, hand_over, held},
    reading::{after, cards, channels_of, families, page, quiet, reach, seen, shown_in_clear},
    serving::{file_of, may_do, visible as visible_or_served},
    stage::{rehearse_conversion, rehearse_lead, save_as_lead},
    standing::{HIGHEST_TIER, contacted, set_tier, set_worth},
    take_in::{key_of, take_in, take_in_known},
    taking_back::{put_back, since_touched, take_out},
    whole::{erase_everywhere, everything, may_erase, may_unmask},
};

/// What the search index is told of somebody: for whoever fills a database otherwise than one by one, as measurements do.
pub fn indexed(id: CustomerId, at: Timestamp, name: &str, phone: &str) -> Option<SearchDoc> {
    let details = Details { phone: Some(phone.to_owned()), ..named(name) };
    search_doc(&[Customer::unknown(id, at).with(&details)])
}

/// Notes that WeChat says a customer is this person, whatever the account: two who are the same may be one.
///
/// # Errors
/// [`Error::NotFound`] without the customer.
pub fn known_to_wechat(tx: &mut Tx<'_>, customer: CustomerId, union_id: &str) -> Result<()> {
    let id = survivor(tx, customer)?;
    suggestion::mark(tx, id, MergeReason::Wechat, union_id)
}

/// Notes that a site proves this person under this name, `id:…`, whatever the channel.
///
/// # Errors
/// [`Error::NotFound`] without the customer.
pub fn known_to_site(tx: &mut Tx<'_>, customer: CustomerId, name: &str) -> Result<()> {
    let id = survivor(tx, customer)?;
    suggestion::mark(tx, id, MergeReason::Site, name)
}

/// The name of the permission to see customers.
pub const READ: &str = policy::READ;

/// The kind of a customer in the search index; its reference is the customer's id.
pub const SEARCH_KIND: &str = "customer";

/// Who `external_id` is on `channel`: the customer met there before, or a new one. Asking again
/// answers the same customer. A `name` the stranger gives is tamed, and taken while the customer has none.
/// A later merge is followed: the survivor is answered.
///
/// # Errors
/// [`Error::Invalid`] for an empty `external_id` or one beyond 200 characters.
pub fn for_identity(tx: &mut Tx<'_>, channel: ChannelId, external_id: &str, name: Option<&str>) -> Result<Customer> {
    let id = tx.new_id();
    meet(tx, channel, external_id, id, name)
}

/// The customer a visitor's token names: made, with the token's id, when they write for the first time.
///
/// # Errors
/// From the database.
pub fn first_contact(tx: &mut Tx<'_>, visitor: Visitor, name: Option<&str>) -> Result<Customer> {
    meet(tx, visitor.channel, &visitor.customer.to_string(), visitor.customer, name)
}

pub(crate) fn meet(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    external_id: &str,
    new_id: CustomerId,
    name: Option<&str>,
) -> Result<Customer> {
    Check::new().text("external_id", external_id, 1..=200).done()?;
    let name = name.map(contact::tame_name).unwrap_or_default();
    let now = tx.now();
    let known = match queries::identity(tx, channel, external_id)? {
        Some(known) => known,
        None => {
            let identity = Identity {
                channel_id: channel,
                external_id: external_id.to_owned(),
                customer_id: new_id,
                name: name.clone(),
                created_at: now,
                seen_at: now,
            };
            if queries::insert_identity(tx, &identity)? {
                let stranger = Customer::unknown(identity.customer_id, now);
                let mut customer = stranger.clone().with(&named(&name)).learnt(&stranger, &Source::told(now));
                customer.last_contact_at = now;
                queries::insert(tx, &customer)?;
                created(tx, &customer, Some(channel))?;
                return Ok(customer);
            }
            // Another node met them a moment ago.
            queries::identity(tx, channel, external_id)?.ok_or(Error::NotFound)?
        }
    };
    let new_name = !name.is_empty() && name != known.name;
    if new_name || now.since(known.seen_at) >= SEEN {
        queries::seen(tx, &known, if new_name { &name } else { &known.name }, now)?;
    }
    let customer = get(tx, known.customer_id)?;
    standing::met(tx, &customer, now)?;
    fill(tx, customer, &named(&name))
}

/// Where this id leads: itself, or the survivor of the merges it was part of.
///
/// # Errors
/// [`Error::NotFound`] when there is no such customer.
pub fn survivor(tx: &mut Tx<'_>, id: CustomerId) -> Result<CustomerId> {
    queries::find(tx, id).map(|customer| customer.survivor())
}

/// Every id of the person this one leads to: the survivor's, then the aliases'.
///
/// # Errors
/// [`Error::NotFound`] when there is no such customer.
pub fn members(tx: &mut Tx<'_>, id: CustomerId) -> Result<Vec<CustomerId>> {
    Ok(whole(tx, id)?.iter().map(|customer| customer.id).collect())
}

/// The customer this id leads to, in clear: for modules that did their own check.
///
/// # Errors
/// [`Error::NotFound`] when there is no such customer.
pub fn get(tx: &mut Tx<'_>, id: CustomerId) -> Result<Customer> {
    let customer = queries::find(tx, id)?;
    match customer.survivor_id {
        Some(survivor) => queries::find(tx, survivor),
        None => Ok(customer),
    }
}

/// The customer this id leads to, masked: for modules that did their own check.
///
/// # Errors
/// [`Error::NotFound`] when there is no such customer.
pub fn card(tx: &mut Tx<'_>, id: CustomerId) -> Result<CustomerCard> {
    get(tx, id).map(|customer| customer.card())
}

/// The customer this id leads to, masked, when the actor may read it: for search results.
///
/// # Errors
/// [`Error::NotFound`] when there is none the actor may see; [`Error::Forbidden`]
/// without the permission to read any.
pub fn visible(tx: &mut Tx<'_>, id: CustomerId) -> Result<CustomerCard> {
    let sight = policy::may_read(tx.actor())?;
    let customer = get(tx, id)?;
    if sight.covers(&customer) { Ok(customer.card()) } else { Err(Error::NotFound) }
}

/// The customer who has this phone number, `+8613812345678`, among those the actor may read, when it is one alone.
///
/// # Errors
/// [`Error::Forbidden`] without the permission to read any.
pub fn with_phone(tx: &mut Tx<'_>, phone: &str) -> Result<Option<CustomerCard>> {
    let sight = policy::may_read(tx.actor())?;
    let found = finding::with_contact(tx, &sight, Some(phone), None)?;
    Ok(match found.as_slice() {
        [one] => Some(one.card()),
        _ => None,
    })
}

/// Who has this number or this address, in the spelling it is kept in, merges followed. Asks for no permission: whoever
/// shows it asks [`visible`].
///
/// # Errors
/// From the database.
pub fn having(tx: &mut Tx<'_>, phone: Option<&str>, email: Option<&str>) -> Result<Vec<CustomerId>> {
    let mut found = match phone {
        Some(phone) => queries::with_phone(tx, phone)?,
        None => Vec::new(),
    };
    if let Some(email) = email {
        found.extend(queries::with_email(tx, email)?);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The customers these ids lead to, masked, those of them whom the actor may read, by the ids asked for.
///
/// # Errors
/// [`Error::Forbidden`] without the permission to read any.
pub fn visible_cards(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<HashMap<CustomerId, CustomerCard>> {
    let sight = policy::may_read(tx.actor())?;
    let asked = queries::rows(tx, ids)?;
    let far: Vec<_> = asked.iter().filter_map(|customer| customer.survivor_id).collect();
    let survivors = if far.is_empty() { Vec::new() } else { queries::rows(tx, &far)? };
    let mut cards = HashMap::new();
    for customer in &asked {
        let end = customer.survivor_id.and_then(|id| survivors.iter().find(|one| one.id == id)).unwrap_or(customer);
        if sight.covers(end) {
            cards.insert(customer.id, end.card());
        }
    }
    Ok(cards)
}

/// The name of the customer this id leads to; empty while unknown.
///
/// # Errors
/// [`Error::NotFound`] when there is no such customer.
pub fn name_of(tx: &mut Tx<'_>, id: CustomerId) -> Result<String> {
    get(tx, id).map(|customer| customer.name)
}

/// The names of many customers at once, by the ids asked for. Ids of nobody are left out.
///
/// # Errors
/// From the database.
pub fn names(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<HashMap<CustomerId, String>> {
    Ok(queries::names(tx, ids)?.into_iter().collect())
}

/// Everything this module holds about one person, in clear.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CustomerRecords)]
pub struct CustomerExport {
    /// The customer, then every alias.
    customers: Vec<ExportedCustomer>,
    /// Who they are on the channels.
    identities: Vec<ExportedIdentity>,
    /// How far it has come with them, step by step.
    stages: Vec<Step>,
    /// What others call them, whatever the channel.
    names_elsewhere: Vec<ExportedMark>,
    /// What was taken over in merges, and what stood there before.
    #[schema(value_type = Vec<Object>)]
    takeovers: Vec<merging::Takeover>,
    /// Who they were thought to be.
    suggestions: Vec<MergeSuggestion>,
}

/// What others call a person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExportedMark {
    kind: MergeReason,
    mark: String,
}

/// One row of a person, in clear.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExportedCustomer {
    id: CustomerId,
    name: String,
    phone: Option<String>,
    email: Option<String>,
    note: String,
    state: CustomerState,
    created_at: Timestamp,
}

/// One identity of a person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExportedIdentity {
    channel_id: ChannelId,
    external_id: String,
    name: String,
    created_at: Timestamp,
    seen_at: Timestamp,
}

/// Everything this module holds about the person this id leads to, in clear. The caller checks that
/// it may go out, and writes that it did.
///
/// # Errors
/// [`Error::NotFound`] when there is no such customer.
pub fn export(tx: &mut Tx<'_>, id: CustomerId) -> Result<CustomerExport> {
    let customers = whole(tx, id)?;
    let ids: Vec<_> = customers.iter().map(|customer| customer.id).collect();
    let identities = queries::identities(tx, &ids)?.into_iter().map(|identity| ExportedIdentity {
        channel_id: identity.channel_id,
        external_id: identity.external_id,
        name: identity.name,
        created_at: identity.created_at,
        seen_at: identity.seen_at,
    });
    let customers = customers.into_iter().map(|customer| ExportedCustomer {
        id: customer.id,
        name: customer.name,
        phone: customer.phone,
        email: customer.email,
        note: customer.note,
        state: customer.state,
        created_at: customer.created_at,
    });
    let stages = queries::steps(tx, &ids)?;
    let marks = suggestion::marks(tx, &ids)?.into_iter().map(|(kind, mark)| ExportedMark { kind, mark });
    Ok(CustomerExport {
        customers: customers.collect(),
        identities: identities.collect(),
        stages,
        names_elsewhere: marks.collect(),
        takeovers: merging::takeovers(tx, &ids)?,
        suggestions: suggestion::of(tx, &ids)?,
    })
}

/// Empties the person this id leads to, aliases and all, and tells the other modules to do the same.
pub(crate) fn erase(tx: &mut Tx<'_>, permit: &Permit, id: CustomerId, reason: &str) -> Result<Customer> {
    let rows = whole(tx, id)?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let survivor = rows.into_iter().try_fold(None, |first, before| {
        let after = before.clone().erased(permit);
        queries::save(tx, &after)?;
        tx.unindex(SEARCH_KIND, &after.id.to_string(), after.created_at)?;
        audit::api::record(
            tx,
            Entry::new("customers.erased", "customer", after.id).change(&before.trace(), &after.trace()).reason(reason),
        )?;
        Ok::<_, Error>(first.or(Some(after)))
    })?;
    let survivor = survivor.ok_or(Error::NotFound)?;
    queries::erase_identities(tx, &ids)?;
    queries::erase_steps(tx, &ids)?;
    standing::erase(tx, &ids)?;
    merging::erase(tx, &ids)?;
    suggestion::erase(tx, &ids)?;
    tx.emit(Fact::new(CustomerErased::KIND, survivor.id, &CustomerErased { customer_ids: ids })?);
    told(tx, &survivor)?;
    Ok(survivor)
}

/// The survivor this id leads to, then its aliases.
pub(crate) fn whole(tx: &mut Tx<'_>, id: CustomerId) -> Result<Vec<Customer>> {
    let survivor = get(tx, id)?;
    let aliases = queries::aliases(tx, survivor.id)?;
    Ok(std::iter::once(survivor).chain(aliases).collect())
}

/// Everything that follows from a new customer.
pub(crate) fn created(tx: &mut Tx<'_>, customer: &Customer, channel: Option<ChannelId>) -> Result<()> {
    index(tx, std::slice::from_ref(customer))?;
    announced(tx, customer, channel)?;
    told(tx, customer)
}

/// Tells other modules of a new customer.
pub(crate) fn announced(tx: &mut Tx<'_>, customer: &Customer, channel: Option<ChannelId>) -> Result<()> {
    let fact = CustomerCreated { customer_id: customer.id, channel_id: channel };
    tx.emit(Fact::new(CustomerCreated::KIND, customer.id, &fact)?);
    if customer.phone.is_some() || customer.email.is_some() {
        contact_changed(tx, customer.id)?;
    }
    Ok(())
}

/// Whoever looks for others with the same contact is told.
fn contact_changed(tx: &mut Tx<'_>, customer_id: CustomerId) -> Result<()> {
    tx.emit(Fact::new(ContactChanged::KIND, customer_id, &ContactChanged { customer_id })?);
    Ok(())
}

/// Everything that follows from changed details.
pub(crate) fn changed(tx: &mut Tx<'_>, before: &Customer, customer: &Customer) -> Result<()> {
    index_again(tx, customer.id)?;
    let (by_id, _) = keeper(tx.actor());
    let fact = CustomerChanged { customer_id: customer.id, version: customer.version, by_id };
    tx.emit(Fact::new(CustomerChanged::KIND, customer.id, &fact)?);
    if (&before.name, &before.phone, &before.email) != (&customer.name, &customer.phone, &customer.email) {
        contact_changed(tx, customer.id)?;
    }
    let hand = Hand { cause: "change", reference: None, reason: None };
    placing::told(tx, before, customer, &hand)?;
    told(tx, customer)
}

/// Tells the watchers of the list.
pub(crate) fn told(tx: &mut Tx<'_>, customer: &Customer) -> Result<()> {
    tx.notify("customers", "customer.changed", &customer.card(), Some(customer.owned()))
}

/// Puts the person this id leads to into the index as they are now, and takes an alias out of it.
pub(crate) fn index_again(tx: &mut Tx<'_>, id: CustomerId) -> Result<()> {
    let rows = whole(tx, id)?;
    for row in &rows {
        tx.unindex(SEARCH_KIND, &row.id.to_string(), row.created_at)?;
    }
    index(tx, &rows)
}

/// The survivor's entry holds what is known of its aliases too: an old number finds the person.
fn index(tx: &mut Tx<'_>, rows: &[Customer]) -> Result<()> {
    match search_doc(rows) {
        Some(doc) => tx.index(&[doc]),
        None => Ok(()),
    }
}

/// What searches find a person by: a survivor and its aliases.
pub(crate) fn search_doc(rows: &[Customer]) -> Option<SearchDoc> {
    let text = rows.iter().map(Customer::words).collect::<Vec<_>>().join(" ");
    let survivor = rows.first().filter(|_| !text.trim().is_empty())?;
    let (reference, at) = (survivor.id.to_string(), survivor.created_at);
    let labels: BTreeSet<_> =
        rows.iter().flat_map(|row| row.phone.as_deref().map(contact::marks).unwrap_or_default()).collect();
    Some(SearchDoc { kind: SEARCH_KIND, reference, at, labels: labels.into_iter().collect(), text })
}

/// Who looks after a customer entered by hand, at first: the one who did it.
pub(crate) fn keeper(actor: &Actor) -> (Option<UserId>, Option<UnitId>) {
    match actor {
        Actor::Staff(staff) => (Some(staff.id), staff.unit),
        _ => (None, None),
    }
}

/// Takes those of these details that are not known yet; what is known stays.
pub(crate) fn fill(tx: &mut Tx<'_>, customer: Customer, details: &Details) -> Result<Customer> {
    let new = |known: &str, given: &Option<String>| given.clone().filter(|given| known.is_empty() && !given.is_empty());
    let details = Details {
        name: new(&customer.name, &details.name),
        phone: new(customer.phone.as_deref().unwrap_or_default(), &details.phone),
        email: new(customer.email.as_deref().unwrap_or_default(), &details.email),
        ..Details::default()
    };
    if details.is_empty() || customer.state != CustomerState::Active {
        return Ok(customer);
    }
    let before = customer.clone();
    let mut after = customer.with(&details).learnt(&before, &Source::told(tx.now()));
    after.version += 1;
    match queries::save(tx, &after) {
        // Somebody else changed them a moment ago: what they said stays.
        Err(Error::Conflict(..)) => return get(tx, after.id),
        saved => saved?,
    }
    changed(tx, &before, &after)?;
    Ok(after)
}

/// Makes `alias` an alias of `into`, a survivor, with all that follows from it.
pub(crate) fn merge(tx: &mut Tx<'_>, permit: &Permit, alias: &Customer, into: &Customer) -> Result<()> {
    let after = alias.clone().merged(permit, into)?;
    queries::save(tx, &after)?;
    let followers: Vec<_> = queries::aliases(tx, alias.id)?.iter().map(|alias| alias.id).collect();
    queries::lead_to(tx, &followers, into.id)?;
    contacted(tx, into.id, alias.last_contact_at)?;
    tx.unindex(SEARCH_KIND, &alias.id.to_string(), after.created_at)?;
    index_again(tx, into.id)?;
    audit::api::record(
        tx,
        Entry::new("customers.merged", "customer", alias.id).change(&alias.trace(), &after.trace()),
    )?;
    let fact = CustomerMerged { alias_id: alias.id, survivor_id: into.id };
    tx.emit(Fact::new(CustomerMerged::KIND, alias.id, &fact)?);
    told(tx, &after)?;
    suggestion::look(tx, into.id).map(drop)
}

pub(crate) fn named(name: &str) -> Details {
    Details { name: Some(name.to_owned()), ..Details::default() }
}
