//! What colleagues noticed of a customer, in a sentence: what they like, what to mind.

use std::fmt;

use customers::Source;
use kernel::{Actor, Check, CustomerId, Error, Id, Noun, Permit, Result, Timestamp, UserId};
use serde::Serialize;
use serde_json::json;
use store::{Record, Tx, params, sql, text_enum};
use utoipa::ToSchema;

use crate::{
    codes,
    evidence::CustomerEvidence,
    model::ProfileChangeOf,
    policy,
    queries::ids,
    values::{note, told},
};

impl Noun for Observation {
    const PREFIX: &'static str = "obs";
}

text_enum! {
    /// What a sentence about a customer is.
    pub enum CustomerObservationKind {
        /// What they like, or how.
        Preference = "preference",
        /// What was noticed.
        Observation = "observation",
        /// What to be careful with.
        Caution = "caution",
    }
}

text_enum! {
    /// Whether it still counts.
    pub(crate) enum ObservationState {
        There = "there",
        Withdrawn = "withdrawn",
    }
}

store::record! {
    /// A sentence about a customer.
    #[derive(Clone, Serialize, ToSchema)]
    pub(crate) struct Observation {
        pub id: Id<Observation>,
        pub customer_id: CustomerId,
        pub kind: CustomerObservationKind,
        pub words: String,
        pub evidence: Option<CustomerEvidence>,
        pub expires_at: Option<Timestamp>,
        pub by_id: Option<UserId>,
        pub by_name: Option<String>,
        pub at: Timestamp,
        pub changed_by_name: Option<String>,
        pub changed_at: Option<Timestamp>,
        pub state: ObservationState,
        pub version: i64,
    }
}

sql! {
    INSERT(Observation) = "INSERT INTO customer_observations ({cols}) VALUES ({vals})";
    UPDATE(Observation) = "UPDATE customer_observations SET {sets} WHERE id = $1 AND version = $13 - 1";
    FIND(Observation) = "SELECT {cols} FROM customer_observations WHERE id = $1";
    OF(Observation) = "SELECT {cols} FROM customer_observations
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY at DESC, id DESC";
    ERASE = "UPDATE customer_observations SET words = '', evidence = NULL, version = version + 1
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
}

/// How many sentences there may be about one person.
const MOST: usize = 200;

/// A sentence about a customer, as one reader sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProfileObservationView {
    /// Its id.
    id: Id<Observation>,
    /// What it is.
    kind: CustomerObservationKind,
    /// What it says.
    words: String,
    /// What it rests on.
    evidence: Option<CustomerEvidence>,
    /// Until when it counts; none: until it is withdrawn.
    expires_at: Option<Timestamp>,
    /// Whether that is over.
    expired: bool,
    /// Who noticed it.
    by_id: Option<UserId>,
    /// Their name then.
    by_name: Option<String>,
    /// When.
    at: Timestamp,
    /// Who changed it last, if somebody did.
    changed_by_name: Option<String>,
    /// When.
    changed_at: Option<Timestamp>,
    /// Whether the reader may change and withdraw it.
    may_change: bool,
    /// Hand this back with a change.
    version: i64,
}

/// What somebody says, or wants a sentence to say.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub kind: CustomerObservationKind,
    pub words: String,
    pub evidence: Option<CustomerEvidence>,
    pub expires_at: Option<Timestamp>,
}

impl Wish {
    fn check(&self, now: Timestamp) -> Result<()> {
        Check::new()
            .text("words", &self.words, 2..=300)
            .that(self.expires_at.is_none_or(|at| at > now), "expires_at", "in_the_past")
            .done()?;
        self.evidence.as_ref().map_or(Ok(()), CustomerEvidence::check)
    }
}

/// What is said of the person these files are, newest first: one statement.
pub(crate) fn views(tx: &mut Tx<'_>, of: &[CustomerId], may_edit: bool) -> Result<Vec<ProfileObservationView>> {
    let now = tx.now();
    let rows: Vec<Observation> = tx.all(&OF, params![ids(of)?])?;
    let shown = rows.into_iter().filter(|row| row.state == ObservationState::There && !row.words.is_empty());
    let me = tx.actor().staff().ok().map(|staff| staff.id);
    let curates = policy::curates(tx.actor());
    let view = |row: Observation| ProfileObservationView {
        id: row.id,
        kind: row.kind,
        words: row.words,
        evidence: row.evidence,
        expired: row.expires_at.is_some_and(|at| at <= now),
        expires_at: row.expires_at,
        may_change: may_edit && (curates || (me.is_some() && row.by_id == me)),
        by_id: row.by_id,
        by_name: row.by_name,
        at: row.at,
        changed_by_name: row.changed_by_name,
        changed_at: row.changed_at,
        version: row.version,
    };
    Ok(shown.map(view).collect())
}

