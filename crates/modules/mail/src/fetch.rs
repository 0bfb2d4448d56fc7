//! The owner of fetching: one node at a time has a connection to each mailbox that is active, and
//! takes in what is new. All it knows is in the database: whoever takes over goes on where it stopped.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use http::App;
use kernel::{Cursor, Error, Id, Origin, Result};
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
    time::sleep,
};
use work::Keeper;

use crate::{
    arrive::{self, Source},
    imap::{CHUNK, Hindrance, Opened},
    letter::Unreadable,
    model::{Mailbox, MailboxAuth, MailboxState},
    oauth, queries, tell,
};

/// The lease of the node that fetches.
pub(crate) const LEASE: &str = "mail";
const LEASE_MS: i64 = 4_000;
/// The least time between two looks at which mailboxes there are.
const GATHER: Duration = Duration::from_millis(250);
/// How often to look where a server does not tell of new mail by itself.
const POLL: Duration = Duration::from_secs(30);
/// How long to wait before a mailbox is tried again, doubled each time up to the last.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LAST_PAUSE: Duration = Duration::from_secs(300);
/// Mailboxes of one organisation at most.
pub(crate) const MOST: i64 = 200;

/// Those who wait for mail, to be woken: a part of the app.
#[derive(Default)]
pub(crate) struct Fetchers(Mutex<HashMap<Id<Mailbox>, Arc<Notify>>>);

impl Fetchers {
    fn of(&self, id: Id<Mailbox>) -> Arc<Notify> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_default().clone()
    }

    /// Looks for mail at once, where this node is the one that looks.
    pub(crate) fn wake(&self, id: Id<Mailbox>) {
        self.of(id).notify_one();
    }
}

/// Somebody who fetches one mailbox, as it was set then.
struct Fetcher {
    version: i64,
    task: JoinHandle<()>,
}

impl Drop for Fetcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Starts what this node has to do with it.
pub(crate) fn start(app: App, mut stop: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let owner = app.part::<wire::Hub>().node();
        let keeper = Keeper::start(app.db(), LEASE, owner, LEASE_MS, Duration::from_secs(1));
        let mut held = keeper.held();
        let mut grew = app.facts_grew(&[]);
        let mut fetchers: HashMap<Id<Mailbox>, Fetcher> = HashMap::new();
        let mut epoch = None;
        while !*stop.borrow() {
            let now = held.borrow_and_update().as_ref().map(|lease| lease.epoch);
            if now != epoch {
                fetchers.clear();
                epoch = now;
            }
            grew.borrow_and_update();
            if let Some(epoch) = epoch
                && let Err(error) = reconcile(&app, epoch, &mut fetchers).await
            {
                tracing::warn!(%error, "which mailboxes there are could not be read");
            }
            sleep(GATHER).await;
            tokio::select! {
                _ = grew.changed() => {}
                _ = held.changed() => {}
                _ = stop.changed() => {}
            }
        }
        fetchers.clear();
        keeper.release().await;
    })
}

/// Lets each active mailbox have its fetcher, of its last version, and no other.
async fn reconcile(app: &App, epoch: i64, fetchers: &mut HashMap<Id<Mailbox>, Fetcher>) -> Result<()> {
    let origin = Origin::system("mail");
    let after = Cursor { key: i64::MIN, id: String::new() };
    let all = app.db().read(&origin, move |tx| queries::list(tx, true, &after, MOST)).await?;
    let active: HashMap<_, _> =
        all.into_iter().filter(|one| one.state == MailboxState::Active).map(|one| (one.id, one)).collect();
    fetchers.retain(|id, fetcher| active.get(id).is_some_and(|mailbox| mailbox.version == fetcher.version));
    for (id, mailbox) in active {
        fetchers.entry(id).or_insert_with(|| Fetcher {
            version: mailbox.version,
            task: tokio::spawn(follow(app.clone(), epoch, mailbox)),
        });
    }
    Ok(())
}

