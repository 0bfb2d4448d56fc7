//! How a mailbox is opened without a password: what its provider is, and what it gave us.

use kernel::{Check, Id, Permit, Result, Timestamp};
use outbound::Target;
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

use super::Mailbox;

text_enum! {
    /// By what a mailbox is opened.
    pub enum MailboxAuth {
        /// A password.
        Password = "password",
        /// A token its provider gives for a while, and again.
        Oauth = "oauth",
    }
}

text_enum! {
    /// Who gives the token.
    pub enum GrantProvider {
        /// Microsoft 365.
        Microsoft = "microsoft",
        /// Google.
        Google = "google",
        /// Somebody else, by their addresses.
        Other = "other",
    }
}

text_enum! {
    /// Whether a provider lets us in.
    pub enum GrantState {
        /// Nobody signed in there yet.
        None = "none",
        /// It does.
        Granted = "granted",
        /// It did, and does no longer: somebody signs in there again.
        Lost = "lost",
    }
}

store::record! {
    /// What a mailbox's provider is, and how it stands with it.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct MailboxGrant {
        /// Of which.
        #[serde(skip)]
        pub mailbox_id: Id<Mailbox>,
        /// Who gives the token.
        pub provider: GrantProvider,
        /// Where people sign in.
        pub authorize_url: String,
        /// Where we get tokens.
        pub token_url: String,
        /// What the provider calls us.
        pub client_id: String,
        /// What it is asked for.
        pub scopes: String,
        /// Our own address as people's browsers see it: `https://desk.example.com`.
        pub origin: String,
        /// Whether the provider may lie in a private network or on this machine, and be called without TLS.
        pub inside: bool,
        /// Whether it lets us in.
        pub state: GrantState,
        /// Why it no longer does, in its words.
        pub detail: String,
        /// Since when it does.
        pub granted_at: Option<Timestamp>,
    }
}

store::record! {
    /// What a provider and we know each other by. No API gives any of it back.
    #[derive(Clone, PartialEq)]
    pub(crate) struct Tokens {
        pub mailbox_id: Id<Mailbox>,
        pub client_secret: String,
        pub refresh_token: String,
        pub access_token: String,
        /// Until when that opens the mailbox.
        pub until: Timestamp,
        /// Until when one node alone gets another.
        pub claimed_until: Timestamp,
    }
}

/// What somebody wants it to be; none: as it is.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OauthDetails {
    /// Who gives the token.
    pub provider: Option<GrantProvider>,
    /// Where people sign in.
    pub authorize_url: Option<String>,
    /// Where we get tokens.
    pub token_url: Option<String>,
    /// What the provider calls us: 1 to 300 characters.
    pub client_id: Option<String>,
    /// What it knows us by; never given back, said anew for another `token_url`. Empty: a client without one.
    pub client_secret: Option<String>,
    /// What it is asked for, up to 1,000 characters.
    pub scopes: Option<String>,
    /// Our own address as people's browsers see it.
    pub origin: Option<String>,
    /// Whether the provider may lie in a private network or on this machine, and be called without TLS.
    pub inside: Option<bool>,
}

/// A grant with what belongs to it.
#[derive(Clone)]
pub(crate) struct Grant {
    pub shown: MailboxGrant,
    pub tokens: Tokens,
}

impl Grant {
    pub(crate) fn blank(mailbox_id: Id<Mailbox>) -> Self {
        let long_ago = Timestamp::from_millis(0);
        let shown = MailboxGrant {
            mailbox_id,
            provider: GrantProvider::Other,
            authorize_url: String::new(),
            token_url: String::new(),
            client_id: String::new(),
            scopes: String::new(),
            origin: String::new(),
            inside: false,
            state: GrantState::None,
            detail: String::new(),
            granted_at: None,
        };
        let none = String::new;
        let tokens = Tokens {
            mailbox_id,
            client_secret: none(),
            refresh_token: none(),
            access_token: none(),
            until: long_ago,
            claimed_until: long_ago,
        };
        Self { shown, tokens }
    }

