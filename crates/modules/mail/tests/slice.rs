//! What the department and its customers rely on of mail: against Dovecot and Postfix.

use std::time::Duration;

use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor,
    address::Envelope,
    transport::smtp::client::{Certificate, Tls, TlsParameters},
};
use serde_json::{Value, json};
use testkit::{MailServer, Person, TestApp, on_both};

fn modules() -> Vec<http::Module> {
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        tasks::module(),
        files::module(std::env::temp_dir().join("zhike-mail-files")).expect("a folder"),
        customers::module(),
        channels::module(),
        conversations::module(),
        routing::module(),
        mail::module(),
    ]
}

/// What the world does with the mail server of the test command.
trait World {
    async fn deliver(&self, from: &str, to: &str, raw: &str);
    fn inbox(&self, address: &str) -> Vec<String>;
}

impl World for MailServer {
    /// Hands a mail to the server, as the world does.
    async fn deliver(&self, from: &str, to: &str, raw: &str) {
        let certificate = Certificate::from_pem(self.pem().as_bytes()).expect("a certificate");
        let tls =
            TlsParameters::builder("localhost".into()).add_root_certificate(certificate).build().expect("parameters");
        let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("localhost")
            .port(self.port("smtp"))
            .tls(Tls::Required(tls))
            .build::<Tokio1Executor>();
        let from = (!from.is_empty()).then(|| from.parse().expect("an address"));
        let envelope = Envelope::new(from, vec![to.parse().expect("an address")]).expect("an envelope");
        transport.send_raw(&envelope, raw.replace('\n', "\r\n").as_bytes()).await.expect("the server takes it");
    }

    /// What lies in somebody's mailbox, oldest first.
    fn inbox(&self, address: &str) -> Vec<String> {
        let mut all: Vec<_> = std::fs::read_dir(self.new_mail(address))
            .map(|all| all.filter_map(Result::ok).collect())
            .unwrap_or_default();
        all.sort_by_key(std::fs::DirEntry::file_name);
        all.iter().filter_map(|entry| std::fs::read_to_string(entry.path()).ok()).collect()
    }
}

/// Waits for something outside to have come about.
async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let waiting = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(90), waiting).await.unwrap_or_else(|_| panic!("{what} did not come about"))
}

/// A name nobody else in this run has.
fn unique(word: &str) -> String {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    format!("{word}-{}-{}", std::process::id(), COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
}

fn wish(server: &MailServer, address: &str) -> Value {
    json!({
        "name": "售后邮箱", "address": address, "sender_name": "青禾客服",
        "imap_host": "localhost", "imap_port": server.port("imaps"), "imap_security": "tls",
        "imap_user": address, "imap_password": "geheim",
        "smtp_host": "localhost", "smtp_port": server.port("smtp"), "smtp_security": "starttls", "smtp_user": address,
        "certificate": server.pem(), "signature": "青禾商城 客服部",
    })
}

/// A mailbox whose fetch has begun.
async fn mailbox(admin: &Person, wish: Value) -> Value {
    let new = admin.post("/mailboxes", wish).await.ok();
    let path = format!("/mailboxes/{}", new["id"].as_str().unwrap());
    until("the first fetch", async || {
        let found = admin.get(&path).await.ok();
        (!found["fetch"]["succeeded_at"].is_null()).then_some(found)
    })
    .await
}

async fn conversations(admin: &Person, least: usize) -> Vec<Value> {
    until("a conversation", async || {
        let all = admin.get("/conversations").await.ok()["items"].as_array().unwrap().clone();
        (all.len() >= least).then_some(all)
    })
    .await
}

async fn messages(admin: &Person, conversation: &str) -> Vec<Value> {
    admin.get(&format!("/conversations/{conversation}/messages")).await.ok()["items"].as_array().unwrap().clone()
}

fn said(messages: &[Value]) -> Vec<&str> {
    messages
        .iter()
        .filter(|message| message["kind"] == "text")
        .map(|message| message["text"].as_str().unwrap())
        .collect()
}

fn header<'m>(mail: &'m str, name: &str) -> &'m str {
    mail.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default()
}

