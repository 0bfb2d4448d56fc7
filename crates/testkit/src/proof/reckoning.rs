//! What must hold at the end.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{
    book::{Book, Fate, View},
    line::{Heard, Line},
    plan::Chance,
    stage::{Colleague, Stage},
};

/// Facts a visitor is not told of.
const HIDDEN: [&str; 4] = ["conversation.opened", "conversation.requeued", "conversation.changed", "note.posted"];

/// The whole of a topic: its facts from the first on.
type Logs = BTreeMap<String, Vec<Value>>;

/// Nobody waits while somebody has room or is yet to come back, and no offer outlives its time: at the
/// latest when an unanswered one has expired and its agent is back. From then on nothing moves.
pub(crate) async fn queue_is_served(stage: &Stage) {
    let mut trouble = Vec::new();
    for _ in 0..60 {
        trouble = unserved(stage).await;
        if trouble.is_empty() {
            return;
        }
        sleep(Duration::from_millis(250)).await;
    }
    trouble.into_iter().for_each(|text| stage.book().blame(text));
}

async fn unserved(stage: &Stage) -> Vec<String> {
    let mut trouble = Vec::new();
    let queued = stage.all("/conversations?state=queued").await;
    let mut load: HashMap<String, i64> = HashMap::new();
    for row in stage.all("/conversations?state=active").await {
        *load.entry(row["assignee_id"].as_str().unwrap_or_default().into()).or_default() += 1;
    }
    let has_room = |row: &Value| {
        let busy = load.get(row["user_id"].as_str().unwrap_or_default()).copied().unwrap_or(0);
        row["state"] == "ready" && busy < row["capacity"].as_i64().unwrap_or_default()
    };
    let presences = stage.all("/presences").await;
    let free = presences.iter().filter(|row| has_room(row)).count();
    let away = stage.agents.len() - presences.iter().filter(|row| row["state"] == "ready").count();
    if !queued.is_empty() && free + away > 0 {
        trouble.push(format!("{} wait though {free} have room and {away} are away: {}", queued.len(), queued[0]));
    }
    for agent in &stage.agents {
        let offers = stage.insist(agent, &Chance::new(1), Method::GET, "/offers", None).await;
        let open = offers.map(|answer| answer.body).unwrap_or_default();
        for offer in open.as_array().into_iter().flatten() {
            trouble.push(format!("an offer stays open at {}: {offer}", stage.clock.now()));
        }
    }
    trouble
}

/// Reads every topic whole, and waits until those who watch to the end have come to its end.
async fn everybody_was_told(stage: &Stage) -> Logs {
    let mut logs = Logs::new();
    for attempt in 0..40 {
        logs = read(stage).await;
        let behind: Vec<_> = {
            let book = stage.book();
            let late = |((watcher, topic), view): (&(String, String), &View)| {
                let visitor = watcher.starts_with("customer");
                let end = logs.get(topic)?.iter().rev().find(|fact| !visitor || !hidden(fact))?["seq"].as_i64()?;
                let waits = view.to_the_end && view.last < end && !(visitor && moved_on(&book, watcher, topic));
                waits.then(|| format!("{watcher} was told {topic} up to {} of {end}", view.last))
            };
            book.views.iter().filter_map(late).collect()
        };
        if behind.is_empty() {
            return logs;
        }
        if attempt == 39 {
            behind.into_iter().for_each(|text| stage.book().blame(text));
        }
        sleep(Duration::from_millis(250)).await;
    }
    logs
}

fn hidden(fact: &Value) -> bool {
    HIDDEN.iter().any(|kind| fact["kind"] == *kind)
}

/// Whether the customer has a later conversation: the ended one is told as far as it was closed.
fn moved_on(book: &Book, watcher: &str, topic: &str) -> bool {
    book.views
        .keys()
        .any(|(other, later)| other == watcher && later.as_str() > topic && later.starts_with("conversation:"))
}

async fn read(stage: &Stage) -> Logs {
    let mut logs = Logs::new();
    let mut conversations: Vec<_> = stage.all("/conversations").await;
    conversations.reverse();
    let wanted = |row: &Value| Some((format!("conversation:{}", row["id"].as_str()?), row["last_seq"].as_i64()?));
    let wanted: Vec<_> = conversations.iter().filter_map(wanted).collect();
    whole(stage, &stage.administrator, &wanted, &mut logs).await;
    for agent in &stage.agents {
        let presence = stage.insist(agent, &Chance::new(1), Method::GET, "/presence", None).await;
        let last = presence.and_then(|answer| answer.body["last_seq"].as_i64()).unwrap_or_default();
        whole(stage, agent, &[(format!("user:{}", agent.id), last)], &mut logs).await;
    }
    logs
}

