//! What staff may watch: the list `escalations`.

use std::{future::Future, pin::Pin, sync::Arc};

use http::{Cx, Telling, Topics};
use kernel::Result;
use wire::Opened;

use crate::{model::Escalation, policy};

pub(crate) struct EscalationTopics;

impl Topics for EscalationTopics {
    fn owns(&self, topic: &str) -> bool {
        topic == "escalations"
    }

    fn tells(&self) -> Vec<Telling> {
        let list = Telling::list("escalations", "What stands in the way, as far as one may see it.");
        vec![list.note::<Escalation>("escalation.changed", "An escalation is there, or stands otherwise.")]
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
