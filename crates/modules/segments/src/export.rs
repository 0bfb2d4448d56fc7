//! Lists taken along: written in the background as whoever asked sees them, kept some days, masked unless it is asked
//! otherwise, may be, and a reason is given.

use std::time::Duration;

use customers::CustomerListQuery;
use kernel::{Id, Noun, Owned, Permit, Result, Staff, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Record, Tx, params, sql, text_enum};
use utoipa::ToSchema;
use work::Job;

use crate::{codes, history::SegmentDifference, model::Segment, policy};

/// How long a file is kept, in milliseconds: 7 days.
pub(crate) const KEPT: i64 = 7 * 24 * 3_600_000;
/// How long that there was an export is shown, in milliseconds: 30 days.
const SHOWN: i64 = 30 * 24 * 3_600_000;
/// Customers read at a time.
pub(crate) const AT_ONCE: usize = 200;
/// How large a piece of a file grows before it is written down, in bytes, and after how many rows at the latest.
pub(crate) const PIECE: usize = 256 << 10;
pub(crate) const ROWS: i64 = 2_000;
/// How large a file may become, in bytes.
pub(crate) const LARGEST: i64 = 512 << 20;
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
    /// Only those by whom that day and now differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<SegmentDifference>,
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
    pub(crate) INSERT(CustomerExport) = "INSERT INTO customer_exports ({cols}) VALUES ({vals})";
    UPDATE(CustomerExport) = "UPDATE customer_exports SET {sets} WHERE id = $1 AND version = $19 - 1";
    FIND(CustomerExport) = "SELECT {cols} FROM customer_exports WHERE id = $1";
    LIST(CustomerExport) = "SELECT {cols} FROM customer_exports WHERE (created_at, id) < ($1, $2)
          AND (CAST($3 AS BOOLEAN) OR owner_id = $4 OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
        ORDER BY created_at DESC, id DESC LIMIT $6";
    AT_WORK_OF = "SELECT count(*) FROM customer_exports WHERE owner_id = $1 AND state IN ('waiting', 'running')";
    pub(crate) KEEP_PART = "INSERT INTO customer_export_parts (export_id, part, data) VALUES ($1, $2, $3)";
    PART = "SELECT part, data FROM customer_export_parts WHERE export_id = $1 AND part > $2 ORDER BY part LIMIT 1";
    pub(crate) FORGET_PARTS = "DELETE FROM customer_export_parts WHERE export_id = $1";
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

    pub(crate) fn is_at_work(&self) -> bool {
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

pub(crate) fn save(tx: &mut Tx<'_>, export: CustomerExport) -> Result<CustomerExport> {
    let after = CustomerExport { version: export.version + 1, ..export };
    tx.exec_one(&UPDATE, &after.values(), codes::STALE)?;
    told(tx, &after).map(|()| after)
}

fn told(tx: &mut Tx<'_>, export: &CustomerExport) -> Result<()> {
    tx.notify("customer_exports", "customer_export.changed", export, Some(export.owned()))
}

/// On the trail stands who took what along and why, not whom.
pub(crate) fn record(tx: &mut Tx<'_>, action: &'static str, export: &CustomerExport) -> Result<()> {
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
