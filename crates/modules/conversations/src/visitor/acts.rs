//! What a visitor does besides writing.

use std::sync::PoisonError;

use kernel::{Error, Result};
use store::Tx;
use wire::{Action, ServerFrame};

use super::{VisitorSession, limits, news::News, who::Visiting};
use crate::{
    api, message_left,
    model::{ConversationId, NewRating, Side, VisitedPage},
    policy, queries,
};

impl VisitorSession {
    /// Who acts, if not too often.
    async fn acts(&self) -> Result<Visiting> {
        let visiting = self.visiting().await?;
        let limits = self.app.part::<limits::VisitorLimits>();
        limits.act(visiting.visitor.customer, self.app.clock().now(), self.app.limits())?;
        Ok(visiting)
    }

    pub(super) async fn read(&self, seq: i64) -> Result<Action> {
        let visiting = self.visiting().await?;
        if let Some(id) = visiting.conversation {
            self.app
                .db()
                .append(visiting.cx.origin(), move |tx| {
                    let conversation = queries::lock(tx, id)?;
                    policy::may_reply(tx.actor(), &conversation)?;
                    api::mark_read(tx, conversation, Side::Customer, seq)
                })
                .await?;
        }
        Ok(Action::Nothing)
    }

    /// Drafts that did not change are not told again; how many are told a second has an end.
    pub(super) async fn typing(&self, text: String) -> Result<Action> {
        if let Some(id) = self.visiting().await?.conversation {
            let mut typed = self.typed.lock().unwrap_or_else(PoisonError::into_inner);
            if *typed != text {
                api::customer_typing(&self.app, id, &text)?;
                *typed = text;
            }
        }
        Ok(Action::Nothing)
    }

    /// Kept while nothing was said yet: it goes along with the first words.
    pub(super) async fn page(&self, page: wire::Page) -> Result<Action> {
        let visiting = self.acts().await?;
        let locale = visiting.page.as_ref().map(|page| page.locale.clone()).unwrap_or_default();
        let (title, referrer) = (page.title.unwrap_or_default(), page.referrer.unwrap_or_default());
        let page = VisitedPage { url: page.url, title, referrer, locale }.tamed();
        if let Some(visiting) = self.visiting.lock().await.as_mut() {
            visiting.page = Some(page);
        }
        // Frames are handled side by side: each writes the page that is the last by then.
        let _one_at_a_time = self.paging.lock().await;
        let visiting = self.visiting().await?;
        if let (Some(id), Some(page)) = (visiting.conversation, visiting.page.clone()) {
            write(&visiting, move |tx| {
                // What is over stays as it was.
                match theirs(tx, id)? {
                    true => api::visited(tx, id, page.clone()).map(drop),
                    false => Ok(()),
                }
            })
            .await?;
        }
        Ok(Action::Nothing)
    }

    /// Counts with the conversation it leads to; one that is none of the channel's is nothing.
    pub(super) async fn invited(&self, id: String) -> Result<Action> {
        let channel = self.acts().await?.visitor.channel;
        let (origin, which) = (kernel::Origin::system("visitor socket"), id.clone());
        let counted = move |tx: &mut Tx<'_>| match channels::api::count_invitation(tx, channel, &which, true) {
            Ok(()) | Err(Error::NotFound) => channels::api::get(tx, channel),
            Err(error) => Err(error),
        };
        let channel = self.app.db().append(&origin, counted).await?;
        let found = channel.settings.invitations.into_iter().find(|invitation| invitation.id == id);
        if let (Some(found), Some(visiting)) = (found, self.visiting.lock().await.as_mut())
            && visiting.conversation.is_none()
        {
            visiting.invited = Some((found.id, found.text));
        }
        Ok(Action::Nothing)
    }

    pub(super) async fn recall(&self, seq: i64) -> Result<Action> {
        let visiting = self.acts().await?;
        let id = visiting.conversation.ok_or(Error::NotFound)?;
        write(&visiting, move |tx| api::recall(tx, id, seq).map(drop)).await?;
        Ok(Action::Nothing)
    }

    /// Of the open conversation, or of the last.
    pub(super) async fn rate(
        &self,
        solved: Option<bool>,
        score: Option<i64>,
        tags: Vec<String>,
        comment: String,
    ) -> Result<Action> {
        let visiting = self.acts().await?;
        let last = visiting.conversation.or(visiting.earlier.first().copied());
        let id = last.ok_or(Error::NotFound)?;
        let rating = NewRating { solved, score, tags, comment };
        write(&visiting, move |tx| api::rate(tx, id, rating.clone()).map(drop)).await?;
        Ok(Action::Say(ServerFrame::Rated {}.text()))
    }

    pub(super) async fn stop_waiting(&self) -> Result<Action> {
        let visiting = self.acts().await?;
        let id = visiting.conversation.ok_or(Error::NotFound)?;
        write(&visiting, move |tx| message_left::stop_waiting(tx, id).map(drop)).await?;
        Ok(Action::Nothing)
    }

    pub(super) async fn wait_again(&self) -> Result<Action> {
        let visiting = self.acts().await?;
        let id = visiting.conversation.ok_or(Error::NotFound)?;
        write(&visiting, move |tx| message_left::wait_again(tx, id).map(drop)).await?;
        Ok(Action::Nothing)
    }

    /// Kept while nothing was said yet: it goes along with the first words.
    pub(super) async fn track(&self, step: wire::Step) -> Result<Action> {
        let (visiting, now) = (self.acts().await?, self.app.clock().now());
        if let Some(visiting) = self.visiting.lock().await.as_mut() {
            visiting.trail = visiting.trail.with([step.clone()], now);
        }
        if let Some(id) = visiting.conversation {
            let news = News::of_step(step);
            write(&visiting, move |tx| news.keep(tx, id)).await?;
        }
        Ok(Action::Nothing)
    }

    pub(super) async fn leave(&self) -> Result<Action> {
        let visiting = self.acts().await?;
        let id = visiting.conversation.ok_or(Error::NotFound)?;
        write(&visiting, move |tx| api::leave(tx, id).map(drop)).await?;
        Ok(Action::Nothing)
    }
}

async fn write(visiting: &Visiting, work: impl FnMut(&mut Tx<'_>) -> Result<()> + Send + 'static) -> Result<()> {
    visiting.cx.write(work).await
}

/// Whether the conversation is open; [`Error::NotFound`] when it is not the actor's.
fn theirs(tx: &mut Tx<'_>, id: ConversationId) -> Result<bool> {
    let conversation = queries::find(tx, id)?;
    policy::may_reply(tx.actor(), &conversation)?;
    Ok(conversation.closed_at.is_none())
}
