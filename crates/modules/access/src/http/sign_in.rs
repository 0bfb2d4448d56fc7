//! Signing in: a password, and where there is a second factor a code of it.

use audit::api::Entry;
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use http::{Answer, Cx, Json, Problem};
use kernel::{Error, Id, Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use utoipa::ToSchema;

use super::session::{Session, describe, session_cookie};
use crate::{
    Placement, codes,
    directory::{
        self, Directory,
        admit::{admit, link_own},
        ask::{self, Asked},
    },
    door,
    factor::{self, Step},
    model::{User, login},
    passwords, queries,
    throttle::{self, Counted},
    totp,
    trouble::Trouble,
};

/// The name and the password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// The name to sign in with; capitals do not matter.
    login: String,
    /// The password.
    password: String,
}

/// The password was right; this is still to be shown before there is a session.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignInChallenge {
    /// `code`: one of the second factor. `enrol`: the account must have a second factor and has none yet.
    pub(crate) step: Step,
    /// What names this sign-in in that step, and nowhere else.
    pub(crate) challenge: String,
    /// Until when it does: a quarter of an hour.
    pub(crate) expires_at: Timestamp,
}

/// How far an account that has shown who it is has come.
pub(crate) enum Entered {
    /// It is in, with this session's secret.
    In(UserId, String),
    /// It must show more.
    Challenged(SignInChallenge),
}

/// Lets an account in that has shown who it is by `means`, or asks it for its second factor.
pub(crate) fn enter(tx: &mut Tx<'_>, user: &User, means: &str) -> Result<Entered> {
    if let Some(step) = factor::next_step(tx, user)? {
        let (challenge, expires_at) = factor::challenge(tx, user.id, step)?;
        return Ok(Entered::Challenged(SignInChallenge { step, challenge, expires_at }));
    }
    begin(tx, user, means).map(|secret| Entered::In(user.id, secret))
}

/// Begins the session of an account that has shown all it must.
pub(crate) fn begin(tx: &mut Tx<'_>, user: &User, means: &str) -> Result<String> {
    let entry = Entry::new("access.signed_in", "user", user.id).by(user.id, &user.name);
    audit::api::record(tx, entry.created(&json!({"means": means})))?;
    door::begin_session(tx, user.id)
}

/// Signs in, by the password of the account or by the one a directory has of its person. Sets the session cookie; where the account has a second factor, or must have one, answers
/// 202 with what is still to be shown.
#[utoipa::path(post, path = "/session", tag = "access", request_body = SignIn, responses((status = 200, body = Session), (status = 202, body = SignInChallenge)))]
pub(crate) async fn sign_in(cx: Cx, Json(request): Json<SignIn>) -> Result<Response, Problem> {
    let login = login(&request.login).map_err(|_| wrong())?;
    if request.password.len() > 1_000 {
        return Err(wrong().into());
    }
    let (name, ip) = (login.clone(), cx.origin().ip);
    let (account, governed, relations) = cx
        .read(move |tx| {
            for counted in counted(&name, ip).iter().flatten() {
                throttle::check(tx, counted)?;
            }
            let (account, relations) = (queries::user_by_login(tx, &name)?, directory::active(tx)?);
            let governed = match &account {
                Some(user) => directory::governs(tx, &relations, user)?,
                None => false,
            };
            Ok((account, governed, relations))
        })
        .await?;
    let hash = account.as_ref().map(|user| user.password_hash.clone());
    let right = passwords::verify(request.password.clone(), hash).await?;
    let user = account.filter(|user| right && user.is_active() && !governed);
    // Whoever is known here by their password is not asked for elsewhere: no directory that is gone keeps
    // administrators out, and none hears their passwords.
    let asked = match user {
        Some(_) => Asked::Nobody,
        None => ask::whose(&relations, &login, &request.password).await,
    };
    let placement = cx.app().part::<Box<dyn Placement>>();
    let entered = cx
        .write(move |tx| {
            let shown = user.is_some() || matches!(asked, Asked::Them(..));
            for counted in counted(&login, ip).iter().flatten() {
                // Another guess may have failed meanwhile.
                throttle::check(tx, counted)?;
                if !shown {
                    throttle::failed(tx, counted)?;
                }
            }
            let admitted = match (&user, &asked) {
                (Some(user), _) => Ok((user.clone(), "password")),
                (None, Asked::Them(directory, found)) => admit(tx, &**placement, directory, found)?
                    .map(|user| (user, "directory"))
                    .map_err(|trouble| (directory, trouble)),
                (None, Asked::Trouble(directory, trouble)) => Err((directory, trouble.clone())),
                (None, Asked::Nobody) => return Ok(Err(wrong())),
            };
            let (user, means) = match admitted {
                Ok(admitted) => admitted,
                Err((directory, trouble)) => {
                    kept_out(tx, directory, &trouble)?;
                    return Ok(Err(unopened(&trouble)));
                }
            };
            // Only the login's failures are forgiven: one good account must not clear its address for guessing others.
            throttle::succeeded(tx, &Counted::login(&login))?;
            enter(tx, &user, means).map(Ok)
        })
        .await?;
    match entered? {
        Entered::In(user, secret) => {
            // Their role may have followed their groups.
            cx.app().part::<door::Recent>().forget_all();
            let_in(&cx, &secret, describe(&cx, user).await?)
        }
        Entered::Challenged(challenge) => Ok((StatusCode::ACCEPTED, Json(challenge)).into_response()),
    }
}

