//! Identity providers, and who of theirs is which account here.

use http::Demo;
use kernel::{Actor, Check, Error, Id, Noun, Owned, Permit, Result, Timestamp, UnitId, UserId};
use outbound::Target;
use serde::{Deserialize, Serialize};
use store::{Record, Tx, params, sql, text_enum};
use utoipa::ToSchema;

use crate::{
    codes, door,
    model::Role,
    oidc::{Journey, provider::Relation},
};

/// How long a journey to a provider may take, in milliseconds.
const JOURNEY: i64 = 15 * 60_000;

impl Noun for IdentityProvider {
    const PREFIX: &'static str = "idp";
}
impl Noun for Identity {
    const PREFIX: &'static str = "idn";
}

text_enum! {
    /// Whether people sign in by it.
    pub enum ProviderState {
        /// Its button stands on the sign-in page.
        Active = "active",
        /// Nobody signs in by it; whom it knows stays known.
        Paused = "paused",
    }
}

store::record! {
    /// A system of the organisation that says who somebody is, by OpenID Connect.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct IdentityProvider {
        /// Its id.
        pub id: Id<IdentityProvider>,
        /// What its button says.
        pub name: String,
        /// What it calls itself, letter by letter: its address, below which it describes itself.
        pub issuer: String,
        /// What it calls us.
        pub client_id: String,
        /// Our own address as people's browsers see it: `https://desk.example.com`.
        pub origin: String,
        /// What it is asked to say of people, besides `openid`.
        pub scopes: String,
        /// Which of its claims is the login of an account that is made.
        pub login_claim: String,
        /// Whether it may lie in a private network or on this machine, and be called without TLS.
        pub inside: bool,
        /// Whether somebody it does not know yet is the account whose login is their verified mail address.
        pub matches_mail: bool,
        /// Whether an account is made for somebody who has none.
        pub creates: bool,
        /// With which role.
        pub role_id: Option<Id<Role>>,
        /// In which unit.
        pub unit_id: Option<UnitId>,
        /// Whether our own second factor is asked for, as after a password.
        pub second_factor: bool,
        /// Whether people sign in by it.
        pub state: ProviderState,
        /// Since when.
        pub created_at: Timestamp,
        /// Rises with each change; a change of an older version is refused.
        pub version: i64,
    }
}

/// What somebody wants it to be; none: as it is.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = IdentityProviderDetails)]
pub(crate) struct Details {
    /// What its button says: 1 to 60 characters.
    name: Option<String>,
    /// What it calls itself, letter by letter.
    issuer: Option<String>,
    /// What it calls us: 1 to 300 characters.
    client_id: Option<String>,
    /// What it knows us by; never given back. Empty takes it away. Whoever names another issuer says it anew.
    client_secret: Option<String>,
    /// Our own address as people's browsers see it: `https://desk.example.com`.
    origin: Option<String>,
    /// What it is asked to say of people, besides `openid`; `profile email` unless told.
    scopes: Option<String>,
    /// Which of its claims is the login of an account that is made; `preferred_username` unless told.
    login_claim: Option<String>,
    /// Whether it may lie in a private network or on this machine, and be called without TLS.
    inside: Option<bool>,
    /// Whether somebody it does not know yet is the account whose login is their verified mail address.
    matches_mail: Option<bool>,
    /// Whether an account is made for somebody who has none. Needs a role.
    creates: Option<bool>,
    /// With which role: one that you may give, and not the administrator's.
    role_id: Option<Id<Role>>,
    /// In which unit; empty takes it away.
    #[schema(value_type = Option<String>)]
    unit_id: Option<String>,
    /// Whether our own second factor is asked for, as after a password; it is unless told.
    second_factor: Option<bool>,
    /// Whether people sign in by it.
    state: Option<ProviderState>,
}

impl Details {
    /// Of the demo story: paused, so that nobody is sent there.
    fn of_the_story() -> Self {
        let text = |text: &str| Some(text.to_owned());
        Self {
            name: text("青禾统一认证"),
            issuer: text("https://id.qinghe.example"),
            client_id: text("zhike"),
            origin: text("https://desk.qinghe.example"),
            state: Some(ProviderState::Paused),
            ..Self::default()
        }
    }

