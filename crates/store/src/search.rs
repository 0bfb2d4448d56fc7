//! The search index: Han characters and their neighbours, exact on both databases.
//!
//! Text is folded (case, width, Traditional to Simplified), then cut into tokens: each Han
//! character, each pair of neighbouring ones, each run of letters or digits. The index finds the
//! texts that hold all tokens of a query; whether its runs stand there unbroken is then checked on
//! the folded text, so that what is found is found by both databases alike, and is right.
//!
//! A text's kind and labels (whose it is) are tokens too, so that looking among one's own does not
//! read everybody's. PostgreSQL indexes each token as a number: small, and quick to compare.

use std::{collections::BTreeSet, sync::LazyLock};

use ferrous_opencc::{OpenCC, config::BuiltinConfig};
use kernel::{Result, Timestamp};

use crate::{Dialect, Tx, params, seam, sql, value::ToValue};

seam! {
    INSERT_DOCS =
        sqlite "INSERT INTO search_docs (kind, ref, at, labels, folded) VALUES {rows:TEXT,TEXT,BIGINT,TEXT,TEXT} RETURNING id, ref",
        postgres "INSERT INTO search_docs (kind, ref, at, labels, folded, tokens)
                  SELECT kind, ref, at, labels, folded, CAST(tokens AS INTEGER[])
                  FROM (VALUES {rows:TEXT,TEXT,BIGINT,TEXT,TEXT,TEXT}) AS new (kind, ref, at, labels, folded, tokens)";
    INSERT_TOKENS =
        sqlite "INSERT INTO search_tokens (rowid, tokens) VALUES ($1, $2)",
        postgres "SELECT CAST($1 AS BIGINT), CAST($2 AS TEXT)";
    // The index keeps no text: it must be told what it was told before.
    DELETE_TOKENS =
        sqlite "INSERT INTO search_tokens (search_tokens, rowid, tokens) VALUES ('delete', $1, $2)",
        postgres "SELECT CAST($1 AS BIGINT), CAST($2 AS TEXT)";
    SAVE_LABELS =
        sqlite "UPDATE search_docs SET labels = $2 WHERE id = $1",
        postgres "UPDATE search_docs SET labels = $2, tokens = CAST(CAST($3 AS TEXT) AS INTEGER[]) WHERE id = $1";
    // Among the last ones: for what is often said.
    RECENT =
        sqlite "SELECT id, kind, ref, at, labels, folded FROM search_docs WHERE $1 = '' AND $2 < 0 AND $3 < 0",
        postgres "SELECT id, kind, ref, at, labels, folded
                  FROM (SELECT id, kind, ref, at, labels, folded, tokens FROM search_docs WHERE id < $2 ORDER BY id DESC LIMIT $3) AS recent
                  WHERE tokens @> CAST(CAST($1 AS TEXT) AS INTEGER[]) ORDER BY id DESC";
    // Through the index: PostgreSQL must not be led to walk by number instead.
    MATCH =
        sqlite "SELECT d.id, d.kind, d.ref, d.at, d.labels, d.folded FROM search_tokens
                JOIN search_docs d ON d.id = search_tokens.rowid
                WHERE search_tokens MATCH $1 AND search_tokens.rowid < $2
                ORDER BY search_tokens.rowid DESC LIMIT $3",
        postgres "WITH found AS MATERIALIZED (
                      SELECT id FROM search_docs WHERE tokens @> CAST(CAST($1 AS TEXT) AS INTEGER[]) AND id + 0 < $2)
                  SELECT id, kind, ref, at, labels, folded FROM search_docs
                  WHERE id IN (SELECT id FROM found ORDER BY id DESC LIMIT $3) ORDER BY id DESC";
}

sql! {
    FIND_DOC = "SELECT id, labels, folded FROM search_docs WHERE at = $3 AND ref = $2 AND kind = $1";
    DELETE_DOC = "DELETE FROM search_docs WHERE id = $1";
}

/// A text to be found.
#[derive(Clone, Debug)]
pub struct SearchDoc {
    /// What kind of thing it belongs to: `message`, `customer`.
    pub kind: &'static str,
    /// The thing, one text each: an id, or an id and a number.
    pub reference: String,
    /// Its time, which never changes: the thing is found again by it.
    pub at: Timestamp,
    /// Ids by which a search can be narrowed, such as whose it is.
    pub labels: Vec<String>,
    /// The text as people wrote it.
    pub text: String,
}

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Search<'q> {
    /// Which kind of thing.
    pub kind: &'q str,
    /// Words that must all be there. Without one nothing is found.
    pub words: &'q str,
    /// Only what has one of these labels; without any, everything.
    pub labels: &'q [String],
    /// Only below this place.
    pub before: Option<i64>,
    /// How many at most.
    pub limit: usize,
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
/// How many of the last texts are looked through before the index is asked, on PostgreSQL: it finds
/// all there are before it knows which are the last.
const RECENTLY: i64 = 2_000;
/// How many more are looked through at most, where those before held so many that the rest is soon found.
const FURTHER: i64 = 30_000;

