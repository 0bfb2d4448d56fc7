//! The first contact with a customer newly given to somebody: by when, whether it was, what was noted.

use audit::api::Entry;
use kernel::{Cursor, CustomerId, Id, Noun, Owned, Permit, Result, Scope, Timestamp, UnitId, UserId};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Fact, Record, Tx, params, sql, text_enum};
use tasks::api::{Assignee, Due, NewTask, Subject};
use utoipa::ToSchema;

use crate::{
    api::{FIRST_CONTACT, LATE},
    codes, day,
    events::{self, FirstContactFact},
    model::Who,
    queries,
};

const DAY: i64 = 86_400_000;

impl Noun for FirstContact {
    const PREFIX: &'static str = "fcn";
}

text_enum! {
    /// Where a first contact stands. Overdue is no state: it is open past its end.
    pub enum FirstContactState {
        /// It is to be done.
        Open = "open",
        /// It was done, and a note was filed.
        Met = "met",
        /// It need not be done any more: somebody else looks after the customer.
        Dropped = "dropped",
    }
}

text_enum! {
    /// How somebody was spoken to.
    pub enum ContactKind {
        /// In a conversation on a channel.
        Conversation = "conversation",
        /// By telephone.
        Phone = "phone",
        /// In person.
        Counter = "counter",
        /// In another way.
        Other = "other",
    }
}

store::record! {
    /// By when somebody is spoken to for the first time, and whether they were.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct FirstContact {
        /// Its id.
        pub id: Id<FirstContact>,
        /// Whom.
        pub customer_id: CustomerId,
        /// Their name then.
        pub customer_name: String,
        /// Who is to do it.
        pub owner_id: UserId,
        /// Their name.
        pub owner_name: String,
        /// The unit they belong to.
        pub unit_id: Option<UnitId>,
        /// Where it stands.
        pub state: FirstContactState,
        /// The setting it was begun under: within so many whole calendar days.
        pub days: i64,
        /// When the customer was given to them.
        pub given_at: Timestamp,
        /// When they are reminded.
        pub remind_at: Timestamp,
        /// The close of the last day.
        pub due_at: Timestamp,
        /// When they were reminded.
        pub reminded_at: Option<Timestamp>,
        /// How they were spoken to.
        pub contact_kind: Option<ContactKind>,
        /// In which conversation, or under which record.
        pub contact_id: Option<String>,
        /// When.
        pub contact_at: Option<Timestamp>,
        /// What was noted of it.
        pub note: String,
        /// When it was filed, or dropped.
        pub closed_at: Option<Timestamp>,
        /// Rises with each change.
        pub version: i64,
    }
}

impl FirstContact {
    /// Whose it is, for scopes.
    pub(crate) fn owned(&self) -> Owned {
        Owned::by(self.owner_id, self.unit_id)
    }

    /// Whether it was not done in time, as of `now`.
    pub(crate) fn is_overdue(&self, now: Timestamp) -> bool {
        self.state != FirstContactState::Dropped && self.due_at <= self.closed_at.unwrap_or(now)
    }

    fn trace(&self) -> Value {
        json!({"state": self.state, "owner_id": self.owner_id, "due_at": self.due_at, "contact_kind": self.contact_kind, "note_length": self.note.chars().count()})
    }

    /// They were spoken to; the first time counts.
    pub(crate) fn spoken(mut self, kind: ContactKind, reference: String, at: Timestamp) -> Self {
        if self.contact_at.is_none() && self.state == FirstContactState::Open && at >= self.given_at {
            (self.contact_kind, self.contact_id, self.contact_at) = (Some(kind), Some(reference), Some(at));
            self.version += 1;
        }
        self
    }

    /// Done: what was said is filed.
    pub(crate) fn met(mut self, permit: &Permit, note: String) -> Result<Self> {
        if self.state != FirstContactState::Open {
            return Err(codes::NOT_OPEN.conflict());
        }
        if self.contact_at.is_none() {
            return Err(codes::NO_CONTACT.conflict());
        }
        (self.state, self.note, self.closed_at) = (FirstContactState::Met, note, Some(permit.at()));
        self.version += 1;
        Ok(self)
    }

