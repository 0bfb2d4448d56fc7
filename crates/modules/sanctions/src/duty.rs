//! The tasks that follow a sanction. They stand in no unit's list: only whoever has one sees it.

use kernel::{Result, Timestamp, UserId};
use store::Tx;
use tasks::api::{Assignee, Due, NewTask, Subject};

use crate::{
    model::{Sanction, SanctionState},
    policy,
};

const SUBJECT: &str = "sanction";
/// Of the person concerned: to read it.
const NOTICE: &str = "sanctions.notice";
/// Of whoever decides the appeal.
const APPEAL: &str = "sanctions.appeal";
/// Days in which an appeal is to be decided.
const DECIDED_WITHIN_DAYS: i64 = 7;
pub(crate) const DAY_MS: i64 = 86_400_000;
/// Leads above one another who are asked.
const LEVELS: usize = 16;

fn subject(sanction: &Sanction) -> Subject {
    Subject::new(SUBJECT, sanction.id)
}

fn task(sanction: &Sanction, source: &'static str, assignee: Assignee, due: Timestamp) -> NewTask {
    NewTask {
        source,
        key: Some(sanction.id.to_string()),
        title: sanction.complaint_number.clone(),
        detail: None,
        assignee,
        subject: Some(subject(sanction)),
        due: Some(Due::At(due)),
        by_hand: false,
    }
}

/// The person concerned is to read it.
pub(crate) fn read(tx: &mut Tx<'_>, sanction: &Sanction) -> Result<()> {
    let person = Assignee::Person { id: sanction.person_id, unit: None };
    tasks::api::create(tx, task(sanction, NOTICE, person, sanction.notice_until)).map(drop)
}

/// The tasks follow the sanction.
pub(crate) fn follow(tx: &mut Tx<'_>, before: &Sanction, after: &Sanction) -> Result<()> {
    if before.state == SanctionState::Proposed {
        if after.state == SanctionState::Withdrawn {
            tasks::api::cancel_for(tx, NOTICE, &subject(after), None)?;
        } else {
            tasks::api::complete_for(tx, NOTICE, &subject(after), None)?;
        }
    }
    if after.state == SanctionState::Appealed {
        let due = tx.now().plus_millis(DECIDED_WITHIN_DAYS * DAY_MS);
        let judge = match judge(tx, after)? {
            Some(id) => Assignee::Person { id, unit: None },
            None => Assignee::Pool(None),
        };
        tasks::api::create(tx, task(after, APPEAL, judge, due))?;
    } else if before.state == SanctionState::Appealed {
        tasks::api::complete_for(tx, APPEAL, &subject(after), None)?;
    }
    Ok(())
}

/// Who decided the complaint it belongs to.
pub(crate) fn complaint_decided_by(tx: &mut Tx<'_>, sanction: &Sanction) -> Result<Option<UserId>> {
    let complaint = complaints::api::get(tx, sanction.complaint_id)?;
    Ok(complaint.directive.and_then(|directive| directive.by.id))
}

/// The nearest lead above the person who may decide and had no part in it; nobody where there is none.
fn judge(tx: &mut Tx<'_>, sanction: &Sanction) -> Result<Option<UserId>> {
    let decided_by = complaint_decided_by(tx, sanction)?;
    let mut below = sanction.person_id;
    for _ in 0..LEVELS {
        match people::api::lead_who_may(tx, below, policy::DECIDE)? {
            Some(lead) if lead == below => return Ok(None),
            Some(lead) if sanction.is_impartial(lead, decided_by) => return Ok(Some(lead)),
            Some(lead) => below = lead,
            None => return Ok(None),
        }
    }
    Ok(None)
}