impl Tx<'_> {
    /// Adds texts that are not in the index yet.
    ///
    /// # Errors
    /// From the database.
    pub fn index(&mut self, docs: &[SearchDoc]) -> Result<()> {
        let dialect = self.dialect();
        let prepared: Vec<[String; 3]> = docs
            .iter()
            .map(|doc| {
                let (folded, labels) = (fold(&doc.text), doc.labels.join(" "));
                let entry = entry(dialect, doc.kind, &labels, &folded);
                [labels, folded, entry]
            })
            .collect();
        let rows: Vec<_> = docs
            .iter()
            .zip(&prepared)
            .map(|(doc, [labels, folded, entry])| {
                let mut row = vec![doc.kind.to_value(), doc.reference.to_value(), doc.at.to_value()];
                row.extend([labels.to_value(), folded.to_value()]);
                row.extend((dialect == Dialect::Postgres).then(|| entry.to_value()));
                row
            })
            .collect();
        if dialect == Dialect::Postgres {
            return self.exec_rows(&INSERT_DOCS, &rows);
        }
        let placed: Vec<(i64, String)> = self.all_rows(&INSERT_DOCS, &rows)?;
        for (id, reference) in placed {
            if let Some(at) = docs.iter().position(|doc| doc.reference == reference) {
                // One by one: a statement of several rows would make the index write out, for each,
                // a segment of its own.
                self.exec(&INSERT_TOKENS, params![id, prepared[at][2]])?;
            }
        }
        Ok(())
    }

    /// Takes a thing's text out of the index; `at` is the time it was added with.
    ///
    /// # Errors
    /// From the database.
    pub fn unindex(&mut self, kind: &str, reference: &str, at: Timestamp) -> Result<()> {
        for (id, labels, folded) in self.all::<(i64, String, String)>(&FIND_DOC, params![kind, reference, at])? {
            if self.dialect() == Dialect::Sqlite {
                let entry = entry(Dialect::Sqlite, kind, &labels, &folded);
                self.exec(&DELETE_TOKENS, params![id, entry])?;
            }
            self.exec(&DELETE_DOC, params![id])?;
        }
        Ok(())
    }

    /// Gives a thing's text other labels; its place stays.
    ///
    /// # Errors
    /// From the database.
    pub fn relabel(&mut self, kind: &str, reference: &str, at: Timestamp, labels: &[String]) -> Result<()> {
        let labels = labels.join(" ");
        for (id, before, folded) in self.all::<(i64, String, String)>(&FIND_DOC, params![kind, reference, at])? {
            let dialect = self.dialect();
            let new = entry(dialect, kind, &labels, &folded);
            if dialect == Dialect::Postgres {
                self.exec(&SAVE_LABELS, params![id, labels, new])?;
            } else if before != labels {
                self.exec(&DELETE_TOKENS, params![id, entry(dialect, kind, &before, &folded)])?;
                self.exec(&INSERT_TOKENS, params![id, new])?;
                self.exec(&SAVE_LABELS, params![id, labels])?;
            }
        }
        Ok(())
    }

    /// The newest texts that hold every word. `keep` is asked whether the caller may see a hit.
    ///
    /// # Errors
    /// From the database, or from `keep`.
    pub fn search(
        &mut self,
        search: &Search<'_>,
        keep: impl FnMut(&mut Self, &Hit) -> Result<bool>,
    ) -> Result<Vec<Hit>> {
        self.search_marked(search, &[], keep)
    }

    /// As [`Tx::search`], only among texts that have all of these labels too: with one, words may be wanting.
    ///
    /// # Errors
    /// As [`Tx::search`].
    pub fn search_marked(
        &mut self,
        search: &Search<'_>,
        marks: &[String],
        mut keep: impl FnMut(&mut Self, &Hit) -> Result<bool>,
    ) -> Result<Vec<Hit>> {
        let folded = fold(search.words);
        let runs: Vec<&str> = runs(&folded).collect();
        if runs.is_empty() && marks.is_empty() {
            return Ok(Vec::new());
        }
        let mut wanted: BTreeSet<String> = runs.iter().flat_map(|run| needed(run)).collect();
        wanted.insert(label(search.kind));
        wanted.extend(marks.iter().map(|mark| label(mark)));
        let postgres = self.dialect() == Dialect::Postgres;
        let expression = if postgres {
            // One label narrows within the index; of several, each candidate is asked for its own.
            wanted.extend(search.labels.iter().filter(|_| search.labels.len() == 1).map(|text| label(text)));
            numbers(&wanted)
        } else {
            let quoted = |token: &String| format!("\"{token}\"");
            let any: Vec<_> = search.labels.iter().map(|text| quoted(&label(text))).collect();
            let any = (!any.is_empty()).then(|| format!("({})", any.join(" OR ")));
            wanted.iter().map(quoted).chain(any).collect::<Vec<_>>().join(" AND ")
        };
        let labelled = |labels: &str| {
            (search.labels.is_empty() || labels.split(' ').any(|label| search.labels.iter().any(|own| own == label)))
                && marks.iter().all(|mark| labels.split(' ').any(|label| label == mark))
        };
        let mut hits = Vec::new();
        let mut before = search.before.unwrap_or(i64::MAX);
        let mut recently = postgres.then_some(RECENTLY);
        loop {
            let (statement, stretch) = recently.map_or((&MATCH, STRETCH), |recently| (&RECENT, recently));
            let candidates: Vec<(i64, String, String, Timestamp, String, String)> =
                self.all(statement, params![expression, before, stretch])?;
            let last = recently.is_none() && candidates.len() < STRETCH as usize;
            let had = hits.len();
            for (place, kind, reference, at, labels, text) in candidates {
                before = place;
                let hit = Hit { place, kind, reference, at };
                let right = hit.kind == search.kind && labelled(&labels) && runs.iter().all(|run| holds(&text, run));
                if right && keep(self, &hit)? {
                    hits.push(hit);
                    if hits.len() == search.limit {
                        return Ok(hits);
                    }
                }
            }
            if last {
                return Ok(hits);
            }
            let (found, wanted) = (hits.len() - had, search.limit - hits.len());
            recently = recently.filter(|_| found > 0).map(|looked| looked * wanted as i64 / found as i64 * 3 / 2);
            recently = recently.filter(|further| *further <= FURTHER);
        }
    }
}

