//! The rules of the programme: what earns, what points are worth, when they expire, which tiers there are. Pure.

use kernel::{ChannelId, Check, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Part, Parts};

/// Points nobody reaches: sums of many of them still fit.
pub(crate) const MOST: i64 = 100_000_000;

/// What the programme holds to. Kept by version; each entry names the one it was made by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LoyaltyRules {
    /// Whether points are given and used at all.
    pub enabled: bool,
    /// ISO 4217: amounts in other currencies earn nothing.
    #[schema(example = "CNY")]
    pub currency: String,
    /// How customers become members.
    pub joining: LoyaltyJoining,
    /// What earns points.
    pub earning: Earning,
    /// How long they are good.
    pub expiry: Expiry,
    /// What they are worth as money.
    pub burning: Burning,
    /// Times at which more is earned.
    pub campaigns: Vec<Campaign>,
    /// Tiers.
    pub tiers: TierRules,
    /// What a recommendation is worth.
    pub referrals: ReferralRules,
    /// Points somebody may give or take by hand without being asked for an approval.
    pub adjustment_limit: i64,
    /// The members' own page.
    pub page: MemberPage,
}

/// How customers become members.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LoyaltyJoining {
    /// With the first order that earns.
    #[default]
    FirstOrder,
    /// When somebody enters them.
    ByHand,
}

/// What earns points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = PointsEarning)]
pub struct Earning {
    /// Points for each `per` of money.
    pub points: i64,
    /// Money in minor units.
    pub per: i64,
    /// Money in minor units below which an order earns nothing.
    pub minimum: i64,
    /// Points for each order.
    pub order: i64,
    /// Points for a member's first order.
    pub first_order: i64,
    /// Points on a birthday.
    pub birthday: i64,
    /// Days until points of an order can be used: while it may be sent back.
    pub pending_days: i64,
}

impl Default for Earning {
    fn default() -> Self {
        Self { points: 1, per: 100, minimum: 0, order: 0, first_order: 0, birthday: 0, pending_days: 7 }
    }
}

/// When the last day of a lot is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PointsExpiryEnd {
    /// The day itself.
    #[default]
    Day,
    /// The last of its month.
    Month,
    /// The last of its year.
    Year,
}

/// How long points are good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = PointsExpiry)]
pub struct Expiry {
    /// Months after they were earned; 0: they do not expire.
    pub months: i64,
    /// The last day then.
    pub until: PointsExpiryEnd,
    /// Days that points which come back are good for at least.
    pub returned_days: i64,
}

impl Default for Expiry {
    fn default() -> Self {
        Self { months: 12, until: PointsExpiryEnd::Month, returned_days: 30 }
    }
}

/// Points as money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = PointsBurning)]
pub struct Burning {
    /// Whether points pay.
    pub as_money: bool,
    /// So many points …
    pub points: i64,
    /// … pay so much, in minor units.
    pub worth: i64,
    /// Points one pays with at least.
    pub least: i64,
    /// How much of an order they may pay, in percent.
    pub most_percent: i64,
}

impl Default for Burning {
    fn default() -> Self {
        Self { as_money: true, points: 100, worth: 100, least: 100, most_percent: 50 }
    }
}

impl Burning {
    /// What so many points pay, in minor units, rounded down.
    pub(crate) fn worth_of(&self, points: i64) -> i64 {
        (i128::from(points) * i128::from(self.worth) / i128::from(self.points.max(1))) as i64
    }
}

/// A time at which more is earned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PointsCampaign)]
pub struct Campaign {
    /// What it is called; names tell campaigns apart.
    pub name: String,
    /// Its first day, `YYYY-MM-DD`.
    pub from: String,
    /// Its last.
    pub to: String,
    /// What an amount earns, in percent of the usual: 200 for double points.
    pub percent: i64,
    /// Points it gives one member at most.
    pub cap: Option<i64>,
}

/// What counts towards a tier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TierBasis {
    /// Points that orders earned.
    #[default]
    Points,
    /// Money spent.
    Spend,
}

