//! Colleagues who take part in a conversation while its owner stays: asked to, or named in a note.
//!
//! Taking part is a task: it is done when they leave, called off when they are taken out, and whoever closes
//! or hands on the task leaves with it.

use access::Placement;
use audit::api::Entry;
use kernel::{Check, Error, Owned, Result, UserId};
use serde_json::json;
use store::{StoredFact, Tx};
use tasks::{
    api::{Assignee, Due, NewTask, Subject},
    events::{CANCELLED, COMPLETED, REASSIGNED, TaskFact},
};

use crate::{
    api::Post,
    codes, events,
    events::Participation,
    model::{Conversation, ConversationId, Event, Message, Named, Participant, Participants, State},
    policy, queries, tell,
};

/// What the tasks come from.
const SOURCE: &str = "conversations.collaboration";
/// Characters of a note that become a task's title.
const TITLE: usize = 200;
/// Colleagues one note names at most.
const NAMED: usize = 10;

/// Whom one asks in, and for what.
#[derive(Clone, Debug)]
pub(crate) struct Invitation {
    pub user: UserId,
    /// What is asked of them: 1 to 200 characters.
    pub words: String,
    pub may_reply: bool,
    pub due: Option<Due>,
}

/// Asks a colleague in: they take part from now on, have a task, and the words are a note.
pub(crate) fn invite(
    tx: &mut Tx<'_>,
    placement: &dyn Placement,
    id: ConversationId,
    new: Invitation,
) -> Result<Conversation> {
    let before = queries::lock(tx, id)?;
    let _permit = policy::may_invite(tx.actor(), &before, tx.now())?;
    Check::new().text("words", &new.words, 1..=200).done()?;
    before.must_be_open()?;
    let who = colleague(tx, new.user, "user_id")?;
    if before.assignee_id == Some(new.user) {
        return Err(codes::HAS_IT.conflict());
    }
    if before.participants.of(new.user).is_some() {
        return Err(codes::TAKES_PART.conflict());
    }
    let mut after = join(tx, before, new.user, who, new.may_reply)?;
    let note = tell::note(tx, &mut after, new.words.trim().to_owned())?;
    kept(tx, &after)?;
    let unit = placement.place(tx, new.user)?.unit;
    ask(tx, &note, Assignee::Person { id: new.user, unit }, new.due)?;
    Ok(after)
}

/// Leaves a note that names colleagues: those who are not in it yet take part from then on.
pub(crate) fn note(tx: &mut Tx<'_>, placement: &dyn Placement, post: &Post, to: &[UserId]) -> Result<Message> {
    let before = queries::lock(tx, post.conversation)?;
    policy::may_post(tx.actor(), &before, post.note)?;
    Check::new().that(post.note, "mentions", "not_allowed").that(to.len() <= NAMED, "mentions", "too_many").done()?;
    before.must_be_open()?;
    let may_invite = policy::may_invite(tx.actor(), &before, tx.now()).is_ok();
    let mut named: Vec<(UserId, Named)> = Vec::with_capacity(to.len());
    for (at, user) in to.iter().enumerate() {
        let there = before.assignee_id == Some(*user) || before.participants.of(*user).is_some();
        let field = format!("mentions[{at}]");
        if !(there || may_invite) {
            return Err(Error::field(field, "not_allowed"));
        }
        if !named.iter().any(|(known, _)| known == user) {
            named.push((*user, colleague(tx, *user, field)?));
        }
    }
    let mentions = named.iter().map(|(_, who)| who.clone()).collect();
    let message = crate::api::post(tx, Post { mentions, ..post.clone() })?;
    let mut conversation = queries::lock(tx, post.conversation)?;
    let me = tx.actor().staff()?.id;
    for (user, who) in named {
        if conversation.assignee_id != Some(user) && conversation.participants.of(user).is_none() {
            conversation = join(tx, conversation, user, who, false)?;
            kept(tx, &conversation)?;
        }
        if user != me {
            let unit = placement.place(tx, user)?.unit;
            ask(tx, &message, Assignee::Person { id: user, unit }, None)?;
        }
    }
    Ok(message)
}

/// As [`invite`], for the demo story: nobody is asked.
pub(crate) fn rehearse(tx: &mut Tx<'_>, id: ConversationId, who: &http::DemoPerson, words: &str) -> Result<()> {
    let before = queries::lock(tx, id)?;
    let mut after = join(tx, before, who.id, Named::new(who.id, who.name.clone()), false)?;
    let note = tell::note(tx, &mut after, words.to_owned())?;
    kept(tx, &after)?;
    ask(tx, &note, Assignee::Person { id: who.id, unit: who.unit }, Some(Due::BusinessMs(30 * 60_000)))
}

