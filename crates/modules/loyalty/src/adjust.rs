//! Points given and taken by hand: for a reason, and beyond a limit only when somebody else agrees.

use approvals::{ApprovalKind, ApprovalState, api::Ask};
use audit::api::Entry;
use kernel::{Error, Id, Money, Result};
use serde_json::json;
use store::Tx;

use crate::{
    api,
    ledger::{close, open},
    model::{AdjustmentState, Head, Member, PointsAccount, PointsAdjustment, PointsEntryKind},
    queries,
};

/// This module, as the source of its requests.
pub(crate) const SOURCE: &str = "loyalty";

/// Asks for an adjustment: within the limit it takes place at once.
pub(crate) fn ask(tx: &mut Tx<'_>, member: &Member, points: i64, reason: &str) -> Result<PointsAdjustment> {
    let limit = api::on(tx)?.rules.adjustment_limit;
    let (by_id, by_name) = api::by(tx);
    let mut one = PointsAdjustment {
        id: tx.new_id(),
        member_id: member.id,
        points,
        reason: reason.to_owned(),
        state: AdjustmentState::Waiting,
        approval_id: None,
        entry_id: None,
        by_id,
        by_name,
        at: tx.now(),
        version: 1,
    };
    let entry = Entry::new("loyalty.adjustment_asked", "loyalty_member", member.id);
    audit::api::record(tx, entry.created(&json!({ "points": points })).reason(reason))?;
    let mut at_once = points.abs() <= limit;
    if !at_once {
        let approval = approvals::api::ask(
            tx,
            Ask {
                source: SOURCE,
                key: Some(one.id.to_string()),
                kind: ApprovalKind::Points,
                amount: Money(points.abs()),
                currency: None,
                reason: reason.to_owned(),
                subject: Some(("points_adjustment".into(), one.id.to_string())),
                due: None,
            },
        )?;
        one.approval_id = Some(approval.id.to_string());
        at_once = approval.state == ApprovalState::Approved;
    }
    if at_once {
        one = perform(tx, one)?;
    }
    queries::insert_adjustment(tx, &one)?;
    Ok(one)
}

/// What became of the request; what was performed already stays so.
pub(crate) fn decided(tx: &mut Tx<'_>, id: Id<PointsAdjustment>, approved: bool) -> Result<()> {
    let one = queries::adjustment(tx, id)?;
    if one.state != AdjustmentState::Waiting {
        return Ok(());
    }
    let version = one.version + 1;
    let after = if approved {
        perform(tx, one)?
    } else {
        PointsAdjustment { state: AdjustmentState::Refused, ..one }
    };
    queries::save_adjustment(tx, &PointsAdjustment { version, ..after })
}

/// Gives or takes the points. Where meanwhile there are fewer than are to be taken, nothing is.
fn perform(tx: &mut Tx<'_>, one: PointsAdjustment) -> Result<PointsAdjustment> {
    let customer = queries::member(tx, one.member_id)?.customer_id;
    let head = Head {
        reference: one.id.to_string(),
        once_key: Some(format!("adjust:{}", one.id)),
        reason: one.reason.clone(),
        by_id: one.by_id,
        by_name: one.by_name.clone(),
        ..Head::own(PointsEntryKind::Adjust)
    };
    let entry = if one.points > 0 {
        api::grant(tx, customer, head, "by_hand", one.points, 0)?
    } else {
        let rules = queries::rules(tx)?;
        let mut purse = open(tx, customer)?.ok_or(Error::NotFound)?;
        let head = Head { rules_version: Some(rules.version), ..head };
        match purse.use_up(head, -one.points, PointsAccount::Withdrawn) {
            Ok(entry) => {
                close(tx, purse, &rules)?;
                Some(entry)
            }
            // Asked for now it is refused; approved too late it comes to nothing.
            Err(Error::Conflict(..)) if one.approval_id.is_some() => {
                return Ok(PointsAdjustment { state: AdjustmentState::Refused, ..one });
            }
            Err(error) => return Err(error),
        }
    };
    let trail =
        Entry::new("loyalty.adjusted", "loyalty_member", one.member_id).created(&json!({ "points": one.points }));
    audit::api::record(tx, trail.reason(&one.reason))?;
    Ok(PointsAdjustment { state: AdjustmentState::Done, entry_id: entry.map(|entry| entry.id), ..one })
}
