//! The numbers that want no messages.

use customers::api::spell_phone;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{ChannelId, Check, Id, Page, PageQuery};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    codes,
    model::{OptOut, OptOutWay},
    queries, take,
};

/// A number that wants no messages.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSmsOptOut {
    /// By which channel.
    channel_id: ChannelId,
    /// The number, in any spelling.
    phone: String,
    /// Why: 1 to 200 characters, without the number.
    reason: String,
}

/// Why a number is taken off the list.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SmsOptOutRemoval {
    /// 1 to 200 characters, without the number.
    reason: String,
}

/// A number that was taken off the list.
#[derive(Serialize, ToSchema)]
pub(crate) struct SmsOptOutRemoved {
    /// Which.
    #[schema(value_type = String)]
    id: Id<OptOut>,
}

/// Lists the numbers that want no messages, masked, the latest first.
#[utoipa::path(get, path = "/sms-opt-outs", tag = "sms", params(PageQuery), responses((status = 200, body = Page<OptOut>)))]
pub(crate) async fn list(cx: Cx, Query(page): Query<PageQuery>) -> Answer<Page<OptOut>> {
    let (limit, before) = (page.limit()?, page.before()?);
    let rows = cx
        .read(move |tx| {
            let permit = channels::api::may_manage(tx.actor(), tx.now())?;
            queries::opt_outs(tx, &permit, &before, limit + 1)
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |row| (row.at.millis(), row.id.to_string()))))
}

/// Puts a number on the list by hand. Its owner is told nothing.
#[utoipa::path(post, path = "/sms-opt-outs", tag = "sms", request_body = NewSmsOptOut, responses((status = 200, body = OptOut)))]
pub(crate) async fn add(cx: Cx, Json(request): Json<NewSmsOptOut>) -> Answer<OptOut> {
    let NewSmsOptOut { channel_id, phone, reason } = request;
    let phone = spell_phone(&phone);
    let check = Check::new().that(phone.is_some(), "phone", "malformed").text("reason", &reason, 1..=200);
    check.done()?;
    let phone = phone.unwrap_or_default();
    let added = cx
        .write(move |tx| {
            let _permit = channels::api::may_manage(tx.actor(), tx.now())?;
            queries::find(tx, channel_id)?;
            let customer = customers::api::only_with_phone(tx, &phone)?;
            let why = (OptOutWay::Hand, String::new(), reason.trim().to_owned());
            take::add(tx, channel_id, (customer, &phone), why)?.ok_or_else(|| codes::ALREADY.conflict())
        })
        .await?;
    Ok(Json(added))
}

/// Takes a number off the list by hand.
#[utoipa::path(post, path = "/sms-opt-outs/{id}/removal", tag = "sms", params(("id" = Id<OptOut>, Path)), request_body = SmsOptOutRemoval, responses((status = 200, body = SmsOptOutRemoved)))]
pub(crate) async fn remove(
    cx: Cx,
    Path(id): Path<Id<OptOut>>,
    Json(request): Json<SmsOptOutRemoval>,
) -> Answer<SmsOptOutRemoved> {
    Check::new().text("reason", &request.reason, 1..=200).done()?;
    cx.write(move |tx| {
        let _permit = channels::api::may_manage(tx.actor(), tx.now())?;
        let opt_out = queries::opt_out_by_id(tx, id)?;
        take::remove(tx, &opt_out, request.reason.trim())
    })
    .await?;
    Ok(Json(SmsOptOutRemoved { id }))
}
