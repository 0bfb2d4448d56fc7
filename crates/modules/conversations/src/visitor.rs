//! The visitors' side: the socket `/widget/ws`, and what stands beside it.

mod config;

use std::{
    net::SocketAddr,
    sync::{Arc, PoisonError},
};

use axum::{
    Router,
    extract::{ConnectInfo, State, WebSocketUpgrade},
    http::HeaderMap,
    response::Response,
    routing::get,
};
use files::FileId;
use http::{App, Cx};
use kernel::{Actor, ChannelId, CustomerId, Error, Id, Origin, Result, Visitor};
use serde::Serialize;
use store::Tx;
use tokio::sync::{Mutex, Notify};
use wire::{Action, Hub, Opened, ServerFrame, Session, Utf8Bytes, VisitorFrame, error_code, error_params};

use crate::{
    api::{self, Post, Receipt, Writer},
    codes, events,
    model::{Conversation, ConversationId, Message, Side, VisitorConversation, topic},
    policy, queries,
    topics::FIRST,
    turns::Turns,
};

/// Closed conversations that are remembered, to know again what was said in them.
const EARLIER: usize = 4;
/// Conversations that may be closed under one message before its sender is told.
const TRIES: usize = 5;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/widget/ws", get(open)).route("/widget/channels/{public_key}", get(config::read))
}

async fn open(
    State(app): State<App>,
    headers: HeaderMap,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let user_agent =
        headers.get("user-agent").and_then(|value| value.to_str().ok()).map(|text| text.chars().take(200).collect());
    let origin = Origin { actor: Actor::Anonymous, ip: Some(from.ip()), user_agent, request_id: String::new() };
    let hub = app.part::<Hub>();
    wire::accept(
        upgrade,
        (*hub).clone(),
        VisitorSession {
            app,
            origin,
            visiting: Mutex::default(),
            turns: std::sync::Mutex::default(),
            moved: Notify::new(),
        },
    )
}

struct VisitorSession {
    app: App,
    origin: Origin,
    visiting: Mutex<Option<Visiting>>,
    turns: std::sync::Mutex<Turns>,
    /// Somebody's turn may have come.
    moved: Notify,
}

/// Who is there, once they said hello.
#[derive(Clone)]
struct Visiting {
    cx: Cx,
    visitor: Visitor,
    token: String,
    name: Option<String>,
    /// The open one; a closed one while the visitor is told how it ended.
    conversation: Option<ConversationId>,
    /// Those before it, latest first.
    earlier: Vec<ConversationId>,
}

/// A message as the visitor says it.
#[derive(Clone)]
struct Words {
    client_id: String,
    text: String,
    file_id: Option<FileId>,
}

/// The answer to `hello`, and to the first message of a new conversation.
#[derive(Serialize)]
struct Ready<'a> {
    t: &'static str,
    token: &'a str,
    customer: String,
    conversation: Option<VisitorConversation<'a>>,
    seq: i64,
    messages: &'a [Message],
}

impl Visiting {
    /// `seq` is the number after which facts follow.
    fn ready(&self, conversation: Option<&Conversation>, seq: i64, messages: &[Message]) -> Result<Utf8Bytes> {
        let ready = Ready {
            t: "ready",
            token: &self.token,
            customer: self.visitor.customer.to_string(),
            conversation: conversation.map(Conversation::for_visitor),
            seq,
            messages,
        };
        serde_json::to_string(&ready).map(Into::into).map_err(Error::internal)
    }
}

impl VisitorSession {
    async fn hello(&self, channel: &str, token: Option<String>, name: Option<String>, had: Had) -> Result<Action> {
        let key = channels::api::visitor_key(&self.app).await?;
        let now = self.app.clock().now();
        let shown = token.and_then(|token| key.verify(&token, now).ok());
        let public_key = match channel {
            // The trial page of a new installation knows no key yet.
            "default" => self.first_channel().await?,
            key => key.to_owned(),
        };
        let (channel, known) = self
            .app
            .db()
            .read(&Origin::system("visitor socket"), move |tx| {
                let channel = channels::api::by_public_key(tx, &public_key)?.id;
                // A token of another channel, forged or expired: a new visitor.
                let known = match shown.filter(|visitor| visitor.channel == channel) {
                    Some(visitor) => Some((visitor, come_back(tx, visitor, had.conversation)?)),
                    None => None,
                };
                Ok((channel, known))
            })
            .await?;
        let (visitor, back) = known.unwrap_or_else(|| {
            let stranger = self.stranger(channel);
            (stranger, Back { customer: stranger.customer, conversation: None, earlier: Vec::new() })
        });
        let Back { customer, conversation, earlier } = back;
        let visiting = Visiting {
            cx: self.cx_of(customer, channel),
            visitor,
            token: key.issue(visitor, now),
            name,
            conversation,
            earlier,
        };
        let ready = visiting.ready(None, 0, &[])?;
        *self.visiting.lock().await = Some(visiting);
        Ok(match conversation {
            Some(id) => {
                // A number of another conversation says nothing about this one.
                let since = had.since.filter(|_| had.conversation.is_none_or(|had| had == id));
                Action::Watch { topic: topic(id), since }
            }
            None => Action::Say(ready),
        })
    }

