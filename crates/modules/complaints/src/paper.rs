//! What complaints look like on paper: in the organisation's language and time zone.

mod course;
mod form;
mod statistics;

use std::sync::{Arc, LazyLock};

use documents::{Document, Part};
use http::{Languages, Texts};
use kernel::{Result, Timestamp};
use settings::api::{BusinessCalendar, Organisation};
use store::Tx;

pub(crate) use course::course;
pub(crate) use form::{ComplaintForm, Filled, form};
pub(crate) use statistics::statistics;

static TEXTS: LazyLock<Languages> = LazyLock::new(|| Languages::of(crate::LOCALES));

/// In which words and which time zone something is written.
#[derive(Clone)]
pub(crate) struct Hand {
    pub organisation: Organisation,
    texts: &'static Texts,
    calendar: Arc<BusinessCalendar>,
    /// Whoever prints it.
    name: String,
    now: Timestamp,
}

impl Hand {
    /// As the organisation writes.
    pub(crate) fn of(tx: &mut Tx<'_>) -> Result<Self> {
        let organisation = settings::api::organisation(tx)?;
        let texts = TEXTS.texts(organisation.locale.text());
        let calendar = settings::api::calendar(tx)?;
        let name = tx.actor().staff().map(|staff| staff.name.clone()).unwrap_or_default();
        Ok(Self { texts, calendar, organisation, name, now: tx.now() })
    }

    /// The word of this key, of those that are for paper.
    pub(crate) fn word(&self, key: &str) -> &'static str {
        self.texts.word(&format!("paper_{key}"))
    }

    /// A text with these in its places.
    pub(crate) fn said(&self, key: &str, params: &[(&str, &str)]) -> String {
        params.iter().fold(self.word(key).to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// A moment on the organisation's clock.
    pub(crate) fn at(&self, at: Timestamp) -> String {
        let moment = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default();
        self.calendar.zone().to_datetime(moment).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// A choice, this one ticked or not.
    pub(crate) fn tick(&self, key: &str, ticked: bool) -> String {
        format!("{}{}", if ticked { '☒' } else { '☐' }, self.word(key))
    }

    /// A document with the head and foot that all of them have.
    pub(crate) fn document(&self, title: String, form: String, number: Option<String>, parts: Vec<Part>) -> Document {
        let at = self.at(self.now);
        Document {
            title,
            house: (self.organisation.name.clone(), form),
            number,
            foot: self.said("printed", &[("at", &at), ("name", &self.name)]),
            pages: self.word("pages").to_owned(),
            locale: self.organisation.locale.text(),
            at: self.now,
            landscape: false,
            parts,
        }
    }
}
