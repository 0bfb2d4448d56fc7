//! The greeting: who is there, what they may, and where they go on.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, atomic::Ordering::Relaxed},
};

use channels::{Channel, FieldKind, IdentityMode, PreChat, Proven, api::Shown};
use customers::api::Given;
use http::Cx;
use kernel::{Actor, CustomerId, Error, Origin, Result, Visitor};
use wire::{Action, Close, Hello, ServerFrame, error_code, error_params};

use super::{
    VisitorSession, limits,
    news::News,
    who::{self, Back, Proof, Visiting},
};
use crate::model::{Attributes, ConversationId, Trail, VisitedPage, topic};

/// What the database says of a greeting.
struct Greeted {
    channel: Channel,
    visitor: Visitor,
    proven: Option<Proven>,
    back: Back,
    /// They are to become the customer they were proven to be.
    joins: bool,
}

impl VisitorSession {
    /// Begins anew: what the connection was told of until now is another's, until the greeting is taken.
    pub(super) async fn hello(&self, hello: Hello) -> Result<Action> {
        let before = self.visiting.lock().await.take();
        self.typed.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let watched = before.into_iter().flat_map(|visiting| visiting.conversation.into_iter().chain(visiting.earlier));
        let mut actions: Vec<_> = watched.map(|id| Action::Unwatch { topic: topic(id) }).collect();
        match self.greet(hello).await {
            Ok(action) => actions.push(action),
            Err(error) if actions.is_empty() => return Err(error),
            Err(error) => {
                let (code, params) = (error_code(&error).into(), error_params(&error));
                let text = ServerFrame::Error { topic: None, code, params }.text();
                actions.push(match error {
                    Error::Internal(_) | Error::Unavailable(_) => Action::Close(text, Close::Fault),
                    _ => Action::Say(text),
                });
            }
        }
        Ok(Action::All(actions))
    }

    async fn greet(&self, hello: Hello) -> Result<Action> {
        let (now, limits) = (self.app.clock().now(), self.app.part::<limits::VisitorLimits>());
        limits.hello(self.origin.ip, now, self.app.limits())?;
        let key = channels::api::visitor_key(&self.app).await?;
        let shown = hello.token.as_deref().and_then(|token| key.verify(token, now).ok());
        let had = hello.conversation.as_deref().and_then(|id| id.parse::<ConversationId>().ok());
        let greeted = match self.greeted(&hello, shown, had).await? {
            Ok(greeted) => greeted,
            Err(code) => {
                let (code, params) = (code.into(), serde_json::Value::Null);
                return Ok(Action::Say(ServerFrame::Error { topic: None, code, params }.text()));
            }
        };
        let said = hello.clone();
        let Greeted { channel, visitor, proven, back, joins } = greeted;
        let asked = &channel.settings.pre_chat;
        let fields = hello.fields.as_ref().map(|given| answers(asked, given)).transpose()?.unwrap_or_default();
        let mut given = given(asked, &fields);
        given.name = proven.as_ref().and_then(|proven| proven.name.clone()).or(given.name).or(hello.name);
        let page = hello.page.map(|page| VisitedPage {
            url: page.url,
            title: page.title.unwrap_or_default(),
            referrer: page.referrer.unwrap_or_default(),
            locale: hello.locale.unwrap_or_default(),
        });
        let Back { customer, met, conversation, earlier } = back;
        let shown = Shown { visitor, proven: proven.is_some() };
        let mut visiting = Visiting {
            cx: self.cx_of(Visitor { customer, channel: channel.id }),
            token: key.issue(shown, now),
            key,
            visitor,
            proven,
            given,
            fields,
            page: page.map(VisitedPage::tamed),
            trail: Trail::default().with(hello.trail, now),
            invited: None,
            met,
            conversation,
            earlier,
        };
        if joins {
            self.join(&mut visiting, had).await?;
        }
        if let Some(id) = visiting.conversation {
            let (news, line) = (News::of(&said, &channel, &visiting), visiting.cx.clone());
            let asked = news.clone();
            if line.read(move |tx| asked.is_news(tx, id)).await? {
                line.write(move |tx| news.keep(tx, id)).await?;
            }
        }
        self.shows_place.store(channel.settings.show_position, Relaxed);
        let (conversation, ready) = (visiting.conversation, visiting.ready(None, 0, &[], None)?);
        *self.visiting.lock().await = Some(visiting);
        Ok(match conversation {
            Some(id) => {
                // A number of another conversation says nothing about this one.
                let since = hello.since.filter(|_| had.is_none_or(|had| had == id));
                Action::Watch { topic: topic(id), since }
            }
            None => Action::Say(ready),
        })
    }

