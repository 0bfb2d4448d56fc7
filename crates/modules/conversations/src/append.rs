//! The transaction that keeps messages, many at a time.
//!
//! The rows of the conversations are locked first, so that numbers are given out in one order;
//! then a handful of statements for the whole batch: message, fact, search index, conversation.

use std::{collections::HashMap, sync::Arc};

use files::FileId;
use kernel::{Actor, Error, Result};
use settings::api::BusinessCalendar;
use store::{Fact, Tx};

use crate::{
    after_hours, events,
    events::{CameAfterHours, CameWaiting},
    model::{
        Author, Card, Conversation, ConversationId, Data, Mentions, Message, MessageKind, Named, Side, check_message,
        reused, topic,
    },
    policy, queries, tell,
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
    /// Whether it is a note among staff.
    pub note: bool,
    /// The number of the message it answers, if it quotes one.
    pub quote_seq: Option<i64>,
    /// The card, when it is one.
    pub card: Option<Card>,
    /// Whom it names, when it is a note.
    pub mentions: Vec<Named>,
    /// Conversations before this one in which it may have been said already: a sender who did not
    /// hear that it was kept says it again, and meanwhile that one may have been closed.
    pub earlier: Vec<ConversationId>,
    /// Whether it is said after the end: the product's parting word, which opens nothing.
    pub parting: bool,
}

impl Post {
    /// Plain words.
    pub fn new(conversation: ConversationId, actor: Actor, client_id: String, text: String) -> Self {
        let (file_id, quote_seq, card, mentions, earlier) = (None, None, None, Vec::new(), Vec::new());
        Self {
            conversation,
            actor,
            client_id,
            text,
            file_id,
            note: false,
            quote_seq,
            card,
            mentions,
            earlier,
            parting: false,
        }
    }
}

/// The business hours, asked for once a batch at most.
type Hours = Option<Arc<BusinessCalendar>>;

fn calendar<'h>(tx: &mut Tx<'_>, hours: &'h mut Hours) -> Result<&'h BusinessCalendar> {
    match hours {
        Some(hours) => Ok(hours),
        None => Ok(hours.insert(settings::api::calendar(tx)?)),
    }
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
    let mut hours: Hours = None;
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
            (Some(conversation), None) => accept(tx, conversation, post, &mut hours).inspect(|message| {
                new.push(message.clone());
                known.insert(key, message.clone());
            }),
        };
        match answer {
            // What the database did not do is nobody's answer: everything after it would fail as well.
            Err(error @ (Error::Internal(_) | Error::Unavailable(_))) => return Err(error),
            answer => answers.push(answer),
        }
    }
    if new.is_empty() {
        return Ok(answers);
    }
    queries::insert_messages(tx, &new)?;
    let mut docs = Vec::with_capacity(new.len());
    let mut touched: Vec<ConversationId> = Vec::with_capacity(ids.len());
    let now = tx.now();
    for message in &new {
        if message.author == Author::Customer && !calendar(tx, &mut hours)?.is_open(now) {
            let (conversation_id, seq) = (message.conversation_id, message.seq);
            let came = CameAfterHours { conversation_id, seq };
            tx.emit(Fact::new(events::CAME_AFTER_HOURS, conversation_id, &came)?);
        }
        let alone = conversations.get(&message.conversation_id).is_some_and(|it| it.waits_alone());
        if message.author == Author::Customer && alone {
            let (conversation_id, seq) = (message.conversation_id, message.seq);
            tx.emit(Fact::new(events::CAME_WAITING, conversation_id, &CameWaiting { conversation_id, seq })?);
        }
        let kind = if message.staff_only { events::NOTE_POSTED } else { events::MESSAGE_POSTED };
        tx.emit(Fact::new(kind, message.conversation_id, message)?.on(topic(message.conversation_id), message.seq));
        if let Some(outgoing) = conversations.get(&message.conversation_id).and_then(|it| it.carries(message)) {
            tx.emit(Fact::new(events::MESSAGE_OUTGOING, message.conversation_id, &outgoing)?);
        }
        if let Some(file) = message.file_id {
            files::api::attach(tx, file, "message", message.reference())?;
        }
        let labels = conversations.get(&message.conversation_id).map(Conversation::labels);
        docs.push(message.search_doc(labels.unwrap_or_default()));
        touched.push(message.conversation_id);
    }
    tx.index(&docs)?;
    touched.sort_unstable();
    touched.dedup();
    let touched: Vec<&Conversation> = touched.iter().filter_map(|id| conversations.get(id)).collect();
    queries::save_posted(tx, &touched)?;
    for conversation in touched {
        tell::inbox(tx, conversation, None)?;
    }
    Ok(answers)
}

