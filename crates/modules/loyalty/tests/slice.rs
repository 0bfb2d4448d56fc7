//! What people rely on of points.

mod page;

use kernel::{Money, Origin};
use loyalty::api::Purchase;
use serde_json::{Value, json};
use testkit::{Person, TestApp, TestDb, on_both};

fn modules() -> Vec<http::Module> {
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        files::module(testkit::folder()).expect("a folder"),
        tasks::module(),
        approvals::module(),
        people::module(),
        customers::module(),
        channels::module(),
        conversations::module(),
        routing::module(),
        delivery::module(vec![sms::carrier()]),
        openchannel::module(),
        sms::module(),
        orders::module(),
        loyalty::module(),
    ]
}

const DAY: i64 = 86_400_000;

/// A programme that is on, with an agent and a supervisor of one team.
struct House {
    app: TestApp,
    admin: Person,
    supervisor: Person,
    agent: Person,
}

fn rules(change: &Value) -> Value {
    let mut rules = json!({
        "enabled": true, "currency": "CNY",
        "earning": {"points": 1, "per": 100, "pending_days": 0},
        "expiry": {"months": 1, "until": "day", "returned_days": 5},
        "tiers": {"window_months": 1, "grace_days": 10, "list": [
            {"name": "银卡", "colour": "silver", "from": 100, "percent": 100, "entitlements": ["生日礼"]},
            {"name": "金卡", "colour": "gold", "from": 300, "percent": 150, "entitlements": ["优先接待"]}]},
        "adjustment_limit": 50,
    });
    rules.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    rules
}

async fn house(db: TestDb, change: Value) -> House {
    let app = TestApp::start(db, modules()).await;
    let (admin, supervisor, agent) =
        (app.person("administrator").await, app.person("supervisor").await, app.person("agent").await);
    admin.unit(("team", "会员组"), None, None, &[&supervisor, &agent]).await;
    let body = json!({"version": 1, "rules": rules(&change), "note": "启用"});
    admin.put("/loyalty-rules", body).await.ok();
    House { app, admin, supervisor, agent }
}

impl House {
    async fn customer(&self, name: &str, phone: &str) -> String {
        let made = self.agent.post("/customers", json!({"name": name, "phone": phone})).await.ok();
        made["id"].as_str().unwrap().to_owned()
    }

    async fn buys(&self, customer: &str, order: &str, amount: i64) -> Value {
        let body =
            json!({"customer_id": customer, "source": "shop", "reference": order, "amount": amount, "currency": "CNY"});
        self.admin.post("/points-purchases", body).await.ok()["entry"].clone()
    }

    async fn refunds(&self, order: &str, refund: &str, amount: i64) -> Value {
        let body = json!({"source": "shop", "reference": order, "refund": refund, "amount": amount});
        self.admin.post("/points-refunds", body).await.ok()["entry"].clone()
    }

    async fn member(&self, customer: &str) -> Value {
        self.agent.get(&format!("/loyalty-members?customer={customer}")).await.ok()["items"][0].clone()
    }

    async fn has(&self, customer: &str) -> (i64, i64, i64) {
        let member = self.member(customer).await;
        let of = |name: &str| member[name].as_i64().unwrap();
        (of("balance"), of("pending"), of("debt"))
    }

    async fn pays(&self, customer: &str, reference: &str, points: i64) -> testkit::Reply {
        let member = self.member(customer).await;
        let body = json!({"source": "shop", "reference": reference, "points": points, "total": 1_000_000});
        self.agent.post(&format!("/loyalty-members/{}/payments", member["id"].as_str().unwrap()), body).await
    }

    async fn is_balanced(&self) -> Value {
        let figures = self.admin.get("/points-figures").await.ok();
        assert_eq!(figures["balanced"], true, "{figures}");
        let of = |name: &str| figures[name].as_i64().unwrap();
        let parts = ["pending", "active", "spent", "expired", "withdrawn", "reversed"];
        assert_eq!(of("issued"), parts.iter().map(|name| of(name)).sum::<i64>() - of("debt"), "{figures}");
        figures
    }
}

