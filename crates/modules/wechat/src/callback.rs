//! The address WeChat calls: who calls is proven before anything is read, what came is on the disk before
//! it is answered, and all that takes time is done afterwards. WeChat waits five seconds, and says
//! again up to three times what was not answered.

use axum::{
    extract::{DefaultBodyLimit, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use http::{App, Path, Query};
use kernel::{Error, Id, Origin, Result, Timestamp};
use serde::Deserialize;
use sha1::{Digest as _, Sha1};
use store::Tx;
use utoipa::IntoParams;
use utoipa::{OpenApiRouter, routes};

use crate::{
    model::{AccountKind, Contact, Sealing, Setup, WechatAccount},
    queries,
    seal::{Broken, is_mark, mark},
    sync, take,
    told::{self, What},
    xml::{Fields, LARGEST, cdata},
};

/// Milliseconds by which a call may be older or newer than now.
const FRESH: i64 = 15 * 60_000;
/// The least time between two refusals that are written down, in milliseconds.
const NOTED: i64 = 5_000;
/// What WeChat hears when all is well.
const HEARD: &str = "success";

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(verify, call)).layer(DefaultBodyLimit::max(LARGEST))
}

/// What a call says of itself. WeChat may add to it.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Shown {
    /// The mark of token, timestamp and nonce.
    #[serde(default)]
    signature: String,
    /// The mark of token, timestamp, nonce and what is sealed.
    #[serde(default)]
    msg_signature: String,
    /// Seconds since the epoch.
    #[serde(default)]
    timestamp: String,
    /// Something that is used once.
    #[serde(default)]
    nonce: String,
    /// What is to be said back.
    #[serde(default)]
    echostr: String,
}

/// Why a call is refused: shown in the account's form.
pub(crate) type Refusal = &'static str;

/// WeChat asks whether the address is ours: what it shows is said back, if its mark is right.
#[utoipa::path(get, path = "/callbacks/wechat/{id}", tag = "wechat", params(("id" = String, Path), Shown), responses((status = 200, body = String, content_type = "text/plain"), (status = 403), (status = 404)))]
pub(crate) async fn verify(
    State(app): State<App>,
    Path(id): Path<Id<WechatAccount>>,
    Query(shown): Query<Shown>,
) -> Response {
    let answer = async {
        let setup = known(&app, id).await?;
        let said = match said_back(&setup, &shown, app.clock().now()) {
            Ok(said) => said,
            Err(why) => return refused(&app, id, why).await,
        };
        app.db()
            .write(&Origin::system("wechat"), move |tx| {
                let mut calls = queries::calls(tx, id)?;
                calls.verified_at = Some(tx.now());
                queries::save_calls(tx, &calls)
            })
            .await?;
        Ok(plain(said))
    };
    answer.await.unwrap_or_else(failed)
}

/// WeChat tells what a customer said or did, or that there is something to read.
#[utoipa::path(post, path = "/callbacks/wechat/{id}", tag = "wechat", params(("id" = String, Path), Shown), request_body(content = String, content_type = "text/xml"), responses((status = 200, body = String, content_type = "text/plain"), (status = 403), (status = 404)))]
pub(crate) async fn call(
    State(app): State<App>,
    Path(id): Path<Id<WechatAccount>>,
    Query(shown): Query<Shown>,
    body: String,
) -> Response {
    let answer = async {
        let setup = known(&app, id).await?;
        let fields = match opened(&setup, &shown, &body, app.clock().now()) {
            Ok(fields) => fields,
            Err(why) => return refused(&app, id, why).await,
        };
        let plain_mark = (setup.account.sealing == Sealing::Plain).then(|| (shown.signature.clone(), digest(&body)));
        let (account, told) = (setup.account.clone(), fields.clone());
        let origin = Origin::system("wechat");
        let kept = app.db().append(&origin, move |tx| {
            // In clear the mark proves who calls, not what is said: it is good for one text.
            if let Some((mark, body)) = &plain_mark
                && !queries::is_first(tx, account.id, mark, body)?
            {
                return Ok(Err("replayed"));
            }
            keep(tx, &account, &told).map(Ok)
        });
        match kept.await? {
            Ok(Kept { welcomes: true }) => Ok(welcome(&app, &setup, &fields)),
            Ok(_) => Ok(plain(HEARD.to_owned())),
            Err(why) => refused(&app, id, why).await,
        }
    };
    answer.await.unwrap_or_else(failed)
}

