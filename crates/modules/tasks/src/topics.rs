//! What staff may watch: the list `tasks`.

use std::{future::Future, pin::Pin, sync::Arc};

use http::{Cx, Topics};
use kernel::Result;
use wire::Opened;

use crate::policy;

pub(crate) struct TaskTopics;

impl Topics for TaskTopics {
    fn owns(&self, topic: &str) -> bool {
        topic == "tasks"
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
