//! Reading what was said to an account of WeCom customer service: its calls say only that there is
//! something. How far was read is kept with what was read; a repeat changes nothing.

use std::time::Duration;

use delivery::{DeliveryState, api::Named};
use http::App;
use kernel::{Cursor, Error, Id, Origin, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Tx;
use work::{Job, JobCx};

use crate::{
    model::{AccountKind, AccountState, Setup, WechatAccount},
    platform::{Platform, text},
    queries, take,
    told::{self, Came, What},
    why::Why,
};

/// Lines of one reading.
const LINES: i64 = 1_000;
/// Readings of one run: what is left then is read by the next.
const READINGS: usize = 100;
/// The platform's number for a token that says from which call a reading follows, and is too old.
const OLD_TOKEN: i64 = 95_007;
/// Accounts of one organisation at most.
const MOST: i64 = 200;
/// How long what guards against repeats is kept, in milliseconds: marks, then what came.
const KEPT: (i64, i64) = (3_600_000, 7 * 24 * 3_600_000);

/// Reads what is new.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Read {
    account_id: Id<WechatAccount>,
}

impl Job for Read {
    const KIND: &'static str = "wechat.read";
    const TIMEOUT: Duration = Duration::from_secs(300);
}

/// Has what is new read, of the account a call names: those of one owner may be called at one address.
pub(crate) fn soon(tx: &mut Tx<'_>, called: &WechatAccount, kf_id: &str, token: &str) -> Result<()> {
    let named = if kf_id.is_empty() || called.kf_id == kf_id {
        Some(called.clone())
    } else {
        queries::of_kf(tx, &called.app_id, kf_id)?
    };
    let Some(account) = named else { return Ok(()) };
    let (cursor, _) = queries::cursor(tx, account.id)?;
    let token: String = token.chars().take(256).collect();
    queries::save_cursor(tx, account.id, &cursor, &token)?;
    enqueue(tx, account.id)
}

fn enqueue(tx: &mut Tx<'_>, account_id: Id<WechatAccount>) -> Result<()> {
    let now = tx.now();
    work::enqueue_at(tx, &Read { account_id }, now, Some(&format!("wechat.read:{account_id}"))).map(drop)
}

/// Reads until nothing is new.
pub(crate) async fn run(app: App, _cx: JobCx, job: Read) -> Result<()> {
    let id = job.account_id;
    for _ in 0..READINGS {
        let begin = move |tx: &mut Tx<'_>| Ok((queries::setup(tx, id)?, queries::cursor(tx, id)?));
        let (setup, (cursor, token)) = app.db().read(&Origin::system("wechat"), begin).await?;
        let kf_id = setup.account.kf_id.clone();
        if setup.account.state != AccountState::Active {
            return Ok(());
        }
        let wish = |token: &str| json!({"cursor": cursor, "token": token, "limit": LINES, "voice_format": 0, "open_kfid": kf_id});
        let platform = Platform { app: &app, setup: &setup };
        let path = "/cgi-bin/kf/sync_msg";
        let page = match platform.say(path, &wish(&token)).await {
            Err(trouble) if trouble.code == Some(OLD_TOKEN) && !token.is_empty() => platform.say(path, &wish("")).await,
            answer => answer,
        };
        let page = match page {
            Ok(page) => page,
            Err(trouble) => {
                note(&app, id, trouble.why, &trouble.detail).await?;
                // What only a person can mend is shown in the account's form; reading goes on by the clock.
                return if trouble.why.passes() { Err(trouble.into_error()) } else { Ok(()) };
            }
        };
        let lines: Vec<Value> = page["msg_list"].as_array().cloned().unwrap_or_default();
        let lines =
            lines.iter().filter(|line| told::is_for(line, &kf_id)).filter_map(told::of_line).collect::<Vec<_>>();
        let next = page["next_cursor"].as_str().unwrap_or_default().chars().take(256).collect::<String>();
        let more = page["has_more"].as_i64() == Some(1) && !next.is_empty() && next != cursor;
        let (account, read_from) = (setup.account.clone(), cursor.clone());
        let came =
            app.db().write(&Origin::system("wechat"), move |tx| keep(tx, &account, &read_from, &next, &lines)).await?;
        for came in came {
            welcome(&platform, &came).await;
        }
        if !more {
            return Ok(());
        }
    }
    app.db().write(&Origin::system("wechat"), move |tx| enqueue(tx, id)).await
}

