//! Why what customers of the demo story complained of came about, and what was done about it: one action helped, one is
//! open again, one is late.

use complaints::{Complaint, ComplaintStep};
use http::{Demo, DemoPerson};
use kernel::{Error, Id, Money, Result, Timestamp};
use serde::Deserialize;
use store::Tx;

use crate::{
    api::{self, Happening},
    duty,
    http::{MonthSignOff, signed},
    model::{
        By, ComplaintAnalysis, ImprovementAction, ImprovementMoveKind, ImprovementRules, ImprovementState,
        Verification, WantedStep, Why, Whys,
    },
    policy, queries, watch,
};

const TOLD: &str = include_str!("../demo/improvements.json");
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// How many complaints are looked at.
const COMPLAINTS: i64 = 500;

#[derive(Deserialize)]
struct Story {
    causes: Vec<Told>,
    /// Which cause the complaints have, one after the other.
    pattern: Vec<usize>,
    /// What leads say of the month before, and add to it later.
    summary: String,
    measures: String,
    later: String,
    reason: String,
}

#[derive(Deserialize)]
struct Told {
    id: String,
    points: i64,
    lost: i64,
    whys: Vec<(String, String, String)>,
    corrective: String,
    preventive: String,
    steps: Vec<String>,
    /// What came of it; an action without is not begun.
    result: String,
    words: String,
}

/// Complaints and orders are told by then.
pub(crate) fn tell(_tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    demo.finally.push(improvements);
    Ok(())
}

fn improvements(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let story: Story = serde_json::from_str(TOLD).map_err(Error::internal)?;
    let heads = demo.with_role("head");
    let Some(head) = heads.first() else { return Ok(()) };
    tx.as_of(demo.since, head.actor())?;
    queries::save_rules(tx, &ImprovementRules { version: 1, ..ImprovementRules::default() })?;
    let complaints = complaints::api::latest(tx, COMPLAINTS)?;
    let last = demo.now.plus_millis(-HOUR);
    let mut found: Vec<_> = complaints.iter().filter(|one| one.step > ComplaintStep::Investigation).collect();
    found.retain(|one| one.upheld == Some(true) && one.investigation.is_some());
    found.sort_by_key(|one| (found_at(one), one.id));
    let tale = Tale { demo, story: &story, head };
    let mut actions: Vec<Id<ImprovementAction>> = Vec::new();
    for (at, complaint) in found.iter().enumerate() {
        let told = &story.causes[story.pattern[at % story.pattern.len()]];
        let moment = found_at(complaint).min(last);
        for id in &actions {
            tale.go_on(tx, *id, moment)?;
        }
        tale.analysed(tx, complaint, told, moment)?;
        if let Some(action) = queries::last_of(tx, &told.id)?.filter(|one| !actions.contains(&one.id)) {
            actions.push(action.id);
        }
    }
    for id in actions {
        tale.go_on(tx, id, last)?;
    }
    tx.as_of(last, head.actor())?;
    for complaint in &complaints {
        let analysis = queries::analysis(tx, complaint.id)?;
        api::keep_outcome(tx, complaint, analysis.as_ref())?;
    }
    month(tx, demo, &story, last)
}

/// The month before this one, as each lead signed it; one signed again, for what was written down late.
fn month(tx: &mut Tx<'_>, demo: &Demo, story: &Story, last: Timestamp) -> Result<()> {
    let first = settings::api::day_of(tx, demo.now)?.first_of_month();
    let begun = settings::api::begin_of(tx, first)?.plus_millis(10 * HOUR).min(last);
    let month = first.yesterday().map_err(Error::internal)?.strftime("%Y-%m").to_string();
    let leads = demo.with_role("head").into_iter().chain(demo.with_role("supervisor"));
    let units = leads.filter_map(|lead| lead.unit.map(|unit| (lead, Some(unit))));
    // The whole house's is the administrator's.
    let whole = demo.with_role("administrator").into_iter().map(|lead| (lead, None));
    for (at, (lead, unit_id)) in units.chain(whole).enumerate() {
        tx.as_of(begun, lead.actor())?;
        let mut words = MonthSignOff {
            unit_id,
            version: 0,
            summary: story.summary.clone(),
            measures: story.measures.clone(),
            reason: None,
        };
        signed(tx, &month, &words)?;
        let again = begun.plus_millis(3 * HOUR);
        if at == 0 && again < last {
            tx.as_of(again, lead.actor())?;
            words.version = 1;
            words.measures = format!("{}\n{}", story.measures, story.later);
            words.reason = Some(story.reason.clone());
            signed(tx, &month, &words)?;
        }
    }
    Ok(())
}

/// When its cause was known.
fn found_at(complaint: &Complaint) -> Timestamp {
    complaint.investigation.as_ref().map_or(complaint.registered_at, |one| one.by.at.plus_millis(HOUR / 3))
}

struct Tale<'a> {
    demo: &'a Demo,
    story: &'a Story,
    head: &'a DemoPerson,
}

