//! What complaints look like on paper: in the organisation's language and time zone.

mod course;
mod form;
mod statistics;

use std::sync::LazyLock;

use documents::Hand;
use http::Languages;
use kernel::Result;
use store::Tx;

pub(crate) use course::course;
pub(crate) use form::{ComplaintForm, Filled, form};
pub(crate) use statistics::statistics;

use crate::api;

static TEXTS: LazyLock<Languages> = LazyLock::new(|| Languages::of(crate::LOCALES));

/// As the organisation writes of complaints.
pub(crate) fn hand(tx: &mut Tx<'_>) -> Result<Hand> {
    api::hand(tx, &TEXTS)
}
