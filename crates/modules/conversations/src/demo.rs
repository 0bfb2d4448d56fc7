//! The conversations of the demo story: what was said in office hours and a little at night, answered
//! after believable waits, some handed on, some left; and those that wait or go on right now.

pub(crate) mod script;
mod tale;

use http::{Demo, DemoCustomer, DemoPerson};
use kernel::{Actor, Id, Owned, Result, Timestamp, Visitor};
use script::{COMMENTS, DIALOGUES, Dialogue, Filled, OPENERS, Step};
use settings::api::BusinessCalendar;
use store::Tx;
use tale::{Book, Tale};

use crate::{api::nameless, model::WrapUpReason, reasons::Details};

/// Conversations written down at once.
const PAGE: usize = 400;
const SECOND: i64 = 1_000;
const MINUTE: i64 = 60_000;

pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let calendar = settings::api::calendar(tx)?;
    let cast = Cast::of(tx, demo)?;
    if cast.agents.is_empty() || demo.customers.is_empty() {
        return Ok(());
    }
    let count = demo.plan.customers * 5;
    let open = calendar.elapsed(demo.since, demo.now);
    let mut book = Book::default();
    for at in 0..count {
        // The last hour is for those who are here now.
        let span = (open - 60 * MINUTE).max(MINUTE);
        let mut moment =
            calendar.due(demo.since, span * (at as i64 * 100 + demo.between(0, 100)) / (count as i64 * 100))?;
        if demo.chance(5) {
            moment = at_night(demo, &calendar, moment);
        }
        let known = demo.customers.partition_point(|customer| customer.since <= moment).max(1);
        let customer = demo.customers[demo.rng.below(known as u64) as usize].clone();
        let stage = Stage { demo, calendar: Some(&calendar), cast: &cast };
        if let Some(tale) = past(tx, &stage, &customer, moment)? {
            book.add(tale);
        }
        if book.len() == PAGE {
            book.write(tx)?;
            demo.step(at, count);
        }
    }
    present(tx, demo, &cast, &mut book)?;
    book.write(tx)
}

/// What every tale needs.
struct Stage<'a> {
    demo: &'a Demo,
    /// Whose hours people answer in; none for those who are there now, whatever the hour.
    calendar: Option<&'a BusinessCalendar>,
    cast: &'a Cast,
}

impl Stage<'_> {
    /// The moment so many milliseconds of working time later.
    fn after(&self, at: Timestamp, millis: i64) -> Result<Timestamp> {
        self.calendar.map_or(Ok(at.plus_millis(millis)), |calendar| calendar.due(at, millis))
    }
}

/// A reason by the topic and wrap-up of a dialogue: its id, and its words.
type Reason = (&'static str, &'static str, (Id<WrapUpReason>, String));

/// Who answers.
struct Cast {
    /// Why conversations are over: the reasons by the words of a dialogue.
    reasons: Vec<Reason>,
    /// Who looks around in the story first: some of what goes on now is theirs.
    lead: Option<DemoPerson>,
    agents: Vec<DemoPerson>,
    complaints: Vec<DemoPerson>,
}

impl Cast {
    /// The complaints team is the unit of the last agents.
    fn of(tx: &mut Tx<'_>, demo: &Demo) -> Result<Self> {
        let all = demo.with_role("agent");
        let last = all.last().and_then(|agent| agent.unit);
        let (complaints, agents) = all.into_iter().partition(|agent| agent.unit == last);
        Ok(Self { reasons: reasons(tx)?, lead: demo.with_role("supervisor").into_iter().next(), agents, complaints })
    }

    fn colleague(&self, demo: &Demo) -> DemoPerson {
        demo.pick(if self.complaints.is_empty() { &self.agents } else { &self.complaints }).clone()
    }
}

