//! Text from bytes, in the charsets mail comes in, and in those it claims to come in.

use encoding_rs::{BIG5, EUC_KR, Encoding, GB18030, ISO_2022_JP, UTF_8, WINDOWS_1252};

const ESCAPE: u8 = 0x1b;
const SHIFT_OUT: u8 = 0x0e;
const SHIFT_IN: u8 = 0x0f;

/// The text these bytes are, as `label` says; what the label cannot mean is guessed.
pub(crate) fn decode(label: Option<&str>, bytes: &[u8]) -> String {
    let label = label.unwrap_or_default().trim().trim_matches(['"', '\'']).to_ascii_lowercase();
    match label.as_str() {
        "hz-gb-2312" | "hz" => return from_hz(bytes),
        "iso-2022-cn" | "iso-2022-cn-ext" => return from_iso_2022(bytes, GB18030),
        "iso-2022-kr" | "csiso2022kr" => return from_iso_2022(bytes, EUC_KR),
        "iso-2022-jp-1" | "iso-2022-jp-2" | "iso-2022-jp-3" | "cp50220" | "cp50221" => {
            return ISO_2022_JP.decode_without_bom_handling(bytes).0.into_owned();
        }
        _ => {}
    }
    let named = match label.as_str() {
        "" | "us-ascii" | "ascii" | "unknown-8bit" | "x-unknown" | "default" | "binary" | "iso-8859-1" => None,
        "gb2312-80" | "euc-cn" | "eucgb2312_cn" | "cp936" | "ms936" | "x-gb18030" | "gb-18030" => Some(GB18030),
        "cp950" | "big5-eten" | "x-big5" | "big-5" => Some(BIG5),
        "utf8mb4" | "utf_8" | "utf8" => Some(UTF_8),
        other => Encoding::for_label_no_replacement(other.as_bytes()),
    };
    match named {
        Some(encoding) => match encoding.decode(bytes) {
            (text, _, false) => text.into_owned(),
            // It lies: what else it can be, when that leaves nothing unread.
            (text, _, true) => better(bytes, encoding).unwrap_or_else(|| text.into_owned()),
        },
        None => guess(bytes, label == "iso-8859-1"),
    }
}

/// Another charset in which every byte of it means something.
fn better(bytes: &[u8], than: &'static Encoding) -> Option<String> {
    let candidates = [UTF_8, GB18030, BIG5];
    candidates.into_iter().filter(|other| *other != than).find_map(|other| whole(other, bytes))
}

/// What bytes are of which nobody says anything believable.
pub(crate) fn guess(bytes: &[u8], western: bool) -> String {
    if bytes.contains(&ESCAPE)
        && let Some(text) = whole(ISO_2022_JP, bytes)
    {
        return text;
    }
    let chinese = || {
        if western && !looks_chinese(bytes) {
            None
        } else {
            whole(GB18030, bytes).or_else(|| whole(BIG5, bytes))
        }
    };
    whole(UTF_8, bytes)
        .or_else(chinese)
        .unwrap_or_else(|| WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned())
}

fn whole(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    match encoding.decode(bytes) {
        (text, _, false) => Some(text.into_owned()),
        _ => None,
    }
}

/// Whether the bytes beyond ASCII come in pairs, as those of Chinese charsets do.
fn looks_chinese(bytes: &[u8]) -> bool {
    let (mut pairs, mut alone, mut at) = (0, 0, 0);
    while at < bytes.len() {
        match (bytes[at] >= 0xa1, bytes.get(at + 1).is_some_and(|next| *next >= 0xa1)) {
            (true, true) => {
                pairs += 1;
                at += 1;
            }
            (true, false) => alone += 1,
            _ => {}
        }
        at += 1;
    }
    pairs > alone * 4
}

/// RFC 1843: `~{` begins two-byte GB 2312 in seven bits, `~}` ends it.
fn from_hz(bytes: &[u8]) -> String {
    let (mut plain, mut wide, mut at) = (Vec::with_capacity(bytes.len()), false, 0);
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1).copied()) {
            (b'~', Some(b'{')) if !wide => {
                wide = true;
                at += 2;
            }
            (b'~', Some(b'}')) if wide => {
                wide = false;
                at += 2;
            }
            (b'~', Some(b'~')) if !wide => {
                plain.push(b'~');
                at += 2;
            }
            (b'~', Some(b'\n')) if !wide => at += 2,
            (b'\n', _) => {
                // A line never ends inside.
                wide = false;
                plain.push(b'\n');
                at += 1;
            }
            (one @ 0x21..=0x7e, Some(two @ 0x21..=0x7e)) if wide => {
                plain.extend([one | 0x80, two | 0x80]);
                at += 2;
            }
            (one, _) => {
                plain.push(one);
                at += 1;
            }
        }
    }
    GB18030.decode_without_bom_handling(&plain).0.into_owned()
}

