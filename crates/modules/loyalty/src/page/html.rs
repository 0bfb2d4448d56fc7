//! How the members' page looks. Every text of anybody's is escaped; nothing is fetched and nothing runs.

use axum::{http::StatusCode, response::Response};
use http::{Texts, escape};
use jiff::tz::TimeZone;
use kernel::Timestamp;
use sms::api::visits::{Doorway, pages};

use super::words;
use crate::{
    api::Balance,
    days,
    model::{LoyaltyRules, Member, Part, PointsEntry, PointsEntryKind, PointsLot, Reward, TierBasis},
};

const STYLE: &str = include_str!("page.css");
/// What is shown.
pub(super) enum Shown {
    /// Which number?
    Ask { wrong: bool },
    /// A link: a code can be sent there.
    Link { masked: String },
    /// Which code?
    Code { challenge: String, wrong: bool },
    /// What a member has.
    Inside(Box<Inside>),
    /// No number is known to send a code to.
    NoPhone,
    /// Asked too often.
    TooMany,
    /// The link is over, or there is no such page.
    Gone,
    /// We cannot answer now.
    Trouble,
}

/// What a member sees.
pub(super) struct Inside {
    pub zone: TimeZone,
    pub name: String,
    pub member: Member,
    pub balance: Balance,
    pub lots: Vec<PointsLot>,
    pub entries: Vec<PointsEntry>,
    pub shelf: Vec<Reward>,
    pub rules: LoyaltyRules,
    /// So that what is sent twice is one.
    pub key: String,
    /// What came of what they did last.
    pub news: String,
}

/// A number with its thousands apart.
fn number(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if value < 0 { format!("−{out}") } else { out }
}

fn money(minor: i64) -> String {
    format!("¥{}.{:02}", number(minor / 100), (minor % 100).abs())
}

struct Page<'a> {
    texts: &'a Texts,
    zone: TimeZone,
}

