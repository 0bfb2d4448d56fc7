//! A visitor who may become a customer.

use customers::{CustomerCard, NewLead, Serving};
use http::{Answer, Cx, Json, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    model::{ConversationId, Event},
    policy, queries, tell,
};

/// What is known of them, and what they want.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewLead)]
pub(crate) struct LeadRequest {
    /// Their name: 1 to 80 characters.
    name: Option<String>,
    /// A phone number in any spelling; +86 unless it says otherwise.
    phone: Option<String>,
    /// An e-mail address.
    email: Option<String>,
    /// What they are interested in: 1 to 1,000 characters.
    words: String,
}

/// Saves whom one talks with as a lead, with this conversation attached. Whoever does it looks after them, unless
/// somebody does.
#[utoipa::path(post, path = "/conversations/{id}/lead", tag = "conversations", params(("id" = ConversationId, Path)), request_body = LeadRequest, responses((status = 200, body = CustomerCard)))]
pub(crate) async fn save(
    cx: Cx,
    Path(id): Path<ConversationId>,
    Json(request): Json<LeadRequest>,
) -> Answer<CustomerCard> {
    cx.actor().staff()?;
    let serving = cx.app().part::<Box<dyn Serving>>();
    let card = cx
        .write(move |tx| {
            let mut conversation = queries::lock(tx, id)?;
            policy::may_work(tx.actor(), &conversation)?;
            let LeadRequest { name, phone, email, words } = &request;
            let lead = NewLead {
                name: name.clone(),
                phone: phone.clone(),
                email: email.clone(),
                words: words.clone(),
                reference: Some(id.to_string()),
            };
            let card = customers::api::save_as_lead(tx, &**serving, conversation.customer_id, lead)?;
            let by = tell::by(tx);
            tell::line(tx, &mut conversation, Event::SavedAsLead { by }, String::new())?;
            tell::saved(tx, &conversation, None)?;
            Ok(card)
        })
        .await?;
    Ok(Json(card))
}
