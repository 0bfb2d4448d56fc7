//! A supervisor who watches everything from its beginning, and now and then gives out work.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::sleep,
};

use super::{
    line::{Heard, Line},
    plan::Chance,
    stage::{Phase, Stage},
};

const NAME: &str = "observer";
/// Topics watched at once: a connection may have 200.
const MOST: usize = 150;

pub(crate) struct Observer {
    stage: Arc<Stage>,
    chance: Chance,
    assigns: u64,
    /// Whether it is closed, by topic.
    watched: BTreeMap<String, bool>,
    found: (UnboundedSender<String>, UnboundedReceiver<String>),
}

impl Observer {
    pub(crate) fn new(stage: Arc<Stage>, seed: u64, assigns: u64) -> Self {
        Self { stage, chance: Chance::new(seed), assigns, watched: BTreeMap::new(), found: unbounded_channel() }
    }

    pub(crate) async fn run(mut self) {
        let stage = self.stage.clone();
        while stage.phase() < Phase::Over {
            let url = format!("ws://{}/api/v1/ws", stage.door(&self.chance));
            if let Some(line) = Line::open(&url, Some(&stage.administrator.token)).await {
                self.watch(line).await;
            }
            sleep(Duration::from_millis(self.chance.between(10, 150))).await;
        }
    }

    async fn watch(&mut self, mut line: Line) {
        if !line.send(&json!({"t": "subscribe", "topic": "inbox"})).await {
            return;
        }
        for topic in self.watched.keys().cloned().collect::<Vec<_>>() {
            if !self.subscribe(&mut line, &topic).await {
                return;
            }
        }
        self.look();
        while self.stage.phase() < Phase::Over {
            while let Ok(id) = self.found.1.try_recv() {
                let topic = format!("conversation:{id}");
                if !self.watched.contains_key(&topic)
                    && (!self.make_room(&mut line).await || !self.begin(&mut line, topic).await)
                {
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

    async fn begin(&mut self, line: &mut Line, topic: String) -> bool {
        if self.stage.book().last(NAME, &topic).is_none() {
            self.stage.book().begin(NAME, &topic, 0);
            self.watched.insert(topic.clone(), false);
            return self.subscribe(line, &topic).await;
        }
        true
    }

    async fn subscribe(&self, line: &mut Line, topic: &str) -> bool {
        let since = self.stage.book().last(NAME, topic);
        line.send(&json!({"t": "subscribe", "topic": topic, "since": since})).await
    }

    /// Lets the closed go when there are too many.
    async fn make_room(&mut self, line: &mut Line) -> bool {
        if self.watched.len() < MOST {
            return true;
        }
        let closed = self.watched.iter().find(|(_, closed)| **closed).map(|(topic, _)| topic.clone());
        let Some(topic) = closed.or_else(|| self.watched.keys().next().cloned()) else { return true };
        self.watched.remove(&topic);
        self.stage.book().leave(NAME, &topic);
        line.send(&json!({"t": "unsubscribe", "topic": topic})).await
    }

    /// Finds what the list told while nobody listened.
    fn look(&self) {
        let (stage, found) = (self.stage.clone(), self.found.0.clone());
        tokio::spawn(async move {
            for row in stage.all("/conversations").await.iter().rev() {
                let _ = found.send(row["id"].as_str().unwrap_or_default().into());
            }
        });
    }

    /// False when the watches must be asked for anew.
    fn hear(&mut self, frame: &Value) -> bool {
        let topic = frame["topic"].as_str().unwrap_or_default();
        match frame["t"].as_str().unwrap_or_default() {
            "fact" if topic == "inbox" => {
                let row = &frame["data"];
                let id = row["id"].as_str().unwrap_or_default();
                let _ = self.found.0.send(id.into());
                if row["state"] == "queued" && self.stage.phase() == Phase::Storm && self.chance.percent(self.assigns) {
                    self.assign(id.into());
                }
            }
            "fact" => {
                // What was on its way when the watch ended.
                if !self.watched.contains_key(topic) {
                    return true;
                }
                self.stage.book().fact(NAME, frame, true);
                if frame["kind"] == "conversation.closed" {
                    self.watched.insert(topic.into(), true);
                }
            }
            "snapshot" if topic == "inbox" => {}
            "resync" => self.look(),
            "hello" | "pong" => {}
            "error" if ["unavailable", "internal"].contains(&frame["code"].as_str().unwrap_or_default()) => {
                return false;
            }
            _ => self.stage.book().blame(format!("the observer was told {frame}")),
        }
        true
    }

    /// Gives it to somebody, whoever it may be offered to just now.
    fn assign(&self, id: String) {
        let (stage, chance) = (self.stage.clone(), self.chance.clone());
        tokio::spawn(async move {
            let at = chance.between(0, stage.agents.len() as u64 - 1);
            let to = stage.agents[usize::try_from(at).unwrap_or_default()].id.to_string();
            let (path, body) = (format!("/conversations/{id}/assignment"), json!({"assignee_id": to}));
            let Some(answer) = stage.insist(&stage.administrator, &chance, Method::POST, &path, Some(body)).await
            else {
                return;
            };
            match answer.status {
                // An attempt we did not hear of may have been another time.
                200 => *stage.book().given.entry(format!("conversation:{id}")).or_default() += answer.attempts,
                409 => {}
                _ => stage.book().blame(format!("{path}: {} {}", answer.status, answer.body)),
            }
        });
    }
}
