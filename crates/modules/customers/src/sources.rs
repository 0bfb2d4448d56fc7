//! Where what is known of a customer came from, and as of when it was true.

use std::collections::BTreeMap;

use kernel::{Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

use crate::model::Customer;

text_enum! {
    /// Where a value came from.
    pub enum SourceKind {
        /// A colleague entered it.
        Staff = "staff",
        /// The customer, or the site they came from, said so.
        Customer = "customer",
        /// It stood in a list that was imported.
        Import = "import",
    }
}

/// Where a field's value came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CustomerSource)]
pub struct Source {
    /// From where.
    pub kind: SourceKind,
    /// As of when it was true.
    pub at: Timestamp,
    /// The colleague who entered or imported it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    /// The import it stood in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import_id: Option<String>,
}

impl Source {
    /// What a colleague says.
    pub fn entered(by: Option<UserId>, at: Timestamp) -> Self {
        Self { kind: SourceKind::Staff, at, by, import_id: None }
    }

    /// What the customer, or the site they came from, says.
    pub fn told(at: Timestamp) -> Self {
        Self { kind: SourceKind::Customer, at, by: None, import_id: None }
    }
}

/// The source of every field whose source is known, by the field's name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = CustomerSources)]
pub struct Sources(pub BTreeMap<String, Source>);

store::kept_as_json!(Source, Sources);

impl Customer {
    /// Notes where those fields came from that differ from `before`'s.
    pub(crate) fn learnt(mut self, before: &Self, source: &Source) -> Self {
        let differing = [
            ("name", self.name != before.name),
            ("phone", self.phone != before.phone),
            ("email", self.email != before.email),
            ("note", self.note != before.note),
        ];
        for (field, _) in differing.into_iter().filter(|(_, differs)| *differs) {
            self.sources.0.insert(field.to_owned(), source.clone());
        }
        self
    }

    /// Whether what is known of `field` is older than `at`. What came from nobody knows where counts as fresh.
    pub(crate) fn is_older(&self, field: &str, at: Timestamp) -> bool {
        self.sources.0.get(field).is_some_and(|source| source.at < at)
    }
}