/// A client that did not hear our answer says it again: the same answer, unless it says another thing.
fn again(conversation: &Conversation, post: &Post, before: &Message) -> Result<Message> {
    policy::may_post(&post.actor, conversation, post.note)?;
    if before.conversation_id != conversation.id {
        return Ok(before.clone());
    }
    if before.text == post.text && before.author_id == post.actor.id_text() {
        Ok(before.clone())
    } else {
        Err(reused())
    }
}

fn accept(tx: &mut Tx<'_>, conversation: &mut Conversation, post: &Post, hours: &mut Hours) -> Result<Message> {
    let side = policy::may_post(&post.actor, conversation, post.note)?;
    check(tx, conversation, post, side)?;
    let now = tx.now();
    let (author, author_name) = match (side, &post.actor) {
        (Side::Customer, _) => (Author::Customer, conversation.customer_name.clone()),
        (Side::Agent, Actor::Staff(staff)) => (Author::Agent, staff.name.clone()),
        (Side::Agent, _) => (Author::System, String::new()),
    };
    let text = match &post.card {
        Some(card) if post.text.trim().is_empty() => card.title.clone(),
        _ => post.text.clone(),
    };
    let seq = if post.note {
        conversation.advance()
    } else {
        if author == Author::Agent
            && let Some(since) = conversation.unanswered_since()
        {
            after_hours::settled(tx, conversation)?;
            let measured = conversation.answered(since, calendar(tx, hours)?.elapsed(since, now), now);
            if let Some(measured) = measured {
                tx.emit(Fact::new(events::MEASURED, conversation.id, &measured)?);
            }
        }
        let waited = conversation.unanswered_since();
        // A file without words is shown by its name.
        let seq = match post.file_id.filter(|_| text.trim().is_empty()) {
            Some(file) => conversation.take(author, &files::api::get(tx, file)?.name, now),
            None => conversation.take(author, &text, now),
        };
        if conversation.terms.is_some() && conversation.unanswered_since() != waited {
            conversation.wind(calendar(tx, hours)?, now);
        }
        seq
    };
    let kind = match (post.note, &post.card, post.file_id) {
        (true, ..) => MessageKind::Note,
        (_, Some(_), _) => MessageKind::Card,
        (_, _, Some(_)) => MessageKind::File,
        _ => MessageKind::Text,
    };
    Ok(Message {
        id: tx.new_id(),
        conversation_id: conversation.id,
        seq,
        client_id: post.client_id.clone(),
        author,
        author_id: post.actor.id_text(),
        author_name,
        kind,
        text,
        file_id: post.file_id,
        at: now,
        staff_only: post.note,
        quote_seq: post.quote_seq,
        data: data(post),
        edited_at: None,
        recalled_at: None,
    })
}

/// What goes with the words.
fn data(post: &Post) -> Option<Data> {
    let mentions = (!post.mentions.is_empty()).then(|| Mentions { mentions: post.mentions.clone() });
    post.card.clone().map(Data::Card).or(mentions.map(Data::Mentions))
}

fn check(tx: &mut Tx<'_>, conversation: &Conversation, post: &Post, side: Side) -> Result<()> {
    let customer = side == Side::Customer;
    let mut check = check_message(&post.client_id, &post.text, post.file_id.is_some() || post.card.is_some());
    if let Some(card) = &post.card {
        check = card.check(check).that(!post.note && !customer, "data", "not_allowed");
    }
    // A file belongs to what both sides see: whoever sees the conversation may fetch it.
    let bare = post.file_id.is_none() || (!post.note && post.card.is_none());
    check
        .that(post.note || post.mentions.is_empty(), "mentions", "not_allowed")
        .that(bare, "file_id", "not_allowed")
        .that(!post.note || !customer, "kind", "not_allowed")
        .done()?;
    // A colleague may note something about what is over.
    let parting = post.parting && matches!(post.actor, Actor::System(_));
    if !post.note && !parting {
        conversation.must_be_open()?;
        if !customer {
            conversation.must_reach_the_customer()?;
        }
    }
    // Only what the sender uploaded themselves: another's file id is nobody's.
    if let Some(file) = post.file_id
        && !files::api::get(tx, file).is_ok_and(|file| file.is_from(&post.actor))
    {
        return Err(Error::field("file_id", "unknown"));
    }
    if let Some(seq) = post.quote_seq {
        let quoted = queries::message(tx, conversation.id, seq)?;
        let fine = quoted.is_some_and(|it| {
            it.kind != MessageKind::Event && it.recalled_at.is_none() && (!it.staff_only || post.note)
        });
        // One of this very batch is not in the table yet: it is given as unknown, and can be quoted once it stands.
        if !fine {
            return Err(Error::field("quote_seq", "unknown"));
        }
    }
    Ok(())
}
