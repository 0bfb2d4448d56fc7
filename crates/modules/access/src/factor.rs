//! The second factor: what it is made of, who must have one, and whether what is shown is right.

use kernel::{Error, Id, Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::{Record, ToValue, Tx, params, sql, text_enum};
use utoipa::ToSchema;

use crate::{
    codes, door,
    model::{Role, User},
    throttle::{self, Counted},
    totp,
};

/// One-time recovery codes that are given out at once.
const RECOVERY: usize = 10;
/// Random bytes of one: 80 bits, so that one round of SHA-256 keeps it.
const RECOVERY_BYTES: usize = 10;
/// How long a challenge is good, in milliseconds: long enough to install an app.
const CHALLENGED: i64 = 15 * 60_000;

text_enum! {
    /// Who must have a second factor.
    pub enum Required {
        /// Nobody; everybody may.
        Nobody = "nobody",
        /// Those of some roles.
        Roles = "roles",
        /// Everybody.
        Everybody = "everybody",
    }
}

text_enum! {
    /// What is still to be shown.
    pub enum Step {
        /// A code of the second factor.
        Code = "code",
        /// Nothing yet: a second factor must be set up first.
        Enrol = "enrol",
    }
}

/// Roles, kept as JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct RoleIds(pub(crate) Vec<Id<Role>>);

store::kept_as_json!(RoleIds);

store::record! {
    /// What signing in asks for.
    #[derive(Clone, Debug, Serialize, ToSchema)]
    pub struct SignInRules {
        #[serde(skip)]
        #[schema(ignore)]
        pub(crate) name: String,
        /// Who must have a second factor. Who must and has none sets it up at the next sign-in.
        pub(crate) second_factor: Required,
        /// Whose, when it is some roles'.
        #[schema(value_type = Vec<Id<Role>>)]
        pub(crate) role_ids: RoleIds,
        /// Rises with each change; 0 before the first.
        pub(crate) version: i64,
    }
}

store::record! {
    /// A person's second factor, as it is kept.
    #[derive(Clone, Debug)]
    pub struct SecondFactor {
        pub(crate) user_id: UserId,
        /// In base32; empty when it was taken off.
        pub(crate) secret: String,
        pub(crate) confirmed_at: Option<Timestamp>,
        /// The newest step a code was taken of: it and older ones are not taken again.
        pub(crate) last_step: i64,
        /// When an administrator took it off, until there is one again.
        pub(crate) reset_at: Option<Timestamp>,
    }
}

sql! {
    FIND(SecondFactor) = "SELECT {cols} FROM second_factors WHERE user_id = $1";
    SAVE(SecondFactor) = "INSERT INTO second_factors ({cols}) VALUES ({vals}) ON CONFLICT (user_id) DO UPDATE SET
        secret = excluded.secret, confirmed_at = excluded.confirmed_at, last_step = excluded.last_step, reset_at = excluded.reset_at";
    TAKE_STEP = "UPDATE second_factors SET last_step = $2 WHERE user_id = $1 AND last_step < $2";
    COUNT_RECOVERY = "SELECT count(*) FROM recovery_codes WHERE user_id = $1";
    TAKE_RECOVERY = "DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash = $2";
    CLEAR_RECOVERY = "DELETE FROM recovery_codes WHERE user_id = $1";
    INSERT_RECOVERY = "INSERT INTO recovery_codes (user_id, code_hash) VALUES {rows:TEXT,TEXT}";
    INSERT_CHALLENGE = "INSERT INTO sign_in_challenges (secret_hash, user_id, step, expires_at) VALUES ($1, $2, $3, $4)";
    FIND_CHALLENGE = "SELECT user_id FROM sign_in_challenges WHERE secret_hash = $1 AND step = $2 AND expires_at > $3";
    END_CHALLENGES = "DELETE FROM sign_in_challenges WHERE user_id = $1";
    FORGET_CHALLENGES = "DELETE FROM sign_in_challenges WHERE expires_at <= $1";
    FIND_RULES(SignInRules) = "SELECT {cols} FROM sign_in_rules WHERE name = 'sign_in'";
    INSERT_RULES(SignInRules) = "INSERT INTO sign_in_rules ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE_RULES(SignInRules) = "UPDATE sign_in_rules SET {sets} WHERE name = $1 AND version = $4 - 1";
}

/// What signing in asks for; nothing until somebody says otherwise.
pub(crate) fn rules(tx: &mut Tx<'_>) -> Result<SignInRules> {
    let none = || SignInRules {
        name: "sign_in".into(),
        second_factor: Required::Nobody,
        role_ids: RoleIds::default(),
        version: 0,
    };
    Ok(tx.maybe(&FIND_RULES, &[])?.unwrap_or_else(none))
}

pub(crate) fn save_rules(tx: &mut Tx<'_>, rules: &SignInRules) -> Result<()> {
    let statement = if rules.version == 1 { &INSERT_RULES } else { &UPDATE_RULES };
    tx.exec_one(statement, &rules.values(), codes::STALE)
}

/// Whether this account must have a second factor.
pub(crate) fn is_required(tx: &mut Tx<'_>, user: &User) -> Result<bool> {
    let rules = rules(tx)?;
    Ok(match rules.second_factor {
        Required::Nobody => false,
        Required::Roles => rules.role_ids.0.contains(&user.role_id),
        Required::Everybody => true,
    })
}

/// The person's second factor, being set up or in force.
pub(crate) fn find(tx: &mut Tx<'_>, user: UserId) -> Result<Option<SecondFactor>> {
    tx.maybe(&FIND, params![user])
}

/// Whether one is in force.
pub(crate) fn is_on(tx: &mut Tx<'_>, user: UserId) -> Result<bool> {
    Ok(find(tx, user)?.is_some_and(|factor| factor.confirmed_at.is_some()))
}

pub(crate) fn recovery_codes_left(tx: &mut Tx<'_>, user: UserId) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&COUNT_RECOVERY, params![user])?.0)
}

/// What an account that has shown its password must still show before it is in.
pub(crate) fn next_step(tx: &mut Tx<'_>, user: &User) -> Result<Option<Step>> {
    if is_on(tx, user.id)? {
        return Ok(Some(Step::Code));
    }
    Ok(is_required(tx, user)?.then_some(Step::Enrol))
}

/// Begins a step of signing in: answers the secret that names it and until when it is good.
pub(crate) fn challenge(tx: &mut Tx<'_>, user: UserId, step: Step) -> Result<(String, Timestamp)> {
    let (secret, now) = (tx.rng().secret(), tx.now());
    let until = now.plus_millis(CHALLENGED);
    tx.exec(&FORGET_CHALLENGES, params![now])?;
    tx.exec(&INSERT_CHALLENGE, params![door::fingerprint(&secret), user, step.text(), until])?;
    Ok((secret, until))
}

/// Whose step this is.
///
/// # Errors
/// [`Error::Invalid`] on field `challenge` when it is none, another step's, or over.
pub(crate) fn challenged(tx: &mut Tx<'_>, secret: &str, step: Step) -> Result<UserId> {
    let now = tx.now();
    let found: Option<(UserId,)> = tx.maybe(&FIND_CHALLENGE, params![door::fingerprint(secret), step.text(), now])?;
    found.map(|(user,)| user).ok_or_else(|| Error::field("challenge", "sign_in_anew"))
}

/// Ends whatever the person has begun.
pub(crate) fn end_challenges(tx: &mut Tx<'_>, user: UserId) -> Result<()> {
    tx.exec(&END_CHALLENGES, params![user]).map(drop)
}

/// Begins to set up a second factor; answers its secret. One that is in force stays.
pub(crate) fn begin(tx: &mut Tx<'_>, user: UserId) -> Result<String> {
    let before = find(tx, user)?;
    if before.as_ref().is_some_and(|factor| factor.confirmed_at.is_some()) {
        return Err(codes::SECOND_FACTOR_ON.conflict());
    }
    let secret = totp::spelled(&tx.rng().bytes::<20>());
    let reset_at = before.and_then(|factor| factor.reset_at);
    save(tx, &SecondFactor { user_id: user, secret: secret.clone(), confirmed_at: None, last_step: 0, reset_at })?;
    Ok(secret)
}

/// Puts the second factor in force when `code` is one of it; answers the recovery codes, none for a wrong code.
pub(crate) fn confirm(tx: &mut Tx<'_>, user: UserId, code: &str) -> Result<Option<Vec<String>>> {
    let counted = Counted::factor(user);
    throttle::check(tx, &counted)?;
    let factor = find(tx, user)?.filter(|factor| !factor.secret.is_empty());
    let factor = factor.ok_or_else(|| codes::SECOND_FACTOR_OFF.conflict())?;
    if factor.confirmed_at.is_some() {
        return Err(codes::SECOND_FACTOR_ON.conflict());
    }
    let Some(step) = step_of(&factor, &plain(code), tx.now()) else {
        throttle::failed(tx, &counted)?;
        return Ok(None);
    };
    throttle::succeeded(tx, &counted)?;
    let confirmed_at = Some(tx.now());
    save(tx, &SecondFactor { confirmed_at, last_step: step, reset_at: None, ..factor })?;
    recovery_codes(tx, user).map(Some)
}

/// Gives new recovery codes; the old ones are no good any more.
pub(crate) fn recovery_codes(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<String>> {
    let codes: Vec<String> =
        (0..RECOVERY).map(|_| totp::spelled(&tx.rng().bytes::<RECOVERY_BYTES>()).to_lowercase()).collect();
    tx.exec(&CLEAR_RECOVERY, params![user])?;
    let hashes: Vec<_> = codes.iter().map(|code| door::fingerprint(code)).collect();
    let rows: Vec<_> = hashes.iter().map(|hash| vec![user.to_value(), hash.to_value()]).collect();
    tx.exec_rows(&INSERT_RECOVERY, &rows)?;
    let grouped = |code: &String| {
        let groups: Vec<_> = code.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
        groups.join("-")
    };
    Ok(codes.iter().map(grouped).collect())
}

/// By what somebody showed that it is them.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Proof {
    /// A code of the app.
    Code,
    /// A recovery code, which is used up.
    RecoveryCode,
}

/// Whether `code` is one of the person's second factor, or a recovery code; none when it is not. It is
/// taken once. Wrong ones are counted and slow the next down, also the right one.
///
/// # Errors
/// [`Error::Limited`] while the wait after earlier failures lasts, [`Error::Conflict`] without a second factor.
pub(crate) fn prove(tx: &mut Tx<'_>, user: UserId, code: &str) -> Result<Option<Proof>> {
    let counted = Counted::factor(user);
    throttle::check(tx, &counted)?;
    let factor = find(tx, user)?.filter(|factor| factor.confirmed_at.is_some());
    let factor = factor.ok_or_else(|| codes::SECOND_FACTOR_OFF.conflict())?;
    let code = plain(code);
    let proof = match step_of(&factor, &code, tx.now()) {
        // Only ever forward: what somebody looked at over a shoulder is no good any more.
        Some(step) => (tx.exec(&TAKE_STEP, params![user, step])? == 1).then_some(Proof::Code),
        None => {
            let taken = tx.exec(&TAKE_RECOVERY, params![user, door::fingerprint(&code)])? == 1;
            taken.then_some(Proof::RecoveryCode)
        }
    };
    match proof {
        Some(_) => throttle::succeeded(tx, &counted)?,
        None => throttle::failed(tx, &counted)?,
    }
    Ok(proof)
}

/// Takes the second factor off. `reset` says that an administrator does it.
pub(crate) fn take_off(tx: &mut Tx<'_>, user: UserId, reset: bool) -> Result<()> {
    let reset_at = reset.then(|| tx.now());
    save(tx, &SecondFactor { user_id: user, secret: String::new(), confirmed_at: None, last_step: 0, reset_at })?;
    tx.exec(&CLEAR_RECOVERY, params![user])?;
    throttle::succeeded(tx, &Counted::factor(user))?;
    end_challenges(tx, user)
}

fn save(tx: &mut Tx<'_>, factor: &SecondFactor) -> Result<()> {
    tx.exec(&SAVE, &factor.values()).map(drop)
}

fn step_of(factor: &SecondFactor, code: &str, now: Timestamp) -> Option<i64> {
    totp::step_of(&totp::read(&factor.secret)?, code, now)
}

/// A code as it is compared: apps and people group them by blanks and hyphens.
fn plain(code: &str) -> String {
    code.chars().filter(|letter| !letter.is_whitespace() && *letter != '-').take(32).collect::<String>().to_lowercase()
}
