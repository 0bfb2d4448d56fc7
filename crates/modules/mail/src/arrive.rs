//! Taking in a mail: whose it is, into which conversation it goes, and what it is when it is none for
//! a person. One transaction: the mail, its messages and how far was fetched stand or fall together.

use std::sync::Arc;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use conversations::{
    Attributes, Conversation, ConversationId, Event, QueuePlace, State, Trail,
    api::{Opening, Post},
};
use files::FileId;
use futures_util::stream;
use http::App;
use kernel::{Actor, Error, Id, Origin, Result, Timestamp, Visitor};
use store::Tx;

use crate::{
    letter::{Attachment, Kind, LARGEST, Letter, Mailer, Report, Unreadable, made_id},
    model::{Direction, DroppedFile, Listed, Mail, MailFile, MailState, Mailbox, MailboxState, Thread, token_in},
    queries, send, tell,
};

/// How many acknowledgements one address is sent in a day, whatever it writes: what answers machines
/// with machines ends here.
const ACKNOWLEDGED_A_DAY: i64 = 5;
const DAY_MS: i64 = 24 * 3_600_000;
/// Bytes of an unreadable mail that are kept.
const KEPT: usize = 2 << 20;

/// Where a mail came from: a mailbox, and its number there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    pub mailbox: Id<Mailbox>,
    /// The epoch of the lease under which it is fetched; none when it is no fetch.
    pub epoch: Option<i64>,
    pub uid_validity: i64,
    pub uid: i64,
}

/// A file of a mail that was taken.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub file_id: FileId,
    pub cid: Option<String>,
    /// It is shown within the text.
    pub inside: bool,
}

/// Reads a mail and keeps it, whatever it is.
///
/// # Errors
/// [`Error::Unavailable`] and the like, after which the same mail is to be taken again. One that
/// cannot be kept as a mail is kept as unreadable.
pub(crate) async fn take(app: &App, source: Source, raw: Arc<Vec<u8>>) -> Result<()> {
    let letter = read(raw.clone()).await;
    let letter = match letter {
        Ok(letter) => Arc::new(letter),
        Err(why) => return keep_unreadable(app, source, raw, why).await,
    };
    match take_letter(app, source, letter).await {
        Err(Error::Unavailable(part)) => Err(Error::Unavailable(part)),
        Err(Error::Conflict(code, params)) if code == work::codes::LEASE_LOST => Err(Error::Conflict(code, params)),
        Err(error) => {
            // One bad mail never stops the fetch.
            tracing::warn!(%error, uid = source.uid, "a mail could not be taken in and is kept as it came");
            keep_unreadable(app, source, raw, Unreadable::Refused).await
        }
        taken => taken,
    }
}

/// Off the threads that serve, and with a net: whatever a mail does to its reader, the next is read.
async fn read(raw: Arc<Vec<u8>>) -> Result<Letter, Unreadable> {
    tokio::task::spawn_blocking(move || Letter::read(&raw)).await.unwrap_or(Err(Unreadable::Malformed))
}

async fn take_letter(app: &App, source: Source, letter: Arc<Letter>) -> Result<()> {
    let origin = Origin::system("mail");
    let asked = letter.clone();
    let whose = app.db().write(&origin, move |tx| whose(tx, source.mailbox, &asked)).await?;
    let (mut taken, mut dropped) = (Vec::new(), Vec::new());
    if let Some(visitor) = whose {
        let sender = Arc::new(Origin { actor: Actor::Visitor(visitor), ..Origin::clone(&origin) });
        for attachment in &letter.attachments {
            let inside = is_inside(&letter, attachment);
            let bytes = Bytes::from(attachment.bytes.clone());
            let chunks = stream::iter([Ok(bytes)]);
            match files::api::receive_stream(app, &sender, "message", &attachment.name, chunks).await {
                Ok(file) => taken.push(Taken { file_id: file.id, cid: attachment.cid.clone(), inside }),
                Err(Error::Invalid(bad)) => {
                    let why = bad.first().map_or("unreadable", |bad| bad.code).to_owned();
                    dropped.push(DroppedFile { name: crate::letter::one_line(&attachment.name), why });
                }
                Err(Error::Limited { .. }) => {
                    dropped
                        .push(DroppedFile { name: crate::letter::one_line(&attachment.name), why: "limited".into() });
                }
                Err(error) => return Err(error),
            }
        }
    }
    let line = app.part::<Box<dyn QueuePlace>>();
    app.db().write(&origin, move |tx| keep(tx, &**line, source, &letter, whose, &taken, &dropped)).await
}