fn who(actor: &Actor) -> (Option<UserId>, Option<String>) {
    match actor {
        Actor::Staff(staff) => (Some(staff.id), Some(staff.name.clone())),
        _ => (None, None),
    }
}

pub(crate) fn add(tx: &mut Tx<'_>, _permit: &Permit, of: &[CustomerId], wish: &Wish) -> Result<()> {
    let now = tx.now();
    wish.check(now)?;
    let customer_id = *of.first().ok_or(Error::NotFound)?;
    let rows: Vec<Observation> = tx.all(&OF, params![ids(of)?])?;
    if rows.len() >= MOST {
        return Err(codes::OBSERVATIONS_FULL.conflict());
    }
    let (by_id, by_name) = who(tx.actor());
    let row = Observation {
        id: tx.new_id(),
        customer_id,
        kind: wish.kind,
        words: wish.words.trim().to_owned(),
        evidence: wish.evidence.clone(),
        expires_at: wish.expires_at,
        by_id,
        by_name,
        at: now,
        changed_by_name: None,
        changed_at: None,
        state: ObservationState::There,
        version: 1,
    };
    tx.exec(&INSERT, &row.values())?;
    step(tx, &row, None, Some(&row.words))
}

/// One's own, and with the permission those of others: said otherwise, or withdrawn where `wish` is none.
pub(crate) fn alter(
    tx: &mut Tx<'_>,
    _permit: &Permit,
    of: &[CustomerId],
    id: Id<Observation>,
    version: i64,
    wish: Option<&Wish>,
) -> Result<()> {
    let now = tx.now();
    let before = tx.maybe::<Observation>(&FIND, params![id])?.filter(|row| of.contains(&row.customer_id));
    let before = before.filter(|row| row.state == ObservationState::There).ok_or(Error::NotFound)?;
    let (me, name) = who(tx.actor());
    if before.by_id != me && !policy::curates(tx.actor()) {
        return Err(Error::Forbidden(policy::CURATE));
    }
    let mut after = before.clone();
    (after.changed_by_name, after.changed_at, after.version) = (name, Some(now), version + 1);
    match wish {
        Some(wish) => {
            // An end that is over may stay as it is.
            let now = if wish.expires_at == before.expires_at {
                Timestamp::from_millis(i64::MIN)
            } else {
                now
            };
            wish.check(now)?;
            (after.kind, after.words) = (wish.kind, wish.words.trim().to_owned());
            (after.evidence, after.expires_at) = (wish.evidence.clone(), wish.expires_at);
        }
        None => after.state = ObservationState::Withdrawn,
    }
    tx.exec_one(&UPDATE, &after.values(), codes::STALE)?;
    let became = wish.map(|_| after.words.as_str());
    step(tx, &after, Some(&before.words), became)
}

fn step(tx: &mut Tx<'_>, row: &Observation, before: Option<&str>, after: Option<&str>) -> Result<()> {
    if before != after {
        let json = |text: Option<&str>| text.map(|text| json!(text).to_string());
        let source = Source::entered(who(tx.actor()).0, tx.now());
        note(
            tx,
            row.customer_id,
            ProfileChangeOf::Observation,
            row.id.to_string(),
            (json(before), json(after)),
            &source,
        )?;
    }
    told(tx, row.customer_id)
}

/// Everything said of these, withdrawn or not.
pub(crate) fn of(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<Vec<Observation>> {
    tx.all(&OF, params![ids(of)?])
}

/// Empties the words; that something was noticed, by whom and when, stays.
pub(crate) fn erase(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<()> {
    tx.exec(&ERASE, params![ids(of)?]).map(drop)
}

/// Without its words, so that no log line ever holds them.
impl fmt::Debug for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Observation({} of {})", self.id, self.customer_id)
    }
}
