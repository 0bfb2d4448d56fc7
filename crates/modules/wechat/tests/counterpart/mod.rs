//! The other side: a platform that speaks WeChat's and WeCom's published protocol. It signs and seals what
//! it calls with, counts what it is told, lets its tokens end, and fails when it is told to.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
};

use aes::Aes256;
use axum::{
    Json, Router,
    extract::{Multipart, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{GeneralPurpose, GeneralPurposeConfig},
    prelude::BASE64_STANDARD,
};
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _, block_padding::NoPadding};
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};
use testkit::TestApp;

pub(crate) const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
pub(crate) const TOKEN: &str = "pamtest";
pub(crate) const SECRET: &str = "sehr-geheimes-geheimnis";

/// A picture that is one.
pub(crate) const PNG: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1, 8,
    6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 0x0d, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0xf8, 0xcf, 0xc0,
    0xf0, 0x1f, 0, 5, 0, 1, 0xff, 0x56, 0xc7, 0x2f, 0x0d, 0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

/// What it knows.
#[derive(Default)]
pub(crate) struct Known {
    /// The token that is good now.
    pub(crate) token: String,
    pub(crate) tokens_given: usize,
    /// Whether it gives none just now.
    pub(crate) gives_none: bool,
    /// What may still be said to somebody, and whether they are there at all.
    pub(crate) left: HashMap<String, i64>,
    /// What was said: to whom, and the body.
    pub(crate) said: Vec<(String, Value)>,
    /// What is to be answered instead, first first.
    pub(crate) failures: VecDeque<Value>,
    /// Files that were handed over.
    pub(crate) uploads: Vec<(String, Vec<u8>)>,
    /// Files it has, by id: their kind and their bytes.
    pub(crate) files: HashMap<String, (String, Vec<u8>)>,
    /// Lines to be read by `sync_msg`.
    pub(crate) lines: Vec<Value>,
    /// Who somebody is.
    pub(crate) people: HashMap<String, Value>,
    /// Whether a colleague at WeCom has the talk.
    pub(crate) held: bool,
    /// Welcomes, by code.
    pub(crate) welcomed: Vec<Value>,
    /// How often was read.
    pub(crate) reads: usize,
}

/// A platform, and where it is.
#[derive(Clone)]
pub(crate) struct Platform {
    known: Arc<Mutex<Known>>,
    pub(crate) url: String,
}

type Asked = Query<HashMap<String, String>>;

impl Platform {
    pub(crate) async fn start() -> Self {
        let known = Arc::<Mutex<Known>>::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/cgi-bin/stable_token", post(stable_token))
            .route("/cgi-bin/gettoken", get(gettoken))
            .route("/cgi-bin/get_api_domain_ip", get(nothing))
            .route("/cgi-bin/message/custom/send", post(send))
            .route("/cgi-bin/kf/send_msg", post(send))
            .route("/cgi-bin/kf/send_msg_on_event", post(welcome))
            .route("/cgi-bin/kf/service_state/trans", post(take_over))
            .route("/cgi-bin/kf/sync_msg", post(sync))
            .route("/cgi-bin/kf/account/list", post(accounts))
            .route("/cgi-bin/kf/customer/batchget", post(customers))
            .route("/cgi-bin/user/info", get(user))
            .route("/cgi-bin/media/upload", post(upload))
            .route("/cgi-bin/media/get", get(file))
            .with_state(known.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { known, url }
    }

    pub(crate) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap()
    }