/// Lets somebody who takes part write to the customer, or no longer.
pub(crate) fn allow(tx: &mut Tx<'_>, id: ConversationId, user: UserId, may_reply: bool) -> Result<Conversation> {
    let before = queries::lock(tx, id)?;
    let _permit = policy::may_invite(tx.actor(), &before, tx.now())?;
    let mut after = before.clone();
    let part = after.participants.0.iter_mut().find(|one| one.user_id == user).ok_or(Error::NotFound)?;
    part.may_reply = may_reply;
    if after == before {
        return Ok(before);
    }
    told(tx, &mut after, events::PARTICIPANT_CHANGED, user)?;
    trail(tx, "conversations.participant_changed", &before, &after)?;
    tell::saved(tx, &after, None)?;
    Ok(after)
}

/// The actor leaves, or takes somebody out: their task is done, or called off.
pub(crate) fn depart(tx: &mut Tx<'_>, id: ConversationId, user: UserId, words: Option<&str>) -> Result<Conversation> {
    let before = queries::lock(tx, id)?;
    let own = tx.actor().staff()?.id == user;
    if own {
        policy::may_read(tx.actor(), &before)?;
    } else {
        let _permit = policy::may_invite(tx.actor(), &before, tx.now())?;
    }
    Check::new().maybe_text("words", words, 0..=1_000).done()?;
    let words = words.map(str::trim).filter(|words| !words.is_empty());
    let subject = Subject::new("conversation", id);
    if own {
        tasks::api::complete_of(tx, SOURCE, &subject, user, words)?;
    } else {
        tasks::api::cancel_of(tx, SOURCE, &subject, user, words)?;
    }
    part(tx, before, user, words)
}

/// The conversation is over: what was asked of those who took part is done. They go on seeing it.
pub(crate) fn over(tx: &mut Tx<'_>, conversation: &Conversation) -> Result<()> {
    if conversation.participants.0.is_empty() {
        return Ok(());
    }
    tasks::api::complete_for(tx, SOURCE, &Subject::new("conversation", conversation.id), None).map(drop)
}

/// Whoever took part in the one that moves, or had it, takes part in the one that stays, as far as there is room.
/// Saves it; answers it, and who came.
pub(crate) fn carry(tx: &mut Tx<'_>, stays: Conversation, moved: &Conversation) -> Result<(Conversation, Vec<UserId>)> {
    let had = moved.assignee_id.zip(moved.assignee_name.clone()).map(|(id, name)| (id, name, false));
    let part = moved.participants.0.iter().map(|one| (one.user_id, one.name.clone(), one.may_reply));
    let (mut after, mut joined) = (stays, Vec::new());
    for (user, name, may_reply) in part.chain(had) {
        let there = after.assignee_id == Some(user) || after.participants.of(user).is_some();
        if !there && after.participants.0.len() < Participants::MOST {
            after = join(tx, after, user, Named::new(user, name), may_reply)?;
            joined.push(user);
        }
    }
    if !joined.is_empty() {
        kept(tx, &after)?;
    }
    Ok((after, joined))
}

/// Those who came with another one leave again, when that is taken back.
pub(crate) fn leave_all(tx: &mut Tx<'_>, mut conversation: Conversation, users: &[UserId]) -> Result<Conversation> {
    for user in users {
        if conversation.participants.of(*user).is_some() {
            conversation = part(tx, conversation, *user, None)?;
        }
    }
    Ok(conversation)
}

/// Whoever closes the task leaves; whoever is given it comes instead.
pub(crate) fn listen() -> work::Listener {
    work::Listener::new("conversations.collaboration", &[COMPLETED, CANCELLED, REASSIGNED], heard).locking()
}

