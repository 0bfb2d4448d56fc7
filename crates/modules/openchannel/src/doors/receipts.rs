//! What became of messages on the other side.

use axum::{body::Body, extract::State, response::Response};
use channels::ChannelKind;
use delivery::{Delivery, DeliveryState, Why, api::Named};
use http::{App, Path};
use kernel::{Check, Error, Id, Origin, Result};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;

use crate::signed::{Caller, Signed};

/// Receipts of one call.
const MOST: usize = 100;

/// How far a message got.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OpenReceiptState {
    /// It is on the customer's screen.
    Delivered,
    /// The customer read it.
    Read,
    /// It will not arrive.
    Failed,
}

/// What became of one message.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenReceipt {
    /// The `id` it was carried with.
    #[schema(value_type = String)]
    id: Id<Delivery>,
    /// How far it got. What is no news changes nothing.
    state: OpenReceiptState,
    /// Why it failed, for whoever wrote it; cut at 300 characters.
    #[serde(default)]
    why: String,
}

/// What became of messages.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenReceipts {
    /// At most 100.
    receipts: Vec<OpenReceipt>,
}

/// Where the messages stand now.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenReceiptsTaken {
    /// In the order they were named.
    states: Vec<OpenReceiptTaken>,
}

/// Where one stands now.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenReceiptTaken {
    /// The `id` that was named.
    #[schema(value_type = String)]
    id: Id<Delivery>,
    /// Where it stands; none: this channel carried no such message.
    state: Option<DeliveryState>,
}

/// Takes receipts: what arrived, was read, or was lost. Signed.
#[utoipa::path(post, path = "/open/{key}/receipts", tag = "open", params(("key" = String, Path)), request_body = OpenReceipts, responses((status = 200, body = OpenReceiptsTaken)))]
pub(crate) async fn take(
    State(app): State<App>,
    Path(key): Path<String>,
    caller: Caller,
    body: Body,
) -> Result<Response, Response> {
    let Signed { said, door } = Signed::<OpenReceipts>::read(app, ChannelKind::Open, key, caller, body).await?;
    if let Err(error) = Check::new().that((1..=MOST).contains(&said.receipts.len()), "receipts", "out_of_range").done()
    {
        return Err(door.refuse(error).await);
    }
    let once = door.clone();
    let note = move |tx: &mut Tx<'_>| {
        once.once(tx)?;
        let states = said.receipts.iter().map(|receipt| one(tx, &once.channel, receipt)).collect::<Result<_>>()?;
        Ok(OpenReceiptsTaken { states })
    };
    let noted = door.app.db().write(&Origin::system("openchannel"), note).await;
    Ok(door.answer(noted).await)
}

fn one(tx: &mut Tx<'_>, channel: &channels::Channel, receipt: &OpenReceipt) -> Result<OpenReceiptTaken> {
    let state = match receipt.state {
        OpenReceiptState::Delivered => DeliveryState::Delivered,
        OpenReceiptState::Read => DeliveryState::Read,
        OpenReceiptState::Failed => DeliveryState::Failed,
    };
    let why = Why::new("receipt", receipt.why.clone());
    let found = delivery::api::progress(tx, channel.id, Named::Ours(receipt.id), state, Some(&why));
    let state = match found {
        Ok(delivery) => Some(delivery.state),
        Err(Error::NotFound) => None,
        Err(error) => return Err(error),
    };
    Ok(OpenReceiptTaken { id: receipt.id, state })
}
