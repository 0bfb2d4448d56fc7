//! Winning customers back: an offer to some, nothing to others who are alike, and what became of both.

use std::collections::{HashMap, HashSet};

use audit::api::Entry;
use kernel::{
    Check, Cursor, CustomerId, Id, Noun, Owned, Permit, Result, Rng, Scope, Staff, Timestamp, UnitId, UserId,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Record, ToValue, Tx, params, sql, text_enum};
use tasks::api::{Assignee, Due, NewTask, Subject};
use utoipa::ToSchema;

use crate::{
    codes,
    model::Worth,
    policy::{self, Sight},
    queries,
    rules::{self, Conditions, Reason},
};

/// Members of one attempt at most.
pub(crate) const MOST_MEMBERS: usize = 2_000;
/// What the tasks come from.
pub(crate) const SOURCE: &str = "win_backs";
const DAY: i64 = 86_400_000;
/// Rows of one reading.
const AT_ONCE: i64 = 1_000;

impl Noun for WinBack {
    const PREFIX: &'static str = "wnb";
}

text_enum! {
    /// What happens to somebody in an attempt.
    pub enum WinBackArm {
        /// They are offered something.
        Offer = "offer",
        /// They are left alone, to be compared with.
        Control = "control",
    }
}

text_enum! {
    /// What somebody said to the offer.
    pub enum WinBackOutcome {
        /// Yes.
        Accepted = "accepted",
        /// No.
        Refused = "refused",
        /// They were not reached.
        NotReached = "not_reached",
    }
}

store::record! {
    /// An attempt to win customers back.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
    pub struct WinBack {
        /// Its id.
        pub id: Id<WinBack>,
        /// What it is called.
        pub name: String,
        /// What is offered.
        pub offer: String,
        /// Whom it is about.
        pub conditions: Conditions,
        /// How many of a hundred are kept out.
        pub control_percent: i64,
        /// What chance began with: the same again draws the same.
        pub seed: i64,
        /// Within how many days whoever looks after a customer is to speak with them.
        pub due_days: i64,
        /// When it began.
        pub began_at: Timestamp,
        /// Until when somebody who buys came back.
        pub until_at: Timestamp,
        /// Members who are offered something.
        pub offered: i64,
        /// Members who are kept out.
        pub control: i64,
        /// The currency whose orders count.
        pub currency: String,
        /// Who began it.
        pub owner_id: Option<UserId>,
        /// Their name.
        pub owner_name: String,
        /// The unit they belong to.
        pub unit_id: Option<UnitId>,
        /// Rises with each change.
        pub version: i64,
    }
}

store::record! {
    /// Somebody in an attempt.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
    pub struct WinBackMember {
        /// In which.
        pub win_back_id: Id<WinBack>,
        /// Who.
        pub customer_id: CustomerId,
        /// What happens to them.
        pub arm: WinBackArm,
        /// Who speaks with them.
        pub owner_id: Option<UserId>,
        /// The unit that colleague belongs to.
        pub unit_id: Option<UnitId>,
        /// Why they are here.
        pub reason: Reason,
        /// Until when they are in it.
        #[serde(skip)]
        pub until_at: Timestamp,
        /// What they said.
        pub outcome: Option<WinBackOutcome>,
        /// In words.
        pub note: String,
        /// When.
        pub told_at: Option<Timestamp>,
        /// Who wrote it down.
        pub told_by: Option<UserId>,
    }
}

