//! Signing a team's day.

use http::{Answer, Cx, Json, Path};
use kernel::{Check, Error, UnitId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::daily::{self, DailySheet};
use crate::{codes, policy, sheet};

/// Whose day, and what the signer saw of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DailySignature {
    /// The team; without it, what belongs to no team.
    unit_id: Option<UnitId>,
    /// How many rows they saw: refused when others came meanwhile.
    inquiries: i64,
    /// What they have to say, up to 500 characters.
    note: Option<String>,
}

/// Signs a team's day. From then on its rows are frozen, and what comes later stands on the next day's sheet.
#[utoipa::path(post, path = "/daily-records/{day}/signature", tag = "inquiries", params(("day" = String, Path)), request_body = DailySignature, responses((status = 200, body = DailySheet)))]
pub(crate) async fn sign(cx: Cx, Path(day): Path<String>, Json(request): Json<DailySignature>) -> Answer<DailySheet> {
    let sheet = cx
        .write(move |tx| {
            let _permit = policy::may_sign(tx.actor(), request.unit_id, tx.now())?;
            sheet::read_day(&day)?;
            Check::new().maybe_text("note", request.note.as_deref(), 0..=500).done()?;
            if day > sheet::day_of(tx, tx.now())? {
                return Err(Error::field("day", "in_the_future"));
            }
            let sheet = sheet::read(tx, request.unit_id, &day)?;
            if sheet.rows.is_empty() {
                return Err(codes::NOTHING_TO_SIGN.conflict());
            }
            if sheet.signature.is_some() {
                return Err(codes::SIGNED.conflict());
            }
            if sheet.totals.inquiries != request.inquiries {
                return Err(codes::ROWS_CAME.conflict());
            }
            let staff = tx.actor().staff()?.clone();
            let note = request.note.as_deref().unwrap_or_default().trim().to_owned();
            let by = (staff.id, staff.name.clone());
            sheet::sign(tx, request.unit_id, day.clone(), sheet.totals.inquiries, by, note)?;
            let sheet = sheet::read(tx, request.unit_id, &day)?;
            Ok(daily::view(day.clone(), request.unit_id, sheet, true))
        })
        .await?;
    Ok(Json(sheet))
}
