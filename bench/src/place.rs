//! A server process in a place of its own, and what it costs.

use std::{
    fs,
    io::Write as _,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    time::{Duration, Instant},
};

use kernel::{Clock, Rng, UserId};
use serde_json::{Value, json};
use store::{Db, Target};

pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// A running `zhike serve` with an administrator's token.
pub(crate) struct Place {
    binary: PathBuf,
    folder: tempfile::TempDir,
    database: Option<String>,
    /// The process all of the database's are children of.
    postmaster: u32,
    port: u16,
    child: Option<Child>,
    /// An administrator's API token.
    pub(crate) token: String,
    /// The public key of the web chat.
    pub(crate) channel: String,
    /// How long the last start took, from exec to a ready answer.
    pub(crate) start: Duration,
}

impl Place {
    /// Starts a server on SQLite, or on a fresh database of this PostgreSQL server.
    pub(crate) async fn start(binary: &Path, postgres: Option<&str>) -> Outcome<Self> {
        let database = postgres.map(fresh_database).transpose()?;
        let folder = tempfile::tempdir()?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut place = Self {
            binary: binary.to_owned(),
            folder,
            postmaster: database.as_deref().map_or(Ok(0), postmaster)?,
            database,
            port,
            child: None,
            token: String::new(),
            channel: String::new(),
            start: Duration::ZERO,
        };
        place.run(
            &["user", "create", "--role", "administrator", "--login", "bench", "--password-stdin"],
            "correct horse battery",
        )?;
        place.token = place.run(&["token", "create", "--user", "bench", "--name", "bench"], "")?.trim().to_owned();
        place.restart().await?;
        // The figures do not depend on the hour at which they are taken.
        let week: Vec<_> =
            (1..=7).map(|day| json!({"day": day, "slots": [{"start": "00:00", "end": "24:00"}]})).collect();
        place.put("/settings/business-hours", json!({"week": week})).await?;
        let channel = place.post("/channels", json!({"name": "bench", "kind": "web_chat"})).await?;
        place.channel = channel["public_key"].as_str().ok_or("a channel has a public key")?.to_owned();
        Ok(place)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        command.env("ZHIKE_LOG", "warn").arg("--data").arg(self.folder.path());
        if let Some(url) = &self.database {
            command.args(["--database", url]);
        }
        command
    }

    fn run(&self, arguments: &[&str], input: &str) -> Outcome<String> {
        let mut child = self.command().args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        child.stdin.take().ok_or("a pipe")?.write_all(input.as_bytes())?;
        let output = child.wait_with_output()?;
        if output.status.success() {
            Ok(String::from_utf8(output.stdout)?)
        } else {
            Err(format!("{arguments:?} failed").into())
        }
    }

