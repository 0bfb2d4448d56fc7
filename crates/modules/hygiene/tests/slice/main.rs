//! What people rely on of flagged customers, verifying and purges.

mod stage;

use kernel::Id;
use serde_json::{Value, json};
use stage::{DAY, Stage, items, modules, text};
use testkit::on_both;

on_both! { http::schema(&modules());

async fn r024_a_number_that_fails_three_times_is_flagged_with_its_evidence_and_cleared_by_what_works(db: TestDb) {
    let stage = Stage::set(db).await;
    let id = stage.customer("秦岚", "138 1234 5678", &stage.agent).await;
    let call = async |outcome: &str| {
        let body = json!({"outcome": outcome, "note": "打了三次"});
        stage.agent.post(&format!("/customers/{id}/contact-signals"), body).await.ok()
    };
    call("wrong_number").await;
    let twice = call("out_of_service").await;
    assert_eq!((&twice["points"][0]["failures"], &twice["points"][0]["invalid_at"]), (&json!(2), &Value::Null));
    assert_eq!(stage.flagged("invalid_contact").await, Vec::<String>::new());
    let thrice = call("no_answer").await;
    let point = &thrice["points"][0];
    assert_eq!((&point["mask"], &point["failures"]), (&json!("138****5678"), &json!(3)));
    assert!(point["invalid_at"].is_i64(), "{point}");
    let outcomes: Vec<_> = items(&point["signals"]).iter().map(|one| text(&one["outcome"])).collect();
    assert_eq!(outcomes, ["no_answer", "out_of_service", "wrong_number"]);
    assert_eq!((&point["signals"][0]["by_name"], &point["signals"][0]["note"]), (&json!("agent"), &json!("打了三次")));

    let list = stage.agent.get("/flagged-customers?reason=invalid_contact").await.ok();
    let row = &list["items"][0];
    assert_eq!((text(&row["customer_id"]), &row["invalid_points"], &row["stale"]), (id.clone(), &json!(1), &json!(false)));
    assert_eq!((&row["points"][0]["mask"], &row["owner_name"]), (&json!("138****5678"), &json!("agent")));
    assert!(!list.to_string().contains("12345678") && !thrice.to_string().contains("12345678"));
    assert_eq!(stage.agent.get("/flagged-customers/counts").await.ok()["invalid_contact"], 1);
    // Nobody else's.
    assert_eq!(stage.other.get("/flagged-customers").await.ok()["items"], json!([]));
    assert_eq!(stage.other.get("/flagged-customers/counts").await.ok()["all"], 0);
    stage.other.get(&format!("/customers/{id}/contact-points")).await.refused(404, "not_found");
    stage.other.post(&format!("/customers/{id}/contact-signals"), json!({"outcome": "reached"})).await.refused(404, "not_found");

    // What works clears it, and what it was flagged for is kept.
    let reached = call("reached").await;
    assert_eq!((&reached["points"][0]["failures"], &reached["points"][0]["invalid_at"]), (&json!(0), &Value::Null));
    assert_eq!(items(&reached["points"][0]["signals"]).len(), 4);
    assert_eq!(stage.flagged("invalid_contact").await, Vec::<String>::new());

    // Of another number nothing is known.
    for _ in 0..3 {
        call("out_of_service").await;
    }
    let version = stage.agent.get(&format!("/customers/{id}")).await.ok()["version"].clone();
    let change = json!({"version": version, "phone": "139 0000 0001"});
    stage.agent.patch(&format!("/customers/{id}"), change).await.ok();
    stage.app.settle().await;
    let now = stage.agent.get(&format!("/customers/{id}/contact-points")).await.ok();
    assert_eq!((&now["points"], stage.flagged("invalid_contact").await), (&json!([]), Vec::new()));

    let path = format!("/customers/{id}/contact-signals");
    stage.agent.post(&path, json!({"outcome": "bounced"})).await.refused_field("outcome", "not_allowed");
    stage.agent.post(&path, json!({"outcome": "reached", "note": "长".repeat(501)})).await.refused_field("note", "too_long");
    let unknown = stage.customer("无号码", "", &stage.agent).await;
    let body = json!({"outcome": "reached"});
    stage.agent.post(&format!("/customers/{unknown}/contact-signals"), body).await.refused(409, "hygiene.no_contact");
    stage.app.finish().await;
}

async fn r024_mail_that_comes_back_and_text_messages_that_do_not_arrive_count_by_themselves(db: TestDb) {
    let stage = Stage::set(db).await;
    let id = stage.customer("秦岚", "13812345678", &stage.agent).await;
    stage.address(&id, "qin@example.com").await;
    for _ in 0..2 {
        stage.mail_bounced(&id, "qin@example.com").await;
        stage.sms_ended(&id, sms::SmsState::Failed, "receipt").await;
    }
    // The gateway's trouble says nothing of the number; another address says nothing of this one.
    stage.sms_ended(&id, sms::SmsState::Failed, "timeout").await;
    stage.mail_bounced(&id, "old@example.com").await;
    assert_eq!(stage.flagged("invalid_contact").await, Vec::<String>::new());
    stage.sms_ended(&id, sms::SmsState::Failed, "sms_number").await;
    assert_eq!(stage.flagged("invalid_contact").await, std::slice::from_ref(&id));
    stage.mail_bounced(&id, "qin@example.com").await;
    let contacts = stage.agent.get(&format!("/customers/{id}/contact-points")).await.ok();
    let points = items(&contacts["points"]);
    let told: Vec<_> = points.iter().map(|one| (text(&one["kind"]), text(&one["mask"]), one["failures"].as_i64())).collect();
    assert!(told.contains(&("email".into(), "q***@example.com".into(), Some(3))), "{told:?}");
    assert!(told.contains(&("phone".into(), "138****5678".into(), Some(3))), "{told:?}");
    assert!(points.iter().all(|one| one["signals"][0]["reference"].is_string() && one["signals"][0]["by_id"].is_null()));

    // A mail of theirs, and a message that arrives, clear one each.
    stage.mail_received(&id, "Qin@example.com").await;
    assert_eq!(stage.agent.get("/flagged-customers").await.ok()["items"][0]["invalid_points"], 1);
    stage.sms_ended(&id, sms::SmsState::Delivered, "").await;
    assert_eq!(stage.flagged("invalid_contact").await, Vec::<String>::new());
    stage.app.finish().await;
}

async fn r024_whoever_was_not_heard_of_for_long_is_listed_unless_something_is_open_or_somebody_made_sure(db: TestDb) {
    let stage = Stage::set(db).await;
    let quiet = stage.customer("久无音讯", "13800000001", &stage.agent).await;
    let promised = stage.customer("有承诺", "13800000002", &stage.agent).await;
    let bought = stage.customer("刚下单", "13800000003", &stage.agent).await;
    let changed = stage.customer("刚改过", "13800000004", &stage.agent).await;
    let others = stage.customer("别人的", "13800000005", &stage.other).await;
    stage.admin.put("/hygiene-rules", json!({"version": 1, "stale_days": 30, "failures": 3, "count_no_answer": true})).await.ok();
    stage.app.app.clock().advance(20 * DAY);
    stage.ordered(&bought).await;
    let version = stage.agent.get(&format!("/customers/{changed}")).await.ok()["version"].clone();
    stage.agent.patch(&format!("/customers/{changed}"), json!({"version": version, "note": "搬家了"})).await.ok();
    stage.app.app.clock().advance(11 * DAY);
    let due = stage.now() + 5 * DAY;
    stage.agent.post("/promises", json!({"customer_id": promised, "what": "回电", "due_at": due})).await.ok();
    stage.look().await;
    assert_eq!(stage.flagged("stale").await, std::slice::from_ref(&quiet));
    assert_eq!(stage.names(&stage.other).await, ["别人的"]);
    assert_eq!(stage.names(&stage.head).await, ["久无音讯", "别人的"]);
    let row = stage.agent.get("/flagged-customers?owner=me").await.ok()["items"][0].clone();
    assert_eq!((&row["stale"], text(&row["customer_id"])), (&json!(true), quiet.clone()));

    // Made sure of, the clock begins anew; the trail holds no words.
    let said = stage.agent.post(&format!("/customers/{quiet}/verification"), json!({"note": "电话核实地址无误"})).await.ok();
    assert_eq!((&said["by_name"], &said["at"]), (&json!("agent"), &json!(stage.now())));
    assert_eq!(stage.flagged("stale").await, Vec::<String>::new());
    stage.look().await;
    assert_eq!(stage.flagged("stale").await, Vec::<String>::new(), "the night does not forget it");
    let trail = stage.admin.get(&format!("/audit-entries?subject={quiet}")).await.ok();
    assert!(trail.to_string().contains("hygiene.verified") && !trail.to_string().contains("核实地址"));
    stage.app.app.clock().advance(31 * DAY);
    stage.look().await;
    assert!(stage.flagged("stale").await.contains(&quiet));
    stage.other.post(&format!("/customers/{quiet}/verification"), json!({})).await.refused(404, "not_found");

    // Handed over, it is on the list of whoever looks after them now.
    let version = stage.head.get(&format!("/customers/{others}")).await.ok()["version"].clone();
    let change = json!({"version": version, "owner_id": stage.agent.id()});
    stage.head.patch(&format!("/customers/{others}"), change).await.ok();
    stage.app.settle().await;
    assert_eq!(stage.names(&stage.other).await, Vec::<String>::new());
    stage.app.finish().await;
}

async fn r024_a_purge_waits_for_somebody_else_and_erases_whoever_is_still_out_of_date(db: TestDb) {
    let stage = Stage::set(db).await;
    let (gone, busy, back) = (
        stage.customer("清理甲", "13800000001", &stage.agent).await,
        stage.customer("清理乙", "13800000002", &stage.agent).await,
        stage.customer("清理丙", "13800000003", &stage.agent).await,
    );
    stage.app.app.clock().advance(731 * DAY);
    let fresh = stage.customer("新客户", "13800000004", &stage.agent).await;
    stage.look().await;
    let ask = json!({"kind": "customers", "customer_ids": [gone, busy, back], "reason": "两年无往来"});
    stage.agent.post("/purges", ask.clone()).await.refused(403, "forbidden");
    let unfit = json!({"kind": "customers", "customer_ids": [fresh], "reason": "x"});
    stage.head.post("/purges", unfit).await.refused_field("customer_ids", "not_flagged");
    stage.head.post("/purges", json!({"kind": "customers", "reason": " "})).await.refused_field("reason", "required");
    stage.head.post("/purges", json!({"kind": "contact_points", "reason": "x"})).await.refused(409, "hygiene.nobody");
    // What is erased is asked for where it is seen, with whom it is about.
    let by_hand = json!({"kind": "purge", "amount": 3, "currency": null, "reason": "x"});
    stage.head.post("/approvals", by_hand).await.refused_field("kind", "not_allowed");

    let purge = stage.head.post("/purges", ask).await.ok();
    assert_eq!((&purge["state"], &purge["total"]), (&json!("pending"), &json!(3)));
    let id = text(&purge["id"]);
    stage.head.post(&format!("/purges/{id}/stop"), json!({})).await.refused(409, "hygiene.not_running");
    let approval = format!("/approvals/{}", text(&purge["approval_id"]));
    // However high one's own limit: nobody agrees to their own.
    let yes = json!({"decision": "approve"});
    stage.head.post(&format!("{approval}/decision"), yes.clone()).await.refused(409, "approvals.own_request");
    assert_eq!(stage.head.get(&approval).await.ok()["amount"], 3);

    // Since it was asked one got a promise, and one was spoken to.
    let due = stage.now() + 5 * DAY;
    stage.agent.post("/promises", json!({"customer_id": busy, "what": "回电", "due_at": due})).await.ok();
    stage.agent.post(&format!("/customers/{back}/contact-signals"), json!({"outcome": "reached"})).await.ok();
    stage.admin.post(&format!("{approval}/decision"), yes).await.ok();
    stage.app.settle().await;
    let after = stage.head.get(&format!("/purges/{id}")).await.ok();
    assert_eq!(
        (&after["state"], &after["done"], &after["removed"], &after["skipped"]),
        (&json!("done"), &json!(3), &json!(1), &json!(2)),
        "{after}"
    );
    let result = stage.head.get(&format!("/purges/{id}/items")).await.ok();
    let of = |who: &str| items(&result["items"]).iter().find(|one| one["customer_id"] == who).unwrap().clone();
    assert_eq!((&of(&gone)["state"], &of(&gone)["customer_name"]), (&json!("removed"), &json!("")));
    assert_eq!((&of(&busy)["why"], &of(&busy)["customer_name"]), (&json!("open_work"), &json!("清理乙")));
    assert_eq!((&of(&back)["state"], &of(&back)["why"]), (&json!("skipped"), &json!("active")));
    let skipped = stage.head.get(&format!("/purges/{id}/items?state=skipped&limit=1")).await.ok();
    assert!(items(&skipped["items"]).len() == 1 && skipped["next_cursor"].is_string());
    assert_eq!(stage.admin.get(&format!("/customers/{gone}")).await.ok()["state"], "erased");
    assert_eq!(stage.admin.get(&format!("/customers/{busy}")).await.ok()["state"], "active");
    let trail = stage.admin.get(&format!("/audit-entries?subject={gone}")).await.ok();
    let erased = items(&trail["items"]).iter().find(|one| one["action"] == "customers.erased").unwrap();
    assert!(text(&erased["reason"]).contains(&id) && text(&erased["actor_id"]) == stage.head.id(), "{erased}");
    let trail = stage.admin.get(&format!("/audit-entries?subject={id}")).await.ok();
    let actions: Vec<_> = items(&trail["items"]).iter().rev().map(|one| text(&one["action"])).collect();
    assert_eq!(actions, ["hygiene.purge_asked", "hygiene.purge_begun", "hygiene.purge_ended"]);
    stage.head.post(&format!("/purges/{id}/resumption"), json!({})).await.refused(409, "hygiene.not_stopped");
    stage.agent.get(&format!("/purges/{id}")).await.refused(403, "forbidden");
    stage.app.finish().await;
}

async fn r024_a_purge_by_filter_is_a_snapshot_and_one_that_is_refused_removes_nobody(db: TestDb) {
    let stage = Stage::set(db).await;
    let first = stage.customer("清理甲", "13800000001", &stage.agent).await;
    stage.customer("清理乙", "13800000002", &stage.other).await;
    stage.app.app.clock().advance(731 * DAY);
    stage.look().await;
    let mine = json!({"kind": "customers", "owner": stage.agent.id(), "reason": "两年无往来"});
    let purge = stage.head.post("/purges", mine).await.ok();
    assert_eq!(purge["total"], 1);
    let all = stage.head.post("/purges", json!({"kind": "customers", "reason": "全部"})).await.ok();
    assert_eq!((&all["total"], &all["cut_off"]), (&json!(2), &json!(false)));
    let no = json!({"decision": "reject", "comment": "先联系"});
    stage.admin.post(&format!("/approvals/{}/decision", text(&all["approval_id"])), no).await.ok();
    stage.app.settle().await;
    assert_eq!(stage.head.get(&format!("/purges/{}", text(&all["id"]))).await.ok()["state"], "rejected");
    assert_eq!(stage.admin.get(&format!("/customers/{first}")).await.ok()["state"], "active");

    // Whoever asked may not erase any more by the time it is agreed to: it stands still, and goes on once they may.
    stage.head_may_purge(false).await;
    let yes = json!({"decision": "approve"});
    stage.admin.post(&format!("/approvals/{}/decision", text(&purge["approval_id"])), yes).await.ok();
    stage.app.settle().await;
    let path = format!("/purges/{}", text(&purge["id"]));
    let failed = stage.admin.get(&path).await.ok();
    assert_eq!((&failed["state"], &failed["error"], &failed["done"]), (&json!("failed"), &json!("not_allowed"), &json!(0)));
    stage.head_may_purge(true).await;
    stage.admin.post(&format!("{path}/resumption"), json!({})).await.ok();
    stage.app.settle().await;
    let done = stage.admin.get(&path).await.ok();
    assert_eq!((&done["state"], &done["removed"]), (&json!("done"), &json!(1)));
    stage.app.finish().await;
}

async fn r024_a_purge_that_was_stopped_goes_on_behind_the_last_that_was_done(db: TestDb) {
    let stage = Stage::set(db).await;
    for at in 0..12 {
        stage.customer(&format!("清理{at}"), &format!("138000000{at:02}"), &stage.agent).await;
    }
    stage.app.app.clock().advance(731 * DAY);
    stage.look().await;
    let purge = stage.head.post("/purges", json!({"kind": "customers", "reason": "两年无往来"})).await.ok();
    let path = format!("/purges/{}", text(&purge["id"]));
    let yes = json!({"decision": "approve"});
    stage.admin.post(&format!("/approvals/{}/decision", text(&purge["approval_id"])), yes).await.ok();
    // Stopped as soon as it runs, wherever that is; where it was quicker there is nothing to stop.
    let stopped = loop {
        let now = stage.head.get(&path).await.ok();
        match now["state"].as_str().unwrap() {
            "pending" => tokio::task::yield_now().await,
            "running" => {
                let reply = stage.head.post(&format!("{path}/stop"), json!({})).await;
                break (reply.status == 200).then(|| reply.ok());
            }
            _ => break None,
        }
    };
    stage.app.settle().await;
    if let Some(stopped) = stopped {
        let still = stage.head.get(&path).await.ok();
        assert_eq!((&still["state"], &still["done"]), (&json!("stopped"), &stopped["done"]));
        stage.head.post(&format!("{path}/resumption"), json!({})).await.ok();
        stage.app.settle().await;
    }
    let done = stage.head.get(&path).await.ok();
    assert_eq!((&done["state"], &done["done"], &done["removed"]), (&json!("done"), &json!(12), &json!(12)));
    stage.app.finish().await;
}

async fn r024_dead_numbers_alone_are_removed_and_the_person_stays(db: TestDb) {
    let stage = Stage::set(db).await;
    let (lost, found) = (
        stage.customer("失联", "13800000001", &stage.agent).await,
        stage.customer("又通了", "13800000002", &stage.agent).await,
    );
    stage.address(&lost, "lost@example.com").await;
    for id in [&lost, &found] {
        for _ in 0..3 {
            let body = json!({"outcome": "out_of_service"});
            stage.agent.post(&format!("/customers/{id}/contact-signals"), body).await.ok();
        }
    }
    let purge = stage.head.post("/purges", json!({"kind": "contact_points", "reason": "号码失效"})).await.ok();
    assert_eq!(purge["total"], 2);
    stage.agent.post(&format!("/customers/{found}/contact-signals"), json!({"outcome": "reached"})).await.ok();
    let yes = json!({"decision": "approve"});
    stage.admin.post(&format!("/approvals/{}/decision", text(&purge["approval_id"])), yes).await.ok();
    stage.app.settle().await;
    let result = stage.head.get(&format!("/purges/{}/items", text(&purge["id"]))).await.ok();
    let why: Vec<_> = items(&result["items"]).iter().map(|one| one["why"].clone()).collect();
    assert!(why.contains(&json!("works")) && why.contains(&Value::Null), "{why:?}");
    let after = stage.agent.get(&format!("/customers/{lost}")).await.ok();
    assert_eq!((&after["state"], &after["phone"], &after["email"]), (&json!("active"), &Value::Null, &json!("l***@example.com")));
    assert_eq!(stage.agent.get(&format!("/customers/{found}")).await.ok()["phone"], "138****0002");
    assert_eq!(stage.flagged("invalid_contact").await, Vec::<String>::new());
    stage.app.finish().await;
}

async fn r024_before_any_limits_are_set_a_purge_can_be_agreed_to_and_what_nobody_may_agree_to_says_what_to_do(db: TestDb) {
    let stage = Stage::set(db).await;
    let limits = async |version: i64, limits: Value| {
        stage.admin.put("/authority-limits", json!({"version": version, "limits": limits, "two_person": []})).await.ok()
    };
    // As nobody ever set any.
    stage.forget_limits().await;
    let first = stage.admin.get("/authority-limits").await.ok();
    let amounts: Vec<_> = items(&first["limits"]).iter().map(|limit| (limit["kind"].clone(), limit["amount"].as_i64().unwrap())).collect();
    assert_eq!(first["version"], 0);
    assert!(amounts.len() == 2 && amounts.contains(&(json!("purge"), 1_000)) && amounts.contains(&(json!("purge"), 500)), "{amounts:?}");

    let wang = stage.customer("王小明", "", &stage.agent).await;
    stage.app.app.clock().advance(731 * DAY);
    stage.look().await;
    let purge = stage.head.post("/purges", json!({"kind": "customers", "customer_ids": [wang], "reason": "两年无往来"})).await.ok();
    let path = format!("/purges/{}", text(&purge["id"]));
    let decision = format!("/approvals/{}/decision", text(&purge["approval_id"]));
    stage.head.post(&decision, json!({"decision": "approve"})).await.refused(409, "approvals.own_request");
    stage.admin.post(&decision, json!({"decision": "reject", "comment": "再等等"})).await.ok();
    stage.app.settle().await;
    assert_eq!(stage.head.get(&path).await.ok()["state"], "rejected");

    // Somebody set limits and forgot this one.
    limits(0, json!([])).await;
    let ask = json!({"kind": "customers", "customer_ids": [wang], "reason": "两年无往来"});
    stage.head.post("/purges", ask.clone()).await.refused(409, "hygiene.no_approver");
    limits(1, json!([{"role_id": first["limits"][0]["role_id"], "kind": "purge", "currency": null, "amount": 1},
        {"role_id": first["limits"][1]["role_id"], "kind": "purge", "currency": null, "amount": 1}])).await;
    stage.head.post("/purges", ask).await.ok();
}

async fn the_rules_are_set_by_who_may_and_bad_ones_name_the_field(db: TestDb) {
    let stage = Stage::set(db).await;
    let rules = |days: i64, failures: i64| json!({"version": 1, "stale_days": days, "failures": failures, "count_no_answer": false});
    stage.head.put("/hygiene-rules", rules(365, 2)).await.refused(403, "forbidden");
    stage.admin.put("/hygiene-rules", rules(29, 2)).await.refused_field("stale_days", "out_of_range");
    stage.admin.put("/hygiene-rules", rules(365, 0)).await.refused_field("failures", "out_of_range");
    let set = stage.admin.put("/hygiene-rules", rules(365, 2)).await.ok();
    assert_eq!((&set["version"], &set["stale_days"]), (&json!(2), &json!(365)));
    stage.admin.put("/hygiene-rules", rules(365, 2)).await.refused(409, "hygiene.stale");
    assert_eq!(stage.agent.get("/hygiene-rules").await.ok()["failures"], 2);
    // A call nobody answered counts for nothing now.
    let id = stage.customer("秦岚", "13812345678", &stage.agent).await;
    for outcome in ["no_answer", "no_answer", "no_answer", "wrong_number"] {
        stage.agent.post(&format!("/customers/{id}/contact-signals"), json!({"outcome": outcome})).await.ok();
    }
    assert_eq!(stage.flagged("invalid_contact").await, Vec::<String>::new());
    stage.app.finish().await;
}

async fn what_is_known_goes_with_a_merge_is_exported_and_is_gone_with_an_erasure(db: TestDb) {
    let stage = Stage::set(db).await;
    let (one, other) = (
        stage.customer("秦岚", "13812345678", &stage.agent).await,
        stage.customer("秦小岚", "13912345678", &stage.agent).await,
    );
    for _ in 0..3 {
        stage.agent.post(&format!("/customers/{other}/contact-signals"), json!({"outcome": "out_of_service", "note": "空号"})).await.ok();
    }
    stage.admin.post(&format!("/customers/{other}/merge"), json!({"into": one})).await.ok();
    stage.app.settle().await;
    assert_eq!(stage.flagged("invalid_contact").await, std::slice::from_ref(&one));
    let export = stage.admin.get(&format!("/customers/{one}/export?reason=%E6%9C%AC%E4%BA%BA")).await.ok();
    assert!(export["elsewhere"]["hygiene"].to_string().contains("空号"), "{export}");
    stage.admin.post(&format!("/customers/{one}/erasure"), json!({"reason": "本人要求"})).await.ok();
    stage.app.settle().await;
    assert_eq!(stage.flagged("invalid_contact").await, Vec::<String>::new());
    let members: Vec<kernel::CustomerId> = vec![one.parse::<Id<_>>().unwrap(), other.parse().unwrap()];
    assert_eq!(stage.kept(members).await, 0);
    stage.app.finish().await;
}

}