/// Whether the text shows it itself.
fn is_inside(letter: &Letter, attachment: &Attachment) -> bool {
    let html = letter.html.as_deref().unwrap_or_default();
    attachment.cid.as_ref().is_some_and(|cid| {
        let mut mark = String::new();
        crate::letter::escape(&mut mark, cid);
        html.contains(&format!("data-cid=\"{mark}\""))
    })
}

/// Whose words a mail is, on the mailbox's channel; none for what is no person's, and for what is known.
fn whose(tx: &mut Tx<'_>, mailbox: Id<Mailbox>, letter: &Letter) -> Result<Option<Visitor>> {
    let mailbox = queries::find(tx, mailbox)?;
    if queries::is_known(tx, mailbox.id, &letter.message_id, Direction::In)?
        || is_ours(tx, letter)?
        || !matches!(letter.kind, Kind::Mail | Kind::Bulk)
    {
        return Ok(None);
    }
    if forwarded_to(tx, &mailbox, letter)?.is_some() {
        return Ok(None);
    }
    let channel = mailbox.channel_id;
    let name = Some(letter.from.name.as_str()).filter(|name| !name.is_empty());
    let customer = customers::api::for_address(tx, channel, &letter.from.address, name)?;
    if let Some(conversation) = answered(tx, &mailbox, letter)? {
        let of_another = customers::api::survivor(tx, conversation.customer_id)? != customer.id;
        // What only we and whoever got our mail can know lets another address speak for the customer.
        if !of_another || knows_ours(tx, &mailbox, letter, conversation.id)? {
            return Ok(Some(Visitor { customer: conversation.customer_id, channel }));
        }
    }
    Ok(Some(Visitor { customer: customer.id, channel }))
}

/// From one of our own addresses: mailboxes do not talk with each other.
fn is_ours(tx: &mut Tx<'_>, letter: &Letter) -> Result<bool> {
    Ok(letter.kind == Kind::Loop || queries::addresses(tx)?.contains(&letter.from.address))
}

/// The conversation a mail goes on with, while it is open.
fn answered(tx: &mut Tx<'_>, mailbox: &Mailbox, letter: &Letter) -> Result<Option<Conversation>> {
    let mut ids: Vec<ConversationId> = queries::named(tx, mailbox.id, &letter.references)?
        .into_iter()
        .filter_map(|mail| mail.conversation_id)
        .collect();
    if let Some(token) = token_in(&letter.subject)
        && let Some(thread) = queries::thread_of_token(tx, &token)?
    {
        ids.push(thread.conversation_id);
    }
    ids.dedup();
    for id in ids {
        let conversation = conversations::api::get(tx, id)?;
        if conversation.state != State::Closed && conversation.channel_id == mailbox.channel_id {
            return Ok(Some(conversation));
        }
    }
    Ok(None)
}

/// The open conversation of which a mail was forwarded to whoever wrote this one, which answers it. They are
/// not the customer, whatever else they name.
fn forwarded_to(tx: &mut Tx<'_>, mailbox: &Mailbox, letter: &Letter) -> Result<Option<Conversation>> {
    let named = queries::named(tx, mailbox.id, &letter.references)?.into_iter();
    let Some(forward) = named.into_iter().find(|mail| mail.kind == Kind::Forward && mail.reaches(&letter.from.address))
    else {
        return Ok(None);
    };
    let Some(id) = forward.conversation_id else { return Ok(None) };
    let conversation = conversations::api::get(tx, id)?;
    Ok(Some(conversation).filter(|found| found.state != State::Closed))
}

