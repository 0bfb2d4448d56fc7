//! Lists, searches and segments among a million customers: sorted each way with two filters, by name, sound and digits,
//! a segment of five conditions counted.

use std::time::{Duration, Instant};

use kernel::{CustomerId, Origin, Rng, Timestamp, UserId};
use serde_json::{Value, json};
use store::{ToValue as _, sql};

use crate::{
    cases::{Row, percentile},
    place::{Outcome, Place},
};

sql! {
    CUSTOMERS = "INSERT INTO customers (id, name, folded, phone, note, owner_id, state, stage, created_at, version, sources,
            sort_name, last_contact_at, worth, tier_rank)
        VALUES {rows:TEXT,TEXT,TEXT,TEXT,TEXT,TEXT,TEXT,TEXT,BIGINT,BIGINT,TEXT,TEXT,BIGINT,BIGINT,BIGINT}";
}

const CUSTOMERS_IN_ALL: usize = 1_000_000;
/// Customers written in one transaction.
const AT_ONCE: usize = 2_000;
const OWNERS: usize = 1_000;
const PAGES: usize = 40;
const SEARCHES: usize = 120;
const COUNTS: usize = 40;
const DAY: i64 = 86_400_000;
/// Every customer has their column by then, or something is wrong.
const TAKEN_UP: Duration = Duration::from_secs(1_800);

const SURNAMES: [&str; 20] = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何", "林", "欧阳",
    "单",
];
const GIVEN: [&str; 24] = [
    "小", "明", "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "超", "秀",
    "霞", "平", "刚", "桂", "英",
];

