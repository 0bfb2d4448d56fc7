//! The visitors' side: the socket `/widget/ws`, and what stands beside it.

mod acts;
mod config;
mod hello;
mod invitations;
mod limits;
mod news;
mod say;
mod uploads;
mod who;

use std::{
    net::SocketAddr,
    sync::{PoisonError, atomic::AtomicBool, atomic::Ordering::Relaxed},
};

use axum::{
    extract::{ConnectInfo, DefaultBodyLimit, State, WebSocketUpgrade},
    http::HeaderMap,
    response::Response,
};
use http::App;
use kernel::{Error, Origin, Result};
use serde::Serialize;
use tokio::sync::{Mutex, Notify};
use utoipa::ToSchema;
use utoipa::{OpenApiRouter, routes};
use wire::{Action, Hub, Opened, ServerFrame, Session, Utf8Bytes, VisitorFrame, error_code, error_params};

pub(crate) use self::limits::VisitorLimits;
use self::who::Visiting;
use crate::{
    events,
    line::{Place, QueuePlace},
    model::{Conversation, Message, Side, VisitorConversation, topic},
    policy, queries,
    topics::FIRST,
    turns::Turns,
};

pub(crate) fn routes() -> OpenApiRouter<App> {
    let uploads = OpenApiRouter::new().routes(routes!(uploads::send)).layer(DefaultBodyLimit::max(files::api::REQUEST));
    OpenApiRouter::new()
        .routes(routes!(open))
        .routes(routes!(config::read))
        .routes(routes!(invitations::shown))
        .routes(routes!(uploads::read))
        .merge(uploads)
}

/// The visitors' socket: a visitor greets, and speaks in their one conversation.
///
/// A WebSocket of JSON text frames, told apart by `t`. The client says `VisitorFrame`, the server
/// `ServerFrameToVisitors`.
///
/// 1. The client says `hello` first: the channel's public key, the `token` an earlier `ready` gave, and
///    where it has part of a conversation, its id and the number of the last fact it has (`since`). The
///    answer is `ready`: who the visitor is, their open conversation or null, its latest messages, and
///    where they stand in the line.
/// 2. `send` says something. It is acknowledged by `ack` once it is on the disk, or `refused` for good.
///    Whatever was sent without either is said again after reconnecting with the same `client_id`: it
///    is kept once. The first message opens the conversation, and a new `ready` names it.
/// 3. What happens in the conversation comes as `fact`, each number once and in order. Numbers of what
///    concerns staff alone are left out. Number 0 stands for what is not kept, such as typing.
/// 4. After a connection was lost the client says `hello` with `since` and is told what followed;
///    `ready` then has no messages and `seq` is the client's own number. Where that is no longer kept,
///    `ready` tells the state instead.
/// 5. While the conversation waits, `queue` tells each new place in the line, where the channel shows it.
/// 6. The client says something at least every 75 seconds (`ping`, answered by `pong`). Close codes are
///    those of `/api/v1/ws`.
#[utoipa::path(get, path = "/widget/ws", tag = "widget", responses((status = 101, description = "A WebSocket of JSON text frames")))]
async fn open(
    State(app): State<App>,
    headers: HeaderMap,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let hub = app.part::<Hub>();
    let origin = who::stranger_from(&app, &headers, from);
    let session = VisitorSession {
        app,
        origin,
        page: who::page_of(&headers),
        visiting: Mutex::default(),
        turns: std::sync::Mutex::default(),
        moved: Notify::new(),
        paging: Mutex::default(),
        typed: std::sync::Mutex::default(),
        shows_place: AtomicBool::new(true),
    };
    wire::accept(upgrade, (*hub).clone(), session)
}

struct VisitorSession {
    app: App,
    origin: Origin,
    page: who::Page,
    visiting: Mutex<Option<Visiting>>,
    turns: std::sync::Mutex<Turns>,
    /// Somebody's turn may have come.
    moved: Notify,
    /// Held while the page is written, so that the last one stays.
    paging: Mutex<()>,
    /// The draft that was told last.
    typed: std::sync::Mutex<String>,
    /// Whether the channel tells those who wait how many come before them.
    shows_place: AtomicBool,
}

