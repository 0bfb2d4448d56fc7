//! SQL of the parts of messages on SMPP lines: those that go, and those that came.

use kernel::{ChannelId, Result, Timestamp};
use store::{Record, Tx, params, sql, text_enum};

text_enum! {
    /// Where a part that goes stands.
    pub(crate) enum PartState {
        /// It is to go over the line.
        Waiting = "waiting",
        /// The other side took it.
        Taken = "taken",
        /// The other side did not.
        Refused = "refused",
        /// It arrived.
        Delivered = "delivered",
        /// It did not.
        Failed = "failed",
    }
}

store::record! {
    /// A part on its way.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct Part {
        pub message_id: String,
        /// From 1.
        pub part: i64,
        pub parts: i64,
        pub channel_id: ChannelId,
        /// To whom; empty once it was taken or refused.
        pub phone: String,
        pub coding: i64,
        /// In base 64, with the header where there are several; empty once it was taken or refused.
        pub octets: String,
        pub state: PartState,
        pub external_id: Option<String>,
        pub why: Option<String>,
        pub detail: String,
        pub at: Timestamp,
    }
}

store::record! {
    /// A part that came.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct Fragment {
        pub channel_id: ChannelId,
        pub phone: String,
        pub reference: i64,
        pub total: i64,
        pub number: i64,
        pub coding: i64,
        /// In base 64.
        pub octets: String,
        /// What the first to come was called.
        pub external_id: String,
        pub at: Timestamp,
    }
}

sql! {
    INSERT(Part) = "INSERT INTO sms_parts ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UNTAKE = "DELETE FROM sms_parts WHERE message_id = $1 AND state IN ('waiting', 'refused', 'failed')";
    WITHDRAW = "DELETE FROM sms_parts WHERE message_id = $1 AND state = 'waiting'";
    OF_MESSAGE(Part) = "SELECT {cols} FROM sms_parts WHERE message_id = $1 ORDER BY part";
    WAITING(Part) = "SELECT {cols} FROM sms_parts WHERE channel_id = $1 AND state = 'waiting' ORDER BY at, message_id, part LIMIT $2";
    TAKEN = "UPDATE sms_parts SET state = 'taken', external_id = $3, phone = '', octets = '', why = NULL, detail = '' WHERE message_id = $1 AND part = $2 AND state = 'waiting'";
    REFUSED = "UPDATE sms_parts SET state = 'refused', phone = '', octets = '', why = $3, detail = $4 WHERE message_id = $1 AND part = $2 AND state = 'waiting'";
    PUT_OFF = "UPDATE sms_parts SET why = $3, detail = $4 WHERE message_id = $1 AND part = $2 AND state = 'waiting'";
    EXTERNAL(Part) = "SELECT {cols} FROM sms_parts WHERE channel_id = $1 AND external_id = $2 ORDER BY at DESC, message_id, part LIMIT 1";
    REPORTED = "UPDATE sms_parts SET state = $3 WHERE message_id = $1 AND part = $2";
    SWEEP = "DELETE FROM sms_parts WHERE at < $1";

    FRAGMENT(Fragment) = "INSERT INTO sms_fragments ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    FRAGMENTS(Fragment) = "SELECT {cols} FROM sms_fragments WHERE channel_id = $1 AND phone = $2 AND reference = $3 AND total = $4 ORDER BY number";
    FORGET_FRAGMENTS = "DELETE FROM sms_fragments WHERE channel_id = $1 AND phone = $2 AND reference = $3 AND total = $4";
    LATE(Fragment) = "SELECT {cols} FROM sms_fragments WHERE at < $1 ORDER BY at, channel_id, phone, reference, total, number LIMIT 1";
}

pub(crate) fn insert(tx: &mut Tx<'_>, part: &Part) -> Result<()> {
    tx.exec(&INSERT, &part.values()).map(drop)
}

/// Forgets parts of a message that were not taken, or lost.
pub(crate) fn untake(tx: &mut Tx<'_>, message_id: &str) -> Result<()> {
    tx.exec(&UNTAKE, params![message_id]).map(drop)
}

/// Takes back what still waits.
pub(crate) fn withdraw(tx: &mut Tx<'_>, message_id: &str) -> Result<()> {
    tx.exec(&WITHDRAW, params![message_id]).map(drop)
}

pub(crate) fn of_message(tx: &mut Tx<'_>, message_id: &str) -> Result<Vec<Part>> {
    tx.all(&OF_MESSAGE, params![message_id])
}

pub(crate) fn waiting(tx: &mut Tx<'_>, channel: ChannelId, limit: i64) -> Result<Vec<Part>> {
    tx.all(&WAITING, params![channel, limit])
}

/// The other side took it, and calls it so.
pub(crate) fn taken(tx: &mut Tx<'_>, (message_id, part): (&str, i64), external_id: &str) -> Result<()> {
    tx.exec(&TAKEN, params![message_id, part, external_id]).map(drop)
}

pub(crate) fn refused(tx: &mut Tx<'_>, (message_id, part): (&str, i64), why: &str, detail: &str) -> Result<()> {
    tx.exec(&REFUSED, params![message_id, part, why, detail]).map(drop)
}

/// It waits on, for this reason.
pub(crate) fn put_off(tx: &mut Tx<'_>, (message_id, part): (&str, i64), why: &str, detail: &str) -> Result<()> {
    tx.exec(&PUT_OFF, params![message_id, part, why, detail]).map(drop)
}

pub(crate) fn external(tx: &mut Tx<'_>, channel: ChannelId, external_id: &str) -> Result<Option<Part>> {
    tx.maybe(&EXTERNAL, params![channel, external_id])
}

/// A receipt came.
pub(crate) fn reported(tx: &mut Tx<'_>, part: &Part, state: PartState) -> Result<()> {
    tx.exec(&REPORTED, params![part.message_id, part.part, state]).map(drop)
}

pub(crate) fn sweep(tx: &mut Tx<'_>, before: Timestamp) -> Result<()> {
    tx.exec(&SWEEP, params![before]).map(drop)
}

pub(crate) fn keep_fragment(tx: &mut Tx<'_>, fragment: &Fragment) -> Result<()> {
    tx.exec(&FRAGMENT, &fragment.values()).map(drop)
}

/// All that came of the message this is a part of.
pub(crate) fn fragments(tx: &mut Tx<'_>, of: &Fragment) -> Result<Vec<Fragment>> {
    tx.all(&FRAGMENTS, params![of.channel_id, of.phone, of.reference, of.total])
}

pub(crate) fn forget_fragments(tx: &mut Tx<'_>, of: &Fragment) -> Result<()> {
    tx.exec(&FORGET_FRAGMENTS, params![of.channel_id, of.phone, of.reference, of.total]).map(drop)
}

/// The oldest that came before then.
pub(crate) fn late(tx: &mut Tx<'_>, before: Timestamp) -> Result<Option<Fragment>> {
    tx.maybe(&LATE, params![before])
}
