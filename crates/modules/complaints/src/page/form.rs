//! The form by which anybody complains (R020): with a number they can follow it, without one they stay unnamed.

use std::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, Multipart, State, multipart::MultipartRejection},
    http::HeaderMap,
    response::Response,
};
use forms::{FormField, FormKind};
use http::{App, escape};
use kernel::{Check, Error, Result};
use serde_json::json;
use sms::api::visits::pages::languages;
use store::Tx;

use super::{
    acts::keep_files,
    answer,
    html::{self, Shown},
    page, rules, system, words,
};
use crate::{
    acknowledge,
    api::{
        self,
        form::{self, Came, Posted, PublicForm, Who},
    },
    http::{EVIDENCE, NewComplaint, taken_in},
    model::Complaint,
};

/// Where anybody complains.
pub(super) const FORM: PublicForm = PublicForm { path: "/complain", purpose: EVIDENCE };

fn open(tx: &mut Tx<'_>) -> Result<bool> {
    Ok(rules(tx)?.is_some_and(|rules| rules.page.form))
}

/// Where anybody complains: HTML in the language their browser asks for.
#[utoipa::path(get, path = "/complain", tag = "complaints", responses((status = 200, description = "HTML", body = String, content_type = "text/html")))]
pub(super) async fn shown(State(app): State<App>, headers: HeaderMap) -> Response {
    let asked = languages(&headers);
    let system = system();
    let found = app.db().read(&system, move |tx| {
        let shown = match open(tx)? {
            true => empty(tx, None)?,
            false => Shown::Closed,
        };
        page(tx, &asked, shown)
    });
    answer(found.await)
}

/// Takes a complaint in: a form with files (`content`, `remedy`, `name`, `phone`, `email`, `file` up to five times). With a
/// number or an address it is that of whoever is known by it, without either it stays unnamed. Six an hour from one address.
#[utoipa::path(post, path = "/complain", tag = "complaints", request_body(content = String, content_type = "multipart/form-data"), responses((status = 200, description = "HTML: its number, or what is wrong", body = String, content_type = "text/html"), (status = 429, description = "HTML: too often", body = String, content_type = "text/html")))]
pub(super) async fn complain(
    State(app): State<App>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    sent: Result<Multipart, MultipartRejection>,
) -> Response {
    let asked = languages(&headers);
    let shown = match form::post(&app, FORM, (&headers, from), sent, open, taken).await {
        Ok(Posted::Taken((number, link))) => Shown::Taken { number, link },
        Ok(Posted::Wrong(code)) => {
            let form = app.db().read(&system(), move |tx| empty(tx, Some(code))).await;
            form.unwrap_or(Shown::Trouble)
        }
        Ok(Posted::TooMany) => Shown::TooMany,
        Ok(Posted::Gone) => Shown::Closed,
        Err(_) => Shown::Trouble,
    };
    let organisation = app.db().read(&system(), settings::api::organisation).await;
    answer(organisation.map(|organisation| html::page(organisation.language(&asked), &organisation.name, shown)))
}

fn empty(tx: &mut Tx<'_>, wrong: Option<&'static str>) -> Result<Shown> {
    Ok(Shown::Form { wrong, own: forms::api::asked_publicly(tx, FormKind::Complaint)?, ways: form::ways(tx)? })
}

/// What it alone asks, and the department's own fields.
pub(super) fn asks(locale: &str, own: &[FormField]) -> String {
    let word = |key: &str| escape(words(locale).word(key));
    format!(
        "<label>{}<textarea name=content rows=5 maxlength=4000 required></textarea></label>\
         <label>{}<textarea name=remedy rows=2 maxlength=1000 required></textarea></label>",
        word("form_content"),
        word("form_remedy"),
    ) + &forms::api::html(own, locale, true)
}

/// Its number, and a link to follow it by.
fn taken(tx: &mut Tx<'_>, came: &Came) -> Result<Posted<(String, String)>> {
    let rules = rules(tx)?.ok_or(Error::NotFound)?;
    let (content, remedy) = (came.sent.text("content", 4_000), came.sent.text("remedy", 1_000));
    Check::new()
        .that(!content.is_empty(), "content", "required")
        .that(!remedy.is_empty(), "remedy", "required")
        .done()?;
    let (who, name) = match form::who(tx, FORM, came)? {
        Who::Known(id, name) => (Some(id), name),
        Who::Unnamed => (None, String::new()),
        Who::TooMany => return Ok(Posted::TooMany),
    };
    let new: NewComplaint = serde_json::from_value(json!({
        "anonymous": who.is_none(), "content": content, "remedy": remedy,
        "happened_at": tx.now(), "way": "form", "severity": "serious",
    }))
    .map_err(Error::internal)?;
    let complaint: Complaint = taken_in(tx, &new, None, who, name)?;
    keep_files(tx, &complaint, &came.sent.files)?;
    let own = forms::api::asked_publicly(tx, FormKind::Complaint)?;
    let said = forms::api::said(&own, |name| came.sent.text(name, 4_000));
    forms::api::fill(tx, complaint.id, FormKind::Complaint, &said, true)?;
    api::register(tx, &complaint)?;
    let complaint = acknowledge::tell(tx, complaint)?;
    let link = acknowledge::link(tx, &rules, &complaint)?.unwrap_or_default();
    Ok(Posted::Taken((complaint.number, link)))
}
