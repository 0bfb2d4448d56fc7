//! Finding the newest twenty among a million messages: of everybody's, and of one agent's own.

use std::time::{Duration, Instant};

use kernel::{Origin, Rng, Timestamp, UserId};
use store::{SearchDoc, ToValue as _, Value, sql};

use crate::{
    cases::{Row, percentile},
    place::{Outcome, Place},
};

sql! {
    CONVERSATIONS = "INSERT INTO conversations (id, channel_id, customer_id, customer_name, state, assignee_id, assignee_name,
            last_seq, customer_read_seq, agent_read_seq, last_message_at, preview, opened_at, closed_at, version)
        VALUES {rows:TEXT,TEXT,TEXT,TEXT,TEXT,TEXT,TEXT,BIGINT,BIGINT,BIGINT,BIGINT,TEXT,BIGINT,BIGINT,BIGINT}";
    MESSAGES = "INSERT INTO messages (id, conversation_id, seq, client_id, author, author_name, kind, text, at)
        VALUES {rows:TEXT,TEXT,BIGINT,TEXT,TEXT,TEXT,TEXT,TEXT,BIGINT}";
}

const MESSAGES_IN_ALL: usize = 1_000_000;
const IN_ONE: usize = 20;
/// Conversations written in one transaction.
const AT_ONCE: usize = 250;
const AGENTS: usize = 50;
const SEARCHES: usize = 300;

/// In one message of ten each.
const COMMON: [&str; 6] = ["订单", "退款", "快递", "发货", "优惠券", "会员"];
/// In one message of thirty thousand each.
const RARE: [&str; 6] = ["琥珀", "麒麟", "翡翠", "斑斓", "缱绻", "踟蹰"];
/// Nowhere, though their characters are.
const ABSENT: [&str; 6] = ["退订", "珀麒", "员会订", "货款递", "zhike404", "惠优"];
/// What the rest is made of.
const WORDS: [&str; 40] = [
    "您好", "请问", "我的", "什么", "时候", "可以", "已经", "等了", "三天", "没有", "收到", "地址", "修改", "电话",
    "商品", "质量", "问题", "尺码", "颜色", "不对", "换货", "申请", "处理", "一下", "谢谢", "麻烦", "客服", "稍等",
    "正在", "查询", "明天", "上午", "下午", "联系", "支付", "失败", "发票", "抬头", "门店", "自提",
];

pub(crate) async fn run(place: &mut Place, engine: &str) -> Outcome<Vec<Row>> {
    let (agent, token) = place.agent("searcher").await?;
    place.kill();
    let begun = Instant::now();
    fill(place, agent).await?;
    eprintln!("{engine}: {MESSAGES_IN_ALL} messages in {:.0} s", begun.elapsed().as_secs_f64());
    place.restart().await?;
    let client = reqwest::Client::new();
    let mut rows = Vec::new();
    for (scope, token) in [("all", place.token.clone()), ("own", token)] {
        let mut times = Vec::new();
        for (terms, expected) in
            [(COMMON, 20..=20), (RARE, if scope == "all" { 1..=20 } else { 0..=20 }), (ABSENT, 0..=0)]
        {
            for at in 0..SEARCHES / 3 {
                let (time, found) = search(&client, place, &token, terms[at % terms.len()]).await?;
                if !expected.contains(&found) {
                    return Err(format!("{found} found of {} in scope {scope}", terms[at % terms.len()]).into());
                }
                times.push(time);
            }
        }
        let bars = if engine == "SQLite" { [20.0, 20.0] } else { [60.0, 150.0] };
        for (share, bar) in [0.95, 0.99].into_iter().zip(bars) {
            let name = format!("{engine}: search among 1,000,000, scope {scope}, p{}", share * 100.0);
            rows.push(Row::at_most(name, percentile(&mut times, share), "ms", bar));
        }
    }
    Ok(rows)
}

async fn search(client: &reqwest::Client, place: &Place, token: &str, words: &str) -> Outcome<(f64, usize)> {
    let request = client.get(place.url(&format!("/api/v1/search?q={words}"))).bearer_auth(token);
    let begun = Instant::now();
    let answer: serde_json::Value = request.send().await?.error_for_status()?.json().await?;
    Ok((begun.elapsed().as_secs_f64() * 1e3, answer["items"].as_array().map_or(0, Vec::len)))
}

