//! HTML made harmless: what is written anew from a short list of tags and attributes. Nothing that
//! runs, nothing that is fetched by looking at it, no address but of the web, of mail and telephone.

use std::{
    cell::{Cell, RefCell},
    fmt::Write as _,
};

use html5ever::{
    Attribute,
    tendril::StrTendril,
    tokenizer::{
        BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts, states::RawKind,
    },
};

use super::lines::Text;

/// Bytes of the result at most.
const LONGEST: usize = 512 * 1024;
/// Tags open at once.
const DEEPEST: usize = 80;

const TAGS: &[&str] = &[
    "a",
    "abbr",
    "address",
    "b",
    "big",
    "blockquote",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "i",
    "ins",
    "li",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
];
/// Those that have no end.
const VOID: &[&str] = &["br", "hr", "img"];
/// Those that begin a line of their own where only text is shown.
const BLOCKS: &[&str] = &[
    "address",
    "blockquote",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "ol",
    "p",
    "pre",
    "table",
    "tr",
    "ul",
];
/// Attributes any tag may have, whose values can only be looked at.
const PLAIN: &[&str] = &["align", "alt", "colspan", "dir", "height", "lang", "rowspan", "title", "valign", "width"];

/// A mail's HTML, fit to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Clean {
    /// Well-formed, to be put into a page's body. Pictures that lie in the mail have `data-cid`, those
    /// that lie elsewhere `data-remote`, instead of `src`.
    pub html: String,
    /// What it says, without markup; quotes begin with `> `.
    pub text: String,
    /// Pictures that lie elsewhere.
    pub remote: usize,
}

/// Makes HTML harmless.
pub(crate) fn clean(html: &str) -> Clean {
    let sink = Sink::default();
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    // The only reason to stop is a script, which is text here.
    while !matches!(tokenizer.feed(&input), html5ever::TokenizerResult::Done) {}
    tokenizer.end();
    tokenizer.sink.result()
}

#[derive(Default)]
struct Sink {
    html: RefCell<String>,
    open: RefCell<Vec<Open>>,
    text: RefCell<Text>,
    remote: Cell<usize>,
    /// Inside of something whose text is none.
    skipping: Cell<bool>,
}

