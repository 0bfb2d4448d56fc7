//! An agent: signs in, is ready, takes what is offered, answers, and ends what is settled.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use axum::http::Method;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::{
    Figure, Next, Stage,
    line::{Heard, Line},
};

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Agent {
    /// The account's id.
    pub id: String,
    /// The name colleagues see.
    pub name: String,
    /// The header that shows who this is, and what it shows.
    shown: (&'static str, String),
}

/// What is said to customers nobody rehearsed with.
const PLAIN: &str = include_str!("../../demo/plain.txt");

/// Signs in.
///
/// # Errors
/// A text: why not.
pub async fn sign_in(stage: &Stage, login: &str, password: &str) -> Result<Agent, String> {
    let body = json!({"login": login, "password": password});
    let answer = stage.door.ask(Method::POST, "/api/v1/session", None, Some(&body)).await?;
    let cookie = answer.cookie.as_deref().and_then(|cookie| cookie.split(';').next());
    match cookie {
        Some(cookie) if answer.status == 200 => Ok(Agent {
            id: answer.body["user"]["id"].as_str().unwrap_or_default().to_owned(),
            name: answer.body["user"]["name"].as_str().unwrap_or_default().to_owned(),
            shown: ("cookie", cookie.to_owned()),
        }),
        _ => Err(format!("{login} cannot sign in: {} {}", answer.status, answer.body["code"])),
    }
}

impl Agent {
    /// Somebody who shows an API token.
    pub fn with_token(id: &str, name: &str, token: &str) -> Self {
        let shown = ("authorization", format!("Bearer {token}"));
        Self { id: id.to_owned(), name: name.to_owned(), shown }
    }

    /// Lets somebody have so many conversations at once: what a head may.
    pub async fn give_room(&self, stage: &Stage, to: &Agent, capacity: usize) {
        let path = format!("/presences/{}/capacity", to.id);
        self.ask(stage, Method::PUT, &path, Some(json!({"capacity": capacity}))).await;
    }

    /// Asks the API.
    async fn ask(&self, stage: &Stage, method: Method, path: &str, body: Option<Value>) -> Option<Value> {
        let shown = Some((self.shown.0, self.shown.1.as_str()));
        let answer = stage.door.ask(method, &format!("/api/v1{path}"), shown, body.as_ref()).await.ok()?;
        (200..300).contains(&answer.status).then_some(answer.body)
    }
}

/// Works until told to stop, then is no longer ready.
pub async fn agent(stage: Arc<Stage>, agent: Agent, mut stop: watch::Receiver<bool>) {
    let ready = json!({"state": "ready"});
    while !*stop.borrow() {
        agent.ask(&stage, Method::PUT, "/presence", Some(ready.clone())).await;
        let Some(mut line) = Line::open(&stage, "/api/v1/ws", Some((agent.shown.0, &agent.shown.1))).await else {
            tokio::time::sleep(Duration::from_secs(1)).await;
            continue;
        };
        line.send(json!({"t": "subscribe", "topic": format!("user:{}", agent.id)})).await;
        let mut desk = Desk { stage: stage.clone(), agent: agent.clone(), talks: HashMap::new() };
        desk.take_up(&mut line).await;
        loop {
            desk.accept(&mut line).await;
            let heard = tokio::select! {
                heard = line.next(Duration::from_secs(2)) => heard,
                _ = stop.changed() => break,
            };
            match heard {
                Heard::Frame(frame) => desk.take(&mut line, &frame, &ready).await,
                Heard::Quiet => {
                    line.send(json!({"t": "ping"})).await;
                }
                Heard::Gone => break,
            }
        }
    }
    agent.ask(&stage, Method::PUT, "/presence", Some(json!({"state": "not_ready"}))).await;
}

struct Desk {
    stage: Arc<Stage>,
    agent: Agent,
    /// The conversations one has, and the numbers of the customer's messages in each.
    talks: HashMap<String, watch::Sender<HashSet<i64>>>,
}

impl Desk {
    /// Goes on with what one has already.
    async fn take_up(&mut self, line: &mut Line) {
        let path = format!("/conversations?state=active&assignee={}&limit=50", self.agent.id);
        let mine = self.agent.ask(&self.stage, Method::GET, &path, None).await.unwrap_or_default();
        for conversation in mine["items"].as_array().into_iter().flatten() {
            if let Some(id) = conversation["id"].as_str() {
                self.begin(line, id).await;
            }
        }
    }

    /// Takes everything that is offered.
    async fn accept(&mut self, line: &mut Line) {
        let offers = self.agent.ask(&self.stage, Method::GET, "/offers", None).await.unwrap_or_default();
        for offer in offers.as_array().into_iter().flatten() {
            let (Some(id), Some(conversation)) = (offer["id"].as_str(), offer["conversation_id"].as_str()) else {
                continue;
            };
            self.stage.pause(500, 4_000).await;
            let taken = self.agent.ask(&self.stage, Method::POST, &format!("/offers/{id}/acceptance"), None).await;
            if taken.is_some() {
                self.begin(line, conversation).await;
            }
        }
    }

    async fn begin(&mut self, line: &mut Line, conversation: &str) {
        if self.talks.contains_key(conversation) {
            return;
        }
        line.send(json!({"t": "subscribe", "topic": format!("conversation:{conversation}")})).await;
        let (heard, seen) = watch::channel(HashSet::new());
        tokio::spawn(talk(self.stage.clone(), self.agent.clone(), conversation.to_owned(), seen));
        self.talks.insert(conversation.to_owned(), heard);
    }

    async fn take(&mut self, line: &mut Line, frame: &Value, ready: &Value) {
        let topic = frame["topic"].as_str().unwrap_or_default();
        let Some(conversation) = topic.strip_prefix("conversation:") else {
            // Somebody who missed an offer counts as away until they say otherwise.
            if frame["kind"] == "presence.changed" && frame["data"]["state"] != "ready" {
                self.agent.ask(&self.stage, Method::PUT, "/presence", Some(ready.clone())).await;
            }
            return;
        };
        let messages: Vec<&Value> = match frame["t"].as_str() {
            Some("snapshot") => frame["data"]["messages"].as_array().into_iter().flatten().collect(),
            Some("fact") if frame["kind"] == "message.posted" => vec![&frame["data"]],
            Some("fact") if frame["kind"] == "conversation.closed" => {
                self.talks.remove(conversation);
                // A socket watches so many topics and no more.
                line.send(json!({"t": "unsubscribe", "topic": topic})).await;
                return;
            }
            _ => return,
        };
        let numbers: Vec<_> = messages
            .into_iter()
            .filter(|message| message["author"] == "customer")
            .filter_map(|message| message["seq"].as_i64())
            .collect();
        if let Some(heard) = self.talks.get(conversation) {
            heard.send_modify(|known| known.extend(numbers));
        }
    }
}

/// Answers in one conversation until it is over.
async fn talk(stage: Arc<Stage>, agent: Agent, conversation: String, mut seen: watch::Receiver<HashSet<i64>>) {
    let (mut number, mut answered, mut waits) = (0, 0, 0);
    loop {
        let count = seen.borrow_and_update().len();
        match stage.next_answer(&conversation, count) {
            Next::Say(text) => {
                stage.pause(1_500, 3_000 + text.chars().count() as u64 * 200).await;
                number += 1;
                say(&stage, &agent, &conversation, number, &text).await;
            }
            Next::Over => {
                stage.pause(4_000, 20_000).await;
                let path = format!("/conversations/{conversation}/closure");
                agent.ask(&stage, Method::POST, &path, Some(json!({}))).await;
                return;
            }
            // The customer may not have told yet what is to be said.
            Next::Unrehearsed if waits < 15 => {
                waits += 1;
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            Next::Unrehearsed if count > answered => {
                answered = count;
                let lines: Vec<_> = PLAIN.lines().collect();
                let text = lines[stage.rng.below(lines.len() as u64) as usize].replace("{agent}", &agent.name);
                stage.pause(2_000, 8_000).await;
                number += 1;
                say(&stage, &agent, &conversation, number, &text).await;
            }
            Next::Wait | Next::Unrehearsed => {
                if seen.changed().await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Says it until it is kept.
async fn say(stage: &Stage, agent: &Agent, conversation: &str, number: usize, text: &str) {
    let body = json!({"client_id": format!("live-{}-{number}", agent.id), "text": text});
    for _ in 0..60 {
        let path = format!("/conversations/{conversation}/messages");
        if agent.ask(stage, Method::POST, &path, Some(body.clone())).await.is_some() {
            stage.count(Figure::Answered);
            return;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
