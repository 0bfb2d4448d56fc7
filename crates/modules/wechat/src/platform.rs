//! What we say to a platform: JSON with an access token, and files.

use axum::http::Method;
use bytes::Bytes;
use http::App;
use kernel::Error;
use outbound::Answer;
use serde_json::{Value, json};

use crate::{
    model::{AccountKind, Setup},
    tokens,
    way::{self, Body, Unreached, name_in},
    why::{Why, is_stale_token},
};

/// Characters of the platform's own words that are kept.
const WORDS: usize = 300;
/// What an answer is that says why there is no file.
const REFUSALS: [&str; 2] = ["application/json", "text/plain"];

/// What stood in the way of a call.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    /// What it means.
    pub why: Why,
    /// The platform's own words, and its number.
    pub detail: String,
    /// Its number, where it said one.
    pub code: Option<i64>,
    /// Whether it is a failure of our own.
    pub ours: bool,
}

impl Trouble {
    /// With these words.
    pub(crate) fn new(why: Why, detail: &str) -> Self {
        Self { why, detail: one_line(detail), code: None, ours: false }
    }

    /// As an error after which a job is tried again.
    pub(crate) fn into_error(self) -> Error {
        tracing::warn!(why = self.why.text(), detail = self.detail, "a call to WeChat did not go well");
        Error::Unavailable("wechat")
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        tracing::warn!(%error, "what a call to WeChat needs could not be read or kept");
        Self { ours: true, ..Self::new(Why::Busy, "") }
    }
}

impl From<Unreached> for Trouble {
    fn from(Unreached(why): Unreached) -> Self {
        Self::new(Why::Unreachable, &why)
    }
}

/// One line of text without controls, cut.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(WORDS).collect()
}

/// The JSON that was answered.
///
/// # Errors
/// What else it is.
pub(crate) fn sound(kind: AccountKind, answer: &Answer) -> Result<Value, Trouble> {
    match serde_json::from_slice(&answer.body) {
        Ok(value @ Value::Object(_)) if answer.is_good() => Ok(value),
        Ok(value) => {
            numbered(kind, &value)?;
            Err(Trouble::new(Why::Unreachable, &format!("HTTP {}", answer.status)))
        }
        Err(_) => Err(Trouble::new(Why::Unreachable, &format!("HTTP {}, no JSON", answer.status))),
    }
}

/// Whether the number in an answer says that it is one.
///
/// # Errors
/// What it says otherwise.
pub(crate) fn numbered(kind: AccountKind, answer: &Value) -> Result<(), Trouble> {
    match answer["errcode"].as_i64() {
        None | Some(0) => Ok(()),
        Some(code) => {
            let words = answer["errmsg"].as_str().unwrap_or_default();
            Err(Trouble { code: Some(code), ..Trouble::new(Why::of(kind, code), &format!("{code} {words}")) })
        }
    }
}

/// A file to be sent.
pub(crate) struct Upload<'a> {
    pub name: &'a str,
    pub mime: &'a str,
    pub bytes: &'a [u8],
}

/// A file that came: its name, if it has one, and its bytes; none when they are too many.
pub(crate) struct Fetched {
    pub name: Option<String>,
    pub bytes: Option<Bytes>,
}

/// The platform of an account.
pub(crate) struct Platform<'a> {
    pub app: &'a App,
    pub setup: &'a Setup,
}

