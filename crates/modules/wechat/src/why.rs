//! What WeChat says by numbers, in words that say what to do: the words stand in the catalogues.

use store::text_enum;

use crate::model::AccountKind;

text_enum! {
    /// What stands in the way of a message, or of a call.
    #[schema(as = WechatWhy)]
    pub enum Why {
        /// The customer wrote too long ago, or follows no more.
        WindowClosed = "window_closed",
        /// As many were said as the customer's last message allows.
        QuotaSpent = "quota_spent",
        /// The customer does not follow the account.
        NotFollowing = "not_following",
        /// The customer takes no messages of it.
        Blocked = "blocked",
        /// The account may not do that: it is not verified, or the interface is not granted.
        NotGranted = "not_granted",
        /// The AppID, CorpID or secret is not right.
        Credentials = "credentials",
        /// The address we call from is not on the account's list.
        Address = "address",
        /// The text is too long.
        TooLong = "too_long",
        /// That kind of file cannot be sent.
        FileKind = "file_kind",
        /// The file is too large.
        FileSize = "file_size",
        /// The platform does not let the words through.
        Content = "content",
        /// Somebody at WeCom itself talks to the customer, or the talk is over there.
        Session = "session",
        /// The platform does not know the customer.
        Customer = "customer",
        /// The platform does not know the account of customer service.
        Account = "account",
        /// Too much was asked of it, or it has no time.
        Busy = "busy",
        /// Nobody answers there.
        Unreachable = "unreachable",
        /// The account is paused.
        Paused = "paused",
        /// Something else: see the platform's words.
        Other = "other",
    }
}

impl Why {
    /// What this number of the platform's means.
    pub(crate) const fn of(kind: AccountKind, code: i64) -> Self {
        match (kind, code) {
            (AccountKind::Wechat, 48_002 | 48_003 | 48_006) => Self::Blocked,
            (AccountKind::Wecom, 48_002) => Self::NotGranted,
            (_, -1 | 40_097 | 45_009 | 45_011 | 45_033 | 6_000 | 50_003) => Self::Busy,
            (_, 45_015 | 95_002) => Self::WindowClosed,
            (_, 45_047 | 95_001) => Self::QuotaSpent,
            (_, 43_004 | 50_005) => Self::NotFollowing,
            (_, 48_001 | 48_004 | 48_005 | 50_001 | 50_002 | 60_011 | 95_011 | 95_012 | 95_017 | 301_002) => {
                Self::NotGranted
            }
            (_, 40_001 | 40_013 | 40_014 | 40_082 | 40_091 | 40_125 | 41_001 | 41_002 | 41_004 | 42_001) => {
                Self::Credentials
            }
            (_, 40_164 | 60_020 | 61_004) => Self::Address,
            (_, 45_002) => Self::TooLong,
            (_, 40_004 | 40_005 | 40_007) => Self::FileKind,
            (_, 40_006 | 40_009 | 40_010 | 40_011 | 40_012 | 45_001) => Self::FileSize,
            (_, 87_014 | 87_009 | 45_004) => Self::Content,
            (_, 95_013 | 95_016 | 95_018) => Self::Session,
            (_, 40_003 | 40_096 | 40_031) => Self::Customer,
            (_, 95_000 | 95_004) => Self::Account,
            _ => Self::Other,
        }
    }

    /// Why WeCom could not deliver what it had taken, by its `fail_type`.
    pub(crate) const fn of_failure(kind: i64) -> Self {
        match kind {
            1 | 2 => Self::Account,
            4 => Self::WindowClosed,
            5 => Self::Session,
            6 => Self::QuotaSpent,
            7..=9 => Self::NotGranted,
            10 => Self::Blocked,
            11.. => Self::Content,
            _ => Self::Other,
        }
    }

    /// Whether it may be otherwise in a while by itself.
    pub(crate) const fn passes(self) -> bool {
        matches!(self, Self::Busy | Self::Unreachable)
    }
}

/// Whether a number says that the access token is no longer good.
pub(crate) const fn is_stale_token(code: i64) -> bool {
    matches!(code, 40_001 | 40_014 | 41_001 | 42_001 | 42_007)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_mean_what_each_platform_means_by_them() {
        assert_eq!(Why::of(AccountKind::Wechat, 48_002), Why::Blocked);
        assert_eq!(Why::of(AccountKind::Wecom, 48_002), Why::NotGranted);
        assert_eq!(Why::of(AccountKind::Wechat, 45_047), Why::QuotaSpent);
        assert_eq!(Why::of(AccountKind::Wecom, 95_018), Why::Session);
        assert_eq!(Why::of(AccountKind::Wechat, 99_999), Why::Other);
        assert!(Why::of(AccountKind::Wechat, -1).passes() && !Why::QuotaSpent.passes());
        assert_eq!((Why::of_failure(6), Why::of_failure(10)), (Why::QuotaSpent, Why::Blocked));
    }
}
