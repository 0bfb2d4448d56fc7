//! What WeChat says in XML: a flat list of named texts. Nothing else is read of it: no document type, no
//! entities but the five, no depth, no flood.

use std::collections::BTreeMap;

use quick_xml::{Reader, events::Event};

/// Bytes of a document at most.
pub(crate) const LARGEST: usize = 256 * 1024;
/// How deep elements may lie in one another.
const DEEPEST: usize = 8;
/// Elements at most.
const MOST: usize = 500;

/// Why a document is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// The texts of a document by the path below its root: `Content`, `ScanCodeInfo/ScanType`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields(BTreeMap<String, String>);

impl Fields {
    /// Reads a document.
    ///
    /// # Errors
    /// [`Unreadable`] for what is no XML, too large, too deep, too much, or has a document type.
    pub(crate) fn read(text: &str) -> Result<Self, Unreadable> {
        if text.len() > LARGEST {
            return Err(Unreadable);
        }
        let mut reader = Reader::from_str(text);
        let (mut path, mut fields, mut count): (Vec<String>, BTreeMap<String, String>, usize) = Default::default();
        let mut ended = false;
        loop {
            let more = match reader.read_event().map_err(|_| Unreadable)? {
                Event::Eof if ended => return Ok(Self(fields)),
                Event::Eof | Event::DocType(_) => return Err(Unreadable),
                Event::Start(start) => {
                    count += 1;
                    if ended || path.len() == DEEPEST || count > MOST {
                        return Err(Unreadable);
                    }
                    path.push(start.name().as_ref().to_owned());
                    None
                }
                Event::Empty(_) => {
                    count += 1;
                    ended |= path.is_empty();
                    if count > MOST { return Err(Unreadable) } else { None }
                }
                Event::End(_) => {
                    path.pop();
                    ended |= path.is_empty();
                    None
                }
                Event::Text(text) => Some(text.xml10_content().into_owned()),
                Event::CData(text) => Some(text.xml10_content().into_owned()),
                Event::GeneralRef(name) => Some(meant(&name)?.to_string()),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => None,
            };
            if let Some(more) = more
                && path.len() > 1
            {
                // What stands between elements is blank.
                let field = fields.entry(path[1..].join("/")).or_default();
                field.push_str(&more);
            }
        }
    }

    /// The text of this name, without blanks around it; empty without one.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |text| text.trim())
    }

    /// The number of this name.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.text(name).parse().ok()
    }
}

/// The character a reference means.
fn meant(name: &quick_xml::events::BytesRef<'_>) -> Result<char, Unreadable> {
    if let Some(c) = name.resolve_char_ref().map_err(|_| Unreadable)? {
        return if c == '\0' { Err(Unreadable) } else { Ok(c) };
    }
    match &**name {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(Unreadable),
    }
}

/// A text as it may stand in CDATA.
pub(crate) fn cdata(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    format!("<![CDATA[{}]]>", plain.replace("]]>", "]]]]><![CDATA[>"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_message_is_read_as_it_is_sent() {
        let read = Fields::read(
            "<xml>\n<ToUserName><![CDATA[gh_1]]></ToUserName><CreateTime>1348831860</CreateTime>
             <Content><![CDATA[a<b & 您好]]></Content><Label>a&amp;b&#x4F60;</Label><Empty/>
             <ScanCodeInfo><ScanType>qrcode</ScanType></ScanCodeInfo></xml>",
        )
        .unwrap();
        assert_eq!((read.text("ToUserName"), read.number("CreateTime")), ("gh_1", Some(1_348_831_860)));
        assert_eq!((read.text("Content"), read.text("Label")), ("a<b & 您好", "a&b你"));
        assert_eq!((read.text("ScanCodeInfo/ScanType"), read.text("Empty"), read.text("None")), ("qrcode", "", ""));
    }

    #[test]
    fn what_would_explode_is_not_lit() {
        let bomb =
            "<!DOCTYPE xml [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><xml><Content>&b;</Content></xml>";
        let outside = "<!DOCTYPE xml SYSTEM \"file:///etc/passwd\"><xml><Content>x</Content></xml>";
        let (deep, wide) = (format!("<xml>{}", "<a>".repeat(10_000)), format!("<xml>{}</xml>", "<a/>".repeat(501)));
        let long = format!("<xml><Content>{}</Content></xml>", "a".repeat(LARGEST));
        for text in [bomb, outside, &deep, &wide, &long, "<xml>&b;</xml>", "<xml><a>&#0;</a></xml>"] {
            assert_eq!(Fields::read(text), Err(Unreadable), "{}", &text[..text.len().min(60)]);
        }
        for text in
            ["", "x", "<xml>", "<xml></a>", "<xml></xml><xml></xml>", "{}", "<xml><Content><![CDATA[x</Content></xml>"]
        {
            assert_eq!(Fields::read(text), Err(Unreadable), "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_upsets_the_reader(text in "(<xml>|</xml>|<a>|</a>|<!\\[CDATA\\[|\\]\\]>|&amp;|&x;|<!--|<\\?|\\PC){0,40}") {
            let _ = Fields::read(&text);
        }

        #[test]
        fn what_is_written_is_read(text in "\\PC{0,60}") {
            let read = Fields::read(&format!("<xml><Content>{}</Content></xml>", cdata(&text))).unwrap();
            prop_assert_eq!(read.text("Content"), text.trim());
        }
    }
}
