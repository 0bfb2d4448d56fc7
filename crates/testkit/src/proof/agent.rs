//! An agent: takes what is offered, answers, closes, rests; every request until it is answered.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::sleep,
};

use super::{
    book::Fate,
    line::{Heard, Line},
    plan::{AgentPlan, Chance},
    stage::{Busy, Colleague, Phase, Stage},
};

#[derive(Clone)]
struct Desk {
    stage: Arc<Stage>,
    me: Colleague,
    name: String,
    chance: Chance,
    plan: Arc<AgentPlan>,
    /// Conversations that turned out to be ours.
    found: UnboundedSender<String>,
}

pub(crate) struct Agent {
    desk: Desk,
    found: UnboundedReceiver<String>,
    topics: BTreeSet<String>,
    offers: BTreeSet<String>,
    answered: BTreeSet<String>,
    written: u64,
}

impl Agent {
    pub(crate) fn new(stage: Arc<Stage>, number: usize, plan: AgentPlan) -> Self {
        let (sender, found) = unbounded_channel();
        let (me, chance, name) = (stage.agents[number].clone(), Chance::new(plan.seed), format!("agent-{number}"));
        let desk = Desk { stage, me, name, chance, plan: Arc::new(plan), found: sender };
        Self { desk, found, topics: BTreeSet::new(), offers: BTreeSet::new(), answered: BTreeSet::new(), written: 0 }
    }

    pub(crate) async fn run(mut self) {
        let stage = self.desk.stage.clone();
        while stage.phase() < Phase::Over {
            let url = format!("ws://{}/api/v1/ws", stage.door(&self.desk.chance));
            if let Some(line) = Line::open(&url, Some(&self.desk.me.token)).await {
                stage.book().figures.reconnects += 1;
                self.work(line).await;
            }
            sleep(Duration::from_millis(self.desk.chance.between(10, 150))).await;
        }
    }

    async fn work(&mut self, mut line: Line) {
        let (own, stage) = (format!("user:{}", self.desk.me.id), self.desk.stage.clone());
        let topics: Vec<_> = [own, "inbox".into()].into_iter().chain(self.topics.iter().cloned()).collect();
        for topic in topics {
            if !self.subscribe(&mut line, &topic).await {
                return;
            }
        }
        tokio::spawn(self.desk.clone().look());
        let mut calm = false;
        while stage.phase() < Phase::Over {
            if stage.phase() == Phase::Calm && !calm {
                calm = true;
                tokio::spawn(self.desk.clone().become_ready());
            }
            while let Ok(id) = self.found.try_recv() {
                let topic = format!("conversation:{id}");
                if self.topics.insert(topic.clone()) && !self.subscribe(&mut line, &topic).await {
                    return;
                }
            }
            match line.next(Duration::from_millis(50)).await {
                Heard::Frame(frame) if self.hear(&frame) => {}
                Heard::Frame(_) => return,
                Heard::Quiet => {}
                Heard::Gone => return,
            }
        }
    }

    async fn subscribe(&self, line: &mut Line, topic: &str) -> bool {
        let since = self.desk.stage.book().last(&self.desk.name, topic);
        line.send(&json!({"t": "subscribe", "topic": topic, "since": since})).await
    }

    /// False when the watches must be asked for anew.
    fn hear(&mut self, frame: &Value) -> bool {
        let (stage, name) = (self.desk.stage.clone(), self.desk.name.clone());
        let topic = frame["topic"].as_str().unwrap_or_default();
        match frame["t"].as_str().unwrap_or_default() {
            "snapshot" if topic == "inbox" => {}
            "snapshot" => self.state(topic, frame),
            "resync" => drop(tokio::spawn(self.desk.clone().look())),
            "fact" if topic == "inbox" => {
                let row = &frame["data"];
                if row["assignee_id"] == self.desk.me.id.to_string() && row["state"] == "active" {
                    let _ = self.desk.found.send(row["id"].as_str().unwrap_or_default().into());
                }
            }
            "fact" => {
                stage.book().fact(&name, frame, true);
                self.fact(topic, frame);
            }
            // It was given to somebody else.
            "error" if frame["code"] == "not_found" && self.topics.remove(topic) => stage.book().leave(&name, topic),
            "error" if ["unavailable", "internal"].contains(&frame["code"].as_str().unwrap_or_default()) => {
                return false;
            }
            "hello" | "pong" => {}
            _ => stage.book().blame(format!("{name} was told {frame}")),
        }
        true
    }

    fn state(&mut self, topic: &str, frame: &Value) {
        let (seq, data) = (frame["seq"].as_i64().unwrap_or_default(), &frame["data"]);
        let messages = data["messages"].as_array().cloned().unwrap_or_default();
        {
            let mut book = self.desk.stage.book();
            if book.last(&self.desk.name, topic).is_some() {
                book.blame(format!("{} went on with {topic} and was given its state of {seq}", self.desk.name));
            }
            book.state(&self.desk.name, topic, seq, messages.clone());
        }
        for message in &messages {
            self.consider(topic, message);
        }
        for offer in data["offers"].as_array().into_iter().flatten() {
            self.offered(offer);
        }
        if data["presence"]["state"] == "offline" {
            tokio::spawn(self.desk.clone().become_ready());
        }
    }

    fn fact(&mut self, topic: &str, frame: &Value) {
        let (kind, data) = (frame["kind"].as_str().unwrap_or_default(), &frame["data"]);
        match kind {
            "offer.made" => self.offered(data),
            "message.posted" => self.consider(topic, data),
            "presence.changed" if data["state"] != "ready" => {
                tokio::spawn(self.desk.clone().come_back());
            }
            _ => {}
        }
    }

