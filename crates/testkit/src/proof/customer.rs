//! A customer: says what is planned, says it again until it is acknowledged, and hears the answers.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use kernel::Timestamp;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{
    book::Fate,
    line::{Heard, Line},
    plan::{Chance, CustomerPlan},
    stage::{Busy, Phase, Stage},
};

/// How long an acknowledgement is waited for before everything unacknowledged is said again.
const AGAIN_MS: i64 = 6_000;
/// After the server said that it cannot just now.
const SOON_MS: i64 = 300;

pub(crate) struct Customer {
    stage: Arc<Stage>,
    plan: CustomerPlan,
    chance: Chance,
    name: String,
    token: Option<String>,
    id: Option<String>,
    conversation: Option<String>,
    /// What is not acknowledged, in order.
    waiting: VecDeque<(String, String)>,
    spoken: u64,
    /// The next burst is due.
    due: Timestamp,
    /// When to say the unacknowledged again.
    again: Timestamp,
    /// The server could not just now: nothing new before the old is said again.
    held: bool,
}

impl Customer {
    pub(crate) fn new(stage: Arc<Stage>, number: usize, plan: CustomerPlan) -> Self {
        let (chance, now) = (Chance::new(plan.seed), stage.clock.now());
        let mut plan = plan;
        plan.bursts.reverse();
        let due = now.plus_millis(plan.bursts.last().map_or(0, |burst| burst.0));
        let name = format!("customer-{number}");
        Self {
            stage,
            plan,
            chance,
            name,
            token: None,
            id: None,
            conversation: None,
            waiting: VecDeque::new(),
            spoken: 0,
            due,
            again: now,
            held: false,
        }
    }

    pub(crate) async fn run(mut self) {
        let stage = self.stage.clone();
        let mut busy = Some(Busy::new(&stage));
        while stage.phase() < Phase::Over {
            let url = format!("ws://{}/widget/ws", stage.door(&self.chance));
            if let Some(line) = Line::open(&url, None).await {
                stage.book().figures.reconnects += 1;
                self.talk(line, &mut busy).await;
            }
            sleep(Duration::from_millis(self.chance.between(10, 150))).await;
        }
        if !self.waiting.is_empty() {
            stage.book().blame(format!("{}: never acknowledged: {:?}", self.name, self.waiting));
        }
    }

    /// One connection, until it breaks or the play is over.
    async fn talk(&mut self, mut line: Line, busy: &mut Option<Busy<'_>>) {
        let asked = self
            .conversation
            .clone()
            .and_then(|id| Some((id.clone(), self.stage.book().last(&self.name, &topic(&id))?)));
        if !self.hello(&mut line, asked.as_ref().map(|asked| asked.1)).await {
            return;
        }
        let mut asked = Some(asked);
        while self.stage.phase() < Phase::Over {
            // Nothing is said before the server knows who speaks.
            if asked.is_none() && !self.speak(&mut line).await {
                return;
            }
            if self.plan.bursts.is_empty() && self.waiting.is_empty() {
                *busy = None;
            }
            let frame = match line.next(self.patience()).await {
                Heard::Frame(frame) => frame,
                Heard::Quiet => continue,
                Heard::Gone => return,
            };
            match frame["t"].as_str().unwrap_or_default() {
                "ready" => {
                    let expected = asked.take().flatten();
                    self.ready(&frame, expected);
                    if !self.say_again(&mut line).await {
                        return;
                    }
                }
                "ack" => self.acknowledged(&frame, frame["client_id"].as_str().unwrap_or_default()),
                "fact" => {
                    let told = self.stage.book().fact(&self.name, &frame, false);
                    let reads = told && frame["data"]["author"] == "agent" && self.chance.percent(self.plan.reads);
                    if reads && !line.send(&json!({"t": "read", "seq": frame["seq"]})).await {
                        return;
                    }
                }
                "error" if ["unavailable", "internal"].contains(&frame["code"].as_str().unwrap_or_default()) => {
                    if asked.is_some() {
                        return;
                    }
                    self.again = self.stage.clock.now().plus_millis(SOON_MS);
                    self.held = true;
                }
                // Where they stand in the line is told when it changes, and not kept.
                "pong" | "queue" => {}
                _ => self.stage.book().blame(format!("{} was told {frame}", self.name)),
            }
        }
    }

