//! All SQL of this module.

use kernel::{Cursor, CustomerId, Error, Id, Result, Scope, Timestamp, UnitId, UserId};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{Opportunity, OpportunityEvidence, OpportunityRule, OpportunitySource, OpportunityStage, OpportunityStep},
};

/// What begins with what an index serves, by every filter that is given: `$1 $2 $3` the scope, `$4` stage, `$5` owner,
/// `$6` unit, `$7` customers, `$8` source, `$9` part of the service or the title, `$10` due before.
macro_rules! filtered {
    ($lead:literal) => {
        concat!(
            " FROM opportunities WHERE ",
            $lead,
            " AND (CAST($1 AS BOOLEAN) OR owner_id = $2 OR unit_id IN (SELECT value FROM json_each(CAST($3 AS TEXT))))
              AND (CAST($4 AS TEXT) IS NULL OR stage = $4)
              AND (CAST($5 AS TEXT) IS NULL OR owner_id = $5)
              AND (CAST($6 AS TEXT) IS NULL OR unit_id = $6)
              AND (CAST($7 AS TEXT) IS NULL OR id IN (SELECT opportunity_id FROM opportunity_evidence
                WHERE customer_id IN (SELECT value FROM json_each(CAST($7 AS TEXT))) AND opportunity_id IS NOT NULL))
              AND (CAST($8 AS TEXT) IS NULL OR source = $8)
              AND ($9 = '' OR instr(lower(service), $9) > 0 OR instr(lower(title), $9) > 0)
              AND (CAST($10 AS BIGINT) IS NULL OR due_at < $10)"
        )
    };
    (list $lead:literal) => {
        concat!(
            "SELECT {cols}",
            filtered!($lead),
            " AND (created_at, id) < ($11, $12) ORDER BY created_at DESC, id DESC LIMIT $13"
        )
    };
}

sql! {
    INSERT(Opportunity) = "INSERT INTO opportunities ({cols}) VALUES ({vals})";
    UPDATE(Opportunity) = "UPDATE opportunities SET {sets} WHERE id = $1 AND version = $26 - 1";
    FIND(Opportunity) = "SELECT {cols} FROM opportunities WHERE id = $1";
    LIST(Opportunity) = filtered!(list "id <> ''");
    OF_STAGE(Opportunity) = filtered!(list "stage = $4");
    OF_OWNER(Opportunity) = filtered!(list "owner_id = $5");
    COUNTS = concat!(
        "SELECT stage, currency, count(*), CAST(COALESCE(sum(value), 0) AS BIGINT), count(value)",
        filtered!("id <> ''"),
        " GROUP BY stage, currency ORDER BY stage, currency"
    );
    OF_RULE(Opportunity) = "SELECT {cols} FROM opportunities WHERE rule_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1";
    ABOUT(Opportunity) = "SELECT {cols} FROM opportunities WHERE id IN (SELECT opportunity_id FROM opportunity_evidence
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))) ORDER BY created_at, id";

    ADD_EVIDENCE(OpportunityEvidence) = "INSERT INTO opportunity_evidence ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    EVIDENCE(OpportunityEvidence) = "SELECT {cols} FROM opportunity_evidence
        WHERE opportunity_id = $1 AND (at, id) < ($2, $3) ORDER BY at DESC, id DESC LIMIT $4";
    WAITING(OpportunityEvidence) = "SELECT {cols} FROM opportunity_evidence
        WHERE rule_id = $1 AND opportunity_id IS NULL AND at >= $2 ORDER BY at, id";
    ATTACH = "UPDATE opportunity_evidence SET opportunity_id = $2, added_at = $3 WHERE id = $1 AND opportunity_id IS NULL";
    HAS = "SELECT count(*) FROM opportunity_evidence WHERE opportunity_id = $1 AND reference = $2";
    PIECES = "SELECT count(*) FROM opportunity_evidence WHERE opportunity_id = $1";
    WHO = "SELECT DISTINCT customer_id FROM opportunity_evidence WHERE opportunity_id = $1 AND customer_id IS NOT NULL";
    WHO_BEFORE = "SELECT DISTINCT customer_id FROM opportunity_evidence
        WHERE rule_id = $1 AND opportunity_id IS NOT NULL AND customer_id IS NOT NULL";
    FORGET_WAITING = "DELETE FROM opportunity_evidence WHERE rule_id = $1 AND opportunity_id IS NULL";

    ADD_STEP(OpportunityStep) = "INSERT INTO opportunity_steps ({cols}) VALUES ({vals})";
    STEPS(OpportunityStep) = "SELECT {cols} FROM opportunity_steps WHERE opportunity_id = $1 ORDER BY number DESC LIMIT 500";

    ADD_RULE(OpportunityRule) = "INSERT INTO opportunity_rules ({cols}) VALUES ({vals})";
    SAVE_RULE(OpportunityRule) = "UPDATE opportunity_rules SET {sets} WHERE id = $1 AND version = $18 - 1";
    SCANNED = "UPDATE opportunity_rules SET scanned_at = $2 WHERE id = $1 AND version = $3";
    FIND_RULE(OpportunityRule) = "SELECT {cols} FROM opportunity_rules WHERE id = $1";
    RULES(OpportunityRule) = "SELECT {cols} FROM opportunity_rules ORDER BY created_at, id";
}

