//! Channels: ways customers reach the department.

mod settings;

use kernel::{ChannelId, Check, Permit, Result, Rng, Timestamp};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

pub use settings::{ChannelSettings, FieldKind, IdentityMode, Invitation, PreChat, PreChatField, RatingSettings};

text_enum! {
    /// What carries a channel's messages.
    pub enum ChannelKind {
        /// A chat window on a web page.
        WebChat = "web_chat",
        /// Letters to an address of the department's: a mailbox of `mail`.
        Email = "email",
        /// Whatever plugs in by signed calls, both ways: an app, a mini program, a bot. See `openchannel`.
        Open = "open",
        /// A WeChat official account (公众号): an account of `wechat`.
        Wechat = "wechat",
        /// An account of WeCom customer service (微信客服): of `wechat` too.
        Wecom = "wecom",
        /// Text messages to a number of the department's: a gateway of `sms`.
        Sms = "sms",
    }
}

impl ChannelKind {
    /// Whether the product itself stands at the customer's end, so that what is said is on their screen
    /// at once. By every other kind somebody must carry it to them.
    pub const fn is_direct(self) -> bool {
        matches!(self, Self::WebChat)
    }
}

text_enum! {
    /// Whether a channel takes new conversations.
    pub enum ChannelState {
        /// It does.
        Active = "active",
        /// It does not; those already open go on.
        Paused = "paused",
    }
}

/// The pages that may embed a channel, by origin (`https://shop.example.com`); empty: all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Origins(pub Vec<String>);

store::record! {
    /// A way customers reach the department.
    #[derive(Clone, Debug, Serialize, ToSchema)]
    pub struct Channel {
        /// Its id.
        pub id: ChannelId,
        /// What carries its messages.
        pub kind: ChannelKind,
        /// The name colleagues see.
        #[schema(example = "网站会话")]
        pub name: String,
        /// Whether it takes new conversations.
        pub state: ChannelState,
        /// How it presents itself.
        pub settings: ChannelSettings,
        /// What the widget names it by; public, as it stands in the page.
        pub public_key: String,
        /// The pages that may embed it.
        pub allowed_origins: Origins,
        /// Since when.
        pub created_at: Timestamp,
        /// Rises with each change; a change of an older version is refused.
        pub version: i64,
    }
}

/// What somebody wants a channel to be; none: as it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Details {
    pub name: Option<String>,
    pub state: Option<ChannelState>,
    pub settings: Option<ChannelSettings>,
    pub allowed_origins: Option<Origins>,
}

impl Channel {
    /// A new web chat, open to every page.
    pub(crate) fn web_chat(id: ChannelId, name: &str, now: Timestamp, rng: &Rng) -> Self {
        Self::new(ChannelKind::WebChat, id, name, now, rng)
    }

    /// A new one of this kind.
    pub(crate) fn new(kind: ChannelKind, id: ChannelId, name: &str, now: Timestamp, rng: &Rng) -> Self {
        let key = kernel::hex(rng.bytes::<16>());
        Self {
            id,
            kind,
            name: name.to_owned(),
            state: ChannelState::Active,
            settings: ChannelSettings::default(),
            public_key: format!("wk_{key}"),
            allowed_origins: Origins::default(),
            created_at: now,
            version: 1,
        }
    }

    /// The channel with these details.
    ///
    /// # Errors
    /// [`kernel::Error::Invalid`] naming every field that cannot be taken.
    pub(crate) fn with(mut self, _permit: &Permit, details: Details) -> Result<Self> {
        let mut check = Check::new().maybe_text("name", details.name.as_deref(), 1..=60);
        if let Some(settings) = &details.settings {
            check = settings.check(check);
        }
        let mut origins = None;
        if let Some(Origins(given)) = &details.allowed_origins {
            check = check.that(given.len() <= 50, "allowed_origins", "too_large");
            let normal: Vec<_> = given.iter().take(50).map(|text| origin(text)).collect();
            for (at, normal) in normal.iter().enumerate() {
                check = check.that(normal.is_some(), format!("allowed_origins[{at}]"), "malformed");
            }
            origins = Some(Origins(normal.into_iter().flatten().collect()));
        }
        check.done()?;
        self.name = details.name.map_or(self.name, |name| name.trim().to_owned());
        self.state = details.state.unwrap_or(self.state);
        self.settings = details.settings.map_or(self.settings, ChannelSettings::normal);
        self.allowed_origins = origins.unwrap_or(self.allowed_origins);
        Ok(self)
    }

    /// Whether it takes new conversations.
    pub fn is_active(&self) -> bool {
        self.state == ChannelState::Active
    }

    /// Whether a page of this origin, as the browser's `Origin` header names it, may embed the channel.
    pub fn allows(&self, page: Option<&str>) -> bool {
        let Origins(allowed) = &self.allowed_origins;
        allowed.is_empty() || page.and_then(origin).is_some_and(|page| allowed.contains(&page))
    }
}

/// An origin as browsers spell it: scheme, host in lower case, port unless it is the scheme's own.
pub(crate) fn origin(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let (scheme, rest) = text.split_once("://").filter(|(scheme, _)| ["http", "https"].contains(scheme))?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse::<u16>().ok()?)),
        None => (rest, None),
    };
    let label =
        |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let fine = text.len() <= 250 && host.split('.').all(label);
    let own = if scheme == "https" { 443 } else { 80 };
    fine.then(|| match port.filter(|port| *port != own) {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    })
}

store::kept_as_json!(ChannelSettings, Origins);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_one_spelling_and_nothing_behind_it() {
        for text in ["https://Shop.Example.com", "https://shop.example.com/", "https://shop.example.com:443"] {
            assert_eq!(origin(text).as_deref(), Some("https://shop.example.com"), "{text}");
        }
        assert_eq!(origin("http://localhost:5173").as_deref(), Some("http://localhost:5173"));
        for text in [
            "",
            "null",
            "*",
            "shop.example.com",
            "javascript://x",
            "https://",
            "https://a/b",
            "https://a?b",
            "https://u@a",
            "https://a:b",
            "https://a..b",
        ] {
            assert_eq!(origin(text), None, "{text}");
        }
    }

    #[test]
    fn a_page_may_embed_what_names_it_or_names_nobody() {
        let mut channel = Channel::web_chat(
            ChannelId::new(Timestamp::from_millis(1), &Rng::seeded(1)),
            "a",
            Timestamp::from_millis(1),
            &Rng::seeded(1),
        );
        assert!(channel.allows(None) && channel.allows(Some("https://any.example")));
        channel.allowed_origins = Origins(vec!["https://shop.example.com".into()]);
        assert!(channel.allows(Some("https://SHOP.example.com")));
        for page in [None, Some("null"), Some("https://shop.example.com.evil.example"), Some("http://shop.example.com")]
        {
            assert!(!channel.allows(page), "{page:?}");
        }
    }
}
