//! Conversations that have been over for as long as they are kept.

use ::http::{Aged, AgedRecord, Keeping};
use kernel::{Error, Result};
use store::{Fact, Tx, params, sql};

use crate::{
    events::{self, Emptied},
    model::ConversationId,
    privacy, queries,
};

sql! {
    AGED = "SELECT id, closed_at, customer_id FROM conversations
        WHERE channel_kind = $1 AND emptied_at IS NULL AND closed_at < $2 AND (closed_at, id) > ($3, $4)
        ORDER BY closed_at, id LIMIT $5";
    COUNT_AGED = "SELECT COUNT(*) FROM conversations WHERE channel_kind = $1 AND emptied_at IS NULL AND closed_at < $2";
}

/// A term for each kind of channel.
pub(crate) const KEEPING: Keeping = Keeping {
    kind: "conversations",
    channels: &["web_chat", "email", "open", "wechat", "wecom", "sms"],
    aged,
    count,
    empty,
};

fn aged(tx: &mut Tx<'_>, wanted: &Aged) -> Result<Vec<AgedRecord>> {
    let (at, id) = &wanted.after;
    tx.all(&AGED, params![wanted.channel, wanted.before, *at, id, wanted.most])
}

fn count(tx: &mut Tx<'_>, wanted: &Aged) -> Result<i64> {
    tx.one::<(i64,)>(&COUNT_AGED, params![wanted.channel, wanted.before]).map(|(count,)| count)
}

/// Whoever keeps what was said in them in another form hears of it.
fn empty(tx: &mut Tx<'_>, ids: &[String]) -> Result<()> {
    for id in ids {
        let id: ConversationId = id.parse().map_err(Error::internal)?;
        let conversation = queries::lock(tx, id)?;
        privacy::empty(tx, conversation)?;
        tx.emit(Fact::new(events::EMPTIED, id, &Emptied { conversation_id: id })?);
    }
    Ok(())
}