fn statement(member: &Value) -> String {
    format!("/loyalty-members/{}/entries", member["id"].as_str().unwrap())
}

on_both! { http::schema(&modules());

async fn r030_an_order_earns_once_and_its_refunds_take_back_what_it_earned_wherever_it_went(db: TestDb) {
    let house = house(db, json!({"tiers": {}})).await;
    let who = house.customer("王小明", "13800138001").await;
    let earned = house.buys(&who, "A1", 30_050).await;
    assert_eq!((&earned["points"], &earned["parts"][0]["rule"], &earned["rules_version"]), (&json!(300), &json!("amount"), &json!(2)));
    assert_eq!(house.buys(&who, "A1", 30_050).await, Value::Null);
    let other = house.customer("李雷", "13800138002").await;
    let stolen = json!({"customer_id": other, "source": "shop", "reference": "A1", "amount": 100, "currency": "CNY"});
    house.admin.post("/points-purchases", stolen).await.refused(409, "loyalty.reference_taken");
    assert_eq!(house.has(&who).await, (300, 0, 0));
    // Two hundred are used; then everything is sent back, in three parts that do not divide evenly.
    house.pays(&who, "P1", 200).await.ok();
    house.pays(&who, "P1", 200).await.ok();
    house.pays(&who, "P2", 101).await.refused(409, "loyalty.not_enough");
    assert_eq!(house.refunds("A1", "R1", 10_016).await["points"], -99);
    assert_eq!(house.refunds("A1", "R1", 10_016).await, Value::Null);
    assert_eq!(house.has(&who).await, (1, 0, 0));
    house.refunds("A1", "R2", 10_016).await;
    assert_eq!(house.refunds("A1", "R3", 99_999).await["standing"], -200);
    assert_eq!(house.has(&who).await, (0, 0, 200));
    house.refunds("A1", "R4", 1).await;
    // What comes next settles it first.
    house.buys(&who, "A2", 15_000).await;
    house.buys(&who, "A3", 8_000).await;
    assert_eq!(house.has(&who).await, (30, 0, 0));
    // The payment is taken back: its points return and can be used.
    let entries = house.agent.get(&statement(&house.member(&who).await)).await.ok();
    let kinds: Vec<_> = entries["items"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["settle", "earn", "settle", "earn", "reverse", "reverse", "reverse", "spend", "earn"]);
    let paid = entries["items"].as_array().unwrap().iter().find(|one| one["kind"] == "spend").unwrap();
    assert_eq!(paid["postings"][0]["to_account"], "spent");
    let back = format!("/points-entries/{}/return", paid["id"].as_str().unwrap());
    house.agent.post(&back, json!({"points": 201, "reason": "订单取消"})).await.refused(409, "loyalty.undone");
    house.agent.post(&back, json!({"points": 150, "reason": "订单取消"})).await.ok();
    house.agent.post(&back, json!({"reason": "订单取消"})).await.ok();
    house.agent.post(&back, json!({"reason": "订单取消"})).await.refused(409, "loyalty.undone");
    assert_eq!(house.has(&who).await, (230, 0, 0));
    house.is_balanced().await;
}

async fn r030_points_wait_expire_by_lot_and_at_the_close_of_the_day(db: TestDb) {
    let house = house(db, json!({"earning": {"points": 1, "per": 100, "pending_days": 7}})).await;
    let who = house.customer("王小明", "13800138001").await;
    house.buys(&who, "A1", 10_000).await;
    assert_eq!(house.has(&who).await, (0, 100, 0));
    let clock = house.app.app.clock().clone();
    // From midnight a week later in Shanghai; it is ten in the morning there.
    clock.advance(7 * DAY - 10 * 3_600_000 - 1);
    house.pays(&who, "P1", 100).await.refused(409, "loyalty.not_enough");
    clock.advance(1);
    assert_eq!(house.has(&who).await, (100, 0, 0));
    house.buys(&who, "A2", 5_000).await;
    // The first lot is good up to the end of 20 December, the second a week longer.
    clock.advance((20 + 31 - 20 - 7) * DAY - 1);
    assert_eq!(house.has(&who).await, (150, 0, 0));
    let lots = house.agent.get(&format!("/loyalty-members/{}/lots", house.member(&who).await["id"].as_str().unwrap())).await.ok();
    assert_eq!((&lots[0]["expires_on"], &lots[1]["expires_on"]), (&json!("2026-12-20"), &json!("2026-12-27")));
    clock.advance(1);
    // Nothing ran yet, and they cannot be used all the same.
    assert_eq!(house.has(&who).await, (50, 0, 0));
    house.pays(&who, "P2", 150).await.refused(409, "loyalty.not_enough");
    house.app.settle().await;
    house.pays(&who, "P3", 50).await.refused_field("points", "out_of_range");
    let figures = house.is_balanced().await;
    assert_eq!(figures["months"].as_array().unwrap().iter().map(|one| one["active"].as_i64().unwrap() + one["pending"].as_i64().unwrap()).sum::<i64>(), figures["active"].as_i64().unwrap() + figures["pending"].as_i64().unwrap());
}

async fn r030_of_many_payments_at_once_no_more_go_through_than_there_are_points_for(db: TestDb) {
    let house = house(db, json!({})).await;
    let who = house.customer("王小明", "13800138001").await;
    house.buys(&who, "A1", 25_000).await;
    house.buys(&who, "A2", 10_000).await;
    let member = house.member(&who).await["id"].as_str().unwrap().to_owned();
    let mut running = Vec::new();
    for at in 0..8 {
        let (agent, path) = (house.agent.clone(), format!("/loyalty-members/{member}/payments"));
        let body = json!({"source": "shop", "reference": format!("P{at}"), "points": 100, "total": 1_000_000});
        running.push(tokio::spawn(async move { agent.post(&path, body).await.status.as_u16() }));
    }
    let mut answers = Vec::new();
    for one in running {
        answers.push(one.await.unwrap());
    }
    answers.sort_unstable();
    assert_eq!(answers, [200, 200, 200, 409, 409, 409, 409, 409]);
    assert_eq!(house.has(&who).await, (50, 0, 0));
    // The same order told by several at once earns once.
    let system = house.app.system();
    let purchase = Purchase { customer: who.parse().unwrap(), source: "shop".into(), reference: "A3".into(), amount: Money(7_000), currency: "CNY".into() };
    let tell = || { let purchase = purchase.clone(); house.app.app.db().write(&system, move |tx| loyalty::api::earn(tx, &purchase)) };
    let (a, b, c) = tokio::join!(tell(), tell(), tell());
    assert_eq!([a, b, c].into_iter().filter(|one| one.as_ref().unwrap().is_some()).count(), 1);
    house.is_balanced().await;
}

async fn r030_by_hand_needs_a_reason_and_above_the_limit_somebody_who_agrees(db: TestDb) {
    let house = house(db, json!({})).await;
    let who = house.customer("王小明", "13800138001").await;
    house.buys(&who, "A1", 10_000).await;
    let member = house.member(&who).await["id"].as_str().unwrap().to_owned();
    let path = format!("/loyalty-members/{member}/adjustments");
    house.agent.post(&path, json!({"points": 10, "reason": "补偿"})).await.refused(403, "forbidden");
    house.supervisor.post(&path, json!({"points": 10, "reason": " "})).await.refused_field("reason", "required");
    house.supervisor.post(&path, json!({"points": 0, "reason": "补偿"})).await.refused_field("points", "required");
    house.supervisor.post(&path, json!({"points": 50, "reason": "师傅迟到"})).await.ok();
    assert_eq!(house.has(&who).await, (150, 0, 0));
    house.supervisor.post(&path, json!({"points": -40, "reason": "多给的收回"})).await.ok();
    let asked = house.supervisor.post(&path, json!({"points": 5_000, "reason": "大额补偿"})).await.ok();
    assert_eq!((asked["state"].as_str(), house.has(&who).await), (Some("waiting"), (110, 0, 0)));
    let too_much = house.supervisor.post(&path, json!({"points": -100, "reason": "收回"})).await.ok();
    // Whose authority covers it agrees.
    let roles = house.admin.get("/roles").await.ok();
    let role = roles.as_array().unwrap().iter().find(|role| role["name"] == "administrator").unwrap()["id"].clone();
    let version = house.admin.get("/authority-limits").await.ok()["version"].clone();
    let limits = json!([{"role_id": role, "kind": "points", "currency": null, "amount": 100_000}]);
    house.admin.put("/authority-limits", json!({"version": version, "limits": limits, "two_person": []})).await.ok();
    let decide = |one: &Value, verdict: &str| {
        let path = format!("/approvals/{}/decision", one["approval_id"].as_str().unwrap());
        let body = json!({"decision": verdict, "comment": "核对过"});
        let admin = house.admin.clone();
        async move { admin.post(&path, body).await.ok() }
    };
    decide(&asked, "approve").await;
    decide(&too_much, "reject").await;
    house.app.settle().await;
    assert_eq!(house.has(&who).await, (5_110, 0, 0));
    let all = house.agent.get(&path).await.ok();
    let states: Vec<_> = all.as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["refused", "done", "done", "done"]);
    house.is_balanced().await;
}

