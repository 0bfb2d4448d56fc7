//! Links: the right to read one file until a certain time, given by a module that checked who asks.

use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use http::App;
use kernel::{Error, Origin, Result, Timestamp};
use serde::Deserialize;
use sha2::Sha256;
use utoipa::{IntoParams, ToSchema};

use crate::{disk::Store, model::FileId, queries};

const PURPOSE: &str = "links";

/// The key links are signed with. Cheap to clone.
#[derive(Clone)]
pub struct LinkKey(Arc<str>);

/// The link that came with a request, if one did.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Link {
    /// Until when it is good.
    until: Option<Timestamp>,
    /// Its signature.
    mark: Option<String>,
    /// `thumb`: a small picture of an image instead of the file.
    #[param(inline)]
    pub size: Option<Size>,
}

/// How much of a file is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// A small picture of it.
    Thumb,
}

/// The key; made and kept in the database on the very first use.
pub(crate) async fn key(app: &App) -> Result<LinkKey> {
    let store = app.part::<Store>();
    // Remembered only after its transaction: what another one read back may never have been kept.
    let key = store.key().get_or_try_init(async || {
        let origin = Origin::system("files");
        let work = |tx: &mut store::Tx<'_>| {
            if let Some(kept) = queries::secret(tx, PURPOSE)? {
                return Ok(kept);
            }
            let (new, now) = (tx.rng().secret(), tx.now());
            queries::insert_secret(tx, PURPOSE, &new, now)?;
            queries::secret(tx, PURPOSE)?.ok_or_else(|| Error::internal("a secret was not kept"))
        };
        app.db().write(&origin, work).await.map(|secret| LinkKey(secret.into()))
    });
    key.await.cloned()
}

impl LinkKey {
    /// Where to read the file until then, without signing in: `/api/v1/files/fil_…/content?until=…&mark=…`.
    pub fn link(&self, file: FileId, until: Timestamp) -> String {
        let mark: String = kernel::hex(self.mac(file, until).finalize().into_bytes());
        format!("/api/v1/files/{file}/content?until={until}&mark={mark}")
    }

    /// Whether this link opens the file now.
    pub(crate) fn opens(&self, link: &Link, file: FileId, now: Timestamp) -> bool {
        let (Some(until), Some(mark)) = (link.until, &link.mark) else { return false };
        // Compared in constant time.
        now < until && unhex(mark).is_some_and(|mark| self.mac(file, until).verify_slice(&mark).is_ok())
    }

    fn mac(&self, file: FileId, until: Timestamp) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes()).expect("HMAC takes keys of any length");
        mac.update(format!("{file}.{until}").as_bytes());
        mac
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    (rest.is_empty() && text.len() == 64).then_some(())?;
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opens_its_file_until_its_time_and_no_other() {
        let key = LinkKey("secret".into());
        let file: FileId = "fil_01jd3k5v2pf6z8q0w4x7y9abcd".parse().unwrap();
        let other: FileId = "fil_01jd3k5v2pf6z8q0w4x7y9abce".parse().unwrap();
        let (now, until) = (Timestamp::from_millis(10), Timestamp::from_millis(20));
        let text = key.link(file, until);
        let mark = text.split("mark=").nth(1).unwrap().to_owned();
        let link = Link { until: Some(until), mark: Some(mark.clone()), ..Link::default() };
        assert!(key.opens(&link, file, now));
        assert!(!key.opens(&link, other, now) && !key.opens(&link, file, until));
        assert!(!LinkKey("other".into()).opens(&link, file, now));
        for forged in [
            Link { until: Some(Timestamp::from_millis(21)), mark: Some(mark.clone()), ..Link::default() },
            Link {
                until: Some(until),
                mark: Some(mark.replace(&mark[..1], if mark.starts_with('0') { "1" } else { "0" })),
                ..Link::default()
            },
            Link { until: Some(until), mark: Some(String::new()), ..Link::default() },
            Link { until: Some(until), mark: Some("客".repeat(64)), ..Link::default() },
            Link { until: Some(until), mark: None, ..Link::default() },
            Link::default(),
        ] {
            assert!(!key.opens(&forged, file, now), "{forged:?}");
        }
    }
}
