//! A mailbox: an address, the servers behind it, and how its mails look.

use kernel::{ChannelId, Check, Id, Permit, Result, Timestamp};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

use super::{Grant, MailboxAuth, OauthDetails};
use crate::letter::address;

text_enum! {
    /// How a connection to a mail server is kept secret; one that is not is not made.
    pub enum MailSecurity {
        /// From its first byte.
        Tls = "tls",
        /// Begun in clear, and secret before anything is said.
        Starttls = "starttls",
    }
}

text_enum! {
    /// Whether a mailbox is fetched, and answered by.
    pub enum MailboxState {
        /// It is.
        Active = "active",
        /// It is not.
        Paused = "paused",
    }
}

text_enum! {
    /// What stands between us and a mail server.
    pub enum Trouble {
        /// Nobody answers there.
        Unreachable = "unreachable",
        /// It cannot prove who it is.
        Certificate = "certificate",
        /// It does not take the name or the password.
        SignIn = "sign_in",
        /// The provider gives us no token: somebody signs in there again.
        Grant = "grant",
        /// It says something we do not expect.
        Protocol = "protocol",
    }
}

store::record! {
    /// An address customers write to, and the servers behind it.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct Mailbox {
        /// Its id.
        pub id: Id<Mailbox>,
        /// The channel its mails come by.
        pub channel_id: ChannelId,
        /// The name colleagues see.
        #[schema(example = "售后邮箱")]
        pub name: String,
        /// Its address, in lower case.
        #[schema(example = "service@example.com")]
        pub address: String,
        /// The name customers see as the sender.
        pub sender_name: String,
        /// Whether it is fetched, and answered by.
        pub state: MailboxState,
        /// Where its mail lies.
        pub imap_host: String,
        /// At which port.
        pub imap_port: i64,
        /// How that connection is kept secret.
        pub imap_security: MailSecurity,
        /// Under which name.
        pub imap_user: String,
        /// Who takes mail from it.
        pub smtp_host: String,
        /// At which port.
        pub smtp_port: i64,
        /// How that connection is kept secret.
        pub smtp_security: MailSecurity,
        /// Under which name; empty: without signing in.
        pub smtp_user: String,
        /// By what both are opened.
        pub auth: MailboxAuth,
        /// A certificate (PEM) that is believed besides those every computer believes.
        pub certificate: Option<String>,
        /// What stands below every answer.
        pub signature: String,
        /// What whoever writes for the first time is told at once; empty: nothing.
        pub acknowledgement: String,
        /// Whether answers repeat what they answer.
        pub quotes: bool,
        /// Since when.
        pub created_at: Timestamp,
        /// Rises with each change; a change of an older version is refused.
        pub version: i64,
    }
}

store::record! {
    /// How far a mailbox was fetched, and how that went.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct MailboxFetch {
        /// Of which.
        pub mailbox_id: Id<Mailbox>,
        /// The server's mark of the numbers it counts by.
        #[serde(skip)]
        pub uid_validity: i64,
        /// The last number that was fetched.
        #[serde(skip)]
        pub last_uid: i64,
        /// When it was last tried.
        pub tried_at: Option<Timestamp>,
        /// When that last went well.
        pub succeeded_at: Option<Timestamp>,
        /// What stood in the way, when it did not.
        pub trouble: Option<Trouble>,
        /// The same in the server's words.
        pub detail: String,
        /// Mails that became messages.
        pub received: i64,
        /// Machines' answers, bounces, loops.
        pub set_aside: i64,
        /// Mails that could not be read.
        pub unreadable: i64,
    }
}

impl MailboxFetch {
    /// Before the first.
    pub(crate) fn none(mailbox_id: Id<Mailbox>) -> Self {
        Self {
            mailbox_id,
            uid_validity: 0,
            last_uid: 0,
            tried_at: None,
            succeeded_at: None,
            trouble: None,
            detail: String::new(),
            received: 0,
            set_aside: 0,
            unreadable: 0,
        }
    }
}

