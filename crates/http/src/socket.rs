//! The staff socket: `/api/v1/ws`. Modules say which topics they open, and to whom.

use std::{future::Future, pin::Pin, sync::Arc};

use axum::{
    extract::{State, WebSocketUpgrade},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use kernel::{Actor, Error, Result, UserId};
use wire::{Action, Close, Hub, Opened, ServerFrame, Session, StaffFrame, Utf8Bytes};

use crate::{App, Credentials, Cx, Problem, cx::Door, cx::credentials, cx::same_origin};

/// A module's say in the staff socket.
pub trait Topics: Send + Sync {
    /// Whether `topic` is this module's.
    fn owns(&self, topic: &str) -> bool;

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

/// Every module's topics: a part of the app.
pub(crate) struct AllTopics(pub(crate) Vec<Arc<dyn Topics>>);

struct StaffSession {
    cx: Cx,
    shown: Credentials,
    staff: UserId,
    asks_again: Vec<&'static str>,
}

/// Opens the staff socket.
pub(crate) async fn open(State(app): State<App>, cx: Cx, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    let staff = match cx.actor().staff() {
        Ok(staff) => staff.id,
        Err(error) => return Problem(error).into_response(),
    };
    let Some(shown) = credentials(&headers) else { return Problem(Error::Unauthenticated).into_response() };
    // A browser sends the cookie from any page, but names the page: only our own may open a socket.
    if matches!(shown, Credentials::Session(_)) && !same_origin(&headers) {
        return Problem(Error::Forbidden("origin")).into_response();
    }
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
