//! What customers are sorted by: groups of tags, and who has which.

use std::collections::{HashMap, HashSet};

use audit::api::Entry;
use customers::Source;
use kernel::{Actor, Check, CustomerId, Error, Id, Noun, Permit, Result, Timestamp, UserId};
use serde::Serialize;
use store::{Record, Tx, params, sql, text_enum};
use utoipa::ToSchema;

use crate::{
    codes,
    evidence::CustomerEvidence,
    model::ProfileChangeOf,
    queries::ids,
    values::{note, told},
};

impl Noun for CustomerTag {
    const PREFIX: &'static str = "ctg";
}

text_enum! {
    /// The colour a tag has on screens.
    pub enum CustomerTagColour {
        /// None.
        Quiet = "quiet",
        /// The house's own.
        Accent = "accent",
        /// Gold.
        Vip = "vip",
        /// Green.
        Ok = "ok",
        /// Amber.
        Warn = "warn",
        /// Red.
        Bad = "bad",
        /// Blue.
        Info = "info",
    }
}

store::record! {
    /// A tag, or a group of tags.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct CustomerTag {
        /// Its id.
        pub id: Id<CustomerTag>,
        /// The group it is in; none for a group, which nobody has.
        pub parent_id: Option<Id<CustomerTag>>,
        /// What it is called.
        pub name: String,
        /// Its colour.
        pub colour: CustomerTagColour,
        /// Its place among its neighbours.
        pub position: i64,
        /// Whether it can be set no more; where it was, it stays.
        pub archived: bool,
        /// Since when.
        pub created_at: Timestamp,
        /// Rises with each change; a change of an older version is refused.
        pub version: i64,
    }
}

text_enum! {
    /// Whether a customer has a tag.
    pub(crate) enum Standing {
        /// They have it.
        On = "on",
        /// It was taken off.
        Off = "off",
    }
}

store::record! {
    /// That a customer has a tag, or has it no more.
    #[derive(Clone, Debug)]
    pub(crate) struct Tagging {
        pub customer_id: CustomerId,
        pub tag_id: Id<CustomerTag>,
        pub standing: Standing,
        pub evidence: Option<CustomerEvidence>,
        pub expires_at: Option<Timestamp>,
        pub by_id: Option<UserId>,
        pub by_name: Option<String>,
        pub at: Timestamp,
        pub version: i64,
    }
}

sql! {
    INSERT(CustomerTag) = "INSERT INTO customer_tags ({cols}) VALUES ({vals})";
    UPDATE(CustomerTag) = "UPDATE customer_tags SET {sets} WHERE id = $1 AND version = $8 - 1";
    FIND(CustomerTag) = "SELECT {cols} FROM customer_tags WHERE id = $1";
    ALL(CustomerTag) = "SELECT {cols} FROM customer_tags ORDER BY position, id";
    PUT(Tagging) = "INSERT INTO customer_taggings ({cols}) VALUES ({vals}) ON CONFLICT (customer_id, tag_id)
        DO UPDATE SET standing = excluded.standing, evidence = excluded.evidence, expires_at = excluded.expires_at, by_id = excluded.by_id,
        by_name = excluded.by_name, at = excluded.at, version = excluded.version
        WHERE customer_taggings.version = excluded.version - 1";
    OF(Tagging) = "SELECT {cols} FROM customer_taggings
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY at, tag_id";
    EXPIRED(Tagging) = "SELECT {cols} FROM customer_taggings WHERE standing = 'on' AND expires_at <= $1
        ORDER BY expires_at, customer_id LIMIT $2";
    ERASE = "DELETE FROM customer_taggings WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
}

/// How many tags and groups there may be, archived ones among them.
const MOST: usize = 500;
/// How many one customer may have.
const MOST_OF_ONE: usize = 50;

/// What somebody wants a tag to be; none: as it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wish {
    pub name: Option<String>,
    pub colour: Option<CustomerTagColour>,
    pub position: Option<i64>,
    pub archived: Option<bool>,
}

