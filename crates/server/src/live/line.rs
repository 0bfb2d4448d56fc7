//! A WebSocket that speaks JSON text frames.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::time::timeout;
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};

use super::{
    Stage,
    door::{Shown, Way},
};

pub(super) struct Line(WebSocketStream<Box<dyn Way>>);

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
    pub(super) async fn open(stage: &Stage, path: &str, shown: Shown<'_>) -> Option<Self> {
        let (request, way) = stage.door.socket(path, shown).await?;
        client_async(request, way).await.ok().map(|(socket, _)| Self(socket))
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
