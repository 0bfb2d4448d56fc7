//! Mails that go: which messages become one, what it is made of, and what becomes of it.

use std::time::Duration;

use channels::ChannelKind;
use conversations::{ConversationId, events};
use http::App;
use kernel::{CustomerId, Error, Id, Result};
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor,
    address::{Address, Envelope},
    transport::smtp::{
        authentication::{Credentials, Mechanism},
        client::{Certificate, Tls, TlsParameters},
    },
};
use serde::{Deserialize, Serialize};
use store::{StoredFact, Tx};
use tokio::sync::watch;
use work::{Handler, Job, JobCx, Listener};

use crate::{
    compose::{Outgoing, write},
    fetch::Failure,
    letter::{Kind, Mailer, is_dead},
    model::{
        Direction, Listed, Mail, MailSecurity, MailState, Mailbox, MailboxAuth, MailboxState, Secrets, Thread, Trouble,
        answer_to,
    },
    oauth, queries, tell,
};

/// How long a mail server may take for each thing it is told.
const PATIENCE: Duration = Duration::from_secs(30);
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Sends a mail.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SendMail {
    mail_id: Id<Mail>,
}

impl Job for SendMail {
    const KIND: &'static str = "mail.send";
    const TIMEOUT: Duration = Duration::from_secs(300);
}

