//! A complaint as it goes out, and the frame every change of one has.

use files::StoredFile;
use forms::FormEntry;
use http::{Answer, Cx, Json};
use kernel::{Actor, Cursor, Id, Permit, Result, Timestamp};
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use super::{EVIDENCE, SIGNATURE};
use crate::{
    api::{self, Happening},
    model::{By, Complaint, ComplaintMove, ComplaintRules, ComplaintStep, DutyState},
    policy,
    queries::{self, Filter},
};

/// How long a link to a file is good, in milliseconds.
const LINK_MS: i64 = 15 * 60_000;
const DAY_MS: i64 = 86_400_000;

/// What was measured against a limit (R088).
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct ComplaintMeasure {
    /// How much it is: hands, minor units, hours.
    pub value: i64,
    /// How much it may be at most.
    pub most: i64,
    /// Whether it is more.
    pub over: bool,
}

impl ComplaintMeasure {
    fn of(value: i64, most: i64) -> Self {
        Self { value, most, over: value > most }
    }
}

/// A complaint, with what a list shows beside it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ComplaintView {
    #[serde(flatten)]
    pub complaint: Complaint,
    /// Whether its step was not over in time.
    pub overdue: bool,
    /// What its step requires.
    pub duties: Vec<DutyState>,
    /// The step after this one.
    pub next: ComplaintStep,
    /// How often it was handed over, beyond whose turn each step is.
    pub hands: ComplaintMeasure,
    /// What it costs.
    pub spent: ComplaintMeasure,
    /// How many hours it has taken, by the clock on the wall.
    pub hours: ComplaintMeasure,
    /// Of which currency its amounts are.
    pub currency: String,
}

/// What the caller may do with a complaint now.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct ComplaintMay {
    /// Do what its step requires, and hand it over.
    pub handle: bool,
    /// Decide on its options, now.
    pub decide: bool,
    /// Read after whoever wrote what waits for a second reader, now.
    pub confirm: bool,
    /// Sum up.
    pub summarise: bool,
    /// Answer the appeal that waits, now.
    pub answer_appeal: bool,
}

/// A file that belongs to a complaint.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ComplaintFile {
    /// Its name.
    pub name: String,
    /// What it is.
    pub mime: String,
    /// Where it is read, for a quarter of an hour.
    pub url: String,
}

/// A complaint with everything that happened to it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ComplaintCourse {
    #[serde(flatten)]
    pub view: ComplaintView,
    /// What was filled in of the form's own fields.
    pub own_fields: Vec<FormEntry>,
    /// What happened, in order.
    pub course: Vec<ComplaintMove>,
    /// What else the same person complained of, the latest first.
    pub others: Vec<ComplaintOther>,
    /// The steps it may go back to.
    pub back: Vec<ComplaintStep>,
    /// What the caller may do.
    pub may: ComplaintMay,
    /// What came with it.
    pub evidence: Vec<ComplaintFile>,
    /// The customer's name under it, if it is a file.
    pub signature: Option<ComplaintFile>,
}

/// Another complaint of the same person.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ComplaintOther {
    /// Which.
    pub id: Id<Complaint>,
    /// Its number.
    pub number: String,
    /// What it is about.
    pub title: String,
    /// Where it stands.
    pub step: ComplaintStep,
    /// When it was taken in.
    pub registered_at: Timestamp,
    /// Whether it is filed under the same category: it happened again.
    pub again: bool,
}

pub(crate) fn view(tx: &Tx<'_>, rules: &ComplaintRules, complaint: Complaint) -> ComplaintView {
    let now = tx.now();
    let lasted = complaint.closed_at.unwrap_or(now).since(complaint.registered_at).max(0);
    ComplaintView {
        overdue: complaint.is_overdue(now),
        duties: complaint.duties(),
        next: complaint.next(),
        hands: ComplaintMeasure::of(complaint.hops, rules.most_hops),
        spent: ComplaintMeasure::of(complaint.cost.map_or(0, |cost| cost.0), rules.most_cost.0),
        hours: ComplaintMeasure {
            value: lasted / 3_600_000,
            most: rules.most_days * 24,
            over: lasted > rules.most_days * DAY_MS,
        },
        currency: rules.currency.clone(),
        complaint,
    }
}

/// A course still without its files, and these.
type Loose = (ComplaintCourse, Vec<StoredFile>, Option<StoredFile>);