/// Makes the reasons to choose from: topics, and what there is to each.
fn reasons(tx: &mut Tx<'_>) -> Result<Vec<Reason>> {
    let permit = Actor::System("demo").permit(crate::policy::REPLY, &Owned::NOBODY, tx.now())?;
    let named = |label: &str| Details { label: Some(label.to_owned()), ..Details::default() };
    let mut topics: Vec<(&str, Id<WrapUpReason>)> = Vec::new();
    let mut found: Vec<Reason> = Vec::new();
    for Dialogue { topic, wrap_up, .. } in DIALOGUES.iter() {
        if found.iter().any(|(known, reason, _)| (known, reason) == (topic, wrap_up)) {
            continue;
        }
        let above = match topics.iter().find(|(known, _)| known == topic) {
            Some((_, id)) => *id,
            None => {
                let id = crate::reasons::add(tx, &permit, None, &named(topic))?.id;
                topics.push((topic, id));
                id
            }
        };
        let reason = crate::reasons::add(tx, &permit, Some(above), &named(wrap_up))?;
        found.push((topic, wrap_up, (reason.id, format!("{topic} / {wrap_up}"))));
    }
    Ok(found)
}

/// The same evening, between nine and midnight.
fn at_night(demo: &Demo, calendar: &BusinessCalendar, moment: Timestamp) -> Timestamp {
    let mut evening = moment;
    while calendar.is_open(evening) {
        match calendar.next_change(evening) {
            Some(change) => evening = change.plus_millis(30 * MINUTE),
            None => return moment,
        }
        // Lunch is no evening.
        if calendar.next_change(evening).is_some_and(|opens| opens.since(evening) < 3 * 60 * MINUTE) {
            evening = evening.plus_millis(60 * MINUTE);
        }
    }
    let night = evening.plus_millis(demo.between(0, 150) * MINUTE);
    if night < demo.now.plus_millis(-24 * 60 * MINUTE) { night } else { moment }
}

fn visit(tx: &mut Tx<'_>, customer: &DemoCustomer, at: Timestamp) -> Result<Tale> {
    let visitor = Visitor { customer: customer.id, channel: customer.channel };
    let name = if customer.name.is_empty() {
        nameless(customer.id)
    } else {
        customer.name.clone()
    };
    Tale::open(tx, visitor, name, at)
}

/// How customers are addressed: by surname where the name says how, else by the whole of it.
fn addressed(customer: &DemoCustomer) -> &str {
    if customer.name.is_empty() { "您" } else { &customer.name }
}

/// A conversation that is over by now; none when it would reach into the present.
fn past(tx: &mut Tx<'_>, stage: &Stage<'_>, customer: &DemoCustomer, opened: Timestamp) -> Result<Option<Tale>> {
    let demo = stage.demo;
    let dialogue = demo.pick(&DIALOGUES);
    let mut tale = visit(tx, customer, opened)?;
    if demo.chance(3) {
        left(tx, demo, &mut tale, dialogue, customer, opened)?;
        return Ok(Some(tale));
    }
    // Most are answered within the minute, one in fifteen waits.
    let wait = if demo.chance(93) { demo.between(6, 55) } else { demo.between(90, 420) } * SECOND;
    let mut player = Player { customer, agent: demo.pick(&stage.cast.agents).clone(), taken: None, at: opened };
    player.play(tx, stage, &mut tale, &dialogue.steps, wait)?;
    let closed = stage.after(player.at, demo.between(20, 240) * SECOND)?;
    if closed >= demo.now.plus_millis(-10 * MINUTE) {
        return Ok(None);
    }
    tale.tag(closed, &player.agent, &dialogue.tags)?;
    let mut reasons = stage.cast.reasons.iter();
    let reason = reasons.find(|(topic, wrap_up, _)| (*topic, *wrap_up) == (dialogue.topic, dialogue.wrap_up));
    tale.close(tx, closed, player.agent.actor(), reason.map(|(.., reason)| reason))?;
    if demo.chance(42)
        && let Some((score, comment)) = demo.pick::<&str>(&COMMENTS).split_once('\t')
    {
        let rated = closed.plus_millis(demo.between(10, 300) * SECOND);
        tale.rate(tx, rated, score.parse().unwrap_or(5), comment)?;
    }
    Ok(Some(tale))
}

/// Somebody who went away before anybody came.
fn left(
    tx: &mut Tx<'_>,
    demo: &Demo,
    tale: &mut Tale,
    dialogue: &Dialogue,
    customer: &DemoCustomer,
    opened: Timestamp,
) -> Result<()> {
    let filled = Filled::new(&demo.rng, addressed(customer));
    tale.say(tx, opened, None, filled.text(&demo.rng, dialogue.steps[0].1))?;
    let gone = opened.plus_millis(demo.between(120, 600) * SECOND);
    tale.close(tx, gone, Actor::System("demo"), None)
}

