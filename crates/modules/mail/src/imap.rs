//! Reading a mailbox where it lies: IMAP, over TLS alone.

use std::{sync::Arc, time::Duration};

use async_imap::{
    Authenticator, Client, Session, error::Error as ImapError, extensions::idle::IdleResponse, types::Fetch,
};
use futures_util::TryStreamExt as _;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{
    arrive,
    model::{MailSecurity, Mailbox, MailboxAuth, Secrets, Trouble},
};

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it may take to hand over one mail.
const LONG: Duration = Duration::from_secs(300);
/// How long to wait for news before looking anyway.
const LISTEN: Duration = Duration::from_secs(9 * 60);
/// Mails whose sizes are asked for at once.
pub(crate) const CHUNK: usize = 50;

/// What stands in the way, and in the server's words.
pub(crate) type Hindrance = (Trouble, String);

/// A mailbox that was opened.
pub(crate) struct Opened {
    session: Session<TlsStream<TcpStream>>,
    /// The server's mark of the numbers it counts by.
    pub uid_validity: i64,
    /// The number the next mail will have.
    pub uid_next: i64,
    /// Whether it tells of new mail by itself.
    idles: bool,
}

/// A mail as it was fetched.
pub(crate) struct Fetched {
    pub uid: i64,
    pub raw: Vec<u8>,
    /// Whether that is only its head.
    pub cut: bool,
}

impl Opened {
    /// Signs in and opens the inbox.
    pub(crate) async fn open(mailbox: &Mailbox, secrets: &Secrets) -> Result<Self, Hindrance> {
        let connecting = timeout(PATIENCE, connect(mailbox)).await;
        let client = connecting.map_err(|_| (Trouble::Unreachable, "timeout".to_owned()))??;
        let signing_in = timeout(PATIENCE, sign_in(client, mailbox, &secrets.imap_password)).await;
        let mut session = match signing_in.map_err(|_| (Trouble::Unreachable, "timeout".to_owned()))? {
            Ok(session) => session,
            Err((ImapError::No(said) | ImapError::Bad(said), _)) => return Err((Trouble::SignIn, said)),
            Err((error, _)) => return Err(hindrance(&error)),
        };
        let capabilities = within(session.capabilities()).await?;
        let idles = capabilities.has_str("IDLE");
        // Read-only: whoever else reads this mailbox finds it as it was.
        let inbox = within(session.examine("INBOX")).await?;
        let uid_validity = inbox.uid_validity.map_or(1, i64::from);
        let uid_next = match inbox.uid_next {
            Some(next) => i64::from(next),
            None => 1 + i64::from(within(session.uid_search("ALL")).await?.into_iter().max().unwrap_or(0)),
        };
        Ok(Self { session, uid_validity, uid_next, idles })
    }

    /// The numbers of what came after `last`, in order.
    pub(crate) async fn after(&mut self, last: i64) -> Result<Vec<i64>, Hindrance> {
        let found = within(self.session.uid_search(format!("UID {}:*", last + 1))).await?;
        // The last mail is always among them, whatever its number.
        let mut found: Vec<i64> = found.into_iter().map(i64::from).filter(|uid| *uid > last).collect();
        found.sort_unstable();
        Ok(found)
    }

    /// How large these are, in bytes, by their numbers.
    pub(crate) async fn sizes(&mut self, uids: &[i64]) -> Result<Vec<(i64, usize)>, Hindrance> {
        let set: Vec<_> = uids.iter().map(ToString::to_string).collect();
        let found = self.fetch(&set.join(","), "(UID RFC822.SIZE)").await?;
        let mut sizes: Vec<_> =
            found.iter().filter_map(|one| Some((i64::from(one.uid?), one.size.unwrap_or(0) as usize))).collect();
        sizes.sort_unstable();
        Ok(sizes)
    }

    /// One mail: whole, or its head where it is larger than is taken; none when it is gone.
    pub(crate) async fn mail(&mut self, uid: i64, size: usize) -> Result<Option<Fetched>, Hindrance> {
        let cut = !arrive::is_fetched_whole(size);
        let what = if cut { "(UID BODY.PEEK[HEADER])" } else { "(UID BODY.PEEK[])" };
        let found = self.fetch(&uid.to_string(), what).await?;
        Ok(found.iter().find(|one| one.uid.map(i64::from) == Some(uid)).map(|one| {
            let raw = if cut { one.header() } else { one.body() };
            Fetched { uid, raw: raw.unwrap_or_default().to_vec(), cut }
        }))
    }

    async fn fetch(&mut self, set: &str, what: &str) -> Result<Vec<Fetch>, Hindrance> {
        let fetching = async {
            let stream = self.session.uid_fetch(set, what).await?;
            stream.try_collect::<Vec<_>>().await
        };
        match timeout(LONG, fetching).await {
            Ok(found) => found.map_err(|error| hindrance(&error)),
            Err(_) => Err((Trouble::Unreachable, "timeout".into())),
        }
    }

