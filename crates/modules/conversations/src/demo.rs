//! The conversations of the demo story: what was said in office hours and a little at night, answered
//! after believable waits, some handed on, some left; and those that wait or go on right now.

pub(crate) mod answer;
mod book;
mod cast;
mod kept;
mod leads;
mod play;
pub(crate) mod script;
mod tale;
mod threads;

use std::collections::HashSet;

use book::Book;
use cast::Cast;
use http::{Demo, DemoCustomer, DemoQueue};
use kernel::{Actor, Cursor, CustomerId, Result, Timestamp, Visitor};
use play::{Player, Stage};
use script::{COMMENTS, DIALOGUES, Dialogue, Filled, OPENERS, PAGES};
use settings::api::BusinessCalendar;
use store::Tx;
use tale::Tale;

use crate::{
    api::DemoTake,
    lists::{self, Filter},
    model::{State, VisitedPage, snooze_times},
    opening::nameless,
    participation, policy, snooze,
};

/// Conversations written down at once.
const PAGE: usize = 400;
/// What colleagues are asked in for.
const HELP: &str = include_str!("../demo/help.txt");
/// Why a conversation is put away.
const AWAY: &str = include_str!("../demo/away.txt");
const SECOND: i64 = 1_000;
const MINUTE: i64 = 60_000;
/// What people ask before they buy.
const SALES: [&str; 3] = ["咨询", "安装", "会员积分"];

pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let calendar = settings::api::calendar(tx)?;
    let cast = Cast::of(tx, demo)?;
    if demo.customers.is_empty() {
        return Ok(());
    }
    let count = demo.plan.customers * 5;
    let open = calendar.elapsed(demo.since, demo.now);
    let (mut book, mut takes) = (Book::default(), Vec::new());
    // A customer has one conversation at a time on a channel.
    let mut busy = HashSet::new();
    for at in 0..count {
        // The last hour is for those who are here now.
        let span = (open - 60 * MINUTE).max(MINUTE);
        let mut moment =
            calendar.due(demo.since, span * (at as i64 * 100 + demo.between(0, 100)) / (count as i64 * 100))?;
        if demo.chance(6) {
            moment = at_night(demo, &calendar, moment);
        }
        let known = demo.customers.partition_point(|customer| customer.since <= moment).max(1);
        let customer = demo.customers[demo.rng.below(known as u64) as usize].clone();
        if busy.contains(&customer.id) {
            continue;
        }
        let stage = Stage { demo, calendar: Some(&calendar), cast: &cast };
        if let Some(tale) = past(tx, &stage, &customer, moment)? {
            if tale.is_open() {
                busy.insert(customer.id);
            }
            takes.extend(book.add(tale));
        }
        if book.len() == PAGE {
            book.write(tx)?;
            demo.step(at, count);
        }
    }
    present(tx, demo, &cast, busy, &mut |tale| takes.extend(book.add(tale)))?;
    book.write(tx)?;
    demo.leave::<Vec<DemoTake>>(takes);
    demo.finally.push(leads::leads);
    demo.finally.push(shared);
    demo.finally.push(put_away);
    demo.finally.push(kept::kept);
    demo.finally.push(threads::threads);
    Ok(())
}

/// What is answered, and waits for something else, is put away by some until tomorrow.
fn put_away(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let scope = policy::may_list(&Actor::System("demo"))?;
    let filter = Filter { state: Some(State::Active), ..Filter::default() };
    let newest = Cursor { key: i64::MAX, id: "~".into() };
    let times = snooze_times(&*settings::api::calendar(tx)?, demo.now)?;
    let reasons: Vec<&str> = AWAY.lines().filter(|line| !line.starts_with('#')).collect();
    let mut answered = lists::list(tx, &scope, &filter, &newest, 50)?;
    answered.retain(|talk| talk.waiting_since.is_none());
    for (talk, reason) in answered.iter().rev().take(2).zip(reasons) {
        let owner = demo.people.iter().find(|one| Some(one.id) == talk.assignee_id).cloned();
        let (Some(owner), Some(until)) = (owner, times.last()) else { continue };
        tx.as_of(demo.now.plus_millis(-20 * SECOND), owner.actor())?;
        snooze::snooze(tx, talk.id, until.at, Some(reason))?;
    }
    Ok(())
}

/// Colleagues are asked into some of what goes on now.
fn shared(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let scope = policy::may_list(&Actor::System("demo"))?;
    let filter = Filter { state: Some(State::Active), ..Filter::default() };
    let newest = Cursor { key: i64::MAX, id: "~".into() };
    let words: Vec<&str> = HELP.lines().filter(|line| !line.starts_with('#')).collect();
    for (at, talk) in lists::list(tx, &scope, &filter, &newest, 3)?.into_iter().enumerate() {
        let owner = demo.people.iter().find(|one| Some(one.id) == talk.assignee_id).cloned();
        let others: Vec<_> =
            demo.with_role("agent").into_iter().filter(|one| Some(one.id) != talk.assignee_id).collect();
        let (Some(owner), Some(helper)) = (owner, others.get(at * 3)) else { continue };
        tx.as_of(demo.now.plus_millis(-MINUTE), owner.actor())?;
        participation::rehearse(tx, talk.id, helper, demo.pick::<&str>(&words))?;
    }
    Ok(())
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
    if night < demo.now.plus_millis(-5 * MINUTE) { night } else { moment }
}

fn visit(tx: &mut Tx<'_>, demo: &Demo, customer: &DemoCustomer, at: Timestamp) -> Result<Tale> {
    let visitor = Visitor { customer: customer.id, channel: customer.channel };
    let name = if customer.name.is_empty() {
        nameless(customer.id)
    } else {
        customer.name.clone()
    };
    let (url, title) = *demo.pick(&PAGES);
    let page = VisitedPage { url: url.into(), title: title.into(), referrer: String::new(), locale: "zh-CN".into() };
    Tale::open(tx, visitor, name, demo.queue_of(customer.channel).id, page, at)
}

