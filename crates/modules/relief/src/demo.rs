//! What people had to bear in the demo story: a few abusive contacts of the last two weeks. Their days are
//! counted from the story's facts, as in life.

use http::Demo;
use kernel::{Error, Result};
use store::Tx;

use crate::{
    model::{AbuseKind, AbusiveContact},
    pauses::{self, Bearer},
    queries,
};

const ABUSE: &str = include_str!("../demo/abuse.txt");
const DAY: i64 = 86_400_000;
/// Conversations that are looked at, the latest first.
const LATEST: i64 = 1_500;

/// Contacts are conversations, which are told by then.
pub(crate) fn tell(_tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    demo.finally.push(contacts);
    Ok(())
}

fn contacts(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let mut lines = ABUSE.lines().filter(|line| !line.starts_with('#'));
    let mut left = 0;
    for conversation in conversations::api::latest(tx, LATEST)? {
        let (Some(at), Some(agent)) = (conversation.closed_at, conversation.assignee_id) else { continue };
        let Some(by) = demo.people.iter().find(|one| one.id == agent && one.role == "agent").cloned() else { continue };
        left += 1;
        // The first of all, and then now and then.
        if demo.now.since(at) > 14 * DAY || left % 40 != 1 {
            continue;
        }
        let Some(line) = lines.next() else { return Ok(()) };
        let Some((kind, word)) = line.split_once('\t') else { continue };
        tx.as_of(at, by.actor())?;
        let kind: AbuseKind = serde_json::from_value(kind.into()).map_err(Error::internal)?;
        let contact = AbusiveContact {
            id: tx.new_id(),
            conversation_id: conversation.id,
            customer_id: conversation.customer_id,
            customer_name: conversation.customer_name.clone(),
            user_id: by.id,
            user_name: by.name.clone(),
            unit_id: by.unit,
            kind,
            word: word.to_owned(),
            day: pauses::day_of(tx, at)?,
            at,
            pause_minutes: 10,
            taken_back_at: None,
            taken_back_by: None,
            taken_back_by_name: None,
            taken_back_why: None,
            version: 1,
        };
        queries::insert_contact(tx, &contact)?;
        let who = Bearer { id: by.id, name: by.name.clone(), unit: by.unit };
        pauses::count(tx, &who, contact.day, |day| {
            day.abusive += 1;
            day.pauses += 1;
            day.granted_minutes += 10;
        })?;
        // Who is at work now has a day to be seen, whatever the hour.
        if left == 1 {
            tx.as_of(demo.now, by.actor())?;
            let today = pauses::day_of(tx, demo.now)?;
            pauses::count(tx, &who, today, |_| {})?;
        }
    }
    Ok(())
}
