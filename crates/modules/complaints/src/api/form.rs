//! A form that anybody may fill in, outside the console: what that of complaints and that of feedback have in common.

use std::net::SocketAddr;

use axum::{
    extract::{Multipart, multipart::MultipartRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use customers::api::Given;
use http::{App, Texts, escape};
use kernel::{ChannelId, Check, CustomerId, Error, Origin, Result};
use sms::api::visits::{self, pages};
use store::Tx;

pub use crate::page::Sent;
use crate::{page, queries};

/// How often somebody at one address may fill in one form in an hour.
const MOST: i64 = 6;
/// How often in an hour a number is named in one form: whoever is annoyed with messages is not by us.
const MOST_TO_ONE: i64 = 3;

/// A form of a module.
#[derive(Clone, Copy, Debug)]
pub struct PublicForm {
    /// Where it stands, and what is counted of it: `/complain`.
    pub path: &'static str,
    /// What its files are kept for.
    pub purpose: &'static str,
}

/// What came by a form.
#[derive(Debug)]
pub struct Came {
    /// Its fields and files.
    pub sent: Sent,
    /// How they call themselves; empty where they do not.
    pub name: String,
    /// Their number, as numbers are kept; none for those who stay unnamed.
    pub phone: Option<String>,
}

/// What became of a form that was sent.
#[derive(Debug)]
pub enum Posted<T> {
    /// It was taken in.
    Taken(T),
    /// Something in it is wrong: the word for it.
    Wrong(&'static str),
    /// Too often.
    TooMany,
    /// There is no such form.
    Gone,
}

/// Whoever filled it in.
#[derive(Debug)]
pub enum Who {
    /// Somebody who is known, or is from now on.
    Known(CustomerId, String),
    /// Nobody named.
    Unnamed,
    /// Somebody who was named too often lately.
    TooMany,
}

/// Takes a form in, if it is open: looks how often its sender comes before anything of it is read, reads it, and hands
/// it to `take`.
///
/// # Errors
/// From the database and from `take`, but for what is wrong with the form.
pub async fn post<T: Send + 'static>(
    app: &App,
    form: PublicForm,
    (headers, from): (&HeaderMap, SocketAddr),
    sent: std::result::Result<Multipart, MultipartRejection>,
    open: impl Fn(&mut Tx<'_>) -> Result<bool> + Send + 'static,
    take: impl Fn(&mut Tx<'_>, &Came) -> Result<Posted<T>> + Send + 'static,
) -> Result<Posted<T>> {
    let peer = http::peer(headers, Some(from.ip()), app.limits()).map(|ip| ip.to_string()).unwrap_or_default();
    let system = Origin::system("public form");
    let may = app.db().write(&system, move |tx| match open(tx)? {
        true => visits::may_once_more(tx, form.path, &peer, MOST).map(Some),
        false => Ok(None),
    });
    match may.await? {
        None => return Ok(Posted::Gone),
        Some(false) => return Ok(Posted::TooMany),
        Some(true) => {}
    }
    let taken = match read(app, form, sent).await {
        Ok(came) => app.db().write(&system, move |tx| take(tx, &came)).await,
        Err(error) => Err(error),
    };
    match taken {
        Err(Error::Invalid(bad)) => Ok(Posted::Wrong(bad.first().map_or("refused", |bad| bad.code))),
        Err(Error::Limited { .. }) => Ok(Posted::TooMany),
        other => other,
    }
}

async fn read(app: &App, form: PublicForm, sent: std::result::Result<Multipart, MultipartRejection>) -> Result<Came> {
    let sent = Sent::read(app, form.purpose, sent.map_err(|_| Error::field("form", "unreadable"))?).await?;
    let (name, said) = (sent.text("name", 80), sent.text("phone", 30));
    let phone = customers::api::spell_phone(&said);
    Check::new()
        // A field that people do not see, and programs fill in.
        .that(sent.text("website", 10).is_empty(), "website", "not_allowed")
        .that(said.is_empty() || phone.is_some(), "phone", "phone_wrong")
        .done()?;
    Ok(Came { sent, name, phone })
}

/// Whoever filled it in: the one known by the number, somebody new where nobody is, or several are. Without a number, or
/// a channel numbers are known on, they stay unnamed.
///
/// # Errors
/// From the database.
pub fn who(tx: &mut Tx<'_>, form: PublicForm, came: &Came) -> Result<Who> {
    let (Some(phone), Some(channel)) = (&came.phone, channel(tx)?) else { return Ok(Who::Unnamed) };
    if !visits::may_once_more(tx, form.purpose, phone, MOST_TO_ONE)? {
        return Ok(Who::TooMany);
    }
    let id = customer(tx, channel, phone, &came.name)?;
    Ok(Who::Known(id, customers::api::name_of(tx, id)?))
}

fn customer(tx: &mut Tx<'_>, channel: ChannelId, phone: &str, name: &str) -> Result<CustomerId> {
    if let Some(known) = customers::api::only_with_phone(tx, phone)? {
        return Ok(known);
    }
    let name = Some(name).filter(|name| !name.is_empty());
    let met = customers::api::for_identity(tx, channel, phone, name)?;
    let given = Given { phone: Some(phone.to_owned()), ..Given::default() };
    Ok(customers::api::take(tx, met.id, &given)?.id)
}

/// The channel of text messages that the house writes to complainants by, where there is one.
///
/// # Errors
/// From the database.
pub fn channel(tx: &mut Tx<'_>) -> Result<Option<ChannelId>> {
    Ok(queries::rules(tx)?.page.sms_channel_id)
}

/// The form itself: `own` is what it alone asks, as HTML with every text of anybody's escaped. `texts` hold `form`,
/// `form_text`, `form_verb` and `form_phone_text`; `phone`: whether a number is of any use.
pub fn html(form: PublicForm, locale: &str, texts: &Texts, own: &str, phone: bool, wrong: Option<&str>) -> String {
    let shared = page::words(locale);
    let word = |key: &str| escape(shared.word(key));
    let its = |key: &str| escape(texts.word(key));
    let wrong = wrong.map(|code| {
        let key = format!("wrong_{code}");
        let said = [its(&key), word(&key), word("wrong_refused")].into_iter().find(|said| !said.is_empty());
        format!("<p class=wrong role=alert>{}</p>", said.unwrap_or_default())
    });
    let number = if phone {
        format!(
            "<label>{}<input name=phone type=tel inputmode=tel autocomplete=tel maxlength=30></label><p class=small>{}</p>\
             <label>{}<input name=name autocomplete=name maxlength=80></label>",
            word("form_phone"),
            its("form_phone_text"),
            word("form_name")
        )
    } else {
        String::new()
    };
    format!(
        "<h1>{}</h1><p>{}</p>{}<form method=post action={} enctype=multipart/form-data>{own}{number}\
         <label>{}<input type=file name=file multiple></label>\
         <p class=trap aria-hidden=true><label>website<input name=website tabindex=-1 autocomplete=off></label></p><button>{}</button></form>",
        its("form"),
        its("form_text"),
        wrong.unwrap_or_default(),
        form.path,
        word("add_files"),
        its("form_verb"),
    )
}

/// A whole page, in the look of the customers' page.
pub fn page(locale: &str, organisation: &str, title: &str, main: &str, status: StatusCode) -> Response {
    pages::Page { locale, title, organisation, main, style: page::STYLE, script: None }.answer(status)
}

/// What is said instead of a form: too often, no such form, not now.
pub fn instead<T>(locale: &str, posted: &Posted<T>) -> (StatusCode, String) {
    let texts = page::words(locale);
    let (status, key) = match posted {
        Posted::TooMany => (StatusCode::TOO_MANY_REQUESTS, "too_many"),
        Posted::Gone => (StatusCode::NOT_FOUND, "form_closed"),
        Posted::Taken(_) | Posted::Wrong(_) => (StatusCode::SERVICE_UNAVAILABLE, "trouble"),
    };
    let said = |key: &str| escape(texts.word(key));
    (status, format!("<h1>{}</h1><p>{}</p>", said(key), said(&format!("{key}_text"))))
}
