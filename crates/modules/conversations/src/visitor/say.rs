//! What a visitor says: in order, once, into the conversation that is open or into the next.

use channels::IdentityMode;
use files::FileId;
use http::App;
use kernel::{Actor, CustomerId, Error, Result, Visitor};
use wire::{Action, ServerFrame};

use super::{
    VisitorSession, hello, limits,
    who::{self, EARLIER, Visiting},
};
use crate::{
    QueuePlace,
    api::{self, Opening, Post, Receipt, Writer},
    append::append,
    codes,
    model::{ConversationId, Event, Message, topic},
    queries,
};

/// Conversations that may be closed under one message before its sender is told.
const TRIES: usize = 5;

/// A message as the visitor says it.
#[derive(Clone)]
pub(super) struct Words {
    client_id: String,
    text: String,
    file_id: Option<FileId>,
    quote_seq: Option<i64>,
}

impl Words {
    fn post(&self, to: ConversationId, by: Actor) -> Post {
        let Self { client_id, text, file_id, quote_seq } = self.clone();
        Post { file_id, quote_seq, ..Post::new(to, by, client_id, text) }
    }
}

/// Where a message went.
enum Handed {
    In {
        to: ConversationId,
        receipt: Receipt,
        joined: bool,
    },
    /// It opened a conversation.
    New(ConversationId),
    /// It had been kept before.
    Before(Box<Message>),
}

/// What a message without a conversation leads to.
enum Next {
    /// It was kept in an earlier one, and its sender did not hear of it.
    Before(Box<Message>),
    /// It opened this one, and is the first in it.
    Opened(CustomerId, ConversationId),
    /// Another of the customer's tabs opened this one: the message follows.
    Known(CustomerId, ConversationId),
}

impl VisitorSession {
    pub(super) async fn say(
        &self,
        client_id: String,
        text: String,
        file_id: Option<String>,
        quote_seq: Option<i64>,
    ) -> Result<Action> {
        let file_id =
            file_id.map(|id| id.parse::<FileId>()).transpose().map_err(|_| Error::field("file_id", "unknown"))?;
        let words = Words { client_id, text, file_id, quote_seq };
        // Frames are polled in the order they came: so are the places.
        let place = self.turns().take();
        let kept = self.keep(place, words).await;
        self.turns().done(place);
        self.moved.notify_waiters();
        kept
    }

    async fn keep(&self, place: u64, words: Words) -> Result<Action> {
        for _ in 0..TRIES {
            let (id, receipt, joined) = match self.hand_in(place, &words).await? {
                Handed::In { to, receipt, joined } => (to, receipt, joined),
                // The message comes with the state of the conversation it opened.
                Handed::New(id) => return Ok(Action::Watch { topic: topic(id), since: None }),
                Handed::Before(message) => return Ok(acknowledge(&message)),
            };
            match receipt.kept().await {
                Ok(_) if joined => return Ok(Action::Watch { topic: topic(id), since: None }),
                Ok(message) => return Ok(acknowledge(&message)),
                // Closed meanwhile: it opens the next.
                Err(Error::Conflict(code, _)) if code == codes::CLOSED => self.turned_away(place, id).await,
                Err(error) => return Err(error),
            }
        }
        Err(codes::CLOSED.conflict())
    }

