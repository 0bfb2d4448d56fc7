//! An account: what carries a channel's messages, and what opens it.

use kernel::{ChannelId, Check, Id, Noun, Permit, Result, Timestamp};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

use crate::{seal::Seal, way::Base, why::Why};

text_enum! {
    /// Which of the two it is.
    pub enum AccountKind {
        /// A WeChat official account (公众号).
        Wechat = "wechat",
        /// An account of WeCom customer service (微信客服).
        Wecom = "wecom",
    }
}

text_enum! {
    /// Whether an account is answered by.
    pub enum AccountState {
        /// It is.
        Active = "active",
        /// It is not, and takes no new conversations.
        Paused = "paused",
    }
}

text_enum! {
    /// How what WeChat calls us with is sealed.
    pub enum Sealing {
        /// Encrypted: what is not is refused.
        Sealed = "sealed",
        /// In clear, as an official account may be set. The text itself is then not proven to be WeChat's.
        Plain = "plain",
    }
}

impl Noun for WechatAccount {
    const PREFIX: &'static str = "wca";
}

store::record! {
    /// An account of WeChat or WeCom that customers write to.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct WechatAccount {
        /// Its id; the last part of the address WeChat calls: `/callbacks/wechat/{id}`.
        pub id: Id<WechatAccount>,
        /// The channel its messages come by.
        pub channel_id: ChannelId,
        /// Which of the two it is.
        pub kind: AccountKind,
        /// The name colleagues see.
        #[schema(example = "青禾商城公众号")]
        pub name: String,
        /// Whether it is answered by.
        pub state: AccountState,
        /// The AppID, or the CorpID.
        #[schema(example = "wxb11529c136998cb6")]
        pub app_id: String,
        /// The `open_kfid` of the account of WeCom; empty for an official account.
        pub kf_id: String,
        /// How calls to us are sealed.
        pub sealing: Sealing,
        /// What whoever follows the account, or enters it, is told at once; empty: nothing.
        pub welcome: String,
        /// Where its platform is, where it is not where everybody's is: a relay of one's own.
        pub base_url: Option<String>,
        /// Since when.
        pub created_at: Timestamp,
        /// Rises with each change; a change of an older version is refused.
        pub version: i64,
    }
}

store::record! {
    /// How calls of WeChat to us, and our own to it, go.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct WechatCalls {
        /// Of which account.
        pub account_id: Id<WechatAccount>,
        /// When WeChat last found out that the address is ours.
        pub verified_at: Option<Timestamp>,
        /// When it last called with a mark that was right.
        pub called_at: Option<Timestamp>,
        /// Messages that came.
        pub received: i64,
        /// When a call was last refused.
        pub refused_at: Option<Timestamp>,
        /// Why: `mark`, `stale`, `sealed`, `plain`, `receiver`, `malformed`, `replayed`.
        pub refused_why: Option<String>,
        /// When the platform last gave us an access token, which lets us speak.
        pub token_at: Option<Timestamp>,
        /// Until when that one is good.
        pub token_until: Option<Timestamp>,
        /// What stood in the way when we last called it.
        pub trouble: Option<Why>,
        /// The same in its own words.
        pub detail: String,
    }
}

impl WechatCalls {
    /// Before the first.
    pub(crate) fn none(account_id: Id<WechatAccount>) -> Self {
        Self {
            account_id,
            verified_at: None,
            called_at: None,
            received: 0,
            refused_at: None,
            refused_why: None,
            token_at: None,
            token_until: None,
            trouble: None,
            detail: String::new(),
        }
    }
}

store::record! {
    /// What opens an account, and what proves that WeChat calls.
    #[derive(Clone, PartialEq)]
    pub(crate) struct Secrets {
        pub account_id: Id<WechatAccount>,
        pub token: String,
        pub aes_key: String,
        pub secret: String,
    }
}

