//! What a visitor, or the page they are on, says of them while they talk.

use std::collections::BTreeMap;

use channels::Channel;
use customers::api::Given;
use kernel::{CustomerId, Result, Timestamp};
use store::Tx;
use wire::Hello;

use super::{hello, who::Visiting};
use crate::{
    about,
    model::{Attributes, Conversation, ConversationId, State, VisitedPage},
    opening, queries,
};

/// Texts said of a conversation's visitor, at most.
const TEXTS: usize = 30;

/// What is said of somebody whose conversation is open.
#[derive(Clone, Default)]
pub(super) struct News {
    customer: Option<(CustomerId, Given)>,
    attributes: BTreeMap<String, String>,
    /// Texts that are taken back.
    gone: Vec<String>,
    page: Option<VisitedPage>,
    trail: Vec<wire::Step>,
}

impl News {
    /// What a greeting says, which was taken.
    pub(super) fn of(greeting: &Hello, channel: &Channel, visiting: &Visiting) -> Self {
        let given = greeting.fields.iter().flatten();
        Self {
            customer: Some((visiting.customer(), visiting.given.clone())),
            attributes: hello::besides(&channel.settings.pre_chat, &visiting.fields).0,
            gone: given.filter(|(_, text)| text.trim().is_empty()).map(|(key, _)| key.clone()).collect(),
            page: visiting.page.clone().filter(|page| !page.url.is_empty()),
            trail: greeting.trail.clone(),
        }
    }

    /// One more thing they did.
    pub(super) fn of_step(step: wire::Step) -> Self {
        Self { trail: vec![step], ..Self::default() }
    }

    /// Whether there is anything to keep that is not known: most greetings only come back.
    pub(super) fn is_news(&self, tx: &mut Tx<'_>, id: ConversationId) -> Result<bool> {
        let before = queries::find(tx, id)?;
        let mut after = before.clone();
        self.told(&mut after, tx.now());
        let named = self.customer.as_ref().is_some_and(|(customer, given)| {
            before.customer_name == opening::nameless(*customer) && given.name.is_some()
        });
        Ok(before.state != State::Closed && (after != before || named))
    }

    /// Keeps it. What is over stays as it was.
    pub(super) fn keep(&self, tx: &mut Tx<'_>, id: ConversationId) -> Result<()> {
        let open = queries::lock(tx, id)?.state != State::Closed;
        let known = match self.customer.as_ref().filter(|_| open) {
            Some((customer, given)) => Some(customers::api::take(tx, *customer, given)?),
            None => None,
        };
        let now = tx.now();
        about::change(tx, id, |conversation, changed| {
            if !open {
                return Ok(());
            }
            let before = conversation.clone();
            self.told(conversation, now);
            if let Some(customer) = known.filter(|customer| !customer.name.is_empty())
                && conversation.customer_name == opening::nameless(conversation.customer_id)
            {
                conversation.customer_name = customer.name;
            }
            let Conversation { attributes, page, trail, .. } = conversation;
            changed.attributes = (*attributes != before.attributes).then(|| attributes.clone());
            changed.page = page.clone().filter(|_| *page != before.page);
            changed.trail = (*trail != before.trail).then(|| trail.clone());
            Ok(())
        })
        .map(drop)
    }

    fn told(&self, conversation: &mut Conversation, now: Timestamp) {
        let Attributes(texts) = &mut conversation.attributes;
        texts.retain(|key, _| !self.gone.contains(key));
        for (key, text) in &self.attributes {
            if texts.len() < TEXTS || texts.contains_key(key) {
                texts.insert(key.clone(), text.clone());
            }
        }
        if self.page.is_some() {
            conversation.page.clone_from(&self.page);
        }
        conversation.trail = conversation.trail.with(self.trail.iter().cloned(), now);
    }
}