async fn h53_a_tier_is_reached_kept_for_its_grace_and_lost_each_with_its_date(db: TestDb) {
    let house = house(db, json!({})).await;
    let who = house.customer("王小明", "13800138001").await;
    house.buys(&who, "A1", 30_000).await;
    let member = house.member(&who).await;
    assert_eq!((&member["tier_rank"], &member["tier_name"], &member["next_tier"]), (&json!(2), &json!("金卡"), &Value::Null));
    // A gold member earns half as much again.
    assert_eq!(house.buys(&who, "A2", 10_000).await["points"], 150);
    let clock = house.app.app.clock().clone();
    clock.advance(40 * DAY);
    let system = Origin::system("test");
    let day = || house.app.app.db().write(&system, loyalty::api::look_again);
    day().await.unwrap();
    let member = house.member(&who).await;
    assert_eq!((&member["tier_rank"], member["grace_until"].is_null()), (&json!(2), false));
    clock.advance(11 * DAY);
    day().await.unwrap();
    let member = house.member(&who).await;
    assert_eq!((&member["tier_rank"], &member["next_tier"]["missing"]), (&json!(1), &json!(300)));
    let steps = house.agent.get(&format!("/loyalty-members/{}/tier-transitions", member["id"].as_str().unwrap())).await.ok();
    let told: Vec<_> = steps.as_array().unwrap().iter().map(|one| (one["reason"].as_str().unwrap(), one["to_rank"].as_i64().unwrap())).collect();
    assert_eq!(told, [("grace", 1), ("fell", 1), ("grace", 2), ("reached", 2)]);
    assert_eq!(house.agent.get("/customer-tiers").await.ok()[1]["entitlements"][0], "优先接待");
}

