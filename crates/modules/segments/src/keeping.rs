//! Keeping the columns: whose values may have changed is written down, asked for again, and put where it belongs.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use conversations::events as talks;
use customers::events as facts;
use http::{App, AttributeRow, AttributeValue, AttributesChanged, SegmentSources};
use kernel::{CustomerId, Error, Origin, Result};
use serde::{Deserialize, Serialize};
use store::{StoredFact, ToValue, Tx, params, sql};
use tokio::{sync::watch, task::JoinHandle};
use work::{Cron, Job, JobCx, Listener};

use crate::{
    bits::BLOCK,
    column::{Column, Held},
    engine::MINUTE,
    known,
};

/// Customers whose values are asked for at a time.
const ASKED: usize = 500;
/// Blocks changed in one transaction: nobody waits long for it.
const BLOCKS: usize = 12;
/// Customers taken up in one transaction when all of them are.
const TAKEN_UP: i64 = 2_000;
/// How long changes are gathered before they are looked at, in milliseconds.
const GATHERED: i64 = 2_000;

sql! {
    MARK = "INSERT INTO segment_changes (customer_id, mark) VALUES {rows:TEXT,BIGINT}
        ON CONFLICT (customer_id) DO UPDATE SET mark = excluded.mark";
    MARKED = "SELECT customer_id, mark FROM segment_changes ORDER BY customer_id LIMIT $1";
    UNMARK = "DELETE FROM segment_changes WHERE (customer_id, mark) {in:TEXT,BIGINT}";
    NUMBERS = "SELECT customer_id, number FROM segment_customers WHERE customer_id {in:TEXT}";
    NUMBER = "INSERT INTO segment_customers (number, customer_id) VALUES {rows:BIGINT,TEXT}";
    LAST = "SELECT max(number) FROM segment_customers";
    LAST_WORD = "SELECT max(number) FROM segment_words";
    WORDS = "SELECT attribute, word, number FROM segment_words WHERE (attribute, word) {in:TEXT,TEXT}";
    WORD = "INSERT INTO segment_words (number, attribute, word) VALUES {rows:BIGINT,TEXT,TEXT}";
    COLUMNS = "SELECT attribute, data FROM segment_columns WHERE block = $1";
    KEEP = "INSERT INTO segment_columns (attribute, block, data) VALUES ($1, $2, $3)
        ON CONFLICT (attribute, block) DO UPDATE SET data = excluded.data";
}

/// Asks for the values of whoever changed.
#[derive(Serialize, Deserialize)]
pub(crate) struct Refresh {}

impl Job for Refresh {
    const KIND: &'static str = "segments.refresh";
    const TIMEOUT: Duration = Duration::from_secs(3_600);
}

/// What was changed while the job before ran is looked at within a minute, whatever was told.
pub(crate) fn cron() -> Cron {
    Cron::new(Refresh::KIND, "* * * * *", |_| Refresh {}).expect("a fixed pattern")
}

/// Writes down whose values may have changed.
pub(crate) fn listen() -> Listener {
    const KINDS: &[&str] = &[
        facts::CustomerCreated::KIND,
        facts::CustomerChanged::KIND,
        facts::CustomerMerged::KIND,
        facts::CustomerUnmerged::KIND,
        facts::CustomerErased::KIND,
        AttributesChanged::KIND,
        talks::OPENED,
    ];
    Listener::new("segments.changes", KINDS, |tx, fact| {
        let whose = whose(fact)?;
        mark(tx, &whose)?;
        let at = tx.now().plus_millis(GATHERED);
        work::enqueue_at(tx, &Refresh {}, at, Some(&Cron::key(Refresh::KIND))).map(drop)
    })
}

fn whose(fact: &StoredFact) -> Result<Vec<CustomerId>> {
    fn read<'d, T: Deserialize<'d>>(fact: &'d StoredFact) -> Result<T> {
        serde_json::from_str(&fact.data).map_err(Error::internal)
    }
    Ok(match fact.kind.as_str() {
        facts::CustomerCreated::KIND => vec![read::<facts::CustomerCreated>(fact)?.customer_id],
        facts::CustomerChanged::KIND => vec![read::<facts::CustomerChanged>(fact)?.customer_id],
        facts::CustomerMerged::KIND => {
            let merged: facts::CustomerMerged = read(fact)?;
            vec![merged.alias_id, merged.survivor_id]
        }
        facts::CustomerUnmerged::KIND => {
            let unmerged: facts::CustomerUnmerged = read(fact)?;
            vec![unmerged.customer_id, unmerged.from_id]
        }
        facts::CustomerErased::KIND => read::<facts::CustomerErased>(fact)?.customer_ids,
        AttributesChanged::KIND => read::<AttributesChanged>(fact)?.customer_ids,
        talks::OPENED => vec![read::<talks::Opened>(fact)?.customer_id],
        _ => Vec::new(),
    })
}

