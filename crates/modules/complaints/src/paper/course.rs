//! What happened to a complaint, in tables below its form.

use documents::{Cell, Grid, Hand, Part, Row};
use kernel::Timestamp;

use crate::model::{Complaint, ComplaintMove, ComplaintStep};

/// Its steps with their times, and everything that happened, in order.
pub(crate) fn course(hand: &Hand, complaint: &Complaint, moves: &[ComplaintMove]) -> Vec<Part> {
    let at = |at: Option<Timestamp>| at.map(|at| hand.at(at)).unwrap_or_default();
    let step = |step: ComplaintStep| hand.word(&format!("step_{}", step.text()));
    let mut runs = vec![hand.heads(&["step", "owner", "entered", "due", "left"])];
    for run in &complaint.runs.0 {
        let late = run.due_at.zip(run.left_at).is_some_and(|(due, left)| left > due);
        let left = if late {
            hand.said("late", &[("at", &at(run.left_at))])
        } else {
            at(run.left_at)
        };
        let left = run.returned.as_ref().map_or(left.clone(), |why| format!("{left} ↩ {why}"));
        let cells = [step(run.step).to_owned(), run.owner_name.clone(), hand.at(run.entered_at), at(run.due_at), left];
        runs.push(Row::of(cells.map(Cell::text)));
    }
    let mut rows = vec![hand.heads(&["number", "at", "step", "happening", "said", "person"])];
    for one in moves {
        let name = step(one.step);
        let happened = hand.said(&format!("move_{}", one.kind.text()), &[("step", name)]);
        let by = one.by_name.clone().unwrap_or_else(|| hand.word("system").into());
        let cells = [one.number.to_string(), hand.at(one.at), name.to_owned(), happened, one.words.clone(), by];
        rows.push(Row::of(cells.map(Cell::text)));
    }
    vec![
        Part::Heading(hand.word("runs").into()),
        Part::Grid(Grid { columns: vec![2.0, 2.0, 2.8, 2.8, 5.0], heads: 1, rows: runs }),
        Part::Heading(hand.word("course").into()),
        Part::Grid(Grid { columns: vec![1.1, 2.9, 2.0, 2.8, 8.0, 2.0], heads: 1, rows }),
    ]
}
