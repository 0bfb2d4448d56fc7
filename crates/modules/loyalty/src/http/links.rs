//! Links to a member's own page.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use kernel::{Error, Id, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::members::find;
use crate::{codes, model::Member, page, policy, queries};

/// How a link is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMemberLink {
    /// Whether it is sent to the member by text message.
    send: Option<bool>,
}

/// A link, shown once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberLink {
    /// Where it leads.
    url: String,
    /// Until when it is good.
    expires_at: Timestamp,
    /// Whether it is on its way to the member.
    sent: bool,
}

/// Makes a link to a member's own page. It shows nothing by itself: a code goes to the number that is known.
#[utoipa::path(post, path = "/loyalty-members/{id}/links", tag = "loyalty", params(("id" = Id<Member>, Path)), request_body = NewMemberLink, responses((status = 200, body = MemberLink)))]
pub(crate) async fn create(
    cx: Cx,
    Path(id): Path<Id<Member>>,
    Json(request): Json<NewMemberLink>,
) -> Answer<MemberLink> {
    let link = cx
        .write(move |tx| {
            let member = find(tx, id)?;
            let _permit = policy::may(tx.actor(), policy::SERVE, &member, tx.now())?;
            let (url, expires_at) = page::link(tx, &member)?.ok_or_else(|| codes::NO_PAGE.conflict())?;
            let sent = request.send.unwrap_or(false);
            if sent {
                let channel = queries::current(tx)?.page.sms_channel_id.ok_or(Error::NotFound)?;
                let locale = settings::api::organisation(tx)?.locale;
                let text = page::words(locale.text()).word("link_sms").replace("{link}", &url);
                let customer = member.customer_id;
                sms::api::send(tx, &sms::api::NewSms { channel, customer, text, reference: "loyalty link".into() })?;
            }
            let trail = Entry::new("loyalty.link_made", "loyalty_member", id);
            audit::api::record(tx, trail.created(&json!({ "sent": sent, "expires_at": expires_at })))?;
            Ok(MemberLink { url, expires_at, sent })
        })
        .await?;
    Ok(Json(link))
}
