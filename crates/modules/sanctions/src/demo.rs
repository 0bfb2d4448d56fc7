//! What followed for people out of the complaints of the demo story: one sanction stands, one was withdrawn and one made
//! milder on appeal, one is to be read.

use complaints::Complaint;
use http::{Demo, DemoPerson};
use kernel::{Error, Money, Result, Timestamp, UserId};
use serde::Deserialize;
use store::Tx;

use crate::{
    api, duty,
    model::{
        Sanction, SanctionAppeal, SanctionDecision, SanctionEvidence, SanctionEvidenceKind, SanctionEvidences,
        SanctionGround, SanctionKind, SanctionNotice, SanctionOutcome, SanctionPart, SanctionRules, SanctionState, by,
    },
    policy,
};

const TOLD: &str = include_str!("../demo/sanctions.json");
const HOUR: i64 = 3_600_000;
/// Complaints looked through for those whose handler is still there.
const LOOKED_AT: i64 = 40;

#[derive(Deserialize)]
struct Told {
    kind: SanctionKind,
    amount: Option<Money>,
    ground: SanctionGround,
    reason: String,
    record: String,
    #[serde(default)]
    appeal: String,
    #[serde(default)]
    decision: String,
    fate: SanctionState,
}

/// They follow from complaints, which are told last.
pub(crate) fn tell(_tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    demo.finally.push(sanctions);
    Ok(())
}

fn sanctions(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let told: Vec<Told> = serde_json::from_str(TOLD).map_err(Error::internal)?;
    let (leads, judges) = (demo.with_role("supervisor"), demo.with_role("administrator"));
    let Some(judge) = judges.first() else { return Ok(()) };
    let (to_be_read, over): (Vec<_>, Vec<_>) = told.iter().partition(|one| one.fate == SanctionState::Proposed);
    let long = SanctionRules::default();
    let mut cases = Vec::new();
    for complaint in complaints::api::founded(tx, LOOKED_AT)? {
        let person = demo.people.iter().find(|one| Some(one.id) == complaint.handler_id).cloned();
        let lead = |person: &DemoPerson| {
            let others = || leads.iter().filter(|one| one.id != person.id);
            others().find(|one| one.unit == person.unit).or_else(|| others().next()).cloned()
        };
        if let Some((person, lead)) = person.and_then(|person| lead(&person).map(|lead| (person, lead))) {
            cases.push((complaint, person, lead));
        }
    }
    // What is to be read is of the latest; those that are over have the days to appeal behind them.
    let mut cases = cases.into_iter();
    for (told, (complaint, person, lead)) in to_be_read.into_iter().zip(&mut cases) {
        let at = complaint.entered_at;
        Tale { told, person: &person, lead: &lead, judge, now: demo.now }.tell(tx, &complaint, at)?;
    }
    let since = demo.now.plus_millis(-(long.appeal_days + 2) * duty::DAY_MS);
    let old = cases.rev().filter(|(complaint, ..)| complaint.entered_at.plus_millis(2 * HOUR) < since);
    for (told, (complaint, person, lead)) in over.into_iter().zip(old) {
        let at = complaint.entered_at.plus_millis(2 * HOUR);
        Tale { told, person: &person, lead: &lead, judge, now: demo.now }.tell(tx, &complaint, at)?;
    }
    Ok(())
}

/// One sanction and who has a part in it.
struct Tale<'a> {
    told: &'a Told,
    person: &'a DemoPerson,
    lead: &'a DemoPerson,
    judge: &'a DemoPerson,
    now: Timestamp,
}

impl Tale<'_> {
    fn tell(&self, tx: &mut Tx<'_>, complaint: &Complaint, at: Timestamp) -> Result<()> {
        let rules = SanctionRules::default();
        // What is still to be read was proposed yesterday, whenever its complaint was.
        let to_be_read = self.told.fate == SanctionState::Proposed;
        let at = if to_be_read { self.now.plus_millis(-20 * HOUR) } else { at };
        tx.as_of(at, self.lead.actor())?;
        let one = self.proposed(tx, complaint, &rules, at);
        api::propose(tx, &one)?;
        if to_be_read {
            return Ok(());
        }
        let at = at.plus_millis(HOUR);
        tx.as_of(at, self.person.actor())?;
        let permit = policy::vouched(at)?;
        let notice = SanctionNotice { by: by(self.person.id, &self.person.name, at), words: String::new() };
        let until = at.plus_millis(rules.appeal_days * duty::DAY_MS);
        let after = one.clone().noticed(&permit, notice, until)?;
        api::keep(tx, "sanctions.noticed", &one, &after, None)?;
        if self.told.fate == SanctionState::Stands {
            let over = until.plus_millis(HOUR);
            tx.as_of(over, self.lead.actor())?;
            return match after.clone().lapsed(over) {
                Some(stands) => api::keep(tx, "sanctions.stood", &after, &stands, None),
                None => Ok(()),
            };
        }
        self.judged(tx, after, at.plus_millis(17 * HOUR), complaint.directive.as_ref().and_then(|one| one.by.id))
    }

    fn proposed(&self, tx: &mut Tx<'_>, complaint: &Complaint, rules: &SanctionRules, at: Timestamp) -> Sanction {
        let told = self.told;
        let piece =
            |kind, number, words: &str| SanctionEvidence { kind, number, file_id: None, words: words.to_owned() };
        Sanction {
            id: tx.new_id(),
            complaint_id: complaint.id,
            complaint_number: complaint.number.clone(),
            state: SanctionState::Proposed,
            person_id: self.person.id,
            person_name: self.person.name.clone(),
            unit_id: self.person.unit,
            part: SanctionPart::Direct,
            kind: told.kind,
            amount: told.amount,
            currency: rules.currency.clone(),
            ground: told.ground,
            reason: told.reason.clone(),
            evidence: SanctionEvidences(vec![
                piece(SanctionEvidenceKind::Course, Some(1), ""),
                piece(SanctionEvidenceKind::Record, None, &told.record),
            ]),
            proposed_by: self.lead.id,
            proposed_by_name: self.lead.name.clone(),
            proposed_at: at,
            notice_until: at.plus_millis(rules.notice_days * duty::DAY_MS),
            notice: None,
            appeal_until: None,
            appeal: None,
            decision: None,
            withdrawal: None,
            version: 1,
        }
    }

    fn judged(&self, tx: &mut Tx<'_>, one: Sanction, at: Timestamp, decided_by: Option<UserId>) -> Result<()> {
        tx.as_of(at, self.person.actor())?;
        let permit = policy::vouched(at)?;
        let appeal = SanctionAppeal { words: self.told.appeal.clone(), evidence: SanctionEvidences::default(), at };
        let after = one.clone().appealed(&permit, appeal)?;
        api::keep(tx, "sanctions.appealed", &one, &after, None)?;
        let at = at.plus_millis(5 * HOUR);
        tx.as_of(at, self.judge.actor())?;
        let permit = policy::vouched(at)?;
        let changed = self.told.fate == SanctionState::Changed;
        let decision = SanctionDecision {
            outcome: if changed { SanctionOutcome::Changed } else { SanctionOutcome::Withdrawn },
            kind: changed.then_some(SanctionKind::Retraining),
            amount: None,
            was_kind: after.kind,
            was_amount: after.amount,
            words: self.told.decision.clone(),
            by: by(self.judge.id, &self.judge.name, at),
        };
        let decided = after.clone().decided(&permit, decision, decided_by)?;
        api::keep(tx, "sanctions.decided", &after, &decided, None)
    }
}
