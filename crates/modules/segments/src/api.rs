//! What other modules call: who belongs to a segment, as far as whoever acts may see them.

use std::collections::HashMap;

use audit::api::Entry;
use http::{Attribute, SegmentSources};
use jiff::civil::Date;
use kernel::{CustomerId, Error, Id, Result};
use serde_json::json;
use store::{Fact, Tx};

use crate::{
    bits::BLOCK,
    codes,
    engine::{Plan, Viewer},
    events::{self, SegmentFact},
    history::{self, Members, SegmentDifference},
    jobs::Keep,
    known,
    members::{self, MemberSort, Wanted},
    model::Segment,
    policy, queries,
    rule::Rule,
};

/// Fewer than so many are not told of a rule about persons.
pub(crate) const FEW: i64 = 5;

/// The segments the actor may see, oldest first.
///
/// # Errors
/// [`Error::Forbidden`] without the permission to see customers.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<Segment>> {
    Viewer::of(tx)?;
    let all = queries::all(tx)?;
    Ok(all.into_iter().filter(|segment| policy::sees(tx.actor(), segment)).collect())
}

/// The segment, when the actor may see it.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] without the permission to see customers.
pub fn get(tx: &mut Tx<'_>, id: Id<Segment>) -> Result<Segment> {
    Viewer::of(tx)?;
    let segment = queries::find(tx, id)?;
    if policy::sees(tx.actor(), &segment) {
        Ok(segment)
    } else {
        Err(Error::NotFound)
    }
}

