//! A complaint on paper: 《顾客投诉登记表》, 《投诉记录表》 (R066).

use audit::api::Entry;
use axum::response::Response;
use documents::{Document, DocumentFormat, Hand, Picture};
use files::StoredFile;
use forms::FormEntry;
use http::{Cx, Path, Problem, Query};
use kernel::{Check, Id, Result};
use serde::Deserialize;
use serde_json::json;
use store::Tx;
use utoipa::IntoParams;

use super::SIGNATURE;
use crate::{
    api,
    model::{Complaint, ComplaintMove},
    paper::{self, ComplaintForm, Filled},
    policy, queries,
};

/// As what, and whether in clear.
#[derive(Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FormQuery {
    /// As what.
    #[param(inline)]
    format: DocumentFormat,
    /// Why the complainant's number is to stand there in clear: 2 to 200 characters, kept on the trail; masked without.
    reason: Option<String>,
}

/// What is to be printed.
struct Found {
    complaint: Complaint,
    moves: Vec<ComplaintMove>,
    phone: String,
    signature: Option<StoredFile>,
    currency: String,
    hand: Hand,
    own: Vec<FormEntry>,
}

/// A complaint on a form, in the organisation's language. That it was printed is on the trail.
#[utoipa::path(get, path = "/complaints/{id}/forms/{form}", tag = "complaints", params(("id" = Id<Complaint>, Path), ("form" = inline(ComplaintForm), Path), FormQuery), responses((status = 200, body = Vec<u8>, content_type = "application/pdf")))]
pub(crate) async fn print(
    cx: Cx,
    Path((id, form)): Path<(Id<Complaint>, ComplaintForm)>,
    Query(query): Query<FormQuery>,
) -> Result<Response, Problem> {
    let format = query.format;
    let found = cx.write(move |tx| find(tx, id, form, &query)).await?;
    let signature = match &found.signature {
        Some(file) => Picture::read(&files::api::bytes(cx.app(), file).await?),
        None => None,
    };
    let name = format!("{}-{}", found.complaint.number, form.text());
    documents::answer(cx.app(), written(&found, form, signature), format, &name).await
}

fn find(tx: &mut Tx<'_>, id: Id<Complaint>, form: ComplaintForm, query: &FormQuery) -> Result<Found> {
    let complaint = queries::find(tx, id)?;
    policy::may_see(tx.actor(), &complaint)?;
    let reason = query.reason.as_deref().map(str::trim);
    Check::new().maybe_text("reason", reason, 2..=200).done()?;
    let phone = api::phone_on_paper(tx, complaint.customer_id, reason)?;
    let signed = complaint.sign_off.as_ref().and_then(|one| one.file_id);
    let mut signatures = files::api::attached(tx, SIGNATURE, id)?;
    signatures.retain(|file| Some(file.id) == signed && file.mime.starts_with("image/"));
    let mut entry = Entry::new("complaints.printed", "complaint", id);
    entry = entry.created(&json!({ "form": form, "format": query.format.text(), "clear": reason.is_some() }));
    if let Some(reason) = reason {
        entry = entry.reason(reason);
    }
    audit::api::record(tx, entry)?;
    Ok(Found {
        moves: queries::moves(tx, id)?,
        phone,
        signature: signatures.pop(),
        currency: queries::rules(tx)?.currency,
        hand: paper::hand(tx)?,
        own: forms::api::filled(tx, id)?,
        complaint,
    })
}

fn written(found: &Found, form: ComplaintForm, signature: Option<Picture>) -> Document {
    let Found { complaint, hand, .. } = found;
    let filled =
        Filled { complaint, phone: found.phone.clone(), signature, currency: &found.currency, own: &found.own };
    let mut parts = vec![paper::form(hand, &filled)];
    if form == ComplaintForm::Record {
        parts.extend(paper::course(hand, complaint, &found.moves));
    }
    let title = hand.word(&format!("title_{}", form.text())).to_owned();
    let as_of = hand.said("as_of", &[("n", &complaint.version.to_string())]);
    hand.document(title, as_of, Some(complaint.number.clone()), parts)
}
