//! What staff may watch: the list `sla`.

use std::{future::Future, pin::Pin, sync::Arc};

use http::{Cx, Telling, Topics};
use kernel::Result;
use wire::Opened;

use crate::{model::SlaMiss, policy};

pub(crate) struct SlaTopics;

impl Topics for SlaTopics {
    fn owns(&self, topic: &str) -> bool {
        topic == "sla"
    }

    fn tells(&self) -> Vec<Telling> {
        let list = Telling::list("sla", "What was not done in time, as far as one may see it.");
        vec![list.note::<SlaMiss>("sla_miss.changed", "Something was missed, or done at last.")]
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
