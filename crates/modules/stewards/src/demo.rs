//! The demo story's intake of the last days, who keeps whose file, first contacts, territories and what is reported.

use customers::Stage;
use http::{Demo, DemoPerson};
use kernel::{Actor, Owned, Result, Timestamp};
use store::Tx;

use crate::{
    api,
    contact::{self, ContactKind},
    day, feed,
    http::classify,
    market::{self, MarketKind, MarketReport, Territory, TerritoryKind},
    model::{ClientType, IntakeBatch, IntakeSource, Item, ItemKind, UpdateWay, Who},
    policy, queries,
};

/// What new ones want.
const NOTES: [&str; 3] = ["看过样板间，月底前要方案", "想比较两款洗衣机，周末来店", "问以旧换新怎么估价"];
const MARKET: &str = include_str!("../demo/market.txt");
const DAY: i64 = 86_400_000;
const HOUR: i64 = 3_600_000;

/// It is about customers that are given to people at the end.
pub(crate) fn tell(_tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    demo.finally.push(days);
    demo.finally.push(territories);
    Ok(())
}

fn who(one: &DemoPerson) -> Who {
    Who { id: one.id, name: one.name.clone(), unit: one.unit }
}

/// People of the story hold no permissions: the story itself does.
fn story() -> Actor {
    Actor::System("demo")
}

fn days(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let Some(lead) = demo.with_role("supervisor").into_iter().next() else { return Ok(()) };
    let team: Vec<_> = demo.with_role("agent").into_iter().filter(|one| one.unit == lead.unit).take(4).collect();
    if team.is_empty() {
        return Ok(());
    }
    let known: Vec<_> = demo.customers.iter().filter(|one| !one.name.is_empty()).take(60).cloned().collect();
    let mut fresh = 0;
    for ago in (0..4).rev() {
        for (at, agent) in team.iter().enumerate() {
            // Today one has not handed anything over yet.
            if ago == 0 && at > 1 {
                continue;
            }
            let moment = morning(tx, demo.now.plus_millis(-ago * DAY))?.plus_millis(16 * HOUR + at as i64 * HOUR / 4);
            let moment = moment.min(demo.now.plus_millis(-60_000));
            tx.as_of(moment, story())?;
            let today = day::of(tx, moment)?.to_string();
            let batch = api::batch_of(tx, IntakeSource::Daily, &today, "", who(agent))?;
            let permit = policy::vouched(tx.now())?;
            let mut rows = Vec::new();
            if let Some(customer) = known.get((ago as usize * team.len() + at) % known.len().max(1)) {
                let draft = feed::Draft {
                    name: customer.name.clone(),
                    phone: None,
                    email: None,
                    note: "本月需求有变化，已更新".into(),
                };
                let row = feed::item(tx.new_id(), batch.id, None, draft, moment);
                rows.push(Item { kind: ItemKind::Update, customer_id: Some(customer.id), ..row });
            }
            fresh += 1;
            // No two of them are one slip apart.
            let phone = format!("1390000{:04}", 1_000 + fresh * 137);
            if let Ok(draft) = feed::draft(
                &format!("{}女士", demo.pick(&["秦", "孟", "邵", "汤", "尹"])),
                Some(&phone),
                None,
                Some(NOTES[at % NOTES.len()]),
            ) {
                rows.push(feed::item(tx.new_id(), batch.id, None, draft, moment));
            }
            let counted = batch.clone().counted(&permit, rows.len() as i64)?;
            queries::insert_items(tx, &rows)?;
            queries::save(tx, &counted)?;
            let noted = counted.noted(&permit, "客户多问冬季上门时间".into())?;
            queries::save(tx, &noted)?;
            let counted = noted;
            let submitted = counted.clone().submitted(&permit)?;
            queries::save(tx, &submitted)?;
            api::handed_over(tx, &counted, &submitted)?;
            if ago > 0 {
                classified(tx, &submitted, &team, moment.plus_millis(HOUR).min(demo.now))?;
            }
        }
    }
    engineering(tx, demo, &lead)?;
    updates(tx, demo, &team)?;
    first_contacts(tx, demo)
}