    /// The words that were said to somebody.
    pub(crate) fn said_to(&self, user: &str) -> Vec<String> {
        let known = self.known();
        let texts = known.said.iter().filter(|(to, _)| to == user);
        texts.map(|(_, body)| body["text"]["content"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The customer does something that lets us speak.
    pub(crate) fn allow(&self, user: &str, times: i64) {
        self.known().left.insert(user.to_owned(), times);
    }

    pub(crate) fn fail(&self, code: i64, words: &str) {
        self.known().failures.push_back(json!({"errcode": code, "errmsg": words}));
    }
}

fn bad(code: i64, words: &str) -> Json<Value> {
    Json(json!({"errcode": code, "errmsg": words}))
}

/// The failure that is due, or a token that is not good.
fn refusal(known: &mut Known, asked: &HashMap<String, String>) -> Option<Json<Value>> {
    if asked.get("access_token") != Some(&known.token) || known.token.is_empty() {
        return Some(bad(42_001, "access_token expired rid: 1"));
    }
    known.failures.pop_front().map(Json)
}

fn another(known: &mut Known) -> Json<Value> {
    known.tokens_given += 1;
    known.token = format!("TOKEN_{}", known.tokens_given);
    Json(json!({"access_token": known.token, "expires_in": 7200}))
}

async fn stable_token(State(known): State<Arc<Mutex<Known>>>, Json(wish): Json<Value>) -> Json<Value> {
    let mut known = known.lock().unwrap();
    if known.gives_none {
        return bad(-1, "system error");
    }
    if wish["secret"] != SECRET {
        return bad(40_125, "invalid appsecret");
    }
    if !known.token.is_empty() && wish["force_refresh"] != json!(true) {
        return Json(json!({"access_token": known.token, "expires_in": 7200}));
    }
    another(&mut known)
}

async fn gettoken(State(known): State<Arc<Mutex<Known>>>, Query(asked): Asked) -> Json<Value> {
    let mut known = known.lock().unwrap();
    if asked.get("corpsecret").map(String::as_str) != Some(SECRET) {
        return bad(40_001, "invalid credential");
    }
    another(&mut known)
}

async fn nothing(State(known): State<Arc<Mutex<Known>>>, Query(asked): Asked) -> Json<Value> {
    refusal(&mut known.lock().unwrap(), &asked).unwrap_or_else(|| Json(json!({"ip_list": ["127.0.0.1"]})))
}

async fn send(State(known): State<Arc<Mutex<Known>>>, Query(asked): Asked, Json(body): Json<Value>) -> Json<Value> {
    let mut known = known.lock().unwrap();
    if let Some(refusal) = refusal(&mut known, &asked) {
        return refusal;
    }
    let wecom = body["open_kfid"].is_string();
    if wecom && known.held {
        return bad(95_018, "send msg session status invalid");
    }
    if body["text"]["content"].as_str().is_some_and(|text| text.len() > 2_048) {
        return bad(45_002, "content size out of limit");
    }
    let user = body["touser"].as_str().unwrap_or_default().to_owned();
    match known.left.get_mut(&user) {
        None => return bad(45_015, "response out of time limit or subscription is canceled"),
        Some(0) => return bad(if wecom { 95_001 } else { 45_047 }, "out of response count limit"),
        Some(left) => *left -= 1,
    }
    let id = body["msgid"].clone();
    known.said.push((user, body));
    Json(json!({"errcode": 0, "errmsg": "ok", "msgid": id}))
}

async fn welcome(State(known): State<Arc<Mutex<Known>>>, Query(asked): Asked, Json(body): Json<Value>) -> Json<Value> {
    let mut known = known.lock().unwrap();
    refusal(&mut known, &asked).unwrap_or_else(|| {
        known.welcomed.push(body);
        bad(0, "ok")
    })
}

async fn take_over(State(known): State<Arc<Mutex<Known>>>, Query(asked): Asked) -> Json<Value> {
    let mut known = known.lock().unwrap();
    refusal(&mut known, &asked).unwrap_or_else(|| {
        known.held = false;
        bad(0, "ok")
    })
}

async fn sync(State(known): State<Arc<Mutex<Known>>>, Query(asked): Asked, Json(wish): Json<Value>) -> Json<Value> {
    let mut known = known.lock().unwrap();
    if let Some(refusal) = refusal(&mut known, &asked) {
        return refusal;
    }
    known.reads += 1;
    // Two at a time, so that there is always more.
    let from: usize = wish["cursor"].as_str().unwrap_or_default().parse().unwrap_or(0);
    let page: Vec<_> = known.lines.iter().skip(from).take(2).cloned().collect();
    let next = from + page.len();
    let more = i64::from(next < known.lines.len());
    Json(json!({"errcode": 0, "errmsg": "ok", "next_cursor": next.to_string(), "has_more": more, "msg_list": page}))
}

async fn accounts(State(known): State<Arc<Mutex<Known>>>, Query(asked): Asked) -> Json<Value> {
    let list = json!({"errcode": 0, "account_list": [{"open_kfid": "wkTest", "name": "客服"}]});
    refusal(&mut known.lock().unwrap(), &asked).unwrap_or(Json(list))
}

async fn customers(
    State(known): State<Arc<Mutex<Known>>>,
    Query(asked): Asked,
    Json(wish): Json<Value>,
) -> Json<Value> {
    let mut known = known.lock().unwrap();
    if let Some(refusal) = refusal(&mut known, &asked) {
        return refusal;
    }
    let found = wish["external_userid_list"][0].as_str().and_then(|user| known.people.get(user)).cloned();
    Json(json!({"errcode": 0, "customer_list": found.into_iter().collect::<Vec<_>>()}))
}

async fn user(State(known): State<Arc<Mutex<Known>>>, Query(asked): Asked) -> Json<Value> {
    let mut known = known.lock().unwrap();
    if let Some(refusal) = refusal(&mut known, &asked) {
        return refusal;
    }
    let found = asked.get("openid").and_then(|user| known.people.get(user)).cloned();
    Json(found.unwrap_or_else(|| json!({"errcode": 48_001, "errmsg": "api unauthorized"})))
}

async fn upload(State(known): State<Arc<Mutex<Known>>>, Query(asked): Asked, mut form: Multipart) -> Json<Value> {
    let field = form.next_field().await.unwrap().unwrap();
    assert_eq!(field.name(), Some("media"));
    let bytes = field.bytes().await.unwrap().to_vec();
    let mut known = known.lock().unwrap();
    if let Some(refusal) = refusal(&mut known, &asked) {
        return refusal;
    }
    known.uploads.push((asked["type"].clone(), bytes));
    Json(json!({"type": asked["type"], "media_id": format!("MEDIA_{}", known.uploads.len()), "created_at": 1}))
}

async fn file(State(known): State<Arc<Mutex<Known>>>, Query(asked): Asked) -> Response {
    let mut known = known.lock().unwrap();
    if let Some(refusal) = refusal(&mut known, &asked) {
        return refusal.into_response();
    }
    match known.files.get(&asked["media_id"]) {
        None => bad(40_007, "invalid media_id").into_response(),
        Some((kind, bytes)) => {
            let name = "attachment; filename=\"picture.png\"".to_owned();
            let head = [(header::CONTENT_TYPE, kind.clone()), (header::CONTENT_DISPOSITION, name)];
            (StatusCode::OK, head, bytes.clone()).into_response()
        }
    }
}

// --- calling us ---

/// How WeChat calls an account's address.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) address: String,
    pub(crate) receiver: String,
    /// Seconds by which its clock is ahead.
    pub(crate) ahead: i64,
    pub(crate) client: reqwest::Client,
}

impl Caller {
    pub(crate) fn of(app: &TestApp, account: &Value) -> Self {
        let address = format!("http://{}/callbacks/wechat/{}", app.address, account["id"].as_str().unwrap());
        let receiver = account["app_id"].as_str().unwrap().to_owned();
        Self { address, receiver, ahead: 0, client: reqwest::Client::new() }
    }

    fn now(&self, app: &TestApp) -> String {
        (app.app.clock().now().millis() / 1_000 + self.ahead).to_string()
    }

    /// Asks whether the address is ours.
    pub(crate) async fn verify(&self, app: &TestApp, sealed: bool, echo: &str) -> (u16, String) {
        let now = self.now(app);
        let echo = if sealed { seal(&self.receiver, echo) } else { echo.to_owned() };
        let (name, mark) = match sealed {
            true => ("msg_signature", mark(&[TOKEN, &now, "n1", &echo])),
            false => ("signature", mark(&[TOKEN, &now, "n1"])),
        };
        let query = [(name, mark.as_str()), ("timestamp", &now), ("nonce", "n1"), ("echostr", &echo)];
        self.answer(self.client.get(self.with(&query))).await
    }

    /// Tells something, sealed and signed.
    pub(crate) async fn tell(&self, app: &TestApp, inner: &str) -> (u16, String) {
        let (now, sealed) = (self.now(app), seal(&self.receiver, inner));
        let body =
            format!("<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>");
        let (open, right) = (mark(&[TOKEN, &now, "n2"]), mark(&[TOKEN, &now, "n2", &sealed]));
        self.send(
            &[
                ("signature", &open),
                ("msg_signature", &right),
                ("timestamp", &now),
                ("nonce", "n2"),
                ("encrypt_type", "aes"),
            ],
            body,
        )
        .await
    }

    /// Tells something in clear, with a nonce of its own.
    pub(crate) async fn tell_plainly(&self, app: &TestApp, nonce: &str, body: &str) -> (u16, String) {
        let now = self.now(app);
        let open = mark(&[TOKEN, &now, nonce]);
        self.send(&[("signature", &open), ("timestamp", &now), ("nonce", nonce), ("openid", "o1")], body.to_owned())
            .await
    }

    /// Sends anything.
    pub(crate) async fn send(&self, query: &[(&str, &str)], body: String) -> (u16, String) {
        self.answer(self.client.post(self.with(query)).header("content-type", "text/xml").body(body)).await
    }

    fn with(&self, query: &[(&str, &str)]) -> String {
        let encoded = |text: &str| text.replace('%', "%25").replace('+', "%2B").replace('=', "%3D").replace('/', "%2F");
        let pairs: Vec<_> = query.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        format!("{}?{}", self.address, pairs.join("&"))
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> (u16, String) {
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

/// A message of a customer's, as it stands in a call.
pub(crate) fn message(user: &str, kind: &str, id: &str, rest: &str) -> String {
    format!(
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[{user}]]></FromUserName><CreateTime>1764000000</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{rest}<MsgId>{id}</MsgId></xml>"
    )
}

pub(crate) fn text(user: &str, id: &str, words: &str) -> String {
    message(user, "text", id, &format!("<Content><![CDATA[{words}]]></Content>"))
}

pub(crate) fn event(user: &str, event: &str, at: i64, rest: &str) -> String {
    format!(
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[{user}]]></FromUserName><CreateTime>{at}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{event}]]></Event>{rest}</xml>"
    )
}

/// The call that says that there is something to read.
pub(crate) fn something(kf_id: &str) -> String {
    format!(
        "<xml><ToUserName><![CDATA[ww]]></ToUserName><CreateTime>1764000000</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[kf_msg_or_event]]></Event><Token><![CDATA[ENCToken]]></Token><OpenKfId><![CDATA[{kf_id}]]></OpenKfId></xml>"
    )
}

pub(crate) fn mark(parts: &[&str]) -> String {
    let mut parts = parts.to_vec();
    parts.sort_unstable();
    kernel::hex(Sha1::digest(parts.concat()))
}

fn key() -> [u8; 32] {
    // The last character's spare bits are set: Tencent's own implementations do not mind.
    let lenient = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
    GeneralPurpose::new(&STANDARD, lenient).decode(format!("{KEY}=")).unwrap().try_into().unwrap()
}

pub(crate) fn seal(receiver: &str, text: &str) -> String {
    let mut bytes = b"0123456789abcdef".to_vec();
    bytes.extend(u32::try_from(text.len()).unwrap().to_be_bytes());
    bytes.extend(text.as_bytes());
    bytes.extend(receiver.as_bytes());
    let fill = 32 - bytes.len() % 32;
    bytes.extend(std::iter::repeat_n(u8::try_from(fill).unwrap(), fill));
    let (key, whole) = (key(), bytes.len());
    let start: [u8; 16] = key[..16].try_into().unwrap();
    let sealed = cbc::Encryptor::<Aes256>::new((&key).into(), (&start).into())
        .encrypt_padded::<NoPadding>(&mut bytes, whole)
        .unwrap()
        .to_vec();
    BASE64_STANDARD.encode(sealed)
}

/// What we said, sealed: opened.
pub(crate) fn unseal(sealed: &str) -> String {
    let (mut bytes, key) = (BASE64_STANDARD.decode(sealed).unwrap(), key());
    let start: [u8; 16] = key[..16].try_into().unwrap();
    let plain =
        cbc::Decryptor::<Aes256>::new((&key).into(), (&start).into()).decrypt_padded::<NoPadding>(&mut bytes).unwrap();
    let length = u32::from_be_bytes(plain[16..20].try_into().unwrap()) as usize;
    String::from_utf8(plain[20..20 + length].to_vec()).unwrap()
}
