//! What people rely on of the same done to many conversations behind the page.

use serde_json::{Value, json};
use testkit::{Person, on_both};

use crate::{
    desk::{Desk, desk},
    modules,
};

impl Desk {
    /// A batch, once it is over.
    async fn over(&self, by: &Person, batch: &Value) -> Value {
        self.app.settle().await;
        let all = by.get("/batches").await.ok();
        let found = all.as_array().unwrap().iter().find(|one| one["id"] == batch["id"]).unwrap().clone();
        assert_ne!(found["state"], "running", "{found}");
        found
    }
}

store::sql! {
    GOES_ON = "UPDATE batches SET state = 'running', done = 0, refused = 0 WHERE id = $1";
    WAITS = "UPDATE batch_rows SET outcome = 'waiting' WHERE batch_id = $1 AND position = $2";
}

/// The job, as it lies in the table.
#[derive(serde::Serialize, serde::Deserialize)]
struct GoOn {
    batch_id: String,
}

impl work::Job for GoOn {
    const KIND: &'static str = "automation.batch";
}

on_both! { http::schema(&modules());

async fn a_batch_goes_on_behind_the_page_as_whoever_asked_and_each_row_says_what_came_of_it(db: TestDb) {
    let desk = desk(db).await;
    let (_a, a) = desk.given(&desk.agent, "一").await;
    let (_b, b) = desk.given(&desk.agent, "二").await;
    let (_c, c) = desk.given(&desk.other, "三").await;
    desk.agent.post(&format!("/conversations/{b}/closure"), json!({})).await.ok();
    let close = json!([{"do": "add_tag", "tag": "批量"}, {"do": "close", "note": "重复来信"}]);
    let begun = desk.agent.post("/batches", json!({"ids": [a, b, c], "actions": close})).await.ok();
    assert_eq!((&begun["state"], &begun["total"]), (&json!("running"), &json!(3)));
    let over = desk.over(&desk.agent, &begun).await;
    assert_eq!((&over["state"], &over["done"], &over["refused"], &over["undoable"]), (&json!("done"), &json!(1), &json!(2), &json!(1)));
    assert_eq!((&desk.row(&a).await["state"], &desk.row(&b).await["tags"], &desk.row(&c).await["tags"]), (&json!("closed"), &json!([]), &json!([])));
    let path = format!("/batches/{}", begun["id"].as_str().unwrap());
    let refused = desk.agent.get(&format!("{path}/rows?outcome=refused")).await.ok();
    let why: Vec<_> = refused["items"].as_array().unwrap().iter().map(|row| (row["conversation_id"].clone(), row["refused"]["code"].clone())).collect();
    assert_eq!(why, [(json!(b), json!("conversations.closed")), (json!(c), json!("not_found"))]);
    // It is nobody's but theirs, and stands on the trail in their name.
    desk.other.get(&format!("{path}/rows?outcome=refused")).await.refused(404, "not_found");
    desk.other.post(&format!("{path}/cancellation"), json!({})).await.refused(404, "not_found");
    desk.agent.post(&format!("{path}/cancellation"), json!({})).await.refused(409, "automation.batch_over");
    let trail = desk.admin.get("/audit-entries?limit=100").await.ok().to_string();
    assert!(trail.contains("automation.batch_begun"), "{trail}");
    let closed = desk.admin.get(&format!("/conversations/{a}/messages")).await.ok().to_string();
    assert!(closed.contains(&format!("\"id\":\"{}\"", desk.agent.id())), "{closed}");
    desk.app.finish().await;
}

async fn what_can_be_taken_back_is_and_once(db: TestDb) {
    let desk = desk(db).await;
    let (_a, a) = desk.given(&desk.agent, "一").await;
    let (_b, b) = desk.given(&desk.agent, "二").await;
    desk.agent.put(&format!("/conversations/{b}/tags"), json!({"tags": ["加急"]})).await.ok();
    let tag = json!({"ids": [a, b], "actions": [{"do": "add_tag", "tag": "加急"}]});
    let begun = desk.agent.post("/batches", tag).await.ok();
    let path = format!("/batches/{}", begun["id"].as_str().unwrap());
    desk.over(&desk.agent, &begun).await;
    let back = desk.agent.post(&format!("{path}/undo"), json!({})).await.ok();
    assert_eq!((&back["undoes"], &back["total"]), (&begun["id"], &json!(1)));
    let over = desk.over(&desk.agent, &back).await;
    assert_eq!((&over["done"], &over["undoable"]), (&json!(1), &json!(0)));
    // What it had before it has still.
    assert_eq!((&desk.row(&a).await["tags"], &desk.row(&b).await["tags"]), (&json!([]), &json!(["加急"])));
    desk.agent.post(&format!("{path}/undo"), json!({})).await.refused(409, "automation.not_undoable");
    desk.app.finish().await;
}

async fn a_server_that_went_down_goes_on_with_what_was_left_and_with_the_rights_one_has_by_then(db: TestDb) {
    let desk = desk(db).await;
    let (_a, a) = desk.given(&desk.agent, "一").await;
    let (_b, b) = desk.given(&desk.agent, "二").await;
    let reply = json!({"ids": [a, b], "actions": [{"do": "reply", "text": "已处理"}]});
    let begun = desk.agent.post("/batches", reply).await.ok();
    desk.over(&desk.agent, &begun).await;
    let id = begun["id"].as_str().unwrap().to_owned();
    // As a power cut leaves it: the first row was done, the second was not, and the job is there.
    let again = async |row: i64| {
        let (id, system) = (id.clone(), desk.app.system());
        let left = desk.app.app.db().write(&system, move |tx| {
            tx.exec(&GOES_ON, store::params![id])?;
            tx.exec(&WAITS, store::params![id, row])?;
            work::enqueue(tx, &GoOn { batch_id: id.clone() }).map(drop)
        });
        left.await.unwrap();
        desk.over(&desk.agent, &begun).await
    };
    let words = async |id: &str| {
        let all = desk.admin.get(&format!("/conversations/{id}/messages")).await.ok();
        all["items"].as_array().unwrap().iter().filter(|one| one["text"] == "已处理").count()
    };
    assert_eq!((words(&a).await, words(&b).await), (1, 1));
    assert_eq!(again(2).await["state"], "done");
    assert_eq!((words(&a).await, words(&b).await), (1, 2));

    // What is no longer theirs is refused when its turn comes.
    desk.admin.post(&format!("/conversations/{b}/assignment"), json!({"assignee_id": desk.other.id()})).await.ok();
    assert_eq!(again(2).await["refused"], json!(1));
    assert_eq!(words(&b).await, 2);

    // Whoever is nobody here any more does nothing.
    desk.admin.post(&format!("/users/{}/suspension", desk.agent.id()), json!({})).await.ok();
    let system = desk.app.system();
    let left = desk.app.app.db().write(&system, {
        let id = id.clone();
        move |tx| {
            tx.exec(&GOES_ON, store::params![id])?;
            tx.exec(&WAITS, store::params![id, 1_i64])?;
            work::enqueue(tx, &GoOn { batch_id: id.clone() }).map(drop)
        }
    });
    left.await.unwrap();
    desk.app.settle().await;
    assert_eq!(words(&a).await, 1);
}

async fn what_makes_no_batch_is_refused(db: TestDb) {
    let desk = desk(db).await;
    let (_a, a) = desk.given(&desk.agent, "一").await;
    for (body, field, code) in [
        (json!({"ids": [], "actions": [{"do": "wake"}]}), "ids", "required"),
        (json!({"ids": [a, a], "actions": [{"do": "wake"}]}), "ids", "repeated"),
        (json!({"ids": [a]}), "actions", "required"),
        (json!({"ids": [a], "actions": [{"do": "draft", "text": "x"}]}), "actions[0].do", "not_allowed"),
    ] {
        desk.agent.post("/batches", body).await.refused_field(field, code);
    }
}

}
