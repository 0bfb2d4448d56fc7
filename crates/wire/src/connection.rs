//! What a connection remembers, and what it does about each thing that happens to it.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use axum::extract::ws::Message;
use futures_util::{future::BoxFuture, stream::FuturesUnordered};
use kernel::{Error, Result};
use tokio::time::Sleep;

use crate::{
    Action, Close, Hub, Limits, Opened, ServerFrame, Session, Utf8Bytes, codes, error_code, error_params,
    frame::Frame,
    inbox::{Inbox, Mail},
    session::From,
    watch::{Need, Watch},
};

/// What can happen to a connection.
pub(crate) enum Event {
    Mail(Mail),
    Done(Done),
    Moment,
    Frame(Option<Result<Message, axum::Error>>),
}

/// Something that was under way and is done; the number is the watch's it was for.
pub(crate) enum Done {
    Handled(Result<Action>),
    Opened(u32, Result<Opened>),
    Read(u32, Result<(Vec<Frame>, bool)>),
}

/// Frames without sense after which a client is given up.
const NONSENSE: u8 = 5;
/// After a failed read of the outbox.
const RETRY: Duration = Duration::from_millis(500);

pub(crate) struct Connection<S> {
    pub(crate) hub: Hub,
    pub(crate) inbox: Arc<Inbox>,
    session: Arc<S>,
    limits: Limits,
    /// In the order of their ids.
    watches: Vec<Watch>,
    next_watch: u32,
    /// Texts on their way to the client.
    pub(crate) out: VecDeque<Utf8Bytes>,
    pub(crate) unflushed: bool,
    /// Given to the inbox in exchange for what waits there.
    pub(crate) buffer: Vec<(u32, Arc<Frame>)>,
    /// The session at work, and reads of the outbox.
    pub(crate) busy: FuturesUnordered<BoxFuture<'static, Done>>,
    /// Runs while a number is missing somewhere.
    pub(crate) moment: Option<Pin<Box<Sleep>>>,
    /// The beat, and how many frames came in it.
    heard: (u32, u32),
    nonsense: u8,
}

impl<S: Session> Connection<S> {
    pub(crate) fn new(hub: Hub, session: S) -> Self {
        let inbox = hub.attach(session.actor());
        Self {
            limits: session.limits(),
            session: Arc::new(session),
            hub,
            inbox,
            watches: Vec::new(),
            next_watch: 0,
            out: VecDeque::new(),
            unflushed: false,
            buffer: Vec::new(),
            busy: FuturesUnordered::new(),
            moment: None,
            heard: (0, 0),
            nonsense: 0,
        }
    }

    pub(crate) async fn begin(&mut self) -> Result<(), Close> {
        match self.session.begin().await {
            Ok(first) => {
                self.out.extend(first);
                Ok(())
            }
            Err(error) => {
                let ended = matches!(error, Error::Unauthenticated | Error::Forbidden(_));
                self.refuse(None, &error);
                Err(if ended { Close::SessionEnded } else { Close::Fault })
            }
        }
    }

    /// Whether the next frame may be read now.
    pub(crate) fn may_listen(&mut self) -> bool {
        let beat = self.hub.beat();
        if self.heard.0 != beat {
            self.heard = (beat, 0);
        }
        if self.heard.1 >= self.limits.frames_per_second {
            // The next beat wakes us. Asked once more afterwards, lest it fell just between.
            self.inbox.paused.store(true, Relaxed);
            return self.hub.beat() != beat;
        }
        self.busy.len() < self.limits.at_once
    }

    /// Any sign of life from the client.
    pub(crate) fn spoke(&mut self) {
        self.heard.1 += 1;
        self.inbox.spoke.store(self.hub.beat(), Relaxed);
    }

    /// The client says something.
    pub(crate) fn frame(&mut self, text: &str) -> Result<(), Close> {
        let Ok(frame) = serde_json::from_str::<S::Frame>(text) else { return self.malformed() };
        let session = self.session.clone();
        // The loop polls it before it reads the next frame.
        self.busy.push(Box::pin(async move { Done::Handled(session.handle(frame).await) }));
        Ok(())
    }