/// What a subject is marked with: 60 bits nobody guesses.
pub(crate) fn token(tx: &mut Tx<'_>) -> String {
    tx.rng().bytes::<12>().iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

/// What colleagues say in a conversation by mail goes out as one.
pub(crate) fn listen() -> Listener {
    Listener::new("mail.send", &[events::MESSAGE_OUTGOING, events::SPLIT], |tx, fact: &StoredFact| {
        if fact.kind == events::SPLIT {
            return split(tx, fact);
        }
        let events::Outgoing { conversation_id: id, seq, channel_kind, .. } =
            serde_json::from_str(&fact.data).map_err(Error::internal)?;
        if channel_kind != ChannelKind::Email {
            return Ok(());
        }
        let Some(thread) = queries::thread(tx, id)? else { return Ok(()) };
        if queries::of_message(tx, id, seq)?.is_some() {
            return Ok(());
        }
        let mailbox = queries::find(tx, thread.mailbox_id)?;
        let quoted_id = match mailbox.quotes {
            true => last_of_theirs(tx, id)?.map(|mail| mail.id),
            false => None,
        };
        let mail = Mail { seq: Some(seq), quoted_id, ..outgoing(tx, &mailbox, &thread, Kind::Mail) };
        go(tx, mail, thread)
    })
}

/// A part of a thread of mails that became a conversation of its own is answered as a thread of its own: under its own
/// subject and mark, so that what the customer answers comes back to it.
fn split(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    let events::Split { conversation_id, from_id } = serde_json::from_str(&fact.data).map_err(Error::internal)?;
    let Some(from) = queries::thread(tx, from_id)? else { return Ok(()) };
    let conversation = conversations::api::get(tx, conversation_id)?;
    let subject = conversation.subject.clone().unwrap_or_default();
    let token = token(tx);
    let thread = Thread::new(from.mailbox_id, &conversation, from.recipient, &subject, token);
    // Whoever wrote was told that it arrived.
    queries::insert_thread(tx, &Thread { acknowledged_at: from.acknowledged_at, ..thread })
}

/// Tells whoever wrote that it arrived.
pub(crate) fn acknowledge(tx: &mut Tx<'_>, mailbox: &Mailbox, thread: &Thread) -> Result<()> {
    let mail = Mail { text: mailbox.acknowledgement.clone(), ..outgoing(tx, mailbox, thread, Kind::Acknowledgement) };
    go(tx, mail, thread.clone())
}

/// The last mail the customer wrote in this conversation.
pub(crate) fn last_of_theirs(tx: &mut Tx<'_>, id: ConversationId) -> Result<Option<Mail>> {
    let theirs = |mail: &Mail| mail.direction == Direction::In && mail.state == MailState::Received;
    Ok(queries::of_conversation(tx, id)?.into_iter().rfind(theirs))
}

/// A mail of this conversation, to its customer, that says nothing yet.
pub(crate) fn outgoing(tx: &mut Tx<'_>, mailbox: &Mailbox, thread: &Thread, kind: Kind) -> Mail {
    let subject = answer_to(&thread.subject, &thread.token);
    let mail = blank(tx, mailbox, kind, thread.customer_id, thread.recipient.clone());
    Mail { conversation_id: Some(thread.conversation_id), subject, ..mail }
}

/// Tells a customer something outside any conversation.
pub(crate) fn notify(
    tx: &mut Tx<'_>,
    mailbox: &Mailbox,
    (customer, to): (CustomerId, Mailer),
    (subject, text): (&str, &str),
) -> Result<()> {
    let mail = blank(tx, mailbox, Kind::Notice, customer, to);
    let mail = Mail { subject: subject.to_owned(), text: text.to_owned(), ..mail };
    queries::insert_mail(tx, &mail)?;
    work::enqueue(tx, &SendMail { mail_id: mail.id })?;
    tell::mail(tx, &mail)
}

/// A mail from this mailbox that says nothing yet.
fn blank(tx: &mut Tx<'_>, mailbox: &Mailbox, kind: Kind, customer: CustomerId, to: Mailer) -> Mail {
    let id: Id<Mail> = tx.new_id();
    let host = mailbox.address.rsplit_once('@').map_or("invalid", |(_, host)| host);
    Mail {
        id,
        mailbox_id: mailbox.id,
        direction: Direction::Out,
        kind,
        state: MailState::Waiting,
        message_id: format!("{id}@{host}"),
        conversation_id: None,
        seq: None,
        last_seq: None,
        customer_id: Some(customer),
        sender: Mailer { name: mailbox.sender_name.clone(), address: mailbox.address.clone() },
        recipients: Listed(vec![to]),
        cc: Listed::default(),
        bcc: Listed::default(),
        subject: String::new(),
        text: String::new(),
        html: None,
        remote_pictures: 0,
        attachments: Listed::default(),
        dropped: Listed::default(),
        quoted_id: None,
        why: String::new(),
        at: tx.now(),
        sent_at: None,
    }
}

/// Keeps a mail that is to go, with the job that sends it.
pub(crate) fn go(tx: &mut Tx<'_>, mail: Mail, thread: Thread) -> Result<()> {
    queries::insert_mail(tx, &mail)?;
    // An answer answers a person, not the machine that said that they were heard; and what went to others is
    // none of the customer's.
    if mail.kind == Kind::Mail {
        queries::save_thread(tx, &thread.with(&mail.message_id))?;
    }
    work::enqueue(tx, &SendMail { mail_id: mail.id })?;
    tell::mail(tx, &mail)
}

/// Notes that a message of the demo story went out, with these in copy.
pub(crate) fn was_sent(tx: &mut Tx<'_>, id: ConversationId, seq: i64, cc: Vec<Mailer>) -> Result<()> {
    let Some(thread) = queries::thread(tx, id)? else { return Ok(()) };
    let mailbox = queries::find(tx, thread.mailbox_id)?;
    let mail = outgoing(tx, &mailbox, &thread, Kind::Mail);
    let mail = Mail { seq: Some(seq), cc: Listed(cc), state: MailState::Sent, sent_at: Some(tx.now()), ..mail };
    queries::insert_mail(tx, &mail)?;
    queries::save_thread(tx, &thread.with(&mail.message_id))
}

/// Tries a mail again that failed.
pub(crate) fn again(tx: &mut Tx<'_>, mut mail: Mail) -> Result<Mail> {
    mail.state = MailState::Waiting;
    mail.why = String::new();
    queries::save_mail(tx, &mail)?;
    work::enqueue(tx, &SendMail { mail_id: mail.id })?;
    tell::mail(tx, &mail)?;
    Ok(mail)
}

/// The product, once it runs.
pub(crate) type Running = watch::Receiver<Option<App>>;

pub(crate) fn sending(running: Running) -> Handler {
    Handler::new(move |cx: JobCx, job: SendMail| {
        let mut running = running.clone();
        async move {
            let app = running.wait_for(Option::is_some).await.map_err(Error::internal)?.clone();
            let app = app.ok_or(Error::Unavailable("mail"))?;
            send(&app, &cx, job.mail_id).await
        }
    })
}

/// What a mail is made of; none when it is no longer to go.
struct Load {
    mail: Mail,
    mailbox: Mailbox,
    outgoing: Outgoing,
}

fn load(tx: &mut Tx<'_>, id: Id<Mail>) -> Result<Option<Load>> {
    let mail = queries::mail(tx, id)?;
    if mail.state != MailState::Waiting {
        return Ok(None);
    }
    let mailbox = queries::find(tx, mail.mailbox_id)?;
    let thread = match mail.conversation_id {
        Some(id) => Some(queries::thread(tx, id)?.ok_or(Error::NotFound)?),
        None => None,
    };
    let message = match (mail.conversation_id, mail.seq) {
        (Some(id), Some(seq)) => Some(conversations::api::message(tx, id, seq)?),
        _ => None,
    };
    let mut files: Vec<_> = mail.attachments.0.iter().map(|file| file.file_id).collect();
    if files.is_empty() {
        files.extend(message.as_ref().and_then(|message| message.file_id));
    }
    let files = files.into_iter().map(|file| files::api::get(tx, file)).collect::<Result<Vec<_>>>()?;
    let quoted = match mail.quoted_id {
        Some(id) => Some(queries::mail(tx, id)?),
        None => None,
    };
    let outgoing = Outgoing::new(&mail, &mailbox, thread.as_ref(), message.as_ref(), quoted.as_ref(), files);
    Ok(Some(Load { mail, mailbox, outgoing }))
}

/// What came of telling a mail server.
pub(crate) enum Verdict {
    Taken,
    /// It may be otherwise later.
    Later(String),
    /// It will not be otherwise.
    Never(String),
}

async fn send(app: &App, cx: &JobCx, id: Id<Mail>) -> Result<()> {
    let Some(mut load) = cx.db.read(&cx.origin, move |tx| load(tx, id)).await? else {
        return cx
            .db
            .write(&cx.origin, {
                let cx = cx.clone();
                move |tx| cx.finish(tx)
            })
            .await;
    };
    let verdict = match load.mailbox.state {
        MailboxState::Paused => Verdict::Never("paused".into()),
        MailboxState::Active => {
            for (file, bytes) in &mut load.outgoing.attachments {
                *bytes = files::api::bytes(app, file).await?;
            }
            match (write(&load.outgoing), oauth::opening(app, &load.mailbox).await) {
                (Ok(raw), Ok(secrets)) => hand_over(&load.mailbox, &secrets, &load.mail, &raw).await,
                (Err(error), _) => Verdict::Never(error.to_string()),
                (_, Err(Failure::Ours(error))) => return Err(error),
                (_, Err(Failure::Theirs((Trouble::Grant, _)))) => Verdict::Later("grant".into()),
                (_, Err(Failure::Theirs((_, why)))) => Verdict::Later(why),
            }
        }
    };
    let last = cx.attempt >= SendMail::ATTEMPTS;
    let again = matches!(verdict, Verdict::Later(_)) && !last;
    let (db, origin, cx) = (cx.db.clone(), cx.origin.clone(), cx.clone());
    let verdict = std::sync::Arc::new(verdict);
    let told = verdict.clone();
    db.write(&origin, move |tx| {
        let mut mail = queries::mail(tx, id)?;
        if !again {
            cx.finish(tx)?;
        }
        match &*told {
            Verdict::Taken => {
                (mail.state, mail.sent_at) = (MailState::Sent, Some(tx.now()));
                mail.why = String::new();
                queries::save_mail(tx, &mail)?;
                tell::mail(tx, &mail)
            }
            Verdict::Later(why) if again => {
                mail.why = why.chars().take(300).collect();
                queries::save_mail(tx, &mail)?;
                tell::mail(tx, &mail)
            }
            Verdict::Later(why) | Verdict::Never(why) => {
                // Of several it is not said which one was refused.
                let alone = mail.everybody().count() == 1;
                let dead = mail.recipients.0.first().map(|one| one.address.clone());
                tell::failed(tx, mail, why, dead.filter(|_| alone && is_dead(why)).as_deref())
            }
        }
    })
    .await?;
    match &*verdict {
        Verdict::Later(why) if again => Err(Error::internal(why.clone())),
        _ => Ok(()),
    }
}

async fn hand_over(mailbox: &Mailbox, secrets: &Secrets, mail: &Mail, raw: &[u8]) -> Verdict {
    let envelope = match envelope(mail) {
        Ok(envelope) => envelope,
        Err(error) => return Verdict::Never(error.to_string()),
    };
    let transport = match transport(mailbox, secrets) {
        Ok(transport) => transport,
        Err(error) => return Verdict::Later(error.to_string()),
    };
    match transport.send_raw(&envelope, raw).await {
        Ok(_) => Verdict::Taken,
        // A password that is not taken may be mended; an address that is refused may not.
        Err(error) if error.is_permanent() && !is_sign_in(&error) => Verdict::Never(said(&error)),
        Err(error) => Verdict::Later(said(&error)),
    }
}

fn is_sign_in(error: &lettre::transport::smtp::Error) -> bool {
    error.status().is_some_and(|code| ["530", "534", "535"].contains(&code.to_string().as_str()))
}

/// An error, and what it comes from.
fn said(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let more = cause.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = cause.source();
    }
    crate::letter::one_line(&text)
}

