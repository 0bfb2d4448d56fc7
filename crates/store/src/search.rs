//! The search index: Han characters and their neighbours, exact on both databases.
//!
//! Text is folded (case, width, Traditional to Simplified), then cut into tokens: each Han
//! character, each pair of neighbouring ones, each run of letters or digits. The index finds the
//! texts that hold all tokens of a query; whether a longer run of Han stands there unbroken is then
//! checked on the folded text, so that what is found is found by both databases alike, and is right.

use std::{collections::BTreeSet, sync::LazyLock};

use ferrous_opencc::{OpenCC, config::BuiltinConfig};
use kernel::{Result, Timestamp};

use crate::{Dialect, Tx, params, seam, sql, value::ToValue};

seam! {
    INSERT_DOCS =
        sqlite "INSERT INTO search_docs (kind, ref, at, folded) VALUES {rows:TEXT,TEXT,BIGINT,TEXT} RETURNING id, ref",
        postgres "INSERT INTO search_docs (kind, ref, at, folded, tokens)
                  SELECT kind, ref, at, folded, array_to_tsvector(string_to_array(tokens, ' '))
                  FROM (VALUES {rows:TEXT,TEXT,BIGINT,TEXT,TEXT}) AS new (kind, ref, at, folded, tokens)";
    INSERT_TOKENS =
        sqlite "INSERT INTO search_tokens (rowid, tokens) VALUES {rows:BIGINT,TEXT}",
        postgres "SELECT 1 FROM (VALUES {rows:BIGINT,TEXT}) AS unused";
    DELETE_TOKENS =
        sqlite "DELETE FROM search_tokens WHERE rowid = (SELECT id FROM search_docs WHERE kind = $1 AND ref = $2)",
        postgres "SELECT CAST($1 AS TEXT), CAST($2 AS TEXT)";
    MATCH =
        sqlite "SELECT d.id, d.kind, d.ref, d.at, d.folded FROM search_tokens
                JOIN search_docs d ON d.id = search_tokens.rowid
                WHERE search_tokens MATCH $1 AND search_tokens.rowid < $2 AND instr($3, ',' || d.kind || ',') > 0
                ORDER BY search_tokens.rowid DESC LIMIT $4",
        postgres "SELECT id, kind, ref, at, folded FROM search_docs
                  WHERE tokens @@ CAST(CAST($1 AS TEXT) AS TSQUERY) AND id < $2 AND instr($3, ',' || kind || ',') > 0
                  ORDER BY id DESC LIMIT $4";
}

sql! {
    DELETE_DOC = "DELETE FROM search_docs WHERE kind = $1 AND ref = $2";
}

/// A text to be found.
#[derive(Clone, Debug)]
pub struct SearchDoc {
    /// What kind of thing it belongs to: `message`, `customer`.
    pub kind: &'static str,
    /// The thing, one text each: an id, or an id and a number.
    pub reference: String,
    /// Its time, kept for the answer.
    pub at: Timestamp,
    /// The text as people wrote it.
    pub text: String,
}

/// A text that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Its place in the index: later texts have higher ones. Hand the last one back as `before`.
    pub place: i64,
    /// What kind of thing.
    pub kind: String,
    /// Which thing.
    pub reference: String,
    /// Its time.
    pub at: Timestamp,
}

/// Candidates read at a time while checking.
const STRETCH: i64 = 200;

