//! The own fields of the demo story: a few on the form of complaints, one on that of suggestions.

use http::Demo;
use kernel::{Error, Id, Result, UserId};
use serde_json::{Map, Value, json};
use store::Tx;

use crate::{
    model::{FormField, FormFieldKind, FormKind, FormVersion},
    queries,
};

const TOLD: &str = include_str!("../demo/fields.json");

pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let Some(head) = demo.with_role("head").into_iter().next() else { return Ok(()) };
    tx.as_of(demo.since, head.actor())?;
    let told: Vec<(FormKind, Vec<FormField>)> = serde_json::from_str(TOLD).map_err(Error::internal)?;
    for (form, fields) in told {
        let before = queries::latest(tx, form)?;
        let id: Id<FormVersion> = tx.new_id();
        let saved_by: Option<UserId> = Some(head.id);
        let fields = before.next(fields, &demo.rng)?;
        let saved_at = demo.since;
        queries::insert(
            tx,
            &FormVersion { id, form, version: 1, fields, saved_by, saved_by_name: head.name.clone(), saved_at },
        )?;
    }
    Ok(())
}

/// What somebody might fill in, another thing for each `n`.
pub(crate) fn example(fields: &[FormField], n: usize) -> Map<String, Value> {
    let value = |field: &FormField| match field.kind {
        FormFieldKind::Text | FormFieldKind::LongText => json!(format!("NO{:06}", 104_729 * (n + 3) % 1_000_000)),
        FormFieldKind::Number => json!(n % 12 + 1),
        FormFieldKind::Date => json!("2026-10-18"),
        FormFieldKind::YesNo => json!(!n.is_multiple_of(3)),
        FormFieldKind::Choice => json!(field.choices[n % field.choices.len()].id),
        FormFieldKind::Choices => json!([field.choices[n % field.choices.len()].id]),
    };
    fields.iter().filter(|field| field.is_asked(false)).map(|field| (field.id.clone(), value(field))).collect()
}