/// A tag that was written.
struct Open {
    name: String,
    /// Whether it lies in a fold of its own.
    folded: bool,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::CharacterTokens(text) => self.say(&text),
            Token::TagToken(tag) => return self.tag(&tag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Sink {
    fn say(&self, text: &str) {
        if self.skipping.get() || self.is_full() {
            return;
        }
        escape(&mut self.html.borrow_mut(), text);
        let verbatim = self.open.borrow().iter().any(|open| open.name == "pre");
        self.text.borrow_mut().say(text, verbatim);
    }

    fn is_full(&self) -> bool {
        self.html.borrow().len() > LONGEST
    }

    fn tag(&self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        if tag.kind == TagKind::EndTag {
            self.skipping.set(false);
            self.end(name);
            return TokenSinkResult::Continue;
        }
        let raw = match name {
            "script" => Some(RawKind::ScriptData),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" | "noscript" => Some(RawKind::Rawtext),
            "title" | "textarea" => Some(RawKind::Rcdata),
            "plaintext" => {
                self.skipping.set(true);
                return TokenSinkResult::Plaintext;
            }
            _ => None,
        };
        if let Some(raw) = raw {
            self.skipping.set(true);
            return TokenSinkResult::RawData(raw);
        }
        if !self.is_full() {
            self.begin(tag, name);
        }
        TokenSinkResult::Continue
    }

    fn begin(&self, tag: &Tag, name: &str) {
        let mut text = self.text.borrow_mut();
        match name {
            "br" => text.line(),
            "hr" => text.line(),
            "td" | "th" => text.gap(),
            "li" => {
                text.block();
                text.say("- ", true);
            }
            "blockquote" => {
                text.block();
                text.quotes += 1;
            }
            name if BLOCKS.contains(&name) => text.block(),
            _ => {}
        }
        if VOID.contains(&name) {
            let mut html = self.html.borrow_mut();
            if name != "img" {
                let _ = write!(html, "<{name}>");
            } else if let Some(source) = source(&tag.attrs) {
                if matches!(source, Source::Remote(_)) {
                    self.remote.set(self.remote.get() + 1);
                }
                let (attribute, address) = match &source {
                    Source::Inside(cid) => ("data-cid", cid),
                    Source::Remote(address) => ("data-remote", address),
                    Source::Data(data) => ("src", data),
                };
                let _ = write!(html, "<img {attribute}=\"");
                escape(&mut html, address);
                html.push('"');
                plain_attributes(&mut html, &tag.attrs);
                html.push('>');
            }
            return;
        }
        let mut open = self.open.borrow_mut();
        if !TAGS.contains(&name) || tag.self_closing || open.len() >= DEEPEST {
            return;
        }
        let mut html = self.html.borrow_mut();
        let folded = is_quote(name, &tag.attrs) && !open.iter().any(|open| open.folded);
        if folded {
            html.push_str("<details><summary>···</summary>");
        }
        let _ = write!(html, "<{name}");
        if name == "a"
            && let Some(address) = attribute(&tag.attrs, "href").and_then(|address| link(&address))
        {
            html.push_str(" target=\"_blank\" rel=\"noopener noreferrer nofollow\" href=\"");
            escape(&mut html, &address);
            html.push('"');
        }
        plain_attributes(&mut html, &tag.attrs);
        html.push('>');
        open.push(Open { name: name.to_owned(), folded });
    }

    fn end(&self, name: &str) {
        let mut text = self.text.borrow_mut();
        if BLOCKS.contains(&name) {
            text.block();
        }
        let mut open = self.open.borrow_mut();
        let Some(at) = open.iter().rposition(|open| open.name == name) else { return };
        let mut html = self.html.borrow_mut();
        for one in open.drain(at..).rev() {
            close(&mut html, &mut text, &one);
        }
    }

    fn result(&self) -> Clean {
        let (mut html, mut text) = (self.html.take(), self.text.take());
        for one in self.open.take().iter().rev() {
            close(&mut html, &mut text, one);
        }
        Clean { html, text: text.done(), remote: self.remote.get() }
    }
}

fn close(html: &mut String, text: &mut Text, open: &Open) {
    let _ = write!(html, "</{}>", open.name);
    if open.folded {
        html.push_str("</details>");
    }
    if open.name == "blockquote" {
        text.block();
        text.quotes -= 1;
    }
}

/// What mailers put earlier mails into.
fn is_quote(name: &str, attributes: &[Attribute]) -> bool {
    let class = attribute(attributes, "class").unwrap_or_default();
    name == "blockquote" || (name == "div" && class.split_whitespace().any(|class| class == "gmail_quote"))
}

fn attribute(attributes: &[Attribute], name: &str) -> Option<String> {
    attributes.iter().find(|one| &*one.name.local == name).map(|one| one.value.to_string())
}

fn plain_attributes(html: &mut String, attributes: &[Attribute]) {
    for one in attributes {
        let (name, value): (&str, &str) = (&one.name.local, &one.value);
        if PLAIN.contains(&name) && value.len() <= 500 {
            let _ = write!(html, " {name}=\"");
            escape(html, value);
            html.push('"');
        }
    }
}

enum Source {
    Inside(String),
    Remote(String),
    Data(String),
}

/// Where a picture lies.
fn source(attributes: &[Attribute]) -> Option<Source> {
    let given = bare(&attribute(attributes, "src")?);
    let lower = given.get(..given.len().min(40).min(given.len())).unwrap_or_default().to_ascii_lowercase();
    if lower.starts_with("cid:") {
        return Some(Source::Inside(given[4..].trim_matches(['<', '>']).to_owned()));
    }
    if lower.starts_with("https://") || lower.starts_with("http://") {
        return (given.len() <= 2_000).then_some(Source::Remote(given));
    }
    let picture = ["png", "gif", "jpeg", "jpg", "webp"]
        .iter()
        .any(|kind| lower.starts_with(&format!("data:image/{kind};base64,")));
    let plain = picture
        && given
            .split_once(',')
            .is_some_and(|(_, data)| data.bytes().all(|c| c.is_ascii_alphanumeric() || b"+/=".contains(&c)));
    (plain && given.len() <= LONGEST / 2).then_some(Source::Data(given))
}

/// An address that may be gone to; browsers leave out blanks and controls, so they hide nothing here.
fn link(address: &str) -> Option<String> {
    let address = bare(address);
    let lower = address.to_ascii_lowercase();
    let fine = ["http://", "https://", "mailto:", "tel:"].iter().any(|scheme| lower.starts_with(scheme));
    (fine && address.len() <= 2_000).then_some(address)
}

fn bare(address: &str) -> String {
    address.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect()
}

pub(crate) fn escape(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\0' => {}
            c => html.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_that_runs_gets_through() {
        for evil in [
            "<script>alert(1)</script>",
            "<SCRIPT SRC=//evil/x.js></SCRIPT>",
            "<img src=x onerror=alert(1)>",
            "<a href='javascript:alert(1)'>x</a>",
            "<a href='java&#10;script:alert(1)'>x</a>",
            "<a href=' &#14; javascript:alert(1)'>x</a>",
            "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
            "<svg onload=alert(1)><script>alert(1)</script></svg>",
            "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
            "<iframe src='javascript:alert(1)'></iframe>",
            "<div style='background:url(https://evil/t.gif)'>x</div>",
            "<style>@import 'https://evil/x.css'</style>",
            "<meta http-equiv=refresh content='0;url=https://evil'>",
            "<base href='https://evil/'>",
            "<form action='https://evil'><input name=password></form>",
            "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
            "<textarea><img title=\"</textarea><script>alert(1)</script>\"></textarea>",
            "<xmp><script>alert(1)</script></xmp>",
            "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
            "<a href=\"https://a\" title='\"><script>alert(1)</script>'>x</a>",
        ] {
            let Clean { html, .. } = clean(evil);
            let lower = html.to_lowercase();
            for bad in [
                "<script",
                "<svg",
                "<math",
                "<style",
                "<iframe",
                "<form",
                "<input",
                "<meta",
                "<base",
                " style=",
                "javascript:",
                "<img src=x",
            ] {
                assert!(!lower.contains(bad), "{evil} became {html}");
            }
            assert!(
                !lower.contains(" onerror=") || lower.contains("&lt;") || lower.contains("&quot;"),
                "{evil} became {html}"
            );
        }
    }

    #[test]
    fn pictures_elsewhere_are_not_fetched_by_looking() {
        let found = clean("<p>hi<img src='https://t.example/p.gif?id=1&x' width=1 height=1><img src='cid:<a@b>'></p>");
        assert_eq!(
            found.html,
            "<p>hi<img data-remote=\"https://t.example/p.gif?id=1&amp;x\" width=\"1\" height=\"1\"><img data-cid=\"a@b\"></p>"
        );
        assert_eq!(found.remote, 1);
    }

    #[test]
    fn what_is_left_open_is_closed_and_quotes_are_folded() {
        let found = clean("<div><b>您好<blockquote>旧的<blockquote>更旧</blockquote></div>完");
        assert_eq!(
            found.html,
            "<div><b>您好<details><summary>···</summary><blockquote>旧的<blockquote>更旧</blockquote></blockquote></details></b></div>完"
        );
        assert_eq!(found.text, "您好\n> 旧的\n> > 更旧\n完");
    }

    #[test]
    fn text_reads_like_the_mail() {
        let found = clean(
            "<head><title>t</title><style>p{}</style></head><p>一 &amp;\n 二<br>三</p><ul><li>a<li>b</ul><table><tr><td>x<td>y</table>",
        );
        assert_eq!(found.text, "一 & 二\n三\n- a\n- b\nx y");
    }

    proptest! {
        #[test]
        fn the_result_is_its_own_result_and_bounded(html in "(<[a-z/!]{0,6}|[a-z ='\"&;:>]{0,8}|<(b|p|blockquote|script|a href=)>?){0,40}") {
            let once = clean(&html);
            prop_assert!(once.html.len() <= LONGEST * 2);
            prop_assert!(!once.html.to_lowercase().contains("<script"));
            let opened = once.html.matches("<details>").count();
            prop_assert_eq!(opened, once.html.matches("</details>").count());
        }

        #[test]
        fn any_text_is_some_page(html: String) {
            clean(&html);
        }
    }
}
