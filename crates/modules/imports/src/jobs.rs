//! Checking a list, and taking it in: some lines a transaction, which notes with them how far it has come.

use std::{
    collections::{HashMap, HashSet},
    ops::ControlFlow,
    sync::Arc,
    time::Duration,
};

use access::Placement;
use customers::{ListedCustomer, Listing, Source, SourceKind, Taken};
use http::App;
use jiff::tz::TimeZone;
use kernel::{Actor, Id, Origin, Result, UserId};
use serde::{Deserialize, Serialize};
use store::Tx;
use tokio::sync::mpsc;
use work::{Cron, Job, JobCx};

use crate::{
    api,
    model::{
        Cells, Import, ImportField, ImportRefusal, ImportState, ImportWrite, Plan, Reason, Reasons, Tally, Written,
    },
    queries,
    rows::{self, Colleagues},
    sheet::{self, ImportFormat, Line, Unreadable},
    target::{self, CUSTOMERS, Target, TargetListing},
    undoing,
};

/// Lines of one transaction.
const AT_ONCE: usize = 250;
/// Goes through the lines of an import, as its state says.
#[derive(Serialize, Deserialize)]
pub(crate) struct Work {
    pub import_id: Id<Import>,
}

impl Job for Work {
    const KIND: &'static str = "imports.work";
    const TIMEOUT: Duration = Duration::from_secs(1_800);
}

/// Forgets old lists.
#[derive(Serialize, Deserialize)]
pub(crate) struct Sweep {}

impl Job for Sweep {
    const KIND: &'static str = "imports.sweep";
}

pub(crate) fn cron() -> Cron {
    Cron::new("imports.sweep", "27 3 * * *", |_| Sweep {}).expect("a fixed pattern")
}

pub(crate) async fn sweep(app: App, _cx: JobCx, _job: Sweep) -> Result<()> {
    api::sweep(&app).await
}

/// See [`Work`]. Whoever takes the job over goes on behind the last line that was done.
pub(crate) async fn work(app: App, cx: JobCx, job: Work) -> Result<()> {
    let id = job.import_id;
    let (import, file) = cx
        .db
        .read(&cx.origin, move |tx| {
            let import = queries::find(tx, id)?;
            let file = files::api::get(tx, import.file_id)?;
            Ok((import, file))
        })
        .await?;
    if !import.is_at_work() {
        return Ok(());
    }
    if import.state == ImportState::Undoing {
        return undoing::work(&app, &cx, &import).await;
    }
    let bytes = files::api::bytes(&app, &file).await?;
    let mut lines = lines(bytes, import.format, import.plan.clone());
    let target = target::known(&app, &import.target);
    if target.is_none() && import.target != CUSTOMERS {
        return fail(&cx, id, "import.not_allowed".into()).await;
    }
    let shared = Arc::new(Shared { import, target, placement: app.part::<Box<dyn Placement>>() });
    let mut seen = HashSet::new();
    while let Some(some) = lines.recv().await {
        let some = match some {
            Ok(some) => some,
            Err(Unreadable(field, code)) => return fail(&cx, id, format!("{field}.{code}")).await,
        };
        let Some(origin) = acting(&app, &shared.import, shared.import.owner_id, shared.target.as_ref()).await? else {
            return fail(&cx, id, "import.not_allowed".into()).await;
        };
        for part in apart(some, &shared, &mut seen) {
            let (shared, part) = (shared.clone(), Arc::new(part));
            if !cx.db.write(&origin, move |tx| step(tx, &shared, &part)).await? {
                return Ok(());
            }
        }
    }
    cx.db.write(&cx.origin, move |tx| end(tx, id, Import::finished)).await
}

/// What every step needs.
struct Shared {
    import: Import,
    target: Option<Target>,
    placement: Arc<Box<dyn Placement>>,
}

