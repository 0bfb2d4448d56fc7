//! Where a line of Chinese or Latin text may end.

/// What no line begins with.
const NO_START: &str =
    "，。、；：？！）］｝〕〉》」』】〗’”…—～·%％‰℃°,.;:?!)]}>ーァィゥェォッャュョぁぃぅぇぉっゃゅょ々〃";
/// What no line ends with.
const NO_END: &str = "（［｛〔〈《「『【〖‘“([{<¥￥$＄#№";

/// Whether a line may end before and after this character wherever it stands.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}'
        | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}' | '☐' | '☒')
}

fn may_break(before: char, after: char) -> bool {
    if after.is_whitespace() || NO_START.contains(after) || NO_END.contains(before) {
        return false;
    }
    before.is_whitespace()
        || is_wide(before)
        || is_wide(after)
        || NO_START.contains(before) && !before.is_ascii()
        || matches!(before, '-' | '/')
}

/// The text in lines no wider than `width`. A word that is wider than a line is taken apart.
pub(crate) fn lines(text: &str, width: f32, advance: impl Fn(char) -> f32) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        let mut filled = 0.0;
        for piece in pieces(paragraph) {
            let full: f32 = piece.chars().map(&advance).sum();
            let bare: f32 = piece.trim_end().chars().map(&advance).sum();
            if !line.is_empty() && filled + bare > width {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
                filled = 0.0;
            }
            if bare <= width {
                line.push_str(piece);
                filled += full;
                continue;
            }
            for c in piece.chars() {
                let wide = advance(c);
                if !line.is_empty() && filled + wide > width {
                    lines.push(std::mem::take(&mut line));
                    filled = 0.0;
                }
                line.push(c);
                filled += wide;
            }
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// What no line ends within.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut before = rest.chars().next()?;
        let end =
            rest.char_indices().skip(1).find(|(_, after)| may_break(std::mem::replace(&mut before, *after), *after));
        let (piece, left) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
        rest = left;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(c: char) -> f32 {
        if c.is_ascii() { 1.0 } else { 2.0 }
    }

    #[test]
    fn no_line_begins_with_a_closing_mark_nor_ends_with_an_opening_one() {
        let text = "镀晶才三天，一场雨机盖就发雾，还有一圈圈的印子。“要求退款”（或重新施工），且只跑一趟！";
        for width in 4..40 {
            for line in lines(text, f64::from(width) as f32, wide) {
                assert!(!line.starts_with(|c| NO_START.contains(c)) || width < 6, "{width}: {line}");
                assert!(!line.ends_with(|c| NO_END.contains(c)) || width < 6, "{width}: {line}");
            }
        }
        let whole: String = lines(text, 11.0, wide).concat();
        assert_eq!(whole, text);
    }

    #[test]
    fn latin_words_stay_whole_and_numbers_too() {
        assert_eq!(lines("refund 1,340.00 to the customer", 10.0, wide), ["refund", "1,340.00", "to the", "customer"]);
        assert_eq!(lines("退还ABC123元", 6.0, wide), ["退还", "ABC123", "元"]);
    }

    #[test]
    fn a_word_wider_than_the_line_is_taken_apart_and_a_narrow_line_ends() {
        assert_eq!(lines("abcdefgh", 3.0, wide), ["abc", "def", "gh"]);
        assert_eq!(lines("发雾", 0.5, wide), ["发", "雾"]);
        assert_eq!(lines("", 9.0, wide), Vec::<String>::new());
        assert_eq!(lines("一\n\n二", 9.0, wide), ["一", "", "二"]);
    }
}
