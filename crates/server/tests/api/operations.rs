//! Every operation of the API × who may not: nobody, somebody whose role grants nothing, and an
//! outsider, whose role grants everything but reaches only what is their own, which is nothing.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::{Method, multipart};
use serde_json::{Value, json};
use store::params;
use testkit::{Person, Reply, TestApp, TestDb};

use crate::{
    bodies::{Maker, with_role},
    product,
};

/// Open to anybody.
const PUBLIC: &[&str] = &[
    "GET /session/providers",
    "GET /setup",
    "GET /setup/demo",
    "POST /session",
    "POST /session/enrolment",
    "POST /session/enrolment/confirmation",
    "POST /session/journeys",
    "POST /session/second-factor",
    "POST /setup",
    "PUT /setup/demo",
];

/// What everybody who is signed in may do, whatever their role: their own session, second factor, identities,
/// tokens and uploads, and what all must know to tell when the house is open. This list may only shrink.
const ANYBODY: &[&str] = &[
    "DELETE /session",
    "GET /identities",
    "GET /second-factor",
    "GET /session",
    "GET /settings/business-hours",
    "GET /settings/business-time",
    "GET /settings/organisation",
    "GET /settings/special-days",
    "GET /tokens",
    "PATCH /session",
    "POST /files",
    "POST /identities",
    "POST /second-factor",
    "POST /second-factor/confirmation",
    "POST /second-factor/recovery-codes",
    "POST /second-factor/removal",
    "POST /session/password",
    "POST /settings/business-time/due",
    "POST /tokens",
];

/// What an outsider may do besides: begin something, which is then their own, and see what has no
/// owner (the organisation's tree, who is responsible for what, who may approve how much, who serves the same queue, whom to ask in). This list may
/// only shrink.
const OUTSIDER: &[&str] = &[
    "GET /allocation-people",
    "GET /asks/supervisor",
    "GET /authority-limits",
    "GET /colleagues",
    "GET /complaint-causes",
    "GET /complaint-costs",
    "GET /complaint-recovery",
    "GET /complaint-rules",
    "GET /complaint-statistics",
    "GET /complaint-statistics/export",
    "GET /complaints/counts",
    "GET /conversation-candidates",
    "GET /customer-fields",
    "GET /customer-tags",
    "GET /escalation-ladders",
    "GET /improvement-actions/counts",
    "GET /improvement-rules",
    "GET /lifecycle",
    "GET /lifecycle-rules",
    "GET /loyalty-rules",
    "GET /feedback-figures",
    "GET /feedback-items/counts",
    "GET /feedback-items/export",
    "GET /feedback-rules",
    "GET /first-contacts/counts",
    "GET /intake-rules",
    "GET /market-weeks",
    "GET /members",
    "GET /posts",
    "GET /recognition-standings",
    "GET /record-updates",
    "GET /responsibilities",
    "GET /responsibilities/{activity}/holders",
    "GET /sanction-rules",
    "GET /segment-attributes",
    "GET /services",
    "GET /rewards",
    "GET /sla-policies",
    "GET /snooze-times",
    "GET /territories",
    "GET /units",
    "GET /units/{id}/history",
    "GET /wanted-details",
    "GET /worth",
    "GET /wrap-up-reasons",
    "POST /allocation-runs",
    "POST /asks",
    "POST /conversation-views",
    "POST /customer-exports",
    "POST /customers",
    "POST /delegations",
    "POST /escalations",
    "POST /imports",
    "POST /improvement-actions",
    "POST /inquiry-records",
    "POST /intake-batches",
    "POST /intake-feed",
    "POST /macros",
    "POST /opportunities",
    "POST /privacy-requests",
    "POST /market-reports",
    "POST /promises",
    "POST /purges",
    "POST /segment-previews",
    "POST /segments",
    "POST /tasks",
    "POST /win-backs",
    "POST /win-backs/preview",
    "POST /territories",
];

