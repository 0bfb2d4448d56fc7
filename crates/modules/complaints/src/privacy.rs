//! What this module holds about customers: what they complained of, and how it went.

use kernel::{CustomerId, Error, Id, Result};
use serde_json::{Value, json};
use store::{Record, Tx, params, sql};

use crate::{
    http::{EVIDENCE, SIGNATURE},
    keeping,
    model::{Complaint, ComplaintMove},
    queries,
};

sql! {
    OF(Complaint) = "SELECT {cols} FROM complaints WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY registered_at, id";
    EMPTY(Complaint) = "UPDATE complaints SET {sets} WHERE id = $1";
    EMPTY_MOVES = "UPDATE complaint_moves SET words = '', by_name = CASE WHEN by_id IS NULL THEN NULL ELSE by_name END WHERE complaint_id = $1";
}

fn of(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<Complaint>> {
    tx.all(&OF, params![serde_json::to_string(customers).map_err(Error::internal)?])
}

pub(crate) fn export(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Value> {
    let mut all = Vec::new();
    for complaint in of(tx, customers)? {
        let moves: Vec<ComplaintMove> = queries::moves(tx, complaint.id)?;
        all.push(
            json!({ "own_fields": forms::api::filled(tx, complaint.id)?, "complaint": complaint, "moves": moves }),
        );
    }
    Ok(Value::Array(all))
}

/// Empties the name, everybody's words and the files; that there was a complaint, of which category, how it was judged
/// and what it cost stays, for the statistics.
pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    of(tx, customers)?.into_iter().try_for_each(|before| empty(tx, before))
}

/// As [`erase`], of one; done twice it comes to the same.
pub(crate) fn empty(tx: &mut Tx<'_>, before: Complaint) -> Result<()> {
    let id: Id<Complaint> = before.id;
    for kind in [EVIDENCE, SIGNATURE] {
        for file in files::api::attached(tx, kind, id)? {
            files::api::detach(tx, file.id, kind, id)?;
        }
    }
    forms::api::empty(tx, id)?;
    sms::api::visits::shut(tx, crate::page::PAGE, &[id.to_string()])?;
    tx.exec(&EMPTY, &before.emptied().values())?;
    tx.exec(&EMPTY_MOVES, params![id])?;
    keeping::emptied(tx, id)
}