/// The lines behind the headings, read on a thread of their own, some at a time.
fn lines(bytes: Vec<u8>, format: ImportFormat, plan: Plan) -> mpsc::Receiver<Result<Vec<Line>, Unreadable>> {
    let (sender, receiver) = mpsc::channel(4);
    tokio::task::spawn_blocking(move || {
        let mut some = Vec::with_capacity(AT_ONCE);
        let read = sheet::read(&bytes, format, &plan.reading, &mut |line| {
            if line.number <= plan.header_line {
                return ControlFlow::Continue(());
            }
            some.push(line);
            if some.len() < AT_ONCE || sender.blocking_send(Ok(std::mem::take(&mut some))).is_ok() {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        let last = read.map(|()| some);
        // Whoever listened may have gone: then nothing is left to say.
        drop(sender.blocking_send(last));
    });
    receiver
}

/// A line, and whether one before it in the file has its key.
pub(crate) struct Told {
    pub line: Line,
    pub again: bool,
}

/// The lines in parts that hold no key twice: the second of two is taken in once the first stands.
fn apart(lines: Vec<Line>, shared: &Shared, seen: &mut HashSet<String>) -> Vec<Vec<Told>> {
    let plan = &shared.import.plan;
    let nobody = Colleagues::default();
    let mut parts = vec![Vec::new()];
    let mut here = HashSet::new();
    for line in lines {
        let key = match &shared.target {
            Some(target) => rows::cells(&line, plan).remove(target.key),
            None => {
                let listed = rows::customer(&line, plan, &TimeZone::UTC, &nobody).unwrap_or_default();
                customers::api::key_of(plan.key, &listed)
            }
        };
        let again = key.as_ref().is_some_and(|key| seen.contains(key));
        if let Some(key) = key {
            if !here.insert(key.clone()) {
                parts.push(Vec::new());
                here = HashSet::from([key.clone()]);
            }
            seen.insert(key);
        }
        if let Some(part) = parts.last_mut() {
            part.push(Told { line, again });
        }
    }
    parts
}

/// Who acts, as they are now; none when they may import no more.
pub(crate) async fn acting(
    app: &App,
    import: &Import,
    who: UserId,
    target: Option<&Target>,
) -> Result<Option<Arc<Origin>>> {
    let may =
        |actor: &Actor| actor.has(crate::policy::MANAGE) && target.is_none_or(|target| actor.has(target.permission));
    let actor = access::api::actor(app, who).await?.filter(may);
    let origin = |actor| Arc::new(Origin { actor, ip: None, user_agent: None, request_id: import.id.to_string() });
    Ok(actor.map(origin))
}

/// Takes in some lines, or tells what would become of them; false when somebody stopped it.
fn step(tx: &mut Tx<'_>, shared: &Shared, part: &[Told]) -> Result<bool> {
    let import = queries::lock(tx, shared.import.id)?;
    if import.state != shared.import.state {
        return Ok(false);
    }
    let after = match &shared.target {
        Some(target) => take_rows(tx, import, target, part)?,
        None => {
            let colleagues = colleagues(tx, &**shared.placement)?;
            take(tx, import, &colleagues, part)?
        }
    };
    api::show(tx, &after)?;
    Ok(true)
}

/// Takes in those of these lines that lie ahead of `import`, or tells what would become of them.
pub(crate) fn take(tx: &mut Tx<'_>, import: Import, colleagues: &Colleagues, part: &[Told]) -> Result<Import> {
    // A part that was done before a node died is not done again.
    let part: Vec<_> = part.iter().filter(|told| told.line.number > import.line).collect();
    let Some(last) = part.last() else { return Ok(import) };
    let line = last.line.number;
    let rehearsal = import.state == ImportState::Checking;
    let zone = settings::api::calendar(tx)?.zone().clone();
    let mut tally = Tally::default();
    let mut refused = Vec::new();
    let mut refuse = |line: &Line, reasons: Vec<Reason>| {
        let (import_id, line, cells) = (import.id, line.number, Cells(line.cells.clone()));
        refused.push(ImportRefusal { import_id, line, reasons: Reasons(reasons), cells });
    };
    let mapped = import.plan.columns.iter().flatten().any(ImportField::is_own);
    let fillable = if mapped { profiles::api::fillable(tx)? } else { Vec::new() };
    let mut listed: Vec<(&Told, ListedCustomer, Vec<_>)> = Vec::with_capacity(part.len());
    for told in part {
        let customer = rows::customer(&told.line, &import.plan, &zone, colleagues);
        match (customer, rows::own(&told.line, &import.plan, &fillable)) {
            (Ok(customer), Ok(own)) => listed.push((told, customer, own)),
            (customer, own) => {
                refuse(&told.line, customer.err().into_iter().chain(own.err()).flatten().collect());
            }
        }
    }
    let listing = Listing {
        key: import.plan.key,
        source: Source {
            kind: SourceKind::Import,
            at: import.plan.as_of,
            by: Some(import.owner_id),
            import_id: Some(import.id.to_string()),
        },
        rehearsal,
    };
    let customers: Vec<_> = listed.iter().map(|(_, customer, _)| customer.clone()).collect();
    let taken = customers::api::take_in_known(tx, &listing, &customers)?;
    let mut writes = Vec::new();
    for ((told, customer, own), row) in listed.iter().zip(taken) {
        let source = Source { at: customer.as_of.unwrap_or(listing.source.at), ..listing.source.clone() };
        let fields = match row.customer_id.filter(|_| !own.is_empty()) {
            Some(who) => profiles::api::learn(tx, who, own, &source, rehearsal)?,
            None => Vec::new(),
        };
        let learnt = !fields.is_empty();
        if !rehearsal && (learnt || row.version > 0) {
            writes.extend(row.customer_id.map(|customer_id| ImportWrite {
                import_id: import.id,
                customer_id,
                line: told.line.number,
                created: row.taken == Taken::Created,
                version: row.version,
                written: Written { details: row.overwritten.clone(), fields },
                outcome: None,
                reasons: Reasons::default(),
            }));
        }
        match row.taken {
            Taken::Same if learnt => tally.changed += 1,
            Taken::Refused(why) => {
                let reason = |why: kernel::FieldError| Reason { field: why.field.into_owned(), code: why.code.into() };
                refuse(&told.line, why.into_iter().map(reason).collect());
            }
            // What the line before it would have entered is not there to be found.
            Taken::Created | Taken::Changed if rehearsal && told.again => tally.same += 1,
            Taken::Created => tally.created += 1,
            Taken::Changed => tally.changed += 1,
            Taken::Same => tally.same += 1,
        }
    }
    note(tx, import.id, writes)?;
    advance(tx, import, line, tally, &refused)
}

/// Notes what was written, so that it can be taken back.
fn note(tx: &mut Tx<'_>, id: Id<Import>, writes: Vec<ImportWrite>) -> Result<()> {
    let of: Vec<_> = writes.iter().map(|write| write.customer_id).collect();
    let mut noted: HashMap<_, _> =
        queries::writes_to(tx, id, &of)?.into_iter().map(|write| (write.customer_id, write)).collect();
    for write in writes {
        let known = noted.remove(&write.customer_id);
        noted.insert(write.customer_id, known.map_or(write.clone(), |known| known.and(write)));
    }
    queries::put_writes(tx, &noted.into_values().collect::<Vec<_>>())
}

/// As [`take`], for what another module takes in.
fn take_rows(tx: &mut Tx<'_>, import: Import, target: &Target, part: &[Told]) -> Result<Import> {
    let part: Vec<_> = part.iter().filter(|told| told.line.number > import.line).collect();
    let Some(last) = part.last() else { return Ok(import) };
    let rehearsal = import.state == ImportState::Checking;
    let zone = settings::api::calendar(tx)?.zone().clone();
    let listing = TargetListing { as_of: import.plan.as_of, zone, rehearsal };
    let rows: Vec<_> = part.iter().map(|told| rows::cells(&told.line, &import.plan)).collect();
    let (mut tally, mut refused) = (Tally::default(), Vec::new());
    for (told, taken) in part.iter().zip((target.take)(tx, &listing, &rows)?) {
        match taken {
            Taken::Refused(why) => {
                let reason = |why: kernel::FieldError| Reason { field: why.field.into_owned(), code: why.code.into() };
                refused.push(ImportRefusal {
                    import_id: import.id,
                    line: told.line.number,
                    reasons: Reasons(why.into_iter().map(reason).collect()),
                    cells: Cells(told.line.cells.clone()),
                });
            }
            Taken::Created if rehearsal && told.again => tally.changed += 1,
            Taken::Created => tally.created += 1,
            Taken::Changed => tally.changed += 1,
            Taken::Same => tally.same += 1,
        }
    }
    let line = last.line.number;
    advance(tx, import, line, tally, &refused)
}

/// Notes with what was taken how far it has come.
fn advance(tx: &mut Tx<'_>, import: Import, line: i64, tally: Tally, refused: &[ImportRefusal]) -> Result<Import> {
    queries::insert_refusals(tx, refused)?;
    let after = import.advanced(line, Tally { refused: refused.len() as i64, ..tally });
    queries::save(tx, &after)?;
    Ok(after)
}

/// Who may look after customers, by name and by login.
fn colleagues(tx: &mut Tx<'_>, placement: &dyn Placement) -> Result<Colleagues> {
    let mut known: HashMap<String, Option<_>> = HashMap::new();
    for (id, name) in access::api::granted(tx, customers::api::READ)? {
        let login = access::api::user(tx, id)?.login.to_lowercase();
        let placed = Some((id, placement.place(tx, id)?.unit));
        known.insert(login, placed);
        known.entry(name.to_lowercase()).and_modify(|other| *other = None).or_insert(placed);
    }
    Ok(Colleagues { known })
}

pub(crate) async fn fail(cx: &JobCx, id: Id<Import>, error: String) -> Result<()> {
    cx.db.write(&cx.origin, move |tx| end(tx, id, |import, now| import.failed(error.clone(), now))).await
}

/// Nothing is left to be done.
fn end(tx: &mut Tx<'_>, id: Id<Import>, how: impl Fn(Import, kernel::Timestamp) -> Import) -> Result<()> {
    let import = queries::lock(tx, id)?;
    if !import.is_at_work() {
        return Ok(());
    }
    let now = tx.now();
    let after = how(import, now);
    queries::save(tx, &after)?;
    if after.state == ImportState::Done || after.state == ImportState::Failed {
        api::ended(tx, &after)?;
    }
    api::show(tx, &after)
}
