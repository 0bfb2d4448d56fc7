//! Mailboxes as colleagues see them.

use http::{Answer, Cx, Json, Path, Query};
use kernel::{Id, Page, PageQuery};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    model::{Mailbox, MailboxFetch},
    policy, queries,
};

/// A mailbox, and how its last fetch went. Its passwords are nobody's to read.
#[derive(Serialize, ToSchema)]
pub(crate) struct MailboxView {
    /// The mailbox.
    #[serde(flatten)]
    mailbox: Mailbox,
    /// How fetching goes.
    fetch: MailboxFetch,
}

impl MailboxView {
    pub(crate) fn of(tx: &mut store::Tx<'_>, mailbox: Mailbox) -> kernel::Result<Self> {
        Ok(Self { fetch: queries::fetch(tx, mailbox.id)?, mailbox })
    }
}

/// Lists mailboxes, oldest first.
#[utoipa::path(get, path = "/mailboxes", tag = "mail", params(PageQuery), responses((status = 200, body = Page<MailboxView>)))]
pub(crate) async fn list(cx: Cx, Query(page): Query<PageQuery>) -> Answer<Page<MailboxView>> {
    let (limit, after) = (page.limit()?, page.after()?);
    let rows = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let fetches = queries::fetches(tx)?;
            let rows = queries::list(tx, scope.is_all(), &after, limit + 1)?;
            let fetch = |id: Id<Mailbox>| fetches.iter().find(|fetch| fetch.mailbox_id == id).cloned();
            let view = |mailbox: Mailbox| MailboxView {
                fetch: fetch(mailbox.id).unwrap_or_else(|| MailboxFetch::none(mailbox.id)),
                mailbox,
            };
            Ok(rows.into_iter().map(view).collect())
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |row: &MailboxView| (row.mailbox.created_at.millis(), row.mailbox.id.to_string()))))
}

/// One mailbox.
#[utoipa::path(get, path = "/mailboxes/{id}", tag = "mail", params(("id" = Id<Mailbox>, Path)), responses((status = 200, body = MailboxView)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<Mailbox>>) -> Answer<MailboxView> {
    let view = cx
        .read(move |tx| {
            let _scope = policy::may_read(tx.actor())?;
            let mailbox = queries::find(tx, id)?;
            MailboxView::of(tx, mailbox)
        })
        .await?;
    Ok(Json(view))
}