    /// The grant with these details. What was given for one provider, client or mail server (`moved`) is shown to no
    /// other: then somebody signs in again.
    ///
    /// # Errors
    /// [`kernel::Error::Invalid`] naming every field that cannot be taken.
    pub(crate) fn with(self, _permit: &Permit, details: OauthDetails, moved: bool) -> Result<Self> {
        let Self { shown: before, mut tokens } = self;
        let line = |text: Option<String>, old: &str| text.map_or_else(|| old.to_owned(), |text| text.trim().to_owned());
        let mut after = MailboxGrant {
            provider: details.provider.unwrap_or(before.provider),
            authorize_url: line(details.authorize_url, &before.authorize_url),
            token_url: line(details.token_url, &before.token_url),
            client_id: line(details.client_id, &before.client_id),
            scopes: line(details.scopes, &before.scopes),
            origin: line(details.origin, &before.origin).trim_end_matches('/').to_owned(),
            inside: details.inside.unwrap_or(before.inside),
            ..before.clone()
        };
        let elsewhere = before.token_url != after.token_url || before.client_id != after.client_id;
        let asks_otherwise = before.scopes != after.scopes || before.authorize_url != after.authorize_url;
        let unsaid = elsewhere && details.client_secret.is_none() && !tokens.client_secret.is_empty();
        let page = |text: &str| Target::parse(text, after.inside).map(drop);
        let bare = |text: &str| {
            let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
            host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', '@', ' '])) && text.len() <= 300
        };
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_graphic() || c == ' ');
        Check::new()
            .that(
                page(&after.authorize_url).is_ok(),
                "oauth.authorize_url",
                page(&after.authorize_url).err().unwrap_or(""),
            )
            .that(page(&after.token_url).is_ok(), "oauth.token_url", page(&after.token_url).err().unwrap_or(""))
            .text("oauth.client_id", &after.client_id, 1..=300)
            .that(plain(&after.client_id), "oauth.client_id", "malformed")
            .text("oauth.scopes", &after.scopes, 0..=1_000)
            .that(plain(&after.scopes), "oauth.scopes", "malformed")
            .that(bare(&after.origin), "oauth.origin", "malformed")
            .that(!unsaid, "oauth.client_secret", "required")
            .maybe_text("oauth.client_secret", details.client_secret.as_deref(), 0..=500)
            .done()?;
        tokens.client_secret = details.client_secret.unwrap_or(tokens.client_secret);
        if moved || elsewhere || asks_otherwise {
            (tokens.refresh_token, tokens.access_token) = (String::new(), String::new());
            (after.state, after.granted_at, after.detail) = (GrantState::None, None, String::new());
        }
        Ok(Self { shown: after, tokens })
    }
}

impl MailboxGrant {
    /// Where the provider sends people back to: to be told to it beforehand.
    pub(crate) fn redirect_uri(&self) -> String {
        format!("{}/callbacks/mail", self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Actor, Owned};

    fn permit() -> Permit {
        Actor::System("test").permit("x", &Owned::NOBODY, Timestamp::from_millis(5)).unwrap()
    }

    fn granted() -> Grant {
        let text = |text: &str| Some(text.to_owned());
        let details = OauthDetails {
            authorize_url: text("https://id.example.com/authorize"),
            token_url: text("https://id.example.com/token"),
            client_id: text("zhike"),
            client_secret: text("s"),
            origin: text("https://desk.example.com/"),
            ..OauthDetails::default()
        };
        let id = "mbx_01jd3k5v2pf6z8q0w4x7y9abcd".parse().unwrap();
        let mut grant = Grant::blank(id).with(&permit(), details, true).unwrap();
        (grant.shown.state, grant.tokens.refresh_token) = (GrantState::Granted, "r".into());
        grant
    }

    #[test]
    fn what_was_given_is_shown_to_nobody_else() {
        assert_eq!(granted().shown.redirect_uri(), "https://desk.example.com/callbacks/mail");
        let text = |text: &str| Some(text.to_owned());
        let elsewhere = OauthDetails { token_url: text("https://evil.example/token"), ..OauthDetails::default() };
        assert!(granted().with(&permit(), elsewhere.clone(), false).is_err());
        let said = OauthDetails { client_secret: text("t"), ..elsewhere };
        for (details, moved) in [
            (said, false),
            (OauthDetails::default(), true),
            (OauthDetails { scopes: text("x"), ..OauthDetails::default() }, false),
        ] {
            let after = granted().with(&permit(), details, moved).unwrap();
            assert_eq!((after.shown.state, after.tokens.refresh_token.as_str()), (GrantState::None, ""));
        }
        let same = granted().with(&permit(), OauthDetails::default(), false).unwrap();
        assert_eq!((same.shown.state, same.tokens.refresh_token.as_str()), (GrantState::Granted, "r"));
    }

    #[test]
    fn tokens_are_asked_for_over_tls_and_not_inside() {
        let text = |text: &str| Some(text.to_owned());
        for bad in ["http://id.example.com/token", "https://127.0.0.1/token", "ftp://x", "https://a@b/token", ""] {
            let details = OauthDetails { token_url: text(bad), client_secret: text("s"), ..OauthDetails::default() };
            assert!(granted().with(&permit(), details, false).is_err(), "{bad}");
        }
    }
}
