//! The reasons staff choose from when a conversation is over.

use audit::api::Entry;
use kernel::{Check, Error, Id, Permit, Result};
use store::Tx;

use crate::{codes, model::WrapUpReason, queries};

/// What a conversation was about, as it is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewWrapUp {
    /// One of the reasons to choose from.
    pub reason_id: Option<Id<WrapUpReason>>,
    /// What else there is to say: up to 1,000 characters.
    pub note: Option<String>,
}

impl NewWrapUp {
    /// Refuses one that says nothing, or too much.
    pub(crate) fn check(&self) -> Result<()> {
        let empty = self.reason_id.is_none() && self.note.as_deref().is_none_or(|note| note.trim().is_empty());
        Check::new().that(!empty, "reason_id", "required").maybe_text("note", self.note.as_deref(), 0..=1_000).done()
    }
}

/// What somebody wants a reason to be; none: as it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Details {
    pub label: Option<String>,
    pub position: Option<i64>,
    pub archived: Option<bool>,
}

impl Details {
    fn check(&self) -> Result<()> {
        Check::new()
            .maybe_text("label", self.label.as_deref(), 1..=40)
            .range("position", self.position.unwrap_or(0), 0..=1_000_000)
            .done()
    }

    fn over(&self, mut reason: WrapUpReason) -> WrapUpReason {
        if let Some(label) = &self.label {
            reason.label = label.trim().to_owned();
        }
        reason.position = self.position.unwrap_or(reason.position);
        reason.archived = self.archived.unwrap_or(reason.archived);
        reason
    }
}

/// A reason's words, with those of the one above it.
pub(crate) fn words(tx: &mut Tx<'_>, id: Id<WrapUpReason>) -> Result<String> {
    let unknown = |error| {
        if matches!(error, Error::NotFound) {
            Error::field("reason_id", "unknown")
        } else {
            error
        }
    };
    let reason = queries::reason(tx, id).map_err(unknown)?;
    if reason.archived {
        return Err(codes::REASON_ARCHIVED.conflict());
    }
    Ok(match reason.parent_id {
        Some(above) => format!("{} / {}", queries::reason(tx, above)?.label, reason.label),
        None => reason.label,
    })
}

pub(crate) fn add(
    tx: &mut Tx<'_>,
    _permit: &Permit,
    parent_id: Option<Id<WrapUpReason>>,
    details: &Details,
) -> Result<WrapUpReason> {
    details.check()?;
    if let Some(above) = parent_id {
        let above = queries::reason(tx, above).map_err(|_| Error::field("parent_id", "unknown"))?;
        if above.parent_id.is_some() {
            return Err(Error::field("parent_id", "too_deep"));
        }
    }
    let position = match details.position {
        Some(position) => position,
        None => queries::next_reason(tx, parent_id)?,
    };
    let reason = details.over(WrapUpReason {
        id: tx.new_id(),
        parent_id,
        label: String::new(),
        position,
        archived: false,
        created_at: tx.now(),
        version: 1,
    });
    queries::insert_reason(tx, &reason)?;
    audit::api::record(tx, Entry::new("conversations.reason_created", "wrap_up_reason", reason.id).created(&reason))?;
    Ok(reason)
}

pub(crate) fn alter(
    tx: &mut Tx<'_>,
    _permit: &Permit,
    id: Id<WrapUpReason>,
    version: Option<i64>,
    details: &Details,
) -> Result<WrapUpReason> {
    details.check()?;
    let before = queries::reason(tx, id)?;
    if version.is_some_and(|version| version != before.version) {
        return Err(codes::REASON_STALE.conflict());
    }
    let mut after = details.over(before.clone());
    if after == before {
        return Ok(before);
    }
    after.version += 1;
    queries::save_reason(tx, &after)?;
    audit::api::record(tx, Entry::new("conversations.reason_changed", "wrap_up_reason", id).change(&before, &after))?;
    Ok(after)
}
