//! Opening mailboxes by tokens: somebody signs in at the provider (the code flow with PKCE), which gives us a
//! token to refresh others by. One is kept for all nodes and renewed by one of them at a time, before it ends.

use std::time::Duration;

use audit::api::Entry;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use http::App;
use kernel::{Error, Id, Origin, Result, Rng, Timestamp, UserId};
use outbound::{Answer, Request, Target};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::Tx;
use tasks::api::{Assignee, NewTask, Subject};
use tokio::time::sleep;

use crate::{
    fetch::Failure,
    imap::Hindrance,
    model::{Grant, GrantProvider, GrantState, Mailbox, MailboxAuth, MailboxGrant, Secrets, Tokens, Trouble},
    policy, queries, tell,
};

/// How long before its end a token is renewed, in milliseconds: longer than a fetch listens.
const EARLY: i64 = 10 * 60_000;
/// How long one node has to get a new one, in milliseconds.
const CLAIM: i64 = 45_000;
/// How long, and how often, another looks whether it is there.
const LOOK: Duration = Duration::from_millis(200);
const LOOKS: u32 = 250;
/// Bytes of a token: more than any provider's.
const LONGEST: usize = 8_000;
/// What the tasks come from by which administrators hear that a provider no longer lets us in.
const SOURCE: &str = "mail.grant";

/// What opens the mailbox: its passwords, or a token in their place.
///
/// # Errors
/// What stands in the way; [`Trouble::Grant`] when somebody has to sign in again.
pub(crate) async fn opening(app: &App, mailbox: &Mailbox) -> Result<Secrets, Failure> {
    let (origin, id) = (Origin::system("mail"), mailbox.id);
    if mailbox.auth == MailboxAuth::Password {
        return Ok(app.db().read(&origin, move |tx| queries::secrets(tx, id)).await?);
    }
    let token = token(app, id).await?;
    Ok(Secrets { mailbox_id: id, imap_password: token.clone(), smtp_password: token })
}

async fn token(app: &App, id: Id<Mailbox>) -> Result<String, Failure> {
    let origin = Origin::system("mail");
    for _ in 0..LOOKS {
        let grant = app.db().read(&origin, move |tx| queries::grant(tx, id)).await?;
        let Some(Grant { tokens, .. }) = grant.filter(|grant| grant.shown.state == GrantState::Granted) else {
            return Err(Failure::Theirs((Trouble::Grant, String::new())));
        };
        let now = app.clock().now();
        let good = now < tokens.until && !tokens.access_token.is_empty();
        if good && now < tokens.until.plus_millis(-EARLY) {
            return Ok(tokens.access_token);
        }
        let mine = app.db().write(&origin, move |tx| {
            let now = tx.now();
            if !queries::claim_tokens(tx, id, now, now.plus_millis(CLAIM))? {
                return Ok(None);
            }
            // As it is now: whoever had the claim before may have been given another to refresh by, and the one that
            // was read is worth nothing, or worse.
            queries::grant(tx, id)
        });
        match (mine.await?, good) {
            // One that is renewed early is good a while longer, whatever comes of it.
            (Some(grant), good) => {
                let renewed = renew(app, &grant.shown, &grant.tokens).await;
                return renewed.or_else(|failure| if good { Ok(tokens.access_token) } else { Err(failure) });
            }
            // Somebody gets another; this one is good a while.
            (None, true) => return Ok(tokens.access_token),
            (None, false) => sleep(LOOK).await,
        }
    }
    Err(Failure::Theirs((Trouble::Unreachable, "no access token in time".into())))
}

/// Gets a new one by the token to refresh.
async fn renew(app: &App, grant: &MailboxGrant, tokens: &Tokens) -> Result<String, Failure> {
    let pairs =
        [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh_token.as_str()), ("scope", &grant.scopes)];
    let given = ask(grant, tokens, &pairs).await;
    let (id, before) = (grant.mailbox_id, tokens.clone());
    let kept = match &given {
        Ok(given) => Ok(given.clone()),
        Err(refusal) => Err((refusal.is_final, refusal.text.clone())),
    };
    app.db()
        .write(&Origin::system("mail"), move |tx| {
            let Some(mut grant) = queries::grant(tx, id)? else { return Ok(()) };
            // Somebody signed in meanwhile: what was got by the old one is nobody's.
            if grant.tokens.refresh_token != before.refresh_token {
                return Ok(());
            }
            grant.tokens.claimed_until = tx.now();
            match &kept {
                Ok(given) => {
                    given.take(&mut grant.tokens, tx.now());
                    queries::save_grant(tx, &grant)
                }
                Err((false, _)) => queries::save_grant(tx, &grant),
                Err((true, why)) => lost(tx, grant, why),
            }
        })
        .await?;
    match given {
        Ok(given) => Ok(given.access_token),
        Err(refusal) if refusal.is_final => Err(Failure::Theirs((Trouble::Grant, refusal.text))),
        Err(refusal) => Err(Failure::Theirs((Trouble::Unreachable, refusal.text))),
    }
}