async fn r030_rules_are_tried_before_they_stand_and_every_version_is_kept(db: TestDb) {
    let house = house(db, json!({})).await;
    let who = house.customer("王小明", "13800138001").await;
    house.buys(&who, "A1", 10_000).await;
    let double = rules(&json!({"earning": {"points": 2, "per": 100, "pending_days": 0}}));
    let tried = house.admin.post("/loyalty-rules/preview", json!({"rules": double})).await.ok();
    assert_eq!((&tried["orders"], &tried["gave"], &tried["would_give"]), (&json!(1), &json!(100), &json!(200)));
    assert_eq!(tried["samples"][0]["points"], 198);
    house.supervisor.post("/loyalty-rules/preview", json!({"rules": double})).await.refused(403, "forbidden");
    house.admin.put("/loyalty-rules", json!({"version": 1, "rules": double, "note": ""})).await.refused(409, "loyalty.stale");
    let mut wrong = double.clone();
    wrong["tiers"]["list"][1]["from"] = json!(100);
    house.admin.put("/loyalty-rules", json!({"version": 2, "rules": wrong, "note": ""})).await.refused_field("rules.tiers.list[1].from", "not_above_the_one_below");
    house.admin.put("/loyalty-rules", json!({"version": 2, "rules": double, "note": "双倍"})).await.ok();
    assert_eq!(house.buys(&who, "A2", 10_000).await["rules_version"], 3);
    assert_eq!(house.admin.get("/loyalty-rules/versions").await.ok().as_array().unwrap().len(), 3);
    let entries = house.agent.get(&statement(&house.member(&who).await)).await.ok();
    assert_eq!((&entries["items"][1]["rules_version"], &entries["items"][1]["points"]), (&json!(2), &json!(100)));
}

