//! Whether a customer is reached at their number and their address.

use audit::api::Entry;
use customers::Serving;
use http::{Answer, Cx, Json, Path};
use kernel::{Check, CustomerId, Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    codes,
    model::{ContactOutcome, ContactPoint, ContactPointKind, ContactSignal, CustomerVerification},
    points::{self, Heard, Person},
    policy, queries,
};

/// How much of what was heard is told.
const TOLD: i64 = 20;

/// A number or an address, and what was heard of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContactPointView {
    #[serde(flatten)]
    point: ContactPoint,
    /// The last twenty signals, the latest first.
    signals: Vec<ContactSignal>,
}

/// What is known of how a customer is reached.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CustomerContacts {
    /// Their numbers and addresses of which anything was heard.
    points: Vec<ContactPointView>,
    /// Who said last that what is known is right.
    verification: Option<CustomerVerification>,
    /// Whether nothing happened with them for so long that they are out of date.
    stale: bool,
    /// Whether they have a telephone number that can be called.
    has_phone: bool,
}

/// Whether a customer is reached at the number and the address they have now, and how that is known.
#[utoipa::path(get, path = "/customers/{id}/contact-points", tag = "hygiene", params(("id" = CustomerId, Path)), responses((status = 200, body = CustomerContacts)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<CustomerId>) -> Answer<CustomerContacts> {
    let serving = cx.app().part::<Box<dyn Serving>>();
    let contacts = cx
        .read(move |tx| {
            policy::may_read(tx.actor())?;
            let card = customers::api::visible_or_served(tx, &**serving, id)?;
            contacts(tx, card.id)
        })
        .await?;
    Ok(Json(contacts))
}

fn contacts(tx: &mut Tx<'_>, id: CustomerId) -> Result<CustomerContacts> {
    let person = Person::of(tx, id)?.ok_or(Error::NotFound)?;
    let mut views = Vec::new();
    for point in points::current(tx, &person)? {
        let signals = queries::signals(tx, point.id, TOLD)?;
        views.push(ContactPointView { point, signals });
    }
    let verification = queries::verifications(tx, &person.ids())?.into_iter().next();
    let stale = queries::flags(tx, &[person.survivor().id])?.values().any(|flag| flag.stale);
    let has_phone = person.contact(ContactPointKind::Phone).is_some();
    Ok(CustomerContacts { points: views, verification, stale, has_phone })
}

/// How a call went.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewContactSignal {
    /// `reached`, `no_answer`, `wrong_number` or `out_of_service`.
    outcome: ContactOutcome,
    /// What there is to say of it: up to 500 characters.
    note: Option<String>,
}

/// Writes down by hand how a call to a customer's number went.
#[utoipa::path(post, path = "/customers/{id}/contact-signals", tag = "hygiene", params(("id" = CustomerId, Path)), request_body = NewContactSignal, responses((status = 200, body = CustomerContacts)))]
pub(crate) async fn log(
    cx: Cx,
    Path(id): Path<CustomerId>,
    Json(request): Json<NewContactSignal>,
) -> Answer<CustomerContacts> {
    let serving = cx.app().part::<Box<dyn Serving>>();
    let contacts = cx
        .write(move |tx| {
            let permit = policy::may_verify(tx.actor(), tx.now())?;
            let card = customers::api::visible_or_served(tx, &**serving, id)?;
            let NewContactSignal { outcome, note } = &request;
            Check::new()
                .that(outcome.is_of_a_call(), "outcome", "not_allowed")
                .maybe_text("note", note.as_deref(), 0..=500)
                .done()?;
            let person = Person::of(tx, card.id)?.ok_or(Error::NotFound)?;
            let phone = person.contact(ContactPointKind::Phone).ok_or_else(|| codes::NO_CONTACT.conflict())?;
            let heard = Heard {
                customer: card.id,
                kind: ContactPointKind::Phone,
                contact: phone,
                outcome: *outcome,
                reference: None,
                note: note.as_deref().unwrap_or_default().trim(),
                at: permit.at(),
            };
            points::hear(tx, &heard)?;
            if outcome.works() {
                customers::api::contacted(tx, card.id, permit.at())?;
                let spoken = Person::of(tx, card.id)?.ok_or(Error::NotFound)?;
                points::count(tx, &spoken)?;
            }
            let entry = Entry::new("hygiene.call_logged", "customer", card.id);
            audit::api::record(tx, entry.created(&json!({ "outcome": outcome })))?;
            contacts(tx, card.id)
        })
        .await?;
    Ok(Json(contacts))
}
