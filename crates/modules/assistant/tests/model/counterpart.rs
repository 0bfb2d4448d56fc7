//! A language model for tests: it speaks the protocol and does as it is told, good or bad.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Json, Router, body::Bytes, extract::State, http::HeaderMap, response::IntoResponse, routing::post};
use serde_json::{Value, json};

/// What it does next.
#[derive(Clone)]
pub(crate) enum Does {
    /// Says this of itself, as its answer.
    Says(String),
    /// Answers with these bytes instead of its protocol.
    Raw(u16, String),
    /// Does not answer.
    Hangs,
}

#[derive(Clone)]
pub(crate) struct Counterpart {
    pub(crate) base_url: String,
    does: Arc<Mutex<Does>>,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Counterpart {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        let made = Self { base_url, does: Arc::new(Mutex::new(Does::Hangs)), asked: Arc::default() };
        let router = Router::new().route("/v1/chat/completions", post(answer)).with_state(made.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        made
    }

    pub(crate) fn does(&self, does: Does) {
        *self.does.lock().unwrap() = does;
    }

    /// Cites this article, surely, with these words.
    pub(crate) fn answers(&self, article: &str, words: &str) {
        self.does(Does::Says(json!({"article": article, "sure": true, "answer": words}).to_string()));
    }

    /// By what it was asked, and what, since the last look.
    pub(crate) fn asked(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

async fn answer(State(model): State<Counterpart>, headers: HeaderMap, body: Bytes) -> axum::response::Response {
    let key = headers.get("authorization").and_then(|key| key.to_str().ok()).unwrap_or_default().to_owned();
    model.asked.lock().unwrap().push((key, serde_json::from_slice(&body).unwrap_or(Value::Null)));
    let does = model.does.lock().unwrap().clone();
    match does {
        Does::Says(content) => {
            Json(json!({"id": "x", "choices": [{"index": 0, "message": {"role": "assistant", "content": content}}]}))
                .into_response()
        }
        Does::Raw(status, body) => (axum::http::StatusCode::from_u16(status).unwrap(), body).into_response(),
        Does::Hangs => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            "".into_response()
        }
    }
}
