//! A connection to PostgreSQL, in its own protocol: what is said is gathered, and goes out in one
//! piece when an answer is waited for.

use std::{
    fmt,
    io::{self, Read, Write},
    net::{TcpStream, ToSocketAddrs as _},
    os::unix::net::UnixStream,
    path::Path,
    sync::Arc,
    time::Duration,
};

use bytes::BytesMut;
use postgres::{
    Config,
    config::{Host, SslMode},
    fallible_iterator::FallibleIterator as _,
};
use postgres_protocol::{
    authentication::{
        md5_hash,
        sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256},
    },
    message::{
        backend::{ErrorResponseBody, Message},
        frontend,
    },
};
use rustls::{ClientConnection, StreamOwned};

const CONNECT: Duration = Duration::from_secs(5);
/// After so long a silence the network is asked whether the server is still there.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// What PostgreSQL refuses, in its words.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: String,
    message: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.code)
    }
}

impl std::error::Error for Refusal {}

impl Refusal {
    pub(super) fn of(body: &ErrorResponseBody) -> Self {
        let (mut code, mut message, mut fields) = (String::new(), String::new(), body.fields());
        while let Ok(Some(field)) = fields.next() {
            let text = String::from_utf8_lossy(field.value_bytes());
            match field.type_() {
                b'C' => code = text.into_owned(),
                b'M' => message.insert_str(0, &text),
                b'D' | b'n' => message += &format!("; {text}"),
                _ => {}
            }
        }
        Self { code, message }
    }
}

pub(super) struct Line {
    stream: Stream,
    /// What is to be said.
    pub(super) out: BytesMut,
    heard: BytesMut,
    /// Nothing more will be heard.
    pub(super) closed: bool,
}

enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Stream {
    fn io(&mut self) -> &mut dyn ReadWrite {
        match self {
            Self::Tcp(stream) => stream,
            Self::Unix(stream) => stream,
            Self::Tls(stream) => stream,
        }
    }
}

trait ReadWrite: Read + Write {}
impl<T: Read + Write> ReadWrite for T {}

impl Line {
    /// Connects to the first of the hosts that answers, and signs in.
    pub(super) fn connect(config: &Config) -> io::Result<Self> {
        let mut last = io::Error::new(io::ErrorKind::NotFound, "the database's URL names no host");
        for (at, host) in config.get_hosts().iter().enumerate() {
            let ports = config.get_ports();
            let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
            let connected = match host {
                Host::Tcp(name) => reach(config, name, port),
                Host::Unix(folder) => reach_unix(folder, port),
            };
            let signed_in = connected.and_then(|stream| {
                let mut line = Self { stream, out: BytesMut::new(), heard: BytesMut::new(), closed: false };
                line.sign_in(config).map(|()| line)
            });
            match signed_in {
                Ok(line) => return Ok(line),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Sends what was gathered.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        let io = self.stream.io();
        let sent = io.write_all(&self.out).and_then(|()| io.flush());
        self.out.clear();
        self.closed |= sent.is_err();
        sent
    }

    /// Waits for the next word that is meant for us.
    pub(super) fn hear(&mut self) -> io::Result<Message> {
        loop {
            match Message::parse(&mut self.heard)? {
                None => self.listen().inspect_err(|_| self.closed = true)?,
                Some(Message::NoticeResponse(_) | Message::ParameterStatus(_) | Message::NotificationResponse(_)) => {}
                Some(word) => return Ok(word),
            }
        }
    }

    fn listen(&mut self) -> io::Result<()> {
        let mut chunk = [0; 16 << 10];
        match self.stream.io().read(&mut chunk) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(length) => {
                self.heard.extend_from_slice(&chunk[..length]);
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn sign_in(&mut self, config: &Config) -> io::Result<()> {
        let user = config.get_user().map(str::to_owned).or_else(|| std::env::var("USER").ok()).unwrap_or_default();
        let mut about = vec![("client_encoding", "UTF8"), ("application_name", "zhike"), ("user", &user)];
        about.extend(config.get_dbname().map(|name| ("database", name)));
        about.extend(config.get_options().map(|options| ("options", options)));
        frontend::startup_message(about, &mut self.out)?;
        let password = config.get_password().unwrap_or_default();
        let mut scram = None;
        loop {
            self.flush()?;
            match self.hear()? {
                Message::AuthenticationOk => break,
                Message::AuthenticationCleartextPassword => frontend::password_message(password, &mut self.out)?,
                Message::AuthenticationMd5Password(body) => {
                    let hash = md5_hash(user.as_bytes(), password, body.salt());
                    frontend::password_message(hash.as_bytes(), &mut self.out)?;
                }
                Message::AuthenticationSasl(body) => {
                    if !body.mechanisms().any(|mechanism| Ok(mechanism == SCRAM_SHA_256))? {
                        return Err(io::Error::other("the database wants to be signed in to in a way we do not know"));
                    }
                    let begun = scram.insert(ScramSha256::new(password, ChannelBinding::unsupported()));
                    frontend::sasl_initial_response(SCRAM_SHA_256, begun.message(), &mut self.out)?;
                }
                Message::AuthenticationSaslContinue(body) => {
                    let scram = scram.as_mut().ok_or(io::ErrorKind::InvalidData)?;
                    scram.update(body.data())?;
                    frontend::sasl_response(scram.message(), &mut self.out)?;
                }
                Message::AuthenticationSaslFinal(body) => {
                    scram.as_mut().ok_or(io::ErrorKind::InvalidData)?.finish(body.data())?;
                }
                Message::ErrorResponse(body) => return Err(io::Error::other(Refusal::of(&body))),
                _ => return Err(io::Error::other("the database wants to be signed in to in a way we do not know")),
            }
        }
        loop {
            match self.hear()? {
                Message::ReadyForQuery(_) => return Ok(()),
                Message::ErrorResponse(body) => return Err(io::Error::other(Refusal::of(&body))),
                _ => {}
            }
        }
    }
}

fn reach(config: &Config, name: &str, port: u16) -> io::Result<Stream> {
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for address in (name, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, *config.get_connect_timeout().unwrap_or(&CONNECT)) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                let keepalive = socket2::TcpKeepalive::new().with_time(KEEPALIVE);
                socket2::SockRef::from(&stream).set_tcp_keepalive(&keepalive)?;
                return secure(config, name, stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn reach_unix(folder: &Path, port: u16) -> io::Result<Stream> {
    UnixStream::connect(folder.join(format!(".s.PGSQL.{port}"))).map(Stream::Unix)
}

/// Asks for TLS unless it is not wanted; goes on without only where that is allowed.
fn secure(config: &Config, name: &str, mut stream: TcpStream) -> io::Result<Stream> {
    let mode = config.get_ssl_mode();
    if mode == SslMode::Disable {
        return Ok(Stream::Tcp(stream));
    }
    let mut ask = BytesMut::new();
    frontend::ssl_request(&mut ask);
    stream.write_all(&ask)?;
    let mut answer = [0];
    stream.read_exact(&mut answer)?;
    if answer != *b"S" {
        return match mode {
            SslMode::Prefer => Ok(Stream::Tcp(stream)),
            _ => Err(io::Error::other("the database does not speak TLS")),
        };
    }
    let roots = rustls::RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = name.to_owned().try_into().map_err(io::Error::other)?;
    let client = ClientConnection::new(Arc::new(tls), name).map_err(io::Error::other)?;
    Ok(Stream::Tls(Box::new(StreamOwned::new(client, stream))))
}
