//! One connection to a directory.

use std::time::Duration;

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    time::timeout,
};

use super::ber::{self, BOOLEAN, ENUMERATED, INTEGER, OCTETS, Reader, SEQUENCE, SET, number, piece};
use crate::{directory::DirectorySecurity, trouble::Trouble};

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes of one message that are read.
const MOST: usize = 256 << 10;
/// Bytes of all a search finds.
const ALTOGETHER: usize = 4 << 20;
/// The request to become secret (RFC 4511, section 4.14).
const START_TLS: &[u8] = b"1.3.6.1.4.1.1466.20037";

pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Where a directory is, and how it is reached.
pub(crate) struct Reach<'a> {
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    pub(crate) security: DirectorySecurity,
    pub(crate) inside: bool,
    pub(crate) certificate: Option<&'a str>,
}

/// How far below its base a search looks.
#[derive(Clone, Copy)]
pub(crate) enum Scope {
    /// At that one entry.
    Base,
    /// At it and all below.
    Subtree,
}

/// What came of showing a password.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Bind {
    Good,
    /// With what the directory said of it.
    Refused(String),
}

/// Something the directory holds.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    pub(crate) name: String,
    /// By their names in lower case.
    attributes: Vec<(String, Vec<Vec<u8>>)>,
}

impl Entry {
    pub(crate) fn values(&self, attribute: &str) -> &[Vec<u8>] {
        let found = self.attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case(attribute));
        found.map_or(&[], |(_, values)| values)
    }

    /// Its first value that is text.
    pub(crate) fn text(&self, attribute: &str) -> Option<&str> {
        let mut texts = self.values(attribute).iter().filter_map(|value| std::str::from_utf8(value).ok());
        texts.find(|text| !text.trim().is_empty())
    }
}

/// How an answer ends.
struct Ended {
    code: u32,
    text: String,
}

impl Ended {
    fn read(content: &[u8]) -> Option<Self> {
        let mut reader = Reader(content);
        let code = reader.number(ENUMERATED)?;
        let _matched = reader.of(OCTETS)?;
        let text = String::from_utf8_lossy(reader.of(OCTETS)?).into_owned();
        Some(Self { code, text })
    }

    fn trouble(&self) -> Trouble {
        let code = match self.code {
            10 => "referral",
            8 | 13 => "wants_security",
            32 => "no_base",
            50 => "no_right",
            51 | 52 => "unreachable",
            3 | 85 => "timeout",
            _ => "directory_says",
        };
        Trouble::new(code, format!("{} {}", self.code, self.text).trim_end())
    }
}

/// A connection.
pub(crate) struct Line<S = Box<dyn Stream>> {
    stream: S,
    heard: Vec<u8>,
    last: u32,
}

impl Line {
    /// Opens one, secret as was asked for before anything is said on it.
    ///
    /// # Errors
    /// [`Trouble`] when nobody is there, or nobody who can show who they are.
    pub(crate) async fn open(reach: &Reach<'_>) -> Result<Self, Trouble> {
        let of = |trouble: outbound::Trouble| Trouble::new(trouble.code(), trouble.text());
        let secure =
            async |stream| match timeout(PATIENCE, outbound::secure(stream, reach.host, reach.certificate)).await {
                Ok(stream) => Ok(Self::on(stream.map_err(of)?)),
                Err(_) => Err(Trouble::new("timeout", "TLS")),
            };
        let stream = outbound::reach(reach.host, reach.port, reach.inside).await.map_err(of)?;
        match reach.security {
            DirectorySecurity::Tls => secure(stream).await,
            DirectorySecurity::Starttls => {
                let mut line = Line { stream, heard: Vec::new(), last: 0 };
                line.start_tls().await?;
                secure(line.stream).await
            }
            // The name of this machine must lead to this machine.
            DirectorySecurity::Plain if stream.peer_addr().is_ok_and(|peer| peer.ip().to_canonical().is_loopback()) => {
                Ok(Self::on(stream))
            }
            DirectorySecurity::Plain => Err(Trouble::new("plain_elsewhere", "")),
        }
    }

    fn on(stream: impl Stream + 'static) -> Self {
        Self { stream: Box::new(stream), heard: Vec::new(), last: 0 }
    }
}

impl<S: Stream> Line<S> {
    /// Asks for secrecy. What came in clear behind the answer is nobody's to believe.
    async fn start_tls(&mut self) -> Result<(), Trouble> {
        let id = self.say(&piece(0x77, &piece(0x80, START_TLS))).await?;
        let (tag, content) = self.hear(id).await?;
        let ended = Ended::read(&content).filter(|_| tag == 0x78).ok_or_else(malformed)?;
        if ended.code != 0 {
            return Err(Trouble::new("no_starttls", format!("{} {}", ended.code, ended.text)));
        }
        if self.heard.is_empty() { Ok(()) } else { Err(malformed()) }
    }

