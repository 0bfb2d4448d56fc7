//! Whoever writes outside business time is answered at once, and not forgotten: a line that says when
//! somebody will be there, and a task for that moment.

use kernel::{Error, Result, Timestamp};
use settings::api::{BusinessCalendar, Organisation};
use store::{StoredFact, Tx};
use tasks::api::{Assignee, Due, NewTask, Subject};

use crate::{
    events,
    events::{CameAfterHours, Changed},
    model::{Conversation, Event, Message, State},
    queries, tell,
};

/// What the tasks come from.
const SOURCE: &str = "conversations.after_hours";
/// Characters of a message that become a task's title.
const TITLE: usize = 100;

/// Reacts to what customers say while all is closed, and stays so, and to its being answered.
pub(crate) fn listen() -> work::Listener {
    let kinds = &[events::CAME_AFTER_HOURS, events::CHANGED];
    let react = |tx: &mut Tx<'_>, fact: &StoredFact| {
        if fact.kind == events::CHANGED { changed(tx, fact) } else { arrived(tx, fact) }
    };
    work::Listener::new("conversations.after_hours", kinds, react).locking()
}

fn arrived(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    let said: CameAfterHours = serde_json::from_str(&fact.data).map_err(Error::internal)?;
    let calendar = settings::api::calendar(tx)?;
    // It may have opened since.
    if calendar.is_open(tx.now()) {
        return Ok(());
    }
    // Without any hours there is no opening to wait for.
    let Some(opens_at) = calendar.next_change(tx.now()) else { return Ok(()) };
    // One line for each time it is closed: known by the opening that ends it. Looked for before the
    // conversation is locked: all but the first message find it, and more may be on their way.
    let client_id = client_id(opens_at);
    if !queries::posted(tx, &[(said.conversation_id, client_id.as_str())])?.is_empty() {
        return Ok(());
    }
    let conversation = queries::lock(tx, said.conversation_id)?;
    let left = conversation.state == State::Closed;
    // Somebody has answered, or ended it, since.
    if (left && !conversation.after_hours) || (!left && conversation.unanswered_since().is_none()) {
        return Ok(());
    }
    let message = queries::message(tx, conversation.id, said.seq)?.ok_or(Error::NotFound)?;
    remember(tx, &conversation, &message, opens_at)?;
    let mut after = conversation;
    if !after.after_hours {
        after.after_hours = true;
        after.advance();
        tell::fact(tx, &after, events::CHANGED, &Changed { after_hours: Some(true), ..Changed::default() })?;
    }
    let organisation = settings::api::organisation(tx)?;
    let channel = channels::api::get(tx, after.channel_id)?;
    let text = match channel.kind {
        kind if kind.is_direct() => {
            words(&after, &organisation, &calendar, channel.settings.after_hours_text, opens_at)
        }
        // Nobody reads the line there: whoever writes a mail is answered by one.
        _ => String::new(),
    };
    let event = Event::AfterHours { opens_at, time_zone: organisation.time_zone };
    tell::line_as(tx, &mut after, client_id, event, text)?;
    tell::saved(tx, &after, None)
}

/// What the line is known by that says that it is closed until then.
pub(crate) fn client_id(opens_at: Timestamp) -> String {
    format!("after_hours {}", opens_at.millis())
}

/// A task for whoever has the conversation, or whoever comes first; one at a time.
pub(crate) fn remember(tx: &mut Tx<'_>, conversation: &Conversation, message: &Message, due: Timestamp) -> Result<()> {
    let subject = Subject::new("conversation", conversation.id);
    if tasks::api::open_for(tx, &subject)?.iter().any(|task| task.source == SOURCE) {
        return Ok(());
    }
    let words: String = message.text.trim().chars().filter(|c| !c.is_control()).take(TITLE).collect();
    let task = NewTask {
        source: SOURCE,
        key: Some(format!("{}/{}", conversation.id, due.millis())),
        title: if words.is_empty() { conversation.customer_name.clone() } else { words },
        detail: None,
        assignee: assignee(conversation),
        subject: Some(subject),
        due: Some(Due::At(due)),
        by_hand: true,
    };
    tasks::api::create(tx, task).map(drop)
}

/// The task goes with the conversation: to whoever has it now, or back to those who may take it.
pub(crate) fn moved(tx: &mut Tx<'_>, conversation: &Conversation) -> Result<()> {
    if !conversation.after_hours {
        return Ok(());
    }
    let subject = Subject::new("conversation", conversation.id);
    tasks::api::reassign_for(tx, SOURCE, &subject, assignee(conversation)).map(drop)
}

fn assignee(conversation: &Conversation) -> Assignee {
    match (conversation.assignee_id, conversation.unit_id, conversation.queue_id) {
        (Some(id), unit, _) => Assignee::Person { id, unit },
        // Nobody's yet: whoever serves the queue it waits in may come to it.
        (None, None, Some(queue)) => Assignee::Queue(queue),
        (None, unit, _) => Assignee::Pool(unit),
    }
}

/// Somebody has answered, or ended it: nothing waits for the opening any more. The task follows the
/// fact, so that no answer waits for it. The conversation is to be saved afterwards.
pub(crate) fn settled(tx: &mut Tx<'_>, conversation: &mut Conversation) -> Result<()> {
    if conversation.after_hours {
        conversation.after_hours = false;
        conversation.advance();
        let changed = Changed { after_hours: Some(false), ..Changed::default() };
        tell::fact(tx, conversation, events::CHANGED, &changed)?;
    }
    Ok(())
}

/// What `conversation.changed` leads to: the task is done with the answer.
fn changed(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    let changed: Changed = serde_json::from_str(&fact.data).map_err(Error::internal)?;
    if changed.after_hours == Some(false) {
        done(tx, &fact.subject)?;
    }
    Ok(())
}

/// The task about this conversation is done.
pub(crate) fn done(tx: &mut Tx<'_>, conversation: impl ToString) -> Result<()> {
    tasks::api::complete_for(tx, SOURCE, &Subject::new("conversation", conversation), None).map(drop)
}

/// The channel's own text, or the product's in the visitor's language; `{opens_at}` in it is the moment.
pub(crate) fn words(
    conversation: &Conversation,
    organisation: &Organisation,
    calendar: &BusinessCalendar,
    own: String,
    opens_at: Timestamp,
) -> String {
    let asked = conversation.page.as_ref().map(|page| page.locale.as_str()).unwrap_or_default();
    let locale = organisation.language(asked);
    let texts = crate::words::texts(locale);
    let moment = jiff::Timestamp::from_millisecond(opens_at.millis()).unwrap_or_default();
    let moment = calendar.zone().to_datetime(moment).strftime(texts.word("after_hours_time")).to_string();
    let text = if own.trim().is_empty() {
        texts.word("after_hours_text")
    } else {
        own.as_str()
    };
    text.replace("{opens_at}", &moment)
}
