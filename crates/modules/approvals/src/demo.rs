//! Limits of the demo story, and what was asked beyond them: decided mostly, some waiting now.

use audit::api::Entry;
use http::Demo;
use kernel::{Actor, Error, Money, Owned, Result, UserId};
use store::Tx;

use crate::{
    api::{self, Ask},
    model::{
        Approval, ApprovalKind, ApprovalState, AuthorityLimits, Decision, Delegation, Hand, Kinds, RoleLimit,
        RoleLimits, Threshold, Thresholds, Verdict,
    },
    queries,
};

const REQUESTS: &str = include_str!("../demo/requests.txt");
/// Who may grant how much by themselves, in minor units of money or in points.
const LIMITS: [(&str, i64, i64); 3] = [("agent", 5_000, 500), ("supervisor", 50_000, 5_000), ("head", 500_000, 50_000)];
const DAY: i64 = 86_400_000;
const KINDS: [ApprovalKind; 3] = [ApprovalKind::Compensation, ApprovalKind::Discount, ApprovalKind::Points];

/// Requests come from people who are placed, about customers: once those are there.
pub(crate) fn tell(_tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    demo.finally.push(requests);
    Ok(())
}

fn currency(kind: ApprovalKind) -> Option<String> {
    (kind != ApprovalKind::Points).then(|| "CNY".to_owned())
}

fn limits(tx: &mut Tx<'_>, demo: &Demo) -> Result<()> {
    let mut limits = Vec::new();
    for (role, money, points) in LIMITS {
        let Some(holder) = demo.with_role(role).into_iter().next() else { continue };
        let role_id = access::api::user(tx, holder.id)?.role_id;
        limits.extend(KINDS.map(|kind| RoleLimit {
            role_id,
            kind,
            currency: currency(kind),
            amount: Money(if kind == ApprovalKind::Points { points } else { money }),
        }));
    }
    // What is erased does not come back: heads agree to as many, and whoever runs the house to more.
    for (role, amount) in [("head", 500), ("administrator", 1_000)] {
        let Some(holder) = demo.with_role(role).into_iter().next() else { continue };
        let role_id = access::api::user(tx, holder.id)?.role_id;
        limits.push(RoleLimit { role_id, kind: ApprovalKind::Purge, currency: None, amount: Money(amount) });
    }
    let two = Threshold { kind: ApprovalKind::Compensation, currency: Some("CNY".into()), above: Money(100_000) };
    let matrix = AuthorityLimits {
        limits: RoleLimits(limits),
        two_person: Thresholds(vec![two]),
        version: 1,
        ..AuthorityLimits::default()
    };
    queries::save_limits(tx, &matrix)
}

/// The head is away these days: the first supervisor decides in their name.
fn delegation(tx: &mut Tx<'_>, demo: &Demo) -> Result<()> {
    let (heads, supervisors) = (demo.with_role("head"), demo.with_role("supervisor"));
    let (Some(head), Some(supervisor)) = (heads.first(), supervisors.first()) else { return Ok(()) };
    let from = demo.now.plus_millis(-DAY);
    tx.as_of(from, head.actor())?;
    let delegation = Delegation {
        id: tx.new_id(),
        delegator_id: head.id,
        delegate_id: supervisor.id,
        kinds: Kinds(KINDS.to_vec()),
        starts_at: from,
        ends_at: from.plus_millis(6 * DAY),
        created_at: from,
        revoked_at: None,
    };
    queries::insert_delegation(tx, &delegation)?;
    audit::api::record(tx, Entry::new("approvals.delegated", "delegation", delegation.id).created(&delegation))
}

fn requests(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    limits(tx, demo)?;
    delegation(tx, demo)?;
    let calendar = settings::api::calendar(tx)?;
    let open = calendar.elapsed(demo.since, demo.now);
    let lines: Vec<_> = REQUESTS.lines().filter(|line| !line.starts_with('#')).collect();
    let count = (demo.plan.days / 2).clamp(8, 120);
    let agents = demo.with_role("agent");
    // Beyond the threshold a second one decides.
    let deciders: Vec<_> = demo.with_role("head").into_iter().chain(demo.with_role("administrator")).collect();
    if agents.is_empty() || deciders.is_empty() || demo.customers.is_empty() {
        return Ok(());
    }
    for at in 0..count {
        let [kind, least, most, reason, verdict, comment] = demo.pick(&lines).split('\t').collect::<Vec<_>>()[..]
        else {
            continue;
        };
        let kind = KINDS.into_iter().find(|known| known.text() == kind).unwrap_or(ApprovalKind::Compensation);
        let number = |text: &str| text.parse::<i64>().map_err(Error::internal);
        let amount = demo.between(number(least)?, number(most)?) / 100 * 100;
        let waits = at >= count - 4;
        let moment = open * (at * 1_000 + demo.between(0, 900)) / (count * 1_000);
        let asked = calendar.due(demo.since, if waits { open - demo.between(20, 3 * 60) * 60_000 } else { moment })?;
        let (agent, customer) = (demo.pick(&agents).clone(), demo.pick(&demo.customers).clone());
        tx.as_of(asked, agent.actor())?;
        let ask = Ask {
            source: "manual",
            key: None,
            kind,
            amount: Money(amount),
            currency: currency(kind),
            reason: reason.to_owned(),
            subject: Some(("customer".into(), customer.id.to_string())),
            due: None,
        };
        let approval = api::ask(tx, ask)?;
        if waits {
            continue;
        }
        let verdict = if verdict == "approve" { Verdict::Approve } else { Verdict::Reject };
        let (mut approval, mut earlier, mut decided) = (approval, Vec::new(), asked);
        for by in &deciders {
            decided = calendar.due(decided, demo.between(1, 4 * 60) * 60_000)?;
            if approval.state != ApprovalState::Pending || decided >= demo.now {
                break;
            }
            tx.as_of(decided, by.actor())?;
            let (after, decision) = decide(tx, &approval, &earlier, by.id, verdict, comment)?;
            approval = after;
            earlier.push(decision);
        }
    }
    Ok(())
}

fn decide(
    tx: &mut Tx<'_>,
    before: &Approval,
    earlier: &[Decision],
    by: UserId,
    verdict: Verdict,
    comment: &str,
) -> Result<(Approval, Decision)> {
    let permit = Actor::System("demo").permit(crate::policy::DECIDE, &Owned::NOBODY, tx.now())?;
    let hand = Hand { by, in_name_of: by, limit: Money(i64::MAX) };
    let said = (tx.new_id(), verdict, Some(comment.to_owned()));
    let (after, decision) = before.clone().decided(&permit, earlier, &hand, said)?;
    api::keep_decision(tx, before, &after, &decision)?;
    Ok((after, decision))
}
