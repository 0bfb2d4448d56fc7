//! A WebSocket that speaks JSON text frames.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

pub(super) struct Line(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// What came.
pub(super) enum Heard {
    Frame(Value),
    /// Nothing, as long as was waited.
    Quiet,
    /// The connection is gone.
    Gone,
}

impl Line {
    /// Connects, showing this header if there is one; none when nobody answers.
    pub(super) async fn open(url: &str, shown: Option<(&'static str, &str)>) -> Option<Self> {
        let mut request = url.into_client_request().ok()?;
        if let Some((name, value)) = shown {
            request.headers_mut().insert(name, HeaderValue::from_str(value).ok()?);
        }
        connect_async(request).await.ok().map(|(socket, _)| Self(socket))
    }

    /// Sends a frame; false when the connection is gone.
    pub(super) async fn send(&mut self, frame: Value) -> bool {
        self.0.send(Message::text(frame.to_string())).await.is_ok()
    }

    /// The next frame, waited for as long as `patience`.
    pub(super) async fn next(&mut self, patience: Duration) -> Heard {
        let Ok(message) = timeout(patience, async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).ok(),
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    _ => return None,
                }
            }
        })
        .await
        else {
            return Heard::Quiet;
        };
        message.map_or(Heard::Gone, Heard::Frame)
    }
}