store::record! {
    /// What opens a mailbox.
    #[derive(Clone, PartialEq)]
    pub(crate) struct Secrets {
        pub mailbox_id: Id<Mailbox>,
        pub imap_password: String,
        pub smtp_password: String,
    }
}

/// What somebody wants a mailbox to be; none: as it is.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Details {
    /// The name colleagues see: 1 to 60 characters.
    pub name: Option<String>,
    /// Its address.
    pub address: Option<String>,
    /// The name customers see as the sender, up to 60 characters.
    pub sender_name: Option<String>,
    /// Whether it is fetched, and answered by.
    pub state: Option<MailboxState>,
    /// Where its mail lies.
    pub imap_host: Option<String>,
    /// 1 to 65535.
    #[schema(minimum = 1, maximum = 65535)]
    pub imap_port: Option<i64>,
    /// How that connection is kept secret.
    pub imap_security: Option<MailSecurity>,
    /// Under which name, up to 200 characters.
    pub imap_user: Option<String>,
    /// Its password; never given back.
    pub imap_password: Option<String>,
    /// Who takes mail from it.
    pub smtp_host: Option<String>,
    /// 1 to 65535.
    #[schema(minimum = 1, maximum = 65535)]
    pub smtp_port: Option<i64>,
    /// How that connection is kept secret.
    pub smtp_security: Option<MailSecurity>,
    /// Under which name, up to 200 characters; empty: without signing in.
    pub smtp_user: Option<String>,
    /// Its password; never given back. That of the mail's place unless told, when both have one name.
    pub smtp_password: Option<String>,
    /// By what both are opened. Another way forgets what opened it before.
    pub auth: Option<MailboxAuth>,
    /// What the provider is that gives the token, where it is opened by one.
    pub oauth: Option<OauthDetails>,
    /// A certificate (PEM) that is believed besides those every computer believes; empty: none.
    pub certificate: Option<String>,
    /// What stands below every answer, up to 2,000 characters.
    pub signature: Option<String>,
    /// What whoever writes for the first time is told at once, up to 2,000 characters; empty: nothing.
    pub acknowledgement: Option<String>,
    /// Whether answers repeat what they answer.
    pub quotes: Option<bool>,
}

/// A mailbox with what opens it.
pub(crate) struct Setup {
    pub mailbox: Mailbox,
    pub secrets: Secrets,
    /// What opens it by a token, where it is.
    pub grant: Option<Grant>,
}

/// Ports nobody has to think of.
const IMAPS: i64 = 993;
const SMTPS: i64 = 465;

impl Setup {
    /// One about which nothing is said yet.
    pub(crate) fn blank(id: Id<Mailbox>, channel_id: ChannelId, now: Timestamp) -> Self {
        let mailbox = Mailbox {
            id,
            channel_id,
            name: String::new(),
            address: String::new(),
            sender_name: String::new(),
            state: MailboxState::Active,
            imap_host: String::new(),
            imap_port: IMAPS,
            imap_security: MailSecurity::Tls,
            imap_user: String::new(),
            smtp_host: String::new(),
            smtp_port: SMTPS,
            smtp_security: MailSecurity::Tls,
            smtp_user: String::new(),
            auth: MailboxAuth::Password,
            certificate: None,
            signature: String::new(),
            acknowledgement: String::new(),
            quotes: false,
            created_at: now,
            version: 1,
        };
        let secrets = Secrets { mailbox_id: id, imap_password: String::new(), smtp_password: String::new() };
        Self { mailbox, secrets, grant: None }
    }