/// Reads topics from their first fact to the given one, by resuming after nothing.
async fn whole(stage: &Stage, who: &Colleague, topics: &[(String, i64)], logs: &mut Logs) {
    let url = format!("ws://{}/api/v1/ws", stage.doors[0].address());
    let Some(mut line) = Line::open(&url, Some(&who.token)).await else {
        return stage.book().blame("nobody could connect for the reckoning".into());
    };
    for (topic, last) in topics {
        let mut facts = Vec::new();
        let mut quiet = 0;
        line.send(&json!({"t": "subscribe", "topic": topic, "since": 0})).await;
        while quiet < 50 && facts.last().map_or(0, |fact: &Value| fact["seq"].as_i64().unwrap_or_default()) < *last {
            match line.next(Duration::from_millis(200)).await {
                Heard::Frame(frame) if frame["t"] == "fact" && frame["topic"] == topic.as_str() => facts.push(frame),
                Heard::Frame(_) => {}
                Heard::Quiet => quiet += 1,
                Heard::Gone => quiet = 50,
            }
        }
        line.send(&json!({"t": "unsubscribe", "topic": topic})).await;
        let numbers: Vec<_> = facts.iter().filter_map(|fact| fact["seq"].as_i64()).collect();
        if !numbers.iter().copied().eq(1..=numbers.len() as i64) || (numbers.len() as i64) < *last {
            stage.book().blame(format!("{topic} has {last} facts and tells {numbers:?}"));
        }
        logs.insert(topic.clone(), facts);
    }
}

/// Holds what everybody saw against what is kept; once more where something moved meanwhile.
pub(crate) async fn judge(stage: &Stage) {
    for last in [false, false, false, true] {
        let logs = everybody_was_told(stage).await;
        let wrong = compare(stage, &logs).await;
        if last || wrong.is_empty() || read(stage).await == logs {
            return wrong.into_iter().for_each(|text| stage.book().blame(text));
        }
    }
}

async fn compare(stage: &Stage, logs: &Logs) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut kept: HashMap<String, Vec<Value>> = HashMap::new();
    for (topic, facts) in logs.iter().filter(|(topic, _)| topic.starts_with("conversation:")) {
        let posted = |fact: &&Value| fact["kind"] == "message.posted" || fact["kind"] == "note.posted";
        let told: Vec<&Value> = facts.iter().filter(posted).map(|fact| &fact["data"]).collect();
        let fetched = messages(stage, topic).await;
        if !fetched.iter().eq(told.iter().copied()) {
            let numbers = |items: &mut dyn Iterator<Item = &Value>| {
                items.map(|item| item["seq"].to_string()).collect::<Vec<_>>().join(" ")
            };
            let (one, other) = (numbers(&mut fetched.iter()), numbers(&mut told.iter().copied()));
            wrong.push(format!("{topic} holds messages {one} and tells {other}"));
        }
        for message in fetched.into_iter().filter(|message| message["kind"] != "event") {
            kept.entry(message["client_id"].as_str().unwrap_or_default().into()).or_default().push(message);
        }
        taken_once(stage, topic, facts, &mut wrong);
    }
    {
        let book = stage.book();
        said_and_kept(&book, &kept, &mut wrong);
        for ((watcher, topic), view) in &book.views {
            match logs.get(topic) {
                Some(log) => saw(watcher, topic, view, log, &mut wrong),
                None => wrong.push(format!("{watcher} watched {topic}, which nobody knows")),
            }
        }
    }
    wrong
}

async fn messages(stage: &Stage, topic: &str) -> Vec<Value> {
    let id = topic.trim_start_matches("conversation:");
    let (mut items, mut after) = (Vec::new(), Some("0".to_owned()));
    while let Some(seq) = after {
        let path = format!("/conversations/{id}/messages?limit=200&after={seq}");
        let Some(answer) = stage.insist(&stage.administrator, &Chance::new(1), Method::GET, &path, None).await else {
            break;
        };
        items.extend(answer.body["items"].as_array().cloned().unwrap_or_default());
        after = answer.body["next_cursor"].as_str().map(str::to_owned);
    }
    items
}

/// A conversation that waits is taken by one. Who takes it from somebody was given it by the
/// supervisor: an offer is for what waits.
fn taken_once(stage: &Stage, topic: &str, facts: &[Value], wrong: &mut Vec<String>) {
    let (mut holder, mut passed_on) = (Value::Null, 0);
    for fact in facts.iter().filter(|fact| fact["kind"] == "conversation.assigned") {
        if fact["data"]["before"] != holder {
            wrong.push(format!("{topic}: taken from {} while {holder} had it", fact["data"]["before"]));
        }
        passed_on += usize::from(!holder.is_null());
        holder = fact["data"]["assignee_id"].clone();
    }
    let given = stage.book().given.get(topic).copied().unwrap_or(0);
    if passed_on > given {
        wrong.push(format!("{topic} changed hands {passed_on} times and was given away {given} times"));
    }
}

