//! A customer: writes, waits for answers, reads them, is sometimes in a hurry, and rates at the end.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::{
    Figure, Said, Stage,
    line::{Heard, Line},
};

/// How a customer behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Waits for every answer, however long.
    Patient,
    /// Asks again after a while.
    Hasty,
    /// Goes away when nobody answers for long.
    Fleeting,
}

/// Who comes, and what they are going to say.
pub struct Customer {
    /// The name they give; empty: none.
    pub name: String,
    /// How they behave.
    pub manner: Manner,
    /// Their lines, and those they expect.
    pub script: Vec<Said>,
}

/// What became of a customer's visit.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The conversation, once there was one.
    pub conversation: Option<String>,
    /// What was said and acknowledged, in order.
    pub said: Vec<String>,
    /// What agents said, in order.
    pub heard: Vec<String>,
    /// Whether everything of the script was said and answered.
    pub complete: bool,
}

/// Seconds of life a patient customer waits for an answer; the hasty ask again after a third of it.
const PATIENCE: u64 = 180;

struct Visit {
    stage: Arc<Stage>,
    name: String,
    line: Option<Line>,
    token: Option<String>,
    seq: i64,
    closed: bool,
    acknowledged: usize,
    /// What the server wants to be said again, and when, in seconds.
    later: Option<u64>,
    outcome: Outcome,
}

/// Plays a customer from the first word to the end of the conversation.
pub async fn customer(stage: Arc<Stage>, customer: Customer) -> Outcome {
    let Customer { name, manner, script } = customer;
    let mut visit = Visit {
        stage,
        name,
        line: None,
        token: None,
        seq: 0,
        closed: false,
        acknowledged: 0,
        later: None,
        outcome: Outcome::default(),
    };
    let mut expected = 0;
    for (by_customer, text) in &script {
        if visit.closed {
            break;
        }
        if *by_customer {
            if !visit.say(text, &script).await {
                return visit.outcome;
            }
        } else {
            expected += 1;
            if !visit.wait(expected, manner).await {
                return visit.outcome;
            }
        }
    }
    visit.outcome.complete = !visit.closed || visit.outcome.heard.len() >= expected;
    visit.end().await;
    visit.outcome
}

