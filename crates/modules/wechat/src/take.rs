//! Taking in what came: kept at once, in a transaction with the answer to WeChat; turned into messages
//! afterwards, one after the other for each customer.

use std::time::Duration;

use customers::api::Given;
use delivery::{Incoming, IncomingFile};
use http::App;
use kernel::{Error, Id, Origin, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use work::{Job, JobCx};

use crate::{
    callback::acted,
    model::{AccountKind, Arrival, Contact, Said, Setup, WechatAccount, text_of},
    platform::{Fetched, Platform, encoded},
    queries,
    told::{Came, What},
    words,
};

/// From which attempt on a file that cannot be fetched is left out, so that what follows is not held up.
const WITHOUT: u32 = 4;
/// For how long the platform is not asked again who somebody is, in milliseconds.
const KNOWN: i64 = 7 * 24 * 3_600_000;

/// Takes in what came from somebody.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct TakeIn {
    account_id: Id<WechatAccount>,
    external_user: String,
}

impl Job for TakeIn {
    const KIND: &'static str = "wechat.take_in";
    const TIMEOUT: Duration = Duration::from_secs(300);
}

/// Keeps something that came, and has it taken in; whether it is new.
pub(crate) fn keep(tx: &mut Tx<'_>, account: &WechatAccount, came: &Came) -> Result<bool> {
    if came.what == What::Nothing || queries::has_come(tx, account.id, &came.id)? {
        return Ok(false);
    }
    let now = tx.now();
    let contact = queries::meet(tx, account.id, &came.user)?;
    let contact = Contact { arrived: contact.arrived + 1, ..acted(contact, &came.what, now) };
    let said = match &came.what {
        What::Said(said) => Some(said.clone()),
        What::Pressed(key) if !key.is_empty() => Some(Said::Text { text: key.clone() }),
        _ => None,
    };
    let said = match said {
        Some(said) => serde_json::to_string(&said).map_err(Error::internal)?,
        None => String::new(),
    };
    let arrival = Arrival {
        account_id: account.id,
        external_user: came.user.clone(),
        number: contact.arrived,
        external_id: came.id.clone(),
        taken_at: said.is_empty().then_some(now),
        said,
        at: came.at.unwrap_or(now),
        came_at: now,
    };
    if !queries::insert_arrival(tx, &arrival)? {
        return Ok(false);
    }
    queries::save_contact(tx, &contact)?;
    if arrival.taken_at.is_none() {
        let key = format!("wechat:{}:{}", account.id, came.user);
        let job = TakeIn { account_id: account.id, external_user: came.user.clone() };
        work::enqueue_at(tx, &job, now, Some(&key))?;
    }
    Ok(true)
}

/// Takes in what came from somebody, in order, until nothing is left.
pub(crate) async fn run(app: App, cx: JobCx, job: TakeIn) -> Result<()> {
    let (id, user) = (job.account_id, job.external_user);
    let origin = Origin::system("wechat");
    loop {
        let asked = user.clone();
        let next = app
            .db()
            .read(&origin, move |tx| {
                let next = queries::next_arrival(tx, id, &asked)?;
                let contact = queries::contact(tx, id, &asked)?;
                Ok(match (next, contact) {
                    (Some(next), Some(contact)) => Some((queries::setup(tx, id)?, next, contact)),
                    _ => None,
                })
            })
            .await?;
        let Some((setup, arrival, contact)) = next else { return Ok(()) };
        let who = known(&app, &setup, contact).await?;
        take(&app, &cx, &setup, &arrival, &who).await?;
    }
}

