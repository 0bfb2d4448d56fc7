//! 《每日咨询内容记录》 on paper (R066).

use documents::{Cell, Document, Grid, Part, Row};
use http::Texts;
use kernel::Timestamp;
use settings::api::{BusinessCalendar, Organisation};

use crate::{
    model::{InquiryRecord, Outcome, Way},
    sheet::Sheet,
};

/// The columns of a day.
pub(crate) const HEADS: [&str; 10] =
    ["number", "time", "customer", "phone", "channel", "asked", "answer", "reason", "outcome", "agent"];
/// How wide they are on paper.
const COLUMNS: [f32; 10] = [2.2, 2.8, 4.2, 5.2, 4.6, 13.0, 13.0, 5.0, 4.0, 4.0];

/// What a row says, in the order of [`HEADS`].
pub(crate) fn cells(at: usize, row: &InquiryRecord, texts: &Texts, calendar: &BusinessCalendar) -> [String; 10] {
    let word = |key: &str| texts.word(key).to_owned();
    [
        (at + 1).to_string(),
        clock(calendar, row.ended_at, "%H:%M"),
        row.customer_name.clone(),
        row.phone.as_deref().map(customers::api::mask_phone).unwrap_or_default(),
        channel(row, texts),
        row.asked.clone(),
        row.answer.clone(),
        row.reason.clone().unwrap_or_else(|| word("no_reason")),
        word(match row.outcome {
            Outcome::Solved => "solved",
            Outcome::Unsolved => "unsolved",
            Outcome::Unknown => "unknown",
        }),
        row.agent_name.clone().unwrap_or_default(),
    ]
}

fn channel(row: &InquiryRecord, texts: &Texts) -> String {
    match (&row.channel_name, row.way) {
        (Some(name), Way::Conversation) => name.clone(),
        (_, way) => way_word(way, texts),
    }
}

pub(crate) fn way_word(way: Way, texts: &Texts) -> String {
    texts.word(&format!("way_{}", way.text())).to_owned()
}

pub(crate) fn clock(calendar: &BusinessCalendar, at: Timestamp, form: &str) -> String {
    let moment = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default();
    calendar.zone().to_datetime(moment).strftime(form).to_string()
}

/// In which words and on which clock a day is printed, and when.
pub(crate) struct Printed<'a> {
    pub texts: &'a Texts,
    pub calendar: &'a BusinessCalendar,
    pub organisation: &'a Organisation,
    pub at: Timestamp,
}

impl Printed<'_> {
    /// The day as whoever is called `name` prints it: its rows, its totals, its signature or the line for one.
    pub(crate) fn document(&self, sheet: &Sheet, day: &str, name: &str) -> Document {
        let word = |key: &str| self.texts.word(key);
        let mut rows = vec![Row::of(HEADS.map(|head| Cell::head(word(head))))];
        for (at, row) in sheet.rows.iter().enumerate() {
            rows.push(Row::of(cells(at, row, self.texts, self.calendar).map(Cell::text)));
        }
        let totals = &sheet.totals;
        let named = |name: String, count: i64| format!("{name} {count}");
        let sums = [("inquiries", totals.inquiries), ("solved", totals.solved), ("unsolved", totals.unsolved)];
        let reasons = totals
            .by_reason
            .iter()
            .map(|one| named(one.reason.clone().unwrap_or_else(|| word("no_reason").into()), one.inquiries));
        let ways = totals
            .by_channel
            .iter()
            .map(|one| named(one.channel.clone().unwrap_or_else(|| way_word(one.way, self.texts)), one.inquiries));
        let sums = sums.map(|(key, count)| named(word(key).into(), count)).join("　");
        for (key, text) in [
            ("totals", sums),
            ("by_reason", reasons.collect::<Vec<_>>().join("；")),
            ("by_channel", ways.collect::<Vec<_>>().join("；")),
        ] {
            rows.push(Row::of([Cell::label(word(key)).over(2), Cell::text(text).over(8)]));
        }
        let signature = match &sheet.signature {
            Some(signed) => {
                let at = clock(self.calendar, signed.signed_at, "%Y-%m-%d %H:%M");
                Cell::text(&signed.note).signed(format!("{}　{at}", signed.signed_by_name))
            }
            None => Cell::text("").signed(word("sign_line")),
        };
        rows.push(Row::of([Cell::label(word("signed")).over(2), signature.over(8)]).least(14.0));
        let at = clock(self.calendar, self.at, "%Y-%m-%d %H:%M");
        Document {
            title: format!("{}　{day}", word("title")),
            house: (self.organisation.name.clone(), sheet.unit_name.clone().unwrap_or_default()),
            number: None,
            foot: word("printed").replace("{at}", &at).replace("{name}", name),
            pages: word("pages").to_owned(),
            locale: self.organisation.locale.text(),
            at: self.at,
            landscape: true,
            parts: vec![Part::Grid(Grid { columns: COLUMNS.into(), heads: 1, rows })],
        }
    }
}