impl Visit {
    async fn connect(&mut self) -> bool {
        for _ in 0..60 {
            if let Some(mut line) = Line::open(&self.stage, "/widget/ws", None).await {
                let mut hello = json!({
                    "t": "hello", "channel": "default", "token": self.token, "locale": "zh-CN",
                    "page": {"url": "https://shop.example.com/orders", "title": "我的订单", "referrer": ""},
                });
                if !self.name.is_empty() {
                    hello["name"] = json!(self.name);
                }
                if let Some(conversation) = &self.outcome.conversation {
                    hello["conversation"] = json!(conversation);
                    hello["since"] = json!(self.seq);
                }
                if line.send(hello).await {
                    self.line = Some(line);
                    return true;
                }
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        false
    }

    /// Types, says it, and hears that it is kept.
    async fn say(&mut self, text: &str, script: &[Said]) -> bool {
        let number = self.outcome.said.len() + 1;
        if self.line.is_none() && !self.connect().await {
            return false;
        }
        let half: String = text.chars().take(text.chars().count() / 2).collect();
        if self.stage.speed > 0
            && let Some(line) = &mut self.line
        {
            line.send(json!({"t": "typing", "text": half})).await;
        }
        self.stage.pause(800, 4_000 + text.chars().count() as u64 * 250).await;
        let frame = json!({"t": "send", "client_id": format!("live-{number}"), "text": text});
        // Said again with the same client id until it is kept: it is still said once.
        for _ in 0..120 {
            if self.line.is_none() && !self.connect().await {
                return false;
            }
            if let Some(line) = &mut self.line
                && !line.send(frame.clone()).await
            {
                self.line = None;
                continue;
            }
            while self.acknowledged < number && self.later.is_none() && self.hear(Duration::from_secs(5)).await {}
            if let Some(seconds) = self.later.take() {
                tokio::time::sleep(Duration::from_secs(seconds.max(1))).await;
            }
            if self.acknowledged >= number {
                self.outcome.said.push(text.to_owned());
                self.stage.count(Figure::Said);
                self.begun(script);
                return true;
            }
        }
        false
    }

    /// The first time a conversation is there, its agent is told what to say.
    fn begun(&mut self, script: &[Said]) {
        if self.outcome.said.len() == 1
            && let Some(id) = &self.outcome.conversation
        {
            self.stage.rehearse(id, script);
            self.stage.count(Figure::Conversations);
            (self.stage.tell)(&format!("{} writes: {}", self.shown(), self.outcome.said[0]));
        }
    }

    fn shown(&self) -> &str {
        if self.name.is_empty() { "somebody" } else { &self.name }
    }

    /// Waits until so many answers came.
    async fn wait(&mut self, expected: usize, manner: Manner) -> bool {
        let mut waited = 0;
        let seconds = PATIENCE * 1_000 / u64::from(self.stage.speed.max(1));
        let mut asked = 0;
        while self.outcome.heard.len() < expected && !self.closed {
            if !self.hear(Duration::from_millis(1_000)).await {
                waited += 1_000;
            }
            if self.line.is_none() && !self.connect().await {
                return false;
            }
            if manner == Manner::Hasty && waited > seconds / 3 * (asked + 1) && asked < 2 {
                asked += 1;
                let again = ["在吗？", "有人吗"][self.stage.rng.below(2) as usize];
                self.aside(again).await;
            }
            if manner == Manner::Fleeting && waited > seconds {
                (self.stage.tell)(&format!("{} gives up waiting", self.shown()));
                self.leave().await;
                return false;
            }
        }
        self.stage.pause(500, 3_000).await;
        true
    }

    /// Something beside the script; nobody waits for it to be kept.
    async fn aside(&mut self, text: &str) {
        let client_id = format!("aside-{}", self.stage.rng.below(1 << 40));
        if let Some(line) = &mut self.line {
            line.send(json!({"t": "send", "client_id": client_id, "text": text})).await;
        }
    }

    async fn leave(&mut self) {
        if let Some(line) = &mut self.line {
            line.send(json!({"t": "leave"})).await;
        }
    }

    /// Waits a while for the end, and rates.
    async fn end(&mut self) {
        let patience = if self.stage.speed == 0 { 20 } else { 90 };
        for _ in 0..patience {
            if self.closed || self.line.is_none() {
                break;
            }
            self.hear(Duration::from_millis(1_000)).await;
        }
        if self.closed && self.stage.rng.below(100) < 60 {
            let score = [5, 5, 5, 4, 4, 3, 2][self.stage.rng.below(7) as usize];
            let rate = json!({"t": "rate", "solved": score > 2, "score": score, "tags": [], "comment": ""});
            if let Some(line) = &mut self.line {
                line.send(rate).await;
            }
            self.hear(Duration::from_secs(2)).await;
            (self.stage.tell)(&format!("{} rates {score} of 5", self.shown()));
        } else if !self.closed {
            self.leave().await;
        }
    }

    /// Takes the next frame; false when none came.
    async fn hear(&mut self, patience: Duration) -> bool {
        let Some(line) = &mut self.line else { return false };
        match line.next(patience).await {
            Heard::Frame(frame) => {
                self.take(&frame).await;
                true
            }
            Heard::Quiet => false,
            Heard::Gone => {
                self.line = None;
                false
            }
        }
    }

    async fn take(&mut self, frame: &Value) {
        match frame["t"].as_str().unwrap_or_default() {
            "ready" => {
                self.token = frame["token"].as_str().map(str::to_owned);
                if let Some(id) = frame["conversation"]["id"].as_str() {
                    self.outcome.conversation = Some(id.to_owned());
                }
                self.seq = self.seq.max(frame["seq"].as_i64().unwrap_or_default());
                for message in frame["messages"].as_array().into_iter().flatten() {
                    self.message(message);
                }
            }
            "ack" => self.kept(frame["client_id"].as_str()),
            "refused" | "error" => {
                self.later = frame["params"]["retry_after"].as_u64().or(Some(1));
            }
            "fact" => {
                let (kind, seq) = (frame["kind"].as_str().unwrap_or_default(), frame["seq"].as_i64());
                self.seq = self.seq.max(seq.unwrap_or_default());
                match kind {
                    "message.posted" => {
                        self.message(&frame["data"]);
                        if frame["data"]["author"] == "agent"
                            && let Some(line) = &mut self.line
                        {
                            line.send(json!({"t": "read", "seq": seq})).await;
                        }
                    }
                    "conversation.closed" => self.closed = true,
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn kept(&mut self, client_id: Option<&str>) {
        let number = client_id.and_then(|id| id.strip_prefix("live-")?.parse().ok());
        self.acknowledged = self.acknowledged.max(number.unwrap_or_default());
    }

    /// The first message is not acknowledged but shown with the conversation it opened.
    fn message(&mut self, message: &Value) {
        match message["author"].as_str() {
            Some("customer") => self.kept(message["client_id"].as_str()),
            Some("agent") => {
                self.outcome.heard.push(message["text"].as_str().unwrap_or_default().to_owned());
                self.stage.count(Figure::Heard);
            }
            _ => {}
        }
    }
}