/// Whether a mail names one of ours in this conversation, or its token.
fn knows_ours(tx: &mut Tx<'_>, mailbox: &Mailbox, letter: &Letter, id: ConversationId) -> Result<bool> {
    let mut named = queries::named(tx, mailbox.id, &letter.references)?.into_iter();
    let ours = |mail: &Mail| mail.direction == Direction::Out && mail.kind != Kind::Forward;
    if named.any(|mail| ours(&mail) && mail.conversation_id == Some(id)) {
        return Ok(true);
    }
    let thread = queries::thread(tx, id)?;
    Ok(thread.is_some_and(|thread| token_in(&letter.subject) == Some(thread.token)))
}

/// Keeps a mail that could be read.
pub(crate) fn keep(
    tx: &mut Tx<'_>,
    line: &dyn QueuePlace,
    source: Source,
    letter: &Letter,
    whose: Option<Visitor>,
    taken: &[Taken],
    dropped: &[DroppedFile],
) -> Result<()> {
    check(tx, source)?;
    let mailbox = queries::find(tx, source.mailbox)?;
    if queries::is_known(tx, mailbox.id, &letter.message_id, Direction::In)? {
        return advance(tx, source, |_| {});
    }
    let mut mail = incoming(tx, &mailbox, letter);
    match (whose, letter.kind) {
        (Some(visitor), Kind::Mail | Kind::Bulk) => {
            say(tx, line, &mailbox, letter, visitor, &mut mail, taken, dropped)?;
            advance(tx, source, |fetch| fetch.received += 1)?;
        }
        // What was passed on to them was closed a moment ago: theirs is a mail like any other now.
        (None, Kind::Mail | Kind::Bulk) if !is_ours(tx, letter)? && forwarded_to(tx, &mailbox, letter)?.is_none() => {
            return Err(Error::Unavailable("mail"));
        }
        _ => {
            set_aside(tx, &mailbox, letter, &mut mail)?;
            advance(tx, source, |fetch| fetch.set_aside += 1)?;
        }
    }
    tell::mail(tx, &mail)
}

fn check(tx: &mut Tx<'_>, source: Source) -> Result<()> {
    match source.epoch {
        Some(epoch) => work::lease::check(tx, crate::fetch::LEASE, epoch),
        None => Ok(()),
    }
}

/// Notes how far was fetched.
fn advance(tx: &mut Tx<'_>, source: Source, count: impl FnOnce(&mut crate::MailboxFetch)) -> Result<()> {
    let mut fetch = queries::fetch(tx, source.mailbox)?;
    if source.epoch.is_some() {
        if fetch.uid_validity != source.uid_validity {
            (fetch.uid_validity, fetch.last_uid) = (source.uid_validity, 0);
        }
        fetch.last_uid = fetch.last_uid.max(source.uid);
    }
    count(&mut fetch);
    queries::save_fetch(tx, &fetch)
}

fn incoming(tx: &mut Tx<'_>, mailbox: &Mailbox, letter: &Letter) -> Mail {
    Mail {
        id: tx.new_id(),
        mailbox_id: mailbox.id,
        direction: Direction::In,
        kind: letter.kind,
        state: MailState::Received,
        message_id: letter.message_id.clone(),
        conversation_id: None,
        seq: None,
        last_seq: None,
        customer_id: None,
        sender: letter.from.clone(),
        recipients: Listed(letter.to.clone()),
        cc: Listed(letter.cc.clone()),
        bcc: Listed::default(),
        subject: letter.subject.clone(),
        text: letter.text.clone(),
        html: letter.html.clone(),
        remote_pictures: i64::try_from(letter.remote_pictures).unwrap_or(i64::MAX),
        attachments: Listed::default(),
        dropped: Listed::default(),
        quoted_id: None,
        why: String::new(),
        at: tx.now(),
        sent_at: None,
    }
}

