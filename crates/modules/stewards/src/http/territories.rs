//! Areas and trades, and who manages them.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use kernel::{Check, Error, Id, Result, UnitId, UserId};
use serde::{Deserialize, Deserializer};
use store::Tx;
use utoipa::ToSchema;

use crate::{
    api, codes,
    market::{self, Territory, TerritoryKind},
    model::Who,
    policy,
};

/// Lists all territories, in the order they were drawn.
#[utoipa::path(get, path = "/territories", tag = "stewards", responses((status = 200, body = Vec<Territory>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<Territory>> {
    let all = cx
        .read(|tx| {
            policy::may_read(tx.actor())?;
            market::territories(tx)
        })
        .await?;
    Ok(Json(all))
}

/// A new territory.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTerritory {
    /// What it is called: 1 to 40 characters.
    name: String,
    /// What it is.
    kind: TerritoryKind,
    /// What it is a part of.
    parent_id: Option<Id<Territory>>,
    /// Who manages it.
    manager_id: Option<UserId>,
}

/// Draws a territory.
#[utoipa::path(post, path = "/territories", tag = "stewards", request_body = NewTerritory, responses((status = 200, body = Territory)))]
pub(crate) async fn draw(cx: Cx, Json(request): Json<NewTerritory>) -> Answer<Territory> {
    let drawn = cx
        .write(move |tx| {
            let permit = policy::may_draw(tx.actor(), tx.now())?;
            let NewTerritory { name, kind, parent_id, manager_id } = request.clone();
            let manager = manager_id.map(|id| api::who(tx, id, "manager_id")).transpose()?;
            let id = tx.new_id();
            let one = managed(
                Territory {
                    id,
                    name: name.trim().to_owned(),
                    kind,
                    parent_id,
                    manager_id: None,
                    manager_name: None,
                    unit_id: None,
                    closed: false,
                    created_at: permit.at(),
                    version: 1,
                },
                manager,
                api::me(tx)?.unit,
            );
            fits(tx, &one)?;
            market::insert_territory(tx, &one)?;
            audit::api::record(tx, Entry::new("stewards.territory_drawn", "territory", id).created(&one))?;
            Ok(one)
        })
        .await?;
    Ok(Json(drawn))
}

/// What is to change; what is left out stays.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TerritoryChange {
    /// The version that was seen.
    version: i64,
    /// What it is called: 1 to 40 characters.
    name: Option<String>,
    /// What it is a part of; null: of nothing.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Id<Territory>>)]
    parent_id: Option<Option<Id<Territory>>>,
    /// Who manages it; null: nobody.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<UserId>)]
    manager_id: Option<Option<UserId>>,
    /// Whether nothing is reported of it any more.
    closed: Option<bool>,
}

/// Tells a null apart from a field left out.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Changes a territory.
#[utoipa::path(patch, path = "/territories/{id}", tag = "stewards", params(("id" = Id<Territory>, Path)), request_body = TerritoryChange, responses((status = 200, body = Territory)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<Id<Territory>>,
    Json(request): Json<TerritoryChange>,
) -> Answer<Territory> {
    let changed = cx
        .write(move |tx| {
            let before = market::territory(tx, id)?;
            let _permit = policy::may_redraw(tx.actor(), &before.owned(), tx.now())?;
            let TerritoryChange { version, name, parent_id, manager_id, closed } = request.clone();
            if version != before.version {
                return Err(codes::STALE.conflict());
            }
            let mut after = before.clone();
            after.version += 1;
            after.name = name.map_or(after.name, |name| name.trim().to_owned());
            after.parent_id = parent_id.unwrap_or(after.parent_id);
            after.closed = closed.unwrap_or(after.closed);
            if let Some(manager) = manager_id {
                let unit = after.unit_id;
                after = managed(after, manager.map(|id| api::who(tx, id, "manager_id")).transpose()?, unit);
            }
            fits(tx, &after)?;
            market::save_territory(tx, &after)?;
            let entry = Entry::new("stewards.territory_changed", "territory", id);
            audit::api::record(tx, entry.change(&before, &after))?;
            Ok(after)
        })
        .await?;
    Ok(Json(changed))
}

/// Managed by somebody, whose unit's it is; else the unit's of who drew it.
fn managed(one: Territory, manager: Option<Who>, unit: Option<UnitId>) -> Territory {
    let unit_id = manager.as_ref().and_then(|who| who.unit).or(unit);
    let (manager_id, manager_name) = manager.map(|who| (who.id, who.name)).unzip();
    Territory { manager_id, manager_name, unit_id, ..one }
}

fn fits(tx: &mut Tx<'_>, one: &Territory) -> Result<()> {
    let all = market::territories(tx)?;
    let known = one.parent_id.is_none_or(|parent| all.iter().any(|other| other.id == parent));
    let taken = all.iter().any(|other| other.id != one.id && other.name == one.name && other.kind == one.kind);
    Check::new()
        .text("name", &one.name, 1..=40)
        .that(!taken, "name", "duplicate")
        .that(known, "parent_id", "unknown")
        .that(all.len() < 1_000, "name", "too_many")
        .done()?;
    market::may_stand(&all, one.id, one.parent_id).map_err(|error| match error {
        Error::Conflict(..) => codes::BELOW_ITSELF.conflict(),
        other => other,
    })
}