impl Wish {
    fn check(&self) -> Result<()> {
        let hidden = self.name.as_deref().is_some_and(|name| name.contains(customers::api::is_invisible));
        Check::new()
            .maybe_text("name", self.name.as_deref(), 1..=20)
            .that(!hidden, "name", "control_character")
            .range("position", self.position.unwrap_or(0), 0..=1_000_000)
            .done()
    }

    fn over(&self, mut tag: CustomerTag) -> CustomerTag {
        if let Some(name) = &self.name {
            tag.name = name.trim().to_owned();
        }
        tag.colour = self.colour.unwrap_or(tag.colour);
        tag.position = self.position.unwrap_or(tag.position);
        tag.archived = self.archived.unwrap_or(tag.archived);
        tag
    }
}

/// Every group and tag there is or was, in order.
pub(crate) fn all(tx: &mut Tx<'_>) -> Result<Vec<CustomerTag>> {
    tx.all(&ALL, &[])
}

pub(crate) fn add(
    tx: &mut Tx<'_>,
    _permit: &Permit,
    parent_id: Option<Id<CustomerTag>>,
    wish: &Wish,
) -> Result<CustomerTag> {
    wish.check()?;
    let all = all(tx)?;
    if all.len() >= MOST {
        return Err(codes::TAGS_FULL.conflict());
    }
    let group = match parent_id {
        None => None,
        Some(id) => Some(all.iter().find(|tag| tag.id == id).ok_or(Error::field("parent_id", "unknown"))?),
    };
    if group.is_some_and(|group| group.parent_id.is_some()) {
        return Err(Error::field("parent_id", "not_allowed"));
    }
    let last = all.iter().filter(|tag| tag.parent_id == parent_id).map(|tag| tag.position).max().unwrap_or(0);
    let tag = wish.over(CustomerTag {
        id: tx.new_id(),
        parent_id,
        name: String::new(),
        colour: group.map_or(CustomerTagColour::Quiet, |group| group.colour),
        position: (last + 10).min(1_000_000),
        archived: false,
        created_at: tx.now(),
        version: 1,
    });
    unlike(&all, &tag)?;
    tx.exec(&INSERT, &tag.values())?;
    audit::api::record(tx, Entry::new("profiles.tag_created", "customer_tag", tag.id).created(&tag))?;
    Ok(tag)
}

pub(crate) fn alter(
    tx: &mut Tx<'_>,
    _permit: &Permit,
    id: Id<CustomerTag>,
    version: i64,
    wish: &Wish,
) -> Result<CustomerTag> {
    wish.check()?;
    let all = all(tx)?;
    let before = all.iter().find(|tag| tag.id == id).cloned().ok_or(Error::NotFound)?;
    let mut after = wish.over(before.clone());
    if !after.archived {
        unlike(&all, &after)?;
    }
    after.version = version + 1;
    tx.exec_one(&UPDATE, &after.values(), codes::STALE)?;
    audit::api::record(tx, Entry::new("profiles.tag_changed", "customer_tag", id).change(&before, &after))?;
    Ok(after)
}

/// Two of one group, or two groups, are not called the same while both are in use.
fn unlike(all: &[CustomerTag], tag: &CustomerTag) -> Result<()> {
    let folded = store::fold(&tag.name);
    let same = |other: &&CustomerTag| {
        other.id != tag.id && other.parent_id == tag.parent_id && !other.archived && store::fold(&other.name) == folded
    };
    if all.iter().any(|other| same(&other)) {
        Err(Error::field("name", "taken"))
    } else {
        Ok(())
    }
}

