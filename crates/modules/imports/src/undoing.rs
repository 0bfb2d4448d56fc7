//! Taking back what an import wrote: some customers a transaction, which notes what became of each.

use std::collections::{HashMap, HashSet};

use customers::Stays;
use http::{AllTies, App, Privacies};
use kernel::{CustomerId, Id, Result};
use serde_json::Value;
use store::Tx;
use work::JobCx;

use crate::{
    api,
    jobs::{acting, fail},
    model::{Import, ImportState, ImportWrite, Reason, Reasons, UndoOutcome},
    queries, words,
};

/// Customers of one transaction.
const AT_ONCE: i64 = 50;
/// What these hold of a customer is no sign that somebody had to do with them: what the import wrote itself, which is
/// looked at on its own, and figures that are drawn from what other modules hold.
const NO_SIGN: [&str; 3] = ["imports", "profiles", "worth"];

/// Goes on taking it back, as whoever asked for it.
pub(crate) async fn work(app: &App, cx: &JobCx, import: &Import) -> Result<()> {
    let id = import.id;
    let by = import.undo.as_ref().map_or(import.owner_id, |undo| undo.by_id);
    let (privacies, ties) = (app.part::<Privacies>(), app.part::<AllTies>());
    loop {
        let Some(origin) = acting(app, import, by, None).await? else {
            return fail(cx, id, "import.not_allowed".into()).await;
        };
        let (privacies, ties) = (privacies.clone(), ties.clone());
        if !cx.db.write(&origin, move |tx| step(tx, &privacies, &ties, id)).await? {
            return Ok(());
        }
    }
}

/// Some further; false once there are none.
pub(crate) fn step(tx: &mut Tx<'_>, privacies: &Privacies, ties: &AllTies, id: Id<Import>) -> Result<bool> {
    let (import, now) = (queries::lock(tx, id)?, tx.now());
    if import.state != ImportState::Undoing {
        return Ok(false);
    }
    let writes = queries::open_writes(tx, id, AT_ONCE)?;
    if writes.is_empty() {
        let after = import.undone(now);
        queries::save(tx, &after)?;
        api::ended(tx, &after)?;
        api::show(tx, &after)?;
        return Ok(false);
    }
    let mut signs = signs(tx, privacies, ties, &writes)?;
    let reason = words::texts(settings::api::organisation(tx)?.locale.text()).word("undo").to_owned();
    let mut settled = Vec::with_capacity(writes.len());
    for write in writes {
        let (outcome, reasons) = match (write.created, signs.remove(&write.customer_id)) {
            (true, Some(code)) => (UndoOutcome::Kept, whole(code)),
            (true, None) => {
                customers::api::take_out(tx, privacies, write.customer_id, &reason)?;
                (UndoOutcome::TakenBack, Vec::new())
            }
            (false, _) => put_back(tx, &write)?,
        };
        settled.push(ImportWrite { outcome: Some(outcome), reasons: Reasons(reasons), ..write });
    }
    queries::put_writes(tx, &settled)?;
    let after = import.undone_further(settled.iter().filter_map(|write| write.outcome));
    queries::save(tx, &after)?;
    api::show(tx, &after)?;
    Ok(true)
}

fn whole(code: &str) -> Vec<Reason> {
    vec![Reason { field: "row".into(), code: code.into() }]
}

/// Gives a file back what stood where the import wrote.
fn put_back(tx: &mut Tx<'_>, write: &ImportWrite) -> Result<(UndoOutcome, Vec<Reason>)> {
    let import = write.import_id.to_string();
    let fresher = match customers::api::put_back(tx, write.customer_id, &import, &write.written.details)? {
        Ok(fresher) => fresher,
        Err(stays) => return Ok((UndoOutcome::Kept, whole(stays.code()))),
    };
    let mut reasons: Vec<_> = fresher.into_iter().map(|field| Reason { field, code: "fresher".to_owned() }).collect();
    let own = profiles::api::put_back(tx, write.customer_id, &import, &write.written.fields)?;
    reasons.extend(own.into_iter().map(|(field, code)| Reason { field, code: code.to_owned() }));
    let all = write.written.details.len() + write.written.fields.len();
    Ok(match reasons.len() {
        0 => (UndoOutcome::PutBack, reasons),
        stay if stay == all => (UndoOutcome::Kept, reasons),
        _ => (UndoOutcome::Partly, reasons),
    })
}

/// Why those stay whom the import made: what of anything else there is about them.
fn signs(
    tx: &mut Tx<'_>,
    privacies: &Privacies,
    ties: &AllTies,
    writes: &[ImportWrite],
) -> Result<HashMap<CustomerId, &'static str>> {
    let Some(import) = writes.first().map(|write| write.import_id.to_string()) else { return Ok(HashMap::new()) };
    let made: Vec<_> =
        writes.iter().filter(|write| write.created).map(|write| (write.customer_id, write.version)).collect();
    let mut signs: HashMap<_, _> =
        customers::api::since_touched(tx, &made)?.into_iter().map(|(id, stays)| (id, stays.code())).collect();
    let left = |signs: &HashMap<CustomerId, &str>| -> Vec<CustomerId> {
        made.iter().map(|(id, _)| *id).filter(|id| !signs.contains_key(id)).collect()
    };
    for id in profiles::api::known_besides(tx, &left(&signs), &import)? {
        signs.insert(id, Stays::Changed.code());
    }
    for ties in &ties.0 {
        let of = left(&signs);
        signs.extend((ties.open)(tx, &of)?.into_iter().map(|id| (id, "open")));
        signs.extend((ties.last)(tx, &of)?.into_iter().map(|(id, _)| (id, "in_use")));
    }
    for privacy in privacies.0.iter().filter(|privacy| !NO_SIGN.contains(&privacy.module)) {
        let of = left(&signs);
        let mut held = HashSet::new();
        holders(tx, privacy.export, &of, &mut held)?;
        signs.extend(held.into_iter().map(|id| (id, "in_use")));
    }
    Ok(signs)
}

/// Those of these of whom a module holds anything: mostly nobody, which is one question for all.
fn holders(
    tx: &mut Tx<'_>,
    export: fn(&mut Tx<'_>, &[CustomerId]) -> Result<Value>,
    of: &[CustomerId],
    held: &mut HashSet<CustomerId>,
) -> Result<()> {
    if of.is_empty() || is_nothing(&export(tx, of)?) {
        return Ok(());
    }
    match of {
        [one] => {
            held.insert(*one);
            Ok(())
        }
        _ => {
            let (some, others) = of.split_at(of.len() / 2);
            holders(tx, export, some, held)?;
            holders(tx, export, others, held)
        }
    }
}

/// Whether a module's answer says nothing.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(all) => all.iter().all(is_nothing),
        Value::Object(all) => all.values().all(is_nothing),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_with_empty_lists_and_zeros_says_nothing() {
        assert!(is_nothing(&json!({"items": [], "balance": 0, "member": false, "since": null, "more": {"x": ""}})));
        assert!(!is_nothing(&json!({"items": [{"id": "x"}]})));
        assert!(!is_nothing(&json!({"balance": -1})));
    }
}
