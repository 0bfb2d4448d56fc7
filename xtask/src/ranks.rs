//! The order of crates: `ranks.txt` is the one place that knows it.

use std::path::Path;

use crate::tree;

/// Where the order is kept, relative to the root.
pub const FILE: &str = "xtask/ranks.txt";

/// The ordered names, each with the section it stands in.
#[derive(Clone, Debug)]
pub struct Ranks {
    names: Vec<(String, Section)>,
}

/// A part of the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// What every module stands on.
    Base,
    /// The domain modules.
    Modules,
    /// What puts all together.
    Top,
}

impl Ranks {
    /// Reads the order of the tree at `root`.
    pub fn of(root: &Path) -> Self {
        Self::parse(&tree::read(root, FILE))
    }

    /// One name a line; `# base`, `# modules` and `# top` open the sections.
    pub fn parse(text: &str) -> Self {
        let mut section = Section::Base;
        let mut names = Vec::new();
        for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
            match line {
                "# base" => section = Section::Base,
                "# modules" => section = Section::Modules,
                "# top" => section = Section::Top,
                comment if comment.starts_with('#') => {}
                name => names.push((name.to_owned(), section)),
            }
        }
        Self { names }
    }

    /// The place of a crate, counted from the top; `None` when it has none.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|(n, _)| n == name)
    }

    /// The section of a crate.
    pub fn section(&self, name: &str) -> Option<Section> {
        self.place(name).map(|i| self.names[i].1)
    }

    /// The modules in order.
    pub fn modules(&self) -> impl Iterator<Item = &str> {
        self.names.iter().filter(|(_, s)| *s == Section::Modules).map(|(n, _)| n.as_str())
    }
}
