//! The roles an installation begins with, and how they come by the permissions of later releases.

use std::collections::BTreeSet;

use audit::api::Entry;
use http::{Catalogue, Permission};
use kernel::{Reach, Result};
use store::Tx;

use crate::{
    http::roles::with_grants,
    model::{Role, RoleKind},
    queries,
};

/// By the name they are created under.
pub const FIRST_ROLES: [&str; 4] = ["administrator", "head", "supervisor", "agent"];

/// How far a role that began as `first` goes at first; `None` for what it may not do.
fn at_first(first: &str, permission: &Permission) -> Option<Reach> {
    match first {
        "agent" => permission.agent,
        "supervisor" => permission.supervisor,
        "head" => permission.head,
        "administrator" => Some(Reach::All),
        _ => None,
    }
}

/// Creates the roles a new installation begins with, once.
///
/// # Errors
/// From the database.
pub fn create_first_roles(tx: &mut Tx<'_>, catalogue: &Catalogue) -> Result<()> {
    if !queries::roles(tx)?.is_empty() {
        return Ok(());
    }
    for name in FIRST_ROLES {
        let kind = if name == "administrator" {
            RoleKind::Administrator
        } else {
            RoleKind::Ordinary
        };
        let begun_as = Some(name.to_owned());
        let role = Role { id: tx.new_id(), name: name.into(), kind, created_at: tx.now(), begun_as, version: 1 };
        queries::insert_role(tx, &role)?;
        let first = |permission: &Permission| Some((permission.name.to_owned(), at_first(name, permission)?));
        let grants: Vec<_> = catalogue.0.iter().filter_map(first).collect();
        queries::set_grants(tx, role.id, &grants)?;
    }
    queries::know_permissions(tx, &news(catalogue, &BTreeSet::new()))
}

/// Gives the first roles, whatever they are called by now, the permissions that came with a newer
/// release, as far as they would have gone at first. A permission is given once: one that somebody took
/// away stays away. Roles made by hand are left alone.
///
/// # Errors
/// From the database.
pub fn grant_new_permissions(tx: &mut Tx<'_>, catalogue: &Catalogue) -> Result<()> {
    let roles = queries::roles(tx)?;
    let known = queries::known_permissions(tx)?;
    let news = news(catalogue, &known);
    // Without roles the installation is new, and they will be made with all of them.
    if roles.is_empty() || news.is_empty() {
        return Ok(());
    }
    for role in roles.into_iter().filter(|role| role.kind == RoleKind::Ordinary) {
        let Some(first) = role.begun_as.clone() else { continue };
        let before = with_grants(tx, role.clone())?;
        let given =
            news.iter().filter_map(|permission| Some((permission.name.to_owned(), at_first(&first, permission)?)));
        let mut grants = before.grants.clone();
        for (name, reach) in given {
            grants.entry(name).or_insert(reach);
        }
        if grants == before.grants {
            continue;
        }
        let after = Role { version: role.version + 1, ..role };
        queries::save_role(tx, &after)?;
        queries::set_grants(tx, after.id, &grants.into_iter().collect::<Vec<_>>())?;
        let after = with_grants(tx, after)?;
        audit::api::record(tx, Entry::new("access.role_changed", "role", after.role.id).change(&before, &after))?;
    }
    queries::know_permissions(tx, &news)
}

fn news<'c>(catalogue: &'c Catalogue, known: &BTreeSet<String>) -> Vec<&'c Permission> {
    catalogue.0.iter().filter(|permission| !known.contains(permission.name)).collect()
}
