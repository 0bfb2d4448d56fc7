//! What the department and its customers rely on of mail: against Dovecot and Postfix.

use serde_json::{Value, json};
use testkit::{MailServer, Person, TestApp, on_both};

use crate::house::{World as _, conversations, header, mailbox, messages, modules, said, unique, until, wish};

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

async fn r026_a_part_of_a_thread_that_was_split_off_is_answered_as_a_thread_of_its_own(db: TestDb) {
    let Some(server) = MailServer::found() else { return };
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let (desk, customer) = (format!("{}@zhike.test", unique("desk")), format!("{}@shop.test", unique("wang")));
    mailbox(&admin, wish(&server, &desk)).await;
    server.deliver(&customer, &desk, &format!("From: {customer}\nTo: {desk}\nMessage-ID: <one-{customer}>\nSubject: kuaidi\n\n快递到哪了，另外发票怎么开\n")).await;
    let from = conversations(&admin, 1).await[0]["id"].as_str().unwrap().to_owned();
    let seq = messages(&admin, &from).await.into_iter().find(|one| one["kind"] == "text").unwrap()["seq"].clone();
    let own = admin.post(&format!("/conversations/{from}/split"), json!({"messages": [seq], "subject": "Invoice", "mine": true})).await.ok();
    let own = own["id"].as_str().unwrap().to_owned();
    app.settle().await;
    // Both are open at once, and each is answered under its own subject.
    admin.post(&format!("/conversations/{own}/messages"), json!({"client_id": "r1", "text": "发票已开"})).await.ok();
    let answer = until("the answer", async || server.inbox(&customer).into_iter().find(|mail| header(mail, "Subject").contains("Invoice"))).await;
    let message_id = header(&answer, "Message-ID").to_owned();
    server.deliver(&customer, &desk, &format!("From: {customer}\nTo: {desk}\nMessage-ID: <two-{customer}>\nReferences: {message_id}\nSubject: Re: Invoice\n\n发票收到\n")).await;
    until("the customer's answer", async || said(&messages(&admin, &own).await).contains(&"发票收到").then_some(())).await;
    // What names neither is said where the customer writes.
    server.deliver(&customer, &desk, &format!("From: {customer}\nTo: {desk}\nMessage-ID: <three-{customer}>\nSubject: hello\n\n快递呢\n")).await;
    until("the other words", async || said(&messages(&admin, &from).await).contains(&"快递呢").then_some(())).await;
    assert!(!said(&messages(&admin, &own).await).contains(&"快递呢"));
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

async fn a_mail_begun_at_the_desk_is_answered_into_its_conversation(db: TestDb) {
    let Some(server) = MailServer::found() else { return };
    let app = TestApp::start(db, modules()).await;
    let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
    let desk = format!("{}@zhike.test", unique("desk"));
    let at = |name: &str| format!("{}@shop.test", unique(name));
    let (customer, copy, hidden) = (at("wang"), at("copy"), at("hidden"));
    let found = mailbox(&admin, wish(&server, &desk)).await;
    let known = admin.post("/customers", json!({"name": "王小明", "email": customer})).await.ok();
    let senders = format!("/mail-senders?customer={}", known["id"].as_str().unwrap());
    let sender = admin.get(&senders).await.ok()[0].clone();
    assert_eq!((&sender["address"], &sender["open"]), (&json!(desk), &Value::Null));
    let part = reqwest::multipart::Part::text("保修条款").file_name("保修.txt").mime_str("text/plain").unwrap();
    let form = reqwest::multipart::Form::new().part("file", part);
    let file = Person::reply(admin.request(reqwest::Method::POST, "/files").multipart(form)).await.ok();
    let mail = json!({
        "client_id": "m1", "mailbox_id": found["id"], "customer_id": known["id"], "subject": "保修已登记", "text": "您的净水器已登记保修。",
        "cc": [copy.to_uppercase()], "bcc": [hidden], "file_ids": [file["id"]],
    });
    let sent = admin.post("/mails", mail.clone()).await.ok();
    let id = sent["conversation_id"].as_str().unwrap().to_owned();
    // Said twice, sent once; and the address is as masked as it is elsewhere.
    assert_eq!(admin.post("/mails", mail.clone()).await.ok()["id"], sent["id"]);
    assert!(sent["recipients"][0]["address"].as_str().unwrap().contains("***"), "{sent}");
    let conversation = admin.get(&format!("/conversations/{id}")).await.ok();
    assert_eq!((&conversation["state"], &conversation["channel_kind"]), (&json!("active"), &json!("email")));
    assert!(!conversation["assignee_id"].is_null());
    let come = async |who: &str| until("the mail", async || server.inbox(who).into_iter().next()).await;
    let (first, second, third) = (come(&customer).await, come(&copy).await, come(&hidden).await);
    for raw in [&first, &second, &third] {
        assert!(raw.contains(&format!("<{customer}>")) && raw.contains(&format!("<{copy}>")) && !raw.contains(&format!("<{hidden}>")), "{raw}");
        assert!(!raw.lines().any(|line| line.starts_with("Bcc")) && raw.contains("attachment"), "{raw}");
    }
    assert_eq!(server.inbox(&customer).len(), 1, "words and file are one mail");

    // Who may not read the conversation does not write into it, and is told so.
    let served = format!("/mail-senders?customer={}", known["id"].as_str().unwrap());
    agent.get(&served).await.refused(404, "not_found");
    // Told twice: before, and when it is tried all the same.
    let sender = admin.get(&senders).await.ok()[0].clone();
    assert_eq!(sender["open"]["conversation_id"], json!(id));
    let more = json!({"client_id": "m2", "mailbox_id": found["id"], "customer_id": known["id"], "subject": "补充", "text": "另附说明。"});
    assert_eq!(admin.post("/mails", more).await.ok()["conversation_id"], json!(id));

    let message_id = header(&first, "Message-ID").to_owned();
    server.deliver(&customer, &desk, &format!(
        "From: {customer}\nTo: {desk}\nCc: {copy}\nMessage-ID: <a-{customer}>\nIn-Reply-To: {message_id}\nSubject: Re: x\n\n收到，谢谢\n"
    )).await;
    until("the answer", async || said(&messages(&admin, &id).await).contains(&"收到，谢谢").then_some(())).await;
    let mails = admin.get(&format!("/conversations/{id}/mails")).await.ok();
    let answer = mails.as_array().unwrap().iter().find(|mail| mail["direction"] == "in").unwrap().clone();
    assert_eq!(answer["others"][0]["address"], json!(copy));
    // Now that they wrote from it, it is no secret here.
    assert_eq!(mails[0]["recipients"][0]["address"], json!(customer));

    // Whoever was in copy stays out of it unless named.
    let path = format!("/conversations/{id}/mails");
    let plain = json!({"client_id": "m3", "subject": "Re: 保修", "text": "不客气。", "quoted_id": answer["id"]});
    admin.post(&path, plain).await.ok();
    // Mails of one moment lie in no order.
    let answers = |raw: &String| header(raw, "In-Reply-To").contains(&format!("a-{customer}"));
    let third = until("the third", async || server.inbox(&customer).into_iter().find(answers)).await;
    assert!(!third.contains(&copy), "{third}");
    assert_eq!(server.inbox(&copy).len(), 1);
    let to_all = json!({"client_id": "m4", "subject": "Re: 保修", "text": "也抄送您。", "cc": [copy]});
    admin.post(&path, to_all).await.ok();
    until("the copy", async || server.inbox(&copy).into_iter().nth(1)).await;
    let trail = admin.get("/audit-entries?limit=100").await.ok().to_string();
    assert!(trail.contains("mail.written") && !trail.contains(&customer) && !trail.contains(&copy), "{trail}");
    app.finish().await;
}

async fn nothing_written_breaks_a_head_or_leads_into_a_house(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
    let wish = json!({
        "name": "邮箱", "address": "desk@example.com", "imap_host": "localhost", "imap_port": 1, "imap_user": "desk", "imap_password": "x",
        "smtp_host": "localhost", "smtp_port": 1, "smtp_user": "desk",
    });
    let made = admin.post("/mailboxes", wish).await.ok();
    let known = admin.post("/customers", json!({"name": "王", "email": "wang@shop.example"})).await.ok();
    let unknown = admin.post("/customers", json!({"name": "李"})).await.ok();
    let mail = |over: Value| {
        let mut mail = json!({"client_id": "m1", "mailbox_id": made["id"], "customer_id": known["id"], "subject": "x", "text": "x"});
        mail.as_object_mut().unwrap().extend(over.as_object().unwrap().clone());
        mail
    };
    for (over, field, code) in [
        (json!({"subject": "x\r\nBcc: a@b.example"}), "subject", "malformed"),
        (json!({"subject": " "}), "subject", "required"),
        (json!({"text": ""}), "text", "required"),
        (json!({"cc": ["a@b.example\r\nBcc: c@d.example"]}), "cc", "malformed"),
        (json!({"bcc": ["root@localhost"]}), "bcc", "malformed"),
        (json!({"to": ["admin@10.0.0.1"]}), "to", "malformed"),
        (json!({"cc": ["printer@office.local"]}), "cc", "malformed"),
        (json!({"cc": ["desk@example.com"]}), "cc", "ours"),
        (json!({"cc": (0..20).map(|n| format!("p{n}@b.example")).collect::<Vec<_>>()}), "to", "too_many"),
        (json!({"address": "other@shop.example"}), "address", "known_otherwise"),
        (json!({"customer_id": unknown["id"]}), "address", "required"),
        (json!({"customer_id": unknown["id"], "address": "a@b"}), "address", "malformed"),
        (json!({"file_ids": ["fil_01jd3k5v2pf6z8q0w4x7y9abcd"]}), "file_ids", "unknown"),
    ] {
        admin.post("/mails", mail(over)).await.refused_field(field, code);
    }
    let (from, address) = (unknown["id"].clone(), json!("li@shop.example"));
    admin.post("/mails", mail(json!({"customer_id": from, "address": address, "client_id": "m2"}))).await.ok();
    let customer = admin.get(&format!("/customers/{}", unknown["id"].as_str().unwrap())).await.ok();
    assert_eq!(customer["email"], json!("l***@shop.example"));
    // Known of one by this mailbox, it is no one else's.
    let third = admin.post("/customers", json!({"name": "赵"})).await.ok();
    let taken = mail(json!({"customer_id": third["id"], "address": "li@shop.example", "client_id": "m3"}));
    admin.post("/mails", taken).await.refused(409, "mail.address_of_another");
    agent.post("/mails", mail(json!({}))).await.refused(404, "not_found");
    assert_eq!(conversations(&admin, 1).await.len(), 1);
}

async fn what_is_passed_on_stays_between_us_and_whom_it_went_to(db: TestDb) {
    let Some(server) = MailServer::found() else { return };
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let (desk, customer) = (format!("{}@zhike.test", unique("desk")), format!("{}@shop.test", unique("sun")));
    let factory = format!("{}@shop.test", unique("factory"));
    mailbox(&admin, wish(&server, &desk)).await;
    server.deliver(&customer, &desk, &format!("From: {customer}\nTo: {desk}\nMessage-ID: <f-{customer}>\nSubject: =?utf-8?B?5ryP5rC0?=\nContent-Type: text/plain; charset=utf-8\n\n接口漏水\n")).await;
    let id = conversations(&admin, 1).await[0]["id"].as_str().unwrap().to_owned();
    let mails = format!("/conversations/{id}/mails");
    let theirs = admin.get(&mails).await.ok()[0].clone();
    let path = format!("/mails/{}/forward", theirs["id"].as_str().unwrap());
    let forward = json!({"client_id": "f1", "to": [factory], "subject": "Fwd: 漏水", "text": "请看看是否批次问题。"});
    let mut to_them = forward.clone();
    to_them["to"] = json!([customer]);
    admin.post(&path, to_them).await.refused_field("to", "customer");
    let gone = admin.post(&path, forward).await.ok();
    assert_eq!(gone["kind"], json!("forward"));
    let note = messages(&admin, &id).await.into_iter().find(|message| message["seq"] == gone["seq"]).unwrap();
    assert_eq!((&note["kind"], &note["staff_only"]), (&json!("note"), &json!(true)));
    let raw = until("the forward", async || server.inbox(&factory).into_iter().next()).await;
    assert!(header(&raw, "References").is_empty() && !header(&raw, "Subject").contains("[#"), "{raw}");
    // What they answer is not the customer's word.
    let message_id = header(&raw, "Message-ID").to_owned();
    server.deliver(&factory, &desk, &format!("From: {factory}\nTo: {desk}\nMessage-ID: <g-{factory}>\nIn-Reply-To: {message_id}\nReferences: <f-{customer}> {message_id}\nSubject: Re: x\nContent-Type: text/plain; charset=utf-8\n\n是批次问题\n")).await;
    let line = until("their answer", async || {
        let all = messages(&admin, &id).await;
        all.into_iter().find(|message| message["data"]["event"] == "forward_answered")
    })
    .await;
    assert_eq!((&line["text"], &line["staff_only"]), (&json!("是批次问题"), &json!(true)));
    assert!(!said(&messages(&admin, &id).await).contains(&"是批次问题"));
    assert_eq!(conversations(&admin, 1).await.len(), 1);
    // And none of it reaches the customer.
    admin.post(&format!("/conversations/{id}/messages"), json!({"client_id": "r1", "text": "我们换新。"})).await.ok();
    let answer = until("the answer", async || server.inbox(&customer).into_iter().next()).await;
    assert!(!answer.contains(&factory) && !answer.contains(gone["id"].as_str().unwrap()), "{answer}");
    app.finish().await;
}

}
