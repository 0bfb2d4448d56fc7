//! What staff may watch: the list `promises`.

use std::{future::Future, pin::Pin, sync::Arc};

use http::{Cx, Telling, Topics};
use kernel::Result;
use wire::Opened;

use crate::{model::Promise, policy};

pub(crate) struct PromiseTopics;

impl Topics for PromiseTopics {
    fn owns(&self, topic: &str) -> bool {
        topic == "promises"
    }

    fn tells(&self) -> Vec<Telling> {
        let list = Telling::list("promises", "What customers were promised, as far as one may see it.");
        vec![list.note::<Promise>("promise.changed", "A promise is there, or stands otherwise.")]
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
