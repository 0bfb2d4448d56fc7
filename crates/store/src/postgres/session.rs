//! A session: its prepared statements, and a transaction's statements on their way.
//!
//! A statement nobody waits for is only gathered; it travels with the next that is waited for, in
//! order, so that a transaction costs as few journeys as it has questions. Where one of those failed,
//! so do all behind it, and the first failure is what is answered.

use std::{
    collections::HashMap,
    future::{Future, poll_fn},
    pin::Pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures_util::{TryStreamExt as _, pin_mut};
use kernel::{Error, Result};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{
    Client, Config, Statement,
    types::{IsNull, ToSql, Type, to_sql_checked},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::refusal::Refusal;
use crate::Value;

/// Statements that are gathered before they are waited for all the same.
const MANY: usize = 64;
const CONNECT: Duration = Duration::from_secs(5);
/// After so long a silence the network is asked whether the server is still there.
const KEEPALIVE: Duration = Duration::from_secs(60);

const AS_MEANT: &str = "SET synchronous_commit = on; SET lock_timeout = '10s'; SET jit = off";
/// As with SQLite, a plan does not depend on the values bound to it: planning costs more than most statements, and for
/// some values another plan looks cheaper that is many times dearer.
const BY_TEXT: &str = "SET plan_cache_mode = force_generic_plan";
/// But where a filter may be missing, nothing is known of what is asked until it is.
const BY_VALUES: &str = "SET plan_cache_mode = force_custom_plan";
/// How such a filter is written: `CAST($1 AS TEXT) IS NULL OR …`.
const MAY_BE_MISSING: &str = ") IS NULL OR ";

type Pending = Pin<Box<dyn Future<Output = Result<u64, tokio_postgres::Error>> + Send>>;

#[derive(Clone)]
struct Prepared {
    statement: Statement,
    /// Whether what is asked decides how it is found.
    by_values: bool,
}

/// One connection and its prepared statements.
pub(crate) struct Session {
    client: Arc<Client>,
    prepared: HashMap<usize, Prepared>,
    /// Those made for an occasion.
    occasional: HashMap<String, Statement>,
    /// What is to be sent with the next statement that is waited for.
    gathered: Vec<Pending>,
    /// Whether something was sent since the transaction began, which must then be ended.
    begun: bool,
    /// Whether the database refused something since: then it has undone the transaction.
    undone: bool,
    /// Turns the connection while somebody waits. The last field: it outlives what runs on it.
    runtime: Runtime,
}

impl Session {
    pub(crate) fn connect(url: &str) -> Result<Self> {
        let mut config: Config = url.parse().map_err(Error::internal)?;
        config.application_name("zhike").keepalives_idle(KEEPALIVE);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        let runtime = Builder::new_current_thread().enable_all().build().map_err(Error::internal)?;
        let client = runtime.block_on(async {
            let (client, connection) = config.connect(tls()?).await.map_err(Refusal::of)?;
            // It ends with the client, and the next statement says why.
            tokio::spawn(connection);
            Ok(Arc::new(client))
        })?;
        let (prepared, occasional, gathered) = (HashMap::new(), HashMap::new(), Vec::new());
        let mut session = Self { client, prepared, occasional, gathered, begun: false, undone: false, runtime };
        session.gather(AS_MEANT);
        session.batch(BY_TEXT)?;
        Ok(session)
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.client.is_closed()
    }

    /// Statements without values, at once.
    pub(crate) fn batch(&mut self, text: &str) -> Result<()> {
        self.gather(text.to_owned());
        self.settle()
    }

    /// Begins a transaction with its first statement.
    pub(super) fn begin(&mut self, text: &'static str) {
        (self.begun, self.undone) = (false, false);
        self.gather(text);
    }

    /// Commits what was done since the beginning; nothing is sent if that is nothing.
    pub(super) fn commit(&mut self) -> Result<()> {
        if !self.begun && self.gathered.len() <= 1 {
            self.abandon();
            return Ok(());
        }
        if self.undone {
            self.abandon();
            return Err(Error::internal("a transaction went on after a failure and was undone"));
        }
        self.gather("COMMIT");
        let committed = self.settle();
        self.begun = false;
        committed
    }

    /// Undoes what was done since the beginning.
    pub(super) fn abandon(&mut self) {
        self.gathered.clear();
        if self.begun {
            self.gather("ROLLBACK");
            // Why it failed, if it did, was answered before; a lost connection shows as such.
            let _ = self.settle();
        }
        self.begun = false;
    }

    /// Runs a statement; answers how many rows it changed.
    pub(crate) fn execute(&mut self, text: &'static str, values: &[Value<'_>]) -> Result<u64> {
        self.send(text, values)?;
        self.turn()
    }

    /// Runs a statement with the next that is waited for.
    pub(crate) fn send(&mut self, text: &'static str, values: &[Value<'_>]) -> Result<()> {
        let Prepared { statement, .. } = self.prepare(text)?;
        let written = written(text, &statement, values)?;
        let client = self.client.clone();
        self.gathered.push(Box::pin(async move { client.execute_raw(&statement, written).await }));
        if self.gathered.len() >= MANY { self.settle() } else { Ok(()) }
    }

    /// Runs a statement; answers its rows.
    pub(crate) fn query(&mut self, text: &'static str, values: &[Value<'_>]) -> Result<Vec<tokio_postgres::Row>> {
        let Prepared { statement, by_values } = self.prepare(text)?;
        let written = written(text, &statement, values)?;
        if by_values {
            self.gather(BY_VALUES);
        }
        let (client, gathered) = (self.client.clone(), std::mem::take(&mut self.gathered));
        if by_values {
            // Undone with the transaction, where that fails: so is what came before.
            self.gather(BY_TEXT);
        }
        self.begun = true;
        let answered = self.runtime.block_on(async {
            let rows = async { client.query_raw(&statement, written).await?.try_collect::<Vec<_>>().await };
            pin_mut!(rows);
            in_order(gathered, rows).await
        });
        self.judged(answered)
    }

    /// Runs a statement made for the occasion, handing on each row as it comes.
    pub(crate) fn stream(
        &mut self,
        text: &str,
        mut each: impl FnMut(&tokio_postgres::Row) -> Result<()>,
    ) -> Result<()> {
        self.settle()?;
        let client = self.client.clone();
        let answered = self.runtime.block_on(async {
            let statement = client.prepare(text).await?;
            let rows = client.query_raw(&statement, Vec::<Written>::new()).await?;
            pin_mut!(rows);
            while let Some(row) = rows.try_next().await? {
                if let Err(error) = each(&row) {
                    return Ok(Err(error));
                }
            }
            Ok(Ok(()))
        });
        self.judged(answered)?
    }

    /// Runs a statement made for the occasion with these values, many times over.
    pub(crate) fn fill(&mut self, text: &str, values: &[Value<'_>]) -> Result<()> {
        self.settle()?;
        let statement = match self.occasional.get(text) {
            Some(statement) => statement.clone(),
            None => {
                let statement = self.runtime.block_on(self.client.prepare(text));
                let statement = self.judged(statement)?;
                self.occasional.insert(text.to_owned(), statement.clone());
                statement
            }
        };
        let written = written(text, &statement, values)?;
        let done = self.runtime.block_on(self.client.execute_raw(&statement, written));
        self.judged(done).map(drop)
    }

    fn gather(&mut self, text: impl AsRef<str> + Send + 'static) {
        let client = self.client.clone();
        self.gathered.push(Box::pin(async move { client.batch_execute(text.as_ref()).await.map(|()| 0) }));
    }

    /// Every text lives as long as the program, so its address names it.
    fn prepare(&mut self, text: &'static str) -> Result<Prepared> {
        let key = text.as_ptr() as usize;
        if let Some(prepared) = self.prepared.get(&key) {
            return Ok(prepared.clone());
        }
        self.settle()?;
        let prepared = self.runtime.block_on(self.client.prepare(text));
        let statement = self.judged(prepared).inspect_err(|_| tracing::debug!(text, "it could not be prepared"))?;
        let prepared = Prepared { statement, by_values: text.contains(MAY_BE_MISSING) };
        self.prepared.insert(key, prepared.clone());
        Ok(prepared)
    }

    /// Waits for everything that was gathered; answers the first failure.
    fn settle(&mut self) -> Result<()> {
        if self.gathered.is_empty() { Ok(()) } else { self.turn().map(drop) }
    }

    /// As [`Session::settle`]; answers how many rows the last statement changed.
    fn turn(&mut self) -> Result<u64> {
        let mut gathered = std::mem::take(&mut self.gathered);
        let Some(last) = gathered.pop() else { return Ok(0) };
        self.begun = true;
        let answered = self.runtime.block_on(in_order(gathered, last));
        self.judged(answered)
    }

    fn judged<T>(&mut self, answered: Result<T, tokio_postgres::Error>) -> Result<T> {
        answered.map_err(|error| {
            self.undone = true;
            Refusal::of(error)
        })
    }
}

