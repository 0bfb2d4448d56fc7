//! What staff may watch: the list `approvals`.

use std::{future::Future, pin::Pin, sync::Arc};

use http::{Cx, Telling, Topics};
use kernel::Result;
use wire::Opened;

use crate::{Approval, policy};

pub(crate) struct ApprovalTopics;

impl Topics for ApprovalTopics {
    fn owns(&self, topic: &str) -> bool {
        topic == "approvals"
    }

    fn tells(&self) -> Vec<Telling> {
        let list = Telling::list("approvals", "What is asked for, as far as one may see it.");
        vec![list.note::<Approval>("approval.changed", "A request is there, or stands otherwise.")]
    }

    fn open<'a>(
        &'a self,
        cx: &'a Cx,
        _topic: &'a str,
        _since: Option<i64>,
    ) -> Pin<Box<dyn Future<Output = Result<Opened>> + Send + 'a>> {
        Box::pin(async move { Ok(Opened::list(Arc::new(policy::may_read(cx.actor())?))) })
    }
}
