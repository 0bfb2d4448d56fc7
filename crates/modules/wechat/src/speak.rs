//! Carrying what is said to the customer, and what may still be said.

use std::time::Duration;

use channels::ChannelKind;
use conversations::{Conversation, MessageKind};
use delivery::{Carried, Carrier, Limits, Parcel, Refused};
use files::StoredFile;
use futures_util::future::BoxFuture;
use http::App;
use kernel::{Error, Origin, Result};
use serde_json::{Value, json};
use store::Tx;

use crate::{
    model::{AccountKind, AccountState, Contact, Setup, Window},
    platform::{Platform, Trouble, Upload, text},
    queries,
    why::Why,
};

/// Bytes of a text at most, by both platforms' word.
const LONGEST: usize = 2_048;
/// Characters that surely fit: three bytes each.
const SURELY: i64 = 680;
const MIB: i64 = 1 << 20;
/// How long to wait where the platform has no time.
const BUSY: Duration = Duration::from_secs(30);

/// Who carries for one of the two kinds.
pub(crate) struct Speaker(pub ChannelKind);

impl Carrier for Speaker {
    fn kind(&self) -> ChannelKind {
        self.0
    }

    fn carry<'a>(&'a self, app: &'a App, parcel: &'a Parcel) -> BoxFuture<'a, Result<Carried, Refused>> {
        Box::pin(carry(app, parcel))
    }

    fn limits(&self, tx: &mut Tx<'_>, conversation: &Conversation) -> Result<Limits> {
        let account = queries::of_channel(tx, conversation.channel_id)?;
        let Some(user) = delivery::api::recipient(tx, conversation.id)? else { return Ok(Limits::default()) };
        let now = tx.now();
        let contact = queries::contact(tx, account.id, &user)?.unwrap_or_else(|| Contact::stranger(account.id, &user));
        let allowance = contact.allowance(now);
        Ok(Limits {
            until: Some(allowance.until.unwrap_or(now)),
            left: Some(allowance.left),
            longest: Some(SURELY),
            ..Limits::default()
        })
    }
}

async fn carry(app: &App, parcel: &Parcel) -> Result<Carried, Refused> {
    let channel = parcel.conversation.channel_id;
    let find = move |tx: &mut Tx<'_>| {
        let account = queries::of_channel(tx, channel)?;
        queries::setup(tx, account.id)
    };
    let setup = match app.db().read(&Origin::system("wechat"), find).await {
        Ok(setup) if setup.account.state == AccountState::Active => setup,
        Ok(_) | Err(Error::NotFound) => return Err(Refused::never(Why::Paused.text(), "")),
        Err(error) => return Err(Refused::later("database", error.to_string())),
    };
    let said = match body(app, &setup, parcel).await {
        Ok(body) => hand_over(app, &setup, parcel, body).await,
        Err(trouble) => Err(trouble),
    };
    let why = said.as_ref().err().map(|trouble| trouble.why);
    if let Err(error) = count(app, &setup, &parcel.recipient, why).await {
        // What is left is only shown; the platform counts.
        tracing::warn!(%error, "what may still be said could not be written down");
    }
    said.map_err(|trouble| {
        // The catalogues have words for all but what nobody knows.
        let said = if trouble.why == Why::Other { trouble.detail } else { String::new() };
        let because = delivery::Why::new(trouble.why.text(), said);
        match trouble.why.passes() {
            true => Refused::Later(because, (trouble.why == Why::Busy).then_some(BUSY)),
            false => Refused::Never(because),
        }
    })
}

/// Says it; where somebody at WeCom has the talk, it is taken from there first.
async fn hand_over(app: &App, setup: &Setup, parcel: &Parcel, mut body: Value) -> Result<Carried, Trouble> {
    let platform = Platform { app, setup };
    body["touser"] = json!(parcel.recipient);
    if setup.account.kind == AccountKind::Wechat {
        platform.say("/cgi-bin/message/custom/send", &body).await?;
        return Ok(Carried::default());
    }
    let kf_id = setup.account.kf_id.as_str();
    // Our own name of it, so that what was said twice is heard once.
    let ours = parcel.id.to_string();
    (body["open_kfid"], body["msgid"]) = (json!(kf_id), json!(ours));
    let path = "/cgi-bin/kf/send_msg";
    let answer = match platform.say(path, &body).await {
        Err(trouble) if trouble.why == Why::Session => {
            let wish = json!({"open_kfid": kf_id, "external_userid": parcel.recipient, "service_state": 1});
            platform.say("/cgi-bin/kf/service_state/trans", &wish).await.map_err(|_| trouble)?;
            platform.say(path, &body).await?
        }
        answer => answer?,
    };
    let theirs = answer["msgid"].as_str().filter(|id| !id.is_empty()).map_or(ours, str::to_owned);
    Ok(Carried { external_id: Some(theirs), delivered: false })
}

