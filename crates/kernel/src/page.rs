//! Pages of a list, by key and not by offset: a page stays right while rows come and go.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{Error, Result};

/// Where a page begins: the sort key and the id of the last row of the page before.
///
/// On the wire `key.id`, opaque to callers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The sort key of the last row seen, a number (a time, a count).
    pub key: i64,
    /// Its id: keeps rows with one key apart.
    pub id: String,
}

impl Cursor {
    /// Reads a cursor that [`Page::of`] wrote.
    ///
    /// # Errors
    /// [`Error::Invalid`] on any other text.
    pub fn parse(text: &str) -> Result<Self> {
        let parts = text.split_once('.').and_then(|(key, id)| Some((key.parse().ok()?, id)));
        match parts {
            Some((key, id)) if id.len() <= 64 => Ok(Self { key, id: id.to_owned() }),
            _ => Err(Error::field("cursor", "malformed")),
        }
    }
}

/// Which page is wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
    /// `next_cursor` of the page before; the first page without.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// How many rows the page may hold.
    ///
    /// # Errors
    /// [`Error::Invalid`] outside 1 to 200.
    pub fn limit(&self) -> Result<i64> {
        match self.limit.unwrap_or(50) {
            limit @ 1..=200 => Ok(limit),
            _ => Err(Error::field("limit", "out_of_range")),
        }
    }

    /// Where to begin in a list that falls from the newest: before every row without a cursor.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the cursor is none of ours.
    pub fn before(&self) -> Result<Cursor> {
        match &self.cursor {
            Some(text) => Cursor::parse(text),
            // '~' sorts after every id.
            None => Ok(Cursor { key: i64::MAX, id: "~".into() }),
        }
    }

    /// Where to begin in a list that rises: after no row without a cursor.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the cursor is none of ours.
    pub fn after(&self) -> Result<Cursor> {
        match &self.cursor {
            Some(text) => Cursor::parse(text),
            None => Ok(Cursor { key: i64::MIN, id: String::new() }),
        }
    }
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Hand this back as `cursor` for the next page; none on the last.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A page from up to `limit + 1` rows: the row beyond the limit only tells that more follow.
    pub fn of(mut rows: Vec<T>, limit: i64, key: impl Fn(&T) -> (i64, String)) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let last = rows.last().filter(|_| more).map(key);
        Self { items: rows, next_cursor: last.map(|(key, id)| format!("{key}.{id}")) }
    }

    /// The same page with each row changed.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next_cursor: self.next_cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_has_no_cursor_and_a_full_one_leads_on() {
        let key = |row: &i64| (*row, format!("row_{row}"));
        assert_eq!(Page::of(vec![3, 2], 2, key).next_cursor, None);
        let page = Page::of(vec![3, 2, 1], 2, key);
        assert_eq!((page.items.as_slice(), page.next_cursor.as_deref()), (&[3, 2][..], Some("2.row_2")));
        assert_eq!(Cursor::parse("2.row_2").unwrap(), Cursor { key: 2, id: "row_2".into() });
        assert!(Cursor::parse("nonsense").is_err());
    }
}