/// Keeps what was read, and how far; answers what is new.
fn keep(tx: &mut Tx<'_>, account: &WechatAccount, from: &str, next: &str, lines: &[Came]) -> Result<Vec<Came>> {
    let (cursor, token) = queries::cursor(tx, account.id)?;
    let mut new = Vec::new();
    for came in lines {
        // What was said before we were there was somebody else's to answer.
        if came.at.is_some_and(|at| at.plus_millis(60_000) < account.created_at) || !take::keep(tx, account, came)? {
            continue;
        }
        if let What::Failed { external_id, kind } = &came.what {
            failed(tx, account, &came.user, external_id, *kind)?;
        }
        new.push(came.clone());
    }
    // Another run may have read on meanwhile.
    if cursor == from && !next.is_empty() {
        queries::save_cursor(tx, account.id, next, &token)?;
    }
    let mut calls = queries::calls(tx, account.id)?;
    calls.received += i64::try_from(new.iter().filter(|came| matches!(came.what, What::Said(_))).count()).unwrap_or(0);
    (calls.trouble, calls.detail) = (None, String::new());
    queries::save_calls(tx, &calls)?;
    Ok(new)
}

/// What we said did not reach them: the message says so, and so does what is left to say.
fn failed(tx: &mut Tx<'_>, account: &WechatAccount, user: &str, external_id: &str, kind: i64) -> Result<()> {
    let why = Why::of_failure(kind);
    let contact = queries::meet(tx, account.id, user)?;
    let contact = match why {
        Why::QuotaSpent => contact.allowing(crate::model::Window::spent),
        Why::WindowClosed | Why::Blocked => contact.allowing(crate::model::Window::shut),
        _ => contact,
    };
    queries::save_contact(tx, &contact)?;
    let because = delivery::Why::new(why.text(), format!("fail_type {kind}"));
    let named = Named::Theirs(external_id);
    match delivery::api::progress(tx, account.channel_id, named, DeliveryState::Failed, Some(&because)) {
        Ok(_) | Err(Error::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Welcomes whoever came in, where the platform allows it: for twenty seconds, and once.
async fn welcome(platform: &Platform<'_>, came: &Came) {
    let words = &platform.setup.account.welcome;
    let What::Entered { welcome_code } = &came.what else { return };
    if words.is_empty() || welcome_code.is_empty() {
        return;
    }
    let wish = json!({"code": welcome_code, "msgtype": "text", "text": text(words)});
    if let Err(trouble) = platform.say("/cgi-bin/kf/send_msg_on_event", &wish).await {
        tracing::info!(detail = trouble.detail, "whoever came in could not be welcomed");
    }
}

/// Writes down what stood in the way.
async fn note(app: &App, id: Id<WechatAccount>, why: Why, detail: &str) -> Result<()> {
    let detail = detail.to_owned();
    app.db()
        .write(&Origin::system("wechat"), move |tx| {
            let mut calls = queries::calls(tx, id)?;
            (calls.trouble, calls.detail) = (Some(why), detail.clone());
            queries::save_calls(tx, &calls)
        })
        .await
}

/// Looks at every account of WeCom, in case a call got lost, and forgets what is no longer needed.
pub(crate) fn tend(tx: &mut Tx<'_>) -> Result<bool> {
    let now = tx.now();
    queries::forget(tx, now.plus_millis(-KEPT.0), now.plus_millis(-KEPT.1))?;
    let after = Cursor { key: i64::MIN, id: String::new() };
    for account in queries::list(tx, true, &after, MOST)? {
        if account.kind == AccountKind::Wecom && account.state == AccountState::Active {
            enqueue(tx, account.id)?;
        }
    }
    Ok(false)
}

/// The account's state as it is asked of the platform: whether it lets us in, and knows the account.
pub(crate) async fn probe(app: &App, setup: &Setup) -> Result<(), crate::platform::Trouble> {
    let platform = Platform { app, setup };
    match setup.account.kind {
        AccountKind::Wechat => platform.ask("/cgi-bin/get_api_domain_ip").await.map(drop),
        AccountKind::Wecom => {
            let found = platform.say("/cgi-bin/kf/account/list", &json!({"offset": 0, "limit": 100})).await?;
            let accounts = found["account_list"].as_array().cloned().unwrap_or_default();
            match accounts.iter().any(|account| account["open_kfid"] == json!(setup.account.kf_id)) {
                true => Ok(()),
                false => Err(crate::platform::Trouble::new(Why::Account, "open_kfid")),
            }
        }
    }
}
