//! The file of an export, written page by page as whoever asked for it sees the list.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, LazyLock},
};

use customers::CustomerListQuery;
use http::{App, Languages, SegmentSources, Texts};
use jiff::tz::TimeZone;
use kernel::{CustomerId, Error, Id, Origin, Result, Timestamp, UserId};
use store::{Record, Tx, params};
use work::JobCx;

use crate::{
    api,
    engine::{Viewer, moment},
    export::{
        AT_ONCE, CustomerExport, ExportColumn, ExportFormat, ExportState, FORGET_PARTS, INSERT, KEEP_PART, KEPT,
        LARGEST, PIECE, ROWS, Source, Work, find, record, save,
    },
    members::{self, MemberSort, Wanted},
    policy, queries,
    sheet::{Cell, MOST_ROWS, Sheet},
};

/// An export of the demo story, done as of now for `by`: the story itself reads the list, as it holds every permission.
pub(crate) fn rehearse(tx: &mut Tx<'_>, export: CustomerExport) -> Result<()> {
    let mut query = export.source.list.clone();
    (query.cursor, query.limit) = (None, Some(AT_ONCE as i64));
    let (zone, words) =
        (settings::api::calendar(tx)?.zone().clone(), texts(settings::api::organisation(tx)?.locale.text()));
    let mut sheet = Sheet::begin(export.format)?;
    sheet.row(&headings(&export.columns.0, words))?;
    let mut feed = Feed::List(Some(Box::new(query)));
    let mut written = 0;
    while let Some(batch) = feed.batch() {
        let (rows, cursor) = rows_of(tx, &batch, &export.columns.0, export.clear, &zone, words)?;
        feed.done(cursor);
        written += rows.len() as i64;
        rows.iter().try_for_each(|row| sheet.row(row))?;
    }
    let (piece, now) = (sheet.end()?, tx.now());
    let (bytes, total, expires_at) = (piece.len() as i64, Some(written), Some(now.plus_millis(KEPT)));
    let done =
        CustomerExport { state: ExportState::Done, written, total, bytes, ended_at: Some(now), expires_at, ..export };
    tx.exec(&INSERT, &done.values())?;
    tx.exec(&KEEP_PART, params![done.id, 1_i64, piece])?;
    record(tx, "segments.export_done", &done)
}

fn headings(columns: &[ExportColumn], words: &Texts) -> Vec<Cell> {
    columns.iter().map(|column| Cell::Text(words.word(column.text()).to_owned())).collect()
}

/// See [`Work`]. Whoever takes the job over begins anew: a list does not stand still.
pub(crate) async fn work(app: App, cx: JobCx, job: Work) -> Result<()> {
    let id = job.export_id;
    let begun = cx
        .db
        .write(&cx.origin, move |tx| {
            let export = find(tx, id)?;
            if !export.is_at_work() {
                return Ok(None);
            }
            tx.exec(&FORGET_PARTS, params![id])?;
            save(tx, CustomerExport { state: ExportState::Running, written: 0, bytes: 0, total: None, ..export })
                .map(Some)
        })
        .await?;
    let Some(export) = begun else { return Ok(()) };
    let failed = match write(&app, &cx, &export).await {
        Ok(()) => return Ok(()),
        Err(Error::Forbidden(_) | Error::Unauthenticated | Error::NotFound) => "not_allowed".to_owned(),
        Err(Error::Conflict(code, _)) => code.name().to_owned(),
        Err(Error::Invalid(bad)) => bad.first().map_or("invalid", |bad| bad.code).to_owned(),
        Err(error) => return Err(error),
    };
    cx.db.write(&cx.origin, move |tx| fail(tx, id, &failed)).await
}

fn fail(tx: &mut Tx<'_>, id: Id<CustomerExport>, error: &str) -> Result<()> {
    let export = find(tx, id)?;
    if export.is_at_work() {
        tx.exec(&FORGET_PARTS, params![id])?;
        let (state, ended_at) = (ExportState::Failed, Some(tx.now()));
        let after = save(tx, CustomerExport { state, ended_at, bytes: 0, error: Some(error.into()), ..export })?;
        record(tx, "segments.export_failed", &after)?;
    }
    Ok(())
}

/// Where the next customers come from.
enum Feed {
    /// Pages of a list, each by the cursor of the one before; none at the end.
    List(Option<Box<CustomerListQuery>>),
    /// The numbers of a segment's members, in order, and how many were read.
    Members(Vec<i64>, usize),
}

/// The customers of one step.
#[derive(Clone)]
enum Batch {
    Page(Box<CustomerListQuery>),
    Numbers(Vec<i64>),
}

impl Feed {
    /// The next step, if there is one.
    fn batch(&self) -> Option<Batch> {
        match self {
            Self::List(query) => query.clone().map(Batch::Page),
            Self::Members(numbers, read) => {
                let some: Vec<_> = numbers.iter().skip(*read).take(AT_ONCE).copied().collect();
                Some(Batch::Numbers(some)).filter(|_| *read < numbers.len())
            }
        }
    }