/// The lead took every row, and gave the files to people in turn.
fn classified(tx: &mut Tx<'_>, batch: &IntakeBatch, team: &[DemoPerson], at: Timestamp) -> Result<()> {
    tx.as_of(at, story())?;
    let permit = policy::vouched(tx.now())?;
    let rows = queries::items(tx, batch.id)?;
    let count = rows.len() as i64;
    for (turn, row) in rows.into_iter().enumerate() {
        let steward = who(&team[(turn + at.millis() as usize / DAY as usize) % team.len()]);
        let customer = match row.customer_id {
            Some(known) => customers::api::survivor(tx, known)?,
            None => classify::entered(tx, &row, Some(Stage::Lead))?,
        };
        let kind = if turn == 0 { ClientType::Company } else { ClientType::Person };
        queries::save_item(tx, &row.accepted(customer, kind, steward.id)?)?;
        api::name_steward(tx, customer, kind, &steward)?;
    }
    let after = batch.clone().judged(&permit, count)?;
    api::judged(tx, batch, &after)
}

/// Engineering hands over whom it built for; it is to be classified.
fn engineering(tx: &mut Tx<'_>, demo: &mut Demo, lead: &DemoPerson) -> Result<()> {
    let at = morning(tx, demo.now)?.plus_millis(9 * HOUR).min(demo.now.plus_millis(-2 * HOUR));
    tx.as_of(at, story())?;
    let today = day::of(tx, at)?.to_string();
    let batch = api::batch_of(tx, IntakeSource::Feed, &today, "工程部", who(lead))?;
    let permit = policy::vouched(tx.now())?;
    let mut rows = Vec::new();
    for (number, name) in ["翠湖花园 3 栋 贺先生", "云杉大厦物业", "滨河路 18 号 阮女士"].iter().enumerate()
    {
        if let Ok(draft) =
            feed::draft(name, Some(&format!("1370000{:04}", 2_001 + number)), None, Some("已竣工交付，质保两年"))
        {
            let key = format!("GC-{}", 1_041 + number);
            rows.push(feed::item(tx.new_id(), batch.id, Some(("工程部", &key)), draft, at));
        }
    }
    let after = batch.clone().counted(&permit, rows.len() as i64)?;
    queries::insert_items(tx, &rows)?;
    queries::save(tx, &after)?;
    api::handed_over(tx, &batch, &after)
}

/// Yesterday every file but one was looked at, today some.
fn updates(tx: &mut Tx<'_>, demo: &Demo, team: &[DemoPerson]) -> Result<()> {
    for (ago, share) in [(1, 90), (0, 40)] {
        for agent in team {
            let at = morning(tx, demo.now.plus_millis(-ago * DAY))?
                .plus_millis(15 * HOUR)
                .min(demo.now.plus_millis(-60_000));
            tx.as_of(at, story())?;
            let theirs: Vec<_> = queries::kept_by(tx, agent.id)?.into_iter().filter(|_| demo.chance(share)).collect();
            api::updated(tx, agent.id, &theirs, UpdateWay::NothingNew, at)?;
        }
    }
    Ok(())
}

