//! Saying that what is known of a customer is right.

use audit::api::Entry;
use customers::Serving;
use http::{Answer, Cx, Json, Path};
use kernel::{Check, CustomerId, Error};
use serde::Deserialize;
use store::Fact;
use utoipa::ToSchema;

use crate::{
    events::{self, VerifiedFact},
    model::{ContactOutcome, CustomerVerification},
    points::{self, Heard, Person},
    policy, queries,
};

/// How somebody made sure.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCustomerVerification {
    /// In their words: up to 500 characters.
    note: Option<String>,
}

/// Notes that what is known of a customer is right as of now: their clock begins anew, and numbers and addresses that were
/// taken for dead no longer are.
#[utoipa::path(post, path = "/customers/{id}/verification", tag = "hygiene", params(("id" = CustomerId, Path)), request_body = NewCustomerVerification, responses((status = 200, body = CustomerVerification)))]
pub(crate) async fn verify(
    cx: Cx,
    Path(id): Path<CustomerId>,
    Json(request): Json<NewCustomerVerification>,
) -> Answer<CustomerVerification> {
    let serving = cx.app().part::<Box<dyn Serving>>();
    let verification = cx
        .write(move |tx| {
            let permit = policy::may_verify(tx.actor(), tx.now())?;
            let card = customers::api::visible_or_served(tx, &**serving, id)?;
            Check::new().maybe_text("note", request.note.as_deref(), 0..=500).done()?;
            let note = request.note.as_deref().unwrap_or_default().trim().to_owned();
            let (staff, at) = (tx.actor().staff()?.clone(), permit.at());
            let person = Person::of(tx, card.id)?.ok_or(Error::NotFound)?;
            let by = (Some(staff.id), staff.name.clone());
            let verification = CustomerVerification { customer_id: card.id, note, by_id: by.0, by_name: by.1, at };
            queries::put_verification(tx, &verification)?;
            for point in points::current(tx, &person)?.iter().filter(|point| point.failures > 0) {
                let Some(contact) = person.clear(point) else { continue };
                let (kind, outcome) = (point.kind, ContactOutcome::Verified);
                let heard = Heard { customer: card.id, kind, contact, outcome, reference: None, note: "", at };
                points::hear(tx, &heard)?;
            }
            points::count(tx, &person)?;
            // What was said stays with the customer; the trail keeps that it was.
            let entry = Entry::new("hygiene.verified", "customer", card.id);
            audit::api::record(tx, entry.created(&serde_json::json!({ "at": at })))?;
            tx.emit(Fact::new(events::VERIFIED, card.id, &VerifiedFact { customer_id: card.id })?);
            Ok(verification)
        })
        .await?;
    Ok(Json(verification))
}
