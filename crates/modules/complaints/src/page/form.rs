//! The form by which anybody complains (R020): with a number they can follow it, without one they stay unnamed.

use std::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, Multipart, State, multipart::MultipartRejection},
    http::HeaderMap,
    response::Response,
};
use customers::api::Given;
use http::App;
use kernel::{ChannelId, Check, CustomerId, Error, Result};
use serde_json::json;
use sms::api::visits::{self, pages::languages};
use store::Tx;

use super::{
    acts::keep_files,
    answer,
    html::{self, Shown},
    page, peer, rules,
    sent::Sent,
    system,
};
use crate::{
    acknowledge, api,
    http::{EVIDENCE, NewComplaint, taken_in},
    model::Complaint,
};

/// How often somebody at one address may complain in an hour.
const MOST: i64 = 6;
/// How often in an hour a number is told of a new complaint: whoever is annoyed with messages is not by us.
const MOST_TO_ONE: i64 = 3;

/// Where anybody complains: HTML in the language their browser asks for.
#[utoipa::path(get, path = "/complain", tag = "complaints", responses((status = 200, description = "HTML", body = String, content_type = "text/html")))]
pub(super) async fn shown(State(app): State<App>, headers: HeaderMap) -> Response {
    let asked = languages(&headers);
    let system = system();
    let found = app.db().read(&system, move |tx| {
        let open = rules(tx)?.is_some_and(|rules| rules.page.form);
        page(tx, &asked, if open { Shown::Form { wrong: None } } else { Shown::Gone })
    });
    answer(found.await)
}

/// What came by the form, and what is wrong with it.
struct Complained {
    content: String,
    remedy: String,
    name: String,
    phone: String,
    sent: Sent,
}

/// Takes a complaint in: a form with files (`content`, `remedy`, `name`, `phone`, `file` up to five times). With a number it
/// is that of whoever is known by it, without one it stays unnamed. Six an hour from one address.
#[utoipa::path(post, path = "/complain", tag = "complaints", request_body(content = String, content_type = "multipart/form-data"), responses((status = 200, description = "HTML: its number, or what is wrong", body = String, content_type = "text/html"), (status = 429, description = "HTML: too often", body = String, content_type = "text/html")))]
pub(super) async fn complain(
    State(app): State<App>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let (asked, peer) = (languages(&headers), peer(&app, &headers, from));
    // Before anything of it is read: whoever comes too often sends no files either.
    let system = system();
    let may = app.db().write(&system, move |tx| match rules(tx)?.is_some_and(|rules| rules.page.form) {
        true => visits::may_once_more(tx, "complain", &peer, MOST).map(Some),
        false => Ok(None),
    });
    let shown = match may.await {
        Ok(Some(true)) => match read(&app, form).await {
            Ok(came) => taken(&app, came).await,
            Err(Error::Invalid(bad)) => Ok(Shown::Form { wrong: bad.first().map(|bad| bad.code) }),
            Err(Error::Limited { .. }) => Ok(Shown::TooMany),
            Err(error) => Err(error),
        },
        Ok(Some(false)) => Ok(Shown::TooMany),
        Ok(None) => Ok(Shown::Gone),
        Err(error) => Err(error),
    };
    let organisation = app.db().read(&super::system(), settings::api::organisation).await;
    answer(organisation.map(|organisation| {
        html::page(organisation.language(&asked), &organisation.name, shown.unwrap_or(Shown::Trouble))
    }))
}

async fn read(app: &App, form: Result<Multipart, MultipartRejection>) -> Result<Complained> {
    let form = form.map_err(|_| Error::field("form", "unreadable"))?;
    let sent = Sent::read(app, EVIDENCE, form).await?;
    let (content, remedy) = (sent.text("content", 4_000), sent.text("remedy", 1_000));
    let (name, phone) = (sent.text("name", 80), sent.text("phone", 30));
    Check::new()
        // A field that people do not see, and programs fill in.
        .that(sent.text("website", 10).is_empty(), "website", "not_allowed")
        .that(!content.is_empty(), "content", "required")
        .that(!remedy.is_empty(), "remedy", "required")
        .that(phone.is_empty() || customers::api::spell_phone(&phone).is_some(), "phone", "phone_wrong")
        .done()?;
    Ok(Complained { content, remedy, name, phone, sent })
}

async fn taken(app: &App, came: Complained) -> Result<Shown> {
    app.db()
        .write(&system(), move |tx| {
            let rules = rules(tx)?.ok_or(Error::NotFound)?;
            let phone = customers::api::spell_phone(&came.phone);
            if let Some(phone) = &phone
                && !visits::may_once_more(tx, "complain as", phone, MOST_TO_ONE)?
            {
                return Ok(Shown::TooMany);
            }
            let who = match (phone, rules.page.sms_channel_id) {
                (Some(phone), Some(channel)) => Some(customer(tx, channel, &phone, &came.name)?),
                _ => None,
            };
            let new: NewComplaint = serde_json::from_value(json!({
                "anonymous": who.is_none(), "content": came.content, "remedy": came.remedy,
                "happened_at": tx.now(), "way": "form", "severity": "serious",
            }))
            .map_err(Error::internal)?;
            let name = match who {
                Some(id) => customers::api::name_of(tx, id)?,
                None => String::new(),
            };
            let complaint: Complaint = taken_in(tx, &new, None, who, name)?;
            keep_files(tx, &complaint, &came.sent.files)?;
            api::register(tx, &complaint)?;
            let complaint = acknowledge::tell(tx, complaint)?;
            let link = acknowledge::link(tx, &rules, &complaint)?.unwrap_or_default();
            Ok(Shown::Taken { number: complaint.number, link })
        })
        .await
}

/// The one who is known by this number; somebody new where nobody is, or several are.
fn customer(tx: &mut Tx<'_>, channel: ChannelId, phone: &str, name: &str) -> Result<CustomerId> {
    if let Some(known) = customers::api::only_with_phone(tx, phone)? {
        return Ok(known);
    }
    let name = Some(name).filter(|name| !name.is_empty());
    let met = customers::api::for_identity(tx, channel, phone, name)?;
    let given = Given { phone: Some(phone.to_owned()), ..Given::default() };
    Ok(customers::api::take(tx, met.id, &given)?.id)
}
