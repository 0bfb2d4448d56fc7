//! What is kept of a customer besides what everybody keeps: the fields there are, and their values.

use std::fmt;

use access::Role;
use customers::Source;
use kernel::{Check, CustomerId, Id, Noun, Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::text_enum;
use utoipa::ToSchema;

use crate::value;

impl Noun for CustomerField {
    const PREFIX: &'static str = "cfd";
}

impl Noun for ProfileChange {
    const PREFIX: &'static str = "pch";
}

text_enum! {
    /// Who a customer is.
    pub enum CustomerKind {
        /// A human being.
        Person = "person",
        /// A company, a shop, an authority.
        Organisation = "organisation",
    }
}

text_enum! {
    /// What values a field takes, and how they are written as JSON.
    pub enum CustomerFieldKind {
        /// A text of up to 500 characters.
        Text = "text",
        /// A number with up to three decimals.
        Number = "number",
        /// An amount in minor units of the rules' currency.
        Money = "money",
        /// A day: `2026-11-03`.
        Date = "date",
        /// The id of one of the rules' choices.
        Choice = "choice",
        /// The ids of several of them.
        Choices = "choices",
        /// True or false.
        YesNo = "yes_no",
        /// A telephone number in any spelling.
        Phone = "phone",
        /// An address of the web, with http or https.
        Link = "link",
    }
}

/// One of the values a field offers. Its id stays when its words change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerFieldChoice {
    /// 1 to 24 letters, digits, `-` or `_`.
    pub id: String,
    /// What it says: 1 to 40 characters.
    pub label: String,
    /// Whether it can no longer be chosen; where it was, it stays.
    #[serde(default)]
    pub archived: bool,
}

/// Which values a field takes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CustomerFieldRules {
    /// Whether it may not be emptied once it is filled, nor left out where the file is filled in by hand.
    pub required: bool,
    /// What a text must match from beginning to end: a regular expression of up to 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// The least value of a number, an amount or a day, written like one; the fewest characters or choices.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub min: Option<Value>,
    /// The greatest value, likewise; the most characters or choices.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub max: Option<Value>,
    /// What a number counts, up to 10 characters; the currency of an amount, three capital letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// What there is to choose from: up to 100.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<CustomerFieldChoice>,
}

/// Roles, for the one reason or the other.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct CustomerFieldRoles(pub Vec<Id<Role>>);

store::kept_as_json!(CustomerFieldRules, CustomerFieldRoles);

store::record! {
    /// Something that is kept of customers here.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct CustomerField {
        /// Its id.
        pub id: Id<CustomerField>,
        /// What it is called.
        #[schema(example = "安装日期")]
        pub name: String,
        /// What values it takes; this never changes.
        pub kind: CustomerFieldKind,
        /// Of which kind of customer; none: of both.
        pub applies_to: Option<CustomerKind>,
        /// Under which heading it stands; empty: under none.
        pub section: String,
        /// Its place among the others.
        pub position: i64,
        /// What whoever fills it in should know.
        pub hint: String,
        /// Which values it takes.
        pub rules: CustomerFieldRules,
        /// Whether it is masked unless asked for with a reason.
        pub personal: bool,
        /// The roles that may see it; empty: whoever may see the customer.
        pub seen_by: CustomerFieldRoles,
        /// The roles that may change it, of those that see it; empty: whoever may change the customer.
        pub changed_by: CustomerFieldRoles,
        /// Whether it is shown no more; its values stay.
        pub archived: bool,
        /// Since when.
        pub created_at: Timestamp,
        /// Rises with each change; a change of an older version is refused.
        pub version: i64,
    }
}

store::record! {
    /// What one field says of one customer.
    #[derive(Clone)]
    pub struct FieldValue {
        /// Of whom: this very file, which may be an alias.
        pub customer_id: CustomerId,
        /// Which field.
        pub field_id: Id<CustomerField>,
        /// The value as JSON; none: there is none, whatever merged files say.
        pub value: Option<String>,
        /// What a text is found by.
        pub word: Option<String>,
        /// What a number is found by.
        pub number: Option<i64>,
        /// Where it came from, and as of when it was true.
        pub source: Source,
        /// Rises with each change.
        pub version: i64,
    }
}

text_enum! {
    /// What of a profile changed.
    pub enum ProfileChangeOf {
        /// A field's value.
        Field = "field",
        /// Whether they have a tag: true or false.
        Tag = "tag",
        /// A sentence about them.
        Observation = "observation",
        /// What they are.
        Kind = "kind",
        /// Whether somebody, whose id it names, speaks for them, or they for them: true or false.
        ContactPerson = "contact_person",
        /// An address, shown as far as its district.
        Address = "address",
    }
}

store::record! {
    /// What became of something that is known of a customer, in clear.
    #[derive(Clone, ToSchema)]
    pub struct ProfileChange {
        /// Its id.
        pub id: Id<ProfileChange>,
        /// Of whom: this very file.
        pub customer_id: CustomerId,
        /// Of what.
        pub what: ProfileChangeOf,
        /// Of which: its id.
        pub subject: String,
        /// What it was, as JSON; none: nothing.
        pub before: Option<String>,
        /// What it became, as JSON; none: nothing.
        pub after: Option<String>,
        /// Where that came from.
        pub source: Source,
        /// The colleague who did it.
        pub by_id: Option<UserId>,
        /// Their name then.
        pub by_name: Option<String>,
        /// When.
        pub at: Timestamp,
    }
}

