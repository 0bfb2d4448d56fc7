//! One process of the product.

use std::{
    fs::OpenOptions,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use kernel::Clock;

use super::line::{Heard, Line};

/// A process that can be killed and started again on the same port and data.
pub(crate) struct Node {
    binary: PathBuf,
    port: u16,
    settings: Vec<(&'static str, String)>,
    log: PathBuf,
    child: Option<Child>,
}

impl Node {
    /// Not started yet; `settings` are environment variables, its log goes to `log`.
    pub(crate) fn new(binary: PathBuf, settings: Vec<(&'static str, String)>, log: PathBuf) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        Self { binary, port, settings, log, child: None }
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn start(&mut self) {
        let log = OpenOptions::new().create(true).append(true).open(&self.log).expect("a log");
        let mut command = Command::new(&self.binary);
        command
            .arg("serve")
            .env("ZHIKE_LISTEN", self.address())
            .envs(self.settings.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        self.child = Some(command.spawn().expect("the binary starts"));
    }

    /// SIGKILL: nothing is said, nothing is finished.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Whether it ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| !matches!(child.try_wait(), Ok(None)))
    }

    pub(crate) fn runs(&self) -> bool {
        self.child.is_some()
    }

    /// What it calls itself since its start.
    pub(crate) async fn name(&self, token: &str) -> Option<String> {
        let mut line = Line::open(&format!("ws://{}/api/v1/ws", self.address()), Some(token)).await?;
        match line.next(Duration::from_secs(5)).await {
            Heard::Frame(frame) => frame["node"].as_str().map(str::to_owned),
            _ => None,
        }
    }

    /// SIGSTOP, or SIGCONT: it sleeps without knowing that it does.
    pub(crate) fn freeze(&self, on: bool) {
        if let Some(child) = &self.child {
            let signal = if on { "-STOP" } else { "-CONT" };
            let _ = Command::new("kill").args([signal, &child.id().to_string()]).status();
        }
    }

    /// Waits until it says that it is ready; answers after how many milliseconds.
    pub(crate) async fn ready(&self, http: &reqwest::Client, clock: &Clock, within_ms: i64) -> Option<i64> {
        let begun = clock.now();
        let url = format!("http://{}/readyz", self.address());
        loop {
            let answer = http.get(&url).timeout(Duration::from_secs(1)).send().await;
            let took = clock.now().since(begun);
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Some(took);
            }
            if took > within_ms {
                return None;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}
