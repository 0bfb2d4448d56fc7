//! By which mailboxes one may write.

use conversations::ConversationId;
use customers::Serving;
use http::{Answer, Cx, Json, Query};
use kernel::{Cursor, CustomerId, Id};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    fetch::MOST,
    model::{Mailbox, MailboxState},
    policy, queries, write,
};

/// To whom one wants to write.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SendersQuery {
    /// To this customer: then each says whether there is a conversation to go on with.
    customer: Option<CustomerId>,
}

/// A mailbox to write by.
#[derive(Serialize, ToSchema)]
pub(crate) struct MailSender {
    /// Which.
    id: Id<Mailbox>,
    /// The name colleagues see.
    name: String,
    /// Its address.
    address: String,
    /// The name customers see as the sender.
    sender_name: String,
    /// What stands below every mail.
    signature: String,
    /// Whether nothing can be written by it just now.
    paused: bool,
    /// The conversation the customer has open by it, when there is one.
    open: Option<OpenByMail>,
}

/// A conversation by mail that is open already.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenByMail {
    /// Which, when it may be gone on with.
    conversation_id: Option<ConversationId>,
    /// Who has it.
    assignee_name: Option<String>,
}

/// The mailboxes one may write by, oldest first, those that are paused included.
#[utoipa::path(get, path = "/mail-senders", tag = "mail", params(SendersQuery), responses((status = 200, body = Vec<MailSender>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<SendersQuery>) -> Answer<Vec<MailSender>> {
    let serving = cx.app().part::<Box<dyn Serving>>();
    let senders = cx
        .read(move |tx| {
            let _permit = policy::may_write(tx.actor(), tx.now())?;
            let customer = match query.customer {
                Some(id) => {
                    customers::api::visible_or_served(tx, &**serving, id)?;
                    Some(customers::api::survivor(tx, id)?)
                }
                None => None,
            };
            let mut senders = Vec::new();
            let after = Cursor { key: i64::MIN, id: String::new() };
            for mailbox in queries::list(tx, true, &after, MOST)? {
                let open = match customer {
                    Some(customer) => write::open_by(tx, &mailbox, customer)?,
                    None => None,
                };
                let open = open.map(|open| OpenByMail {
                    conversation_id: (open.assignee_id.is_none() || conversations::api::workable(tx, open.id).is_ok())
                        .then_some(open.id),
                    assignee_name: open.assignee_name,
                });
                let Mailbox { id, name, address, sender_name, signature, state, .. } = mailbox;
                let paused = state == MailboxState::Paused;
                senders.push(MailSender { id, name, address, sender_name, signature, paused, open });
            }
            Ok(senders)
        })
        .await?;
    Ok(Json(senders))
}