/// A page of a segment's members whom the actor may see, by when they came to be known, and where the next begins.
/// `sources` is the part of the app. A campaign that runs as the product sees all of them.
///
/// # Errors
/// As [`get`]; [`Error::Conflict`] `segments.removed` and `segments.personal`: of some only counts are told.
pub fn members(
    tx: &mut Tx<'_>,
    sources: &SegmentSources,
    id: Id<Segment>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<(Vec<CustomerId>, Option<String>)> {
    let (segment, attributes) = listed(tx, sources, id)?;
    let viewer = Viewer::of(tx)?;
    let (sort, falling) = (MemberSort::Created, false);
    let wanted = Wanted { rule: &segment.rule, attributes: &attributes, viewer, among: None, sort, falling };
    members::page(tx, &wanted, cursor, limit.clamp(1, 10_000))
}

/// Whether this customer belongs to the segment, as far as is known by now, and the actor may see them.
///
/// # Errors
/// As [`members`].
pub fn contains(tx: &mut Tx<'_>, sources: &SegmentSources, id: Id<Segment>, customer: CustomerId) -> Result<bool> {
    let (segment, attributes) = listed(tx, sources, id)?;
    let viewer = Viewer::of(tx)?;
    let survivor = customers::api::survivor(tx, customer)?;
    let Some(number) = queries::number(tx, survivor)? else { return Ok(false) };
    let (plan, _) = Plan::of(tx, &segment.rule, &attributes, &viewer, &[])?;
    let (block, slot) = (number / BLOCK as i64, (number % BLOCK as i64) as usize);
    let mut is = false;
    plan.run(tx, Some(block), |_, members, _| {
        is = members.has(slot);
        Ok(())
    })?;
    Ok(is)
}

/// How many members of the segment the actor may see; none: fewer than five of a rule of which only five and more are
/// told.
///
/// # Errors
/// As [`get`].
pub fn count(tx: &mut Tx<'_>, sources: &SegmentSources, id: Id<Segment>) -> Result<Option<i64>> {
    let segment = get(tx, id)?;
    let attributes = known::usable(tx, sources)?;
    segment.rule.check(&attributes).map_err(|_| Error::NotFound)?;
    counted(tx, &segment.rule, &attributes)
}

/// How many of those the actor may see belong to a rule that was checked.
pub(crate) fn counted(tx: &mut Tx<'_>, rule: &Rule, attributes: &HashMap<String, Attribute>) -> Result<Option<i64>> {
    let viewer = Viewer::of(tx)?;
    let (plan, _) = Plan::of(tx, rule, attributes, &viewer, &[])?;
    let count = plan.count(tx)?;
    Ok(Some(count).filter(|count| *count >= FEW || !rule.is_personal(attributes)))
}

/// A segment whose members may be listed, with the attributes its rule is about.
pub(crate) fn listed(
    tx: &mut Tx<'_>,
    sources: &SegmentSources,
    id: Id<Segment>,
) -> Result<(Segment, HashMap<String, Attribute>)> {
    let segment = get(tx, id)?;
    if segment.removed_at.is_some() {
        return Err(codes::REMOVED.conflict());
    }
    let attributes = known::usable(tx, sources)?;
    // Whoever may not see a field must not learn it by who belongs to a segment.
    segment.rule.check(&attributes).map_err(|_| Error::NotFound)?;
    if segment.rule.is_personal(&attributes) {
        return Err(codes::PERSONAL.conflict());
    }
    Ok((segment, attributes))
}

/// Who belonged to it on a day, or by whom that day and now differ; none: whoever does now.
///
/// # Errors
/// [`Error::Invalid`] for a difference to no day; [`Error::Conflict`] for a day that nobody kept.
pub(crate) fn among(
    tx: &mut Tx<'_>,
    (segment, attributes): (&Segment, &HashMap<String, Attribute>),
    day: Option<Date>,
    difference: Option<SegmentDifference>,
) -> Result<Option<Members>> {
    let Some(day) = day else {
        return if difference.is_some() {
            Err(Error::field("difference", "needs_as_of"))
        } else {
            Ok(None)
        };
    };
    let then = history::as_of(tx, segment.id, day)?;
    Ok(Some(match difference {
        None => then,
        Some(SegmentDifference::Came) => history::without(&history::now(tx, segment, attributes)?, &then),
        Some(SegmentDifference::Went) => history::without(&then, &history::now(tx, segment, attributes)?),
    }))
}

/// How many of each of these sets the actor may see.
pub(crate) fn counts_of<const N: usize>(
    tx: &mut Tx<'_>,
    attributes: &HashMap<String, Attribute>,
    sets: [&Members; N],
) -> Result<[i64; N]> {
    let (plan, _) = Plan::of(tx, &Rule::everybody(), attributes, &Viewer::of(tx)?, &[])?;
    let mut counts = [0; N];
    plan.run(tx, None, |block, seen, _| {
        for (count, set) in counts.iter_mut().zip(sets) {
            *count += set.get(&block).map_or(0, |members| members.clone().and(seen).count());
        }
        Ok(())
    })?;
    Ok(counts)
}

pub(crate) fn by_key(attributes: Vec<Attribute>) -> HashMap<String, Attribute> {
    attributes.into_iter().map(|one| (one.key.clone(), one)).collect()
}

/// What follows from a change of a segment; `before` is none for a new one.
pub(crate) fn changed(
    tx: &mut Tx<'_>,
    action: &'static str,
    before: Option<&Segment>,
    segment: &Segment,
) -> Result<()> {
    let trace = |one: &Segment| json!({ "name": one.name, "rule": one.rule, "shared": one.shared, "removed": one.removed_at.is_some() });
    let entry = Entry::new(action, "segment", segment.id);
    let entry = match before {
        Some(before) => entry.change(&trace(before), &trace(segment)),
        None => entry.created(&trace(segment)),
    };
    audit::api::record(tx, entry)?;
    let fact = SegmentFact { segment_id: segment.id, removed: segment.removed_at.is_some() };
    tx.emit(Fact::new(events::CHANGED, segment.id, &fact)?);
    if before.is_none_or(|before| before.rule != segment.rule) {
        work::enqueue(tx, &Keep { segment_id: Some(segment.id) })?;
    }
    Ok(())
}