async fn r030_merged_they_have_one_purse_and_apart_again_each_their_own(db: TestDb) {
    let house = house(db, json!({})).await;
    let (one, two) = (house.customer("王小明", "13800138001").await, house.customer("王小明", "13800138002").await);
    house.buys(&one, "A1", 10_000).await;
    house.buys(&two, "B1", 20_000).await;
    house.admin.post(&format!("/customers/{two}/merge"), json!({"into": one})).await.ok();
    house.app.settle().await;
    assert_eq!((house.has(&one).await, house.has(&two).await), ((300, 0, 0), (300, 0, 0)));
    house.pays(&two, "P1", 150).await.ok();
    house.admin.delete(&format!("/customers/{two}/merge")).await.ok();
    house.app.settle().await;
    assert_eq!((house.has(&one).await, house.has(&two).await), ((0, 0, 0), (150, 0, 0)));
    // Erased, the words are gone and the books stay.
    house.admin.post(&format!("/customers/{one}/erasure"), json!({"reason": "客户要求"})).await.ok();
    house.is_balanced().await;
}

async fn r030_members_of_others_are_not_there(db: TestDb) {
    let house = house(db, json!({})).await;
    let who = house.customer("王小明", "13800138001").await;
    house.buys(&who, "A1", 10_000).await;
    let id = house.member(&who).await["id"].as_str().unwrap().to_owned();
    let stranger = house.app.person("agent").await;
    assert_eq!(stranger.get("/loyalty-members").await.ok()["items"], json!([]));
    assert_eq!(stranger.get(&format!("/loyalty-members?customer={who}")).await.ok()["items"], json!([]));
    for path in ["", "/entries", "/lots", "/tier-transitions", "/adjustments"] {
        stranger.get(&format!("/loyalty-members/{id}{path}")).await.refused(404, "not_found");
    }
    let body = json!({"source": "shop", "reference": "P9", "points": 100, "total": 100_000});
    stranger.post(&format!("/loyalty-members/{id}/payments"), body).await.refused(404, "not_found");
    stranger.get("/points-figures").await.refused(403, "forbidden");
    assert_eq!(house.supervisor.get("/loyalty-members?order=balance").await.ok()["items"][0]["id"], json!(id));
    // The line of time tells it, to whoever may see it.
    let line = house.agent.get(&format!("/customers/{who}/timeline")).await.ok();
    assert_eq!((&line["items"][0]["kind"], &line["items"][0]["title"]), (&json!("points_entry"), &json!("+100")));
    let born = house.agent.put(&format!("/loyalty-members/{id}"), json!({"version": house.member(&who).await["version"], "birthday": "02-30"})).await;
    born.refused_field("birthday", "malformed");
}