/// What a provider gave us.
#[derive(Clone)]
struct Given {
    access_token: String,
    refresh_token: Option<String>,
    seconds: i64,
}

impl Given {
    fn take(&self, tokens: &mut Tokens, now: Timestamp) {
        tokens.access_token.clone_from(&self.access_token);
        tokens.until = now.plus_millis(self.seconds * 1_000);
        if let Some(other) = &self.refresh_token {
            tokens.refresh_token.clone_from(other);
        }
    }
}

/// Why it gave us nothing.
struct Refused {
    /// It will not, whenever it is asked again.
    is_final: bool,
    text: String,
}

impl Refused {
    fn for_now(text: impl Into<String>) -> Self {
        Self { is_final: false, text: text.into() }
    }
}

async fn ask(grant: &MailboxGrant, tokens: &Tokens, pairs: &[(&str, &str)]) -> Result<Given, Refused> {
    let target = Target::parse(&grant.token_url, grant.inside).map_err(Refused::for_now)?;
    let mut pairs = pairs.to_vec();
    pairs.push(("client_id", &grant.client_id));
    if !tokens.client_secret.is_empty() {
        pairs.push(("client_secret", &tokens.client_secret));
    }
    let headers = vec![
        ("content-type", "application/x-www-form-urlencoded".to_owned()),
        ("accept", "application/json".to_owned()),
    ];
    let request = Request { headers, ..Request::post(&target, form(&pairs)) };
    let answer = outbound::call(request).await;
    let answer = answer.map_err(|trouble| Refused::for_now(format!("{} {}", trouble.code(), trouble.text())))?;
    read(&answer)
}

/// What its answer says. A token is letters that can stand in a line: it is written into one.
fn read(answer: &Answer) -> Result<Given, Refused> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Said {
        access_token: String,
        refresh_token: Option<String>,
        expires_in: Option<i64>,
        error: String,
        error_description: String,
    }
    let said: Said = serde_json::from_slice(&answer.body).unwrap_or_default();
    let plain = |text: &str| (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if answer.is_good() && plain(&said.access_token) {
        return Ok(Given {
            access_token: said.access_token,
            refresh_token: said.refresh_token.filter(|token| plain(token)),
            seconds: said.expires_in.unwrap_or(3_600).clamp(60, 30 * 24 * 3_600),
        });
    }
    let ends = ["invalid_grant", "interaction_required", "consent_required", "invalid_client", "unauthorized_client"];
    let text = format!("{} {} {}", answer.status, said.error, said.error_description);
    let text = crate::letter::one_line(&text).chars().take(300).collect::<String>().trim().to_owned();
    Err(Refused { is_final: ends.contains(&said.error.as_str()), text })
}

/// A provider no longer lets us in: it says so at the mailbox, and to everybody who sets mailboxes up.
fn lost(tx: &mut Tx<'_>, mut grant: Grant, why: &str) -> Result<()> {
    (grant.shown.state, grant.shown.detail) = (GrantState::Lost, why.to_owned());
    (grant.tokens.access_token, grant.tokens.refresh_token) = (String::new(), String::new());
    queries::save_grant(tx, &grant)?;
    let mailbox = queries::find(tx, grant.shown.mailbox_id)?;
    audit::api::record(tx, Entry::new("mail.grant_lost", "mailbox", mailbox.id).created(&json!({"detail": why})))?;
    for (user, _) in access::api::granted(tx, policy::MANAGE)? {
        let task = NewTask {
            source: SOURCE,
            key: Some(format!("{}/{}/{user}", mailbox.id, grant.shown.granted_at.map_or(0, Timestamp::millis))),
            title: format!("{} · {}", mailbox.name, mailbox.address).chars().take(200).collect(),
            detail: None,
            assignee: Assignee::Person { id: user, unit: None },
            subject: Some(Subject::new("mailbox", mailbox.id)),
            due: None,
            by_hand: true,
        };
        tasks::api::create(tx, task)?;
    }
    tell::mailbox(tx, &mailbox)
}

// --- somebody signs in at the provider ---

/// How long the way there and back may take, in milliseconds.
const JOURNEY: i64 = 15 * 60_000;

store::record! {
    /// Somebody on their way to a provider.
    #[derive(Clone, PartialEq)]
    pub(crate) struct SetOut {
        pub state_hash: String,
        pub browser_hash: String,
        pub mailbox_id: Id<Mailbox>,
        pub user_id: UserId,
        pub verifier: String,
        pub expires_at: Timestamp,
    }
}

/// What names one journey there and back.
pub(crate) struct Journey {
    /// In the address: what comes back with the code.
    state: String,
    /// In the cookie: only the browser that set out may come back.
    pub(crate) browser: String,
    /// Shown when the code is redeemed; before that only its hash is told.
    verifier: String,
}

impl Journey {
    pub(crate) fn begin(rng: &Rng) -> Self {
        Self { state: rng.secret(), browser: rng.secret(), verifier: rng.secret() }
    }

