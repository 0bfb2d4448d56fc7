//! An open channel: where what is said on it is carried to, and how the calls went.

use kernel::{ChannelId, Check, Permit, Result, Timestamp};
use outbound::Target;
use serde::Serialize;
use store::text_enum;
use utoipa::ToSchema;

store::record! {
    /// Where what is said on an open channel is carried to.
    #[derive(Clone, Debug, PartialEq, Serialize)]
    pub struct OpenChannel {
        /// The channel.
        pub channel_id: ChannelId,
        /// What is called with what is said; none: nothing is carried.
        pub callback_url: Option<String>,
        /// Whether that address may lie in a private network or on this machine, and be called without TLS.
        pub inside: bool,
        /// Since when.
        pub created_at: Timestamp,
        /// Rises with each change; a change of an older version is refused.
        pub version: i64,
    }
}

/// What somebody wants it to be; none: as it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Details {
    /// Empty: none.
    pub callback_url: Option<String>,
    pub inside: Option<bool>,
}

impl OpenChannel {
    /// One that carries nothing yet.
    pub(crate) fn new(channel_id: ChannelId, now: Timestamp) -> Self {
        Self { channel_id, callback_url: None, inside: false, created_at: now, version: 1 }
    }

    /// It, with these details.
    ///
    /// # Errors
    /// [`kernel::Error::Invalid`] for an address that cannot be called.
    pub(crate) fn with(mut self, _permit: &Permit, details: Details) -> Result<Self> {
        self.inside = details.inside.unwrap_or(self.inside);
        if let Some(url) = details.callback_url {
            self.callback_url = Some(url.trim().to_owned()).filter(|url| !url.is_empty());
        }
        let refused = self.target().and_then(Result::err);
        Check::new().that(refused.is_none(), "callback_url", refused.unwrap_or("malformed")).done()?;
        Ok(self)
    }

    /// The address that is called, if there is one.
    pub(crate) fn target(&self) -> Option<Result<Target, &'static str>> {
        self.callback_url.as_ref().map(|url| Target::parse(url, self.inside))
    }
}

text_enum! {
    /// Which way a call went.
    #[schema(as = ReportWay)]
    pub enum Way {
        /// To us.
        In = "in",
        /// From us.
        Out = "out",
    }
}

/// What a call that went well is noted as.
pub const OK: &str = "ok";

store::record! {
    /// How calls went, one row for each outcome.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    #[schema(as = OpenChannelReport)]
    pub struct Report {
        /// On which channel.
        pub channel_id: ChannelId,
        /// Which way.
        pub way: Way,
        /// `ok`, or what stood in the way: `signature`, `clock_off`, `invalid`, `timeout`, `http_500`, …
        pub code: String,
        /// More of it, the last time.
        pub detail: String,
        /// How often.
        pub count: i64,
        /// When last.
        pub at: Timestamp,
    }
}