    /// It was done; a list goes on at this cursor.
    fn done(&mut self, cursor: Option<String>) {
        match self {
            Self::List(query) => {
                *query = query
                    .take()
                    .filter(|_| cursor.is_some())
                    .map(|query| Box::new(CustomerListQuery { cursor, ..*query }));
            }
            Self::Members(_, read) => *read += AT_ONCE,
        }
    }
}

async fn write(app: &App, cx: &JobCx, export: &CustomerExport) -> Result<()> {
    let id = export.id;
    let actor = access::api::actor(app, export.owner_id).await?.ok_or(Error::Forbidden("segments.export"))?;
    policy::may_export(&actor)?;
    let origin = Arc::new(Origin { actor, ip: None, user_agent: None, request_id: id.to_string() });
    let (sources, source) = (app.part::<SegmentSources>(), export.source.clone());
    let (mut feed, total) = cx.db.read(&origin, move |tx| feed(tx, &sources, &source)).await?;
    let (zone, words) = cx
        .db
        .read(&origin, |tx| {
            let texts = texts(settings::api::organisation(tx)?.locale.text());
            Ok((settings::api::calendar(tx)?.zone().clone(), texts))
        })
        .await?;
    let mut sheet = Sheet::begin(export.format)?;
    sheet.row(&headings(&export.columns.0, words))?;
    let (mut written, mut kept, mut part, mut bytes) = (0_i64, 0_i64, 0_i64, 0_i64);
    while let Some(batch) = feed.batch() {
        let (columns, clear, zone) = (export.columns.clone(), export.clear, zone.clone());
        let (rows, cursor) =
            cx.db.read(&origin, move |tx| rows_of(tx, &batch, &columns.0, clear, &zone, words)).await?;
        feed.done(cursor);
        for row in &rows {
            sheet.row(row)?;
        }
        written += rows.len() as i64;
        if export.format == ExportFormat::Xlsx && written >= MOST_ROWS {
            return too(cx, id, "too_many_rows").await;
        }
        if sheet.waiting() >= PIECE || written - kept >= ROWS {
            let piece = sheet.take();
            (part, bytes, kept) = (part + 1, bytes + piece.len() as i64, written);
            if bytes > LARGEST {
                return too(cx, id, "too_large").await;
            }
            if !cx.db.write(&cx.origin, move |tx| keep(tx, id, part, &piece, (written, total, bytes))).await? {
                return Ok(());
            }
        }
    }
    let piece = sheet.end()?;
    bytes += piece.len() as i64;
    cx.db
        .write(&cx.origin, move |tx| {
            if !keep(tx, id, part + 1, &piece, (written, Some(written), bytes))? {
                return Ok(());
            }
            let (export, now) = (find(tx, id)?, tx.now());
            let (state, expires_at) = (ExportState::Done, Some(now.plus_millis(KEPT)));
            let after = save(tx, CustomerExport { state, ended_at: Some(now), expires_at, ..export })?;
            record(tx, "segments.export_done", &after)
        })
        .await
}

async fn too(cx: &JobCx, id: Id<CustomerExport>, error: &'static str) -> Result<()> {
    cx.db.write(&cx.origin, move |tx| fail(tx, id, error)).await
}

/// Writes a piece down, and how far it has come; false when somebody stopped it.
fn keep(
    tx: &mut Tx<'_>,
    id: Id<CustomerExport>,
    part: i64,
    piece: &Vec<u8>,
    at: (i64, Option<i64>, i64),
) -> Result<bool> {
    let export = find(tx, id)?;
    if export.state != ExportState::Running {
        return Ok(false);
    }
    tx.exec(&KEEP_PART, params![id, part, piece])?;
    let (written, total, bytes) = at;
    save(tx, CustomerExport { written, total, bytes, ..export }).map(|_| true)
}

fn feed(tx: &mut Tx<'_>, sources: &SegmentSources, source: &Source) -> Result<(Feed, Option<i64>)> {
    let mut query = source.list.clone();
    (query.cursor, query.limit) = (None, Some(AT_ONCE as i64));
    let Some(segment) = source.segment_id else { return Ok((Feed::List(Some(Box::new(query))), None)) };
    let (segment, attributes) = api::listed(tx, sources, segment)?;
    let (sort, falling) = order(&query);
    let day = source.as_of.as_deref().map(day).transpose()?;
    let (among, rule) = match api::among(tx, (&segment, &attributes), day, source.difference)? {
        Some(among) => (Some(among), crate::rule::Rule::everybody()),
        None => (None, segment.rule),
    };
    let viewer = Viewer::of(tx)?;
    let wanted = Wanted { rule: &rule, attributes: &attributes, viewer, among, sort, falling };
    let places = members::places(tx, &wanted, None, usize::MAX)?;
    let numbers: Vec<_> = places.into_iter().map(|(_, _, number)| number).collect();
    let total = numbers.len() as i64;
    Ok((Feed::Members(numbers, 0), Some(total)))
}

