//! The way to a platform: where it is, and one call there.

use std::time::Duration;

use axum::http::{Method, Uri};
use bytes::Bytes;
use outbound::{Answer, Request, Target};

/// How long a call may take, and one that carries a file.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(20), Duration::from_secs(50));
/// Bytes of an answer that is no file.
const LARGEST: usize = 4 << 20;
/// Bytes of a file: one more than is taken, so that it is known to be too large.
const LARGEST_FILE: usize = files::api::LARGEST as usize + 1;

/// Where a platform is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Base(Target);

/// Nobody could be reached, or said anything that can be read.
#[derive(Debug)]
pub(crate) struct Unreached(pub String);

/// What is said with a call: its media type, and itself.
pub(crate) type Body<'a> = Option<(&'a str, Vec<u8>)>;

impl Base {
    /// Everybody's own place of a platform.
    pub(crate) fn public(url: &str) -> Option<Self> {
        Target::parse(url, false).ok().map(Self)
    }

    /// A relay of one's own at this address, nothing behind the host: over TLS, or in clear to a number of one's
    /// own network.
    pub(crate) fn relay(url: &str) -> Option<Self> {
        let uri: Uri = url.parse().ok()?;
        let bare = matches!(uri.path(), "" | "/") && uri.query().is_none() && url.len() <= 200;
        let target = Target::parse(url, true).ok().filter(|_| bare)?;
        let host = uri.host()?;
        // What is public is no place for clear words.
        let private = host == "localhost" || Target::parse(&format!("https://{host}"), false).is_err();
        (target.is_secure() || private).then_some(Self(target))
    }

    /// A file that the platform named: over TLS on the open net, or at the platform's own place.
    pub(crate) fn of_file(&self, url: &str) -> Option<Target> {
        let path = url.parse::<Uri>().ok()?.path_and_query()?.as_str().to_owned();
        let here = Target::parse(url, true).ok().filter(|target| target.at("/") == self.0.at("/"));
        here.map(|target| target.at(&path)).or_else(|| Target::parse(url, false).ok())
    }

    /// Asks for something, or says it.
    ///
    /// # Errors
    /// [`Unreached`].
    pub(crate) async fn ask(&self, method: Method, path: &str, body: Body<'_>) -> Result<Answer, Unreached> {
        let target = self.0.at(path);
        let carries = body.as_ref().is_some_and(|(_, bytes)| bytes.len() > LARGEST / 8);
        let (headers, bytes) = match body {
            Some((kind, bytes)) => (vec![("content-type", kind.to_owned())], Bytes::from(bytes)),
            None => Default::default(),
        };
        let patience = if carries { PATIENCE.1 } else { PATIENCE.0 };
        call(Request { method, headers, body: bytes, patience, most: LARGEST, ..Request::get(&target) }).await
    }

    /// Fetches a file, or what is said instead.
    ///
    /// # Errors
    /// [`Unreached`].
    pub(crate) async fn fetch(&self, path: &str) -> Result<Answer, Unreached> {
        fetch(&self.0.at(path)).await
    }
}

/// Fetches a file that lies elsewhere.
///
/// # Errors
/// [`Unreached`].
pub(crate) async fn fetch(target: &Target) -> Result<Answer, Unreached> {
    call(Request { patience: PATIENCE.1, most: LARGEST_FILE, ..Request::get(target) }).await
}

async fn call(request: Request<'_>) -> Result<Answer, Unreached> {
    outbound::call(request).await.map_err(|trouble| Unreached(format!("{} {}", trouble.code(), trouble.text())))
}

/// The name of a file in `Content-Disposition`.
pub(crate) fn name_in(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("filename=")?;
    let name = rest.trim_start().strip_prefix('"').map_or_else(
        || rest.split(';').next().unwrap_or_default(),
        |quoted| quoted.split('"').next().unwrap_or_default(),
    );
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_is_a_host_and_nothing_more() {
        for url in [
            "https://relay.example:8443/",
            "http://127.0.0.1:9",
            "http://10.1.2.3",
            "http://[::1]:80",
            "http://localhost:1",
        ] {
            assert!(Base::relay(url).is_some(), "{url}");
        }
        for url in [
            "http://api.weixin.qq.com",
            "http://8.8.8.8",
            "http://169.254.169.254",
            "https://169.254.169.254",
            "https://a@b",
            "https://a/b",
            "https://a?b",
            "ftp://a",
            "file:///etc/passwd",
            "a",
            "",
        ] {
            assert!(Base::relay(url).is_none(), "{url}");
        }
        assert!(Base::public("https://api.weixin.qq.com").is_some());
    }

    #[test]
    fn a_file_lies_outside_or_at_the_platforms_own_place() {
        let (base, own) =
            (Base::public("https://api.weixin.qq.com").unwrap(), Base::relay("http://127.0.0.1:9").unwrap());
        for (base, url) in
            [(&base, "https://mp.example/v?a=1"), (&own, "http://127.0.0.1:9/v"), (&own, "https://mp.example/v")]
        {
            assert!(base.of_file(url).is_some(), "{url}");
        }
        for url in ["http://mp.example/v", "https://127.0.0.1/v", "http://127.0.0.1:9/v", "file:///v", "x"] {
            assert!(base.of_file(url).is_none(), "{url}");
        }
        assert_eq!(name_in("attachment; filename=\"a b.jpg\"").as_deref(), Some("a b.jpg"));
        assert_eq!(name_in("attachment; filename=a.amr; x=1").as_deref(), Some("a.amr"));
    }
}
