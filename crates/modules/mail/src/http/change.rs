//! Setting a mailbox otherwise.

use audit::api::Entry;
use channels::ChannelState;
use http::{Answer, Cx, Json, Path};
use kernel::Id;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::read::MailboxView;
use crate::{
    model::{Details, Mailbox, MailboxState, Setup},
    policy, queries, tell,
};

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MailboxChange {
    /// The version that was seen.
    version: i64,
    /// What it is to be. Whoever names another server, name or certificate says the password anew.
    details: Details,
}

/// Sets a mailbox otherwise, pauses or resumes it; its channel goes with it.
#[utoipa::path(patch, path = "/mailboxes/{id}", tag = "mail", params(("id" = Id<Mailbox>, Path)), request_body = MailboxChange, responses((status = 200, body = MailboxView)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<Id<Mailbox>>,
    Json(request): Json<MailboxChange>,
) -> Answer<MailboxView> {
    let MailboxChange { version, details } = request;
    let view = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            let before = queries::find(tx, id)?;
            let (kept, new_password) =
                (queries::secrets(tx, id)?, details.imap_password.is_some() || details.smtp_password.is_some());
            let known = queries::grant(tx, id)?;
            let Setup { mailbox: mut after, secrets, grant } =
                Setup { mailbox: before.clone(), secrets: kept, grant: known.clone() }
                    .with(&permit, details.clone())?;
            after.version = version + 1;
            queries::save(tx, &after)?;
            queries::save_secrets(tx, &secrets)?;
            match &grant {
                Some(grant) => queries::save_grant(tx, grant)?,
                None => queries::end_grant(tx, id)?,
            }
            let (was, is) = (known.map(|known| known.shown), grant.map(|grant| grant.shown));
            if was != is {
                audit::api::record(tx, Entry::new("mail.grant_changed", "mailbox", id).change(&was, &is))?;
            }
            let state = match after.state {
                MailboxState::Active => ChannelState::Active,
                MailboxState::Paused => ChannelState::Paused,
            };
            channels::api::set(tx, &permit, after.channel_id, &after.name, state)?;
            audit::api::record(tx, Entry::new("mail.mailbox_changed", "mailbox", id).change(&before, &after))?;
            if new_password {
                audit::api::record(tx, Entry::new("mail.password_changed", "mailbox", id).created(&json!({})))?;
            }
            tell::mailbox(tx, &after)?;
            MailboxView::of(tx, after)
        })
        .await?;
    Ok(Json(view))
}
