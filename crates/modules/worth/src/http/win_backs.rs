//! Winning customers back.

use std::collections::HashMap;

use http::{Answer, Cx, Json, Path, Query};
use kernel::{Check, CustomerId, Id, Page, PageQuery};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::overview::name;
use crate::{
    codes, policy,
    rules::{self, Conditions},
    win_back_figures::{self, WinBackFigures},
    win_backs::{self, MOST_MEMBERS, NewWinBack, WinBack, WinBackArm, WinBackMember, WinBackOutcome},
};

/// Lists the attempts one may see, newest first.
#[utoipa::path(get, path = "/win-backs", tag = "worth", params(PageQuery), responses((status = 200, body = Page<WinBack>)))]
pub(crate) async fn list(cx: Cx, Query(page): Query<PageQuery>) -> Answer<Page<WinBack>> {
    let (limit, before) = (page.limit()?, page.before()?);
    let rows = cx
        .read(move |tx| {
            let sight = policy::may_win_back(tx.actor())?;
            win_backs::list(tx, &sight.scope, &before, limit + 1)
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |row| (row.began_at.millis(), row.id.to_string()))))
}

/// Whom to win back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WinBackWish {
    /// 1 to 8 conditions, all of which hold.
    conditions: Conditions,
}

/// Who would be in an attempt.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WinBackPreview {
    /// Customers who fit and are in no other attempt.
    fit: i64,
    /// Of these the most valuable would be in it: 2,000 at most.
    members: i64,
    /// Customers who fit and are in another attempt just now.
    busy: i64,
    /// What the members are worth in the next year, in minor units.
    value: i64,
}

/// Tells whom an attempt would be about: of those customers for whom the caller may do it.
#[utoipa::path(post, path = "/win-backs/preview", tag = "worth", request_body = WinBackWish, responses((status = 200, body = WinBackPreview)))]
pub(crate) async fn preview(cx: Cx, Json(wish): Json<WinBackWish>) -> Answer<WinBackPreview> {
    let preview = cx
        .read(move |tx| {
            let sight = policy::may_win_back(tx.actor())?;
            rules::check_conditions(&wish.conditions.0)?;
            let chosen = win_backs::choose(tx, &sight, &wish.conditions.0)?;
            Ok(WinBackPreview {
                fit: chosen.fit,
                members: chosen.members.len() as i64,
                busy: chosen.busy,
                value: chosen.members.iter().filter_map(|(one, _)| one.value).sum(),
            })
        })
        .await?;
    Ok(Json(preview))
}

/// Begins an attempt: of those who fit chance keeps some out, the others are a task each of whoever looks after them.
#[utoipa::path(post, path = "/win-backs", tag = "worth", request_body = NewWinBack, responses((status = 200, body = WinBack)))]
pub(crate) async fn begin(cx: Cx, Json(new): Json<NewWinBack>) -> Answer<WinBack> {
    let wish = new.clone();
    // Going through everybody holds up nobody who writes.
    let chosen = cx
        .read(move |tx| {
            let _permit = policy::may_begin(tx.actor(), tx.now())?;
            wish.checked()?;
            let sight = policy::may_win_back(tx.actor())?;
            win_backs::choose(tx, &sight, &wish.conditions.0)
        })
        .await?;
    debug_assert!(chosen.members.len() <= MOST_MEMBERS);
    let attempt = cx
        .write(move |tx| {
            let permit = policy::may_begin(tx.actor(), tx.now())?;
            let staff = tx.actor().staff()?.clone();
            if chosen.members.is_empty() {
                return Err(codes::NOBODY.conflict());
            }
            win_backs::begin(tx, &permit, &staff, &new, &chosen.members)
        })
        .await?;
    Ok(Json(attempt))
}

/// An attempt with what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WinBackView {
    #[serde(flatten)]
    attempt: WinBack,
    /// What became of both groups by now.
    figures: WinBackFigures,
}

/// One attempt, with who came back and what the offer did.
#[utoipa::path(get, path = "/win-backs/{id}", tag = "worth", params(("id" = Id<WinBack>, Path)), responses((status = 200, body = WinBackView)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<WinBack>>) -> Answer<WinBackView> {
    let view = cx
        .read(move |tx| {
            let attempt = win_backs::visible(tx, id)?;
            let members = win_backs::members(tx, id)?;
            let figures = win_back_figures::figures(tx, &attempt, &members)?;
            Ok(WinBackView { attempt, figures })
        })
        .await?;
    Ok(Json(view))
}

/// Somebody in an attempt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WinBackMemberView)]
pub(crate) struct MemberView {
    #[serde(flatten)]
    member: WinBackMember,
    /// Their name; empty while unknown, or where the caller may not see them.
    name: String,
    /// What they spent since; none when they did not come back.
    spent: Option<i64>,
}

/// Everybody in an attempt: whom the caller may see by name.
#[utoipa::path(get, path = "/win-backs/{id}/members", tag = "worth", params(("id" = Id<WinBack>, Path)), responses((status = 200, body = Vec<MemberView>)))]
pub(crate) async fn members(cx: Cx, Path(id): Path<Id<WinBack>>) -> Answer<Vec<MemberView>> {
    let members = cx
        .read(move |tx| {
            let attempt = win_backs::visible(tx, id)?;
            let members = win_backs::members(tx, id)?;
            let bought: HashMap<CustomerId, i64> = win_back_figures::bought(tx, &attempt, &members)?;
            let mut views = Vec::with_capacity(members.len());
            for member in members {
                let name = name(tx, member.customer_id)?.unwrap_or_default();
                let spent = bought.get(&member.customer_id).copied();
                views.push(MemberView { member, name, spent });
            }
            // Who is to be spoken with first; who came back last.
            views.sort_by_key(|view| {
                (view.member.arm == WinBackArm::Control, view.spent.is_some(), view.member.customer_id)
            });
            Ok(views)
        })
        .await?;
    Ok(Json(members))
}

/// What somebody said to the offer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewWinBackOutcome)]
pub(crate) struct NewOutcome {
    /// In a word.
    outcome: WinBackOutcome,
    /// In words: up to 500 characters.
    #[serde(default)]
    note: String,
}

/// Writes down what somebody said to the offer; the task is done with it. By whoever sees the customer, or began it.
#[utoipa::path(put, path = "/win-backs/{id}/members/{customer_id}", tag = "worth", params(("id" = Id<WinBack>, Path), ("customer_id" = CustomerId, Path)), request_body = NewOutcome, responses((status = 200, body = WinBackMember)))]
pub(crate) async fn tell(
    cx: Cx,
    Path((id, customer)): Path<(Id<WinBack>, CustomerId)>,
    Json(new): Json<NewOutcome>,
) -> Answer<WinBackMember> {
    let member = cx
        .write(move |tx| {
            let attempt = win_backs::find(tx, id)?;
            let member = win_backs::member(tx, id, customer)?;
            let permit = policy::may_tell(tx.actor(), &member.owned(), &attempt.owned(), tx.now())?;
            Check::new().text("note", &new.note, 0..=500).done()?;
            win_backs::tell(tx, &permit, &attempt, member, new.outcome, &new.note)
        })
        .await?;
    Ok(Json(member))
}
