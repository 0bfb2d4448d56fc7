//! What is not kept for ever goes over all modules: complaints, feedback and copies of mails by terms of their own, mails and
//! what a model was asked with the conversation they belong to.

use serde_json::{Value, json};
use store::sql;
use testkit::on_both;

use crate::product;

const DAY: i64 = 86_400_000;

sql! {
    ARCHIVE = "UPDATE complaints SET step = 'archived', closed_at = $2 WHERE id = $1";
    CLOSE = "UPDATE feedback_items SET state = 'closed', closed_at = $2 WHERE id = $1";
    MAIL = "INSERT INTO mails (id, mailbox_id, direction, kind, state, message_id, conversation_id, seq, customer_id, sender, recipients,
            subject, text, html, remote_pictures, attachments, dropped, why, at, sent_at)
        VALUES ($1, $2, 'in', 'mail', $3, $1, $4, NULL, NULL, $5, '[]', '门锁', '门锁打不开', NULL, 0, '[]', '[]', '', $6, NULL)";
    RAW = "INSERT INTO mail_raws (mail_id, raw) VALUES ($1, 'R0IyMzEy')";
    QUESTION = "INSERT INTO assistant_questions (id, conversation_id, customer_id, seen_seq, question, articles, sent, said, outcome, detail,
            article_id, asked_at, took_ms)
        VALUES ('asq_1', $1, NULL, 1, '门锁打不开怎么办', '[]', '门锁打不开怎么办', '请换电池', NULL, '', NULL, $2, NULL)";
    LEFT = "SELECT (SELECT count(*) FROM mail_raws), (SELECT count(*) FROM mails WHERE text <> '' AND conversation_id IS NOT NULL),
        (SELECT count(*) FROM assistant_questions WHERE question <> '' OR said <> '')";
}

on_both! { product::schema();

async fn pipl_complaints_feedback_and_unread_mails_go_by_terms_and_mails_and_questions_with_their_talk(db: TestDb) {
    let app = product::start(db).await;
    app.app.db().write(&app.system(), channels::api::default_web_chat).await.unwrap();
    let admin = app.person("administrator").await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let write = async |statement: &'static store::Statement, values: Vec<store::Value<'static>>| {
        app.app.db().write(&app.system(), move |tx| tx.exec(statement, &values).map(drop)).await.unwrap();
    };
    let owned = |text: &str| store::Value::Text(text.to_owned().into());
    let now = app.app.clock().now().millis();
    let customer = admin.post("/customers", json!({"name": "王小明"})).await.ok();
    let complain = async || {
        let body = json!({"customer_id": customer["id"], "content": "一场雨机盖就发雾", "remedy": "重新做好", "happened_at": now - 1_000, "way": "phone", "severity": "serious", "acknowledged": true});
        text(&admin.post("/complaints", body).await.ok()["id"])
    };
    let (over, open) = (complain().await, complain().await);
    let say = async || {
        let body = json!({"kind": "suggestion", "customer_id": customer["id"], "content": "门口加个充电桩", "way": "counter"});
        text(&admin.post("/feedback-items", body).await.ok()["id"])
    };
    let (answered, waiting) = (say().await, say().await);
    let mailbox = json!({"name": "售后", "address": "us@example.com", "state": "paused", "imap_host": "mail.example.com",
        "imap_user": "service", "imap_password": "secret", "smtp_host": "mail.example.com"});
    let mailbox = text(&admin.post("/mailboxes", mailbox).await.ok()["id"]);
    let talk = admin.post("/conversations", json!({"customer_id": customer["id"]})).await.ok();
    let talk = text(&talk["id"]);
    app.settle().await;

    write(&ARCHIVE, vec![owned(&over), store::Value::Int(now)]).await;
    write(&CLOSE, vec![owned(&answered), store::Value::Int(now)]).await;
    let sender = r#"{"address":"a@example.com","name":""}"#;
    let mail = |id: &str, state: &str, talk: Option<&str>| {
        let talk = talk.map_or(store::Value::Null, &owned);
        vec![owned(id), owned(&mailbox), owned(state), talk, owned(sender), store::Value::Int(now)]
    };
    let unread = kernel::Id::<mail::Mail>::new(app.app.clock().now(), &kernel::Rng::seeded(1)).to_string();
    let read = kernel::Id::<mail::Mail>::new(app.app.clock().now(), &kernel::Rng::seeded(2)).to_string();
    write(&MAIL, mail(&unread, "unreadable", None)).await;
    write(&RAW, vec![owned(&unread)]).await;
    write(&MAIL, mail(&read, "received", Some(&talk))).await;
    write(&QUESTION, vec![owned(&talk), store::Value::Int(now)]).await;

    let kinds = [("complaints", Value::Null), ("feedback", Value::Null), ("unreadable_mails", Value::Null), ("conversations", json!("web_chat"))];
    for (kind, channel) in &kinds {
        let mut body = json!({"version": 0, "days": 90});
        if !channel.is_null() {
            body["channel"] = channel.clone();
        }
        admin.put(&format!("/retention-terms/{kind}"), body).await.ok();
    }
    let night = async || {
        retention::api::remove(&app.app, &app.system()).await.unwrap();
        app.settle().await;
    };
    let left = async || app.app.db().read(&app.system(), |tx| tx.one::<(i64, i64, i64)>(&LEFT, &[])).await.unwrap();
    app.app.clock().advance(91 * DAY);
    for kind in ["complaints", "feedback", "unreadable_mails"] {
        assert_eq!(admin.get(&format!("/retention-terms/{kind}/due?days=90")).await.ok()["records"], 1, "{kind}");
    }
    night().await;
    // Something is unfinished with them: their complaint, their feedback and their talk stay. Whose mail it was nobody knows.
    assert_eq!(admin.get(&format!("/complaints/{over}")).await.ok()["content"], "一场雨机盖就发雾");
    assert_eq!(left().await, (0, 1, 1));

    // Once nothing is: what is closed goes, words, names and files; its number and what it was judged to be stay.
    for id in [&open] {
        write(&ARCHIVE, vec![owned(id), store::Value::Int(now + 90 * DAY)]).await;
    }
    write(&CLOSE, vec![owned(&waiting), store::Value::Int(now + 90 * DAY)]).await;
    admin.post(&format!("/conversations/{talk}/closure"), json!({"note": "好了"})).await.ok();
    night().await;
    let gone = admin.get(&format!("/complaints/{over}")).await.ok();
    assert_eq!((&gone["content"], &gone["customer_name"], &gone["severity"]), (&json!("—"), &json!(""), &json!("serious")), "{gone}");
    assert!(gone["number"].as_str().unwrap().starts_with("TS"));
    assert_eq!(admin.get(&format!("/complaints/{open}")).await.ok()["content"], "一场雨机盖就发雾", "its term is not over");
    let said = admin.get(&format!("/feedback-items/{answered}")).await.ok();
    assert_eq!((&said["content"], &said["customer_name"]), (&json!("—"), &json!("")), "{said}");
    assert_eq!(admin.get(&format!("/feedback-items/{waiting}")).await.ok()["content"], "门口加个充电桩");
    let term = async |kind: &str| admin.get("/retention-terms").await.ok().as_array().unwrap().iter().find(|one| one["kind"] == kind).unwrap()["emptied"].clone();
    night().await;
    assert_eq!((term("complaints").await, term("feedback").await, term("unreadable_mails").await), (json!(1), json!(1), json!(1)), "once");
    app.app.clock().advance(91 * DAY);
    night().await;
    assert_eq!(left().await, (0, 0, 0), "a mail and what a model was asked go with their talk");
    app.finish().await;
}

}
