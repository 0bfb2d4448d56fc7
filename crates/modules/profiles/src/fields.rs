//! The fields there are: defined, changed, archived; never deleted.

use audit::api::Entry;
use kernel::{Error, Id, Permit, Result};
use store::Tx;

use crate::{
    codes,
    model::{CustomerField, CustomerFieldKind, CustomerFieldRules, Wish},
    queries,
};

/// How many fields there may be, archived ones among them.
const MOST: usize = 200;

pub(crate) fn add(tx: &mut Tx<'_>, _permit: &Permit, kind: CustomerFieldKind, wish: &Wish) -> Result<CustomerField> {
    let wish = wish.clone().normal(kind)?;
    let all = queries::fields(tx)?;
    if all.len() >= MOST {
        return Err(codes::FIELDS_FULL.conflict());
    }
    unlike(&all, None, &wish)?;
    let last = all.last().map_or(0, |last| last.position);
    let field = wish.over(CustomerField {
        id: tx.new_id(),
        name: String::new(),
        kind,
        applies_to: None,
        section: String::new(),
        position: (last + 10).min(1_000_000),
        hint: String::new(),
        rules: CustomerFieldRules::default(),
        personal: true,
        seen_by: Default::default(),
        changed_by: Default::default(),
        archived: false,
        created_at: tx.now(),
        version: 1,
    });
    queries::insert_field(tx, &field)?;
    audit::api::record(tx, Entry::new("profiles.field_created", "customer_field", field.id).created(&field.trace()))?;
    Ok(field)
}

pub(crate) fn alter(
    tx: &mut Tx<'_>,
    _permit: &Permit,
    id: Id<CustomerField>,
    version: i64,
    wish: &Wish,
    archived: bool,
) -> Result<CustomerField> {
    let before = queries::field(tx, id)?;
    let wish = wish.clone().normal(before.kind)?;
    // A choice that values may name stays, archived at most.
    let kept = |id: &String| wish.rules.choices.iter().any(|choice| choice.id == *id);
    if !before.rules.choices.iter().all(|choice| kept(&choice.id)) {
        return Err(Error::field("rules.choices", "archive_instead"));
    }
    if !archived {
        unlike(&queries::fields(tx)?, Some(id), &wish)?;
    }
    let mut after = wish.over(before.clone());
    (after.archived, after.version) = (archived, version + 1);
    queries::save_field(tx, &after)?;
    let entry = Entry::new("profiles.field_changed", "customer_field", id);
    audit::api::record(tx, entry.change(&before.trace(), &after.trace()))?;
    Ok(after)
}

/// Two fields in use are not called the same: lists are read by their names.
fn unlike(all: &[CustomerField], own: Option<Id<CustomerField>>, wish: &Wish) -> Result<()> {
    let folded = store::fold(&wish.name);
    let same = |field: &&CustomerField| !field.archived && Some(field.id) != own && store::fold(&field.name) == folded;
    match all.iter().find(same) {
        Some(_) => Err(Error::field("name", "taken")),
        None => Ok(()),
    }
}
