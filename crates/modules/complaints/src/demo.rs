//! What customers of the demo story complained of: most of it archived, some at each step, one that went back and one
//! that is late.

use approvals::ApprovalState;
use conversations::Conversation;
use forms::FormKind;
use http::{Demo, DemoPerson};
use kernel::{Error, Money, Result, Timestamp};
use serde::Deserialize;
use serde_json::json;
use store::Tx;

use crate::{
    api::{self, Happening},
    duty,
    http::{NewComplaint, compensated, taken_in},
    model::{
        By, Categories, Complaint, ComplaintCategory, ComplaintMoveKind, ComplaintRules, ComplaintStep, Feedback,
        Filing, Implementation, Investigation, Judgement, Rating, Revisit, RevisitOutcome, SignOff, SignOffKind,
        SolutionOption, Submission, Summary, Understanding, UnfoundedReason,
    },
    policy, queries,
};

const TOLD: &str = include_str!("../demo/complaints.json");
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// How many are told at least, which is as many as a long story has in two months.
const COMPLAINTS: usize = 28;

#[derive(Deserialize)]
struct Story {
    /// What is noted of a consent by telephone.
    oral: String,
    /// Why somebody appeals.
    appeal: String,
    categories: Vec<ComplaintCategory>,
    complaints: Vec<Told>,
}

#[derive(Deserialize)]
struct Told {
    title: String,
    content: String,
    remedy: String,
    goods: String,
    severity: String,
    brand_risk: String,
    #[serde(default)]
    safety: bool,
    category: (usize, usize),
    reason: Option<UnfoundedReason>,
    #[serde(default)]
    reply: String,
    #[serde(default)]
    cause: String,
    #[serde(default)]
    responsible: String,
    #[serde(default)]
    options: Vec<(String, String, i64, i64, String)>,
    #[serde(default)]
    choice: i64,
    #[serde(default)]
    directive: String,
    #[serde(default)]
    what: String,
    #[serde(default)]
    told: String,
    #[serde(default)]
    feedback: String,
    #[serde(default)]
    score: i64,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    countermeasures: String,
    revisit: String,
}

/// Complaints come out of conversations, which are told by then.
pub(crate) fn tell(_tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    demo.finally.push(complaints);
    Ok(())
}

fn complaints(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let story: Story = serde_json::from_str(TOLD).map_err(Error::internal)?;
    let (agents, heads) = (demo.with_role("agent"), demo.with_role("head"));
    let (Some(head), false) = (heads.first(), agents.is_empty()) else { return Ok(()) };
    tx.as_of(demo.since, head.actor())?;
    let wanted = ComplaintRules { categories: Categories(story.categories), ..ComplaintRules::default() };
    wanted.check()?;
    let rules = wanted.settled(&ComplaintRules::default(), &demo.rng);
    queries::save_rules(tx, &rules)?;
    let mut talks: Vec<(Conversation, DemoPerson)> = Vec::new();
    for one in conversations::api::latest(tx, 2_000)? {
        if let Some(agent) = agents.iter().find(|agent| Some(agent.id) == one.assignee_id && one.closed_at.is_some()) {
            talks.push((one, agent.clone()));
        }
    }
    // The latest of them, then further and further back; what is told first has the lower number.
    let many = COMPLAINTS.max(COMPLAINTS * usize::try_from(demo.plan.days).unwrap_or_default() / 60);
    let apart = (talks.len() / many).max(1);
    let chosen: Vec<_> = talks.into_iter().step_by(apart).take(many).collect();
    for (at, (talk, agent)) in chosen.iter().rev().enumerate() {
        let told = &story.complaints[at % story.complaints.len()];
        let left = chosen.len() - 1 - at;
        Tale { demo, told, agent, head, rules: &rules, oral: &story.oral, appeal: &story.appeal }
            .tell(tx, talk, left)?;
    }
    Ok(())
}

/// One complaint and who has a part in it.
struct Tale<'a> {
    demo: &'a Demo,
    told: &'a Told,
    agent: &'a DemoPerson,
    head: &'a DemoPerson,
    rules: &'a ComplaintRules,
    oral: &'a str,
    appeal: &'a str,
}

