//! The way to a server: requests and WebSockets over one kind of connection, plain or TLS.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::http::{HeaderValue, Method, Request, Uri, header};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

/// How long a server may take to let somebody in.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection, plain or TLS.
pub(super) trait Way: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Way for T {}

type Sender = SendRequest<Full<Bytes>>;

/// Where a server is, and how one gets in.
pub(super) struct Door {
    authority: String,
    host: String,
    port: u16,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    idle: Mutex<Vec<Sender>>,
}

/// What a server answered.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) cookie: Option<String>,
    pub(super) body: Value,
}

/// A header that shows who asks.
pub(super) type Shown<'a> = Option<(&'static str, &'a str)>;

impl Door {
    /// The door at this address.
    ///
    /// # Errors
    /// A text, when it is no address of a server.
    pub(super) fn at(url: &str) -> Result<Self, String> {
        let wrong =
            |why: &str| format!("{url}: {why}; an address is like https://kf.example.cn or http://127.0.0.1:8080");
        let uri: Uri = url.trim_end_matches('/').parse().map_err(|_| wrong("no address"))?;
        let secure = match uri.scheme_str() {
            Some("http" | "ws") => false,
            Some("https" | "wss") => true,
            Some(_) => return Err(wrong("neither http nor https")),
            None => return Err(wrong("it must begin with http:// or https://")),
        };
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(wrong("nothing may follow the host"));
        }
        let authority = uri.authority().filter(|authority| !authority.host().is_empty());
        let authority = authority.ok_or_else(|| wrong("no host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("no user may stand in it"));
        }
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        let tls = if secure {
            let name = ServerName::try_from(host.clone()).map_err(|_| wrong("no host"))?;
            Some((connector()?, name))
        } else {
            None
        };
        let port = authority.port_u16().unwrap_or(if secure { 443 } else { 80 });
        Ok(Self { authority: authority.to_string(), host, port, tls, idle: Mutex::default() })
    }

    /// Whether what goes through it is seen by nobody.
    fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "wss" } else { "ws" }
    }

    async fn open(&self) -> Result<Box<dyn Way>, String> {
        let failed = |why: String| format!("{}: {why}", self.authority);
        let reach = TcpStream::connect((self.host.as_str(), self.port));
        let plain = match timeout(PATIENCE, reach).await {
            Ok(Ok(plain)) => plain,
            Ok(Err(error)) => return Err(failed(error.to_string())),
            Err(_) => return Err(failed("no answer".into())),
        };
        // Small frames must not wait for each other.
        let _ = plain.set_nodelay(true);
        let Some((connector, name)) = &self.tls else { return Ok(Box::new(plain)) };
        match timeout(PATIENCE, connector.connect(name.clone(), plain)).await {
            Ok(Ok(secured)) => Ok(Box::new(secured)),
            Ok(Err(error)) => Err(failed(format!("no TLS: {error}"))),
            Err(_) => Err(failed("no answer to TLS".into())),
        }
    }

    /// A connection for requests: one that was used before, where one is free.
    async fn sender(&self) -> Result<Sender, String> {
        loop {
            let idle = self.idle().pop();
            match idle {
                Some(sender) if sender.is_closed() => {}
                Some(sender) => return Ok(sender),
                None => break,
            }
        }
        self.fresh().await
    }

    async fn fresh(&self) -> Result<Sender, String> {
        let (sender, connection) =
            http1::handshake(TokioIo::new(self.open().await?)).await.map_err(|error| error.to_string())?;
        tokio::spawn(connection);
        Ok(sender)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Sender>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for `path`.
    ///
    /// # Errors
    /// A text, when there is no answer.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        shown: Shown<'_>,
        body: Option<&Value>,
    ) -> Result<Answer, String> {
        let failed = |why: String| format!("{}: {why}", self.authority);
        let mut request =
            Request::builder().method(method).uri(path).header(header::HOST, &self.authority).header("x-zhike", "1");
        if let Some((name, value)) = shown {
            request = request.header(name, value);
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let bytes = body.map(Value::to_string).unwrap_or_default();
        let mut request = request.body(Full::new(Bytes::from(bytes))).map_err(|error| failed(error.to_string()))?;
        let mut sender = self.sender().await?;
        let answer = loop {
            match sender.try_send_request(request).await {
                Ok(answer) => break answer,
                // The server had closed the connection while nobody used it: nothing was sent.
                Err(mut refused) => match refused.take_message() {
                    Some(unsent) => {
                        request = unsent;
                        sender = self.fresh().await?;
                    }
                    None => return Err(failed(refused.error().to_string())),
                },
            }
        };
        let (head, body) = answer.into_parts();
        let bytes = body.collect().await.map_err(|error| failed(error.to_string()))?.to_bytes();
        self.idle().push(sender);
        let cookie = head.headers.get(header::SET_COOKIE).and_then(|cookie| cookie.to_str().ok()).map(str::to_owned);
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(Answer { status: head.status.as_u16(), cookie, body })
    }

    /// A connection for a WebSocket, and the request that asks for one.
    pub(super) async fn socket(&self, path: &str, shown: Shown<'_>) -> Option<(Request<()>, Box<dyn Way>)> {
        use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
        let mut request = format!("{}://{}{path}", self.scheme(), self.authority).into_client_request().ok()?;
        if let Some((name, value)) = shown {
            request.headers_mut().insert(name, HeaderValue::from_str(value).ok()?);
        }
        Some((request, self.open().await.ok()?))
    }
}

/// TLS as this machine trusts it: its own roots, or those that `SSL_CERT_FILE` names.
fn connector() -> Result<TlsConnector, String> {
    let mut roots = RootCertStore::empty();
    for certificate in rustls_native_certs::load_native_certs().certs {
        // One that cannot be read is one that is not trusted.
        let _ = roots.add(certificate);
    }
    if roots.is_empty() {
        return Err(
            "this machine trusts no certificate: install ca-certificates, or name a file with SSL_CERT_FILE".into()
        );
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| error.to_string())?.with_root_certificates(roots).with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_with_its_port_and_a_wrong_one_says_why() {
        let door = Door::at("http://127.0.0.1:8080/").expect("a door");
        assert_eq!((door.host.as_str(), door.port, door.scheme()), ("127.0.0.1", 8080, "ws"));
        let door = Door::at("http://[::1]").expect("a door");
        assert_eq!((door.host.as_str(), door.port, door.authority.as_str()), ("::1", 80, "[::1]"));
        for (url, why) in [
            ("kf.example.cn", "begin with"),
            ("ftp://kf.example.cn", "neither"),
            ("http://kf.example.cn/desk", "nothing may follow"),
            ("http://me@kf.example.cn", "no user"),
            ("http://", "address"),
            ("https://a b", "address"),
        ] {
            let said = Door::at(url).err().expect(url);
            assert!(said.starts_with(url) && said.contains(why), "{said}");
        }
    }
}