/// What a body needs besides its required fields.
fn besides(name: &str, ids: &BTreeMap<String, String>) -> Value {
    match name {
        "POST /conversation-batches" => json!({"actions": [{"do": "wake"}]}),
        "POST /batches" => json!({"actions": [{"do": "wake"}]}),
        "POST /segments" | "POST /segment-previews" => json!({"rule": {"match": "all", "conditions": []}}),
        "POST /customer-exports" => json!({"name": "客户", "source": {}, "columns": ["name"]}),
        "POST /conversation-views" => json!({"filter": {"waiting": true}}),
        "POST /approvals" => json!({"currency": "CNY"}),
        "POST /complaints" => json!({"anonymous": true, "happened_at": 1}),
        "POST /feedback-items" => json!({"anonymous": true, "way": "counter"}),
        "PUT /reward-budgets" => json!({"month": "2026-11", "amount": 100, "version": 0}),
        "POST /webhooks" => json!({"name": "CRM", "url": "https://crm.example.com", "kinds": ["customer.created"]}),
        // Nobody listens there.
        "POST /identity-providers" => json!({"name": "统一认证", "issuer": "http://127.0.0.1:9", "inside": true,
            "client_id": "zhike", "origin": "https://desk.example.com"}),
        // Nor there; paused, so that whoever signs in is not asked for.
        "POST /directories" => {
            json!({"name": "员工目录", "host": "127.0.0.1", "port": 9, "security": "plain", "inside": true,
            "bind_name": "cn=zhike", "password": "secret", "base": "dc=example", "filter": "(uid={login})", "id_attribute": "entryUUID",
            "login_attribute": "uid", "name_attribute": "cn", "mail_attribute": "mail", "department_attribute": "", "certificate": "",
            "required_group": "", "group_roles": [], "binding": "service", "creates": false, "state": "paused"})
        }
        "POST /sla-policies" => json!({"first_seconds": 60}),
        "POST /orders" => {
            json!({"orders": [{"number": "1", "customer": {"id": ids.get("cus")}, "placed_at": 1, "total": 100}]})
        }
        "POST /allocation-runs" => {
            json!({"who": {"looked_after": "nobody"}, "keep": "all", "people": [{"user_id": ids.get("usr")}]})
        }
        "POST /privacy-requests" => json!({"customer_id": ids.get("cus")}),
        "POST /intake-feed" => json!({"rows": [{"key": "1", "name": "秦岚", "phone": "13800138009"}]}),
        "POST /improvement-actions" => json!({"cause_id": "car-0-0"}),
        "POST /market-reports" => json!({"territory_id": ids.get("ter")}),
        "POST /opportunities" | "POST /opportunities/{id}/evidence" => json!({"customer_id": ids.get("cus")}),
        "POST /opportunity-rules" => json!({"words": ["以旧换新"], "threshold": 3, "window_days": 30}),
        "POST /promises" => json!({"customer_id": ids.get("cus"), "due_minutes": 30}),
        _ => json!({}),
    }
}

struct Operation {
    name: String,
    method: Method,
    path: String,
    body: Value,
    uploads: bool,
    /// The path names a thing.
    about: bool,
}

impl Operation {
    async fn ask(&self, person: &Person) -> Reply {
        if self.uploads {
            let part = multipart::Part::text("客户须知").file_name("须知.txt");
            return Person::reply(
                person.request(self.method.clone(), &self.path).multipart(multipart::Form::new().part("file", part)),
            )
            .await;
        }
        let body = (!self.body.is_null()).then(|| self.body.clone());
        person.send(self.method.clone(), &self.path, body).await
    }
}

