//! Both ends' WebSockets, as a browser would use them.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message, tungstenite::client::IntoClientRequest,
};

use crate::{Person, TestApp};

/// How long a frame is waited for: generous, the machine is shared.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connected WebSocket that speaks JSON text frames.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Connects to `url`, with a bearer token if there is one.
    ///
    /// # Panics
    /// When the product refuses.
    pub async fn connect(url: &str, token: Option<&str>) -> Self {
        let bearer = token.map(|token| format!("Bearer {token}"));
        let headers: Vec<_> = bearer.iter().map(|bearer| ("authorization", bearer.as_str())).collect();
        Self::connect_with(url, &headers).await
    }

    /// Connects to `url` with these headers, as a browser of another page does.
    ///
    /// # Panics
    /// When the product refuses.
    pub async fn connect_with(url: &str, headers: &[(&'static str, &str)]) -> Self {
        let mut request = url.into_client_request().expect("a URL");
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().expect("a header"));
        }
        Self(connect_async(request).await.expect("the socket opens").0)
    }

    /// Sends a frame.
    ///
    /// # Panics
    /// When the connection is gone.
    pub async fn send(&mut self, frame: Value) {
        self.0.send(Message::text(frame.to_string())).await.expect("the socket is open");
    }

    /// The next frame; none when the connection was closed.
    ///
    /// # Panics
    /// When none comes.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            let message = timeout(PATIENCE, self.0.next()).await.expect("a frame in time")?;
            match message.ok()? {
                Message::Text(text) => return serde_json::from_str(&text).ok(),
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }

    /// Reads on to the first frame that `wanted` takes.
    ///
    /// # Panics
    /// When none comes.
    pub async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut passed = Vec::new();
        loop {
            let frame =
                self.next().await.unwrap_or_else(|| panic!("closed before the wanted frame; passed {passed:#?}"));
            if wanted(&frame) {
                return frame;
            }
            passed.push(frame);
        }
    }

    /// Reads on to the first fact of this kind.
    ///
    /// # Panics
    /// When none comes.
    pub async fn fact(&mut self, kind: &str) -> Value {
        self.until(|frame| frame["t"] == "fact" && frame["kind"] == kind).await
    }

    /// Subscribes to a topic and reads on to its snapshot.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn watch(&mut self, topic: &str) -> Value {
        self.send(json!({"t": "subscribe", "topic": topic})).await;
        self.until(|frame| frame["t"] == "snapshot" && frame["topic"] == topic).await
    }
}

impl TestApp {
    /// The staff socket of somebody who is signed in, after its greeting.
    pub async fn staff_socket(&self, person: &Person) -> Socket {
        let mut socket = Socket::connect(&format!("ws://{}/api/v1/ws", self.address), person.token()).await;
        socket.until(|frame| frame["t"] == "hello").await;
        socket
    }

    /// The visitors' socket on the channel of this public key, after `ready`; answers that frame too.
    pub async fn visitor_socket(&self, channel: &str, token: Option<&str>) -> (Socket, Value) {
        let mut socket = Socket::connect(&format!("ws://{}/widget/ws", self.address), None).await;
        socket.send(json!({"t": "hello", "channel": channel, "token": token})).await;
        let ready = socket.until(|frame| frame["t"] == "ready").await;
        (socket, ready)
    }

    /// A stranger writes their first words (`v1`) on this channel; answers their socket, and the `ready` that names
    /// the conversation.
    pub async fn visitor_writes(&self, channel: &str, text: &str) -> (Socket, Value) {
        let (mut socket, _) = self.visitor_socket(channel, None).await;
        socket.send(json!({"t": "send", "client_id": "v1", "text": text})).await;
        let ready = socket.until(|frame| frame["t"] == "ready" && frame["conversation"].is_object()).await;
        (socket, ready)
    }
}
