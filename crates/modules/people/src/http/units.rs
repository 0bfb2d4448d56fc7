//! Departments and teams.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{Check, Error, Page, Result, UnitId, UserId};
use serde::{Deserialize, Serialize};
use store::{Fact, Tx};
use utoipa::{IntoParams, ToSchema};

use crate::{
    api, codes,
    events::UnitChanged,
    model::{Membership, UnitKind, UnitPlace, UnitRow},
    policy, queries,
};

/// Which units.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Closed ones too.
    closed: Option<bool>,
}

/// A unit with how many people belong to it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnitWithMembers {
    #[serde(flatten)]
    unit: UnitRow,
    /// Active people who belong to it, those below it apart.
    members: i64,
}

/// Lists units, whole, for whoever may see colleagues at all: the build of the department is no secret.
#[utoipa::path(get, path = "/units", tag = "people", params(ListQuery), responses((status = 200, body = Page<UnitWithMembers>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<ListQuery>) -> Answer<Page<UnitWithMembers>> {
    let items = cx
        .read(move |tx| {
            let _scope = policy::may_read(tx.actor())?;
            let counts: std::collections::HashMap<_, _> = queries::unit_counts(tx)?.into_iter().collect();
            let units = queries::units(tx)?.into_iter().filter(|unit| !unit.is_closed() || query.closed == Some(true));
            Ok(units
                .map(|unit| UnitWithMembers { members: counts.get(&unit.id).copied().unwrap_or(0), unit })
                .collect())
        })
        .await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// A new unit.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUnit {
    /// 1 to 60 characters, its own among those beside it.
    name: String,
    /// What it is.
    kind: UnitKind,
    /// What it stands under; nothing for the top.
    parent_id: Option<UnitId>,
    /// Where it stands among those beside it, low numbers first; 0 unless told.
    position: Option<i64>,
    /// Who leads it.
    lead_id: Option<UserId>,
}

/// Creates a unit.
#[utoipa::path(post, path = "/units", tag = "people", request_body = NewUnit, responses((status = 200, body = UnitRow)))]
pub(crate) async fn create(cx: Cx, Json(request): Json<NewUnit>) -> Answer<UnitRow> {
    let unit = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), request.parent_id, tx.now())?;
            let unit = UnitRow {
                id: tx.new_id(),
                name: request.name.trim().to_owned(),
                kind: request.kind,
                parent_id: request.parent_id,
                position: request.position.unwrap_or(0),
                lead_id: request.lead_id,
                created_at: permit.at(),
                closed_at: None,
                version: 1,
            };
            check(tx, &unit)?;
            api::tree(tx)?.admits(&unit)?;
            queries::insert_unit(tx, &unit)?;
            queries::keep_place(tx, &unit)?;
            audit::api::record(tx, Entry::new("people.unit_created", "unit", unit.id).created(&unit))?;
            told(tx, &unit)?;
            Ok(unit)
        })
        .await?;
    access::api::look_again(cx.app());
    Ok(Json(unit))
}

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnitChange {
    /// The version that was seen.
    version: i64,
    /// 1 to 60 characters.
    name: Option<String>,
    /// What it is. Needs the permission for everything: it moves the bounds of departments.
    kind: Option<UnitKind>,
    /// Where it stands among those beside it, low numbers first.
    position: Option<i64>,
    /// Who leads it; `null` for nobody.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<UserId>)]
    lead_id: Option<Option<UserId>>,
}

/// Tells `null` from a field that is not there.
fn given<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Option<UserId>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// Changes a unit.
#[utoipa::path(patch, path = "/units/{id}", tag = "people", params(("id" = UnitId, Path)), request_body = UnitChange, responses((status = 200, body = UnitRow)))]
pub(crate) async fn change(cx: Cx, Path(id): Path<UnitId>, Json(request): Json<UnitChange>) -> Answer<UnitRow> {
    edit(cx, id, "people.unit_changed", move |tx, unit| {
        if request.kind.is_some_and(|kind| kind != unit.kind) {
            let _permit = policy::may_redraw(tx.actor(), tx.now())?;
        }
        unit.name = request.name.as_deref().map_or(unit.name.clone(), |name| name.trim().to_owned());
        unit.kind = request.kind.unwrap_or(unit.kind);
        unit.position = request.position.unwrap_or(unit.position);
        unit.lead_id = request.lead_id.unwrap_or(unit.lead_id);
        unit.version = request.version;
        check(tx, unit)
    })
    .await
}

/// Where to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Move {
    /// What it is to stand under; `null` for the top.
    parent_id: Option<UnitId>,
    /// The version that was seen.
    version: i64,
}