fn heard(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    let task: TaskFact = serde_json::from_str(&fact.data).map_err(Error::internal)?;
    let (SOURCE, Some(id)) = (task.source.as_str(), &task.subject_id) else { return Ok(()) };
    let id: ConversationId = id.parse().map_err(Error::internal)?;
    let mut conversation = queries::lock(tx, id)?;
    if conversation.state == State::Closed {
        return Ok(());
    }
    let moved = fact.kind == REASSIGNED;
    let gone = if moved { task.previous_owner_id } else { task.owner_id };
    let open = tasks::api::open_for(tx, &Subject::new("conversation", id))?;
    let busy = |user: UserId| open.iter().any(|task| task.source == SOURCE && task.owner_id == Some(user));
    if let Some(gone) = gone.filter(|gone| !busy(*gone) && conversation.participants.of(*gone).is_some()) {
        conversation = part(tx, conversation, gone, None)?;
    }
    let heir = task.owner_id.filter(|heir| moved && conversation.participants.of(*heir).is_none());
    if let Some(heir) = heir.filter(|heir| conversation.assignee_id != Some(*heir)) {
        // Who may see no conversations has the task and not the conversation.
        match colleague(tx, heir, "owner_id") {
            Ok(who) => {
                let after = join(tx, conversation, heir, who, false)?;
                kept(tx, &after)?;
            }
            Err(Error::Invalid(_) | Error::Conflict(..)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// An active colleague whose role lets them see conversations at all.
fn colleague(tx: &mut Tx<'_>, id: UserId, field: impl Into<std::borrow::Cow<'static, str>>) -> Result<Named> {
    let user = match access::api::user(tx, id) {
        Ok(user) if user.is_active() => user,
        Ok(_) | Err(Error::NotFound) => return Err(Error::field(field, "unknown")),
        Err(error) => return Err(error),
    };
    match access::api::reach_of(tx, id, policy::READ)? {
        Some(_) => Ok(Named::new(id, user.name)),
        None => Err(codes::CANNOT_TAKE_PART.conflict()),
    }
}

/// One more takes part. The conversation is to be [`kept`].
fn join(tx: &mut Tx<'_>, before: Conversation, user: UserId, who: Named, may_reply: bool) -> Result<Conversation> {
    if before.participants.0.len() >= Participants::MOST {
        return Err(codes::TOO_MANY_PARTICIPANTS.conflict());
    }
    let mut after = before.clone();
    let by = tell::by(tx);
    let (name, since) = (who.name.clone(), tx.now());
    after.participants.0.push(Participant { user_id: user, name, may_reply, since, by: by.clone() });
    told(tx, &mut after, events::PARTICIPANT_JOINED, user)?;
    tell::line(tx, &mut after, Event::ParticipantJoined { who, by }, String::new())?;
    trail(tx, "conversations.participant_joined", &before, &after)?;
    Ok(after)
}

/// One no longer takes part, and hears of it a last time.
fn part(tx: &mut Tx<'_>, before: Conversation, user: UserId, words: Option<&str>) -> Result<Conversation> {
    let gone = before.participants.of(user).cloned().ok_or(Error::NotFound)?;
    let mut after = before.clone();
    after.participants.0.retain(|one| one.user_id != user);
    if let Some(words) = words {
        tell::note(tx, &mut after, words.to_owned())?;
    }
    let who = Named::new(user, gone.name);
    let by = tell::by(tx).filter(|by| *by != who);
    tell::line(tx, &mut after, Event::ParticipantLeft { who, by }, String::new())?;
    told(tx, &mut after, events::PARTICIPANT_LEFT, user)?;
    trail(tx, "conversations.participant_left", &before, &after)?;
    tx.notify("inbox", "conversation.left", &after, Some(Owned::by(user, None)))?;
    kept(tx, &after)?;
    Ok(after)
}

/// Tells who takes part now, as the next fact.
fn told(tx: &mut Tx<'_>, after: &mut Conversation, kind: &'static str, user: UserId) -> Result<()> {
    after.advance();
    let fact = Participation { user_id: user, participants: after.participants.clone() };
    tell::fact(tx, after, kind, &fact)
}

fn kept(tx: &mut Tx<'_>, after: &Conversation) -> Result<()> {
    queries::save_participants(tx, after)?;
    tell::saved(tx, after, None)?;
    queries::relabel(tx, after)
}

fn trail(tx: &mut Tx<'_>, action: &'static str, before: &Conversation, after: &Conversation) -> Result<()> {
    let of = |conversation: &Conversation| {
        let one = |part: &Participant| json!({ "user_id": part.user_id, "may_reply": part.may_reply });
        json!({ "participants": conversation.participants.0.iter().map(one).collect::<Vec<_>>() })
    };
    let entry = Entry::new(action, "conversation", after.id);
    audit::api::record(tx, entry.change(&of(before), &of(after)))
}

/// The task, once for each note and colleague.
fn ask(tx: &mut Tx<'_>, note: &Message, assignee: Assignee, due: Option<Due>) -> Result<()> {
    let words: String = note.text.trim().chars().filter(|c| !c.is_control()).take(TITLE).collect();
    let Assignee::Person { id, .. } = assignee else { return Ok(()) };
    let task = NewTask {
        source: SOURCE,
        key: Some(format!("{}/{id}", note.reference())),
        title: words,
        detail: None,
        assignee,
        subject: Some(Subject::new("conversation", note.conversation_id)),
        due,
        by_hand: true,
    };
    tasks::api::create(tx, task).map(drop)
}
