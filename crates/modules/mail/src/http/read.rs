//! Mailboxes as colleagues see them.

use http::{Answer, Cx, Json, Path, Query};
use kernel::{Id, Page, PageQuery};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    model::{Mailbox, MailboxFetch, MailboxGrant},
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
    /// How it stands with the provider that opens it, where one does.
    grant: Option<GrantView>,
}

/// A grant, and what is to be told to the provider.
#[derive(Serialize, ToSchema)]
#[schema(as = MailboxGrantView)]
pub(crate) struct GrantView {
    /// The grant.
    #[serde(flatten)]
    grant: MailboxGrant,
    /// Where the provider sends people back to.
    redirect_uri: String,
}

impl From<MailboxGrant> for GrantView {
    fn from(grant: MailboxGrant) -> Self {
        Self { redirect_uri: grant.redirect_uri(), grant }
    }
}

impl MailboxView {
    pub(crate) fn of(tx: &mut store::Tx<'_>, mailbox: Mailbox) -> kernel::Result<Self> {
        let grant = queries::grant(tx, mailbox.id)?.map(|grant| grant.shown.into());
        Ok(Self { fetch: queries::fetch(tx, mailbox.id)?, mailbox, grant })
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
            let grants = queries::grants(tx)?;
            let rows = queries::list(tx, scope.is_all(), &after, limit + 1)?;
            let fetch = |id: Id<Mailbox>| fetches.iter().find(|fetch| fetch.mailbox_id == id).cloned();
            let view = |mailbox: Mailbox| MailboxView {
                fetch: fetch(mailbox.id).unwrap_or_else(|| MailboxFetch::none(mailbox.id)),
                grant: grants.iter().find(|grant| grant.mailbox_id == mailbox.id).cloned().map(GrantView::from),
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
