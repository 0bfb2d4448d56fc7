//! A conversation to take along: as a page to print, as text, as JSON.

use std::fmt::Write as _;

use audit::api::Entry;
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use http::{Cx, Path, Problem, Query, Texts, escape};
use kernel::{Result, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Tx, text_enum};
use utoipa::IntoParams;

use crate::{
    model::{Conversation, ConversationId, Copied, Data, Event, Message, MessageKind, MessageVersion, Named, Side},
    policy, queries, words,
};

text_enum! {
    /// What a conversation is taken along as.
    pub(crate) enum Format {
        /// A page that stands for itself, to look at and to print.
        Html = "html",
        /// Text.
        Txt = "txt",
        /// JSON, as the API has it.
        Json = "json",
    }
}

/// As what.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// As what; `html` unless told.
    #[param(inline)]
    format: Option<Format>,
}

/// All there is of it.
#[derive(Serialize)]
struct Export {
    conversation: Conversation,
    messages: Vec<Message>,
    /// What was said before, for those who may read it.
    versions: Vec<MessageVersion>,
}

/// One line as it is read.
struct Line {
    at: String,
    who: String,
    text: String,
    /// What stands beside it: edited, recalled, a note.
    marks: Vec<String>,
    originals: Vec<String>,
}

/// Messages read at a time.
const PIECE: i64 = 200;

/// A conversation with all that is shown of it on the screen, notes among staff included; what was
/// said before an edit or a recall only for those who may read it. The export is on the trail.
#[utoipa::path(get, path = "/conversations/{id}/export", tag = "conversations", params(("id" = ConversationId, Path), ExportQuery), responses((status = 200, body = String, content_type = "text/html")))]
pub(crate) async fn export(
    cx: Cx,
    Path(id): Path<ConversationId>,
    Query(query): Query<ExportQuery>,
) -> Result<Response, Problem> {
    let format = query.format.unwrap_or(Format::Html);
    let text = cx.write(move |tx| write(tx, id, format)).await?;
    let (kind, name) = match format {
        Format::Html => ("text/html; charset=utf-8", "html"),
        Format::Txt => ("text/plain; charset=utf-8", "txt"),
        Format::Json => ("application/json", "json"),
    };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{id}.{name}\"")),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; sandbox".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, text).into_response())
}

fn write(tx: &mut Tx<'_>, id: ConversationId, format: Format) -> Result<String> {
    let conversation = queries::find(tx, id)?;
    policy::may_export(tx.actor(), &conversation)?;
    let before = policy::may_read_versions(tx.actor(), &conversation).is_ok();
    let (mut messages, mut versions) = (Vec::new(), Vec::new());
    loop {
        let after = messages.last().map_or(0, |last: &Message| last.seq);
        let piece = queries::messages_after(tx, id, after, PIECE, Side::Agent)?;
        let last = piece.len() < PIECE as usize;
        messages.extend(piece);
        if last {
            break;
        }
    }
    let changed = messages.iter().filter(|it| before && (it.edited_at.is_some() || it.recalled_at.is_some()));
    for message in changed {
        versions.extend(queries::versions(tx, id, message.seq)?);
    }
    audit::api::record(tx, Entry::new("conversations.exported", "conversation", id))?;
    let export = Export { conversation, messages, versions };
    if format == Format::Json {
        return serde_json::to_string_pretty(&export).map_err(kernel::Error::internal);
    }
    let organisation = settings::api::organisation(tx)?;
    let zone = settings::api::calendar(tx)?.zone().clone();
    let texts = words::texts(organisation.locale.text());
    let time = |at: Timestamp| {
        let moment = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default();
        zone.to_datetime(moment).strftime("%Y-%m-%d %H:%M:%S").to_string()
    };
    let mut lines: Vec<Line> = Vec::with_capacity(export.messages.len());
    for message in &export.messages {
        let mut line = line(message, &export.versions, texts, time(message.at));
        if let Some(file) = message.file_id {
            line.text = format!("{} {}", files::api::get(tx, file)?.name, line.text).trim_end().to_owned();
        }
        lines.push(line);
    }
    let title = format!("{} {}", texts.word("title"), export.conversation.customer_name);
    Ok(if format == Format::Html {
        page(&title, &id.to_string(), &lines)
    } else {
        plain(&title, &id.to_string(), &lines)
    })
}

fn line(message: &Message, versions: &[MessageVersion], texts: &Texts, at: String) -> Line {
    let mut marks = Vec::new();
    for (is, word) in [
        (message.kind == MessageKind::Note, "note"),
        (message.edited_at.is_some(), "edited"),
        (message.recalled_at.is_some(), "recalled"),
        (message.file_id.is_some(), "file"),
    ] {
        if is {
            marks.push(texts.word(word).to_owned());
        }
    }
    let mut text = message.text.clone();
    match &message.data {
        Some(Data::Event(event)) => {
            let happened = happened(event, texts);
            text = if text.is_empty() { happened } else { format!("{happened}: {text}") };
        }
        Some(Data::Card(card) | Data::Copied(Copied { card: Some(card), .. })) => {
            let more = [&card.subtitle, &card.price, &card.url].into_iter().flatten();
            more.for_each(|more| text = format!("{text} · {more}"));
        }
        Some(Data::Mentions(_) | Data::Copied(_)) | None => {}
    }
    let originals = versions.iter().filter(|version| version.seq == message.seq);
    let originals = originals.map(|version| format!("{} {}", texts.word("original"), version.text)).collect();
    Line { at, who: message.author_name.clone(), text, marks, originals }
}

