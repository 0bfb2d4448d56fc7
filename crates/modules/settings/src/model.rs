//! The organisation, its hours, and the calendar they make.

mod calendar;
mod hours;
mod organisation;
mod statutory;

pub use calendar::BusinessCalendar;
pub use hours::{DayHours, Slot, Slots, Week};
pub(crate) use hours::{Span, check_slots};
pub use organisation::{CalendarRevision, Organisation, SetupStep, SpecialDay, SpecialKind, SpecialSource};
pub(crate) use organisation::{calendar, date_of, time_zone};
pub(crate) use statutory::{Decreed, decreed};