on_both! { http::schema(&modules());

async fn a_mail_is_a_conversation_and_its_answers_are_one_thread_everywhere(db: TestDb) {
    let Some(server) = MailServer::found() else { return };
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let (desk, customer) = (format!("{}@zhike.test", unique("desk")), format!("{}@shop.test", unique("wang")));
    let mut wish = wish(&server, &desk);
    wish["acknowledgement"] = json!("我们已收到您的来信。");
    mailbox(&admin, wish).await;
    let first = format!(
        "From: =?gbk?B?zfXQocP3?= <{customer}>\nTo: {desk}\nMessage-ID: <one-{customer}>\nSubject: =?utf-8?B?5Y+R56Wo?=\n\
         Content-Type: text/plain; charset=gb2312\nContent-Transfer-Encoding: base64\n\ntqm1pTEyMzQ1tcS3osax\n"
    );
    server.deliver(&customer, &desk, &first).await;
    // The same mail once more, as servers do when they did not hear that it was taken.
    server.deliver(&customer, &desk, &first).await;
    let conversation = conversations(&admin, 1).await[0].clone();
    let id = conversation["id"].as_str().unwrap().to_owned();
    assert_eq!((&conversation["state"], &conversation["customer_name"]), (&json!("queued"), &json!("王小明")));
    assert_eq!(said(&messages(&admin, &id).await), ["订单12345的发票"]);

    let sent = admin.post(&format!("/conversations/{id}/messages"), json!({"client_id": "r1", "text": "请查收附件。"})).await.ok();
    let answer = until("the answer", async || server.inbox(&customer).into_iter().find(|mail| !mail.contains("Auto-Submitted"))).await;
    assert!(answer.contains(&format!("<{desk}>")) && header(&answer, "In-Reply-To").contains(&format!("<one-{customer}>")), "{answer}");
    let acknowledged: Vec<_> = server.inbox(&customer).into_iter().filter(|mail| mail.contains("Auto-Submitted: auto-replied")).collect();
    assert_eq!(acknowledged.len(), 1);
    let path = format!("/conversations/{id}/mails");
    let mails = until("the mail's state", async || {
        let mails = admin.get(&path).await.ok();
        mails.as_array().unwrap().iter().all(|mail| mail["state"] != "waiting").then_some(mails)
    })
    .await;
    let mails = mails.as_array().unwrap();
    assert_eq!(mails.len(), 3, "{mails:?}");
    let out = mails.iter().find(|mail| mail["seq"] == sent["seq"]).unwrap();
    assert_eq!((&out["state"], &out["recipients"][0]["address"]), (&json!("sent"), &json!(customer)));

    // Sent is sent.
    let said_path = format!("/conversations/{id}/messages/{}", sent["seq"]);
    admin.post(&format!("{said_path}/recall"), json!({})).await.refused(409, "conversations.sent_out");

    // The customer answers: from what their program knows, or from the subject alone.
    let message_id = header(&answer, "Message-ID").to_owned();
    server.deliver(&customer, &desk, &format!(
        "From: {customer}\nTo: {desk}\nMessage-ID: <two-{customer}>\nIn-Reply-To: {message_id}\nReferences: {message_id}\nSubject: Re: x\n\n谢谢\n\n在 2026年11月23日，客服 写道：\n> 请查收附件。\n"
    )).await;
    until("the customer's answer", async || said(&messages(&admin, &id).await).contains(&"谢谢").then_some(())).await;
    let stranger = format!("{}@shop.test", unique("li"));
    server.deliver(&stranger, &desk, &format!("From: {stranger}\nTo: {desk}\nMessage-ID: <x-{stranger}>\nReferences: <one-{customer}>\nSubject: Re: x\n\n我也问\n")).await;
    // Who only names the customer's own mail, which anybody in copy knows, is somebody else.
    assert_eq!(conversations(&admin, 2).await.len(), 2);
    assert!(!said(&messages(&admin, &id).await).contains(&"我也问"));
    app.finish().await;
}

async fn what_comes_back_marks_what_went(db: TestDb) {
    let Some(server) = MailServer::found() else { return };
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let (desk, customer) = (format!("{}@zhike.test", unique("desk")), format!("{}@full.test", unique("who")));
    mailbox(&admin, wish(&server, &desk)).await;
    server.deliver(&customer, &desk, &format!("From: {customer}\nTo: {desk}\nMessage-ID: <b-{customer}>\nSubject: x\n\n在吗\n")).await;
    let id = conversations(&admin, 1).await[0]["id"].as_str().unwrap().to_owned();
    admin.post(&format!("/conversations/{id}/messages"), json!({"client_id": "r1", "text": "在"})).await.ok();
    let failed = until("the bounce", async || {
        let mails = admin.get(&format!("/conversations/{id}/mails")).await.ok();
        mails.as_array().unwrap().iter().find(|mail| mail["state"] == "failed").cloned()
    })
    .await;
    assert!(failed["why"].as_str().unwrap().contains("5.2.2"), "{failed}");
    let events = messages(&admin, &id).await;
    assert!(events.iter().any(|message| message["data"]["event"] == "mail_failed"), "{events:?}");
    // A machine was not answered, and opened nothing.
    assert_eq!(conversations(&admin, 1).await.len(), 1);
    let trail = admin.get("/audit-entries?limit=100").await.ok().to_string();
    assert!(trail.contains("mail.failed") && !trail.contains(&customer), "{trail}");
}

async fn one_bad_mail_stops_nothing(db: TestDb) {
    let Some(server) = MailServer::found() else { return };
    let app = TestApp::start(db, modules()).await;
    let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
    let (desk, customer) = (format!("{}@zhike.test", unique("desk")), format!("{}@shop.test", unique("zhao")));
    let found = mailbox(&admin, wish(&server, &desk)).await;
    let path = format!("/mailboxes/{}", found["id"].as_str().unwrap());
    server.deliver(&customer, &desk, "Subject: nobody wrote this\n\nhi\n").await;
    let nested = "Content-Type: multipart/mixed; boundary=a\n\n--a\n".repeat(100);
    server.deliver(&customer, &desk, &format!("From: {customer}\n{nested}")).await;
    server.deliver(&customer, &desk, &format!("From: {customer}\nAuto-Submitted: auto-replied\nMessage-ID: <auto-{customer}>\nSubject: x\n\nI am away\n")).await;
    server.deliver(&customer, &desk, &format!("From: {customer}\nMessage-ID: <good-{customer}>\nSubject: x\n\n还在吗\n")).await;
    let id = conversations(&admin, 1).await[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(said(&messages(&admin, &id).await), ["还在吗"]);
    let after = admin.get(&path).await.ok();
    let counts = [&after["fetch"]["received"], &after["fetch"]["set_aside"], &after["fetch"]["unreadable"]];
    assert_eq!(counts, [&json!(1), &json!(1), &json!(2)]);
    let unreadable = admin.get(&format!("{path}/unreadable-mails")).await.ok();
    let mut why: Vec<_> = unreadable["items"].as_array().unwrap().iter().map(|one| one["why"].as_str().unwrap()).collect();
    why.sort_unstable();
    assert_eq!(why, ["no_sender", "too_deep"]);
    let raw = format!("{path}/unreadable-mails/{}/raw", unreadable["items"][0]["id"].as_str().unwrap());
    assert!(admin.get(&raw).await.status.is_success());
    agent.get(&raw).await.refused(403, "forbidden");
    agent.get(&path).await.refused(403, "forbidden");
    // Whoever may not read the conversation does not read its mails either.
    agent.get(&format!("/conversations/{id}/mails")).await.refused(404, "not_found");
}

async fn a_page_runs_nothing_and_fetches_nothing_unasked(db: TestDb) {
    let Some(server) = MailServer::found() else { return };
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let (desk, customer) = (format!("{}@zhike.test", unique("desk")), format!("{}@shop.test", unique("qian")));
    mailbox(&admin, wish(&server, &desk)).await;
    server.deliver(&customer, &desk, &format!(
        "From: {customer}\nMessage-ID: <h-{customer}>\nSubject: x\nContent-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: text/html; charset=utf-8\n\n\
         <p>您好<script>alert(1)</script><a href=\"javascript:alert(1)\">x</a><img src=\"https://track.example/p.gif\"></p>\n\
         --a\nContent-Type: text/plain; name=\"list.txt\"\nContent-Disposition: attachment; filename=\"list.txt\"\n\none\n\
         --a\nContent-Type: application/x-msdownload\nContent-Disposition: attachment; filename=\"a.exe\"\nContent-Transfer-Encoding: base64\n\nTVqQAAMAAAAEAAAA//8AALgAAAA=\n--a--\n"
    )).await;
    let id = conversations(&admin, 1).await[0]["id"].as_str().unwrap().to_owned();
    let all = messages(&admin, &id).await;
    assert_eq!(all.iter().filter(|message| message["kind"] == "file").count(), 1, "{all:?}");
    let mails = admin.get(&format!("/conversations/{id}/mails")).await.ok();
    assert_eq!((&mails[0]["remote_pictures"], &mails[0]["dropped"][0]["name"]), (&json!(1), &json!("a.exe")));
    let path = format!("/mails/{}/page", mails[0]["id"].as_str().unwrap());
    let page = async |query: &str| {
        let answer = admin.request(reqwest::Method::GET, &format!("{path}{query}")).send().await.unwrap();
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        (policy, answer.text().await.unwrap())
    };
    let (policy, html) = page("").await;
    assert!(policy.contains("sandbox") && policy.contains("default-src 'none'") && !policy.contains("https:"), "{policy}");
    assert!(html.contains("您好") && !html.contains("<script") && !html.contains("javascript:"), "{html}");
    assert!(!html.contains("src=\"https://track.example"), "{html}");
    let (policy, html) = page("?pictures=true").await;
    assert!(policy.contains("https:") && html.contains("src=\"https://track.example/p.gif\""), "{html}");
}

async fn passwords_stay_where_they_are(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
    let wish = json!({
        "name": "邮箱", "address": "Desk@Example.com", "imap_host": "localhost", "imap_port": 1, "imap_user": "desk", "imap_password": "sehr-geheim",
        "smtp_host": "localhost", "smtp_port": 1, "smtp_user": "desk", "state": "paused",
    });
    agent.post("/mailboxes", wish.clone()).await.refused(403, "forbidden");
    let made = admin.post("/mailboxes", wish.clone()).await.ok();
    let path = format!("/mailboxes/{}", made["id"].as_str().unwrap());
    admin.post("/mailboxes", wish.clone()).await.refused(409, "mail.address_taken");
    let elsewhere = json!({"version": 1, "details": {"imap_host": "evil.example"}});
    admin.patch(&path, elsewhere).await.refused_field("imap_password", "required");
    admin.patch(&path, json!({"version": 1, "details": {"sender_name": "a\r\nBcc: x@y.z"}})).await.refused_field("sender_name", "malformed");
    let changed = admin.patch(&path, json!({"version": 1, "details": {"name": "新邮箱"}})).await.ok();
    admin.patch(&path, json!({"version": 1, "details": {"name": "旧"}})).await.refused(409, "mail.stale");
    let channel = admin.get(&format!("/channels/{}", changed["channel_id"].as_str().unwrap())).await.ok();
    assert_eq!((&channel["kind"], &channel["name"], &channel["state"]), (&json!("email"), &json!("新邮箱"), &json!("paused")));
    let probe = admin.post(&format!("{path}/probe"), json!({})).await.ok();
    assert_eq!((&probe["imap"]["trouble"], &probe["smtp"]["trouble"]), (&json!("unreachable"), &json!("unreachable")));
    let trail = admin.get("/audit-entries?limit=100").await.ok().to_string();
    for text in [made.to_string(), changed.to_string(), admin.get("/mailboxes").await.ok().to_string(), trail] {
        assert!(!text.contains("sehr-geheim"), "{text}");
    }
    admin.post("/channels", json!({"kind": "email", "name": "x"})).await.refused_field("kind", "not_allowed");
}

async fn a_probe_says_what_stands_in_the_way(db: TestDb) {
    let Some(server) = MailServer::found() else { return };
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let address = format!("{}@zhike.test", unique("probe"));
    let good = wish(&server, &address);
    let mut wrong = wish(&server, &format!("{}@zhike.test", unique("probe")));
    (wrong["imap_password"], wrong["smtp_password"]) = (json!("falsch"), json!("falsch"));
    let mut strange = wish(&server, &format!("{}@zhike.test", unique("probe")));
    strange["certificate"] = json!("");
    for (wish, expected) in [(good, Value::Null), (wrong, json!("sign_in")), (strange, json!("certificate"))] {
        let made = admin.post("/mailboxes", wish).await.ok();
        let probe = admin.post(&format!("/mailboxes/{}/probe", made["id"].as_str().unwrap()), json!({})).await.ok();
        assert_eq!((&probe["imap"]["trouble"], &probe["smtp"]["trouble"]), (&expected, &expected), "{probe}");
    }
}

}
