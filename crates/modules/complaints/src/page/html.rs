//! How the customers' page looks. Every text of anybody's is escaped; nothing is fetched, and nothing runs but what lets a
//! name be drawn.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use axum::{http::StatusCode, response::Response};
use forms::FormField;
use http::{Texts, escape};
use jiff::tz::TimeZone;
use kernel::{Money, Timestamp};
use sms::api::{
    visits::{Doorway, pages},
    ways::Ways,
};

use super::{
    acts::{may_choose, may_sign},
    form::{FORM, asks},
    steps::{self, Row, State, masked},
    words,
};
use crate::{
    api::form,
    model::{APPEAL_DAYS, Complaint, ComplaintMove, ComplaintMoveKind, ComplaintStep, SolutionOption},
};

pub(crate) const STYLE: &str = include_str!("page.css");
/// Lets a name be drawn where there is a screen to draw on; without it, a picture or words do.
const SCRIPT: &str = include_str!("sign.js");

/// What is shown.
pub(super) enum Shown {
    /// A link: a code can be sent there.
    Link { masked: String },
    /// A link of somebody without a number: the steps alone.
    Bare { complaint: Box<Complaint>, zone: TimeZone, now: Timestamp },
    /// Which code?
    Code { challenge: String, wrong: bool },
    /// Where it stands.
    Inside(Box<Inside>),
    /// The form, and what was wrong with what came.
    Form { wrong: Option<&'static str>, own: Vec<FormField>, ways: Ways },
    /// It has a number, and a link to follow it by.
    Taken { number: String, link: String },
    /// The visit is ended.
    Left,
    /// Asked too often.
    TooMany,
    /// The link is over, or there is no such page.
    Gone,
    /// The form is not open.
    Closed,
    /// We cannot answer now.
    Trouble,
}

/// What a complainant sees.
pub(super) struct Inside {
    pub zone: TimeZone,
    pub now: Timestamp,
    pub complaint: Complaint,
    pub moves: Vec<ComplaintMove>,
    pub currency: String,
    /// What came of what they did last.
    pub news: String,
}

/// What an option said, so that what was read is what is chosen.
pub(super) fn mark(option: &SolutionOption) -> String {
    let mut hasher = DefaultHasher::new();
    (&option.title, &option.how, option.compensation.0).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn money(amount: Money, currency: &str) -> String {
    let sign = match currency {
        "CNY" => "¥".to_owned(),
        other => format!("{other} "),
    };
    format!("{sign}{}.{:02}", amount.0 / 100, (amount.0 % 100).abs())
}

struct Page<'a> {
    texts: &'a Texts,
    zone: TimeZone,
    now: Timestamp,
}

impl Page<'_> {
    fn word(&self, key: &str) -> String {
        escape(self.texts.word(key))
    }

    fn filled(&self, key: &str, values: &[(&str, &str)]) -> String {
        values.iter().fold(self.word(key), |text, (name, value)| text.replace(&format!("{{{name}}}"), &escape(value)))
    }

    fn at(&self, at: Timestamp) -> String {
        escape(&steps::moment(&self.zone, self.now, at, self.texts.word("today")))
    }

    fn news(&self, news: &str) -> String {
        let key = format!("done_{news}");
        if news.is_empty() || self.texts.word(&key).is_empty() {
            return String::new();
        }
        let good = matches!(news, "added" | "chosen" | "signed" | "rated" | "appealed");
        format!("<p class={} role=status>{}</p>", if good { "news" } else { "wrong" }, self.word(&key))
    }

    fn hero(&self, one: &Complaint) -> String {
        let name: String = one.customer_name.chars().next().map(|first| format!("{first}**")).unwrap_or_default();
        let mut out = format!(
            "<section class=hero><p class=no><span>{}</span><span dir=auto>{}</span></p>",
            escape(&one.number),
            escape(&name)
        );
        let promised = steps::promised(one, self.now);
        match promised {
            Some(due) if due > self.now => {
                let (whole, gone) = (due.since(one.entered_at).max(1), self.now.since(one.entered_at).max(0));
                let left = due.since(self.now) / 60_000;
                let share = (gone * 100 / whole).clamp(2, 100);
                let left = if left >= 2_880 {
                    self.filled("left_days", &[("n", &(left / 1_440).to_string())])
                } else {
                    self.filled("left", &[("h", &(left / 60).to_string()), ("m", &(left % 60).to_string())])
                };
                out += &format!(
                    "<h1><span>{}</span> <b>{} {}</b></h1><div class=bar><i style=\"width:{share}%\"></i></div><p class=no><span>{}</span><b>{left}</b></p>",
                    self.word("promise"),
                    self.at(due),
                    self.word(&format!("promise_{}", one.step.text())),
                    self.filled(
                        "since",
                        &[("at", &steps::moment(&self.zone, self.now, one.registered_at, self.texts.word("today")))]
                    ),
                );
            }
            Some(_) => {
                out += &format!(
                    "<h1><b>{}</b></h1><p>{}</p>",
                    self.word(&format!("now_{}", one.step.text())),
                    self.word("late")
                )
            }
            None => out += &format!("<h1><b>{}</b></h1>", self.word(&format!("now_{}", one.step.text()))),
        }
        out + "</section>"
    }

