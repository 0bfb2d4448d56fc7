//! What people are good at.

use access::Placement;
use audit::api::Entry;
use axum::http::StatusCode;
use http::{Answer, Cx, Json, Path, Problem};
use kernel::{Check, Error, Params, Result, UserId};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;

use crate::{
    attendance, codes,
    model::{BEST, Presence, Queue, Skill, SkillAsked, SkillId},
    policy, queries,
};

/// Skills one person can have, at most.
const MOST: usize = 100;

fn check(skill: &Skill) -> Result<()> {
    Check::new().text("name", &skill.name, 1..=30).done()
}

/// The skills there are.
#[utoipa::path(get, path = "/skills", tag = "routing", responses((status = 200, body = Vec<Skill>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<Skill>> {
    let skills = cx
        .read(|tx| {
            if !policy::knows_every_queue(tx.actor()) {
                let (_me, _permit) = policy::may_work(tx.actor(), tx.now())?;
            }
            queries::skills(tx)
        })
        .await?;
    Ok(Json(skills))
}

/// A skill to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSkill {
    /// What it is called: 1 to 30 characters, its own.
    name: String,
}

/// Adds a skill.
#[utoipa::path(post, path = "/skills", tag = "routing", request_body = NewSkill, responses((status = 200, body = Skill)))]
pub(crate) async fn add(cx: Cx, Json(request): Json<NewSkill>) -> Answer<Skill> {
    let skill = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            let name = request.name.trim().to_owned();
            let skill = Skill { id: tx.new_id(), name, created_at: permit.at(), version: 1 };
            check(&skill)?;
            queries::insert_skill(tx, &skill)?;
            audit::api::record(tx, Entry::new("routing.skill_added", "skill", skill.id).created(&skill))?;
            Ok(skill)
        })
        .await?;
    Ok(Json(skill))
}

/// What is to change.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SkillChange {
    /// The version that was seen.
    version: i64,
    /// What it is called from now on: 1 to 30 characters, its own.
    name: String,
}

/// Renames a skill.
#[utoipa::path(patch, path = "/skills/{id}", tag = "routing", params(("id" = SkillId, Path)), request_body = SkillChange, responses((status = 200, body = Skill)))]
pub(crate) async fn change(cx: Cx, Path(id): Path<SkillId>, Json(request): Json<SkillChange>) -> Answer<Skill> {
    let skill = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let before = queries::skill(tx, id)?;
            if before.version != request.version {
                return Err(codes::STALE.conflict());
            }
            let name = request.name.trim().to_owned();
            let after = Skill { name, version: before.version + 1, ..before.clone() };
            check(&after)?;
            queries::save_skill(tx, &after)?;
            audit::api::record(tx, Entry::new("routing.skill_changed", "skill", id).change(&before, &after))?;
            Ok(after)
        })
        .await?;
    Ok(Json(skill))
}

/// Deletes a skill: nobody has it any more. Not while a queue asks for it.
#[utoipa::path(delete, path = "/skills/{id}", tag = "routing", params(("id" = SkillId, Path)), responses((status = 204)))]
pub(crate) async fn delete(cx: Cx, Path(id): Path<SkillId>) -> Result<StatusCode, Problem> {
    cx.write(move |tx| {
        let _permit = policy::may_manage(tx.actor(), tx.now())?;
        let skill = queries::skill(tx, id)?;
        let asks = |queue: &&Queue| {
            let by_rules = queue.rules.0.iter().filter_map(|rule| rule.skill.as_ref());
            queue.skills.0.iter().chain(by_rules).any(|asked| asked.skill_id == id)
        };
        if let Some(queue) = queries::queues(tx)?.all.iter().find(asks) {
            return Err(Error::Conflict(codes::SKILL_ASKED, Params::from([("name", queue.name.clone().into())])));
        }
        queries::delete_skill(tx, id)?;
        audit::api::record(tx, Entry::new("routing.skill_deleted", "skill", id).deleted(&skill))
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What somebody is good at.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonSkills {
    /// Who.
    user_id: UserId,
    /// How good at what; what is not named they cannot do.
    skills: Vec<SkillAsked>,
}

/// What those are good at whose presence one may see, and who ever took work; who has no skills is left
/// out. Oneself always.
#[utoipa::path(get, path = "/person-skills", tag = "routing", responses((status = 200, body = Vec<PersonSkills>)))]
pub(crate) async fn list_people(cx: Cx) -> Answer<Vec<PersonSkills>> {
    let rows = cx
        .read(|tx| {
            let scope = policy::may_watch(tx.actor())?;
            let mut shown = queries::people_within(tx, &scope)?;
            shown.extend(tx.actor().staff().map(|staff| staff.id));
            let mut rows: Vec<PersonSkills> = Vec::new();
            for (user_id, skill_id, level) in queries::levels(tx)? {
                if !scope.is_all() && !shown.contains(&user_id) {
                    continue;
                }
                match rows.last_mut().filter(|row| row.user_id == user_id) {
                    Some(row) => row.skills.push(SkillAsked { skill_id, level }),
                    None => rows.push(PersonSkills { user_id, skills: vec![SkillAsked { skill_id, level }] }),
                }
            }
            Ok(rows)
        })
        .await?;
    Ok(Json(rows))
}

/// What somebody is good at from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SkillLevels {
    /// How good at what: levels 1 to 5, at most 100 skills; all others they have no more.
    skills: Vec<SkillAsked>,
}

/// Says what somebody one supervises is good at.
#[utoipa::path(put, path = "/person-skills/{id}", tag = "routing", params(("id" = UserId, Path)), request_body = SkillLevels, responses((status = 200, body = PersonSkills)))]
pub(crate) async fn set(cx: Cx, Path(id): Path<UserId>, Json(request): Json<SkillLevels>) -> Answer<PersonSkills> {
    let placement = cx.app().part::<Box<dyn Placement>>();
    let after = cx
        .write(move |tx| {
            let presence: Presence = attendance::look(tx, &**placement, id)?;
            let _permit = policy::may_supervise(tx.actor(), &presence, tx.now())?;
            let mut skills = request.skills.clone();
            skills.sort_unstable();
            skills.dedup_by_key(|has| has.skill_id);
            Check::new()
                .that(skills.len() == request.skills.len(), "skills", "not_allowed")
                .that(skills.len() <= MOST, "skills", "too_many")
                .that(skills.iter().all(|has| (1..=BEST).contains(&has.level)), "skills", "out_of_range")
                .done()?;
            let known: Vec<SkillId> = queries::skills(tx)?.into_iter().map(|skill| skill.id).collect();
            if skills.iter().any(|has| !known.contains(&has.skill_id)) {
                return Err(Error::field("skills", "unknown"));
            }
            let before = named(tx, id)?;
            queries::set_levels(tx, id, &skills)?;
            let after = named(tx, id)?;
            if before != after {
                audit::api::record(tx, Entry::new("routing.skills_set", "user", id).change(&before, &after))?;
            }
            Ok(PersonSkills { user_id: id, skills })
        })
        .await?;
    Ok(Json(after))
}

/// Somebody's levels under the names of the skills, as the trail keeps them.
fn named(tx: &mut Tx<'_>, user: UserId) -> Result<serde_json::Value> {
    let names: Vec<Skill> = queries::skills(tx)?;
    let name = |id: SkillId| names.iter().find(|skill| skill.id == id).map(|skill| skill.name.clone());
    let levels = queries::levels(tx)?.into_iter().filter(|(who, _, _)| *who == user);
    let levels = levels.filter_map(|(_, skill, level)| Some((name(skill)?, level.into())));
    Ok(serde_json::Value::Object(levels.collect()))
}
