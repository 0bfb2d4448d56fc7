//! Customers of the demo story shared out among a team: once done, once looked at and left for now.

use access::Placement;
use customers::{CustomerChoice, Looked, Stage};
use http::{Demo, DemoPerson};
use kernel::{Actor, Owned, Result};
use store::Tx;

use crate::{
    api, jobs,
    model::{AllocationRun, Keeping, Need, Plan, Seat},
    policy, queries, solve,
};

const HOUR: i64 = 3_600_000;

/// Skills are told at the end.
pub(crate) fn tell(_tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    demo.finally.push(runs);
    Ok(())
}

fn runs(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let Some(lead) = demo.with_role("supervisor").into_iter().next() else { return Ok(()) };
    let mut team = demo.with_role("agent");
    team.retain(|one| one.unit == lead.unit);
    if team.is_empty() {
        return Ok(());
    }
    let seats = |away: usize| {
        let seat = |(at, one): (usize, &DemoPerson)| Seat {
            user_id: one.id,
            least: 0,
            most: None,
            share: 100,
            away: at == away,
        };
        team.iter().enumerate().map(seat).collect::<Vec<_>>()
    };
    let who = |stage| CustomerChoice {
        looked_after: Looked::Nobody,
        owner_id: None,
        stage: Some(stage),
        import_id: None,
        words: None,
    };
    let first = Plan {
        who: who(Stage::Customer),
        segment_id: None,
        tag_id: None,
        keep: Keeping::All,
        needs: Vec::new(),
        people: seats(usize::MAX),
        count_held: true,
    };
    let run = run(tx, demo, &lead, first, 5 * 24)?;
    tx.as_of(run.created_at.plus_millis(HOUR / 4), lead.actor())?;
    let permit = Actor::System("demo").permit(policy::MANAGE, &Owned::NOBODY, tx.now())?;
    let mut run = run.applying(&permit)?;
    queries::save(tx, &run)?;
    let placement = demo.app.part::<Box<dyn Placement>>();
    // People of the story hold no permissions: the story itself hands over.
    tx.as_of(run.created_at.plus_millis(HOUR / 4), Actor::System("demo"))?;
    while run.is_at_work() {
        run = jobs::some(tx, &**placement, run)?;
        queries::save(tx, &run)?;
    }
    // Those who were merely met may go to anybody who is there, but some of them only to who is good at something.
    let levels = routing::api::levels(tx)?;
    let good = |skill: &routing::Skill| {
        levels
            .iter()
            .filter(|(user, of, level)| *of == skill.id && *level > 3 && team.iter().any(|one| one.id == *user))
            .count()
    };
    let skill = routing::api::skills(tx)?.into_iter().max_by_key(good);
    let need = |skill: routing::Skill| Need { stage: None, words: Some("女士".into()), skill_id: skill.id, level: 4 };
    let needs = skill.into_iter().map(need).collect();
    let second = Plan {
        who: who(Stage::Contact),
        segment_id: None,
        tag_id: None,
        keep: Keeping::Nobody,
        needs,
        people: seats(0),
        count_held: true,
    };
    self::run(tx, demo, &lead, second, 3).map(drop)
}

/// A run, so many hours before the story ends, with what comes of it.
fn run(tx: &mut Tx<'_>, demo: &Demo, lead: &DemoPerson, plan: Plan, hours: i64) -> Result<AllocationRun> {
    let at = demo.now.plus_millis(-hours * HOUR);
    tx.as_of(at, lead.actor())?;
    let permit = Actor::System("demo").permit(policy::MANAGE, &Owned::NOBODY, at)?;
    let by = lead.actor();
    let run = AllocationRun::new(&permit, tx.new_id(), by.staff()?, plan);
    queries::insert(tx, &run)?;
    api::record(tx, "allocation.planned", &run)?;
    tx.as_of(at, Actor::System("demo"))?;
    let wanted = solve::some(tx, &run.plan, None, "")?.0;
    let known = solve::known(tx, run.plan.clone())?;
    let (outcome, moves) = solve::work_out(run.id, known, &wanted, false);
    queries::insert_moves(tx, &moves)?;
    let run = run.ready(outcome);
    queries::save(tx, &run)?;
    Ok(run)
}
