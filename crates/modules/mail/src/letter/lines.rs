//! The text of a page, as somebody would read it aloud.

/// Text as it grows line by line.
#[derive(Default)]
pub(super) struct Text {
    all: String,
    line: String,
    /// Quotes one is in.
    pub quotes: usize,
    blank: bool,
}

impl Text {
    pub(super) fn say(&mut self, text: &str, verbatim: bool) {
        for c in text.chars() {
            match c {
                '\n' if verbatim => self.line(),
                c if c.is_whitespace() || c == '\u{a0}' => self.gap(),
                '\u{200b}' | '\u{feff}' | '\u{ad}' | '\0' => {}
                c => self.line.push(c),
            }
        }
    }

    pub(super) fn gap(&mut self) {
        if !self.line.is_empty() && !self.line.ends_with(' ') {
            self.line.push(' ');
        }
    }

    pub(super) fn block(&mut self) {
        if !self.line.trim().is_empty() {
            self.line();
        }
    }

    pub(super) fn line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let line = line.trim_end();
        // One blank line says as much as many.
        if line.is_empty() && (self.blank || self.all.is_empty()) {
            return;
        }
        self.blank = line.is_empty();
        for _ in 0..self.quotes {
            self.all.push_str("> ");
        }
        self.all.push_str(line);
        self.all.push('\n');
    }

    pub(super) fn done(mut self) -> String {
        self.block();
        self.all.trim_end().to_owned()
    }
}
