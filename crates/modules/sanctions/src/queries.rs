//! All SQL of this module.

use complaints::Complaint;
use kernel::{Cursor, Error, Id, Result, UserId};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{Sanction, SanctionRules, SanctionState},
    policy::Sight,
};

/// What somebody may see: `$1` themselves, `$2` all, `$3 $4` the units within the reach of either permission.
macro_rules! seen {
    () => {
        "(CAST($2 AS BOOLEAN) OR person_id = $1
          OR unit_id IN (SELECT value FROM json_each(CAST($3 AS TEXT)))
          OR unit_id IN (SELECT value FROM json_each(CAST($4 AS TEXT))))"
    };
}

/// A list that begins with what an index serves: what one may see, `$5 $6` the cursor, `$7` person, `$8` complaint, `$9`
/// state, `$10` how many.
macro_rules! list {
    ($lead:literal) => {
        concat!(
            "SELECT {cols} FROM sanctions WHERE ",
            $lead,
            " AND ",
            seen!(),
            " AND (proposed_at, id) < ($5, $6)
              AND (CAST($7 AS TEXT) IS NULL OR person_id = $7)
              AND (CAST($8 AS TEXT) IS NULL OR complaint_id = $8)
              AND (CAST($9 AS TEXT) IS NULL OR state = $9)
              ORDER BY proposed_at DESC, id DESC LIMIT $10"
        )
    };
}

sql! {
    INSERT(Sanction) = "INSERT INTO sanctions ({cols}) VALUES ({vals})";
    UPDATE(Sanction) = "UPDATE sanctions SET {sets} WHERE id = $1 AND version = $24 - 1";
    FIND(Sanction) = "SELECT {cols} FROM sanctions WHERE id = $1";
    LOCK(Sanction) = "SELECT {cols} FROM sanctions WHERE id = $1 FOR UPDATE";

    ALL(Sanction) = list!("id <> ''");
    OF_PERSON(Sanction) = list!("person_id = $7");
    OF_COMPLAINT(Sanction) = list!("complaint_id = $8");
    TO_READ = "SELECT count(*) FROM sanctions WHERE person_id = $1 AND state IN ('proposed', 'noticed')";

    RULES(SanctionRules) = "SELECT {cols} FROM sanction_rules WHERE id = 'all'";
    INSERT_RULES(SanctionRules) = "INSERT INTO sanction_rules ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE_RULES(SanctionRules) = "UPDATE sanction_rules SET {sets} WHERE id = $1 AND version = $6 - 1";
}

/// Which sanctions; what is none lets all through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub person: Option<UserId>,
    pub complaint: Option<Id<Complaint>>,
    pub state: Option<SanctionState>,
}

pub(crate) fn insert(tx: &mut Tx<'_>, sanction: &Sanction) -> Result<()> {
    match tx.exec(&INSERT, &sanction.values())? {
        1 => Ok(()),
        _ => Err(Error::internal("a sanction was not written")),
    }
}

pub(crate) fn save(tx: &mut Tx<'_>, sanction: &Sanction) -> Result<()> {
    tx.exec_one(&UPDATE, &sanction.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<Sanction>) -> Result<Sanction> {
    tx.one(&FIND, params![id])
}

/// For whoever changes it: whoever else does waits.
pub(crate) fn lock(tx: &mut Tx<'_>, id: Id<Sanction>) -> Result<Sanction> {
    tx.one(&LOCK, params![id])
}

pub(crate) fn list(
    tx: &mut Tx<'_>,
    me: UserId,
    sight: &Sight,
    filter: &Filter,
    from: &Cursor,
    limit: i64,
) -> Result<Vec<Sanction>> {
    let Filter { person, complaint, state } = filter;
    let statement = match (person, complaint) {
        (_, Some(_)) => &OF_COMPLAINT,
        (Some(_), None) => &OF_PERSON,
        (None, None) => &ALL,
    };
    let all = [&sight.proposing, &sight.deciding].into_iter().flatten().any(kernel::Scope::is_all);
    let units = |scope: &Option<kernel::Scope>| scope.as_ref().map_or_else(|| "[]".into(), kernel::Scope::units_json);
    let (proposing, deciding) = (units(&sight.proposing), units(&sight.deciding));
    let (key, id) = (from.key, &from.id);
    tx.all(statement, params![me, all, proposing, deciding, key, id, person, complaint, state, limit])
}

/// How many wait for this person to read them, or to say whether they appeal.
pub(crate) fn to_read(tx: &mut Tx<'_>, person: UserId) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&TO_READ, params![person])?.0)
}

pub(crate) fn rules(tx: &mut Tx<'_>) -> Result<SanctionRules> {
    Ok(tx.maybe(&RULES, &[])?.unwrap_or_default())
}

pub(crate) fn save_rules(tx: &mut Tx<'_>, rules: &SanctionRules) -> Result<()> {
    let statement = if rules.version == 1 { &INSERT_RULES } else { &UPDATE_RULES };
    tx.exec_one(statement, &rules.values(), codes::STALE)
}