/// Visitors: the answer to `hello`, and to the first message of a new conversation.
#[derive(Serialize, ToSchema)]
#[schema(as = VisitorReady)]
pub(crate) struct Ready<'a> {
    t: &'static str,
    /// To come back with. New with each `ready`: the client keeps the latest.
    token: &'a str,
    /// The visitor's id.
    customer: String,
    /// The name they are known by; empty while unknown.
    name: &'a str,
    /// Whether the embedding site proved who they are.
    identified: bool,
    /// The conversation as it stands; null before the first message.
    conversation: Option<VisitorConversation<'a>>,
    /// The number after which facts follow: the client's own `since` when it goes on from there.
    seq: i64,
    /// The latest messages, oldest first.
    messages: &'a [Message],
    /// Where the conversation stands in the line; null when it does not wait.
    queue: Option<Place>,
}

impl Visiting {
    /// `seq` is the number after which facts follow.
    fn ready(
        &self,
        conversation: Option<&Conversation>,
        seq: i64,
        messages: &[Message],
        queue: Option<Place>,
    ) -> Result<Utf8Bytes> {
        let ready = Ready {
            t: "ready",
            token: &self.token,
            customer: self.visitor.customer.to_string(),
            name: self.given.name.as_deref().unwrap_or_default(),
            identified: self.proven.is_some(),
            conversation: conversation.map(Conversation::for_visitor),
            seq,
            messages,
            queue,
        };
        serde_json::to_string(&ready).map(Into::into).map_err(Error::internal)
    }
}

impl VisitorSession {
    fn turns(&self) -> std::sync::MutexGuard<'_, Turns> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who is there; nobody before a `hello` was taken.
    async fn visiting(&self) -> Result<Visiting> {
        self.visiting.lock().await.clone().ok_or(Error::Unauthenticated)
    }
}

impl Session for VisitorSession {
    type Frame = VisitorFrame;

    /// Only the visitor's own conversation can be watched.
    async fn open(&self, name: &str, since: Option<i64>) -> Result<Opened> {
        let visiting = self.visiting().await?;
        let id = visiting.conversation.filter(|id| topic(*id) == name).ok_or(Error::NotFound)?;
        let (cx, line) = (visiting.cx.clone(), self.app.part::<Box<dyn QueuePlace>>());
        let shows_place = self.shows_place.load(Relaxed);
        self.app
            .db()
            .snapshot(cx.origin(), move |tx| {
                let conversation = queries::find(tx, id)?;
                policy::may_read(tx.actor(), &conversation)?;
                let place = if shows_place { line.place(tx, &conversation)? } else { None };
                let (seq, found) = (conversation.last_seq, Some(&conversation));
                // What came since is told as facts; without a number the latest messages come along.
                match since.filter(|since| *since <= seq) {
                    Some(since) => Ok(Opened::since_after(since, visiting.ready(found, since, &[], place)?)),
                    None => {
                        let messages = queries::messages_before(tx, id, i64::MAX, FIRST, Side::Customer)?;
                        Ok(Opened::state(seq, visiting.ready(found, seq, &messages, place)?))
                    }
                }
            })
            .await
    }

    async fn handle(&self, frame: VisitorFrame) -> Result<Action> {
        match frame {
            VisitorFrame::Hello(hello) => self.hello(*hello).await,
            VisitorFrame::Read { seq } => self.read(seq).await,
            VisitorFrame::Ping {} => Ok(Action::Pong),
            VisitorFrame::Typing { text } => self.typing(text).await,
            VisitorFrame::Page(page) => self.page(page).await,
            VisitorFrame::Invited { id } => self.invited(id).await,
            VisitorFrame::Recall { seq } => self.recall(seq).await,
            VisitorFrame::Rate { solved, score, tags, comment } => self.rate(solved, score, tags, comment).await,
            VisitorFrame::Leave {} => self.leave().await,
            VisitorFrame::StopWaiting {} => self.stop_waiting().await,
            VisitorFrame::WaitAgain {} => self.wait_again().await,
            VisitorFrame::Track(step) => self.track(step).await,
            VisitorFrame::Send { client_id, text, file_id, quote_seq } => {
                match self.say(client_id.clone(), text, file_id, quote_seq).await {
                    Ok(action) => Ok(action),
                    // Unknown whether it is kept: the client says it again, nothing is refused.
                    Err(error @ (Error::Unavailable(_) | Error::Internal(_) | Error::Unauthenticated)) => Err(error),
                    Err(error) => {
                        let (code, params) = (error_code(&error).into(), error_params(&error));
                        Ok(Action::Say(ServerFrame::Refused { client_id, code, params }.text()))
                    }
                }
            }
        }
    }

    fn sees(&self, kind: &str) -> bool {
        events::FOR_VISITORS.contains(&kind) || (kind == wire::QUEUE && self.shows_place.load(Relaxed))
    }
}
