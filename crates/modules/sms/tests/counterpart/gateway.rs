//! A gateway that is called with messages: checks who calls, and answers as it was told to; else 200.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

#[derive(Clone, Default)]
pub(crate) struct HttpGateway {
    heard: Arc<Mutex<Vec<Value>>>,
    forged: Arc<Mutex<usize>>,
    answers: Arc<Mutex<VecDeque<&'static str>>>,
    secret: Arc<Mutex<String>>,
}

impl HttpGateway {
    /// Listens; answers its address.
    pub(crate) async fn listen(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/sms", listener.local_addr().unwrap());
        let gateway = self.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let gateway = gateway.clone();
                tokio::spawn(async move {
                    let mut raw = Vec::new();
                    let (head, body) = loop {
                        let mut piece = [0; 4_096];
                        let count = stream.read(&mut piece).await.unwrap_or(0);
                        raw.extend_from_slice(&piece[..count]);
                        let text = String::from_utf8_lossy(&raw).into_owned();
                        if let Some((head, body)) = text.split_once("\r\n\r\n") {
                            let length: usize = header(head, "content-length").parse().unwrap_or(0);
                            if body.len() >= length || count == 0 {
                                break (head.to_owned(), body.to_owned());
                            }
                        } else if count == 0 {
                            return;
                        }
                    };
                    let answer = gateway.answer(&head, &body);
                    let answer = format!("HTTP/1.1 {answer}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}");
                    let _ = stream.write_all(answer.as_bytes()).await;
                });
            }
        });
        url
    }

    fn answer(&self, head: &str, body: &str) -> &'static str {
        let secrets = [self.secret.lock().unwrap().clone()];
        let (timestamp, mark) = (header(head, "x-zhike-timestamp"), header(head, "x-zhike-signature"));
        if !outbound::is_signed(&secrets, &timestamp, body.as_bytes(), &mark) {
            *self.forged.lock().unwrap() += 1;
            return "401 Unauthorized";
        }
        self.heard.lock().unwrap().push(serde_json::from_str(body).unwrap());
        self.answers.lock().unwrap().pop_front().unwrap_or("200 OK")
    }

    /// By which secret calls are signed from now on.
    pub(crate) fn trusts(&self, secret: &str) {
        secret.clone_into(&mut self.secret.lock().unwrap());
    }

    /// The next answer, after those said before.
    pub(crate) fn answers(&self, answer: &'static str) {
        self.answers.lock().unwrap().push_back(answer);
    }

    /// What it was called with, signed.
    pub(crate) fn heard(&self) -> Vec<Value> {
        self.heard.lock().unwrap().clone()
    }

    /// The texts of the messages, as often as they came.
    pub(crate) fn texts(&self) -> Vec<String> {
        self.heard().iter().filter_map(|heard| heard["text"].as_str().map(str::to_owned)).collect()
    }

    /// Calls whose signature was none.
    pub(crate) fn forged(&self) -> usize {
        *self.forged.lock().unwrap()
    }
}

fn header(head: &str, name: &str) -> String {
    let found = head.lines().filter_map(|line| line.split_once(": ")).find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}