    /// The client says something without sense.
    pub(crate) fn malformed(&mut self) -> Result<(), Close> {
        self.say(&ServerFrame::Error {
            topic: None,
            code: codes::MALFORMED.name().into(),
            params: serde_json::Value::Null,
        });
        self.nonsense += 1;
        if self.nonsense >= NONSENSE { Err(Close::Malformed) } else { Ok(()) }
    }

    /// Something arrived from the hub.
    pub(crate) fn mail(&mut self, mail: Mail) -> Result<(), Close> {
        let mut out = Vec::new();
        for (id, frame) in mail.frames {
            // A watch that ended may still have mail.
            if let Some(at) = self.find(id) {
                let from = out.len();
                let need = self.watches[at].arrive(frame, &mut out);
                self.settle(at, need, &mut out, from);
            }
        }
        self.pass(&mut out);
        if mail.lost {
            self.hub.inner().meters.resyncs.increment(1);
            for at in 0..self.watches.len() {
                let need = self.watches[at].lost();
                self.attend(at, need);
            }
        }
        mail.close.map_or(Ok(()), Err)
    }

    /// Something that was under way is done.
    pub(crate) fn done(&mut self, done: Done) -> Result<(), Close> {
        match done {
            Done::Handled(Ok(action)) => return self.act(action),
            Done::Handled(Err(error)) => self.refuse(None, &error),
            Done::Opened(id, opened) => {
                if let Some(at) = self.find(id) {
                    self.opened(at, opened);
                }
            }
            Done::Read(id, read) => {
                if let Some(at) = self.find(id) {
                    self.was_read(at, read);
                }
            }
        }
        Ok(())
    }

    /// A missing number had its time to arrive.
    pub(crate) fn waited(&mut self) -> Result<(), Close> {
        for at in 0..self.watches.len() {
            let need = self.watches[at].waited();
            self.attend(at, need);
        }
        Ok(())
    }

    fn act(&mut self, action: Action) -> Result<(), Close> {
        match action {
            Action::Nothing => {}
            Action::Say(text) => self.out.push_back(text),
            Action::Pong => self.say(&ServerFrame::Pong { now: self.hub.inner().db.clock().now() }),
            Action::Watch { topic, since } => self.watch(topic, since),
            Action::Unwatch { topic } => {
                if let Some(at) = self.watches.iter().position(|watch| *watch.topic == *topic) {
                    self.drop_watch(at);
                }
            }
            Action::All(actions) => {
                for action in actions {
                    self.act(action)?;
                }
            }
            Action::Close(text, close) => {
                self.out.push_back(text);
                return Err(close);
            }
        }
        Ok(())
    }

    /// First the hub knows the watch, then the session loads: nothing falls between.
    fn watch(&mut self, topic: String, since: Option<i64>) {
        if let Some(at) = self.watches.iter().position(|watch| *watch.topic == *topic) {
            self.drop_watch(at);
        } else if self.watches.len() >= self.limits.topics {
            let code = codes::TOO_MANY_TOPICS.name().into();
            return self.say(&ServerFrame::Error { topic: Some(topic), code, params: serde_json::Value::Null });
        }
        let (id, topic) = (self.next_watch, Arc::<str>::from(topic));
        self.next_watch += 1;
        self.hub.watch(&topic, id, &self.inbox);
        if self.watches.is_empty() {
            // Most connections watch one topic for life.
            self.watches.reserve_exact(1);
        }
        self.watches.push(Watch::new(id, topic.clone()));
        self.open(id, topic, since);
    }

    fn open(&self, id: u32, topic: Arc<str>, since: Option<i64>) {
        let session = self.session.clone();
        self.busy.push(Box::pin(async move { Done::Opened(id, session.open(&topic, since).await) }));
    }

    fn opened(&mut self, at: usize, opened: Result<Opened>) {
        let Opened { first, from } = match opened {
            Ok(opened) => opened,
            Err(error) => {
                let topic = self.watches[at].topic.to_string();
                self.drop_watch(at);
                return self.refuse(Some(topic), &error);
            }
        };
        self.out.extend(first);
        let mut out = Vec::new();
        let watch = &mut self.watches[at];
        let need = match from {
            From::State(seq) => watch.loaded(seq, &mut out),
            From::Since(seq) => watch.resumed(seq),
            From::List(scope) => {
                watch.listed();
                if let Some(scope) = scope {
                    self.hub.widen(&watch.topic, watch.id, &self.inbox, &scope);
                }
                let (topic, data) = (watch.topic.to_string(), serde_json::Value::Null);
                self.say(&ServerFrame::Snapshot { topic, seq: 0, data });
                Need::Nothing
            }
        };
        self.settle(at, need, &mut out, 0);
        self.pass(&mut out);
    }