    async fn first_channel(&self) -> Result<String> {
        let system = Origin::system("visitor socket");
        self.app.db().write(&system, |tx| Ok(channels::api::default_web_chat(tx)?.public_key)).await
    }

    fn cx_of(&self, customer: CustomerId, channel: ChannelId) -> Cx {
        let actor = Actor::Visitor(Visitor { customer, channel });
        Cx::new(self.app.clone(), Arc::new(Origin { actor, ..self.origin.clone() }))
    }

    fn stranger(&self, channel: ChannelId) -> Visitor {
        Visitor { customer: Id::new(self.app.clock().now(), self.app.db().rng()), channel }
    }

    async fn say(&self, client_id: String, text: String, file_id: Option<String>) -> Result<Action> {
        let file_id =
            file_id.map(|id| id.parse::<FileId>()).transpose().map_err(|_| Error::field("file_id", "unknown"))?;
        let words = Words { client_id, text, file_id };
        // Frames are polled in the order they came: so are the places.
        let place = self.turns().take();
        let kept = self.keep(place, words).await;
        self.turns().done(place);
        self.moved.notify_waiters();
        kept
    }

    async fn keep(&self, place: u64, words: Words) -> Result<Action> {
        for _ in 0..TRIES {
            let (id, receipt, opened) = match self.hand_in(place, &words).await? {
                Handed::In { to, receipt, opened } => (to, receipt, opened),
                Handed::Before(message) => return Ok(acknowledge(&message)),
            };
            match receipt.kept().await {
                // The message comes with the state of the conversation it opened.
                Ok(_) if opened => return Ok(Action::Watch { topic: topic(id), since: None }),
                Ok(message) => return Ok(acknowledge(&message)),
                // Closed meanwhile: it opens the next.
                Err(Error::Conflict(code, _)) if code == codes::CLOSED => self.turned_away(place, id).await,
                Err(error) => return Err(error),
            }
        }
        Err(codes::CLOSED.conflict())
    }

    /// Hands a message in when its turn has come. The lock is held until then, so that the order stays.
    async fn hand_in(&self, place: u64, words: &Words) -> Result<Handed> {
        loop {
            let moved = self.moved.notified();
            tokio::pin!(moved);
            moved.as_mut().enable();
            let mut guard = self.visiting.lock().await;
            let visiting = guard.as_mut().ok_or(Error::Unauthenticated)?;
            if !self.turns().may_go(place, visiting.conversation) {
                drop(guard);
                moved.await;
                continue;
            }
            let opened = visiting.conversation.is_none();
            let to = match visiting.conversation {
                Some(id) => id,
                None => match open_conversation(visiting, words).await? {
                    Next::Before(message) => return Ok(Handed::Before(message)),
                    Next::Opened(customer, id) => {
                        visiting.cx = self.cx_of(customer, visiting.visitor.channel);
                        *visiting.conversation.insert(id)
                    }
                },
            };
            let (actor, earlier) = (visiting.cx.actor().clone(), visiting.earlier.clone());
            let Words { client_id, text, file_id } = words.clone();
            let post = Post { file_id, earlier, ..Post::new(to, actor, client_id, text) };
            let receipt = self.app.part::<Writer>().hand_in(self.app.db(), post)?;
            self.turns().moved(place, Some(to));
            drop(guard);
            self.moved.notify_waiters();
            return Ok(Handed::In { to, receipt, opened });
        }
    }

    async fn turned_away(&self, place: u64, by: ConversationId) {
        if let Some(visiting) = self.visiting.lock().await.as_mut()
            && visiting.conversation == Some(by)
        {
            visiting.conversation = None;
            visiting.earlier.retain(|earlier| *earlier != by);
            visiting.earlier.insert(0, by);
            visiting.earlier.truncate(EARLIER);
        }
        self.turns().moved(place, None);
        self.moved.notify_waiters();
    }

    fn turns(&self) -> std::sync::MutexGuard<'_, Turns> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn read(&self, seq: i64) -> Result<Action> {
        let visiting = self.visiting.lock().await.clone().ok_or(Error::Unauthenticated)?;
        if let Some(id) = visiting.conversation {
            self.app
                .db()
                .append(visiting.cx.origin(), move |tx| {
                    let conversation = queries::lock(tx, id)?;
                    policy::may_reply(tx.actor(), &conversation)?;
                    api::mark_read(tx, conversation, Side::Customer, seq)
                })
                .await?;
        }
        Ok(Action::Nothing)
    }
}

/// Where a message went.
enum Handed {
    In {
        to: ConversationId,
        receipt: Receipt,
        opened: bool,
    },
    /// It had been kept before.
    Before(Box<Message>),
}

