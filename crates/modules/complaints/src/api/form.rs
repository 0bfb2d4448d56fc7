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
use sms::api::{
    visits::{self, pages},
    ways::Ways,
};
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
    /// Their number, as numbers are kept; none where they give none.
    pub phone: Option<String>,
    /// Their mail address, as addresses are kept; none where they give none.
    pub email: Option<String>,
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
    let (name, number, address) = (sent.text("name", 80), sent.text("phone", 30), sent.text("email", 254));
    let (phone, email) = (customers::api::spell_phone(&number), customers::api::spell_email(&address));
    Check::new()
        // A field that people do not see, and programs fill in.
        .that(sent.text("website", 10).is_empty(), "website", "not_allowed")
        .that(number.is_empty() || phone.is_some(), "phone", "phone_wrong")
        .that(address.is_empty() || email.is_some(), "email", "email_wrong")
        .done()?;
    Ok(Came { sent, name, phone, email })
}

/// Whoever filled it in: the one known by the number, or by the address where there is no number; somebody new where
/// nobody is, or several are. Without either, or a channel it is known on, they stay unnamed.
///
/// # Errors
/// From the database.
pub fn who(tx: &mut Tx<'_>, form: PublicForm, came: &Came) -> Result<Who> {
    let ways = ways(tx)?;
    let (number, address) = (came.phone.as_ref().zip(ways.sms), came.email.as_ref().zip(ways.mail));
    let Some((said, _)) = number.or(address) else { return Ok(Who::Unnamed) };
    if !visits::may_once_more(tx, form.purpose, said, MOST_TO_ONE)? {
        return Ok(Who::TooMany);
    }
    let name = Some(came.name.as_str()).filter(|name| !name.is_empty());
    let id = match (number, address) {
        (Some((phone, channel)), _) => customer(tx, channel, phone, name)?,
        (None, Some((email, channel))) => customers::api::for_address(tx, channel, email, name)?.id,
        (None, None) => return Ok(Who::Unnamed),
    };
    Ok(Who::Known(id, customers::api::name_of(tx, id)?))
}

fn customer(tx: &mut Tx<'_>, channel: ChannelId, phone: &str, name: Option<&str>) -> Result<CustomerId> {
    if let Some(known) = customers::api::only_with_phone(tx, phone)? {
        return Ok(known);
    }
    let met = customers::api::for_identity(tx, channel, phone, name)?;
    let given = Given { phone: Some(phone.to_owned()), ..Given::default() };
    Ok(customers::api::take(tx, met.id, &given)?.id)
}

/// The channels that the house writes to complainants by.
///
/// # Errors
/// From the database.
pub fn ways(tx: &mut Tx<'_>) -> Result<Ways> {
    Ok(queries::rules(tx)?.page.ways())
}

/// The form itself: `own` is what it alone asks, as HTML with every text of anybody's escaped. `texts` hold `form`,
/// `form_text`, `form_verb` and `form_reach_text`; `ways`: whether a number, and whether an address is of any use.
pub fn html(form: PublicForm, locale: &str, texts: &Texts, own: &str, ways: Ways, wrong: Option<&str>) -> String {
    let shared = page::words(locale);
    let word = |key: &str| escape(shared.word(key));
    let its = |key: &str| escape(texts.word(key));
    let wrong = wrong.map(|code| {
        let key = format!("wrong_{code}");
        let said = [its(&key), word(&key), word("wrong_refused")].into_iter().find(|said| !said.is_empty());
        format!("<p class=wrong role=alert>{}</p>", said.unwrap_or_default())
    });
    let asked = |is_asked: bool, key: &str, input: &str| match is_asked {
        true => format!("<label>{}<input {input}></label>", word(key)),
        false => String::new(),
    };
    let number =
        asked(ways.sms.is_some(), "form_phone", "name=phone type=tel inputmode=tel autocomplete=tel maxlength=30");
    let address = asked(ways.mail.is_some(), "form_email", "name=email type=email autocomplete=email maxlength=254");
    let reach = match ways.any() {
        true => format!("<p class=small>{}</p>", its("form_reach_text")),
        false => String::new(),
    };
    let name = asked(ways.any(), "form_name", "name=name autocomplete=name maxlength=80");
    format!(
        "<h1>{}</h1><p>{}</p>{}<form method=post action={} enctype=multipart/form-data>{own}{number}{address}{reach}{name}\
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