    /// Shows a password. An empty one is refused here: a directory takes it for somebody without a name, and
    /// says yes.
    ///
    /// # Errors
    /// [`Trouble`] when there is no answer that settles it.
    pub(crate) async fn bind(&mut self, name: &str, password: &str) -> Result<Bind, Trouble> {
        if name.is_empty() || password.is_empty() {
            return Ok(Bind::Refused("empty".into()));
        }
        let said = [number(INTEGER, 3), piece(OCTETS, name.as_bytes()), piece(0x80, password.as_bytes())].concat();
        let id = self.say(&piece(0x60, &said)).await?;
        let (tag, content) = self.hear(id).await?;
        let ended = Ended::read(&content).filter(|_| tag == 0x61).ok_or_else(malformed)?;
        match ended.code {
            0 => Ok(Bind::Good),
            // Wrong, not fit, a name that is none, not willing, not there, not allowed, a rule against it.
            49 | 48 | 34 | 53 | 32 | 50 | 19 => {
                Ok(Bind::Refused(format!("{} {}", ended.code, ended.text).trim_end().into()))
            }
            _ => Err(ended.trouble()),
        }
    }

    /// Looks for what a filter matches: `most` at most, and whether there was more.
    ///
    /// # Errors
    /// [`Trouble`] when the directory does not answer, or answers more than is read.
    pub(crate) async fn search(
        &mut self,
        (base, scope): (&str, Scope),
        filter: &[u8],
        attributes: &[&str],
        most: u32,
    ) -> Result<(Vec<Entry>, bool), Trouble> {
        let depth = match scope {
            Scope::Base => 0,
            Scope::Subtree => 2,
        };
        let wanted: Vec<_> = attributes.iter().flat_map(|name| piece(OCTETS, name.as_bytes())).collect();
        let seconds = u32::try_from(PATIENCE.as_secs()).unwrap_or(5);
        let said = [
            piece(OCTETS, base.as_bytes()),
            number(ENUMERATED, depth),
            number(ENUMERATED, 0),
            number(INTEGER, most),
            number(INTEGER, seconds),
            piece(BOOLEAN, &[0]),
            filter.to_vec(),
            piece(SEQUENCE, &wanted),
        ];
        let id = self.say(&piece(0x63, &said.concat())).await?;
        let (mut found, mut bytes) = (Vec::new(), 0);
        loop {
            let (tag, content) = self.hear(id).await?;
            bytes += content.len();
            if bytes > ALTOGETHER || found.len() > most as usize {
                return Err(Trouble::new("too_much", ""));
            }
            match tag {
                0x64 => found.push(entry(&content).ok_or_else(malformed)?),
                // It lies elsewhere: we stay here.
                0x73 => {}
                0x65 => {
                    let ended = Ended::read(&content).ok_or_else(malformed)?;
                    return match ended.code {
                        0 => Ok((found, false)),
                        4 => Ok((found, true)),
                        _ => Err(ended.trouble()),
                    };
                }
                _ => return Err(malformed()),
            }
        }
    }

    async fn say(&mut self, operation: &[u8]) -> Result<u32, Trouble> {
        self.last += 1;
        let message = piece(SEQUENCE, &[number(INTEGER, self.last), operation.to_vec()].concat());
        let saying = async {
            self.stream.write_all(&message).await?;
            self.stream.flush().await
        };
        match timeout(PATIENCE, saying).await {
            Ok(said) => said.map(|()| self.last).map_err(|error| Trouble::new("unreachable", error.to_string())),
            Err(_) => Err(Trouble::new("timeout", "")),
        }
    }

    /// What is answered to this.
    async fn hear(&mut self, id: u32) -> Result<(u8, Vec<u8>), Trouble> {
        let message = timeout(PATIENCE, self.message()).await.map_err(|_| Trouble::new("timeout", ""))??;
        let mut reader = Reader(&message);
        let mut inner = Reader(reader.of(SEQUENCE).ok_or_else(malformed)?);
        let (found, (tag, content)) = inner.number(INTEGER).zip(inner.next()).ok_or_else(malformed)?;
        if found == id {
            return Ok((tag, content.to_vec()));
        }
        // It says by itself that it goes.
        let farewell = (found == 0).then(|| Ended::read(content)).flatten();
        Err(farewell.map_or_else(malformed, |ended| Trouble::new("unreachable", ended.text)))
    }

    async fn message(&mut self) -> Result<Vec<u8>, Trouble> {
        loop {
            if self.heard.first().is_some_and(|tag| *tag != SEQUENCE) {
                return Err(malformed());
            }
            if let Some(size) = ber::whole(&self.heard, MOST).map_err(|why| Trouble::new("protocol", why))? {
                return Ok(self.heard.drain(..size).collect());
            }
            let mut piece = [0; 8 << 10];
            let count = self.stream.read(&mut piece).await;
            match count.map_err(|error| Trouble::new("unreachable", error.to_string()))? {
                0 => return Err(Trouble::new("unreachable", "closed")),
                count => self.heard.extend_from_slice(&piece[..count]),
            }
        }
    }
}

