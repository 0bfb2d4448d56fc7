//! A client's connection, which may break at any moment.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use kernel::{Clock, Timestamp};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message, tungstenite::client::IntoClientRequest,
};

/// How long a client waits for any sign of life before it connects anew.
const SILENCE_MS: i64 = 5_000;
const PING_MS: i64 = 1_500;
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) struct Line {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    clock: Clock,
    heard: Timestamp,
    pinged: Timestamp,
}

/// What came.
pub(crate) enum Heard {
    Frame(Value),
    Quiet,
    Gone,
}

impl Line {
    /// Connects; none when that fails.
    pub(crate) async fn open(url: &str, token: Option<&str>) -> Option<Self> {
        let mut request = url.into_client_request().ok()?;
        if let Some(token) = token {
            request.headers_mut().insert("authorization", format!("Bearer {token}").parse().ok()?);
        }
        let (socket, _) = timeout(PATIENCE, connect_async(request)).await.ok()?.ok()?;
        let clock = Clock::system();
        let now = clock.now();
        Some(Self { socket, clock, heard: now, pinged: now })
    }

    /// Sends a frame; false when the connection is broken. True promises nothing.
    pub(crate) async fn send(&mut self, frame: &Value) -> bool {
        matches!(timeout(PATIENCE, self.socket.send(Message::text(frame.to_string()))).await, Ok(Ok(())))
    }

    /// The next frame within `wait`. Pings by itself, and gives up a server that says nothing.
    pub(crate) async fn next(&mut self, wait: Duration) -> Heard {
        let now = self.clock.now();
        if now.since(self.heard) > SILENCE_MS {
            return Heard::Gone;
        }
        if now.since(self.heard) > PING_MS && now.since(self.pinged) > PING_MS {
            self.pinged = now;
            if !self.send(&json!({"t": "ping"})).await {
                return Heard::Gone;
            }
        }
        match timeout(wait, self.socket.next()).await {
            Err(_) => Heard::Quiet,
            Ok(Some(Ok(Message::Text(text)))) => {
                self.heard = self.clock.now();
                serde_json::from_str(&text).map_or(Heard::Gone, Heard::Frame)
            }
            Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => Heard::Quiet,
            Ok(_) => Heard::Gone,
        }
    }
}
