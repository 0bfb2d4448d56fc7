//! Somebody comes back from an identity provider: which account they are, and whether it is let in.

use audit::api::Entry;
use kernel::{Result, UserId};
use serde_json::json;
use store::Tx;

use crate::{
    api::{self, Secret},
    door::Placement,
    http::sign_in::{self, Entered},
    identity::{self, Identity, IdentityProvider, SetOut},
    model::{Locale, RoleKind, User, login},
    oidc::{Trouble, token::Person},
    passwords, queries,
};

/// What came of it.
pub(crate) enum Arrived {
    /// They may go on to this page, or must show more.
    Entered(String, Entered),
    /// The account they set out with is linked now.
    Linked,
}

/// Finds or makes the account of `person`, and lets it in.
///
/// # Errors
/// From the database. Inside, why they are not let in.
pub(crate) fn arrive(
    tx: &mut Tx<'_>,
    placement: &dyn Placement,
    provider: &IdentityProvider,
    journey: &SetOut,
    person: &Person,
) -> Result<std::result::Result<Arrived, Trouble>> {
    let known = identity::by_subject(tx, &provider.issuer, &person.subject)?;
    if let Some(owner) = journey.user_id {
        return link_own(tx, provider, owner, known, person);
    }
    let identity = match known {
        Some(identity) => identity,
        None => match new_identity(tx, placement, provider, person)? {
            Ok(identity) => identity,
            Err(trouble) => return Ok(Err(trouble)),
        },
    };
    let user = queries::user(tx, identity.user_id)?;
    if !user.is_active() {
        return Ok(Err(Trouble::new("suspended", &user.login)));
    }
    identity::used(tx, identity.id)?;
    let entered = if provider.second_factor {
        sign_in::enter(tx, &user, "identity_provider")?
    } else {
        Entered::In(user.id, sign_in::begin(tx, &user, "identity_provider")?)
    };
    Ok(Ok(Arrived::Entered(own_path(&journey.next).to_owned(), entered)))
}

/// Whoever set out signed in comes back as the same.
fn link_own(
    tx: &mut Tx<'_>,
    provider: &IdentityProvider,
    owner: UserId,
    known: Option<Identity>,
    person: &Person,
) -> Result<std::result::Result<Arrived, Trouble>> {
    if !tx.actor().staff().is_ok_and(|staff| staff.id == owner) {
        return Ok(Err(Trouble::new("another_person", "")));
    }
    match known {
        Some(known) if known.user_id == owner => Ok(Ok(Arrived::Linked)),
        Some(_) => Ok(Err(Trouble::new("linked_elsewhere", ""))),
        None => {
            let user = queries::user(tx, owner)?;
            Ok(link(tx, provider, &user, person)?.map(|_| Arrived::Linked))
        }
    }
}

/// Who comes for the first time.
fn new_identity(
    tx: &mut Tx<'_>,
    placement: &dyn Placement,
    provider: &IdentityProvider,
    person: &Person,
) -> Result<std::result::Result<Identity, Trouble>> {
    let mail = person.verified_mail().filter(|_| provider.matches_mail).and_then(|mail| login(mail).ok());
    if let Some(mail) = mail
        && let Some(user) = queries::user_by_login(tx, &mail)?
    {
        return link(tx, provider, &user, person);
    }
    if !provider.creates {
        return Ok(Err(Trouble::new("unknown_person", called(person))));
    }
    let role = match provider.role_id {
        Some(id) => queries::role(tx, id)?,
        None => return Ok(Err(Trouble::new("unknown_person", called(person)))),
    };
    if role.kind == RoleKind::Administrator {
        return Ok(Err(Trouble::new("unknown_person", called(person))));
    }
    let claim = person.text(&provider.login_claim).unwrap_or_default();
    let Ok(login) = login(claim) else {
        return Ok(Err(Trouble::new("no_login", format!("{}: {claim}", provider.login_claim))));
    };
    if queries::user_by_login(tx, &login)?.is_some() {
        return Ok(Err(Trouble::new("login_taken", login)));
    }
    let name = person.text("name").and_then(|name| plain(name, 80)).unwrap_or_else(|| login.clone());
    let none = Secret(passwords::NONE.to_owned());
    let user = api::create_user(tx, &login, &name, &role.name, locale(person), &none)?;
    if let Some(unit) = provider.unit_id {
        placement.settle(tx, user.id, unit)?;
    }
    link(tx, provider, &user, person)
}

fn link(
    tx: &mut Tx<'_>,
    provider: &IdentityProvider,
    user: &User,
    person: &Person,
) -> Result<std::result::Result<Identity, Trouble>> {
    keep(tx, &provider.issuer, &person.subject, called(person), user)
}

/// Keeps that this subject of an issuer is this account.
pub(crate) fn keep(
    tx: &mut Tx<'_>,
    issuer: &str,
    subject: &str,
    name: String,
    user: &User,
) -> Result<std::result::Result<Identity, Trouble>> {
    let (issuer, subject) = (issuer.to_owned(), subject.to_owned());
    let identity =
        Identity { id: tx.new_id(), issuer, subject, user_id: user.id, name, created_at: tx.now(), used_at: None };
    if !identity::link(tx, &identity)? {
        return Ok(Err(Trouble::new("journey_over", "")));
    }
    let entry = Entry::new("access.identity_linked", "user", user.id).by(user.id, &user.name);
    audit::api::record(tx, entry.created(&json!({"issuer": identity.issuer, "name": identity.name})))?;
    Ok(Ok(identity))
}

/// A text of theirs as it may stand here; none when nothing is left of it.
pub(crate) fn plain(text: &str, most: usize) -> Option<String> {
    let text: String = text.trim().chars().filter(|letter| !letter.is_control()).take(most).collect();
    (!text.trim().is_empty()).then_some(text)
}

/// What the provider calls them.
fn called(person: &Person) -> String {
    let name = ["email", "preferred_username", "name"].iter().find_map(|claim| person.text(claim));
    plain(name.unwrap_or(&person.subject), 200).unwrap_or_default()
}

/// The language the provider says they speak.
fn locale(person: &Person) -> Locale {
    match person.text("locale").unwrap_or_default().to_lowercase().replace('_', "-") {
        locale if ["zh-tw", "zh-hk", "zh-mo", "zh-hant"].iter().any(|known| locale.starts_with(known)) => Locale::ZhTw,
        locale if locale.starts_with("en") => Locale::En,
        _ => Locale::ZhCn,
    }
}

/// Only a path of our own: an address from elsewhere could lead a person away.
pub(crate) fn own_path(next: &str) -> &str {
    let own = next.strip_prefix('/').is_some_and(|rest| !rest.starts_with(['/', '\\']));
    let plain = next.len() <= 1_000 && next.bytes().all(|byte| byte.is_ascii_graphic());
    if own && plain { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_our_own_is_led_to() {
        for own in ["/", "/settings?a=b#c", "/conversations/cnv_1"] {
            assert_eq!(own_path(own), own);
        }
        for other in ["", "x", "//e.example", "/\\e.example", "https://e.example", "/a\r\nb", "/店", "/a b"] {
            assert_eq!(own_path(other), "/", "{other}");
        }
    }
}