/// What is counted of a guess.
fn counted(login: &str, ip: Option<std::net::IpAddr>) -> [Option<Counted>; 2] {
    [Some(Counted::login(login)), Counted::address(ip)]
}

/// Keeps why a directory's person was not let in: they hear it in general words, the trail with what was said.
fn kept_out(tx: &mut Tx<'_>, directory: &Directory, trouble: &Trouble) -> Result<()> {
    let why = json!({"name": directory.name, "trouble": trouble.code, "detail": trouble.detail});
    audit::api::record(tx, Entry::new("access.directory_refused", "directory", directory.id).created(&why))
}

/// What somebody hears whom a directory knows and who is not let in, or whom it could not be asked about.
fn unopened(trouble: &Trouble) -> Error {
    let code = match trouble.code {
        "unknown_person" | "journey_over" => codes::DIRECTORY_UNKNOWN_PERSON,
        "not_in_group" => codes::DIRECTORY_NOT_IN_GROUP,
        "no_role" => codes::DIRECTORY_NO_ROLE,
        "no_login" => codes::DIRECTORY_NO_LOGIN,
        "login_taken" => codes::DIRECTORY_LOGIN_TAKEN,
        "disabled" | "suspended" => codes::DIRECTORY_DISABLED,
        "password_expired" => codes::DIRECTORY_PASSWORD_EXPIRED,
        "linked_elsewhere" => codes::DIRECTORY_LINKED_ELSEWHERE,
        _ => codes::DIRECTORY_UNREACHABLE,
    };
    code.conflict()
}

/// Somebody's login and password in a directory.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DirectoryLinking {
    /// The directory.
    directory_id: Id<Directory>,
    /// The login there.
    login: String,
    /// The password there; it is kept nowhere.
    password: String,
}

/// Links one's own account with a directory: from then on one signs in with the password one has there.
#[utoipa::path(post, path = "/identities/directory", tag = "access", request_body = DirectoryLinking, responses((status = 204)))]
pub(crate) async fn link(cx: Cx, Json(request): Json<DirectoryLinking>) -> Result<StatusCode, Problem> {
    let owner = cx.actor().staff()?.id;
    let DirectoryLinking { directory_id, login: name, password } = request;
    let (name, ip) = (login(&name).map_err(|_| wrong())?, cx.origin().ip);
    if password.len() > 1_000 {
        return Err(wrong().into());
    }
    let guessed = name.clone();
    let relation = cx
        .read(move |tx| {
            for counted in counted(&guessed, ip).iter().flatten() {
                throttle::check(tx, counted)?;
            }
            let directory = directory::find(tx, directory_id)?;
            if !directory.is_active() {
                return Err(Error::NotFound);
            }
            directory::relation(tx, directory)
        })
        .await?;
    let asked = ask::whose(&[relation], &name, &password).await;
    let linked = cx
        .write(move |tx| {
            for counted in counted(&name, ip).iter().flatten() {
                throttle::check(tx, counted)?;
                if !matches!(asked, Asked::Them(..)) {
                    throttle::failed(tx, counted)?;
                }
            }
            let (directory, trouble) = match &asked {
                Asked::Nobody => return Ok(Err(wrong())),
                Asked::Trouble(directory, trouble) => (directory, trouble.clone()),
                Asked::Them(directory, found) => match link_own(tx, directory, found, owner)? {
                    Ok(()) => {
                        throttle::succeeded(tx, &Counted::login(&name))?;
                        return Ok(Ok(()));
                    }
                    Err(trouble) => (directory, trouble),
                },
            };
            kept_out(tx, directory, &trouble)?;
            Ok(Err(unopened(&trouble)))
        })
        .await?;
    linked?;
    Ok(StatusCode::NO_CONTENT)
}

/// One answer for every wrong pair: which half was wrong stays unsaid.
fn wrong() -> Error {
    Error::field("password", "wrong_login_or_password")
}

pub(crate) fn wrong_code() -> Error {
    Error::field("code", "wrong_code")
}

