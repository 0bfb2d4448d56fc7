//! The people served: who they are, on which channels, and which of them are one.

mod alike;
pub mod api;
mod codes;
mod contact;
mod demo;
mod duplicates;
pub mod events;
mod finding;
mod http;
mod identify;
mod known;
mod letting_go;
mod listing;
mod merging;
mod model;
mod places;
mod placing;
mod policy;
mod queries;
mod reading;
mod serving;
mod sound;
mod sources;
mod stage;
mod standing;
mod suggestion;
mod take_in;
mod taking_back;
mod whole;

use ::http::{ListTopic, Module};

pub use known::{FoundCustomer, KnownBy, PassedCustomer};
pub use listing::{CustomerListQuery, CustomerSort, SortOrder};
pub use merging::MergeField;
pub use model::{Customer, CustomerCard, CustomerState};
pub use places::Addresses;
pub use placing::{CustomerChoice, Hand, Handed, Handing, Looked, Placeable};
pub use serving::{Right, Serving};
pub use sources::{Source, SourceKind, Sources};
pub use stage::{NewLead, Stage};
pub use suggestion::{MergeReason, MergeSuggestion, SuggestionState};
pub use take_in::{ListKey, ListedCustomer, Listing, Taken, TakenRow};
pub use taking_back::{Overwritten, Stays};
pub use whole::Everything;

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("customers")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations![
            "202611221200_customers",
            "202611260242_stages",
            "202611260910_merge_suggestions",
            "202611260940_sources",
            "202611261315_standing",
            "202611261316_lists",
            "202611261417_duplicates",
            "202611270940_lists",
            "202611270942_places",
            "202611271125_survivors",
        ])
        .list::<suggestion::Note>(ListTopic {
            topic: suggestion::TOPIC,
            about: "Customers who may be one person: a note says that there is something new, whoever may see both asks for it.",
            kind: "merge_suggestion.changed",
            says: "A suggestion is there, or stands otherwise, or is gone.",
            may_read: |actor| policy::may_read(actor).map(|sight| sight.scope),
        })
        .listener(suggestion::listen())
        .app_job(duplicates::look)
        .part(serving::nobody())
        .part(places::unknown())
        .background(Box::new(standing::spell_all))
        .permissions(policy::PERMISSIONS)
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