/// What the index is given for a text: its tokens as words, or as an array of numbers.
pub(crate) fn entry(dialect: Dialect, kind: &str, labels: &str, folded: &str) -> String {
    let mut tokens = tokens(folded);
    tokens.insert(label(kind));
    tokens.extend(labels.split_ascii_whitespace().map(label));
    match dialect {
        Dialect::Sqlite => tokens.into_iter().collect::<Vec<_>>().join(" "),
        Dialect::Postgres => numbers(&tokens),
    }
}

/// The token of a label: begins with what no folded text holds.
fn label(text: &str) -> String {
    std::iter::once('§').chain(text.chars().filter(char::is_ascii_alphanumeric)).collect()
}

/// Whether a folded text holds a run: unbroken when it is Han, else as a whole word.
fn holds(text: &str, run: &str) -> bool {
    if run.starts_with(is_han) {
        text.contains(run)
    } else {
        runs(text).any(|word| word == run)
    }
}

/// The tokens a text must have to hold the run: pairs imply their characters.
fn needed(run: &str) -> BTreeSet<String> {
    let mut tokens = tokens(run);
    if tokens.len() > 1 {
        tokens.retain(|token| token.chars().nth(1).is_some());
    }
    tokens
}

fn numbers(tokens: &BTreeSet<String>) -> String {
    let list: Vec<_> = tokens.iter().map(|token| number(token).to_string()).collect();
    format!("{{{}}}", list.join(","))
}

/// A token as a number. Characters and pairs of the main Han block have one each; of the others a
/// few may share one, which the check on the text tells apart.
fn number(token: &str) -> i32 {
    const FIRST: u32 = 0x4e00;
    const BLOCK: u32 = 0x5200;
    let mut chars = token.chars().map(|c| (c as u32).wrapping_sub(FIRST));
    match (chars.next(), chars.next(), chars.next()) {
        (Some(one @ ..BLOCK), None, None) => one as i32,
        (Some(one @ ..BLOCK), Some(two @ ..BLOCK), None) => (BLOCK + one * BLOCK + two) as i32,
        // FNV-1a: must be the same for ever. Negative, to keep apart from those above.
        _ => {
            (token.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
                | 1 << 31) as i32
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

    #[test]
    fn characters_and_pairs_have_a_number_each_and_words_others() {
        let all = ["一", "退", "龥", "一一", "退款", "龥龥", "abc", "§message", "㐀", "㐀一"].map(number);
        assert_eq!(BTreeSet::from(all).len(), all.len());
        assert!(all[..6].iter().all(|number| *number >= 0) && all[6..].iter().all(|number| *number < 0));
        assert_eq!(needed("退款单").into_iter().collect::<Vec<_>>(), ["款单", "退款"]);
    }
}
