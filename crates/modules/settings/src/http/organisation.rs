//! The organisation.

use access::api::Locale;
use audit::api::Entry;
use http::{Answer, Cx, Json};
use kernel::{Check, Error, Result};
use serde::Deserialize;
use store::{Fact, Tx};
use utoipa::ToSchema;

use crate::{
    events::{BusinessTimeChanged, OrganisationChanged},
    model::{self, Organisation},
    policy, queries,
};

/// The organisation: its name, time zone and language.
#[utoipa::path(get, path = "/settings/organisation", tag = "settings", responses((status = 200, body = Organisation)))]
pub(crate) async fn read(cx: Cx) -> Answer<Organisation> {
    policy::may_read(cx.actor())?;
    Ok(Json(cx.read(queries::organisation).await?))
}

/// What the organisation is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrganisationChange {
    /// Its name, 1 to 100 characters.
    name: String,
    /// A name of the IANA database.
    time_zone: String,
    /// The language of what it writes where nobody chose one.
    locale: Locale,
    /// The version that was seen; without it, whatever is there is replaced.
    version: Option<i64>,
}

/// Changes the organisation.
#[utoipa::path(put, path = "/settings/organisation", tag = "settings", request_body = OrganisationChange, responses((status = 200, body = Organisation)))]
pub(crate) async fn change(cx: Cx, Json(request): Json<OrganisationChange>) -> Answer<Organisation> {
    let organisation = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            Check::new().text("name", &request.name, 1..=100).done()?;
            let before = queries::organisation(tx)?;
            let mut after = before.clone();
            after.name = request.name.trim().to_owned();
            after.time_zone = checked_zone(&request.time_zone)?;
            after.locale = request.locale;
            after.version = request.version.unwrap_or(before.version) + 1;
            changed(tx, &before, after)
        })
        .await?;
    Ok(Json(organisation))
}

/// The proper spelling of a time zone's name.
pub(crate) fn checked_zone(name: &str) -> Result<String> {
    model::time_zone(name).map(|(_, proper)| proper).ok_or_else(|| Error::field("time_zone", "unknown_time_zone"))
}

/// Saves the organisation, writes the trail and tells what changed.
pub(crate) fn changed(tx: &mut Tx<'_>, before: &Organisation, mut after: Organisation) -> Result<Organisation> {
    let other_time = after.time_zone != before.time_zone || after.week != before.week;
    if other_time {
        after.calendar = tx.new_id();
        tx.emit(Fact::new(BusinessTimeChanged::KIND, after.id, &BusinessTimeChanged {})?);
    }
    queries::save(tx, &after)?;
    if after.week == before.week {
        let told = OrganisationChanged { name: after.name.clone(), time_zone: after.time_zone.clone() };
        tx.emit(Fact::new(OrganisationChanged::KIND, after.id, &told)?);
        audit::api::record(
            tx,
            Entry::new("settings.organisation_changed", "organisation", after.id).change(before, &after),
        )?;
    } else {
        audit::api::record(
            tx,
            Entry::new("settings.hours_changed", "organisation", after.id).change(&before.week, &after.week),
        )?;
    }
    Ok(after)
}
