//! What the department and its customers rely on of WeChat, against a counterpart that speaks its protocol.

mod counterpart;

use counterpart::{Caller, KEY, PNG, Platform, SECRET, TOKEN, event, mark, message, seal, something, text, unseal};
use serde_json::{Value, json};
use testkit::{Person, TestApp, TestDb, on_both};

const HOUR: i64 = 3_600_000;

fn modules() -> Vec<http::Module> {
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        files::module(testkit::folder()).expect("a folder"),
        tasks::module(),
        customers::module(),
        channels::module(),
        conversations::module(),
        routing::module(),
        delivery::module(wechat::carriers()),
        wechat::module(),
    ]
}

/// The product, a platform, and an administrator.
struct Stage {
    app: TestApp,
    admin: Person,
    platform: Platform,
}

impl Stage {
    async fn set(db: TestDb) -> Self {
        let app = TestApp::start(db, modules()).await;
        let admin = app.person("administrator").await;
        Self { app, admin, platform: Platform::start().await }
    }

    fn wish(&self, kind: &str, app_id: &str) -> Value {
        let mut details = json!({
            "name": if kind == "wechat" { "青禾公众号" } else { "青禾微信客服" }, "app_id": app_id, "secret": SECRET,
            "token": TOKEN, "aes_key": KEY, "base_url": self.platform.url,
        });
        if kind == "wecom" {
            details["kf_id"] = json!("wkTest");
        }
        json!({"kind": kind, "details": details})
    }

    /// An official account, and how WeChat calls it.
    async fn official(&self) -> (Value, Caller) {
        let account = self.admin.post("/wechat-accounts", self.wish("wechat", "wxb11529c136998cb6")).await.ok();
        let caller = Caller::of(&self.app, &account);
        (account, caller)
    }

    /// An account of WeCom customer service, and how WeCom calls it.
    async fn wecom(&self) -> (Value, Caller) {
        let account = self.admin.post("/wechat-accounts", self.wish("wecom", "wx5823bf96d3bd56c7")).await.ok();
        let caller = Caller::of(&self.app, &account);
        (account, caller)
    }

    async fn hear(&self, caller: &Caller, inner: &str) {
        let answer = caller.tell(&self.app, inner).await;
        assert_eq!(answer, (200, "success".into()));
        self.app.settle().await;
    }

    /// A line that waits to be read at WeCom.
    fn line(&self, mut line: Value) {
        line["open_kfid"] = json!("wkTest");
        line["send_time"] = json!(self.app.app.clock().now().millis() / 1_000);
        if line["origin"].is_null() {
            line["origin"] = json!(3);
        }
        self.platform.known().lines.push(line);
    }

    async fn conversations(&self) -> Vec<Value> {
        self.admin.get("/conversations").await.ok()["items"].as_array().unwrap().clone()
    }

    async fn conversation(&self) -> String {
        let all = self.conversations().await;
        assert_eq!(all.len(), 1, "{all:?}");
        all[0]["id"].as_str().unwrap().to_owned()
    }

    async fn messages(&self, id: &str) -> Vec<Value> {
        self.admin.get(&format!("/conversations/{id}/messages")).await.ok()["items"].as_array().unwrap().clone()
    }

    async fn texts(&self, id: &str) -> Vec<String> {
        let all = self.messages(id).await;
        let said = all.iter().filter(|message| message["kind"] == "text");
        said.map(|message| message["text"].as_str().unwrap().to_owned()).collect()
    }

    async fn say(&self, id: &str, client: &str, words: &str) -> Value {
        let body = json!({"client_id": client, "text": words});
        let said = self.admin.post(&format!("/conversations/{id}/messages"), body).await.ok();
        self.app.settle().await;
        said
    }

    /// What became of what was said, and what is still allowed.
    async fn deliveries(&self, id: &str) -> Value {
        self.admin.get(&format!("/conversations/{id}/deliveries")).await.ok()
    }

    async fn last(&self, id: &str) -> (String, Value) {
        let found = self.deliveries(id).await;
        let last = &found["deliveries"][0];
        (last["state"].as_str().unwrap().to_owned(), last["why_code"].clone())
    }
}