/// What is said, as the platform wants it; a file is handed over before.
async fn body(app: &App, setup: &Setup, parcel: &Parcel) -> Result<Value, Trouble> {
    let message = &parcel.message;
    if let (MessageKind::File, Some(file)) = (message.kind, &parcel.file) {
        return file_body(app, setup, file).await;
    }
    let card = match &message.data {
        Some(conversations::Data::Card(card)) => Some(card),
        _ => None,
    };
    if let (Some(card), AccountKind::Wechat) = (card, setup.account.kind)
        && let Some(url) = &card.url
    {
        let about =
            [card.price.as_deref(), card.subtitle.as_deref()].into_iter().flatten().collect::<Vec<_>>().join("\n");
        let picture = card.image_url.as_deref().unwrap_or_default();
        let article = json!({"title": card.title, "description": about, "url": url, "picurl": picture});
        return Ok(json!({"msgtype": "news", "news": {"articles": [article]}}));
    }
    let words = delivery::api::words_of(parcel).unwrap_or_else(|| message.text.clone());
    if words.len() > LONGEST {
        return Err(Trouble::new(Why::TooLong, &format!("{} > {LONGEST}", words.len())));
    }
    Ok(json!({"msgtype": "text", "text": text(&words)}))
}

async fn file_body(app: &App, setup: &Setup, file: &StoredFile) -> Result<Value, Trouble> {
    let (kind, most) =
        kind_of(setup.account.kind, &file.mime).ok_or_else(|| Trouble::new(Why::FileKind, &file.mime))?;
    if file.size > most {
        return Err(Trouble::new(Why::FileSize, &format!("{} > {most}", file.size)));
    }
    let bytes = files::api::bytes(app, file).await?;
    let upload = Upload { name: &file.name, mime: &file.mime, bytes: &bytes };
    let media_id = Platform { app, setup }.hand_over(kind, &upload).await?;
    let mut body = json!({"msgtype": kind});
    body[kind] = json!({"media_id": media_id});
    Ok(body)
}

/// As what a file of this kind is sent, and how many bytes it may have; none where it cannot be.
fn kind_of(kind: AccountKind, mime: &str) -> Option<(&'static str, i64)> {
    match (kind, mime) {
        (_, "image/jpeg" | "image/png") | (AccountKind::Wechat, "image/gif") => Some(("image", 10 * MIB)),
        (_, "audio/amr") | (AccountKind::Wechat, "audio/mpeg") => Some(("voice", 2 * MIB)),
        (_, "video/mp4") => Some(("video", 10 * MIB)),
        (AccountKind::Wecom, _) => Some(("file", 20 * MIB)),
        (AccountKind::Wechat, _) => None,
    }
}

/// What is left to say to them, after this.
async fn count(app: &App, setup: &Setup, user: &str, why: Option<Why>) -> Result<()> {
    let (id, user) = (setup.account.id, user.to_owned());
    app.db()
        .write(&Origin::system("wechat"), move |tx| {
            let (contact, now) = (queries::meet(tx, id, &user)?, tx.now());
            let after = match why {
                None => contact.clone().allowing(|window| window.said(now)),
                Some(Why::QuotaSpent) => contact.clone().allowing(Window::spent),
                Some(Why::WindowClosed) => contact.clone().allowing(Window::shut),
                Some(Why::NotFollowing | Why::Blocked) => Contact { follows: Some(false), ..contact.clone() },
                Some(_) => contact.clone(),
            };
            if after == contact { Ok(()) } else { queries::save_contact(tx, &after) }
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_platform_takes_the_files_it_takes() {
        assert_eq!(kind_of(AccountKind::Wechat, "image/gif"), Some(("image", 10 * MIB)));
        assert_eq!(kind_of(AccountKind::Wecom, "image/gif"), Some(("file", 20 * MIB)));
        assert_eq!(kind_of(AccountKind::Wechat, "application/pdf"), None);
        assert_eq!(kind_of(AccountKind::Wecom, "application/pdf"), Some(("file", 20 * MIB)));
        assert_eq!(LONGEST / 3, 682);
    }
}
