//! An action from its opening to its close, and back.

use kernel::{Id, Permit, Rng, Timestamp, UserId};

use super::*;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_millis(minute * 60_000)
}

fn permit(minute: i64) -> Permit {
    crate::policy::vouched(at(minute)).unwrap()
}

fn turn() -> Turn {
    Turn { owner_id: None, owner_name: String::new(), unit_id: None, due_at: None }
}

fn by(minute: i64) -> By {
    By { id: "usr_01jd3k5v2pf6z8q0w4x7y9abcd".parse().unwrap(), name: "苏禾".into(), at: at(minute) }
}

fn action() -> ImprovementAction {
    let rng = Rng::seeded(1);
    ImprovementAction {
        id: Id::new(at(0), &rng),
        number: "GJ19700101-0001".into(),
        day: "1970-01-01".into(),
        state: ImprovementState::Open,
        title: "人员 / 培训不足".into(),
        cause_id: "c".into(),
        cause: "人员 / 培训不足".into(),
        origin: ImprovementOrigin::Recurrence,
        detail: String::new(),
        complaints: Complaints::default(),
        owner_id: None,
        owner_name: String::new(),
        unit_id: None,
        due_at: Some(at(100)),
        corrective: String::new(),
        preventive: String::new(),
        steps: Steps::default(),
        result: None,
        completed_at: None,
        completed_by: None,
        completed_by_name: String::new(),
        verifier_id: None,
        verification: None,
        closed_at: None,
        reopened_at: None,
        reopenings: 0,
        opened_by: None,
        opened_by_name: String::new(),
        opened_at: at(0),
        version: 1,
    }
}

fn wanted(number: Option<i64>, what: &str) -> WantedStep {
    WantedStep { number, what: what.into() }
}

fn unmet(one: &ImprovementAction) -> Vec<ImprovementDuty> {
    one.duties().into_iter().filter(|(_, met)| !met).map(|(duty, _)| duty).collect()
}

#[test]
fn r022_it_is_complete_with_both_measures_and_every_step_and_never_before() {
    let plan = ("补训".to_owned(), "纳入上岗考试".to_owned());
    let one = action();
    assert_eq!(unmet(&one).len(), 4);
    assert!(one.clone().completed(&permit(1), by(1), "好".into(), None).is_err());
    let one = one.planned(&permit(1), plan, vec![wanted(None, "编教材"), wanted(None, "考试")]).unwrap();
    assert_eq!(unmet(&one), [ImprovementDuty::StepsDone]);
    let one = one.step_done(&permit(2), 1, &by(2)).unwrap();
    assert!(one.clone().step_done(&permit(2), 1, &by(2)).is_err());
    assert!(one.clone().step_done(&permit(2), 7, &by(2)).is_err());
    // What was done is not planned away; what is not is.
    let plan = ("补训".to_owned(), "抽查".to_owned());
    let one = one.planned(&permit(3), plan, vec![wanted(None, "抽查")]).unwrap();
    assert_eq!(one.steps.0.iter().map(|step| step.number).collect::<Vec<_>>(), [1, 3]);
    let one = one.step_done(&permit(4), 3, &by(4)).unwrap();
    let done = one.completed(&permit(5), by(5), "三十天无同类".into(), None).unwrap();
    assert_eq!((done.state, done.completed_at), (ImprovementState::Completed, Some(at(5))));
    assert!(!done.is_overdue(at(1_000)), "what is done is late no more");
    let own = Verification { effective: true, words: "好".into(), by_id: by(0).id, by_name: String::new(), at: at(6) };
    assert!(done.clone().verified(&permit(6), own.clone(), turn()).is_err(), "nobody verifies what they did");
    let other = Verification { by_id: UserId::new(at(1), &Rng::seeded(3)), ..own };
    let closed = done.clone().verified(&permit(6), other.clone(), turn()).unwrap();
    assert_eq!(closed.state, ImprovementState::Closed);
    // Open again it wants a new step.
    let again = closed.recurred(&permit(7), &[], turn());
    assert_eq!((again.reopenings, unmet(&again)), (1, vec![ImprovementDuty::Steps]));
    let not = done.verified(&permit(6), Verification { effective: false, ..other }, turn()).unwrap();
    assert_eq!((not.state, not.completed_at, not.reopenings), (ImprovementState::Open, None, 1));
}