fn said_and_kept(book: &Book, kept: &HashMap<String, Vec<Value>>, wrong: &mut Vec<String>) {
    let mut last: HashMap<(&str, &str), (i64, u64)> = HashMap::new();
    let mut in_order: Vec<_> = book.said.iter().collect();
    in_order.sort_by_key(|(_, said)| (&said.by, said.number));
    for (client_id, said) in in_order {
        let copies = kept.get(client_id).map_or(&[][..], Vec::as_slice);
        let allowed = match said.fate {
            Fate::Kept { .. } => copies.len() == 1,
            Fate::Unknown | Fate::Doubtful => copies.len() <= 1,
            Fate::Refused => copies.is_empty(),
        };
        if !allowed {
            wrong.push(format!("{client_id} ({:?}) is kept {} times: {copies:?}", said.fate, copies.len()));
        }
        let Some(copy) = copies.first() else { continue };
        let (seq, conversation) =
            (copy["seq"].as_i64().unwrap_or_default(), copy["conversation_id"].as_str().unwrap_or_default());
        if let Fate::Kept { seq: told, id } = &said.fate
            && (*told != seq || copy["id"] != id.as_str() || copy["text"] != said.text)
        {
            wrong.push(format!("{client_id} was acknowledged as {:?} and is kept as {copy}", said.fate));
        }
        if said.by.starts_with("customer")
            && let Some((before, number)) = last.insert((&said.by, conversation), (seq, said.number))
            && before > seq
        {
            wrong
                .push(format!("{}: message {} stands behind message {number} in {conversation}", said.by, said.number));
        }
    }
    let known: BTreeSet<_> = book.said.keys().collect();
    wrong.extend(
        kept.keys().filter(|client_id| !known.contains(client_id)).map(|client_id| format!("nobody said {client_id}")),
    );
}

/// Every fact a watcher was told is the one that is kept; what they were not told, they need not know.
fn saw(watcher: &str, topic: &str, view: &View, log: &[Value], wrong: &mut Vec<String>) {
    let at = |seq: i64| usize::try_from(seq - 1).ok().and_then(|at| log.get(at));
    let seq_of = |fact: &Value| fact["seq"].as_i64().unwrap_or_default();
    for fact in &view.facts {
        if at(seq_of(fact)) != Some(fact) {
            wrong.push(format!("{watcher} was told {fact} and kept is {:?}", at(seq_of(fact))));
        }
    }
    for (seq, messages) in &view.states {
        for message in messages {
            if at(seq_of(message)).is_none_or(|fact| fact["data"] != *message) || seq_of(message) > *seq {
                wrong.push(format!("{watcher} was shown {message} in {topic}"));
            }
        }
        let seen = |fact: &&Value| {
            fact["kind"] == "message.posted" || (fact["kind"] == "note.posted" && !watcher.starts_with("customer"))
        };
        let posted = log.iter().filter(seen).filter(|fact| seq_of(fact) <= *seq).count();
        if messages.len() != posted.min(50) && topic.starts_with("conversation:") {
            wrong.push(format!("{watcher} was shown {} of {posted} messages of {topic} up to {seq}", messages.len()));
        }
    }
    if !watcher.starts_with("customer") {
        return;
    }
    // Between what a visitor was told, only what is not for them may be missing.
    let told: BTreeSet<i64> = view.facts.iter().map(seq_of).collect();
    let shown = |seq: i64| {
        view.states.first().is_some_and(|(first, _)| seq <= *first)
            || view.states.iter().any(|(state, _)| seq == *state)
    };
    let states: Vec<i64> = view.states.iter().map(|(seq, _)| *seq).collect();
    for fact in log.iter().filter(|fact| seq_of(fact) <= view.last && !hidden(fact)) {
        let seq = seq_of(fact);
        let before_a_state =
            states.iter().any(|state| seq <= *state && !told.contains(&seq) && !told.range(seq..=*state).any(|_| true));
        if !told.contains(&seq) && !shown(seq) && !before_a_state {
            wrong.push(format!("{watcher} was never told {fact}"));
        }
    }
}

/// One line that says how much happened.
pub(crate) fn figures(book: &Book, seconds: i64) -> String {
    let figures = &book.figures;
    let kept = book.said.values().filter(|said| matches!(said.fate, Fate::Kept { .. })).count();
    let told: usize = book.views.values().map(|view| view.facts.len()).sum();
    let most = |times: &[i64]| times.iter().max().copied().unwrap_or_default();
    format!(
        "{kept} messages acknowledged, {} turned away, {told} facts told, {} kills, {} freezes, {} connections cut, {} connects, {} said again, \
         ready again after {:?} ms (at most {}), taken over after {:?} ms (at most {}), {seconds} s",
        book.said.len() - kept,
        figures.kills,
        figures.freezes,
        figures.cuts,
        figures.reconnects,
        figures.said_again,
        figures.starts,
        most(&figures.starts),
        figures.takeovers,
        most(&figures.takeovers),
    )
}
