//! Where in a text what was looked for stands: on the folded text, told in places of the original.

use serde::Serialize;
use store::fold;
use utoipa::ToSchema;

/// A stretch of a text, from the first to behind the last, in UTF-16 code units as JavaScript counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MarkedRange)]
pub(crate) struct Range {
    /// Where it begins.
    start: usize,
    /// Where it is over.
    end: usize,
}

/// Characters of a text that are shown at most, and before the first mark.
const SHOWN: usize = 160;
const BEFORE: usize = 30;

/// The part of `text` around the first place where a word of `query` stands, and all such places in it.
pub(crate) fn marked(text: &str, query: &str) -> (String, Vec<Range>) {
    let letters: Vec<char> = text.chars().collect();
    let places = places(&letters, query);
    let first = places.first().map_or(0, |place| place.0);
    let from = if letters.len() <= SHOWN { 0 } else { first.saturating_sub(BEFORE) };
    let until = letters.len().min(from + SHOWN);
    let units = |letters: &[char]| letters.iter().map(|c| c.len_utf16()).sum::<usize>();
    let ranges = places
        .into_iter()
        .filter(|(start, end)| *start >= from && *end <= until)
        .map(|(start, end)| Range { start: units(&letters[from..start]), end: units(&letters[from..end]) });
    (letters[from..until].iter().collect(), ranges.collect())
}

/// Stretches of letters that hold a word, in order, those that touch as one.
fn places(letters: &[char], query: &str) -> Vec<(usize, usize)> {
    // What each letter folds to, and which letter it is; between words a blank.
    let mut folded: Vec<(char, usize)> = Vec::with_capacity(letters.len());
    for (at, c) in letters.iter().enumerate() {
        let one = fold(c.encode_utf8(&mut [0; 4]));
        if one.is_empty() {
            folded.push((' ', at));
        }
        folded.extend(one.chars().map(|c| (c, at)));
    }
    let mut found = Vec::new();
    for word in fold(query).split(' ').filter(|word| !word.is_empty()) {
        for run in runs(word) {
            let run: Vec<char> = run.chars().collect();
            // Letters are found as whole words, as the index has them.
            let whole = !is_han(run[0]);
            let joins = |at: Option<&(char, usize)>| at.is_some_and(|(c, _)| *c != ' ' && !is_han(*c));
            for (at, window) in folded.windows(run.len()).enumerate() {
                let same = window.iter().map(|(c, _)| c).eq(run.iter());
                let inside = whole
                    && (joins(at.checked_sub(1).and_then(|at| folded.get(at))) || joins(folded.get(at + run.len())));
                if same && !inside {
                    found.push((window[0].1, window[window.len() - 1].1 + 1));
                }
            }
        }
    }
    found.sort_unstable();
    let mut joined: Vec<(usize, usize)> = Vec::with_capacity(found.len());
    for (start, end) in found {
        match joined.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => joined.push((start, end)),
        }
    }
    joined
}

/// A word's runs of Han, and of anything else.
fn runs(word: &str) -> Vec<String> {
    let mut runs: Vec<String> = Vec::new();
    for c in word.chars() {
        match runs.last_mut() {
            Some(run) if run.starts_with(is_han) == is_han(c) => run.push(c),
            _ => runs.push(c.to_string()),
        }
    }
    runs
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, query: &str) -> Vec<String> {
        let (shown, ranges) = marked(text, query);
        let units: Vec<u16> = shown.encode_utf16().collect();
        ranges.iter().map(|range| String::from_utf16(&units[range.start..range.end]).unwrap()).collect()
    }

    #[test]
    fn what_was_looked_for_is_marked_as_it_was_written() {
        assert_eq!(found("😀訂單ＡＢＣ已退款，订单号9", "订单 abc"), ["訂單ＡＢＣ", "订单"]);
        assert_eq!(found("Refund the REFUND, refunds", "refund"), ["Refund", "REFUND"]);
        assert_eq!(found("什么都没有", "退款"), Vec::<String>::new());
    }

    #[test]
    fn a_long_text_is_shown_around_the_first_place() {
        let text = format!("{}退款{}", "前".repeat(500), "后".repeat(500));
        let (shown, ranges) = marked(&text, "退款");
        assert_eq!((shown.chars().count(), ranges[0].start), (SHOWN, BEFORE));
    }
}
