//! What automations do: all of it in one transaction, or nothing.

use std::sync::atomic::{AtomicUsize, Ordering};

use conversations::{
    Conversation, State, Tags,
    api::{Destination, Post, QueueRef},
};
use kernel::{Actor, Error, Owned, Permit, Result, UserId};
use store::Tx;
use tasks::api::{Due, NewTask, Subject};

use crate::{
    codes::OVER,
    model::{Action, AutomationRun, Holder},
    notice::Notice,
    queries,
};

/// What tasks come from.
const SOURCE: &str = "automation";
const MINUTE: i64 = 60_000;

/// Does what the automation of this run does now; `reached` says how far it came, from 1.
pub(crate) fn act(tx: &mut Tx<'_>, run: &AutomationRun, reached: &AtomicUsize) -> Result<()> {
    let automation = queries::automation(tx, run.automation_id)?;
    for (at, action) in automation.spec.actions.iter().enumerate() {
        reached.store(at + 1, Ordering::Relaxed);
        let conversation = conversations::api::lock(tx, run.conversation_id)?;
        one(tx, run, at, action, &conversation)?;
    }
    Ok(())
}

/// What stood in the way, as the log keeps it: which action, and a code.
pub(crate) fn why(error: &Error, action: usize) -> String {
    let code = match error {
        Error::Conflict(code, _) => code.name().to_owned(),
        Error::Invalid(fields) => {
            let fields: Vec<_> = fields.iter().map(|one| format!("{} {}", one.field, one.code)).collect();
            format!("invalid {}", fields.join(", "))
        }
        Error::NotFound => "not_found".to_owned(),
        Error::Forbidden(permission) => format!("forbidden {permission}"),
        Error::Limited { .. } => "limited".to_owned(),
        _ => "internal".to_owned(),
    };
    format!("{action}: {code}")
}

/// Whether the conversation was over before.
pub(crate) fn is_over(error: &Error) -> bool {
    matches!(error, Error::Conflict(code, _) if *code == OVER)
}

fn permit(tx: &Tx<'_>, permission: &'static str) -> Result<Permit> {
    Actor::System("automation").permit(permission, &Owned::NOBODY, tx.now())
}

fn one(tx: &mut Tx<'_>, run: &AutomationRun, at: usize, action: &Action, about: &Conversation) -> Result<()> {
    let id = about.id;
    let needs_open = !matches!(
        action,
        Action::AddTag { .. }
            | Action::RemoveTag { .. }
            | Action::Note { .. }
            | Action::Task { .. }
            | Action::Notify { .. }
    );
    if needs_open && about.state == State::Closed {
        return Err(OVER.conflict());
    }
    match action {
        Action::AddTag { tag } => add_tag(tx, about, tag),
        Action::RemoveTag { tag } => remove_tag(tx, about, tag),
        Action::SetPriority { priority } => routing::api::set_priority(tx, id, *priority),
        Action::SetQueue { queue_id } => {
            let name = routing::api::queue_name(tx, *queue_id)?.ok_or(Error::NotFound)?;
            if about.queue_id == Some(*queue_id) && about.state == State::Queued {
                return Ok(());
            }
            let to = Destination::Queue(QueueRef { id: *queue_id, name });
            conversations::api::transfer(tx, &permit(tx, "conversations.assign")?, id, to, None).map(drop)
        }
        Action::Assign { user_id } => {
            if about.assignee_id == Some(*user_id) {
                return Ok(());
            }
            let to = person(tx, *user_id)?;
            conversations::api::assign(tx, &permit(tx, "conversations.assign")?, id, to).map(drop)
        }
        Action::Note { text } => say(tx, run, at, about, text, true),
        Action::Reply { text } => say(tx, run, at, about, text, false),
        Action::Task { title, due_minutes, holder } => {
            let task = task(tx, about, title, *due_minutes, *holder)?;
            tasks::api::create(tx, NewTask { key: Some(format!("{}/{at}", run.id)), ..task }).map(drop)
        }
        Action::Notify { text, user_id } => {
            person(tx, *user_id)?;
            let text = filled(tx, about, text)?;
            let (run_id, name, user_id) = (run.id.to_string(), run.name.clone(), *user_id);
            let notice = Notice { run_id, conversation_id: id, name, text, user_id };
            tx.notify("notices", "automation.notice", &notice, Some(Owned::by(user_id, None)))
        }
        // What is done by hand alone is refused when an automation is written.
        Action::Draft { .. } | Action::Snooze { .. } | Action::Wake {} | Action::Close { .. } => {
            Err(Error::field("do", "not_allowed"))
        }
    }
}

