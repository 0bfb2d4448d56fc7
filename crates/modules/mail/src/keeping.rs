//! Mails nobody could read, once their copies have been kept for long enough. All others go with their conversation.

use ::http::{Aged, AgedRecord, Keeping};
use kernel::{Error, Id, Result};
use store::{Tx, params, sql};

use crate::model::Mail;

sql! {
    AGED = "SELECT id, at, customer_id FROM mails WHERE state = 'unreadable' AND at < $1 AND (at, id) > ($2, $3)
          AND EXISTS (SELECT 1 FROM mail_raws r WHERE r.mail_id = mails.id)
        ORDER BY at, id LIMIT $4";
    COUNT_AGED = "SELECT COUNT(*) FROM mails WHERE state = 'unreadable' AND at < $1
        AND EXISTS (SELECT 1 FROM mail_raws r WHERE r.mail_id = mails.id)";
    FORGET_RAW = "DELETE FROM mail_raws WHERE mail_id = $1";
}

/// That one came, when, to which mailbox and why it could not be read stays; the copy goes.
pub(crate) const KEEPING: Keeping = Keeping { kind: "unreadable_mails", channels: &[], aged, count, empty };

fn aged(tx: &mut Tx<'_>, wanted: &Aged) -> Result<Vec<AgedRecord>> {
    let (at, id) = &wanted.after;
    tx.all(&AGED, params![wanted.before, *at, id, wanted.most])
}

fn count(tx: &mut Tx<'_>, wanted: &Aged) -> Result<i64> {
    tx.one::<(i64,)>(&COUNT_AGED, params![wanted.before]).map(|(count,)| count)
}

fn empty(tx: &mut Tx<'_>, ids: &[String]) -> Result<()> {
    for id in ids {
        let id: Id<Mail> = id.parse().map_err(Error::internal)?;
        tx.exec(&FORGET_RAW, params![id])?;
    }
    Ok(())
}