    pub(crate) fn secret(&self) -> Option<&str> {
        self.client_secret.as_deref().map(str::trim)
    }
}

impl IdentityProvider {
    /// One that is nothing yet.
    pub(crate) fn blank(id: Id<Self>, now: Timestamp) -> Self {
        Self {
            id,
            name: String::new(),
            issuer: String::new(),
            client_id: String::new(),
            origin: String::new(),
            scopes: "profile email".into(),
            login_claim: "preferred_username".into(),
            inside: false,
            matches_mail: false,
            creates: false,
            role_id: None,
            unit_id: None,
            second_factor: true,
            state: ProviderState::Active,
            created_at: now,
            version: 1,
        }
    }

    /// It, with these details; `keeps_secret` says whether there is a secret that was said before.
    ///
    /// # Errors
    /// [`kernel::Error::Invalid`] naming every field that cannot be taken.
    pub(crate) fn with(self, _permit: &Permit, details: Details, keeps_secret: bool) -> Result<Self> {
        let text = |new: Option<String>, old: String| new.map_or(old, |new| new.trim().to_owned());
        let (moved, secret) = (self.issuer.clone(), details.client_secret.clone());
        let unit = match details.unit_id.as_deref().map(str::trim) {
            None => Ok(self.unit_id),
            Some("") => Ok(None),
            Some(id) => id.parse().map(Some),
        };
        let bad_unit = unit.is_err();
        let after = Self {
            name: text(details.name, self.name),
            issuer: text(details.issuer, self.issuer),
            client_id: text(details.client_id, self.client_id),
            origin: text(details.origin, self.origin).trim_end_matches('/').to_owned(),
            scopes: text(details.scopes, self.scopes),
            login_claim: text(details.login_claim, self.login_claim),
            inside: details.inside.unwrap_or(self.inside),
            matches_mail: details.matches_mail.unwrap_or(self.matches_mail),
            creates: details.creates.unwrap_or(self.creates),
            role_id: details.role_id.or(self.role_id),
            unit_id: unit.unwrap_or_default(),
            second_factor: details.second_factor.unwrap_or(self.second_factor),
            state: details.state.unwrap_or(self.state),
            ..self
        };
        let word = |text: &str| text.split(' ').all(|word| !word.is_empty()) || text.is_empty();
        let printable =
            |text: &str| text.bytes().all(|byte| (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\');
        let refused = match Target::parse(&after.issuer, after.inside) {
            _ if after.issuer.is_empty() => Some("required"),
            // A query would end up in the middle of the address of what it says of itself.
            Ok(_) => after.issuer.contains('?').then_some("malformed"),
            Err(code) => Some(code),
        };
        let origin = after.origin.strip_prefix("https://").or_else(|| after.origin.strip_prefix("http://"));
        let bare = origin.is_some_and(|host| {
            !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
        });
        // A kept secret is not shown to another.
        let elsewhere = keeps_secret && moved != after.issuer && secret.is_none();
        Check::new()
            .text("name", &after.name, 1..=60)
            .that(refused.is_none(), "issuer", refused.unwrap_or("malformed"))
            .text("client_id", &after.client_id, 1..=300)
            .that(!elsewhere, "client_secret", "required")
            .maybe_text("client_secret", secret.as_deref(), 0..=1_000)
            .that(!after.origin.is_empty(), "origin", "required")
            .that(bare && after.origin.len() <= 300 || after.origin.is_empty(), "origin", "malformed")
            .text("scopes", &after.scopes, 0..=300)
            .that(word(&after.scopes) && printable(&after.scopes), "scopes", "malformed")
            .text("login_claim", &after.login_claim, 1..=100)
            .that(!after.creates || after.role_id.is_some(), "role_id", "required")
            .that(!bad_unit, "unit_id", "unknown")
            .done()?;
        Ok(after)
    }

    /// Where people come back to, as it is registered with the provider.
    pub(crate) fn redirect_uri(&self) -> String {
        format!("{}/callbacks/oidc/{}", self.origin, self.id)
    }

    pub(crate) fn is_active(&self) -> bool {
        self.state == ProviderState::Active
    }
}

store::record! {
    /// Somebody whom a provider knows, and which account they are here.
    #[derive(Clone, Debug, Serialize, ToSchema)]
    pub struct Identity {
        /// Its id.
        pub id: Id<Identity>,
        /// The provider's name of itself.
        pub issuer: String,
        /// What it knows them by.
        #[serde(skip)]
        #[schema(ignore)]
        pub subject: String,
        /// Which account.
        pub user_id: UserId,
        /// What it calls them: a mail address or a name, as it was when they were linked.
        pub name: String,
        /// Since when.
        pub created_at: Timestamp,
        /// When they last signed in by it.
        pub used_at: Option<Timestamp>,
    }
}

store::record! {
    /// Somebody who was sent to a provider.
    #[derive(Clone, Debug)]
    pub struct SetOut {
        pub(crate) state_hash: String,
        pub(crate) browser_hash: String,
        pub(crate) provider_id: Id<IdentityProvider>,
        pub(crate) nonce: String,
        pub(crate) verifier: String,
        /// The page they wanted.
        pub(crate) next: String,
        /// Whose account is to be linked; none: they sign in.
        pub(crate) user_id: Option<UserId>,
        pub(crate) expires_at: Timestamp,
    }
}

sql! {
    INSERT(IdentityProvider) = "INSERT INTO identity_providers ({cols}) VALUES ({vals})";
    UPDATE(IdentityProvider) = "UPDATE identity_providers SET {sets} WHERE id = $1 AND version = $16 - 1";
    FIND(IdentityProvider) = "SELECT {cols} FROM identity_providers WHERE id = $1";
    LIST(IdentityProvider) = "SELECT {cols} FROM identity_providers ORDER BY created_at, id";
    DELETE = "DELETE FROM identity_providers WHERE id = $1";
    SECRET = "SELECT secret FROM identity_provider_secrets WHERE provider_id = $1";
    SAVE_SECRET = "INSERT INTO identity_provider_secrets (provider_id, secret) VALUES ($1, $2) ON CONFLICT (provider_id) DO UPDATE SET secret = excluded.secret";
    DELETE_SECRET = "DELETE FROM identity_provider_secrets WHERE provider_id = $1";
    COUNT_PEOPLE = "SELECT count(*) FROM identities WHERE issuer = $1";

    INSERT_IDENTITY(Identity) = "INSERT INTO identities ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    FIND_IDENTITY(Identity) = "SELECT {cols} FROM identities WHERE id = $1";
    FIND_SUBJECT(Identity) = "SELECT {cols} FROM identities WHERE issuer = $1 AND subject = $2";
    OF_USER(Identity) = "SELECT {cols} FROM identities WHERE user_id = $1 ORDER BY created_at, id";
    USE_IDENTITY = "UPDATE identities SET used_at = $2 WHERE id = $1";
    DELETE_IDENTITY = "DELETE FROM identities WHERE id = $1";

    INSERT_JOURNEY(SetOut) = "INSERT INTO sign_in_journeys ({cols}) VALUES ({vals})";
    FIND_JOURNEY(SetOut) = "SELECT {cols} FROM sign_in_journeys WHERE state_hash = $1";
    END_JOURNEY = "DELETE FROM sign_in_journeys WHERE state_hash = $1";
    END_JOURNEYS = "DELETE FROM sign_in_journeys WHERE provider_id = $1";
    FORGET_JOURNEYS = "DELETE FROM sign_in_journeys WHERE expires_at <= $1";
}

pub(crate) fn insert(tx: &mut Tx<'_>, provider: &IdentityProvider) -> Result<()> {
    tx.exec(&INSERT, &provider.values()).map(drop)
}

pub(crate) fn save(tx: &mut Tx<'_>, provider: &IdentityProvider) -> Result<()> {
    tx.exec_one(&UPDATE, &provider.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<IdentityProvider>) -> Result<IdentityProvider> {
    tx.one(&FIND, params![id])
}

pub(crate) fn all(tx: &mut Tx<'_>) -> Result<Vec<IdentityProvider>> {
    tx.all(&LIST, &[])
}

/// Takes it away with its secret; whom it knew stays known, should it come back.
pub(crate) fn delete(tx: &mut Tx<'_>, id: Id<IdentityProvider>) -> Result<()> {
    tx.exec(&END_JOURNEYS, params![id])?;
    tx.exec(&DELETE_SECRET, params![id])?;
    tx.exec(&DELETE, params![id]).map(drop)
}

pub(crate) fn relation(tx: &mut Tx<'_>, provider: IdentityProvider) -> Result<Relation> {
    let secret: Option<(String,)> = tx.maybe(&SECRET, params![provider.id])?;
    Ok(Relation { provider, secret: secret.map(|(secret,)| secret).unwrap_or_default() })
}

pub(crate) fn save_secret(tx: &mut Tx<'_>, id: Id<IdentityProvider>, secret: &str) -> Result<()> {
    tx.exec(&SAVE_SECRET, params![id, secret]).map(drop)
}

/// How many accounts it knows.
pub(crate) fn people(tx: &mut Tx<'_>, provider: &IdentityProvider) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&COUNT_PEOPLE, params![provider.issuer])?.0)
}

pub(crate) fn by_subject(tx: &mut Tx<'_>, issuer: &str, subject: &str) -> Result<Option<Identity>> {
    tx.maybe(&FIND_SUBJECT, params![issuer, subject])
}

pub(crate) fn of_user(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<Identity>> {
    tx.all(&OF_USER, params![user])
}

pub(crate) fn one(tx: &mut Tx<'_>, id: Id<Identity>) -> Result<Identity> {
    tx.one(&FIND_IDENTITY, params![id])
}

/// Keeps that this person of the provider is this account; false when somebody else was quicker.
pub(crate) fn link(tx: &mut Tx<'_>, identity: &Identity) -> Result<bool> {
    Ok(tx.exec(&INSERT_IDENTITY, &identity.values())? == 1)
}

pub(crate) fn used(tx: &mut Tx<'_>, id: Id<Identity>) -> Result<()> {
    let now = tx.now();
    tx.exec(&USE_IDENTITY, params![id, now]).map(drop)
}

pub(crate) fn unlink(tx: &mut Tx<'_>, id: Id<Identity>) -> Result<()> {
    tx.exec(&DELETE_IDENTITY, params![id]).map(drop)
}

/// Sends somebody out.
pub(crate) fn set_out(
    tx: &mut Tx<'_>,
    provider_id: Id<IdentityProvider>,
    journey: &Journey,
    next: &str,
    user_id: Option<UserId>,
) -> Result<()> {
    let now = tx.now();
    tx.exec(&FORGET_JOURNEYS, params![now])?;
    let row = SetOut {
        state_hash: door::fingerprint(&journey.state),
        browser_hash: door::fingerprint(&journey.browser),
        provider_id,
        nonce: journey.nonce.clone(),
        verifier: journey.verifier.clone(),
        next: next.to_owned(),
        user_id,
        expires_at: now.plus_millis(JOURNEY),
    };
    tx.exec(&INSERT_JOURNEY, &row.values()).map(drop)
}

/// Takes somebody back, once: none when nobody set out like this, from this browser, to this provider, lately.
pub(crate) fn come_back(
    tx: &mut Tx<'_>,
    provider: Id<IdentityProvider>,
    state: &str,
    browser: &str,
) -> Result<Option<SetOut>> {
    let found: Option<SetOut> = tx.maybe(&FIND_JOURNEY, params![door::fingerprint(state)])?;
    let Some(row) = found else { return Ok(None) };
    if tx.exec(&END_JOURNEY, params![row.state_hash])? != 1 {
        return Ok(None);
    }
    let good =
        row.expires_at > tx.now() && row.provider_id == provider && row.browser_hash == door::fingerprint(browser);
    Ok(good.then_some(row))
}

/// The provider of the demo story.
pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let system = || Actor::System("demo");
    tx.as_of(demo.since, system())?;
    let permit = system().permit(crate::policy::MANAGE, &Owned::NOBODY, tx.now())?;
    // An id of its own: one that is drawn would make another story of the same seed.
    let id = "idp_01jd3k5v2pf6z8q0w4x7y9abcd".parse().map_err(|_| Error::NotFound)?;
    let provider = IdentityProvider::blank(id, tx.now()).with(&permit, Details::of_the_story(), false)?;
    insert(tx, &provider)?;
    tx.as_of(demo.now, system())
}
