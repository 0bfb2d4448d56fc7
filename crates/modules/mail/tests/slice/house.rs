//! A department with mailboxes, and the mail server of the test command.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::time::Duration;

use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor,
    address::Envelope,
    transport::smtp::client::{Certificate, Tls, TlsParameters},
};
use serde_json::{Value, json};
use testkit::{MailServer, Person};

pub(crate) fn modules() -> Vec<http::Module> {
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        tasks::module(),
        files::module(testkit::folder()).expect("a folder"),
        customers::module(),
        channels::module(),
        conversations::module(),
        routing::module(),
        mail::module(),
    ]
}

/// What the world does with the mail server of the test command.
pub(crate) trait World {
    async fn deliver(&self, from: &str, to: &str, raw: &str);
    fn inbox(&self, address: &str) -> Vec<String>;
}

impl World for MailServer {
    /// Hands a mail to the server, as the world does.
    async fn deliver(&self, from: &str, to: &str, raw: &str) {
        let certificate = Certificate::from_pem(self.pem().as_bytes()).expect("a certificate");
        let tls =
            TlsParameters::builder("localhost".into()).add_root_certificate(certificate).build().expect("parameters");
        let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("localhost")
            .port(self.port("smtp"))
            .tls(Tls::Required(tls))
            .build::<Tokio1Executor>();
        let from = (!from.is_empty()).then(|| from.parse().expect("an address"));
        let envelope = Envelope::new(from, vec![to.parse().expect("an address")]).expect("an envelope");
        transport.send_raw(&envelope, raw.replace('\n', "\r\n").as_bytes()).await.expect("the server takes it");
    }

    /// What lies in somebody's mailbox, oldest first.
    fn inbox(&self, address: &str) -> Vec<String> {
        let mut all: Vec<_> = std::fs::read_dir(self.new_mail(address))
            .map(|all| all.filter_map(Result::ok).collect())
            .unwrap_or_default();
        all.sort_by_key(std::fs::DirEntry::file_name);
        all.iter().filter_map(|entry| std::fs::read_to_string(entry.path()).ok()).collect()
    }
}

/// Waits for something outside to have come about.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let waiting = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(90), waiting).await.unwrap_or_else(|_| panic!("{what} did not come about"))
}

/// A name nobody else in this run has.
pub(crate) fn unique(word: &str) -> String {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    format!("{word}-{}-{}", std::process::id(), COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
}

pub(crate) fn wish(server: &MailServer, address: &str) -> Value {
    json!({
        "name": "售后邮箱", "address": address, "sender_name": "青禾客服",
        "imap_host": "localhost", "imap_port": server.port("imaps"), "imap_security": "tls",
        "imap_user": address, "imap_password": "geheim",
        "smtp_host": "localhost", "smtp_port": server.port("smtp"), "smtp_security": "starttls", "smtp_user": address,
        "certificate": server.pem(), "signature": "青禾商城 客服部",
    })
}

/// A mailbox whose fetch has begun.
pub(crate) async fn mailbox(admin: &Person, wish: Value) -> Value {
    let new = admin.post("/mailboxes", wish).await.ok();
    let path = format!("/mailboxes/{}", new["id"].as_str().unwrap());
    until("the first fetch", async || {
        let found = admin.get(&path).await.ok();
        (!found["fetch"]["succeeded_at"].is_null()).then_some(found)
    })
    .await
}

pub(crate) async fn conversations(admin: &Person, least: usize) -> Vec<Value> {
    until("a conversation", async || {
        let all = admin.get("/conversations").await.ok()["items"].as_array().unwrap().clone();
        (all.len() >= least).then_some(all)
    })
    .await
}

pub(crate) async fn messages(admin: &Person, conversation: &str) -> Vec<Value> {
    admin.get(&format!("/conversations/{conversation}/messages")).await.ok()["items"].as_array().unwrap().clone()
}

pub(crate) fn said(messages: &[Value]) -> Vec<&str> {
    messages
        .iter()
        .filter(|message| message["kind"] == "text")
        .map(|message| message["text"].as_str().unwrap())
        .collect()
}

pub(crate) fn header<'m>(mail: &'m str, name: &str) -> &'m str {
    mail.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default()
}
