//! Mails that people write as mails: the first to a customer, an answer with all that one may say of it, and one
//! that is passed on.

use audit::api::Entry;
use conversations::{Conversation, ConversationId, Message, api::Post};
use files::FileId;
use kernel::{Check, CustomerId, Error, Id, Result};
use serde_json::json;
use store::Tx;

use crate::{
    codes,
    letter::{Kind, Mailer},
    model::{Addressees, Listed, Mail, MailFile, Mailbox, Thread, bare, marked, outside},
    policy, queries,
    send::{self, outgoing},
};

/// Files of one mail.
const FILES: usize = 10;
/// Bytes of them together: what most mail servers still take once it is written out.
const BYTES: i64 = 20 << 20;

/// What somebody wrote.
#[derive(Clone)]
pub(crate) struct Written {
    pub client_id: String,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub bcc: Vec<String>,
    pub subject: String,
    pub text: String,
    pub file_ids: Vec<FileId>,
}

impl Written {
    fn check(&self) -> Result<()> {
        let plain = |text: &str| !text.chars().any(char::is_control);
        let mut each = self.file_ids.clone();
        each.sort_unstable();
        each.dedup();
        Check::new()
            // Room for the files' own ids behind it.
            .that((1..=56).contains(&self.client_id.len()), "client_id", "malformed")
            .text("subject", &self.subject, 1..=150)
            .that(plain(&self.subject), "subject", "malformed")
            .text("text", &self.text, 1..=5_000)
            .that(self.file_ids.len() <= FILES, "file_ids", "too_many")
            .that(each.len() == self.file_ids.len(), "file_ids", "repeated")
            .done()
    }

    fn addressees(&self, tx: &mut Tx<'_>, first: Option<&Mailer>) -> Result<Addressees> {
        let ours = queries::addresses(tx)?;
        Addressees::read(first, &ours, &self.to, &self.cc, &self.bcc)
    }
}

/// Whom the first mail goes to: the address that is known of the customer, or the one that is given while none is.
pub(crate) fn recipient(
    tx: &mut Tx<'_>,
    mailbox: &Mailbox,
    customer: CustomerId,
    given: Option<&str>,
) -> Result<Mailer> {
    let known = customers::api::get(tx, customer)?;
    let name = known.name.clone();
    if let Some(address) = known.email {
        let taken = Mailer { name, address };
        return match given {
            None => Ok(taken),
            Some(given) if outside(given).as_ref() == Some(&taken.address) => Ok(taken),
            Some(_) => Err(Error::field("address", "known_otherwise")),
        };
    }
    let given = given.ok_or_else(|| Error::field("address", "required"))?;
    let address = outside(given).ok_or_else(|| Error::field("address", "malformed"))?;
    if queries::addresses(tx)?.contains(&address) {
        return Err(Error::field("address", "ours"));
    }
    let of = customers::api::known_as(tx, mailbox.channel_id, &address)?;
    if of.is_some_and(|of| of != known.id) {
        return Err(codes::ADDRESS_OF_ANOTHER.conflict());
    }
    // It becomes what is known of them, which is a change of their file.
    if !tx.actor().has("customers.edit") {
        return Err(Error::Forbidden("customers.edit"));
    }
    let email = Some(address.clone());
    customers::api::take(tx, known.id, &customers::api::Given { email, ..Default::default() })?;
    Ok(Mailer { name, address })
}

/// The conversation the customer has open by this mailbox.
pub(crate) fn open_by(tx: &mut Tx<'_>, mailbox: &Mailbox, customer: CustomerId) -> Result<Option<Conversation>> {
    conversations::api::open_of(tx, mailbox.channel_id, customer)
}

/// Writes to a customer: in the conversation they have open by this mailbox, or in a new one that is whoever's who
/// writes.
pub(crate) fn first(
    tx: &mut Tx<'_>,
    mailbox: Id<Mailbox>,
    customer: CustomerId,
    address: Option<&str>,
    written: &Written,
) -> Result<Mail> {
    let _permit = policy::may_write(tx.actor(), tx.now())?;
    written.check()?;
    let mailbox = queries::find(tx, mailbox)?;
    let customer = customers::api::survivor(tx, customer)?;
    let to = recipient(tx, &mailbox, customer, address)?;
    let addressees = written.addressees(tx, Some(&to))?;
    if let Some(open) = open_by(tx, &mailbox, customer)?
        && open.assignee_id.is_some()
        && conversations::api::workable(tx, open.id).is_err()
    {
        return Err(codes::THEIRS.conflict());
    }
    let channel = channels::api::get(tx, mailbox.channel_id)?;
    customers::api::bind(tx, channel.id, &to.address, customer)?;
    let conversation = conversations::api::take_up(tx, &channel, customer, &to.name)?;
    let thread = match queries::thread(tx, conversation.id)? {
        Some(thread) => thread,
        None => {
            let token = send::token(tx);
            let thread = Thread::new(mailbox.id, &conversation, to, &bare(&written.subject), token);
            queries::insert_thread(tx, &thread)?;
            thread
        }
    };
    carry(tx, &mailbox, thread, addressees, None, written)
}

/// Answers in a conversation by mail. `quoted` names the mail that is repeated below.
pub(crate) fn answer(tx: &mut Tx<'_>, id: ConversationId, quoted: Option<Id<Mail>>, written: &Written) -> Result<Mail> {
    conversations::api::workable(tx, id)?;
    written.check()?;
    let thread = queries::thread(tx, id)?.ok_or_else(|| codes::NO_THREAD.conflict())?;
    let mailbox = queries::find(tx, thread.mailbox_id)?;
    let addressees = written.addressees(tx, Some(&thread.recipient))?;
    if let Some(quoted) = quoted
        && !queries::mail(tx, quoted).is_ok_and(|mail| mail.conversation_id == Some(id))
    {
        return Err(Error::field("quoted_id", "unknown"));
    }
    carry(tx, &mailbox, thread, addressees, quoted, written)
}

