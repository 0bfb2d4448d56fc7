//! What is told of the demo story but not yet written down.

use std::collections::HashMap;

use kernel::{Actor, Result};
use store::Tx;

use super::tale::{Happened, Tale, Told};
use crate::{
    api::DemoTake,
    model::{Conversation, Message, MessageKind, MessageVersion, RatingRow},
    queries,
};

/// What is told but not yet written.
#[derive(Default)]
pub(super) struct Book {
    conversations: Vec<Conversation>,
    messages: Vec<Message>,
    versions: Vec<MessageVersion>,
    ratings: Vec<RatingRow>,
    happened: Vec<Happened>,
}

impl Book {
    /// Takes a tale in; answers who took it when.
    pub(super) fn add(&mut self, tale: Tale) -> Vec<DemoTake> {
        let Told { conversation, messages, versions, rating, happened, takes } = tale.told();
        self.conversations.push(conversation);
        self.messages.extend(messages);
        self.versions.extend(versions);
        self.ratings.extend(rating);
        self.happened.extend(happened);
        takes
    }

    /// How many are in it.
    pub(super) fn len(&self) -> usize {
        self.conversations.len()
    }

    /// Writes it down, everything in the order it happened in.
    pub(super) fn write(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let conversations = std::mem::take(&mut self.conversations);
        queries::insert_many(tx, &conversations)?;
        queries::add_tags(tx, &conversations)?;
        let labels: HashMap<_, _> = conversations.iter().map(|one| (one.id, one.labels())).collect();
        let labels = |message: &Message| labels.get(&message.conversation_id).cloned().unwrap_or_default();
        let mut messages = std::mem::take(&mut self.messages);
        messages.sort_by_key(|message| message.at);
        queries::insert_messages(tx, &messages)?;
        let said = messages.iter().filter(|message| message.kind != MessageKind::Event && !message.text.is_empty());
        let docs: Vec<_> = said.map(|message| message.search_doc(labels(message))).collect();
        tx.index(&docs)?;
        for message in messages {
            if let Some(file) = message.file_id {
                tx.as_of(message.at, Actor::System("demo"))?;
                files::api::attach(tx, file, "message", message.reference())?;
            }
        }
        for version in std::mem::take(&mut self.versions) {
            queries::insert_version(tx, &version)?;
        }
        for rating in std::mem::take(&mut self.ratings) {
            queries::rated(tx, &rating)?;
        }
        let mut happened = std::mem::take(&mut self.happened);
        happened.sort_by_key(|one| one.at);
        for Happened { at, by, fact, entry } in happened {
            tx.as_of(at, by)?;
            tx.emit(fact);
            if let Some(entry) = entry {
                audit::api::record(tx, entry)?;
            }
        }
        Ok(())
    }
}