/// Plays a dialogue.
struct Player<'a> {
    customer: &'a DemoCustomer,
    agent: DemoPerson,
    taken: Option<Timestamp>,
    at: Timestamp,
}

impl Player<'_> {
    /// Plays these steps, as far as they come by now; somebody takes the conversation `wait` of working
    /// time after its beginning.
    fn play(
        &mut self,
        tx: &mut Tx<'_>,
        stage: &Stage<'_>,
        tale: &mut Tale,
        steps: &[(Step, &'static str)],
        wait: i64,
    ) -> Result<()> {
        let demo = stage.demo;
        let mut filled = Filled::new(&demo.rng, addressed(self.customer));
        filled.set("agent", &self.agent.name);
        let opened = self.at;
        let mut previous = None;
        for (step, template) in steps {
            let text = filled.text(&demo.rng, template);
            let types = 3 * SECOND + text.chars().count() as i64 * demo.between(180, 420);
            let at = match (step, previous) {
                (Step::Customer, None) => opened,
                (Step::Customer, Some(Step::Customer)) => self.at.plus_millis(demo.between(4, 25) * SECOND),
                (Step::Customer, Some(_)) => self.at.plus_millis(demo.between(10, 80) * SECOND),
                (Step::Agent | Step::Note, _) if self.taken.is_none() => {
                    let taken = stage.after(opened, wait)?.max(self.at.plus_millis(2 * SECOND));
                    stage.after(taken, types)?
                }
                (Step::Agent | Step::Note, _) => stage.after(self.at, types)?,
                (Step::Transfer, _) => stage.after(self.at, demo.between(15, 60) * SECOND)?,
            };
            if at >= demo.now {
                break;
            }
            if *step != Step::Customer && self.taken.is_none() {
                let taken = at.plus_millis(-types);
                self.hand(tx, tale, taken)?;
            }
            self.at = at;
            match step {
                Step::Customer => tale.say(tx, at, None, text)?,
                Step::Agent => tale.say(tx, at, Some(&self.agent), text)?,
                Step::Note => tale.note(tx, at, &self.agent, text)?,
                Step::Transfer => {
                    self.agent = stage.cast.colleague(demo);
                    filled.set("agent2", &self.agent.name);
                    self.hand(tx, tale, at)?;
                }
            }
            previous = Some(*step);
        }
        Ok(())
    }

    /// The agent has it from now on, and has read it.
    fn hand(&mut self, tx: &mut Tx<'_>, tale: &mut Tale, at: Timestamp) -> Result<()> {
        tale.take(tx, at, &self.agent)?;
        tale.seen(at, &self.agent)?;
        self.taken = Some(at);
        Ok(())
    }
}

/// What goes on right now: some talk, some wait.
fn present(tx: &mut Tx<'_>, demo: &Demo, cast: &Cast, book: &mut Book) -> Result<()> {
    let now = demo.now;
    let mut busy = Vec::new();
    let stage = Stage { demo, calendar: None, cast };
    for at in 0..14 {
        let customer = demo.pick(&demo.customers).clone();
        if busy.contains(&customer.id) {
            continue;
        }
        busy.push(customer.id);
        if at < 8 {
            // Lately enough that whoever waits has not waited long.
            let opened = now.plus_millis(-demo.between(90, 6 * 60) * SECOND);
            let dialogue = demo.pick(&DIALOGUES);
            let mut tale = visit(tx, &customer, opened)?;
            let agent = cast.lead.as_ref().filter(|_| at < 3).unwrap_or_else(|| demo.pick(&cast.agents)).clone();
            let mut player = Player { customer: &customer, agent, taken: None, at: opened };
            // Not to the end.
            let steps = dialogue.steps.len() - 1;
            player.play(tx, &stage, &mut tale, &dialogue.steps[..steps], demo.between(5, 40) * SECOND)?;
            book.add(tale);
        } else {
            let opened = now.plus_millis(-demo.between(30, 9 * 60) * SECOND);
            let filled = Filled::new(&demo.rng, addressed(&customer));
            let mut tale = visit(tx, &customer, opened)?;
            tale.say(tx, opened, None, filled.text(&demo.rng, demo.pick::<&str>(&OPENERS)))?;
            book.add(tale);
        }
    }
    Ok(())
}