    /// Hands a message in when its turn has come. The lock is held until then, so that the order stays.
    async fn hand_in(&self, place: u64, words: &Words) -> Result<Handed> {
        let (now, limits) = (self.app.clock().now(), self.app.part::<limits::VisitorLimits>());
        loop {
            let moved = self.moved.notified();
            tokio::pin!(moved);
            moved.as_mut().enable();
            let mut guard = self.visiting.lock().await;
            let visiting = guard.as_mut().ok_or(Error::Unauthenticated)?;
            if !self.turns().may_go(place, visiting.conversation) {
                drop(guard);
                moved.await;
                continue;
            }
            limits.message(visiting.visitor.customer, now, self.app.limits())?;
            let joined = visiting.conversation.is_none();
            let to = match visiting.conversation {
                Some(id) => id,
                None => {
                    if !visiting.met {
                        limits.newcomer(self.origin.ip, visiting.visitor.channel, now, self.app.limits())?;
                    }
                    let next = open_conversation(&self.app, visiting, words).await?;
                    let (customer, id, new) = match next {
                        Next::Before(message) => return Ok(Handed::Before(message)),
                        Next::Opened(customer, id) => (customer, id, true),
                        Next::Known(customer, id) => (customer, id, false),
                    };
                    visiting.is(customer);
                    visiting.invited = None;
                    visiting.conversation = Some(id);
                    if new {
                        self.turns().moved(place, Some(id));
                        drop(guard);
                        self.moved.notify_waiters();
                        return Ok(Handed::New(id));
                    }
                    id
                }
            };
            let post = Post { earlier: visiting.earlier.clone(), ..words.post(to, visiting.cx.actor().clone()) };
            let receipt = self.app.part::<Writer>().hand_in(self.app.db(), post)?;
            self.turns().moved(place, Some(to));
            drop(guard);
            self.moved.notify_waiters();
            return Ok(Handed::In { to, receipt, joined });
        }
    }

    async fn turned_away(&self, place: u64, by: ConversationId) {
        if let Some(visiting) = self.visiting.lock().await.as_mut()
            && visiting.conversation == Some(by)
        {
            visiting.conversation = None;
            visiting.earlier.retain(|earlier| *earlier != by);
            visiting.earlier.insert(0, by);
            visiting.earlier.truncate(EARLIER);
        }
        self.turns().moved(place, None);
        self.moved.notify_waiters();
    }
}

fn acknowledge(message: &Message) -> Action {
    let Message { client_id, seq, id, at, .. } = message;
    Action::Say(ServerFrame::Ack { client_id: client_id.clone(), seq: *seq, id: id.to_string(), at: *at }.text())
}

async fn open_conversation(app: &App, visiting: &Visiting, words: &Words) -> Result<Next> {
    let (visiting, words, line) = (visiting.clone(), words.clone(), app.part::<Box<dyn QueuePlace>>());
    let cx = visiting.cx.clone();
    cx.write(move |tx| {
        let Visiting { visitor, proven, given, fields, page, trail, invited, earlier, .. } = &visiting;
        let pairs: Vec<_> = earlier.iter().map(|id| (*id, words.client_id.as_str())).collect();
        let before = queries::posted(tx, &pairs)?;
        if let Some(message) = before.into_iter().find(|before| before.repeats(&words.text)) {
            return Ok(Next::Before(Box::new(message)));
        }
        let channel = channels::api::get(tx, visitor.channel)?;
        let settings = &channel.settings;
        if settings.identity == IdentityMode::Required && proven.is_none() {
            return Err(Error::Unauthenticated);
        }
        // Also what the channel began to ask since the greeting.
        let fields = hello::answers(&settings.pre_chat, fields)?;
        let customer = match proven {
            Some(proven) => who::identified(tx, *visitor, proven, given.name.as_deref())?,
            None => customers::api::first_contact(tx, *visitor, given.name.as_deref())?,
        };
        let customer = customers::api::take(tx, customer.id, given)?;
        let opening = Opening {
            channel: &channel,
            customer: customer.id,
            name: &customer.name,
            queue: line.queue(tx, channel.id)?,
            page: page.clone(),
            attributes: hello::besides(&settings.pre_chat, &fields),
            trail: trail.clone(),
        };
        let (conversation, new) = api::open(tx, opening)?;
        if !new {
            return Ok(Next::Known(customer.id, conversation.id));
        }
        if let Some((invitation, text)) = invited {
            let event = Event::Invited { invitation: invitation.clone() };
            api::post_event(tx, conversation.id, event, text)?;
        }
        // Both or neither: nobody is offered a conversation in which nothing was said.
        let by = Actor::Visitor(Visitor { customer: customer.id, channel: channel.id });
        append(tx, &[words.post(conversation.id, by)])?.into_iter().collect::<Result<Vec<_>>>()?;
        Ok(Next::Opened(customer.id, conversation.id))
    })
    .await
}
