//! What other modules call.

use audit::api::Entry;
use conversations::{Conversation, ConversationId, State};
use kernel::{Cursor, Result, UnitId};
use store::{Fact, Tx};

use crate::{
    codes, draft,
    events::{self, RecordFact},
    http::RecordView,
    model::{InquiryRecord, Kept, RecordId, RecordVersion},
    policy, queries, sheet,
};

/// The record of this id, whoever may see it: for modules that did their own check.
///
/// # Errors
/// [`kernel::Error::NotFound`] without one.
pub fn get(tx: &mut Tx<'_>, id: RecordId) -> Result<InquiryRecord> {
    queries::find(tx, id)
}

/// The record of this id, when the actor may see it.
///
/// # Errors
/// [`kernel::Error::NotFound`] without one in sight.
pub fn visible(tx: &mut Tx<'_>, id: RecordId) -> Result<InquiryRecord> {
    let record = queries::find(tx, id)?;
    policy::may_see(tx.actor(), &record)?;
    Ok(record)
}

/// The record of a conversation, if it has one.
///
/// # Errors
/// From the database.
pub fn of_conversation(tx: &mut Tx<'_>, id: ConversationId) -> Result<Option<InquiryRecord>> {
    queries::of_conversation(tx, id)
}

/// The records whose contacts ended after the given one, in that order, whoever may see them: for modules that did their
/// own check.
///
/// # Errors
/// From the database.
pub fn ended_after(tx: &mut Tx<'_>, after: &Cursor, limit: i64) -> Result<Vec<InquiryRecord>> {
    queries::ended_after(tx, after, limit)
}

/// Writes down what a conversation says that is over and that somebody had; of one that has a record,
/// what is new. A signed row stays as it was signed.
pub(crate) fn told(tx: &mut Tx<'_>, conversation: &Conversation) -> Result<Option<InquiryRecord>> {
    if conversation.state != State::Closed || conversation.assignee_id.is_none() {
        return Ok(None);
    }
    let _permit = policy::vouched(tx.now())?;
    match queries::of_conversation(tx, conversation.id)? {
        None => {
            let draft = draft::of(tx, conversation)?;
            add(tx, draft).map(Some)
        }
        Some(before) => {
            if is_signed(tx, &before)? {
                return Ok(Some(before));
            }
            let told = draft::of(tx, conversation)?;
            match before.retold(&told) {
                Some(after) => keep(tx, &before, &after, None).map(|()| Some(after)),
                None => Ok(Some(before)),
            }
        }
    }
}

/// Keeps a new record on the first sheet that is open to it; answers the one its conversation has, if
/// another was there first.
pub(crate) fn add(tx: &mut Tx<'_>, mut record: InquiryRecord) -> Result<InquiryRecord> {
    record.day = sheet::open_day(tx, record.unit_id, record.day)?;
    if !queries::insert(tx, &record)? {
        let there = record.conversation_id.map(|id| queries::of_conversation(tx, id)).transpose()?.flatten();
        return there.ok_or_else(|| codes::STALE.conflict());
    }
    let entry = Entry::new("inquiries.record_created", "inquiry_record", record.id).created(&record.trace());
    audit::api::record(tx, entry)?;
    told_all(tx, events::CREATED, &record)?;
    Ok(record)
}

/// Keeps a change: the words before it stay among the versions, for `reason` where it is a correction.
pub(crate) fn keep(tx: &mut Tx<'_>, before: &InquiryRecord, after: &InquiryRecord, reason: Option<&str>) -> Result<()> {
    let by = tx.actor().staff().ok().cloned();
    let version = RecordVersion {
        id: tx.new_id(),
        record_id: before.id,
        number: before.version,
        data: Kept(serde_json::to_value(before).map_err(kernel::Error::internal)?),
        reason: reason.map(str::to_owned),
        replaced_by: by.as_ref().map(|staff| staff.id),
        replaced_by_name: by.map(|staff| staff.name.clone()),
        replaced_at: tx.now(),
    };
    queries::add_version(tx, &version)?;
    queries::save(tx, after)?;
    let action = if reason.is_some() {
        "inquiries.record_corrected"
    } else {
        "inquiries.record_changed"
    };
    let mut entry = Entry::new(action, "inquiry_record", after.id).change(&before.trace(), &after.trace());
    if let Some(reason) = reason {
        entry = entry.reason(reason);
    }
    audit::api::record(tx, entry)?;
    told_all(tx, events::CHANGED, after)
}

/// Whether the sheet a record stands on is signed.
pub(crate) fn is_signed(tx: &mut Tx<'_>, record: &InquiryRecord) -> Result<bool> {
    signed_day(tx, record.unit_id, &record.day)
}

fn signed_day(tx: &mut Tx<'_>, unit: Option<UnitId>, day: &str) -> Result<bool> {
    Ok(queries::signature(tx, unit, day)?.is_some())
}

/// Keeps the fact, and tells those who watch the list.
fn told_all(tx: &mut Tx<'_>, kind: &'static str, record: &InquiryRecord) -> Result<()> {
    tx.emit(Fact::new(kind, record.id, &RecordFact::of(record))?);
    let view = RecordView::of(record.clone(), false);
    tx.notify("inquiry_records", "inquiry_record.changed", &view, Some(record.owned()))
}
