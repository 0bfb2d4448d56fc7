//! What people rely on of the first run, the organisation and its business time.

use serde_json::{Value, json};
use testkit::{Person, TestApp, on_both};

store::sql! {
    FACTS = "SELECT count(*) FROM facts WHERE kind = $1";
}

fn modules() -> Vec<http::Module> {
    vec![audit::module(), access::module(), settings::module()]
}

/// Friday 2026-11-20, 10:00 in Shanghai: where the tests' clock stands.
const NOW: i64 = 1_795_140_000_000;
const HOUR: i64 = 3_600_000;

fn first(login: &str) -> Value {
    json!({"organisation": "晨光电器", "name": "苏禾", "login": login, "password": "long enough 1", "locale": "zh-CN"})
}

on_both! { http::schema(&modules());

async fn the_first_run_makes_an_administrator_who_is_signed_in(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let nobody = app.anonymous();
    assert_eq!(nobody.get("/setup").await.ok(), json!({"needed": true, "organisation": "", "locale": "zh-CN", "step": "done"}));
    nobody.post("/setup", json!({"organisation": " ", "name": "", "login": "a b", "password": "x", "locale": "zh-CN"})).await.refused_field("login", "malformed");
    nobody.post("/setup", json!({"organisation": " ", "name": "苏禾", "login": "su", "password": "long enough 1", "locale": "en"})).await.refused_field("organisation", "required");
    nobody.post("/setup", json!({"organisation": "x", "name": "苏禾", "login": "su", "password": "short", "locale": "en"})).await.refused_field("password", "password_too_short");
    assert_eq!(nobody.get("/setup").await.ok()["needed"], true);

    let response = nobody.request(reqwest::Method::POST, "/setup").json(&first("Su.He")).send().await.unwrap();
    let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("zhike_session=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"));
    let session: Value = response.json().await.unwrap();
    assert_eq!((&session["user"]["login"], &session["role"]["name"]), (&json!("su.he"), &json!("administrator")));
    assert_eq!(session["grants"]["settings.manage"], "all");

    let cookie = cookie.split(';').next().unwrap();
    let with = |method, path: &str| nobody.request(method, path).header("cookie", cookie).header("x-zhike", "1");
    assert_eq!(Person::reply(with(reqwest::Method::GET, "/session")).await.ok(), session);
    let roles = Person::reply(with(reqwest::Method::GET, "/roles")).await.ok();
    assert_eq!(roles.as_array().unwrap().len(), 4);
    assert_eq!(nobody.get("/setup").await.ok(), json!({"needed": false, "organisation": "晨光电器", "locale": "zh-CN", "step": "done"}));
    nobody.post("/setup", first("second")).await.refused(409, "settings.already_set_up");
    nobody.post("/session", json!({"login": "su.he", "password": "long enough 1"})).await.ok();

    // The usual hours and this year's holidays are there from the first minute.
    let time = Person::reply(with(reqwest::Method::GET, "/settings/business-time")).await.ok();
    assert_eq!(time, json!({"open": true, "changes_at": NOW + 2 * HOUR}));
    let days = Person::reply(with(reqwest::Method::GET, "/settings/special-days?year=2026")).await.ok();
    assert!(days["items"].as_array().unwrap().iter().any(|day| day["date"] == "2026-10-01" && day["source"] == "statutory"));
}

async fn of_two_first_runs_at_once_one_wins(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let runs: Vec<_> = (0..6).map(|n| {
        let nobody = app.anonymous();
        tokio::spawn(async move { nobody.post("/setup", first(&format!("admin{n}"))).await })
    }).collect();
    let mut won = 0;
    for run in runs {
        let reply = run.await.unwrap();
        if reply.status.is_success() { won += 1 } else { drop(reply.refused(409, "settings.already_set_up")) }
    }
    assert_eq!(won, 1);
    let admin = app.person("administrator").await;
    assert_eq!(admin.get("/users").await.ok()["items"].as_array().unwrap().len(), 2);
}

async fn everybody_reads_the_organisation_and_only_administrators_change_it(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
    let change = json!({"name": "晨光电器", "time_zone": "europe/berlin", "locale": "en", "version": 1});
    for path in ["/settings/organisation", "/settings/business-hours", "/settings/special-days", "/settings/business-time"] {
        app.anonymous().get(path).await.refused(401, "unauthenticated");
        agent.get(path).await.ok();
    }
    agent.put("/settings/organisation", change.clone()).await.refused(403, "forbidden");
    agent.put("/settings/business-hours", json!({"week": []})).await.refused(403, "forbidden");
    agent.post("/settings/special-days", json!({"date": "2026-12-24", "kind": "holiday", "name": "x"})).await.refused(403, "forbidden");
    agent.post("/settings/special-days/import", json!({"year": 2026})).await.refused(403, "forbidden");
    let saved = admin.put("/settings/organisation", change.clone()).await.ok();
    assert_eq!((&saved["time_zone"], &saved["version"]), (&json!("Europe/Berlin"), &json!(2)));
    assert!(saved.get("week").is_none() && saved.get("calendar").is_none());
    admin.put("/settings/organisation", change).await.refused(409, "settings.stale");
    // It is three in the morning in Berlin.
    assert_eq!(agent.get("/settings/business-time").await.ok(), json!({"open": false, "changes_at": NOW + 6 * HOUR}));
    for zone in ["Mars/Olympus", "", "../../etc/localtime", "+08:00"] {
        admin.put("/settings/organisation", json!({"name": "x", "time_zone": zone, "locale": "en"})).await.refused_field("time_zone", "unknown_time_zone");
    }
    admin.put("/settings/organisation", json!({"name": "x", "time_zone": "UTC", "locale": "en", "owner": 1})).await.refused_field("owner", "unknown_field");
    let trail = admin.get("/audit-entries?action=settings.organisation_changed").await.ok();
    assert!(trail["items"][0]["before"].as_str().unwrap().contains("Asia/Shanghai"), "{trail}");
}

