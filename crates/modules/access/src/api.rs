//! What other modules and the command line call.

use std::sync::Arc;

use http::{App, Catalogue};
use kernel::{Actor, Error, Origin, Reach, Result, UserId};
use store::{Fact, Tx};

use crate::{
    codes,
    door::{self, Placement},
    events::UserChanged,
    factor,
    model::{ApiToken, Role, RoleKind, UserState},
    passwords, policy, queries,
};
pub use crate::{
    first_roles::{FIRST_ROLES, create_first_roles, grant_new_permissions},
    http::session::{Session, describe, session_cookie},
    model::{Locale, User, login as normal_login},
};

/// A password made ready to be kept: checked, and hashed off the database's threads.
#[derive(Clone, Debug)]
pub struct Secret(pub(crate) String);

/// Checks and hashes a password for `login`.
///
/// # Errors
/// [`Error::Invalid`] on field `password` when it is too short, too long or holds the login.
pub async fn secret(password: String, login: &str, rng: &kernel::Rng) -> Result<Secret> {
    passwords::check("password", &password, login)?;
    passwords::hash(password, rng).await.map(Secret)
}

/// Whether nobody has an account yet: the installation is new.
///
/// # Errors
/// From the database.
pub fn is_new(tx: &mut Tx<'_>) -> Result<bool> {
    queries::any_user(tx).map(|any| !any)
}

/// Creates an account with the role of this name.
///
/// # Errors
/// [`Error::Invalid`] for a malformed login or unknown role, [`Error::Conflict`] when the login is taken.
pub fn create_user(
    tx: &mut Tx<'_>,
    login: &str,
    name: &str,
    role: &str,
    locale: Locale,
    secret: &Secret,
) -> Result<User> {
    let login = normal_login(login)?;
    kernel::Check::new().text("name", name, 1..=80).done()?;
    let role = queries::role_by_name(tx, role)?.ok_or_else(|| Error::field("role", "unknown"))?;
    let user = User {
        id: tx.new_id(),
        login,
        name: name.trim().into(),
        role_id: role.id,
        locale,
        state: UserState::Active,
        password_hash: secret.0.clone(),
        created_at: tx.now(),
        version: 1,
    };
    queries::insert_user(tx, &user)?;
    audit::api::record(tx, audit::api::Entry::new("access.user_created", "user", user.id).created(&user))?;
    told(tx, &user)?;
    Ok(user)
}

/// Keeps the fact that an account changed.
pub(crate) fn told(tx: &mut Tx<'_>, user: &User) -> Result<()> {
    let changed = UserChanged { user_id: user.id, name: user.name.clone(), active: user.is_active() };
    tx.emit(Fact::new(UserChanged::KIND, user.id, &changed)?);
    Ok(())
}

/// Begins a browser session for `user`; answers the secret its cookie carries.
///
/// # Errors
/// From the database.
pub fn begin_session(tx: &mut Tx<'_>, user: UserId) -> Result<String> {
    door::begin_session(tx, user)
}

/// Makes an API token that acts as the account of this login; answers it and its secret, shown once.
///
/// # Errors
/// [`Error::NotFound`] without such an account.
pub fn create_token(tx: &mut Tx<'_>, login: &str, name: &str) -> Result<(ApiToken, String)> {
    let user = user_by_login(tx, login)?.ok_or(Error::NotFound)?;
    new_token(tx, user.id, name, None)
}

pub(crate) fn new_token(
    tx: &mut Tx<'_>,
    user: UserId,
    name: &str,
    expires_at: Option<kernel::Timestamp>,
) -> Result<(ApiToken, String)> {
    let secret = format!("zk_{}", tx.rng().secret());
    let token = ApiToken {
        id: tx.new_id(),
        user_id: user,
        name: name.trim().into(),
        secret_hash: door::fingerprint(&secret),
        created_at: tx.now(),
        expires_at,
        revoked_at: None,
    };
    queries::insert_token(tx, &token)?;
    audit::api::record(tx, audit::api::Entry::new("access.token_created", "token", token.id).created(&token))?;
    Ok((token, secret))
}

/// Lets this node's front door look everybody up anew: somebody stands, or may do, elsewhere now.
/// Other nodes feel it within five seconds. Call it after the commit.
pub fn look_again(app: &App) {
    app.part::<door::Recent>().forget_all();
}