/// The customer's words, in the conversation they belong to.
#[expect(clippy::too_many_arguments, reason = "one mail, and all that came with it")]
fn say(
    tx: &mut Tx<'_>,
    line: &dyn QueuePlace,
    mailbox: &Mailbox,
    letter: &Letter,
    visitor: Visitor,
    mail: &mut Mail,
    taken: &[Taken],
    dropped: &[DroppedFile],
) -> Result<()> {
    let going_on = answered(tx, mailbox, letter)?.filter(|found| found.customer_id == visitor.customer);
    let conversation = match going_on {
        Some(conversation) => conversation,
        None => open(tx, line, mailbox, visitor)?,
    };
    mail.conversation_id = Some(conversation.id);
    mail.customer_id = Some(conversation.customer_id);
    mail.dropped = Listed(dropped.to_vec());
    mail.attachments =
        Listed(taken.iter().map(|file| MailFile { file_id: file.file_id, cid: file.cid.clone() }).collect());
    let by = Actor::Visitor(Visitor { customer: conversation.customer_id, channel: conversation.channel_id });
    let mut text = conversations::api::fit(&letter.fresh);
    let outside: Vec<_> = taken.iter().filter(|file| !file.inside).collect();
    if text.is_empty() {
        text = conversations::api::fit(&letter.subject);
    }
    if text.is_empty() && outside.is_empty() {
        text = "✉".into();
    }
    if !text.is_empty() {
        let post = Post::new(conversation.id, by.clone(), mail.id.to_string(), text);
        mail.seq = Some(conversations::api::post(tx, post)?.seq);
    }
    for (at, file) in outside.into_iter().enumerate() {
        let post = Post::new(conversation.id, by.clone(), format!("{}.{at}", mail.id), String::new());
        let message = conversations::api::post(tx, Post { file_id: Some(file.file_id), ..post })?;
        mail.seq = mail.seq.or(Some(message.seq));
    }
    for file in taken {
        files::api::attach(tx, file.file_id, "mail", mail.id)?;
    }
    queries::insert_mail(tx, mail)?;
    thread(tx, mailbox, letter, &conversation)
}

/// The customer's open conversation on this channel, or a new one that waits where the channel leads.
fn open(tx: &mut Tx<'_>, line: &dyn QueuePlace, mailbox: &Mailbox, visitor: Visitor) -> Result<Conversation> {
    let channel = channels::api::get(tx, mailbox.channel_id)?;
    let customer = customers::api::get(tx, visitor.customer)?;
    let opening = Opening {
        channel: &channel,
        customer: visitor.customer,
        name: &customer.name,
        queue: line.queue(tx, channel.id)?,
        page: None,
        attributes: Attributes::default(),
        trail: Trail::default(),
    };
    conversations::api::open(tx, opening).map(|(conversation, _)| conversation)
}

/// What an answer will need, and the word that the mail arrived, once.
fn thread(tx: &mut Tx<'_>, mailbox: &Mailbox, letter: &Letter, conversation: &Conversation) -> Result<()> {
    let known = queries::thread(tx, conversation.id)?;
    let is_new = known.is_none();
    let mut thread = match known {
        Some(thread) => thread,
        None => Thread::new(mailbox.id, conversation, letter.reply_to.clone(), &letter.subject, send::token(tx)),
    };
    // An answer goes to where the customer wrote from last; never to somebody who only joined in.
    if letter.from.address == thread.recipient.address || letter.reply_to.address == thread.recipient.address {
        thread.recipient = letter.reply_to.clone();
    }
    if !letter.subject.is_empty() && (is_new || thread.subject.is_empty()) {
        thread.subject.clone_from(&letter.subject);
    }
    thread = letter.references.iter().fold(thread, |thread, id| thread.with(id)).with(&letter.message_id);
    let acknowledges = letter.kind == Kind::Mail
        && thread.acknowledged_at.is_none()
        && !mailbox.acknowledgement.is_empty()
        && mailbox.state == MailboxState::Active;
    if acknowledges {
        let recipients = serde_json::to_string(&[&thread.recipient]).map_err(Error::internal)?;
        let since: Timestamp = tx.now().plus_millis(-DAY_MS);
        if queries::acknowledged_since(tx, mailbox.id, since, &recipients)? < ACKNOWLEDGED_A_DAY {
            thread.acknowledged_at = Some(tx.now());
        }
    }
    match is_new {
        true => queries::insert_thread(tx, &thread)?,
        false => queries::save_thread(tx, &thread)?,
    }
    if acknowledges && thread.acknowledged_at == Some(tx.now()) {
        send::acknowledge(tx, mailbox, &thread)?;
        conversations::api::post_event(tx, conversation.id, Event::Acknowledged {}, &mailbox.acknowledgement)?;
    }
    Ok(())
}

