//! What is to be reported back holds open what it is about.

use conversations::{Closing, Conversation};
use inquiries::{InquiryRecord, Settling};
use kernel::Result;
use store::Tx;

use crate::{codes, queries};

struct Owed;

impl Closing for Owed {
    fn may_close(&self, tx: &mut Tx<'_>, conversation: &Conversation) -> Result<()> {
        if queries::holds(tx, conversation.id)? {
            return Err(codes::REPORT_BACK.conflict());
        }
        Ok(())
    }
}

impl Settling for Owed {
    fn may_settle(&self, tx: &mut Tx<'_>, record: &InquiryRecord) -> Result<()> {
        let talked = match record.conversation_id {
            Some(conversation) => queries::holds(tx, conversation)?,
            None => false,
        };
        if talked || queries::holds_record(tx, record.id)? {
            return Err(codes::REPORT_BACK.conflict());
        }
        Ok(())
    }
}

pub(crate) fn closing() -> Box<dyn Closing> {
    Box::new(Owed)
}

pub(crate) fn settling() -> Box<dyn Settling> {
    Box::new(Owed)
}
