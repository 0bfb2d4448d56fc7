//! The texts customers agree to.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use kernel::{Check, Error, Id};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    api,
    model::{ConsentPurpose, ConsentText},
    policy, queries,
};

/// Every text that was ever agreed to, by purpose, the latest first; retired ones among them.
#[utoipa::path(get, path = "/consent-texts", tag = "privacy", responses((status = 200, body = Vec<ConsentText>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<ConsentText>> {
    let texts = cx
        .read(|tx| {
            policy::may_read(tx.actor())?;
            queries::texts::all(tx)
        })
        .await?;
    Ok(Json(texts))
}

/// A text to be kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewConsentText {
    purpose: ConsentPurpose,
    /// Which version: 1 to 40 characters, unlike the others of its purpose.
    text_version: String,
    /// The words, as customers read or hear them: 1 to 10,000 characters.
    body: String,
}

/// Keeps a text customers agree to from now on. It cannot be changed: other words are another version.
#[utoipa::path(post, path = "/consent-texts", tag = "privacy", request_body = NewConsentText, responses((status = 200, body = ConsentText)))]
pub(crate) async fn add(cx: Cx, Json(new): Json<NewConsentText>) -> Answer<ConsentText> {
    let text = cx
        .write(move |tx| {
            let permit = policy::may_keep_texts(tx.actor(), tx.now())?;
            let (text_version, body) = (new.text_version.trim().to_owned(), new.body.trim().to_owned());
            Check::new().text("text_version", &text_version, 1..=40).text("body", &body, 1..=10_000).done()?;
            if queries::texts::all(tx)?
                .iter()
                .any(|one| (one.purpose, &one.text_version) == (new.purpose, &text_version))
            {
                return Err(Error::field("text_version", "taken"));
            }
            let (added_by, added_by_name) = api::me(tx);
            let text = ConsentText {
                id: tx.new_id(),
                purpose: new.purpose,
                text_version,
                body,
                added_at: permit.at(),
                added_by,
                added_by_name,
                retired_at: None,
            };
            queries::texts::insert(tx, &text)?;
            audit::api::record(tx, Entry::new("privacy.text_added", "consent_text", text.id).created(&text.trace()))?;
            Ok(text)
        })
        .await?;
    Ok(Json(text))
}

/// Says that nobody agrees to a text any more; who did is held to it as before.
#[utoipa::path(post, path = "/consent-texts/{id}/retirement", tag = "privacy", params(("id" = Id<ConsentText>, Path)), responses((status = 200, body = ConsentText)))]
pub(crate) async fn retire(cx: Cx, Path(id): Path<Id<ConsentText>>) -> Answer<ConsentText> {
    let text = cx
        .write(move |tx| {
            let permit = policy::may_keep_texts(tx.actor(), tx.now())?;
            let before = queries::texts::find(tx, id)?;
            let after = before.clone().retired(&permit)?;
            queries::texts::retire(tx, &after)?;
            let entry = Entry::new("privacy.text_retired", "consent_text", id);
            audit::api::record(tx, entry.change(&before.trace(), &after.trace()))?;
            Ok(after)
        })
        .await?;
    Ok(Json(text))
}
