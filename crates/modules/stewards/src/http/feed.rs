//! The door by which other departments hand rows over.

use http::{Answer, Cx, Json};
use kernel::{Check, Id};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    api, day,
    feed::{self, FeedRefusal, FeedRow},
    model::{IntakeBatch, IntakeSource, MOST_ITEMS},
    policy, queries,
};

/// Rows of another department.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IntakeFeed {
    /// What the department is called: 1 to 40 characters. Its keys are its own.
    department: String,
    /// The rows: up to 500.
    #[serde(default)]
    rows: Vec<FeedRow>,
    /// Or a table with headings (`key,name,phone,email,note`, or in Chinese): up to 500 rows, 500,000 characters.
    csv: Option<String>,
}

/// What became of the rows.
#[derive(Serialize, ToSchema)]
pub(crate) struct IntakeReceipt {
    /// The batch they are in, to be classified; none where none was taken.
    batch_id: Option<Id<IntakeBatch>>,
    /// How many were taken.
    accepted: i64,
    /// How many the department had handed over before, by their keys.
    known: i64,
    /// Those that were not taken, and why.
    refused: Vec<FeedRefusal>,
}

/// Hands rows over, which are to become customers: today's batch of the department, to be classified. A row sent
/// again under its key is known, whatever it says; nothing is entered twice.
#[utoipa::path(post, path = "/intake-feed", tag = "stewards", request_body = IntakeFeed, responses((status = 200, body = IntakeReceipt)))]
pub(crate) async fn hand_over(cx: Cx, Json(request): Json<IntakeFeed>) -> Answer<IntakeReceipt> {
    let receipt = cx
        .write(move |tx| {
            let permit = policy::may_feed(tx.actor(), tx.now())?;
            let IntakeFeed { department, rows, csv } = &request;
            let department = department.trim();
            Check::new()
                .text("department", department, 1..=40)
                .that(rows.len() <= feed::MOST_ROWS, "rows", "too_many")
                .that(csv.as_deref().is_none_or(|table| table.chars().count() <= 500_000), "csv", "too_long")
                .that(csv.is_some() == rows.is_empty(), "rows", "required")
                .done()?;
            let rows = match csv {
                Some(table) => feed::read(table)?,
                None => rows.clone(),
            };
            let (good, refused) = feed::sort(&rows);
            let keys: Vec<&str> = good.iter().map(|(key, _)| key.as_str()).collect();
            let before = queries::known_keys(tx, department, &keys)?;
            let new: Vec<_> = good.into_iter().filter(|(key, _)| !before.contains(key)).collect();
            let (accepted, known) = (new.len() as i64, before.len() as i64);
            if new.is_empty() {
                return Ok(IntakeReceipt { batch_id: None, accepted, known, refused });
            }
            let now = tx.now();
            let today = day::of(tx, now)?.to_string();
            let mut owner = api::me(tx)?;
            owner.unit = queries::rules(tx)?.unit_id.or(owner.unit);
            let batch = api::batch_of(tx, IntakeSource::Feed, &today, department, owner)?;
            let after = batch.clone().counted(&permit, accepted)?;
            Check::new().that(after.items <= MOST_ITEMS * 10, "rows", "too_many").done()?;
            let items: Vec<_> = new
                .into_iter()
                .map(|(key, draft)| feed::item(tx.new_id(), batch.id, Some((department, &key)), draft, now))
                .collect();
            queries::insert_items(tx, &items)?;
            queries::save(tx, &after)?;
            let entry = audit::api::Entry::new("stewards.rows_handed_over", "intake_batch", batch.id);
            audit::api::record(tx, entry.change(&batch.trace(), &after.trace()))?;
            api::handed_over(tx, &batch, &after)?;
            Ok(IntakeReceipt { batch_id: Some(batch.id), accepted, known, refused })
        })
        .await?;
    Ok(Json(receipt))
}