impl Tale<'_> {
    fn analysed(&self, tx: &mut Tx<'_>, complaint: &Complaint, told: &Told, at: Timestamp) -> Result<()> {
        let by = complaint.investigation.as_ref().and_then(|one| one.by.id);
        let person = self.demo.people.iter().find(|person| Some(person.id) == by).unwrap_or(self.head);
        tx.as_of(at, person.actor())?;
        let causes = queries::causes(tx)?;
        let judged = complaint.judgement.as_ref();
        let why = |(question, answer, evidence): &(String, String, String)| Why {
            question: question.clone(),
            answer: answer.clone(),
            evidence: evidence.clone(),
        };
        let analysis = ComplaintAnalysis {
            complaint_id: complaint.id,
            cause_id: told.id.clone(),
            cause: causes.name(&told.id).unwrap_or_default(),
            whys: Whys(told.whys.iter().map(why).collect()),
            responsible_unit_id: judged.and_then(|one| one.responsible_unit_id),
            responsible_unit_name: judged.map(|one| one.responsible_unit_name.clone()).unwrap_or_default(),
            responsible_id: None,
            responsible_name: String::new(),
            minutes: self.demo.chance(60).then(|| self.demo.between(4, 30) * 10),
            points: told.points,
            lost: Money(if self.demo.chance(40) { told.lost } else { 0 }),
            by_id: person.id,
            by_name: person.name.clone(),
            at,
            version: 1,
        };
        queries::save_analysis(tx, &analysis)?;
        api::keep_outcome(tx, complaint, Some(&analysis))?;
        watch::found(tx, complaint, &analysis)
    }

    /// Does about an action what is to be done by a moment.
    fn go_on(&self, tx: &mut Tx<'_>, id: Id<ImprovementAction>, until: Timestamp) -> Result<()> {
        loop {
            let before = queries::lock(tx, id)?;
            let Some(told) = self.story.causes.iter().find(|one| one.id == before.cause_id) else { return Ok(()) };
            let since = before.reopened_at.unwrap_or(before.opened_at);
            let undone = before.steps.0.iter().find(|step| step.done_at.is_none()).map(|step| step.number);
            let fresh = before.steps.0.iter().any(|step| step.done_at.is_none_or(|at| at >= since));
            let done = before.steps.0.iter().filter(|step| step.done_at.is_some_and(|at| at >= since)).count() as i64;
            let next = match before.state {
                ImprovementState::Closed => return Ok(()),
                _ if told.result.is_empty() => return Ok(()),
                ImprovementState::Completed => before.completed_at.unwrap_or(since).plus_millis(5 * DAY),
                ImprovementState::Open if !fresh => since.plus_millis(3 * HOUR),
                ImprovementState::Open if undone.is_some() => since.plus_millis((1 + done) * DAY),
                ImprovementState::Open => since.plus_millis((2 + done) * DAY),
            };
            if next > until {
                return Ok(());
            }
            self.act(tx, &before, told, undone, next)?;
        }
    }

    fn act(
        &self,
        tx: &mut Tx<'_>,
        before: &ImprovementAction,
        told: &Told,
        undone: Option<i64>,
        at: Timestamp,
    ) -> Result<()> {
        let owner = self.demo.people.iter().find(|one| Some(one.id) == before.owner_id).unwrap_or(self.head);
        let leads = self.demo.with_role("supervisor");
        let other = leads.iter().chain([self.head]).find(|one| one.id != owner.id).unwrap_or(self.head);
        let verifies = before.state == ImprovementState::Completed;
        let person = if verifies { other } else { owner };
        tx.as_of(at, person.actor())?;
        let permit = policy::vouched(at)?;
        let by = By { id: person.id, name: person.name.clone(), at };
        let (after, action, kind, words) = if verifies {
            let words = told.words.clone();
            let verification =
                Verification { effective: true, words: words.clone(), by_id: by.id, by_name: by.name, at };
            let turn = duty::turn_again(tx, before)?;
            let after = before.clone().verified(&permit, verification, turn)?;
            (after, "improvements.verified", ImprovementMoveKind::Verified, words)
        } else if let Some(step) = undone {
            let after = before.clone().step_done(&permit, step, &by)?;
            let what = before.steps.0.iter().find(|one| one.number == step).map(|one| one.what.clone());
            (after, "improvements.step_done", ImprovementMoveKind::StepDone, what.unwrap_or_default())
        } else if before.duties().iter().all(|(_, met)| *met) {
            let verifier = duty::verifier(tx, before, by.id)?;
            let after = before.clone().completed(&permit, by, told.result.clone(), verifier)?;
            (after, "improvements.completed", ImprovementMoveKind::Completed, told.result.clone())
        } else {
            let wanted = told.steps.iter().map(|what| WantedStep { number: None, what: what.clone() });
            let measures = (told.corrective.clone(), told.preventive.clone());
            let after = before.clone().planned(&permit, measures, wanted.collect())?;
            let count = after.steps.0.len().to_string();
            (after, "improvements.planned", ImprovementMoveKind::Planned, count)
        };
        api::keep(tx, action, before, &after, Happening::new(kind, words))
    }
}
