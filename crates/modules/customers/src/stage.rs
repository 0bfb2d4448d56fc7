//! How far it has come with somebody: met, a lead, a customer; each step dated, with the talk it came from.

use audit::api::Entry;
use kernel::{Actor, Check, CustomerId, Id, Noun, Owned, Permit, Result, Timestamp, UserId};
use serde::Serialize;
use serde_json::json;
use store::{Tx, text_enum};
use utoipa::ToSchema;

use crate::{
    api, codes,
    model::{Customer, CustomerCard, CustomerState, Details},
    policy, queries,
    serving::{self, Serving},
};

text_enum! {
    /// How far it has come with somebody.
    #[derive(PartialOrd, Ord)]
    pub enum Stage {
        /// They were met, and nobody has said what they are.
        Contact = "contact",
        /// They may become a customer.
        Lead = "lead",
        /// They are a customer.
        Customer = "customer",
    }
}

impl Noun for Step {
    const PREFIX: &'static str = "cst";
}

store::record! {
    /// One step of somebody on the way to being a customer.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    #[schema(as = CustomerStep)]
    pub struct Step {
        /// Its id.
        pub id: Id<Step>,
        /// Who, under the id they had then.
        pub customer_id: CustomerId,
        /// What they became.
        pub stage: Stage,
        /// What they were before.
        pub before: Stage,
        /// What they are interested in, or why.
        pub words: String,
        /// The talk it came from: a conversation's id.
        pub reference: Option<String>,
        /// Who said so.
        pub by_id: Option<UserId>,
        /// Their name.
        pub by_name: Option<String>,
        /// When.
        pub at: Timestamp,
    }
}

/// Somebody to be saved as a lead, with what is known of them by now.
#[derive(Clone, Debug, Default)]
pub struct NewLead {
    /// Their name: 1 to 80 characters.
    pub name: Option<String>,
    /// A phone number in any spelling.
    pub phone: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
    /// What they are interested in: 1 to 1,000 characters.
    pub words: String,
    /// The talk it came from: a conversation's id.
    pub reference: Option<String>,
}

/// Saves somebody as a lead: their details, and the talk it came from. Nobody yet looks after them: then the one who
/// does it will. Saved again, the details change and the step is another one.
///
/// # Errors
/// [`kernel::Error::Invalid`] for malformed details; [`kernel::Error::Conflict`] when they are a customer already;
/// [`kernel::Error::NotFound`] and [`kernel::Error::Forbidden`] for whoever may not change them.
pub fn save_as_lead(tx: &mut Tx<'_>, serving: &dyn Serving, id: CustomerId, new: NewLead) -> Result<CustomerCard> {
    let before = api::get(tx, id)?;
    let permit = serving::may(tx, serving, policy::EDIT, id, &before)?;
    lead(tx, &permit, before, new)
}

/// As [`save_as_lead`], for the demo story: nobody is asked.
///
/// # Errors
/// As there.
pub fn rehearse_lead(tx: &mut Tx<'_>, id: CustomerId, new: NewLead) -> Result<CustomerCard> {
    let before = api::get(tx, id)?;
    let permit = Actor::System("demo").permit(policy::EDIT, &Owned::NOBODY, tx.now())?;
    lead(tx, &permit, before, new)
}

fn lead(tx: &mut Tx<'_>, permit: &Permit, before: Customer, new: NewLead) -> Result<CustomerCard> {
    Check::new().text("words", &new.words, 1..=1_000).done()?;
    if before.stage == Stage::Customer {
        return Err(codes::IS_CUSTOMER.conflict());
    }
    let placed = before.owner_id.is_none().then(|| api::keeper(tx.actor()));
    let details = Details { name: new.name, phone: new.phone, email: new.email, note: None, placed }.normal()?;
    let (by, _) = api::keeper(tx.actor());
    let mut after = before.clone().changed(permit, by, before.version, &details)?;
    after.stage = Stage::Lead;
    queries::save(tx, &after)?;
    let entry = Entry::new("customers.saved_as_lead", "customer", after.id);
    audit::api::record(tx, entry.change(&before.trace(), &after.trace_from(&before)))?;
    step(tx, &before, &after, new.words.trim(), new.reference)?;
    api::changed(tx, &before, &after)?;
    Ok(after.card())
}

/// Says that a lead, or somebody who was only met, is a customer now. All there was with them stays with them.
pub(crate) fn convert(tx: &mut Tx<'_>, serving: &dyn Serving, id: CustomerId, words: &str) -> Result<CustomerCard> {
    let before = api::get(tx, id)?;
    let permit = serving::may(tx, serving, policy::EDIT, id, &before)?;
    converted(tx, &permit, before, words)
}

/// A lead of the demo story is a customer now: nobody is asked.
///
/// # Errors
/// [`kernel::Error::NotFound`] without them; [`kernel::Error::Conflict`] when they are one already.
pub fn rehearse_conversion(tx: &mut Tx<'_>, id: CustomerId) -> Result<CustomerCard> {
    let before = api::get(tx, id)?;
    let permit = Actor::System("demo").permit(policy::EDIT, &Owned::NOBODY, tx.now())?;
    converted(tx, &permit, before, "")
}

fn converted(tx: &mut Tx<'_>, permit: &Permit, before: Customer, words: &str) -> Result<CustomerCard> {
    Check::new().text("words", words, 0..=1_000).done()?;
    if before.stage == Stage::Customer {
        return Err(codes::IS_CUSTOMER.conflict());
    }
    let (by, _) = api::keeper(tx.actor());
    let mut after = before.clone().changed(permit, by, before.version, &Details::default())?;
    after.stage = Stage::Customer;
    queries::save(tx, &after)?;
    let only = |of: &Customer| json!({ "stage": of.stage });
    let entry = Entry::new("customers.converted", "customer", after.id);
    audit::api::record(tx, entry.change(&only(&before), &only(&after)))?;
    step(tx, &before, &after, words.trim(), None)?;
    api::changed(tx, &before, &after)?;
    Ok(after.card())
}

/// The one who is kept of two is no less than the other was.
pub(crate) fn merged(tx: &mut Tx<'_>, alias: &Customer, into: &Customer) -> Result<()> {
    if alias.stage <= into.stage || into.state != CustomerState::Active {
        return Ok(());
    }
    let after = Customer { stage: alias.stage, version: into.version + 1, ..into.clone() };
    queries::save(tx, &after)?;
    step(tx, into, &after, "", None)?;
    api::changed(tx, into, &after)
}

fn step(tx: &mut Tx<'_>, before: &Customer, after: &Customer, words: &str, reference: Option<String>) -> Result<()> {
    let by = tx.actor().staff().ok().map(|staff| (staff.id, staff.name.clone()));
    let (by_id, by_name) = by.unzip();
    let step = Step {
        id: tx.new_id(),
        customer_id: after.id,
        stage: after.stage,
        before: before.stage,
        words: words.to_owned(),
        reference,
        by_id,
        by_name,
        at: tx.now(),
    };
    queries::insert_step(tx, &step)
}