    /// Where the browser is sent.
    pub(crate) fn entrance(&self, grant: &MailboxGrant, mailbox: &Mailbox) -> String {
        let (redirect, challenge) = (grant.redirect_uri(), digest(&self.verifier));
        let mut pairs = vec![
            ("response_type", "code"),
            ("client_id", grant.client_id.as_str()),
            ("redirect_uri", &redirect),
            ("scope", &grant.scopes),
            ("state", &self.state),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("login_hint", &mailbox.imap_user),
        ];
        // Without this Google gives no token to refresh by to whom it gave one before.
        if grant.provider == GrantProvider::Google {
            pairs.extend([("access_type", "offline"), ("prompt", "consent")]);
        }
        let joint = if grant.authorize_url.contains('?') { '&' } else { '?' };
        format!("{}{joint}{}", grant.authorize_url, form(&pairs))
    }

    /// As it is remembered.
    pub(crate) fn set_out(&self, tx: &mut Tx<'_>, mailbox_id: Id<Mailbox>, user_id: UserId) -> Result<()> {
        let now = tx.now();
        let row = SetOut {
            state_hash: digest(&self.state),
            browser_hash: digest(&self.browser),
            mailbox_id,
            user_id,
            verifier: self.verifier.clone(),
            expires_at: now.plus_millis(JOURNEY),
        };
        queries::set_out(tx, &row, now)
    }
}

/// The journey that ends here, once; none for one that did not begin in this browser, or too long ago.
pub(crate) fn come_back(tx: &mut Tx<'_>, state: &str, browser: &str) -> Result<Option<SetOut>> {
    let Some(row) = queries::end_journey(tx, &digest(state))? else { return Ok(None) };
    let good = row.expires_at > tx.now() && row.browser_hash == digest(browser);
    Ok(good.then_some(row))
}

/// Redeems the code somebody came back with. Answers why not, when the provider says no.
///
/// # Errors
/// From the database.
pub(crate) async fn redeem(
    app: &App,
    journey: &SetOut,
    code: &str,
    origin: &std::sync::Arc<Origin>,
) -> Result<Result<(), Hindrance>> {
    let id = journey.mailbox_id;
    let grant = app.db().read(origin, move |tx| queries::grant(tx, id)).await?.ok_or(Error::NotFound)?;
    let redirect = grant.shown.redirect_uri();
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect.as_str()),
        ("code_verifier", journey.verifier.as_str()),
    ];
    let given = match ask(&grant.shown, &grant.tokens, &pairs).await {
        // Without it we would be in for an hour, and ask again.
        Ok(given) if given.refresh_token.is_none() => return Ok(Err((Trouble::Grant, "no refresh_token".into()))),
        Ok(given) => given,
        Err(refused) => return Ok(Err((Trouble::Grant, refused.text))),
    };
    let (client, user) = (grant.shown.clone(), journey.user_id);
    app.db()
        .write(origin, move |tx| {
            let mut grant = queries::grant(tx, id)?.ok_or(Error::NotFound)?;
            let mut mailbox = queries::find(tx, id)?;
            // Set otherwise meanwhile: what was given is for what it was.
            if (&grant.shown.token_url, &grant.shown.client_id) != (&client.token_url, &client.client_id)
                || mailbox.auth != MailboxAuth::Oauth
            {
                return Err(Error::NotFound);
            }
            given.take(&mut grant.tokens, tx.now());
            (grant.shown.state, grant.shown.detail) = (GrantState::Granted, String::new());
            grant.shown.granted_at = Some(tx.now());
            queries::save_grant(tx, &grant)?;
            // Whoever fetches begins anew.
            mailbox.version += 1;
            queries::save(tx, &mailbox)?;
            audit::api::record(tx, Entry::new("mail.granted", "mailbox", id).created(&json!({"by": user})))?;
            tasks::api::complete_for(tx, SOURCE, &Subject::new("mailbox", id), None)?;
            tell::mailbox(tx, &mailbox)
        })
        .await?;
    Ok(Ok(()))
}

fn digest(text: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()))
}

/// Pairs as a query or a form.
fn form(pairs: &[(&str, &str)]) -> String {
    let letter = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    let escaped = |text: &str| text.bytes().map(letter).collect::<String>();
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_verifier_is_told_as_published() {
        // RFC 7636, appendix B.
        assert_eq!(
            digest("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn a_token_that_would_be_more_than_a_word_is_none() {
        let answer = |status, body: &str| Answer {
            status,
            retry_after: None,
            content_type: String::new(),
            disposition: String::new(),
            body: body.to_owned().into(),
            cut: false,
        };
        assert!(read(&answer(200, r#"{"access_token": "abc", "expires_in": 60}"#)).is_ok());
        for evil in ["a\\r\\nb", "a b", "a\\u0001auth=x", ""] {
            assert!(read(&answer(200, &format!(r#"{{"access_token": "{evil}"}}"#))).is_err());
        }
        let over = read(&answer(400, r#"{"error": "invalid_grant", "error_description": "revoked\nX"}"#)).err();
        assert!(over.is_some_and(|refused| refused.is_final && refused.text == "400 invalid_grant revoked X"));
        assert!(read(&answer(503, "")).is_err_and(|refused| !refused.is_final));
    }
}