/// Whose values are to be asked for again. The mark tells this time from the next.
pub(crate) fn mark(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<()> {
    let ids: BTreeSet<_> = ids.iter().copied().collect();
    let rows: Vec<_> = ids.iter().map(|id| (*id, tx.rng().below(i64::MAX as u64) as i64)).collect();
    tx.exec_rows(&MARK, &rows.iter().map(|(id, mark)| vec![id.to_value(), mark.to_value()]).collect::<Vec<_>>())
}

/// At the first start there are customers and no column: all of them are taken up.
pub(crate) fn take_up(app: App, stop: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let taken = async {
            let origin = Origin::system("segments");
            if app.db().read(&origin, |tx| Ok(tx.one::<(Option<i64>,)>(&LAST, &[])?.0)).await?.is_some() {
                return Ok(());
            }
            let mut after: Option<CustomerId> = None;
            while !*stop.borrow() {
                let from = after;
                let last = app
                    .db()
                    .write(&origin, move |tx| {
                        let some = customers::api::after(tx, from, TAKEN_UP)?;
                        mark(tx, &some)?;
                        Ok(some.last().copied())
                    })
                    .await?;
                if last.is_none() {
                    let key = Cron::key(Refresh::KIND);
                    let leave =
                        move |tx: &mut Tx<'_>| work::enqueue_at(tx, &Refresh {}, tx.now(), Some(&key)).map(drop);
                    return app.db().write(&origin, leave).await;
                }
                after = last;
            }
            Ok::<_, Error>(())
        };
        if let Err(error) = taken.await {
            tracing::warn!(%error, "not all customers were taken up; the next start tries again");
        }
    })
}

/// See [`Refresh`].
pub(crate) async fn refresh(app: App, cx: JobCx, _job: Refresh) -> Result<()> {
    let sources = app.part::<SegmentSources>();
    loop {
        let marked: Vec<(CustomerId, i64)> =
            cx.db.read(&cx.origin, |tx| tx.all(&MARKED, params![ASKED as i64])).await?;
        if marked.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = marked.iter().map(|(id, _)| *id).collect();
        let sources = sources.clone();
        let known = cx.db.snapshot(&cx.origin, move |tx| known::of(tx, &sources, &ids)).await?;
        let new: Vec<_> = known.ids.iter().copied().collect();
        let numbers = cx.db.write(&cx.origin, move |tx| numbered(tx, &new)).await?;
        let words = texts(&known.rows);
        let words = cx.db.write(&cx.origin, move |tx| worded(tx, &words)).await?;
        let blocks = by_block(&known, &numbers, &words);
        let parts: Vec<Vec<_>> = into_parts(blocks);
        for part in parts {
            cx.db
                .write(&cx.origin, move |tx| part.iter().try_for_each(|(block, slots)| put(tx, *block, slots)))
                .await?;
        }
        cx.db
            .write(&cx.origin, move |tx| {
                let rows: Vec<_> = marked.iter().map(|(id, mark)| vec![id.to_value(), mark.to_value()]).collect();
                tx.exec_rows(&UNMARK, &rows)
            })
            .await?;
    }
}