/// Every operation, with a body that can be read and ids of things that exist.
fn operations(description: &Value, ids: &BTreeMap<String, String>, number: usize) -> (Vec<Operation>, Vec<String>) {
    let maker = Maker { description, ids, number };
    let (mut made, mut unmade) = (Vec::new(), Vec::new());
    let paths = description["paths"].as_object().into_iter().flatten();
    // What stands outside has no people with roles: `a_visitor_…` and `hostile` try it. A socket is asked with
    // more than a request: each topic's slice tries who may watch.
    for (path, item) in paths.filter(|(path, _)| path.starts_with("/api/v1/") && *path != "/api/v1/ws") {
        for (verb, operation) in item.as_object().into_iter().flatten() {
            let Ok(method) = verb.to_uppercase().parse::<Method>() else { continue };
            let name = format!("{method} {}", path.trim_start_matches("/api/v1"));
            let uploads = !operation["requestBody"]["content"]["multipart/form-data"].is_null();
            match maker.path(path, operation) {
                Some(at) => {
                    let mut body = maker.body(operation);
                    if let (Value::Object(body), Value::Object(more)) = (&mut body, besides(&name, ids)) {
                        body.extend(more);
                    }
                    made.push(Operation { name, method, path: at, body, uploads, about: path.contains('{') });
                }
                None => unmade.push(name),
            }
        }
    }
    // First what changes nothing: who may begin something would then have something.
    made.sort_by_key(|operation| operation.method != Method::GET);
    (made, unmade)
}

/// Ids of everything that an answer shows, by prefix; the first of each kind stays.
fn harvest(answer: &Value, ids: &mut BTreeMap<String, String>) {
    match answer {
        Value::Object(fields) => {
            if let Some((prefix, digits)) = fields.get("id").and_then(Value::as_str).and_then(|id| id.split_once('_'))
                && digits.len() == 26
            {
                ids.entry(prefix.to_owned()).or_insert_with(|| format!("{prefix}_{digits}"));
            }
            fields.values().for_each(|value| harvest(value, ids));
        }
        Value::Array(items) => items.iter().for_each(|item| harvest(item, ids)),
        _ => {}
    }
}

/// Makes one of everything, as the administrator: by asking every operation that creates.
async fn furnish(app: &TestApp, description: &Value, admin: &Person) -> BTreeMap<String, String> {
    let mut ids = BTreeMap::from([("usr".to_owned(), app.person("agent").await.id())]);
    furnish_by_hand(app, admin, &mut ids).await;
    for round in 0..4 {
        let before = ids.len();
        let (operations, _) = operations(description, &ids, round + 1);
        for operation in &operations {
            let creates = operation.method == Method::POST
                && !operation.about
                && !operation.name.contains("/session")
                && operation.name != "POST /setup";
            if creates || operation.method == Method::GET {
                let reply = operation.ask(admin).await;
                if reply.status.is_success() {
                    harvest(&reply.body, &mut ids);
                }
            }
        }
        if ids.len() == before && round > 0 {
            break;
        }
    }
    ids
}

