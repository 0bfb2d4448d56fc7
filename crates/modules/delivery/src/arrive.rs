//! Taking in what customers say elsewhere: whose it is, into which conversation it goes, and once.

use std::sync::Arc;

use bytes::Bytes;
use conversations::{
    Attributes, Conversation, ConversationId, Event, QueuePlace, State, Trail,
    api::{Opening, Post},
};
use customers::api::Given;
use files::FileId;
use futures_util::stream;
use http::App;
use kernel::{Actor, ChannelId, Check, Error, Id, Noun, Origin, Result, Visitor};
use sha2::{Digest as _, Sha256};
use store::Tx;

use crate::{model::Lane, queries};

/// Characters of the names the other side gives users and messages.
const NAME: std::ops::RangeInclusive<usize> = 1..=150;
/// Files of one message.
const FILES: usize = 10;

/// Something a customer said elsewhere.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// By which channel.
    pub channel: ChannelId,
    /// Who, as the channel names them for good: 1 to 150 characters.
    pub user: String,
    /// What the channel calls this message, the same whenever it is told again: 1 to 150 characters.
    pub id: String,
    /// What they say of themselves: taken as far as it is not known yet.
    pub given: Given,
    /// The words; may be empty beside files.
    pub text: String,
    /// The files, at most 10.
    pub files: Vec<IncomingFile>,
    /// What is known of the matter when this opens a conversation: names and short texts.
    pub attributes: Attributes,
}

impl Incoming {
    /// Words alone.
    pub fn text(channel: ChannelId, user: &str, id: &str, text: &str) -> Self {
        Self {
            channel,
            user: user.to_owned(),
            id: id.to_owned(),
            given: Given::default(),
            text: text.to_owned(),
            files: Vec::new(),
            attributes: Attributes::default(),
        }
    }

    fn mark(&self) -> String {
        kernel::hex(Sha256::digest(self.id.as_bytes()))
    }

    fn check(&self) -> Result<()> {
        let plain = |text: &str| text.trim() == text && !text.chars().any(char::is_control);
        Check::new()
            .text("user", &self.user, NAME)
            .text("id", &self.id, NAME)
            .that(plain(&self.user), "user", "malformed")
            .that(plain(&self.id), "id", "malformed")
            .that(self.files.len() <= FILES, "files", "too_many")
            .that(!self.text.trim().is_empty() || !self.files.is_empty(), "text", "required")
            .done()
    }
}

/// A file a customer sent elsewhere.
#[derive(Clone, Debug)]
pub enum IncomingFile {
    /// Fetched by the caller, at most `files::api::LARGEST` bytes.
    Bytes(String, Bytes),
    /// Taken in before, from the customer of [`crate::api::whose`].
    Kept(FileId),
    /// Not even fetched, and why, as `files` says it: `too_large`, `unreadable`.
    Missing(String, String),
}

/// A file that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// What it was called.
    pub name: String,
    /// Why, as `files` says it: `too_large`, `type_refused`.
    pub why: String,
}

/// Where something that came was kept.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// In which conversation.
    pub conversation_id: ConversationId,
    /// The number of its first message.
    pub seq: i64,
    /// Whether it opened the conversation.
    pub opened: bool,
    /// Whether it had come before: then nothing happened.
    pub repeated: bool,
    /// What of its files was not taken; the transcript says so too.
    pub dropped: Vec<Dropped>,
}

/// The client id of messages that came from elsewhere.
enum Arrival {}

impl Noun for Arrival {
    const PREFIX: &'static str = "arv";
}

/// See [`crate::api::receive`].
pub(crate) async fn receive(app: &App, mut incoming: Incoming) -> Result<Arrived> {
    incoming.check()?;
    let origin = Origin::system("delivery");
    let mut dropped = Vec::new();
    if incoming.files.iter().any(|file| !matches!(file, IncomingFile::Kept(_))) {
        let said = incoming.clone();
        let first = app.db().write(&origin, move |tx| {
            Ok(match known(tx, &said)? {
                Some(arrived) => Err(arrived),
                None => Ok(whose(tx, said.channel, &said.user, &said.given)?),
            })
        });
        let visitor = match first.await? {
            Ok(visitor) => visitor,
            Err(arrived) => return Ok(arrived),
        };
        let by = Arc::new(Origin { actor: Actor::Visitor(visitor), ..(*origin).clone() });
        let mut kept = Vec::new();
        for file in std::mem::take(&mut incoming.files) {
            match take_in(app, &by, file).await? {
                Ok(file) => kept.push(IncomingFile::Kept(file)),
                Err(one) => dropped.push(one),
            }
        }
        incoming.files = kept;
    }
    let line = app.part::<Box<dyn QueuePlace>>();
    app.db().write(&origin, move |tx| keep_with(tx, &**line, &incoming, &dropped)).await
}

async fn take_in(app: &App, by: &Arc<Origin>, file: IncomingFile) -> Result<Result<FileId, Dropped>> {
    let (name, bytes) = match file {
        IncomingFile::Kept(id) => return Ok(Ok(id)),
        IncomingFile::Missing(name, why) => return Ok(Err(Dropped { name, why })),
        IncomingFile::Bytes(name, bytes) => (name, bytes),
    };
    let chunks = stream::iter([Ok(bytes)]);
    match files::api::receive_stream(app, by, "message", &name, chunks).await {
        Ok(file) => Ok(Ok(file.id)),
        Err(Error::Invalid(bad)) => {
            let why = bad.first().map_or("unreadable", |bad| bad.code).to_owned();
            Ok(Err(Dropped { name, why }))
        }
        Err(Error::Limited { .. }) => Ok(Err(Dropped { name, why: "too_much".into() })),
        Err(error) => Err(error),
    }
}