/// What happened, in words.
fn happened(event: &Event, texts: &Texts) -> String {
    let name = |named: &Option<Named>| named.as_ref().map(|named| named.name.clone()).unwrap_or_default();
    let (key, from, to) = match event {
        Event::Opened { .. } => ("opened", String::new(), String::new()),
        Event::Assigned { to, .. } => ("assigned", String::new(), to.name.clone()),
        Event::Transferred { from, to, queue } => {
            ("transferred", name(from), name(if to.is_some() { to } else { queue }))
        }
        Event::Requeued { from, queue, .. } => ("requeued", name(from), name(queue)),
        Event::TakenOver { to, from } => ("taken_over", name(from), to.name.clone()),
        Event::Closed { by, .. } => ("closed", name(by), String::new()),
        Event::Rated { score, .. } => {
            ("rated", String::new(), score.map(|score| score.to_string()).unwrap_or_default())
        }
        Event::AfterHours { .. } => ("after_hours", String::new(), String::new()),
        Event::Acknowledged {} => ("acknowledged", String::new(), String::new()),
        Event::MailFailed { .. } => ("mail_failed", String::new(), String::new()),
        Event::DeliveryFailed { .. } => ("delivery_failed", String::new(), String::new()),
        Event::FilesDropped {} => ("files_dropped", String::new(), String::new()),
        Event::OptedOut {} => ("opted_out", String::new(), String::new()),
        Event::OptedIn {} => ("opted_in", String::new(), String::new()),
        Event::AutoReply {} => ("auto_reply", String::new(), String::new()),
        Event::ForwardAnswered {} => ("forward_answered", String::new(), String::new()),
        Event::LeftMessage {} => ("left_message", String::new(), String::new()),
        Event::CameBack {} => ("came_back", String::new(), String::new()),
        Event::ParticipantJoined { who, by } => ("joined", name(by), who.name.clone()),
        Event::ParticipantLeft { who, .. } => ("parted", who.name.clone(), String::new()),
        Event::Asked { by, to, .. } => ("asked", by.name.clone(), name(to)),
        Event::AskAnswered { by, .. } => ("ask_answered", by.name.clone(), String::new()),
        Event::Escalated { name, told, .. } => {
            let told: Vec<&str> = told.iter().map(|one| one.name.as_str()).collect();
            ("escalated", name.clone(), told.join(", "))
        }
        Event::EscalationSolved { name, by, .. } => ("escalation_solved", by.name.clone(), name.clone()),
        Event::Snoozed { by, .. } => ("snoozed", name(by), String::new()),
        Event::Woken { .. } => ("woken", String::new(), String::new()),
        Event::Linked { by, .. } => ("linked", name(by), String::new()),
        Event::Unlinked { by, .. } => ("unlinked", name(by), String::new()),
        Event::MergedInto { by, .. } => ("merged_into", name(by), String::new()),
        Event::MergedFrom { by, .. } => ("merged_from", name(by), String::new()),
        Event::MergeUndone { by, .. } => ("merge_undone", name(by), String::new()),
        Event::Continues { .. } => ("continues", String::new(), String::new()),
        Event::ContinuedBy { .. } => ("continued_by", String::new(), String::new()),
        Event::SplitInto { by, .. } => ("split_into", name(by), String::new()),
        Event::SplitFrom { by, .. } => ("split_from", name(by), String::new()),
        Event::SavedAsLead { by } => ("saved_as_lead", name(by), String::new()),
        Event::Invited { .. } => ("invited", String::new(), String::new()),
    };
    texts.word(key).replace("{from}", &from).replace("{to}", &to).trim().to_owned()
}

fn plain(title: &str, id: &str, lines: &[Line]) -> String {
    let mut out = format!("{title}\n{id}\n\n");
    for Line { at, who, text, marks, originals } in lines {
        let marks: String = marks.iter().map(|mark| format!(" [{mark}]")).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{at} {who}{marks}\n  {}", text.replace('\n', "\n  "));
        for original in originals {
            let _ = writeln!(out, "  ({})", original.replace('\n', "\n  "));
        }
    }
    out
}

fn page(title: &str, id: &str, lines: &[Line]) -> String {
    let mut out = format!(
        "<!doctype html><meta charset=\"utf-8\"><title>{0}</title><style>\
         body{{font:14px/1.6 system-ui,sans-serif;max-width:48em;margin:2em auto;padding:0 1em;color:#111;background:#fff}}\
         li{{list-style:none;margin:0 0 .8em;break-inside:avoid}}ul{{padding:0}}p{{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}}\
         p,b,del{{unicode-bidi:isolate}}small,del{{color:#666}}</style><h1>{0}</h1><small>{1}</small><ul>",
        escape(title),
        escape(id)
    );
    for Line { at, who, text, marks, originals } in lines {
        let marks: String = marks.iter().map(|mark| format!(" [{}]", escape(mark))).collect();
        let _ = write!(
            out,
            "<li><small>{} </small><b dir=\"auto\">{}</b><small>{marks}</small><p dir=\"auto\">{}</p>",
            escape(at),
            escape(who),
            escape(text)
        );
        for original in originals {
            let _ = write!(out, "<p dir=\"auto\"><del>{}</del></p>", escape(original));
        }
        out.push_str("</li>");
    }
    out.push_str("</ul>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_text_on_the_page() {
        let text = "<script>alert('1')</script>".to_owned();
        let line = Line { at: "t".into(), who: "<b>".into(), text, marks: vec![], originals: vec!["\"><img>".into()] };
        let page = page("a & b", "cnv_1", &[line]);
        assert!(!page.contains("<script") && !page.contains("<img") && page.contains("a &amp; b"), "{page}");
    }
}
