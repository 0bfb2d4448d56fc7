//! The visitors' socket: `/widget/ws`.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::{ConnectInfo, State, WebSocketUpgrade},
    http::HeaderMap,
    response::Response,
    routing::get,
};
use http::{App, Cx};
use kernel::{Actor, ChannelId, CustomerId, Error, Id, Origin, Result, Visitor};
use serde::Serialize;
use store::Tx;
use tokio::sync::Mutex;
use wire::{Action, Hub, Opened, ServerFrame, Session, Utf8Bytes, VisitorFrame, error_code};

use crate::{
    api::{self, Post, Writer},
    codes, events,
    model::{Conversation, ConversationId, Message, Side, topic},
    policy, queries,
    topics::FIRST,
};

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/widget/ws", get(open))
}

async fn open(State(app): State<App>, headers: HeaderMap, ConnectInfo(from): ConnectInfo<SocketAddr>, upgrade: WebSocketUpgrade) -> Response {
    let user_agent = headers.get("user-agent").and_then(|value| value.to_str().ok()).map(|text| text.chars().take(200).collect());
    let origin = Origin { actor: Actor::Anonymous, ip: Some(from.ip()), user_agent, request_id: String::new() };
    let hub = app.part::<Hub>();
    wire::accept(upgrade, (*hub).clone(), VisitorSession { app, origin, visiting: Mutex::default() })
}

struct VisitorSession {
    app: App,
    origin: Origin,
    visiting: Mutex<Option<Visiting>>,
}

/// Who is there, once they said hello.
#[derive(Clone)]
struct Visiting {
    cx: Cx,
    visitor: Visitor,
    token: String,
    name: Option<String>,
    conversation: Option<ConversationId>,
}

/// The answer to `hello`, and to the first message of a new conversation.
#[derive(Serialize)]
struct Ready<'a> {
    t: &'static str,
    token: &'a str,
    customer: String,
    conversation: Option<&'a Conversation>,
    seq: i64,
    messages: &'a [Message],
}

impl Visiting {
    fn ready(&self, conversation: Option<&Conversation>, messages: &[Message]) -> Result<Utf8Bytes> {
        let seq = conversation.map_or(0, |conversation| conversation.last_seq);
        let ready = Ready { t: "ready", token: &self.token, customer: self.visitor.customer.to_string(), conversation, seq, messages };
        serde_json::to_string(&ready).map(Into::into).map_err(Error::internal)
    }
}

impl VisitorSession {
    async fn hello(&self, channel: &str, token: Option<String>, name: Option<String>, since: Option<i64>) -> Result<Action> {
        let key = channels::api::visitor_key(&self.app).await?;
        let now = self.app.clock().now();
        let shown = token.and_then(|token| key.verify(&token, now).ok());
        let public_key = channel.to_owned();
        let (channel, known) = self
            .app
            .db()
            .read(&Origin::system("visitor socket"), move |tx| {
                let channel = channels::api::by_public_key(tx, &public_key)?.id;
                // A token of another channel, forged or expired: a new visitor.
                let known = match shown.filter(|visitor| visitor.channel == channel) {
                    Some(visitor) => Some((visitor, come_back(tx, visitor)?)),
                    None => None,
                };
                Ok((channel, known))
            })
            .await?;
        let (visitor, (customer, conversation)) = known.unwrap_or_else(|| {
            let stranger = self.stranger(channel);
            (stranger, (stranger.customer, None))
        });
        let visiting = Visiting { cx: self.cx_of(customer, channel), visitor, token: key.issue(visitor, now), name, conversation };
        let ready = visiting.ready(None, &[])?;
        *self.visiting.lock().await = Some(visiting);
        Ok(match conversation {
            Some(id) => Action::Watch { topic: topic(id), since },
            None => Action::Say(ready),
        })
    }

    fn cx_of(&self, customer: CustomerId, channel: ChannelId) -> Cx {
        let actor = Actor::Visitor(Visitor { customer, channel });
        Cx::new(self.app.clone(), Arc::new(Origin { actor, ..self.origin.clone() }))
    }

    fn stranger(&self, channel: ChannelId) -> Visitor {
        Visitor { customer: Id::new(self.app.clock().now(), self.app.db().rng()), channel }
    }

