//! A list that somebody brought along, how it is to be read, and how far it has come.

use customers::{ListKey, Overwritten, Source};
use files::{FileId, StoredFile};
use kernel::{CustomerId, Id, Noun, Owned, Permit, Result, Staff, Timestamp, UnitId, UserId};
use profiles::{CustomerField, Relearnt};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

use crate::{
    codes,
    sheet::{ImportFormat, Reading},
    target::CUSTOMERS,
};

/// For how long after its end an import can be taken back, in milliseconds: 14 days.
const UNDOABLE: i64 = 14 * 24 * 3_600_000;

impl Noun for Import {
    const PREFIX: &'static str = "imp";
}

text_enum! {
    /// How far an import has come.
    pub enum ImportState {
        /// It is to be said what its columns are.
        Draft = "draft",
        /// It is told what would become of each line.
        Checking = "checking",
        /// That is known, and nothing was done yet.
        Checked = "checked",
        /// Lines are taken in.
        Running = "running",
        /// Somebody stopped it: what was taken in stays, and it may go on.
        Stopped = "stopped",
        /// Every line was taken in or refused.
        Done = "done",
        /// The file could not be read, or the importer may import no more: see `error`.
        Failed = "failed",
        /// What it wrote is taken back.
        Undoing = "undoing",
        /// It was taken back, as far as nothing came since: see `undo`.
        Undone = "undone",
    }
}

/// What a column is: a field of what the list is of. Of customers `name`, `phone`, `email`, `note`, `owner` (a
/// colleague's name or login), `stage`, `as_of` (as of when the line was true), and the ids of the department's own
/// fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct ImportField(pub String);

impl ImportField {
    /// Its name.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// Whether it is a field of the department's own.
    pub(crate) fn is_own(&self) -> bool {
        self.0.parse::<Id<CustomerField>>().is_ok()
    }
}

/// How a list is read and taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportPlan)]
pub struct Plan {
    /// How the file is read.
    pub reading: Reading,
    /// The line of the headings; 0: there are none.
    pub header_line: i64,
    /// What each column is; null: it is left out.
    pub columns: Vec<Option<ImportField>>,
    /// What tells two lines apart.
    pub key: ListKey,
    /// As of when the list is true, for lines that do not say.
    pub as_of: Timestamp,
}

/// Names of a workbook's sheets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = ImportSheets)]
pub struct Sheets(pub Vec<String>);

/// Why a line was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportReason)]
pub struct Reason {
    /// Which field; `row`: all of it.
    pub field: String,
    /// Why, as a field's code.
    pub code: String,
}

/// Why a line was refused, every reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = ImportReasons)]
pub struct Reasons(pub Vec<Reason>);

/// A line's cells, as they stood.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = ImportCells)]
pub struct Cells(pub Vec<String>);

/// What the columns under the same headings were last time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Columns(pub Vec<Option<ImportField>>);

/// How far taking an import back has come, and what became of the customers it wrote to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportUndo)]
pub struct Undo {
    /// To how many customers it wrote.
    pub total: i64,
    /// Those it had made, and who are no more.
    pub taken_back: i64,
    /// Those whose file is again as it was.
    pub put_back: i64,
    /// Those whose file is as it was but for what is fresher.
    pub partly: i64,
    /// Those who stay as they are.
    pub kept: i64,
    /// Who took it back.
    pub by_id: UserId,
    /// Their name.
    pub by_name: String,
    /// Since when.
    pub begun_at: Timestamp,
}

/// What of a customer an import wrote over.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Written {
    pub details: Vec<Overwritten>,
    pub fields: Vec<Relearnt>,
}

store::kept_as_json!(Plan, Sheets, Reasons, Cells, Columns, Undo, Written);

store::record! {
    /// A list of customers that somebody brought along.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    #[schema(as = CustomerImport)]
    pub struct Import {
        /// Its id.
        pub id: Id<Import>,
        /// The file.
        pub file_id: FileId,
        /// What the file was called.
        pub file_name: String,
        /// What it turned out to be.
        pub format: ImportFormat,
        /// A workbook's sheets.
        pub sheets: Sheets,
        /// How far it has come.
        pub state: ImportState,
        /// How it is read and taken in.
        pub plan: Plan,
        /// The line up to which it is done.
        pub line: i64,
        /// How many lines there are, without headings; none while nobody knows.
        pub lines: Option<i64>,
        /// Customers that are new.
        pub created: i64,
        /// Customers to whom something was added.
        pub changed: i64,
        /// Lines that said nothing new.
        pub same: i64,
        /// Lines that were refused.
        pub refused: i64,
        /// Why it failed: `field.code`.
        pub error: Option<String>,
        /// Whose it is.
        pub owner_id: UserId,
        /// Their name.
        pub owner_name: String,
        /// The unit they belong to.
        pub unit_id: Option<UnitId>,
        /// Since when.
        pub created_at: Timestamp,
        /// Since when nothing is done any more.
        pub ended_at: Option<Timestamp>,
        /// Rises with each change.
        pub version: i64,
        /// What it is a list of: `customers`, or what another module takes in, `orders`.
        pub target: String,
        /// Until when it can be taken back; none while there is nothing to take back, and for lists of anything but
        /// customers.
        pub undo_until: Option<Timestamp>,
        /// How far that has come.
        pub undo: Option<Undo>,
    }
}