    async fn hello(&self, line: &mut Line, since: Option<i64>) -> bool {
        line.send(&json!({"t": "hello", "channel": self.stage.channel, "token": self.token, "conversation": self.conversation, "since": since})).await
    }

    fn patience(&self) -> Duration {
        let until = if self.plan.bursts.is_empty() {
            200
        } else {
            self.due.since(self.stage.clock.now())
        };
        Duration::from_millis(u64::try_from(until.clamp(1, 200)).unwrap_or(1))
    }

    /// The server knows us. Where we go on with a conversation, no state comes, only facts.
    fn ready(&mut self, frame: &Value, expected: Option<(String, i64)>) {
        let (stage, name) = (self.stage.clone(), self.name.clone());
        self.token = frame["token"].as_str().map(str::to_owned);
        let id = frame["customer"].as_str().map(str::to_owned);
        if self.id.is_some() && self.id != id {
            stage.book().blame(format!("{name} came back as {id:?} and was {:?}", self.id));
        }
        self.id = id;
        let Some(conversation) = frame["conversation"]["id"].as_str() else {
            self.conversation = None;
            return;
        };
        let seq = frame["seq"].as_i64().unwrap_or_default();
        let messages = frame["messages"].as_array().cloned().unwrap_or_default();
        match expected {
            Some((before, since)) if before == conversation => {
                if seq != since || !messages.is_empty() {
                    stage.book().blame(format!("{name} went on after {since} and was given a state of {seq}"));
                }
            }
            _ => stage.book().state(&name, &topic(conversation), seq, messages.clone()),
        }
        self.conversation = Some(conversation.to_owned());
        for message in &messages {
            if let Some(client_id) = message["client_id"].as_str().filter(|_| message["author"] == "customer") {
                self.acknowledged(message, client_id);
            }
        }
    }

    fn acknowledged(&mut self, kept: &Value, client_id: &str) {
        if let Some(at) = self.waiting.iter().position(|(waiting, _)| waiting == client_id) {
            self.waiting.remove(at);
        }
        let fate = Fate::Kept {
            seq: kept["seq"].as_i64().unwrap_or_default(),
            id: kept["id"].as_str().unwrap_or_default().into(),
        };
        self.stage.book().settle(client_id, fate);
        self.again = self.stage.clock.now().plus_millis(AGAIN_MS);
    }

    /// Says what is due.
    async fn speak(&mut self, line: &mut Line) -> bool {
        let now = self.stage.clock.now();
        if (self.held || !self.waiting.is_empty()) && self.again <= now {
            return self.say_again(line).await;
        }
        while self.due <= now
            && !self.held
            && let Some((_, count)) = self.plan.bursts.pop()
        {
            self.due = now.plus_millis(self.plan.bursts.last().map_or(0, |burst| burst.0));
            for _ in 0..count {
                self.spoken += 1;
                let (client_id, text) =
                    (format!("{}.{}", self.name, self.spoken), format!("{} 的第 {} 句", self.name, self.spoken));
                self.stage.book().said(&self.name, self.spoken, &client_id, &text);
                if self.waiting.is_empty() {
                    self.again = now.plus_millis(AGAIN_MS);
                }
                self.waiting.push_back((client_id.clone(), text.clone()));
                if !line.send(&json!({"t": "send", "client_id": client_id, "text": text})).await {
                    return false;
                }
            }
        }
        true
    }

    async fn say_again(&mut self, line: &mut Line) -> bool {
        self.held = false;
        self.again = self.stage.clock.now().plus_millis(AGAIN_MS);
        for (client_id, text) in &self.waiting {
            self.stage.book().figures.said_again += 1;
            if !line.send(&json!({"t": "send", "client_id": client_id, "text": text})).await {
                return false;
            }
        }
        true
    }
}

fn topic(conversation: &str) -> String {
    format!("conversation:{conversation}")
}
