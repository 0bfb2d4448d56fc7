//! What is done by the clock: whom a directory does not know any more is shown out.

use audit::api::Entry;
use http::App;
use kernel::{Id, Result, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use work::{Cron, Job, JobCx};

use crate::{
    api,
    directory::{self, Binding, Directory, DirectoryCheck, Relation},
    door,
    model::{RoleKind, User, UserState},
    queries,
    trouble::Trouble,
};

/// People of one read.
const AT_ONCE: i64 = 200;
/// As many may always be gone; beyond that no more than half, or it is the directory that is wrong.
const PLAUSIBLE: usize = 3;

/// Looks for who left a directory, or any of them.
#[derive(Serialize, Deserialize)]
pub(crate) struct CheckDirectories {
    only: Option<Id<Directory>>,
}

impl Job for CheckDirectories {
    const KIND: &'static str = "access.check_directories";
    const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(30 * 60);
}

/// Each night at half past three.
pub(crate) fn schedule() -> Cron {
    Cron::new("access.check_directories", "30 3 * * *", |_| CheckDirectories { only: None }).expect("a fixed pattern")
}

/// Leaves it to be done now.
pub(crate) fn check_now(tx: &mut Tx<'_>, directory: Id<Directory>) -> Result<()> {
    let key = format!("access.check_directory:{directory}");
    work::enqueue_at(tx, &CheckDirectories { only: Some(directory) }, tx.now(), Some(&key)).map(drop)
}

/// How the job is done.
pub(crate) async fn check(app: App, cx: JobCx, job: CheckDirectories) -> Result<()> {
    let relations = cx.db.read(&cx.origin, directory::active).await?;
    let wanted = relations.into_iter().filter(|one| job.only.is_none_or(|only| only == one.directory.id));
    // Whoever signs in directly leaves us nothing to ask with.
    for relation in wanted.filter(|one| one.directory.binding == Binding::Service) {
        let outcome = look(&cx, &relation).await?;
        cx.db.write(&cx.origin, move |tx| settle(tx, &relation.directory, &outcome)).await?;
        app.part::<door::Recent>().forget_all();
    }
    Ok(())
}

/// Who was asked for, and who of them is gone.
type Looked = std::result::Result<(usize, Vec<UserId>), Trouble>;

async fn look(cx: &JobCx, relation: &Relation) -> Result<Looked> {
    let mut line = match relation.watch().await {
        Ok(line) => line,
        Err(trouble) => return Ok(Err(trouble)),
    };
    let (mut asked, mut gone, mut after) = (0, Vec::new(), String::new());
    loop {
        let (directory, from) = (relation.directory.clone(), after.clone());
        let page = cx.db.read(&cx.origin, move |tx| directory::people(tx, &directory, &from, AT_ONCE)).await?;
        for one in &page {
            asked += 1;
            match relation.still_knows(&mut line, &one.subject).await {
                Ok(true) => {}
                Ok(false) => gone.push(one.user_id),
                Err(trouble) => return Ok(Err(trouble)),
            }
        }
        match page.last() {
            Some(last) => after = last.subject.clone(),
            None => break,
        }
    }
    if gone.len() > PLAUSIBLE && gone.len() * 2 > asked {
        return Ok(Err(Trouble::new("too_many_gone", format!("{} / {asked}", gone.len()))));
    }
    Ok(Ok((asked, gone)))
}

fn settle(tx: &mut Tx<'_>, directory: &Directory, outcome: &Looked) -> Result<()> {
    let mut check = DirectoryCheck {
        directory_id: directory.id,
        checked_at: tx.now(),
        trouble: None,
        detail: String::new(),
        asked: 0,
        gone: 0,
    };
    match outcome {
        Ok((asked, gone)) => {
            check.asked = i64::try_from(*asked).unwrap_or(i64::MAX);
            check.gone = i64::try_from(gone.len()).unwrap_or(i64::MAX);
            for user in gone {
                show_out(tx, directory, *user)?;
            }
        }
        Err(trouble) => {
            (check.trouble, check.detail) = (Some(trouble.code.to_owned()), trouble.detail.clone());
            let why = json!({"name": directory.name, "trouble": trouble.code, "detail": trouble.detail});
            audit::api::record(
                tx,
                Entry::new("access.directory_check_failed", "directory", directory.id).created(&why),
            )?;
        }
    }
    directory::save_check(tx, &check)
}

/// Ends what somebody has begun here; it is kept once, when there was something to end.
fn show_out(tx: &mut Tx<'_>, directory: &Directory, id: UserId) -> Result<()> {
    let user = queries::user(tx, id)?;
    let administrator = queries::role(tx, user.role_id)?.kind == RoleKind::Administrator;
    let had = queries::sessions(tx, id)?;
    queries::end_sessions(tx, id, "")?;
    let suspends = directory.suspends && user.is_active() && !administrator;
    if suspends {
        let after = User { state: UserState::Suspended, version: user.version + 1, ..user.clone() };
        queries::save_user(tx, &after)?;
        audit::api::record(tx, Entry::new("access.user_suspended", "user", id).change(&user, &after))?;
        api::told(tx, &after)?;
    }
    if had > 0 || suspends {
        let what = json!({"name": directory.name, "sessions": had, "suspended": suspends});
        audit::api::record(tx, Entry::new("access.directory_left", "user", id).created(&what))?;
    }
    Ok(())
}
