//! All SQL of this module.

use conversations::ConversationId;
use kernel::{ChannelId, Cursor, CustomerId, Error, QueueId, Result, Scope, Timestamp, UserId};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{SatisfactionCase, SatisfactionRules},
};

/// What of the cases asked between two days is grouped by `key` with the name `name`.
macro_rules! figures {
    ($key:literal, $name:literal) => {
        concat!(
            "SELECT ", $key, ", ", $name, ", count(*), count(score), count(CASE WHEN score >= 4 THEN 1 END)
             FROM satisfaction_cases WHERE day >= $4 AND day <= $5 AND way IS NOT NULL
               AND (CAST($1 AS BOOLEAN) OR agent_id = $2 OR unit_id IN (SELECT value FROM json_each(CAST($3 AS TEXT))))
             GROUP BY ", $key, " ORDER BY ", $key
        )
    };
}

sql! {
    INSERT(SatisfactionCase) = "INSERT INTO satisfaction_cases ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE(SatisfactionCase) = "UPDATE satisfaction_cases SET {sets} WHERE id = $1";
    OF_CONVERSATION(SatisfactionCase) = "SELECT {cols} FROM satisfaction_cases WHERE conversation_id = $1 FOR UPDATE";
    OF_TOKEN(SatisfactionCase) = "SELECT {cols} FROM satisfaction_cases WHERE token = $1";
    ASKED_SINCE = "SELECT id FROM satisfaction_cases WHERE customer_id = $1 AND at >= $2 AND way IS NOT NULL LIMIT 1";
    CASES(SatisfactionCase) = "SELECT {cols} FROM satisfaction_cases WHERE (at, id) < ($1, $2)
        AND (CAST($3 AS BOOLEAN) OR agent_id = $4 OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
        AND day >= $6 AND day <= $7 AND way IS NOT NULL
        AND (CAST($8 AS TEXT) IS NULL OR agent_id = $8) AND (CAST($9 AS TEXT) IS NULL OR queue_id = $9)
        AND (CAST($10 AS TEXT) IS NULL OR channel_id = $10) AND (NOT CAST($11 AS BOOLEAN) OR score IS NOT NULL)
        AND (NOT CAST($12 AS BOOLEAN) OR score <= 3)
        ORDER BY at DESC, id DESC LIMIT $13";
    BY_AGENT = figures!("agent_id", "max(agent_name)");
    BY_QUEUE = figures!("queue_id", "max('')");
    BY_CHANNEL = figures!("channel_id", "max('')");
    BY_DAY = figures!("day", "max('')");
    OF_CUSTOMERS(SatisfactionCase) = "SELECT {cols} FROM satisfaction_cases
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY at, id";
    EMPTY = "UPDATE satisfaction_cases SET customer_name = '', comment = '', token = NULL, version = version + 1
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    RULES(SatisfactionRules) = "SELECT {cols} FROM satisfaction_rules WHERE id = 'rules'";
    SAVE_RULES(SatisfactionRules) = "UPDATE satisfaction_rules SET {sets} WHERE id = $1 AND version = $7 - 1";
}

/// Which cases; what is none lets all through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub from: String,
    pub to: String,
    pub agent: Option<UserId>,
    pub queue: Option<QueueId>,
    pub channel: Option<ChannelId>,
    pub answered: bool,
    pub low: bool,
}

/// Grouped by what.
#[derive(Clone, Copy, Debug)]
pub(crate) enum By {
    Agent,
    Queue,
    Channel,
    Day,
}

/// Key, name, asked, answered, satisfied.
pub(crate) type Figure = (Option<String>, Option<String>, i64, i64, i64);

pub(crate) fn insert(tx: &mut Tx<'_>, case: &SatisfactionCase) -> Result<()> {
    tx.exec(&INSERT, &case.values()).map(drop)
}

pub(crate) fn save(tx: &mut Tx<'_>, case: &SatisfactionCase) -> Result<()> {
    tx.exec(&UPDATE, &case.values()).map(drop)
}

/// Locked, to be changed.
pub(crate) fn of_conversation(tx: &mut Tx<'_>, id: ConversationId) -> Result<Option<SatisfactionCase>> {
    tx.maybe(&OF_CONVERSATION, params![id])
}

pub(crate) fn of_token(tx: &mut Tx<'_>, digest: &str) -> Result<Option<SatisfactionCase>> {
    tx.maybe(&OF_TOKEN, params![digest])
}

/// Whether this customer was asked since then.
pub(crate) fn asked_since(tx: &mut Tx<'_>, customer: CustomerId, since: Timestamp) -> Result<bool> {
    Ok(tx.maybe::<(String,)>(&ASKED_SINCE, params![customer, since])?.is_some())
}

/// Newest first, before the given one.
pub(crate) fn cases(
    tx: &mut Tx<'_>,
    scope: &Scope,
    filter: &Filter,
    before: &Cursor,
    limit: i64,
) -> Result<Vec<SatisfactionCase>> {
    let Filter { from, to, agent, queue, channel, answered, low } = filter;
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    let (key, id) = (before.key, &before.id);
    tx.all(&CASES, params![key, id, all, own, units, from, to, agent, queue, channel, answered, low, limit])
}

pub(crate) fn figures(tx: &mut Tx<'_>, scope: &Scope, by: By, from: &str, to: &str) -> Result<Vec<Figure>> {
    let statement = match by {
        By::Agent => &BY_AGENT,
        By::Queue => &BY_QUEUE,
        By::Channel => &BY_CHANNEL,
        By::Day => &BY_DAY,
    };
    tx.all(statement, params![scope.is_all(), scope.own(), scope.units_json(), from, to])
}

pub(crate) fn of_customers(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<SatisfactionCase>> {
    tx.all(&OF_CUSTOMERS, params![listed(customers)?])
}

/// Empties what these customers said, and their names; the score stays.
pub(crate) fn empty(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    tx.exec(&EMPTY, params![listed(customers)?]).map(drop)
}

fn listed(customers: &[CustomerId]) -> Result<String> {
    serde_json::to_string(customers).map_err(Error::internal)
}

pub(crate) fn rules(tx: &mut Tx<'_>) -> Result<SatisfactionRules> {
    tx.one(&RULES, &[])
}

pub(crate) fn save_rules(tx: &mut Tx<'_>, rules: &SatisfactionRules) -> Result<()> {
    tx.exec_one(&SAVE_RULES, &rules.values(), codes::STALE)
}
