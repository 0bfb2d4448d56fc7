//! Validation that names every bad field at once.

use std::borrow::Cow;

use serde_json::Value;

use crate::{Error, FieldError, Params, Result};

/// Collects what is wrong with a request.
///
/// ```
/// # use kernel::Check;
/// let answer = Check::new().text("title", "  ", 1..=200).done();
/// assert!(answer.is_err());
/// ```
#[derive(Debug, Default)]
#[must_use = "call done() to hear the answer"]
pub struct Check {
    bad: Vec<FieldError>,
}

impl Check {
    /// Nothing wrong so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// A text of so many characters, not counting blanks around it, and without control characters
    /// other than line breaks and tabs.
    pub fn text(
        self,
        field: impl Into<Cow<'static, str>>,
        text: &str,
        length: std::ops::RangeInclusive<usize>,
    ) -> Self {
        let trimmed = text.trim();
        let count = trimmed.chars().take(length.end() + 1).count();
        if count == 0 && *length.start() > 0 {
            self.bad(field, "required")
        } else if count < *length.start() {
            self.bad_with(field, "too_short", &[("min", (*length.start()).into())])
        } else if count > *length.end() {
            self.bad_with(field, "too_long", &[("max", (*length.end()).into())])
        } else if trimmed.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.bad(field, "control_character")
        } else {
            self
        }
    }

    /// Like [`Check::text`], when there is a text.
    pub fn maybe_text(self, field: &'static str, text: Option<&str>, length: std::ops::RangeInclusive<usize>) -> Self {
        match text {
            Some(text) => self.text(field, text, length),
            None => self,
        }
    }

    /// A number within bounds.
    pub fn range(self, field: &'static str, number: i64, range: std::ops::RangeInclusive<i64>) -> Self {
        if range.contains(&number) {
            return self;
        }
        self.bad_with(field, "out_of_range", &[("min", (*range.start()).into()), ("max", (*range.end()).into())])
    }

    /// Anything else: `code` when `fine` is false.
    pub fn that(self, fine: bool, field: impl Into<Cow<'static, str>>, code: &'static str) -> Self {
        if fine { self } else { self.bad(field, code) }
    }

    /// `Ok` when nothing was wrong.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every bad field.
    pub fn done(self) -> Result<()> {
        if self.bad.is_empty() { Ok(()) } else { Err(Error::Invalid(self.bad)) }
    }

    fn bad(self, field: impl Into<Cow<'static, str>>, code: &'static str) -> Self {
        self.bad_with(field, code, &[])
    }

    fn bad_with(
        mut self,
        field: impl Into<Cow<'static, str>>,
        code: &'static str,
        params: &[(&'static str, Value)],
    ) -> Self {
        let params: Params = params.iter().cloned().collect();
        self.bad.push(FieldError { field: field.into(), code, params });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bad_field_is_named_with_its_limits() {
        let Err(Error::Invalid(bad)) =
            Check::new().text("title", " ", 1..=5).text("detail", "123456", 0..=5).range("n", 9, 1..=3).done()
        else {
            panic!("three fields are wrong");
        };
        let named: Vec<_> = bad.iter().map(|bad| (bad.field.as_ref(), bad.code)).collect();
        assert_eq!(named, [("title", "required"), ("detail", "too_long"), ("n", "out_of_range")]);
        assert_eq!(bad[1].params["max"], 5);
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        assert!(Check::new().text("title", "知客知客知", 1..=5).done().is_ok());
    }
}
