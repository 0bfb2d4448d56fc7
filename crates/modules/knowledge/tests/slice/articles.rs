//! What people rely on of articles and of what is missing.

use kernel::Origin;
use serde_json::{Value, json};
use testkit::{Person, TestApp, TestDb, on_both};

use crate::modules;

const DAY: i64 = 24 * 60 * 60_000;

/// A team whose lead reviews, a writer in it, an agent who reads, the administrator.
struct House {
    app: TestApp,
    admin: Person,
    lead: Person,
    writer: Person,
    agent: Person,
    team: Value,
}

async fn house(db: TestDb) -> House {
    let app = TestApp::start(db, modules()).await;
    let (admin, lead) = (app.person("administrator").await, app.person("supervisor").await);
    let (writer, agent) = (app.person("supervisor").await, app.person("agent").await);
    let unit = admin.unit(("team", "热线组"), None, Some(&lead), &[&writer]).await;
    House { app, admin, lead, writer, agent, team: unit["id"].clone() }
}

fn path(article: &Value, rest: &str) -> String {
    format!("/articles/{}{rest}", article["id"].as_str().unwrap())
}

fn words(title: &str) -> Value {
    json!({"title": title, "answer": "七天内原路退回", "body": "# 条件\n签收后**七天内**", "keywords": ["退钱"], "audience": "public"})
}

impl House {
    async fn written(&self, words: Value) -> Value {
        self.writer.post("/articles", words).await.ok()
    }

    async fn submitted(&self, article: &Value) -> Value {
        self.writer.post(&path(article, "/submission"), json!({"version": article["version"]})).await.ok()
    }

    async fn published(&self, words: Value) -> Value {
        let draft = self.written(words).await;
        let waiting = self.submitted(&draft).await;
        self.lead.post(&path(&waiting, "/publication"), json!({"version": waiting["version"]})).await.ok()
    }

    async fn titles(&self, person: &Person, query: &str) -> Vec<String> {
        let page = person.get(&format!("/articles?{query}")).await.ok();
        page["items"].as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect()
    }

    async fn sources(&self, person: &Person, state: &str) -> Vec<String> {
        let page = person.get(&format!("/tasks?owner=me&state={state}")).await.ok();
        page["items"].as_array().unwrap().iter().map(|one| one["source"].as_str().unwrap().to_owned()).collect()
    }

    /// The page that customers see, its status and its policy.
    async fn page(&self, article: &Value, language: &str) -> (u16, String, String) {
        let url = format!("http://{}{}", self.app.address, path(article, ""));
        let asked = reqwest::Client::new().get(url).header("accept-language", language);
        let answer = asked.send().await.unwrap();
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        (answer.status().as_u16(), policy, answer.text().await.unwrap())
    }
}

