//! Members: who they are, and who becomes one.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{Check, CustomerId, Id, Page, PageQuery, Result};
use serde::Deserialize;
use serde_json::json;
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use super::view::{MemberView, told, view};
use crate::{
    api, codes, ledger,
    model::Member,
    policy,
    queries::{self, Filter},
};

/// In which order members come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MemberOrder {
    /// Who joined last first.
    Joined,
    /// Who has most first.
    Balance,
}

/// Which members.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MemberQuery {
    /// Only the membership of this customer.
    customer: Option<CustomerId>,
    /// Only whoever recommends by this code.
    code: Option<String>,
    /// Only those of this tier; 0: those without one.
    #[param(minimum = 0)]
    tier: Option<i64>,
    /// Only those who owe points.
    owing: Option<bool>,
    /// In which order: by joining unless told.
    #[param(inline)]
    order: Option<MemberOrder>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists the members one may see.
#[utoipa::path(get, path = "/loyalty-members", tag = "loyalty", params(MemberQuery), responses((status = 200, body = Page<MemberView>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<MemberQuery>) -> Answer<Page<MemberView>> {
    let page = cx
        .read(move |tx| {
            let sight = policy::may_read(tx.actor())?;
            let rules = queries::current(tx)?;
            if query.customer.is_some() || query.code.is_some() {
                return one(tx, &query);
            }
            let page = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
            let by_balance = query.order == Some(MemberOrder::Balance);
            let filter = Filter { tier: query.tier, owing: query.owing.unwrap_or(false), by_balance };
            let limit = page.limit()?;
            let rows = queries::members(tx, &sight, &filter, &page.before()?, limit + 1)?;
            let names = names(tx, &rows)?;
            let key = |row: &Member| if by_balance { row.balance } else { row.joined_at.millis() };
            let page = Page::of(rows, limit, |row| (key(row), row.id.to_string()));
            Ok(page.map(|member| {
                let name = names.get(&member.customer_id).cloned().unwrap_or_default();
                told(tx, &rules, member, name)
            }))
        })
        .await?;
    Ok(Json(page))
}

fn names(tx: &mut Tx<'_>, rows: &[Member]) -> Result<std::collections::HashMap<CustomerId, String>> {
    let ids: Vec<_> = rows.iter().map(|row| row.customer_id).collect();
    customers::api::names(tx, &ids)
}

/// The one that is named, if the caller may see them.
fn one(tx: &mut Tx<'_>, query: &MemberQuery) -> Result<Page<MemberView>> {
    let found = match (query.customer, &query.code) {
        (Some(customer), _) => api::members_of(tx, customer)?.into_iter().next(),
        (None, Some(code)) => queries::by_code(tx, &code.trim().to_uppercase())?,
        (None, None) => None,
    };
    let found = found.filter(|member| policy::may_see(tx.actor(), member).is_ok());
    let items = match found {
        Some(member) => vec![shown(tx, member)?],
        None => Vec::new(),
    };
    Ok(Page { items, next_cursor: None })
}

pub(super) fn shown(tx: &mut Tx<'_>, member: Member) -> Result<MemberView> {
    let rules = queries::current(tx)?;
    let name = customers::api::name_of(tx, member.customer_id)?;
    view(tx, &rules, member, name)
}

/// The member of this id that the actor may see.
pub(super) fn find(tx: &mut Tx<'_>, id: Id<Member>) -> Result<Member> {
    let member = queries::member(tx, id)?;
    policy::may_see(tx.actor(), &member)?;
    Ok(member)
}

/// One member: what they have, their tier and what is missing for the next.
#[utoipa::path(get, path = "/loyalty-members/{id}", tag = "loyalty", params(("id" = Id<Member>, Path)), responses((status = 200, body = MemberView)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<Member>>) -> Answer<MemberView> {
    let member = cx
        .read(move |tx| {
            let member = find(tx, id)?;
            shown(tx, member)
        })
        .await?;
    Ok(Json(member))
}

/// A customer who becomes a member.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewLoyaltyMember)]
pub(crate) struct NewMember {
    /// Who.
    customer_id: CustomerId,
    /// `MM-DD`, where they said so.
    birthday: Option<String>,
}

/// Makes a customer one may see a member.
#[utoipa::path(post, path = "/loyalty-members", tag = "loyalty", request_body = NewMember, responses((status = 200, body = MemberView)))]
pub(crate) async fn enter(cx: Cx, Json(request): Json<NewMember>) -> Answer<MemberView> {
    let member = cx
        .write(move |tx| {
            let _scope = policy::may_enter(tx.actor())?;
            birthday(request.birthday.as_deref())?;
            api::on(tx)?;
            let card = customers::api::visible(tx, request.customer_id)?;
            let customer = customers::api::get(tx, card.id)?;
            if !api::members_of(tx, customer.id)?.is_empty() {
                return Err(codes::MEMBER_ALREADY.conflict());
            }
            let member = ledger::join(tx, &customer, request.birthday.clone())?;
            shown(tx, member)
        })
        .await?;
    Ok(Json(member))
}

fn birthday(text: Option<&str>) -> Result<()> {
    // A leap year has every day there is.
    let fine = |day: &str| day.len() == 5 && format!("2024-{day}").parse::<jiff::civil::Date>().is_ok();
    Check::new().that(text.is_none_or(fine), "birthday", "malformed").done()
}

/// What is known of a member.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LoyaltyMemberChange)]
pub(crate) struct MemberChange {
    /// The version one saw.
    version: i64,
    /// `MM-DD`; none: it is not known.
    birthday: Option<String>,
}

/// Changes what is known of a member.
#[utoipa::path(put, path = "/loyalty-members/{id}", tag = "loyalty", params(("id" = Id<Member>, Path)), request_body = MemberChange, responses((status = 200, body = MemberView)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<Id<Member>>,
    Json(request): Json<MemberChange>,
) -> Answer<MemberView> {
    let member = cx
        .write(move |tx| {
            let before = find(tx, id)?;
            let _permit = policy::may(tx.actor(), policy::SERVE, &before, tx.now())?;
            birthday(request.birthday.as_deref())?;
            let after = Member { birthday: request.birthday.clone(), version: request.version + 1, ..before.clone() };
            queries::save_member(tx, &after)?;
            let known =
                |member: &Member| json!({ "has_birthday": member.birthday.is_some(), "version": member.version });
            let entry = Entry::new("loyalty.member_changed", "loyalty_member", id);
            audit::api::record(tx, entry.change(&known(&before), &known(&after)))?;
            tx.notify("loyalty_members", "loyalty_member.changed", &after, Some(after.owned()))?;
            shown(tx, after)
        })
        .await?;
    Ok(Json(member))
}
