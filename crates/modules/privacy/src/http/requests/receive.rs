//! Taking a request in.

use access::Placement;
use customers::{CustomerCard, Serving};
use http::{Answer, App, Cx, Json};
use kernel::{Check, CustomerId, Error, Owned, Result, Timestamp, UserId};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use super::view::{PrivacyRequestView, view};
use crate::{
    handling,
    model::{
        self, Claimant, ConsentPurpose, ConsentWay, PrivacyRequest, PrivacyRequestKind, PrivacyRequestState, Purposes,
        Searches, Who,
    },
    policy,
};

/// How long ago a request may have come: a year.
const LONGEST_AGO_MS: i64 = 366 * 86_400_000;

/// Something a customer asks of their data.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPrivacyRequest {
    kind: PrivacyRequestKind,
    /// Whose data it is about; one whom one may see. This, or `claimant`.
    customer_id: Option<CustomerId>,
    /// Who somebody we do not know says they are, and how they are reached.
    claimant: Option<Claimant>,
    /// Which way it came.
    way: ConsentWay,
    /// In the person's words: up to 2,000 characters.
    words: Option<String>,
    /// Which consents are to be taken back: needed for that, and for nothing else.
    purposes: Option<Vec<ConsentPurpose>>,
    /// When it came: now unless told; not in the future. The thirty days begin with it.
    received_at: Option<Timestamp>,
    /// Who must answer it: oneself unless told.
    owner_id: Option<UserId>,
}

/// Takes in a request, which is a task of whoever must answer it, due with the end of the thirtieth day.
#[utoipa::path(post, path = "/privacy-requests", tag = "privacy", request_body = NewPrivacyRequest, responses((status = 200, body = PrivacyRequestView)))]
pub(crate) async fn receive(cx: Cx, Json(new): Json<NewPrivacyRequest>) -> Answer<PrivacyRequestView> {
    let app = cx.app().clone();
    let serving = cx.app().part::<Box<dyn Serving>>();
    let request = cx
        .write(move |tx| {
            let me = tx.actor().staff()?.clone();
            let (who, owned) = owner(tx, &app, new.owner_id)?;
            let now = tx.now();
            let _permit = policy::may_receive(tx.actor(), &owned, now)?;
            let purposes = check(&new, now)?;
            let (customer_id, customer_name, claimant) = asker(tx, &**serving, &new)?;
            let received_at = new.received_at.unwrap_or(now);
            let request = PrivacyRequest {
                id: tx.new_id(),
                kind: new.kind,
                state: PrivacyRequestState::Open,
                customer_id,
                customer_name,
                way: new.way,
                words: new.words.as_deref().map(str::trim).unwrap_or_default().to_owned(),
                purposes,
                received_at,
                due_at: model::due_at(received_at, settings::api::calendar(tx)?.zone())?,
                owner_id: Some(who.id),
                owner_name: who.name,
                unit_id: owned.unit,
                identity: None,
                identity_at: None,
                identity_by: None,
                identity_by_name: None,
                ground: None,
                answer: None,
                closed_at: None,
                closed_by: None,
                closed_by_name: None,
                entered_at: now,
                entered_by: Some(me.id),
                entered_by_name: me.name.clone(),
                reminded_at: None,
                version: 1,
                claimant,
                searches: Searches::default(),
                nothing_held: false,
            };
            handling::receive(tx, &request)?;
            view(tx, request)
        })
        .await?;
    Ok(Json(request))
}

/// Who asks: a customer one may see, or somebody we do not know.
fn asker(
    tx: &mut Tx<'_>,
    serving: &dyn Serving,
    new: &NewPrivacyRequest,
) -> Result<(Option<CustomerId>, String, Option<Claimant>)> {
    match (new.customer_id, new.claimant.clone()) {
        (Some(id), None) => {
            let card = customer(tx, serving, id)?;
            Ok((Some(card.id), card.name, None))
        }
        (None, Some(claimant)) => {
            let claimant = claimant.normal()?;
            Ok((None, claimant.name.clone(), Some(claimant)))
        }
        (Some(_), Some(_)) => Err(Error::field("claimant", "not_allowed")),
        (None, None) => Err(Error::field("customer_id", "required")),
    }
}

/// A customer one may see, or serves.
pub(super) fn customer(tx: &mut Tx<'_>, serving: &dyn Serving, id: CustomerId) -> Result<CustomerCard> {
    customers::api::visible_or_served(tx, serving, id).map_err(Error::absent("customer_id", "unknown"))
}

/// Which consents are to be taken back, and everything else it must hold to.
fn check(new: &NewPrivacyRequest, now: Timestamp) -> Result<Purposes> {
    let withdraws = new.kind == PrivacyRequestKind::Withdraw;
    let asked = new.purposes.clone().unwrap_or_default();
    let received = new.received_at.unwrap_or(now);
    Check::new()
        .maybe_text("words", new.words.as_deref(), 0..=2_000)
        .that(!withdraws || !asked.is_empty(), "purposes", "required")
        .that(withdraws || asked.is_empty(), "purposes", "not_allowed")
        .that(asked.len() <= ConsentPurpose::ALL.len(), "purposes", "too_many")
        .that(received <= now, "received_at", "in_the_future")
        .that(now.since(received) < LONGEST_AGO_MS, "received_at", "out_of_range")
        .done()?;
    Ok(Purposes(ConsentPurpose::ALL.into_iter().filter(|purpose| asked.contains(purpose)).collect()))
}

/// Who must answer it: oneself, or an active colleague.
fn owner(tx: &mut Tx<'_>, app: &App, id: Option<UserId>) -> Result<(Who, Owned)> {
    let me = tx.actor().staff()?.clone();
    let Some(id) = id.filter(|id| *id != me.id) else {
        return Ok((Who { id: me.id, name: me.name.clone() }, Owned::by(me.id, me.unit)));
    };
    let user = match access::api::user(tx, id) {
        Ok(user) if user.is_active() => user,
        Ok(_) | Err(Error::NotFound) => return Err(Error::field("owner_id", "unknown")),
        Err(error) => return Err(error),
    };
    let unit = app.part::<Box<dyn Placement>>().place(tx, id)?.unit;
    Ok((Who { id, name: user.name }, Owned::by(id, unit)))
}