sql! {
    INSERT(WinBack) = "INSERT INTO win_backs ({cols}) VALUES ({vals})";
    FIND(WinBack) = "SELECT {cols} FROM win_backs WHERE id = $1";
    LIST(WinBack) = "SELECT {cols} FROM win_backs WHERE (began_at, id) < ($1, $2)
        AND (CAST($3 AS BOOLEAN) OR owner_id = $4 OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
        ORDER BY began_at DESC, id DESC LIMIT $6";
    INSERT_MEMBERS(WinBackMember) = "INSERT INTO win_back_members ({cols}) VALUES {rows}";
    MEMBER(WinBackMember) = "SELECT {cols} FROM win_back_members WHERE win_back_id = $1 AND customer_id = $2";
    MEMBERS(WinBackMember) = "SELECT {cols} FROM win_back_members WHERE win_back_id = $1 ORDER BY customer_id";
    TELL = "UPDATE win_back_members SET outcome = $3, note = $4, told_at = $5, told_by = $6
        WHERE win_back_id = $1 AND customer_id = $2";
    OPEN = "SELECT customer_id, arm, until_at FROM win_back_members WHERE customer_id {in:TEXT}";
    OF(WinBackMember) = "SELECT {cols} FROM win_back_members
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY until_at, win_back_id";
    FORGET = "UPDATE win_back_members SET note = '' WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
}

/// An attempt to be begun.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWinBack {
    /// What it is called: 1 to 60 characters.
    pub name: String,
    /// What is offered: 1 to 200 characters. It is what the tasks say.
    pub offer: String,
    /// Whom it is about: 1 to 8 conditions, all of which hold.
    pub conditions: Conditions,
    /// How many of a hundred are kept out: 5 to 50.
    pub control_percent: i64,
    /// Within how many days they are spoken with: 1 to 60.
    pub due_days: i64,
    /// For how many weeks somebody who buys came back: 1 to 26.
    pub weeks: i64,
}

impl NewWinBack {
    pub(crate) fn checked(&self) -> Result<()> {
        rules::check_conditions(&self.conditions.0)?;
        Check::new()
            .text("name", &self.name, 1..=60)
            .text("offer", &self.offer, 1..=200)
            .range("control_percent", self.control_percent, 5..=50)
            .range("due_days", self.due_days, 1..=60)
            .range("weeks", self.weeks, 1..=26)
            .done()
    }
}

/// Who would be in an attempt.
#[derive(Debug, Default)]
pub(crate) struct Chosen {
    /// The most valuable of those who fit, at most [`MOST_MEMBERS`].
    pub members: Vec<(Worth, Reason)>,
    /// All who fit and are in no other attempt.
    pub fit: i64,
    /// Who fits and is in another attempt just now.
    pub busy: i64,
}

/// Chooses among those within sight for whom the conditions hold.
pub(crate) fn choose(tx: &mut Tx<'_>, sight: &Sight, conditions: &[rules::Condition]) -> Result<Chosen> {
    let mut chosen = Chosen::default();
    let mut after = String::new();
    loop {
        let page = queries::pass(tx, sight, &after, AT_ONCE)?;
        let Some(last) = page.last() else { break };
        after = last.customer_id.to_string();
        let fitting: Vec<_> = page
            .into_iter()
            .filter(|one| one.purchases > 0)
            .filter_map(|one| Some((rules::all_hold(conditions, &one)?, one)))
            .map(|(evidence, one)| (one, Reason { evidence, rules_changed: false }))
            .collect();
        let ids: Vec<_> = fitting.iter().map(|(one, _)| one.customer_id).collect();
        let busy = open(tx, &ids)?;
        for (one, reason) in fitting {
            if busy.contains_key(&one.customer_id) {
                chosen.busy += 1;
            } else {
                chosen.fit += 1;
                chosen.members.push((one, reason));
            }
        }
        if chosen.members.len() > 2 * MOST_MEMBERS {
            best(&mut chosen.members);
        }
    }
    best(&mut chosen.members);
    Ok(chosen)
}

fn best(members: &mut Vec<(Worth, Reason)>) {
    members.sort_by(|(a, _), (b, _)| b.place.cmp(&a.place).then_with(|| a.customer_id.cmp(&b.customer_id)));
    members.truncate(MOST_MEMBERS);
}

/// Who of `count` is kept out: so many of a hundred, at least one of two, drawn from the seed alone.
pub(crate) fn draw(count: usize, percent: i64, seed: i64) -> Vec<WinBackArm> {
    let control = (count as i64 * percent + 50) / 100;
    let control = usize::try_from(control).unwrap_or(0).max(usize::from(count > 1)).min(count);
    let mut arms = vec![WinBackArm::Offer; count];
    arms[..control].fill(WinBackArm::Control);
    let chance = Rng::seeded(seed.unsigned_abs());
    // Fisher and Yates.
    for at in (1..count).rev() {
        arms.swap(at, chance.below(at as u64 + 1) as usize);
    }
    arms
}

