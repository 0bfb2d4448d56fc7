//! R026: one customer, one line of time: every channel, every alias, every kind of contact, as far as one may read it.

use kernel::{ChannelId, CustomerId, Origin};
use serde_json::{Value, json};
use testkit::{Person, TestApp, on_both};

use crate::modules;

/// Opens a conversation of somebody met as `who` on this channel.
async fn talk(app: &TestApp, channel: ChannelId, who: &'static str, text: &'static str) -> (CustomerId, String) {
    let (customer, id) = app
        .app
        .db()
        .write(&app.system(), move |tx| {
            let customer = customers::api::for_identity(tx, channel, who, None)?;
            let channel = channels::api::get(tx, channel)?;
            let opening = conversations::api::Opening {
                channel: &channel,
                customer: customer.id,
                name: "",
                queue: None,
                page: None,
                attributes: conversations::Attributes::default(),
                trail: conversations::Trail::default(),
            };
            let (conversation, _) = conversations::api::open(tx, opening)?;
            let by = kernel::Actor::Visitor(kernel::Visitor { customer: customer.id, channel: channel.id });
            let post = conversations::api::Post::new(conversation.id, by, "v1".into(), text.into());
            conversations::api::post(tx, post)?;
            Ok((customer.id, conversation.id))
        })
        .await
        .unwrap();
    app.db.clock.advance(60_000);
    (customer, id.to_string())
}

async fn channel(app: &TestApp, admin: &Person, name: &str) -> ChannelId {
    let _ = app;
    let made = admin.post("/channels", json!({"name": name, "kind": "web_chat"})).await.ok();
    made["id"].as_str().unwrap().parse().unwrap()
}

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap().to_owned()).collect()
}

on_both! { http::schema(&modules());

async fn r026_two_channels_two_rows_and_what_was_written_down_are_one_line_of_time(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let web = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap().id;
    let other = channel(&app, &admin, "会员网站").await;
    let (one, first) = talk(&app, web, "a", "快递到哪了").await;
    let (two, second) = talk(&app, other, "b", "还是没到").await;
    let record = admin.post("/inquiry-records", json!({"way": "phone", "customer_id": two.to_string(), "asked": "打电话来问快递"})).await.ok();
    app.db.clock.advance(60_000);
    let promise = admin.post("/promises", json!({"what": "查到就回电", "customer_id": one.to_string(), "due_minutes": 30})).await.ok();
    app.db.clock.advance(60_000);
    let (_, third) = talk(&app, web, "a2", "别人的话").await;
    let path = format!("/customers/{one}/timeline");
    assert_eq!(ids(&admin.get(&path).await.ok()), [promise["id"].as_str().unwrap(), &first]);

    admin.post(&format!("/customers/{two}/merge"), json!({"into": one.to_string()})).await.ok();
    let all = [promise["id"].as_str().unwrap(), record["id"].as_str().unwrap(), &second, &first];
    let page = admin.get(&path).await.ok();
    assert_eq!(ids(&page), all);
    assert!(!ids(&page).contains(&third));
    let kinds: Vec<_> = page["items"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["promise", "inquiry_record", "conversation", "conversation"]);
    assert_eq!((&page["items"][2]["summary"], &page["items"][2]["way"], &page["items"][1]["way"]), (&json!("还是没到"), &json!("web_chat"), &json!("phone")));
    assert_eq!(page["items"][3]["link"], format!("/conversations/{first}"));
    // Asked for the alias the same; page by page nothing twice and nothing lost.
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("/customers/{two}/timeline?limit=1{cursor}")).await.ok();
        seen.extend(ids(&page));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, all);
    // Two again: each has what was theirs.
    admin.delete(&format!("/customers/{two}/merge")).await.ok();
    assert_eq!(ids(&admin.get(&path).await.ok()), [promise["id"].as_str().unwrap(), &first]);
    admin.get(&format!("{path}?limit=0")).await.refused_field("limit", "out_of_range");
    admin.get(&format!("{path}?cursor=x")).await.refused_field("cursor", "malformed");
}

async fn r026_nothing_of_what_one_may_not_read_is_in_the_line(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, agent, stranger) = (app.person("administrator").await, app.person("agent").await, app.person("agent").await);
    let web = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap().id;
    let other = channel(&app, &admin, "会员网站").await;
    let (one, mine) = talk(&app, web, "a", "我的会话").await;
    let (two, theirs) = talk(&app, other, "b", "别人接待的秘密").await;
    admin.post(&format!("/customers/{two}/merge"), json!({"into": one.to_string()})).await.ok();
    admin.post(&format!("/conversations/{mine}/assignment"), json!({"assignee_id": agent.id()})).await.ok();
    admin.post("/promises", json!({"what": "别人的承诺", "customer_id": one.to_string(), "due_minutes": 30})).await.ok();
    let path = format!("/customers/{one}/timeline");
    let page = agent.get(&path).await.ok();
    assert_eq!(ids(&page), std::slice::from_ref(&mine));
    assert!(!page.to_string().contains("秘密") && !page.to_string().contains(&theirs));
    // Whoever takes part reads that one; whoever has nothing to do with them hears of nobody.
    admin.post(&format!("/conversations/{theirs}/participants"), json!({"user_id": agent.id(), "words": "帮忙看看", "may_reply": false})).await.ok();
    assert_eq!(ids(&agent.get(&path).await.ok()), [theirs, mine]);
    stranger.get(&path).await.refused(404, "not_found");
    stranger.get("/customers/cus_00000000000000000000000000/timeline").await.refused(404, "not_found");
    app.anonymous().get(&path).await.refused(401, "unauthenticated");
    // Erased, the words are gone from it, and what there was stays.
    admin.post(&format!("/customers/{one}/erasure"), json!({"reason": "客户要求"})).await.ok();
    let page = admin.get(&path).await.ok();
    assert!(ids(&page).len() == 3 && !page.to_string().contains("秘密") && !page.to_string().contains("承诺"));
}

}