/// What somebody wants a field to be.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub name: String,
    pub applies_to: Option<CustomerKind>,
    pub section: String,
    pub position: Option<i64>,
    pub hint: String,
    pub rules: CustomerFieldRules,
    pub personal: bool,
    pub seen_by: CustomerFieldRoles,
    pub changed_by: CustomerFieldRoles,
}

impl Wish {
    /// The wish with its texts trimmed.
    ///
    /// # Errors
    /// [`kernel::Error::Invalid`] naming every field that cannot be taken.
    pub(crate) fn normal(mut self, kind: CustomerFieldKind) -> Result<Self> {
        for text in [&mut self.name, &mut self.section, &mut self.hint] {
            *text = text.trim().to_owned();
        }
        let check = Check::new()
            .text("name", &self.name, 1..=30)
            .that(!self.name.contains(customers::api::is_invisible), "name", "control_character")
            .text("section", &self.section, 0..=30)
            .text("hint", &self.hint, 0..=100)
            .range("position", self.position.unwrap_or(0), 0..=1_000_000)
            .that(self.seen_by.0.len() <= 50, "seen_by", "too_many")
            .that(self.changed_by.0.len() <= 50, "changed_by", "too_many");
        self.rules.check(kind, check).done()?;
        Ok(self)
    }

    /// The field as it is wanted.
    pub(crate) fn over(self, field: CustomerField) -> CustomerField {
        CustomerField {
            name: self.name,
            applies_to: self.applies_to,
            section: self.section,
            position: self.position.unwrap_or(field.position),
            hint: self.hint,
            rules: self.rules,
            personal: self.personal,
            seen_by: self.seen_by,
            changed_by: self.changed_by,
            ..field
        }
    }
}

impl CustomerFieldRules {
    fn check(&self, kind: CustomerFieldKind, check: Check) -> Check {
        let chosen = matches!(kind, CustomerFieldKind::Choice | CustomerFieldKind::Choices);
        let bounds = |limit: &Option<Value>| limit.as_ref().map(|limit| value::bound(kind, limit));
        let (min, max) = (bounds(&self.min), bounds(&self.max));
        let rising = match (min.flatten(), max.flatten()) {
            (Some(min), Some(max)) => min <= max,
            _ => true,
        };
        let slug = |id: &str| {
            (1..=24).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
        };
        let ids: std::collections::HashSet<_> = self.choices.iter().map(|choice| &choice.id).collect();
        let labelled = |choice: &CustomerFieldChoice| {
            let length = choice.label.trim().chars().count();
            (1..=40).contains(&length)
                && !choice.label.contains(|c: char| c.is_control() || customers::api::is_invisible(c))
        };
        let currency = |unit: &str| unit.len() == 3 && unit.chars().all(|c| c.is_ascii_uppercase());
        let pattern = self.pattern.as_deref();
        let mut check = check
            .maybe_text("rules.pattern", pattern, 1..=200)
            .that(pattern.is_none_or(|text| value::pattern(text).is_some()), "rules.pattern", "not_an_expression")
            .that(pattern.is_none() || kind == CustomerFieldKind::Text, "rules.pattern", "not_allowed")
            .that(min != Some(None), "rules.min", "malformed")
            .that(max != Some(None), "rules.max", "malformed")
            .that(rising, "rules.max", "out_of_range")
            .maybe_text("rules.unit", self.unit.as_deref(), 1..=10)
            .that(self.choices.len() <= 100, "rules.choices", "too_many")
            .that(chosen || self.choices.is_empty(), "rules.choices", "not_allowed")
            .that(!chosen || self.choices.iter().any(|choice| !choice.archived), "rules.choices", "required")
            .that(ids.len() == self.choices.len(), "rules.choices", "repeated");
        if kind == CustomerFieldKind::Money {
            check = check.that(self.unit.as_deref().is_some_and(currency), "rules.unit", "malformed");
        } else {
            check = check.that(self.unit.is_none() || kind == CustomerFieldKind::Number, "rules.unit", "not_allowed");
        }
        self.choices.iter().enumerate().fold(check, |check, (at, choice)| {
            check.that(slug(&choice.id), format!("rules.choices[{at}].id"), "malformed").that(
                labelled(choice),
                format!("rules.choices[{at}].label"),
                "malformed",
            )
        })
    }
}

impl FieldValue {
    /// The value itself, where there is one.
    pub(crate) fn json(&self) -> Option<Value> {
        self.value.as_deref().and_then(|text| serde_json::from_str(text).ok())
    }
}

/// Without what it holds, so that no log line ever does.
impl fmt::Debug for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FieldValue({} of {}, version {})", self.field_id, self.customer_id, self.version)
    }
}

impl fmt::Debug for ProfileChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProfileChange({} of {})", self.subject, self.customer_id)
    }
}

impl CustomerField {
    /// Whether customers of this kind have it.
    pub(crate) fn is_of(&self, kind: CustomerKind) -> bool {
        self.applies_to.is_none_or(|of| of == kind)
    }

    /// What the trail keeps of it: it is about no customer, so all of it.
    pub(crate) fn trace(&self) -> Value {
        json!(self)
    }
}
