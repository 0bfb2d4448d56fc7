//! The figures.

use http::{Answer, Cx, Json, Query};
use kernel::Result;
use serde::{Deserialize, Serialize};
use store::{Tx, text_enum};
use utoipa::{IntoParams, ToSchema};

use super::list::days;
use crate::{
    policy,
    queries::{self, By},
};

text_enum! {
    /// By what figures are grouped.
    pub(crate) enum FigureBy {
        /// By who had the conversation at its end.
        Agent = "agent",
        /// By the queue it waited in last.
        Queue = "queue",
        /// By channel.
        Channel = "channel",
        /// By day.
        Day = "day",
    }
}

/// Which figures.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FigureQuery {
    /// By what they are grouped: `agent` unless told.
    #[param(inline)]
    by: Option<FigureBy>,
    /// From this day of the organisation on: `YYYY-MM-DD`; the last seven days unless told.
    from: Option<String>,
    /// Until this day; today unless told.
    to: Option<String>,
}

/// How satisfied customers were. CSAT = `satisfied` ÷ `responses`; response rate = `responses` ÷ `asked`. A sum of
/// rows is what was counted, never a mean of rates.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SatisfactionFigure {
    /// Whose: an id, or a day; none: of no queue, say.
    key: Option<String>,
    /// What that is called; empty for a day, and for what is no more.
    name: String,
    /// How many were asked.
    asked: i64,
    /// How many gave a score.
    responses: i64,
    /// How many of these a 4 or a 5.
    satisfied: i64,
}

/// The figures of these days, of what one may see.
#[utoipa::path(get, path = "/satisfaction-figures", tag = "satisfaction", params(FigureQuery), responses((status = 200, body = Vec<SatisfactionFigure>)))]
pub(crate) async fn figures(cx: Cx, Query(query): Query<FigureQuery>) -> Answer<Vec<SatisfactionFigure>> {
    let figures = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let (from, to) = days(tx, query.from.as_deref(), query.to.as_deref())?;
            let by = match query.by.unwrap_or(FigureBy::Agent) {
                FigureBy::Agent => By::Agent,
                FigureBy::Queue => By::Queue,
                FigureBy::Channel => By::Channel,
                FigureBy::Day => By::Day,
            };
            let mut figures = Vec::new();
            for (key, name, asked, responses, satisfied) in queries::figures(tx, &scope, by, &from, &to)? {
                let name = named(tx, by, key.as_deref())?.or(name).unwrap_or_default();
                figures.push(SatisfactionFigure { key, name, asked, responses, satisfied });
            }
            Ok(figures)
        })
        .await?;
    Ok(Json(figures))
}

fn named(tx: &mut Tx<'_>, by: By, key: Option<&str>) -> Result<Option<String>> {
    match (by, key) {
        (By::Queue, Some(key)) => match key.parse() {
            Ok(id) => routing::api::queue_name(tx, id),
            Err(_) => Ok(None),
        },
        (By::Channel, Some(key)) => match key.parse() {
            Ok(id) => Ok(Some(channels::api::get(tx, id)?.name)),
            Err(_) => Ok(None),
        },
        _ => Ok(None),
    }
}
