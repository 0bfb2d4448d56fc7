//! All SQL of this module.

use kernel::{Id, Result};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{CalendarRevision, Organisation, SetupStep, SpecialDay},
};

sql! {
    FIND(Organisation) = "SELECT {cols} FROM organisations";
    UPDATE(Organisation) = "UPDATE organisations SET {sets} WHERE id = $1 AND version = $7 - 1";
    PROCEED = "UPDATE organisations SET setup = $1";
    REVISION = "SELECT calendar FROM organisations";
    REVISE = "UPDATE organisations SET calendar = $1";

    INSERT_DAY(SpecialDay) = "INSERT INTO special_days ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    FIND_DAY(SpecialDay) = "SELECT {cols} FROM special_days WHERE id = $1";
    DELETE_DAY = "DELETE FROM special_days WHERE id = $1";
    ALL_DAYS(SpecialDay) = "SELECT {cols} FROM special_days ORDER BY date";
    LAST_STATUTORY = "SELECT date FROM special_days WHERE source = 'statutory' ORDER BY date DESC LIMIT 1";
    LIST_DAYS(SpecialDay) = "SELECT {cols} FROM special_days WHERE date > $1 AND date >= $2 AND date < $3 ORDER BY date LIMIT $4";
}

pub(crate) fn organisation(tx: &mut Tx<'_>) -> Result<Organisation> {
    tx.one(&FIND, &[])
}

pub(crate) fn save(tx: &mut Tx<'_>, organisation: &Organisation) -> Result<()> {
    tx.exec_one(&UPDATE, &organisation.values(), codes::STALE)
}

/// Keeps where the set-up goes on.
pub(crate) fn proceed(tx: &mut Tx<'_>, step: SetupStep) -> Result<()> {
    tx.exec(&PROCEED, params![step]).map(drop)
}

pub(crate) fn revision(tx: &mut Tx<'_>) -> Result<Id<CalendarRevision>> {
    Ok(tx.one::<(Id<CalendarRevision>,)>(&REVISION, &[])?.0)
}

/// Says that the calendar is another one now.
pub(crate) fn revise(tx: &mut Tx<'_>) -> Result<()> {
    let revision: Id<CalendarRevision> = tx.new_id();
    tx.exec(&REVISE, params![revision]).map(drop)
}

/// Whether the day is now kept; not when its date already is a special one.
pub(crate) fn insert_day(tx: &mut Tx<'_>, day: &SpecialDay) -> Result<bool> {
    Ok(tx.exec(&INSERT_DAY, &day.values())? == 1)
}

pub(crate) fn day(tx: &mut Tx<'_>, id: Id<SpecialDay>) -> Result<SpecialDay> {
    tx.one(&FIND_DAY, params![id])
}

pub(crate) fn delete_day(tx: &mut Tx<'_>, id: Id<SpecialDay>) -> Result<()> {
    tx.exec(&DELETE_DAY, params![id]).map(drop)
}

pub(crate) fn all_days(tx: &mut Tx<'_>) -> Result<Vec<SpecialDay>> {
    tx.all(&ALL_DAYS, &[])
}

/// Days after the date `after`, from `from` on and before `to`, in order.
pub(crate) fn days(tx: &mut Tx<'_>, after: &str, from: &str, to: &str, limit: i64) -> Result<Vec<SpecialDay>> {
    tx.all(&LIST_DAYS, params![after, from, to, limit])
}

/// The date of the last decreed day that was taken in.
pub(crate) fn last_statutory(tx: &mut Tx<'_>) -> Result<Option<String>> {
    Ok(tx.maybe::<(String,)>(&LAST_STATUTORY, &[])?.map(|(date,)| date))
}
