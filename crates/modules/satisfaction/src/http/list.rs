//! What customers thought, conversation by conversation.

use http::{Answer, Cx, Json, Query};
use jiff::civil::Date;
use kernel::{ChannelId, Check, Page, PageQuery, QueueId, Result, UserId};
use serde::Deserialize;
use store::Tx;
use utoipa::IntoParams;

use crate::{
    cases,
    model::SatisfactionCase,
    policy,
    queries::{self, Filter},
};

/// Which cases.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CaseQuery {
    /// From this day of the organisation on: `YYYY-MM-DD`; the last seven days unless told.
    from: Option<String>,
    /// Until this day; today unless told.
    to: Option<String>,
    /// Only what counts for this person.
    agent: Option<UserId>,
    /// Only those of this queue.
    queue: Option<QueueId>,
    /// Only those on this channel.
    channel: Option<ChannelId>,
    /// Only those with a score.
    answered: Option<bool>,
    /// Only those with a score of 3 or less.
    low: Option<bool>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The days asked for; the last seven unless told.
pub(crate) fn days(tx: &mut Tx<'_>, from: Option<&str>, to: Option<&str>) -> Result<(String, String)> {
    let day = |day: Option<&str>| day.is_none_or(|day| day.parse::<Date>().is_ok());
    Check::new().that(day(from), "from", "malformed").that(day(to), "to", "malformed").done()?;
    let now = tx.now();
    let from = match from {
        Some(from) => from.to_owned(),
        None => cases::day_of(tx, now.plus_millis(-6 * 86_400_000))?,
    };
    Ok((from, to.map_or_else(|| cases::day_of(tx, now), |to| Ok(to.to_owned()))?))
}

/// Lists conversations whose customers were asked, with what they thought, newest first: what counts for oneself, and
/// for whom one supervises.
#[utoipa::path(get, path = "/satisfaction-cases", tag = "satisfaction", params(CaseQuery), responses((status = 200, body = Page<SatisfactionCase>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<CaseQuery>) -> Answer<Page<SatisfactionCase>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let page = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let (from, to) = days(tx, query.from.as_deref(), query.to.as_deref())?;
            let (limit, before) = (page.limit()?, page.before()?);
            let filter = Filter {
                from,
                to,
                agent: query.agent,
                queue: query.queue,
                channel: query.channel,
                answered: query.answered.unwrap_or(false),
                low: query.low.unwrap_or(false),
            };
            let rows = queries::cases(tx, &scope, &filter, &before, limit + 1)?;
            Ok(Page::of(rows, limit, |row: &SatisfactionCase| (row.at.millis(), row.id.to_string())))
        })
        .await?;
    Ok(Json(page))
}
