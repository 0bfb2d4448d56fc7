//! What staff may watch: the list `tasks`.

use std::{future::Future, pin::Pin, sync::Arc};

use http::{Cx, Telling, Topics};
use kernel::Result;
use wire::Opened;

use crate::{Task, policy};

pub(crate) struct TaskTopics;

impl Topics for TaskTopics {
    fn owns(&self, topic: &str) -> bool {
        topic == "tasks"
    }

    fn tells(&self) -> Vec<Telling> {
        let list = Telling::list("tasks", "Duties, as far as one may see them.");
        vec![list.note::<Task>("task.changed", "A task is there, or stands otherwise.")]
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