fn acknowledge(message: &Message) -> Action {
    let Message { client_id, seq, id, at, .. } = message;
    Action::Say(ServerFrame::Ack { client_id: client_id.clone(), seq: *seq, id: id.to_string(), at: *at }.text())
}

/// What a visitor who comes back already has.
#[derive(Clone, Copy)]
struct Had {
    conversation: Option<ConversationId>,
    since: Option<i64>,
}

/// Who a known visitor is by now, merges followed, and where they go on.
struct Back {
    customer: CustomerId,
    conversation: Option<ConversationId>,
    earlier: Vec<ConversationId>,
}

/// They go on with what is open; without that with what they had, to hear how it ended.
fn come_back(tx: &mut Tx<'_>, visitor: Visitor, had: Option<ConversationId>) -> Result<Back> {
    let customer = match customers::api::survivor(tx, visitor.customer) {
        // They never wrote.
        Err(Error::NotFound) => {
            return Ok(Back { customer: visitor.customer, conversation: None, earlier: Vec::new() });
        }
        other => other?,
    };
    let open = queries::open_of(tx, visitor.channel, customer)?.map(|open| open.id);
    let earlier = queries::closed_of(tx, visitor.channel, customer, EARLIER as i64)?;
    let conversation = open.or(had.filter(|had| earlier.contains(had)));
    Ok(Back { customer, conversation, earlier })
}

/// What a message without a conversation leads to.
enum Next {
    /// It was kept in an earlier one, and its sender did not hear of it.
    Before(Box<Message>),
    Opened(CustomerId, ConversationId),
}

async fn open_conversation(visiting: &Visiting, words: &Words) -> Result<Next> {
    let (visitor, name, earlier, words) =
        (visiting.visitor, visiting.name.clone(), visiting.earlier.clone(), words.clone());
    visiting
        .cx
        .write(move |tx| {
            let pairs: Vec<_> = earlier.iter().map(|id| (*id, words.client_id.as_str())).collect();
            let before = queries::posted(tx, &pairs)?;
            if let Some(message) = before.into_iter().find(|before| before.repeats(&words.text)) {
                return Ok(Next::Before(Box::new(message)));
            }
            let customer = customers::api::first_contact(tx, visitor, name.as_deref())?;
            let conversation = api::open(tx, visitor.channel, customer.id, &customer.name)?;
            Ok(Next::Opened(customer.id, conversation.id))
        })
        .await
}

impl Session for VisitorSession {
    type Frame = VisitorFrame;

    /// Only the visitor's own conversation can be watched.
    async fn open(&self, name: &str, since: Option<i64>) -> Result<Opened> {
        let visiting = self.visiting.lock().await.clone().ok_or(Error::Unauthenticated)?;
        let id = visiting.conversation.filter(|id| topic(*id) == name).ok_or(Error::NotFound)?;
        let cx = visiting.cx.clone();
        self.app
            .db()
            .snapshot(cx.origin(), move |tx| {
                let conversation = queries::find(tx, id)?;
                policy::may_read(tx.actor(), &conversation)?;
                let seq = conversation.last_seq;
                // What came since is told as facts; without a number the latest messages come along.
                match since.filter(|since| *since <= seq) {
                    Some(since) => Ok(Opened::since_after(since, visiting.ready(Some(&conversation), since, &[])?)),
                    None => {
                        let messages = queries::messages_before(tx, id, i64::MAX, FIRST, Side::Customer)?;
                        Ok(Opened::state(seq, visiting.ready(Some(&conversation), seq, &messages)?))
                    }
                }
            })
            .await
    }

    async fn handle(&self, frame: VisitorFrame) -> Result<Action> {
        match frame {
            VisitorFrame::Hello(hello) => {
                let wire::Hello { channel, token, name, conversation, since, .. } = *hello;
                let conversation = conversation.and_then(|id| id.parse().ok());
                self.hello(&channel, token, name, Had { conversation, since }).await
            }
            VisitorFrame::Read { seq } => self.read(seq).await,
            VisitorFrame::Ping {} => Ok(Action::Pong),
            VisitorFrame::Typing { .. } | VisitorFrame::Page(_) | VisitorFrame::Invited { .. } => Ok(Action::Nothing),
            VisitorFrame::Recall { .. } | VisitorFrame::Rate { .. } | VisitorFrame::Leave {} => Err(Error::NotFound),
            VisitorFrame::Send { client_id, text, file_id, .. } => match self
                .say(client_id.clone(), text, file_id)
                .await
            {
                Ok(action) => Ok(action),
                // Unknown whether it is kept: the client says it again, nothing is refused.
                Err(error @ (Error::Unavailable(_) | Error::Internal(_) | Error::Unauthenticated)) => Err(error),
                Err(error) => {
                    let params = error_params(&error);
                    Ok(Action::Say(ServerFrame::Refused { client_id, code: error_code(&error).into(), params }.text()))
                }
            },
        }
    }

    fn sees(&self, kind: &str) -> bool {
        events::FOR_VISITORS.contains(&kind)
    }
}