fn course(tx: &mut Tx<'_>, complaint: Complaint) -> Result<Loose> {
    let rules = queries::rules(tx)?;
    let others = others(tx, &complaint)?;
    let evidence = files::api::attached(tx, EVIDENCE, complaint.id)?;
    let signed = complaint.sign_off.as_ref().and_then(|one| one.file_id);
    let mut signatures = files::api::attached(tx, SIGNATURE, complaint.id)?;
    signatures.retain(|file| Some(file.id) == signed);
    let earlier = complaint.runs.0.iter().map(|run| run.step);
    let mut back: Vec<_> = earlier.filter(|step| complaint.may_go_back(*step)).collect();
    back.sort_unstable();
    back.dedup();
    let found = ComplaintCourse {
        own_fields: forms::api::filled(tx, complaint.id)?,
        course: queries::moves(tx, complaint.id)?,
        may: may(tx, &complaint),
        others,
        back,
        evidence: Vec::new(),
        signature: None,
        view: view(tx, &rules, complaint),
    };
    Ok((found, evidence, signatures.pop()))
}

fn may(tx: &Tx<'_>, complaint: &Complaint) -> ComplaintMay {
    let (actor, now) = (tx.actor(), tx.now());
    let me = actor.staff().ok().map(|staff| staff.id);
    let fine = |answer: Result<Permit>| answer.is_ok() && !complaint.is_closed();
    let waits = complaint.submission.as_ref().filter(|_| complaint.directive.is_none());
    ComplaintMay {
        handle: fine(policy::may_handle(actor, complaint, now)),
        decide: fine(policy::may_decide(actor, complaint, now)) && waits.is_some_and(|one| one.by.id != me),
        confirm: fine(policy::may_confirm(actor, complaint, now))
            && complaint.to_be_read().is_some_and(|one| one.id != me),
        answer_appeal: policy::may_decide(actor, complaint, now).is_ok()
            && complaint.is_appeal_open()
            && !complaint.appeal.iter().any(|one| me.is_some_and(|me| one.decided_by.contains(&me))),
        summarise: fine(policy::may_summarise(actor, complaint, now)),
    }
}

/// The last ten other complaints of this person, merges followed, as far as the actor may see them.
fn others(tx: &mut Tx<'_>, complaint: &Complaint) -> Result<Vec<ComplaintOther>> {
    let Some(customer) = complaint.customer_id else { return Ok(Vec::new()) };
    let scope = policy::may_read(tx.actor())?;
    let filter = Filter { customers: Some(customers::api::members(tx, customer)?), ..Filter::default() };
    let last = Cursor { key: i64::MAX, id: String::new() };
    let rows = queries::list(tx, &scope, &filter, &last, 11)?;
    let other = |row: Complaint| ComplaintOther {
        again: row.category_id.is_some() && row.category_id == complaint.category_id,
        id: row.id,
        number: row.number,
        title: row.title,
        step: row.step,
        registered_at: row.registered_at,
    };
    Ok(rows.into_iter().filter(|row| row.id != complaint.id).take(10).map(other).collect())
}

/// With links to its files, for whoever was found to be allowed to read it.
async fn linked(cx: &Cx, (mut course, evidence, signature): Loose) -> Answer<ComplaintCourse> {
    if signature.is_some() || !evidence.is_empty() {
        let (key, until) = (files::api::link_key(cx.app()).await?, cx.app().clock().now().plus_millis(LINK_MS));
        let file = |file: StoredFile| ComplaintFile { url: key.link(file.id, until), name: file.name, mime: file.mime };
        course.evidence = evidence.into_iter().map(file).collect();
        course.signature = signature.map(file);
    }
    Ok(Json(course))
}

/// A complaint with its course, as it was just found.
pub(super) async fn shown(cx: Cx, id: Id<Complaint>) -> Answer<ComplaintCourse> {
    let loose = cx
        .read(move |tx| {
            let complaint = queries::find(tx, id)?;
            policy::may_see(tx.actor(), &complaint)?;
            course(tx, complaint)
        })
        .await?;
    linked(&cx, loose).await
}

/// Keeps a new complaint, and answers it with its course.
pub(super) async fn made(
    cx: Cx,
    make: impl Fn(&mut Tx<'_>) -> Result<Complaint> + Send + 'static,
) -> Answer<ComplaintCourse> {
    let loose = cx
        .write(move |tx| {
            let complaint = make(tx)?;
            course(tx, complaint)
        })
        .await?;
    linked(&cx, loose).await
}

/// Who may.
pub(super) type May = fn(&Actor, &Complaint, Timestamp) -> Result<Permit>;

/// A change of a complaint: found and locked, permitted, kept under `action`, answered with its course.
pub(super) async fn changed(
    cx: Cx,
    id: Id<Complaint>,
    (action, may): (&'static str, May),
    change: impl Fn(&mut Tx<'_>, Complaint, &Permit, By) -> Result<(Complaint, Happening)> + Send + 'static,
) -> Answer<ComplaintCourse> {
    let loose = cx
        .write(move |tx| {
            let before = queries::lock(tx, id)?;
            let permit = may(tx.actor(), &before, tx.now())?;
            let by = api::by(tx)?;
            let (after, happening) = change(tx, before.clone(), &permit, by)?;
            api::keep(tx, action, &before, &after, happening)?;
            course(tx, after)
        })
        .await?;
    linked(&cx, loose).await
}
