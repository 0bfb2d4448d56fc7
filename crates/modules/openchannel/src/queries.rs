//! All SQL of this module.

use kernel::{ChannelId, Cursor, Error, Result, Scope, Timestamp};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{OpenChannel, Report},
};

sql! {
    INSERT(OpenChannel) = "INSERT INTO open_channels ({cols}) VALUES ({vals})";
    UPDATE(OpenChannel) = "UPDATE open_channels SET {sets} WHERE channel_id = $1 AND version = $5 - 1";
    FIND(OpenChannel) = "SELECT {cols} FROM open_channels WHERE channel_id = $1";
    LIST(OpenChannel) = "SELECT {cols} FROM open_channels WHERE (created_at, channel_id) > ($1, $2) ORDER BY created_at, channel_id LIMIT $3";

    MARK = "INSERT INTO open_channel_marks (mark, until) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    FORGET_MARKS = "DELETE FROM open_channel_marks WHERE until < $1";

    REPORT(Report) = "INSERT INTO open_channel_reports ({cols}) VALUES ({vals})
        ON CONFLICT (channel_id, way, code) DO UPDATE SET detail = excluded.detail,
            count = open_channel_reports.count + excluded.count, at = excluded.at";
    REPORTS(Report) = "SELECT {cols} FROM open_channel_reports WHERE channel_id = $1 ORDER BY at DESC, way, code LIMIT 40";
}

pub(crate) fn insert(tx: &mut Tx<'_>, open: &OpenChannel) -> Result<()> {
    tx.exec(&INSERT, &open.values()).map(drop)
}

/// Saves one of the version before.
///
/// # Errors
/// `openchannel.stale`.
pub(crate) fn save(tx: &mut Tx<'_>, open: &OpenChannel) -> Result<()> {
    tx.exec_one(&UPDATE, &open.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: ChannelId) -> Result<OpenChannel> {
    tx.maybe(&FIND, params![id])?.ok_or(Error::NotFound)
}

pub(crate) fn list(tx: &mut Tx<'_>, _all: &Scope, after: &Cursor, limit: i64) -> Result<Vec<OpenChannel>> {
    tx.all(&LIST, params![after.key, after.id, limit])
}

/// Notes a signature until then; false when it came before.
pub(crate) fn mark(tx: &mut Tx<'_>, mark: &str, until: Timestamp) -> Result<bool> {
    Ok(tx.exec(&MARK, params![mark, until])? == 1)
}

pub(crate) fn forget_marks(tx: &mut Tx<'_>, before: Timestamp) -> Result<()> {
    tx.exec(&FORGET_MARKS, params![before]).map(drop)
}

/// Adds to how often this happened.
pub(crate) fn report(tx: &mut Tx<'_>, report: &Report) -> Result<()> {
    tx.exec(&REPORT, &report.values()).map(drop)
}

/// The latest first.
pub(crate) fn reports(tx: &mut Tx<'_>, id: ChannelId) -> Result<Vec<Report>> {
    tx.all(&REPORTS, params![id])
}
