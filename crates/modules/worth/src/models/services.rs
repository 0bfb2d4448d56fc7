//! Which services go together, and when one is due again: counted over all customers, told of nobody.
//!
//! Association rules: R. Agrawal, T. Imieliński, A. Swami, "Mining Association Rules between Sets of Items in Large
//! Databases", SIGMOD (1993); lift: S. Brin et al., SIGMOD (1997).

use std::collections::HashMap;

/// Services that are looked at: those that most customers bought.
pub(crate) const MOST_SERVICES: usize = 200;
/// Different names that are counted before the rest is left aside.
const MOST_NAMES: usize = 20_000;
/// Of fewer customers than this nothing is told: less would be somebody.
pub(crate) const LEAST_PEOPLE: i64 = 5;
/// A rule that holds for fewer than this share of those it is about is none.
const LEAST_CONFIDENCE: f64 = 0.1;
/// Days between two purchases that are told apart; more are counted as so many.
const LONGEST: usize = 1_000;

/// A service as it is counted first.
#[derive(Clone, Debug, Default)]
struct Seen {
    label: String,
    buyers: i64,
}

/// Which services there are, and how many customers bought each.
#[derive(Debug, Default)]
pub(crate) struct Census {
    seen: HashMap<String, Seen>,
    pub(crate) buyers: i64,
}

impl Census {
    /// One customer's services, each once, with what they are called.
    pub(crate) fn count<'s>(&mut self, services: impl Iterator<Item = (&'s str, &'s str)>) {
        self.buyers += 1;
        for (service, label) in services {
            if let Some(seen) = self.seen.get_mut(service) {
                seen.buyers += 1;
            } else if self.seen.len() < MOST_NAMES {
                self.seen.insert(service.to_owned(), Seen { label: label.to_owned(), buyers: 1 });
            }
        }
    }

    /// Those that most bought, with their labels; of few customers none.
    pub(crate) fn found(self) -> Pairs {
        let mut all: Vec<_> = self.seen.into_iter().filter(|(_, seen)| seen.buyers >= LEAST_PEOPLE).collect();
        all.sort_by(|a, b| b.1.buyers.cmp(&a.1.buyers).then_with(|| a.0.cmp(&b.0)));
        all.truncate(MOST_SERVICES);
        let names: Vec<(String, String)> = all.into_iter().map(|(name, seen)| (name, seen.label)).collect();
        let places = names.iter().enumerate().map(|(at, (name, _))| (name.clone(), at)).collect();
        let count = names.len();
        Pairs {
            names,
            places,
            buyers: 0,
            both: vec![0; count * count],
            gaps: vec![Vec::new(); count],
            again: vec![0; count],
        }
    }
}

/// Which services the same customers bought, and how long it took until they bought one again.
#[derive(Debug)]
pub(crate) struct Pairs {
    /// Key and label of each.
    pub(crate) names: Vec<(String, String)>,
    places: HashMap<String, usize>,
    buyers: i64,
    both: Vec<i64>,
    /// Days between two purchases of one service: how often each number of days.
    gaps: Vec<Vec<u32>>,
    /// Customers who bought one again.
    again: Vec<i64>,
}

/// Who bought one thing bought another.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rule {
    pub from: String,
    pub to: String,
    /// Customers who bought both.
    pub both: i64,
    /// Customers who bought the first.
    pub with: i64,
    /// Customers who bought the second.
    pub of_to: i64,
    /// All who bought anything.
    pub buyers: i64,
}

impl Rule {
    /// The share of those who bought the first who bought the second.
    pub(crate) fn confidence(&self) -> f64 {
        self.both as f64 / self.with as f64
    }

    /// How many times as often as among all.
    pub(crate) fn lift(&self) -> f64 {
        self.confidence() * self.buyers as f64 / self.of_to as f64
    }
}

/// How a service is bought.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Habit {
    pub service: String,
    pub label: String,
    pub buyers: i64,
    /// Customers who bought it again.
    pub again: i64,
    /// The middle of the days until they did; none of few customers.
    pub days: Option<i64>,
}

impl Pairs {
    /// One customer's purchases of services: each service with its days, in order.
    pub(crate) fn count(&mut self, bought: &HashMap<&str, Vec<i64>>) {
        self.buyers += 1;
        let mut here: Vec<usize> = bought.keys().filter_map(|name| self.places.get(*name).copied()).collect();
        here.sort_unstable();
        let count = self.names.len();
        for one in &here {
            for other in &here {
                self.both[one * count + other] += 1;
            }
            let days = &bought[self.names[*one].0.as_str()];
            let gaps = &mut self.gaps[*one];
            for pair in days.windows(2) {
                let gap = usize::try_from(pair[1] - pair[0]).unwrap_or(0).min(LONGEST);
                if gaps.len() <= gap {
                    gaps.resize(gap + 1, 0);
                }
                gaps[gap] += 1;
            }
            self.again[*one] += i64::from(days.len() > 1);
        }
    }

