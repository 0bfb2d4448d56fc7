//! Lists taken along: written in the background as whoever asked sees them, kept some days, masked unless it is asked
//! otherwise, may be, and a reason is given.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, LazyLock},
    time::Duration,
};

use customers::CustomerListQuery;
use http::{App, Languages, SegmentSources, Texts};
use jiff::tz::TimeZone;
use kernel::{CustomerId, Error, Id, Noun, Origin, Owned, Permit, Result, Staff, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Record, Tx, params, sql, text_enum};
use utoipa::ToSchema;
use work::{Job, JobCx};

use crate::{
    api, codes,
    engine::{Viewer, moment},
    members::{self, MemberSort, Wanted},
    model::Segment,
    policy, queries,
    sheet::{Cell, MOST_ROWS, Sheet},
};

/// How long a file is kept, in milliseconds: 7 days.
const KEPT: i64 = 7 * 24 * 3_600_000;
/// How long that there was an export is shown, in milliseconds: 30 days.
const SHOWN: i64 = 30 * 24 * 3_600_000;
/// Customers read at a time.
const AT_ONCE: usize = 200;
/// How large a piece of a file grows before it is written down, in bytes, and after how many rows at the latest.
const PIECE: usize = 256 << 10;
const ROWS: i64 = 2_000;
/// How large a file may become, in bytes.
const LARGEST: i64 = 512 << 20;
/// Exports of one person that may be at work at once.
const AT_WORK: i64 = 3;

impl Noun for CustomerExport {
    const PREFIX: &'static str = "cex";
}

text_enum! {
    /// What a list is written as.
    pub enum ExportFormat {
        /// CSV in UTF-8, with the mark by which spreadsheets know it.
        Csv = "csv",
        /// CSV in GBK, for older programs; characters it does not have are question marks.
        CsvGbk = "csv_gbk",
        /// An Excel workbook.
        Xlsx = "xlsx",
    }
}

text_enum! {
    /// How far an export has come.
    pub enum ExportState {
        /// Nobody has begun with it.
        Waiting = "waiting",
        /// Rows are being written.
        Running = "running",
        /// The file can be taken, until `expires_at`.
        Done = "done",
        /// Somebody stopped it; nothing is kept.
        Stopped = "stopped",
        /// It could not be done: see `error`.
        Failed = "failed",
    }
}

text_enum! {
    /// A column of the file.
    pub enum ExportColumn {
        /// The name.
        Name = "name",
        /// The phone number.
        Phone = "phone",
        /// The e-mail address.
        Email = "email",
        /// How far it has come with them.
        Stage = "stage",
        /// Who looks after them.
        Owner = "owner",
        /// When last in contact.
        LastContact = "last_contact",
        /// Since when known.
        Created = "created",
        /// What they are worth.
        Worth = "worth",
        /// Their tier's rank.
        Tier = "tier",
        /// What colleagues should know.
        Note = "note",
        /// Their id.
        Id = "id",
    }
}

/// Which list is taken along: as it is on the screen.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExportSource)]
pub struct Source {
    /// A segment; its members, narrowed by nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment_id: Option<Id<Segment>>,
    /// Who belonged to the segment at the end of that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-11-26")]
    pub as_of: Option<String>,
    /// Of a list: what narrows it. Of both: the order.
    #[serde(default)]
    pub list: CustomerListQuery,
}

/// The columns of a file, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = ExportColumns)]
pub struct Columns(pub Vec<ExportColumn>);

store::kept_as_json!(Source, Columns);

