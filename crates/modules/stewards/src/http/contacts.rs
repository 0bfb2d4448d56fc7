//! First contacts: what is due, what is late, what was filed.

use http::{Answer, Cx, Json, Path, Query};
use kernel::{Check, CustomerId, Error, Id, Page, PageQuery, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    contact::{self, Filter, FirstContact, FirstContactState},
    policy, queries,
};

/// A first contact, and whether it was late.
#[derive(Serialize, ToSchema)]
pub(crate) struct FirstContactView {
    #[serde(flatten)]
    contact: FirstContact,
    /// Whether it was not done in time, as of now.
    overdue: bool,
}

fn view(contact: FirstContact, now: Timestamp) -> FirstContactView {
    let overdue = contact.is_overdue(now);
    FirstContactView { contact, overdue }
}

/// Which first contacts.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FirstContactQuery {
    /// Only those that stand so.
    #[param(inline)]
    state: Option<FirstContactState>,
    /// Only those this person is to do: an id, or `me`.
    owner: Option<String>,
    /// Only those with this customer.
    customer: Option<CustomerId>,
    /// Only those not done in time.
    overdue: Option<bool>,
    /// How many rows at most: 1 to 200, 50 unless told.
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists first contacts in the order in which they are due.
#[utoipa::path(get, path = "/first-contacts", tag = "stewards", params(FirstContactQuery), responses((status = 200, body = Page<FirstContactView>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<FirstContactQuery>) -> Answer<Page<FirstContactView>> {
    let FirstContactQuery { state, owner, customer, overdue, limit, cursor } = query;
    let page = PageQuery { limit, cursor };
    let (limit, after) = (page.limit()?, page.after()?);
    let rows = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let now = tx.now();
            let owner = tx.actor().person("owner", owner.as_deref())?;
            let customer = customer.map(|id| customers::api::survivor(tx, id)).transpose()?;
            let filter = Filter { state, owner, overdue_at: overdue.filter(|only| *only).map(|_| now), customer };
            let rows = contact::list(tx, &scope, &filter, &after, limit + 1)?;
            Ok(rows.into_iter().map(|row| view(row, now)).collect::<Vec<_>>())
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |row| (row.contact.due_at.millis(), row.contact.id.to_string()))))
}

/// How many there are.
#[derive(Serialize, ToSchema)]
pub(crate) struct FirstContactCounts {
    /// To be done.
    open: i64,
    /// Of these past their end.
    overdue: i64,
    /// The setting: within so many whole calendar days after the day a customer is given to somebody.
    days: i64,
}

/// Counts the first contacts within one's reach that are to be done, and those that are late.
#[utoipa::path(get, path = "/first-contacts/counts", tag = "stewards", responses((status = 200, body = FirstContactCounts)))]
pub(crate) async fn counts(cx: Cx) -> Answer<FirstContactCounts> {
    let counts = cx
        .read(|tx| {
            let scope = policy::may_read(tx.actor())?;
            let now = tx.now();
            let (open, overdue) = contact::counts(tx, &scope, now)?;
            Ok(FirstContactCounts { open, overdue, days: queries::rules(tx)?.contact_days })
        })
        .await?;
    Ok(Json(counts))
}

/// What was said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FirstContactNote {
    /// What they need, what was agreed: 1 to 2,000 characters.
    note: String,
}

/// Files a first contact: there was one, in a conversation or written down by hand, and this is what was said.
#[utoipa::path(post, path = "/first-contacts/{id}/filing", tag = "stewards", params(("id" = Id<FirstContact>, Path)), request_body = FirstContactNote, responses((status = 200, body = FirstContactView)))]
pub(crate) async fn file(
    cx: Cx,
    Path(id): Path<Id<FirstContact>>,
    Json(request): Json<FirstContactNote>,
) -> Answer<FirstContactView> {
    let filed = cx
        .write(move |tx| {
            let before = contact::find(tx, id)?;
            let permit = policy::may_change(tx.actor(), &before.owned(), tx.now())?;
            Check::new().text("note", &request.note, 1..=2_000).done()?;
            let filed = contact::file(tx, &permit, before, request.note.trim().to_owned())?;
            Ok::<_, Error>(view(filed, permit.at()))
        })
        .await?;
    Ok(Json(filed))
}
