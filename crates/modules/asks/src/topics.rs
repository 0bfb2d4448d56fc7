//! What staff may watch: the list `asks`.

use std::{future::Future, pin::Pin, sync::Arc};

use http::{Cx, Telling, Topics};
use kernel::Result;
use wire::Opened;

use crate::{model::Ask, policy};

pub(crate) struct AskTopics;

impl Topics for AskTopics {
    fn owns(&self, topic: &str) -> bool {
        topic == "asks"
    }

    fn tells(&self) -> Vec<Telling> {
        let list = Telling::list("asks", "What was asked of supervisors, as far as one may see it.");
        vec![list.note::<Ask>("ask.changed", "An ask is there, or stands otherwise.")]
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