/// What somebody wants an account to be; none: as it is.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WechatAccountDetails)]
pub(crate) struct Details {
    /// The name colleagues see: 1 to 60 characters.
    pub name: Option<String>,
    /// Whether it is answered by.
    pub state: Option<AccountState>,
    /// The AppID (`wx…`), or the CorpID (`ww…`).
    pub app_id: Option<String>,
    /// The AppSecret, or the secret of the application that may use WeCom customer service; never given back.
    pub secret: Option<String>,
    /// The token both sides sign with: 3 to 32 letters and digits; never given back.
    pub token: Option<String>,
    /// The EncodingAESKey: 43 letters and digits; never given back. May be missing where calls come in clear.
    pub aes_key: Option<String>,
    /// The `open_kfid` of the account of WeCom: `wk…`.
    pub kf_id: Option<String>,
    /// How calls to us are sealed.
    pub sealing: Option<Sealing>,
    /// What whoever follows the account, or enters it, is told at once: up to 600 characters; empty: nothing.
    pub welcome: Option<String>,
    /// Where its platform is, where it is not where everybody's is; empty: there. Whoever changes it says the
    /// secret anew.
    pub base_url: Option<String>,
}

/// An account with what opens it.
#[derive(Clone)]
pub(crate) struct Setup {
    pub account: WechatAccount,
    pub secrets: Secrets,
}

impl Setup {
    /// One about which nothing is said yet.
    pub(crate) fn blank(kind: AccountKind, id: Id<WechatAccount>, channel_id: ChannelId, now: Timestamp) -> Self {
        let account = WechatAccount {
            id,
            channel_id,
            kind,
            name: String::new(),
            state: AccountState::Active,
            app_id: String::new(),
            kf_id: String::new(),
            sealing: Sealing::Sealed,
            welcome: String::new(),
            base_url: None,
            created_at: now,
            version: 1,
        };
        let secrets = Secrets { account_id: id, token: String::new(), aes_key: String::new(), secret: String::new() };
        Self { account, secrets }
    }

    /// The account with these details. Whoever names another platform must say the secret anew: the one that
    /// is kept is not shown to a server of somebody's choice.
    ///
    /// # Errors
    /// [`kernel::Error::Invalid`] naming every field that cannot be taken.
    pub(crate) fn with(self, _permit: &Permit, details: Details) -> Result<Self> {
        let Self { account: before, mut secrets } = self;
        let mut after = before.clone();
        let line = |text: Option<String>, old: String| text.map_or(old, |text| text.trim().to_owned());
        let full = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        after.name = line(details.name, after.name);
        after.state = details.state.unwrap_or(after.state);
        after.app_id = line(details.app_id, after.app_id);
        after.kf_id = line(details.kf_id, after.kf_id);
        after.sealing = details.sealing.unwrap_or(after.sealing);
        after.welcome = line(details.welcome, after.welcome);
        after.base_url = details.base_url.map_or(after.base_url, full);
        let elsewhere = before.base_url != after.base_url || before.app_id != after.app_id;
        let new_secret = details.secret.is_some();
        secrets.secret = line(details.secret, secrets.secret);
        secrets.token = line(details.token, secrets.token);
        secrets.aes_key = line(details.aes_key, secrets.aes_key);
        let wecom = after.kind == AccountKind::Wecom;
        let sealed = after.sealing == Sealing::Sealed;
        let key = Seal::new(&secrets.aes_key, &after.app_id).is_some();
        Check::new()
            .text("name", &after.name, 1..=60)
            .that(is_id(&after.app_id, 8..=64), "app_id", missing(&after.app_id))
            .that(is_id(&secrets.secret, 8..=128), "secret", missing(&secrets.secret))
            .that(!elsewhere || new_secret || secrets.secret.is_empty(), "secret", "required")
            .that(is_token(&secrets.token), "token", missing(&secrets.token))
            .that(key || (!sealed && secrets.aes_key.is_empty()), "aes_key", missing(&secrets.aes_key))
            .that(!wecom || sealed, "sealing", "not_allowed")
            .that(!wecom || is_id(&after.kf_id, 3..=64), "kf_id", missing(&after.kf_id))
            .that(wecom || after.kf_id.is_empty(), "kf_id", "not_allowed")
            .text("welcome", &after.welcome, 0..=600)
            .that(after.base_url.as_deref().is_none_or(|url| Base::relay(url).is_some()), "base_url", "malformed")
            .done()?;
        Ok(Self { account: after, secrets })
    }