fn envelope(mail: &Mail) -> Result<Envelope> {
    let address = |text: &str| text.parse::<Address>().map_err(Error::internal);
    let to = mail.everybody().map(|one| address(&one.address)).collect::<Result<Vec<_>>>()?;
    // From nobody, so that nothing answers a machine.
    let from = match mail.kind {
        Kind::Acknowledgement => None,
        _ => Some(address(&mail.sender.address)?),
    };
    Envelope::new(from, to).map_err(Error::internal)
}

fn transport(mailbox: &Mailbox, secrets: &Secrets) -> Result<AsyncSmtpTransport<Tokio1Executor>> {
    let mut tls = TlsParameters::builder(mailbox.smtp_host.clone());
    if let Some(pem) = &mailbox.certificate {
        tls = tls.add_root_certificate(Certificate::from_pem(pem.as_bytes()).map_err(Error::internal)?);
    }
    let tls = tls.build().map_err(Error::internal)?;
    let tls = match mailbox.smtp_security {
        MailSecurity::Tls => Tls::Wrapper(tls),
        MailSecurity::Starttls => Tls::Required(tls),
    };
    let port = u16::try_from(mailbox.smtp_port).map_err(Error::internal)?;
    let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(mailbox.smtp_host.clone());
    let builder = builder.port(port).tls(tls).timeout(Some(PATIENCE));
    let builder = match mailbox.smtp_user.is_empty() {
        true => builder,
        false => builder.credentials(Credentials::new(mailbox.smtp_user.clone(), secrets.smtp_password.clone())),
    };
    let builder = match mailbox.auth {
        MailboxAuth::Password => builder,
        MailboxAuth::Oauth => builder.authentication(vec![Mechanism::Xoauth2]),
    };
    Ok(builder.build())
}

/// Whether the mail server lets us in; what stands in the way, and in its words.
pub(crate) async fn probe(mailbox: &Mailbox, secrets: &Secrets) -> Result<(), (Trouble, String)> {
    let transport = transport(mailbox, secrets).map_err(|error| (Trouble::Protocol, error.to_string()))?;
    match transport.test_connection().await {
        Ok(true) => Ok(()),
        Ok(false) => Err((Trouble::Protocol, String::new())),
        Err(error) => {
            let trouble = match &error {
                error if is_sign_in(error) => Trouble::SignIn,
                error if said(error).to_lowercase().contains("certificate") => Trouble::Certificate,
                error if error.is_response() || error.is_permanent() || error.is_transient() => Trouble::Protocol,
                _ => Trouble::Unreachable,
            };
            Err((trouble, said(&error)))
        }
    }
}
