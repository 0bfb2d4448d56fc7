//! A connection to a system of others: to an address that was looked at, and to whom it says it is.

use std::{
    net::SocketAddr,
    sync::{Arc, LazyLock},
    time::Duration,
};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{Trouble, address::is_open};

/// How long one address may take to be reached.
const CONNECTING: Duration = Duration::from_secs(5);
/// Addresses of one name that are tried.
const TRIED: usize = 3;

static TRUST: LazyLock<Arc<ClientConfig>> = LazyLock::new(|| config(roots()));

fn roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}

fn config(roots: RootCertStore) -> Arc<ClientConfig> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3");
    Arc::new(config.with_root_certificates(roots).with_no_client_auth())
}

/// Connects; to a private network, or this machine, only where it lies `inside`.
///
/// # Errors
/// [`Trouble`] when nobody is there, or nobody may call there.
pub async fn reach(host: &str, port: u16, inside: bool) -> Result<TcpStream, Trouble> {
    let found = lookup_host((host, port)).await;
    let found: Vec<SocketAddr> = found.map_err(|error| Trouble::Unreachable(error.to_string()))?.collect();
    let open: Vec<_> = found.iter().filter(|address| is_open(address.ip(), inside)).take(TRIED).collect();
    if open.is_empty() && !found.is_empty() {
        return Err(Trouble::ForbiddenAddress);
    }
    let mut last = Trouble::Unreachable("no address".into());
    for address in open {
        match timeout(CONNECTING, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = Trouble::Unreachable(error.to_string()),
            Err(_) => last = Trouble::Timeout,
        }
    }
    Err(last)
}

/// Makes a connection secret, to whoever shows a certificate of `host` by somebody this computer believes,
/// or by `certificate` (PEM, one or more).
///
/// # Errors
/// [`Trouble::Certificate`] when it shows another or none that is believed.
pub async fn secure(stream: TcpStream, host: &str, certificate: Option<&str>) -> Result<TlsStream<TcpStream>, Trouble> {
    let refused = |text: String| Trouble::Certificate(text);
    let trust = match certificate {
        Some(pem) => config(believing(pem).map_err(refused)?),
        None => TRUST.clone(),
    };
    let name = ServerName::try_from(host.to_owned()).map_err(|error| refused(error.to_string()))?;
    TlsConnector::from(trust).connect(name, stream).await.map_err(|error| {
        let text = error.to_string();
        if text.to_lowercase().contains("certificate") {
            Trouble::Certificate(text)
        } else {
            Trouble::Unreachable(text)
        }
    })
}

/// Whether this is a certificate, or several, that can be believed.
pub fn is_certificate(pem: &str) -> bool {
    believing(pem).is_ok()
}

fn believing(pem: &str) -> Result<RootCertStore, String> {
    let (mut roots, mut some) = (roots(), false);
    for found in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        roots.add(found.map_err(|error| error.to_string())?).map_err(|error| error.to_string())?;
        some = true;
    }
    if some { Ok(roots) } else { Err("no certificate".into()) }
}
