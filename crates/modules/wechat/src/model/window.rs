//! How much may still be said to somebody, and until when: WeChat counts it, and refuses beyond it.
//!
//! A customer's message allows five answers within 48 hours. Following an official account, scanning
//! its code or pressing its menu allows three within a minute. Neither adds to what was left.

use kernel::Timestamp;

/// What a message allows: so many answers, for so many milliseconds.
pub(crate) const LONG: (i64, i64) = (5, 48 * 3_600_000);
/// What following, scanning or pressing allows.
pub(crate) const BRIEF: (i64, i64) = (3, 60_000);

/// What somebody allowed us to say. An end that lies in the past allows nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Window {
    pub until: Option<Timestamp>,
    pub left: i64,
    pub brief_until: Option<Timestamp>,
    pub brief_left: i64,
}

/// What may still be said to a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allowance {
    /// How many messages.
    pub left: i64,
    /// How many the customer's last message or act allowed.
    pub allowed: i64,
    /// Until when; none when nothing may be said.
    pub until: Option<Timestamp>,
}

impl Window {
    /// The customer said something.
    pub(crate) fn spoke(self, now: Timestamp) -> Self {
        Self { until: Some(now.plus_millis(LONG.1)), left: LONG.0, ..self }
    }

    /// The customer followed, scanned or pressed.
    pub(crate) fn acted(self, now: Timestamp) -> Self {
        Self { brief_until: Some(now.plus_millis(BRIEF.1)), brief_left: BRIEF.0, ..self }
    }

    /// We said something: it is taken from what ends first.
    pub(crate) fn said(mut self, now: Timestamp) -> Self {
        if self.brief_until.is_some_and(|until| now < until) && self.brief_left > 0 {
            self.brief_left -= 1;
        } else {
            self.left = (self.left - 1).max(0);
        }
        self
    }

    /// The platform says that nothing is left.
    pub(crate) fn spent(self) -> Self {
        Self { left: 0, brief_left: 0, ..self }
    }

    /// The platform says that it is too late.
    pub(crate) fn shut(self) -> Self {
        Self { until: None, brief_until: None, ..self.spent() }
    }

    /// What may be said now.
    pub(crate) fn allowance(self, now: Timestamp) -> Allowance {
        let open = |until: Option<Timestamp>| until.filter(|until| now < *until);
        match (open(self.until), open(self.brief_until).filter(|_| self.brief_left > 0)) {
            (Some(until), brief) => {
                let left = self.left + brief.map_or(0, |_| self.brief_left);
                Allowance { left, allowed: LONG.0.max(left), until: Some(until) }
            }
            (None, Some(until)) => Allowance { left: self.brief_left, allowed: BRIEF.0, until: Some(until) },
            (None, None) => Allowance { left: 0, allowed: LONG.0, until: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_000_000 + millis)
    }

    fn left(window: Window, millis: i64) -> (i64, bool) {
        let allowance = window.allowance(at(millis));
        (allowance.left, allowance.until.is_some())
    }

    #[test]
    fn a_message_allows_five_answers_within_two_days() {
        let spoke = Window::default().spoke(at(0));
        assert_eq!((left(Window::default(), 0), left(spoke, 0)), ((0, false), (5, true)));
        assert_eq!((left(spoke, LONG.1 - 1), left(spoke, LONG.1)), ((5, true), (0, false)));
        let spent = (0..7).fold(spoke, |window, _| window.said(at(1)));
        assert_eq!(left(spent, 1), (0, true));
        // Another message allows five, not five more.
        assert_eq!(left(spoke.said(at(1)).spoke(at(2)), 2), (5, true));
    }

    #[test]
    fn following_allows_three_within_a_minute() {
        let acted = Window::default().acted(at(0));
        assert_eq!((left(acted, 0), left(acted, BRIEF.1)), ((3, true), (0, false)));
        // What ends first is used first, and the rest stays.
        let both = Window::default().spoke(at(0)).acted(at(0)).said(at(1));
        assert_eq!((left(both, 2), left(both, BRIEF.1)), ((7, true), (5, true)));
    }

    #[test]
    fn what_the_platform_says_counts() {
        let spoke = Window::default().spoke(at(0)).acted(at(0));
        assert_eq!((left(spoke.spent(), 1), left(spoke.shut(), 1)), ((0, true), (0, false)));
        assert_eq!(left(spoke.shut().spoke(at(2)), 2), (5, true));
    }

    proptest! {
        #[test]
        fn no_more_is_ever_left_than_was_allowed(acts in proptest::collection::vec((0_u8..5, 0_i64..200_000), 0..60)) {
            let (mut window, mut now) = (Window::default(), 0);
            for (act, pause) in acts {
                now += pause;
                window = match act {
                    0 => window.spoke(at(now)),
                    1 => window.acted(at(now)),
                    2 => window.spent(),
                    3 => window.shut(),
                    _ => window.said(at(now)),
                };
                let allowance = window.allowance(at(now));
                prop_assert!((0..=LONG.0 + BRIEF.0).contains(&allowance.left));
                prop_assert!(allowance.left <= allowance.allowed);
                prop_assert!(allowance.until.is_some() || allowance.left == 0);
            }
        }
    }
}