impl Page<'_> {
    fn word(&self, key: &str) -> String {
        escape(self.texts.word(key))
    }

    /// A text with values in it, all of them escaped.
    fn filled(&self, key: &str, values: &[(&str, &str)]) -> String {
        values.iter().fold(self.word(key), |text, (name, value)| text.replace(&format!("{{{name}}}"), &escape(value)))
    }

    fn day(&self, at: Timestamp) -> String {
        days::date_of(&self.zone, at).map(|day| day.to_string()).unwrap_or_default()
    }

    fn ask(&self, wrong: bool) -> String {
        let complaint = if wrong { self.complaint("phone_wrong") } else { String::new() };
        format!(
            "<h1>{}</h1><p>{}</p><form method=post action=/points><label>{}<input name=phone type=tel inputmode=tel autocomplete=tel maxlength=30 required></label>{complaint}<button>{}</button></form>",
            self.word("door"),
            self.word("door_text"),
            self.word("phone"),
            self.word("send_code"),
        )
    }

    fn complaint(&self, key: &str) -> String {
        format!("<p class=bad role=alert>{}</p>", self.word(key))
    }

    fn inside(&self, it: &Inside) -> String {
        let Inside { member, balance, rules, .. } = it;
        let mut out = String::new();
        if !it.news.is_empty() && !self.texts.word(&format!("done_{}", it.news)).is_empty() {
            let good = if it.news == "redeemed" { "news" } else { "bad" };
            out += &format!("<p class={good} role=status>{}</p>", self.word(&format!("done_{}", it.news)));
        }
        let name = if it.name.is_empty() {
            String::new()
        } else {
            format!("<p dir=auto>{}</p>", escape(&it.name))
        };
        out += &format!(
            "{name}<h1 class=balance><span>{}</span><small>{}</small></h1>",
            number(balance.active),
            self.word("can_use")
        );
        if rules.burning.as_money && balance.active > 0 {
            out += &format!(
                "<p>{}</p>",
                self.filled("worth", &[("money", &money(rules.burning.worth_of(balance.active)))])
            );
        }
        if balance.pending > 0 {
            out += &format!("<p>{}</p>", self.filled("waits", &[("n", &number(balance.pending))]));
        }
        if balance.debt > 0 {
            out += &format!("<p class=bad>{}</p>", self.filled("owes", &[("n", &number(balance.debt))]));
        }
        out += &self.tier(member, rules);
        out += &self.lots(&it.lots);
        out += &self.shelf(it);
        out += &format!(
            "<section><h2>{}</h2><p class=code dir=ltr>{}</p><p>{}</p></section>",
            self.word("recommend"),
            escape(&member.code),
            self.word("recommend_text")
        );
        out += &self.history(&it.entries);
        out + &format!(
            "<form method=post action=/points/exit><button class=quiet>{}</button></form>",
            self.word("exit")
        )
    }

    fn tier(&self, member: &Member, rules: &LoyaltyRules) -> String {
        if rules.tiers.list.is_empty() {
            return String::new();
        }
        let counted = |value: i64| match rules.tiers.basis {
            TierBasis::Points => self.filled("points", &[("n", &number(value))]),
            TierBasis::Spend => money(value),
        };
        let tier = rules.tier(member.tier_rank);
        let mut out = format!(
            "<section><h2>{}</h2><p class=tier dir=auto>{}</p>",
            self.word("tier"),
            tier.map_or_else(|| self.word("no_tier"), |tier| escape(&tier.name))
        );
        if let Some(until) = member.grace_until {
            out += &format!("<p>{}</p>", self.filled("kept_until", &[("day", &self.day(until))]));
        }
        if let Some(next) = rules.tier(member.tier_rank + 1) {
            let missing = counted((next.from - member.qualifying).max(0));
            let share = (member.qualifying.clamp(0, next.from) * 100 / next.from.max(1)).min(100);
            let text = self.word("missing").replace("{much}", &missing).replace("{name}", &escape(&next.name));
            out += &format!("<div class=bar><i style=\"width:{share}%\"></i></div><p>{text}</p>");
        } else {
            out += &format!("<p>{}</p>", self.word("highest"));
        }
        let lines: String = tier
            .map(|tier| tier.entitlements.iter().map(|line| format!("<li dir=auto>{}</li>", escape(line))).collect())
            .unwrap_or_default();
        out + &if lines.is_empty() {
            String::new()
        } else {
            format!("<ul class=gifts>{lines}</ul>")
        } + "</section>"
    }

    fn lots(&self, lots: &[PointsLot]) -> String {
        let rows: String = lots
            .iter()
            .map(|lot| {
                let until = lot
                    .expires_on
                    .as_deref()
                    .map_or_else(|| self.word("for_ever"), |day| self.filled("until", &[("day", day)]));
                let from = (lot.pending > 0).then(|| self.filled("from", &[("day", &self.day(lot.matures_at))]));
                format!(
                    "<li><b>{}</b><span>{}{until}</span></li>",
                    self.filled("points", &[("n", &number(lot.active + lot.pending))]),
                    from.map(|from| from + " · ").unwrap_or_default()
                )
            })
            .collect();
        self.listed("lots", "no_lots", &rows)
    }

    fn listed(&self, title: &str, empty: &str, rows: &str) -> String {
        let body = if rows.is_empty() {
            format!("<p>{}</p>", self.word(empty))
        } else {
            format!("<ul class=rows>{rows}</ul>")
        };
        format!("<section><h2>{}</h2>{body}</section>", self.word(title))
    }

    fn shelf(&self, it: &Inside) -> String {
        if it.shelf.is_empty() {
            return String::new();
        }
        let rows: String = it
            .shelf
            .iter()
            .map(|one| {
                let why = if one.stock == Some(0) {
                    Some(self.word("done_out_of_stock"))
                } else if one.min_rank > it.member.tier_rank {
                    let tier = it.rules.tier(one.min_rank).map(|tier| tier.name.clone()).unwrap_or_default();
                    Some(self.filled("from_tier", &[("name", &tier)]))
                } else if one.points > it.balance.active {
                    Some(self.filled("lacks", &[("n", &number(one.points - it.balance.active))]))
                } else {
                    None
                };
                let verb = why.map_or_else(
                    || {
                        format!(
                            "<form method=post action=/points/redemptions><input type=hidden name=reward value={}><input type=hidden name=key value={}><button aria-label=\"{}\">{}</button></form>",
                            one.id,
                            it.key,
                            self.filled("take_one", &[("name", &one.name)]),
                            self.word("take"),
                        )
                    },
                    |why| format!("<em>{why}</em>"),
                );
                format!(
                    "<li class=reward><span dir=auto><b>{}</b><small>{}</small><small>{}</small></span>{verb}</li>",
                    escape(&one.name),
                    escape(&one.detail),
                    self.filled("points", &[("n", &number(one.points))]),
                )
            })
            .collect();
        self.listed("shelf", "no_lots", &rows)
    }

    fn history(&self, entries: &[PointsEntry]) -> String {
        let shown = entries.iter().filter(|entry| !matches!(entry.kind, PointsEntryKind::Mature));
        let rows: String = shown
            .map(|entry| {
                let about = match (entry.kind, entry.base) {
                    (_, None | Some(0)) => String::new(),
                    (PointsEntryKind::Earn, Some(base)) => self.filled("order_of", &[("money", &money(base))]),
                    (PointsEntryKind::Spend, Some(base)) => self.filled("paid_for", &[("money", &money(base))]),
                    (_, Some(base)) => self.filled("refund_of", &[("money", &money(base))]),
                };
                let parts: Vec<String> = entry.parts.0.iter().map(|part| self.part(part)).collect();
                let why: Vec<String> = std::iter::once(about).chain(parts).filter(|text| !text.is_empty()).collect();
                let sign = if entry.points > 0 { "+" } else { "" };
                format!(
                    "<li><b>{}</b><b class=sum>{sign}{}</b><span>{}</span><time>{}</time></li>",
                    self.word(&format!("kind_{}", entry.kind.text())),
                    number(entry.points),
                    why.join(" · "),
                    self.day(entry.at),
                )
            })
            .collect();
        self.listed("history", "no_history", &rows)
    }

    fn part(&self, part: &Part) -> String {
        let name = self.filled(&format!("part_{}", part.rule), &[("name", &part.name)]);
        format!("{name} {}", self.filled("points", &[("n", &number(part.points))]))
    }
}

