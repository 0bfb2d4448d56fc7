//! What the knowledge does beside a conversation.

use kernel::Origin;
use serde_json::{Value, json};
use testkit::{TestApp, on_both};

fn modules() -> Vec<http::Module> {
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        tasks::module(),
        files::module(testkit::folder()).expect("a folder"),
        people::module(),
        knowledge::module(),
        customers::module(),
        channels::module(),
        conversations::module(),
    ]
}

on_both! { http::schema(&modules());

async fn the_desk_is_suggested_articles_to_what_the_customer_wrote_last_and_reports_what_is_missing(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let channel = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap();
    let (admin, writer) = (app.person("administrator").await, app.person("supervisor").await);
    let (agent, stranger) = (app.person("agent").await, app.person("agent").await);
    for (title, answer, audience) in [
        ("怎么申请退货", "七天内在订单里申请", "public"),
        ("退款多久到账", "一到五个工作日", "public"),
        ("跨月退款的内部流程", "走红冲", "internal"),
        ("上门安装怎么预约", "签收后预约", "public"),
    ] {
        let words = json!({"title": title, "answer": answer, "body": "见订单页", "audience": audience});
        let article = writer.post("/articles", words).await.ok();
        let at = |rest: &str| format!("/articles/{}{rest}", article["id"].as_str().unwrap());
        let waiting = writer.post(&at("/submission"), json!({"version": article["version"]})).await.ok();
        admin.post(&at("/publication"), json!({"version": waiting["version"]})).await.ok();
    }
    let (mut visitor, ready) = app.visitor_writes(&channel.public_key, "你好，請問退款多久能到賬？").await;
    let id = ready["conversation"]["id"].as_str().unwrap().to_owned();
    admin.post(&format!("/conversations/{id}/assignment"), json!({"assignee_id": agent.id()})).await.ok();

    let ask = format!("/articles/suggestions?conversation={id}");
    let titles = |answer: &Value| answer["suggestions"].as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let suggested = agent.get(&ask).await.ok();
    assert_eq!((&suggested["said"], &suggested["suggestions"][0]["sure"]), (&json!("你好，請問退款多久能到賬？"), &json!(true)));
    assert_eq!(titles(&suggested)[0], "退款多久到账");
    assert!(!titles(&suggested).contains(&"上门安装怎么预约".to_owned()));
    assert_eq!(agent.get("/articles/suggestions?conversation=cnv_1").await.status, 404);
    stranger.get(&ask).await.refused(404, "not_found");

    // Answered; then the customer wants something else.
    agent.post(&format!("/conversations/{id}/messages"), json!({"client_id": "a1", "text": "一到五个工作日"})).await.ok();
    assert_eq!(agent.get(&ask).await.ok()["said"], "你好，請問退款多久能到賬？");
    visitor.send(json!({"t": "send", "client_id": "v2", "text": "那预约安装呢"})).await;
    visitor.until(|frame| frame["t"] == "ack" && frame["client_id"] == "v2").await;
    let suggested = agent.get(&ask).await.ok();
    assert_eq!((titles(&suggested), &suggested["said"]), (vec!["上门安装怎么预约".to_owned()], &json!("那预约安装呢")));
    let article = format!("/articles/{}", suggested["suggestions"][0]["id"].as_str().unwrap());
    let vote = json!({"helpful": true, "conversation_id": id});
    assert_eq!(agent.post(&format!("{article}/votes"), vote.clone()).await.ok()["helpful"], 1);
    stranger.post(&format!("{article}/votes"), vote).await.refused_field("conversation_id", "unknown");

    // What is missing is reported with the conversation it came up in.
    let gap = agent.post("/knowledge-gaps", json!({"question": "周六能不能装", "conversation_id": id})).await.ok();
    let gap = writer.get(&format!("/knowledge-gaps/{}", gap["id"].as_str().unwrap())).await.ok();
    assert_eq!((&gap["reports"][0]["conversation_id"], &gap["customer_id"]), (&json!(id), &admin.get(&format!("/conversations/{id}")).await.ok()["customer_id"]));
    stranger.post("/knowledge-gaps", json!({"question": "周六能不能装", "conversation_id": id})).await.refused_field("conversation_id", "unknown");
    app.finish().await;
}

}
