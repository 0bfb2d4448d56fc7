//! What the story's people put together, and took apart: somebody who wrote on two channels about one thing, and
//! somebody who asked two things at once.

use http::{Demo, DemoPerson};
use kernel::{Actor, Cursor, Result, Visitor};
use store::Tx;

use crate::{
    api::{self, Assignee, Opening, Post},
    lists::{self, Filter},
    merge,
    model::{Attributes, Author, Conversation, MessageKind, Side, State, Trail},
    policy, queries,
    split::{self, NewSplit},
};

const WORDS: &str = include_str!("../../demo/threads.txt");
const SECOND: i64 = 1_000;
/// Characters of what was asked that become the subject.
const SUBJECT: usize = 20;

pub(super) fn threads(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let scope = policy::may_list(&Actor::System("demo"))?;
    let filter = Filter { state: Some(State::Active), ..Filter::default() };
    let newest = Cursor { key: i64::MAX, id: "~".into() };
    let mut active = lists::list(tx, &scope, &filter, &newest, 50)?;
    active.retain(|talk| talk.snoozed_until.is_none() && talk.channel_kind.is_direct());
    // Those seen first are for other parts of the story.
    for (at, talk) in active.into_iter().skip(2).take(2).enumerate() {
        let owner = demo.people.iter().find(|one| Some(one.id) == talk.assignee_id).cloned();
        let Some(owner) = owner else { continue };
        if at == 0 {
            take_apart(tx, demo, &owner, talk)?
        } else {
            put_together(tx, demo, &owner, &talk)?
        }
    }
    Ok(())
}

fn take_apart(tx: &mut Tx<'_>, demo: &Demo, owner: &DemoPerson, talk: Conversation) -> Result<()> {
    let said = queries::messages_after(tx, talk.id, 0, 100, Side::Agent)?;
    let asked = said.iter().rev().find(|one| one.author == Author::Customer && one.kind == MessageKind::Text);
    let Some(asked) = asked else { return Ok(()) };
    tx.as_of(demo.now.plus_millis(-50 * SECOND), owner.actor())?;
    let permit = split::rehearsal(tx)?;
    let subject = asked.text.chars().take(SUBJECT).collect();
    let queue = talk.queue_id;
    split::take_apart(tx, &permit, talk, &NewSplit { messages: vec![asked.seq], subject, mine: true }, queue).map(drop)
}

fn put_together(tx: &mut Tx<'_>, demo: &Demo, owner: &DemoPerson, talk: &Conversation) -> Result<()> {
    let Some(channel) = demo.channels.iter().copied().find(|channel| *channel != talk.channel_id) else {
        return Ok(());
    };
    let channel = channels::api::get(tx, channel)?;
    if !channel.kind.is_direct() || !channel.is_active() {
        return Ok(());
    }
    let visitor = Actor::Visitor(Visitor { customer: talk.customer_id, channel: channel.id });
    let lines: Vec<_> = WORDS.lines().filter(|line| !line.starts_with('#')).collect();
    tx.as_of(demo.now.plus_millis(-45 * SECOND), visitor.clone())?;
    let opening = Opening {
        channel: &channel,
        customer: talk.customer_id,
        name: &talk.customer_name,
        queue: Some(demo.queue_of(channel.id).id),
        page: None,
        attributes: Attributes::default(),
        trail: Trail::default(),
    };
    let (moved, new) = api::open(tx, opening)?;
    if !new {
        return Ok(());
    }
    api::post(tx, Post::new(moved.id, visitor, "threads".into(), demo.pick::<&str>(&lines).to_string()))?;
    tx.as_of(demo.now.plus_millis(-40 * SECOND), owner.actor())?;
    let permit = split::rehearsal(tx)?;
    let moved =
        api::assign(tx, &permit, moved.id, Assignee { id: owner.id, name: owner.name.clone(), unit: owner.unit })?;
    let kept = queries::lock(tx, talk.id)?;
    merge::put_together(tx, &permit, moved, kept).map(drop)
}