    fn dropped(mut self, at: Timestamp) -> Self {
        (self.state, self.closed_at) = (FirstContactState::Dropped, Some(at));
        self.version += 1;
        self
    }
}

/// A list in the order of the ends, by what an index serves: `$1 $2` the cursor, `$3 $4 $5` the scope, `$6` state,
/// `$7` owner, `$8` overdue as of, `$9` customer, `$10` how many.
macro_rules! list {
    ($lead:literal) => {
        concat!(
            "SELECT {cols} FROM first_contacts WHERE ",
            $lead,
            " AND (due_at, id) > ($1, $2)
              AND (CAST($3 AS BOOLEAN) OR owner_id = $4 OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
              AND (CAST($6 AS TEXT) IS NULL OR state = $6)
              AND (CAST($7 AS TEXT) IS NULL OR owner_id = $7)
              AND (CAST($8 AS BIGINT) IS NULL OR (state <> 'dropped' AND due_at <= COALESCE(closed_at, $8)))
              AND (CAST($9 AS TEXT) IS NULL OR customer_id = $9)
              ORDER BY due_at, id LIMIT $10"
        )
    };
}

sql! {
    INSERT(FirstContact) = "INSERT INTO first_contacts ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE(FirstContact) = "UPDATE first_contacts SET {sets} WHERE id = $1 AND version = $18 - 1";
    FIND(FirstContact) = "SELECT {cols} FROM first_contacts WHERE id = $1";
    OPEN_OF(FirstContact) = "SELECT {cols} FROM first_contacts WHERE customer_id = $1 AND state = 'open' FOR UPDATE";
    TO_REMIND(FirstContact) = "SELECT {cols} FROM first_contacts
        WHERE state = 'open' AND remind_at <= $1 AND reminded_at IS NULL ORDER BY remind_at, id LIMIT $2";
    ALL(FirstContact) = list!("id <> ''");
    OF_STATE(FirstContact) = list!("state = $6");
    OF_OWNER(FirstContact) = list!("owner_id = $7");
    OF_CUSTOMER(FirstContact) = list!("customer_id = $9");
    COUNTS = "SELECT count(*), count(CASE WHEN due_at <= $1 THEN 1 END) FROM first_contacts WHERE state = 'open'
        AND (CAST($2 AS BOOLEAN) OR owner_id = $3 OR unit_id IN (SELECT value FROM json_each(CAST($4 AS TEXT))))";
    OF_PEOPLE(FirstContact) = "SELECT {cols} FROM first_contacts
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY given_at, id";
    EMPTY = "UPDATE first_contacts SET note = '', customer_name = '', version = version + 1
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
}

/// Which first contacts; what is none lets all through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub state: Option<FirstContactState>,
    pub owner: Option<UserId>,
    pub overdue_at: Option<Timestamp>,
    pub customer: Option<CustomerId>,
}

pub(crate) fn list(
    tx: &mut Tx<'_>,
    scope: &Scope,
    filter: &Filter,
    after: &Cursor,
    limit: i64,
) -> Result<Vec<FirstContact>> {
    let Filter { state, owner, overdue_at, customer } = filter;
    let statement = match (customer, owner, state) {
        (Some(_), ..) => &OF_CUSTOMER,
        (_, Some(_), _) => &OF_OWNER,
        (.., Some(_)) => &OF_STATE,
        _ => &ALL,
    };
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    tx.all(statement, params![after.key, after.id, all, own, units, state, owner, overdue_at, customer, limit])
}

/// How many are open within `scope`, and how many of these are overdue at `now`.
pub(crate) fn counts(tx: &mut Tx<'_>, scope: &Scope, now: Timestamp) -> Result<(i64, i64)> {
    tx.one(&COUNTS, params![now, scope.is_all(), scope.own(), scope.units_json()])
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<FirstContact>) -> Result<FirstContact> {
    tx.one(&FIND, params![id])
}

/// What is held of these customers.
pub(crate) fn of_people(tx: &mut Tx<'_>, ids: &str) -> Result<Vec<FirstContact>> {
    tx.all(&OF_PEOPLE, params![ids])
}

