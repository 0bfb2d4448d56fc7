//! Carrying what is said to the customer, and what the channel allows.

use channels::ChannelKind;
use conversations::Conversation;
use delivery::{Carried, Carrier, Limits, Parcel, Parts, Refused};
use futures_util::future::BoxFuture;
use http::App;
use kernel::{Error, Result};
use store::Tx;

use crate::{
    gateway::{self, Outgoing},
    model::{self, PARTS, Setup},
    queries, single, smpp,
};

/// Carries by text messages.
pub(crate) struct SmsCarrier;

impl Carrier for SmsCarrier {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Sms
    }

    fn carry<'a>(&'a self, app: &'a App, parcel: &'a Parcel) -> BoxFuture<'a, Result<Carried, Refused>> {
        Box::pin(carry(app, parcel))
    }

    fn limits(&self, tx: &mut Tx<'_>, conversation: &Conversation) -> Result<Limits> {
        let gateway = queries::find(tx, conversation.channel_id)?;
        let refused = why_not(tx, conversation)?;
        let listed = match delivery::api::recipient(tx, conversation.id)? {
            Some(phone) => crate::api::is_opted_out(tx, conversation.channel_id, &phone)?,
            None => false,
        };
        Ok(Limits {
            caution: (listed && refused.is_none()).then(|| "opted_out_here".to_owned()),
            refused: refused.map(str::to_owned),
            no_files: true,
            parts: Some(Parts { alphabet: gateway.alphabet.text().to_owned(), prefix: gateway.prefix, most: PARTS }),
            ..Limits::default()
        })
    }
}

/// Why nothing may be said in this conversation now; none where it may.
fn why_not(tx: &mut Tx<'_>, conversation: &Conversation) -> Result<Option<&'static str>> {
    let id = conversation.channel_id;
    if !channels::api::get(tx, id)?.is_active() {
        return Ok(Some("paused"));
    }
    let Some(phone) = delivery::api::recipient(tx, conversation.id)? else { return Ok(None) };
    let opt_out = queries::opt_out(tx, id, &model::mark(id, &phone))?;
    Ok((!model::may_go(opt_out.as_ref(), Some(conversation.id))).then_some("opted_out"))
}

async fn carry(app: &App, parcel: &Parcel) -> Result<Carried, Refused> {
    let Some(words) = delivery::api::words_of(parcel) else { return Err(Refused::never("no_files", "")) };
    let conversation = parcel.conversation.clone();
    let find = move |tx: &mut Tx<'_>| Ok((why_not(tx, &conversation)?, queries::setup(tx, conversation.channel_id)?));
    let (why, setup): (_, Setup) = match app.db().read(&single::system(), find).await {
        Ok(found) => found,
        Err(Error::NotFound) => return Err(Refused::never("no_carrier", "")),
        Err(error) => return Err(Refused::later("trouble", error.to_string())),
    };
    if let Some(why) = why {
        return Err(Refused::never(why, ""));
    }
    let text = setup.gateway.worded(&words);
    let parts = smpp::cut(&text, setup.gateway.alphabet).1.len();
    if parts > usize::try_from(PARTS).unwrap_or_default() {
        return Err(Refused::never("too_many_parts", format!("{parts} > {PARTS}")));
    }
    let outgoing = Outgoing { id: parcel.id.to_string(), phone: parcel.recipient.clone(), text };
    gateway::of(setup.gateway.driver).send(app, &setup, &outgoing).await
}
