//! Reckoning anew: other policies or hours move what is due in conversations that are open.

use conversations::ConversationId;
use kernel::Result;
use serde::{Deserialize, Serialize};
use store::Tx;
use work::{Handler, Job, JobCx};

use crate::{listen, queries};

/// Conversations of one transaction.
const AT_ONCE: i64 = 100;

/// Reckons the moments of all open conversations anew.
#[derive(Serialize, Deserialize)]
struct Rewind {}

impl Job for Rewind {
    const KIND: &'static str = "sla.rewind";
}

/// Leaves it to be done, once, however often it is asked for until it begins.
pub(crate) fn rewind(tx: &mut Tx<'_>) -> Result<()> {
    work::enqueue_at(tx, &Rewind {}, tx.now(), Some(Rewind::KIND)).map(drop)
}

pub(crate) fn handler() -> Handler {
    Handler::new(|cx: JobCx, _: Rewind| async move {
        let mut after = String::new();
        loop {
            let from = after.clone();
            let page = cx.db.append(&cx.origin, move |tx| some(tx, &from)).await?;
            match page.last() {
                Some(last) => after = last.to_string(),
                None => return Ok(()),
            }
        }
    })
}

fn some(tx: &mut Tx<'_>, after: &str) -> Result<Vec<ConversationId>> {
    let policies = queries::policies(tx)?;
    let page = conversations::api::open_after(tx, after, AT_ONCE)?;
    for id in &page {
        listen::apply(tx, &policies, *id)?;
    }
    Ok(page)
}