async fn known(app: &App, id: Id<WechatAccount>) -> Result<Setup> {
    app.db().read(&Origin::system("wechat"), move |tx| queries::setup(tx, id)).await
}

/// Whether the call is of now, by its own word: the mark holds the word.
fn is_fresh(shown: &Shown, now: Timestamp) -> bool {
    let at = shown.timestamp.parse::<i64>().ok().filter(|seconds| (0..=4_102_444_800).contains(seconds));
    at.is_some_and(|seconds| (now.millis() - seconds * 1_000).abs() <= FRESH)
}

/// What is said back to whoever asks whether the address is ours.
fn said_back(setup: &Setup, shown: &Shown, now: Timestamp) -> Result<String, Refusal> {
    let token = setup.secrets.token.as_str();
    if !is_fresh(shown, now) {
        return Err("stale");
    }
    if setup.account.kind == AccountKind::Wechat {
        let right = is_mark(&shown.signature, &[token, &shown.timestamp, &shown.nonce]);
        let plain = shown.echostr.len() <= 128 && shown.echostr.bytes().all(|byte| byte.is_ascii_alphanumeric());
        return if right && plain { Ok(shown.echostr.clone()) } else { Err("mark") };
    }
    if !is_mark(&shown.msg_signature, &[token, &shown.timestamp, &shown.nonce, &shown.echostr]) {
        return Err("mark");
    }
    open(setup, &shown.echostr)
}

/// What a call says, if WeChat says it and it was not said long ago.
fn opened(setup: &Setup, shown: &Shown, body: &str, now: Timestamp) -> Result<Fields, Refusal> {
    let token = setup.secrets.token.as_str();
    let sealed = setup.account.sealing == Sealing::Sealed;
    if !is_fresh(shown, now) {
        return Err("stale");
    }
    if !sealed {
        return match is_mark(&shown.signature, &[token, &shown.timestamp, &shown.nonce]) {
            true => Fields::read(body).map_err(|_| "malformed").and_then(|fields| match fields.text("MsgType") {
                "" if !fields.text("Encrypt").is_empty() => Err("sealed"),
                _ => Ok(fields),
            }),
            false => Err("mark"),
        };
    }
    // Nothing is read of it but what is sealed, until the mark is right.
    let outer = Fields::read(body).map_err(|_| "malformed")?;
    let inner = match outer.text("Encrypt") {
        "" => return Err("plain"),
        inner => inner,
    };
    if !is_mark(&shown.msg_signature, &[token, &shown.timestamp, &shown.nonce, inner]) {
        return Err("mark");
    }
    Fields::read(&open(setup, inner)?).map_err(|_| "malformed")
}

fn open(setup: &Setup, sealed: &str) -> Result<String, Refusal> {
    let seal = setup.seal().ok_or("sealed")?;
    seal.open(sealed).map_err(|broken| match broken {
        Broken::Receiver => "receiver",
        Broken::Key => "sealed",
        Broken::Malformed => "malformed",
    })
}

/// What follows from a call.
struct Kept {
    /// Whether whoever it tells of is told something at once.
    welcomes: bool,
}

