//! Reading again what was lost on the way.

use kernel::Result;
use store::outbox;

use crate::Hub;
use crate::frame::Frame;

/// Facts read at once.
const PAGE: i64 = 200;

impl Hub {
    /// Up to [`PAGE`] facts of `topic` after number `seq`, and whether there may be more. Waits
    /// when many connections read at once, so that a lost bus does not become a flooded database.
    pub(crate) async fn read_since(&self, topic: &str, seq: i64) -> Result<(Vec<Frame>, bool)> {
        let _turn = self.inner().reads.acquire().await;
        let topic = topic.to_owned();
        let notes =
            self.inner().db.read(&self.inner().origin, move |tx| outbox::topic_since(tx, &topic, seq, PAGE)).await?;
        let more = notes.len() as i64 == PAGE;
        Ok((notes.iter().map(Frame::of).collect(), more))
    }
}