impl Tx<'_> {
    /// Adds texts that are not in the index yet.
    ///
    /// # Errors
    /// From the database.
    pub fn index(&mut self, docs: &[SearchDoc]) -> Result<()> {
        let prepared: Vec<(String, String)> = docs
            .iter()
            .map(|doc| {
                let folded = fold(&doc.text);
                let joined = tokens(&folded).into_iter().collect::<Vec<_>>().join(" ");
                (folded, joined)
            })
            .collect();
        let postgres = self.dialect() == Dialect::Postgres;
        let rows: Vec<_> = docs
            .iter()
            .zip(&prepared)
            .map(|(doc, (folded, joined))| {
                let mut row = vec![doc.kind.to_value(), doc.reference.to_value(), doc.at.to_value(), folded.to_value()];
                row.extend(postgres.then(|| joined.to_value()));
                row
            })
            .collect();
        if postgres {
            return self.exec_rows(&INSERT_DOCS, &rows).map(drop);
        }
        let placed: Vec<(i64, String)> = self.all_rows(&INSERT_DOCS, &rows)?;
        let rows: Vec<_> = placed
            .iter()
            .filter_map(|(id, reference)| {
                let at = docs.iter().position(|doc| doc.reference == *reference)?;
                Some(vec![id.to_value(), prepared[at].1.to_value()])
            })
            .collect();
        self.exec_rows(&INSERT_TOKENS, &rows).map(drop)
    }

    /// Takes a thing's text out of the index.
    ///
    /// # Errors
    /// From the database.
    pub fn unindex(&mut self, kind: &str, reference: &str) -> Result<()> {
        if self.dialect() == Dialect::Sqlite {
            self.exec(&DELETE_TOKENS, params![kind, reference])?;
        }
        self.exec(&DELETE_DOC, params![kind, reference]).map(drop)
    }

    /// The newest texts of `kinds` that hold every word of `query`, below place `before`.
    ///
    /// `keep` is asked whether the caller may see a hit. An empty query finds nothing.
    ///
    /// # Errors
    /// From the database, or from `keep`.
    pub fn search(
        &mut self,
        kinds: &[&str],
        query: &str,
        before: Option<i64>,
        limit: usize,
        mut keep: impl FnMut(&mut Self, &Hit) -> Result<bool>,
    ) -> Result<Vec<Hit>> {
        let folded = fold(query);
        let wanted = tokens(&folded);
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let (quote, and) = if self.dialect() == Dialect::Sqlite { ('"', " AND ") } else { ('\'', " & ") };
        let expression = wanted.iter().map(|token| format!("{quote}{token}{quote}")).collect::<Vec<_>>().join(and);
        let kinds = format!(",{},", kinds.join(","));
        let runs: Vec<&str> = han_runs(&folded).collect();
        let mut hits = Vec::new();
        let mut before = before.unwrap_or(i64::MAX);
        loop {
            let candidates: Vec<(i64, String, String, Timestamp, String)> =
                self.all(&MATCH, params![expression, before, kinds, STRETCH])?;
            let last = candidates.len() < STRETCH as usize;
            for (place, kind, reference, at, text) in candidates {
                before = place;
                let hit = Hit { place, kind, reference, at };
                if runs.iter().all(|run| text.contains(run)) && keep(self, &hit)? {
                    hits.push(hit);
                    if hits.len() == limit {
                        return Ok(hits);
                    }
                }
            }
            if last {
                return Ok(hits);
            }
        }
    }
}

/// Traditional → Simplified, character by character, for the main Han block.
static SIMPLIFIED: LazyLock<Vec<char>> = LazyLock::new(|| {
    let han = '\u{4e00}'..='\u{9fff}';
    match OpenCC::from_config(BuiltinConfig::T2s) {
        Ok(opencc) => han.map(|c| opencc.convert(&c.to_string()).chars().next().unwrap_or(c)).collect(),
        // Without its dictionary only the folding of variants is lost.
        Err(_) => han.collect(),
    }
});

/// The text as it is compared: lower case, half width, Simplified; everything that is neither a
/// letter, a digit nor Han becomes one blank.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let c = match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '\u{4e00}'..='\u{9fff}' => SIMPLIFIED[c as usize - 0x4e00],
            c => c,
        };
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The tokens of a folded text.
pub fn tokens(folded: &str) -> BTreeSet<String> {
    let mut tokens = BTreeSet::new();
    for run in runs(folded) {
        if !run.starts_with(is_han) {
            tokens.insert(run.chars().take(64).collect());
            continue;
        }
        let mut previous = None;
        for c in run.chars() {
            tokens.insert(c.to_string());
            if let Some(previous) = previous {
                tokens.insert([previous, c].iter().collect());
            }
            previous = Some(c);
        }
    }
    tokens
}

fn han_runs(folded: &str) -> impl Iterator<Item = &str> {
    runs(folded).filter(|run| run.starts_with(is_han))
}

/// Maximal runs of Han, and of anything else, between blanks.
fn runs(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(' ').flat_map(|word| {
        let mut rest = word;
        std::iter::from_fn(move || {
            let han = is_han(rest.chars().next()?);
            let end = rest.find(|c| is_han(c) != han).unwrap_or(rest.len());
            let (run, later) = rest.split_at(end);
            rest = later;
            Some(run)
        })
    })
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_meets_case_width_and_script() {
        assert_eq!(fold("退款！ＡＢＣ-１２３ 訂單"), "退款 abc 123 订单");
    }

    #[test]
    fn han_is_cut_into_characters_and_pairs_and_letters_into_words() {
        let tokens: Vec<_> = tokens("退款单abc").into_iter().collect();
        assert_eq!(tokens, ["abc", "单", "款", "款单", "退", "退款"]);
    }
}