pub(crate) async fn run(place: &mut Place, engine: &str) -> Outcome<Vec<Row>> {
    place.kill();
    let begun = Instant::now();
    let owners = fill(place).await?;
    eprintln!("{engine}: {CUSTOMERS_IN_ALL} customers in {:.0} s", begun.elapsed().as_secs_f64());
    place.restart().await?;
    let begun = Instant::now();
    while counted(place, json!([])).await?.1 != CUSTOMERS_IN_ALL as i64 {
        if begun.elapsed() > TAKEN_UP {
            return Err("the customers are not all taken up".into());
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    eprintln!("{engine}: their columns in {:.0} s", begun.elapsed().as_secs_f64());
    place.quiet().await?;
    let client = reqwest::Client::new();
    let mut rows = Vec::new();
    let filters = [
        "stage=lead&tier=3".to_owned(),
        "tier=5&contact_from=1640000000000".to_owned(),
        format!("owner={}&stage=customer", owners[7]),
        "stage=customer&worth_from=500000".to_owned(),
        "unowned=true&stage=lead".to_owned(),
    ];
    for sort in ["name", "last_contact", "created", "tier", "worth", "owner"] {
        let mut times = Vec::new();
        for at in 0..PAGES {
            let order = if at % 2 == 0 { "asc" } else { "desc" };
            let path = format!("/customers?sort={sort}&order={order}&{}", filters[at % filters.len()]);
            times.push(get(&client, place, &path).await?.0);
        }
        let name = format!("{engine}: first page of 1,000,000 by {sort}, two filters, p99");
        rows.push(Row::at_most(name, percentile(&mut times, 0.99), "ms", 30.0));
    }
    let mut times = Vec::new();
    let terms =
        ["王小", "磊涛", "欧阳", "张", "wangxiao", "ouyang", "lxm", "zhangwei", "1234", "56789", "13800", "9876"];
    for at in 0..SEARCHES {
        let (time, _) = get(&client, place, &format!("/customers?q={}", terms[at % terms.len()])).await?;
        times.push(time);
    }
    let name = format!("{engine}: customers found by name, sound and digits, p99");
    rows.push(Row::at_most(name, percentile(&mut times, 0.99), "ms", 50.0));
    let idle = place.memory();
    let five = json!([
        {"attribute": "customers.stage", "test": "is", "values": ["customer"]},
        {"attribute": "customers.last_contact", "test": "not_within_days", "numbers": [90]},
        {"attribute": "customers.worth", "test": "at_least", "numbers": [100_000]},
        {"attribute": "customers.tier", "test": "between", "numbers": [2, 4]},
        {"attribute": "customers.has_phone", "test": "yes"},
    ]);
    let mut times = Vec::new();
    for _ in 0..COUNTS {
        times.push(counted(place, five.clone()).await?.0);
    }
    let name = format!("{engine}: a segment of five conditions counted, p99");
    rows.push(Row::at_most(name, percentile(&mut times, 0.99), "ms", 300.0));
    let grown = place.memory().saturating_sub(idle) as f64 / f64::from(1 << 20);
    rows.push(Row::at_most(format!("{engine}: memory kept after counting segments"), grown, "MB", 16.0));
    Ok(rows)
}

async fn get(client: &reqwest::Client, place: &Place, path: &str) -> Outcome<(f64, Value)> {
    let request = client.get(place.url(&format!("/api/v1{path}"))).bearer_auth(&place.token);
    let begun = Instant::now();
    let answer: Value = request.send().await?.error_for_status()?.json().await?;
    Ok((begun.elapsed().as_secs_f64() * 1e3, answer))
}

async fn counted(place: &Place, conditions: Value) -> Outcome<(f64, i64)> {
    let begun = Instant::now();
    let answer = place.post("/segment-previews", json!({"rule": {"match": "all", "conditions": conditions}})).await?;
    Ok((begun.elapsed().as_secs_f64() * 1e3, answer["count"].as_i64().unwrap_or_default()))
}

/// Straight into the database, by the product's own means of storing and indexing.
async fn fill(place: &Place) -> Outcome<Vec<UserId>> {
    let rng = Rng::seeded(11);
    let db = place.open(12).await?;
    let owners: Vec<_> = (0..OWNERS).map(|_| UserId::new(Timestamp::from_millis(0), &rng)).collect();
    let mut at = Timestamp::from_millis(1_600_000_000_000);
    for _ in 0..CUSTOMERS_IN_ALL / AT_ONCE {
        let mut batch = Vec::with_capacity(AT_ONCE);
        for _ in 0..AT_ONCE {
            at = at.plus_millis(1 + rng.below(300_000) as i64);
            batch.push(Somebody::new(&rng, &owners, at));
        }
        db.append(&Origin::system("bench"), move |tx| {
            tx.exec_rows(&CUSTOMERS, &batch.iter().map(Somebody::row).collect::<Vec<_>>())?;
            let doc = |one: &Somebody| customers::api::indexed(one.id, one.at, &one.name, &one.phone);
            tx.index(&batch.iter().filter_map(doc).collect::<Vec<_>>())
        })
        .await?;
    }
    drop(db);
    // The threads behind it end with what they have in hand.
    tokio::time::sleep(Duration::from_millis(500)).await;
    place.fill("ANALYZE", "VACUUM (ANALYZE)")?;
    Ok(owners)
}

struct Somebody {
    id: CustomerId,
    name: String,
    folded: String,
    sort_name: String,
    phone: String,
    owner: Option<UserId>,
    stage: &'static str,
    at: Timestamp,
    contact: i64,
    worth: i64,
    tier: i64,
}

impl Somebody {
    fn new(rng: &Rng, owners: &[UserId], at: Timestamp) -> Self {
        let pick = |of: &[&'static str]| of[rng.below(of.len() as u64) as usize];
        let name = format!("{}{}{}", pick(&SURNAMES), pick(&GIVEN), pick(&GIVEN));
        let folded = store::fold(&name);
        let tier = [0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 4, 5][rng.below(12) as usize];
        Self {
            id: CustomerId::new(at, rng),
            sort_name: customers::api::sort_key(&folded),
            folded,
            name,
            phone: format!("+861{:010}", 3_000_000_000 + rng.below(6_999_999_999)),
            owner: (rng.below(10) > 1).then(|| owners[rng.below(owners.len() as u64) as usize]),
            stage: ["contact", "contact", "lead", "customer", "customer"][rng.below(5) as usize],
            contact: at.millis() + rng.below((700 * DAY) as u64) as i64,
            worth: if tier == 0 { 0 } else { rng.below(2_000_000) as i64 },
            tier,
            at,
        }
    }

    fn row(&self) -> Vec<store::Value<'_>> {
        let mut row = vec![self.id.to_value(), self.name.to_value(), self.folded.to_value(), self.phone.to_value()];
        row.extend([
            "".to_value(),
            self.owner.to_value(),
            "active".to_value(),
            self.stage.to_value(),
            self.at.to_value(),
        ]);
        row.extend([1_i64.to_value(), "{}".to_value(), self.sort_name.to_value(), self.contact.to_value()]);
        row.extend([self.worth.to_value(), self.tier.to_value()]);
        row
    }
}
