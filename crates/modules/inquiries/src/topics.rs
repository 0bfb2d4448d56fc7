//! What staff may watch: the list `inquiry_records`.

use std::{future::Future, pin::Pin, sync::Arc};

use http::{Cx, Telling, Topics};
use kernel::Result;
use wire::Opened;

use crate::{http::RecordView, policy};

pub(crate) struct RecordTopics;

impl Topics for RecordTopics {
    fn owns(&self, topic: &str) -> bool {
        topic == "inquiry_records"
    }

    fn tells(&self) -> Vec<Telling> {
        let list = Telling::list("inquiry_records", "Inquiry records, as far as one may see them.");
        vec![list.note::<RecordView>("inquiry_record.changed", "A record is there, or stands otherwise.")]
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
