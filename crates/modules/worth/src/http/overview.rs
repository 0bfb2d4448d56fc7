//! Everybody's worth at a glance, and who is behind each figure.

use http::{Answer, Cx, Json, Query};
use kernel::{Check, CustomerId, Page, PageQuery, Result, Timestamp};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use crate::{
    codes, counting,
    jobs::{KEY, Night},
    model::{Run, ServiceHabit, Worth, WorthRunState},
    policy,
    queries::{self, Filter},
    rules::LifecycleStage,
};

/// What customers are worth, as far as one sees them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorthOverview {
    /// The run whose results stand, with its models; none before the first.
    run: Option<Run>,
    /// Whether another is under way.
    counting: bool,
    /// By recency and frequency.
    cells: Vec<RfmCell>,
    /// By parts of the value.
    parts: Vec<ValuePart>,
    /// Whether the caller may count anew and set the rules.
    may_rule: bool,
}

/// Customers of one recency and frequency.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RfmCell {
    /// 1 to 5.
    recency: i64,
    /// 1 to 5.
    frequency: i64,
    /// How many.
    customers: i64,
    /// What they spent, in minor units.
    total: i64,
    /// What they are worth in the next year, in minor units.
    value: i64,
}

/// Customers whose value lies within bounds.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ValuePart {
    /// From here on, in minor units.
    from: i64,
    /// Up to and without; none without an end.
    to: Option<i64>,
    /// How many.
    customers: i64,
    /// What they are worth altogether.
    value: i64,
}

/// Where the parts of the value begin, in minor units; as `queries::spread` counts them.
const PARTS: [i64; 6] = [0, 10_000, 50_000, 100_000, 200_000, 500_000];

/// What customers are worth: the last run with its models and how well they fit, the RFM grid, the spread of the value.
#[utoipa::path(get, path = "/worth", tag = "worth", responses((status = 200, body = WorthOverview)))]
pub(crate) async fn overview(cx: Cx) -> Answer<WorthOverview> {
    let overview = cx
        .read(|tx| {
            let sight = policy::may_read(tx.actor())?;
            let cell =
                |(recency, frequency, customers, total, value)| RfmCell { recency, frequency, customers, total, value };
            let cells = queries::cells(tx, &sight)?.into_iter().map(cell).collect();
            let spread = queries::spread(tx, &sight)?;
            let part = |(at, from): (usize, &i64)| {
                let (_, customers, value) = spread.iter().find(|row| row.0 == at as i64).copied().unwrap_or_default();
                ValuePart { from: *from, to: PARTS.get(at + 1).copied(), customers, value }
            };
            Ok(WorthOverview {
                cells,
                parts: PARTS.iter().enumerate().map(part).collect(),
                run: queries::last_done(tx)?,
                counting: is_counting(tx)?,
                may_rule: policy::may_rule(tx.actor(), tx.now()).is_ok(),
            })
        })
        .await?;
    Ok(Json(overview))
}

fn is_counting(tx: &mut Tx<'_>) -> Result<bool> {
    let now = tx.now();
    let last = queries::last_run(tx)?;
    Ok(last.is_some_and(|run| run.state == WorthRunState::Running && now.since(run.began_at) < counting::STUCK))
}

/// A run that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CountBegun {
    /// When.
    at: Timestamp,
}

/// Counts everybody anew, in the background, instead of at night.
#[utoipa::path(post, path = "/worth/count", tag = "worth", responses((status = 200, body = CountBegun)))]
pub(crate) async fn count(cx: Cx) -> Answer<CountBegun> {
    let begun = cx
        .write(|tx| {
            let permit = policy::may_rule(tx.actor(), tx.now())?;
            if is_counting(tx)? {
                return Err(codes::RUNNING.conflict());
            }
            work::enqueue_at(tx, &Night {}, permit.at(), Some(KEY))?;
            Ok(CountBegun { at: permit.at() })
        })
        .await?;
    Ok(Json(begun))
}

/// Which customers.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those who stand so.
    #[param(inline)]
    stage: Option<LifecycleStage>,
    /// Only those of this recency: 0 to 5.
    recency: Option<i64>,
    /// Only those of this frequency: 0 to 5.
    frequency: Option<i64>,
    /// Only those of this monetary score: 0 to 5.
    monetary: Option<i64>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A customer and what they are worth.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NamedWorth {
    #[serde(flatten)]
    worth: Worth,
    /// Their name; empty while unknown.
    name: String,
}

/// Lists customers by what they are worth, most first: those who stand behind a figure of the overview.
#[utoipa::path(get, path = "/worths", tag = "worth", params(ListQuery), responses((status = 200, body = Page<NamedWorth>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<ListQuery>) -> Answer<Page<NamedWorth>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let (limit, before) = (page.limit()?, page.before()?);
    let ListQuery { stage, recency, frequency, monetary, .. } = query;
    let fifth = |score: Option<i64>| score.unwrap_or(1);
    Check::new()
        .range("recency", fifth(recency), 0..=5)
        .range("frequency", fifth(frequency), 0..=5)
        .range("monetary", fifth(monetary), 0..=5)
        .done()?;
    let filter = Filter { stage, recency, frequency, monetary };
    let page = cx
        .read(move |tx| {
            let sight = policy::may_read(tx.actor())?;
            let rows = queries::list(tx, &sight, &filter, &before, limit + 1)?;
            let page = Page::of(rows, limit, |row| (row.place, row.customer_id.to_string()));
            let items =
                page.items.into_iter().filter_map(|worth| named(tx, worth).transpose()).collect::<Result<_>>()?;
            Ok(Page { items, next_cursor: page.next_cursor })
        })
        .await?;
    Ok(Json(page))
}

/// With the name, as of today: whoever got another owner since the night is seen by that one alone.
fn named(tx: &mut Tx<'_>, worth: Worth) -> Result<Option<NamedWorth>> {
    Ok(name(tx, worth.customer_id)?.map(|name| NamedWorth { worth, name }))
}

/// The name of a customer whom the actor may see now.
pub(super) fn name(tx: &mut Tx<'_>, id: CustomerId) -> Result<Option<String>> {
    match customers::api::visible(tx, id) {
        Ok(card) => Ok(Some(card.name)),
        Err(kernel::Error::NotFound | kernel::Error::Forbidden(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What customers buy, and how many of it each does.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServicesOverview {
    /// What five customers or more bought, the most bought first.
    services: Vec<ServiceHabit>,
    /// Customers within sight by how many different services they bought.
    by_count: Vec<StickinessRow>,
}

/// Customers who bought so many different services.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StickinessRow {
    /// How many services.
    services: i64,
    /// How many customers.
    customers: i64,
}

/// What is bought, how soon again, and how many different services customers use: their stickiness.
#[utoipa::path(get, path = "/services", tag = "worth", responses((status = 200, body = ServicesOverview)))]
pub(crate) async fn services(cx: Cx) -> Answer<ServicesOverview> {
    let overview = cx
        .read(|tx| {
            let sight = policy::may_read(tx.actor())?;
            let by_count = queries::sticky(tx, &sight)?;
            let row = |(services, customers)| StickinessRow { services, customers };
            Ok(ServicesOverview { services: queries::habits(tx)?, by_count: by_count.into_iter().map(row).collect() })
        })
        .await?;
    Ok(Json(overview))
}