on_both! { http::schema(&modules());

async fn an_article_is_in_force_once_somebody_else_published_it(db: TestDb) {
    let house = house(db).await;
    let draft = house.written(words("怎么申请退货退款")).await;
    assert_eq!((&draft["state"], &draft["published"], &draft["may_review"]), (&json!("draft"), &json!(null), &json!(false)));
    house.agent.get(&path(&draft, "")).await.refused(404, "not_found");
    assert_eq!(house.titles(&house.agent, "q=退款").await, Vec::<String>::new());
    assert_eq!(house.titles(&house.lead, "q=退款").await, ["怎么申请退货退款"]);
    house.agent.post("/articles", words("x")).await.refused(403, "forbidden");
    house.lead.post(&path(&draft, "/publication"), json!({"version": draft["version"]})).await.refused(409, "knowledge.not_in_review");

    let waiting = house.submitted(&draft).await;
    assert_eq!((&waiting["state"], house.sources(&house.lead, "open").await), (&json!("in_review"), vec!["knowledge.review".into()]));
    let seen = json!({"version": waiting["version"]});
    house.writer.post(&path(&waiting, "/publication"), seen.clone()).await.refused(409, "knowledge.own_words");
    house.writer.patch(&path(&waiting, ""), json!({"version": waiting["version"], "title": "x"})).await.refused(409, "knowledge.in_review");
    // Given back with a word, mended, handed in again.
    let word = json!({"version": waiting["version"], "reason": "补上运费由谁承担"});
    house.lead.post(&path(&waiting, "/return"), json!({"version": waiting["version"], "reason": " "})).await.refused_field("reason", "required");
    let back = house.lead.post(&path(&waiting, "/return"), word).await.ok();
    assert_eq!((&back["state"], &back["working"]["returned"]), (&json!("draft"), &json!("补上运费由谁承担")));
    assert_eq!(house.sources(&house.writer, "open").await, ["knowledge.revise"]);
    let change = json!({"version": back["version"], "body": "签收后七天内，运费由我们承担"});
    let mended = house.writer.patch(&path(&back, ""), change.clone()).await.ok();
    house.writer.patch(&path(&back, ""), change).await.refused(409, "knowledge.stale");
    let waiting = house.submitted(&mended).await;
    assert_eq!(house.sources(&house.writer, "done").await, ["knowledge.revise"]);
    house.lead.post(&path(&waiting, "/publication"), seen).await.refused(409, "knowledge.stale");
    let published = house.lead.post(&path(&waiting, "/publication"), json!({"version": waiting["version"]})).await.ok();
    assert_eq!((&published["state"], &published["published"]["number"], &published["working"]), (&json!("published"), &json!(1), &json!(null)));
    assert_eq!(house.sources(&house.lead, "open").await, Vec::<String>::new());
    // Found by what stands in it, in either script, all words of it.
    for q in ["退货退款", "運費", "七天 承担", "退钱"] {
        assert_eq!(house.titles(&house.agent, &format!("q={q}")).await, ["怎么申请退货退款"], "{q}");
    }
    assert_eq!(house.titles(&house.agent, "q=货退钱").await, Vec::<String>::new());
    let trail = house.admin.get(&format!("/audit-entries?subject={}", draft["id"].as_str().unwrap())).await.ok();
    let actions: Vec<_> = trail["items"].as_array().unwrap().iter().map(|one| one["action"].as_str().unwrap()).collect();
    assert_eq!(actions[..2], ["knowledge.article_published", "knowledge.article_submitted"]);
    house.app.finish().await;
}

async fn an_edit_of_what_is_in_force_is_a_draft_beside_it_and_every_version_stays(db: TestDb) {
    let house = house(db).await;
    let first = house.published(words("旧标题")).await;
    let change = json!({"version": first["version"], "title": "新标题", "body": "改过的正文"});
    let edited = house.writer.patch(&path(&first, ""), change).await.ok();
    assert_eq!((&edited["title"], &edited["working"]["title"], &edited["working"]["number"]), (&json!("旧标题"), &json!("新标题"), &json!(2)));
    let seen = house.agent.get(&path(&first, "")).await.ok();
    assert_eq!((&seen["published"]["title"], &seen["working"], &seen["working_id"]), (&json!("旧标题"), &json!(null), &json!(null)));
    assert_eq!(house.titles(&house.lead, "state=draft").await, ["旧标题"]);
    let waiting = house.submitted(&edited).await;
    assert_eq!(house.titles(&house.lead, "state=in_review").await, ["旧标题"]);
    let second = house.lead.post(&path(&waiting, "/publication"), json!({"version": waiting["version"]})).await.ok();
    assert_eq!(second["title"], "新标题");
    assert_eq!(house.titles(&house.agent, "q=改过的正文").await, ["新标题"]);
    assert_eq!(house.titles(&house.agent, "q=条件").await, Vec::<String>::new());

    let versions = house.agent.get(&path(&first, "/versions")).await.ok();
    let states: Vec<_> = versions["items"].as_array().unwrap().iter().map(|one| (one["number"].as_i64().unwrap(), one["state"].as_str().unwrap())).collect();
    assert_eq!(states, [(2, "published"), (1, "replaced")]);
    let old = format!("/versions/{}", versions["items"][1]["id"].as_str().unwrap());
    assert_eq!(house.agent.get(&path(&first, &old)).await.ok()["blocks"][0]["kind"], "heading");
    let again = house.writer.post(&path(&first, &format!("{old}/restoration")), json!({"version": second["version"]})).await.ok();
    assert_eq!((&again["working"]["title"], &again["working"]["number"], &again["title"]), (&json!("旧标题"), &json!(3), &json!("新标题")));
    house.writer.post(&path(&first, &format!("{old}/restoration")), json!({"version": again["version"]})).await.refused(409, "knowledge.draft_there");
    // A draft is seen by none but those who write; given up, it stays as a version.
    let draft = format!("/versions/{}", again["working_id"].as_str().unwrap());
    house.agent.get(&path(&first, &draft)).await.refused(404, "not_found");
    house.writer.delete(&path(&first, "/draft")).await.ok();
    assert_eq!(house.writer.get(&path(&first, &draft)).await.ok()["state"], "dropped");
    house.writer.delete(&path(&first, "/draft")).await.refused(409, "knowledge.not_draft");
    house.app.finish().await;
}

async fn before_its_end_the_owner_is_asked_and_after_it_the_article_is_in_doubt(db: TestDb) {
    let house = house(db).await;
    let now = house.app.app.clock().now().millis();
    let mut body = words("价保规则");
    body["verify_until"] = json!(now + 10 * DAY);
    let article = house.published(body.clone()).await;
    let ask = async || {
        let system = Origin::system("test");
        house.app.app.db().write(&system, |tx| knowledge::api::ask_owners(tx, 50)).await.unwrap()
    };
    assert_eq!(ask().await, 0);
    house.app.app.clock().advance(4 * DAY);
    // The day's own job may have been quicker.
    assert!(ask().await <= 1 && ask().await == 0);
    let tasks = house.writer.get("/tasks?owner=me&state=open").await.ok();
    assert_eq!(tasks["items"].as_array().unwrap().len(), 1);
    assert_eq!((&tasks["items"][0]["source"], &tasks["items"][0]["due_at"]), (&json!("knowledge.verify"), &json!(now + 10 * DAY)));
    assert_eq!(house.agent.get(&path(&article, "")).await.ok()["stale"], false);
    house.app.app.clock().advance(7 * DAY);
    assert_eq!(house.agent.get(&path(&article, "")).await.ok()["stale"], true);
    assert_eq!(house.titles(&house.agent, "stale=true").await, ["价保规则"]);
    // Looked at: right for longer; the next end is asked for anew.
    house.agent.post(&path(&article, "/verification"), json!({"verify_until": now + 40 * DAY})).await.refused(403, "forbidden");
    house.writer.post(&path(&article, "/verification"), json!({"verify_until": now})).await.refused_field("verify_until", "out_of_range");
    let verified = house.writer.post(&path(&article, "/verification"), json!({"verify_until": now + 40 * DAY})).await.ok();
    assert_eq!((&verified["stale"], house.sources(&house.writer, "done").await), (&json!(false), vec!["knowledge.verify".into()]));
    house.app.app.clock().advance(25 * DAY);
    assert!(ask().await <= 1);
    assert_eq!(house.sources(&house.writer, "open").await, ["knowledge.verify"]);
    // Whoever looks after it from now on has the task.
    house.writer.put(&path(&article, "/owner"), json!({"owner_id": house.lead.id()})).await.ok();
    assert_eq!(house.sources(&house.lead, "open").await, ["knowledge.verify"]);
    house.writer.put(&path(&article, "/owner"), json!({"owner_id": "usr_01jd3k5v2pf6z8q0w4x7y9abcd"})).await.refused_field("owner_id", "unknown");
    // What is over when it is handed in is not published.
    body["verify_until"] = json!(now);
    let late = house.written(body).await;
    house.writer.post(&path(&late, "/submission"), json!({"version": 1})).await.refused_field("verify_until", "out_of_range");
    house.app.finish().await;
}

async fn customers_read_what_is_public_and_in_force_and_no_markup_of_others_runs(db: TestDb) {
    let house = house(db).await;
    let mut body = words("退款 <script>alert(1)</script>");
    body["body"] = json!("**七天**内 <img src=x onerror=alert(1)> [点我](javascript:alert(1)) https://example.com/a");
    body["answer"] = json!("\"><b>");
    let draft = house.written(body).await;
    assert_eq!(house.page(&draft, "zh-CN").await.0, 404);
    let waiting = house.submitted(&draft).await;
    let article = house.lead.post(&path(&waiting, "/publication"), json!({"version": waiting["version"]})).await.ok();
    assert_eq!(article["link"], json!(path(&article, "")));
    let (status, policy, page) = house.page(&article, "en-GB,en;q=0.9").await;
    assert_eq!(status, 200);
    assert!(policy.contains("default-src 'none'") && !policy.contains("script"), "{policy}");
    assert!(page.contains("<html lang=en>") && page.contains("<strong>七天</strong>") && page.contains("Updated on 20 November 2026"), "{page}");
    assert!(page.contains("<a href=\"https://example.com/a\" rel="));
    let ours = page.split("</style>").nth(1).unwrap();
    assert!(!ours.contains("<script") && !ours.contains("<img") && !ours.contains("href=\"javascript") && !ours.contains("<b>"), "{ours}");
    assert!(house.page(&article, "zh-HK").await.2.contains("更新於"));
    // Staff's own, what is out of force and what never was are not there.
    let mut inner = words("内部");
    inner["audience"] = json!("internal");
    let inner = house.published(inner).await;
    assert_eq!((&inner["link"], house.page(&inner, "zh-CN").await.0), (&json!(null), 404));
    house.lead.post(&path(&article, "/archival"), json!({"reason": "规则变了"})).await.ok();
    let (status, _, page) = house.page(&article, "zh-CN").await;
    assert!(status == 404 && page.contains("页面不存在"), "{page}");
    assert_eq!(house.titles(&house.agent, "q=退款").await, Vec::<String>::new());
    house.agent.get(&path(&article, "")).await.refused(404, "not_found");
    house.lead.post(&path(&article, "/archival"), json!({})).await.refused(409, "knowledge.archived");
    house.lead.delete(&path(&article, "/archival")).await.ok();
    assert_eq!((house.page(&article, "zh-CN").await.0, house.titles(&house.agent, "q=七天").await.len()), (200, 2));
    house.app.finish().await;
}

async fn what_is_for_one_team_is_seen_there_and_categories_have_two_levels(db: TestDb) {
    let house = house(db).await;
    let caller = house.app.person("agent").await;
    house.admin.put(&format!("/members/{}", caller.id()), json!({"unit_id": house.team, "post_id": null})).await.ok();
    house.agent.post("/article-categories", json!({"name": "售后"})).await.refused(403, "forbidden");
    let top = house.lead.post("/article-categories", json!({"name": "售后"})).await.ok();
    let below = house.lead.post("/article-categories", json!({"name": "退款", "parent_id": top["id"]})).await.ok();
    house.lead.post("/article-categories", json!({"name": "x", "parent_id": below["id"]})).await.refused_field("parent_id", "not_allowed");
    let mut body = words("本组话术");
    body["unit_id"] = house.team.clone();
    body["category_id"] = below["id"].clone();
    let article = house.published(body).await;
    house.agent.get(&path(&article, "")).await.refused(404, "not_found");
    assert_eq!(house.titles(&house.agent, "q=话术").await, Vec::<String>::new());
    house.agent.post(&path(&article, "/votes"), json!({"helpful": true})).await.refused(404, "not_found");
    assert_eq!(house.titles(&caller, "q=话术").await, ["本组话术"]);
    let category = format!("category={}", top["id"].as_str().unwrap());
    assert_eq!((house.titles(&caller, &category).await, house.titles(&house.agent, &category).await), (vec!["本组话术".into()], vec![]));
    let at = format!("/article-categories/{}", below["id"].as_str().unwrap());
    house.lead.delete(&at).await.refused(409, "knowledge.category_in_use");
    assert_eq!(house.lead.patch(&at, json!({"version": 1, "name": "退款类"})).await.ok()["name"], "退款类");
    house.lead.patch(&at, json!({"version": 1, "name": "y"})).await.refused(409, "knowledge.stale");
    // One vote each; said again it is said otherwise.
    caller.post(&path(&article, "/votes"), json!({"helpful": true})).await.ok();
    let votes = caller.post(&path(&article, "/votes"), json!({"helpful": false})).await.ok();
    assert_eq!((&votes["helpful"], &votes["unhelpful"]), (&json!(0), &json!(1)));
    assert_eq!(caller.post(&path(&article, "/use"), json!({})).await.ok()["uses"], 1);
    caller.post(&path(&article, "/votes"), json!({"helpful": true, "conversation_id": "cnv_01jd3k5v2pf6z8q0w4x7y9abcd"})).await.refused_field("conversation_id", "unknown");
    house.app.finish().await;
}

async fn what_is_missed_is_one_gap_until_the_article_about_it_is_published(db: TestDb) {
    let house = house(db).await;
    let miss = async |question: &str, searched: bool| house.agent.post("/knowledge-gaps", json!({"question": question, "searched": searched})).await.ok();
    let first = miss("海外能不能寄？", true).await;
    let again = miss(" 海外能不能寄 ", false).await;
    assert_eq!((&first["id"], &again["times"]), (&again["id"], &json!(2)));
    house.agent.get("/knowledge-gaps").await.refused(403, "forbidden");
    let gaps = house.writer.get("/knowledge-gaps?state=open").await.ok();
    assert_eq!((&gaps["items"][0]["question"], gaps["items"].as_array().unwrap().len()), (&json!("海外能不能寄？"), 1));
    assert_eq!(house.writer.get("/knowledge-gaps/counts").await.ok(), json!({"open_gaps": 1}));
    let at = format!("/knowledge-gaps/{}", first["id"].as_str().unwrap());
    let reports = house.writer.get(&at).await.ok()["reports"].clone();
    let sources: Vec<_> = reports.as_array().unwrap().iter().map(|one| one["source"].as_str().unwrap()).collect();
    assert_eq!(sources, ["desk", "search"]);
    // Write the article: the gap waits for it, and is closed by its publication.
    let mut body = words("海外配送范围");
    body["gap_id"] = first["id"].clone();
    let draft = house.written(body.clone()).await;
    assert_eq!(house.writer.get(&at).await.ok()["state"], "writing");
    house.writer.post("/articles", body).await.refused(409, "knowledge.gap_not_open");
    house.writer.post(&format!("{at}/dismissal"), json!({"reason": "x"})).await.refused(409, "knowledge.gap_not_open");
    let waiting = house.submitted(&draft).await;
    house.lead.post(&path(&waiting, "/publication"), json!({"version": waiting["version"]})).await.ok();
    let closed = house.writer.get(&at).await.ok();
    assert_eq!((&closed["state"], &closed["article_id"]), (&json!("closed"), &draft["id"]));
    // What is there by now is no gap; what is missed anew is a new one.
    assert_eq!(miss("海外配送", true).await, json!({"id": null, "times": 0}));
    let second = miss("海外能不能寄", true).await;
    assert!(second["id"] != first["id"]);
    let at = format!("/knowledge-gaps/{}", second["id"].as_str().unwrap());
    let dismissed = house.writer.post(&format!("{at}/dismissal"), json!({"reason": "已有《海外配送范围》"})).await.ok();
    assert_eq!((&dismissed["state"], &dismissed["reason"]), (&json!("dismissed"), &json!("已有《海外配送范围》")));
    // An article that is given up leaves the gap open.
    let third = miss("能用支票付吗", false).await;
    let mut body = words("支票");
    body["gap_id"] = third["id"].clone();
    let draft = house.written(body).await;
    house.lead.post(&path(&draft, "/archival"), json!({})).await.ok();
    let at = format!("/knowledge-gaps/{}", third["id"].as_str().unwrap());
    assert_eq!(house.writer.get(&at).await.ok()["state"], "open");
    house.app.finish().await;
}

async fn what_is_malformed_is_refused_and_named(db: TestDb) {
    let house = house(db).await;
    for (field, value, code) in [
        ("title", json!(" "), "required"),
        ("title", json!("一".repeat(121)), "too_long"),
        ("title", json!("两\n行"), "control_character"),
        ("answer", json!("一".repeat(501)), "too_long"),
        ("body", json!(""), "required"),
        ("body", json!("一".repeat(20_001)), "too_long"),
        ("keywords", json!(["一".repeat(31)]), "malformed"),
        ("keywords", json!(vec!["词"; 21]), "out_of_range"),
        ("category_id", json!("acg_01jd3k5v2pf6z8q0w4x7y9abcd"), "unknown"),
        ("unit_id", json!("unt_01jd3k5v2pf6z8q0w4x7y9abcd"), "unknown"),
        ("gap_id", json!("gap_01jd3k5v2pf6z8q0w4x7y9abcd"), "unknown"),
        ("verify_until", json!(-1), "out_of_range"),
        ("audience", json!("everybody"), "wrong_type"),
        ("state", json!("published"), "unknown_field"),
    ] {
        let mut body = words("退款");
        body[field] = value;
        house.writer.post("/articles", body).await.refused_field(field, code);
    }
    for (question, code) in [("x", "too_short"), ("？！", "malformed"), ("", "required")] {
        house.agent.post("/knowledge-gaps", json!({"question": question})).await.refused_field("question", code);
    }
    house.agent.post("/articles/preview", json!({"body": "x"})).await.refused(403, "forbidden");
    let blocks = house.writer.post("/articles/preview", json!({"body": "- a\n- b"})).await.ok()["blocks"].clone();
    assert_eq!((&blocks[0]["kind"], blocks[0]["lines"].as_array().unwrap().len()), (&json!("bullets"), 2));
    house.app.finish().await;
}

}
