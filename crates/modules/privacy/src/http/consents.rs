//! What a customer said of each purpose, and recording what they say.

use customers::Serving;
use files::api::LinkKey;
use http::{Answer, Cx, Json, Path};
use kernel::{CustomerId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    api::{self, Said},
    model::{self, ConsentAnswer, ConsentPurpose, ConsentRecord, ConsentWay, ContactVerdict, DoNotContact},
    policy, queries,
};

/// How long a link to a file that shows something is good.
const LINK_MS: i64 = 15 * 60_000;

/// What a customer said of their data, and what follows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConsentsView {
    /// Every purpose, in the order in which they are shown.
    purposes: Vec<PurposeView>,
    /// All that was said, the latest first.
    history: Vec<SaidView>,
    /// Every entry that keeps them in peace, or did, the latest first.
    do_not_contacts: Vec<DoNotContactView>,
    /// Whether the caller may record what they say.
    may_record: bool,
    /// Whether the caller may let them be contacted again.
    may_lift: bool,
}

/// How it stands with one purpose.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsentPurposeView)]
pub(crate) struct PurposeView {
    purpose: ConsentPurpose,
    /// Whether it may be done, or why not.
    verdict: ContactVerdict,
    /// What counts of what was said.
    said: Option<ConsentRecord>,
    /// What keeps them in peace the longest.
    do_not_contact: Option<DoNotContact>,
}

/// Something that was said, with a link to what shows it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsentView)]
pub(crate) struct SaidView {
    #[serde(flatten)]
    consent: ConsentRecord,
    /// Where the file that shows it is read, for a quarter of an hour.
    file: Option<String>,
}

/// An entry, and whether it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DoNotContactView {
    #[serde(flatten)]
    pub entry: DoNotContact,
    /// Whether they are not to be contacted by it now.
    pub stands: bool,
}

/// What a customer said their data may be used for, with its history, and what they are not to be contacted for.
#[utoipa::path(get, path = "/customers/{id}/consents", tag = "privacy", params(("id" = CustomerId, Path)), responses((status = 200, body = ConsentsView)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<CustomerId>) -> Answer<ConsentsView> {
    let serving = cx.app().part::<Box<dyn Serving>>();
    let key = files::api::link_key(cx.app()).await?;
    let view = cx
        .read(move |tx| {
            policy::may_read(tx.actor())?;
            let card = customers::api::visible_or_served(tx, &**serving, id)?;
            let members = customers::api::members(tx, card.id)?;
            let (said, entries) = (queries::consents(tx, &members, None)?, queries::entries(tx, &members)?);
            let now = tx.now();
            let erased = card.state == customers::CustomerState::Erased;
            let purposes = ConsentPurpose::ALL.map(|purpose| {
                let of_it: Vec<_> = said.iter().filter(|one| one.purpose == purpose).cloned().collect();
                let (last, entry) = (model::latest(&of_it, &members), model::strongest(&entries, purpose, now));
                let verdict = if erased {
                    ContactVerdict::Erased
                } else {
                    model::verdict(last, entry, purpose)
                };
                PurposeView { purpose, verdict, said: last.cloned(), do_not_contact: entry.cloned() }
            });
            let linked = |entry: DoNotContact| DoNotContactView { stands: entry.stands(now), entry };
            Ok(ConsentsView {
                purposes: purposes.into(),
                do_not_contacts: entries.into_iter().map(linked).collect(),
                history: said.into_iter().map(|consent| with_file(consent, &key, now)).collect(),
                may_record: !erased && policy::may_record(tx.actor(), now).is_ok(),
                may_lift: policy::may_lift(tx.actor(), now).is_ok(),
            })
        })
        .await?;
    Ok(Json(view))
}

fn with_file(consent: ConsentRecord, key: &LinkKey, now: Timestamp) -> SaidView {
    let file = consent.reference.as_deref().and_then(|reference| reference.parse().ok());
    SaidView { file: file.map(|file| key.link(file, now.plus_millis(LINK_MS))), consent }
}

/// Something a customer said of one purpose, and what shows it: words, a reference or the version of a text.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewConsent {
    purpose: ConsentPurpose,
    answer: ConsentAnswer,
    /// Which way they said it.
    way: ConsentWay,
    /// In their words, or what else shows it: up to 1,000 characters.
    words: Option<String>,
    /// Where it was said: the id of a conversation, of a message, or of a file one sent.
    reference: Option<String>,
    /// Which version of the text they agreed to: up to 40 characters.
    text_version: Option<String>,
    /// When: now unless told; not in the future, and at most ten years ago.
    at: Option<Timestamp>,
}

/// Records what a customer said of one purpose. What was said before stays in the history.
#[utoipa::path(post, path = "/customers/{id}/consents", tag = "privacy", params(("id" = CustomerId, Path)), request_body = NewConsent, responses((status = 200, body = ConsentRecord)))]
pub(crate) async fn record(
    cx: Cx,
    Path(id): Path<CustomerId>,
    Json(request): Json<NewConsent>,
) -> Answer<ConsentRecord> {
    let serving = cx.app().part::<Box<dyn Serving>>();
    let consent = cx
        .write(move |tx| {
            let _permit = policy::may_record(tx.actor(), tx.now())?;
            let card = customers::api::visible_or_served(tx, &**serving, id)?;
            let NewConsent { purpose, answer, way, words, reference, text_version, at } = &request;
            let said = Said {
                customer: card.id,
                purpose: *purpose,
                answer: *answer,
                way: *way,
                words: words.clone().unwrap_or_default(),
                reference: reference.clone(),
                text_version: text_version.clone().unwrap_or_default(),
                at: *at,
            };
            api::record(tx, &said)
        })
        .await?;
    Ok(Json(consent))
}
