//! A form's own fields, and what is filled in.

use std::collections::HashSet;

use kernel::{Check, Error, Id, Noun, Result, Rng, Timestamp, UserId};
use profiles::{CustomerFieldChoice, CustomerFieldKind, CustomerFieldRules};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::text_enum;
use utoipa::ToSchema;

use crate::codes;

/// Fields of a form at most, those that were retired among them.
const MOST_FIELDS: usize = 60;
/// What a field offers at most.
const MOST_CHOICES: usize = 60;
/// The longest long text, in characters.
const LONGEST: usize = 4_000;

impl Noun for FormVersion {
    const PREFIX: &'static str = "fmv";
}

text_enum! {
    /// What form fields are added to.
    pub enum FormKind {
        /// 《顾客投诉登记表》.
        Complaint = "complaint",
        /// The record of a suggestion.
        Suggestion = "suggestion",
        /// The record of an opinion.
        Opinion = "opinion",
        /// The record of praise.
        Praise = "praise",
    }
}

text_enum! {
    /// What a field takes, and how it is written as JSON.
    pub enum FormFieldKind {
        /// A text of up to 500 characters.
        Text = "text",
        /// A text of up to 4,000 characters.
        LongText = "long_text",
        /// A number with up to three decimals.
        Number = "number",
        /// A day: `2026-11-03`.
        Date = "date",
        /// The id of one of its choices.
        Choice = "choice",
        /// The ids of several of them.
        Choices = "choices",
        /// True or false.
        YesNo = "yes_no",
    }
}

/// One of what a field offers. Its id stays when its words change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FormChoice {
    /// Its id; given when it is new.
    #[serde(default)]
    pub id: String,
    /// What it says: 1 to 40 characters.
    pub label: String,
    /// Whether it can no longer be chosen.
    #[serde(default)]
    pub retired: bool,
}

/// A field of a form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FormField {
    /// Its id; given when it is new.
    #[serde(default)]
    pub id: String,
    /// What it is called: 1 to 40 characters.
    pub label: String,
    /// What it takes; of a field that was saved this stays.
    pub kind: FormFieldKind,
    /// What whoever fills it in should know: up to 200 characters.
    #[serde(default)]
    pub hint: String,
    /// Whether it may not be left out.
    #[serde(default)]
    pub required: bool,
    /// Whether it stands on the form that anybody may fill in, too.
    #[serde(default)]
    pub public: bool,
    /// Whether it is asked no more.
    #[serde(default)]
    pub retired: bool,
    /// What it offers, of a choice: 1 to 60.
    #[serde(default)]
    pub choices: Vec<FormChoice>,
}

/// Fields in their order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub(crate) struct FormFields(pub Vec<FormField>);

/// Values by the ids of their fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Entries(pub Map<String, Value>);

store::kept_as_json!(FormFields, Entries);

store::record! {
    /// A form as it was saved once.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub(crate) struct FormVersion {
        /// Its id.
        pub id: Id<FormVersion>,
        /// Which form.
        pub form: FormKind,
        /// Rises with each save; 0 while nothing was saved.
        pub version: i64,
        /// The fields, in their order.
        pub fields: FormFields,
        /// Who saved it.
        pub saved_by: Option<UserId>,
        /// Their name.
        pub saved_by_name: String,
        /// When.
        pub saved_at: Timestamp,
    }
}

store::record! {
    /// What was filled in of one thing.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct Filling {
        pub subject_id: String,
        pub form: FormKind,
        pub version: i64,
        pub entries: Entries,
    }
}

/// A field that was filled in, as it is read.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct FormEntry {
    /// Which field.
    pub field_id: String,
    /// What it was called then.
    pub label: String,
    /// What it takes.
    pub kind: FormFieldKind,
    /// What was filled in, in words: a choice by its name, `true` and `false` of a yes or no.
    pub text: String,
}

impl FormFieldKind {
    fn offers(self) -> bool {
        matches!(self, Self::Choice | Self::Choices)
    }

    /// As values of customers are read; a long text is read here.
    fn alike(self) -> Option<CustomerFieldKind> {
        match self {
            Self::Text => Some(CustomerFieldKind::Text),
            Self::LongText => None,
            Self::Number => Some(CustomerFieldKind::Number),
            Self::Date => Some(CustomerFieldKind::Date),
            Self::Choice => Some(CustomerFieldKind::Choice),
            Self::Choices => Some(CustomerFieldKind::Choices),
            Self::YesNo => Some(CustomerFieldKind::YesNo),
        }
    }
}

impl FormField {
    /// Whether it is asked of whoever fills the form in now.
    pub fn is_asked(&self, publicly: bool) -> bool {
        !self.retired && (self.public || !publicly)
    }

    fn rules(&self) -> CustomerFieldRules {
        let choice = |one: &FormChoice| CustomerFieldChoice {
            id: one.id.clone(),
            label: one.label.clone(),
            archived: one.retired,
        };
        CustomerFieldRules { choices: self.choices.iter().map(choice).collect(), ..CustomerFieldRules::default() }
    }