    /// What happened last, of what a customer is told.
    fn latest(&self, it: &Inside) -> String {
        let told = |kind: ComplaintMoveKind| format!("latest_{}", kind.text());
        let last = it.moves.iter().rev().find(|one| !self.texts.word(&told(one.kind)).is_empty());
        last.map(|one| {
            format!(
                "<section class=latest><p class=no><span>{}</span><time>{}</time></p><b>{}</b></section>",
                self.word("latest"),
                self.at(one.at),
                self.word(&told(one.kind))
            )
        })
        .unwrap_or_default()
    }

    fn steps(&self, one: &Complaint, detailed: bool) -> String {
        let rows: String = steps::rows(one, self.now)
            .iter()
            .enumerate()
            .map(|(at, row)| {
                let (class, sign, key) = match row.state {
                    State::Done => ("d", "✓".to_owned(), "done"),
                    State::Now => ("c", (at + 1).to_string(), "now"),
                    State::ToCome => ("f", (at + 1).to_string(), "next"),
                };
                let current = if row.state == State::Now { " aria-current=step" } else { "" };
                let time = match (row.state, row.at) {
                    (State::Now, Some(due)) if due > self.now => self.filled("before", &[("at", &steps::moment(&self.zone, self.now, due, self.texts.word("today")))]),
                    (State::Done, Some(left)) => self.at(left),
                    _ => String::new(),
                };
                let small = if detailed { self.detail(one, row) } else { String::new() };
                format!(
                    "<li class={class}{current}><span class=m aria-hidden=true>{sign}</span><b>{}</b><time>{time}</time>{small}</li>",
                    self.word(&format!("{key}_{}", row.step.text())),
                )
            })
            .collect();
        format!("<section><h2>{}</h2><ol>{rows}</ol></section>", self.word("steps"))
    }

    /// What is said of a step: nobody's inner words.
    fn detail(&self, one: &Complaint, row: &Row) -> String {
        let text = match row.step {
            ComplaintStep::Intake if !one.handler_name.is_empty() => self.filled("by", &[("name", &one.handler_name)]),
            ComplaintStep::Judgement if row.state == State::Done => match (&one.judgement, one.upheld) {
                (Some(judged), Some(true)) => self.filled("founded", &[("unit", &judged.responsible_unit_name)]),
                (Some(judged), _) => escape(&masked(&judged.reply)),
                _ => String::new(),
            },
            ComplaintStep::Solution if row.state != State::ToCome => {
                let title = |at: i64| {
                    usize::try_from(at).ok().and_then(|at| one.options.0.get(at)).map(|one| one.title.clone())
                };
                let decided = one.directive.as_ref().and_then(|one| title(one.option));
                match (decided, one.customer_choice.and_then(title)) {
                    (Some(title), _) => self.filled("decided", &[("title", &title)]),
                    (None, Some(title)) => self.filled("chose", &[("title", &title)]),
                    _ => String::new(),
                }
            }
            ComplaintStep::Implementation => {
                one.implementation.as_ref().map(|done| escape(&masked(&done.what))).unwrap_or_default()
            }
            ComplaintStep::Revisit if row.state == State::ToCome => self.word("revisit_text"),
            _ => String::new(),
        };
        if text.is_empty() { text } else { format!("<small dir=auto>{text}</small>") }
    }

    fn scores(&self, legend: &str) -> String {
        let radios: String = (1..=5)
            .map(|n| {
                format!(
                    "<label><input type=radio name=score value={n} required><span>{n}</span><small>{}</small></label>",
                    self.word(&format!("score_{n}"))
                )
            })
            .collect();
        format!(
            "<fieldset class=scores><legend{}>{}</legend><div>{radios}</div></fieldset>",
            if legend == "rate" { " class=hide" } else { "" },
            self.word(legend)
        )
    }

