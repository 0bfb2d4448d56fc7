//! Tables for spreadsheets.

/// What a file begins with, so that a spreadsheet takes it for UTF-8.
pub const BEGIN: &str = "\u{feff}";

/// Adds a line of these cells, none of which a spreadsheet takes for a formula.
pub fn line(out: &mut String, cells: impl IntoIterator<Item = impl AsRef<str>>) {
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(&safe(cell.as_ref()));
    }
    out.push_str("\r\n");
}

/// A cell that no spreadsheet takes for a formula, quoted.
fn safe(cell: &str) -> String {
    let formula =
        cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) || cell.starts_with(['\t', '\r']);
    format!("\"{}{}\"", if formula { "'" } else { "" }, cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_like_a_formula_and_quotes_stay_inside() {
        assert_eq!(safe("=1+1"), "\"'=1+1\"");
        assert_eq!(safe(" @SUM(A1)"), "\"' @SUM(A1)\"");
        assert_eq!(safe("他说\"好\",\n走了"), "\"他说\"\"好\"\",\n走了\"");
        assert_eq!(safe("镀晶"), "\"镀晶\"");
    }
}