    /// Rules that hold more often than by chance, and of enough customers; the strongest first.
    pub(crate) fn rules(&self) -> Vec<Rule> {
        let count = self.names.len();
        let pairs = (0..count).flat_map(|one| (0..count).map(move |other| (one, other)));
        let rule = |(one, other): (usize, usize)| Rule {
            from: self.names[one].0.clone(),
            to: self.names[other].0.clone(),
            both: self.both[one * count + other],
            with: self.both[one * count + one],
            of_to: self.both[other * count + other],
            buyers: self.buyers,
        };
        let mut rules: Vec<_> = pairs
            .filter(|(one, other)| one != other && self.both[one * count + other] >= LEAST_PEOPLE)
            .map(rule)
            .filter(|rule| rule.confidence() >= LEAST_CONFIDENCE && rule.lift() > 1.0)
            .collect();
        rules.sort_by(|a, b| {
            b.confidence().total_cmp(&a.confidence()).then_with(|| (&a.from, &a.to).cmp(&(&b.from, &b.to)))
        });
        rules
    }

    /// How each service is bought.
    pub(crate) fn habits(&self) -> Vec<Habit> {
        let count = self.names.len();
        let habit = |(at, (service, label)): (usize, &(String, String))| Habit {
            service: service.clone(),
            label: label.clone(),
            buyers: self.both[at * count + at],
            again: self.again[at],
            days: (self.again[at] >= LEAST_PEOPLE).then(|| middle(&self.gaps[at])).flatten(),
        };
        self.names.iter().enumerate().map(habit).collect()
    }
}

/// The median of so many times each number of days.
fn middle(gaps: &[u32]) -> Option<i64> {
    let all: u64 = gaps.iter().map(|times| u64::from(*times)).sum();
    let mut before = 0;
    gaps.iter().enumerate().find_map(|(days, times)| {
        before += u64::from(*times);
        (*times > 0 && before * 2 >= all).then_some(days as i64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(people: &[&[(&str, &[i64])]]) -> Pairs {
        let mut census = Census::default();
        for one in people {
            census.count(one.iter().map(|(name, _)| (*name, *name)));
        }
        let mut pairs = census.found();
        for one in people {
            pairs.count(&one.iter().map(|(name, days)| (*name, days.to_vec())).collect());
        }
        pairs
    }

    #[test]
    fn h54_a_rule_says_of_how_many_it_holds_and_of_few_there_is_none() {
        // Ten with a purifier, eight of them with filters; ten with a washer, one of them with filters.
        let both: &[(&str, &[i64])] = &[("purifier", &[0]), ("filter", &[10, 100, 200])];
        let purifier: &[(&str, &[i64])] = &[("purifier", &[0])];
        let washer: &[(&str, &[i64])] = &[("washer", &[0])];
        let mut people = vec![both; 8];
        people.extend([purifier; 2]);
        people.extend([washer; 9]);
        people.push(&[("washer", &[0]), ("filter", &[5])]);
        let pairs = counted(&people);
        let rules = pairs.rules();
        let one = rules.iter().find(|rule| rule.from == "purifier").unwrap();
        assert_eq!((one.to.as_str(), one.both, one.with, one.of_to, one.buyers), ("filter", 8, 10, 9, 20));
        assert!((one.confidence() - 0.8).abs() < 1e-12 && (one.lift() - 0.8 / 0.45).abs() < 1e-12);
        assert!(!rules.iter().any(|rule| rule.from == "washer"), "one customer is nobody to tell of");
        let habits = pairs.habits();
        let filter = habits.iter().find(|habit| habit.service == "filter").unwrap();
        assert_eq!((filter.buyers, filter.again, filter.days), (9, 8, Some(90)));
        assert_eq!(habits.iter().find(|habit| habit.service == "washer").unwrap().days, None);
    }

    #[test]
    fn the_middle_of_days_is_a_day_that_was() {
        assert_eq!(middle(&[]), None);
        assert_eq!(middle(&[0, 1, 0, 1]), Some(1));
        assert_eq!(middle(&[0, 1, 0, 2]), Some(3));
    }
}