/// Begins an attempt with these members: who is offered something is a task of whoever looks after them.
pub(crate) fn begin(
    tx: &mut Tx<'_>,
    permit: &Permit,
    by: &Staff,
    new: &NewWinBack,
    chosen: &[(Worth, Reason)],
) -> Result<WinBack> {
    let ids: Vec<_> = chosen.iter().map(|(one, _)| one.customer_id).collect();
    // Somebody else may have begun one meanwhile.
    let busy = open(tx, &ids)?;
    let chosen: Vec<_> = chosen.iter().filter(|(one, _)| !busy.contains_key(&one.customer_id)).collect();
    if chosen.is_empty() {
        return Err(codes::NOBODY.conflict());
    }
    // JavaScript holds whole numbers up to 2^53.
    let seed = tx.rng().below(1 << 53) as i64;
    let arms = draw(chosen.len(), new.control_percent, seed);
    let control = arms.iter().filter(|arm| **arm == WinBackArm::Control).count() as i64;
    let rules = queries::rules(tx)?;
    let attempt = WinBack {
        id: tx.new_id(),
        name: new.name.trim().to_owned(),
        offer: new.offer.trim().to_owned(),
        conditions: new.conditions.clone(),
        control_percent: new.control_percent,
        seed,
        due_days: new.due_days,
        began_at: permit.at(),
        until_at: permit.at().plus_millis(new.weeks * 7 * DAY),
        offered: chosen.len() as i64 - control,
        control,
        currency: rules.rules.currency,
        owner_id: Some(by.id),
        owner_name: by.name.clone(),
        unit_id: by.unit,
        version: 1,
    };
    let member = |((one, reason), arm): (&&(Worth, Reason), &WinBackArm)| WinBackMember {
        win_back_id: attempt.id,
        customer_id: one.customer_id,
        arm: *arm,
        owner_id: one.owner_id.or(attempt.owner_id),
        unit_id: if one.owner_id.is_some() { one.unit_id } else { attempt.unit_id },
        reason: reason.clone(),
        until_at: attempt.until_at,
        outcome: None,
        note: String::new(),
        told_at: None,
        told_by: None,
    };
    let members: Vec<_> = chosen.iter().zip(&arms).map(member).collect();
    tx.exec(&INSERT, &attempt.values())?;
    tx.exec_rows(&INSERT_MEMBERS, &members.iter().map(WinBackMember::values).collect::<Vec<_>>())?;
    for one in members.iter().filter(|one| one.arm == WinBackArm::Offer) {
        ask(tx, &attempt, one)?;
    }
    let trace = json!({"offered": attempt.offered, "control": attempt.control, "seed": seed, "until_at": attempt.until_at,
        "conditions": attempt.conditions});
    audit::api::record(tx, Entry::new("worth.win_back_begun", "win_back", attempt.id).created(&trace))?;
    Ok(attempt)
}

fn subject(one: &WinBackMember) -> Subject {
    Subject::new("customer", one.customer_id)
}

/// The task to speak with somebody.
fn ask(tx: &mut Tx<'_>, attempt: &WinBack, one: &WinBackMember) -> Result<()> {
    let assignee = match one.owner_id {
        Some(id) => Assignee::Person { id, unit: one.unit_id },
        None => Assignee::Pool(one.unit_id),
    };
    let task = NewTask {
        source: SOURCE,
        key: Some(format!("{}.{}", attempt.id, one.customer_id)),
        title: attempt.offer.clone(),
        detail: None,
        assignee,
        subject: Some(subject(one)),
        due: Some(Due::At(attempt.began_at.plus_millis(attempt.due_days * DAY))),
        by_hand: true,
    };
    tasks::api::create(tx, task).map(drop)
}

