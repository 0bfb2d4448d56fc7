//! The form by which anybody suggests, thinks or praises something, at `/suggest` (R062). It has the look and the guard of
//! that of complaints: one choice says what it is.

use std::{
    net::SocketAddr,
    sync::{Arc, LazyLock},
};

use axum::{
    extract::{ConnectInfo, DefaultBodyLimit, Multipart, State, multipart::MultipartRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use complaints::api::form::{self, Came, Posted, PublicForm, Who};
use forms::FormField;
use http::{App, Languages, escape};
use kernel::{Check, Error, Origin, Result};
use serde_json::json;
use settings::api::Organisation;
use sms::api::{
    visits::pages::languages,
    ways::{self, Ways, Words},
};
use store::Tx;
use utoipa::{OpenApiRouter, routes};

use crate::{
    api,
    http::{FILES, NewFeedbackItem, taken_in},
    model::{FeedbackItem, FeedbackKind},
    queries,
};

const FORM: PublicForm = PublicForm { path: "/suggest", purpose: FILES };
/// What it may be, in the order they are offered.
const KINDS: [FeedbackKind; 3] = [FeedbackKind::Suggestion, FeedbackKind::Opinion, FeedbackKind::Praise];

static TEXTS: LazyLock<Languages> = LazyLock::new(|| Languages::of(crate::LOCALES));

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(shown, say)).layer(DefaultBodyLimit::max(files::api::REQUEST))
}

fn system() -> Arc<Origin> {
    Origin::system("public form")
}

fn open(tx: &mut Tx<'_>) -> Result<bool> {
    Ok(queries::rules(tx)?.form.enabled)
}

/// What the page needs to know of the house.
struct House {
    organisation: Organisation,
    open: bool,
    /// How people are written to.
    ways: Ways,
    /// The own fields of each kind.
    own: Vec<(FeedbackKind, Vec<FormField>)>,
}

async fn house(app: &App) -> Result<House> {
    let system = system();
    let read = app.db().read(&system, |tx| {
        let organisation = settings::api::organisation(tx)?;
        let mut own = Vec::new();
        for kind in KINDS {
            own.push((kind, forms::api::asked_publicly(tx, kind.form())?));
        }
        Ok(House { organisation, open: open(tx)?, ways: form::ways(tx)?, own })
    });
    read.await
}

/// Where anybody says something: HTML in the language their browser asks for.
#[utoipa::path(get, path = "/suggest", tag = "feedback", responses((status = 200, description = "HTML", body = String, content_type = "text/html")))]
async fn shown(State(app): State<App>, headers: HeaderMap) -> Response {
    match house(&app).await {
        Ok(house) if house.open => answer(&house, &languages(&headers), &Posted::Wrong("")),
        Ok(house) => answer(&house, &languages(&headers), &Posted::Gone),
        Err(_) => trouble(),
    }
}

/// Takes something in: a form with files (`kind`, `content`, `about`, `goods`, `name`, `phone`, `email`, `file` up to five
/// times). With a number or an address it is that of whoever is known by it, without either it stays unnamed. Six an hour from one address.
#[utoipa::path(post, path = "/suggest", tag = "feedback", request_body(content = String, content_type = "multipart/form-data"), responses((status = 200, description = "HTML: its number, or what is wrong", body = String, content_type = "text/html"), (status = 429, description = "HTML: too often", body = String, content_type = "text/html")))]
async fn say(
    State(app): State<App>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    sent: std::result::Result<Multipart, MultipartRejection>,
) -> Response {
    let posted = form::post(&app, FORM, (&headers, from), sent, open, taken).await;
    match (posted, house(&app).await) {
        (Ok(posted), Ok(house)) => answer(&house, &languages(&headers), &posted),
        _ => trouble(),
    }
}

