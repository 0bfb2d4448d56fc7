//! What other modules call: they hold the record, this module what its own fields say.

use std::{fmt::Display, sync::LazyLock};

use documents::{Cell, Row};
use http::{Languages, escape};
use kernel::Result;
use serde_json::{Map, Value, json};
use store::Tx;

pub use crate::model::FormEntry;
use crate::{
    demo,
    model::{Filling, FormField, FormFieldKind, FormKind},
    queries,
};

static TEXTS: LazyLock<Languages> = LazyLock::new(|| Languages::of(crate::LOCALES));

/// Keeps what was filled in of `subject`, with the version of the form it was filled by. `publicly`: by the form that
/// anybody may fill in, which asks those fields alone that are public.
///
/// # Errors
/// [`kernel::Error::Invalid`] names every bad field: `own_fields.ID`.
pub fn fill(
    tx: &mut Tx<'_>,
    subject: impl Display,
    form: FormKind,
    given: &Map<String, Value>,
    publicly: bool,
) -> Result<()> {
    let version = queries::latest(tx, form)?;
    let entries = version.filled(given, publicly)?;
    if entries.0.is_empty() {
        return Ok(());
    }
    queries::fill(tx, &Filling { subject_id: subject.to_string(), form, version: version.version, entries })
}

/// What was filled in of `subject`, by the form as it was then; nothing where nothing was.
///
/// # Errors
/// From the database.
pub fn filled(tx: &mut Tx<'_>, subject: impl Display) -> Result<Vec<FormEntry>> {
    let Some(filling) = queries::filled(tx, &subject.to_string())? else { return Ok(Vec::new()) };
    Ok(queries::version(tx, filling.form, filling.version)?.shown(&filling.entries))
}

/// Fills in a form as somebody of the demo story would, otherwise for each `n`.
///
/// # Errors
/// As [`fill`].
pub fn example(tx: &mut Tx<'_>, subject: impl Display, form: FormKind, n: usize) -> Result<()> {
    let given = demo::example(&queries::latest(tx, form)?.fields.0, n);
    fill(tx, subject, form, &given, false)
}

/// Erases what was filled in of `subject`.
///
/// # Errors
/// From the database.
pub fn empty(tx: &mut Tx<'_>, subject: impl Display) -> Result<()> {
    queries::empty(tx, &subject.to_string())
}

/// The fields that the form anybody may fill in asks, in their order.
///
/// # Errors
/// From the database.
pub fn asked_publicly(tx: &mut Tx<'_>, form: FormKind) -> Result<Vec<FormField>> {
    let fields = queries::latest(tx, form)?.fields.0;
    Ok(fields.into_iter().filter(|field| field.is_asked(true)).collect())
}

/// These fields as HTML of a form, named `own_ID`; every text is escaped. Those of one that is not asked by everybody are
/// not required by the browser: the server says so.
pub fn html(fields: &[FormField], locale: &str, strict: bool) -> String {
    let texts = TEXTS.texts(locale);
    let one = |field: &FormField| {
        let name = format!("own_{}", escape(&field.id));
        let required = if field.required && strict { " required" } else { "" };
        let hint = if field.hint.is_empty() {
            String::new()
        } else {
            format!("<small class=small>{}</small>", escape(&field.hint))
        };
        let offered = || field.choices.iter().filter(|one| !one.retired);
        let input = match field.kind {
            FormFieldKind::Text => format!("<input name={name} maxlength=500{required}>"),
            FormFieldKind::LongText => format!("<textarea name={name} rows=3 maxlength=4000{required}></textarea>"),
            FormFieldKind::Number => format!("<input name={name} type=number step=any{required}>"),
            FormFieldKind::Date => format!("<input name={name} type=date{required}>"),
            FormFieldKind::YesNo | FormFieldKind::Choice => {
                let options: Vec<(String, String)> = if field.kind == FormFieldKind::YesNo {
                    [("true", "yes"), ("false", "no")].map(|(v, key)| (v.into(), texts.word(key).into())).into()
                } else {
                    offered().map(|one| (one.id.clone(), one.label.clone())).collect()
                };
                let option = |(value, label): &(String, String)| {
                    format!("<option value=\"{}\">{}</option>", escape(value), escape(label))
                };
                let options: String = options.iter().map(option).collect();
                let choose = escape(texts.word("choose"));
                format!("<select name={name}{required}><option value=\"\">{choose}</option>{options}</select>")
            }
            FormFieldKind::Choices => {
                let boxes: String = offered()
                    .map(|one| {
                        let (id, label) = (escape(&one.id), escape(&one.label));
                        format!("<label class=option><input type=checkbox name={name}_{id} value=1><span>{label}</span></label>")
                    })
                    .collect();
                return format!("<fieldset><legend>{}</legend>{hint}{boxes}</fieldset>", escape(&field.label));
            }
        };
        format!("<label>{}{hint}{input}</label>", escape(&field.label))
    };
    fields.iter().map(one).collect()
}

/// What a form of a browser says of these fields, by `text`, which answers what it says under a name.
pub fn said(fields: &[FormField], text: impl Fn(&str) -> String) -> Map<String, Value> {
    let mut given = Map::new();
    for field in fields {
        let name = format!("own_{}", field.id);
        let said = text(&name);
        let value = match field.kind {
            FormFieldKind::Choices => {
                let chosen = |id: &str| !text(&format!("{name}_{id}")).is_empty();
                json!(field.choices.iter().map(|one| one.id.as_str()).filter(|id| chosen(id)).collect::<Vec<_>>())
            }
            FormFieldKind::Number => {
                serde_json::from_str::<serde_json::Number>(&said).map_or(json!(said), |n| json!(n))
            }
            FormFieldKind::YesNo => match said.as_str() {
                "true" => json!(true),
                "false" => json!(false),
                other => json!(other),
            },
            _ => json!(said),
        };
        given.insert(field.id.clone(), value);
    }
    given
}

/// What was filled in as a person reads it in this language.
pub fn words(entry: &FormEntry, locale: &str) -> String {
    let texts = TEXTS.texts(locale);
    match (entry.kind, entry.text.as_str()) {
        (FormFieldKind::YesNo, "true") => texts.word("yes").to_owned(),
        (FormFieldKind::YesNo, _) => texts.word("no").to_owned(),
        (_, text) => text.to_owned(),
    }
}

/// What was filled in as rows of a form of three names and what they name.
pub fn rows(entries: &[FormEntry], locale: &str) -> Vec<Row> {
    let row = |entry: &FormEntry| Row::of([Cell::label(&entry.label), Cell::text(words(entry, locale)).over(5)]);
    entries.iter().map(row).collect()
}

/// What was filled in, in a line: of a list.
pub fn line(entries: &[FormEntry], locale: &str) -> String {
    let one = |entry: &FormEntry| format!("{}：{}", entry.label, words(entry, locale));
    entries.iter().map(one).collect::<Vec<_>>().join("；")
}