    /// Starts the server, again if it ran, and waits until it is ready.
    pub(crate) async fn restart(&mut self) -> Outcome<()> {
        self.kill();
        let listen = format!("127.0.0.1:{}", self.port);
        let begun = Instant::now();
        let mut command = self.command();
        command.args(["--requests-per-second", "1000000", "--listen", &listen, "serve"]).stdout(Stdio::null());
        self.child = Some(command.spawn()?);
        let client = reqwest::Client::new();
        loop {
            let ready = client.get(self.url("/readyz")).send().await;
            if ready.is_ok_and(|answer| answer.status().is_success()) {
                self.start = begun.elapsed();
                return Ok(());
            }
            if begun.elapsed() > Duration::from_secs(30) {
                return Err("the server did not become ready".into());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Kills the server with SIGKILL.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// An address of the server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// A WebSocket address of the server.
    pub(crate) fn socket(&self, path: &str) -> String {
        format!("ws://127.0.0.1:{}{path}", self.port)
    }

    /// Posts to the API as the administrator.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Outcome<Value> {
        self.send(reqwest::Method::POST, path, body).await
    }

    /// Puts to the API as the administrator.
    pub(crate) async fn put(&self, path: &str, body: Value) -> Outcome<Value> {
        self.send(reqwest::Method::PUT, path, body).await
    }

    async fn send(&self, method: reqwest::Method, path: &str, body: Value) -> Outcome<Value> {
        let url = self.url(&format!("/api/v1{path}"));
        let request = reqwest::Client::new().request(method, url).bearer_auth(&self.token).json(&body);
        Ok(request.send().await?.error_for_status()?.json().await?)
    }

    /// Milliseconds of CPU the server and its database have used so far.
    pub(crate) fn cpu_ms(&self) -> f64 {
        let server = self.child.as_ref().map_or(0.0, |child| ticks(child.id()));
        let database = if self.database.is_some() {
            postgres_pids(self.postmaster).into_iter().map(ticks).sum()
        } else {
            0.0
        };
        // A tick is 10 ms on every Linux this runs on.
        (server + database) * 10.0
    }

    /// Waits until what the server does by itself after a start is done.
    pub(crate) async fn quiet(&self) -> Outcome<()> {
        for _ in 0..120 {
            let before = self.cpu_ms();
            tokio::time::sleep(Duration::from_secs(1)).await;
            if self.cpu_ms() - before <= 20.0 {
                return Ok(());
            }
        }
        Err("the server does not come to rest".into())
    }

    /// Bytes of memory that are the server's own.
    pub(crate) fn memory(&self) -> u64 {
        self.status("VmRSS")
    }

    /// The most they ever were, since [`Place::forget_peak`].
    pub(crate) fn peak(&self) -> u64 {
        self.status("VmHWM")
    }

    /// From now on the peak is another.
    pub(crate) fn forget_peak(&self) -> Outcome<()> {
        let pid = self.child.as_ref().map_or(0, Child::id);
        Ok(fs::write(format!("/proc/{pid}/clear_refs"), "5")?)
    }

    fn status(&self, name: &str) -> u64 {
        let Some(child) = &self.child else { return 0 };
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) * 1_024
    }

    /// How many of these statements' rows the database holds, asked of the database itself.
    pub(crate) fn count(&self, statement: &str) -> Outcome<i64> {
        match &self.database {
            None => Ok(rusqlite::Connection::open(self.folder.path().join("zhike.db"))?.query_row(
                statement,
                [],
                |row| row.get(0),
            )?),
            Some(url) => {
                let (url, statement) = (url.clone(), statement.to_owned());
                let counted = std::thread::spawn(move || -> Outcome<i64> {
                    Ok(postgres::Client::connect(&url, postgres::NoTls)?.query_one(&statement, &[])?.get(0))
                });
                counted.join().map_err(|_| "counting failed")?
            }
        }
    }

    /// The database itself, for what is quicker filled by the product's own means; on a thread that may wait.
    pub(crate) async fn open(&self, seed: u64) -> Outcome<Db> {
        let target = self.target();
        Ok(tokio::task::spawn_blocking(move || Db::open(&target, Clock::system(), Rng::seeded(seed))).await??)
    }

    /// The database, for the product's own store; the server must not be running on SQLite.
    fn target(&self) -> Target {
        match &self.database {
            None => Target::Sqlite(self.folder.path().join("zhike.db")),
            Some(url) => Target::Postgres(url.clone()),
        }
    }

    /// An agent, who may read what is their own, and their API token.
    pub(crate) async fn agent(&self, login: &str) -> Outcome<(UserId, String)> {
        self.run(
            &["user", "create", "--role", "agent", "--login", login, "--password-stdin"],
            "correct horse battery",
        )?;
        let token = self.run(&["token", "create", "--user", login, "--name", "bench"], "")?.trim().to_owned();
        let me = reqwest::Client::new().get(self.url("/api/v1/session")).bearer_auth(&token).send().await?;
        let me: Value = me.error_for_status()?.json().await?;
        let id = me["user"]["id"].as_str().or(me["id"].as_str()).ok_or("an id")?;
        Ok((id.parse().map_err(|_| "an id")?, token))
    }

    /// Runs statements on the database itself; the server must not be running on SQLite.
    pub(crate) fn fill(&self, sqlite: &str, postgres: &str) -> Outcome<()> {
        match &self.database {
            None => Ok(rusqlite::Connection::open(self.folder.path().join("zhike.db"))?.execute_batch(sqlite)?),
            Some(url) => {
                let (url, text) = (url.clone(), postgres.to_owned());
                let done = std::thread::spawn(move || -> Outcome<()> {
                    Ok(postgres::Client::connect(&url, postgres::NoTls)?.batch_execute(&text)?)
                });
                done.join().map_err(|_| "filling failed")?
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Databases made by this run.
static MADE: AtomicU32 = AtomicU32::new(0);

fn fresh_database(server: &str) -> Outcome<String> {
    let (server, name) =
        (server.to_owned(), format!("zhike_bench_{}_{}", std::process::id(), MADE.fetch_add(1, Relaxed)));
    let made = std::thread::spawn(move || -> Outcome<String> {
        let mut client = postgres::Client::connect(&server, postgres::NoTls)?;
        client.batch_execute(&format!("DROP DATABASE IF EXISTS {name}"))?;
        client.batch_execute(&format!("CREATE DATABASE {name}"))?;
        let (base, _) = server.rsplit_once('/').ok_or("a database in the URL")?;
        Ok(format!("{base}/{name}"))
    });
    made.join().map_err(|_| "no database")?
}

/// Ticks of CPU of a process and of those of its children that have ended.
fn ticks(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    // utime, stime, cutime, cstime: fields 14 to 17, counted before the name in brackets was cut.
    fields.get(11..15).map_or(0.0, |times| times.iter().filter_map(|time| time.parse::<f64>().ok()).sum())
}

/// Only this database's processes: others may run on the machine.
fn postgres_pids(postmaster: u32) -> Vec<u32> {
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    let pids = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| *pid == postmaster || parent(*pid) == postmaster).collect()
}

fn parent(pid: u32) -> u32 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    after_name.split_whitespace().nth(1).and_then(|pid| pid.parse().ok()).unwrap_or(0)
}

fn postmaster(url: &str) -> Outcome<u32> {
    let url = url.to_owned();
    let asked = std::thread::spawn(move || -> Outcome<u32> {
        let mut client = postgres::Client::connect(&url, postgres::NoTls)?;
        let backend: i32 = client.query_one("SELECT pg_backend_pid()", &[])?.get(0);
        // While the client lives, so does the process.
        Ok(parent(u32::try_from(backend)?))
    });
    asked.join().map_err(|_| "no database")?
}