/// A tag a customer has.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProfileTagView {
    /// Which.
    tag_id: Id<CustomerTag>,
    /// What it is called.
    name: String,
    /// What its group is called.
    group: String,
    /// Its colour.
    colour: CustomerTagColour,
    /// What it rests on.
    evidence: Option<CustomerEvidence>,
    /// Until when they have it; none: until it is taken off.
    expires_at: Option<Timestamp>,
    /// The colleague who set it.
    by_id: Option<UserId>,
    /// Their name then.
    by_name: Option<String>,
    /// When.
    at: Timestamp,
    /// The merged file that has it, where that is not this one.
    from: Option<CustomerId>,
}

/// Each tag of the person these files are, as it stands at `now`: what was said of it last counts, in whichever file.
pub(crate) fn standing(of: &[CustomerId], rows: Vec<Tagging>, now: Timestamp) -> Vec<Tagging> {
    let survivor = of.first().copied();
    let mut found: HashMap<Id<CustomerTag>, Tagging> = HashMap::new();
    for row in rows {
        let said = |row: &Tagging| (row.at, Some(row.customer_id) == survivor);
        if found.get(&row.tag_id).is_none_or(|known| said(&row) >= said(known)) {
            found.insert(row.tag_id, row);
        }
    }
    let there = |row: &Tagging| row.standing == Standing::On && row.expires_at.is_none_or(|at| at > now);
    let mut rows: Vec<_> = found.into_values().filter(there).collect();
    rows.sort_by_key(|row| (row.at, row.tag_id));
    rows
}

/// What these files have and had, each of its own.
pub(crate) fn of(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<Vec<Tagging>> {
    tx.all(&OF, params![ids(of)?])
}

/// Who of these people, each with all their files, has the tag: one statement.
pub(crate) fn with(
    tx: &mut Tx<'_>,
    people: &HashMap<CustomerId, Vec<CustomerId>>,
    tag: Id<CustomerTag>,
) -> Result<HashSet<CustomerId>> {
    let now = tx.now();
    let files: Vec<_> = people.values().flatten().copied().collect();
    let mut rows: HashMap<CustomerId, Vec<Tagging>> = HashMap::new();
    for row in of(tx, &files)?.into_iter().filter(|row| row.tag_id == tag) {
        rows.entry(row.customer_id).or_default().push(row);
    }
    let has = |files: &[CustomerId]| {
        let theirs = files.iter().filter_map(|file| rows.get(file)).flatten().cloned().collect();
        !standing(files, theirs, now).is_empty()
    };
    Ok(people.iter().filter(|(_, files)| has(files)).map(|(id, _)| *id).collect())
}

/// The tags of the person these files are: two statements.
pub(crate) fn views(tx: &mut Tx<'_>, files: &[CustomerId]) -> Result<Vec<ProfileTagView>> {
    let now = tx.now();
    let rows = of(tx, files)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let all: HashMap<_, _> = all(tx)?.into_iter().map(|tag| (tag.id, tag)).collect();
    let view = |row: Tagging| {
        let tag = all.get(&row.tag_id)?;
        let group = tag.parent_id.and_then(|id| all.get(&id)).map(|group| group.name.clone()).unwrap_or_default();
        Some(ProfileTagView {
            tag_id: row.tag_id,
            name: tag.name.clone(),
            group,
            colour: tag.colour,
            evidence: row.evidence,
            expires_at: row.expires_at,
            by_id: row.by_id,
            by_name: row.by_name,
            at: row.at,
            from: Some(row.customer_id).filter(|id| files.first() != Some(id)),
        })
    };
    Ok(standing(files, rows, now).into_iter().filter_map(view).collect())
}

/// What a tag that is set rests on, and until when it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Setting {
    pub evidence: Option<CustomerEvidence>,
    pub expires_at: Option<Timestamp>,
}