/// What is none for a person: a bounce marks what came back, a machine's answer is a line in the
/// conversation it answers, and our own come back to us is nothing.
fn set_aside(tx: &mut Tx<'_>, mailbox: &Mailbox, letter: &Letter, mail: &mut Mail) -> Result<()> {
    mail.state = MailState::SetAside;
    if is_ours(tx, letter)? && letter.kind != Kind::Bounce {
        mail.kind = Kind::Loop;
    }
    let failed = match (&letter.report, mail.kind) {
        (Some(report), Kind::Bounce) => came_back(tx, mailbox, report)?,
        _ => None,
    };
    let answered = match mail.kind {
        Kind::AutoReply => answered(tx, mailbox, letter)?,
        Kind::Mail | Kind::Bulk => forwarded_to(tx, mailbox, letter)?,
        _ => None,
    };
    let conversation =
        failed.as_ref().and_then(|mail| mail.conversation_id).or(answered.as_ref().map(|found| found.id));
    if let Some(id) = conversation {
        mail.conversation_id = Some(id);
        mail.customer_id = Some(conversations::api::get(tx, id)?.customer_id);
    }
    if let (Some(conversation), Kind::Mail | Kind::Bulk) = (&answered, mail.kind) {
        // What somebody outside sends along is not taken into the customer's record unasked.
        let left =
            |file: &Attachment| DroppedFile { name: crate::letter::one_line(&file.name), why: "forwarded".into() };
        mail.dropped = Listed(letter.attachments.iter().map(left).collect());
        let said = conversations::api::fit(&letter.fresh);
        let told = conversations::api::post_event(tx, conversation.id, Event::ForwardAnswered {}, &said)?;
        (mail.state, mail.seq) = (MailState::Received, Some(told.seq));
    }
    mail.why = letter.report.as_ref().map(|report| report.why.clone()).unwrap_or_default();
    queries::insert_mail(tx, mail)?;
    if let (Some(failed), Some(report)) = (failed, &letter.report)
        && !report.delayed
        && failed.state != MailState::Failed
    {
        let dead = report.dead_among(&failed);
        tell::failed(tx, failed, &report.why, dead.as_deref())?;
    }
    if let Some(conversation) = answered.filter(|_| mail.kind == Kind::AutoReply) {
        conversations::api::post_event(
            tx,
            conversation.id,
            Event::AutoReply {},
            &conversations::api::fit(&letter.fresh),
        )?;
    }
    Ok(())
}

/// The mail of ours that a bounce names.
fn came_back(tx: &mut Tx<'_>, mailbox: &Mailbox, report: &Report) -> Result<Option<Mail>> {
    Ok(queries::named(tx, mailbox.id, &report.message_ids)?.into_iter().find(|mail| mail.direction == Direction::Out))
}

/// Keeps what cannot be read as it came, and counts it.
pub(crate) async fn keep_unreadable(app: &App, source: Source, raw: Arc<Vec<u8>>, why: Unreadable) -> Result<()> {
    let origin = Origin::system("mail");
    app.db()
        .write(&origin, move |tx| {
            check(tx, source)?;
            let mailbox = queries::find(tx, source.mailbox)?;
            let letter = Letter { message_id: made_id(&raw), from: Mailer::default(), ..Letter::default() };
            let mut mail = incoming(tx, &mailbox, &letter);
            (mail.state, mail.why) = (MailState::Unreadable, why.text().to_owned());
            if queries::insert_mail(tx, &mail)? {
                let kept = &raw[..raw.len().min(KEPT)];
                queries::insert_raw(tx, mail.id, &BASE64_STANDARD.encode(kept))?;
                advance(tx, source, |fetch| fetch.unreadable += 1)?;
                tell::mail(tx, &mail)
            } else {
                advance(tx, source, |_| {})
            }
        })
        .await
}

/// Whether a mail of this size is fetched whole.
pub(crate) fn is_fetched_whole(size: usize) -> bool {
    size <= LARGEST
}
