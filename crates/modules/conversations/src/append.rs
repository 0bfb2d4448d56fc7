//! The transaction that keeps messages, many at a time.
//!
//! The rows of the conversations are locked first, so that numbers are given out in one order;
//! then a handful of statements for the whole batch: message, fact, search index, conversation.

use std::collections::HashMap;

use files::FileId;
use kernel::{Actor, Error, Result};
use store::{Fact, SearchDoc, Tx};

use crate::{
    api::tell_inbox,
    events,
    model::{Author, Conversation, ConversationId, Message, MessageKind, Side, check_message, reused, topic},
    policy, queries,
};

/// A message on its way.
#[derive(Clone, Debug)]
pub struct Post {
    /// Where to.
    pub conversation: ConversationId,
    /// From whom.
    pub actor: Actor,
    /// The sender's own id of it.
    pub client_id: String,
    /// What is said.
    pub text: String,
    /// The file, when it is one.
    pub file_id: Option<FileId>,
    /// Conversations before this one in which it may have been said already: a sender who did not
    /// hear that it was kept says it again, and meanwhile that one may have been closed.
    pub earlier: Vec<ConversationId>,
}

/// Keeps what of `posts` may be kept, in their order; each has an answer of its own. One that was
/// kept before is answered as it was.
///
/// # Errors
/// From the database: then none is kept.
pub(crate) fn append(tx: &mut Tx<'_>, posts: &[Post]) -> Result<Vec<Result<Message>>> {
    let mut ids: Vec<_> = posts.iter().map(|post| post.conversation).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut conversations: HashMap<_, _> =
        queries::lock_many(tx, &ids)?.into_iter().map(|found| (found.id, found)).collect();
    let places =
        |post: &Post| std::iter::once(post.conversation).chain(post.earlier.iter().copied()).collect::<Vec<_>>();
    let pairs: Vec<_> =
        posts.iter().flat_map(|post| places(post).into_iter().map(|id| (id, post.client_id.as_str()))).collect();
    let mut known: HashMap<(ConversationId, String), Message> = queries::posted(tx, &pairs)?
        .into_iter()
        .map(|found| ((found.conversation_id, found.client_id.clone()), found))
        .collect();

    let mut answers = Vec::with_capacity(posts.len());
    let mut new = Vec::with_capacity(posts.len());
    for post in posts {
        let key = (post.conversation, post.client_id.clone());
        let before = post
            .earlier
            .iter()
            .filter_map(|id| known.get(&(*id, post.client_id.clone())))
            .find(|before| before.repeats(&post.text));
        let answer = match (conversations.get_mut(&post.conversation), known.get(&key).or(before)) {
            (None, _) => Err(Error::NotFound),
            (Some(conversation), Some(before)) => again(conversation, post, before),
            (Some(conversation), None) => accept(tx, conversation, post).inspect(|message| {
                new.push(message.clone());
                known.insert(key, message.clone());
            }),
        };
        answers.push(answer);
    }
    if new.is_empty() {
        return Ok(answers);
    }
    queries::insert_messages(tx, &new)?;
    let mut docs = Vec::with_capacity(new.len());
    let mut touched: Vec<ConversationId> = Vec::with_capacity(ids.len());
    for message in &new {
        tx.emit(
            Fact::new(events::MESSAGE_POSTED, message.conversation_id, message)?
                .on(topic(message.conversation_id), message.seq),
        );
        let reference = format!("{}/{}", message.conversation_id, message.seq);
        if let Some(file) = message.file_id {
            files::api::attach(tx, file, "message", &reference)?;
        }
        docs.push(SearchDoc { kind: "message", reference, at: message.at, text: message.text.clone() });
        touched.push(message.conversation_id);
    }
    tx.index(&docs)?;
    touched.sort_unstable();
    touched.dedup();
    let touched: Vec<&Conversation> = touched.iter().filter_map(|id| conversations.get(id)).collect();
    queries::save_posted(tx, &touched)?;
    for conversation in touched {
        tell_inbox(tx, conversation, None)?;
    }
    Ok(answers)
}

/// A client that did not hear our answer says it again: the same answer, unless it says another thing.
fn again(conversation: &Conversation, post: &Post, before: &Message) -> Result<Message> {
    policy::may_reply(&post.actor, conversation)?;
    if before.conversation_id != conversation.id {
        return Ok(before.clone());
    }
    if before.text == post.text && before.author_id == post.actor.id_text() {
        Ok(before.clone())
    } else {
        Err(reused())
    }
}

fn accept(tx: &mut Tx<'_>, conversation: &mut Conversation, post: &Post) -> Result<Message> {
    let side = policy::may_reply(&post.actor, conversation)?;
    check_message(&post.client_id, &post.text, post.file_id.is_some())?;
    conversation.must_be_open()?;
    // Only what the sender uploaded themselves: another's file id is nobody's.
    if let Some(file) = post.file_id
        && !files::api::get(tx, file).is_ok_and(|file| file.is_from(&post.actor))
    {
        return Err(Error::field("file_id", "unknown"));
    }
    let (author, author_name) = match (side, &post.actor) {
        (Side::Customer, _) => (Author::Customer, conversation.customer_name.clone()),
        (Side::Agent, Actor::Staff(staff)) => (Author::Agent, staff.name.clone()),
        (Side::Agent, _) => (Author::System, String::new()),
    };
    Ok(Message {
        id: tx.new_id(),
        conversation_id: conversation.id,
        seq: conversation.take(author, &post.text, tx.now()),
        client_id: post.client_id.clone(),
        author,
        author_id: post.actor.id_text(),
        author_name,
        kind: if post.file_id.is_some() { MessageKind::File } else { MessageKind::Text },
        text: post.text.clone(),
        file_id: post.file_id,
        at: tx.now(),
    })
}
