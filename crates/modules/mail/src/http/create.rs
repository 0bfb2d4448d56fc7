//! Adding a mailbox.

use audit::api::Entry;
use channels::ChannelKind;
use http::{Answer, Cx, Json};

use super::read::MailboxView;
use crate::{
    model::{Details, Setup},
    policy, queries, tell,
};

/// Adds a mailbox, and the channel its mails come by. Fetching begins with what comes from now on.
#[utoipa::path(post, path = "/mailboxes", tag = "mail", request_body = Details, responses((status = 200, body = MailboxView)))]
pub(crate) async fn create(cx: Cx, Json(request): Json<Details>) -> Answer<MailboxView> {
    let view = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            let (id, now) = (tx.new_id(), tx.now());
            // Checked before the channel is opened, which is named after it.
            let checked = Setup::blank(id, tx.new_id(), now).with(&permit, request.clone())?;
            let channel = channels::api::open(tx, &permit, ChannelKind::Email, &checked.mailbox.name)?;
            let Setup { mut mailbox, secrets, grant } = checked;
            mailbox.channel_id = channel.id;
            queries::insert(tx, &mailbox, &secrets)?;
            if let Some(grant) = &grant {
                queries::save_grant(tx, grant)?;
            }
            audit::api::record(tx, Entry::new("mail.mailbox_added", "mailbox", id).created(&mailbox))?;
            tell::mailbox(tx, &mailbox)?;
            MailboxView::of(tx, mailbox)
        })
        .await?;
    Ok(Json(view))
}