/// Empties words and names; that somebody was spoken to, and when, stays.
pub(crate) fn empty(tx: &mut Tx<'_>, ids: &str) -> Result<()> {
    tx.exec(&EMPTY, params![ids]).map(drop)
}

fn subject(id: Id<FirstContact>) -> Subject {
    Subject::new("first_contact", id)
}

fn save(tx: &mut Tx<'_>, after: &FirstContact) -> Result<()> {
    tx.exec_one(&UPDATE, &after.values(), codes::STALE)
}

fn told(tx: &mut Tx<'_>, kind: &'static str, one: &FirstContact) -> Result<()> {
    let FirstContact { id: first_contact_id, customer_id, owner_id, unit_id, due_at, .. } = *one;
    let fact = FirstContactFact { first_contact_id, customer_id, owner_id, unit_id, due_at };
    tx.emit(Fact::new(kind, one.id, &fact)?);
    show(tx, one)
}

fn show(tx: &mut Tx<'_>, one: &FirstContact) -> Result<()> {
    tx.notify("first_contacts", "first_contact.changed", one, Some(one.owned()))
}

/// Somebody is given a customer: the clock of whoever had them before ends, theirs begins, a duty with it.
pub(crate) fn begin(tx: &mut Tx<'_>, customer: CustomerId, owner: &Who, given_at: Timestamp) -> Result<FirstContact> {
    end(tx, customer, given_at)?;
    let rules = queries::rules(tx)?;
    let due_at = day::close_after(tx, given_at, rules.contact_days)?;
    let one = FirstContact {
        id: tx.new_id(),
        customer_id: customer,
        customer_name: customers::api::name_of(tx, customer)?,
        owner_id: owner.id,
        owner_name: owner.name.clone(),
        unit_id: owner.unit,
        state: FirstContactState::Open,
        days: rules.contact_days,
        given_at,
        remind_at: due_at.plus_millis(-rules.remind_days * DAY),
        due_at,
        reminded_at: None,
        contact_kind: None,
        contact_id: None,
        contact_at: None,
        note: String::new(),
        closed_at: None,
        version: 1,
    };
    tx.exec(&INSERT, &one.values())?;
    let code = customer.to_string();
    let title = if one.customer_name.is_empty() {
        code[code.len() - 4..].to_uppercase()
    } else {
        one.customer_name.clone()
    };
    tasks::api::create(
        tx,
        NewTask {
            source: FIRST_CONTACT,
            key: Some(one.id.to_string()),
            title,
            detail: None,
            assignee: Assignee::Person { id: owner.id, unit: owner.unit },
            subject: Some(subject(one.id)),
            due: Some(Due::At(due_at)),
            by_hand: false,
        },
    )?;
    told(tx, events::BEGUN, &one)?;
    Ok(one)
}

/// Nobody has to speak to this customer first any more.
pub(crate) fn end(tx: &mut Tx<'_>, customer: CustomerId, at: Timestamp) -> Result<()> {
    if let Some(open) = tx.maybe::<FirstContact>(&OPEN_OF, params![customer])? {
        let after = open.dropped(at);
        save(tx, &after)?;
        tasks::api::cancel_for(tx, FIRST_CONTACT, &subject(after.id), None)?;
        show(tx, &after)?;
    }
    Ok(())
}

/// Somebody spoke to a customer: where it is whoever looks after them, that was the first contact, to be filed.
pub(crate) fn spoke(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    by: UserId,
    kind: ContactKind,
    reference: String,
    at: Timestamp,
) -> Result<()> {
    let customer = customers::api::survivor(tx, customer)?;
    let Some(open) = tx.maybe::<FirstContact>(&OPEN_OF, params![customer])? else { return Ok(()) };
    if open.owner_id != by {
        return Ok(());
    }
    let after = open.clone().spoken(kind, reference, at);
    if after.version == open.version {
        return Ok(());
    }
    save(tx, &after)?;
    show(tx, &after)
}