    /// The mailbox with these details. Whoever names another server must say the password anew: the
    /// one that is kept is not shown to a server of somebody's choice.
    ///
    /// # Errors
    /// [`kernel::Error::Invalid`] naming every field that cannot be taken.
    pub(crate) fn with(self, permit: &Permit, details: Details) -> Result<Self> {
        let Self { mailbox: before, mut secrets, grant } = self;
        let mut after = before.clone();
        let line = |text: Option<String>, old: String| text.map_or(old, |text| text.trim().to_owned());
        let given = details.address.clone();
        after.name = line(details.name, after.name);
        after.address = details.address.map_or(after.address, |text| address(&text).unwrap_or_default());
        after.sender_name = line(details.sender_name, after.sender_name);
        after.state = details.state.unwrap_or(after.state);
        after.imap_host = line(details.imap_host, after.imap_host);
        after.imap_port = details.imap_port.unwrap_or(after.imap_port);
        after.imap_security = details.imap_security.unwrap_or(after.imap_security);
        after.imap_user = line(details.imap_user, after.imap_user);
        after.smtp_host = line(details.smtp_host, after.smtp_host);
        after.smtp_port = details.smtp_port.unwrap_or(after.smtp_port);
        after.smtp_security = details.smtp_security.unwrap_or(after.smtp_security);
        after.smtp_user = line(details.smtp_user, after.smtp_user);
        after.auth = details.auth.unwrap_or(after.auth);
        after.certificate = match details.certificate {
            Some(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            None => after.certificate,
        };
        after.signature = line(details.signature, after.signature);
        after.acknowledgement = line(details.acknowledgement, after.acknowledgement);
        after.quotes = details.quotes.unwrap_or(after.quotes);
        if after.sender_name.is_empty() {
            after.sender_name.clone_from(&after.name);
        }
        let elsewhere = before.imap_host != after.imap_host
            || before.imap_port != after.imap_port
            || before.imap_user != after.imap_user
            || before.certificate != after.certificate;
        let sent_elsewhere = before.smtp_host != after.smtp_host
            || before.smtp_port != after.smtp_port
            || before.smtp_user != after.smtp_user
            || before.certificate != after.certificate;
        let turned = before.auth != after.auth;
        let by_password = after.auth == MailboxAuth::Password;
        let same = after.smtp_user == after.imap_user;
        let smtp_password = details.smtp_password.or_else(|| details.imap_password.clone().filter(|_| same));
        let plain = |text: &str| !text.chars().any(char::is_control);
        Check::new()
            .text("name", &after.name, 1..=60)
            .that(given.is_none() || !after.address.is_empty(), "address", "malformed")
            .that(!after.address.is_empty(), "address", "required")
            .text("sender_name", &after.sender_name, 1..=60)
            .that(plain(&after.sender_name), "sender_name", "malformed")
            .that(is_host(&after.imap_host), "imap_host", "malformed")
            .range("imap_port", after.imap_port, 1..=65_535)
            .text("imap_user", &after.imap_user, 1..=200)
            .that(plain(&after.imap_user), "imap_user", "malformed")
            .that(
                !by_password || !(elsewhere || turned) || details.imap_password.is_some(),
                "imap_password",
                "required",
            )
            .maybe_text("imap_password", details.imap_password.as_deref(), 1..=500)
            .that(is_host(&after.smtp_host), "smtp_host", "malformed")
            .range("smtp_port", after.smtp_port, 1..=65_535)
            .text("smtp_user", &after.smtp_user, 0..=200)
            .that(plain(&after.smtp_user), "smtp_user", "malformed")
            .that(
                !by_password || !(sent_elsewhere || turned) || after.smtp_user.is_empty() || smtp_password.is_some(),
                "smtp_password",
                "required",
            )
            .that(by_password || details.imap_password.is_none(), "imap_password", "not_allowed")
            .that(by_password || smtp_password.is_none(), "smtp_password", "not_allowed")
            .maybe_text("smtp_password", smtp_password.as_deref(), 0..=500)
            .that(after.certificate.as_deref().is_none_or(is_certificate), "certificate", "malformed")
            .text("signature", &after.signature, 0..=2_000)
            .text("acknowledgement", &after.acknowledgement, 0..=2_000)
            .done()?;
        let grant = match (by_password, grant) {
            (true, _) => {
                secrets.imap_password = details.imap_password.unwrap_or(secrets.imap_password);
                secrets.smtp_password = smtp_password.unwrap_or(secrets.smtp_password);
                None
            }
            (false, grant) => {
                (secrets.imap_password, secrets.smtp_password) = (String::new(), String::new());
                let moved = elsewhere || sent_elsewhere || turned;
                let grant = grant.unwrap_or_else(|| Grant::blank(after.id));
                Some(grant.with(permit, details.oauth.unwrap_or_default(), moved)?)
            }
        };
        Ok(Self { mailbox: after, secrets, grant })
    }
}

/// A name or a number of a computer; no port, no path.
fn is_host(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.' || c == ':';
    (1..=250).contains(&text.len()) && text.chars().all(plain) && !text.starts_with(['-', '.'])
}

fn is_certificate(text: &str) -> bool {
    use rustls::pki_types::{CertificateDer, pem::PemObject as _};
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    text.len() <= 20_000 && all.is_ok_and(|all| !all.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Actor, Owned};

    fn permit() -> Permit {
        Actor::System("test").permit("x", &Owned::NOBODY, Timestamp::from_millis(5)).unwrap()
    }

    fn new() -> Setup {
        let (id, channel) =
            ("mbx_01jd3k5v2pf6z8q0w4x7y9abcd".parse().unwrap(), "chn_01jd3k5v2pf6z8q0w4x7y9abcd".parse().unwrap());
        let text = |text: &str| Some(text.to_owned());
        let details = Details {
            name: text("售后"),
            address: text("Desk@Example.com"),
            imap_host: text("imap.example.com"),
            imap_user: text("desk"),
            imap_password: text("secret"),
            smtp_host: text("smtp.example.com"),
            smtp_user: text("desk"),
            ..Details::default()
        };
        Setup::blank(id, channel, Timestamp::from_millis(1)).with(&permit(), details).unwrap()
    }

    #[test]
    fn a_kept_password_is_shown_to_no_other_server() {
        let setup = new();
        assert_eq!(
            (setup.mailbox.address.as_str(), setup.secrets.smtp_password.as_str()),
            ("desk@example.com", "secret")
        );
        for details in [
            Details { imap_host: Some("evil.example".into()), ..Details::default() },
            Details { smtp_host: Some("evil.example".into()), ..Details::default() },
            Details { imap_port: Some(1), ..Details::default() },
        ] {
            assert!(new().with(&permit(), details.clone()).is_err());
            let with = Details { imap_password: Some("x".into()), smtp_password: Some("x".into()), ..details };
            assert!(new().with(&permit(), with).is_ok());
        }
        assert!(new().with(&permit(), Details { name: Some("新名".into()), ..Details::default() }).is_ok());
    }

    #[test]
    fn neither_a_password_nor_a_token_outlives_the_other_way() {
        let text = |text: &str| Some(text.to_owned());
        let oauth = OauthDetails {
            authorize_url: text("https://id.example.com/a"),
            token_url: text("https://id.example.com/t"),
            client_id: text("zhike"),
            origin: text("https://desk.example.com"),
            ..OauthDetails::default()
        };
        let turn = Details { auth: Some(MailboxAuth::Oauth), oauth: Some(oauth), ..Details::default() };
        let turned = new().with(&permit(), turn).unwrap();
        assert_eq!((turned.secrets.imap_password.as_str(), turned.grant.is_some()), ("", true));
        let back = || Details { auth: Some(MailboxAuth::Password), ..Details::default() };
        assert!(Setup { ..turned }.with(&permit(), back()).is_err());
    }

    #[test]
    fn what_could_break_a_line_is_refused() {
        for details in [
            Details { sender_name: Some("a\r\nBcc: x@y.z".into()), ..Details::default() },
            Details { address: Some("a@b.c\nBcc: x@y.z".into()), ..Details::default() },
            Details { imap_user: Some("a\r\nb".into()), imap_password: Some("x".into()), ..Details::default() },
            Details { certificate: Some("nonsense".into()), imap_password: Some("x".into()), ..Details::default() },
        ] {
            assert!(new().with(&permit(), details).is_err());
        }
    }
}
