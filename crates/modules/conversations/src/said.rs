//! What a customer said last, for `knowledge`.

use kernel::{Error, Result};
use knowledge::{Talk, Talks};
use store::Tx;

use crate::{
    api,
    model::{Author, ConversationId, Message, MessageKind, Side},
    queries,
};

/// Messages that are looked through.
const LOOKED: i64 = 30;
/// Characters that are handed on.
const LONGEST: usize = 500;

struct Said;

impl Talks for Said {
    fn talk(&self, tx: &mut Tx<'_>, conversation: &str) -> Result<Talk> {
        let id: ConversationId = conversation.parse().map_err(|_| Error::NotFound)?;
        let conversation = api::readable(tx, id)?;
        let messages = queries::messages_before(tx, id, i64::MAX, LOOKED, Side::Agent)?;
        Ok(Talk { customer: conversation.customer_id, said: last_said(&messages) })
    }
}

/// What the customer said since they were last answered; with nothing since, what they said before that.
fn last_said(messages: &[Message]) -> String {
    let mut said: Vec<&str> = Vec::new();
    for message in messages.iter().rev() {
        match (message.author, message.kind) {
            (Author::Customer, MessageKind::Text) if !message.text.is_empty() => said.push(&message.text),
            (Author::Customer, _) | (_, MessageKind::Note | MessageKind::Event) => {}
            _ if said.is_empty() => {}
            _ => break,
        }
    }
    said.reverse();
    let all = said.join("\n");
    // Of much, what was said last.
    let skip = all.chars().count().saturating_sub(LONGEST);
    all.chars().skip(skip).collect()
}

pub(crate) fn talks() -> Box<dyn Talks> {
    Box::new(Said)
}
