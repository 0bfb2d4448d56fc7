//! Making segments, changing them, putting them away.

use http::{Answer, Cx, Json, Path, SegmentSources};
use kernel::{Error, Id, Result};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    api, codes, known,
    model::{Draft, Segment},
    policy, queries,
    rule::Rule,
};

/// A segment to be made.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSegment {
    /// What people call it: 1 to 60 characters.
    name: String,
    /// What it is for: up to 500 characters.
    #[serde(default)]
    description: String,
    /// Who belongs to it.
    rule: Rule,
    /// Whether colleagues of the unit see it; those of no unit share with all.
    #[serde(default)]
    shared: bool,
}

/// What a segment is to be; what is not named stays.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangedSegment {
    /// The version one saw.
    version: i64,
    /// What people call it: 1 to 60 characters.
    name: Option<String>,
    /// What it is for: up to 500 characters.
    description: Option<String>,
    /// Who belongs to it.
    rule: Option<Rule>,
    /// Whether colleagues of the unit see it.
    shared: Option<bool>,
}

/// Makes a segment.
#[utoipa::path(post, path = "/segments", tag = "segments", request_body = NewSegment, responses((status = 200, body = Segment)))]
pub(crate) async fn create(cx: Cx, Json(request): Json<NewSegment>) -> Answer<Segment> {
    let sources = cx.app().part::<SegmentSources>();
    let segment = cx
        .write(move |tx| {
            let permit = policy::may_make(tx.actor(), tx.now())?;
            let NewSegment { name, description, rule, shared } = request.clone();
            let draft = checked(tx, &sources, Draft { name, description, rule, shared })?;
            if queries::count(tx)? >= queries::MOST {
                return Err(codes::TOO_MANY.conflict());
            }
            let segment = Segment::new(&permit, tx.new_id(), &tx.actor().staff()?.clone(), draft);
            queries::insert(tx, &segment)?;
            api::changed(tx, "segments.created", None, &segment)?;
            Ok(segment)
        })
        .await?;
    Ok(Json(segment))
}

/// Changes a segment. Who belonged to it before stays known.
#[utoipa::path(patch, path = "/segments/{id}", tag = "segments", params(("id" = Id<Segment>, Path)), request_body = ChangedSegment, responses((status = 200, body = Segment)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<Id<Segment>>,
    Json(request): Json<ChangedSegment>,
) -> Answer<Segment> {
    let sources = cx.app().part::<SegmentSources>();
    let segment = cx
        .write(move |tx| {
            policy::may_any(tx.actor())?;
            let before = queries::find(tx, id)?;
            let permit = policy::may_change(tx.actor(), &before, tx.now())?;
            let ChangedSegment { version, name, description, rule, shared } = request.clone();
            let draft = Draft {
                name: name.unwrap_or_else(|| before.name.clone()),
                description: description.unwrap_or_else(|| before.description.clone()),
                rule: rule.unwrap_or_else(|| before.rule.clone()),
                shared: shared.unwrap_or(before.shared),
            };
            let draft = checked(tx, &sources, draft)?;
            let after = before.clone().changed(&permit, version, draft)?;
            queries::save(tx, &after)?;
            api::changed(tx, "segments.changed", Some(&before), &after)?;
            Ok(after)
        })
        .await?;
    Ok(Json(segment))
}

/// Puts a segment away. It can be had back for thirty days.
#[utoipa::path(delete, path = "/segments/{id}", tag = "segments", params(("id" = Id<Segment>, Path)), responses((status = 200, body = Segment)))]
pub(crate) async fn remove(cx: Cx, Path(id): Path<Id<Segment>>) -> Answer<Segment> {
    let segment = cx
        .write(move |tx| {
            policy::may_any(tx.actor())?;
            let before = queries::find(tx, id)?;
            let permit = policy::may_change(tx.actor(), &before, tx.now())?;
            let after = before.clone().removed(&permit);
            queries::save(tx, &after)?;
            api::changed(tx, "segments.removed", Some(&before), &after)?;
            Ok(after)
        })
        .await?;
    Ok(Json(segment))
}

/// Has back a segment that was put away.
#[utoipa::path(post, path = "/segments/{id}/restoration", tag = "segments", params(("id" = Id<Segment>, Path)), responses((status = 200, body = Segment)))]
pub(crate) async fn restore(cx: Cx, Path(id): Path<Id<Segment>>) -> Answer<Segment> {
    let segment = cx
        .write(move |tx| {
            policy::may_any(tx.actor())?;
            let before = queries::find(tx, id)?;
            let permit = policy::may_change(tx.actor(), &before, tx.now())?;
            if before.removed_at.is_none() {
                return Ok(before);
            }
            if queries::count(tx)? >= queries::MOST {
                return Err(codes::TOO_MANY.conflict());
            }
            let after = before.clone().restored(&permit);
            queries::save(tx, &after)?;
            api::changed(tx, "segments.restored", Some(&before), &after)?;
            Ok(after)
        })
        .await?;
    Ok(Json(segment))
}

fn checked(tx: &mut Tx<'_>, sources: &SegmentSources, draft: Draft) -> Result<Draft> {
    let (draft, usable) = (draft.checked(), known::usable(tx, sources)?);
    match (draft, |rule: &Rule| rule.check(&usable)) {
        (Ok(draft), check) => check(&draft.rule).map(|()| draft),
        (Err(Error::Invalid(bad)), _) => Err(Error::Invalid(bad)),
        (Err(error), _) => Err(error),
    }
}
