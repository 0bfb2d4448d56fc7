//! One call to a system of others.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{Method, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};

use crate::{
    Target,
    stream::{reach, secure},
};

const AGENT: &str = "Zhike";

/// A call.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// What is asked.
    pub method: Method,
    /// Where.
    pub target: &'a Target,
    /// Besides `Host`, `User-Agent` and `Content-Length`.
    pub headers: Vec<(&'static str, String)>,
    /// What is said.
    pub body: Bytes,
    /// How long all of it may take.
    pub patience: Duration,
    /// Bytes of the answer that are read.
    pub most: usize,
}

impl<'a> Request<'a> {
    /// JSON to be posted: 15 seconds, 64 KiB of answer.
    pub fn post(target: &'a Target, body: impl Into<Bytes>) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self { method: Method::POST, headers, body: body.into(), ..Self::get(target) }
    }

    /// Something to be fetched: 15 seconds, 64 KiB.
    pub fn get(target: &'a Target) -> Self {
        let (headers, body) = (Vec::new(), Bytes::new());
        Self { method: Method::GET, target, headers, body, patience: Duration::from_secs(15), most: 64 << 10 }
    }

    /// With this header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// What was answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// How long the other side asks to be left alone.
    pub retry_after: Option<Duration>,
    /// Its media type, if it says one.
    pub content_type: String,
    /// What its `Content-Disposition` says, as it stands there.
    pub disposition: String,
    /// What it said; empty when it is longer than was to be read.
    pub body: Bytes,
    /// Whether it is.
    pub cut: bool,
}

impl Answer {
    /// Whether it says yes.
    pub fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Why there was no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The name leads to where none may call.
    ForbiddenAddress,
    /// Nobody is there.
    Unreachable(String),
    /// Whoever is there cannot show that it is them.
    Certificate(String),
    /// It took too long.
    Timeout,
    /// They speak something else.
    Protocol(String),
}

impl Trouble {
    /// A stable name of it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ForbiddenAddress => "forbidden_address",
            Self::Unreachable(_) => "unreachable",
            Self::Certificate(_) => "certificate",
            Self::Timeout => "timeout",
            Self::Protocol(_) => "protocol",
        }
    }

    /// What the other side or the network said of it; empty when nothing.
    pub fn text(&self) -> &str {
        match self {
            Self::Unreachable(text) | Self::Certificate(text) | Self::Protocol(text) => text,
            Self::ForbiddenAddress | Self::Timeout => "",
        }
    }
}

/// Makes a call: over a connection of its own, to an address that was looked at.
///
/// # Errors
/// [`Trouble`] when there is no answer. Any answer is one, whatever its status.
pub async fn call(request: Request<'_>) -> Result<Answer, Trouble> {
    let patience = request.patience;
    timeout(patience, exchange(request)).await.map_err(|_| Trouble::Timeout)?
}

async fn exchange(request: Request<'_>) -> Result<Answer, Trouble> {
    let target = request.target;
    let stream = reach(&target.host, target.port, target.inside).await?;
    if !target.secure {
        return speak(stream, request).await;
    }
    speak(secure(stream, &target.host, None).await?, request).await
}

async fn speak<S>(stream: S, request: Request<'_>) -> Result<Answer, Trouble>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let protocol = |error: hyper::Error| Trouble::Protocol(error.to_string());
    let target = request.target;
    let usual = if target.secure { 443 } else { 80 };
    let host = if target.host.contains(':') {
        format!("[{}]", target.host)
    } else {
        target.host.clone()
    };
    let host = if target.port == usual { host } else { format!("{host}:{}", target.port) };
    let mut asked = hyper::Request::builder()
        .method(request.method)
        .uri(&target.path)
        .header(header::HOST, host)
        .header(header::USER_AGENT, AGENT);
    for (name, value) in request.headers {
        asked = asked.header(name, value);
    }
    let asked = asked.body(Full::new(request.body)).map_err(|error| Trouble::Protocol(error.to_string()))?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(protocol)?;
    // Ends with this call, however it ends.
    let driver = AbortOnDrop(tokio::spawn(async move {
        let _ = connection.await;
    }));
    let answer = sender.send_request(asked).await.map_err(protocol)?;
    let text = |name| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let status = answer.status().as_u16();
    let retry_after = text(header::RETRY_AFTER).trim().parse().ok().map(Duration::from_secs);
    let (content_type, disposition) = (text(header::CONTENT_TYPE), text(header::CONTENT_DISPOSITION));
    let read = Limited::new(answer.into_body(), request.most).collect().await;
    let (body, cut) = match read {
        Ok(body) => (body.to_bytes(), false),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => (Bytes::new(), true),
        Err(error) => return Err(Trouble::Protocol(error.to_string())),
    };
    drop(driver);
    Ok(Answer { status, retry_after, content_type, disposition, body, cut })
}

struct AbortOnDrop(tokio::task::JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;

    /// Answers one call with these bytes; answers where it listens and what it will have heard.
    async fn other_side(answer: &'static str) -> (u16, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut heard = Vec::new();
            while !heard.ends_with(b"{}") {
                let mut piece = [0; 1_024];
                let count = stream.read(&mut piece).await.unwrap();
                heard.extend_from_slice(&piece[..count]);
                if count == 0 {
                    break;
                }
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
            // Waits for the other to go, so that nothing is cut off.
            let _ = stream.read(&mut [0; 16]).await;
            String::from_utf8_lossy(&heard).into_owned()
        });
        (port, heard)
    }

    fn at(port: u16) -> Target {
        Target::parse(&format!("http://127.0.0.1:{port}/hook?a=1"), true).unwrap()
    }

    #[tokio::test]
    async fn what_is_answered_is_read_up_to_what_was_asked_for() {
        let (port, heard) = other_side("HTTP/1.1 429 No\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nbusy").await;
        let target = at(port);
        let answer = call(Request::post(&target, "{}").with("x-zhike-timestamp", "1")).await.unwrap();
        assert_eq!(
            (answer.status, answer.retry_after, &answer.body[..]),
            (429, Some(Duration::from_secs(7)), &b"busy"[..])
        );
        let heard = heard.await.unwrap();
        assert!(
            heard.starts_with("POST /hook?a=1 HTTP/1.1\r\n") && heard.contains(&format!("127.0.0.1:{port}\r\n")),
            "{heard}"
        );
        assert!(heard.contains("x-zhike-timestamp: 1\r\n"), "{heard}");

        let (port, _) =
            other_side("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 9\r\n\r\n123456789").await;
        let target = at(port);
        let answer = call(Request { most: 8, ..Request::post(&target, "{}") }).await.unwrap();
        assert_eq!((answer.status, answer.cut, answer.body.len()), (302, true, 0));
    }

    #[tokio::test]
    async fn what_does_not_answer_is_told_apart() {
        let (port, _) = other_side("SSH-2.0-x\r\n\r\n").await;
        assert_eq!(call(Request::post(&at(port), "{}")).await.unwrap_err().code(), "protocol");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = at(listener.local_addr().unwrap().port());
        let silent = Request { patience: Duration::from_millis(50), ..Request::post(&target, "{}") };
        assert_eq!(call(silent).await.unwrap_err(), Trouble::Timeout);
        drop(listener);
        assert_eq!(call(Request::post(&target, "{}")).await.unwrap_err().code(), "unreachable");
        // A name that leads here is found out when it is called.
        let outside = Target { inside: false, host: "localhost".into(), ..target };
        assert_eq!(call(Request::post(&outside, "{}")).await.unwrap_err(), Trouble::ForbiddenAddress);
    }
}
