//! How what happened is told.

use conversations::ConversationId;
use kernel::{ChannelId, Result};
use store::{Fact, Tx};

use crate::{
    events::{SmsChanged, SmsGatewayChanged, SmsHeard},
    model::Sms,
};

/// Tells that a gateway was added or set otherwise: whoever holds the line looks.
pub(crate) fn gateway(tx: &mut Tx<'_>, channel_id: ChannelId) -> Result<()> {
    tx.emit(Fact::new(SmsGatewayChanged::KIND, channel_id, &SmsGatewayChanged { channel_id })?);
    Ok(())
}

/// Tells that somebody wrote.
pub(crate) fn heard(tx: &mut Tx<'_>, conversation_id: ConversationId) -> Result<()> {
    tx.emit(Fact::new(SmsHeard::KIND, conversation_id, &SmsHeard { conversation_id })?);
    Ok(())
}

/// Tells where a single message stands.
pub(crate) fn sms(tx: &mut Tx<'_>, sms: &Sms) -> Result<()> {
    let Sms { id, channel_id, state, .. } = *sms;
    let fact = SmsChanged { sms_id: id, channel_id, reference: sms.reference.clone(), state };
    tx.emit(Fact::new(SmsChanged::KIND, id, &fact)?);
    Ok(())
}