text_enum! {
    /// What became of a customer when the import that wrote to them was taken back.
    pub enum UndoOutcome {
        /// It had made them: they are no more.
        TakenBack = "taken_back",
        /// Their file is again as it was.
        PutBack = "put_back",
        /// Their file is as it was but for what is fresher.
        Partly = "partly",
        /// They stay as they are.
        Kept = "kept",
    }
}

store::record! {
    /// What an import wrote to a customer, and what became of that when it was taken back.
    #[derive(Clone, Debug)]
    pub(crate) struct ImportWrite {
        /// Which import.
        pub import_id: Id<Import>,
        /// To whom.
        pub customer_id: CustomerId,
        /// The first line of the file that did.
        pub line: i64,
        /// Whether it made them.
        pub created: bool,
        /// The version of them it made last.
        pub version: i64,
        /// What it wrote over.
        pub written: Written,
        /// What became of it; none: nothing yet.
        pub outcome: Option<UndoOutcome>,
        /// Why something stays.
        pub reasons: Reasons,
    }
}

impl ImportWrite {
    /// With what a later line of the same import wrote: what stood there before both of them counts, unless somebody else
    /// wrote in between.
    pub(crate) fn and(self, later: Self) -> Self {
        if self.outcome.is_some() {
            return later;
        }
        let import = self.import_id.to_string();
        let own = |source: Option<&Source>| source.is_some_and(|source| source.import_id.as_deref() == Some(&*import));
        let mut written = self.written;
        for new in later.written.details {
            match written.details.iter_mut().find(|known| known.field == new.field) {
                Some(known) if own(new.source.as_ref()) => known.wrote = new.wrote,
                Some(known) => *known = new,
                None => written.details.push(new),
            }
        }
        for new in later.written.fields {
            match written.fields.iter_mut().find(|known| known.field_id == new.field_id) {
                Some(_) if own(new.before.as_ref().map(|held| &held.source)) => {}
                Some(known) => *known = new,
                None => written.fields.push(new),
            }
        }
        Self { version: self.version.max(later.version), written, ..self }
    }
}

store::record! {
    /// A line that was not taken.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct ImportRefusal {
        /// Of which import.
        pub import_id: Id<Import>,
        /// Which line of the file.
        pub line: i64,
        /// Why.
        pub reasons: Reasons,
        /// What stood in it.
        pub cells: Cells,
    }
}

/// What became of some lines.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub created: i64,
    pub changed: i64,
    pub same: i64,
    pub refused: i64,
}

impl Import {
    /// A list somebody brings along.
    pub(crate) fn new(
        permit: &Permit,
        id: Id<Self>,
        by: &Staff,
        file: &StoredFile,
        (format, sheets): (ImportFormat, Sheets),
        plan: Plan,
        target: &str,
    ) -> Self {
        Self {
            id,
            file_id: file.id,
            file_name: file.name.clone(),
            format,
            sheets,
            state: ImportState::Draft,
            plan,
            line: 0,
            lines: None,
            created: 0,
            changed: 0,
            same: 0,
            refused: 0,
            error: None,
            owner_id: by.id,
            owner_name: by.name.clone(),
            unit_id: by.unit,
            created_at: permit.at(),
            ended_at: None,
            version: 1,
            target: target.to_owned(),
            undo_until: None,
            undo: None,
        }
    }

    pub(crate) fn owned(&self) -> Owned {
        Owned::by(self.owner_id, self.unit_id)
    }

    /// Whether a job is at it.
    pub(crate) fn is_at_work(&self) -> bool {
        matches!(self.state, ImportState::Checking | ImportState::Running | ImportState::Undoing)
    }

    /// Read and taken in otherwise from now on; what was found out is void.
    pub(crate) fn planned(self, _permit: &Permit, plan: Plan) -> Result<Self> {
        if !matches!(self.state, ImportState::Draft | ImportState::Checked | ImportState::Failed) {
            return Err(codes::STARTED.conflict());
        }
        Ok(Self { plan, state: ImportState::Draft, error: None, ..self.anew() })
    }

    /// It is to be told what would become of each line.
    pub(crate) fn checking(self, _permit: &Permit) -> Result<Self> {
        if !matches!(self.state, ImportState::Draft | ImportState::Checked | ImportState::Failed) {
            return Err(codes::STARTED.conflict());
        }
        Ok(Self { state: ImportState::Checking, error: None, ..self.anew() })
    }

