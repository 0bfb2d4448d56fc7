//! Who is to answer, until when, and the task that says so.

use kernel::{Error, Result, Timestamp, UnitId, UserId};
use store::Tx;
use tasks::api::{Assignee, Due, NewTask, Subject};

use crate::{
    api,
    model::{FeedbackItem, FeedbackKind, FeedbackState, Turn},
    queries,
};

/// What its task is about.
pub(crate) const SUBJECT: &str = "feedback_item";
/// The task of whoever is to answer.
pub(crate) const ANSWER: &str = "feedback.answer";
const MINUTE: i64 = 60_000;

/// Until when one of this kind that comes now is to be answered; none where business time never comes.
pub(crate) fn due(tx: &mut Tx<'_>, kind: FeedbackKind) -> Result<Option<Timestamp>> {
    let minutes = queries::rules(tx)?.minutes.of(kind);
    match Due::BusinessMs(minutes * MINUTE).at(tx) {
        Ok(at) => Ok(Some(at)),
        Err(Error::Conflict(..)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// This person has it; none when they may no longer sign in.
pub(crate) fn of_person(tx: &mut Tx<'_>, id: UserId, due_at: Option<Timestamp>) -> Result<Option<Turn>> {
    match api::somebody(tx, id) {
        Ok((owner_name, unit_id)) => Ok(Some(Turn { owner_id: Some(id), owner_name, unit_id, due_at })),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Nobody has it: it waits in the pool of a unit.
pub(crate) fn pool(unit_id: Option<UnitId>, due_at: Option<Timestamp>) -> Turn {
    Turn { owner_id: None, owner_name: String::new(), unit_id, due_at }
}

fn subject(item: &FeedbackItem) -> Subject {
    Subject::new(SUBJECT, item.id)
}

fn assignee(item: &FeedbackItem) -> Assignee {
    match item.owner_id {
        Some(id) => Assignee::Person { id, unit: item.unit_id },
        None => Assignee::Pool(item.unit_id),
    }
}

/// The duty to answer an item that came, or is open again.
pub(crate) fn begin(tx: &mut Tx<'_>, item: &FeedbackItem) -> Result<()> {
    let title = format!("{} {}", item.number, item.title);
    let task = NewTask {
        source: ANSWER,
        key: Some(format!("{}/{}", item.id, item.reopenings)),
        title: title.chars().take(200).collect(),
        detail: None,
        assignee: assignee(item),
        subject: Some(subject(item)),
        due: item.due_at.map(Due::At),
        by_hand: false,
    };
    tasks::api::create(tx, task).map(drop)
}

/// The task follows the item.
pub(crate) fn follow(tx: &mut Tx<'_>, before: &FeedbackItem, after: &FeedbackItem) -> Result<()> {
    match (before.is_open(), after.is_open()) {
        (false, true) => begin(tx, after),
        (true, false) if after.state == FeedbackState::Converted => {
            tasks::api::cancel_for(tx, ANSWER, &subject(after), None).map(drop)
        }
        (true, false) => tasks::api::complete_for(tx, ANSWER, &subject(after), None).map(drop),
        (true, true) if before.owned() != after.owned() => {
            tasks::api::reassign_for(tx, ANSWER, &subject(after), assignee(after)).map(drop)
        }
        _ => Ok(()),
    }
}