fn malformed() -> Trouble {
    Trouble::new("protocol", "not LDAP")
}

fn entry(content: &[u8]) -> Option<Entry> {
    let mut reader = Reader(content);
    let name = String::from_utf8(reader.of(OCTETS)?.to_vec()).ok()?;
    let (mut all, mut attributes) = (Reader(reader.of(SEQUENCE)?), Vec::new());
    while let Some((SEQUENCE, one)) = all.next() {
        let mut one = Reader(one);
        let name = String::from_utf8_lossy(one.of(OCTETS)?).into_owned();
        let (mut set, mut values) = (Reader(one.of(SET)?), Vec::new());
        while let Some((OCTETS, value)) = set.next() {
            values.push(value.to_vec());
        }
        attributes.push((name, values));
    }
    Some(Entry { name, attributes })
}

#[cfg(test)]
mod tests {
    use tokio::io::DuplexStream;

    use super::*;

    /// A directory that answers whatever is asked with these bytes.
    fn says(answer: Vec<u8>) -> Line<DuplexStream> {
        let (here, mut there) = tokio::io::duplex(1 << 20);
        tokio::spawn(async move {
            let mut asked = [0; 4_096];
            let _ = there.read(&mut asked).await;
            let _ = there.write_all(&answer).await;
        });
        Line { stream: here, heard: Vec::new(), last: 0 }
    }

    fn message(id: u32, operation: Vec<u8>) -> Vec<u8> {
        piece(SEQUENCE, &[number(INTEGER, id), operation].concat())
    }

    fn ended(tag: u8, code: u32, text: &str) -> Vec<u8> {
        piece(tag, &[number(ENUMERATED, code), piece(OCTETS, b""), piece(OCTETS, text.as_bytes())].concat())
    }

    #[tokio::test]
    async fn an_empty_password_is_never_shown() {
        let mut line = says(message(1, ended(0x61, 0, "")));
        assert_eq!(line.bind("cn=a", "").await, Ok(Bind::Refused("empty".into())));
        assert_eq!(line.bind("", "x").await, Ok(Bind::Refused("empty".into())));
        assert_eq!(line.bind("cn=a", "x").await, Ok(Bind::Good), "nothing was said before");
    }

    #[tokio::test]
    async fn what_is_answered_is_told_apart_and_lies_end_the_call() {
        let bind = async |answer| says(answer).bind("cn=a", "x").await;
        let code = async |answer| bind(answer).await.unwrap_err().code;
        assert_eq!(bind(message(1, ended(0x61, 49, "data 52e"))).await, Ok(Bind::Refused("49 data 52e".into())));
        assert_eq!(code(message(1, ended(0x61, 10, ""))).await, "referral");
        assert_eq!(code(message(0, ended(0x78, 52, "going"))).await, "unreachable");
        // Another's answer, another operation's, none, too long, cut off.
        assert_eq!(code(message(2, ended(0x61, 0, ""))).await, "protocol");
        assert_eq!(code(message(1, ended(0x65, 0, ""))).await, "protocol");
        assert_eq!(code(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()).await, "protocol");
        assert_eq!(code(vec![SEQUENCE, 0x84, 0x7f, 0xff, 0xff, 0xff]).await, "protocol");
        assert_eq!(code(message(1, ended(0x61, 0, ""))[..9].to_vec()).await, "unreachable");
    }

    #[tokio::test]
    async fn no_more_is_read_than_was_asked_for() {
        let one = message(1, piece(0x64, &[piece(OCTETS, b"cn=a"), piece(SEQUENCE, b"")].concat()));
        let filter = crate::ldap::filter::read("(cn=a)").unwrap();
        let found = says(one.repeat(10)).search(("dc=a", Scope::Subtree), &filter, &["cn"], 2).await;
        assert_eq!(found.unwrap_err().code, "too_much");
        let there = [one.repeat(2), message(1, ended(0x65, 4, ""))].concat();
        let found = says(there).search(("dc=a", Scope::Subtree), &filter, &["cn"], 2).await.unwrap();
        assert!(found.0.len() == 2 && found.1);
        let elsewhere = [message(1, piece(0x73, b"")), message(1, ended(0x65, 0, ""))].concat();
        assert_eq!(says(elsewhere).search(("dc=a", Scope::Base), &filter, &[], 1).await.unwrap().0.len(), 0);
    }

    #[tokio::test]
    async fn what_came_in_clear_is_not_believed_once_it_is_secret() {
        let good = message(1, ended(0x78, 0, ""));
        assert!(says(good.clone()).start_tls().await.is_ok());
        let forged = [good, message(2, ended(0x61, 0, ""))].concat();
        assert_eq!(says(forged).start_tls().await.unwrap_err().code, "protocol");
        assert_eq!(says(message(1, ended(0x78, 2, "no"))).start_tls().await.unwrap_err().code, "no_starttls");
    }
}
