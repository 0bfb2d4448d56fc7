//! What people rely on of sanctions.

use serde_json::{Value, json};
use testkit::{Person, TestApp, TestDb, on_both};

fn modules() -> Vec<http::Module> {
    vec![
        documents::module(None),
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
        forms::module(),
        complaints::module(),
        sanctions::module(),
    ]
}

/// A department with its head, a team with its supervisor and two agents; a complaint that the supervisor decided.
struct House {
    app: TestApp,
    admin: Person,
    head: Person,
    supervisor: Person,
    agent: Person,
    colleague: Person,
    complaint: Value,
}

async fn house(db: TestDb) -> House {
    let app = TestApp::start(db, modules()).await;
    let (admin, head, supervisor) =
        (app.person("administrator").await, app.person("head").await, app.person("supervisor").await);
    let (agent, colleague) = (app.person("agent").await, app.person("agent").await);
    let department = admin.unit(("department", "客服中心"), None, Some(&head), &[]).await;
    let team = admin.unit(("team", "热线组"), Some(&department), Some(&supervisor), &[&agent, &colleague]).await;
    let mut rules = admin.get("/complaint-rules").await.ok();
    rules["categories"] = json!([{"name": "服务", "kind": "service", "children": [{"name": "态度"}]}]);
    let rules = admin.put("/complaint-rules", rules).await.ok();
    let now = app.app.clock().now().millis();
    let intake = json!({
        "anonymous": true, "content": "说好两天内回电，一周没消息", "remedy": "给说法", "happened_at": now - 1_000,
        "way": "phone", "severity": "serious", "acknowledged": true,
    });
    let complaint = agent.post("/complaints", intake).await.ok();
    let path = |rest: &str| format!("/complaints/{}{rest}", complaint["id"].as_str().unwrap());
    agent.post(&path("/completion"), json!({})).await.ok();
    let judgement = json!({
        "grounds": true, "reasonable": true, "upheld": true, "category_id": rules["categories"][0]["children"][0]["id"],
        "responsible_unit_id": team["id"], "answer_by": now + 86_400_000,
    });
    agent.put(&path("/judgement"), judgement).await.ok();
    agent.post(&path("/completion"), json!({})).await.ok();
    let found = json!({"cause": "交班时没有交接", "responsible": "当班客服"});
    supervisor.put(&path("/investigation"), found).await.ok();
    supervisor.post(&path("/completion"), json!({})).await.ok();
    House { app, admin, head, supervisor, agent, colleague, complaint }
}

impl House {
    fn complaint_path(&self, rest: &str) -> String {
        format!("/complaints/{}{rest}", self.complaint["id"].as_str().unwrap())
    }

    /// The head decides; it is being carried out.
    async fn decided(&self) {
        let version = self.agent.get(&self.complaint_path("")).await.ok()["version"].clone();
        let option =
            |title: &str| json!({"title": title, "how": "主管致电", "cost": 0, "compensation": 0, "takes": "当天"});
        let options = json!({"version": version, "options": [option("致歉"), option("致歉并优先上门")]});
        self.agent.put(&self.complaint_path("/options"), options).await.ok();
        let submitted = json!({"discussed_with": "热线组"});
        let one = self.agent.post(&self.complaint_path("/submission"), submitted).await.ok();
        let directive = json!({"version": one["version"], "option": 0, "words": "同意"});
        self.head.post(&self.complaint_path("/directive"), directive).await.ok();
    }

    fn proposing(&self) -> Value {
        json!({
            "complaint_id": self.complaint["id"], "person_id": self.agent.id(), "part": "direct", "kind": "warning",
            "ground": "negligence", "reason": " 答应回电却没有登记 ",
            "evidence": [{"kind": "course", "number": 1}, {"kind": "record", "words": "交接班登记本第 12 页"}],
        })
    }

    async fn proposed(&self) -> Value {
        self.decided().await;
        self.supervisor.post("/sanctions", self.proposing()).await.ok()
    }

    async fn noticed(&self) -> Value {
        let one = self.proposed().await;
        self.agent.post(&path(&one, "/notice"), json!({})).await.ok()
    }

    async fn tasks(&self, person: &Person, source: &str) -> usize {
        let tasks = person.get("/tasks?state=open&owner=me").await.ok();
        tasks["items"].as_array().unwrap().iter().filter(|one| one["source"] == source).count()
    }
}

fn path(sanction: &Value, rest: &str) -> String {
    format!("/sanctions/{}{rest}", sanction["id"].as_str().unwrap())
}

const DAY: i64 = 86_400_000;

