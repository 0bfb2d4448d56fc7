//! A dialogue, played by its customer and whoever answers.

use http::{Demo, DemoCustomer, DemoPerson};
use kernel::{Actor, Result, Timestamp, Visitor};
use settings::api::BusinessCalendar;
use store::Tx;

use super::{
    SECOND, addressed,
    cast::Cast,
    script::{self, Filled, Step},
    tale::{Tale, Words},
};
use crate::{
    after_hours,
    model::{Card, Data, MessageKind},
};

/// What every tale needs.
pub(super) struct Stage<'a> {
    pub(super) demo: &'a Demo,
    /// Whose hours people answer in; none for those who are there now, whatever the hour.
    pub(super) calendar: Option<&'a BusinessCalendar>,
    pub(super) cast: &'a Cast,
}

impl Stage<'_> {
    /// The moment so many milliseconds of working time later.
    pub(super) fn after(&self, at: Timestamp, millis: i64) -> Result<Timestamp> {
        self.calendar.map_or(Ok(at.plus_millis(millis)), |calendar| calendar.due(at, millis))
    }

    pub(super) fn is_open(&self, at: Timestamp) -> bool {
        self.calendar.is_none_or(|calendar| calendar.is_open(at))
    }
}

/// Plays a dialogue.
pub(super) struct Player<'a> {
    customer: &'a DemoCustomer,
    pub(super) agent: DemoPerson,
    pub(super) taken: Option<Timestamp>,
    pub(super) at: Timestamp,
}

impl<'a> Player<'a> {
    pub(super) fn new(customer: &'a DemoCustomer, agent: DemoPerson, opened: Timestamp) -> Self {
        Self { customer, agent, taken: None, at: opened }
    }

    /// Plays these steps, as far as they come by now; somebody takes the conversation `wait` of working
    /// time after its beginning.
    pub(super) fn play(
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
        let mut previous: Option<Step> = None;
        for (step, template) in steps {
            let text = filled.text(&demo.rng, template);
            let types = 3 * SECOND + text.chars().count() as i64 * demo.between(180, 420);
            let at = match (step.by_customer(), previous.map(Step::by_customer)) {
                (true, None) => opened,
                (true, Some(true)) => self.at.plus_millis(demo.between(4, 25) * SECOND),
                (true, Some(false)) => self.at.plus_millis(demo.between(10, 80) * SECOND),
                (false, _) if self.taken.is_none() => {
                    let taken = stage.after(opened, wait)?.max(self.at.plus_millis(2 * SECOND));
                    stage.after(taken, types)?
                }
                (false, _) => stage.after(self.at, types)?,
            };
            if at >= demo.now {
                break;
            }
            if !step.by_customer() && self.taken.is_none() {
                let taken = at.plus_millis(-types);
                self.hand(tx, tale, taken)?;
            }
            self.at = at;
            self.act(tx, stage, tale, &mut filled, *step, text)?;
            previous = Some(*step);
        }
        Ok(())
    }

    fn act(
        &mut self,
        tx: &mut Tx<'_>,
        stage: &Stage<'_>,
        tale: &mut Tale,
        filled: &mut Filled,
        step: Step,
        text: String,
    ) -> Result<()> {
        let (demo, at) = (stage.demo, self.at);
        match step {
            Step::Customer => {
                tale.say(tx, at, None, text)?;
                self.told_that_it_is_closed(tx, stage, tale)
            }
            Step::Agent => tale.say(tx, at, Some(&self.agent), text),
            Step::Quote => {
                let quote_seq = tale.last_words();
                tale.post(tx, at, Some(&self.agent), Words { quote_seq, ..Words::plain(text) })
            }
            Step::Edit => {
                let (before, after) = script::edited(&text);
                let changed = at.plus_millis(demo.between(8, 40) * SECOND);
                self.at = changed;
                tale.reword(tx, (at, changed), &self.agent, before, Some(after))
            }
            Step::Recall => {
                let changed = at.plus_millis(demo.between(3, 9) * SECOND);
                self.at = changed;
                tale.reword(tx, (at, changed), &self.agent, &text, None)
            }
            Step::Note => tale.note(tx, at, &self.agent, text),
            Step::Picture | Step::Document => {
                let (what, name) = text.split_once('|').unwrap_or((&text, &text));
                let by = Some(&self.agent).filter(|_| step == Step::Document);
                let visitor = Visitor { customer: self.customer.id, channel: self.customer.channel };
                tx.as_of(at, by.map_or(Actor::Visitor(visitor), |agent| agent.actor()))?;
                let file = files::api::sent(tx, demo, what, name)?;
                let words = Words { kind: MessageKind::File, file_id: Some(file.id), ..Words::plain(String::new()) };
                tale.post(tx, at, by, words)?;
                tale.shows(&file.name);
                Ok(())
            }
            Step::Card => {
                let mut parts = text.split('|').map(str::to_owned);
                let title = parts.next().unwrap_or_default();
                let card = Card {
                    title: title.clone(),
                    subtitle: parts.next(),
                    price: parts.next(),
                    image_url: None,
                    url: Some("https://shop.chengyu.example/products".into()),
                };
                let words = Words { kind: MessageKind::Card, data: Some(Data::Card(card)), ..Words::plain(title) };
                tale.post(tx, at, Some(&self.agent), words)
            }
            Step::Transfer => {
                tale.pass_on(tx, at, &self.agent, demo.complaints(), text)?;
                let taken = stage.after(at, demo.between(8, 50) * SECOND)?;
                if taken >= demo.now {
                    return Ok(());
                }
                self.agent = stage.cast.answerer(demo, demo.complaints(), None, taken);
                filled.set("agent2", &self.agent.name);
                self.at = taken;
                self.hand(tx, tale, taken)
            }
        }
    }

    /// The agent has it from now on, and has read it.
    fn hand(&mut self, tx: &mut Tx<'_>, tale: &mut Tale, at: Timestamp) -> Result<()> {
        tale.take(tx, at, &self.agent)?;
        tale.seen(at, &self.agent)?;
        self.taken = Some(at);
        Ok(())
    }

    /// Outside business time a line says so, once for each time it is closed, and a task waits for the
    /// opening.
    fn told_that_it_is_closed(&mut self, tx: &mut Tx<'_>, stage: &Stage<'_>, tale: &mut Tale) -> Result<()> {
        let Some(calendar) = stage.calendar.filter(|calendar| !calendar.is_open(self.at)) else { return Ok(()) };
        let Some(opens_at) = calendar.next_change(self.at) else { return Ok(()) };
        let client_id = after_hours::client_id(opens_at);
        if tale.has(&client_id) {
            return Ok(());
        }
        let at = self.at.plus_millis(SECOND / 2);
        tale.closed_until(tx, at, client_id, calendar, opens_at)
    }
}