/// How customers are addressed: by surname where the name says how, else by the whole of it.
fn addressed(customer: &DemoCustomer) -> &str {
    if customer.name.is_empty() { "您" } else { &customer.name }
}

/// What somebody talks about who writes to this queue.
fn matter(demo: &Demo, queue: &DemoQueue) -> &'static Dialogue {
    let sales = demo.queues.get(2).is_some_and(|sales| sales.id == queue.id);
    let fits = |dialogue: &&'static Dialogue| !sales || SALES.contains(&dialogue.topic);
    let fitting: Vec<_> = DIALOGUES.iter().filter(fits).collect();
    demo.pick::<&'static Dialogue>(&fitting)
}

/// A conversation that is over by now, or one of the last night that nobody has come to yet; none when it
/// would reach into the present.
fn past(tx: &mut Tx<'_>, stage: &Stage<'_>, customer: &DemoCustomer, opened: Timestamp) -> Result<Option<Tale>> {
    let demo = stage.demo;
    let queue = demo.queue_of(customer.channel);
    let dialogue = matter(demo, queue);
    let mut tale = visit(tx, demo, customer, opened)?;
    if demo.chance(3) && stage.is_open(opened) {
        left(tx, demo, &mut tale, dialogue, customer, opened)?;
        return Ok(Some(tale));
    }
    // Most are answered within half a minute, a few wait.
    let wait = match demo.between(0, 100) {
        0..82 => demo.between(3, 28),
        82..94 => demo.between(30, 90),
        _ => demo.between(90, 420),
    } * SECOND;
    let agent = stage.cast.answerer(demo, queue, customer.unit, stage.after(opened, wait)?);
    let mut player = Player::new(customer, agent, opened);
    player.play(tx, stage, &mut tale, &dialogue.steps, wait)?;
    if player.taken.is_none() && !stage.is_open(demo.now) && stage.after(opened, MINUTE)? > demo.now {
        return Ok(Some(tale));
    }
    let closed = stage.after(player.at, demo.between(20, 240) * SECOND)?;
    if closed >= demo.now.plus_millis(-10 * MINUTE) {
        return Ok(None);
    }
    tale.tag(closed, &player.agent, &dialogue.tags)?;
    tale.close(tx, closed, player.agent.actor(), stage.cast.reason(dialogue))?;
    if demo.chance(42)
        && let [score, form, words] = demo.pick::<&str>(&COMMENTS).split('\t').collect::<Vec<_>>()[..]
    {
        let rated = closed.plus_millis(demo.between(10, 300) * SECOND);
        tale.rate(tx, rated, score.parse().unwrap_or(5), form, words)?;
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
    let visitor = Visitor { customer: customer.id, channel: customer.channel };
    tale.close(tx, gone, Actor::Visitor(visitor), None)
}

/// What goes on right now: some talk, some wait.
fn present(
    tx: &mut Tx<'_>,
    demo: &Demo,
    cast: &Cast,
    mut busy: HashSet<CustomerId>,
    add: &mut dyn FnMut(Tale),
) -> Result<()> {
    let now = demo.now;
    let stage = Stage { demo, calendar: None, cast };
    // Two each, and three for who looks around first.
    let mut room: Vec<_> = cast.busy().into_iter().map(|agent| (agent, 2)).collect();
    room.splice(0..0, cast.lead.clone().map(|lead| (lead, 3)));
    for at in 0..22 {
        let customer = demo.pick(&demo.customers).clone();
        if !busy.insert(customer.id) {
            continue;
        }
        let queue = demo.queue_of(customer.channel);
        let served = |(agent, room): &&mut (http::DemoPerson, i32)| *room > 0 && agent.serves.contains(&queue.id);
        match room.iter_mut().find(served).filter(|_| at < 16) {
            Some((agent, room)) => {
                *room -= 1;
                // Lately enough that whoever waits has not waited long.
                let opened = now.plus_millis(-demo.between(90, 6 * 60) * SECOND);
                let dialogue = matter(demo, queue);
                let mut tale = visit(tx, demo, &customer, opened)?;
                let mut player = Player::new(&customer, agent.clone(), opened);
                // Not to the end, and nothing that gives it to somebody else.
                let handed = dialogue.steps.iter().position(|(step, _)| *step == script::Step::Transfer);
                let steps = handed.unwrap_or(dialogue.steps.len() - 1);
                player.play(tx, &stage, &mut tale, &dialogue.steps[..steps], demo.between(5, 40) * SECOND)?;
                add(tale);
            }
            None if at >= 16 => {
                let opened = now.plus_millis(-demo.between(30, 9 * 60) * SECOND);
                let filled = Filled::new(&demo.rng, addressed(&customer));
                let mut tale = visit(tx, demo, &customer, opened)?;
                tale.say(tx, opened, None, filled.text(&demo.rng, demo.pick::<&str>(&OPENERS)))?;
                add(tale);
            }
            None => {}
        }
    }
    // Somebody would not wait this morning, and left a message.
    if let Some(customer) = demo.customers.iter().find(|customer| busy.insert(customer.id)).cloned() {
        let opened = now.plus_millis(-demo.between(40, 90) * MINUTE);
        let filled = Filled::new(&demo.rng, addressed(&customer));
        let mut tale = visit(tx, demo, &customer, opened)?;
        tale.say(tx, opened, None, filled.text(&demo.rng, demo.pick::<&str>(&OPENERS)))?;
        tale.leave_message(tx, opened.plus_millis(demo.between(3, 8) * MINUTE))?;
        add(tale);
    }
    Ok(())
}