/// See [`crate::api::keep`].
pub(crate) fn keep(tx: &mut Tx<'_>, line: &dyn QueuePlace, incoming: &Incoming) -> Result<Arrived> {
    incoming.check()?;
    keep_with(tx, line, incoming, &[])
}

fn known(tx: &mut Tx<'_>, incoming: &Incoming) -> Result<Option<Arrived>> {
    let found = queries::arrival(tx, incoming.channel, &incoming.mark())?;
    Ok(found.map(|(conversation_id, seq)| Arrived {
        conversation_id,
        seq,
        opened: false,
        repeated: true,
        dropped: Vec::new(),
    }))
}

fn keep_with(tx: &mut Tx<'_>, line: &dyn QueuePlace, incoming: &Incoming, dropped: &[Dropped]) -> Result<Arrived> {
    if let Some(arrived) = known(tx, incoming)? {
        return Ok(arrived);
    }
    let visitor = whose(tx, incoming.channel, &incoming.user, &incoming.given)?;
    let (conversation, opened) = conversation(tx, line, incoming, visitor)?;
    let by = Actor::Visitor(Visitor { customer: conversation.customer_id, channel: conversation.channel_id });
    let client_id: Id<Arrival> = tx.new_id();
    let mut seq = None;
    if !incoming.text.trim().is_empty() {
        let post = Post::new(conversation.id, by.clone(), client_id.to_string(), incoming.text.clone());
        seq = Some(conversations::api::post(tx, post)?.seq);
    }
    for (at, file) in incoming.files.iter().enumerate() {
        let IncomingFile::Kept(file) = file else { return Err(Error::field("files", "unknown")) };
        let post = Post::new(conversation.id, by.clone(), format!("{client_id}.{at}"), String::new());
        let message = conversations::api::post(tx, Post { file_id: Some(*file), ..post })?;
        seq = seq.or(Some(message.seq));
    }
    if !dropped.is_empty() {
        let names: Vec<_> = dropped.iter().map(|one| one.name.as_str()).collect();
        let names = conversations::api::fit(&names.join(", "));
        let line = conversations::api::post_event(tx, conversation.id, Event::FilesDropped {}, &names)?;
        seq = seq.or(Some(line.seq));
    }
    let seq = seq.ok_or_else(|| Error::field("text", "required"))?;
    queries::arrive(tx, incoming.channel, &incoming.mark(), (conversation.id, seq))?;
    let now = tx.now();
    let lane = Lane::new(conversation.id, conversation.channel_id, conversation.customer_id, now);
    queries::insert_lane(tx, &lane)?;
    queries::hear(tx, conversation.id, &incoming.user, now)?;
    Ok(Arrived { conversation_id: conversation.id, seq, opened, repeated: false, dropped: dropped.to_vec() })
}

/// See [`crate::api::whose`].
pub(crate) fn whose(tx: &mut Tx<'_>, channel: ChannelId, user: &str, given: &Given) -> Result<Visitor> {
    Check::new().text("user", user, NAME).done()?;
    let identity = identity(tx, channel, user)?;
    let customer = customers::api::for_identity(tx, channel, &identity, given.name.as_deref())?;
    let customer = customers::api::take(tx, customer.id, given)?;
    let going_on = talking(tx, channel, user)?;
    if let Some(conversation) = going_on
        && customers::api::survivor(tx, conversation.customer_id)? == customer.id
    {
        return Ok(Visitor { customer: conversation.customer_id, channel });
    }
    Ok(Visitor { customer: customer.id, channel })
}

/// What the customers know this user by: marked by the kind, so that nobody elsewhere takes a name by
/// which a web site proves its visitors.
pub(crate) fn identity(tx: &mut Tx<'_>, channel: ChannelId, user: &str) -> Result<String> {
    Ok(format!("{}:{user}", channels::api::get(tx, channel)?.kind.text()))
}

/// See [`crate::api::talking`].
pub(crate) fn talking(tx: &mut Tx<'_>, channel: ChannelId, user: &str) -> Result<Option<Conversation>> {
    let Some(lane) = queries::lane_of(tx, channel, user)? else { return Ok(None) };
    let conversation = conversations::api::get(tx, lane.conversation_id)?;
    Ok(Some(conversation).filter(|conversation| conversation.state != State::Closed))
}

/// The conversation that goes on, or a new one that waits where the channel leads.
fn conversation(
    tx: &mut Tx<'_>,
    line: &dyn QueuePlace,
    incoming: &Incoming,
    visitor: Visitor,
) -> Result<(Conversation, bool)> {
    if let Some(open) = conversations::api::open_of(tx, visitor.channel, visitor.customer)? {
        return Ok((open, false));
    }
    let channel = channels::api::get(tx, visitor.channel)?;
    let name = customers::api::name_of(tx, visitor.customer)?;
    let opening = Opening {
        channel: &channel,
        customer: visitor.customer,
        name: &name,
        queue: line.queue(tx, channel.id)?,
        page: None,
        attributes: incoming.attributes.clone(),
        trail: Trail::default(),
    };
    conversations::api::open(tx, opening)
}