    /// Waits until there is news, or for a while; `look` ends it at once.
    pub(crate) async fn listen(self, look: impl Future<Output = ()>, poll: Duration) -> Result<Self, Hindrance> {
        let Self { mut session, uid_validity, uid_next, idles } = self;
        if !idles {
            tokio::select! {
                () = look => {}
                () = tokio::time::sleep(poll) => {}
            }
            within(session.noop()).await?;
            return Ok(Self { session, uid_validity, uid_next, idles });
        }
        let mut idle = session.idle();
        within(idle.init()).await?;
        {
            let (news, stop) = idle.wait_with_timeout(LISTEN);
            tokio::pin!(news);
            let heard = tokio::select! {
                heard = &mut news => Some(heard),
                () = look => None,
            };
            match heard {
                Some(Ok(IdleResponse::ManualInterrupt)) => return Err((Trouble::Unreachable, "closed".into())),
                Some(heard) => drop(heard.map_err(|error| hindrance(&error))?),
                None => {
                    drop(stop);
                    let _ = timeout(PATIENCE, news).await;
                }
            }
        }
        let session = within(idle.done()).await?;
        Ok(Self { session, uid_validity, uid_next, idles })
    }

    /// Says goodbye, as far as the server listens.
    pub(crate) async fn close(mut self) {
        let _ = timeout(Duration::from_secs(2), self.session.logout()).await;
    }
}

type Line = TlsStream<TcpStream>;

/// By the password, or by the token in its place: said as most servers hear it, else as the standard has it.
async fn sign_in(
    client: Client<Line>,
    mailbox: &Mailbox,
    secret: &str,
) -> Result<Session<Line>, (ImapError, Client<Line>)> {
    let user = &mailbox.imap_user;
    if mailbox.auth == MailboxAuth::Password {
        return client.login(user, secret).await;
    }
    let usual = Bearer(Some(format!("user={user}\u{1}auth=Bearer {secret}\u{1}\u{1}")));
    match client.authenticate("XOAUTH2", usual).await {
        Err((ImapError::No(said) | ImapError::Bad(said), client)) if said.to_lowercase().contains("mechanism") => {
            let (host, port) = (&mailbox.imap_host, mailbox.imap_port);
            let plain = user.replace('=', "=3D").replace(',', "=2C");
            let standard = format!("n,a={plain},\u{1}host={host}\u{1}port={port}\u{1}auth=Bearer {secret}\u{1}\u{1}");
            client.authenticate("OAUTHBEARER", Bearer(Some(standard))).await
        }
        answer => answer,
    }
}

/// Says its piece once; what a server asks after that is why it does not take it, and is answered with nothing.
struct Bearer(Option<String>);

impl Authenticator for Bearer {
    type Response = String;

    fn process(&mut self, _challenge: &[u8]) -> String {
        self.0.take().unwrap_or_else(|| "\u{1}".to_owned())
    }
}

async fn within<T>(work: impl Future<Output = Result<T, ImapError>>) -> Result<T, Hindrance> {
    match timeout(PATIENCE, work).await {
        Ok(done) => done.map_err(|error| hindrance(&error)),
        Err(_) => Err((Trouble::Unreachable, "timeout".into())),
    }
}

fn hindrance(error: &ImapError) -> Hindrance {
    let trouble = match error {
        ImapError::Io(_) | ImapError::ConnectionLost => Trouble::Unreachable,
        _ => Trouble::Protocol,
    };
    (trouble, error.to_string())
}

async fn connect(mailbox: &Mailbox) -> Result<Client<TlsStream<TcpStream>>, Hindrance> {
    let port = u16::try_from(mailbox.imap_port).map_err(|error| (Trouble::Protocol, error.to_string()))?;
    let unreachable = |error: std::io::Error| (Trouble::Unreachable, error.to_string());
    let stream = TcpStream::connect((mailbox.imap_host.as_str(), port)).await.map_err(unreachable)?;
    let greeting = || (Trouble::Protocol, "no greeting".to_owned());
    match mailbox.imap_security {
        MailSecurity::Tls => {
            let mut client = Client::new(secure(mailbox, stream).await?);
            client.read_response().await.map_err(unreachable)?.ok_or_else(greeting)?;
            Ok(client)
        }
        MailSecurity::Starttls => {
            let mut client = Client::new(stream);
            client.read_response().await.map_err(unreachable)?.ok_or_else(greeting)?;
            let begun = client.run_command_and_check_ok("STARTTLS", None).await;
            begun.map_err(|error| hindrance(&error))?;
            // What came in clear behind the answer goes with the old connection.
            Ok(Client::new(secure(mailbox, client.into_inner()).await?))
        }
    }
}

async fn secure(mailbox: &Mailbox, stream: TcpStream) -> Result<TlsStream<TcpStream>, Hindrance> {
    let refused = |text: String| (Trouble::Certificate, text);
    let config = trust(mailbox.certificate.as_deref()).map_err(refused)?;
    let name = ServerName::try_from(mailbox.imap_host.clone()).map_err(|error| refused(error.to_string()))?;
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(|error| {
        let is_certificate = error.to_string().to_lowercase().contains("certificate");
        (if is_certificate { Trouble::Certificate } else { Trouble::Unreachable }, error.to_string())
    })
}

/// Whom we believe: those this computer believes, and the one that was named.
fn trust(certificate: Option<&str>) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for found in CertificateDer::pem_slice_iter(certificate.unwrap_or_default().as_bytes()) {
        let found = found.map_err(|error| error.to_string())?;
        roots.add(found).map_err(|error| error.to_string())?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
