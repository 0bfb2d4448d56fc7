//! The analysis of a complaint: why it came about, who answers for it, what it took.

use audit::api::Entry;
use complaints::{Complaint, ComplaintStep};
use http::{Answer, Cx, Json, Path};
use kernel::{Check, Error, Id, Money, Result, UnitId, UserId};
use orders::OrderState;
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;

use crate::{
    api, codes, duty,
    model::{ComplaintAnalysis, DAY_MS, ImprovementAction, ImprovementState, Why, Whys},
    policy,
    queries::{self, Filter},
    watch,
};

/// Questions of why at most.
const MOST_WHYS: usize = 5;

/// The action against a cause.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CauseAction {
    /// Which.
    id: Id<ImprovementAction>,
    /// Its number.
    number: String,
    /// Where it stands.
    state: ImprovementState,
}

/// The analysis of a complaint, and what one needs to write it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AnalysisView {
    /// The analysis; none while nobody wrote it.
    analysis: Option<ComplaintAnalysis>,
    /// Whether the caller may write it, now.
    may_write: bool,
    /// Of which currency amounts are, ISO 4217.
    currency: String,
    /// What this customer bought in the year before, in minor units of that currency: what may be lost. None for those
    /// who stay unnamed.
    bought_before: Option<Money>,
    /// The latest action against its cause, where the caller may see it.
    action: Option<CauseAction>,
}

/// The analysis of a complaint one may see.
#[utoipa::path(get, path = "/complaint-analyses/{id}", tag = "improvements", params(("id" = Id<Complaint>, Path)), responses((status = 200, body = AnalysisView)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<Complaint>>) -> Answer<AnalysisView> {
    let view = cx
        .read(move |tx| {
            let complaint = complaints::api::visible(tx, id)?;
            let analysis = queries::analysis(tx, id)?;
            view(tx, &complaint, analysis)
        })
        .await?;
    Ok(Json(view))
}

fn view(tx: &mut Tx<'_>, complaint: &Complaint, analysis: Option<ComplaintAnalysis>) -> Result<AnalysisView> {
    let currency = complaints::api::currency(tx)?;
    let may_write = may_be_analysed(complaint).is_ok() && complaints::api::may_work(tx, complaint);
    let bought_before = match complaint.customer_id {
        Some(customer) => {
            let members = customers::api::members(tx, customer)?;
            let year = complaint.registered_at.plus_millis(-365 * DAY_MS)..complaint.registered_at;
            let orders = orders::api::of(tx, &members)?.into_iter();
            let counted = orders.filter(|order| {
                year.contains(&order.placed_at) && order.state != OrderState::Cancelled && order.currency == currency
            });
            Some(Money(counted.map(|order| order.total.0 - order.refunded.0).sum()))
        }
        None => None,
    };
    let action = match &analysis {
        Some(analysis) => {
            let filter = Filter { cause: Some(analysis.cause_id.clone()), ..Filter::default() };
            let last = kernel::Cursor { key: i64::MAX, id: String::new() };
            let found = match policy::may_read(tx.actor()) {
                Ok(scope) => queries::list(tx, &scope, &filter, &last, 1)?,
                Err(_) => Vec::new(),
            };
            found.into_iter().next().map(|one| CauseAction { id: one.id, number: one.number, state: one.state })
        }
        None => None,
    };
    Ok(AnalysisView { analysis, may_write, currency, bought_before, action })
}

/// From the investigation on, of what is founded.
fn may_be_analysed(complaint: &Complaint) -> Result<()> {
    if complaint.upheld == Some(false) {
        return Err(codes::UNFOUNDED.conflict());
    }
    if complaint.step < ComplaintStep::Investigation || complaint.upheld.is_none() {
        return Err(codes::TOO_EARLY.conflict());
    }
    Ok(())
}

/// Why a complaint came about.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAnalysis {
    /// The version one saw; 0 where there is none yet.
    version: i64,
    /// The root cause, of the second level.
    cause_id: String,
    /// Why, and why that: 1 to 5 questions with their answers.
    whys: Vec<Why>,
    /// The department that answers for it.
    responsible_unit_id: UnitId,
    /// Who answers for it, where it was one person.
    responsible_id: Option<UserId>,
    /// How many minutes all who handled it needed: up to 100,000; reckoned from what they did where nobody says.
    minutes: Option<i64>,
    /// How many points the customer was given for it: up to 10,000,000.
    points: Option<i64>,
    /// What was lost in business, in minor units: up to 1,000,000,000,000.
    lost: Option<Money>,
}

