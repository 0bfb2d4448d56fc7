//! Who belongs to a segment: how many, who, who did on a day.

use customers::{CustomerCard, CustomerListQuery, CustomerSort, SortOrder};
use http::{Answer, Cx, Json, Path, Query, SegmentSources};
use kernel::{Error, Id, Page, Result};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    api,
    engine::Viewer,
    history::{self, SegmentDay, SegmentDifference},
    known,
    members::{self, Wanted},
    model::Segment,
    rule::Rule,
    writing,
};

/// A rule to be tried.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SegmentPreview {
    /// Who would belong to it.
    rule: Rule,
}

/// How many belong to a rule, of those the actor may see.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SegmentCount {
    /// How many; none: fewer than `below`.
    count: Option<i64>,
    /// Given where a rule is about age, sex or the like: fewer are not told.
    below: Option<i64>,
    /// Whether its members can be listed: not those of such a rule.
    listed: bool,
    /// How many there were a week ago, where that is known and the actor sees all customers.
    week_ago: Option<i64>,
}

/// Counts the members of a rule that is no segment yet.
#[utoipa::path(post, path = "/segment-previews", tag = "segments", request_body = SegmentPreview, responses((status = 200, body = SegmentCount)))]
pub(crate) async fn preview(cx: Cx, Json(request): Json<SegmentPreview>) -> Answer<SegmentCount> {
    let sources = cx.app().part::<SegmentSources>();
    let count = cx
        .read(move |tx| {
            Viewer::of(tx)?;
            let attributes = known::usable(tx, &sources)?;
            request.rule.check(&attributes)?;
            let personal = request.rule.is_personal(&attributes);
            let count = api::counted(tx, &request.rule, &attributes)?;
            Ok(SegmentCount { count, below: personal.then_some(api::FEW), listed: !personal, week_ago: None })
        })
        .await?;
    Ok(Json(count))
}

/// Counts a segment's members, as they are now.
#[utoipa::path(get, path = "/segments/{id}/count", tag = "segments", params(("id" = Id<Segment>, Path)), responses((status = 200, body = SegmentCount)))]
pub(crate) async fn count(cx: Cx, Path(id): Path<Id<Segment>>) -> Answer<SegmentCount> {
    let sources = cx.app().part::<SegmentSources>();
    let count = cx
        .read(move |tx| {
            let count = api::count(tx, &sources, id)?;
            let segment = api::get(tx, id)?;
            let attributes = known::usable(tx, &sources)?;
            let personal = segment.rule.is_personal(&attributes);
            let week_ago = match Viewer::of(tx)? {
                Viewer::All if !personal => {
                    let day = history::today(tx)?.checked_sub(jiff::Span::new().days(6)).map_err(Error::internal)?;
                    history::days(tx, id, &day.to_string(), 1)?.first().map(|day| day.members)
                }
                _ => None,
            };
            Ok(SegmentCount { count, below: personal.then_some(api::FEW), listed: !personal, week_ago })
        })
        .await?;
    Ok(Json(count))
}

/// Which members, and in which order.
#[derive(Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MemberQuery {
    /// What they are sorted by; since when they are known, unless told.
    #[param(inline)]
    sort: Option<CustomerSort>,
    /// Which way; names and owners rise, all else falls, unless told.
    #[param(inline)]
    order: Option<SortOrder>,
    /// Who belonged to it at the end of that day, `2026-11-26`; who does now, without.
    as_of: Option<String>,
    /// Only those by whom that day and now differ.
    #[param(inline)]
    difference: Option<SegmentDifference>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists a segment's members whom the actor may see. Changes of the last seconds may be missing.
