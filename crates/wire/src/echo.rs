//! An echo on the product's own WebSocket stack, for protocol conformance runs.

use axum::{
    extract::{WebSocketUpgrade, ws::Message},
    response::Response,
};
use futures_util::StreamExt;

const LARGEST: usize = 16 << 20;

/// Sends every text and binary message back as it came, up to 16 MiB; pings are answered below.
pub fn echo(upgrade: WebSocketUpgrade) -> Response {
    upgrade.max_message_size(LARGEST).max_frame_size(LARGEST).on_upgrade(|mut socket| async move {
        while let Some(Ok(message)) = socket.next().await {
            if matches!(message, Message::Text(_) | Message::Binary(_)) && socket.send(message).await.is_err() {
                return;
            }
        }
    })
}
