//! Visitors and agents, as thin as a client can be: frames are not parsed, only looked into.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{Message, Utf8Bytes, client::IntoClientRequest as _, protocol::WebSocketConfig},
};

use crate::place::{Outcome, Place};

pub(crate) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub(crate) async fn open(url: &str, token: Option<&str>) -> Outcome<Self> {
        let mut request = url.into_client_request()?;
        if let Some(token) = token {
            request.headers_mut().insert("authorization", format!("Bearer {token}").parse()?);
        }
        // The buffer is cleared with each read: a large one costs more than what is measured.
        let config = WebSocketConfig::default().read_buffer_size(4 << 10);
        let (socket, _) = connect_async_with_config(request, Some(config), true).await?;
        Ok(Self(socket))
    }

    pub(crate) async fn say(&mut self, frame: String) -> Outcome<()> {
        Ok(self.0.send(Message::text(frame)).await?)
    }

    /// Reads on to a text frame that holds `part`.
    pub(crate) async fn until(&mut self, part: &str) -> Outcome<Utf8Bytes> {
        while let Some(message) = self.0.next().await {
            if let Message::Text(text) = message?
                && text.contains(part)
            {
                return Ok(text);
            }
        }
        Err(format!("closed before {part}").into())
    }
}

/// A visitor with a conversation, and an agent who watches it.
pub(crate) struct Pair {
    pub(crate) visitor: Socket,
    pub(crate) agent: Socket,
}

/// Says a message.
pub(crate) fn message(client_id: &str, text: &str) -> String {
    json!({"t": "send", "client_id": client_id, "text": text}).to_string()
}

/// A visitor who has said a first word; answers the conversation's id too.
pub(crate) async fn visitor(place: &Place, name: &str) -> Outcome<(Socket, String)> {
    greet(&place.socket("/widget/ws"), &place.channel, name).await
}

async fn greet(url: &str, channel: &str, name: &str) -> Outcome<(Socket, String)> {
    let mut visitor = Socket::open(url, None).await?;
    visitor.say(json!({"t": "hello", "channel": channel}).to_string()).await?;
    visitor.until("\"ready\"").await?;
    visitor.say(message(&format!("{name}-first"), "你好，我想咨询一下订单")).await?;
    let ready: Value = serde_json::from_str(&visitor.until("\"ready\"").await?)?;
    let conversation = ready["conversation"]["id"].as_str().ok_or("a conversation")?.to_owned();
    Ok((visitor, conversation))
}

pub(crate) async fn pair(place: &Place, name: &str) -> Outcome<Pair> {
    let (visitor, conversation) = visitor(place, name).await?;
    let mut agent = Socket::open(&place.socket("/api/v1/ws"), Some(&place.token)).await?;
    agent.say(json!({"t": "subscribe", "topic": format!("conversation:{conversation}")}).to_string()).await?;
    agent.until("\"snapshot\"").await?;
    Ok(Pair { visitor, agent })
}

pub(crate) async fn pairs(place: &Place, count: usize) -> Outcome<Vec<Pair>> {
    let mut pairs = Vec::with_capacity(count);
    for n in 0..count {
        pairs.push(pair(place, &format!("p{n}")).await?);
    }
    Ok(pairs)
}

/// Visitors of a server known by its address only.
pub(crate) async fn visitors(base: &str, channel: &str, count: usize) -> Outcome<Vec<Socket>> {
    let url = format!("{}/widget/ws", base.replace("http://", "ws://"));
    let mut held = Vec::with_capacity(count);
    for n in 0..count {
        held.push(greet(&url, channel, &format!("i{n}")).await?.0);
    }
    Ok(held)
}
