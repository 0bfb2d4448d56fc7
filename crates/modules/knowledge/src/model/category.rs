//! Under which articles are listed.

use kernel::{Check, Id, Noun, Permit, Result, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

impl Noun for ArticleCategory {
    const PREFIX: &'static str = "acg";
}

store::record! {
    /// A category of articles. One that stands under another has none below it.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct ArticleCategory {
        /// Its id.
        pub id: Id<ArticleCategory>,
        /// What it is called.
        pub name: String,
        /// Under which it stands; none: at the top.
        pub parent_id: Option<Id<ArticleCategory>>,
        /// Its place among those beside it, rising.
        pub position: i64,
        /// Since when.
        pub created_at: Timestamp,
        /// Rises with each change.
        pub version: i64,
    }
}

/// A name in its normal spelling.
pub(crate) fn category_name(name: &str) -> Result<String> {
    let name = name.trim();
    Check::new()
        .text("name", name, 1..=40)
        .that(!name.contains(['\n', '\r', '\t']), "name", "control_character")
        .done()?;
    Ok(name.to_owned())
}

impl ArticleCategory {
    pub(crate) fn new(permit: &Permit, id: Id<Self>, name: String, parent_id: Option<Id<Self>>, position: i64) -> Self {
        Self { id, name, parent_id, position, created_at: permit.at(), version: 1 }
    }

    pub(crate) fn changed(self, _permit: &Permit, name: String, position: i64) -> Self {
        Self { name, position, version: self.version + 1, ..self }
    }
}