/// What was said is filed: the duty is done.
pub(crate) fn file(tx: &mut Tx<'_>, permit: &Permit, before: FirstContact, note: String) -> Result<FirstContact> {
    let after = before.clone().met(permit, note)?;
    save(tx, &after)?;
    tasks::api::complete_for(tx, FIRST_CONTACT, &subject(after.id), None)?;
    let entry = Entry::new("stewards.first_contact_filed", "first_contact", after.id);
    audit::api::record(tx, entry.change(&before.trace(), &after.trace()))?;
    told(tx, events::MET, &after)?;
    Ok(after)
}

/// Tells those whose time is nearly up, up to `limit` of them, as the schedule does; answers how many.
///
/// # Errors
/// From the database.
pub fn remind(tx: &mut Tx<'_>, limit: i64) -> Result<usize> {
    let now = tx.now();
    let due: Vec<FirstContact> = tx.all(&TO_REMIND, params![now, limit])?;
    let count = due.len();
    for mut one in due {
        (one.reminded_at, one.version) = (Some(now), one.version + 1);
        save(tx, &one)?;
        told(tx, events::DUE_SOON, &one)?;
    }
    Ok(count)
}

/// Its end is past: whoever leads who did not do it has it to see to.
pub(crate) fn late(tx: &mut Tx<'_>, id: Id<FirstContact>) -> Result<()> {
    let one = find(tx, id)?;
    if one.state != FirstContactState::Open {
        return Ok(());
    }
    let assignee = match people::api::lead_of(tx, one.owner_id)? {
        Some(lead) => Assignee::Person { id: lead, unit: people::api::unit_of(tx, lead)? },
        None => Assignee::Pool(one.unit_id),
    };
    let customer = one.customer_id.to_string();
    let whom = if one.customer_name.is_empty() {
        &customer[customer.len() - 4..]
    } else {
        one.customer_name.as_str()
    };
    tasks::api::create(
        tx,
        NewTask {
            source: LATE,
            key: Some(one.id.to_string()),
            title: format!("{} → {whom}", one.owner_name),
            detail: None,
            assignee,
            subject: Some(Subject::new("late_first_contact", one.id)),
            due: None,
            by_hand: true,
        },
    )?;
    told(tx, events::OVERDUE, &one)
}

#[cfg(test)]
mod tests {
    use kernel::{Actor, Rng};

    use super::*;

    fn one() -> FirstContact {
        let (at, rng) = (Timestamp::from_millis(100), Rng::seeded(1));
        FirstContact {
            id: Id::new(at, &rng),
            customer_id: Id::new(at, &rng),
            customer_name: "秦岚".into(),
            owner_id: Id::new(at, &rng),
            owner_name: "王芳".into(),
            unit_id: None,
            state: FirstContactState::Open,
            days: 7,
            given_at: at,
            remind_at: Timestamp::from_millis(800),
            due_at: Timestamp::from_millis(1_000),
            reminded_at: None,
            contact_kind: None,
            contact_id: None,
            contact_at: None,
            note: String::new(),
            closed_at: None,
            version: 1,
        }
    }

    #[test]
    fn it_is_filed_only_after_a_real_contact_and_the_first_counts() {
        let at = Timestamp::from_millis;
        let permit = Actor::System("test").permit("stewards.hand_over", &Owned::NOBODY, at(900)).unwrap();
        assert!(one().met(&permit, "谈过了".into()).is_err());
        assert_eq!(one().spoken(ContactKind::Phone, "inq_1".into(), at(50)).contact_at, None, "that was before");
        let spoken = one().spoken(ContactKind::Phone, "inq_1".into(), at(300)).spoken(
            ContactKind::Counter,
            "inq_2".into(),
            at(400),
        );
        assert_eq!((spoken.contact_at, spoken.contact_kind), (Some(at(300)), Some(ContactKind::Phone)));
        let met = spoken.met(&permit, "谈过了".into()).unwrap();
        assert!(met.clone().met(&permit, "再来".into()).is_err());
        assert!(!met.is_overdue(at(5_000)), "it was in time, whenever it is looked at");
    }

    #[test]
    fn it_is_overdue_from_the_close_of_the_last_day_on() {
        let at = Timestamp::from_millis;
        assert!(!one().is_overdue(at(999)) && one().is_overdue(at(1_000)));
        assert!(!one().dropped(at(2_000)).is_overdue(at(3_000)));
    }
}