impl Platform<'_> {
    /// Says something in JSON at `path`, which may have a query, and answers the answer.
    ///
    /// # Errors
    /// What stands in the way.
    pub(crate) async fn say(&self, path: &str, body: &Value) -> Result<Value, Trouble> {
        let bytes = body.to_string().into_bytes();
        self.with_token(|path| (Method::POST, path, Some(("application/json", bytes.clone()))), path).await
    }

    /// Asks for something at `path`.
    ///
    /// # Errors
    /// What stands in the way.
    pub(crate) async fn ask(&self, path: &str) -> Result<Value, Trouble> {
        self.with_token(|path| (Method::GET, path, None), path).await
    }

    /// Hands a file over; the id by which it can be sent for some days.
    ///
    /// # Errors
    /// What stands in the way.
    pub(crate) async fn hand_over(&self, kind: &str, upload: &Upload<'_>) -> Result<String, Trouble> {
        let (boundary, body) = form(upload);
        let kind_of = format!("multipart/form-data; boundary={boundary}");
        let path = format!("/cgi-bin/media/upload?type={kind}");
        let answer = self.with_token(|path| (Method::POST, path, Some((&*kind_of, body.clone()))), &path).await?;
        answer["media_id"].as_str().map(str::to_owned).ok_or_else(|| Trouble::new(Why::Other, "no media_id"))
    }

    /// A file that came.
    ///
    /// # Errors
    /// What stands in the way.
    pub(crate) async fn file(&self, media_id: &str) -> Result<Fetched, Trouble> {
        let path = format!("/cgi-bin/media/get?media_id={}", encoded(media_id));
        let (base, kind) = (self.base()?, self.setup.account.kind);
        let mut token = tokens::token(self.app, self.setup).await?;
        let mut again = true;
        loop {
            let answer = base.fetch(&format!("{path}&access_token={token}")).await?;
            if !is_refusal(&answer) {
                return Ok(answer.into());
            }
            let said = sound(kind, &answer)?;
            match numbered(kind, &said) {
                Err(trouble) if again && trouble.code.is_some_and(is_stale_token) => {
                    again = false;
                    token = tokens::another(self.app, self.setup, &token).await?;
                }
                Err(trouble) => return Err(trouble),
                // A film of an official account lies elsewhere.
                Ok(()) => {
                    let place = said["video_url"].as_str().and_then(|url| base.of_file(url));
                    let answer = way::fetch(&place.ok_or_else(|| Trouble::new(Why::Other, "no file"))?).await?;
                    return match answer.status {
                        200 => Ok(answer.into()),
                        status => Err(Trouble::new(Why::Unreachable, &format!("HTTP {status}"))),
                    };
                }
            }
        }
    }

    fn base(&self) -> Result<way::Base, Trouble> {
        self.setup.base().ok_or_else(|| Trouble::new(Why::Unreachable, "no address"))
    }

    /// One call with a token, and one more with another where that one was no longer good.
    async fn with_token<'r>(
        &self,
        request: impl Fn(String) -> (Method, String, Body<'r>),
        path: &str,
    ) -> Result<Value, Trouble> {
        let (base, kind) = (self.base()?, self.setup.account.kind);
        let mut token = tokens::token(self.app, self.setup).await?;
        let mut again = true;
        let join = if path.contains('?') { '&' } else { '?' };
        loop {
            let (method, path, body) = request(format!("{path}{join}access_token={token}"));
            let said = sound(kind, &base.ask(method, &path, body).await?)?;
            match numbered(kind, &said) {
                Ok(()) => return Ok(said),
                Err(trouble) if again && trouble.code.is_some_and(is_stale_token) => {
                    again = false;
                    token = tokens::another(self.app, self.setup, &token).await?;
                }
                Err(trouble) => return Err(trouble),
            }
        }
    }
}

impl From<Answer> for Fetched {
    fn from(answer: Answer) -> Self {
        Self { name: name_in(&answer.disposition), bytes: (!answer.cut).then_some(answer.body) }
    }
}

/// Whether it says something instead of being a file.
fn is_refusal(answer: &Answer) -> bool {
    answer.status != 200 || REFUSALS.iter().any(|kind| answer.content_type.to_ascii_lowercase().starts_with(kind))
}

/// A form of one file, and what parts it.
fn form(upload: &Upload<'_>) -> (String, Vec<u8>) {
    use sha1::{Digest as _, Sha1};
    // No file holds its own mark.
    let mark: String = kernel::hex(Sha1::digest(upload.bytes));
    let boundary = format!("zhike-{mark}");
    let plain = |text: &str| text.replace(['"', '\r', '\n', '\\'], "_");
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"media\"; filename=\"{}\"; filelength={}\r\nContent-Type: {}\r\n\r\n",
        plain(upload.name),
        upload.bytes.len(),
        plain(upload.mime)
    );
    let body = [head.as_bytes(), upload.bytes, format!("\r\n--{boundary}--\r\n").as_bytes()].concat();
    (boundary, body)
}

/// A text as it may stand in a query.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

/// The body of a text.
pub(crate) fn text(content: &str) -> Value {
    json!({"content": content})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_does_not_break_out_of_its_form() {
        let upload = Upload { name: "a\"\r\nb.jpg", mime: "image/jpeg", bytes: b"xyz" };
        let (boundary, body) = form(&upload);
        let body = String::from_utf8(body).unwrap();
        assert!(body.contains("filename=\"a___b.jpg\"; filelength=3\r\n"), "{body}");
        assert_eq!(body.matches(&boundary).count(), 2);
        assert_eq!(encoded("a b&c=你"), "a%20b%26c%3D%E4%BD%A0");
    }
}