    /// Lines are to be taken in: from the beginning once they were checked, from where it was stopped.
    pub(crate) fn running(self, _permit: &Permit) -> Result<Self> {
        match self.state {
            ImportState::Checked => Ok(Self { state: ImportState::Running, lines: self.lines, ..self.anew() }),
            ImportState::Stopped => {
                let version = self.version + 1;
                Ok(Self { state: ImportState::Running, ended_at: None, undo_until: None, version, ..self })
            }
            ImportState::Draft | ImportState::Failed => Err(codes::UNCHECKED.conflict()),
            ImportState::Checking
            | ImportState::Running
            | ImportState::Done
            | ImportState::Undoing
            | ImportState::Undone => Err(codes::STARTED.conflict()),
        }
    }

    /// It stops where it is.
    pub(crate) fn stopped(self, permit: &Permit) -> Result<Self> {
        let state = match self.state {
            ImportState::Checking => ImportState::Draft,
            ImportState::Running => ImportState::Stopped,
            _ => return Err(codes::NOT_AT_WORK.conflict()),
        };
        let ended_at = (state == ImportState::Stopped).then_some(permit.at());
        Ok(Self { state, ended_at, undo_until: self.undo_until(ended_at), version: self.version + 1, ..self })
    }

    /// Some lines further.
    pub(crate) fn advanced(self, line: i64, tally: Tally) -> Self {
        Self {
            line,
            created: self.created + tally.created,
            changed: self.changed + tally.changed,
            same: self.same + tally.same,
            refused: self.refused + tally.refused,
            version: self.version + 1,
            ..self
        }
    }

    /// The last line is behind it.
    pub(crate) fn finished(self, now: Timestamp) -> Self {
        let lines = Some(self.created + self.changed + self.same + self.refused);
        let (state, ended_at) = match self.state {
            ImportState::Checking => (ImportState::Checked, None),
            _ => (ImportState::Done, Some(now)),
        };
        Self { state, lines, ended_at, undo_until: self.undo_until(ended_at), version: self.version + 1, ..self }
    }

    /// What it wrote, to `total` customers, is to be taken back.
    pub(crate) fn undoing(self, permit: &Permit, by: &Staff, total: i64) -> Result<Self> {
        match self.state {
            ImportState::Done | ImportState::Stopped | ImportState::Failed => {}
            ImportState::Undoing | ImportState::Undone => return Err(codes::UNDONE.conflict()),
            ImportState::Checking | ImportState::Running => return Err(codes::AT_WORK.conflict()),
            ImportState::Draft | ImportState::Checked => return Err(codes::NOTHING_WRITTEN.conflict()),
        }
        match self.undo_until {
            Some(until) if permit.at() <= until && total > 0 => {}
            Some(until) if permit.at() > until => return Err(codes::UNDO_OVER.conflict()),
            _ => return Err(codes::NOTHING_WRITTEN.conflict()),
        }
        let undo = Undo {
            total,
            taken_back: 0,
            put_back: 0,
            partly: 0,
            kept: 0,
            by_id: by.id,
            by_name: by.name.clone(),
            begun_at: permit.at(),
        };
        let (state, error) = (ImportState::Undoing, None);
        Ok(Self { state, error, ended_at: None, undo: Some(undo), version: self.version + 1, ..self })
    }

    /// Some customers further.
    pub(crate) fn undone_further(self, outcomes: impl IntoIterator<Item = UndoOutcome>) -> Self {
        let mut undo = self.undo.clone();
        if let Some(undo) = &mut undo {
            for outcome in outcomes {
                *match outcome {
                    UndoOutcome::TakenBack => &mut undo.taken_back,
                    UndoOutcome::PutBack => &mut undo.put_back,
                    UndoOutcome::Partly => &mut undo.partly,
                    UndoOutcome::Kept => &mut undo.kept,
                } += 1;
            }
        }
        Self { undo, version: self.version + 1, ..self }
    }

    /// Nothing is left to be taken back.
    pub(crate) fn undone(self, now: Timestamp) -> Self {
        let (state, ended_at) = (ImportState::Undone, Some(now));
        Self { state, ended_at, undo_until: None, version: self.version + 1, ..self }
    }

    /// Until when it can be taken back, once it ended.
    fn undo_until(&self, ended_at: Option<Timestamp>) -> Option<Timestamp> {
        ended_at.filter(|_| self.target == CUSTOMERS).map(|at| at.plus_millis(UNDOABLE))
    }

    /// It cannot go on.
    pub(crate) fn failed(self, error: String, now: Timestamp) -> Self {
        let (state, ended_at) = (ImportState::Failed, Some(now));
        let undo_until = if self.state == ImportState::Running {
            self.undo_until(ended_at)
        } else {
            self.undo_until
        };
        Self { state, error: Some(error), ended_at, undo_until, version: self.version + 1, ..self }
    }

    /// From the first line.
    fn anew(self) -> Self {
        let version = self.version + 1;
        Self { line: 0, lines: None, created: 0, changed: 0, same: 0, refused: 0, ended_at: None, version, ..self }
    }
}
