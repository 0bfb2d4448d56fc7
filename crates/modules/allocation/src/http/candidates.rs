//! Among whom customers may be shared out.

use access::Placement;
use http::{Answer, Cx, Json};
use kernel::{Owned, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{model::Needed, policy};

/// Somebody customers may be given to.
#[derive(Serialize, ToSchema)]
pub(crate) struct AllocationPerson {
    /// Who.
    id: UserId,
    /// Their name.
    name: String,
    /// How many customers they look after.
    customers: i64,
    /// What they are good at.
    skills: Vec<Needed>,
}

/// Lists the people within one's reach who may look after customers, with what they have and what they are good at.
#[utoipa::path(get, path = "/allocation-people", tag = "allocation", responses((status = 200, body = Vec<AllocationPerson>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<AllocationPerson>> {
    let placement = cx.app().part::<Box<dyn Placement>>();
    let people = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let mut people = Vec::new();
            for (id, name) in access::api::granted(tx, customers::api::READ)? {
                let owned = Owned::by(Some(id), placement.place(tx, id)?.unit);
                if scope.covers(&owned) && access::api::user(tx, id)?.is_active() {
                    people.push(AllocationPerson { id, name, customers: 0, skills: Vec::new() });
                }
            }
            let ids: Vec<_> = people.iter().map(|one| one.id).collect();
            let held = customers::api::held(tx, &ids)?;
            let skills = routing::api::skills(tx)?;
            for (user, skill, level) in routing::api::levels(tx)? {
                let name = skills.iter().find(|known| known.id == skill).map(|known| known.name.clone());
                if let (Some(one), Some(skill)) = (people.iter_mut().find(|one| one.id == user), name) {
                    one.skills.push(Needed { skill, level });
                }
            }
            for one in &mut people {
                one.customers = held.get(&one.id).copied().unwrap_or(0);
            }
            Ok(people)
        })
        .await?;
    Ok(Json(people))
}