/// Fetches one mailbox until it is stopped, whatever goes wrong.
async fn follow(app: App, epoch: i64, mailbox: Mailbox) {
    let wake = app.part::<Fetchers>().of(mailbox.id);
    let mut pause = FIRST_PAUSE;
    loop {
        let mut went_well = false;
        match round(&app, epoch, &mailbox, &wake, &mut went_well).await {
            Ok(()) => {}
            Err(Failure::Ours(error)) => {
                tracing::warn!(%error, mailbox = %mailbox.id, "a mail could not be kept; it is fetched again")
            }
            Err(Failure::Theirs(hindrance)) => {
                let told = note(&app, epoch, &mailbox, Some(hindrance)).await;
                if let Err(error) = told {
                    tracing::warn!(%error, "how a fetch went could not be written down");
                }
            }
        }
        pause = if went_well { FIRST_PAUSE } else { (pause * 2).min(LAST_PAUSE) };
        tokio::select! {
            () = sleep(pause) => {}
            () = wake.notified() => {}
        }
    }
}

/// What ended a round.
pub(crate) enum Failure {
    Ours(Error),
    Theirs(Hindrance),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

impl From<Hindrance> for Failure {
    fn from(hindrance: Hindrance) -> Self {
        Self::Theirs(hindrance)
    }
}

/// One connection, for as long as it lasts.
async fn round(app: &App, epoch: i64, mailbox: &Mailbox, wake: &Notify, went_well: &mut bool) -> Result<(), Failure> {
    let (origin, id) = (Origin::system("mail"), mailbox.id);
    let secrets = oauth::opening(app, mailbox).await?;
    let mut opened = Opened::open(mailbox, &secrets).await?;
    let (validity, next) = (opened.uid_validity, opened.uid_next);
    app.db().write(&origin, move |tx| begin(tx, epoch, id, validity, next)).await?;
    loop {
        take_new(app, epoch, mailbox, &mut opened).await?;
        note(app, epoch, mailbox, None).await?;
        *went_well = true;
        // A token is renewed before it ends, for whoever sends as well.
        if mailbox.auth == MailboxAuth::Oauth {
            oauth::opening(app, mailbox).await?;
        }
        opened = opened.listen(wake.notified(), POLL).await?;
    }
}

/// The first fetch begins with what comes from now on: what lay there before was somebody's own. Where
/// the server counts anew, what it has is looked through again; what is known is not taken twice.
fn begin(tx: &mut store::Tx<'_>, epoch: i64, id: Id<Mailbox>, validity: i64, next: i64) -> Result<()> {
    work::lease::check(tx, LEASE, epoch)?;
    let mut fetch = queries::fetch(tx, id)?;
    if fetch.uid_validity == validity {
        return Ok(());
    }
    fetch.last_uid = if fetch.uid_validity == 0 { next - 1 } else { 0 };
    fetch.uid_validity = validity;
    queries::save_fetch(tx, &fetch)
}

async fn take_new(app: &App, epoch: i64, mailbox: &Mailbox, opened: &mut Opened) -> Result<(), Failure> {
    let (origin, id) = (Origin::system("mail"), mailbox.id);
    let last = app.db().read(&origin, move |tx| Ok(queries::fetch(tx, id)?.last_uid)).await?;
    let new = opened.after(last).await?;
    for chunk in new.chunks(CHUNK) {
        for (uid, size) in opened.sizes(chunk).await? {
            let Some(fetched) = opened.mail(uid, size).await? else { continue };
            let source =
                Source { mailbox: id, epoch: Some(epoch), uid_validity: opened.uid_validity, uid: fetched.uid };
            let raw = Arc::new(fetched.raw);
            match fetched.cut {
                true => arrive::keep_unreadable(app, source, raw, Unreadable::TooLarge).await?,
                false => arrive::take(app, source, raw).await?,
            }
        }
    }
    Ok(())
}

/// Writes down how it went, where that is news.
async fn note(app: &App, epoch: i64, mailbox: &Mailbox, hindrance: Option<Hindrance>) -> Result<()> {
    let (origin, mailbox) = (Origin::system("mail"), mailbox.clone());
    app.db()
        .write(&origin, move |tx| {
            work::lease::check(tx, LEASE, epoch)?;
            let mut fetch = queries::fetch(tx, mailbox.id)?;
            fetch.tried_at = Some(tx.now());
            match hindrance.clone() {
                None => {
                    fetch.succeeded_at = Some(tx.now());
                    (fetch.trouble, fetch.detail) = (None, String::new());
                }
                Some((trouble, detail)) => {
                    fetch.trouble = Some(trouble);
                    fetch.detail = crate::letter::one_line(&detail).chars().take(300).collect();
                }
            }
            queries::save_fetch(tx, &fetch)?;
            tell::fetched(tx, &fetch)
        })
        .await
}
