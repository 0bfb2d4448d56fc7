//! Handing decisions to a colleague for a while.

use audit::api::Entry;
use axum::http::StatusCode;
use http::{Answer, Cx, Json, Path, Problem, Query};
use kernel::{Error, Id, Page, PageQuery, Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;

use super::view::Names;
use crate::{
    model::{Delegation, Kinds},
    policy, queries,
};

/// A delegation, with names.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DelegationView {
    #[serde(flatten)]
    delegation: Delegation,
    /// The name of the person in whose name decisions are taken.
    delegator_name: Option<String>,
    /// The name of the person who takes them.
    delegate_name: Option<String>,
    /// Whether it holds now.
    active: bool,
}

fn view(tx: &mut Tx<'_>, delegation: Delegation, names: &mut Names) -> Result<DelegationView> {
    let delegator_name = names.of(tx, delegation.delegator_id)?;
    let delegate_name = names.of(tx, delegation.delegate_id)?;
    let active = delegation.holds(tx.now());
    Ok(DelegationView { delegation, delegator_name, delegate_name, active })
}

/// Lists what one delegated and what was delegated to one, newest first.
#[utoipa::path(get, path = "/delegations", tag = "approvals", params(PageQuery), responses((status = 200, body = Page<DelegationView>)))]
pub(crate) async fn list(cx: Cx, Query(page): Query<PageQuery>) -> Answer<Page<DelegationView>> {
    let (limit, before) = (page.limit()?, page.before()?);
    let page = cx
        .read(move |tx| {
            policy::may_read(tx.actor())?;
            let me = tx.actor().staff()?.id;
            let rows = queries::delegations_of(tx, me, &before, limit + 1)?;
            let Page { items, next_cursor } =
                Page::of(rows, limit, |row| (row.created_at.millis(), row.id.to_string()));
            let mut names = Names::default();
            let items = items.into_iter().map(|row| view(tx, row, &mut names)).collect::<Result<_>>()?;
            Ok(Page { items, next_cursor })
        })
        .await?;
    Ok(Json(page))
}

/// What is handed to whom.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDelegation {
    /// Who is to decide in one's name.
    delegate_id: UserId,
    /// About what: at least one.
    kinds: Kinds,
    /// From when; from now on unless told.
    starts_at: Option<Timestamp>,
    /// Until when, this excluded; at most 366 days later.
    ends_at: Timestamp,
}

/// Lets a colleague decide in one's name for a while.
#[utoipa::path(post, path = "/delegations", tag = "approvals", request_body = NewDelegation, responses((status = 200, body = DelegationView)))]
pub(crate) async fn create(cx: Cx, Json(request): Json<NewDelegation>) -> Answer<DelegationView> {
    let delegation = cx
        .write(move |tx| {
            policy::may_delegate(tx.actor())?;
            let now = tx.now();
            let delegation = Delegation {
                id: tx.new_id(),
                delegator_id: tx.actor().staff()?.id,
                delegate_id: request.delegate_id,
                kinds: request.kinds.clone(),
                starts_at: request.starts_at.unwrap_or(now),
                ends_at: request.ends_at,
                created_at: now,
                revoked_at: None,
            };
            delegation.check(now)?;
            let known = match access::api::user(tx, request.delegate_id) {
                Ok(user) => user.is_active(),
                Err(Error::NotFound) => false,
                Err(error) => return Err(error),
            };
            if !known {
                return Err(Error::field("delegate_id", "unknown"));
            }
            queries::insert_delegation(tx, &delegation)?;
            audit::api::record(
                tx,
                Entry::new("approvals.delegated", "delegation", delegation.id).created(&delegation),
            )?;
            view(tx, delegation, &mut Names::default())
        })
        .await?;
    Ok(Json(delegation))
}

/// Takes back what one delegated; what was decided stays decided.
#[utoipa::path(delete, path = "/delegations/{id}", tag = "approvals", params(("id" = Id<Delegation>, Path)), responses((status = 204)))]
pub(crate) async fn revoke(cx: Cx, Path(id): Path<Id<Delegation>>) -> Result<StatusCode, Problem> {
    cx.write(move |tx| {
        let me = tx.actor().staff()?.id;
        let delegation = queries::delegation(tx, id)?;
        if delegation.delegator_id != me || !queries::revoke(tx, id)? {
            return Err(Error::NotFound);
        }
        audit::api::record(tx, Entry::new("approvals.delegation_revoked", "delegation", id).deleted(&delegation))
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
