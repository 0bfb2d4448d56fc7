//! What a department sets of its complaints.

use audit::api::Entry;
use channels::ChannelKind;
use http::{Answer, Cx, Json};
use kernel::{Check, Error, Money};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    codes,
    model::{Acknowledgement, Categories, ComplaintCategory, ComplaintPage, ComplaintRules, StepMinutes},
    policy, queries,
};

/// Times, limits, categories, the customers' page and what they are told.
#[utoipa::path(get, path = "/complaint-rules", tag = "complaints", responses((status = 200, body = ComplaintRules)))]
pub(crate) async fn read(cx: Cx) -> Answer<ComplaintRules> {
    let rules = cx
        .read(|tx| {
            policy::may_read(tx.actor())?;
            queries::rules(tx)
        })
        .await?;
    Ok(Json(rules))
}

/// What is to hold from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewComplaintRules {
    /// The version one saw.
    version: i64,
    /// Minutes of business time each step may take.
    minutes: StepMinutes,
    /// Handed over more often than this is too often: 0 to 100.
    most_hops: i64,
    /// More than this is too dear: minor units.
    most_cost: Money,
    /// Of which currency, ISO 4217.
    currency: String,
    /// More days than these are too long: 1 to 3,650.
    most_days: i64,
    /// The categories one chooses from when judging: at most 40 of at most 40.
    categories: Vec<ComplaintCategory>,
    /// The customers' own page and the public form; as it is unless told.
    page: Option<ComplaintPage>,
    /// How complainants are told of the number; as it is unless told.
    acknowledgement: Option<Acknowledgement>,
}

/// Sets times, limits, categories, the customers' page and what they are told.
#[utoipa::path(put, path = "/complaint-rules", tag = "complaints", request_body = NewComplaintRules, responses((status = 200, body = ComplaintRules)))]
pub(crate) async fn write(cx: Cx, Json(request): Json<NewComplaintRules>) -> Answer<ComplaintRules> {
    let rules = cx
        .write(move |tx| {
            let _permit = policy::may_set_rules(tx.actor(), tx.now())?;
            let before = queries::rules(tx)?;
            let wanted = ComplaintRules {
                minutes: request.minutes.clone(),
                most_hops: request.most_hops,
                most_cost: request.most_cost,
                currency: request.currency.trim().to_owned(),
                most_days: request.most_days,
                categories: Categories(request.categories.clone()),
                page: request.page.clone().unwrap_or_else(|| before.page.clone()),
                acknowledgement: request.acknowledgement.clone().unwrap_or_else(|| before.acknowledgement.clone()),
                ..ComplaintRules::default()
            };
            wanted.check()?;
            for (channel, field, kind) in [
                (wanted.page.sms_channel_id, "page.sms_channel_id", ChannelKind::Sms),
                (wanted.page.mail_channel_id, "page.mail_channel_id", ChannelKind::Email),
            ] {
                let Some(channel) = channel else { continue };
                let found = channels::api::get(tx, channel).map_err(Error::absent(field, "unknown"))?;
                Check::new().that(found.kind == kind, field, "not_allowed").done()?;
            }
            if let Some(unit) = wanted.page.form_unit_id {
                let known = people::api::tree(tx)?.unit(unit).is_some();
                Check::new().that(known, "page.form_unit_id", "unknown").done()?;
            }
            if request.version != before.version {
                return Err(codes::STALE.conflict());
            }
            let after = wanted.settled(&before, tx.rng());
            queries::save_rules(tx, &after)?;
            let entry = Entry::new("complaints.rules_set", "complaint_rules", "all");
            audit::api::record(tx, entry.change(&before, &after))?;
            Ok(after)
        })
        .await?;
    Ok(Json(rules))
}