/// Which opportunities; what is none lets all through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub stage: Option<OpportunityStage>,
    pub owner: Option<UserId>,
    pub unit: Option<UnitId>,
    /// Every id of one customer.
    pub customers: Option<Vec<CustomerId>>,
    pub source: Option<OpportunitySource>,
    /// In lower case.
    pub text: String,
    pub due_before: Option<Timestamp>,
}

/// Ids as the JSON list a statement takes.
pub(crate) fn json(ids: &[CustomerId]) -> String {
    serde_json::json!(ids).to_string()
}

pub(crate) fn insert(tx: &mut Tx<'_>, opportunity: &Opportunity) -> Result<()> {
    match tx.exec(&INSERT, &opportunity.values())? {
        1 => Ok(()),
        _ => Err(Error::internal("an opportunity was not written")),
    }
}

pub(crate) fn save(tx: &mut Tx<'_>, opportunity: &Opportunity) -> Result<()> {
    tx.exec_one(&UPDATE, &opportunity.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<Opportunity>) -> Result<Opportunity> {
    tx.one(&FIND, params![id])
}

/// Newest first.
pub(crate) fn list(
    tx: &mut Tx<'_>,
    scope: &Scope,
    filter: &Filter,
    from: &Cursor,
    limit: i64,
) -> Result<Vec<Opportunity>> {
    let Filter { stage, owner, unit, customers, source, text, due_before } = filter;
    let statement = match (stage, owner) {
        (_, Some(_)) => &OF_OWNER,
        (Some(_), _) => &OF_STAGE,
        _ => &LIST,
    };
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    let customers = customers.as_deref().map(json);
    tx.all(
        statement,
        params![all, own, units, stage, owner, unit, customers, source, text, due_before, from.key, from.id, limit],
    )
}

/// Stage, currency, how many, what they may bring, how many of them say what.
pub(crate) type StageCount = (OpportunityStage, String, i64, i64, i64);

pub(crate) fn counts(tx: &mut Tx<'_>, scope: &Scope, filter: &Filter) -> Result<Vec<StageCount>> {
    let Filter { stage, owner, unit, customers, source, text, due_before } = filter;
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    let customers = customers.as_deref().map(json);
    tx.all(&COUNTS, params![all, own, units, stage, owner, unit, customers, source, text, due_before])
}

/// The last that this rule found.
pub(crate) fn last_of_rule(tx: &mut Tx<'_>, rule: Id<OpportunityRule>) -> Result<Option<Opportunity>> {
    tx.maybe(&OF_RULE, params![rule])
}

/// Those for which something about these ids speaks.
pub(crate) fn about(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<Opportunity>> {
    tx.all(&ABOUT, params![json(customers)])
}

/// Keeps a piece of evidence; false when it is known already.
pub(crate) fn add_evidence(tx: &mut Tx<'_>, evidence: &OpportunityEvidence) -> Result<bool> {
    Ok(tx.exec(&ADD_EVIDENCE, &evidence.values())? == 1)
}

/// The last first.
pub(crate) fn evidence(
    tx: &mut Tx<'_>,
    id: Id<Opportunity>,
    before: &Cursor,
    limit: i64,
) -> Result<Vec<OpportunityEvidence>> {
    tx.all(&EVIDENCE, params![id, before.key, before.id, limit])
}

/// What a rule found since then that belongs to no opportunity, oldest first.
pub(crate) fn waiting(
    tx: &mut Tx<'_>,
    rule: Id<OpportunityRule>,
    since: Timestamp,
) -> Result<Vec<OpportunityEvidence>> {
    tx.all(&WAITING, params![rule, since])
}

/// Lets a piece of evidence that waits speak for an opportunity, unless the same does already.
pub(crate) fn attach(tx: &mut Tx<'_>, evidence: &OpportunityEvidence, to: Id<Opportunity>) -> Result<bool> {
    let (known,): (i64,) = tx.one(&HAS, params![to, evidence.reference])?;
    let now = tx.now();
    Ok(known == 0 && tx.exec(&ATTACH, params![evidence.id, to, now])? == 1)
}

pub(crate) fn pieces(tx: &mut Tx<'_>, id: Id<Opportunity>) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&PIECES, params![id])?.0)
}

/// Whose evidence it is, under the ids they had then.
pub(crate) fn who(tx: &mut Tx<'_>, id: Id<Opportunity>) -> Result<Vec<CustomerId>> {
    Ok(tx.all::<(CustomerId,)>(&WHO, params![id])?.into_iter().map(|(id,)| id).collect())
}

/// Who speaks for any opportunity that this rule found.
pub(crate) fn who_before(tx: &mut Tx<'_>, rule: Id<OpportunityRule>) -> Result<Vec<CustomerId>> {
    Ok(tx.all::<(CustomerId,)>(&WHO_BEFORE, params![rule])?.into_iter().map(|(id,)| id).collect())
}

/// What a rule found that belongs to no opportunity is forgotten: the rule looks for something else now.
pub(crate) fn forget_waiting(tx: &mut Tx<'_>, rule: Id<OpportunityRule>) -> Result<()> {
    tx.exec(&FORGET_WAITING, params![rule]).map(drop)
}

pub(crate) fn add_step(tx: &mut Tx<'_>, step: &OpportunityStep) -> Result<()> {
    tx.exec(&ADD_STEP, &step.values()).map(drop)
}

/// The last first.
pub(crate) fn steps(tx: &mut Tx<'_>, id: Id<Opportunity>) -> Result<Vec<OpportunityStep>> {
    tx.all(&STEPS, params![id])
}

pub(crate) fn add_rule(tx: &mut Tx<'_>, rule: &OpportunityRule) -> Result<()> {
    tx.exec(&ADD_RULE, &rule.values()).map(drop)
}

pub(crate) fn save_rule(tx: &mut Tx<'_>, rule: &OpportunityRule) -> Result<()> {
    tx.exec_one(&SAVE_RULE, &rule.values(), codes::STALE)
}

/// Notes up to when a rule was looked for, unless it was changed meanwhile.
pub(crate) fn scanned(tx: &mut Tx<'_>, rule: &OpportunityRule, at: Timestamp) -> Result<()> {
    tx.exec(&SCANNED, params![rule.id, at, rule.version]).map(drop)
}

pub(crate) fn rule(tx: &mut Tx<'_>, id: Id<OpportunityRule>) -> Result<OpportunityRule> {
    tx.one(&FIND_RULE, params![id])
}

/// In the order in which they were made.
pub(crate) fn rules(tx: &mut Tx<'_>) -> Result<Vec<OpportunityRule>> {
    tx.all(&RULES, &[])
}