/// RFC 1922 and RFC 1557: what stands between shift-out and shift-in is two-byte text in seven bits.
/// Of the Chinese one the set GB 2312; characters of other sets are shown as missing.
fn from_iso_2022(bytes: &[u8], wide_set: &'static Encoding) -> String {
    let (mut plain, mut wide, mut foreign, mut at) = (Vec::with_capacity(bytes.len()), false, false, 0);
    while at < bytes.len() {
        match bytes[at] {
            ESCAPE => {
                let sequence = &bytes[at + 1..bytes.len().min(at + 4)];
                match sequence {
                    [b'$', b')', set] => {
                        foreign = wide_set == GB18030 && *set != b'A';
                        at += 4;
                    }
                    [b'$', b'*' | b'+', _] => at += 4,
                    // One character of the second set.
                    [b'N' | b'O', ..] => {
                        plain.push(b'?');
                        at += 4;
                    }
                    _ => at += 1,
                }
            }
            SHIFT_OUT => {
                wide = true;
                at += 1;
            }
            SHIFT_IN => {
                wide = false;
                at += 1;
            }
            b'\n' => {
                wide = false;
                plain.push(b'\n');
                at += 1;
            }
            one @ 0x21..=0x7e if wide && at + 1 < bytes.len() => {
                match foreign {
                    true => plain.push(b'?'),
                    false => plain.extend([one | 0x80, bytes[at + 1] | 0x80]),
                }
                at += 2;
            }
            one => {
                plain.push(one);
                at += 1;
            }
        }
    }
    wide_set.decode_without_bom_handling(&plain).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_charset_of_the_chinese_world_is_read() {
        let simplified = "客服您好，订单号 12345 的发票开错了。";
        let traditional = "客服您好，訂單編號 12345 的發票開錯了。";
        for (label, text, encoding) in [
            ("GB2312", simplified, GB18030),
            ("gbk", simplified, GB18030),
            ("GB18030", simplified, GB18030),
            ("x-gbk", simplified, GB18030),
            ("cp936", simplified, GB18030),
            ("big5", traditional, BIG5),
            ("Big5-HKSCS", traditional, BIG5),
            ("cp950", traditional, BIG5),
            ("utf-8", simplified, UTF_8),
        ] {
            assert_eq!(decode(Some(label), &encoding.encode(text).0), text, "{label}");
        }
        // Four bytes, which GB 2312 does not have.
        assert_eq!(decode(Some("gb2312"), &GB18030.encode("㐀𠮷").0), "㐀𠮷");
        assert_eq!(decode(Some("iso-2022-jp"), b"\x1b$B$3$s$K$A$O\x1b(B"), "こんにちは");
        assert_eq!(decode(Some("iso-2022-cn"), b"\x1b$)A\x0eVPND\x0f ok"), "中文 ok");
        assert_eq!(decode(Some("iso-2022-kr"), b"\x1b$)C\x0eGQ1[\x0f"), "한글");
        assert_eq!(decode(Some("hz-gb-2312"), b"~{VPND~} a~~b"), "中文 a~b");
    }

    #[test]
    fn a_label_that_lies_is_not_believed() {
        let gbk = GB18030.encode("退货单已寄出，请查收").0;
        for label in [None, Some("us-ascii"), Some("utf-8"), Some("iso-8859-1"), Some("x-unknown"), Some("nonsense")] {
            assert_eq!(decode(label, &gbk), "退货单已寄出，请查收", "{label:?}");
        }
        assert_eq!(decode(Some("gb2312"), "退货".as_bytes()), "退货");
        assert_eq!(decode(Some("iso-8859-1"), b"Stra\xdfe \xfcber"), "Straße über");
    }

    proptest! {
        #[test]
        fn any_bytes_are_some_text(bytes: Vec<u8>, label in "[a-z0-9-]{0,14}") {
            decode(Some(&label), &bytes);
            for label in ["hz", "iso-2022-cn", "iso-2022-kr", "gb18030", "big5"] {
                decode(Some(label), &bytes);
            }
        }

        #[test]
        fn chinese_text_survives_its_charset(text in "[一-龥，。]{1,40}") {
            prop_assert_eq!(&decode(Some("gb18030"), &GB18030.encode(&text).0), &text);
            prop_assert_eq!(&decode(None, text.as_bytes()), &text);
        }
    }
}