async fn r027_the_clock_pauses_over_lunch_and_follows_the_hours(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let due = |minutes: i64| {
        let admin = admin.clone();
        async move { admin.post("/settings/business-time/due", json!({"from": NOW, "minutes": minutes})).await.ok()["due_at"].as_i64().unwrap() - NOW }
    };
    assert_eq!(due(120).await, 2 * HOUR);
    assert_eq!(due(121).await, 3 * HOUR + HOUR / 2 + 60_000, "not over lunch");
    assert_eq!(due(391).await, (71 * 60 + 1) * 60_000, "not over the weekend");
    let hours = admin.get("/settings/business-hours").await.ok();
    assert_eq!((hours["week"].as_array().unwrap().len(), &hours["week"][6]), (7, &json!({"day": 7, "slots": []})));
    let night = json!({"week": [{"day": 5, "slots": [{"start": "22:00", "end": "24:00"}]}, {"day": 6, "slots": [{"start": "00:00", "end": "02:00"}]}], "version": 1});
    admin.put("/settings/business-hours", night.clone()).await.ok();
    admin.put("/settings/business-hours", night).await.refused(409, "settings.stale");
    assert_eq!(due(150).await, 14 * HOUR + HOUR / 2, "through midnight");
    admin.put("/settings/business-hours", json!({"week": []})).await.ok();
    admin.post("/settings/business-time/due", json!({"minutes": 1})).await.refused(409, "settings.never_due");
    assert_eq!(admin.get("/settings/business-time").await.ok(), json!({"open": false, "changes_at": null}));
    let changes = app.db.db.read(&app.system(), |tx| tx.one::<(i64,)>(&FACTS, store::params!["business_time.changed"])).await.unwrap();
    assert_eq!(changes, (2,));
}

async fn wrong_hours_are_refused_by_their_field(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let day = |slots: Value| json!({"week": [{"day": 1, "slots": slots}]});
    let put = |body: Value| { let admin = admin.clone(); async move { admin.put("/settings/business-hours", body).await } };
    put(day(json!([{"start": "09:00", "end": "25:00"}]))).await.refused_field("week[0].slots[0].end", "malformed");
    put(day(json!([{"start": "18:00", "end": "09:00"}]))).await.refused_field("week[0].slots[0].end", "not_after_start");
    put(day(json!([{"start": "09:00", "end": "12:00"}, {"start": "11:00", "end": "13:00"}]))).await.refused_field("week[0].slots[1]", "overlaps");
    put(json!({"week": [{"day": 8, "slots": []}]})).await.refused_field("week[0].day", "unknown");
    put(json!({"week": vec![json!({"day": 1, "slots": []}); 5000]})).await.refused_field("week", "too_many");
    admin.post("/settings/business-time/due", json!({"minutes": -1})).await.refused_field("minutes", "out_of_range");
    admin.post("/settings/business-time/due", json!({"minutes": i64::MAX})).await.refused_field("minutes", "out_of_range");
    admin.post("/settings/business-time/due", json!({"from": i64::MAX, "minutes": 1})).await.refused(409, "settings.never_due");
    admin.post("/settings/business-time/due", json!({"from": i64::MIN, "minutes": 1})).await.ok();
}

async fn holidays_close_make_up_days_open_and_the_next_question_knows(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let open = || async { admin.get("/settings/business-time").await.ok()["open"].as_bool().unwrap() };
    assert!(open().await);
    let today = json!({"date": "2026-11-20", "kind": "holiday", "name": "司庆"});
    let day = admin.post("/settings/special-days", today.clone()).await.ok();
    assert!(!open().await);
    admin.post("/settings/special-days", today).await.refused(409, "settings.day_taken");
    let path = format!("/settings/special-days/{}", day["id"].as_str().unwrap());
    admin.delete(&path).await.ok();
    admin.delete(&path).await.refused(404, "not_found");
    assert!(open().await);
    admin.post("/settings/special-days", json!({"date": "2026-11-20", "kind": "holiday", "name": "半天", "slots": [{"start": "14:00", "end": "15:00"}]})).await.ok();
    assert_eq!(admin.get("/settings/business-time").await.ok(), json!({"open": false, "changes_at": NOW + 4 * HOUR}));
    // Saturday is worked like a Monday.
    admin.post("/settings/special-days", json!({"date": "2026-11-21", "kind": "workday", "name": "调休上班"})).await.ok();
    app.db.clock.advance(24 * HOUR);
    assert_eq!(admin.get("/settings/business-time").await.ok(), json!({"open": true, "changes_at": NOW + 26 * HOUR}));
    for date in ["2026-02-30", "2026-1-1", "tomorrow", "9999-01-01"] {
        admin.post("/settings/special-days", json!({"date": date, "kind": "holiday", "name": "x"})).await.refused_field("date", "malformed");
    }
}

