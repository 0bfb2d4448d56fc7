//! The parts of a sanction.

use complaints::By;
use files::FileId;
use kernel::{Money, Timestamp};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

text_enum! {
    /// Where a sanction stands.
    pub enum SanctionState {
        /// It is proposed; the person has not had notice of it.
        Proposed = "proposed",
        /// The person had notice, and may appeal.
        Noticed = "noticed",
        /// They appealed.
        Appealed = "appealed",
        /// The time to appeal is over.
        Stands = "stands",
        /// The appeal was decided: it stays.
        Upheld = "upheld",
        /// The appeal was decided: it is milder now.
        Changed = "changed",
        /// It was taken back; the complaint is what it was.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// What a sanction is, the mildest first.
    #[derive(PartialOrd, Ord)]
    pub enum SanctionKind {
        /// They are trained again.
        Retraining = "retraining",
        /// They are warned.
        Warning = "warning",
        /// Something is deducted from what they are paid.
        Deduction = "deduction",
    }
}

text_enum! {
    /// What part somebody had in what was complained of.
    pub enum SanctionPart {
        /// They did it.
        Direct = "direct",
        /// They lead whoever did.
        Supervising = "supervising",
    }
}

text_enum! {
    /// What a sanction may be for. There is no other: who somebody is, how old, of which sex or in what mood, is none.
    pub enum SanctionGround {
        /// What is laid down was not followed.
        Procedure = "procedure",
        /// What was to be done was left undone.
        Negligence = "negligence",
        /// How the customer was treated.
        Conduct = "conduct",
        /// Something was hidden or said otherwise than it was.
        Concealment = "concealment",
    }
}

text_enum! {
    /// What kind of thing shows something.
    pub enum SanctionEvidenceKind {
        /// An entry of the complaint's course.
        Course = "course",
        /// A file.
        File = "file",
        /// A record kept elsewhere, named in words.
        Record = "record",
    }
}

text_enum! {
    /// What becomes of a sanction that was appealed.
    pub enum SanctionOutcome {
        /// It stays.
        Upheld = "upheld",
        /// It becomes milder.
        Changed = "changed",
        /// It is taken back.
        Withdrawn = "withdrawn",
    }
}

/// Something that shows what is said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SanctionEvidence {
    /// What kind of thing.
    pub kind: SanctionEvidenceKind,
    /// Which entry of the complaint's course, by its number there; of that kind alone.
    #[serde(default)]
    pub number: Option<i64>,
    /// Which file, one that the caller sent; of that kind alone.
    #[serde(default)]
    pub file_id: Option<FileId>,
    /// Which record, or what the entry or file shows: up to 500 characters, needed of a record.
    #[serde(default)]
    pub words: String,
}

/// What shows something, piece by piece.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct SanctionEvidences(pub Vec<SanctionEvidence>);

/// How notice was given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SanctionNotice {
    /// Who: the person who read it, or whoever gave it to them.
    pub by: By,
    /// Where and before whom it was given, when it was; empty when they read it themselves.
    pub words: String,
}

/// That somebody does not accept a sanction of theirs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SanctionAppeal {
    /// Why.
    pub words: String,
    /// What shows it.
    pub evidence: SanctionEvidences,
    /// When.
    pub at: Timestamp,
}

/// What was decided of an appeal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SanctionDecision {
    /// What becomes of it.
    pub outcome: SanctionOutcome,
    /// What it is from now on, where it is changed.
    pub kind: Option<SanctionKind>,
    /// How much, of a deduction.
    pub amount: Option<Money>,
    /// What it was.
    pub was_kind: SanctionKind,
    /// How much that was.
    pub was_amount: Option<Money>,
    /// Why.
    pub words: String,
    /// Who decided.
    pub by: By,
}

/// That a sanction was taken back without an appeal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SanctionWithdrawal {
    /// Why.
    pub reason: String,
    /// Who took it back.
    pub by: By,
}

store::kept_as_json!(SanctionEvidences, SanctionNotice, SanctionAppeal, SanctionDecision, SanctionWithdrawal);
