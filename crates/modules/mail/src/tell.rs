//! How what happened to mailboxes and mails is told.

use audit::api::Entry;
use conversations::Event;
use kernel::Result;
use store::{Fact, Tx};

use crate::{
    events::{MailBounced, MailChanged, MailboxChanged},
    model::{Mail, MailState, Mailbox, MailboxState},
    queries,
};

/// Tells that a mailbox was added or set otherwise.
pub(crate) fn mailbox(tx: &mut Tx<'_>, mailbox: &Mailbox) -> Result<()> {
    let fact = MailboxChanged { mailbox_id: mailbox.id, active: mailbox.state == MailboxState::Active };
    tx.emit(Fact::new(MailboxChanged::KIND, mailbox.id, &fact)?);
    tx.notify("mailboxes", MailboxChanged::KIND, mailbox, None)
}

/// Tells where a mail stands now.
pub(crate) fn mail(tx: &mut Tx<'_>, mail: &Mail) -> Result<()> {
    let (mail_id, mailbox_id, state) = (mail.id, mail.mailbox_id, mail.state);
    let fact = MailChanged { mail_id, mailbox_id, conversation_id: mail.conversation_id, state };
    tx.emit(Fact::new(MailChanged::KIND, mail.id, &fact)?);
    match mail.conversation_id {
        Some(id) => tx.notify(&format!("conversation:{id}"), MailChanged::KIND, &fact, None),
        None => Ok(()),
    }
}

/// A mail will not reach whom it was for: it says so, and so does the conversation. `dead` is the address that is why.
pub(crate) fn failed(tx: &mut Tx<'_>, mut mail: Mail, why: &str, dead: Option<&str>) -> Result<()> {
    if dead.is_some() && dead == mail.recipients.0.first().map(|first| first.address.as_str()) {
        tx.emit(Fact::new(MailBounced::KIND, mail.id, &MailBounced { mail_id: mail.id })?);
    }
    mail.state = MailState::Failed;
    mail.why = why.chars().take(300).collect();
    queries::save_mail(tx, &mail)?;
    // Not why: mail servers name whom they could not reach, and the trail outlives an erasure.
    let entry = Entry::new("mail.failed", "mail", mail.id).created(&serde_json::json!({"message_id": mail.message_id}));
    audit::api::record(tx, entry)?;
    if let Some(id) = mail.conversation_id {
        let event = Event::MailFailed { seq: mail.seq.unwrap_or_default() };
        conversations::api::post_event(tx, id, event, &mail.why)?;
    }
    self::mail(tx, &mail)
}

/// Tells the list of mailboxes how a fetch went.
pub(crate) fn fetched(tx: &mut Tx<'_>, fetch: &crate::MailboxFetch) -> Result<()> {
    tx.notify("mailboxes", "mailbox.fetched", fetch, None)
}
