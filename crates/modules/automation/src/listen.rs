//! What happens to conversations, as automations know it. What is said in them is no event: a message costs
//! nothing here.

use conversations::{
    ConversationId,
    events::{ASSIGNED, CAME_AFTER_HOURS, CHANGED, CLOSED, CameAfterHours, Changed, Closed, OPENED, REQUEUED},
};
use inquiries::events::{CREATED, RecordFact};
use kernel::{Error, Result};
use serde::de::DeserializeOwned;
use sla::events::{MISSED, SlaFact, WARNED};
use store::{StoredFact, Tx};
use work::Listener;

use crate::{
    compile,
    model::AutomationEvent,
    runs::{self, Happening},
    scene::Brought,
};

pub(crate) fn listener() -> Listener {
    let kinds = &[OPENED, REQUEUED, ASSIGNED, CLOSED, CHANGED, CAME_AFTER_HOURS, WARNED, MISSED, CREATED];
    Listener::new("automation.rules", kinds, heard).locking()
}

fn heard(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    let Some((event, id, brought)) = understood(fact)? else { return Ok(()) };
    let rules = compile::rules(tx)?;
    let awake: Vec<_> = rules.of(event).iter().filter(|rule| rule.automation.is_awake(fact.at)).collect();
    if awake.is_empty() {
        return Ok(());
    }
    let conversation = conversations::api::get(tx, id)?;
    let key = format!("{}.{}", fact.epoch, fact.seq);
    runs::run(tx, &conversation, &Happening { event, at: fact.at, key, brought }, &awake)
}

type Understood = (AutomationEvent, ConversationId, Brought);

fn understood(fact: &StoredFact) -> Result<Option<Understood>> {
    let subject = || fact.subject.parse::<ConversationId>().map_err(Error::internal);
    let plain = |event| Ok(Some((event, subject()?, Brought::default())));
    match fact.kind.as_str() {
        OPENED => plain(AutomationEvent::Opened),
        REQUEUED => plain(AutomationEvent::Requeued),
        ASSIGNED => plain(AutomationEvent::Assigned),
        // One that goes on in another is not over for anybody.
        CLOSED if read::<Closed>(fact)?.merged_into.is_some() => Ok(None),
        CLOSED => plain(AutomationEvent::Closed),
        CHANGED => match read::<Changed>(fact)?.rating {
            Some(_) => plain(AutomationEvent::Rated),
            None => Ok(None),
        },
        CAME_AFTER_HOURS => {
            let came: CameAfterHours = read(fact)?;
            Ok(Some((AutomationEvent::AfterHours, came.conversation_id, Brought::default())))
        }
        CREATED => {
            let record: RecordFact = read(fact)?;
            let brought = Brought { outcome: Some(record.outcome.text().to_owned()), ..Brought::default() };
            Ok(record.conversation_id.map(|id| (AutomationEvent::InquiryRecorded, id, brought)))
        }
        _ => {
            let said: SlaFact = read(fact)?;
            let event = if fact.kind == MISSED {
                AutomationEvent::SlaMissed
            } else {
                AutomationEvent::SlaWarned
            };
            let brought = Brought { target: Some(said.target.text().to_owned()), ..Brought::default() };
            Ok(Some((event, said.conversation_id, brought)))
        }
    }
}

fn read<T: DeserializeOwned>(fact: &StoredFact) -> Result<T> {
    serde_json::from_str(&fact.data).map_err(Error::internal)
}