#[utoipa::path(get, path = "/segments/{id}/members", tag = "segments", params(("id" = Id<Segment>, Path), MemberQuery), responses((status = 200, body = Page<CustomerCard>)))]
pub(crate) async fn list(
    cx: Cx,
    Path(id): Path<Id<Segment>>,
    Query(query): Query<MemberQuery>,
) -> Answer<Page<CustomerCard>> {
    let sources = cx.app().part::<SegmentSources>();
    let limit = match query.limit.unwrap_or(50) {
        limit @ 1..=200 => limit as usize,
        _ => return Err(Error::field("limit", "out_of_range").into()),
    };
    let day = query.as_of.as_deref().map(writing::day).transpose()?;
    let (sort, falling) =
        writing::order(&CustomerListQuery { sort: query.sort, order: query.order, ..CustomerListQuery::default() });
    let page = cx
        .read(move |tx| -> Result<_> {
            let (segment, attributes) = api::listed(tx, &sources, id)?;
            let (among, rule) = match api::among(tx, (&segment, &attributes), day, query.difference)? {
                Some(among) => (Some(among), Rule::everybody()),
                None => (None, segment.rule),
            };
            let viewer = Viewer::of(tx)?;
            let wanted = Wanted { rule: &rule, attributes: &attributes, viewer, among, sort, falling };
            let (ids, next_cursor) = members::page(tx, &wanted, query.cursor.as_deref(), limit)?;
            Ok(Page { items: customers::api::cards(tx, &ids)?, next_cursor })
        })
        .await?;
    Ok(Json(page))
}

/// With which day.
#[derive(Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ComparisonQuery {
    /// The day, `2026-11-26`; today, unless told.
    as_of: Option<String>,
}

/// A segment at the end of a day beside the segment now, as far as the actor sees customers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SegmentComparison {
    /// The day.
    #[schema(example = "2026-11-26")]
    as_of: String,
    /// Today, as the installation counts days.
    today: String,
    /// The first day of which it is known who belonged to it.
    first_day: String,
    /// How many belonged to it at the end of that day.
    then: i64,
    /// How many do now.
    now: i64,
    /// How many do now and did not then.
    came: i64,
    /// How many did then and do not now.
    went: i64,
}

/// Compares a segment at the end of a day with the segment now. Those of a day before it was first kept are not known;
/// of customers who were erased since nobody is counted.
#[utoipa::path(get, path = "/segments/{id}/comparison", tag = "segments", params(("id" = Id<Segment>, Path), ComparisonQuery), responses((status = 200, body = SegmentComparison)))]
pub(crate) async fn comparison(
    cx: Cx,
    Path(id): Path<Id<Segment>>,
    Query(query): Query<ComparisonQuery>,
) -> Answer<SegmentComparison> {
    let sources = cx.app().part::<SegmentSources>();
    let day = query.as_of.as_deref().map(writing::day).transpose()?;
    let comparison = cx
        .read(move |tx| {
            let (segment, attributes) = api::listed(tx, &sources, id)?;
            let today = history::today(tx)?;
            let day = day.unwrap_or(today);
            if day > today {
                return Err(Error::field("as_of", "in_the_future"));
            }
            let (first_day, then) = (history::first(tx, id)?, history::as_of(tx, id, day)?);
            let now = history::now(tx, &segment, &attributes)?;
            let (came, went) = (history::without(&now, &then), history::without(&then, &now));
            let [then, now, came, went] = api::counts_of(tx, &attributes, [&then, &now, &came, &went])?;
            Ok(SegmentComparison { as_of: day.to_string(), today: today.to_string(), first_day, then, now, came, went })
        })
        .await?;
    Ok(Json(comparison))
}

/// Which days.
#[derive(Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DayQuery {
    /// How many days at most: 1 to 400, 30 unless told.
    #[param(minimum = 1, maximum = 400)]
    limit: Option<i64>,
}

/// Lists how many belonged to a segment on each day, newest first, with how many came and went: for whoever sees all
/// customers.
#[utoipa::path(get, path = "/segments/{id}/days", tag = "segments", params(("id" = Id<Segment>, Path), DayQuery), responses((status = 200, body = Page<SegmentDay>)))]
pub(crate) async fn days(
    cx: Cx,
    Path(id): Path<Id<Segment>>,
    Query(query): Query<DayQuery>,
) -> Answer<Page<SegmentDay>> {
    let sources = cx.app().part::<SegmentSources>();
    let limit = query.limit.unwrap_or(30);
    if !(1..=history::DAYS).contains(&limit) {
        return Err(Error::field("limit", "out_of_range").into());
    }
    let items = cx
        .read(move |tx| {
            api::listed(tx, &sources, id)?;
            match Viewer::of(tx)? {
                Viewer::All => history::days(tx, id, "9999", limit),
                Viewer::Some { .. } => Err(Error::Forbidden(customers::api::READ)),
            }
        })
        .await?;
    Ok(Json(Page { items, next_cursor: None }))
}
