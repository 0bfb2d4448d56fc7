//! What lists may be of besides customers: a module below brings a [`Target`] for what it takes in from lists.

use std::collections::HashMap;

use customers::Taken;
use http::App;
use jiff::tz::TimeZone;
use kernel::{Actor, Error, Result, Timestamp};
use store::Tx;

/// The name of the target that is this module's own.
pub(crate) const CUSTOMERS: &str = "customers";

/// A field of what is taken in.
#[derive(Clone, Copy, Debug)]
pub struct TargetField {
    /// Its name, as plans and refusals spell it.
    pub name: &'static str,
    /// What headings call it, in lower case; of all fields the first that a heading holds decides.
    pub words: &'static [&'static str],
}

/// How a list is taken in.
#[derive(Clone, Debug)]
pub struct TargetListing {
    /// As of when the list is true.
    pub as_of: Timestamp,
    /// The organisation's time zone, for days without a time.
    pub zone: TimeZone,
    /// Whether anything is written, or only told what would become of each row.
    pub rehearsal: bool,
}

/// A row: its cells that are not empty, by field.
pub type TargetRow = HashMap<String, String>;

/// How rows are taken in, as whoever acts in the transaction, with what they may do; what became of each, in their
/// order. No two rows of one call have the same key.
pub type TakeRows = fn(&mut Tx<'_>, &TargetListing, &[TargetRow]) -> Result<Vec<Taken>>;

/// Something that lists may be of.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name: that of its page, `orders`.
    pub name: &'static str,
    /// What its columns may be.
    pub fields: &'static [TargetField],
    /// Of each of these groups one column must be there.
    pub needed: &'static [&'static [&'static str]],
    /// The field that tells two rows apart.
    pub key: &'static str,
    /// What one must be allowed to besides importing.
    pub permission: &'static str,
    /// Takes rows in.
    pub take: TakeRows,
}

/// Every target: a part of the app.
pub(crate) struct Targets(pub Vec<Target>);

/// The target of this name; none for customers.
///
/// # Errors
/// [`Error::Invalid`] for a name that is none's, or of what the actor may not enter.
pub(crate) fn named(app: &App, actor: &Actor, name: &str) -> Result<Option<Target>> {
    if name == CUSTOMERS {
        return Ok(None);
    }
    let known = app.part::<Targets>();
    let target = known.0.iter().find(|target| target.name == name && actor.has(target.permission)).copied();
    target.map(Some).ok_or(Error::field("target", "unknown"))
}

/// The target of this name, whoever asks; none for customers, and for what no module brings any more.
pub(crate) fn known(app: &App, name: &str) -> Option<Target> {
    app.part::<Targets>().0.iter().find(|target| target.name == name).copied()
}

/// The first of a target's fields that is needed and that no column is.
pub(crate) fn missing(target: &Target, columns: &[&str]) -> Option<&'static str> {
    let there = |group: &&&[&str]| !group.iter().any(|field| columns.contains(field));
    target.needed.iter().find(there).and_then(|group| group.first()).copied()
}
