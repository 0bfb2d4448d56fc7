//! Trying whether a mailbox's servers let us in.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use kernel::Id;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::{
    fetch::{Failure, Fetchers},
    imap::Opened,
    model::{Mailbox, Trouble},
    oauth, policy, queries, send,
};

/// How a server was found.
#[derive(Serialize, ToSchema)]
pub(crate) struct ServerProbe {
    /// What stands in the way; none: nothing.
    trouble: Option<Trouble>,
    /// The same in the server's words.
    detail: String,
}

/// How both servers were found.
#[derive(Serialize, ToSchema)]
pub(crate) struct MailboxProbe {
    /// Where its mail lies.
    imap: ServerProbe,
    /// Who takes mail from it.
    smtp: ServerProbe,
}

fn found<T>(answer: Result<T, (Trouble, String)>) -> ServerProbe {
    match answer {
        Ok(_) => ServerProbe { trouble: None, detail: String::new() },
        Err((trouble, detail)) => {
            let detail = crate::letter::one_line(&detail).chars().take(300).collect();
            ServerProbe { trouble: Some(trouble), detail }
        }
    }
}

/// Signs in at both servers as the mailbox is set, and says how that went. Nothing is fetched or sent.
#[utoipa::path(post, path = "/mailboxes/{id}/probe", tag = "mail", params(("id" = Id<Mailbox>, Path)), responses((status = 200, body = MailboxProbe)))]
pub(crate) async fn probe(cx: Cx, Path(id): Path<Id<Mailbox>>) -> Answer<MailboxProbe> {
    let mailbox = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            audit::api::record(tx, Entry::new("mail.mailbox_tried", "mailbox", id).created(&json!({})))?;
            queries::find(tx, id)
        })
        .await?;
    let secrets = match oauth::opening(cx.app(), &mailbox).await {
        Ok(secrets) => secrets,
        Err(Failure::Ours(error)) => return Err(error.into()),
        Err(Failure::Theirs(why)) => {
            let both = [found::<()>(Err(why.clone())), found::<()>(Err(why))];
            let [imap, smtp] = both;
            return Ok(Json(MailboxProbe { imap, smtp }));
        }
    };
    let imap = async {
        let opened = Opened::open(&mailbox, &secrets).await?;
        opened.close().await;
        Ok(())
    };
    let (imap, smtp) = tokio::join!(imap, send::probe(&mailbox, &secrets));
    Ok(Json(MailboxProbe { imap: found(imap), smtp: found(smtp) }))
}

/// Looks for new mail now rather than when the server tells of it, or after the pause that follows a
/// failure.
#[utoipa::path(post, path = "/mailboxes/{id}/fetch", tag = "mail", params(("id" = Id<Mailbox>, Path)), responses((status = 200)))]
pub(crate) async fn fetch(cx: Cx, Path(id): Path<Id<Mailbox>>) -> Answer<()> {
    cx.read(move |tx| {
        let _permit = policy::may_manage(tx.actor(), tx.now())?;
        queries::find(tx, id).map(drop)
    })
    .await?;
    cx.app().part::<Fetchers>().wake(id);
    Ok(Json(()))
}
