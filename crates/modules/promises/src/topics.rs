//! What staff may watch: the list `promises`.

use std::{future::Future, pin::Pin, sync::Arc};

use http::{Cx, Topics};
use kernel::Result;
use wire::Opened;

use crate::policy;

pub(crate) struct PromiseTopics;

impl Topics for PromiseTopics {
    fn owns(&self, topic: &str) -> bool {
        topic == "promises"
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