    fn was_read(&mut self, at: usize, read: Result<(Vec<Frame>, bool)>) {
        match read {
            Ok((frames, more)) => {
                let mut out = Vec::new();
                let need = self.watches[at].was_read(frames, more, &mut out);
                self.settle(at, need, &mut out, 0);
                self.pass(&mut out);
            }
            Err(error) => {
                tracing::warn!(%error, "the outbox cannot be read for a watcher; trying again");
                if self.watches[at].unread() == Need::Moment {
                    self.moment = Some(Box::pin(tokio::time::sleep(RETRY)));
                }
            }
        }
    }

    /// Sees to a watch that passes on what stands in `out` from `from` on: where one of those may have
    /// ended the right to watch, what follows it is held back until the session has been asked anew.
    fn settle(&mut self, at: usize, need: Need, out: &mut Vec<Arc<Frame>>, from: usize) {
        let asks = |frame: &Arc<Frame>| frame.seq > 0 && self.session.asks_again(&frame.kind);
        let Some(place) = out[from..].iter().position(asks).filter(|_| need != Need::Renew) else {
            return self.attend(at, need);
        };
        out.truncate(from + place + 1);
        let last = out[from + place].seq;
        let watch = &mut self.watches[at];
        watch.asked_again(last);
        let (id, topic) = (watch.id, watch.topic.clone());
        self.open(id, topic, Some(last));
    }

    /// Sees to what the watch at `at` needs.
    fn attend(&mut self, at: usize, need: Need) {
        let watch = &mut self.watches[at];
        match need {
            Need::Nothing => {}
            Need::Moment => {
                let gap = self.hub.inner().tuning.gap;
                self.moment.get_or_insert_with(|| Box::pin(tokio::time::sleep(gap)));
            }
            Need::Read => {
                let (hub, id, topic, last) = (self.hub.clone(), watch.id, watch.topic.clone(), watch.last);
                self.busy.push(Box::pin(async move { Done::Read(id, hub.read_since(&topic, last).await) }));
            }
            Need::Resync => {
                let topic = watch.topic.to_string();
                self.say(&ServerFrame::Resync { topic });
            }
            Need::Renew if watch.renewed => {
                let topic = watch.topic.to_string();
                self.drop_watch(at);
                self.refuse(Some(topic), &Error::internal("a topic whose numbers have gaps"));
            }
            Need::Renew => {
                watch.renewed = true;
                let (id, topic) = (watch.id, watch.topic.clone());
                self.open(id, topic, None);
            }
        }
    }

    fn find(&self, id: u32) -> Option<usize> {
        self.watches.binary_search_by_key(&id, |watch| watch.id).ok()
    }

    fn drop_watch(&mut self, at: usize) {
        let watch = self.watches.remove(at);
        self.hub.unwatch(&watch.topic, watch.id, &self.inbox);
    }

    fn pass(&mut self, frames: &mut Vec<Arc<Frame>>) {
        let seen = frames.drain(..).filter(|frame| self.session.sees(&frame.kind));
        self.out.extend(seen.map(|frame| frame.text.clone()));
    }

    fn say(&mut self, frame: &ServerFrame) {
        self.out.push_back(frame.text());
    }

    fn refuse(&mut self, topic: Option<String>, error: &Error) {
        if let Error::Internal(cause) = error {
            tracing::error!(%cause, ?topic, "internal error on a socket");
        }
        self.say(&ServerFrame::Error { topic, code: error_code(error).into(), params: error_params(error) });
    }
}

impl<S> Drop for Connection<S> {
    fn drop(&mut self) {
        for watch in &self.watches {
            self.hub.unwatch(&watch.topic, watch.id, &self.inbox);
        }
        self.hub.detach(&self.inbox);
    }
}
