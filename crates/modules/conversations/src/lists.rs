//! Lists of conversations: each shape of the question has a statement of its own, so that each has its index.

use kernel::{Cursor, CustomerId, QueueId, Result, Scope, UserId};
use store::{Tx, params, sql};

use crate::model::{Conversation, State};

/// A statement that begins with what an index serves and narrows the rest.
macro_rules! narrowed {
    ($lead:literal, $order:literal) => {
        concat!(
            "SELECT {cols} FROM conversations WHERE ",
            $lead,
            " AND ($4 OR assignee_id = $5 OR unit_id IN (SELECT value FROM json_each(CAST($6 AS TEXT)))
                   OR id IN (SELECT conversation_id FROM conversation_participants WHERE user_id = $5))
              AND (CAST($7 AS TEXT) IS NULL OR state = $7) AND (CAST($8 AS TEXT) IS NULL OR assignee_id = $8)
              AND (CAST($9 AS TEXT) IS NULL OR queue_id = $9) AND (NOT $10 OR waiting_since IS NOT NULL)
              AND (CAST($11 AS TEXT) IS NULL
                   OR id IN (SELECT conversation_id FROM conversation_tags WHERE tag = $11))
              AND (CAST($12 AS TEXT) IS NULL OR customer_id = $12)
              AND (CAST($13 AS TEXT) IS NULL
                   OR id IN (SELECT conversation_id FROM conversation_participants WHERE user_id = $13))
              AND (NOT $14 OR snoozed_until IS NOT NULL)
              ORDER BY ",
            $order,
            " LIMIT $3"
        )
    };
}

sql! {
    ALL(Conversation) = "SELECT {cols} FROM conversations WHERE (opened_at, id) < ($1, $2) ORDER BY opened_at DESC, id DESC LIMIT $3";
    OF_STATE(Conversation) = "SELECT {cols} FROM conversations WHERE state = $4 AND (opened_at, id) < ($1, $2)
        ORDER BY opened_at DESC, id DESC LIMIT $3";
    OF_ASSIGNEE(Conversation) = "SELECT {cols} FROM conversations WHERE assignee_id = $4 AND state = $5 AND (opened_at, id) < ($1, $2)
        ORDER BY opened_at DESC, id DESC LIMIT $3";
    NARROWED(Conversation) = narrowed!("(opened_at, id) < ($1, $2)", "opened_at DESC, id DESC");
    OF_CUSTOMER(Conversation) = narrowed!("customer_id = $12 AND (opened_at, id) < ($1, $2)", "opened_at DESC, id DESC");
    OF_PARTICIPANT(Conversation) = narrowed!("id IN (SELECT conversation_id FROM conversation_participants WHERE user_id = $13) AND (opened_at, id) < ($1, $2)",
        "opened_at DESC, id DESC");
    OF_SNOOZED(Conversation) = narrowed!("snoozed_until IS NOT NULL AND (opened_at, id) < ($1, $2)", "opened_at DESC, id DESC");
    /// Sorted anew each time: an index on what every answer changes would cost more than it saves.
    LONGEST_WAITING(Conversation) = narrowed!("closed_at IS NULL AND waiting_since IS NOT NULL AND (waiting_since, id) > ($1, $2)", "waiting_since, id");
    OPEN_COUNTS = "SELECT state, assignee_id, count(*), count(waiting_since), count(snoozed_until) FROM conversations
        WHERE closed_at IS NULL AND ($1 OR assignee_id = $2 OR unit_id IN (SELECT value FROM json_each(CAST($3 AS TEXT))))
        GROUP BY state, assignee_id";
}

/// What a list of conversations is narrowed to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub state: Option<State>,
    pub assignee: Option<UserId>,
    pub customer: Option<CustomerId>,
    pub queue: Option<QueueId>,
    pub tag: Option<String>,
    pub unanswered: bool,
    pub participant: Option<UserId>,
    pub snoozed: bool,
}

/// Newest first, before the given one.
pub(crate) fn list(
    tx: &mut Tx<'_>,
    scope: &Scope,
    filter: &Filter,
    before: &Cursor,
    limit: i64,
) -> Result<Vec<Conversation>> {
    if filter.customer.is_some() {
        return narrowed(tx, &OF_CUSTOMER, scope, filter, before, limit);
    }
    if filter.participant.is_some() {
        return narrowed(tx, &OF_PARTICIPANT, scope, filter, before, limit);
    }
    if filter.snoozed {
        return narrowed(tx, &OF_SNOOZED, scope, filter, before, limit);
    }
    let (key, id) = (before.key, &before.id);
    let plain = scope.is_all() && filter.queue.is_none() && filter.tag.is_none() && !filter.unanswered;
    match (plain, filter.state, filter.assignee) {
        (true, None, None) => tx.all(&ALL, params![key, id, limit]),
        (true, Some(state), None) => tx.all(&OF_STATE, params![key, id, limit, state]),
        (true, Some(state), Some(assignee)) => tx.all(&OF_ASSIGNEE, params![key, id, limit, assignee, state]),
        _ => narrowed(tx, &NARROWED, scope, filter, before, limit),
    }
}

/// Those that wait for an answer, the longest wait first, after the given one.
pub(crate) fn longest_waiting(
    tx: &mut Tx<'_>,
    scope: &Scope,
    filter: &Filter,
    after: &Cursor,
    limit: i64,
) -> Result<Vec<Conversation>> {
    narrowed(tx, &LONGEST_WAITING, scope, filter, after, limit)
}

fn narrowed(
    tx: &mut Tx<'_>,
    statement: &'static store::Statement,
    scope: &Scope,
    filter: &Filter,
    from: &Cursor,
    limit: i64,
) -> Result<Vec<Conversation>> {
    let Filter { state, assignee, customer, queue, tag, unanswered, participant, snoozed } = filter;
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    let values = params![
        from.key,
        from.id,
        limit,
        all,
        own,
        units,
        state,
        assignee,
        queue,
        unanswered,
        tag,
        customer,
        participant,
        snoozed
    ];
    tx.all(statement, values)
}

/// State, who has them, how many, in how many the customer waits, and how many are put away.
pub(crate) type OpenCount = (State, Option<UserId>, i64, i64, i64);

/// How many are open.
pub(crate) fn open_counts(tx: &mut Tx<'_>, scope: &Scope) -> Result<Vec<OpenCount>> {
    tx.all(&OPEN_COUNTS, params![scope.is_all(), scope.own(), scope.units_json()])
}