/// Moves a unit, with all below it, under another one. What it was and did stays with it.
#[utoipa::path(post, path = "/units/{id}/move", tag = "people", params(("id" = UnitId, Path)), request_body = Move, responses((status = 200, body = UnitRow)))]
pub(crate) async fn relocate(cx: Cx, Path(id): Path<UnitId>, Json(request): Json<Move>) -> Answer<UnitRow> {
    edit(cx, id, "people.unit_moved", move |tx, unit| {
        let _permit = policy::may_manage(tx.actor(), request.parent_id, tx.now())?;
        unit.parent_id = request.parent_id;
        unit.version = request.version;
        Ok(())
    })
    .await
}

/// Closes a unit that has neither members nor open units below it. Its history stays.
#[utoipa::path(post, path = "/units/{id}/closure", tag = "people", params(("id" = UnitId, Path)), responses((status = 200, body = UnitRow)))]
pub(crate) async fn close(cx: Cx, Path(id): Path<UnitId>) -> Answer<UnitRow> {
    edit(cx, id, "people.unit_closed", move |tx, unit| {
        if unit.is_closed() {
            return Err(codes::CLOSED.conflict());
        }
        if api::tree(tx)?.has_open_below(id) || queries::has_members(tx, id)? {
            return Err(codes::NOT_EMPTY.conflict());
        }
        unit.closed_at = Some(tx.now());
        Ok(())
    })
    .await
}

/// Opens a closed unit again.
#[utoipa::path(delete, path = "/units/{id}/closure", tag = "people", params(("id" = UnitId, Path)), responses((status = 200, body = UnitRow)))]
pub(crate) async fn reopen(cx: Cx, Path(id): Path<UnitId>) -> Answer<UnitRow> {
    edit(cx, id, "people.unit_reopened", |_, unit| {
        unit.closed_at = None;
        Ok(())
    })
    .await
}

/// Where a unit stood, and who belonged to it.
#[derive(Serialize, ToSchema)]
pub(crate) struct History {
    /// Where it stood and what it was called, from the first.
    places: Vec<UnitPlace>,
    /// Who belonged to it, the latest first, at most 500; within what the reader may see.
    memberships: Vec<Membership>,
}

/// The history of a unit: it does not change when the unit moves.
#[utoipa::path(get, path = "/units/{id}/history", tag = "people", params(("id" = UnitId, Path)), responses((status = 200, body = History)))]
pub(crate) async fn history(cx: Cx, Path(id): Path<UnitId>) -> Answer<History> {
    let history = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            api::tree(tx)?.unit(id).ok_or(Error::NotFound)?;
            let seen = |one: &Membership| scope.covers(&kernel::Owned::by(one.user_id, one.unit_id));
            let memberships = queries::memberships(tx, id)?.into_iter().filter(seen).collect();
            Ok(History { places: queries::places(tx, id)?, memberships })
        })
        .await?;
    Ok(Json(history))
}

/// Finds a unit, changes it, and keeps it if the tree admits it.
async fn edit<F>(cx: Cx, id: UnitId, action: &'static str, mut change: F) -> Answer<UnitRow>
where
    F: FnMut(&mut Tx<'_>, &mut UnitRow) -> Result<()> + Send + 'static,
{
    let unit = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), Some(id), tx.now())?;
            let tree = api::tree(tx)?;
            let before = tree.unit(id).ok_or(Error::NotFound)?;
            let mut after = before.clone();
            change(tx, &mut after)?;
            after.version += 1;
            tree.admits(&after)?;
            queries::save_unit(tx, &after)?;
            let elsewhere =
                (&before.name, before.parent_id, before.closed_at) != (&after.name, after.parent_id, after.closed_at);
            if elsewhere {
                queries::keep_place(tx, &after)?;
            }
            audit::api::record(tx, Entry::new(action, "unit", id).change(before, &after))?;
            told(tx, &after)?;
            Ok(after)
        })
        .await?;
    access::api::look_again(cx.app());
    Ok(Json(unit))
}

fn check(tx: &mut Tx<'_>, unit: &UnitRow) -> Result<()> {
    let lead_is_known = match unit.lead_id.map(|lead| queries::member(tx, lead)).transpose() {
        Err(Error::NotFound) => false,
        other => other.map(|_| true)?,
    };
    Check::new()
        .text("name", &unit.name, 1..=60)
        .range("position", unit.position, 0..=1_000_000)
        .that(lead_is_known, "lead_id", "unknown")
        .done()
}

/// Keeps the fact that a unit changed.
fn told(tx: &mut Tx<'_>, unit: &UnitRow) -> Result<()> {
    let changed =
        UnitChanged { unit_id: unit.id, name: unit.name.clone(), parent_id: unit.parent_id, closed: unit.is_closed() };
    tx.emit(Fact::new(UnitChanged::KIND, unit.id, &changed)?);
    Ok(())
}
