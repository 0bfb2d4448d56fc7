//! The wall: what stands there, whose, saying something good of a colleague, rewarding it (R105).

use http::{Answer, Cx, Json, Path, Query};
use kernel::{Check, Error, Id, Money, Page, PageQuery, Result, UserId};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use crate::{
    api, codes, day,
    model::{FeedbackRules, Recognition, RecognitionKind},
    policy,
    queries::{
        self,
        wall::{Standing, WallFilter},
    },
};

/// The largest reward, in minor units: these are small.
pub(super) const LARGEST: i64 = 10_000_000;

/// Which of the wall.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WallQuery {
    /// Only of this person: an id, or `me`.
    person: Option<String>,
    /// Only the word of these.
    #[param(inline)]
    kind: Option<RecognitionKind>,
    /// Only of this month: `2026-11`.
    month: Option<String>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// What stands on the wall within one's reach, the latest first.
#[utoipa::path(get, path = "/recognitions", tag = "feedback", params(WallQuery), responses((status = 200, body = Page<Recognition>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<WallQuery>) -> Answer<Page<Recognition>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let page = cx
        .read(move |tx| {
            let scope = policy::may_see_wall(tx.actor())?;
            let person = tx.actor().person("person", query.person.as_deref())?;
            let month = query.month.as_deref().map(month).transpose()?;
            let filter = WallFilter { person, kind: query.kind, month };
            let (limit, from) = (page.limit()?, page.before()?);
            let rows = queries::wall::list(tx, &scope, &filter, &from, limit + 1)?;
            Ok(Page::of(rows, limit, |row| (row.at.millis(), row.id.to_string())))
        })
        .await?;
    Ok(Json(page))
}

/// A month as somebody names it, `2026-11`.
pub(super) fn month(text: &str) -> Result<String> {
    let wrong = || Error::field("month", "malformed");
    if text.len() != 7 {
        return Err(wrong());
    }
    day::parse("month", &format!("{text}-01")).map_err(|_| wrong())?;
    Ok(text.to_owned())
}

/// Something good said of a colleague.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRecognition {
    /// Of whom: anybody but oneself.
    person_id: UserId,
    /// What they did well: 1 to 500 characters.
    words: String,
}

/// Says something good of a colleague: they and their team see it at once. It is a lead's word where one leads them.
#[utoipa::path(post, path = "/recognitions", tag = "feedback", request_body = NewRecognition, responses((status = 200, body = Recognition)))]
pub(crate) async fn recognise(cx: Cx, Json(request): Json<NewRecognition>) -> Answer<Recognition> {
    let said = cx
        .write(move |tx| {
            let _permit = policy::may_recognise(tx.actor(), tx.now())?;
            let by = api::by(tx)?;
            Check::new().text("words", &request.words, 1..=500).done()?;
            if request.person_id == by.id {
                return Err(codes::OWN_RECOGNITION.conflict());
            }
            let (name, unit) = api::somebody(tx, request.person_id).map_err(Error::absent("person_id", "unknown"))?;
            let leads = match unit {
                Some(unit) => people::api::tree(tx)?.line(unit).iter().any(|unit| unit.lead_id == Some(by.id)),
                None => false,
            };
            let kind = if leads { RecognitionKind::Lead } else { RecognitionKind::Colleague };
            let mut one = api::recognition(tx, kind, request.words.trim().to_owned())?;
            (one.person_id, one.person_name) = (Some(request.person_id), name);
            (one.unit_id, one.unit_name) = (unit, api::unit_name(tx, unit)?);
            (one.by_id, one.by_name) = (Some(by.id), by.name);
            api::recognise(tx, &one)?;
            Ok(one)
        })
        .await?;
    Ok(Json(said))
}

