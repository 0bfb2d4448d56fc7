//! Requests of somebody we do not know: looking for them, saying who they are, answering that nothing is held.

use audit::api::Entry;
use customers::{CustomerCard, CustomerListQuery, CustomerState, Serving};
use http::{Answer, Cx, Json, Path};
use kernel::{Check, CustomerId, Error, Id, Result};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;

use super::{
    close::{PrivacyRequestAnswer, closed, me},
    receive,
    view::{PrivacyRequestView, view},
};
use crate::{
    codes, handling,
    model::{Claimant, IdentityProof, PrivacyRequest, Search, SearchedBy, SearchedKey},
    policy,
    queries::requests as queries,
};

/// Candidates that are shown at most.
const SHOWN: i64 = 10;

/// What else they are to be looked for by; what they gave is looked for anyway.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPrivacySearch {
    /// Another phone number.
    phone: Option<String>,
    /// Another e-mail address.
    email: Option<String>,
    /// Another name.
    name: Option<String>,
}

/// What a look came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PrivacySearchResult {
    /// The request, with this look among its searches.
    request: PrivacyRequestView,
    /// Those who have the number or the address, then those who bear such a name, as far as one may see them.
    candidates: Vec<CustomerCard>,
    /// How many have the number or the address and are out of one's reach.
    hidden: i64,
}

/// Looks for whoever asks among all customers, by what they gave and what else one thinks of. That it was done, by what and
/// what came of it is kept with the request.
#[utoipa::path(post, path = "/privacy-requests/{id}/searches", tag = "privacy", params(("id" = Id<PrivacyRequest>, Path)), request_body = NewPrivacySearch, responses((status = 200, body = PrivacySearchResult)))]
pub(crate) async fn search(
    cx: Cx,
    Path(id): Path<Id<PrivacyRequest>>,
    Json(new): Json<NewPrivacySearch>,
) -> Answer<PrivacySearchResult> {
    let result = cx
        .write(move |tx| {
            let before = queries::find(tx, id)?;
            let permit = policy::may_handle(tx.actor(), &before, tx.now())?;
            let wanted = wanted(before.of_unknown()?, &new)?;
            let (found, named) = look(tx, &wanted)?;
            let mut candidates: Vec<_> = found.iter().filter_map(|id| customers::api::visible(tx, *id).ok()).collect();
            let hidden = (found.len() - candidates.len()) as i64;
            let by = me(tx)?;
            let search = Search {
                at: permit.at(),
                by_id: by.id,
                by_name: by.name,
                keys: wanted.iter().map(|(by, text)| SearchedKey::new(*by, text)).collect(),
                found: found.len() as i64,
                named: named.len() as i64,
            };
            let after = before.clone().searched(&permit, search)?;
            handling::search(tx, &before, &after)?;
            candidates.extend(named.into_iter().filter(|card| !found.contains(&card.id)));
            Ok(PrivacySearchResult { request: view(tx, after)?, candidates, hidden })
        })
        .await?;
    Ok(Json(result))
}

/// What is looked for, each once, in its one spelling.
fn wanted(claimant: &Claimant, new: &NewPrivacySearch) -> Result<Vec<(SearchedBy, String)>> {
    let filled =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let (phone, email, name) = (filled(&new.phone), filled(&new.email), filled(&new.name));
    let (phone_fits, email_fits) =
        (phone.as_deref().is_none_or(customers::api::is_phone), email.as_deref().is_none_or(customers::api::is_email));
    Check::new()
        .that(phone_fits, "phone", "malformed")
        .that(email_fits, "email", "malformed")
        .maybe_text("name", name.as_deref(), 1..=80)
        .done()?;
    let phones = [claimant.phone.clone(), phone.as_deref().and_then(customers::api::spell_phone)];
    let emails = [claimant.email.clone(), email.as_deref().and_then(customers::api::spell_email)];
    let mut wanted: Vec<_> = phones.into_iter().flatten().map(|text| (SearchedBy::Phone, text)).collect();
    wanted.extend(emails.into_iter().flatten().map(|text| (SearchedBy::Email, text)));
    wanted.extend([Some(claimant.name.clone()), name].into_iter().flatten().map(|text| (SearchedBy::Name, text)));
    wanted.dedup();
    Ok(wanted)
}