/// One thing that came becomes messages.
async fn take(app: &App, cx: &JobCx, setup: &Setup, arrival: &Arrival, who: &Contact) -> Result<()> {
    let said: Said = serde_json::from_str(&arrival.said).unwrap_or(Said::Unknown { kind: String::new() });
    let channel = setup.account.channel_id;
    let locale = app.db().read(&Origin::system("wechat"), |tx| Ok(settings::api::organisation(tx)?.locale)).await?;
    let texts = words::texts(locale.text());
    let given = Given { name: Some(who.name.clone()).filter(|name| !name.is_empty()), ..Given::default() };
    let mut text = conversations::api::fit(&text_of(&said));
    let mut files = Vec::new();
    if let Said::Media { media_id, kind, .. } = &said {
        let name = texts.word(kind).to_owned();
        let fetched = (Platform { app, setup }).file(media_id).await;
        files.push(match fetched {
            Ok(Fetched { bytes: Some(bytes), name: given }) => {
                IncomingFile::Bytes(given.unwrap_or_else(|| format!("{kind}-{}", arrival.number)), bytes)
            }
            Ok(Fetched { bytes: None, .. }) => IncomingFile::Missing(name, "too_large".into()),
            Err(trouble) if (trouble.ours || trouble.why.passes()) && cx.attempt < WITHOUT => {
                return Err(trouble.into_error());
            }
            Err(_) => IncomingFile::Missing(name, "unreadable".into()),
        });
    }
    if let Said::Unknown { .. } = said {
        texts.word("unknown").clone_into(&mut text);
    }
    if text.is_empty() && files.is_empty() {
        text = texts.word("empty").to_owned();
    }
    let plain = |text: &str| Incoming::text(channel, &arrival.external_user, &arrival.external_id, text);
    let incoming = Incoming { given, files, ..plain(&text) };
    let arrived = match delivery::api::receive(app, incoming).await {
        // A paused channel begins nothing new.
        Err(Error::Conflict(code, _)) if code.name() == "conversations.channel_paused" => None,
        // Whatever it is, somebody is to know that something came.
        Err(error @ (Error::Conflict(..) | Error::Invalid(_))) if cx.attempt >= WITHOUT => {
            tracing::error!(%error, "something a customer said on WeChat could not be kept as it was");
            Some(delivery::api::receive(app, plain(texts.word("unknown"))).await?)
        }
        arrived => Some(arrived?),
    };
    let (arrival, visitor) = (arrival.clone(), arrived.map(|arrived| arrived.conversation_id));
    app.db()
        .write(&Origin::system("wechat"), move |tx| {
            queries::taken(tx, &arrival)?;
            let Some(conversation) = visitor else { return Ok(()) };
            let customer = conversations::api::get(tx, conversation)?.customer_id;
            let contact = queries::meet(tx, arrival.account_id, &arrival.external_user)?;
            let known = contact.customer_id == Some(customer);
            let contact = Contact { customer_id: Some(customer), conversation_id: Some(conversation), ..contact };
            queries::save_contact(tx, &contact)?;
            if known { Ok(()) } else { may_be(tx, &contact) }
        })
        .await
}

/// Asks the platform who somebody is, once in a while; where it does not say, they are whom it calls them.
async fn known(app: &App, setup: &Setup, contact: Contact) -> Result<Contact> {
    let now = app.clock().now();
    if contact.asked_at.is_some_and(|asked| now.since(asked).abs() < KNOWN) {
        return Ok(contact);
    }
    let platform = Platform { app, setup };
    let answer = match setup.account.kind {
        AccountKind::Wechat => {
            let user = encoded(&contact.external_user);
            platform.ask(&format!("/cgi-bin/user/info?openid={user}&lang=zh_CN")).await
        }
        AccountKind::Wecom => {
            let wish = json!({"external_userid_list": [contact.external_user], "need_enter_session_context": 0});
            platform.say("/cgi-bin/kf/customer/batchget", &wish).await.map(|found| found["customer_list"][0].clone())
        }
    };
    let found = match answer {
        Ok(found) => found,
        Err(trouble) if trouble.ours => return Err(trouble.into_error()),
        // What is said counts, not who they are.
        Err(_) => serde_json::Value::Null,
    };
    let text = |name: &str, most: usize| {
        let text: String =
            found[name].as_str().unwrap_or_default().chars().filter(|c| !c.is_control()).take(most).collect();
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    };
    let (name, union, follows) = (text("nickname", 80), text("unionid", 100), found["subscribe"].as_i64());
    let (account, kind) = (setup.account.clone(), contact.account_id);
    let user = contact.external_user.clone();
    app.db()
        .write(&Origin::system("wechat"), move |tx| {
            let mut contact = queries::meet(tx, kind, &user)?;
            contact.asked_at = Some(tx.now());
            contact.name = name.clone().unwrap_or(contact.name);
            contact.union_id = union.clone().or(contact.union_id);
            contact.follows = follows.map(|follows| follows == 1).or(contact.follows);
            queries::save_contact(tx, &contact)?;
            is_also(tx, &account, &contact)?;
            may_be(tx, &contact)?;
            Ok(contact)
        })
        .await
}

/// Somebody met before the platform said who they are may be somebody else too: people decide.
fn may_be(tx: &mut Tx<'_>, contact: &Contact) -> Result<()> {
    match (contact.customer_id, &contact.union_id) {
        (Some(customer), Some(union)) => customers::api::known_to_wechat(tx, customer, union),
        _ => Ok(()),
    }
}

/// Whom the platform itself says to be the same person as on another account is the same customer.
fn is_also(tx: &mut Tx<'_>, account: &WechatAccount, contact: &Contact) -> Result<()> {
    let Some(union) = contact.union_id.as_deref().filter(|_| contact.customer_id.is_none()) else { return Ok(()) };
    let Some(customer) = queries::of_union(tx, union)? else { return Ok(()) };
    delivery::api::is(tx, account.channel_id, &contact.external_user, customer)
}