/// What no single request makes.
async fn furnish_by_hand(app: &TestApp, admin: &Person, ids: &mut BTreeMap<String, String>) {
    // An offer: a visitor waits, and an agent takes work.
    let channel = app.app.db().write(&app.system(), channels::api::default_web_chat).await.expect("a channel");
    let agent = app.person("agent").await;
    agent.put("/presence", json!({"state": "ready"})).await.ok();
    let (mut visitor, _) = app.visitor_socket(&channel.public_key, None).await;
    visitor.send(json!({"t": "send", "client_id": "1", "text": "在吗"})).await;
    visitor.until(|frame| frame["t"] == "ready").await;
    for _ in 0..100 {
        let offers = agent.get("/offers").await.ok();
        if offers[0].is_object() {
            harvest(&offers, ids);
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    // The visitor is the customer all is about, also once there are others: two who may be one person.
    harvest(&admin.get("/customers").await.ok(), ids);
    for name in ["王小明", "王先生"] {
        admin.post("/customers", json!({"name": name, "phone": "13812345678"})).await.ok();
    }
    for _ in 0..100 {
        let pairs = admin.get("/merge-suggestions").await.ok();
        if let Some(id) = pairs["items"][0]["id"].as_str() {
            ids.insert("mgs".to_owned(), id.to_owned());
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    // They want to be left in peace.
    let peace = format!("/customers/{}/do-not-contacts", ids["cus"]);
    harvest(&admin.post(&peace, json!({"reason": "本人要求"})).await.ok(), ids);
    // Somebody who collects points, of whom it is the visitor that earned some, and some were given by hand.
    let rules = json!({"enabled": true, "currency": "CNY", "adjustment_limit": 100, "earning": {"pending_days": 0}});
    admin.put("/loyalty-rules", json!({"version": 1, "rules": rules, "note": ""})).await.ok();
    let order =
        json!({"customer_id": ids["cus"], "source": "shop", "reference": "1", "amount": 10_000, "currency": "CNY"});
    harvest(&admin.post("/points-purchases", order).await.ok(), ids);
    harvest(&admin.get("/loyalty-members").await.ok(), ids);
    let reward = admin.post("/rewards", json!({"name": "保温杯", "points": 10})).await.ok();
    let wanted = json!({"reward_id": reward["id"]});
    harvest(&admin.post(&format!("/loyalty-members/{}/redemptions", ids["mbr"]), wanted).await.ok(), ids);
    // What is known of the visitor: what was noticed, where they live, for whom they speak.
    let of = format!("/customers/{}", ids["cus"]);
    let noted = json!({"kind": "preference", "words": "喜欢文字沟通"});
    harvest(&admin.post(&format!("{of}/observations"), noted).await.ok()["observations"], ids);
    let home = json!({"kind": "home", "line": "文二路 1 号"});
    harvest(&admin.post(&format!("{of}/addresses"), home).await.ok()["addresses"], ids);
    let shop = admin.post("/customers", json!({"name": "青禾门店"})).await.ok();
    let shop = format!("/customers/{}", shop["id"].as_str().expect("an id"));
    admin.put(&format!("{shop}/kind"), json!({"kind": "organisation"})).await.ok();
    let speaks = json!({"person_id": ids["cus"]});
    harvest(&admin.post(&format!("{shop}/contact-persons"), speaks).await.ok()["contact_persons"], ids);
    // A dead job.
    let job = app.app.db().write(&app.system(), |tx| tx.exec(&DEAD_JOB, &[])).await;
    assert_eq!(job.ok(), Some(1));
    harvest(&admin.get("/jobs").await.ok(), ids);
    // What follows for somebody out of a complaint: it takes a whole course to get there.
    let complaint = json!({"anonymous": true, "content": "没人回电", "remedy": "给说法", "happened_at": 1, "way": "phone", "severity": "minor"});
    let complaint = admin.post("/complaints", complaint).await.ok()["id"].as_str().expect("an id").to_owned();
    let person = ids["usr"].clone();
    let sanction = app.app.db().write(&app.system(), move |tx| tx.exec(&SANCTION, params![complaint, person])).await;
    assert_eq!(sanction.ok(), Some(1));
    harvest(&admin.get("/sanctions").await.ok(), ids);
    // A mailbox that nobody fetches, and a mail in it that nobody can read.
    let mailbox = json!({"name": "售后", "address": "service@example.com", "state": "paused", "imap_host": "mail.example.com",
        "imap_user": "service", "imap_password": "secret", "smtp_host": "mail.example.com"});
    let mailbox = admin.post("/mailboxes", mailbox).await.ok();
    let id = mailbox["id"].as_str().expect("an id").to_owned();
    let (system, at) = (app.system(), format!("/mailboxes/{id}/unreadable-mails"));
    let mail = app.app.db().write(&system, move |tx| {
        tx.exec(&UNREADABLE_MAIL, params![id])?;
        tx.exec(&RAW_MAIL, &[])
    });
    assert_eq!(mail.await.ok(), Some(1));
    harvest(&admin.get(&at).await.ok(), ids);
    let account = json!({"kind": "wechat", "details": {"name": "公众号", "state": "paused", "app_id": "wxb11529c136998cb6",
        "secret": "a-secret", "token": "pamtest", "aes_key": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"}});
    harvest(&admin.post("/wechat-accounts", account).await.ok(), ids);
    // A number that wants no text messages.
    let gateway = json!({"name": "短信", "driver": "http", "details": {}});
    let gateway = admin.post("/sms-gateways", gateway).await.ok()["id"].clone();
    let opt_out = json!({"channel_id": gateway, "phone": "13812345678", "reason": "来电要求"});
    let opt_out = admin.post("/sms-opt-outs", opt_out).await.ok()["id"].as_str().expect("an id").to_owned();
    ids.insert("smo".into(), opt_out);
    // A message that a channel could not bring to its customer.
    let all = admin.get("/conversations").await.ok();
    let conversation = all["items"][0]["id"].as_str().expect("the visitor's").to_owned();
    let batch = json!({"ids": [conversation], "actions": [{"do": "add_tag", "tag": "批量"}]});
    harvest(&admin.post("/batches", batch).await.ok(), ids);
    // What somebody bore.
    let abuse = json!({"kind": "insult", "word": "骂人"});
    harvest(&admin.post(&format!("/conversations/{conversation}/abuse"), abuse).await.ok(), ids);
    let failed = app.app.db().write(&system, move |tx| tx.exec(&FAILED_DELIVERY, params![conversation]));
    assert_eq!(failed.await.ok(), Some(1));
    ids.insert("dlv".into(), "dlv_01jd3k5v2pf6z8q0w4x7y9abcd".into());
    // A row of today's intake, and somebody who is to be spoken to.
    let batch = admin.post("/intake-batches", json!({})).await.ok()["id"].as_str().expect("an id").to_owned();
    let row = json!({"name": "秦岚", "phone": "13800138010"});
    harvest(&admin.post(&format!("/intake-batches/{batch}/items"), row).await.ok(), ids);
    let user = ids["usr"].clone();
    let begun = app.app.db().write(&system, move |tx| tx.exec(&FIRST_CONTACT, params![user]));
    assert_eq!(begun.await.ok(), Some(1));
    ids.insert("fcn".into(), "fcn_01jd3k5v2pf6z8q0w4x7y9abcd".into());
    // What is to be removed.
    let customer = ids["cus"].clone();
    app.app.db().write(&system, |tx| tx.exec(&PURGE, &[])).await.expect("a purge");
    let item = app.app.db().write(&system, move |tx| tx.exec(&PURGE_ITEM, params![customer]));
    assert_eq!(item.await.ok(), Some(1));
    ids.insert("prg".into(), "prg_01jd3k5v2pf6z8q0w4x7y9abcd".into());
    // What a webhook could not be told.
    let webhook = besides("POST /webhooks", ids);
    admin.post("/webhooks", webhook).await.ok();
    let dead = app.app.db().write(&system, |tx| tx.exec(&DEAD_CALL, &[]));
    assert_eq!(dead.await.ok(), Some(1));
    // Somebody whom an identity provider knows.
    let user = ids["usr"].clone();
    let known = app.app.db().write(&system, move |tx| tx.exec(&IDENTITY, params![user]));
    assert_eq!(known.await.ok(), Some(1));
    ids.insert("idn".into(), "idn_01jd3k5v2pf6z8q0w4x7y9abcd".into());
    // An attempt to win somebody back.
    let customer = ids["cus"].clone();
    app.app.db().write(&system, |tx| tx.exec(&WIN_BACK, &[])).await.expect("an attempt");
    let member = app.app.db().write(&system, move |tx| tx.exec(&WIN_BACK_MEMBER, params![customer]));
    assert_eq!(member.await.ok(), Some(1));
    ids.insert("wnb".into(), "wnb_01jd3k5v2pf6z8q0w4x7y9abcd".into());
    ids.insert("whc".into(), "whc_01jd3k5v2pf6z8q0w4x7y9abcd".into());
}

store::sql! {
    WIN_BACK = "INSERT INTO win_backs (id, name, offer, conditions, control_percent, seed, due_days, began_at, until_at, offered,
                control, currency, owner_name, version)
                VALUES ('wnb_01jd3k5v2pf6z8q0w4x7y9abcd', '', '', '[]', 20, 1, 7, 0, 0, 1, 0, 'CNY', '', 1)";
    WIN_BACK_MEMBER = "INSERT INTO win_back_members (win_back_id, customer_id, arm, reason, until_at, note)
                VALUES ('wnb_01jd3k5v2pf6z8q0w4x7y9abcd', $1, 'offer', '{\"evidence\":[],\"rules_changed\":false}', 0, '')";
    PURGE = "INSERT INTO purges (id, kind, state, reason, total, done, removed, skipped, cut_off, approval_id, owner_id, owner_name,
                created_at, version)
                VALUES ('prg_01jd3k5v2pf6z8q0w4x7y9abcd', 'customers', 'stopped', '', 1, 1, 0, 1, FALSE, 'apr_01jd3k5v2pf6z8q0w4x7y9abcd',
                'usr_01jd3k5v2pf6z8q0w4x7y9abcd', '', 0, 1)";
    PURGE_ITEM = "INSERT INTO purge_items (purge_id, place, customer_id, state, why, at)
                VALUES ('prg_01jd3k5v2pf6z8q0w4x7y9abcd', 1, $1, 'skipped', 'active', 0)";
    IDENTITY = "INSERT INTO identities (id, issuer, subject, user_id, name, created_at)
                VALUES ('idn_01jd3k5v2pf6z8q0w4x7y9abcd', 'https://id.example.com', '1', $1, '', 0)";
    FIRST_CONTACT = "INSERT INTO first_contacts (id, customer_id, customer_name, owner_id, owner_name, state, days, given_at, remind_at, due_at, note, version)
                VALUES ('fcn_01jd3k5v2pf6z8q0w4x7y9abcd', 'cus_01jd3k5v2pf6z8q0w4x7y9abcd', '', $1, '', 'open', 7, 0, 0, 0, '', 1)";
    DEAD_CALL = "INSERT INTO webhook_calls (id, webhook_id, kind, subject, data, happened_at, fact_epoch, fact_seq, state, why, attempts, at, changed_at)
                SELECT 'whc_01jd3k5v2pf6z8q0w4x7y9abcd', id, 'customer.created', '', '', 0, 0, 0, 'dead', '', 8, 0, 0 FROM webhooks ORDER BY id LIMIT 1";
    FAILED_DELIVERY = "INSERT INTO deliveries (id, conversation_id, seq, channel_id, channel_kind, customer_id, state, why, attempts, at, changed_at)
                SELECT 'dlv_01jd3k5v2pf6z8q0w4x7y9abcd', id, 1, channel_id, 'open', customer_id, 'failed', '', 1, 0, 0 FROM conversations WHERE id = $1";
    SANCTION = "INSERT INTO sanctions (id, complaint_id, complaint_number, state, person_id, person_name, part, kind, currency, ground, reason,
                evidence, proposed_by, proposed_by_name, proposed_at, notice_until, version)
                VALUES ('snc_01jd3k5v2pf6z8q0w4x7y9abcd', $1, 'TS20261120-0001', 'proposed', $2, '', 'direct', 'warning', 'CNY',
                'procedure', '', '[]', 'usr_01jd3k5v2pf6z8q0w4x7y9abcd', '', 0, 0, 1)";
    UNREADABLE_MAIL = "INSERT INTO mails (id, mailbox_id, direction, kind, state, message_id, sender, recipients, subject,
                text, remote_pictures, attachments, dropped, why, at)
                VALUES ('mal_01jd3k5v2pf6z8q0w4x7y9abcd', $1, 'in', 'mail', 'unreadable', '1@example.com',
                '{\"name\":\"\",\"address\":\"\"}', '[]', '', '', 0, '[]', '[]', 'malformed', 0)";
    RAW_MAIL = "INSERT INTO mail_raws (mail_id, raw) VALUES ('mal_01jd3k5v2pf6z8q0w4x7y9abcd', 'eA==')";
    DEAD_JOB = "INSERT INTO jobs (id, kind, payload, state, run_at, attempts, max_attempts, created_at)
                VALUES ('job_01jd3k5v2pf6z8q0w4x7y9abcd', 'test.dead', '{}', 'dead', 0, 1, 1, 0)";
}

fn is_empty(body: &Value) -> bool {
    let items = body.as_array().or_else(|| body["items"].as_array());
    let counts =
        || body.as_object().is_some_and(|counts| !counts.is_empty() && counts.values().all(|count| *count == 0));
    items.map_or_else(counts, Vec::is_empty)
}

/// Asks everything as `person` and compares with who may what. What is let through must be on one
/// of `lists`; what is on the last of them must be let through.
async fn ask_all(operations: &[Operation], person: &Person, lists: &[&[&str]], refusals: &[u16]) -> Vec<String> {
    let mut through = BTreeSet::new();
    let mut wrong = Vec::new();
    for operation in operations {
        let reply = operation.ask(person).await;
        let (status, name) = (reply.status.as_u16(), operation.name.as_str());
        if status >= 500 || (!reply.status.is_success() && reply.body["code"].is_null()) {
            wrong.push(format!("{name}: {status} {}", reply.body));
        }
        let empty = operation.method == Method::GET && !operation.about && is_empty(&reply.body);
        if refusals.contains(&status) || (empty && !refusals.contains(&401)) {
            continue;
        }
        through.insert(name.to_owned());
        if !lists.concat().contains(&name) {
            wrong.push(format!(
                "{name} is not refused: {status} {}",
                reply.body.to_string().chars().take(200).collect::<String>()
            ));
        }
    }
    let known: BTreeSet<_> = operations.iter().map(|operation| operation.name.as_str()).collect();
    for name in *lists.last().expect("a list") {
        if known.contains(name) && !through.contains(*name) {
            wrong.push(format!("{name} is refused by now: take it off the list"));
        }
        if !known.contains(name) {
            wrong.push(format!("{name} is no operation: take it off the list"));
        }
    }
    wrong
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_is_refused_to_whom_it_is_not_for() {
    let app = product::start(TestDb::sqlite(&product::schema())).await;
    let description: Value = serde_json::from_str(&(app.openapi)().to_json().expect("JSON")).expect("JSON");
    let admin = app.person("administrator").await;
    let ids = furnish(&app, &description, &admin).await;
    let (operations, unmade) = operations(&description, &ids, 99);
    assert!(unmade.is_empty(), "nothing was made that these are about: {unmade:?}; known are {ids:?}");
    assert!(operations.len() > 40);

    let nothing = with_role(&app, &admin, "nothing", json!({})).await;
    let permissions = admin.get("/permissions").await.ok();
    let reaching = permissions.as_array().into_iter().flatten().filter(|one| one["reaches"] == true);
    let own: serde_json::Map<_, _> =
        reaching.filter_map(|one| Some((one["name"].as_str()?.to_owned(), json!("own")))).collect();
    let outsider = with_role(&app, &admin, "outsider", Value::Object(own)).await;

    let mut wrong = Vec::new();
    for (who, person, lists, refusals) in [
        ("nobody", app.anonymous(), &[PUBLIC][..], &[401][..]),
        ("a role that grants nothing", nothing, &[PUBLIC, ANYBODY], &[403, 404]),
        ("an outsider", outsider, &[PUBLIC, ANYBODY, OUTSIDER], &[403, 404]),
    ] {
        let found = ask_all(&operations, &person, lists, refusals).await;
        wrong.extend(found.into_iter().map(|text| format!("{who}: {text}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