fn let_in(cx: &Cx, secret: &str, answer: impl Serialize) -> Result<Response, Problem> {
    Ok(([(header::SET_COOKIE, session_cookie(cx.app(), secret))], Json(answer)).into_response())
}

/// A sign-in that has come to its second step.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecondStep {
    /// What the first step answered.
    challenge: String,
    /// Six digits of the authenticator app, or a recovery code.
    code: String,
}

/// Signs in by the second step. Sets the session cookie. A code is taken once; wrong ones slow the next down.
#[utoipa::path(post, path = "/session/second-factor", tag = "access", request_body = SecondStep, responses((status = 200, body = Session)))]
pub(crate) async fn second_step(cx: Cx, Json(request): Json<SecondStep>) -> Result<Response, Problem> {
    let ip = cx.origin().ip;
    let entered = cx
        .write(move |tx| {
            let user = active(tx, &request.challenge, Step::Code)?;
            let address = Counted::address(ip);
            for counted in address.iter() {
                throttle::check(tx, counted)?;
            }
            let Some(proof) = factor::prove(tx, user.id, &request.code)? else {
                for counted in address.iter() {
                    throttle::failed(tx, counted)?;
                }
                // Somebody knows the password: its owner may have to hear of it.
                let entry = Entry::new("access.second_factor_refused", "user", user.id);
                audit::api::record(tx, entry.by(user.id, &user.name))?;
                return Ok(None);
            };
            factor::end_challenges(tx, user.id)?;
            let means = match proof {
                factor::Proof::Code => "second_factor",
                factor::Proof::RecoveryCode => "recovery_code",
            };
            begin(tx, &user, means).map(|secret| Some((user.id, secret)))
        })
        .await?;
    let Some((user, secret)) = entered else { return Err(wrong_code().into()) };
    let_in(&cx, &secret, describe(&cx, user).await?)
}

/// The account that is signing in, if it still may.
fn active(tx: &mut Tx<'_>, challenge: &str, step: Step) -> Result<User> {
    let id = factor::challenged(tx, challenge, step)?;
    let user = queries::user(tx, id)?;
    if user.is_active() {
        Ok(user)
    } else {
        Err(Error::field("challenge", "sign_in_anew"))
    }
}

/// A sign-in that needs a second factor first.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Enrolling {
    /// What the first step answered.
    challenge: String,
}

/// What an authenticator app is told.
#[derive(Serialize, ToSchema)]
pub(crate) struct Enrolment {
    /// The secret in base32, for typing in.
    secret: String,
    /// The same as an address, for a picture to be scanned: `otpauth://totp/…`.
    uri: String,
}

impl Enrolment {
    pub(crate) fn new(login: &str, secret: String) -> Self {
        Self { uri: totp::uri(login, &secret), secret }
    }
}

/// Begins to set up the second factor that a sign-in needs.
#[utoipa::path(post, path = "/session/enrolment", tag = "access", request_body = Enrolling, responses((status = 200, body = Enrolment)))]
pub(crate) async fn enrol(cx: Cx, Json(request): Json<Enrolling>) -> Answer<Enrolment> {
    let enrolment = cx
        .write(move |tx| {
            let user = active(tx, &request.challenge, Step::Enrol)?;
            let secret = factor::begin(tx, user.id)?;
            Ok(Enrolment::new(&user.login, secret))
        })
        .await?;
    Ok(Json(enrolment))
}

/// Signed in, with a new second factor.
#[derive(Serialize, ToSchema)]
pub(crate) struct Enrolled {
    /// Who is signed in.
    session: Session,
    /// Ten codes, each good once in place of the app. They are not kept and cannot be shown again.
    recovery_codes: Vec<String>,
}

/// Puts the new second factor in force with a first code of it, and signs in. Sets the session cookie.
#[utoipa::path(post, path = "/session/enrolment/confirmation", tag = "access", request_body = SecondStep, responses((status = 200, body = Enrolled)))]
pub(crate) async fn confirm(cx: Cx, Json(request): Json<SecondStep>) -> Result<Response, Problem> {
    let entered = cx
        .write(move |tx| {
            let user = active(tx, &request.challenge, Step::Enrol)?;
            let Some(codes) = factor::confirm(tx, user.id, &request.code)? else { return Ok(None) };
            queries::end_sessions(tx, user.id, "")?;
            let entry = Entry::new("access.second_factor_set_up", "user", user.id);
            audit::api::record(tx, entry.by(user.id, &user.name))?;
            begin(tx, &user, "second_factor").map(|secret| Some((user.id, secret, codes)))
        })
        .await?;
    let Some((user, secret, recovery_codes)) = entered else { return Err(wrong_code().into()) };
    cx.app().part::<door::Recent>().forget_all();
    let session = describe(&cx, user).await?;
    let_in(&cx, &secret, Enrolled { session, recovery_codes })
}
