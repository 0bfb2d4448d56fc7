//! Who a visitor is: what their token and the embedding site say, and what is believed of it.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use axum::http::{HeaderMap, header};
use channels::{
    Channel, IdentityMode, Proven,
    api::{Shown, VisitorKey},
};
use customers::{CustomerState, api::Given};
use http::{App, Cx};
use kernel::{Actor, ChannelId, CustomerId, Error, Id, Origin, Result, Visitor};
use store::Tx;

use crate::{
    about,
    model::{Conversation, ConversationId, State, Trail, VisitedPage},
    queries, tell,
};

/// Closed conversations that are remembered, to know again what was said in them.
pub(super) const EARLIER: usize = 4;

/// Who is there, once they said hello.
#[derive(Clone)]
pub(super) struct Visiting {
    pub cx: Cx,
    pub key: VisitorKey,
    pub visitor: Visitor,
    /// Who the embedding site proved them to be.
    pub proven: Option<Proven>,
    pub token: String,
    /// What they say of themselves.
    pub given: Given,
    /// The answers to the channel's questions, and what the page says of its visitor.
    pub fields: BTreeMap<String, String>,
    pub page: Option<VisitedPage>,
    /// What they did on the embedding page.
    pub trail: Trail,
    /// The invitation they came by, and what it said.
    pub invited: Option<(String, String)>,
    /// Whether a customer stands for them already.
    pub met: bool,
    /// The open one; a closed one while the visitor is told how it ended.
    pub conversation: Option<ConversationId>,
    /// Those before it, latest first.
    pub earlier: Vec<ConversationId>,
}

impl Visiting {
    /// The customer they are by now.
    pub(super) fn customer(&self) -> CustomerId {
        match self.cx.actor() {
            Actor::Visitor(visitor) => visitor.customer,
            _ => self.visitor.customer,
        }
    }

    /// They turned out to be this customer: what their token says from now on.
    pub(super) fn is(&mut self, customer: CustomerId) {
        self.met = true;
        let actor = Actor::Visitor(Visitor { customer, channel: self.visitor.channel });
        let (app, now) = (self.cx.app().clone(), self.cx.app().clock().now());
        self.cx = Cx::new(app, Arc::new(Origin { actor, ..(**self.cx.origin()).clone() }));
        // A stranger's token goes on naming the alias, so that a merge can be taken back.
        if self.proven.is_some() {
            self.visitor.customer = customer;
            self.token = self.key.issue(Shown { visitor: self.visitor, proven: true }, now);
        }
    }
}

/// A request of nobody known yet.
pub(super) fn stranger_from(app: &App, headers: &HeaderMap, from: SocketAddr) -> Origin {
    let user_agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let user_agent = user_agent.map(|text| text.chars().take(200).collect());
    let ip = http::peer(headers, Some(from.ip()), app.limits());
    Origin { actor: Actor::Anonymous, ip, user_agent, request_id: String::new() }
}

/// Which page a request came from, as its browser says.
pub(super) enum Page {
    /// One of our own, such as the widget's frame; or no browser.
    Own,
    /// Another one, of this origin.
    Of(String),
}

pub(super) fn page_of(headers: &HeaderMap) -> Page {
    match headers.get(header::ORIGIN) {
        Some(origin) if !http::same_origin(headers) => Page::Of(origin.to_str().unwrap_or("null").to_owned()),
        _ => Page::Own,
    }
}

impl Page {
    /// Refuses a page that may not embed the channel.
    pub(super) fn may_embed(&self, channel: &Channel) -> Result<()> {
        match self {
            Self::Of(origin) if !channel.allows(Some(origin)) => Err(Error::Forbidden("origin")),
            _ => Ok(()),
        }
    }
}