on_both! { http::schema(&modules());

async fn x5_a_sanction_withdrawn_on_appeal_leaves_the_complaint_as_it_was(db: TestDb) {
    let house = house(db).await;
    let one = house.proposed().await;
    assert_eq!((&one["state"], &one["reason"], &one["notice"]), (&json!("proposed"), &json!("答应回电却没有登记"), &Value::Null));
    assert_eq!((&one["shown_by"][0]["entry"]["words"], &one["shown_by"][1]["words"]), (&json!("说好两天内回电，一周没消息"), &json!("交接班登记本第 12 页")));
    let facts = house.admin.get(&house.complaint_path("")).await.ok();
    assert_eq!(house.tasks(&house.agent, "sanctions.notice").await, 1);
    assert_eq!(house.agent.get("/sanctions/counts").await.ok(), json!({"mine": 1}));

    // Nobody else reads it for them while there is time, and nobody appeals for them.
    house.supervisor.post(&path(&one, "/notice"), json!({"words": "当面告知"})).await.refused(409, "sanctions.still_time");
    house.supervisor.post(&path(&one, "/appeal"), json!({"words": "x"})).await.refused(403, "forbidden");
    let one = house.agent.post(&path(&one, "/notice"), json!({})).await.ok();
    assert_eq!((&one["state"], &one["may"]["appeal"]), (&json!("noticed"), &json!(true)));
    assert_eq!(one["appeal_until"].as_i64().unwrap() - one["notice"]["by"]["at"].as_i64().unwrap(), 7 * DAY);
    assert_eq!(house.tasks(&house.agent, "sanctions.notice").await, 0);
    house.agent.post(&path(&one, "/withdrawal"), json!({"reason": "不服"})).await.refused(409, "sanctions.own_sanction");

    house.agent.post(&path(&one, "/appeal"), json!({"words": " "})).await.refused_field("words", "required");
    let words = json!({"words": "当天系统停机", "evidence": [{"kind": "record", "words": "停机通知"}]});
    let one = house.agent.post(&path(&one, "/appeal"), words.clone()).await.ok();
    assert_eq!(one["state"], "appealed");
    house.agent.post(&path(&one, "/appeal"), words).await.refused(409, "sanctions.other_state");
    // Neither whoever proposed it, nor the head who decided the complaint, nor the agent.
    let gone = json!({"outcome": "withdrawn", "words": "停机属实"});
    house.supervisor.post(&path(&one, "/decision"), gone.clone()).await.refused(403, "forbidden");
    house.head.post(&path(&one, "/decision"), gone.clone()).await.refused(409, "sanctions.not_impartial");
    house.agent.post(&path(&one, "/decision"), gone.clone()).await.refused(403, "forbidden");
    assert_eq!(house.head.get(&path(&one, "")).await.ok()["may"]["decide"], false);
    let one = house.admin.post(&path(&one, "/decision"), gone).await.ok();
    assert_eq!((&one["state"], &one["decision"]["words"], &one["decision"]["was_kind"]), (&json!("withdrawn"), &json!("停机属实"), &json!("warning")));
    assert_eq!(house.admin.get(&house.complaint_path("")).await.ok(), facts);

    let trail = house.admin.get(&format!("/audit-entries?subject={}", one["id"].as_str().unwrap())).await.ok();
    let actions: Vec<_> = trail["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["sanctions.decided", "sanctions.appealed", "sanctions.noticed", "sanctions.proposed"]);
    assert!(!trail.to_string().contains("停机") && !trail.to_string().contains("回电"), "{trail}");
}

async fn x5_without_evidence_or_a_founded_complaint_there_is_none(db: TestDb) {
    let house = house(db).await;
    house.supervisor.post("/sanctions", house.proposing()).await.refused(409, "sanctions.not_yet");
    house.decided().await;
    let with = |field: &str, value: Value| {
        let mut body = house.proposing();
        body[field] = value;
        body
    };
    let post = async |body: Value| house.supervisor.post("/sanctions", body).await;
    post(with("evidence", json!([]))).await.refused_field("evidence", "required");
    post(with("evidence", json!([{"kind": "record"}]))).await.refused_field("evidence[0].words", "required");
    post(with("evidence", json!([{"kind": "course", "number": 99}]))).await.refused_field("evidence[0].number", "unknown");
    post(with("evidence", json!([{"kind": "file"}]))).await.refused_field("evidence[0].file_id", "required");
    post(with("reason", json!(""))).await.refused_field("reason", "required");
    post(with("amount", json!(100))).await.refused_field("amount", "not_allowed");
    post(with("kind", json!("deduction"))).await.refused_field("amount", "required");
    let mut dear = with("kind", json!("deduction"));
    dear["amount"] = json!(50_001);
    post(dear).await.refused_field("amount", "out_of_range");
    // Nobody proposes one for themselves, for somebody out of reach, or without the permission.
    post(with("person_id", json!(house.supervisor.id()))).await.refused_field("person_id", "not_allowed");
    post(with("person_id", json!(house.head.id()))).await.refused_field("person_id", "not_allowed");
    house.agent.post("/sanctions", with("person_id", json!(house.colleague.id()))).await.refused(403, "forbidden");
    post(with("complaint_id", json!("cpl_00000000000000000000000000"))).await.refused(404, "not_found");
    // Who somebody is is no ground.
    assert_eq!(post(with("ground", json!("age"))).await.status, 422);
}

async fn x5_it_is_seen_by_whom_it_concerns_and_by_those_who_may_propose_or_decide(db: TestDb) {
    let house = house(db).await;
    let one = house.proposed().await;
    house.colleague.get(&path(&one, "")).await.refused(404, "not_found");
    house.colleague.post(&path(&one, "/notice"), json!({})).await.refused(404, "not_found");
    assert_eq!(house.colleague.get("/sanctions").await.ok()["items"], json!([]));
    let tasks = house.colleague.get("/tasks").await.ok();
    assert!(!tasks.to_string().contains("sanctions."), "{tasks}");
    for person in [&house.agent, &house.supervisor, &house.head, &house.admin] {
        assert_eq!(person.get("/sanctions").await.ok()["items"][0]["id"], one["id"]);
    }
    let of = format!("/sanctions?complaint={}&state=proposed", house.complaint["id"].as_str().unwrap());
    assert_eq!(house.head.get(&of).await.ok()["items"].as_array().unwrap().len(), 1);
    assert_eq!(house.agent.get("/sanctions?person=me").await.ok()["items"][0]["id"], one["id"]);
    assert_eq!(house.supervisor.get("/sanctions?person=me").await.ok()["items"], json!([]));
    house.admin.get("/sanctions?person=x").await.refused_field("person", "malformed");
    house.app.anonymous().get("/sanctions").await.refused(401, "unauthenticated");
}

async fn x5_it_stands_when_the_time_to_appeal_is_over_and_not_before(db: TestDb) {
    let house = house(db).await;
    let one = house.noticed().await;
    house.app.db.clock.advance(7 * DAY - 1);
    house.app.settle().await;
    assert_eq!(house.agent.get(&path(&one, "")).await.ok()["state"], "noticed");
    house.app.db.clock.advance(2_000);
    house.app.settle().await;
    let one = house.agent.get(&path(&one, "")).await.ok();
    assert_eq!((&one["state"], &one["may"]["appeal"]), (&json!("stands"), &json!(false)));
    house.agent.post(&path(&one, "/appeal"), json!({"words": "晚了"})).await.refused(409, "sanctions.other_state");
    // What stands is taken back by those who may decide alone.
    house.supervisor.post(&path(&one, "/withdrawal"), json!({"reason": "弄错了"})).await.refused(403, "forbidden");
    let gone = house.head.post(&path(&one, "/withdrawal"), json!({"reason": "弄错了"})).await.ok();
    assert_eq!((&gone["state"], &gone["withdrawal"]["reason"]), (&json!("withdrawn"), &json!("弄错了")));
}

async fn x5_who_does_not_read_it_is_given_it_in_person_and_may_still_appeal(db: TestDb) {
    let house = house(db).await;
    let one = house.proposed().await;
    house.app.db.clock.advance(3 * DAY + 1);
    house.supervisor.post(&path(&one, "/notice"), json!({})).await.refused_field("words", "required");
    let one = house.supervisor.post(&path(&one, "/notice"), json!({"words": "会议室当面宣读，人事在场"})).await.ok();
    assert_eq!((&one["state"], &one["notice"]["words"]), (&json!("noticed"), &json!("会议室当面宣读，人事在场")));
    let one = house.agent.post(&path(&one, "/appeal"), json!({"words": "不是我当班"})).await.ok();
    // Milder, or not at all.
    let changed = json!({"outcome": "changed", "kind": "deduction", "amount": 100, "words": "x"});
    house.admin.post(&path(&one, "/decision"), changed).await.refused(409, "sanctions.graver");
    house.admin.post(&path(&one, "/decision"), json!({"outcome": "changed", "words": "x"})).await.refused_field("kind", "required");
    let changed = json!({"outcome": "changed", "kind": "retraining", "words": "改为再培训"});
    let one = house.admin.post(&path(&one, "/decision"), changed).await.ok();
    assert_eq!((&one["state"], &one["kind"], &one["decision"]["was_kind"]), (&json!("changed"), &json!("retraining"), &json!("warning")));
}

async fn x5_days_and_limits_are_the_departments_to_set(db: TestDb) {
    let house = house(db).await;
    house.agent.get("/sanction-rules").await.refused(403, "forbidden");
    let mut rules = house.supervisor.get("/sanction-rules").await.ok();
    rules["appeal_days"] = json!(2);
    rules["most_deduction"] = json!(0);
    house.supervisor.put("/sanction-rules", rules.clone()).await.refused(403, "forbidden");
    house.admin.put("/sanction-rules", rules.clone()).await.refused_field("appeal_days", "out_of_range");
    rules["appeal_days"] = json!(10);
    house.admin.put("/sanction-rules", rules.clone()).await.ok();
    house.admin.put("/sanction-rules", rules).await.refused(409, "sanctions.stale");
    let one = house.noticed().await;
    assert_eq!(one["appeal_until"].as_i64().unwrap() - one["notice"]["by"]["at"].as_i64().unwrap(), 10 * DAY);
    let mut dear = house.proposing();
    (dear["kind"], dear["amount"]) = (json!("deduction"), json!(1));
    house.supervisor.post("/sanctions", dear).await.refused_field("amount", "out_of_range");
}

}