/// Sets a tag, or sets it anew with other evidence and another end.
pub(crate) fn set(
    tx: &mut Tx<'_>,
    _permit: &Permit,
    files: &[CustomerId],
    id: Id<CustomerTag>,
    setting: &Setting,
) -> Result<()> {
    let now = tx.now();
    let tag = tx.maybe::<CustomerTag>(&FIND, params![id])?.ok_or(Error::NotFound)?;
    let has = standing(files, of(tx, files)?, now);
    let known = has.iter().any(|row| row.tag_id == id);
    Check::new()
        .that(tag.parent_id.is_some() && (known || !tag.archived), "tag", "not_allowed")
        .that(setting.expires_at.is_none_or(|at| at > now), "expires_at", "in_the_past")
        .that(known || has.len() < MOST_OF_ONE, "tag", "too_many")
        .done()?;
    if let Some(evidence) = &setting.evidence {
        evidence.check()?;
    }
    write(tx, files, id, (Standing::On, now), setting, known)
}

/// Whether it is a tag that can be set.
pub(crate) fn can_be_set(tx: &mut Tx<'_>, id: Id<CustomerTag>) -> Result<bool> {
    let tag = tx.maybe::<CustomerTag>(&FIND, params![id])?;
    Ok(tag.is_some_and(|tag| tag.parent_id.is_some() && !tag.archived))
}

/// Sets a tag that a rule asks for, where it can be set and is not; whether it was.
pub(crate) fn set_by_rule(tx: &mut Tx<'_>, files: &[CustomerId], id: Id<CustomerTag>) -> Result<bool> {
    let now = tx.now();
    let has = standing(files, of(tx, files)?, now);
    if has.iter().any(|row| row.tag_id == id) || has.len() >= MOST_OF_ONE || !can_be_set(tx, id)? {
        return Ok(false);
    }
    write(tx, files, id, (Standing::On, now), &Setting::default(), false)?;
    Ok(true)
}

/// Takes a tag off, also one that a merged file has.
pub(crate) fn take_off(tx: &mut Tx<'_>, _permit: &Permit, files: &[CustomerId], id: Id<CustomerTag>) -> Result<()> {
    let now = tx.now();
    if standing(files, of(tx, files)?, now).iter().all(|row| row.tag_id != id) {
        return Err(Error::NotFound);
    }
    write(tx, files, id, (Standing::Off, now), &Setting::default(), true)
}

fn write(
    tx: &mut Tx<'_>,
    files: &[CustomerId],
    tag_id: Id<CustomerTag>,
    (standing, at): (Standing, Timestamp),
    setting: &Setting,
    had: bool,
) -> Result<()> {
    let customer_id = *files.first().ok_or(Error::NotFound)?;
    let own = of(tx, &[customer_id])?.into_iter().find(|row| row.tag_id == tag_id);
    let (by_id, by_name) = match tx.actor() {
        Actor::Staff(staff) => (Some(staff.id), Some(staff.name.clone())),
        _ => (None, None),
    };
    let row = Tagging {
        customer_id,
        tag_id,
        standing,
        evidence: setting.evidence.clone(),
        expires_at: setting.expires_at,
        by_id,
        by_name,
        at,
        version: own.map_or(0, |row| row.version) + 1,
    };
    tx.exec_one(&PUT, &row.values(), codes::STALE)?;
    let has = standing == Standing::On;
    if has != had {
        let step = (Some(had.to_string()), Some(has.to_string()));
        note(tx, customer_id, ProfileChangeOf::Tag, tag_id.to_string(), step, &Source::entered(by_id, row.at))?;
    }
    told(tx, customer_id)
}

/// Takes off what is over, as many as asked for; how many there were.
pub(crate) fn expire(tx: &mut Tx<'_>, limit: i64) -> Result<usize> {
    let rows: Vec<Tagging> = tx.all(&EXPIRED, params![tx.now(), limit])?;
    for row in &rows {
        // As of when it was over, so that what was said since counts.
        let at = row.expires_at.unwrap_or(row.at);
        write(tx, &[row.customer_id], row.tag_id, (Standing::Off, at), &Setting::default(), true)?;
    }
    Ok(rows.len())
}

/// Forgets what these have and had.
pub(crate) fn erase(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<()> {
    tx.exec(&ERASE, params![ids(of)?]).map(drop)
}