/// Sends all in their order, and waits for all: answers the first failure, else the last answer.
async fn in_order<T>(
    gathered: Vec<Pending>,
    mut last: impl Future<Output = Result<T, tokio_postgres::Error>> + Unpin,
) -> Result<T, tokio_postgres::Error> {
    let mut gathered: Vec<_> = gathered.into_iter().map(Some).collect();
    let (mut failure, mut answer) = (None, None);
    poll_fn(move |cx| {
        // The first poll is what sends.
        for place in &mut gathered {
            if let Some(pending) = place
                && let Poll::Ready(done) = pending.as_mut().poll(cx)
            {
                *place = None;
                failure = failure.take().or(done.err());
            }
        }
        if answer.is_none()
            && let Poll::Ready(done) = Pin::new(&mut last).poll(cx)
        {
            answer = Some(done);
        }
        if answer.is_none() || gathered.iter().any(Option::is_some) {
            return Poll::Pending;
        }
        Poll::Ready(failure.take().map_or_else(|| answer.take().unwrap_or_else(|| unreachable!()), Err))
    })
    .await
}

/// A value in the protocol's own form: nothing borrowed, so that it can wait to be sent.
#[derive(Debug)]
struct Written(Option<Bytes>);

impl ToSql for Written {
    fn to_sql(&self, _ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match &self.0 {
            None => Ok(IsNull::Yes),
            Some(bytes) => {
                out.extend_from_slice(bytes);
                Ok(IsNull::No)
            }
        }
    }

    fn accepts(_ty: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn written(text: &str, statement: &Statement, values: &[Value<'_>]) -> Result<Vec<Written>> {
    let types = statement.params();
    if types.len() != values.len() {
        return Err(Error::internal(format!("{text}: {} values for {}", values.len(), types.len())));
    }
    let write = |(value, ty): (&Value<'_>, &Type)| {
        let mut out = BytesMut::new();
        match value.to_sql_checked(ty, &mut out) {
            Ok(IsNull::Yes) => Ok(Written(None)),
            Ok(IsNull::No) => Ok(Written(Some(out.freeze()))),
            Err(error) => Err(Error::internal(format!("{text}: {error}"))),
        }
    };
    values.iter().zip(types).map(write).collect()
}

fn tls() -> Result<MakeRustlsConnect> {
    let roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(Error::internal)?;
    Ok(MakeRustlsConnect::new(config.with_root_certificates(roots).with_no_client_auth()))
}