    fn choice(&self, one: &Complaint, currency: &str) -> String {
        if !may_choose(one) {
            return String::new();
        }
        let options: String = one
            .options
            .0
            .iter()
            .enumerate()
            .map(|(at, option)| {
                let checked = if one.customer_choice == i64::try_from(at).ok() { " checked" } else { "" };
                let paid = if option.compensation.0 > 0 {
                    self.filled("paid", &[("money", &money(option.compensation, currency))])
                } else {
                    String::new()
                };
                let facts = [escape(&option.takes), paid].into_iter().filter(|one| !one.is_empty()).collect::<Vec<_>>().join(" · ");
                format!(
                    "<label class=option><input type=radio name=option value=\"{at} {}\" required{checked}><span dir=auto><b>{}</b><small>{}</small><small>{facts}</small></span></label>",
                    mark(option),
                    escape(&option.title),
                    escape(&option.how),
                )
            })
            .collect();
        format!(
            "<section class=ask id=choose><h2>{}</h2><p>{}</p><form method=post action=/progress/choice><fieldset><legend class=hide>{}</legend>{options}</fieldset><button>{}</button></form></section>",
            self.word("choose"),
            self.word("choose_text"),
            self.word("choose"),
            self.word("choose_verb"),
        )
    }

    fn sign(&self, one: &Complaint) -> String {
        if !may_sign(one) {
            return String::new();
        }
        format!(
            "<section class=ask><h2>{}</h2><p>{}</p><form id=sign method=post action=/progress/sign-off enctype=multipart/form-data>\
             <label>{}<input name=name autocomplete=name maxlength=80 required></label>\
             <div id=pad hidden><p id=pad-label>{}</p><canvas role=img aria-labelledby=pad-label></canvas><button type=button id=clear class=quiet>{}</button><input type=hidden name=drawn></div>\
             <details id=other open><summary>{}</summary><label>{}<input type=file name=file accept=\"image/*,application/pdf\"></label><label>{}<textarea name=words rows=2 maxlength=900></textarea></label></details>\
             {}<label>{}<textarea name=feedback rows=3 maxlength=2000></textarea></label><button>{}</button></form></section>",
            self.word("sign"),
            self.word("sign_text"),
            self.word("sign_name"),
            self.word("sign_pad"),
            self.word("sign_clear"),
            self.word("sign_other"),
            self.word("sign_file"),
            self.word("sign_words"),
            self.scores("score"),
            self.word("feedback"),
            self.word("sign_verb"),
        )
    }

    fn rating(&self, one: &Complaint) -> String {
        if !one.is_closed() {
            return String::new();
        }
        if let Some(rating) = &one.rating {
            return format!(
                "<section><h2>{}</h2><p>{}</p></section>",
                self.word("rate"),
                self.filled("rated", &[("n", &rating.score.to_string())])
            );
        }
        format!(
            "<section class=ask><h2>{}</h2><form method=post action=/progress/rating>{}<label>{}<textarea name=words rows=3 maxlength=2000></textarea></label><button>{}</button></form></section>",
            self.word("rate"),
            self.scores("rate"),
            self.word("feedback"),
            self.word("rate_verb"),
        )
    }

    fn appeal(&self, one: &Complaint) -> String {
        let mut out = format!("<section><h2>{}</h2>", self.word("appeal"));
        match &one.appeal {
            Some(appeal) => {
                out += &format!(
                    "<p>{}</p><blockquote dir=auto>{}</blockquote>",
                    self.filled(
                        "appeal_at",
                        &[("at", &steps::moment(&self.zone, self.now, appeal.at, self.texts.word("today")))]
                    ),
                    escape(&masked(&appeal.reasons))
                );
                out += &match (&appeal.answer, appeal.due_at) {
                    (Some(answer), _) => format!(
                        "<p><b>{}</b></p><p dir=auto>{}</p>",
                        self.word(if answer.granted { "appeal_granted" } else { "appeal_refused" }),
                        escape(&masked(&answer.words))
                    ),
                    (None, Some(due)) => format!(
                        "<p>{}</p>",
                        self.filled(
                            "appeal_due",
                            &[("at", &steps::moment(&self.zone, self.now, due, self.texts.word("today")))]
                        )
                    ),
                    (None, None) => String::new(),
                };
            }
            None if one.may_be_appealed(self.now) => {
                out += &format!(
                    "<p>{}</p><details><summary>{}</summary><form method=post action=/progress/appeal><label>{}<textarea name=reasons rows=4 maxlength=2000 required></textarea></label><button>{}</button></form></details>",
                    self.filled("appeal_text", &[("n", &APPEAL_DAYS.to_string())]),
                    self.word("appeal_open"),
                    self.word("appeal_reasons"),
                    self.word("appeal_verb"),
                );
            }
            None => out += &format!("<p>{}</p>", self.word("appeal_later")),
        }
        out + &format!("<p>{}</p></section>", self.word("recourse"))
    }