    /// Keeps a message. The lock is held until it is handed in, so that the order stays.
    async fn send(&self, client_id: String, text: String, file_id: Option<String>) -> Result<Action> {
        // Once more when the conversation was closed meanwhile: then it opens the next.
        for last_try in [false, true] {
            let (receipt, opened) = {
                let mut guard = self.visiting.lock().await;
                let visiting = guard.as_mut().ok_or(Error::Unauthenticated)?;
                let opened = visiting.conversation.is_none();
                let id = match visiting.conversation {
                    Some(id) => id,
                    None => {
                        let (customer, id) = open_conversation(visiting).await?;
                        visiting.cx = self.cx_of(customer, visiting.visitor.channel);
                        *visiting.conversation.insert(id)
                    }
                };
                let actor = visiting.cx.actor().clone();
                let post = Post { conversation: id, actor, client_id: client_id.clone(), text: text.clone(), file_id: file_id.clone() };
                (self.app.part::<Writer>().hand_in(self.app.db(), post)?, opened.then_some(id))
            };
            return match receipt.kept().await {
                Ok(message) => Ok(match opened {
                    // The message comes with the state of the conversation it opened.
                    Some(id) => Action::Watch { topic: topic(id), since: None },
                    None => {
                        let ack = ServerFrame::Ack { client_id: message.client_id, seq: message.seq, id: message.id.to_string(), at: message.at };
                        Action::Say(ack.text())
                    }
                }),
                Err(Error::Conflict(code, _)) if code == codes::CLOSED && !last_try => {
                    let mut guard = self.visiting.lock().await;
                    if let Some(visiting) = guard.as_mut() {
                        visiting.conversation = None;
                    }
                    continue;
                }
                Err(error) => Err(error),
            };
        }
        Err(codes::CLOSED.conflict())
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

/// Who a known visitor is by now, merges followed, and the conversation they have open.
fn come_back(tx: &mut Tx<'_>, visitor: Visitor) -> Result<(CustomerId, Option<ConversationId>)> {
    let customer = match customers::api::survivor(tx, visitor.customer) {
        // They never wrote.
        Err(Error::NotFound) => return Ok((visitor.customer, None)),
        other => other?,
    };
    Ok((customer, queries::open_of(tx, visitor.channel, customer)?.map(|open| open.id)))
}

async fn open_conversation(visiting: &Visiting) -> Result<(CustomerId, ConversationId)> {
    let (visitor, name) = (visiting.visitor, visiting.name.clone());
    visiting
        .cx
        .write(move |tx| {
            let customer = customers::api::first_contact(tx, visitor, name.as_deref())?;
            let conversation = api::open(tx, visitor.channel, customer.id, &customer.name)?;
            Ok((customer.id, conversation.id))
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
                    Some(since) => Ok(Opened::since_after(since, visiting.ready(Some(&conversation), &[])?)),
                    None => {
                        let messages = queries::messages_before(tx, id, i64::MAX, FIRST)?;
                        Ok(Opened::state(seq, visiting.ready(Some(&conversation), &messages)?))
                    }
                }
            })
            .await
    }

    async fn handle(&self, frame: VisitorFrame) -> Result<Action> {
        match frame {
            VisitorFrame::Hello { channel, token, name, since } => self.hello(&channel, token, name, since).await,
            VisitorFrame::Read { seq } => self.read(seq).await,
            VisitorFrame::Ping {} => Ok(Action::Pong),
            VisitorFrame::Send { client_id, text, file_id } => match self.send(client_id.clone(), text, file_id).await {
                Ok(action) => Ok(action),
                // Unknown whether it is kept: the client says it again, nothing is refused.
                Err(error @ (Error::Unavailable(_) | Error::Internal(_) | Error::Unauthenticated)) => Err(error),
                Err(error) => {
                    let params = match &error {
                        Error::Invalid(fields) => serde_json::to_value(fields).unwrap_or_default(),
                        _ => serde_json::Value::Null,
                    };
                    Ok(Action::Say(ServerFrame::Refused { client_id, code: error_code(&error).into(), params }.text()))
                }
            },
        }
    }

    fn sees(&self, kind: &str) -> bool {
        [events::MESSAGE_POSTED, events::MESSAGE_READ, events::ASSIGNED, events::CLOSED].contains(&kind)
    }
}