/// Where somebody goes who qualifies no more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TierDowngrade {
    /// One tier down, and another when that too is not reached after its grace.
    #[default]
    OneStep,
    /// To whatever they qualify for.
    ToEarned,
}

/// Tiers and how they are reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TierRules {
    /// What counts.
    pub basis: TierBasis,
    /// Of the last so many months.
    pub window_months: i64,
    /// Days a tier is kept by who qualifies no more.
    pub grace_days: i64,
    /// Where they go then.
    pub downgrade: TierDowngrade,
    /// From the lowest; the first is rank 1.
    pub list: Vec<Tier>,
}

impl Default for TierRules {
    fn default() -> Self {
        Self {
            basis: TierBasis::Points,
            window_months: 12,
            grace_days: 30,
            downgrade: TierDowngrade::OneStep,
            list: Vec::new(),
        }
    }
}

/// A tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CustomerTier)]
pub struct Tier {
    /// What it is called.
    pub name: String,
    /// `bronze`, `silver`, `gold`, `teal` or `ink`: how it is drawn, beside its name.
    pub colour: String,
    /// What qualifies for it: points, or money in minor units.
    pub from: i64,
    /// What an amount earns, in percent of the usual.
    pub percent: i64,
    /// What its members may expect, a line each.
    pub entitlements: Vec<String>,
}

const COLOURS: [&str; 5] = ["bronze", "silver", "gold", "teal", "ink"];

/// What a recommendation is worth, once whoever was recommended has a first order that stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReferralRules {
    /// Points for who recommended.
    pub referrer: i64,
    /// Points for who was recommended.
    pub referred: i64,
    /// Recommendations of one member that are rewarded in a month.
    pub monthly: i64,
}

impl Default for ReferralRules {
    fn default() -> Self {
        Self { referrer: 0, referred: 0, monthly: 5 }
    }
}

/// The members' own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = LoyaltyPageRules)]
pub struct MemberPage {
    /// Whether there is one.
    pub enabled: bool,
    /// Where customers reach this house: `https://kf.example.cn`.
    pub address: String,
    /// The channel of text messages that codes go by.
    pub sms_channel_id: Option<ChannelId>,
    /// Days a link is good.
    pub link_days: i64,
}