/// The whole page.
pub(super) fn page(locale: &str, organisation: &str, shown: Shown) -> Response {
    let zone = if let Shown::Inside(it) = &shown { it.zone.clone() } else { TimeZone::UTC };
    let texts = words(locale);
    let (page, door) = (Page { texts, zone }, Doorway { texts, enter: "/points/visit" });
    let (status, main) = match shown {
        Shown::Ask { wrong } => (StatusCode::OK, page.ask(wrong)),
        Shown::Link { masked } => (StatusCode::OK, door.link(&masked)),
        Shown::Code { challenge, wrong } => {
            let again = format!("<p><a href=/points>{}</a></p>", page.word("again"));
            (StatusCode::OK, door.code(&challenge, wrong, &again))
        }
        Shown::Inside(it) => (StatusCode::OK, page.inside(&it)),
        Shown::NoPhone => (StatusCode::OK, door.simple("door", "no_phone")),
        Shown::TooMany => (StatusCode::TOO_MANY_REQUESTS, door.simple("too_many", "too_many_text")),
        Shown::Gone => (StatusCode::NOT_FOUND, door.simple("gone", "gone_text")),
        Shown::Trouble => (StatusCode::SERVICE_UNAVAILABLE, door.simple("trouble", "trouble_text")),
    };
    let title = texts.word("door");
    pages::Page { locale, title, organisation, main: &main, style: STYLE, script: None }.answer(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_money_read_as_people_write_them() {
        assert_eq!([number(0), number(999), number(1_234_567), number(-1_200)], ["0", "999", "1,234,567", "−1,200"]);
        assert_eq!(money(123_456), "¥1,234.56");
    }
}
