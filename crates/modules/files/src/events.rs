//! Facts this module emits.

use serde::{Deserialize, Serialize};

use crate::model::{FileId, OwnerKind};

/// A file came and was kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FileStored {
    /// Which.
    pub file_id: FileId,
    /// What sort of somebody sent it.
    pub owner_kind: OwnerKind,
    /// What it is.
    pub mime: String,
    /// Its bytes.
    pub size: i64,
}

impl FileStored {
    /// The fact's kind.
    pub const KIND: &'static str = "file.stored";
}
