//! A reader of Rust text that tells code from comments and strings. It is no parser: the tidy
//! rules need only to know that a word in a comment is no use of a module, and which strings hold
//! SQL.

/// A string literal and where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// The text between the quotes, escapes left as written.
    pub text: String,
    /// The line of the opening quote, from 1.
    pub line: usize,
    /// The byte where the literal begins.
    pub at: usize,
}

/// The text taken apart.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The same length and lines as the input, comments and the inside of strings blanked.
    pub code: String,
    /// The string literals in order.
    pub literals: Vec<Literal>,
}

/// Takes Rust text apart.
pub fn read(text: &str) -> Source {
    Reader { text: text.as_bytes(), at: 0, line: 1, code: Vec::with_capacity(text.len()), literals: Vec::new() }.run()
}

/// The line, from 1, of a byte position.
pub fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at.min(text.len())].iter().filter(|b| **b == b'\n').count() + 1
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    line: usize,
    code: Vec<u8>,
    literals: Vec<Literal>,
}

impl Reader<'_> {
    fn run(mut self) -> Source {
        while let Some(byte) = self.peek(0) {
            match (byte, self.peek(1)) {
                (b'/', Some(b'/')) => self.blank_while(|r| r.peek(0).is_some_and(|b| b != b'\n')),
                (b'/', Some(b'*')) => self.block_comment(),
                (b'"', _) => self.string(),
                (b'r', Some(b'"' | b'#')) if !self.inside_word() && self.raw_hashes().is_some() => self.raw_string(),
                (b'\'', _) => self.quote(),
                _ => self.keep(),
            }
        }
        // Only ASCII bytes are kept and others blanked one by one, so this is valid UTF-8.
        Source { code: String::from_utf8_lossy(&self.code).into_owned(), literals: self.literals }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.at + ahead).copied()
    }

    fn inside_word(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|i| self.text.get(i));
        // `br"…"`: the b is a prefix, not a word.
        before.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
            && !matches!((before, self.at.checked_sub(2).and_then(|i| self.text.get(i))), (Some(b'b' | b'c'), before) if before.is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b'_'))
    }

    fn take(&mut self, kept: bool) {
        let byte = self.text[self.at];
        self.code.push(if byte == b'\n' || (kept && byte.is_ascii()) { byte } else { b' ' });
        self.line += usize::from(byte == b'\n');
        self.at += 1;
    }

    fn keep(&mut self) {
        self.take(true);
    }

    fn blank_while(&mut self, go: impl Fn(&Self) -> bool) {
        while self.at < self.text.len() && go(self) {
            self.take(false);
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while self.at < self.text.len() {
            match (self.peek(0), self.peek(1)) {
                (Some(b'/'), Some(b'*')) => depth += 1,
                (Some(b'*'), Some(b'/')) => depth -= 1,
                _ => {
                    self.take(false);
                    continue;
                }
            }
            self.take(false);
            self.take(false);
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        let (line, at) = (self.line, self.at);
        self.keep();
        let from = self.at;
        while let Some(byte) = self.peek(0) {
            if byte == b'"' {
                break;
            }
            if byte == b'\\' && self.peek(1).is_some() {
                self.take(false);
            }
            self.take(false);
        }
        self.literal(from, line, at);
        if self.at < self.text.len() {
            self.keep();
        }
    }

    fn raw_hashes(&self) -> Option<usize> {
        let hashes = self.text[self.at + 1..].iter().take_while(|b| **b == b'#').count();
        (self.peek(1 + hashes) == Some(b'"')).then_some(hashes)
    }

    fn raw_string(&mut self) {
        let (line, at) = (self.line, self.at);
        let hashes = self.raw_hashes().unwrap_or_default();
        for _ in 0..hashes + 2 {
            self.keep();
        }
        let from = self.at;
        let close: Vec<u8> = std::iter::once(b'"').chain(std::iter::repeat_n(b'#', hashes)).collect();
        self.blank_while(|r| !r.text[r.at..].starts_with(&close));
        self.literal(from, line, at);
        for _ in 0..close.len().min(self.text.len() - self.at) {
            self.keep();
        }
    }

    /// A character literal or a lifetime: `'a'`, `'\n'`, `'字'`, `'static`.
    fn quote(&mut self) {
        let rest = &self.text[self.at + 1..];
        let length = match rest.first() {
            Some(b'\\') => rest.iter().skip(2).position(|b| *b == b'\'').map(|p| p + 2),
            Some(first) => {
                let width = match first {
                    0xf0.. => 4,
                    0xe0.. => 3,
                    0xc0.. => 2,
                    _ => 1,
                };
                (rest.get(width) == Some(&b'\'')).then_some(width)
            }
            None => None,
        };
        self.keep();
        if let Some(length) = length {
            for _ in 0..length {
                self.take(false);
            }
            self.keep();
        }
    }

    fn literal(&mut self, from: usize, line: usize, at: usize) {
        let text = String::from_utf8_lossy(&self.text[from..self.at]).into_owned();
        self.literals.push(Literal { text, line, at });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_are_blanked_and_strings_kept_apart() {
        let text = "let a = \"x::y \\\" z\"; // tasks::inner\nlet b = 'q'; /* a /* b */ c */ let c: &'static str = r#\"two\nlines\"#;";
        let source = read(text);
        assert_eq!(source.code.lines().count(), text.lines().count());
        assert!(!source.code.contains("tasks"), "{}", source.code);
        assert!(!source.code.contains("lines"), "{}", source.code);
        assert!(source.code.contains("let c: &'static str"));
        let found: Vec<_> = source.literals.iter().map(|l| (l.text.as_str(), l.line)).collect();
        assert_eq!(found, [("x::y \\\" z", 1), ("two\nlines", 2)]);
    }

    #[test]
    fn characters_are_no_open_strings() {
        let source = read("match c { '\"' => 1, '\\'' => 2, '字' => 3, _ => f::<'a>(br#\"raw\"#, b\"q\") }");
        let found: Vec<_> = source.literals.iter().map(|l| l.text.as_str()).collect();
        assert_eq!(found, ["raw", "q"]);
    }
}
