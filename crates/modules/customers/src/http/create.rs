//! Entering a customer by hand.

use audit::api::Entry;
use http::{Answer, Cx, Json};
use kernel::Owned;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    api,
    model::{Customer, CustomerCard, Details},
    policy, queries,
    sources::Source,
    stage::Stage,
};

/// A new customer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCustomer {
    /// Their name: 1 to 80 characters.
    name: String,
    /// A phone number in any spelling; +86 unless it says otherwise.
    phone: Option<String>,
    /// An e-mail address.
    email: Option<String>,
    /// What colleagues should know: up to 2000 characters.
    note: Option<String>,
    /// How far it has come with them; a customer unless told.
    stage: Option<Stage>,
}

/// Enters a customer, whom the one who does it then looks after.
#[utoipa::path(post, path = "/customers", tag = "customers", request_body = NewCustomer, responses((status = 200, body = CustomerCard)))]
pub(crate) async fn create(cx: Cx, Json(request): Json<NewCustomer>) -> Answer<CustomerCard> {
    let NewCustomer { name, phone, email, note, stage } = request;
    let details = Details { name: Some(name), phone, email, note, placed: Some(api::keeper(cx.actor())) };
    let card = cx
        .write(move |tx| {
            let (owner, unit) = api::keeper(tx.actor());
            let _permit = tx.actor().permit(policy::EDIT, &Owned::by(owner, unit), tx.now())?;
            let details = details.clone().normal()?;
            let stranger = Customer::unknown(tx.new_id(), tx.now());
            let source = Source::entered(owner, tx.now());
            let mut customer = stranger.clone().with(&details).learnt(&stranger, &source);
            customer.stage = stage.unwrap_or(Stage::Customer);
            queries::insert(tx, &customer)?;
            let trace: Value = customer.trace();
            audit::api::record(tx, Entry::new("customers.created", "customer", customer.id).created(&trace))?;
            api::created(tx, &customer, None)?;
            Ok(customer.card())
        })
        .await?;
    Ok(Json(card))
}