store::record! {
    /// A list of customers that is being written into a file, or was.
    #[derive(Clone, Debug, Serialize, ToSchema)]
    pub struct CustomerExport {
        /// Its id.
        pub id: Id<CustomerExport>,
        /// What the file is called, without its ending.
        pub name: String,
        /// Which list.
        pub source: Source,
        /// The file's columns.
        pub columns: Columns,
        /// What it is written as.
        pub format: ExportFormat,
        /// Whether numbers and addresses are unmasked, as far as whoever asked may see them so.
        pub clear: bool,
        /// Why it was asked for.
        pub reason: String,
        /// How far it has come.
        pub state: ExportState,
        /// Customers written.
        pub written: i64,
        /// How many there will be; none while nobody knows.
        pub total: Option<i64>,
        /// The size of the file.
        pub bytes: i64,
        /// Why it failed: `not_allowed`, `too_large`, `too_many_rows`, or the code of a refusal.
        pub error: Option<String>,
        /// Whoever asked, who alone may take the file.
        pub owner_id: UserId,
        /// Their name.
        pub owner_name: String,
        /// The unit they belong to.
        pub unit_id: Option<UnitId>,
        /// Since when.
        pub created_at: Timestamp,
        /// Since when nothing is done any more.
        pub ended_at: Option<Timestamp>,
        /// Until when the file is kept.
        pub expires_at: Option<Timestamp>,
        /// Rises with each change.
        pub version: i64,
    }
}