/// The numbers of these, given out where there is none yet.
fn numbered(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<HashMap<CustomerId, i64>> {
    let keys: Vec<_> = ids.iter().map(|id| vec![id.to_value()]).collect();
    let mut numbers: HashMap<CustomerId, i64> =
        tx.all_rows::<(CustomerId, i64)>(&NUMBERS, &keys)?.into_iter().collect();
    let mut next = tx.one::<(Option<i64>,)>(&LAST, &[])?.0.map_or(0, |last| last + 1);
    let mut new = Vec::new();
    for id in ids {
        if !numbers.contains_key(id) {
            numbers.insert(*id, next);
            new.push((next, *id));
            next += 1;
        }
    }
    tx.exec_rows(&NUMBER, &new.iter().map(|(number, id)| vec![number.to_value(), id.to_value()]).collect::<Vec<_>>())?;
    Ok(numbers)
}

/// The values of choices and sets there are.
fn texts(rows: &[AttributeRow]) -> BTreeSet<(String, String)> {
    let mut texts = BTreeSet::new();
    for row in rows {
        match &row.value {
            AttributeValue::Choice(word) => drop(texts.insert((row.key.clone(), word.clone()))),
            AttributeValue::Set(words) => texts.extend(words.iter().map(|word| (row.key.clone(), word.clone()))),
            _ => {}
        }
    }
    texts
}

type Words = HashMap<(String, String), u32>;

/// The numbers of these words, given out where there is none yet.
fn worded(tx: &mut Tx<'_>, wanted: &BTreeSet<(String, String)>) -> Result<Words> {
    let keys: Vec<_> = wanted.iter().map(|(key, word)| vec![key.to_value(), word.to_value()]).collect();
    let known: Vec<(String, String, i64)> = tx.all_rows(&WORDS, &keys)?;
    let number = |number: i64| u32::try_from(number).map_err(|_| Error::internal("too many words"));
    let mut words: Words = HashMap::new();
    for (key, word, at) in known {
        words.insert((key, word), number(at)?);
    }
    let mut next = tx.one::<(Option<i64>,)>(&LAST_WORD, &[])?.0.map_or(0, |last| last + 1);
    let mut new = Vec::new();
    for pair in wanted {
        if !words.contains_key(pair) {
            words.insert(pair.clone(), number(next)?);
            new.push((next, pair));
            next += 1;
        }
    }
    let rows = new.iter().map(|(number, (key, word))| vec![number.to_value(), key.to_value(), word.to_value()]);
    tx.exec_rows(&WORD, &rows.collect::<Vec<_>>())?;
    Ok(words)
}

/// The values of one customer, by attribute.
type Values = HashMap<String, Held>;

/// What is known, by block and slot; of somebody who is nobody in their own right nothing is.
fn by_block(
    known: &known::Known,
    numbers: &HashMap<CustomerId, i64>,
    words: &Words,
) -> BTreeMap<i64, BTreeMap<usize, Values>> {
    let mut blocks: BTreeMap<i64, BTreeMap<usize, Values>> = BTreeMap::new();
    let place =
        |id: &CustomerId| numbers.get(id).map(|number| (number / BLOCK as i64, (number % BLOCK as i64) as usize));
    for (block, slot) in known.ids.iter().filter_map(place) {
        blocks.entry(block).or_default().entry(slot).or_default();
    }
    for row in &known.rows {
        let Some((block, slot)) = place(&row.customer_id) else { continue };
        let word = |word: &String| words.get(&(row.key.clone(), word.clone())).copied();
        let minutes = |at: &kernel::Timestamp| at.millis().div_euclid(MINUTE);
        let held = match &row.value {
            AttributeValue::Number(number) => Some(Held::One(*number)),
            AttributeValue::Date(at) => Some(Held::One(minutes(at))),
            AttributeValue::YesNo(yes) => Some(Held::One(i64::from(*yes))),
            AttributeValue::Choice(choice) => word(choice).map(|number| Held::One(i64::from(number))),
            AttributeValue::Set(set) => Some(Held::Many(set.iter().filter_map(word).collect())),
            AttributeValue::Events(events) => {
                let mut events: Vec<_> = events.iter().filter_map(|at| u32::try_from(minutes(at)).ok()).collect();
                events.sort_unstable_by(|a, b| b.cmp(a));
                Some(Held::Many(events))
            }
        };
        if let Some(held) = held {
            blocks.entry(block).or_default().entry(slot).or_default().insert(row.key.clone(), held);
        }
    }
    blocks
}

fn into_parts<T>(blocks: BTreeMap<i64, T>) -> Vec<Vec<(i64, T)>> {
    let mut parts = Vec::new();
    for block in blocks {
        match parts.last_mut() {
            None => parts.push(vec![block]),
            Some(part) if part.len() == BLOCKS => parts.push(vec![block]),
            Some(part) => part.push(block),
        }
    }
    parts
}

/// Puts these customers' values into the columns of a block; what did not change is not written.
fn put(tx: &mut Tx<'_>, block: i64, slots: &BTreeMap<usize, Values>) -> Result<()> {
    let kept: Vec<(String, Vec<u8>)> = tx.all(&COLUMNS, params![block])?;
    let mut columns: BTreeMap<String, (Column, Vec<u8>)> = BTreeMap::new();
    for (key, data) in kept {
        let column = Column::from_bytes(&data).ok_or_else(|| Error::internal("a broken column"))?;
        columns.insert(key, (column, data));
    }
    for (key, held) in slots.values().flatten() {
        columns.entry(key.clone()).or_insert_with(|| (Column::new(matches!(held, Held::Many(_))), Vec::new()));
    }
    for (key, (column, before)) in &mut columns {
        for (slot, values) in slots {
            column.put(*slot, values.get(key));
        }
        let after = column.bytes();
        if after != *before {
            tx.put(&KEEP, params![key, block, after])?;
        }
    }
    Ok(())
}