async fn r030_a_reward_is_had_once_for_its_points_and_a_cancelled_one_gives_them_back(db: TestDb) {
    let house = house(db, json!({})).await;
    let (one, two) = (house.customer("王小明", "13800138001").await, house.customer("李雷", "13800138002").await);
    house.buys(&one, "A1", 30_000).await;
    house.buys(&two, "B1", 9_000).await;
    house.agent.post("/rewards", json!({"name": "保温杯", "points": 90})).await.refused(403, "forbidden");
    house.admin.post("/rewards", json!({"name": " ", "points": 0})).await.refused_field("points", "out_of_range");
    let cup = house.admin.post("/rewards", json!({"name": "保温杯", "points": 90, "stock": 2, "per_member": 1})).await.ok();
    let gold = house.admin.post("/rewards", json!({"name": "金卡礼", "points": 10, "min_rank": 2})).await.ok();
    let wants = |member: Value, reward: &Value| {
        let (agent, body) = (house.agent.clone(), json!({"reward_id": reward["id"]}));
        async move { agent.post(&format!("/loyalty-members/{}/redemptions", member["id"].as_str().unwrap()), body).await }
    };
    let (first, second) = (house.member(&one).await, house.member(&two).await);
    let had = wants(first.clone(), &cup).await.ok();
    assert_eq!((&had["state"], &had["points"], &had["reward_name"]), (&json!("open"), &json!(90), &json!("保温杯")));
    wants(first.clone(), &cup).await.refused(409, "loyalty.had_already");
    wants(second.clone(), &gold).await.refused(409, "loyalty.tier_too_low");
    // Of two at once for the last one, one has it.
    let third = house.customer("韩梅梅", "13800138003").await;
    house.buys(&third, "C1", 9_000).await;
    let third = house.member(&third).await;
    let (a, b) = tokio::join!(wants(second.clone(), &cup), wants(third, &cup));
    let mut answers = [a.status.as_u16(), b.status.as_u16()];
    answers.sort_unstable();
    assert_eq!(answers, [200, 409]);
    let path = |verb: &str| format!("/redemptions/{}/{verb}", had["id"].as_str().unwrap());
    let paid = format!("/points-entries/{}/return", had["entry_id"].as_str().unwrap());
    house.agent.post(&paid, json!({"reason": "不要了"})).await.refused(409, "loyalty.of_a_reward");
    house.agent.post(&path("cancellation"), json!({"reason": ""})).await.refused_field("reason", "required");
    house.agent.post(&path("cancellation"), json!({"reason": "换了主意"})).await.ok();
    house.agent.post(&path("fulfilment"), json!({})).await.refused(409, "loyalty.closed");
    assert_eq!(house.has(&one).await, (300, 0, 0));
    let shelf = house.agent.get("/rewards").await.ok();
    let cup = shelf.as_array().unwrap().iter().find(|one| one["id"] == cup["id"]).unwrap();
    assert_eq!(cup["stock"], 1);
    let open = house.agent.get("/redemptions?state=open").await.ok();
    assert_eq!(open["items"].as_array().unwrap().len(), 1);
    house.is_balanced().await;
}

