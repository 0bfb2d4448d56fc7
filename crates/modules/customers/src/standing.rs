//! What lists are sorted and narrowed by: when somebody was last in contact, what they are worth, their tier.

use http::{App, attributes_changed};
use kernel::{CustomerId, Origin, Result, Timestamp};
use store::{ToValue, Tx, params, sql};
use tokio::{sync::watch, task::JoinHandle};

use crate::{api, model::Customer, sound};

/// The highest rank a tier may have; the lowest is 1.
pub const HIGHEST_TIER: i64 = 100;
/// How much time passes before a further contact is written down, in milliseconds.
pub(crate) const SEEN: i64 = 60_000;
/// Names spelt in one transaction.
const AT_ONCE: usize = 500;

sql! {
    CONTACTED = "UPDATE customers SET last_contact_at = $2 WHERE id = $1 AND last_contact_at <= $3";
    SET_WORTH = "UPDATE customers {by_key:id TEXT,worth BIGINT}";
    SET_TIER = "UPDATE customers {by_key:id TEXT,tier_rank BIGINT}";
    CLEAR = "UPDATE customers SET last_contact_at = 0, worth = 0, tier_rank = 0
        WHERE id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    UNSPELT = "SELECT id, folded FROM customers WHERE sort_name = '' LIMIT 500";
    SPELL = "UPDATE customers {by_key:id TEXT,sort_name TEXT}";
}

/// Notes that somebody was in contact with this customer at `at`, who wrote or called or was written to or called:
/// at most once a minute, and never back. Merges are not followed.
///
/// # Errors
/// From the database.
pub fn contacted(tx: &mut Tx<'_>, id: CustomerId, at: Timestamp) -> Result<()> {
    tx.put(&CONTACTED, params![id, at, at.plus_millis(-SEEN)])
}

/// As [`contacted`], of a row just read: where there is nothing to note nothing is asked.
pub(crate) fn met(tx: &mut Tx<'_>, customer: &Customer, at: Timestamp) -> Result<()> {
    if at.since(customer.last_contact_at) < SEEN {
        Ok(())
    } else {
        contacted(tx, customer.id, at)
    }
}

/// Says what these customers are worth, in minor units of the installation's currency. Survivors only; who is
/// unknown is left out.
///
/// # Errors
/// From the database.
pub fn set_worth(tx: &mut Tx<'_>, worth: &[(CustomerId, i64)]) -> Result<()> {
    tx.exec_rows(&SET_WORTH, &rows(worth))?;
    attributes_changed(tx, &worth.iter().map(|(id, _)| *id).collect::<Vec<_>>())
}

/// Says the rank of these customers' tiers, 0 for none; the higher the better. Survivors only; who is unknown is
/// left out.
///
/// # Errors
/// From the database.
pub fn set_tier(tx: &mut Tx<'_>, ranks: &[(CustomerId, i64)]) -> Result<()> {
    tx.exec_rows(&SET_TIER, &rows(ranks))?;
    attributes_changed(tx, &ranks.iter().map(|(id, _)| *id).collect::<Vec<_>>())
}

fn rows<T: ToValue>(pairs: &[(CustomerId, T)]) -> Vec<Vec<store::Value<'_>>> {
    pairs.iter().map(|(id, value)| vec![id.to_value(), value.to_value()]).collect()
}

/// Forgets it of these.
pub(crate) fn erase(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<()> {
    tx.exec(&CLEAR, params![serde_json::json!(of).to_string()]).map(drop)
}

/// Spells the names that were entered before names were spelt.
pub(crate) fn spell_all(app: App, stop: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        while !*stop.borrow() {
            match app.db().write(&Origin::system("customers"), spell_some).await {
                Ok(AT_ONCE) => {}
                Ok(_) => break,
                Err(error) => {
                    tracing::warn!(%error, "names are not spelt yet; the next start tries again");
                    break;
                }
            }
        }
    })
}

fn spell_some(tx: &mut Tx<'_>) -> Result<usize> {
    let unspelt: Vec<(CustomerId, String)> = tx.all(&UNSPELT, &[])?;
    let spelt: Vec<_> = unspelt.iter().map(|(id, folded)| (*id, sound::sort_key(folded))).collect();
    let keys: Vec<_> = spelt.iter().map(|(id, key)| (*id, key.as_str())).collect();
    tx.exec_rows(&SPELL, &rows(&keys))?;
    // Their texts do not say yet how they are typed.
    for (id, _) in &spelt {
        api::index_again(tx, *id)?;
    }
    Ok(spelt.len())
}