/// Keeps what a call tells, once.
fn keep(tx: &mut Tx<'_>, account: &WechatAccount, fields: &Fields) -> Result<Kept> {
    let mut kept = Kept { welcomes: false };
    let mut messages = 0;
    match account.kind {
        AccountKind::Wecom if fields.text("Event") == "kf_msg_or_event" => {
            sync::soon(tx, account, fields.text("OpenKfId"), fields.text("Token"))?;
        }
        AccountKind::Wecom => {}
        AccountKind::Wechat => {
            if let Some(came) = told::of_account(fields) {
                let new = take::keep(tx, account, &came)?;
                messages = i64::from(new && matches!(came.what, What::Said(_) | What::Pressed(_)));
                // Whoever is told twice hears once: WeChat takes the first answer.
                kept.welcomes = came.what == What::Followed && !account.welcome.is_empty();
            }
        }
    }
    queries::heard(tx, account.id, messages)?;
    Ok(kept)
}

/// Says the welcome in the answer itself: it takes nothing of what may be said.
fn welcome(app: &App, setup: &Setup, fields: &Fields) -> Response {
    let now = (app.clock().now().millis() / 1_000).to_string();
    let said = format!(
        "<xml><ToUserName>{}</ToUserName><FromUserName>{}</FromUserName><CreateTime>{now}</CreateTime><MsgType>{}</MsgType><Content>{}</Content></xml>",
        cdata(fields.text("FromUserName")),
        cdata(fields.text("ToUserName")),
        cdata("text"),
        cdata(&setup.account.welcome)
    );
    let (Sealing::Sealed, Some(seal)) = (setup.account.sealing, setup.seal()) else { return xml(said) };
    let rng = app.db().rng();
    let sealed = seal.close(&said, rng.bytes());
    let nonce = rng.below(10_000_000_000).to_string();
    let mark = mark(&[&setup.secrets.token, &now, &nonce, &sealed]);
    xml(format!(
        "<xml><Encrypt>{}</Encrypt><MsgSignature>{}</MsgSignature><TimeStamp>{now}</TimeStamp><Nonce>{}</Nonce></xml>",
        cdata(&sealed),
        cdata(&mark),
        cdata(&nonce)
    ))
}

/// Notes that a call was refused, unless one was a moment ago, and says no more than that.
async fn refused(app: &App, id: Id<WechatAccount>, why: Refusal) -> Result<Response> {
    let origin = Origin::system("wechat");
    let before = app.db().read(&origin, move |tx| queries::calls(tx, id)).await?;
    let noted = before.refused_at.is_some_and(|at| app.clock().now().since(at).abs() < NOTED);
    if !noted || before.refused_why.as_deref() != Some(why) {
        tracing::warn!(account = %id, why, "a call to the address of a WeChat account was refused");
        app.db()
            .write(&origin, move |tx| {
                let mut calls = queries::calls(tx, id)?;
                (calls.refused_at, calls.refused_why) = (Some(tx.now()), Some(why.to_owned()));
                queries::save_calls(tx, &calls)
            })
            .await?;
    }
    Ok(StatusCode::FORBIDDEN.into_response())
}

fn failed(error: Error) -> Response {
    match error {
        Error::NotFound => StatusCode::NOT_FOUND.into_response(),
        error => {
            tracing::warn!(%error, "a call of WeChat could not be kept; it is said again");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

fn plain(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")], text)
        .into_response()
}

fn xml(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], text).into_response()
}

fn digest(body: &str) -> String {
    kernel::hex(Sha1::digest(body))
}

/// What an act of theirs lets us say.
pub(crate) fn acted(contact: Contact, what: &What, now: Timestamp) -> Contact {
    match what {
        What::Said(_) => {
            Contact { follows: contact.follows.map(|_| true), ..contact }.allowing(|window| window.spoke(now))
        }
        What::Pressed(_) | What::Scanned => contact.allowing(|window| window.acted(now)),
        What::Followed => Contact { follows: Some(true), ..contact }.allowing(|window| window.acted(now)),
        What::Left => Contact { follows: Some(false), ..contact }.allowing(|window| window.shut()),
        What::Entered { .. } | What::Failed { .. } | What::Nothing => contact,
    }
}