/// The messages, and the one mail that carries them.
fn carry(
    tx: &mut Tx<'_>,
    mailbox: &Mailbox,
    mut thread: Thread,
    addressees: Addressees,
    quoted_id: Option<Id<Mail>>,
    written: &Written,
) -> Result<Mail> {
    let id = thread.conversation_id;
    let files = files_of(tx, &written.file_ids)?;
    let first = post(tx, id, written.client_id.clone(), written.text.trim(), None)?;
    if let Some(before) = queries::of_message(tx, id, first.seq)? {
        // Said before: the sender did not hear that it was kept.
        return Ok(before);
    }
    let mut last_seq = None;
    for (at, file) in files.iter().enumerate() {
        last_seq = Some(post(tx, id, format!("{}.{at}", written.client_id), "", Some(*file))?.seq);
    }
    thread.subject = bare(&written.subject);
    let mail = outgoing(tx, mailbox, &thread, Kind::Mail);
    let Addressees { to, cc, bcc } = addressees;
    let recipients = Listed(mail.recipients.0.iter().cloned().chain(to.0).collect());
    let attachments = Listed(files.iter().map(|file_id| MailFile { file_id: *file_id, cid: None }).collect());
    let subject = marked(&written.subject, &thread.token);
    let mail = Mail { seq: Some(first.seq), last_seq, recipients, cc, bcc, attachments, quoted_id, subject, ..mail };
    for file in files {
        files::api::attach(tx, file, "mail", mail.id)?;
    }
    told(tx, "mail.written", &mail)?;
    send::go(tx, mail.clone(), thread)?;
    Ok(mail)
}

/// Passes a mail on to somebody who is not its customer. The words stand in the conversation as a note.
pub(crate) fn forward(tx: &mut Tx<'_>, id: Id<Mail>, with_files: bool, written: &Written) -> Result<Mail> {
    let _permit = policy::may_write(tx.actor(), tx.now())?;
    let passed = queries::mail(tx, id)?;
    let conversation = passed.conversation_id.ok_or(Error::NotFound)?;
    conversations::api::workable(tx, conversation)?;
    written.check()?;
    let thread = queries::thread(tx, conversation)?.ok_or_else(|| codes::NO_THREAD.conflict())?;
    let mailbox = queries::find(tx, thread.mailbox_id)?;
    let addressees = written.addressees(tx, None)?;
    let everybody = [&addressees.to, &addressees.cc, &addressees.bcc].into_iter().flat_map(|list| &list.0);
    if everybody.into_iter().any(|one| one.address == thread.recipient.address) {
        return Err(Error::field("to", "customer"));
    }
    let mut all = files_of(tx, &written.file_ids)?;
    if with_files {
        all.extend(passed.attachments.0.iter().filter(|file| file.cid.is_none()).map(|file| file.file_id));
    }
    bounded(tx, &all)?;
    let post = Post {
        note: true,
        ..Post::new(conversation, tx.actor().clone(), written.client_id.clone(), written.text.trim().to_owned())
    };
    let note = conversations::api::post(tx, post)?;
    if let Some(before) = queries::of_message(tx, conversation, note.seq)? {
        return Ok(before);
    }
    let mail = outgoing(tx, &mailbox, &thread, Kind::Forward);
    let Addressees { to, cc, bcc } = addressees;
    let attachments = Listed(all.iter().map(|file_id| MailFile { file_id: *file_id, cid: None }).collect());
    let (seq, quoted_id, subject) = (Some(note.seq), Some(passed.id), bare(&written.subject));
    let mail = Mail { seq, recipients: to, cc, bcc, attachments, quoted_id, subject, ..mail };
    for file in &written.file_ids {
        files::api::attach(tx, *file, "mail", mail.id)?;
    }
    told(tx, "mail.forwarded", &mail)?;
    send::go(tx, mail.clone(), thread)?;
    Ok(mail)
}

fn post(
    tx: &mut Tx<'_>,
    id: ConversationId,
    client_id: String,
    text: &str,
    file_id: Option<FileId>,
) -> Result<Message> {
    let post = Post::new(id, tx.actor().clone(), client_id, text.to_owned());
    conversations::api::post(tx, Post { file_id, ..post })
}

/// The sender's own files.
fn files_of(tx: &mut Tx<'_>, ids: &[FileId]) -> Result<Vec<FileId>> {
    for id in ids {
        if !files::api::get(tx, *id).is_ok_and(|file| file.is_from(tx.actor())) {
            return Err(Error::field("file_ids", "unknown"));
        }
    }
    bounded(tx, ids)?;
    Ok(ids.to_vec())
}

/// Refuses what most mail servers would not take.
fn bounded(tx: &mut Tx<'_>, all: &[FileId]) -> Result<()> {
    let mut bytes = 0;
    for id in all {
        bytes += files::api::get(tx, *id)?.size;
    }
    if bytes > BYTES {
        return Err(Error::field("file_ids", "too_large"));
    }
    Ok(())
}

/// On the trail stands how many it went to, not whom.
fn told(tx: &mut Tx<'_>, action: &'static str, mail: &Mail) -> Result<()> {
    let about = json!({ "conversation_id": mail.conversation_id, "mailbox_id": mail.mailbox_id, "recipients": mail.everybody().count(), "files": mail.attachments.0.len() });
    audit::api::record(tx, Entry::new(action, "mail", mail.id).created(&about)).map(drop)
}