    /// Reads who is there; a code when they may not come in. Nothing is written for a greeting alone.
    async fn greeted(
        &self,
        hello: &Hello,
        shown: Option<Shown>,
        had: Option<ConversationId>,
    ) -> Result<Result<Greeted, &'static str>> {
        let channel = channels::api::named(&self.app, hello.channel.clone()).await?;
        let system = Origin::system("visitor socket");
        self.page.may_embed(&channel)?;
        let (app, claim) = (self.app.clone(), hello.identity.clone());
        self.app
            .db()
            .read(&system, move |tx| {
                let proven = match who::proof(tx, &channel, claim.as_ref())? {
                    Proof::Refused(code) => return Ok(Err(code)),
                    Proof::None => None,
                    Proof::Of(proven) => Some(proven),
                };
                debug_assert!(proven.is_some() || channel.settings.identity != IdentityMode::Required);
                let stranger = who::bearer(tx, channel.id, shown)?;
                let known = match &proven {
                    Some(proven) => customers::api::known_as(tx, channel.id, &proven.external_id)?,
                    None => None,
                };
                let begun: Option<CustomerId> = stranger.and_then(|(_, customer)| customer);
                let joins = proven.is_some() && begun.is_some();
                let unmet = match shown.filter(|shown| proven.is_some() && shown.visitor.channel == channel.id) {
                    // What a proven visitor sent before their first word is still theirs.
                    Some(shown) if is_unmet(tx, shown.visitor.customer)? => Some(shown.visitor),
                    _ => None,
                };
                let visitor = match (known, stranger) {
                    (Some(customer), None) => Visitor { customer, channel: channel.id },
                    (Some(customer), Some(_)) if !joins => Visitor { customer, channel: channel.id },
                    (_, Some((visitor, _))) => visitor,
                    (None, None) => unmet.unwrap_or_else(|| who::nobody(&app, channel.id)),
                };
                let customer = if joins { begun } else { known.or(begun) };
                let back = match customer {
                    Some(customer) => who::come_back(tx, channel.id, customer, had)?,
                    None => {
                        let customer = visitor.customer;
                        Back { customer, met: false, conversation: None, earlier: Vec::new() }
                    }
                };
                Ok(Ok(Greeted { channel: channel.clone(), visitor, proven, back, joins }))
            })
            .await
    }

    /// A stranger who wrote turns out to be somebody.
    async fn join(&self, visiting: &mut Visiting, had: Option<ConversationId>) -> Result<()> {
        let (visitor, proven, name) = (visiting.visitor, visiting.proven.clone(), visiting.given.name.clone());
        let back = visiting
            .cx
            .write(move |tx| {
                let proven = proven.as_ref().ok_or(Error::Unauthenticated)?;
                let customer = who::identified(tx, visitor, proven, name.as_deref())?;
                who::come_back(tx, visitor.channel, customer.id, had)
            })
            .await?;
        visiting.is(back.customer);
        (visiting.conversation, visiting.earlier) = (back.conversation, back.earlier);
        Ok(())
    }

    fn cx_of(&self, visitor: Visitor) -> Cx {
        Cx::new(self.app.clone(), Arc::new(Origin { actor: Actor::Visitor(visitor), ..self.origin.clone() }))
    }
}

fn is_unmet(tx: &mut store::Tx<'_>, customer: CustomerId) -> Result<bool> {
    match customers::api::survivor(tx, customer) {
        Err(Error::NotFound) => Ok(true),
        found => found.map(|_| false),
    }
}

/// The answers as they are kept; a phone number and an e-mail address must be ones.
pub(super) fn answers(asked: &PreChat, given: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>> {
    let answers = asked.answers(given)?;
    for field in asked.asked() {
        let Some(answer) = answers.get(&field.key) else { continue };
        let fine = match field.kind {
            FieldKind::Phone => customers::api::is_phone(answer),
            FieldKind::Email => customers::api::is_email(answer),
            FieldKind::Text | FieldKind::Select => true,
        };
        if !fine {
            return Err(Error::field(format!("fields.{}", field.key), "malformed"));
        }
    }
    Ok(answers)
}

/// What of the answers goes to the customer's file.
fn given(asked: &PreChat, answers: &BTreeMap<String, String>) -> Given {
    let first = |wanted: &dyn Fn(&channels::PreChatField) -> bool| {
        asked.asked().iter().filter(|field| wanted(field)).find_map(|field| answers.get(&field.key)).cloned()
    };
    Given {
        name: first(&|field| field.key == "name"),
        phone: first(&|field| field.kind == FieldKind::Phone),
        email: first(&|field| field.kind == FieldKind::Email),
    }
}

/// What of the answers is the conversation's.
pub(super) fn besides(asked: &PreChat, answers: &BTreeMap<String, String>) -> Attributes {
    let theirs = |key: &String| {
        let field = asked.asked().iter().find(|field| field.key == *key);
        key == "name" || field.is_some_and(|field| matches!(field.kind, FieldKind::Phone | FieldKind::Email))
    };
    Attributes(answers.iter().filter(|(key, _)| !theirs(key)).map(|(key, text)| (key.clone(), text.clone())).collect())
}
