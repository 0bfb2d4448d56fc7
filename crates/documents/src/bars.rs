//! Bars a scanner reads a number from: Code 128, set B (ISO/IEC 15417).

/// How wide bars and gaps of each symbol are, in turn, in modules.
const SYMBOLS: [&str; 106] = [
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212", "221213", "221312",
    "231212", "112232", "122132", "122231", "113222", "123122", "123221", "223211", "221132", "221231", "213212",
    "223112", "312131", "311222", "321122", "321221", "312212", "322112", "322211", "212123", "212321", "232121",
    "111323", "131123", "131321", "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331",
    "132131", "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131", "311123",
    "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111", "111224", "111422", "121124",
    "121421", "141122", "141221", "112214", "112412", "122114", "122411", "142112", "142211", "241211", "221114",
    "413111", "241112", "134111", "111242", "121142", "121241", "114212", "124112", "124211", "411212", "421112",
    "421211", "212141", "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
    "113141", "114131", "311141", "411131", "211412", "211214", "211232",
];
const START_B: usize = 104;
const STOP: &str = "2331112";

/// Widths of bars and gaps in turn, the first a bar; none for what set B cannot say, or is beyond 24 characters.
pub(crate) fn bars(text: &str) -> Option<Vec<u8>> {
    if text.is_empty() || text.len() > 24 || !text.bytes().all(|byte| (32..127).contains(&byte)) {
        return None;
    }
    let values: Vec<usize> = text.bytes().map(|byte| usize::from(byte) - 32).collect();
    let check = values.iter().enumerate().fold(START_B, |sum, (at, value)| sum + (at + 1) * value) % 103;
    let symbols = std::iter::once(START_B).chain(values).chain([check]).map(|value| SYMBOLS[value]);
    Some(symbols.chain([STOP]).flat_map(|symbol| symbol.bytes().map(|digit| digit - b'0')).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_symbol_is_eleven_modules_wide_and_like_no_other() {
        for symbol in SYMBOLS {
            assert_eq!(symbol.bytes().map(|digit| u32::from(digit - b'0')).sum::<u32>(), 11, "{symbol}");
            // Set by the standard: the bars of a symbol make an even number of modules.
            let dark: u32 = symbol.bytes().step_by(2).map(|digit| u32::from(digit - b'0')).sum();
            assert_eq!(dark % 2, 0, "{symbol}");
        }
        assert_eq!(HashSet::from(SYMBOLS).len(), SYMBOLS.len());
    }

    #[test]
    fn the_check_symbol_is_weighed_by_place() {
        // "PJJ123C" has the check value 55 (ISO/IEC 15417, example).
        let bars = bars("PJJ123C").unwrap();
        let check: String = bars[6 * 8..6 * 9].iter().map(|wide| char::from(b'0' + wide)).collect();
        assert_eq!(check, SYMBOLS[55]);
        assert_eq!(super::bars("投诉"), None);
    }
}
