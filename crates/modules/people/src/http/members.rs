//! Who belongs where.

use access::UserState;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{Error, Id, Page, PageQuery, UnitId, UserId};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    api, codes,
    model::{Member, Membership, Post},
    placement, policy,
    queries::{self, Filter},
};

/// Which colleagues.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those of this unit and the ones below it.
    unit: Option<UnitId>,
    /// Only those that may, or may not, sign in.
    state: Option<UserState>,
    /// Part of the name or login.
    q: Option<String>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists colleagues within reach, with unit, post and state, in the order they came.
#[utoipa::path(get, path = "/members", tag = "people", params(ListQuery), responses((status = 200, body = Page<Member>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<ListQuery>) -> Answer<Page<Member>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let (limit, after) = (page.limit()?, page.after()?.id);
    let text = query.q.as_deref().unwrap_or_default().trim().to_lowercase();
    let rows = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let units = match query.unit {
                Some(unit) => Some(api::as_json(&api::subtree(tx, unit)?)),
                None => None,
            };
            let filter =
                Filter { units, state: query.state.map(UserState::text), text: text.clone(), after: after.clone() };
            queries::members(tx, &scope, &filter, limit + 1)
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |member| (0, member.user_id.to_string()))))
}

/// Where somebody is to belong.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Placing {
    /// The unit; `null` for none.
    unit_id: Option<UnitId>,
    /// The post; `null` for none.
    post_id: Option<Id<Post>>,
}

/// Places a person in a unit and on a post. What their permissions reach changes with it, at once.
/// Where they were before stays in the history.
#[utoipa::path(put, path = "/members/{user_id}", tag = "people", params(("user_id" = UserId, Path)), request_body = Placing, responses((status = 200, body = Member)))]
pub(crate) async fn place(cx: Cx, Path(user): Path<UserId>, Json(request): Json<Placing>) -> Answer<Member> {
    let member = cx
        .write(move |tx| {
            let before = queries::membership(tx, user)?;
            let from = before.as_ref().and_then(|before| before.unit_id);
            let Placing { unit_id, post_id } = request;
            // Both ends must be within reach; somebody who stands nowhere may be taken in.
            if from.is_some() || unit_id.is_none() {
                let _permit = policy::may_manage(tx.actor(), from, tx.now())?;
            }
            let permit = policy::may_manage(tx.actor(), unit_id.or(from), tx.now())?;
            let seen = queries::member(tx, user)?;
            let tree = api::tree(tx)?;
            match unit_id.map(|unit| tree.unit(unit).ok_or_else(|| Error::field("unit_id", "unknown"))).transpose()? {
                Some(unit) if unit.is_closed() => return Err(codes::CLOSED.conflict()),
                _ => {}
            }
            if let Some(post) = post_id {
                let post = queries::post(tx, post)?.ok_or_else(|| Error::field("post_id", "unknown"))?;
                let fits = post.unit_id.is_none_or(|of| unit_id.is_some_and(|unit| tree.subtree(of).contains(&unit)));
                if !fits {
                    return Err(Error::field("post_id", "post_of_another_unit"));
                }
            }
            if before.as_ref().is_some_and(|before| (before.unit_id, before.post_id) == (unit_id, post_id)) {
                return Ok(seen);
            }
            let membership =
                Membership { id: tx.new_id(), user_id: user, unit_id, post_id, since: permit.at(), until: None };
            placement::begin(tx, &seen, &membership)
        })
        .await?;
    access::api::look_again(cx.app());
    Ok(Json(member))
}
