//! The life cycle of the demo story's customers, counted on some nights, and two attempts to win some of them back: one
//! that is over, and one that goes on.

use http::Demo;
use kernel::{Actor, Money, Owned, Result, Timestamp};
use orders::{NewOrder, OrderCustomer, OrderLine, OrderState};
use profiles::CustomerTag;
use store::Tx;

use crate::{
    counting,
    model::Kept,
    policy,
    policy::Sight,
    queries,
    rules::{Condition, Conditions, LifecycleStage, Playbook, Rules, WorthCompare, WorthField},
    win_backs::{self, NewWinBack, WinBackArm, WinBackOutcome},
};

const DAY: i64 = 86_400_000;
const STORY: Actor = Actor::System("demo");

pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let night = |tx: &mut Tx<'_>, now: Timestamp, ago: i64| {
        tx.as_of(now.plus_millis(-ago), STORY)?;
        counting::count_at_once(tx)
    };
    let now = demo.now;
    night(tx, now, 101 * DAY)?;
    win_back(tx, demo, 100, "春季回访：久未下单的老客户", "送一次免费检测，问问机器用得怎么样")?;
    night(tx, now, 41 * DAY)?;
    win_back(tx, demo, 40, "夏季回访：久未下单的老客户", "送 50 元滤芯券，问问机器用得怎么样")?;
    // The night after they are set is the one that tells of them; what moves in the last is the customers' own doing.
    rules(tx, demo)?;
    night(tx, now, 12 * DAY)?;
    night(tx, now, DAY / 4)
}

/// Whoever begins to stay away is called, and marked.
fn rules(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    tx.as_of(demo.now.plus_millis(-13 * DAY), STORY)?;
    let by = demo.people.first().map(|one| (one.id, one.name.clone()));
    let tags = demo.take::<Vec<CustomerTag>>().unwrap_or_default();
    let tag_id = tags.iter().find(|tag| tag.name == "重点关怀").map(|tag| tag.id);
    let playbook = |stage, task: &str, due_days| Playbook { stage, task: task.into(), due_days, tag_id: None };
    let playbooks = vec![
        playbook(LifecycleStage::New, "首购回访：安装是否顺利，会不会用", 3),
        Playbook {
            tag_id, ..playbook(LifecycleStage::Declining, "关怀电话：最近没有来，问问用得怎么样", 5)
        },
    ];
    let kept = queries::rules(tx)?;
    let permit = STORY.permit(policy::RULES, &Owned::NOBODY, tx.now())?;
    let Some(by) = by else { return Ok(()) };
    let kept: Kept = kept.changed(&permit, by, 0, Rules { playbooks, ..Rules::default() })?;
    queries::keep_rules(tx, &kept)
}

/// Those who were likely lost `ago` days before now, and what they said to an offer.
fn win_back(tx: &mut Tx<'_>, demo: &mut Demo, ago: i64, name: &str, offer: &str) -> Result<()> {
    let Some(lead) = demo.with_role("supervisor").into_iter().next() else { return Ok(()) };
    let condition = |field, compare, value| Condition { field, compare, value };
    let mut conditions = vec![condition(WorthField::DaysSinceOrder, WorthCompare::AtLeast, 60)];
    // A small story has too few buyers for the model to tell who may be lost.
    if queries::last_done(tx)?.is_some_and(|run| run.findings.purchases.is_some()) {
        conditions.push(condition(WorthField::Alive, WorthCompare::AtMost, 60));
    }
    let new = NewWinBack {
        name: name.into(),
        offer: offer.into(),
        conditions: Conditions(conditions),
        control_percent: 30,
        due_days: 10,
        weeks: 8,
    };
    tx.as_of(demo.now.plus_millis(-ago * DAY), STORY)?;
    let sight = Sight { scope: STORY.scope(policy::WIN_BACK)?, unowned: true };
    let mut chosen = win_backs::choose(tx, &sight, &new.conditions.0)?;
    chosen.members.truncate(60);
    if chosen.members.len() < 4 {
        return Ok(());
    }
    let actor = lead.actor();
    let permit = STORY.permit(policy::WIN_BACK, &Owned::NOBODY, tx.now())?;
    tx.as_of(demo.now.plus_millis(-ago * DAY), actor.clone())?;
    let attempt = win_backs::begin(tx, &permit, actor.staff()?, &new, &chosen.members)?;
    for (at, member) in win_backs::members(tx, attempt.id)?.into_iter().enumerate() {
        let customer = member.customer_id;
        let day = demo.between(1, 9);
        tx.as_of(demo.now.plus_millis((day - ago) * DAY), actor.clone())?;
        let mut comes = demo.chance(8);
        if member.arm == WinBackArm::Offer {
            let (outcome, note) = match demo.between(0, 10) {
                0..4 => (WinBackOutcome::Accepted, "很高兴，说周末就下单"),
                4..7 => (WinBackOutcome::NotReached, ""),
                _ => (WinBackOutcome::Refused, "换了别家的机器"),
            };
            comes = comes || (outcome == WinBackOutcome::Accepted && demo.chance(75));
            let permit = STORY.permit(policy::WIN_BACK, &Owned::NOBODY, tx.now())?;
            win_backs::tell(tx, &permit, &attempt, member, outcome, note)?;
        }
        if comes {
            let placed_at = demo.now.plus_millis((day + 2 - ago) * DAY);
            tx.as_of(placed_at, STORY)?;
            let total = Money(12_900);
            let line =
                OrderLine {
                    code: Some("LX-PP".into()), what: "前置滤芯三支装".into(), quantity: 1, amount: total
                };
            let order = NewOrder {
                number: format!("SC9{ago:03}{at:03}"),
                customer: OrderCustomer { id: Some(customer), ..OrderCustomer::default() },
                placed_at,
                total,
                refunded: Money(0),
                currency: None,
                state: Some(OrderState::Completed),
                lines: vec![line],
                as_of: None,
            };
            orders::api::take_in(tx, "商城", &[order], false)?;
        }
    }
    Ok(())
}
