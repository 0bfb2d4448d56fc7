//! A refusal in plain words: whoever opens an address of the API in a window of their browser (a form as PDF, a file, an
//! export) is told what stands in the way, and is not shown JSON.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use kernel::Params;
use serde::Deserialize;
use serde_json::Value;

use crate::{App, Locales, escape, language};

/// The house's own words.
const OWN: Locales = &[
    ("zh-CN", include_str!("../locales/zh-CN.json")),
    ("zh-TW", include_str!("../locales/zh-TW.json")),
    ("en", include_str!("../locales/en.json")),
];
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
const STYLE: &str = "body{margin:0;background:#fbfaf8;color:#192029;font:16px/1.55 system-ui,\"PingFang SC\",\"Noto Sans CJK SC\",sans-serif}\
    main{max-width:560px;margin:12vh auto;padding:0 20px;overflow-wrap:anywhere}h1{margin:0 0 8px;font-size:20px}\
    p{margin:0;color:#4f565f;font-size:14px}@media(prefers-color-scheme:dark){body{background:#0f1318;color:#e5e8ec}p{color:#acb2b9}}";

/// What a refusal says, beside its answer.
#[derive(Clone)]
pub(crate) struct Refused {
    pub code: &'static str,
    pub params: Params,
}

/// The catalogues with the words for refusals. They are read when they are needed, which is hardly ever.
pub(crate) struct Refusals(Vec<Locales>);

#[derive(Default, Deserialize)]
#[serde(default)]
struct Catalogue {
    errors: BTreeMap<String, String>,
    texts: BTreeMap<String, String>,
}

impl Refusals {
    pub(crate) fn of(modules: impl Iterator<Item = Locales>) -> Self {
        Self([OWN].into_iter().chain(modules).collect())
    }

    /// The words for a refusal, with its values in them; the code itself where nobody wrote any.
    fn words(&self, locale: &str, refused: &Refused) -> String {
        let found = self.0.iter().find_map(|of| read(of, locale).errors.remove(refused.code));
        refused.params.iter().fold(found.unwrap_or_else(|| refused.code.to_owned()), |text, (name, value)| {
            let value = value.as_str().map_or_else(|| Value::to_string(value), str::to_owned);
            text.replace(&format!("{{{name}}}"), &value)
        })
    }
}

fn read(catalogue: Locales, locale: &str) -> Catalogue {
    let text = catalogue.iter().find(|(known, _)| *known == locale).map(|(_, text)| *text);
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Browsers ask for pages where they show what comes; programs, and the console's own requests, do not.
pub(crate) async fn in_words(State(app): State<App>, request: Request, next: Next) -> Response {
    let asked = text(request.headers(), header::ACCEPT)
        .starts_with("text/html")
        .then(|| language(text(request.headers(), header::ACCEPT_LANGUAGE)).unwrap_or("zh-CN"));
    let mut response = next.run(request).await;
    if let Some(locale) = asked
        && let Some(refused) = response.extensions_mut().remove::<Refused>()
    {
        let words = app.part::<Refusals>().words(locale, &refused);
        let id = text(response.headers(), header::HeaderName::from_static("x-request-id")).to_owned();
        let label = read(OWN, locale).texts.remove("request").unwrap_or_default();
        *response.body_mut() = Body::from(page(locale, &words, &label, &id));
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_LENGTH);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    }
    response
}

fn page(locale: &str, words: &str, label: &str, id: &str) -> String {
    let words = escape(words);
    format!(
        "<!doctype html><html lang={locale}><head><meta charset=utf-8><meta name=viewport content=\"width=device-width, initial-scale=1\">\
         <meta name=color-scheme content=\"light dark\"><title>{words}</title><style>{STYLE}</style></head>\
         <body><main><h1>{words}</h1><p>{} {}</p></main></body></html>",
        escape(label),
        escape(id),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF_A_MODULE: Locales = &[("en", r#"{"errors": {"tasks.full": "{name} has {most} tasks"}}"#)];

    #[test]
    fn a_refusal_has_words_with_its_values_in_whichever_catalogue_they_stand() {
        let refusals = Refusals::of([OF_A_MODULE].into_iter());
        let params = Params::from([("name", Value::from("<Lin>")), ("most", Value::from(3))]);
        let said = |locale, code, params: &Params| refusals.words(locale, &Refused { code, params: params.clone() });
        assert_eq!(said("en", "tasks.full", &params), "<Lin> has 3 tasks");
        assert_eq!(said("en", "unauthenticated", &params), "Please sign in");
        assert_ne!(said("zh-TW", "unauthenticated", &params), said("en", "unauthenticated", &params));
        assert_eq!(said("zh-TW", "tasks.full", &params), "tasks.full", "a code is better than nothing");
        assert!(page("en", "<Lin>", "", "").contains("<h1>&lt;Lin&gt;</h1>"));
    }
}
