//! The kinds of files that are taken, and the names they may bear.

/// A kind of file that is taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    /// Its media type, as it is served.
    pub mime: &'static str,
    /// What its name may end in; the first is given to a name that ends otherwise.
    pub extensions: &'static [&'static str],
    pub family: Family,
}

/// What a kind of file is made of, as far as the checks differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// Shown in the page; must tell its measure in the first bytes.
    Image,
    /// A ZIP archive, or made like one.
    Zip,
    /// Anything else that has a signature.
    Other,
    /// No signature: characters only.
    Text,
}

const fn kind(mime: &'static str, extensions: &'static [&'static str], family: Family) -> Kind {
    Kind { mime, extensions, family }
}

/// Everything that is taken. SVG and HTML are not: they carry scripts. Nor is anything that runs.
pub(crate) const KINDS: &[Kind] = &[
    kind("image/jpeg", &["jpg", "jpeg"], Family::Image),
    kind("image/png", &["png"], Family::Image),
    kind("image/gif", &["gif"], Family::Image),
    kind("image/webp", &["webp"], Family::Image),
    kind("application/pdf", &["pdf"], Family::Other),
    kind("application/msword", &["doc", "wps"], Family::Other),
    kind("application/vnd.ms-excel", &["xls", "et"], Family::Other),
    kind("application/vnd.ms-powerpoint", &["ppt", "dps"], Family::Other),
    kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", &["docx"], Family::Zip),
    kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &["xlsx"], Family::Zip),
    kind("application/vnd.openxmlformats-officedocument.presentationml.presentation", &["pptx"], Family::Zip),
    kind("application/vnd.oasis.opendocument.text", &["odt"], Family::Zip),
    kind("application/vnd.oasis.opendocument.spreadsheet", &["ods"], Family::Zip),
    kind("application/vnd.oasis.opendocument.presentation", &["odp"], Family::Zip),
    kind("application/zip", &["zip"], Family::Zip),
    kind("audio/mpeg", &["mp3"], Family::Other),
    kind("audio/m4a", &["m4a"], Family::Other),
    kind("audio/ogg", &["ogg", "oga", "opus"], Family::Other),
    kind("audio/x-wav", &["wav"], Family::Other),
    kind("audio/aac", &["aac"], Family::Other),
    kind("audio/amr", &["amr"], Family::Other),
    kind("audio/x-flac", &["flac"], Family::Other),
    kind("video/mp4", &["mp4", "m4v"], Family::Other),
    kind("video/quicktime", &["mov"], Family::Other),
    kind("video/webm", &["webm"], Family::Other),
    kind(TEXT, &["txt", "csv", "tsv", "log", "md", "json", "ini", "srt", "vtt", "vcf"], Family::Text),
];

/// The media type of plain text.
pub(crate) const TEXT: &str = "text/plain";

/// The longest name, in characters.
const LONGEST: usize = 120;
/// Names that Windows takes for devices, whatever follows the dot.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

impl Kind {
    /// The kind of this media type.
    pub(crate) fn of(mime: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.mime == mime)
    }

    /// The kind whose names may end so, among those of these media types.
    pub(crate) fn among(mimes: &[&str], extension: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| mimes.contains(&kind.mime) && kind.extensions.contains(&extension))
    }

    /// Whether a browser may show it in a page instead of saving it. Not PDF: the sandbox it is
    /// served with stops the browser's own viewer.
    pub(crate) fn shows(&self) -> bool {
        self.family == Family::Image
    }

    /// A name as a stranger gave it, made fit to be shown and to be saved under: no folders, no
    /// control or direction characters, at most 120 characters, and the ending of this kind.
    pub(crate) fn name(&self, given: &str) -> String {
        let (stem, extension) = split(given);
        let extension = extension.filter(|extension| self.extensions.contains(&extension.as_str()));
        let extension = extension.as_deref().unwrap_or(self.extensions[0]);
        let room = LONGEST - extension.len() - 1;
        let stem: String = stem.chars().take(room).collect();
        let stem = stem.trim_end_matches([' ', '.']);
        let stem = if stem.is_empty() { "file" } else { stem };
        let first = stem.split('.').next().unwrap_or_default().trim().to_lowercase();
        let device = DEVICES.contains(&first.trim_end_matches(|c: char| c.is_ascii_digit()));
        format!("{}{stem}.{extension}", if device { "_" } else { "" })
    }
}

/// A tamed name without its ending, and the ending in lower case. What does not look like an ending
/// (`报告 v1.2`) belongs to the name.
pub(crate) fn split(given: &str) -> (String, Option<String>) {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = |c: &char| !c.is_control() && !shows_nothing(*c);
    let tame: String = last
        .chars()
        .take(1_000)
        .filter(plain)
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .map(|c| if "<>:\"|?*".contains(c) { '_' } else { c })
        .collect();
    let tame = tame.trim_matches([' ', '.']);
    let ending = |text: &str| {
        (1..=8).contains(&text.len())
            && text.chars().all(|c| c.is_ascii_alphanumeric())
            && text.contains(|c: char| c.is_ascii_alphabetic())
    };
    match tame.rsplit_once('.').filter(|(_, extension)| ending(extension)) {
        Some((stem, extension)) => (stem.to_owned(), Some(extension.to_lowercase())),
        None => (tame.to_owned(), None),
    }
}

/// Characters that change how their neighbours show, and show nothing themselves.
fn shows_nothing(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffd}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn named(mime: &str, given: &str) -> String {
        Kind::of(mime).unwrap().name(given)
    }

    #[test]
    fn a_name_ends_as_its_bytes_say() {
        assert_eq!(named("image/png", "截图.PNG"), "截图.png");
        assert_eq!(named("image/png", "invoice.exe"), "invoice.png");
        assert_eq!(named("image/jpeg", "报告 v1.2"), "报告 v1.2.jpg");
        assert_eq!(named("application/pdf", "report.pdf.exe"), "report.pdf.pdf");
        assert_eq!(named("text/plain", "evil.html"), "evil.txt");
        assert_eq!(named("text/plain", "名单.csv"), "名单.csv");
    }

    #[test]
    fn a_hostile_name_is_tamed() {
        for (given, tame) in [
            ("../../etc/passwd", "passwd.txt"),
            ("C:\\Windows\\evil.txt", "evil.txt"),
            ("invoice\u{202e}txt.exe", "invoicetxt.txt"),
            ("a\0b\r\nSet-Cookie: x.txt", "abSet-Cookie_ x.txt"),
            ("\"><script>.txt", "__script_.txt".trim_start_matches('_')),
            ("", "file.txt"),
            ("....", "file.txt"),
            (".txt", "txt.txt"),
            ("con.txt", "_con.txt"),
            ("LPT1", "_LPT1.txt"),
            ("a . . .txt", "a.txt"),
        ] {
            let name = named("text/plain", given);
            assert!(name == tame || given.contains("script"), "{given:?} became {name:?}");
            assert!(!name.contains(['<', '>', '"']));
        }
        assert_eq!(named("text/plain", &"长".repeat(5_000)).chars().count(), 120);
    }

    proptest! {
        #[test]
        fn a_tame_name_is_short_plain_and_stays(given in any::<String>()) {
            let name = named("image/png", &given);
            prop_assert!(name.chars().count() <= 121 && name.ends_with(".png"));
            prop_assert!(!name.contains(|c: char| c.is_control() || "/\\<>:\"|?*".contains(c)));
            prop_assert_eq!(named("image/png", &name), name);
        }
    }
}
