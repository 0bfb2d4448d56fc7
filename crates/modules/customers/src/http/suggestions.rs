//! Two who may be one person: seeing it, and deciding.

use axum::http::StatusCode;
use http::{Answer, Cx, Json, Path, Problem, Query};
use kernel::{CustomerId, Error, Id, Page, PageQuery, Permit, Result, Timestamp};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use super::read::{IdentityView, identities_of, owner_name};
use crate::{
    api,
    merging::{self, MergeField},
    model::CustomerCard,
    policy, queries,
    serving::{self, Serving},
    suggestion::{self, Evidence, MergeSuggestion, SuggestionState},
};

/// One of two who may be one person.
#[derive(Serialize, ToSchema)]
pub(crate) struct SuggestedCustomer {
    #[serde(flatten)]
    card: CustomerCard,
    /// The name of the colleague who looks after them.
    owner_name: Option<String>,
    /// Where they were met.
    identities: Vec<IdentityView>,
}

/// Two who may be one person, side by side.
#[derive(Serialize, ToSchema)]
#[schema(as = MergeSuggestionView)]
pub(crate) struct SuggestionView {
    /// Its id.
    id: Id<MergeSuggestion>,
    /// What became of it.
    state: SuggestionState,
    /// What the two have in common, masked.
    evidence: Vec<Evidence>,
    /// The one.
    one: SuggestedCustomer,
    /// The other.
    other: SuggestedCustomer,
    /// Which of the two became the alias, if they were merged.
    alias_id: Option<CustomerId>,
    /// Who decided.
    decided_by_name: Option<String>,
    /// When.
    decided_at: Option<Timestamp>,
    /// Since when it is thought so.
    created_at: Timestamp,
    /// Rises with each change.
    version: i64,
}

/// Which suggestions.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SuggestionQuery {
    /// Only those that stand so; open ones unless told.
    #[param(inline)]
    state: Option<SuggestionState>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists pairs of customers who may be one person, newest first, as far as one may see both. Never by name alone: by
/// the same number, address, or name in another system.
#[utoipa::path(get, path = "/merge-suggestions", tag = "customers", params(SuggestionQuery), responses((status = 200, body = Page<SuggestionView>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<SuggestionQuery>) -> Answer<Page<SuggestionView>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let (limit, before) = (page.limit()?, page.before()?);
    let state = query.state.unwrap_or(SuggestionState::Open);
    let page = cx
        .read(move |tx| {
            let sight = policy::may_read(tx.actor())?;
            let rows = suggestion::list(tx, &sight, state, &before, limit + 1)?;
            let page = Page::of(rows, limit, |row| (row.created_at.millis(), row.id.to_string()));
            let items = page.items.into_iter().map(|row| view(tx, row)).collect::<Result<_>>()?;
            Ok(Page { items, next_cursor: page.next_cursor })
        })
        .await?;
    Ok(Json(page))
}

/// Who else this customer may be, as far as one may see both, also because one serves them; nothing that was decided.
#[utoipa::path(get, path = "/customers/{id}/merge-suggestions", tag = "customers", params(("id" = CustomerId, Path)), responses((status = 200, body = Vec<SuggestionView>)))]
pub(crate) async fn of_customer(cx: Cx, Path(id): Path<CustomerId>) -> Answer<Vec<SuggestionView>> {
    let serving = cx.app().part::<Box<dyn Serving>>();
    let views = cx
        .read(move |tx| {
            let own = serving::visible(tx, &**serving, id)?.id;
            let mut views = Vec::new();
            for row in suggestion::of(tx, &[own])? {
                let far = if row.one_id == own { row.other_id } else { row.one_id };
                if row.state == SuggestionState::Open && serving::visible(tx, &**serving, far).is_ok() {
                    views.push(view(tx, row)?);
                }
            }
            Ok(views)
        })
        .await?;
    Ok(Json(views))
}

fn view(tx: &mut Tx<'_>, row: MergeSuggestion) -> Result<SuggestionView> {
    let evidence = suggestion::evidence(tx, &row)?;
    let (one, other) = (side(tx, row.one_id)?, side(tx, row.other_id)?);
    let MergeSuggestion { id, state, alias_id, decided_by_name, decided_at, created_at, version, .. } = row;
    Ok(SuggestionView { id, state, evidence, one, other, alias_id, decided_by_name, decided_at, created_at, version })
}