/// Gives an account a new password from the command line; its sessions end.
///
/// # Errors
/// [`Error::NotFound`] without such an account.
pub fn give_password(tx: &mut Tx<'_>, login: &str, secret: &Secret) -> Result<()> {
    let mut user = user_by_login(tx, login)?.ok_or(Error::NotFound)?;
    user.password_hash = secret.0.clone();
    user.version += 1;
    queries::save_user(tx, &user)?;
    queries::end_sessions(tx, user.id, "")?;
    audit::api::record(tx, audit::api::Entry::new("access.password_given", "user", user.id))
}

/// Takes an account's second factor off from the command line, for who lost it and has nobody to ask;
/// its sessions end.
///
/// # Errors
/// [`Error::NotFound`] without such an account, [`Error::Conflict`] when it has no second factor.
pub fn reset_second_factor(tx: &mut Tx<'_>, login: &str) -> Result<()> {
    let user = user_by_login(tx, login)?.ok_or(Error::NotFound)?;
    reset_factor(tx, user.id)
}

pub(crate) fn reset_factor(tx: &mut Tx<'_>, user: UserId) -> Result<()> {
    if !factor::is_on(tx, user)? {
        return Err(codes::SECOND_FACTOR_OFF.conflict());
    }
    factor::take_off(tx, user, true)?;
    queries::end_sessions(tx, user, "")?;
    audit::api::record(tx, audit::api::Entry::new("access.second_factor_reset", "user", user))
}

/// The account of this id.
///
/// # Errors
/// [`Error::NotFound`] without one.
pub fn user(tx: &mut Tx<'_>, id: UserId) -> Result<User> {
    queries::user(tx, id)
}

/// The account of this login, if there is one.
///
/// # Errors
/// From the database.
pub fn user_by_login(tx: &mut Tx<'_>, login: &str) -> Result<Option<User>> {
    queries::user_by_login(tx, login)
}

/// How far the person's role grants `permission`, if it does. For rules about somebody who is not
/// the one acting: may this colleague approve, own, receive?
///
/// # Errors
/// From the database.
pub fn reach_of(tx: &mut Tx<'_>, user: UserId, permission: &'static str) -> Result<Option<Reach>> {
    let user = queries::user(tx, user)?;
    if !user.is_active() {
        return Ok(None);
    }
    let role = queries::role(tx, user.role_id)?;
    if role.kind == RoleKind::Administrator {
        return Ok(Some(Reach::All));
    }
    Ok(queries::grants(tx, role.id)?.into_iter().find(|(name, _)| name == permission).map(|(_, reach)| reach))
}

/// Every role that grants `permission`, and how far; the administrators' among them.
///
/// # Errors
/// From the database.
pub fn roles_granting(tx: &mut Tx<'_>, permission: &'static str) -> Result<Vec<(Role, Reach)>> {
    let mut granting = Vec::new();
    for role in queries::roles(tx)? {
        let reach = if role.kind == RoleKind::Administrator {
            Some(Reach::All)
        } else {
            queries::grants(tx, role.id)?.into_iter().find(|(name, _)| name == permission).map(|(_, reach)| reach)
        };
        granting.extend(reach.map(|reach| (role, reach)));
    }
    Ok(granting)
}

/// Every active account whose role grants `permission`, however far: id and name, in the order they were made.
///
/// # Errors
/// From the database.
pub fn granted(tx: &mut Tx<'_>, permission: &'static str) -> Result<Vec<(UserId, String)>> {
    queries::granted(tx, permission)
}

/// Whoever has this account, as they are now: with what their role grants and where they stand; none when they
/// may not sign in. For work that goes on for somebody who is not there.
///
/// # Errors
/// From the database.
pub async fn actor(app: &App, user: UserId) -> Result<Option<Actor>> {
    let (placement, catalogue) = (app.part::<Box<dyn Placement>>(), app.part::<Catalogue>());
    app.db()
        .read(&Origin::system("access"), move |tx| match queries::user(tx, user) {
            Ok(user) if user.is_active() => {
                Ok(Some(Actor::Staff(Arc::new(door::staff(tx, &user, &**placement, &catalogue)?))))
            }
            Ok(_) | Err(Error::NotFound) => Ok(None),
            Err(error) => Err(error),
        })
        .await
}

/// The name of the permission to manage accounts and roles.
pub const MANAGE: &str = policy::MANAGE;
