//! What became of messages on the other side.

use axum::{body::Body, extract::State, response::Response};
use channels::ChannelKind;
use delivery::DeliveryState;
use http::{App, Path};
use kernel::{Check, Result};
use openchannel::api::{Caller, Signed};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;

use crate::{gateway, single};

/// Receipts of one call.
const MOST: usize = 100;

/// How far a message got.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SmsReceiptState {
    /// It is on the customer's phone.
    Delivered,
    /// It will not arrive.
    Failed,
}

/// What became of one message.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SmsReceipt {
    /// The `id` it was posted with.
    id: String,
    /// How far it got. What is no news changes nothing.
    state: SmsReceiptState,
    /// Why it failed, for whoever wrote it; cut at 300 characters. No number of anybody.
    #[serde(default)]
    why: String,
}

/// What became of messages.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SmsReceipts {
    /// 1 to 100.
    receipts: Vec<SmsReceipt>,
}

/// Where the messages stand now.
#[derive(Serialize, ToSchema)]
pub(crate) struct SmsReceiptsTaken {
    /// In the order they were named; none for one this channel did not carry.
    states: Vec<Option<DeliveryState>>,
}

/// Takes receipts: what arrived, or was lost. Signed as calls of the open channel are.
#[utoipa::path(post, path = "/sms/{key}/receipts", tag = "sms", params(("key" = String, Path)), request_body = SmsReceipts, responses((status = 200, body = SmsReceiptsTaken)))]
pub(crate) async fn take(
    State(app): State<App>,
    Path(key): Path<String>,
    caller: Caller,
    body: Body,
) -> Result<Response, Response> {
    let Signed { said, door } = Signed::<SmsReceipts>::read(app, ChannelKind::Sms, key, caller, body).await?;
    let fine = (1..=MOST).contains(&said.receipts.len());
    if let Err(error) = Check::new().that(fine, "receipts", "out_of_range").done() {
        return Err(door.refuse(error).await);
    }
    let once = door.clone();
    let note = move |tx: &mut Tx<'_>| {
        once.once(tx)?;
        let one = |receipt: &SmsReceipt| {
            let state = match receipt.state {
                SmsReceiptState::Delivered => DeliveryState::Delivered,
                SmsReceiptState::Failed => DeliveryState::Failed,
            };
            gateway::progress(tx, once.channel.id, &receipt.id, state, &receipt.why)
        };
        let states = said.receipts.iter().map(one).collect::<Result<_>>()?;
        Ok(SmsReceiptsTaken { states })
    };
    let noted = door.app.db().write(&single::system(), note).await;
    Ok(door.answer(noted).await)
}
