//! Opening a channel of text messages.

use audit::api::Entry;
use channels::ChannelKind;
use http::{Answer, Cx, Json};
use serde::Deserialize;
use utoipa::ToSchema;

use super::read::SmsGatewayView;
use crate::{
    model::{Details, Driver, Setup},
    queries, tell, words,
};

/// A new gateway.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSmsGateway {
    /// The name colleagues see: 1 to 60 characters.
    name: String,
    /// How the two sides speak; stays so.
    driver: Driver,
    /// What it is to be.
    details: Details,
}

/// Opens a channel of text messages. The secret of signed calls is made at `/channels/{id}/identity-secret`.
#[utoipa::path(post, path = "/sms-gateways", tag = "sms", request_body = NewSmsGateway, responses((status = 200, body = SmsGatewayView)))]
pub(crate) async fn create(cx: Cx, Json(request): Json<NewSmsGateway>) -> Answer<SmsGatewayView> {
    let NewSmsGateway { name, driver, details } = request;
    let view = cx
        .write(move |tx| {
            let permit = channels::api::may_manage(tx.actor(), tx.now())?;
            let (out, back) = (words::word(tx, "opted_out")?, words::word(tx, "opted_in")?);
            let now = tx.now();
            // Checked before the channel is opened.
            let checked = Setup::blank(driver, tx.new_id(), now, (&out, &back)).with(&permit, details.clone())?;
            let channel = channels::api::open(tx, &permit, ChannelKind::Sms, &name)?;
            let mut setup = checked;
            setup.gateway.channel_id = channel.id;
            queries::insert(tx, &setup)?;
            audit::api::record(tx, Entry::new("sms.gateway_added", "channel", channel.id).created(&setup.gateway))?;
            tell::gateway(tx, channel.id)?;
            SmsGatewayView::of(tx, setup.gateway)
        })
        .await?;
    Ok(Json(view))
}
