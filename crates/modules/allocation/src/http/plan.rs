//! Asking for a run, and asking otherwise.

use access::Placement;
use http::{Answer, Cx, Json, Path, SegmentSources};
use kernel::{Error, Id, Owned, Result};
use store::Tx;

use crate::{
    api,
    jobs::Work,
    model::{AllocationRun, Plan},
    policy, queries,
};

/// Begins to share customers out: who goes where is worked out in the background, and nothing is changed before that
/// is looked at and applied.
#[utoipa::path(post, path = "/allocation-runs", tag = "allocation", request_body = Plan, responses((status = 200, body = AllocationRun)))]
pub(crate) async fn create(cx: Cx, Json(plan): Json<Plan>) -> Answer<AllocationRun> {
    let placement = cx.app().part::<Box<dyn Placement>>();
    let sources = cx.app().part::<SegmentSources>();
    let run = cx
        .write(move |tx| {
            let permit = policy::may_begin(tx.actor(), tx.now())?;
            let plan = possible(tx, (&**placement, &sources), plan.clone())?;
            let id = tx.new_id();
            let run = AllocationRun::new(&permit, id, tx.actor().staff()?, plan);
            queries::insert(tx, &run)?;
            work::enqueue(tx, &Work { run_id: id })?;
            api::record(tx, "allocation.planned", &run)?;
            api::show(tx, &run)?;
            Ok(run)
        })
        .await?;
    Ok(Json(run))
}

/// Asks for something else: it is worked out anew. Only before it is applied.
#[utoipa::path(put, path = "/allocation-runs/{id}/plan", tag = "allocation", params(("id" = Id<AllocationRun>, Path)), request_body = Plan, responses((status = 200, body = AllocationRun)))]
pub(crate) async fn plan(cx: Cx, Path(id): Path<Id<AllocationRun>>, Json(plan): Json<Plan>) -> Answer<AllocationRun> {
    let placement = cx.app().part::<Box<dyn Placement>>();
    let sources = cx.app().part::<SegmentSources>();
    let run = cx
        .write(move |tx| {
            let before = queries::lock(tx, id)?;
            let permit = policy::may(tx.actor(), &before, tx.now())?;
            let plan = possible(tx, (&**placement, &sources), plan.clone())?;
            let after = before.planned(&permit, plan)?;
            queries::save(tx, &after)?;
            work::enqueue(tx, &Work { run_id: id })?;
            api::record(tx, "allocation.planned", &after)?;
            api::show(tx, &after)?;
            Ok(after)
        })
        .await?;
    Ok(Json(run))
}

/// The plan, when all it names are there: people within the actor's reach who may sign in, skills, a segment, a tag.
fn possible(tx: &mut Tx<'_>, (placement, sources): (&dyn Placement, &SegmentSources), plan: Plan) -> Result<Plan> {
    let plan = plan.checked()?;
    if let Some(id) = plan.segment_id {
        segments::api::members(tx, sources, id, None, 1).map_err(Error::absent("segment_id", "unknown"))?;
    }
    if let Some(tag) = plan.tag_id
        && !profiles::api::takes_tag(tx, tag)?
    {
        return Err(Error::field("tag_id", "unknown"));
    }
    let skills = routing::api::skills(tx)?;
    if plan.needs.iter().any(|need| skills.iter().all(|skill| skill.id != need.skill_id)) {
        return Err(Error::field("needs", "unknown"));
    }
    for seat in &plan.people {
        match access::api::user(tx, seat.user_id) {
            Ok(user) if user.is_active() => {}
            Ok(_) | Err(Error::NotFound) => return Err(Error::field("people", "unknown")),
            Err(error) => return Err(error),
        }
        let owned = Owned::by(Some(seat.user_id), placement.place(tx, seat.user_id)?.unit);
        let _permit =
            tx.actor().permit(policy::MANAGE, &owned, tx.now()).map_err(Error::absent("people", "not_allowed"))?;
    }
    Ok(plan)
}