/// Kept as whoever is known by the number or the address, thanked by a text message or a mail where one can reach them.
fn taken(tx: &mut Tx<'_>, came: &Came) -> Result<Posted<String>> {
    let said = |name: &str, most: usize| came.sent.text(name, most);
    let (kind, content, about) = (said("kind", 20), said("content", 3_800), said("about", 100));
    Check::new()
        .that(KINDS.iter().any(|known| known.text() == kind), "kind", "required")
        .that(!content.is_empty(), "content", "required")
        .done()?;
    let (who, name) = match form::who(tx, FORM, came)? {
        Who::Known(id, name) => (Some(id), name),
        Who::Unnamed => (None, String::new()),
        Who::TooMany => return Ok(Posted::TooMany),
    };
    let locale = settings::api::organisation(tx)?.locale;
    let texts = TEXTS.texts(locale.text());
    let content = if about.is_empty() {
        content
    } else {
        format!("{content}\n{}", texts.word("said_about").replace("{about}", &about))
    };
    let new: NewFeedbackItem = serde_json::from_value(json!({
        "kind": kind, "content": content, "goods": said("goods", 200), "way": "form", "anonymous": who.is_none(),
    }))
    .map_err(Error::internal)?;
    let item = taken_in(tx, &new, None, who, name)?;
    for file in &came.sent.files {
        files::api::attach(tx, *file, FILES, item.id)?;
    }
    let own = forms::api::asked_publicly(tx, item.kind.form())?;
    let given = forms::api::said(&own, |name| said(name, 4_000));
    forms::api::fill(tx, item.id, item.kind.form(), &given, true)?;
    api::register(tx, &item)?;
    thank(tx, &item, texts.word("thanks_title"), &texts.word("thanks").replace("{number}", &item.number))?;
    Ok(Posted::Taken(item.number))
}

/// Thanks them with the number of what they said; nothing where no message reaches them.
fn thank(tx: &mut Tx<'_>, item: &FeedbackItem, subject: &str, text: &str) -> Result<()> {
    let Some(customer) = item.customer_id else { return Ok(()) };
    let Some(way) = form::ways(tx)?.to(tx, customer)? else { return Ok(()) };
    let words = Words { subject, text, reference: format!("feedback {}", item.number) };
    ways::write(tx, way.channel, customer, words).map(drop)
}

fn trouble() -> Response {
    let (status, main) = form::instead::<()>("zh-CN", &Posted::Wrong(""));
    form::page("zh-CN", "", "", &main, status)
}

fn answer(house: &House, asked: &str, posted: &Posted<String>) -> Response {
    let locale = house.organisation.language(asked);
    let texts = TEXTS.texts(locale);
    let word = |key: &str| escape(texts.word(key));
    let (status, main) = match posted {
        Posted::Taken(number) => {
            let number = escape(number);
            let head = word("taken").replace("{number}", &number);
            (StatusCode::OK, format!("<h1>{head}</h1><p>{}</p>", word("taken_text")))
        }
        Posted::Wrong(code) => {
            let wrong = Some(*code).filter(|code| !code.is_empty());
            (StatusCode::OK, form::html(FORM, locale, texts, &asks(locale, &house.own), house.ways, wrong))
        }
        other => form::instead(locale, other),
    };
    form::page(locale, &house.organisation.name, texts.word("form"), &main, status)
}

/// What it alone asks, and each kind's own fields, shown once it is chosen.
fn asks(locale: &str, own: &[(FeedbackKind, Vec<FormField>)]) -> String {
    let word = |key: &str| escape(TEXTS.texts(locale).word(key));
    let kinds: String = KINDS
        .iter()
        .map(|kind| {
            format!(
                "<label class=option><input type=radio name=kind value={} required><span><b>{}</b><small>{}</small></span></label>",
                kind.text(),
                word(&format!("form_{}", kind.text())),
                word(&format!("form_{}_text", kind.text())),
            )
        })
        .collect();
    let own: String = own
        .iter()
        .filter(|(_, fields)| !fields.is_empty())
        .map(|(kind, fields)| {
            let (kind, fields) = (kind.text(), forms::api::html(fields, locale, false));
            format!(
                "<style>form:not(:has([name=kind][value={kind}]:checked)) .own-{kind}{{display:none}}</style><div class=own-{kind}>{fields}</div>"
            )
        })
        .collect();
    format!(
        "<fieldset><legend>{}</legend>{kinds}</fieldset>\
         <label>{}<textarea name=content rows=5 maxlength=3800 required></textarea></label>\
         <label>{}<input name=about maxlength=100></label><label>{}<input name=goods maxlength=200></label>{own}",
        word("form_kind"),
        word("form_content"),
        word("form_about"),
        word("form_goods"),
    )
}