/// How somebody stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecognitionStanding {
    /// Who.
    person_id: UserId,
    /// Their name.
    person_name: String,
    /// How many recognitions of them there are in the month.
    month: i64,
    /// How many there ever were.
    total: i64,
    /// The level these reach; 0 before the first.
    level: i64,
    /// From how many on the next is reached; none above the last.
    next: Option<i64>,
    /// What they were given in rewards for recognitions of the month, in minor units.
    rewards: Money,
}

/// How people stand.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecognitionStandings {
    /// Which month: `2026-11`.
    month: String,
    /// The caller's own.
    me: RecognitionStanding,
    /// Those within one's reach of whom there is anything, the most of the month first: at most 200.
    people: Vec<RecognitionStanding>,
    /// Of which currency rewards are.
    currency: String,
}

/// Which month.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MonthQuery {
    /// `2026-11`; the one that goes on unless told.
    pub month: Option<String>,
}

/// How many recognitions people have, which level that is, and how far the next one is.
#[utoipa::path(get, path = "/recognition-standings", tag = "feedback", params(MonthQuery), responses((status = 200, body = RecognitionStandings)))]
pub(crate) async fn standings(cx: Cx, Query(query): Query<MonthQuery>) -> Answer<RecognitionStandings> {
    let standings = cx
        .read(move |tx| {
            let scope = policy::may_see_wall(tx.actor())?;
            let month = wanted(tx, &query)?;
            let rules = queries::rules(tx)?;
            let me = tx.actor().staff()?.clone();
            let (total, of_month, rewards) = queries::wall::of_person(tx, me.id, &month)?;
            let mine = Standing {
                person_id: me.id,
                person_name: me.name.clone(),
                total,
                month: of_month,
                rewards: Money(rewards),
            };
            let people = queries::wall::standings(tx, &scope, &month)?;
            Ok(RecognitionStandings {
                month,
                me: standing(&rules, mine),
                people: people.into_iter().map(|one| standing(&rules, one)).collect(),
                currency: rules.currency,
            })
        })
        .await?;
    Ok(Json(standings))
}

/// The month that is meant.
pub(super) fn wanted(tx: &mut Tx<'_>, query: &MonthQuery) -> Result<String> {
    match query.month.as_deref() {
        Some(text) => month(text),
        None => {
            let now = tx.now();
            day::month_of(tx, now)
        }
    }
}

fn standing(rules: &FeedbackRules, one: Standing) -> RecognitionStanding {
    RecognitionStanding {
        level: rules.levels.of(one.total),
        next: rules.levels.next(one.total),
        person_id: one.person_id,
        person_name: one.person_name,
        month: one.month,
        total: one.total,
        rewards: one.rewards,
    }
}

/// A small reward.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRecognitionReward {
    /// How much, in minor units of the budget's currency: 1 to 10,000,000.
    amount: Money,
}

/// Rewards one on the wall, once, from this month's budget of the unit it is of, or of the nearest one above that has
/// one. What is left of it is never overrun, whoever rewards at the same time.
#[utoipa::path(post, path = "/recognitions/{id}/reward", tag = "feedback", params(("id" = Id<Recognition>, Path)), request_body = NewRecognitionReward, responses((status = 200, body = Recognition)))]
pub(crate) async fn reward(
    cx: Cx,
    Path(id): Path<Id<Recognition>>,
    Json(request): Json<NewRecognitionReward>,
) -> Answer<Recognition> {
    let rewarded = cx
        .write(move |tx| {
            let before = queries::wall::lock(tx, id)?;
            let permit = policy::may_reward(tx.actor(), &before, tx.now())?;
            Check::new().range("amount", request.amount.0, 1..=LARGEST).done()?;
            let by = api::by(tx)?;
            let month = day::month_of(tx, by.at)?;
            let currency = api::spend(tx, before.unit_id, &month, request.amount)?;
            let after = before.clone().rewarded(&permit, by, request.amount, currency)?;
            api::keep_reward(tx, &before, &after)?;
            Ok(after)
        })
        .await?;
    Ok(Json(rewarded))
}
