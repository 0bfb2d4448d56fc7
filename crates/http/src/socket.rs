//! The staff socket: `/api/v1/ws`. Modules say which topics they open, and to whom.

use std::{future::Future, marker::PhantomData, pin::Pin, sync::Arc};

use axum::{
    extract::{State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use kernel::{Actor, Error, Result, Scope, UserId};
use utoipa::ToSchema;
use utoipa::{OpenApiRouter, routes};
use wire::{Action, Close, Hub, Opened, ServerFrame, Session, StaffFrame, Utf8Bytes};

use crate::{App, Credentials, Cx, Problem, Telling, cx::Door, cx::credentials, cx::same_origin};

/// A module's say in the staff socket.
pub trait Topics: Send + Sync {
    /// Whether `topic` is this module's.
    fn owns(&self, topic: &str) -> bool;

    /// What is told on them: the API's description holds it, and nothing else may be told.
    fn tells(&self) -> Vec<Telling>;

    /// Lets whoever asks in `cx` watch `topic`, or refuses; see [`wire::Session::open`].
    fn open<'a>(
        &'a self,
        cx: &'a Cx,
        topic: &'a str,
        since: Option<i64>,
    ) -> Pin<Box<dyn Future<Output = Result<Opened>> + Send + 'a>>;

    /// Kinds of facts after which whoever watches is asked anew whether they may.
    fn asks_again(&self) -> &'static [&'static str] {
        &[]
    }
}

/// A list that staff watch as far as their scope reaches, with one kind of note: what most modules have.
/// See [`crate::Module::list`].
pub struct ListTopic {
    /// The topic: the list's name.
    pub topic: &'static str,
    /// What stands in it.
    pub about: &'static str,
    /// The kind of the note; its data is the row.
    pub kind: &'static str,
    /// What the note says.
    pub says: &'static str,
    /// How far whoever asks may see it.
    pub may_read: fn(&Actor) -> Result<Scope>,
}

/// A [`ListTopic`] of these rows.
pub(crate) struct Listed<Row>(pub(crate) ListTopic, pub(crate) PhantomData<fn() -> Row>);

impl<Row: ToSchema + 'static> Topics for Listed<Row> {
    fn owns(&self, topic: &str) -> bool {
        topic == self.0.topic
    }

    fn tells(&self) -> Vec<Telling> {
        let ListTopic { topic, about, kind, says, .. } = self.0;
        vec![Telling::list(topic, about).note::<Row>(kind, says)]
    }

    fn open<'a>(
        &'a self,
        cx: &'a Cx,
        _topic: &'a str,
        _since: Option<i64>,
    ) -> Pin<Box<dyn Future<Output = Result<Opened>> + Send + 'a>> {
        Box::pin(async move { Ok(Opened::list(Arc::new((self.0.may_read)(cx.actor())?))) })
    }
}

/// Every module's topics: a part of the app.
pub(crate) struct AllTopics(pub(crate) Vec<Arc<dyn Topics>>);

/// Says of a topic whether it can be watched.
pub fn watchable(app: &App) -> impl Fn(&str) -> bool + Send + Sync + use<> {
    let all = app.part::<AllTopics>();
    move |topic| all.0.iter().any(|topics| topics.owns(topic))
}

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(open))
}

struct StaffSession {
    cx: Cx,
    shown: Credentials,
    staff: UserId,
    asks_again: Vec<&'static str>,
}