/// A task about this conversation.
pub(crate) fn task(
    tx: &mut Tx<'_>,
    about: &Conversation,
    title: &str,
    due_minutes: i64,
    holder: Holder,
) -> Result<NewTask> {
    Ok(NewTask {
        source: SOURCE,
        key: None,
        title: filled(tx, about, title)?.chars().take(200).collect(),
        detail: None,
        assignee: holder_of(tx, about, holder)?,
        subject: Some(Subject::new("conversation", about.id)),
        due: Some(Due::BusinessMs(due_minutes * MINUTE)),
        by_hand: true,
    })
}

pub(crate) fn add_tag(tx: &mut Tx<'_>, about: &Conversation, tag: &str) -> Result<()> {
    let mut tags = about.tags.0.clone();
    if !tags.iter().any(|one| one == tag) {
        tags.push(tag.to_owned());
    }
    conversations::api::set_tags(tx, about.id, Tags::checked(tags)?).map(drop)
}

pub(crate) fn remove_tag(tx: &mut Tx<'_>, about: &Conversation, tag: &str) -> Result<()> {
    let tags = about.tags.0.iter().filter(|one| *one != tag).cloned().collect();
    conversations::api::set_tags(tx, about.id, Tags(tags)).map(drop)
}

/// Somebody who may sign in.
fn person(tx: &mut Tx<'_>, id: UserId) -> Result<conversations::api::Assignee> {
    let user = access::api::user(tx, id)?;
    if !user.is_active() {
        return Err(Error::NotFound);
    }
    Ok(conversations::api::Assignee { id, name: user.name, unit: people::api::unit_of(tx, id)? })
}

fn holder_of(tx: &mut Tx<'_>, about: &Conversation, holder: Holder) -> Result<tasks::api::Assignee> {
    let of_queue = about.queue_id.map_or(tasks::api::Assignee::Pool(about.unit_id), tasks::api::Assignee::Queue);
    Ok(match (holder, about.assignee_id) {
        (Holder::Person { user_id }, _) => {
            let user = person(tx, user_id)?;
            tasks::api::Assignee::Person { id: user.id, unit: user.unit }
        }
        (Holder::Assignee {}, Some(id)) => tasks::api::Assignee::Person { id, unit: about.unit_id },
        (Holder::Assignee {} | Holder::Queue {}, _) => of_queue,
    })
}

/// Says it as the product: no answer of a person's, so the customer's waiting goes on.
fn say(tx: &mut Tx<'_>, run: &AutomationRun, at: usize, about: &Conversation, text: &str, note: bool) -> Result<()> {
    let text = filled(tx, about, text)?;
    let post = Post::new(about.id, Actor::System("automation"), format!("{}/{at}", run.id), text);
    conversations::api::post(tx, Post { note, ..post }).map(drop)
}

/// A text with what stands in it for something.
pub(crate) fn filled(tx: &mut Tx<'_>, about: &Conversation, text: &str) -> Result<String> {
    if !text.contains('{') {
        return Ok(text.to_owned());
    }
    let queue = match about.queue_id {
        Some(id) => routing::api::queue_name(tx, id)?.unwrap_or_default(),
        None => String::new(),
    };
    let channel = channels::api::get(tx, about.channel_id)?.name;
    let organisation = settings::api::organisation(tx)?.name;
    let words = [
        ("{customer}", about.customer_name.as_str()),
        ("{assignee}", about.assignee_name.as_deref().unwrap_or_default()),
        ("{queue}", &queue),
        ("{channel}", &channel),
        ("{organisation}", &organisation),
    ];
    // One pass: what a customer calls themselves is never read as a variable.
    let mut filled = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        filled.push_str(&rest[..open]);
        rest = &rest[open..];
        match words.iter().find(|(name, _)| rest.starts_with(name)) {
            Some((name, word)) => {
                filled.push_str(word);
                rest = &rest[name.len()..];
            }
            None => {
                filled.push('{');
                rest = &rest[1..];
            }
        }
    }
    filled.push_str(rest);
    Ok(filled)
}
