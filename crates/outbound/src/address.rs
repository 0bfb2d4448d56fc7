//! Where a call goes, and where none may go.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hyper::Uri;

/// Characters of an address at most.
const LONGEST: usize = 2_000;

/// An address that may be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub(crate) secure: bool,
    /// Without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// With the query.
    pub(crate) path: String,
    /// Whether it may lie in a private network, or on this machine.
    pub(crate) inside: bool,
}

impl Target {
    /// Reads an address: `https://example.com/hook`; `http` and private addresses where it lies `inside`.
    ///
    /// # Errors
    /// A code for the field: `malformed`, `https_required`, `has_credentials`, `forbidden_address`.
    pub fn parse(text: &str, inside: bool) -> Result<Self, &'static str> {
        let plain =
            text.is_ascii() && !text.bytes().any(|byte| byte.is_ascii_control() || byte == b' ' || byte == b'#');
        let uri: Uri = text.parse().ok().filter(|_| plain && text.len() <= LONGEST).ok_or("malformed")?;
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if inside => false,
            Some("http") => return Err("https_required"),
            _ => return Err("malformed"),
        };
        let authority = uri.authority().ok_or("malformed")?;
        if authority.as_str().contains('@') {
            return Err("has_credentials");
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        // A port that is none is read as if there were none.
        let written = authority.as_str().rsplit_once(']').map_or(authority.as_str(), |(_, rest)| rest);
        let port = match (authority.port_u16(), written.contains(':')) {
            (Some(0), _) | (None, true) => return Err("malformed"),
            (port, _) => port.unwrap_or(if secure { 443 } else { 80 }),
        };
        if host.is_empty() {
            return Err("malformed");
        }
        if host.parse::<IpAddr>().is_ok_and(|address| !is_open(address, inside)) {
            return Err("forbidden_address");
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Self { secure, host, port, path, inside })
    }

    /// A host and a port, for a protocol of one's own: see [`crate::reach`]. In clear only where it lies `inside`.
    ///
    /// # Errors
    /// As [`Target::parse`].
    pub fn host(host: &str, port: u16, secure: bool, inside: bool) -> Result<Self, &'static str> {
        let host = host.trim();
        let plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'_'));
        if !plain {
            return Err("malformed");
        }
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        let scheme = if secure { "https" } else { "http" };
        Self::parse(&format!("{scheme}://{host}:{port}"), inside)
    }

    /// The same place, at this path, with its query: `/cgi-bin/token?…`.
    #[must_use]
    pub fn at(&self, path: &str) -> Self {
        Self { path: path.to_owned(), ..self.clone() }
    }

    /// Whether it is called over TLS.
    pub fn is_secure(&self) -> bool {
        self.secure
    }
}

/// Whether a call may go to this address.
pub(crate) fn is_open(address: IpAddr, inside: bool) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_open_v4(address, inside),
        IpAddr::V6(address) => is_open_v6(address, inside),
    }
}

fn is_open_v4(address: Ipv4Addr, inside: bool) -> bool {
    let [a, b, c, _] = address.octets();
    // This network, link-local, multicast and what is kept back.
    let never = a == 0 || (a == 169 && b == 254) || a >= 224;
    let private = address.is_private()
        || address.is_loopback()
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19));
    !never && (inside || !private)
}

fn is_open_v6(address: Ipv6Addr, inside: bool) -> bool {
    let [a, b, _, _, _, _, g, h] = address.segments();
    let [e, f, g, h] = [g.to_be_bytes(), h.to_be_bytes()].concat()[..] else { return false };
    // Addresses of the older kind in those of the newer: judged as what they lead to.
    if a == 0x64 && b == 0xff9b {
        return is_open_v4(Ipv4Addr::new(e, f, g, h), inside);
    }
    if a == 0x2002 {
        let [_, b, c, ..] = address.segments();
        let [w, x, y, z] = [b.to_be_bytes(), c.to_be_bytes()].concat()[..] else { return false };
        return is_open_v4(Ipv4Addr::new(w, x, y, z), inside);
    }
    let private = address.is_loopback() || (a & 0xfe00) == 0xfc00;
    let public = (a & 0xe000) == 0x2000;
    public || (inside && private)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_over_tls_are_called_unless_it_lies_inside() {
        let parse = |text: &str| Target::parse(text, false).map(|target| (target.host, target.port, target.path));
        let good = |host: &str, port, path: &str| Ok((host.to_owned(), port, path.to_owned()));
        assert_eq!(parse("https://Shop.example.com/hook?a=1"), good("shop.example.com", 443, "/hook?a=1"));
        assert_eq!(parse("https://8.8.8.8:8443"), good("8.8.8.8", 8_443, "/"));
        assert_eq!(parse("https://[2001:4860::8888]:1/x"), good("2001:4860::8888", 1, "/x"));
        for (text, code) in [
            ("", "malformed"),
            ("shop.example.com", "malformed"),
            ("ftp://shop.example.com", "malformed"),
            ("file:///etc/passwd", "malformed"),
            ("https://", "malformed"),
            ("https://:443/", "malformed"),
            ("https://a.example:0/", "malformed"),
            ("https://a.example:99999/", "malformed"),
            ("https://a.example/ x", "malformed"),
            ("https://a.example/#x", "malformed"),
            ("https://a.example/\r\nHost: b", "malformed"),
            ("https://店.example/", "malformed"),
            ("http://shop.example.com", "https_required"),
            ("https://me:secret@shop.example.com", "has_credentials"),
            ("https://127.0.0.1/", "forbidden_address"),
            ("https://10.1.2.3/", "forbidden_address"),
            ("https://169.254.169.254/", "forbidden_address"),
            ("https://[::1]/", "forbidden_address"),
            ("https://[::ffff:127.0.0.1]/", "forbidden_address"),
            ("https://[fe80::1]/", "forbidden_address"),
        ] {
            assert_eq!(parse(text), Err(code), "{text}");
        }
        assert!(parse(&format!("https://a.example/{}", "x".repeat(2_000))).is_err());
        for text in
            ["http://127.0.0.1:8080/", "http://10.0.0.1", "http://localhost", "https://[::1]", "http://[fd00::1]"]
        {
            assert!(Target::parse(text, true).is_ok(), "{text}");
        }
        for text in [
            "http://169.254.169.254/",
            "http://0.0.0.0/",
            "http://[fe80::1]/",
            "http://255.255.255.255",
            "http://[::]/",
        ] {
            assert_eq!(Target::parse(text, true), Err("forbidden_address"), "{text}");
        }
    }

    #[test]
    fn an_old_address_in_a_new_one_is_judged_as_what_it_leads_to() {
        for text in
            ["64:ff9b::7f00:1", "2002:7f00:1::", "2002:a9fe:a9fe::", "::ffff:10.0.0.1", "fc00::1", "::", "ff02::1"]
        {
            assert!(!is_open(text.parse().unwrap(), false), "{text}");
        }
        assert!(is_open("64:ff9b::808:808".parse().unwrap(), false));
    }
}
