//! A record as it goes out.

use serde::Serialize;
use utoipa::ToSchema;

use crate::model::InquiryRecord;

/// A record, with its phone number masked.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = InquiryRecordView)]
pub(crate) struct RecordView {
    #[serde(flatten)]
    pub record: InquiryRecord,
    /// The number they can be reached at, masked.
    #[schema(example = "138****5678")]
    pub phone: Option<String>,
    /// Whether its day is signed: then it takes no change but a correction.
    pub signed: bool,
}

impl RecordView {
    pub(crate) fn of(record: InquiryRecord, signed: bool) -> Self {
        let phone = record.phone.as_deref().map(customers::api::mask_phone);
        Self { record, phone, signed }
    }
}