on_both! { http::schema(&modules());

async fn r031_what_is_written_to_an_official_account_waits_and_its_answer_goes_back(db: TestDb) {
    let stage = Stage::set(db).await;
    let (_, caller) = stage.official().await;
    assert_eq!(caller.verify(&stage.app, false, "5838479218127813673").await, (200, "5838479218127813673".into()));
    let first = text("oUser_1", "6054768590064713728", "订单到哪了");
    stage.hear(&caller, &first).await;
    // WeChat says again what it did not hear was taken.
    stage.hear(&caller, &first).await;
    stage.hear(&caller, &first).await;
    let id = stage.conversation().await;
    assert_eq!(stage.texts(&id).await, ["订单到哪了"]);
    let row = stage.conversations().await[0].clone();
    assert_eq!((&row["state"], &row["channel_kind"]), (&json!("queued"), &json!("wechat")));
    stage.hear(&caller, &text("oUser_1", "2", "在吗？")).await;
    stage.hear(&caller, &text("oUser_2", "3", "你好")).await;
    assert_eq!(stage.texts(&id).await, ["订单到哪了", "在吗？"]);
    assert_eq!(stage.conversations().await.len(), 2);

    stage.platform.allow("oUser_1", 5);
    stage.say(&id, "r1", "您好，今天下午送到。").await;
    assert_eq!(stage.platform.said_to("oUser_1"), ["您好，今天下午送到。"]);
    assert_eq!(stage.last(&id).await, ("sent".into(), Value::Null));
    // A note is for colleagues alone.
    stage.admin.post(&format!("/conversations/{id}/messages"), json!({"client_id": "n1", "text": "老客户", "kind": "note"})).await.ok();
    stage.app.settle().await;
    assert_eq!(stage.platform.said_to("oUser_1").len(), 1);
    stage.app.finish().await;
}

async fn what_comes_at_once_and_again_is_kept_once_each(db: TestDb) {
    let stage = Stage::set(db).await;
    let (_, caller) = stage.official().await;
    let told = (0..24).map(|at| {
        let (caller, app, inner) = (caller.clone(), &stage.app, text("oUser_1", &format!("m{}", at / 3), &format!("第{}句", at / 3)));
        async move { caller.tell(app, &inner).await }
    });
    let answers = futures_util::future::join_all(told).await;
    assert!(answers.iter().all(|answer| *answer == (200, "success".into())), "{answers:?}");
    stage.app.settle().await;
    let id = stage.conversation().await;
    let mut texts = stage.texts(&id).await;
    texts.sort();
    assert_eq!(texts, (0..8).map(|at| format!("第{at}句")).collect::<Vec<_>>());
    stage.app.finish().await;
}

async fn what_may_still_be_said_is_known_before_it_runs_out(db: TestDb) {
    let stage = Stage::set(db).await;
    let (_, caller) = stage.official().await;
    stage.hear(&caller, &text("oUser_1", "1", "在吗")).await;
    stage.platform.allow("oUser_1", 5);
    let id = stage.conversation().await;
    let limits = stage.deliveries(&id).await["limits"].clone();
    let now = stage.app.app.clock().now().millis();
    assert_eq!((&limits["left"], &limits["until"], &limits["longest"]), (&json!(5), &json!(now + 48 * HOUR), &json!(680)));
    for at in 0..5 {
        stage.say(&id, &format!("r{at}"), "好的").await;
    }
    assert_eq!(stage.deliveries(&id).await["limits"]["left"], 0);
    stage.say(&id, "r5", "还有").await;
    assert_eq!(stage.last(&id).await, ("failed".into(), json!("quota_spent")));
    // The transcript says so, and the customer's next message lets it go out.
    let lines = stage.messages(&id).await;
    assert!(lines.iter().any(|line| line["data"]["event"] == "delivery_failed"), "{lines:?}");
    stage.hear(&caller, &text("oUser_1", "2", "嗯")).await;
    stage.platform.allow("oUser_1", 5);
    assert_eq!(stage.deliveries(&id).await["limits"]["left"], 5);
    let failed = stage.deliveries(&id).await["deliveries"][0]["id"].as_str().unwrap().to_owned();
    stage.admin.post(&format!("/deliveries/{failed}/retry"), json!({})).await.ok();
    stage.app.settle().await;
    assert_eq!(stage.last(&id).await.0, "sent");
    assert_eq!(stage.platform.said_to("oUser_1").last().unwrap(), "还有");
    // Two days later nothing may be said, whatever was left.
    stage.app.db.clock.advance(48 * HOUR);
    let limits = stage.deliveries(&id).await["limits"].clone();
    assert_eq!((&limits["left"], &limits["until"]), (&json!(0), &json!(stage.app.app.clock().now().millis())));
    stage.platform.known().left.clear();
    stage.say(&id, "r6", "您好").await;
    assert_eq!(stage.last(&id).await, ("failed".into(), json!("window_closed")));
    stage.app.finish().await;
}

async fn nobody_but_wechat_is_heard(db: TestDb) {
    let stage = Stage::set(db).await;
    let (account, caller) = stage.official().await;
    let now = (stage.app.app.clock().now().millis() / 1_000).to_string();
    let inner = text("oUser_1", "1", "我是别人");
    let sealed = seal(&caller.receiver, &inner);
    let outer = format!("<xml><Encrypt>{sealed}</Encrypt></xml>");
    let (right, open) = (mark(&[TOKEN, &now, "n", &sealed]), mark(&[TOKEN, &now, "n"]));
    // A mark that is none, of other words, or of another secret.
    for wrong in ["", "0", &open, &mark(&["other", &now, "n", &sealed])] {
        let answer = caller.send(&[("msg_signature", wrong), ("signature", &open), ("timestamp", &now), ("nonce", "n")], outer.clone()).await;
        assert_eq!(answer, (403, String::new()));
    }
    // In clear, where it is to be sealed.
    assert_eq!(caller.send(&[("signature", &open), ("timestamp", &now), ("nonce", "n")], inner.clone()).await.0, 403);
    // Sealed for another account.
    let foreign = seal("wx0000000000000000", &inner);
    let answer = caller.send(&[("msg_signature", &mark(&[TOKEN, &now, "n", &foreign])), ("timestamp", &now), ("nonce", "n")], format!("<xml><Encrypt>{foreign}</Encrypt></xml>")).await;
    assert_eq!(answer.0, 403);
    // Said again a day later, with the mark of then.
    stage.app.db.clock.advance(24 * HOUR);
    assert_eq!(caller.send(&[("msg_signature", &right), ("timestamp", &now), ("nonce", "n")], outer).await.0, 403);
    assert_eq!(Caller { ahead: 3_600, ..caller.clone() }.tell(&stage.app, &inner).await.0, 403);
    // A bomb, rightly sealed.
    let bomb = "<!DOCTYPE xml [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><xml><FromUserName>o1</FromUserName><Content>&b;</Content></xml>";
    for hostile in [bomb, "", "<xml>", &"<a>".repeat(1_000)] {
        assert_eq!(caller.tell(&stage.app, hostile).await.0, 403, "{}", hostile.len());
    }
    assert_eq!(caller.send(&[], "x".repeat(300_000)).await.0, 413);
    let nowhere = Caller { address: caller.address.replace(account["id"].as_str().unwrap(), "wca_01jd3k5v2pf6z8q0w4x7y9abcd"), ..caller.clone() };
    assert_eq!(nowhere.tell(&stage.app, &inner).await.0, 404);
    stage.app.settle().await;
    assert!(stage.conversations().await.is_empty());
    let found = stage.admin.get(&format!("/wechat-accounts/{}", account["id"].as_str().unwrap())).await.ok();
    assert_eq!((&found["calls"]["received"], found["calls"]["refused_at"].is_null()), (&json!(0), false), "{found}");
    stage.app.finish().await;
}

async fn in_clear_a_mark_is_good_for_one_text(db: TestDb) {
    let stage = Stage::set(db).await;
    let mut wish = stage.wish("wechat", "wxb11529c136998cb6");
    (wish["details"]["sealing"], wish["details"]["aes_key"]) = (json!("plain"), Value::Null);
    let account = stage.admin.post("/wechat-accounts", wish).await.ok();
    let caller = Caller::of(&stage.app, &account);
    let said = text("oUser_1", "1", "在吗");
    assert_eq!(caller.tell_plainly(&stage.app, "n1", &said).await, (200, "success".into()));
    assert_eq!(caller.tell_plainly(&stage.app, "n1", &said).await, (200, "success".into()));
    // Whoever saw the mark says something of their own with it.
    assert_eq!(caller.tell_plainly(&stage.app, "n1", &text("oUser_1", "2", "转账")).await.0, 403);
    stage.app.settle().await;
    let id = stage.conversation().await;
    assert_eq!(stage.texts(&id).await, ["在吗"]);
    stage.app.finish().await;
}

async fn a_token_that_ended_is_replaced_once_and_what_was_said_goes_out(db: TestDb) {
    let stage = Stage::set(db).await;
    let (account, caller) = stage.official().await;
    stage.hear(&caller, &text("oUser_1", "1", "在吗")).await;
    stage.platform.allow("oUser_1", 5);
    let id = stage.conversation().await;
    stage.say(&id, "r1", "在").await;
    let given = stage.platform.known().tokens_given;
    stage.say(&id, "r2", "请讲").await;
    assert_eq!(stage.platform.known().tokens_given, given, "one token serves");
    // Somebody else got one, which made ours worthless.
    stage.platform.known().token = "TOKEN_OF_ANOTHER".into();
    stage.say(&id, "r3", "好的").await;
    assert_eq!(stage.platform.said_to("oUser_1"), ["在", "请讲", "好的"]);
    // Before its end it is renewed by itself.
    stage.app.db.clock.advance(2 * HOUR - 60_000);
    stage.platform.known().token = String::new();
    stage.say(&id, "r4", "再见").await;
    assert_eq!(stage.platform.said_to("oUser_1").len(), 4);
    let found = stage.admin.get(&format!("/wechat-accounts/{}", account["id"].as_str().unwrap())).await.ok();
    assert!(found["calls"]["token_until"].as_i64().unwrap() > stage.app.app.clock().now().millis() + HOUR, "{found}");
    // A minute before its end the platform gives none: the old one is good that long.
    stage.app.db.clock.advance(2 * HOUR - 60_000);
    stage.platform.known().gives_none = true;
    stage.say(&id, "r4b", "还在吗").await;
    assert_eq!(stage.platform.said_to("oUser_1").len(), 5);
    stage.platform.known().gives_none = false;
    stage.platform.allow("oUser_1", 5);
    // What passes is tried again; what does not is told in words.
    stage.platform.fail(-1, "system error");
    stage.say(&id, "r5", "还在吗").await;
    assert_eq!(stage.last(&id).await, ("waiting".into(), json!("busy")));
    stage.app.db.clock.advance(60_000);
    stage.app.settle().await;
    assert_eq!(stage.last(&id).await.0, "sent");
    for (code, why) in [(48_001, "not_granted"), (40_164, "address"), (43_004, "not_following"), (87_014, "content")] {
        stage.platform.fail(code, "no");
        stage.say(&id, why, "您好").await;
        assert_eq!(stage.last(&id).await, ("failed".into(), json!(why)));
    }
    stage.app.finish().await;
}

async fn pictures_voices_and_places_come_and_pictures_go(db: TestDb) {
    let stage = Stage::set(db).await;
    let (_, caller) = stage.official().await;
    stage.platform.known().files.insert("m1".into(), ("image/png".into(), PNG.to_vec()));
    stage.platform.known().files.insert("m3".into(), ("application/octet-stream".into(), b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0".to_vec()));
    stage.hear(&caller, &message("oUser_1", "image", "1", "<PicUrl>http://mmbiz.example/x</PicUrl><MediaId>m1</MediaId>")).await;
    stage.hear(&caller, &message("oUser_1", "voice", "2", "<MediaId>gone</MediaId><Format>amr</Format><Recognition>漏水了</Recognition>")).await;
    stage.hear(&caller, &message("oUser_1", "image", "3", "<MediaId>m3</MediaId>")).await;
    stage.hear(&caller, &message("oUser_1", "location", "4", "<Location_X>23.13</Location_X><Location_Y>113.32</Location_Y><Scale>20</Scale><Label>天河路 1 号</Label>")).await;
    stage.hear(&caller, &message("oUser_1", "link", "5", "<Title>净水器</Title><Description>型号</Description><Url>https://shop.example/1</Url>")).await;
    let id = stage.conversation().await;
    let all = stage.messages(&id).await;
    let files: Vec<_> = all.iter().filter(|message| message["kind"] == "file").collect();
    assert_eq!(files.len(), 1, "{all:?}");
    assert_eq!(stage.texts(&id).await, ["漏水了", "📍 天河路 1 号\n23.13, 113.32", "🔗 净水器\n型号\nhttps://shop.example/1"]);
    let dropped: Vec<_> = all.iter().filter(|message| message["data"]["event"] == "files_dropped").map(|line| line["text"].clone()).collect();
    assert_eq!(dropped.len(), 2, "{all:?}");

    stage.platform.allow("oUser_1", 5);
    let sent = stage.admin.request(reqwest::Method::POST, "/files").multipart(
        reqwest::multipart::Form::new().part("file", reqwest::multipart::Part::bytes(PNG.to_vec()).file_name("接口.png")));
    let file = Person::reply(sent).await.ok();
    stage.admin.post(&format!("/conversations/{id}/messages"), json!({"client_id": "f1", "text": "接口.png", "file_id": file["id"]})).await.ok();
    stage.app.settle().await;
    assert_eq!(stage.last(&id).await, ("sent".into(), Value::Null));
    {
        let known = stage.platform.known();
        assert_eq!((known.uploads[0].0.as_str(), known.uploads[0].1.as_slice()), ("image", PNG));
        assert_eq!(known.said.last().unwrap().1["image"]["media_id"], "MEDIA_1");
    }
    stage.app.finish().await;
}

async fn who_follows_is_welcomed_and_who_leaves_is_not_written_to(db: TestDb) {
    let stage = Stage::set(db).await;
    let mut wish = stage.wish("wechat", "wxb11529c136998cb6");
    wish["details"]["welcome"] = json!("欢迎关注 ]]> 青禾");
    let account = stage.admin.post("/wechat-accounts", wish).await.ok();
    let caller = Caller::of(&stage.app, &account);
    let (status, answer) = caller.tell(&stage.app, &event("oUser_1", "subscribe", 1_764_000_000, "<EventKey></EventKey>")).await;
    let sealed = answer.split("<Encrypt><![CDATA[").nth(1).unwrap().split("]]>").next().unwrap();
    let said = unseal(sealed);
    assert_eq!(status, 200);
    assert!(said.contains("<ToUserName><![CDATA[oUser_1]]>") && said.contains("欢迎关注 ]]]]><![CDATA[> 青禾"), "{said}");
    // Nobody has asked for anything yet.
    stage.app.settle().await;
    assert!(stage.conversations().await.is_empty());
    stage.hear(&caller, &event("oUser_1", "CLICK", 1_764_000_001, "<EventKey>人工客服</EventKey>")).await;
    let id = stage.conversation().await;
    assert_eq!(stage.texts(&id).await, ["人工客服"]);
    assert_eq!(stage.deliveries(&id).await["limits"]["left"], 3);
    stage.hear(&caller, &event("oUser_1", "unsubscribe", 1_764_000_002, "")).await;
    assert_eq!(stage.deliveries(&id).await["limits"]["left"], 0);
    stage.app.finish().await;
}

async fn r031_what_is_written_to_wecom_is_read_and_its_answer_goes_back(db: TestDb) {
    let stage = Stage::set(db).await;
    let (_, caller) = stage.wecom().await;
    assert_eq!(caller.verify(&stage.app, true, "1616140317555161061").await, (200, "1616140317555161061".into()));
    stage.platform.known().people.insert("wmA".into(), json!({"external_userid": "wmA", "nickname": "孙倩", "unionid": "u1"}));
    // What was said before we were there was somebody else's to answer.
    stage.platform.known().lines.push(json!({"msgid": "old", "open_kfid": "wkTest", "external_userid": "wmA", "origin": 3, "send_time": 1, "msgtype": "text", "text": {"content": "很久以前"}}));
    for (id, words) in [("m1", "你好"), ("m2", "想改地址"), ("m3", "来得及吗"), ("m4", "？")] {
        stage.line(json!({"msgid": id, "external_userid": "wmA", "msgtype": "text", "text": {"content": words}}));
    }
    stage.line(json!({"msgid": "m5", "external_userid": "wmA", "origin": 5, "msgtype": "text", "text": {"content": "我是同事"}}));
    stage.hear(&caller, &something("wkTest")).await;
    stage.hear(&caller, &something("wkTest")).await;
    let id = stage.conversation().await;
    assert_eq!(stage.texts(&id).await, ["你好", "想改地址", "来得及吗", "？"]);
    let row = stage.conversations().await[0].clone();
    assert_eq!((&row["customer_name"], &row["channel_kind"]), (&json!("孙倩"), &json!("wecom")));

    stage.platform.allow("wmA", 5);
    stage.say(&id, "r1", "来得及").await;
    assert_eq!(stage.platform.said_to("wmA"), ["来得及"]);
    // A colleague at WeCom had the talk: it is taken from there.
    stage.platform.known().held = true;
    stage.say(&id, "r2", "请把新地址发给我").await;
    assert_eq!(stage.platform.said_to("wmA").len(), 2);
    let delivery = stage.deliveries(&id).await["deliveries"][0].clone();
    assert_eq!(delivery["state"], "sent");

    // What WeCom took did not arrive after all.
    stage.line(json!({"msgid": "e1", "origin": 4, "msgtype": "event", "event": {"event_type": "msg_send_fail", "open_kfid": "wkTest", "external_userid": "wmA", "fail_msgid": delivery["external_id"], "fail_type": 10}}));
    stage.hear(&caller, &something("wkTest")).await;
    assert_eq!(stage.last(&id).await, ("failed".into(), json!("blocked")));
    stage.app.finish().await;
}

async fn who_enters_wecom_is_welcomed_once(db: TestDb) {
    let stage = Stage::set(db).await;
    let mut wish = stage.wish("wecom", "wx5823bf96d3bd56c7");
    wish["details"]["welcome"] = json!("您好，请讲");
    let account = stage.admin.post("/wechat-accounts", wish).await.ok();
    let caller = Caller::of(&stage.app, &account);
    stage.line(json!({"msgid": "e1", "origin": 4, "msgtype": "event", "event": {"event_type": "enter_session", "open_kfid": "wkTest", "external_userid": "wmA", "welcome_code": "CODE"}}));
    stage.hear(&caller, &something("wkTest")).await;
    stage.hear(&caller, &something("wkTest")).await;
    let welcomed = stage.platform.known().welcomed.clone();
    assert_eq!((welcomed.len(), &welcomed[0]["code"], &welcomed[0]["text"]["content"]), (1, &json!("CODE"), &json!("您好，请讲")));
    assert!(stage.conversations().await.is_empty());
    stage.app.finish().await;
}

async fn r026_whom_wechat_says_to_be_one_person_is_one_customer_on_both_channels(db: TestDb) {
    let stage = Stage::set(db).await;
    let (_, official) = stage.official().await;
    let (_, wecom) = stage.wecom().await;
    let people = [("oUser_1", "u1", ""), ("wmA", "u1", "孙倩"), ("wmB", "u2", "孙倩")];
    for (user, union, name) in people {
        stage.platform.known().people.insert(user.into(), json!({"openid": user, "external_userid": user, "unionid": union, "nickname": name, "subscribe": 1}));
    }
    stage.line(json!({"msgid": "m1", "external_userid": "wmA", "msgtype": "text", "text": {"content": "微信客服来的"}}));
    stage.hear(&wecom, &something("wkTest")).await;
    stage.hear(&official, &text("oUser_1", "1", "公众号来的")).await;
    // Of the same name, and somebody else.
    stage.line(json!({"msgid": "m2", "external_userid": "wmB", "msgtype": "text", "text": {"content": "同名的人"}}));
    stage.hear(&wecom, &something("wkTest")).await;
    let all = stage.conversations().await;
    let of = |kind: &str| all.iter().filter(|row| row["channel_kind"] == kind).map(|row| row["customer_id"].clone()).collect::<Vec<_>>();
    let (by_account, by_wecom) = (of("wechat"), of("wecom"));
    assert_eq!((by_account.len(), by_wecom.len()), (1, 2), "{all:?}");
    assert_eq!(by_wecom.iter().filter(|customer| **customer == by_account[0]).count(), 1);
    let timeline = stage.admin.get(&format!("/conversations?customer={}", by_account[0].as_str().unwrap())).await.ok();
    assert_eq!(timeline["items"].as_array().unwrap().len(), 2, "{timeline}");
    stage.app.finish().await;
}

async fn secrets_stay_where_they_are(db: TestDb) {
    let stage = Stage::set(db).await;
    let agent = stage.app.person("agent").await;
    let (account, _) = stage.official().await;
    let path = format!("/wechat-accounts/{}", account["id"].as_str().unwrap());
    agent.get(&path).await.refused(403, "forbidden");
    agent.get("/wechat-accounts").await.refused(403, "forbidden");
    agent.post("/wechat-accounts", stage.wish("wechat", "wx0000000000000000")).await.refused(403, "forbidden");
    stage.admin.post("/wechat-accounts", stage.wish("wechat", "wxb11529c136998cb6")).await.refused(409, "wechat.account_taken");
    let mut broken = stage.wish("wechat", "wx 1");
    broken["details"]["base_url"] = json!("http://169.254.169.254");
    let refused = stage.admin.post("/wechat-accounts", broken).await;
    refused.refused_field("base_url", "malformed");
    let elsewhere = json!({"version": 1, "details": {"base_url": "https://evil.example"}});
    stage.admin.patch(&path, elsewhere).await.refused_field("secret", "required");
    let changed = stage.admin.patch(&path, json!({"version": 1, "details": {"name": "新名", "secret": "another-secret"}})).await.ok();
    stage.admin.patch(&path, json!({"version": 1, "details": {"name": "旧"}})).await.refused(409, "wechat.stale");
    let channel = stage.admin.get(&format!("/channels/{}", changed["channel_id"].as_str().unwrap())).await.ok();
    assert_eq!((&channel["kind"], &channel["name"]), (&json!("wechat"), &json!("新名")));
    let probe = stage.admin.post(&format!("{path}/probe"), json!({})).await.ok();
    assert_eq!(probe["trouble"], "credentials", "{probe}");
    stage.admin.patch(&path, json!({"version": 2, "details": {"secret": SECRET}})).await.ok();
    assert_eq!(stage.admin.post(&format!("{path}/probe"), json!({})).await.ok()["trouble"], Value::Null);
    stage.admin.post("/channels", json!({"kind": "wechat", "name": "x"})).await.refused_field("kind", "not_allowed");
    let trail = stage.admin.get("/audit-entries?limit=100").await.ok().to_string();
    let list = stage.admin.get("/wechat-accounts").await.ok().to_string();
    for text in [account.to_string(), changed.to_string(), list, trail] {
        for secret in [SECRET, KEY, TOKEN, "another-secret", "TOKEN_1"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    stage.app.finish().await;
}

async fn who_is_erased_is_a_stranger_afterwards(db: TestDb) {
    let stage = Stage::set(db).await;
    let (_, caller) = stage.official().await;
    stage.hear(&caller, &text("oUser_1", "1", "在吗")).await;
    let row = stage.conversations().await[0].clone();
    let customer = row["customer_id"].as_str().unwrap().to_owned();
    let export = stage.admin.get(&format!("/customers/{customer}/export?reason=%E5%AE%A2%E6%88%B7%E8%A6%81%E6%B1%82%E5%AF%BC%E5%87%BA")).await.ok();
    assert!(export.to_string().contains("oUser_1"), "{export}");
    stage.admin.post(&format!("/conversations/{}/closure", row["id"].as_str().unwrap()), json!({})).await.ok();
    stage.admin.post(&format!("/customers/{customer}/erasure"), json!({"reason": "客户本人要求删除"})).await.ok();
    stage.app.settle().await;
    stage.hear(&caller, &text("oUser_1", "2", "你好")).await;
    let all = stage.conversations().await;
    let open: Vec<_> = all.iter().filter(|row| row["state"] != "closed").collect();
    assert_eq!(open.len(), 1);
    assert_ne!(open[0]["customer_id"], json!(customer));
    stage.app.finish().await;
}

}