/// The order a list's query asks for, as members are sorted.
pub(crate) fn order(query: &CustomerListQuery) -> (MemberSort, bool) {
    use customers::{CustomerSort, SortOrder};
    let sort = match query.sort.unwrap_or(CustomerSort::Created) {
        CustomerSort::Name => MemberSort::Name,
        CustomerSort::LastContact => MemberSort::LastContact,
        CustomerSort::Created => MemberSort::Created,
        CustomerSort::Tier => MemberSort::Tier,
        CustomerSort::Worth => MemberSort::Worth,
        CustomerSort::Owner => MemberSort::Owner,
    };
    (sort, query.order.map_or(!sort.rises(), |order| order == SortOrder::Falling))
}

/// A day as text.
pub(crate) fn day(text: &str) -> Result<jiff::civil::Date> {
    text.parse().map_err(|_| Error::field("as_of", "malformed"))
}

/// The rows of one step as the actor sees them, and the cursor of a list's next.
fn rows_of(
    tx: &mut Tx<'_>,
    batch: &Batch,
    columns: &[ExportColumn],
    clear: bool,
    zone: &TimeZone,
    words: &Texts,
) -> Result<(Vec<Vec<Cell>>, Option<String>)> {
    let (customers, cursor) = match batch {
        Batch::Page(query) => customers::api::page(tx, query)?,
        Batch::Numbers(numbers) => {
            let ids: Vec<CustomerId> = queries::customers(tx, numbers)?;
            (customers::api::seen(tx, &ids)?, None)
        }
    };
    let mut names: HashMap<UserId, String> = HashMap::new();
    for owner in customers.iter().filter_map(|row| row.owner_id) {
        if let Entry::Vacant(place) = names.entry(owner) {
            match access::api::user(tx, owner) {
                Ok(user) => drop(place.insert(user.name)),
                Err(Error::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
    }
    let rows = customers.iter().map(|row| {
        let card = row.card();
        let clear = clear && customers::api::shown_in_clear(tx, row);
        let moment = |at: Option<Timestamp>| at.map_or(Ok(String::new()), |at| local(at, zone));
        columns
            .iter()
            .map(|column| {
                Ok(match column {
                    ExportColumn::Worth => Cell::Number(amount(row.worth)),
                    ExportColumn::Tier => Cell::Number(row.tier_rank.to_string()),
                    ExportColumn::Name => Cell::Text(row.name.clone()),
                    ExportColumn::Phone if clear => {
                        Cell::Text(row.phone.as_deref().map(as_dialled).unwrap_or_default())
                    }
                    ExportColumn::Phone => Cell::Text(card.phone.clone().unwrap_or_default()),
                    ExportColumn::Email if clear => Cell::Text(row.email.clone().unwrap_or_default()),
                    ExportColumn::Email => Cell::Text(card.email.clone().unwrap_or_default()),
                    ExportColumn::Stage => Cell::Text(words.word(row.stage.text()).to_owned()),
                    ExportColumn::Owner => {
                        Cell::Text(row.owner_id.and_then(|owner| names.get(&owner).cloned()).unwrap_or_default())
                    }
                    ExportColumn::LastContact => Cell::Text(moment(card.last_contact_at)?),
                    ExportColumn::Created => Cell::Text(moment(Some(row.created_at))?),
                    ExportColumn::Note => Cell::Text(row.note.clone()),
                    ExportColumn::Id => Cell::Text(row.id.to_string()),
                })
            })
            .collect::<Result<Vec<_>>>()
    });
    Ok((rows.collect::<Result<Vec<_>>>()?, cursor))
}

/// An amount in minor units, as spreadsheets read one: `-12.50`.
fn amount(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", minor.unsigned_abs() / 100, minor.unsigned_abs() % 100)
}

/// A number as one dials it at home, without the sign spreadsheets take for a formula where that can be.
fn as_dialled(phone: &str) -> String {
    phone.strip_prefix("+86").filter(|rest| rest.starts_with('1')).unwrap_or(phone).to_owned()
}

/// A moment as the installation's clocks show it.
fn local(at: Timestamp, zone: &TimeZone) -> Result<String> {
    Ok(moment(at)?.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string())
}

static TEXTS: LazyLock<Languages> = LazyLock::new(|| Languages::of(crate::LOCALES));

/// The headings and words of a file in this language, or in Chinese.
fn texts(locale: &str) -> &'static Texts {
    TEXTS.texts(locale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_numbers_are_written_as_people_write_them() {
        assert_eq!([0, 5, -5, 123_456].map(amount), ["0.00", "0.05", "-0.05", "1234.56"]);
        assert_eq!([as_dialled("+8613812345678"), as_dialled("+14155550100")], ["13812345678", "+14155550100"]);
    }
}
