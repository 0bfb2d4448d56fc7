//! A mail as a page of its own, for a frame: what its sender wrote, harmless.

use std::fmt::Write as _;

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use files::api::LinkKey;
use http::{Cx, Path, Problem, Query};
use kernel::{Error, Id, Timestamp};
use serde::Deserialize;
use store::text_enum;
use utoipa::IntoParams;

use crate::{
    letter::escape,
    model::{Mail, MailFile},
    queries,
};

/// How long the page's own pictures can be fetched.
const GOOD_MS: i64 = 3_600_000;

text_enum! {
    /// In which colours.
    pub(crate) enum PageTheme {
        /// Dark on light.
        Light = "light",
        /// Light on dark.
        Dark = "dark",
    }
}

/// How it is shown.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Whether pictures that lie elsewhere are fetched: their owners then learn that the mail was read.
    #[serde(default)]
    pictures: bool,
    /// In which colours.
    #[param(inline)]
    theme: Option<PageTheme>,
}

/// The mail as an HTML page for a frame. Nothing in it runs; pictures that lie elsewhere are fetched only
/// when asked for.
#[utoipa::path(get, path = "/mails/{id}/page", tag = "mail", params(("id" = Id<Mail>, Path), PageQuery), responses((status = 200, content_type = "text/html", body = String)))]
pub(crate) async fn read(
    cx: Cx,
    Path(id): Path<Id<Mail>>,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let mail = cx
        .read(move |tx| {
            tx.actor().staff()?;
            let mail = queries::mail(tx, id)?;
            conversations::api::readable(tx, mail.conversation_id.ok_or(Error::NotFound)?)?;
            Ok(mail)
        })
        .await?;
    let key = files::api::link_key(cx.app()).await?;
    let body = body(&mail, &key, query.pictures, cx.app().clock().now().plus_millis(GOOD_MS));
    let (ink, paper, line, tint) = match query.theme {
        Some(PageTheme::Dark) => ("#e7e9ee", "transparent", "#4a4f5b", "#8ab4ff"),
        _ => ("#1c2330", "transparent", "#c9ced8", "#1d5fd1"),
    };
    let scheme = if query.theme == Some(PageTheme::Dark) { "dark" } else { "light" };
    let page = format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"{scheme}\"><style>\
         html{{color-scheme:{scheme}}}body{{margin:0;padding:2px;color:{ink};background:{paper};font:14px/1.6 system-ui,-apple-system,\"PingFang SC\",\"Microsoft YaHei\",\"Noto Sans CJK SC\",sans-serif;overflow-wrap:anywhere}}\
         img{{max-width:100%;height:auto}}img[data-remote]{{display:none}}table{{max-width:100%;border-collapse:collapse}}td,th{{padding:2px 6px;vertical-align:top}}pre{{white-space:pre-wrap;margin:0;font:inherit}}\
         a{{color:{tint}}}blockquote{{margin:4px 0;padding:0 0 0 10px;border-left:3px solid {line}}}summary{{cursor:pointer;display:inline-block;padding:0 8px;border:1px solid {line};border-radius:8px;list-style:none;line-height:1.2}}\
         </style></head><body dir=\"auto\">{body}</body></html>"
    );
    let pictures = if query.pictures { " https: http:" } else { "" };
    let policy = format!(
        "default-src 'none'; img-src 'self' data:{pictures}; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; \
         form-action 'none'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
    );
    Ok((
        [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (header::CONTENT_SECURITY_POLICY, HeaderValue::from_str(&policy).map_err(Error::internal)?),
            (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
            (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        ],
        page,
    )
        .into_response())
}

fn body(mail: &Mail, key: &LinkKey, pictures: bool, until: Timestamp) -> String {
    let Some(html) = &mail.html else { return text(&mail.text) };
    let mut html = html.clone();
    for MailFile { file_id, cid } in &mail.attachments.0 {
        let Some(cid) = cid else { continue };
        // Inside of text and of attributes a quote is always written otherwise: this is a mark of ours.
        let mut mark = String::from("data-cid=\"");
        escape(&mut mark, cid);
        mark.push('"');
        let mut source = String::from("src=\"");
        escape(&mut source, &key.link(*file_id, until));
        source.push('"');
        html = html.replace(&mark, &source);
    }
    if pictures { html.replace("<img data-remote=\"", "<img src=\"") } else { html }
}

/// Text as it was written; what it quotes at its end is folded.
fn text(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let is_quoted = |line: &&str| line.trim_start().starts_with('>');
    let mut html = String::new();
    let mut at = 0;
    while at < lines.len() {
        let quoted = is_quoted(&lines[at]);
        let end = lines[at..].iter().position(|line| is_quoted(line) != quoted).map_or(lines.len(), |more| at + more);
        let mut block = String::new();
        escape(&mut block, &lines[at..end].join("\n"));
        let _ = match quoted {
            true => write!(html, "<details><summary>···</summary><pre>{block}</pre></details>"),
            false => write!(html, "<pre>{block}</pre>"),
        };
        at = end;
    }
    html
}
