//! A list that somebody brought along, how it is to be read, and how far it has come.

use customers::ListKey;
use files::{FileId, StoredFile};
use kernel::{Id, Noun, Owned, Permit, Result, Staff, Timestamp, UnitId, UserId};
use profiles::CustomerField;
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

use crate::{
    codes,
    sheet::{ImportFormat, Reading},
};

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

store::kept_as_json!(Plan, Sheets, Reasons, Cells, Columns);

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
        }
    }

    pub(crate) fn owned(&self) -> Owned {
        Owned::by(self.owner_id, self.unit_id)
    }

    /// Whether a job is at it.
    pub(crate) fn is_at_work(&self) -> bool {
        matches!(self.state, ImportState::Checking | ImportState::Running)
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
                Ok(Self { state: ImportState::Running, ended_at: None, version: self.version + 1, ..self })
            }
            ImportState::Draft | ImportState::Failed => Err(codes::UNCHECKED.conflict()),
            ImportState::Checking | ImportState::Running | ImportState::Done => Err(codes::STARTED.conflict()),
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
        Ok(Self { state, ended_at, version: self.version + 1, ..self })
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
        Self { state, lines, ended_at, version: self.version + 1, ..self }
    }

    /// It cannot go on.
    pub(crate) fn failed(self, error: String, now: Timestamp) -> Self {
        Self { state: ImportState::Failed, error: Some(error), ended_at: Some(now), version: self.version + 1, ..self }
    }

    /// From the first line.
    fn anew(self) -> Self {
        let version = self.version + 1;
        Self { line: 0, lines: None, created: 0, changed: 0, same: 0, refused: 0, ended_at: None, version, ..self }
    }
}