/// Straight into the database, by the product's own means of storing and indexing.
async fn fill(place: &Place, agent: UserId) -> Outcome<()> {
    let rng = Rng::seeded(7);
    let db = place.open(8).await?;
    let mut agents = vec![agent];
    agents.extend((1..AGENTS).map(|_| UserId::new(Timestamp::from_millis(0), &rng)));
    let mut at = Timestamp::from_millis(1_700_000_000_000);
    for _ in 0..MESSAGES_IN_ALL / IN_ONE / AT_ONCE {
        let batch: Vec<_> = (0..AT_ONCE).map(|_| Talk::new(&rng, &agents, &mut at)).collect();
        db.append(&Origin::system("bench"), move |tx| {
            let conversations: Vec<_> = batch.iter().map(Talk::row).collect();
            let messages: Vec<_> = batch.iter().flat_map(Talk::messages).collect();
            let docs: Vec<_> = batch.iter().flat_map(Talk::docs).collect();
            tx.exec_rows(&CONVERSATIONS, &conversations)?;
            tx.exec_rows(&MESSAGES, &messages)?;
            tx.index(&docs)
        })
        .await?;
    }
    drop(db);
    // The threads behind it end with what they have in hand.
    tokio::time::sleep(Duration::from_millis(500)).await;
    place.fill("ANALYZE", "VACUUM (ANALYZE)")
}

/// A conversation and what is said in it.
struct Talk {
    id: String,
    channel: String,
    customer: String,
    agent: String,
    /// Id, text, time.
    said: Vec<(String, String, i64)>,
}

impl Talk {
    fn new(rng: &Rng, agents: &[UserId], at: &mut Timestamp) -> Self {
        let mut said = Vec::with_capacity(IN_ONE);
        for _ in 0..IN_ONE {
            *at = at.plus_millis(300);
            said.push((id("msg", *at, rng), text(rng), at.millis()));
        }
        let agent = agents[rng.below(agents.len() as u64) as usize].to_string();
        Self { id: id("cnv", *at, rng), channel: id("chn", *at, rng), customer: id("cus", *at, rng), agent, said }
    }

    fn row(&self) -> Vec<Value<'_>> {
        let last = self.said.last().map_or(0, |said| said.2);
        let seq = IN_ONE as i64 + 1;
        let texts = [&self.id, &self.channel, &self.customer].map(|text| text.to_value());
        let mut row = Vec::from(texts);
        row.extend(["顾客", "closed", &self.agent, "客服"].map(|text| Value::Text(text.to_owned().into())));
        row.extend([seq, seq, seq, last].map(Value::Int));
        row.push(Value::Text("".into()));
        row.extend([last, last, 1].map(Value::Int));
        row
    }

    fn messages(&self) -> impl Iterator<Item = Vec<Value<'_>>> {
        self.said.iter().enumerate().map(|(at, (id, text, time))| {
            let mut row = vec![id.to_value(), self.id.to_value(), Value::Int(at as i64 + 2), id.to_value()];
            row.extend(["customer", "顾客", "text"].map(|text| Value::Text(text.into())));
            row.extend([text.to_value(), Value::Int(*time)]);
            row
        })
    }

    fn docs(&self) -> impl Iterator<Item = SearchDoc> {
        self.said.iter().enumerate().map(|(at, (_, text, time))| SearchDoc {
            kind: "message",
            reference: format!("{}/{}", self.id, at + 2),
            at: Timestamp::from_millis(*time),
            labels: vec![self.agent.clone()],
            text: text.clone(),
        })
    }
}

fn id(prefix: &str, at: Timestamp, rng: &Rng) -> String {
    format!("{prefix}_{}", &UserId::new(at, rng).to_string()[4..])
}

fn text(rng: &Rng) -> String {
    let mut text = String::new();
    for _ in 0..6 {
        text += WORDS[rng.below(WORDS.len() as u64) as usize];
    }
    for word in COMMON {
        if rng.below(10) == 0 {
            text += "，";
            text += word;
        }
    }
    for word in RARE {
        if rng.below(30_000) == 0 {
            text += "，";
            text += word;
        }
    }
    text
}
