//! What time brings: points that can be used from today on, those whose last day is over, birthdays, tiers.

use http::App;
use jiff::civil::Date;
use kernel::{Result, Timestamp};
use serde::{Deserialize, Serialize};
use store::Tx;
use work::{Cron, Job, JobCx};

use crate::{
    api, days, ledger,
    model::{Head, PointsEntryKind},
    queries,
};

/// People in one transaction.
const AT_ONCE: i64 = 100;

/// Does what is due. Missed or late, nothing is lost: whoever uses points has done what is due for them before.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CatchUp {}

impl Job for CatchUp {
    const KIND: &'static str = "loyalty.catch_up";
}

/// Shortly after each full hour, so that the day's end in any time zone is soon followed.
pub(crate) fn cron() -> Cron {
    Cron::new("loyalty.catch_up", "2 * * * *", |_| CatchUp {}).expect("a fixed pattern")
}

pub(crate) async fn run(_app: App, cx: JobCx, _: CatchUp) -> Result<()> {
    loop {
        if cx.db.write(&cx.origin, catch_up).await? == 0 {
            break;
        }
    }
    let mut after = String::new();
    while let Some(last) = cx.db.write(&cx.origin, move |tx| birthdays(tx, &after)).await? {
        after = last;
    }
    Ok(())
}

/// Some of those for whom something is due; answers how many.
pub(crate) fn catch_up(tx: &mut Tx<'_>) -> Result<usize> {
    let now: Timestamp = tx.now();
    let mut who = queries::due(tx, now, AT_ONCE)?;
    who.extend(queries::tiers_due(tx, now, AT_ONCE)?);
    who.sort_unstable();
    who.dedup();
    let rules = queries::rules(tx)?;
    for customer in &who {
        if let Some(purse) = ledger::open(tx, *customer)? {
            ledger::close(tx, purse, &rules)?;
        }
    }
    Ok(who.len())
}

/// Gives some of those whose birthday it is their points; answers the last of them, none when there are no more.
fn birthdays(tx: &mut Tx<'_>, after: &str) -> Result<Option<String>> {
    let rules = queries::current(tx)?;
    if !rules.enabled || rules.earning.birthday == 0 {
        return Ok(None);
    }
    let (now, zone) = (tx.now(), days::zone(tx)?);
    let today = days::date_of(&zone, now)?;
    let mut last = None;
    for day in born(today) {
        for (customer, member) in queries::born_on(tx, &day, after, AT_ONCE)? {
            let key = format!("birthday:{member}:{}", today.year());
            let reference = today.year().to_string();
            let head = Head { once_key: Some(key), reference, ..Head::own(PointsEntryKind::Earn) };
            api::grant(tx, customer, head, "birthday", rules.earning.birthday, 0)?;
            last = last.max(Some(member.to_string()));
        }
    }
    Ok(last)
}

/// Which birthdays are kept on this day: where a year has no 29 February, also those, the day before.
fn born(today: Date) -> Vec<String> {
    let day = |date: Date| format!("{:02}-{:02}", date.month(), date.day());
    let mut days = vec![day(today)];
    if days[0] == "02-28" && !today.in_leap_year() {
        days.push("02-29".into());
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_born_on_a_leap_day_has_a_birthday_every_year() {
        assert_eq!(born("2027-02-28".parse().unwrap()), ["02-28", "02-29"]);
        assert_eq!(born("2028-02-28".parse().unwrap()), ["02-28"]);
        assert_eq!(born("2028-02-29".parse().unwrap()), ["02-29"]);
    }
}
