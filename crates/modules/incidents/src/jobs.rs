//! Saying an update in every linked conversation.

use http::App;
use kernel::{Id, Result};
use serde::{Deserialize, Serialize};
use work::{Job, JobCx};

use crate::{model::IncidentUpdate, said};

/// Conversations of one transaction.
const AT_ONCE: i64 = 20;

/// Says an update where it was not said yet.
#[derive(Serialize, Deserialize)]
pub(crate) struct Send {
    pub update_id: Id<IncidentUpdate>,
}

impl Job for Send {
    const KIND: &'static str = "incidents.send";
}

/// What was said stands with the message, in one transaction: whoever takes the job over goes on there.
pub(crate) async fn send(app: App, cx: JobCx, job: Send) -> Result<()> {
    loop {
        let (app, id) = (app.clone(), job.update_id);
        if cx.db.append(&cx.origin, move |tx| said::some(&app, tx, id, AT_ONCE)).await? == 0 {
            return Ok(());
        }
    }
}