/// The staff socket: topics are watched and what happens on them is told.
///
/// A WebSocket of JSON text frames, told apart by `t`. The client says `StaffFrame`, the server
/// `ServerFrameToStaff`. Open it with the session's cookie, from a page of the product's own, or with
/// a token.
///
/// 1. The server greets with `hello`. The client says something at least every 75 seconds (`ping`,
///    answered by `pong`), or the connection is closed.
/// 2. `subscribe` watches a topic. Without `since` the answer is a `snapshot`: the state after fact
///    number `seq`. Then come the facts that follow.
/// 3. On a numbered topic (`conversation:{id}`, `user:{id}`) every `fact` has the number after the one
///    before it: each comes once, in order, without gaps. Number 0 stands for what is not kept.
/// 4. After a connection was lost the client subscribes `since` the last number it has, and is told
///    what followed. Where that is no longer kept it is told the state instead: a `snapshot` replaces
///    everything known.
/// 5. A list topic (`inbox`, `tasks`, …) has no numbers. Its `snapshot` has `seq` 0 and `data` null: the
///    watch stands, fetch the list now. Each `fact` carries a changed row, whose `version` rises; at
///    `resync` something may have been missed: fetch the list again.
/// 6. `error` names the topic that may not be watched, or the frame that made no sense.
///
/// Close codes: 1001 the server stops; 1011 a fault of ours; 4008 the client does not read; 4400
/// frames without sense; 4401 the session has ended, sign in again; 4408 silent for too long. After
/// all but 4401 connect again and subscribe `since`.
#[utoipa::path(get, path = "/ws", tag = "real time", responses((status = 101, description = "A WebSocket of JSON text frames")))]
async fn open(
    State(app): State<App>,
    cx: Cx,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let staff = match cx.actor().staff() {
        Ok(staff) => staff.id,
        Err(error) => return Problem(error).into_response(),
    };
    let Some(shown) = credentials(&headers) else { return Problem(Error::Unauthenticated).into_response() };
    // A browser sends the cookie from any page, but names the page: only our own may open a socket.
    if matches!(shown, Credentials::Session(_)) && !same_origin(&headers) {
        return Problem(Error::Forbidden("origin")).into_response();
    }
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(none) => return none.into_response(),
    };
    let hub = app.part::<Hub>();
    let asks_again = app.part::<AllTopics>().0.iter().flat_map(|topics| topics.asks_again()).copied().collect();
    wire::accept(upgrade, (*hub).clone(), StaffSession { cx, shown, staff, asks_again })
}

impl StaffSession {
    /// Whether the session still stands; the door remembers for a few seconds.
    async fn stands(&self) -> Result<()> {
        let app = self.cx.app();
        match app.part::<Door>().authenticate(app, &self.shown, self.cx.origin().ip).await? {
            Actor::Staff(staff) if staff.id == self.staff => Ok(()),
            _ => Err(Error::Unauthenticated),
        }
    }
}

impl Session for StaffSession {
    type Frame = StaffFrame;

    fn actor(&self) -> Option<UserId> {
        Some(self.staff)
    }

    async fn begin(&self) -> Result<Option<Utf8Bytes>> {
        self.stands().await?;
        let node = self.cx.app().part::<Hub>().node();
        Ok(Some(ServerFrame::Hello { node, now: self.cx.app().clock().now() }.text()))
    }

    async fn open(&self, topic: &str, since: Option<i64>) -> Result<Opened> {
        self.stands().await?;
        let topics = self.cx.app().part::<AllTopics>();
        let owner = topics.0.iter().find(|topics| topics.owns(topic)).ok_or(Error::NotFound)?;
        owner.open(&self.cx, topic, since).await
    }

    fn asks_again(&self, kind: &str) -> bool {
        self.asks_again.contains(&kind)
    }

    /// Where a customer stands in the line is told to the customer.
    fn sees(&self, kind: &str) -> bool {
        kind != wire::QUEUE
    }

    async fn handle(&self, frame: StaffFrame) -> Result<Action> {
        Ok(match frame {
            StaffFrame::Subscribe { topic, since } => Action::Watch { topic, since },
            StaffFrame::Unsubscribe { topic } => Action::Unwatch { topic },
            // A session that ended on another node is noticed with the next ping.
            StaffFrame::Ping {} => match self.stands().await {
                Ok(()) => Action::Pong,
                Err(Error::Unauthenticated) => {
                    let code = "unauthenticated".into();
                    Action::Close(
                        ServerFrame::Error { topic: None, code, params: serde_json::Value::Null }.text(),
                        Close::SessionEnded,
                    )
                }
                Err(error) => return Err(error),
            },
        })
    }
}