/// Who has the number or the address, whoever may see them; and who bears such a name, as far as the actor sees.
fn look(tx: &mut Tx<'_>, wanted: &[(SearchedBy, String)]) -> Result<(Vec<CustomerId>, Vec<CustomerCard>)> {
    let (mut found, mut named): (Vec<CustomerId>, Vec<CustomerCard>) = (Vec::new(), Vec::new());
    for (by, text) in wanted {
        match by {
            SearchedBy::Phone => found.extend(customers::api::having(tx, Some(text), None)?),
            SearchedBy::Email => found.extend(customers::api::having(tx, None, Some(text))?),
            SearchedBy::Name => {
                let query =
                    CustomerListQuery { q: Some(text.clone()), limit: Some(SHOWN), ..CustomerListQuery::default() };
                let rows = match customers::api::page(tx, &query) {
                    Ok((rows, _)) => rows,
                    // Who may handle requests and see no customers looks by number and address alone.
                    Err(Error::Forbidden(_)) => Vec::new(),
                    Err(error) => return Err(error),
                };
                named.extend(rows.iter().map(customers::Customer::card));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    named.sort_by_key(|card| card.id);
    named.dedup_by_key(|card| card.id);
    named.truncate(SHOWN as usize);
    Ok((found, named))
}

/// Who they are, and how that was made sure.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClaimantLink {
    /// The customer they are; one whom one may see.
    customer_id: CustomerId,
    /// How it was made sure that it is they who ask.
    how: IdentityProof,
}

/// Keeps that whoever asks is this customer, and how that was made sure: from now on it is a request like any other.
#[utoipa::path(post, path = "/privacy-requests/{id}/link", tag = "privacy", params(("id" = Id<PrivacyRequest>, Path)), request_body = ClaimantLink, responses((status = 200, body = PrivacyRequestView)))]
pub(crate) async fn link(
    cx: Cx,
    Path(id): Path<Id<PrivacyRequest>>,
    Json(request): Json<ClaimantLink>,
) -> Answer<PrivacyRequestView> {
    let serving = cx.app().part::<Box<dyn Serving>>();
    let request = cx
        .write(move |tx| {
            let before = queries::find(tx, id)?;
            let permit = policy::may_handle(tx.actor(), &before, tx.now())?;
            before.of_unknown()?;
            let card = receive::customer(tx, &**serving, request.customer_id)?;
            if card.state == CustomerState::Erased {
                return Err(codes::ERASED.conflict());
            }
            let after = before.clone().linked(&permit, me(tx)?, request.how, (card.id, card.name))?;
            handling::verify(tx, &before, &after)?;
            view(tx, after)
        })
        .await?;
    Ok(Json(request))
}

/// Closes a request of somebody of whom we hold nothing, which the last look must have shown, with what they were answered.
#[utoipa::path(post, path = "/privacy-requests/{id}/nothing-held", tag = "privacy", params(("id" = Id<PrivacyRequest>, Path)), request_body = PrivacyRequestAnswer, responses((status = 200, body = PrivacyRequestView)))]
pub(crate) async fn nothing_held(
    cx: Cx,
    Path(id): Path<Id<PrivacyRequest>>,
    Json(request): Json<PrivacyRequestAnswer>,
) -> Answer<PrivacyRequestView> {
    closed(cx, id, request.answer, PrivacyRequest::none_held).await
}

/// Why somebody wants to see how whoever asks is reached.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClaimantUnmasking {
    /// Why: 2 to 200 characters, kept on the trail.
    reason: String,
}

/// Shows in clear who somebody we did not know says they are and how they are reached, to whoever handles the request;
/// written on the trail with the reason.
#[utoipa::path(post, path = "/privacy-requests/{id}/unmasking", tag = "privacy", params(("id" = Id<PrivacyRequest>, Path)), request_body = ClaimantUnmasking, responses((status = 200, body = Claimant)))]
pub(crate) async fn unmask(
    cx: Cx,
    Path(id): Path<Id<PrivacyRequest>>,
    Json(request): Json<ClaimantUnmasking>,
) -> Answer<Claimant> {
    let claimant = cx
        .write(move |tx| {
            let asked = queries::find(tx, id)?;
            let _permit = policy::may_handle(tx.actor(), &asked, tx.now())?;
            Check::new().text("reason", &request.reason, 2..=200).done()?;
            let claimant = asked.claimant.ok_or(Error::NotFound)?;
            let entry = Entry::new("privacy.claimant_unmasked", "privacy_request", id);
            audit::api::record(tx, entry.reason(request.reason.trim()))?;
            Ok(claimant)
        })
        .await?;
    Ok(Json(claimant))
}