/// This very row, alias or not: once they are one, the two are still told apart.
fn side(tx: &mut Tx<'_>, id: CustomerId) -> Result<SuggestedCustomer> {
    let customer = queries::find(tx, id)?;
    let card = customer.card();
    Ok(SuggestedCustomer { owner_name: owner_name(tx, &card)?, identities: identities_of(tx, &[id])?, card })
}

/// The suggestion, with the right to merge both: one that is not to be seen is not there.
fn decidable(tx: &mut Tx<'_>, id: Id<MergeSuggestion>) -> Result<(MergeSuggestion, Permit)> {
    let row = suggestion::find(tx, id)?;
    let now = tx.now();
    let (one, other) = (api::get(tx, row.one_id)?, api::get(tx, row.other_id)?);
    let sight = policy::may_read(tx.actor())?;
    if !sight.covers(&one) || !sight.covers(&other) {
        return Err(Error::NotFound);
    }
    let permit = policy::may(tx.actor(), policy::MERGE, &one, now)?;
    let _permit = policy::may(tx.actor(), policy::MERGE, &other, now)?;
    Ok((row, permit))
}

/// Who is kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MergeAcceptance {
    /// Which of the two is kept; the other becomes an alias.
    keep: CustomerId,
    /// What the one who is kept takes over from the other; everything else stays as it is.
    #[serde(default)]
    take: Vec<MergeField>,
}

/// Says that the two are one person: merges them. Answers who is kept.
#[utoipa::path(post, path = "/merge-suggestions/{id}/acceptance", tag = "customers", params(("id" = Id<MergeSuggestion>, Path)), request_body = MergeAcceptance, responses((status = 200, body = CustomerCard)))]
pub(crate) async fn accept(
    cx: Cx,
    Path(id): Path<Id<MergeSuggestion>>,
    Json(request): Json<MergeAcceptance>,
) -> Answer<CustomerCard> {
    let card = cx
        .write(move |tx| {
            let (row, permit) = decidable(tx, id)?;
            if ![row.one_id, row.other_id].contains(&request.keep) {
                return Err(Error::field("keep", "unknown"));
            }
            suggestion::accept(tx, &row, &permit, request.keep, &request.take).map(|kept| kept.card())
        })
        .await?;
    Ok(Json(card))
}

/// Takes that merge back: the two stand each in their own right again, and what was taken over is as it was where
/// nobody has changed it since.
#[utoipa::path(delete, path = "/merge-suggestions/{id}/acceptance", tag = "customers", params(("id" = Id<MergeSuggestion>, Path)), responses((status = 204)))]
pub(crate) async fn take_back(cx: Cx, Path(id): Path<Id<MergeSuggestion>>) -> Result<StatusCode, Problem> {
    cx.write(move |tx| {
        let (row, permit) = decidable(tx, id)?;
        let Some(alias) = row.alias_id.filter(|_| row.state == SuggestionState::Merged) else {
            return Err(crate::codes::NOT_MERGED.conflict());
        };
        merging::part(tx, &permit, alias).map(drop)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says that the two are two: it is not suggested again until there is another reason.
#[utoipa::path(post, path = "/merge-suggestions/{id}/dismissal", tag = "customers", params(("id" = Id<MergeSuggestion>, Path)), responses((status = 204)))]
pub(crate) async fn dismiss(cx: Cx, Path(id): Path<Id<MergeSuggestion>>) -> Result<StatusCode, Problem> {
    cx.write(move |tx| {
        let (row, permit) = decidable(tx, id)?;
        suggestion::dismiss(tx, &row, &permit)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes that back: it is to be decided again.
#[utoipa::path(delete, path = "/merge-suggestions/{id}/dismissal", tag = "customers", params(("id" = Id<MergeSuggestion>, Path)), responses((status = 204)))]
pub(crate) async fn reconsider(cx: Cx, Path(id): Path<Id<MergeSuggestion>>) -> Result<StatusCode, Problem> {
    cx.write(move |tx| {
        let (row, permit) = decidable(tx, id)?;
        suggestion::reconsider(tx, &row, &permit)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
