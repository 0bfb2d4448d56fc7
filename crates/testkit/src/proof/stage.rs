//! What customers, agents and faults share.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use kernel::{Clock, UserId};
use reqwest::Method;
use serde_json::Value;
use tokio::{sync::watch, time::sleep};

use super::{book::Book, plan::Chance, proxy::Proxy};

/// How far the play has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Things break, and people do as they please.
    Storm,
    /// Nothing breaks; everybody finishes what was begun.
    Calm,
    /// Everybody goes home.
    Over,
}

/// Somebody of the department.
#[derive(Clone, Debug)]
pub(crate) struct Colleague {
    pub(crate) id: UserId,
    pub(crate) token: String,
}

pub(crate) struct Stage {
    /// The ways to each process.
    pub(crate) doors: Vec<Proxy>,
    pub(crate) http: reqwest::Client,
    pub(crate) clock: Clock,
    /// The web chat's public key.
    pub(crate) channel: String,
    pub(crate) administrator: Colleague,
    pub(crate) agents: Vec<Colleague>,
    pub(crate) phase: watch::Sender<Phase>,
    /// Customers who still have something to say, and requests under way.
    pub(crate) busy: AtomicUsize,
    book: Mutex<Book>,
}

/// A definite answer.
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) body: Value,
    /// How often it was asked for: earlier attempts may have been done without our hearing of it.
    pub(crate) attempts: usize,
}

impl Answered {
    pub(crate) fn ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether an earlier attempt may have been done.
    pub(crate) fn doubtful(&self) -> bool {
        self.attempts > 1
    }
}

impl Stage {
    pub(crate) fn new(doors: Vec<Proxy>, channel: String, administrator: Colleague, agents: Vec<Colleague>) -> Self {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(4)).build().expect("a client");
        let (clock, phase) = (Clock::system(), watch::Sender::new(Phase::Storm));
        let (busy, book) = (AtomicUsize::new(0), Mutex::default());
        Self { doors, http, clock, channel, administrator, agents, phase, busy, book }
    }

    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// A process to go to, as a balancer before them would choose it.
    pub(crate) fn door(&self, chance: &Chance) -> String {
        let at = chance.between(0, self.doors.len() as u64 - 1);
        self.doors[usize::try_from(at).unwrap_or_default()].address().to_string()
    }

    /// Sends a request until it is answered: a broken connection, a 5xx and a 429 say nothing.
    /// None when the play is over before that.
    pub(crate) async fn insist(
        &self,
        who: &Colleague,
        chance: &Chance,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Option<Answered> {
        let _busy = Busy::new(self);
        let mut attempts = 0;
        while self.phase() < Phase::Over {
            attempts += 1;
            let url = format!("http://{}/api/v1{path}", self.door(chance));
            let mut request = self.http.request(method.clone(), url).bearer_auth(&who.token);
            if let Some(body) = &body {
                request = request.json(body);
            }
            if let Ok(answer) = request.send().await {
                let status = answer.status().as_u16();
                if status < 500
                    && status != 429
                    && let Ok(text) = answer.text().await
                {
                    return Some(Answered { status, body: serde_json::from_str(&text).unwrap_or_default(), attempts });
                }
            }
            sleep(Duration::from_millis(chance.between(30, 200))).await;
        }
        None
    }

    /// What the administrator reads at `path`, page after page.
    pub(crate) async fn all(&self, path: &str) -> Vec<Value> {
        let (chance, mut items, mut next) = (Chance::new(1), Vec::new(), Some(String::new()));
        let mark = if path.contains('?') { '&' } else { '?' };
        while let Some(cursor) = next {
            let page = format!(
                "{path}{mark}limit=200{}",
                if cursor.is_empty() { cursor } else { format!("&cursor={cursor}") }
            );
            let Some(answer) = self.insist(&self.administrator, &chance, Method::GET, &page, None).await else {
                return items;
            };
            if !answer.ok() {
                self.book().blame(format!("GET {page}: {} {}", answer.status, answer.body));
                return items;
            }
            items.extend(answer.body["items"].as_array().cloned().unwrap_or_default());
            next = answer.body["next_cursor"].as_str().map(str::to_owned);
        }
        items
    }
}

/// Something that must end before the reckoning.
pub(crate) struct Busy<'s>(&'s Stage);

impl<'s> Busy<'s> {
    pub(crate) fn new(stage: &'s Stage) -> Self {
        stage.busy.fetch_add(1, Relaxed);
        Self(stage)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Relaxed);
    }
}
