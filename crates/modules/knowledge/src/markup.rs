//! The markup of articles: so little that it reads the same wherever it is shown.
//!
//! Lines that begin with `# ` or `## ` are headings, with `- ` or `1. ` items of a list, with `> ` a remark; others
//! between blank lines are a paragraph. Within a line `**words**` are strong, `[words](https://…)` and bare
//! addresses are links. Everything else, tags of HTML too, is text: this is the one reader of the markup, and
//! what it answers holds no tags, only pieces of text for others to put on the page.

use http::escape;
use serde::Serialize;
use store::text_enum;
use utoipa::ToSchema;

text_enum! {
    /// What a block is.
    pub enum ArticleBlockKind {
        /// A heading.
        Heading = "heading",
        /// A heading under one.
        Subheading = "subheading",
        /// Lines of words.
        Paragraph = "paragraph",
        /// A list.
        Bullets = "bullets",
        /// A list whose items are counted from 1.
        Numbers = "numbers",
        /// A remark.
        Remark = "remark",
    }
}

/// A block of an article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ArticleBlock)]
pub struct Block {
    /// What it is.
    pub kind: ArticleBlockKind,
    /// Its lines, or the items of a list.
    pub lines: Vec<Vec<Piece>>,
}

/// A piece of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ArticlePiece)]
pub struct Piece {
    /// The words, as text.
    pub text: String,
    /// Whether they are strong.
    pub strong: bool,
    /// Where they lead: an address of the web, of mail or of a telephone.
    pub href: Option<String>,
}

/// Where a link may lead.
const SCHEMES: [&str; 4] = ["https://", "http://", "mailto:", "tel:"];
const LONGEST_ADDRESS: usize = 2_000;

/// The blocks of a body.
pub(crate) fn blocks(body: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut apart = true;
    for line in body.lines() {
        let line = line.trim();
        if line.is_empty() {
            apart = true;
            continue;
        }
        let (kind, words) = kind_of(line);
        let joins = matches!(kind, ArticleBlockKind::Bullets | ArticleBlockKind::Numbers) || !apart;
        let single = matches!(kind, ArticleBlockKind::Heading | ArticleBlockKind::Subheading);
        match blocks.last_mut() {
            Some(last) if last.kind == kind && joins && !single => last.lines.push(pieces(words)),
            _ => blocks.push(Block { kind, lines: vec![pieces(words)] }),
        }
        apart = false;
    }
    blocks
}

fn kind_of(line: &str) -> (ArticleBlockKind, &str) {
    for (mark, kind) in [
        ("## ", ArticleBlockKind::Subheading),
        ("# ", ArticleBlockKind::Heading),
        ("- ", ArticleBlockKind::Bullets),
        ("> ", ArticleBlockKind::Remark),
    ] {
        if let Some(words) = line.strip_prefix(mark) {
            return (kind, words.trim());
        }
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    match line[digits..].strip_prefix(". ") {
        Some(words) if (1..=3).contains(&digits) => (ArticleBlockKind::Numbers, words.trim()),
        _ => (ArticleBlockKind::Paragraph, line),
    }
}

/// The pieces of a line.
fn pieces(line: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let (mut rest, mut strong) = (line, false);
    while !rest.is_empty() {
        let at = ["**", "[", "http://", "https://"].iter().filter_map(|mark| rest.find(mark)).min();
        let (before, from) = rest.split_at(at.unwrap_or(rest.len()));
        push(&mut found, before, strong, None);
        let mut used = 0;
        if let Some(after) = from.strip_prefix("**") {
            // What is never closed is no mark.
            if strong || after.contains("**") {
                strong = !strong;
            } else {
                push(&mut found, "**", strong, None);
            }
            used = 2;
        } else if let Some((words, address, length)) = link(from) {
            push(&mut found, words, strong, Some(address));
            used = length;
        } else if from.starts_with("http") {
            let address = bare(from);
            push(&mut found, address, strong, is_address(address).then_some(address));
            used = address.len();
        } else if !from.is_empty() {
            push(&mut found, "[", strong, None);
            used = 1;
        }
        rest = &from[used.min(from.len())..];
    }
    found
}

fn push(found: &mut Vec<Piece>, text: &str, strong: bool, href: Option<&str>) {
    if text.is_empty() {
        return;
    }
    match found.last_mut() {
        Some(last) if last.strong == strong && last.href.is_none() && href.is_none() => last.text.push_str(text),
        _ => found.push(Piece { text: text.to_owned(), strong, href: href.map(str::to_owned) }),
    }
}

/// `[words](address)` at the beginning: the words, the address, and how many bytes it takes.
fn link(text: &str) -> Option<(&str, &str, usize)> {
    let (words, after) = text.strip_prefix('[')?.split_once("](")?;
    let address = after.split_once(')')?.0;
    let fine = !words.is_empty() && !words.contains(['[', ']']) && is_address(address);
    fine.then_some((words, address, 1 + words.len() + 2 + address.len() + 1))
}

fn is_address(text: &str) -> bool {
    let low = text.get(..8.min(text.len())).unwrap_or_default().to_ascii_lowercase();
    let scheme = SCHEMES.iter().find(|scheme| low.starts_with(*scheme));
    let unfit = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '<' | '>' | '\\' | '`');
    scheme.is_some_and(|scheme| text.len() > scheme.len()) && text.len() <= LONGEST_ADDRESS && !text.contains(unfit)
}