    /// What opens what is sealed for this account.
    pub(crate) fn seal(&self) -> Option<Seal> {
        Seal::new(&self.secrets.aes_key, &self.account.app_id)
    }

    /// Where its platform is.
    pub(crate) fn base(&self) -> Option<Base> {
        match (&self.account.base_url, self.account.kind) {
            (Some(url), _) => Base::relay(url),
            (None, AccountKind::Wechat) => Base::public("https://api.weixin.qq.com"),
            (None, AccountKind::Wecom) => Base::public("https://qyapi.weixin.qq.com"),
        }
    }
}

fn missing(text: &str) -> &'static str {
    if text.is_empty() { "required" } else { "malformed" }
}

/// Letters, digits, hyphens and underscores: what goes into an address as it is.
pub(crate) fn is_id(text: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

fn is_token(text: &str) -> bool {
    (3..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use kernel::{Actor, Error, Owned};

    use super::*;

    fn permit() -> Permit {
        Actor::System("test").permit("x", &Owned::NOBODY, Timestamp::from_millis(5)).unwrap()
    }

    fn given(kind: AccountKind) -> Details {
        let text = |text: &str| Some(text.to_owned());
        Details {
            name: text(" 公众号 "),
            app_id: text("wxb11529c136998cb6"),
            secret: text("0123456789abcdef0123456789abcdef"),
            token: text("pamtest"),
            aes_key: text("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"),
            kf_id: (kind == AccountKind::Wecom).then(|| "wkAJ2GCAAASSm4_FhToWMFea0xAFfd3Q".to_owned()),
            ..Details::default()
        }
    }

    fn new(kind: AccountKind, details: Details) -> Result<Setup> {
        let (id, channel) =
            ("wca_01jd3k5v2pf6z8q0w4x7y9abcd".parse().unwrap(), "chn_01jd3k5v2pf6z8q0w4x7y9abcd".parse().unwrap());
        Setup::blank(kind, id, channel, Timestamp::from_millis(1)).with(&permit(), details)
    }

    fn bad(answer: Result<Setup>) -> Vec<String> {
        match answer {
            Err(Error::Invalid(bad)) => bad.into_iter().map(|bad| format!("{} {}", bad.field, bad.code)).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn each_kind_asks_for_what_it_needs() {
        for kind in [AccountKind::Wechat, AccountKind::Wecom] {
            assert!(new(kind, given(kind)).is_ok());
        }
        let empty = bad(new(AccountKind::Wecom, Details::default()));
        assert_eq!(
            empty,
            [
                "name required",
                "app_id required",
                "secret required",
                "token required",
                "aes_key required",
                "kf_id required"
            ]
        );
        let plain = Details { sealing: Some(Sealing::Plain), ..given(AccountKind::Wecom) };
        assert_eq!(bad(new(AccountKind::Wecom, plain)), ["sealing not_allowed"]);
        let open = Details { sealing: Some(Sealing::Plain), aes_key: None, ..given(AccountKind::Wechat) };
        assert!(new(AccountKind::Wechat, open).is_ok());
        let wrong = Details {
            app_id: Some("wx?a=1&b".into()),
            token: Some("a b".into()),
            aes_key: Some("short".into()),
            kf_id: Some("wk1234".into()),
            base_url: Some("ftp://x".into()),
            ..given(AccountKind::Wechat)
        };
        assert_eq!(
            bad(new(AccountKind::Wechat, wrong)),
            ["app_id malformed", "token malformed", "aes_key malformed", "kf_id not_allowed", "base_url malformed"]
        );
    }

    #[test]
    fn a_kept_secret_is_shown_to_no_other_server() {
        let setup = new(AccountKind::Wechat, given(AccountKind::Wechat)).unwrap();
        let elsewhere = Details { base_url: Some("https://evil.example".into()), ..Details::default() };
        assert_eq!(bad(setup.clone().with(&permit(), elsewhere.clone())), ["secret required"]);
        let anew = Details { secret: Some("another-secret".into()), ..elsewhere };
        assert!(setup.clone().with(&permit(), anew).is_ok());
        assert!(setup.with(&permit(), Details { name: Some("新名".into()), ..Details::default() }).is_ok());
    }
}