    /// A value in its one spelling.
    fn read(&self, given: &Value) -> Result<Value, &'static str> {
        match self.kind.alike() {
            Some(kind) => {
                let value = profiles::api::read(kind, &self.rules(), given)?;
                let retired = |id: &str| self.choices.iter().any(|one| one.id == id && one.retired);
                let chosen = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
                match self.kind.offers() && chosen.iter().filter_map(Value::as_str).any(retired) {
                    true => Err("unknown"),
                    false => Ok(value),
                }
            }
            None => {
                let text = given.as_str().map(str::trim).ok_or("malformed")?;
                match Check::new().text("x", text, 1..=LONGEST).done() {
                    Ok(()) => Ok(Value::from(text)),
                    Err(Error::Invalid(bad)) => Err(bad.first().map_or("malformed", |bad| bad.code)),
                    Err(_) => Err("malformed"),
                }
            }
        }
    }

    /// What was filled in, in words.
    fn words(&self, value: &Value) -> String {
        let label = |id: &str| self.choices.iter().find(|one| one.id == id).map_or(id, |one| &one.label).to_owned();
        match (self.kind, value) {
            (FormFieldKind::Choice, Value::String(id)) => label(id),
            (FormFieldKind::Choices, Value::Array(ids)) => {
                ids.iter().filter_map(Value::as_str).map(label).collect::<Vec<_>>().join("、")
            }
            (_, Value::String(text)) => text.clone(),
            (_, other) => other.to_string(),
        }
    }
}

/// Whether a value says nothing: a field left blank.
fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(all) => all.is_empty(),
        _ => false,
    }
}

impl FormVersion {
    /// What is filled in by it, each in its one spelling. `publicly`: by the form that anybody may fill in, which asks no
    /// other fields.
    ///
    /// # Errors
    /// [`Error::Invalid`] names every bad field: `own_fields.ID`.
    pub(crate) fn filled(&self, given: &Map<String, Value>, publicly: bool) -> Result<Entries> {
        let mut check = Check::new();
        let mut entries = Map::new();
        let asked: Vec<_> = self.fields.0.iter().filter(|field| field.is_asked(publicly)).collect();
        for field in &asked {
            let name = format!("own_fields.{}", field.id);
            match given.get(&field.id).filter(|value| !is_blank(value)) {
                None => check = check.that(!field.required, name, "required"),
                Some(value) => match field.read(value) {
                    Ok(value) => drop(entries.insert(field.id.clone(), value)),
                    Err(code) => check = check.that(false, name, code),
                },
            }
        }
        for id in given.keys().filter(|id| !asked.iter().any(|field| field.id == **id)).take(5) {
            check = check.that(false, format!("own_fields.{id}"), "unknown");
        }
        check.done()?;
        Ok(Entries(entries))
    }

    /// What was filled in, in the order of the fields.
    pub(crate) fn shown(&self, entries: &Entries) -> Vec<FormEntry> {
        let entry = |field: &FormField| {
            let value = entries.0.get(&field.id)?;
            let (field_id, label) = (field.id.clone(), field.label.clone());
            Some(FormEntry { field_id, label, kind: field.kind, text: field.words(value) })
        };
        self.fields.0.iter().filter_map(entry).collect()
    }

    /// The fields as they can be kept after these: with ids for what is new. What was there and is left out is retired,
    /// never gone.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming every field that is wrong; `forms.kind_stays`.
    pub(crate) fn next(&self, wanted: Vec<FormField>, rng: &Rng) -> Result<FormFields> {
        let known = |id: &str| self.fields.0.iter().find(|field| field.id == id);
        let mut check = Check::new().that(wanted.len() <= MOST_FIELDS, "fields", "too_many");
        let mut names = HashSet::new();
        for (at, field) in wanted.iter().take(MOST_FIELDS).enumerate() {
            let name = |part: &str| format!("fields[{at}].{part}");
            let offered: Vec<_> = field.choices.iter().filter(|one| !one.retired).collect();
            let mut labels = HashSet::new();
            check = check
                .text(name("label"), &field.label, 1..=40)
                .that(field.retired || names.insert(field.label.trim()), name("label"), "repeated")
                .text(name("hint"), &field.hint, 0..=200)
                .that(field.kind.offers() || field.choices.is_empty(), name("choices"), "not_allowed")
                .that(!field.kind.offers() || !offered.is_empty(), name("choices"), "required")
                .that(field.choices.len() <= MOST_CHOICES, name("choices"), "too_many")
                .that(offered.iter().all(|one| labels.insert(one.label.trim())), name("choices"), "repeated");
            for (n, choice) in field.choices.iter().take(MOST_CHOICES).enumerate() {
                check = check.text(name(&format!("choices[{n}].label")), &choice.label, 1..=40);
            }
        }
        check.done()?;
        if wanted.iter().any(|field| known(&field.id).is_some_and(|before| before.kind != field.kind)) {
            return Err(codes::KIND_STAYS.conflict());
        }
        let new_id = || rng.secret().chars().filter(char::is_ascii_alphanumeric).take(10).collect::<String>();
        let mut used = HashSet::new();
        let mut fields: Vec<FormField> = Vec::with_capacity(wanted.len());
        for mut field in wanted {
            let before = known(&field.id).filter(|before| used.insert(before.id.clone()));
            if before.is_none() {
                field.id = new_id();
            }
            let mut choices = HashSet::new();
            for choice in &mut field.choices {
                let there = before.is_some_and(|before| before.choices.iter().any(|one| one.id == choice.id));
                if !there || !choices.insert(choice.id.clone()) {
                    choice.id = new_id();
                }
                choice.label = choice.label.trim().to_owned();
            }
            // What was chosen once is still called what it was called.
            let gone = before.iter().flat_map(|before| &before.choices).filter(|one| !choices.contains(&one.id));
            let gone: Vec<_> = gone.map(|one| FormChoice { retired: true, ..one.clone() }).collect();
            field.choices.extend(gone);
            (field.label, field.hint) = (field.label.trim().to_owned(), field.hint.trim().to_owned());
            fields.push(field);
        }
        let gone = self.fields.0.iter().filter(|field| !used.contains(&field.id));
        let gone: Vec<_> = gone.map(|field| FormField { retired: true, ..field.clone() }).collect();
        fields.extend(gone);
        Ok(FormFields(fields))
    }
}