impl Default for MemberPage {
    fn default() -> Self {
        Self { enabled: false, address: String::new(), sms_channel_id: None, link_days: 7 }
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

impl LoyaltyRules {
    /// Everything rules must hold to.
    ///
    /// # Errors
    /// [`kernel::Error::Invalid`] with every bad field.
    pub(crate) fn check(&self) -> Result<()> {
        let Earning { points, per, minimum, order, first_order, birthday, pending_days } = self.earning;
        let burning = &self.burning;
        let currency = self.currency.len() == 3 && self.currency.bytes().all(|byte| byte.is_ascii_uppercase());
        let page = &self.page;
        let address =
            page.address.is_empty() || page.address.starts_with("https://") || page.address.starts_with("http://");
        let mut check = Check::new()
            .that(currency, "rules.currency", "malformed")
            .range("rules.earning.points", points, 0..=10_000)
            .range("rules.earning.per", per, 1..=100_000_000)
            .range("rules.earning.minimum", minimum, 0..=100_000_000)
            .range("rules.earning.order", order, 0..=1_000_000)
            .range("rules.earning.first_order", first_order, 0..=1_000_000)
            .range("rules.earning.birthday", birthday, 0..=1_000_000)
            .range("rules.earning.pending_days", pending_days, 0..=180)
            .range("rules.expiry.months", self.expiry.months, 0..=120)
            .range("rules.expiry.returned_days", self.expiry.returned_days, 1..=366)
            .range("rules.burning.points", burning.points, 1..=1_000_000)
            .range("rules.burning.worth", burning.worth, 1..=100_000_000)
            .range("rules.burning.least", burning.least, 1..=1_000_000)
            .range("rules.burning.most_percent", burning.most_percent, 1..=100)
            .range("rules.tiers.window_months", self.tiers.window_months, 1..=36)
            .range("rules.tiers.grace_days", self.tiers.grace_days, 0..=366)
            .range("rules.referrals.referrer", self.referrals.referrer, 0..=1_000_000)
            .range("rules.referrals.referred", self.referrals.referred, 0..=1_000_000)
            .range("rules.referrals.monthly", self.referrals.monthly, 1..=1_000)
            .range("rules.adjustment_limit", self.adjustment_limit, 0..=MOST)
            .that(address && !page.address.ends_with('/'), "rules.page.address", "malformed")
            .text("rules.page.address", &page.address, usize::from(page.enabled)..=200)
            .range("rules.page.link_days", page.link_days, 1..=90)
            .that(self.campaigns.len() <= 50, "rules.campaigns", "too_many")
            .that(self.tiers.list.len() <= 9, "rules.tiers.list", "too_many");
        let names: Vec<&str> = self.campaigns.iter().map(|one| one.name.trim()).collect();
        for (at, one) in self.campaigns.iter().enumerate() {
            let field = |name: &str| format!("rules.campaigns[{at}].{name}");
            check = check
                .text(field("name"), &one.name, 1..=60)
                .that(!names[..at].contains(&one.name.trim()), field("name"), "repeated")
                .that(is_date(&one.from), field("from"), "malformed")
                .that(is_date(&one.to) && one.to >= one.from, field("to"), "malformed")
                .that((100..=1_000).contains(&one.percent), field("percent"), "out_of_range")
                .that(one.cap.is_none_or(|cap| (1..=MOST).contains(&cap)), field("cap"), "out_of_range");
        }
        let mut below = 0;
        for (at, tier) in self.tiers.list.iter().enumerate() {
            let field = |name: &str| format!("rules.tiers.list[{at}].{name}");
            check = check
                .text(field("name"), &tier.name, 1..=30)
                .that(COLOURS.contains(&tier.colour.as_str()), field("colour"), "unknown")
                .that((below + 1..=1_000_000_000_000).contains(&tier.from), field("from"), "not_above_the_one_below")
                .that((100..=1_000).contains(&tier.percent), field("percent"), "out_of_range")
                .that(tier.entitlements.len() <= 12, field("entitlements"), "too_many");
            for line in &tier.entitlements {
                check = check.text(field("entitlements"), line, 1..=100);
            }
            below = tier.from.max(below);
        }
        check.done()
    }

    /// The tier of this rank; none for rank 0, or for one there is no more.
    pub(crate) fn tier(&self, rank: i64) -> Option<&Tier> {
        usize::try_from(rank - 1).ok().and_then(|at| self.tiers.list.get(at))
    }
}

/// An order that is complete, as far as points go.
#[derive(Clone, Debug)]
pub(crate) struct Order<'a> {
    /// In minor units of the programme's currency; none for an order in another.
    pub amount: Option<i64>,
    /// The organisation's day, `YYYY-MM-DD`.
    pub day: &'a str,
    /// Whether it is the member's first.
    pub first: bool,
}

/// What an order earns, line by line; `used` says how many points of a campaign the member had before. What a tier and a
/// campaign add is reckoned from the amount each, so that the lines stand for themselves. Of several campaigns the one
/// that gives most counts.
pub(crate) fn earned(rules: &LoyaltyRules, order: &Order<'_>, rank: i64, used: &dyn Fn(&str) -> i64) -> Parts {
    let Earning { points, per, minimum, order: each, first_order, .. } = rules.earning;
    let mut parts = Vec::new();
    let Some(amount) = order.amount.filter(|amount| *amount >= minimum) else { return Parts(parts) };
    let part = |rule: &str, name: &str, points: i64, percent: Option<i64>| Part {
        rule: rule.into(),
        name: name.into(),
        points: points.min(MOST),
        percent,
        capped: false,
    };
    let share = |percent: i64| {
        let hundredths = i128::from(amount.max(0)) * i128::from(points) * i128::from(percent);
        (hundredths / (i128::from(per.max(1)) * 100)).min(i128::from(MOST)) as i64
    };
    parts.push(part("amount", "", share(100), None));
    parts.push(part("order", "", each, None));
    if order.first {
        parts.push(part("first_order", "", first_order, None));
    }
    if let Some(tier) = rules.tier(rank) {
        parts.push(part("tier", &tier.name, share(tier.percent - 100), Some(tier.percent - 100)));
    }
    let running = rules.campaigns.iter().filter(|one| *one.from <= *order.day && *order.day <= *one.to);
    let offers = running.map(|one| {
        let full = share(one.percent - 100);
        let points = one.cap.map_or(full, |cap| full.min((cap - used(&one.name)).max(0)));
        Part { capped: points < full, ..part("campaign", &one.name, points, Some(one.percent - 100)) }
    });
    parts.extend(offers.max_by_key(|part| part.points));
    parts.retain(|part| part.points > 0 || part.capped);
    Parts(parts)
}

impl Parts {
    /// All together.
    pub(crate) fn points(&self) -> i64 {
        self.0.iter().map(|part| part.points).sum::<i64>().min(MOST)
    }