    fn offered(&mut self, offer: &Value) {
        let id = offer["id"].as_str().unwrap_or_default().to_owned();
        if self.offers.insert(id.clone()) {
            tokio::spawn(self.desk.clone().answer_offer(id));
        }
    }

    /// A message of the customer may deserve an answer, or be the last.
    fn consider(&mut self, topic: &str, message: &Value) {
        let id = message["id"].as_str().unwrap_or_default().to_owned();
        let storm = self.desk.stage.phase() == Phase::Storm;
        if message["author"] != "customer" || !self.answered.insert(id) || !storm {
            return;
        }
        let conversation = topic.trim_start_matches("conversation:").to_owned();
        let (plan, chance) = (self.desk.plan.clone(), &self.desk.chance);
        if chance.percent(plan.answers) {
            self.written += 1;
            tokio::spawn(self.desk.clone().answer(conversation.clone(), self.written));
        }
        if chance.percent(plan.closes) {
            tokio::spawn(self.desk.clone().close(conversation.clone()));
        }
        if chance.percent(20) {
            tokio::spawn(self.desk.clone().read(conversation, message["seq"].clone()));
        }
        if chance.percent(plan.rests) {
            tokio::spawn(self.desk.clone().rest());
        }
    }
}

impl Desk {
    async fn insist(&self, method: Method, path: &str, body: Option<Value>) -> Option<super::stage::Answered> {
        self.stage.insist(&self.me, &self.chance, method, path, body).await
    }

    fn blame(&self, what: &str, answer: &super::stage::Answered) {
        self.stage.book().blame(format!("{}: {what}: {} {}", self.name, answer.status, answer.body));
    }

    async fn think(&self) {
        sleep(Duration::from_millis(self.chance.between(0, self.plan.thinks))).await;
    }

    /// Which conversations are ours by now, whatever we heard.
    async fn look(self) {
        let path = format!("/conversations?state=active&limit=200&assignee={}", self.me.id);
        if let Some(answer) = self.insist(Method::GET, &path, None).await {
            for row in answer.body["items"].as_array().into_iter().flatten() {
                let _ = self.found.send(row["id"].as_str().unwrap_or_default().into());
            }
        }
    }

    async fn become_ready(self) {
        if let Some(answer) = self.insist(Method::PUT, "/presence", Some(json!({"state": "ready"}))).await
            && !answer.ok()
        {
            self.blame("presence", &answer);
        }
    }

    async fn come_back(self) {
        let stage = self.stage.clone();
        let _busy = Busy::new(&stage);
        sleep(Duration::from_millis(self.chance.between(50, 1_000))).await;
        self.become_ready().await;
    }

    async fn rest(self) {
        self.insist(Method::PUT, "/presence", Some(json!({"state": "not_ready", "reason": "break"}))).await;
    }

    async fn answer_offer(self, id: String) {
        let stage = self.stage.clone();
        let _busy = Busy::new(&stage);
        self.think().await;
        let storm = self.stage.phase() == Phase::Storm;
        if storm && self.chance.percent(self.plan.ignores) {
            return;
        }
        let refuses = storm && self.chance.percent(self.plan.refuses);
        let path = format!("/offers/{id}/{}", if refuses { "refusal" } else { "acceptance" });
        let Some(answer) = self.insist(Method::POST, &path, None).await else { return };
        match answer.status {
            200 if !refuses => {
                // The answer shows whose it is now: another may have been given it since.
                if answer.body["assignee_id"] == self.me.id.to_string() {
                    let _ = self.found.send(answer.body["id"].as_str().unwrap_or_default().into());
                } else if !answer.doubtful() {
                    self.blame("took what was offered, and it is not ours", &answer);
                }
            }
            200 | 409 => {}
            _ => self.blame(&path, &answer),
        }
    }

    async fn answer(self, conversation: String, number: u64) {
        let stage = self.stage.clone();
        let _busy = Busy::new(&stage);
        self.think().await;
        let (client_id, text) = (format!("{}.{number}", self.name), format!("{} 的第 {number} 个回答", self.name));
        self.stage.book().said(&self.name, number, &client_id, &text);
        let path = format!("/conversations/{conversation}/messages");
        let Some(answer) = self.insist(Method::POST, &path, Some(json!({"client_id": client_id, "text": text}))).await
        else {
            return;
        };
        let fate = match answer.status {
            200 => Fate::Kept {
                seq: answer.body["seq"].as_i64().unwrap_or_default(),
                id: answer.body["id"].as_str().unwrap_or_default().into(),
            },
            // Closed, or somebody else's by now.
            404 | 409 if answer.doubtful() => Fate::Doubtful,
            404 | 409 => Fate::Refused,
            _ => return self.blame(&path, &answer),
        };
        self.stage.book().settle(&client_id, fate);
    }

    async fn close(self, conversation: String) {
        let stage = self.stage.clone();
        let _busy = Busy::new(&stage);
        self.think().await;
        let path = format!("/conversations/{conversation}/closure");
        if let Some(answer) = self.insist(Method::POST, &path, Some(json!({"note": "已解决"}))).await
            && ![200, 404, 409].contains(&answer.status)
        {
            self.blame(&path, &answer);
        }
    }

    async fn read(self, conversation: String, seq: Value) {
        let path = format!("/conversations/{conversation}/read");
        self.insist(Method::POST, &path, Some(json!({"seq": seq}))).await;
    }
}