/// Writes down what somebody said to the offer, and closes the task.
pub(crate) fn tell(
    tx: &mut Tx<'_>,
    permit: &Permit,
    attempt: &WinBack,
    one: WinBackMember,
    outcome: WinBackOutcome,
    note: &str,
) -> Result<WinBackMember> {
    if one.arm == WinBackArm::Control {
        return Err(kernel::Error::NotFound);
    }
    if permit.at() > attempt.until_at {
        return Err(codes::OVER.conflict());
    }
    let by = tx.actor().staff().ok().map(|staff| staff.id);
    let after = WinBackMember {
        outcome: Some(outcome),
        note: note.trim().to_owned(),
        told_at: Some(permit.at()),
        told_by: by,
        ..one
    };
    tx.exec(&TELL, params![attempt.id, after.customer_id, after.outcome, after.note, after.told_at, after.told_by])?;
    tasks::api::complete_for(tx, SOURCE, &subject(&after), None)?;
    let trace = json!({"customer_id": after.customer_id, "outcome": outcome});
    audit::api::record(tx, Entry::new("worth.win_back_told", "win_back", attempt.id).created(&trace))?;
    Ok(after)
}

impl WinBack {
    /// Whose attempt it is.
    pub(crate) fn owned(&self) -> Owned {
        Owned::by(self.owner_id, self.unit_id)
    }
}

impl WinBackMember {
    pub(crate) fn owned(&self) -> Owned {
        Owned::by(self.owner_id, self.unit_id)
    }
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<WinBack>) -> Result<WinBack> {
    tx.one(&FIND, params![id])
}

/// One the actor may see.
pub(crate) fn visible(tx: &mut Tx<'_>, id: Id<WinBack>) -> Result<WinBack> {
    let sight = policy::may_win_back(tx.actor())?;
    let attempt = find(tx, id)?;
    if sight.covers(&attempt.owned()) {
        Ok(attempt)
    } else {
        Err(kernel::Error::NotFound)
    }
}

pub(crate) fn list(tx: &mut Tx<'_>, scope: &Scope, before: &Cursor, limit: i64) -> Result<Vec<WinBack>> {
    tx.all(&LIST, params![before.key, before.id, scope.is_all(), scope.own(), scope.units_json(), limit])
}

pub(crate) fn members(tx: &mut Tx<'_>, id: Id<WinBack>) -> Result<Vec<WinBackMember>> {
    tx.all(&MEMBERS, params![id])
}

pub(crate) fn member(tx: &mut Tx<'_>, id: Id<WinBack>, customer: CustomerId) -> Result<WinBackMember> {
    tx.one(&MEMBER, params![id, customer])
}

/// Every attempt these ids were in.
pub(crate) fn of(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<Vec<WinBackMember>> {
    tx.all(&OF, params![queries::json(ids)])
}

pub(crate) fn forget(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<()> {
    tx.exec(&FORGET, params![queries::json(ids)]).map(drop)
}

/// Who of these is in an attempt just now, and how.
fn open(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<HashMap<CustomerId, WinBackArm>> {
    let now = tx.now();
    let keys: Vec<_> = ids.iter().map(|id| vec![id.to_value()]).collect();
    let rows: Vec<(CustomerId, WinBackArm, Timestamp)> = tx.all_rows(&OPEN, &keys)?;
    Ok(rows.into_iter().filter(|row| row.2 > now).map(|row| (row.0, row.1)).collect())
}

/// Who of these is being left alone just now, to be compared with.
pub(crate) fn kept_out(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<HashSet<CustomerId>> {
    let open = open(tx, ids)?;
    Ok(open.into_iter().filter(|(_, arm)| *arm == WinBackArm::Control).map(|(id, _)| id).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h38_chance_draws_the_share_and_the_same_seed_the_same() {
        let control = |arms: &[WinBackArm]| arms.iter().filter(|arm| **arm == WinBackArm::Control).count();
        for (count, percent, expected) in [(100, 20, 20), (10, 5, 1), (2, 5, 1), (1, 50, 1), (3, 50, 2), (0, 20, 0)] {
            let arms = draw(count, percent, 7);
            assert_eq!((arms.len(), control(&arms)), (count, expected), "{count} {percent}");
            assert_eq!(arms, draw(count, percent, 7));
        }
        assert_ne!(draw(100, 20, 7), draw(100, 20, 8));
        // Nobody's place in the list decides: over many seeds the first is kept out as often as the last.
        let first = (0..2_000).filter(|seed| draw(10, 20, *seed)[0] == WinBackArm::Control).count();
        let last = (0..2_000).filter(|seed| draw(10, 20, *seed)[9] == WinBackArm::Control).count();
        assert!((320..480).contains(&first) && (320..480).contains(&last), "{first} {last}");
    }
}
