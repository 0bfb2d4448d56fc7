//! What customers who write text messages, and gateways that carry them, rely on; and what nobody may do.

mod counterpart;
mod lines;
mod stage;

use kernel::{ChannelId, Timestamp};
use serde_json::{Value, json};
use stage::{ALICE, MINUTE, Stage, modules, text};
use testkit::on_both;

on_both! { http::schema(&modules());

async fn r026_a_text_message_becomes_a_conversation_and_its_answer_a_text_message(db: TestDb) {
    let stage = Stage::http(db).await;
    let id = stage.hear("138 1234 5678", "m1", "订单到哪了").await;
    let conversation = stage.admin.get(&format!("/conversations/{id}")).await.ok();
    assert_eq!(conversation["channel_kind"], "sms");
    let customer = stage.admin.get(&format!("/customers/{}", text(&conversation["customer_id"]))).await.ok();
    assert_eq!(customer["phone"], "138****5678");
    // Told again it is taken once.
    assert_eq!(stage.call("messages", json!({"id": "m1", "from": ALICE, "text": "订单到哪了"})).await.ok()["repeated"], true);
    assert_eq!(stage.hear(ALICE, "m2", "喂").await, id);

    stage.say(&id, "在路上了，明天到。").await;
    let heard = stage.gateway.heard();
    let [posted] = &heard[..] else { panic!("{heard:?}") };
    assert_eq!((&posted["type"], &posted["to"], &posted["parts"]), (&json!("message"), &json!(ALICE), &json!(1)));
    assert_eq!(posted["text"], "【青禾】在路上了，明天到。");
    assert_eq!(stage.last(&id).await.0, "sent");
    for (state, stands) in [("delivered", "delivered"), ("failed", "delivered")] {
        let receipt = json!({"receipts": [{"id": posted["id"], "state": state}]});
        assert_eq!(stage.call("receipts", receipt).await.ok()["states"], json!([stands]));
    }
    let others = json!({"receipts": [{"id": "dlv_01jd3k5v2pf6z8q0w4x7y9abcd", "state": "failed"}, {"id": "x", "state": "failed"}]});
    assert_eq!(stage.call("receipts", others).await.ok()["states"], json!([null, null]));
    // How a text is counted, and that files do not go, is known beforehand.
    let limits = stage.limits(&id).await;
    assert_eq!(limits["parts"], json!({"alphabet": "ucs2", "prefix": "【青禾】", "most": 10}));
    assert_eq!((&limits["no_files"], &limits["refused"]), (&json!(true), &Value::Null));
    stage.say(&id, &"长".repeat(670)).await;
    assert_eq!(stage.last(&id).await, ("failed".into(), "too_many_parts".into()));
    stage.app.finish().await;
}

async fn forged_old_repeated_and_malformed_calls_are_refused_and_a_flood_waits(db: TestDb) {
    let stage = Stage::http(db).await;
    let (body, now) = (json!({"id": "m1", "from": ALICE, "text": "在吗"}).to_string(), stage.now());
    let sign = |secret: &str, at: Timestamp, body: &str| outbound::sign(&[secret.to_owned()], at, body.as_bytes());
    let good = sign(&stage.secret, now, &body);
    for (mark, body) in [
        (String::new(), body.clone()),
        (sign("other", now, &body), body.clone()),
        (good.clone(), body.replace("在吗", "在嘛")),
    ] {
        stage.call_with("messages", &now.to_string(), &mark, body).await.refused(401, "unauthenticated");
    }
    let old = now.plus_millis(-6 * MINUTE);
    let refused = stage.call_with("messages", &old.to_string(), &sign(&stage.secret, old, &body), body.clone()).await;
    refused.refused(409, "openchannel.clock_off");
    assert!(stage.conversations().await.is_empty());
    stage.call_with("messages", &now.to_string(), &good, body.clone()).await.ok();
    stage.call_with("messages", &now.to_string(), &good, body).await.refused(409, "openchannel.replayed");
    for (body, field, code) in [
        (json!({"id": "", "from": ALICE, "text": "x"}), "id", "required"),
        (json!({"id": "m", "from": "95588", "text": "x"}), "from", "malformed"),
        (json!({"id": "m", "from": "BANK", "text": "x"}), "from", "malformed"),
        (json!({"id": "m", "from": ALICE, "text": "长".repeat(5_001)}), "text", "too_long"),
        (json!({"id": "m", "from": ALICE, "text": "x", "to": "1"}), "to", "unknown_field"),
    ] {
        stage.call("messages", body).await.refused_field(field, code);
    }
    // A flood of one number waits; others go on.
    let mut limited = 0;
    for at in 0..60 {
        let answer = stage.call("messages", json!({"id": format!("f{at}"), "from": "13900000001", "text": "洪水"})).await;
        limited += usize::from(answer.status == 429);
    }
    assert!((15..=20).contains(&limited), "{limited}");
    assert!(!stage.hear("13900000002", "n1", "你好").await.is_empty());
    let reports = stage.reports().await;
    for told in ["in signature", "in replayed", "in clock_off", "in invalid", "in limited", "in ok"] {
        assert!(reports.iter().any(|one| one == told), "{told} in {reports:?}");
    }
    stage.app.finish().await;
}

async fn a_gateway_that_is_busy_is_tried_again_and_one_that_refuses_is_not(db: TestDb) {
    let stage = Stage::http(db).await;
    let id = stage.hear(ALICE, "m1", "在吗").await;
    stage.gateway.answers("429 Too Many Requests");
    stage.say(&id, "在的").await;
    assert_eq!(stage.last(&id).await.0, "waiting");
    stage.app.db.clock.advance(MINUTE);
    stage.app.settle().await;
    assert_eq!(stage.last(&id).await.0, "sent");
    let ids: Vec<_> = stage.gateway.heard().iter().map(|one| text(&one["id"])).collect();
    assert_eq!((ids.len(), &ids[0]), (2, &ids[1]));
    stage.gateway.answers("422 Unprocessable");
    stage.say(&id, "请稍等").await;
    assert_eq!(stage.last(&id).await.0, "failed");
    assert!(stage.events(&id).await.contains(&"delivery_failed".to_owned()));
    // A secret that was renewed signs from then on.
    let made = stage.admin.post(&format!("/channels/{}/identity-secret", stage.id), json!({})).await.ok();
    stage.gateway.trusts(made["secret"].as_str().unwrap());
    stage.say(&id, "好了").await;
    assert_eq!((stage.last(&id).await.0.as_str(), stage.gateway.forged()), ("sent", 0));
    stage.app.finish().await;
}

async fn r026_who_writes_is_the_one_customer_with_that_number_and_never_a_guess(db: TestDb) {
    let stage = Stage::http(db).await;
    let known = stage.customer("13812345678").await;
    let id = stage.hear(ALICE, "m1", "是我").await;
    let whose = async |id: &str| text(&stage.admin.get(&format!("/conversations/{id}")).await.ok()["customer_id"]);
    assert_eq!(whose(&id).await, known.to_string());
    // Two have this number: which of them writes nobody knows.
    let two = [stage.customer("13700000001").await.to_string(), stage.customer("13700000001").await.to_string()];
    let third = whose(&stage.hear("13700000001", "m2", "也是我").await).await;
    assert!(!two.contains(&third));
    assert_eq!(whose(&stage.hear("13700000001", "m3", "还是我").await).await, third);
    stage.app.finish().await;
}

async fn who_wants_no_more_is_told_once_and_answered_only_where_they_write_afterwards(db: TestDb) {
    let stage = Stage::http(db).await;
    let id = stage.hear(ALICE, "m1", "订单到哪了").await;
    // A word within a sentence is no wish.
    stage.hear(ALICE, "m2", "请问怎么退订").await;
    assert!(stage.opt_outs().await.is_empty());
    assert_eq!(stage.hear(ALICE, "m3", " ＴＤ。").await, id);
    stage.app.settle().await;
    let opt_outs = stage.opt_outs().await;
    assert_eq!((&opt_outs[0]["masked"], &opt_outs[0]["word"], &opt_outs[0]["way"]), (&json!("138****5678"), &json!("TD"), &json!("word")));
    assert!(!opt_outs[0].to_string().contains("13812345678"));
    assert!(stage.events(&id).await.contains(&"opted_out".to_owned()));
    // It is a consent withdrawn too, for whoever asks before an offer is made.
    let customer = text(&stage.admin.get(&format!("/conversations/{id}")).await.ok()["customer_id"]);
    let said = async || stage.admin.get(&format!("/customers/{customer}/consents")).await.ok()["purposes"][1]["said"].clone();
    assert_eq!((&said().await["answer"], &said().await["words"]), (&json!("withdrawn"), &json!("TD")));
    assert_eq!(stage.gateway.texts().len(), 1);
    assert!(stage.gateway.texts()[0].starts_with("【青禾】您已退订"));
    // Whatever is said now is not carried, and the agent knew.
    assert_eq!(stage.limits(&id).await["refused"], "opted_out");
    stage.say(&id, "我们有新活动").await;
    assert_eq!(stage.last(&id).await, ("failed".into(), "opted_out".into()));
    // Said again, it is not answered again.
    stage.hear(ALICE, "m4", "STOP").await;
    stage.app.settle().await;
    assert_eq!((stage.gateway.texts().len(), stage.opt_outs().await.len()), (1, 1));

    // They write: there they are answered, and with a caution; a word ends that.
    stage.hear(ALICE, "m5", "那我的订单呢").await;
    let limits = stage.limits(&id).await;
    assert_eq!((&limits["refused"], &limits["caution"]), (&Value::Null, &json!("opted_out_here")));
    stage.say(&id, "明天到").await;
    assert_eq!(stage.last(&id).await.0, "sent");
    stage.hear(ALICE, "m6", "退订").await;
    stage.say(&id, "还有一件事").await;
    assert_eq!(stage.last(&id).await.1, "opted_out");
    // In a conversation they did not begin since, nothing goes; in one they begin, it does.
    stage.admin.post(&format!("/conversations/{id}/closure"), json!({})).await.ok();
    assert_eq!(stage.hear(ALICE, "m7", "td").await, "");
    assert_eq!(stage.conversations().await.len(), 1);
    let next = stage.hear(ALICE, "m8", "新的问题").await;
    assert_ne!(next, id);
    stage.say(&next, "您说").await;
    assert_eq!(stage.last(&next).await.0, "sent");

    // And back, by a word.
    stage.app.app.clock().advance(1_000);
    stage.hear(ALICE, "m9", "start").await;
    stage.app.settle().await;
    assert!(stage.opt_outs().await.is_empty());
    assert!(stage.events(&next).await.contains(&"opted_in".to_owned()));
    assert_eq!(said().await["answer"], "given");
    assert!(stage.gateway.texts().last().unwrap().contains("恢复接收"));
    assert_eq!(stage.limits(&next).await["caution"], Value::Null);
    // To whoever refused nothing, such a word is a message like any other.
    assert!(!stage.hear("13900000002", "m10", "START").await.is_empty());
    let told = stage.admin.get("/audit-entries").await.ok().to_string();
    assert!(told.contains("sms.opted_out") && told.contains("sms.opted_in") && !told.contains("13812345678"), "{told}");
    stage.app.finish().await;
}

async fn administrators_keep_the_list_by_hand_and_say_why(db: TestDb) {
    let stage = Stage::http(db).await;
    let new = |phone: &str, reason: &str| json!({"channel_id": stage.id, "phone": phone, "reason": reason});
    stage.admin.post("/sms-opt-outs", new("13812345678", "")).await.refused_field("reason", "required");
    stage.admin.post("/sms-opt-outs", new("12", "来电要求")).await.refused_field("phone", "malformed");
    let added = stage.admin.post("/sms-opt-outs", new("138 1234 5678", "来电要求")).await.ok();
    assert_eq!((&added["masked"], &added["way"], &added["reason"]), (&json!("138****5678"), &json!("hand"), &json!("来电要求")));
    stage.admin.post("/sms-opt-outs", new(ALICE, "再次")).await.refused(409, "sms.already");
    let agent = stage.app.person("agent").await;
    agent.get("/sms-opt-outs").await.refused(403, "forbidden");
    agent.post("/sms-opt-outs", new("13900000001", "x")).await.refused(403, "forbidden");
    let removal = format!("/sms-opt-outs/{}/removal", text(&added["id"]));
    agent.post(&removal, json!({"reason": "x"})).await.refused(403, "forbidden");
    stage.admin.post(&removal, json!({"reason": ""})).await.refused_field("reason", "required");
    stage.admin.post(&removal, json!({"reason": "本人书面要求"})).await.ok();
    stage.admin.post(&removal, json!({"reason": "x"})).await.refused(404, "not_found");
    assert!(stage.opt_outs().await.is_empty());
    let told = stage.admin.get("/audit-entries").await.ok().to_string();
    assert!(told.contains("来电要求") && told.contains("本人书面要求"), "{told}");
    stage.app.finish().await;
}

async fn a_single_message_respects_the_wish_and_what_became_of_it_is_known(db: TestDb) {
    let stage = Stage::http(db).await;
    let customer = stage.customer("13812345678").await;
    let channel: ChannelId = stage.id.parse().unwrap();
    let send = async |text: &str| {
        let new = sms::api::NewSms { channel, customer, text: text.into(), reference: "cmp_1".into() };
        stage.app.app.db().write(&stage.app.system(), move |tx| sms::api::send(tx, &new)).await
    };
    let first = send("您的订单已发货").await.unwrap();
    stage.app.settle().await;
    assert_eq!(stage.gateway.texts(), ["【青禾】您的订单已发货"]);
    let look = async |id| stage.app.app.db().read(&stage.app.system(), move |tx| sms::api::get(tx, id)).await.unwrap();
    let sent = look(first).await;
    assert_eq!((sent.state, sent.phone.as_str()), (sms::SmsState::Sent, ""));
    let receipt = json!({"receipts": [{"id": first.to_string(), "state": "delivered"}]});
    assert_eq!(stage.call("receipts", receipt).await.ok()["states"], json!(["delivered"]));
    assert_eq!(look(first).await.state, sms::SmsState::Delivered);
    // An answer finds the customer it was sent to.
    let answered = stage.hear(ALICE, "m1", "收到").await;
    let whose = stage.admin.get(&format!("/conversations/{answered}")).await.ok()["customer_id"].clone();
    assert_eq!(whose, json!(customer.to_string()));
    // Who says in between that they want none gets none; then nothing is taken at all.
    let second = send("大促开始啦").await.unwrap();
    stage.hear(ALICE, "m2", "N").await;
    stage.app.settle().await;
    let refused = look(second).await;
    let texts = stage.gateway.texts();
    assert!(refused.state == sms::SmsState::Failed || texts.iter().any(|one| one.contains("大促")), "{refused:?}");
    let refused = send("又一条").await.unwrap_err();
    assert!(matches!(refused, kernel::Error::Conflict(code, _) if code.name() == "sms.opted_out"), "{refused:?}");

    // An erasure forgets who it was, not that they want nothing.
    stage.admin.post(&format!("/customers/{customer}/erasure"), json!({"reason": "本人要求"})).await.ok();
    stage.app.settle().await;
    let opt_outs = stage.opt_outs().await;
    assert_eq!((&opt_outs[0]["masked"], &opt_outs[0]["customer_id"]), (&json!(""), &Value::Null));
    assert_eq!(look(first).await.text, "");
    stage.admin.post("/sms-opt-outs", json!({"channel_id": stage.id, "phone": ALICE, "reason": "x"})).await.refused(409, "sms.already");
    stage.app.finish().await;
}

}
