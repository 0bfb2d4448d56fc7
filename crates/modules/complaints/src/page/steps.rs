//! The steps of a complaint in the customer's words.

use jiff::tz::TimeZone;
use kernel::Timestamp;

use crate::model::{Complaint, ComplaintStep};

/// A moment where the organisation is: today's by the hour, this year's by the day, others by the year.
pub(super) fn moment(zone: &TimeZone, now: Timestamp, at: Timestamp, today: &str) -> String {
    let local = |at: Timestamp| jiff::Timestamp::from_millisecond(at.millis()).ok().map(|at| at.to_zoned(zone.clone()));
    let (Some(at), Some(now)) = (local(at), local(now)) else { return String::new() };
    if at.date() == now.date() {
        format!("{today} {}", at.strftime("%H:%M"))
    } else if at.year() == now.year() {
        at.strftime("%m-%d %H:%M").to_string()
    } else {
        at.strftime("%Y-%m-%d").to_string()
    }
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Done,
    Now,
    ToCome,
}

/// A step as the customer reads it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub step: ComplaintStep,
    pub state: State,
    /// When it was over, or is to be.
    pub at: Option<Timestamp>,
}

/// Until when the customer was promised something: the answer they were told of while it is to come, what the step
/// promises otherwise.
pub(super) fn promised(complaint: &Complaint, now: Timestamp) -> Option<Timestamp> {
    let told = complaint.answer_by.filter(|at| complaint.step <= ComplaintStep::Solution && *at > now);
    told.or(complaint.due_at).filter(|_| !complaint.is_closed())
}

/// The steps a complaint goes through; one that is not founded is answered and goes on to the revisit.
pub(super) fn rows(complaint: &Complaint, now: Timestamp) -> Vec<Row> {
    use ComplaintStep::{Implementation, Intake, Investigation, Judgement, Revisit, Solution, Summary};
    let unfounded = complaint.upheld == Some(false) && complaint.step > Judgement;
    let all = [Intake, Judgement, Investigation, Solution, Implementation, Summary, Revisit];
    let gone = all.into_iter().filter(|step| !unfounded || matches!(step, Intake | Judgement | Revisit));
    gone.map(|step| {
        let state = match step.cmp(&complaint.step) {
            std::cmp::Ordering::Less => State::Done,
            std::cmp::Ordering::Equal => State::Now,
            std::cmp::Ordering::Greater => State::ToCome,
        };
        let run = complaint.runs.0.iter().rev().find(|run| run.step == step);
        let at = match state {
            State::Done => run.and_then(|run| run.left_at),
            State::Now => promised(complaint, now),
            State::ToCome => None,
        };
        Row { step, state, at }
    })
    .collect()
}

/// A text without what tells who somebody is: of a run of seven digits or more the first three and the last two are left.
pub(super) fn masked(text: &str) -> String {
    let (mut out, mut run) = (String::with_capacity(text.len()), String::new());
    let put = |out: &mut String, run: &mut String| {
        if run.len() >= 7 {
            let stars = "*".repeat(run.len() - 5);
            out.push_str(&format!("{}{stars}{}", &run[..3], &run[run.len() - 2..]));
        } else {
            out.push_str(run);
        }
        run.clear();
    };
    for letter in text.chars() {
        if letter.is_ascii_digit() {
            run.push(letter);
        } else {
            put(&mut out, &mut run);
            out.push(letter);
        }
    }
    put(&mut out, &mut run);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_are_masked_and_others_are_not() {
        assert_eq!(masked("打 13800138001，付了 1340 元"), "打 138******01，付了 1340 元");
        assert_eq!(masked("2026-11-26 12345678"), "2026-11-26 123***78");
    }
}