async fn r030_a_recommendation_is_rewarded_with_the_first_order_and_never_to_oneself_or_in_a_ring(db: TestDb) {
    let house = house(db, json!({"referrals": {"referrer": 200, "referred": 100, "monthly": 1}, "tiers": {}})).await;
    let (one, two) = (house.customer("王小明", "13800138001").await, house.customer("李雷", "13800138002").await);
    for who in [&one, &two] {
        house.agent.post("/loyalty-members", json!({"customer_id": who})).await.ok();
    }
    let code = |member: &Value| member["code"].as_str().unwrap().to_owned();
    let (first, second) = (code(&house.member(&one).await), code(&house.member(&two).await));
    let refer = |code: &str, who: &str| {
        let (agent, body) = (house.agent.clone(), json!({"code": code, "customer_id": who}));
        async move { agent.post("/referrals", body).await }
    };
    refer("NOBODY22", &two).await.refused_field("code", "unknown");
    refer(&first, &one).await.refused(409, "loyalty.self_referral");
    let same = house.customer("王小明", "13800138001").await;
    refer(&first, &same).await.refused(409, "loyalty.self_referral");
    let nameless = house.agent.post("/customers", json!({"name": "无号"})).await.ok()["id"].as_str().unwrap().to_owned();
    refer(&first, &nameless).await.refused(409, "loyalty.referred_unknown");
    refer(&first.to_lowercase(), &two).await.ok();
    refer(&first, &two).await.refused(409, "loyalty.referred_already");
    refer(&second, &one).await.refused(409, "loyalty.ring");
    house.buys(&two, "B1", 10_000).await;
    assert_eq!((house.has(&one).await, house.has(&two).await), ((200, 0, 0), (200, 0, 0)));
    // A second in the same month is beyond its number; a customer with an order is no newcomer.
    let three = house.customer("韩梅梅", "13800138003").await;
    refer(&first, &three).await.ok();
    house.buys(&three, "C1", 10_000).await;
    refer(&second, &three).await.refused(409, "loyalty.referred_already");
    assert_eq!((house.has(&one).await, house.has(&three).await), ((200, 0, 0), (100, 0, 0)));
    // The order goes back, and what was given for it.
    house.pays(&one, "P1", 150).await.ok();
    house.refunds("B1", "R1", 10_000).await;
    assert_eq!((house.has(&one).await, house.has(&two).await), ((0, 0, 150), (0, 0, 0)));
    let told = house.agent.get(&format!("/loyalty-members/{}/referrals", house.member(&one).await["id"].as_str().unwrap())).await.ok();
    assert_eq!((&told[0]["state"], &told[1]["state"]), (&json!("beyond"), &json!("undone")));
    house.is_balanced().await;
}

async fn r030_orders_earn_as_they_are_complete_and_what_is_given_back_takes_back(db: TestDb) {
    let house = house(db, json!({})).await;
    let who = house.customer("王小明", "13800138001").await;
    let placed_at = house.app.app.clock().now().millis();
    let order = |state: &str, refunded: i64, days: i64, number: &str, placed_at: i64| {
        json!({"orders": [{"number": number, "customer": {"id": who}, "state": state, "currency": "CNY", "total": 20_000, "refunded": refunded,
            "placed_at": placed_at, "lines": [], "as_of": placed_at + days * DAY}], "source": "商城"})
    };
    let tell = async |body: Value| {
        house.app.app.clock().advance(DAY);
        house.admin.post("/orders", body).await.ok();
        house.app.settle().await;
        house.has(&who).await
    };
    house.agent.post("/loyalty-members", json!({"customer_id": who})).await.ok();
    // What was bought before there were points earns none.
    assert_eq!(tell(order("completed", 0, 1, "A0", placed_at - DAY)).await, (0, 0, 0));
    assert_eq!(tell(order("placed", 0, 0, "A1", placed_at)).await, (0, 0, 0));
    assert_eq!(tell(order("completed", 0, 1, "A1", placed_at)).await, (200, 0, 0));
    assert_eq!(tell(order("refunded_part", 5_000, 2, "A1", placed_at)).await, (150, 0, 0));
    assert_eq!(tell(order("refunded_part", 5_000, 3, "A1", placed_at)).await, (150, 0, 0));
    assert_eq!(tell(order("refunded", 20_000, 4, "A1", placed_at)).await, (0, 0, 0));
    house.is_balanced().await;
}

async fn r030_only_who_says_the_code_sees_and_whoever_is_no_member_is_answered_the_same(db: TestDb) {
    page::only_who_says_the_code_sees_and_whoever_is_no_member_is_answered_the_same(db).await;
}

async fn r030_codes_are_few_and_a_challenge_ends_after_five_wrong_ones(db: TestDb) {
    page::codes_are_few_and_a_challenge_ends_after_five_wrong_ones(db).await;
}

async fn r030_a_link_shows_nothing_and_rewards_are_asked_for_once(db: TestDb) {
    page::a_link_shows_nothing_and_rewards_are_asked_for_once(db).await;
}

}
