//! Putting a conversation away until a time, and the times one is offered for it.

use jiff::{
    Zoned,
    civil::{Date, Weekday},
};
use kernel::{Error, Result, Timestamp};
use serde::Serialize;
use settings::api::BusinessCalendar;
use store::text_enum;
use utoipa::ToSchema;

use super::{Conversation, State};
use crate::{codes, events};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// The longest one can be put away for, in milliseconds.
pub(crate) const LONGEST_MS: i64 = 366 * 24 * HOUR;

text_enum! {
    /// A time one often puts a conversation away until.
    pub enum SnoozePreset {
        /// When another hour of business time is past.
        Hour = "hour",
        /// At two in the afternoon, or when it opens after that.
        Afternoon = "afternoon",
        /// When it opens after today.
        Tomorrow = "tomorrow",
        /// When it opens on Monday, or first after it.
        Monday = "monday",
    }
}

/// A time one is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct SnoozeTime {
    /// What it is called.
    pub preset: SnoozePreset,
    /// When that is.
    pub at: Timestamp,
}

impl SnoozePreset {
    const ALL: [Self; 4] = [Self::Hour, Self::Afternoon, Self::Tomorrow, Self::Monday];

    /// When that is, said now; none for what there is no more of today.
    fn at(self, calendar: &BusinessCalendar, now: Timestamp) -> Result<Option<Timestamp>> {
        let moment = jiff::Timestamp::from_millisecond(now.millis()).map_err(Error::internal)?;
        let here = moment.to_zoned(calendar.zone().clone());
        match self {
            Self::Hour => Ok(Some(calendar.due(now, HOUR).unwrap_or_else(|_| now.plus_millis(HOUR)))),
            Self::Afternoon => afternoon(calendar, &here, now),
            Self::Tomorrow => opening(calendar, here.date().tomorrow().map_err(Error::internal)?).map(Some),
            Self::Monday => {
                opening(calendar, here.date().nth_weekday(1, Weekday::Monday).map_err(Error::internal)?).map(Some)
            }
        }
    }

    /// When that is, said now; where there is no more of it today, when it opens next.
    ///
    /// # Errors
    /// [`Error::Internal`] at the end of all known time.
    pub fn moment(self, calendar: &BusinessCalendar, now: Timestamp) -> Result<Timestamp> {
        match self.at(calendar, now)? {
            Some(at) => Ok(at),
            None => Ok(Self::Tomorrow.at(calendar, now)?.unwrap_or_else(|| now.plus_millis(HOUR))),
        }
    }
}

/// The times one is offered now, earliest first, each moment once.
///
/// # Errors
/// [`Error::Internal`] at the end of all known time.
pub(crate) fn snooze_times(calendar: &BusinessCalendar, now: Timestamp) -> Result<Vec<SnoozeTime>> {
    let mut times = Vec::with_capacity(SnoozePreset::ALL.len());
    for preset in SnoozePreset::ALL {
        times.extend(preset.at(calendar, now)?.map(|at| SnoozeTime { preset, at }));
    }
    times.sort_by_key(|time| time.at);
    times.dedup_by_key(|time| time.at);
    Ok(times)
}

/// None when it is past, or nobody is there any more today.
fn afternoon(calendar: &BusinessCalendar, here: &Zoned, now: Timestamp) -> Result<Option<Timestamp>> {
    let two = moment(calendar, here.date(), 14)?;
    if two.since(now) < 30 * MINUTE {
        return Ok(None);
    }
    let at = if calendar.is_open(two) { Some(two) } else { calendar.next_change(two) };
    let ends = moment(calendar, here.date().tomorrow().map_err(Error::internal)?, 0)?;
    Ok(at.filter(|at| *at < ends))
}

/// When it opens on this day or first after it; at nine where it never closes, or never opens.
fn opening(calendar: &BusinessCalendar, day: Date) -> Result<Timestamp> {
    let (begins, nine) = (moment(calendar, day, 0)?, moment(calendar, day, 9)?);
    if calendar.is_open(begins) {
        return Ok(nine);
    }
    Ok(calendar.next_change(begins).unwrap_or(nine))
}

fn moment(calendar: &BusinessCalendar, day: Date, hour: i8) -> Result<Timestamp> {
    let moment = day.at(hour, 0, 0, 0).to_zoned(calendar.zone().clone()).map_err(Error::internal)?;
    Ok(Timestamp::from_millis(moment.timestamp().as_millisecond()))
}

impl Conversation {
    /// Puts it away until a time; none when it is put away so already. Only what somebody has can be: what
    /// waits is nobody's to put away.
    pub(crate) fn snooze(
        mut self,
        until: Timestamp,
        reason: Option<String>,
    ) -> Result<Option<(Self, events::Snoozed)>> {
        self.must_be_open()?;
        if self.state != State::Active {
            return Err(codes::NOBODYS.conflict());
        }
        if self.snoozed_until == Some(until) && self.snooze_reason == reason {
            return Ok(None);
        }
        (self.snoozed_until, self.snooze_reason) = (Some(until), reason);
        self.advance();
        let fact = events::Snoozed { conversation_id: self.id, until: self.snoozed_until };
        Ok(Some((self, fact)))
    }

    /// It comes back; none when it is not put away.
    pub(crate) fn wake(mut self) -> Option<(Self, events::Snoozed)> {
        self.snoozed_until.take()?;
        self.advance();
        let fact = events::Snoozed { conversation_id: self.id, until: None };
        Some((self, fact))
    }
}
