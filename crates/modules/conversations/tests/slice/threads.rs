//! R026: conversations of one person put together and taken apart, and both taken back.

use kernel::{ChannelId, Origin};
use serde_json::{Value, json};
use testkit::{Person, Socket, TestApp, TestDb, on_both};

use crate::modules;

/// Two web chats, and whoever serves them.
struct Desk {
    app: TestApp,
    admin: Person,
    agent: Person,
    keys: [String; 2],
}

async fn desk(db: TestDb) -> Desk {
    let app = TestApp::start(db, modules()).await;
    let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
    let first = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap();
    let other = admin.post("/channels", json!({"name": "会员网站", "kind": "web_chat"})).await.ok();
    let keys = [first.public_key, other["public_key"].as_str().unwrap().to_owned()];
    Desk { app, admin, agent, keys }
}

impl Desk {
    /// Somebody writes on this web chat; the agent has it.
    async fn talk(&self, key: usize, token: Option<&str>, text: &str) -> (Socket, String, String) {
        let (mut visitor, ready) = self.app.visitor_socket(&self.keys[key], token).await;
        let token = token.map_or_else(|| ready["token"].as_str().unwrap().to_owned(), str::to_owned);
        visitor.send(json!({"t": "send", "client_id": "v1", "text": text})).await;
        let ready = visitor.until(|frame| frame["t"] == "ready" && frame["conversation"].is_object()).await;
        let id = ready["conversation"]["id"].as_str().unwrap().to_owned();
        self.admin.post(&format!("/conversations/{id}/assignment"), json!({"assignee_id": self.agent.id()})).await.ok();
        (visitor, token, id)
    }

    /// One person on both web chats: two conversations, the customers merged.
    async fn one_person(&self) -> (Socket, Socket, String, String, String) {
        let (one, token, kept) = self.talk(0, None, "快递到哪了").await;
        let (other, _, moved) = self.talk(1, None, "还是没到").await;
        let of = async |id: &str| self.get(id).await["customer_id"].as_str().unwrap().to_owned();
        let (into, from) = (of(&kept).await, of(&moved).await);
        self.admin.post(&format!("/customers/{from}/merge"), json!({"into": into})).await.ok();
        (one, other, token, kept, moved)
    }

    async fn get(&self, id: &str) -> Value {
        self.admin.get(&format!("/conversations/{id}")).await.ok()
    }

    async fn lines(&self, id: &str) -> Vec<Value> {
        let page = self.admin.get(&format!("/conversations/{id}/messages")).await.ok();
        page["items"].as_array().unwrap().clone()
    }

    async fn events(&self, id: &str) -> Vec<String> {
        let lines = self.lines(id).await;
        lines.iter().filter_map(|line| Some(line["data"]["event"].as_str()?.to_owned())).collect()
    }
}

/// Waits until what a visitor said is kept: acknowledged, or told with the conversation it opened.
async fn kept_word(socket: &mut Socket, client_id: &str) {
    let mine = |frame: &Value| {
        let told = frame["messages"].as_array();
        (frame["t"] == "ack" && frame["client_id"] == client_id)
            || told.is_some_and(|told| told.iter().any(|one| one["client_id"] == client_id))
    };
    socket.until(mine).await;
}

fn path(id: &str, verb: &str) -> String {
    format!("/conversations/{id}/{verb}")
}

fn id(of: &Value) -> String {
    of["id"].as_str().unwrap().to_owned()
}

