//! The dialogues of the demo story, as they are written down in `demo/dialogues.txt`.

use std::{collections::BTreeMap, sync::LazyLock};

use kernel::Rng;

/// One step of a dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Customer,
    Agent,
    /// The agent's answer, which quotes what the customer said last.
    Quote,
    /// What the agent said at first, and after `=>` what they made of it.
    Edit,
    /// Something the agent takes back at once.
    Recall,
    /// A private note of the one who has it.
    Note,
    /// A picture of the customer's: what, `|`, and the name of the file.
    Picture,
    /// A document of the agent's, likewise.
    Document,
    /// A product: title, `|`, subtitle, `|`, price.
    Card,
    /// Passed on to the complaints queue, with this note.
    Transfer,
}

impl Step {
    /// Whether the customer does it.
    pub(super) fn by_customer(self) -> bool {
        matches!(self, Self::Customer | Self::Picture)
    }
}

/// What customers and agents say about one thing.
#[derive(Debug)]
pub(super) struct Dialogue {
    pub(super) topic: &'static str,
    pub(super) wrap_up: &'static str,
    pub(super) tags: Vec<&'static str>,
    pub(super) steps: Vec<(Step, &'static str)>,
}

/// All dialogues.
pub(super) static DIALOGUES: LazyLock<Vec<Dialogue>> = LazyLock::new(|| {
    let mut all: Vec<Dialogue> = Vec::new();
    for line in include_str!("../../demo/dialogues.txt").lines() {
        let Some((mark, text)) = line.split_once(' ') else { continue };
        let step = match mark {
            "C" => Step::Customer,
            "A" => Step::Agent,
            "N" => Step::Note,
            "Q" => Step::Quote,
            "E" => Step::Edit,
            "R" => Step::Recall,
            "P" => Step::Picture,
            "D" => Step::Document,
            "K" => Step::Card,
            "T" => Step::Transfer,
            "=" => {
                if let [topic, wrap_up, tags] = text.split('|').collect::<Vec<_>>()[..] {
                    all.push(Dialogue { topic, wrap_up, tags: tags.split(',').collect(), steps: Vec::new() });
                }
                continue;
            }
            _ => continue,
        };
        if let Some(dialogue) = all.last_mut() {
            dialogue.steps.push((step, text));
        }
    }
    all
});

/// First words of those who wait now.
pub(super) static OPENERS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| include_str!("../../demo/openers.txt").lines().collect());

/// Where customers write from: an address, a tab, and its title.
pub(super) static PAGES: LazyLock<Vec<(&'static str, &'static str)>> =
    LazyLock::new(|| include_str!("../../demo/pages.txt").lines().filter_map(|line| line.split_once('\t')).collect());

/// What was said at first, and what it became.
pub(super) fn edited(text: &str) -> (&str, &str) {
    text.split_once("=>").unwrap_or((text, text))
}

/// What customers think of it: a score, a tab, words of the form or none, a tab, and own words or none.
pub(super) static COMMENTS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| include_str!("../../demo/comments.txt").lines().filter(|line| !line.starts_with('#')).collect());

static VALUES: LazyLock<BTreeMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let lines = include_str!("../../demo/values.txt").lines();
    lines.filter_map(|line| line.split_once('=')).map(|(key, all)| (key, all.split('|').collect())).collect()
});

/// What the words in braces stand for in one conversation.
pub(super) struct Filled(BTreeMap<&'static str, String>);

impl Filled {
    /// Values by chance; who speaks is told.
    pub(super) fn new(rng: &Rng, customer: &str) -> Self {
        let mut values: BTreeMap<_, _> = VALUES.iter().map(|(key, all)| (*key, (*pick(rng, all)).to_owned())).collect();
        let between = |low: i64, high: i64| low + rng.below((high - low) as u64) as i64;
        let number = |low, high| between(low, high).to_string();
        let order = format!("CY{}{:05}", number(2_608_000, 2_612_000), between(0, 100_000));
        values.insert("tail", order[order.len() - 4..].to_owned());
        values.insert("order", order);
        values.insert("amount", number(199, 4_999));
        values.insert("cut", number(20, 300));
        values.insert("fee", number(60, 180));
        values.insert("comp", number(50, 200));
        values.insert("points", number(80, 9_000));
        values.insert("days", number(2, 8));
        values.insert("size", number(78, 90));
        values.insert("number", number(1, 300));
        values.insert("building", number(1, 20));
        values.insert("room", format!("{}0{}", number(1, 18), number(1, 4)));
        values.insert("tax", format!("9133{}MA{}", number(100_000, 999_999), number(10_000_000, 99_999_999)));
        values.insert("customer", customer.to_owned());
        Self(values)
    }

    /// Who speaks for the department, from here on.
    pub(super) fn set(&mut self, key: &'static str, value: &str) {
        self.0.insert(key, value.to_owned());
    }

    /// The text with one of each `[a|b]` and every `{word}` filled.
    pub(super) fn text(&self, rng: &Rng, template: &str) -> String {
        let mut out = String::with_capacity(template.len());
        let mut rest = template;
        while let Some(at) = rest.find(['[', '{']) {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            let close = if from.starts_with('[') { ']' } else { '}' };
            let Some(end) = from.find(close) else { break };
            let inner = &from[1..end];
            if close == ']' {
                let choices: Vec<_> = inner.split('|').collect();
                out.push_str(pick::<&str>(rng, &choices));
            } else {
                out.push_str(self.0.get(inner).map_or(inner, String::as_str));
            }
            rest = &from[end + 1..];
        }
        out.push_str(rest);
        out
    }
}

fn pick<'a, T>(rng: &Rng, all: &'a [T]) -> &'a T {
    &all[rng.below(all.len() as u64) as usize]
}

/// One dialogue with everything filled in, without what the customer does not see: whether the
/// customer speaks, and what is said.
pub fn rehearsed(rng: &Rng, customer: &str, agent: &str) -> Vec<(bool, String)> {
    let mut filled = Filled::new(rng, if customer.is_empty() { "您" } else { customer });
    filled.set("agent", agent);
    filled.set("agent2", agent);
    let steps = pick(rng, &DIALOGUES).steps.iter();
    steps
        .filter(|(step, _)| matches!(step, Step::Customer | Step::Agent | Step::Quote | Step::Edit))
        .map(|(step, template)| {
            let text = filled.text(rng, template);
            let said = if *step == Step::Edit { edited(&text).1 } else { &text };
            (step.by_customer(), said.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dialogue_begins_with_the_customer_and_is_answered() {
        assert!(DIALOGUES.len() >= 20);
        for dialogue in DIALOGUES.iter() {
            assert_eq!(dialogue.steps.first().map(|(step, _)| *step), Some(Step::Customer), "{}", dialogue.wrap_up);
            assert!(dialogue.steps.iter().any(|(step, _)| *step == Step::Agent), "{}", dialogue.wrap_up);
            assert!(!dialogue.wrap_up.is_empty());
            for (step, text) in &dialogue.steps {
                let parts = text.split('|').count();
                match step {
                    Step::Picture | Step::Document => assert_eq!(parts, 2, "{text}"),
                    Step::Card => assert_eq!(parts, 3, "{text}"),
                    Step::Edit => assert!(text.contains("=>"), "{text}"),
                    _ => {}
                }
            }
        }
    }
}