impl Tale<'_> {
    /// Tells it as far as there is time: the last `left` ones are still at some step.
    fn tell(&self, tx: &mut Tx<'_>, talk: &Conversation, left: usize) -> Result<()> {
        let start = talk.closed_at.unwrap_or(talk.opened_at);
        tx.as_of(start, self.agent.actor())?;
        let new: NewComplaint = serde_json::from_value(json!({
            "title": self.told.title, "content": self.told.content, "remedy": self.told.remedy,
            "goods": self.told.goods, "happened_at": talk.opened_at, "way": "conversation",
            "conversation_id": talk.id, "severity": self.told.severity, "safety": self.told.safety,
            "brand_risk": self.told.brand_risk, "acknowledged": true,
        }))
        .map_err(Error::internal)?;
        let by = self.by(self.agent, start);
        let mut one = taken_in(tx, &new, Some(by), Some(talk.customer_id), talk.customer_name.clone())?;
        forms::api::example(tx, one.id, FormKind::Complaint, left)?;
        api::register(tx, &one)?;
        let mut at = start;
        // The last ones stop on their way, each somewhere else.
        let stop = if left < 8 { left + 1 } else { usize::MAX };
        for number in 0..stop {
            let slow = self.demo.chance(15);
            let hours = if slow { self.demo.between(18, 30) } else { self.demo.between(1, 6) };
            at = settings::api::calendar(tx)?.due(at, hours * HOUR)?;
            let quick = number == 0;
            if quick {
                at = one.registered_at.plus_millis(self.demo.between(4, 25) * MINUTE);
            }
            if at >= self.demo.now.plus_millis(-HOUR) || one.is_closed() {
                return Ok(());
            }
            match self.step(tx, one, at)? {
                (after, true) if after.is_closed() => return self.rated(tx, after, at, left == 8),
                (after, true) => one = after,
                (_, false) => return Ok(()),
            }
        }
        Ok(())
    }

    /// What the customer does on their page once it is over: most say how they see it, one appeals.
    fn rated(&self, tx: &mut Tx<'_>, one: Complaint, closed: Timestamp, appeals: bool) -> Result<()> {
        let at = closed.plus_millis(self.demo.between(2, 20) * HOUR);
        if at >= self.demo.now.plus_millis(-HOUR) || one.anonymous || !(appeals || self.demo.chance(60)) {
            return Ok(());
        }
        tx.as_of(at, self.agent.actor())?;
        let score = if appeals { 2 } else { self.told.score.max(1) };
        let rating = Rating { score, words: self.told.feedback.clone(), at };
        let after = one.clone().rated(rating)?;
        api::keep(
            tx,
            "complaints.rated",
            &one,
            &after,
            Happening::by_customer(ComplaintMoveKind::Rated, self.told.feedback.as_str()),
        )?;
        if !appeals || !after.may_be_appealed(at) {
            return Ok(());
        }
        let appealed = duty::appealed(tx, &after, self.appeal)?;
        let happening = Happening::by_customer(ComplaintMoveKind::Appealed, self.appeal);
        api::keep(tx, "complaints.appealed", &after, &appealed, happening)?;
        duty::appeal(tx, &appealed)
    }

    fn by(&self, person: &DemoPerson, at: Timestamp) -> By {
        By { id: Some(person.id), name: person.name.clone(), at }
    }

    /// Whoever's turn it is.
    fn owner(&self, one: &Complaint) -> DemoPerson {
        let owner = self.demo.people.iter().find(|person| Some(person.id) == one.owner_id);
        owner.unwrap_or(self.agent).clone()
    }

    /// Does what the step requires, and goes on; false where it waits for money.
    fn step(&self, tx: &mut Tx<'_>, one: Complaint, at: Timestamp) -> Result<(Complaint, bool)> {
        let owner = self.owner(&one);
        tx.as_of(at, owner.actor())?;
        let permit = policy::vouched(at)?;
        let by = self.by(&owner, at);
        let told = self.told;
        let one = match one.step {
            ComplaintStep::Intake | ComplaintStep::Archived => one,
            ComplaintStep::Judgement => self.judged(tx, one, by)?,
            ComplaintStep::Investigation => {
                let (cause, responsible) = (told.cause.clone(), told.responsible.clone());
                let after = one.clone().investigated(&permit, Investigation { cause, responsible, by })?;
                keep(tx, &one, after, ComplaintMoveKind::Investigated, &told.cause)?
            }
            ComplaintStep::Solution => match self.decided(tx, one, by)? {
                (one, true) => one,
                waits => return Ok(waits),
            },
            ComplaintStep::Implementation => self.implemented(tx, one, by)?,
            ComplaintStep::Summary => {
                let (words, countermeasures) = (told.summary.clone(), told.countermeasures.clone());
                let after = one.clone().summed(&permit, Summary { words, countermeasures, by })?;
                keep(tx, &one, after, ComplaintMoveKind::Summed, &told.countermeasures)?
            }
            ComplaintStep::Revisit => {
                let outcome = if told.score == 3 { RevisitOutcome::Middling } else { RevisitOutcome::Content };
                let revisit = Revisit { outcome, score: Some(told.score.max(4)), words: told.revisit.clone(), by };
                let after = one.clone().revisited(&permit, revisit)?;
                keep(tx, &one, after, ComplaintMoveKind::Revisited, &told.revisit)?
            }
        };
        let turn = duty::turn(tx, &one, one.next())?;
        let after = one.clone().completed(&permit, turn)?;
        Ok((keep(tx, &one, after, ComplaintMoveKind::Completed, "")?, true))
    }

    fn judged(&self, tx: &mut Tx<'_>, one: Complaint, by: By) -> Result<Complaint> {
        let (at, told) = (by.at, self.told);
        let permit = policy::vouched(at)?;
        let above = &self.rules.categories.0[told.category.0];
        let below = &above.children[told.category.1];
        let category = format!("{} / {}", above.name, below.name);
        let filing = Filing { kind: above.kind, category_id: below.id.clone(), category };
        let upheld = told.reason.is_none();
        let other = self.demo.with_role("supervisor").into_iter().find(|lead| lead.unit != self.agent.unit);
        let unit = if upheld { other.and_then(|lead| lead.unit).or(self.agent.unit) } else { None };
        let name = match unit {
            Some(id) => people::api::tree(tx)?.unit(id).map(|unit| unit.name.clone()).unwrap_or_default(),
            None => String::new(),
        };
        let judgement = Judgement {
            grounds: upheld,
            reasonable: true,
            words: String::new(),
            responsible_unit_id: unit,
            responsible_unit_name: name,
            reason: told.reason,
            reply: told.reply.clone(),
            understanding: (!upheld).then_some(Understanding::Understood),
            by,
            second_reader: None,
        };
        let after = one.clone().judged(&permit, judgement, upheld, filing, upheld.then(|| at.plus_millis(3 * DAY)))?;
        let one = keep(tx, &one, after, ComplaintMoveKind::Judged, &told.reply)?;
        if upheld {
            return Ok(one);
        }
        tx.as_of(at.plus_millis(40 * MINUTE), self.head.actor())?;
        let reader = self.by(self.head, tx.now());
        let after = one.clone().read_by_another(&permit, reader, true)?;
        keep(tx, &one, after, ComplaintMoveKind::Confirmed, "")
    }

    /// Options, the customer's choice, the leader's word; false where its money waits.
    fn decided(&self, tx: &mut Tx<'_>, one: Complaint, by: By) -> Result<(Complaint, bool)> {
        let (at, told) = (by.at, self.told);
        let permit = policy::vouched(at)?;
        let option = |(title, how, cost, compensation, takes): &(String, String, i64, i64, String)| SolutionOption {
            title: title.clone(),
            how: how.clone(),
            cost: Money(*cost),
            compensation: Money(*compensation),
            takes: takes.clone(),
        };
        let options: Vec<_> = told.options.iter().map(option).collect();
        let titles: Vec<_> = options.iter().map(|one| one.title.clone()).collect();
        let after = one.clone().with_options(&permit, options)?;
        let one = keep(tx, &one, after, ComplaintMoveKind::Options, &titles.join(" · "))?;
        let after = one.clone().chosen(&permit, told.choice)?;
        let one = keep(tx, &one, after, ComplaintMoveKind::Chosen, &titles[told.choice as usize])?;
        let with = one.judgement.as_ref().map(|one| one.responsible_unit_name.clone()).unwrap_or_default();
        let after = one.clone().submitted(&permit, Submission { discussed_with: with.clone(), by })?;
        let one = keep(tx, &one, after, ComplaintMoveKind::Submitted, &with)?;
        tx.as_of(at.plus_millis(25 * MINUTE), self.head.actor())?;
        let leader = self.by(self.head, tx.now());
        let after = one.clone().decided(&permit, leader, told.choice, told.directive.clone())?;
        let after = compensated(tx, after)?;
        let waits = match after.directive.as_ref().and_then(|one| one.approval_id) {
            Some(id) => approvals::api::standing(tx, id)?.state == ApprovalState::Pending,
            None => false,
        };
        Ok((keep(tx, &one, after, ComplaintMoveKind::Decided, &told.directive)?, !waits))
    }

    fn implemented(&self, tx: &mut Tx<'_>, one: Complaint, by: By) -> Result<Complaint> {
        let told = self.told;
        let permit = policy::vouched(by.at)?;
        let done = Implementation { what: told.what.clone(), told: told.told.clone(), by: by.clone() };
        let after = one.clone().done(&permit, done)?;
        let one = keep(tx, &one, after, ComplaintMoveKind::Done, &told.what)?;
        let words = self.oral.to_owned();
        let sign_off = SignOff {
            kind: SignOffKind::Oral,
            file_id: None,
            words: words.clone(),
            by: by.clone(),
            second_reader: None,
        };
        let after = one.clone().signed(&permit, sign_off)?;
        let one = keep(tx, &one, after, ComplaintMoveKind::Signed, &words)?;
        let feedback = Feedback { score: told.score.max(1), words: told.feedback.clone(), by };
        let after = one.clone().fed_back(&permit, feedback)?;
        keep(tx, &one, after, ComplaintMoveKind::Feedback, &told.feedback)
    }
}

fn keep(
    tx: &mut Tx<'_>,
    before: &Complaint,
    after: Complaint,
    kind: ComplaintMoveKind,
    words: &str,
) -> Result<Complaint> {
    api::keep(tx, "complaints.changed", before, &after, Happening::new(kind, words))?;
    Ok(after)
}