on_both! { http::schema(&modules());

async fn r026_two_conversations_of_one_person_become_one_and_nothing_is_lost(db: TestDb) {
    let desk = desk(db).await;
    let (_one, mut other, _, kept, moved) = desk.one_person().await;
    desk.agent.put(&path(&moved, "tags"), json!({"tags": ["快递", "急"]})).await.ok();
    desk.agent.put(&path(&kept, "tags"), json!({"tags": ["快递"]})).await.ok();
    let waiting = desk.get(&moved).await["waiting_since"].clone();
    desk.app.db.clock.advance(60_000);
    desk.agent.post(&path(&kept, "messages"), json!({"client_id": "a1", "text": "在查"})).await.ok();
    let stays = desk.agent.post(&path(&moved, "merge"), json!({"into": kept})).await.ok();
    assert_eq!((&stays["id"], &stays["state"], &stays["tags"]), (&json!(kept), &json!("active"), &json!(["快递", "急"])));
    // What waited there waits here, since it was said.
    assert_eq!(stays["waiting_since"], waiting);
    let gone = desk.get(&moved).await;
    assert_eq!((&gone["state"], &gone["merged_into"], &gone["waiting_since"]), (&json!("closed"), &json!(kept), &json!(null)));
    assert_eq!(desk.events(&moved).await.last().unwrap(), "merged_into");
    assert!(desk.events(&kept).await.contains(&"merged_from".to_owned()));
    // Numbers have no gaps, nothing moved: each still says all it said.
    assert!(desk.lines(&moved).await.iter().any(|line| line["text"] == "还是没到"));
    assert!(!desk.lines(&kept).await.iter().any(|line| line["text"] == "还是没到"));
    let linked = desk.agent.get(&path(&kept, "links")).await.ok();
    assert_eq!(linked[0]["id"], json!(moved));
    desk.agent.post(&path(&moved, "messages"), json!({"client_id": "a2", "text": "?"})).await.refused(409, "conversations.closed");
    desk.agent.post(&path(&moved, "merge"), json!({"into": kept})).await.refused(409, "conversations.closed");
    desk.agent.post(&path(&kept, "merge"), json!({"into": kept})).await.refused(409, "conversations.itself");
    // The customer is not told of any of it, but that this one is over; and what they write there opens a conversation
    // that says where it goes on.
    other.until(|frame| frame["kind"] == "conversation.closed").await;
    other.send(json!({"t": "send", "client_id": "later", "text": "有消息了吗"})).await;
    let ready = other.until(|frame| frame["t"] == "ready" && frame["conversation"]["id"] != json!(moved)).await;
    let next = id(&ready["conversation"]);
    assert_eq!(desk.events(&next).await, ["opened", "continues"]);
    assert_eq!(desk.events(&kept).await.last().unwrap(), "continued_by");
    assert_eq!(desk.lines(&next).await[1]["data"]["conversation"], json!(kept));
    // Something happened: too late to take it back.
    desk.agent.delete(&path(&moved, "merge")).await.refused(409, "conversations.merge_over");
    let trail = desk.admin.get(&format!("/audit-entries?subject={moved}")).await.ok();
    assert!(trail.to_string().contains("conversations.merged"));
}

async fn r026_a_merge_is_taken_back_while_nothing_else_has_happened(db: TestDb) {
    let desk = desk(db).await;
    let (_one, _other, _, kept, moved) = desk.one_person().await;
    desk.agent.put(&path(&moved, "tags"), json!({"tags": ["急"]})).await.ok();
    let (before_kept, before_moved) = (desk.get(&kept).await, desk.get(&moved).await);
    desk.agent.post(&path(&moved, "merge"), json!({"into": kept})).await.ok();
    // That somebody read it is nothing that stands in the way.
    let seq = desk.get(&kept).await["last_seq"].clone();
    desk.agent.post(&path(&kept, "read"), json!({"seq": seq})).await.ok();
    let back = desk.agent.delete(&path(&moved, "merge")).await.ok();
    for field in ["state", "assignee_id", "waiting_since", "closed_at", "tags", "merged_into", "aside"] {
        assert_eq!(back[field], before_moved[field], "{field}");
    }
    let stays = desk.get(&kept).await;
    for field in ["state", "assignee_id", "waiting_since", "tags", "first_message_at", "participants", "aside"] {
        assert_eq!(stays[field], before_kept[field], "{field}");
    }
    assert_eq!(desk.agent.get(&path(&kept, "links")).await.ok(), json!([]));
    for of in [&kept, &moved] {
        assert_eq!(desk.events(of).await.last().unwrap(), "merge_undone");
    }
    desk.agent.post(&path(&moved, "messages"), json!({"client_id": "a1", "text": "继续"})).await.ok();
    desk.agent.delete(&path(&moved, "merge")).await.refused(409, "conversations.not_merged");
    // Once more, and a word is said where it went on: over.
    desk.agent.post(&path(&moved, "merge"), json!({"into": kept})).await.ok();
    desk.agent.post(&path(&kept, "messages"), json!({"client_id": "a2", "text": "答复"})).await.ok();
    desk.agent.delete(&path(&moved, "merge")).await.refused(409, "conversations.merge_over");
}

async fn r026_only_ones_own_and_only_one_persons_are_put_together(db: TestDb) {
    let desk = desk(db).await;
    let (_one, _, kept) = desk.talk(0, None, "甲的话").await;
    let (_other, _, moved) = desk.talk(1, None, "乙的话").await;
    desk.agent.post(&path(&moved, "merge"), json!({"into": kept})).await.refused(409, "conversations.other_customer");
    let stranger = desk.app.person("agent").await;
    for verb in ["merge", "split"] {
        let body = if verb == "merge" { json!({"into": kept}) } else { json!({"messages": [2], "subject": "x"}) };
        stranger.post(&path(&moved, verb), body).await.refused(404, "not_found");
    }
    stranger.delete(&path(&moved, "merge")).await.refused(404, "not_found");
    stranger.post(&path(&moved, "resumption"), json!({})).await.refused(404, "not_found");
    // A colleague's may not be drawn into one's own.
    desk.admin.post(&path(&kept, "assignment"), json!({"assignee_id": stranger.id()})).await.ok();
    stranger.post(&path(&kept, "merge"), json!({"into": moved})).await.refused(404, "not_found");
    desk.agent.post(&path(&moved, "merge"), json!({"into": "cnv_00000000000000000000000000"})).await.refused(404, "not_found");
}

async fn r026_a_message_that_comes_while_two_are_put_together_is_kept_once(db: TestDb) {
    let desk = desk(db).await;
    for round in 0..6 {
        let (_one, mut other, _, kept, moved) = desk.one_person().await;
        other.send(json!({"t": "send", "client_id": format!("race{round}"), "text": format!("同时说的 {round}")})).await;
        let merged = desk.agent.post(&path(&moved, "merge"), json!({"into": kept})).await;
        kept_word(&mut other, &format!("race{round}")).await;
        merged.ok();
        // Before: in the one that moved. After: in the next one. Never in both, never in none.
        let all = desk.admin.get("/conversations?limit=200").await.ok();
        let mut found = 0;
        for one in all["items"].as_array().unwrap() {
            let lines = desk.lines(one["id"].as_str().unwrap()).await;
            found += lines.iter().filter(|line| line["text"] == format!("同时说的 {round}")).count();
        }
        assert_eq!(found, 1);
    }
}

async fn r026_a_part_becomes_a_conversation_of_its_own(db: TestDb) {
    let desk = desk(db).await;
    let (mut visitor, _, from) = desk.talk(0, None, "快递到哪了").await;
    visitor.send(json!({"t": "send", "client_id": "v2", "text": "另外发票怎么开"})).await;
    kept_word(&mut visitor, "v2").await;
    let seq = desk.lines(&from).await.iter().find(|line| line["text"] == "另外发票怎么开").unwrap()["seq"].clone();
    let before = desk.get(&from).await;
    for (body, field, code) in [
        (json!({"messages": [], "subject": "发票"}), "messages", "out_of_range"),
        (json!({"messages": (0..51).collect::<Vec<_>>(), "subject": "发票"}), "messages", "out_of_range"),
        (json!({"messages": [seq], "subject": " "}), "subject", "required"),
        (json!({"messages": [seq], "subject": "长".repeat(101)}), "subject", "too_long"),
        (json!({"messages": [1], "subject": "发票"}), "messages[0]", "unknown"),
        (json!({"messages": [seq, 999], "subject": "发票"}), "messages[1]", "unknown"),
    ] {
        desk.agent.post(&path(&from, "split"), body).await.refused_field(field, code);
    }
    let own = desk.agent.post(&path(&from, "split"), json!({"messages": [seq, seq], "subject": " 开发票 ", "mine": true})).await.ok();
    let new = id(&own);
    assert_eq!((&own["subject"], &own["split_from"], &own["aside"], &own["assignee_id"]), (&json!("开发票"), &json!(from), &json!(true), &json!(desk.agent.id())));
    // It waits since it was asked, for nobody has answered it; the original stays as it was.
    assert_eq!((&own["waiting_since"], &own["unread"]), (&before["waiting_since"], &json!(1)));
    let copy = desk.lines(&new).await.into_iter().find(|line| line["kind"] == "text").unwrap();
    assert_eq!((&copy["text"], &copy["author"], &copy["data"]["copied_from"]), (&json!("另外发票怎么开"), &json!("customer"), &json!({"conversation": from, "seq": seq})));
    assert!(desk.lines(&from).await.iter().any(|line| line["text"] == "另外发票怎么开"));
    assert_eq!((desk.events(&new).await, desk.events(&from).await.last().unwrap().as_str()), (vec!["split_from".to_owned(), "assigned".to_owned()], "split_into"));
    let seqs: Vec<i64> = desk.lines(&new).await.iter().map(|line| line["seq"].as_i64().unwrap()).collect();
    assert!(seqs.windows(2).all(|pair| pair[0] < pair[1]));
    // Words to the customer would not reach them there; notes stay among colleagues.
    desk.agent.post(&path(&new, "messages"), json!({"client_id": "a1", "text": "在这里"})).await.refused(409, "conversations.aside");
    desk.agent.post(&path(&new, "messages"), json!({"client_id": "a2", "text": "财务在开", "kind": "note"})).await.ok();
    // The customer goes on where they are.
    visitor.send(json!({"t": "send", "client_id": "v3", "text": "好的"})).await;
    kept_word(&mut visitor, "v3").await;
    assert!(desk.lines(&from).await.iter().any(|line| line["text"] == "好的"));
    desk.agent.post(&path(&new, "resumption"), json!({})).await.refused(409, "conversations.talks_elsewhere");
    // The original over, the one beside takes its place: the customer is answered in it, and writes in it.
    desk.agent.post(&path(&from, "closure"), json!({})).await.ok();
    let resumed = desk.agent.post(&path(&new, "resumption"), json!({})).await.ok();
    assert_eq!(resumed["aside"], json!(false));
    desk.agent.post(&path(&new, "messages"), json!({"client_id": "a3", "text": "发票开好了"})).await.ok();
    visitor.send(json!({"t": "send", "client_id": "v4", "text": "收到发票"})).await;
    kept_word(&mut visitor, "v4").await;
    assert!(desk.lines(&new).await.iter().any(|line| line["text"] == "收到发票"));
    // What was said is found in both; an erasure finds all there is.
    let customer = own["customer_id"].as_str().unwrap().to_owned();
    assert_eq!(desk.admin.get("/search?q=发票怎么开&kind=message").await.ok()["items"].as_array().unwrap().len(), 2);
    desk.admin.post(&format!("/customers/{customer}/erasure"), json!({"reason": "客户要求"})).await.ok();
    assert_eq!(desk.admin.get("/search?q=发票怎么开&kind=message").await.ok()["items"], json!([]));
    assert!(!desk.get(&new).await.to_string().contains("发票"));
}

async fn r026_a_split_is_undone_by_putting_the_two_together_again(db: TestDb) {
    let desk = desk(db).await;
    let (mut visitor, _, from) = desk.talk(0, None, "快递到哪了").await;
    let seq = desk.lines(&from).await.iter().find(|line| line["kind"] == "text").unwrap()["seq"].clone();
    let own = desk.agent.post(&path(&from, "split"), json!({"messages": [seq], "subject": "快递", "mine": true})).await.ok();
    // Another of the same: several may stand beside.
    let second = desk.agent.post(&path(&from, "split"), json!({"messages": [seq], "subject": "快递二"})).await.ok();
    assert_eq!((&second["state"], &second["aside"]), (&json!("queued"), &json!(true)));
    let stays = desk.agent.post(&path(&id(&own), "merge"), json!({"into": from})).await.ok();
    assert_eq!((&stays["id"], &stays["aside"]), (&json!(from), &json!(false)));
    assert_eq!(desk.get(&id(&own)).await["state"], "closed");
    visitor.send(json!({"t": "send", "client_id": "v2", "text": "还在吗"})).await;
    kept_word(&mut visitor, "v2").await;
    assert!(desk.lines(&from).await.iter().any(|line| line["text"] == "还在吗"));
    // The other way round the one beside takes the place of the one that ends, and gives it back.
    let third = desk.agent.post(&path(&from, "split"), json!({"messages": [seq], "subject": "快递三", "mine": true})).await.ok();
    let stays = desk.agent.post(&path(&from, "merge"), json!({"into": id(&third)})).await.ok();
    assert_eq!((&stays["id"], &stays["aside"]), (&third["id"], &json!(false)));
    let back = desk.agent.delete(&path(&from, "merge")).await.ok();
    assert_eq!((&back["state"], &back["aside"]), (&json!("active"), &json!(false)));
    assert_eq!(desk.get(&id(&third)).await["aside"], json!(true));
}

async fn r026_on_one_channel_there_is_still_one_open_conversation_to_write_in(db: TestDb) {
    let desk = desk(db).await;
    let (mut visitor, token, from) = desk.talk(0, None, "快递到哪了").await;
    let seq = desk.lines(&from).await.iter().find(|line| line["kind"] == "text").unwrap()["seq"].clone();
    let own = desk.agent.post(&path(&from, "split"), json!({"messages": [seq], "subject": "快递", "mine": true})).await.ok();
    desk.agent.post(&path(&from, "closure"), json!({})).await.ok();
    // The customer writes again before it is resumed: a new one, and the one beside stays beside.
    visitor.send(json!({"t": "send", "client_id": "v2", "text": "又来了"})).await;
    let ready = visitor.until(|frame| frame["t"] == "ready" && frame["conversation"]["id"] != json!(from)).await;
    assert_ne!(ready["conversation"]["id"], own["id"]);
    desk.agent.post(&path(&id(&own), "resumption"), json!({})).await.refused(409, "conversations.talks_elsewhere");
    // Another tab of the same visitor is in that one too.
    let (_tab, ready) = desk.app.visitor_socket(&desk.keys[0], Some(&token)).await;
    assert_ne!(ready["conversation"]["id"], own["id"]);
    let channel: ChannelId = own["channel_id"].as_str().unwrap().parse().unwrap();
    let customer = own["customer_id"].as_str().unwrap().parse().unwrap();
    let open = desk.app.app.db().read(&desk.app.system(), move |tx| conversations::api::open_of(tx, channel, customer)).await.unwrap();
    assert!(open.is_some_and(|open| !open.aside));
}

}