/// What the embedding site says comes to this.
pub(super) enum Proof {
    /// Nothing: a stranger may come.
    None,
    Of(Proven),
    /// Nobody may come in, for this reason.
    Refused(&'static str),
}

/// Whether the embedding site proved who its visitor is, as far as the channel asks.
pub(super) fn proof(tx: &mut Tx<'_>, channel: &Channel, claim: Option<&wire::Identity>) -> Result<Proof> {
    match (channel.settings.identity, claim) {
        (IdentityMode::Off, _) | (IdentityMode::Optional, None) => Ok(Proof::None),
        (IdentityMode::Required, None) => Ok(Proof::Refused("identity_required")),
        (_, Some(claim)) => {
            let proven = channels::api::prove(tx, channel.id, claim)?;
            Ok(proven.map_or(Proof::Refused("identity_refused"), Proof::Of))
        }
    }
}

/// Whom a token stands for by itself: the visitor, and the customer they are by now, if they wrote.
/// Nobody, when it is another channel's, or when somebody proved who that customer is: then the token
/// is no proof.
pub(super) fn bearer(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    shown: Option<Shown>,
) -> Result<Option<(Visitor, Option<CustomerId>)>> {
    let Some(shown) = shown.filter(|shown| shown.visitor.channel == channel) else { return Ok(None) };
    match customers::api::get(tx, shown.visitor.customer) {
        Err(Error::NotFound) if shown.proven => Ok(None),
        Err(Error::NotFound) => Ok(Some((shown.visitor, None))),
        Err(error) => Err(error),
        Ok(customer) if shown.proven || customer.state == CustomerState::Erased => Ok(None),
        Ok(customer) if customers::api::is_proven(tx, customer.id)? => Ok(None),
        Ok(customer) => Ok(Some((shown.visitor, Some(customer.id)))),
    }
}

/// Who a visitor is by now, and where they go on.
pub(super) struct Back {
    pub customer: CustomerId,
    /// Whether they wrote before.
    pub met: bool,
    pub conversation: Option<ConversationId>,
    pub earlier: Vec<ConversationId>,
}

/// They go on with what is open; without that with what they had, to hear how it ended.
pub(super) fn come_back(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    customer: CustomerId,
    had: Option<ConversationId>,
) -> Result<Back> {
    let open = queries::open_of(tx, channel, customer)?.map(|open| open.id);
    let earlier = queries::closed_of(tx, channel, customer, EARLIER as i64)?;
    let conversation = open.or(had.filter(|had| earlier.contains(had)));
    Ok(Back { customer, met: true, conversation, earlier })
}

/// Somebody of whom nothing is known.
pub(super) fn nobody(app: &App, channel: ChannelId) -> Visitor {
    Visitor { customer: Id::new(app.clock().now(), app.db().rng()), channel }
}

/// Makes the visitor the customer they were proven to be. What they began as a stranger goes on under
/// that customer; where the customer has another conversation open, that one goes on and the
/// stranger's ends.
pub(super) fn identified(
    tx: &mut Tx<'_>,
    visitor: Visitor,
    proven: &Proven,
    name: Option<&str>,
) -> Result<customers::Customer> {
    let name = proven.name.as_deref().or(name);
    let found = customers::api::identify(tx, visitor, &proven.external_id, name)?;
    let begun = match found.was {
        Some(stranger) => queries::open_of(tx, visitor.channel, stranger)?,
        None => None,
    };
    if let Some(begun) = begun {
        let other = queries::open_of(tx, visitor.channel, found.customer.id)?;
        carry(tx, begun, &found.customer, other.is_some())?;
    }
    Ok(found.customer)
}

fn carry(tx: &mut Tx<'_>, begun: Conversation, to: &customers::Customer, ends: bool) -> Result<()> {
    if ends {
        let locked = queries::lock(tx, begun.id)?;
        if locked.state != State::Closed {
            let permit = Actor::System("identity").permit("conversations.close", &locked.owned(), tx.now())?;
            crate::api::close(tx, &permit, begun.id, None)?;
        }
        return Ok(());
    }
    let name = to.name.clone();
    let after = about::change(tx, begun.id, |conversation, _| {
        conversation.customer_id = to.id;
        if !name.is_empty() {
            conversation.customer_name = name;
        }
        Ok(())
    })?;
    tell::inbox(tx, &after, None)
}
