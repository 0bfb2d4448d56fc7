//! What stands between us and whoever says who somebody is.

/// Why somebody is not let in by a system of the organisation, or why that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// A stable name of it, with words in every language.
    pub(crate) code: &'static str,
    /// What the other side or the network said of it; for administrators alone.
    pub(crate) detail: String,
}

impl Trouble {
    pub(crate) fn new(code: &'static str, detail: impl Into<String>) -> Self {
        let detail: String = detail.into();
        Self { code, detail: detail.chars().filter(|letter| !letter.is_control()).take(300).collect() }
    }
}