    /// A single line.
    pub(crate) fn one(rule: &str, points: i64) -> Self {
        Self(vec![Part { rule: rule.into(), name: String::new(), points, percent: None, capped: false }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> LoyaltyRules {
        let campaign = |name: &str, percent, cap| Campaign {
            name: name.into(),
            from: "2026-11-01".into(),
            to: "2026-11-30".into(),
            percent,
            cap,
        };
        LoyaltyRules {
            currency: "CNY".into(),
            earning: Earning { points: 1, per: 100, first_order: 50, minimum: 1_000, ..Earning::default() },
            campaigns: vec![campaign("双倍", 200, None), campaign("三倍", 300, Some(150))],
            tiers: TierRules {
                list: vec![Tier {
                    name: "金卡".into(),
                    colour: "gold".into(),
                    from: 1_000,
                    percent: 120,
                    entitlements: vec![],
                }],
                ..TierRules::default()
            },
            ..LoyaltyRules::default()
        }
    }

    fn lines(amount: i64, day: &str, first: bool, rank: i64, used: i64) -> Vec<(String, i64)> {
        let order = Order { amount: Some(amount), day, first };
        earned(&rules(), &order, rank, &|_| used)
            .0
            .into_iter()
            .map(|part| (part.rule + &part.name, part.points))
            .collect()
    }

    #[test]
    fn r030_every_point_of_an_order_has_a_line_that_says_why() {
        assert_eq!(lines(12_850, "2026-10-31", false, 0, 0), [("amount".into(), 128)]);
        assert_eq!(lines(999, "2026-10-31", true, 1, 0), []);
        let all = lines(12_850, "2026-11-01", true, 1, 0);
        assert_eq!(
            all,
            [("amount".into(), 128), ("first_order".into(), 50), ("tier金卡".into(), 25), ("campaign三倍".into(), 150)]
        );
        // Once the cap is used up the other campaign is the better one.
        assert_eq!(lines(12_850, "2026-11-30", false, 0, 100)[1], ("campaign双倍".into(), 128));
        assert_eq!(lines(12_850, "2026-12-01", false, 0, 0).len(), 1);
    }

    #[test]
    fn rules_that_cannot_be_kept_are_refused_by_their_place() {
        let mut wrong = rules();
        wrong.tiers.list.push(Tier { from: 1_000, ..wrong.tiers.list[0].clone() });
        wrong.campaigns[1].name = "双倍".into();
        wrong.earning.per = 0;
        let Err(kernel::Error::Invalid(bad)) = wrong.check() else { panic!("three are wrong") };
        let named: Vec<_> = bad.iter().map(|bad| bad.field.as_ref()).collect();
        assert_eq!(named, ["rules.earning.per", "rules.campaigns[1].name", "rules.tiers.list[1].from"]);
        assert!(rules().check().is_ok());
    }

    #[test]
    fn no_amount_overflows() {
        let mut large = rules();
        large.earning = Earning { points: 10_000, per: 1, ..Earning::default() };
        let order = Order { amount: Some(i64::MAX), day: "2026-11-05", first: true };
        assert_eq!(earned(&large, &order, 1, &|_| 0).points(), MOST);
    }
}