/// A bare address at the beginning; what closes a sentence is not part of it.
fn bare(text: &str) -> &str {
    let ends = |c: char| c.is_whitespace() || "<>\"'，。！？；：、（）【】《》“”‘’*`\\[]".contains(c);
    let address = &text[..text.find(ends).unwrap_or(text.len())];
    let short = address.trim_end_matches(['.', ',', '!', '?', ';', ':', ')']);
    if short.is_empty() { address } else { short }
}

/// The words alone, as one would say them in a conversation.
pub(crate) fn plain(body: &str) -> String {
    let said = |line: &Vec<Piece>| {
        let piece = |piece: &Piece| match &piece.href {
            Some(href) if *href != piece.text => format!("{} {href} ", piece.text),
            _ => piece.text.clone(),
        };
        line.iter().map(piece).collect::<String>().trim().to_owned()
    };
    let block = |block: &Block| {
        let numbered = |(at, line): (usize, &Vec<Piece>)| match block.kind {
            ArticleBlockKind::Bullets => format!("· {}", said(line)),
            ArticleBlockKind::Numbers => format!("{}. {}", at + 1, said(line)),
            _ => said(line),
        };
        block.lines.iter().enumerate().map(numbered).collect::<Vec<_>>().join("\n")
    };
    blocks(body).iter().map(block).collect::<Vec<_>>().join("\n")
}

/// As HTML, every text escaped.
pub(crate) fn html(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        let (open, between, close) = match block.kind {
            ArticleBlockKind::Heading => ("<h2>", "<br>", "</h2>"),
            ArticleBlockKind::Subheading => ("<h3>", "<br>", "</h3>"),
            ArticleBlockKind::Paragraph => ("<p>", "<br>", "</p>"),
            ArticleBlockKind::Bullets => ("<ul><li>", "</li><li>", "</li></ul>"),
            ArticleBlockKind::Numbers => ("<ol><li>", "</li><li>", "</li></ol>"),
            ArticleBlockKind::Remark => ("<blockquote>", "<br>", "</blockquote>"),
        };
        let lines: Vec<String> = block.lines.iter().map(|line| line.iter().map(piece_html).collect()).collect();
        out.push_str(open);
        out.push_str(&lines.join(between));
        out.push_str(close);
    }
    out
}

fn piece_html(piece: &Piece) -> String {
    let text = escape(&piece.text);
    let text = if piece.strong { format!("<strong>{text}</strong>") } else { text };
    match &piece.href {
        Some(href) => format!("<a href=\"{}\" rel=\"noopener noreferrer nofollow\">{text}</a>", escape(href)),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_markup_is_read_as_it_is_described() {
        let body = "# 退款\n七天内**无需理由**。\n见 https://example.com/a。\n\n- 拍照\n- [填表](https://example.com/form)\n\n1. 一\n2. 二\n> 节假日顺延";
        assert_eq!(
            html(&blocks(body)),
            "<h2>退款</h2><p>七天内<strong>无需理由</strong>。<br>见 <a href=\"https://example.com/a\" rel=\"noopener noreferrer nofollow\">https://example.com/a</a>。</p>\
             <ul><li>拍照</li><li><a href=\"https://example.com/form\" rel=\"noopener noreferrer nofollow\">填表</a></li></ul>\
             <ol><li>一</li><li>二</li></ol><blockquote>节假日顺延</blockquote>"
        );
        assert_eq!(
            plain(body),
            "退款\n七天内无需理由。\n见 https://example.com/a。\n· 拍照\n· 填表 https://example.com/form\n1. 一\n2. 二\n节假日顺延"
        );
    }

    #[test]
    fn hostile_html_and_addresses_stay_text() {
        for body in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[点我](javascript:alert(1))",
            "[点我](JaVaScRiPt:alert(1))",
            "[点我](data:text/html,<script>)",
            "[点我](https://a\" onmouseover=\"x)",
            "[点我]( https://a)",
            "</p><iframe src='//evil'>",
            "**<b onclick=x>**",
        ] {
            let html = html(&blocks(body));
            let mut bare = html.clone();
            let link = "<a href=\"https://a\" rel=\"noopener noreferrer nofollow\">";
            for tag in ["<p>", "</p>", "<strong>", "</strong>", link, "</a>"] {
                bare = bare.replace(tag, "");
            }
            assert!(!bare.contains('<') && !bare.contains('"'), "{body} → {html}");
        }
    }

    #[test]
    fn what_is_never_closed_is_no_mark() {
        assert_eq!(html(&blocks("3 ** 4 [x] (y")), "<p>3 ** 4 [x] (y</p>");
        assert_eq!(html(&blocks("https://")), "<p>https://</p>");
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_none_becomes_a_tag(body in "[#>*\\[\\]()<a\"'&hitps:/. 退\n-]{0,80}") {
            let tags = regex_free(&html(&blocks(&body)));
            prop_assert!(tags.iter().all(|tag| OURS.iter().any(|ours| tag.starts_with(ours))), "{:?}", tags);
            let _ = plain(&body);
        }
    }

    const OURS: [&str; 12] = ["h2", "/h2", "h3", "/h3", "p", "/p", "ul", "/ul", "ol", "/ol", "li", "/li"];

    /// What stands after each `<`, of ours with letters and more left out.
    fn regex_free(html: &str) -> Vec<String> {
        let known = [
            "br>",
            "strong>",
            "/strong>",
            "blockquote>",
            "/blockquote>",
            "/a>",
            "a href=\"http",
            "a href=\"mailto:",
            "a href=\"tel:",
        ];
        let all = html.split('<').skip(1).map(str::to_owned);
        all.filter(|tag| !known.iter().any(|one| tag.starts_with(one))).collect()
    }
}