/// Writes why a complaint came about, for whoever looks after it. So many of one cause within so many days open an
/// improvement action by themselves; one that comes again after its action was done opens that again.
#[utoipa::path(put, path = "/complaint-analyses/{id}", tag = "improvements", params(("id" = Id<Complaint>, Path)), request_body = NewAnalysis, responses((status = 200, body = AnalysisView)))]
pub(crate) async fn write(
    cx: Cx,
    Path(id): Path<Id<Complaint>>,
    Json(request): Json<NewAnalysis>,
) -> Answer<AnalysisView> {
    let view = cx
        .write(move |tx| {
            let complaint = complaints::api::workable(tx, id)?;
            may_be_analysed(&complaint)?;
            let before = queries::analysis(tx, id)?;
            let after = wanted(tx, &request, id, before.as_ref())?;
            if request.version != before.as_ref().map_or(0, |one| one.version) {
                return Err(codes::STALE.conflict());
            }
            queries::save_analysis(tx, &after)?;
            let entry = Entry::new("improvements.analysed", "complaint_analysis", id);
            let entry = match &before {
                Some(before) => entry.change(&before.trace(), &after.trace()),
                None => entry.created(&after.trace()),
            };
            audit::api::record(tx, entry)?;
            api::keep_outcome(tx, &complaint, Some(&after))?;
            if before.is_none_or(|before| before.cause_id != after.cause_id) {
                watch::found(tx, &complaint, &after)?;
            }
            view(tx, &complaint, Some(after))
        })
        .await?;
    Ok(Json(view))
}

fn wanted(
    tx: &mut Tx<'_>,
    request: &NewAnalysis,
    id: Id<Complaint>,
    before: Option<&ComplaintAnalysis>,
) -> Result<ComplaintAnalysis> {
    let (points, lost) = (request.points.unwrap_or(0), request.lost.unwrap_or(Money(0)));
    let count = if request.whys.is_empty() { "required" } else { "too_many" };
    let mut check = Check::new()
        .that((1..=MOST_WHYS).contains(&request.whys.len()), "whys", count)
        .range("minutes", request.minutes.unwrap_or(0), 0..=100_000)
        .range("points", points, 0..=10_000_000)
        .range("lost", lost.0, 0..=1_000_000_000_000);
    for (at, why) in request.whys.iter().take(MOST_WHYS).enumerate() {
        check = check
            .text(format!("whys[{at}].question"), &why.question, 1..=200)
            .text(format!("whys[{at}].answer"), &why.answer, 1..=1_000)
            .text(format!("whys[{at}].evidence"), &why.evidence, 0..=1_000);
    }
    check.done()?;
    let causes = queries::causes(tx)?;
    // One that was retired since stays what it was found to be.
    let known = causes
        .find(&request.cause_id)
        .filter(|(_, _, cause)| !cause.retired || before.is_some_and(|before| before.cause_id == request.cause_id));
    known.ok_or_else(|| Error::field("cause_id", "unknown"))?;
    let unit = people::api::tree(tx)?.unit(request.responsible_unit_id).map(|unit| unit.name.clone());
    let responsible_unit_name = unit.ok_or_else(|| Error::field("responsible_unit_id", "unknown"))?;
    let responsible_name = match request.responsible_id {
        Some(person) => {
            let turn = duty::of_person(tx, person, None)?;
            turn.ok_or_else(|| Error::field("responsible_id", "unknown"))?.owner_name
        }
        None => String::new(),
    };
    let by = api::by(tx)?;
    let trimmed = |why: &Why| Why {
        question: why.question.trim().to_owned(),
        answer: why.answer.trim().to_owned(),
        evidence: why.evidence.trim().to_owned(),
    };
    Ok(ComplaintAnalysis {
        complaint_id: id,
        cause_id: request.cause_id.clone(),
        cause: causes.name(&request.cause_id).unwrap_or_default(),
        whys: Whys(request.whys.iter().map(trimmed).collect()),
        responsible_unit_id: Some(request.responsible_unit_id),
        responsible_unit_name,
        responsible_id: request.responsible_id,
        responsible_name,
        minutes: request.minutes,
        points,
        lost,
        by_id: by.id,
        by_name: by.name,
        at: by.at,
        version: before.map_or(0, |one| one.version) + 1,
    })
}