    fn said(&self, it: &Inside) -> String {
        let one = &it.complaint;
        let added: String = it
            .moves
            .iter()
            .filter(|step| step.kind == ComplaintMoveKind::Added)
            .map(|step| {
                let words = if step.words.is_empty() {
                    self.word("files")
                } else {
                    escape(&masked(&step.words))
                };
                format!("<p dir=auto>{words} <time>{}</time></p>", self.at(step.at))
            })
            .collect();
        format!(
            "<section><h2>{}</h2><p dir=auto>{}</p><p class=small>{}</p><p dir=auto>{}</p>{added}</section>",
            self.word("said"),
            escape(&masked(&one.content)),
            self.word("wish"),
            escape(&masked(&one.remedy)),
        )
    }

    fn add(&self) -> String {
        format!(
            "<section id=add><h2>{}</h2><form method=post action=/progress/materials enctype=multipart/form-data><label>{}<textarea name=words rows=3 maxlength=2000></textarea></label><label>{}<input type=file name=file multiple></label><button>{}</button></form></section>",
            self.word("add"),
            self.word("add_words"),
            self.word("add_files"),
            self.word("add_verb"),
        )
    }

    fn inside(&self, it: &Inside) -> String {
        let one = &it.complaint;
        [
            self.news(&it.news),
            self.hero(one),
            self.latest(it),
            self.choice(one, &it.currency),
            self.sign(one),
            self.rating(one),
            self.steps(one, true),
            self.said(it),
            self.add(),
            self.appeal(one),
            format!(
                "<form method=post action=/progress/exit><button class=quiet>{}</button></form>",
                self.word("exit")
            ),
        ]
        .concat()
    }
}

/// The whole page.
pub(super) fn page(locale: &str, organisation: &str, shown: Shown) -> Response {
    let texts = words(locale);
    let door = Doorway { texts, enter: "/progress/visit" };
    let at = |zone: &TimeZone, now: Timestamp| Page { texts, zone: zone.clone(), now };
    let plain = at(&TimeZone::UTC, Timestamp::from_millis(0));
    let mut title = "door";
    let (status, main) = match &shown {
        Shown::Link { masked } => (StatusCode::OK, door.link(masked)),
        Shown::Bare { complaint, zone, now } => {
            let page = at(zone, *now);
            let head = format!("<h1>{}</h1><p>{}</p>", escape(&complaint.number), page.word("bare"));
            (StatusCode::OK, head + &page.steps(complaint, false))
        }
        Shown::Code { challenge, wrong } => (StatusCode::OK, door.code(challenge, *wrong, "")),
        Shown::Inside(it) => (StatusCode::OK, at(&it.zone, it.now).inside(it)),
        Shown::Form { wrong, own, ways } => {
            title = "form";
            (StatusCode::OK, form::html(FORM, locale, texts, &asks(locale, own), *ways, *wrong))
        }
        Shown::Taken { number, link } => {
            title = "form";
            let head =
                format!("<h1>{}</h1><p>{}</p>", plain.filled("taken", &[("number", number)]), plain.word("taken_text"));
            let url = if link.is_empty() {
                String::new()
            } else {
                format!("<p><a href=\"{0}\">{0}</a></p>", escape(link))
            };
            (StatusCode::OK, head + &url)
        }
        Shown::Left => (StatusCode::OK, door.simple("left_title", "left_text")),
        Shown::TooMany => (StatusCode::TOO_MANY_REQUESTS, door.simple("too_many", "too_many_text")),
        Shown::Gone => (StatusCode::NOT_FOUND, door.simple("gone", "gone_text")),
        Shown::Closed => (StatusCode::NOT_FOUND, door.simple("form_closed", "form_closed_text")),
        Shown::Trouble => (StatusCode::SERVICE_UNAVAILABLE, door.simple("trouble", "trouble_text")),
    };
    let script = matches!(&shown, Shown::Inside(it) if may_sign(&it.complaint)).then_some(SCRIPT);
    let title = texts.word(title);
    pages::Page { locale, title, organisation, main: &main, style: STYLE, script }.answer(status)
}
