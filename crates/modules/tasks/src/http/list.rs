//! Reading tasks.

use http::{Answer, Cx, Json, Path, Query};
use kernel::{Error, Id, Page, PageQuery, Result, Timestamp, UnitId};
use serde::{Deserialize, Serialize};
use store::{Tx, text_enum};
use utoipa::{IntoParams, ToSchema};

use super::view::{self, TaskView};
use crate::{
    model::{Task, TaskState},
    policy,
    pools::{self, Pools},
    queries::{self, Filter, Order},
};

text_enum! {
    /// The order of a list of tasks.
    pub(crate) enum TaskSort {
        /// What is due first comes first, what has no due date last; only open tasks unless a state is asked for.
        Due = "due",
        /// The newest first.
        Created = "created",
    }
}

/// Which tasks.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those that stand so.
    state: Option<TaskState>,
    /// Only this person's: an id, or `me`.
    owner: Option<String>,
    /// Only those of this unit.
    unit: Option<UnitId>,
    /// Only those about the thing with this id.
    subject: Option<String>,
    /// Only those overdue now.
    overdue: Option<bool>,
    /// Only those that lie in a pool, for somebody to take.
    pooled: Option<bool>,
    /// Part of the title.
    q: Option<String>,
    /// The order; unless told, `due` for open or overdue tasks and `created` for others.
    #[param(inline)]
    sort: Option<TaskSort>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists the tasks one may see: those in reach, those one made, and those one may take by a queue one serves.
#[utoipa::path(get, path = "/tasks", tag = "tasks", params(ListQuery), responses((status = 200, body = Page<TaskView>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<ListQuery>) -> Answer<Page<TaskView>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let overdue = query.overdue.unwrap_or(false);
    let order = match query.sort {
        Some(TaskSort::Due) => Order::Due,
        None if overdue || query.state == Some(TaskState::Open) => Order::Due,
        _ => Order::Created,
    };
    let (limit, from) = (page.limit()?, if order == Order::Due { page.after()? } else { page.before()? });
    let pools = cx.app().part::<Box<dyn Pools>>();
    let page = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let queues = pools::of_actor(tx, &**pools)?;
            let filter = filter(tx, &query, order)?;
            let rows = queries::list(tx, (&scope, &queues), &filter, order, &from, limit + 1)?;
            let page = Page::of(rows, limit, |task| (key(task, order).millis(), task.id.to_string()));
            Ok(Page { items: view::all(tx, page.items)?, next_cursor: page.next_cursor })
        })
        .await?;
    Ok(Json(page))
}

fn filter(tx: &Tx<'_>, query: &ListQuery, order: Order) -> Result<Filter> {
    let owner = tx.actor().person("owner", query.owner.as_deref())?;
    let open = (order == Order::Due).then_some(TaskState::Open);
    Ok(Filter {
        state: query.state.or(open).map(TaskState::text),
        owner,
        unit: query.unit,
        subject: query.subject.clone(),
        overdue_at: query.overdue.unwrap_or(false).then(|| tx.now()),
        pooled: query.pooled.unwrap_or(false),
        text: query.q.as_deref().unwrap_or_default().trim().to_lowercase(),
    })
}

fn key(task: &Task, order: Order) -> Timestamp {
    match order {
        Order::Due => task.due_at.unwrap_or(Timestamp::from_millis(i64::MAX)),
        Order::Created => task.created_at,
    }
}

/// One task.
#[utoipa::path(get, path = "/tasks/{id}", tag = "tasks", params(("id" = Id<Task>, Path)), responses((status = 200, body = TaskView)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<Task>>) -> Answer<TaskView> {
    let pools = cx.app().part::<Box<dyn Pools>>();
    let task = cx
        .read(move |tx| {
            let task = queries::find(tx, id)?;
            let queues = pools::of_actor(tx, &**pools)?;
            policy::may_see(tx.actor(), &queues, &task)?;
            view::one(tx, task)
        })
        .await?;
    Ok(Json(task))
}

/// How much there is to do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TaskCounts)]
pub(crate) struct Counts {
    /// One's own open tasks.
    open: i64,
    /// Those of them that are overdue.
    overdue: i64,
    /// Those of them that are due before the organisation's day ends, and not overdue.
    due_today: i64,
    /// Tasks in the pools within reach, for somebody to take.
    pooled: i64,
}

/// Counts one's own open tasks, and those one may take.
#[utoipa::path(get, path = "/tasks/counts", tag = "tasks", responses((status = 200, body = Counts)))]
pub(crate) async fn counts(cx: Cx) -> Answer<Counts> {
    let pools = cx.app().part::<Box<dyn Pools>>();
    let counts = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let (me, now) = (tx.actor().staff()?.id, tx.now());
            let tonight = end_of_day(tx)?;
            let queues = pools::of_actor(tx, &**pools)?;
            let (open, overdue, due_today) = queries::counts(tx, me, now, tonight)?;
            Ok(Counts { open, overdue, due_today, pooled: queries::pooled(tx, &scope, &queues)? })
        })
        .await?;
    Ok(Json(counts))
}

/// When the organisation's day ends.
fn end_of_day(tx: &mut Tx<'_>) -> Result<Timestamp> {
    let now = jiff::Timestamp::from_millisecond(tx.now().millis()).map_err(Error::internal)?;
    let here = now.to_zoned(settings::api::calendar(tx)?.zone().clone());
    let tomorrow = here.tomorrow().and_then(|next| next.start_of_day()).map_err(Error::internal)?;
    Ok(Timestamp::from_millis(tomorrow.timestamp().as_millisecond()))
}
