//! How customers meet the product outside the console: a browser, and the telephones that text messages go to.

use std::sync::{Arc, Mutex, PoisonError};

use reqwest::{Client, RequestBuilder, Response, StatusCode, multipart::Form, redirect::Policy};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::{Person, TestApp};

/// A browser that speaks English, keeps no cookie but the one it is given, and follows nothing.
pub struct Browser {
    client: Client,
    base: String,
}

impl Browser {
    /// Before this server.
    ///
    /// # Panics
    /// Without a client.
    pub fn before(app: &TestApp) -> Self {
        let client = Client::builder().redirect(Policy::none()).build().expect("a client");
        Self { client, base: format!("http://{}", app.address) }
    }

    async fn asked(&self, request: RequestBuilder, cookie: &str) -> Response {
        let request = request.header("cookie", cookie).header("accept-language", "en");
        request.send().await.expect("an answer")
    }

    /// What stands at `path`.
    ///
    /// # Panics
    /// Without an answer.
    pub async fn get(&self, path: &str, cookie: &str) -> (StatusCode, String) {
        let answer = self.asked(self.client.get(format!("{}{path}", self.base)), cookie).await;
        (answer.status(), answer.text().await.expect("a page"))
    }

    /// Sends a form as browsers write it: `code=123456`.
    ///
    /// # Panics
    /// Without an answer.
    pub async fn post(&self, path: &str, cookie: &str, form: &str) -> Response {
        let request = self.client.post(format!("{}{path}", self.base)).body(form.to_owned());
        self.asked(request.header("content-type", "application/x-www-form-urlencoded"), cookie).await
    }

    /// Sends a form with files.
    ///
    /// # Panics
    /// Without an answer.
    pub async fn send(&self, path: &str, cookie: &str, form: Form) -> Response {
        self.asked(self.client.post(format!("{}{path}", self.base)).multipart(form), cookie).await
    }
}

/// What stands in `html` behind `before`, up to the next quote; nothing where that is not there.
pub fn between(html: &str, before: &str) -> String {
    html.split_once(before).map(|(_, rest)| rest.split('"').next().unwrap_or_default().to_owned()).unwrap_or_default()
}

/// The telephones behind a gateway that takes every text message.
#[derive(Clone)]
pub struct Telephones {
    /// The gateway's channel.
    pub channel: Value,
    heard: Arc<Mutex<Vec<Value>>>,
}

impl Telephones {
    /// Sets the gateway up as `admin`.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn ring(admin: &Person) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/sms", listener.local_addr().expect("an address"));
        let heard: Arc<Mutex<Vec<Value>>> = Arc::default();
        tokio::spawn(take(listener, heard.clone()));
        let wish = json!({"name": "短信", "driver": "http", "details": {"url": url, "inside": true}});
        let channel = admin.post("/sms-gateways", wish).await.ok()["id"].clone();
        let secret = format!("/channels/{}/identity-secret", channel.as_str().unwrap_or_default());
        admin.post(&secret, json!({})).await.ok();
        Self { channel, heard }
    }

    /// The text of every message so far.
    ///
    /// # Panics
    /// When one has none.
    pub fn texts(&self) -> Vec<String> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.iter().map(|one| one["text"].as_str().expect("a text").to_owned()).collect()
    }

    /// The code in the last message.
    pub fn code(&self) -> String {
        let last = self.texts().pop().unwrap_or_default();
        last.chars().filter(char::is_ascii_digit).take(6).collect()
    }
}

async fn take(listener: TcpListener, heard: Arc<Mutex<Vec<Value>>>) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let mut raw = String::new();
        let mut piece = [0; 4_096];
        while let Ok(count @ 1..) = stream.read(&mut piece).await {
            raw += &String::from_utf8_lossy(&piece[..count]);
            if let Some(body) = raw.split_once("\r\n\r\n").and_then(|(_, body)| serde_json::from_str(body).ok()) {
                heard.lock().unwrap_or_else(PoisonError::into_inner).push(body);
                break;
            }
        }
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}").await;
    }
}
