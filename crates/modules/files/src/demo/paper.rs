//! Documents of the demo story.

use std::sync::LazyLock;

static INVOICE: LazyLock<Vec<u8>> = LazyLock::new(|| page(include_str!("../../demo/invoice.txt")));
static GUIDE: LazyLock<Vec<u8>> = LazyLock::new(|| page(include_str!("../../demo/guide.txt")));

/// The document of this name, as PDF.
pub(super) fn printed(what: &str) -> Option<&'static [u8]> {
    match what {
        "invoice" => Some(&INVOICE),
        "guide" => Some(&GUIDE),
        _ => None,
    }
}

/// One page of these lines, the first as its heading. The font is one that every reader of Chinese
/// documents brings.
fn page(text: &str) -> Vec<u8> {
    let mut content = String::from("BT\n");
    for (at, line) in text.lines().enumerate() {
        let (size, y) = if at == 0 { (18, 780) } else { (11, 760 - 22 * at) };
        let glyphs: String = line.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
        content.push_str(&format!("/F1 {size} Tf 1 0 0 1 60 {y} Tm <{glyphs}> Tj\n"));
    }
    content.push_str("ET\n0.6 w 60 750 m 535 750 l S\n");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}endstream", content.len()),
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H /DescendantFonts [6 0 R] >>"
            .to_owned(),
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 7 0 R /DW 1000 /W [1 94 500] \
         /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>"
            .to_owned(),
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 \
         /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"
            .to_owned(),
    ];
    let mut pdf = String::from("%PDF-1.5\n");
    let mut places = Vec::new();
    for (number, object) in (1..).zip(&objects) {
        places.push(pdf.len());
        pdf.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let start = pdf.len();
    pdf.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for place in places {
        pdf.push_str(&format!("{place:010} 00000 n \n"));
    }
    pdf.push_str(&format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1));
    pdf.into_bytes()
}