/// Those who were given customers spoke to some of them; two are late.
fn first_contacts(tx: &mut Tx<'_>, demo: &Demo) -> Result<()> {
    let known: Vec<_> = demo.customers.iter().filter(|one| one.unit.is_some()).map(|one| one.id).collect();
    for (turn, id) in known.into_iter().take(10).enumerate() {
        let customer = customers::api::get(tx, id)?;
        let Some(agent) = demo.people.iter().find(|one| Some(one.id) == customer.owner_id) else { continue };
        // Two were given longer ago than a week.
        let at = demo.now.plus_millis(-(if turn % 5 == 4 { 11 } else { 4 }) * DAY);
        tx.as_of(at, story())?;
        let one = contact::begin(tx, customer.id, &who(agent), at)?;
        if turn.is_multiple_of(2) && turn % 5 != 4 {
            let spoken = at.plus_millis(DAY + turn as i64 * HOUR / 2).min(demo.now);
            tx.as_of(spoken, story())?;
            contact::spoke(tx, customer.id, agent.id, ContactKind::Phone, one.id.to_string(), spoken)?;
            let permit = policy::vouched(spoken)?;
            let known = contact::find(tx, one.id)?;
            contact::file(tx, &permit, known, "已介绍服务范围和联系方式，客户希望周末联系；下月初回访".into())?;
        }
    }
    Ok(())
}

fn territories(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let Some(head) = demo.with_role("head").into_iter().next() else { return Ok(()) };
    let agents = demo.with_role("agent");
    let mut drawn: Vec<Territory> = Vec::new();
    let mut turn = 0;
    for line in MARKET.lines().filter(|line| !line.starts_with('#')) {
        if let Some(line) = line.strip_prefix('=') {
            let [name, kind, parent] = line.split('|').collect::<Vec<_>>()[..] else { continue };
            tx.as_of(demo.now.plus_millis(-30 * DAY), story())?;
            let manager = agents.get(drawn.len() % agents.len().max(1));
            let one = Territory {
                id: tx.new_id(),
                name: name.to_owned(),
                kind: if kind == "trade" { TerritoryKind::Trade } else { TerritoryKind::Area },
                parent_id: drawn.iter().find(|one| one.name == parent).map(|one| one.id),
                manager_id: manager.map(|one| one.id),
                manager_name: manager.map(|one| one.name.clone()),
                unit_id: manager.and_then(|one| one.unit),
                closed: false,
                created_at: tx.now(),
                version: 1,
            };
            market::insert_territory(tx, &one)?;
            drawn.push(one);
            continue;
        }
        let [name, kind, news, evidence] = line.split('\t').collect::<Vec<_>>()[..] else { continue };
        let Some(territory) = drawn.iter().find(|one| one.name == name).cloned() else { continue };
        let Some(by) = agents.iter().find(|one| Some(one.id) == territory.manager_id) else { continue };
        let at = demo.now.plus_millis(-turn * 20 * HOUR - 2 * HOUR);
        turn += 1;
        tx.as_of(at, story())?;
        let report = MarketReport {
            id: tx.new_id(),
            territory_id: territory.id,
            territory_name: territory.name.clone(),
            kind: kind_of(kind),
            news: news.to_owned(),
            evidence: evidence.to_owned(),
            week: day::week(tx, at)?,
            owner_id: by.id,
            owner_name: by.name.clone(),
            unit_id: by.unit,
            at,
            read_by: None,
            read_by_name: None,
            read_at: None,
            remark: String::new(),
            version: 1,
        };
        market::insert(tx, &report)?;
        if turn > 2 {
            tx.as_of(at.plus_millis(HOUR), story())?;
            let permit = story().permit("stewards.territories", &Owned::NOBODY, tx.now())?;
            let read = report.noted(&permit, head.id, head.name.clone(), "收到，周会上说".into())?;
            market::save(tx, &read)?;
        }
    }
    Ok(())
}

fn kind_of(text: &str) -> MarketKind {
    match text {
        "competitor" => MarketKind::Competitor,
        "demand" => MarketKind::Demand,
        "price" => MarketKind::Price,
        "policy" => MarketKind::Policy,
        "quality" => MarketKind::Quality,
        _ => MarketKind::Other,
    }
}

/// The beginning of the day of a moment.
fn morning(tx: &mut Tx<'_>, at: Timestamp) -> Result<Timestamp> {
    let today = day::of(tx, at)?;
    day::at(tx, today, 0)
}
