//! What a conversation says for its record.

use conversations::{Author, Conversation, Message, MessageKind};
use kernel::{Error, Result};
use store::Tx;

use crate::{
    model::{InquiryRecord, Outcome, Way},
    sheet,
};

/// Messages that are looked at.
const READ: i64 = 200;
/// Characters kept of what was asked, and of what was answered.
const LONGEST: usize = 300;
/// So many characters say what is wanted; fewer are a greeting.
const SAYS_SOMETHING: usize = 10;

/// The record of this conversation as it stands: not kept, and on no sheet yet.
pub(crate) fn of(tx: &mut Tx<'_>, conversation: &Conversation) -> Result<InquiryRecord> {
    let messages = conversations::api::transcript(tx, conversation.id, 0, READ)?;
    let customer = customers::api::get(tx, conversation.customer_id)?;
    let channel_name = match channels::api::get(tx, conversation.channel_id) {
        Ok(channel) => Some(channel.name),
        Err(Error::NotFound) => None,
        Err(error) => return Err(error),
    };
    let wrap_up = conversation.wrap_up.as_ref();
    let noted = wrap_up.and_then(|wrap_up| wrap_up.note.clone());
    let ended_at = conversation.closed_at.unwrap_or(tx.now());
    Ok(InquiryRecord {
        id: tx.new_id(),
        conversation_id: Some(conversation.id),
        way: Way::Conversation,
        channel_id: Some(conversation.channel_id),
        channel_name,
        customer_id: Some(conversation.customer_id),
        customer_name: if customer.name.is_empty() {
            conversation.customer_name.clone()
        } else {
            customer.name
        },
        phone: customer.phone,
        asked: asked(&messages),
        answer: noted.unwrap_or_else(|| answered(&messages)),
        reason_id: wrap_up.and_then(|wrap_up| wrap_up.reason_id),
        reason: wrap_up.and_then(|wrap_up| wrap_up.reason.clone()),
        outcome: match conversation.rating.as_ref().and_then(|rating| rating.solved) {
            Some(true) => Outcome::Solved,
            Some(false) => Outcome::Unsolved,
            None => Outcome::Unknown,
        },
        owner_id: conversation.assignee_id,
        agent_name: conversation.assignee_name.clone(),
        unit_id: conversation.unit_id,
        began_at: conversation.first_message_at.unwrap_or(conversation.opened_at).min(ended_at),
        ended_at,
        day: sheet::day_of(tx, ended_at)?,
        edited: false,
        corrections: 0,
        created_by: None,
        created_at: tx.now(),
        version: 1,
    })
}

/// The customer's first words, beyond a greeting.
fn asked(messages: &[Message]) -> String {
    let mut said = String::new();
    for message in messages.iter().filter(|message| is_said(message)) {
        if message.author == Author::Customer {
            said.push_str(if said.is_empty() { "" } else { " " });
            said.push_str(&line(&message.text));
        } else if said.chars().count() >= SAYS_SOMETHING {
            break;
        }
    }
    cut(&said)
}

/// The fullest of the answers: the last is most often a goodbye.
fn answered(messages: &[Message]) -> String {
    let answers = messages.iter().filter(|message| is_said(message) && message.author == Author::Agent);
    let fullest = answers.max_by_key(|message| message.text.chars().count());
    fullest.map(|message| cut(&line(&message.text))).unwrap_or_default()
}

fn is_said(message: &Message) -> bool {
    message.kind == MessageKind::Text && !message.staff_only && !message.text.trim().is_empty()
}

/// In one line, without what is no writing.
fn line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use kernel::{Id, Rng, Timestamp};

    use super::*;

    fn message(author: Author, text: &str) -> Message {
        let (now, rng) = (Timestamp::from_millis(1_000), Rng::seeded(1));
        Message {
            id: Id::new(now, &rng),
            conversation_id: Id::new(now, &rng),
            seq: 1,
            client_id: "c".into(),
            author,
            author_id: None,
            author_name: String::new(),
            kind: MessageKind::Text,
            text: text.into(),
            file_id: None,
            at: now,
            staff_only: false,
            quote_seq: None,
            data: None,
            edited_at: None,
            recalled_at: None,
        }
    }

    #[test]
    fn a_greeting_is_no_question_and_a_goodbye_no_answer() {
        let said = [
            message(Author::Customer, "你好"),
            message(Author::Agent, "您好，请讲"),
            message(Author::Customer, "镀晶三天就花了\n能退吗？"),
            message(Author::Agent, "可以到店免费重做，请带上工单。"),
            message(Author::Customer, "好"),
            message(Author::Agent, "再见"),
        ];
        assert_eq!(asked(&said), "你好 镀晶三天就花了 能退吗？");
        assert_eq!(answered(&said), "可以到店免费重做，请带上工单。");
        assert_eq!(cut(&"长".repeat(400)).chars().count(), LONGEST);
    }
}
