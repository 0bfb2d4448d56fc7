//! Somebody has shown the password a directory has of them: which account they are, and whether it is let in.

use audit::api::Entry;
use kernel::{Result, UserId};
use store::Tx;

use super::{Directory, RolesAt, ask::Found};
use crate::{
    api::{self, Secret},
    arrival,
    door::Placement,
    identity,
    model::{Locale, RoleKind, User, login},
    passwords, queries,
    trouble::Trouble,
};

/// Finds or makes the account of somebody.
///
/// # Errors
/// From the database. Inside, why they are not let in.
pub(crate) fn admit(
    tx: &mut Tx<'_>,
    placement: &dyn Placement,
    directory: &Directory,
    found: &Found,
) -> Result<std::result::Result<User, Trouble>> {
    if let Err(trouble) = is_let_in(directory, found) {
        return Ok(Err(trouble));
    }
    let Some(known) = identity::by_subject(tx, &directory.issuer(), &found.subject)? else {
        return newcomer(tx, placement, directory, found);
    };
    let user = queries::user(tx, known.user_id)?;
    if !user.is_active() {
        return Ok(Err(Trouble::new("suspended", &user.login)));
    }
    identity::used(tx, known.id)?;
    match directory.roles_at {
        RolesAt::First => Ok(Ok(user)),
        RolesAt::Each => follow(tx, directory, found, user).map(Ok),
    }
}

/// Keeps that somebody of the directory is the person who is signed in.
///
/// # Errors
/// From the database. Inside, why they are not.
pub(crate) fn link_own(
    tx: &mut Tx<'_>,
    directory: &Directory,
    found: &Found,
    owner: UserId,
) -> Result<std::result::Result<(), Trouble>> {
    if let Err(trouble) = is_let_in(directory, found) {
        return Ok(Err(trouble));
    }
    match identity::by_subject(tx, &directory.issuer(), &found.subject)? {
        Some(known) if known.user_id == owner => Ok(Ok(())),
        Some(_) => Ok(Err(Trouble::new("linked_elsewhere", &found.login))),
        None => {
            let user = queries::user(tx, owner)?;
            arrival::keep(tx, &directory.issuer(), &found.subject, called(found), &user).map(|kept| kept.map(drop))
        }
    }
}

fn is_let_in(directory: &Directory, found: &Found) -> std::result::Result<(), Trouble> {
    if found.disabled {
        return Err(Trouble::new("disabled", &found.name_there));
    }
    if !directory.required_group.is_empty() && !found.groups.contains(&directory.required_group) {
        return Err(Trouble::new("not_in_group", &found.name_there));
    }
    Ok(())
}

/// Who comes for the first time. An account that is there is never taken over by its name.
fn newcomer(
    tx: &mut Tx<'_>,
    placement: &dyn Placement,
    directory: &Directory,
    found: &Found,
) -> Result<std::result::Result<User, Trouble>> {
    if !directory.creates {
        return Ok(Err(Trouble::new("unknown_person", &found.name_there)));
    }
    let Some(role) = directory.role(&found.groups) else {
        return Ok(Err(Trouble::new("no_role", &found.name_there)));
    };
    let role = queries::role(tx, role)?;
    if role.kind == RoleKind::Administrator {
        return Ok(Err(Trouble::new("no_role", &found.name_there)));
    }
    let Ok(login) = login(&found.login) else {
        return Ok(Err(Trouble::new("no_login", format!("{}: {}", directory.login_attribute, found.login))));
    };
    if queries::user_by_login(tx, &login)?.is_some() {
        return Ok(Err(Trouble::new("login_taken", login)));
    }
    let name = arrival::plain(&found.name, 80).unwrap_or_else(|| login.clone());
    let none = Secret(passwords::NONE.to_owned());
    let user = api::create_user(tx, &login, &name, &role.name, Locale::ZhCn, &none)?;
    let named = if found.department.is_empty() {
        None
    } else {
        placement.unit_named(tx, &found.department)?
    };
    if let Some(unit) = named.or(directory.unit_id) {
        placement.settle(tx, user.id, unit)?;
    }
    let kept = arrival::keep(tx, &directory.issuer(), &found.subject, called(found), &user)?;
    Ok(kept.map(|_| user))
}

/// Gives an account the role its person's groups say. Administrators are made and unmade by hand alone.
fn follow(tx: &mut Tx<'_>, directory: &Directory, found: &Found, user: User) -> Result<User> {
    let Some(wanted) = directory.role(&found.groups).filter(|role| *role != user.role_id) else { return Ok(user) };
    for role in [wanted, user.role_id] {
        if queries::role(tx, role)?.kind == RoleKind::Administrator {
            return Ok(user);
        }
    }
    let after = User { role_id: wanted, version: user.version + 1, ..user.clone() };
    queries::save_user(tx, &after)?;
    audit::api::record(tx, Entry::new("access.user_changed", "user", user.id).change(&user, &after))?;
    api::told(tx, &after)?;
    Ok(after)
}

/// What the directory calls them.
fn called(found: &Found) -> String {
    let names = [&found.mail, &found.login, &found.subject];
    names.into_iter().find_map(|name| arrival::plain(name, 200)).unwrap_or_default()
}