sql! {
    INSERT(CustomerExport) = "INSERT INTO customer_exports ({cols}) VALUES ({vals})";
    UPDATE(CustomerExport) = "UPDATE customer_exports SET {sets} WHERE id = $1 AND version = $19 - 1";
    FIND(CustomerExport) = "SELECT {cols} FROM customer_exports WHERE id = $1";
    LIST(CustomerExport) = "SELECT {cols} FROM customer_exports WHERE (created_at, id) < ($1, $2)
          AND (CAST($3 AS BOOLEAN) OR owner_id = $4 OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
        ORDER BY created_at DESC, id DESC LIMIT $6";
    AT_WORK_OF = "SELECT count(*) FROM customer_exports WHERE owner_id = $1 AND state IN ('waiting', 'running')";
    KEEP_PART = "INSERT INTO customer_export_parts (export_id, part, data) VALUES ($1, $2, $3)";
    PART = "SELECT part, data FROM customer_export_parts WHERE export_id = $1 AND part > $2 ORDER BY part LIMIT 1";
    FORGET_PARTS = "DELETE FROM customer_export_parts WHERE export_id = $1";
    EXPIRED(CustomerExport) = "SELECT {cols} FROM customer_exports WHERE expires_at < $1";
    FORGET = "DELETE FROM customer_exports WHERE created_at < $1 AND expires_at IS NULL AND ended_at IS NOT NULL";
}

/// Writes the file of an export.
#[derive(Serialize, Deserialize)]
pub(crate) struct Work {
    pub export_id: Id<CustomerExport>,
}

impl Job for Work {
    const KIND: &'static str = "segments.export";
    const ATTEMPTS: u32 = 3;
    const TIMEOUT: Duration = Duration::from_secs(3_600);
}

/// What somebody wants to take along.
pub(crate) struct Wish {
    pub name: String,
    pub source: Source,
    pub columns: Vec<ExportColumn>,
    pub format: ExportFormat,
    pub clear: bool,
    pub reason: String,
}

impl CustomerExport {
    pub(crate) fn new(permit: &Permit, id: Id<Self>, by: &Staff, wish: Wish) -> Self {
        Self {
            id,
            name: wish.name.trim().to_owned(),
            source: wish.source,
            columns: Columns(wish.columns),
            format: wish.format,
            clear: wish.clear,
            reason: wish.reason.trim().to_owned(),
            state: ExportState::Waiting,
            written: 0,
            total: None,
            bytes: 0,
            error: None,
            owner_id: by.id,
            owner_name: by.name.clone(),
            unit_id: by.unit,
            created_at: permit.at(),
            ended_at: None,
            expires_at: None,
            version: 1,
        }
    }

    pub(crate) fn owned(&self) -> Owned {
        Owned::by(self.owner_id, self.unit_id)
    }

    fn is_at_work(&self) -> bool {
        matches!(self.state, ExportState::Waiting | ExportState::Running)
    }

    /// The file's name with its ending.
    pub(crate) fn file_name(&self) -> String {
        let ending = if self.format == ExportFormat::Xlsx { "xlsx" } else { "csv" };
        format!("{}.{ending}", self.name)
    }
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<CustomerExport>) -> Result<CustomerExport> {
    tx.one(&FIND, params![id])
}

/// Exports of those the actor may see, newest first.
pub(crate) fn list(tx: &mut Tx<'_>, before: &kernel::Cursor, limit: i64) -> Result<Vec<CustomerExport>> {
    let scope = policy::may_export(tx.actor())?;
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    tx.all(&LIST, params![before.key, before.id, all, own, units, limit])
}

/// Begins one; the permit says that it may.
pub(crate) fn begin(tx: &mut Tx<'_>, export: &CustomerExport, _permit: &Permit) -> Result<()> {
    if tx.one::<(i64,)>(&AT_WORK_OF, params![export.owner_id])?.0 >= AT_WORK {
        return Err(codes::EXPORTS_AT_WORK.conflict());
    }
    tx.exec(&INSERT, &export.values())?;
    record(tx, "segments.export_begun", export)?;
    work::enqueue(tx, &Work { export_id: export.id })?;
    told(tx, export)
}

/// Stops one; nothing of it is kept.
pub(crate) fn stop(tx: &mut Tx<'_>, export: CustomerExport, permit: &Permit) -> Result<CustomerExport> {
    if !export.is_at_work() {
        return Err(codes::EXPORT_ENDED.conflict());
    }
    let (state, ended_at) = (ExportState::Stopped, Some(permit.at()));
    let after = save(tx, CustomerExport { state, ended_at, bytes: 0, ..export })?;
    tx.exec(&FORGET_PARTS, params![after.id])?;
    record(tx, "segments.export_stopped", &after)?;
    Ok(after)
}

/// The file is handed out, which is written on the trail.
pub(crate) fn handed_out(tx: &mut Tx<'_>, export: &CustomerExport, _permit: &Permit) -> Result<()> {
    if export.state != ExportState::Done || export.expires_at.is_none_or(|until| until < tx.now()) {
        return Err(codes::NO_FILE.conflict());
    }
    record(tx, "segments.export_taken", export)
}

/// The piece of the file behind this one.
pub(crate) fn part(tx: &mut Tx<'_>, id: Id<CustomerExport>, after: i64) -> Result<Option<(i64, Vec<u8>)>> {
    tx.maybe(&PART, params![id, after])
}

/// Forgets files whose time is over, and exports that are long done.
pub(crate) fn sweep(tx: &mut Tx<'_>) -> Result<()> {
    let now = tx.now();
    for export in tx.all::<CustomerExport>(&EXPIRED, params![now])? {
        tx.exec(&FORGET_PARTS, params![export.id])?;
        save(tx, CustomerExport { expires_at: None, bytes: 0, ..export })?;
    }
    tx.exec(&FORGET, params![now.plus_millis(-SHOWN)]).map(drop)
}

fn save(tx: &mut Tx<'_>, export: CustomerExport) -> Result<CustomerExport> {
    let after = CustomerExport { version: export.version + 1, ..export };
    match tx.exec(&UPDATE, &after.values())? {
        1 => told(tx, &after).map(|()| after),
        _ => Err(codes::STALE.conflict()),
    }
}

fn told(tx: &mut Tx<'_>, export: &CustomerExport) -> Result<()> {
    tx.notify("customer_exports", "customer_export.changed", export, Some(export.owned()))
}

/// On the trail stands who took what along and why, not whom.
fn record(tx: &mut Tx<'_>, action: &'static str, export: &CustomerExport) -> Result<()> {
    let trace = json!({
        "segment_id": export.source.segment_id,
        "columns": export.columns,
        "format": export.format,
        "clear": export.clear,
        "written": export.written,
        "error": export.error,
    });
    audit::api::record(
        tx,
        audit::api::Entry::new(action, "customer_export", export.id).created(&trace).reason(&export.reason),
    )
}

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
    let (among, rule) = match api::among(tx, segment.id, day)? {
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