async fn a_years_holidays_are_taken_in_once_and_leave_what_is_there(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    admin.post("/settings/special-days", json!({"date": "2026-10-01", "kind": "workday", "name": "值班", "slots": [{"start": "09:00", "end": "12:00"}]})).await.ok();
    let first = admin.post("/settings/special-days/import", json!({"year": 2026})).await.ok();
    assert_eq!(first["kept"], 1);
    let added = first["added"].as_array().unwrap().len() as i64;
    assert!(added > 30, "{first}");
    assert_eq!(admin.post("/settings/special-days/import", json!({"year": 2026})).await.ok(), json!({"added": [], "kept": added + 1}));
    admin.post("/settings/special-days/import", json!({"year": 2999})).await.refused_field("year", "not_decreed");

    // Page by page, each day once, in order.
    let (mut dates, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("/settings/special-days?year=2026&limit=10{cursor}")).await.ok();
        dates.extend(page["items"].as_array().unwrap().iter().map(|day| day["date"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert!(dates.len() as i64 == added + 1 && dates.is_sorted(), "{dates:?}");
    let kept = admin.get("/settings/special-days?year=2026&limit=200").await.ok();
    assert!(kept["items"].as_array().unwrap().iter().any(|day| day["date"] == "2026-10-01" && day["name"] == "值班"));
    // 30 September, 17:00 and two hours: one that day, then the hours entered for 1 October.
    let eve = 1_790_758_800_000_i64;
    let due = admin.post("/settings/business-time/due", json!({"from": eve, "minutes": 120})).await.ok();
    assert_eq!(due["due_at"], eve + 17 * HOUR);
    let later = admin.post("/settings/business-time/due", json!({"from": eve, "minutes": 60 + 180 + 1})).await.ok();
    assert_eq!(later["due_at"], eve + (7 * 24 + 16) * HOUR + 60_000, "closed until the 8th");
}

async fn holidays_decreed_since_come_by_themselves_and_deleted_ones_stay_away(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let follow = || async { settings::api::follow_holidays(&app.db.db, &app.system()).await.unwrap() };
    assert_eq!(follow().await, 0, "an organisation that never took any in keeps others");
    let days = admin.post("/settings/special-days/import", json!({"year": 2025})).await.ok();
    let first = days["added"][0]["id"].as_str().unwrap();
    admin.delete(&format!("/settings/special-days/{first}")).await.ok();
    assert!(follow().await > 30, "this year's");
    assert_eq!(follow().await, 0);
    let left = admin.get("/settings/special-days?year=2025").await.ok();
    assert!(left["items"].as_array().unwrap().iter().all(|day| day["id"] != first));
    app.finish().await;
}

async fn a_dead_job_is_seen_retried_and_thrown_away_by_an_administrator(db: TestDb) {
    let failing = work::Handler::new(|_, _: Doomed| async { Err(kernel::Error::internal("it cannot work")) });
    let app = TestApp::start(db, modules().into_iter().chain([http::Module::new("doomed").job(failing)]).collect()).await;
    let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
    let id = app.app.db().write(&app.system(), |tx| work::enqueue(tx, &Doomed {})).await.unwrap();
    let dead = loop {
        let page = admin.get("/jobs").await.ok();
        match page["items"].get(0) {
            Some(job) => break job.clone(),
            None => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
        }
    };
    assert_eq!((&dead["id"], &dead["kind"], &dead["state"]), (&json!(id.to_string()), &json!("test.doomed"), &json!("dead")));
    agent.get("/jobs").await.refused(403, "forbidden");
    agent.post(&format!("/jobs/{id}/retry"), json!({})).await.refused(403, "forbidden");
    admin.post(&format!("/jobs/{id}/retry"), json!({})).await.ok();
    loop {
        let page = admin.get("/jobs").await.ok();
        if page["items"].get(0).is_some() { break; }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    admin.delete(&format!("/jobs/{id}")).await.ok();
    assert_eq!(admin.get("/jobs").await.ok()["items"], json!([]));
    admin.post(&format!("/jobs/{id}/retry"), json!({})).await.refused(404, "not_found");
}

}

/// A job that always fails, at once and for good.
#[derive(serde::Serialize, serde::Deserialize)]
struct Doomed {}

impl work::Job for Doomed {
    const KIND: &'static str = "test.doomed";
    const ATTEMPTS: u32 = 1;
}
