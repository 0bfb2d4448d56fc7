use kernel::{Actor, Rng};

use super::*;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn user(n: u64) -> UserId {
    format!("usr_01jd3k5v2pf6z8q0w4x7y9abc{n}").parse().unwrap()
}

fn permit(now: i64) -> Permit {
    Actor::System("test").permit("x", &Owned::NOBODY, at(now)).unwrap()
}

fn sanction(kind: SanctionKind, amount: Option<i64>) -> Sanction {
    Sanction {
        id: Id::new(at(1), &Rng::seeded(9)),
        complaint_id: Id::new(at(1), &Rng::seeded(8)),
        complaint_number: "TS20261126-0001".into(),
        state: SanctionState::Proposed,
        person_id: user(1),
        person_name: "林".into(),
        unit_id: None,
        part: SanctionPart::Direct,
        kind,
        amount: amount.map(Money),
        currency: "CNY".into(),
        ground: SanctionGround::Procedure,
        reason: "固化时间不足".into(),
        evidence: SanctionEvidences::default(),
        proposed_by: user(2),
        proposed_by_name: "赵".into(),
        proposed_at: at(1),
        notice_until: at(100),
        notice: None,
        appeal_until: None,
        appeal: None,
        decision: None,
        withdrawal: None,
        version: 1,
    }
}

fn noticed(one: Sanction, user: UserId, now: i64) -> Result<Sanction> {
    one.noticed(&permit(now), SanctionNotice { by: by(user, "x", at(now)), words: String::new() }, at(200))
}

fn appealed(one: Sanction, now: i64) -> Result<Sanction> {
    let appeal = SanctionAppeal { words: "设备故障".into(), evidence: SanctionEvidences::default(), at: at(now) };
    one.appealed(&permit(now), appeal)
}

fn decision(
    outcome: SanctionOutcome,
    kind: Option<SanctionKind>,
    amount: Option<i64>,
    by_whom: u64,
) -> SanctionDecision {
    SanctionDecision {
        outcome,
        kind,
        amount: amount.map(Money),
        was_kind: SanctionKind::Warning,
        was_amount: None,
        words: "x".into(),
        by: by(user(by_whom), "x", at(160)),
    }
}

#[test]
fn x5_nothing_stands_before_notice_and_the_time_to_appeal() {
    let one = sanction(SanctionKind::Warning, None);
    assert!(one.clone().lapsed(at(1_000)).is_none());
    assert!(appealed(one.clone(), 50).is_err());
    // Somebody else may give notice only once the person had time to read it.
    assert!(noticed(one.clone(), user(2), 100).is_err());
    assert!(noticed(one.clone(), user(2), 101).is_ok());
    let one = noticed(one, user(1), 50).unwrap();
    assert!(one.clone().lapsed(at(200)).is_none());
    assert!(appealed(one.clone(), 201).is_err());
    assert_eq!(one.lapsed(at(201)).unwrap().state, SanctionState::Stands);
}

#[test]
fn x5_an_appeal_is_made_once_and_decided_by_somebody_without_a_part_in_it() {
    let one = appealed(noticed(sanction(SanctionKind::Warning, None), user(1), 50).unwrap(), 60).unwrap();
    assert!(appealed(one.clone(), 61).is_err() && one.clone().lapsed(at(1_000)).is_none());
    let decided_by = Some(user(3));
    for partial in 1..=3 {
        let answer =
            one.clone().decided(&permit(160), decision(SanctionOutcome::Upheld, None, None, partial), decided_by);
        assert!(answer.is_err(), "{partial}");
    }
    let upheld = one.decided(&permit(160), decision(SanctionOutcome::Upheld, None, None, 4), decided_by).unwrap();
    assert_eq!(upheld.state, SanctionState::Upheld);
    assert!(appealed(upheld, 161).is_err());
}

#[test]
fn x5_nobody_is_worse_off_for_having_appealed() {
    let one = |kind, amount| appealed(noticed(sanction(kind, amount), user(1), 50).unwrap(), 60).unwrap();
    let changed = |from: Sanction, kind, amount| {
        from.decided(&permit(160), decision(SanctionOutcome::Changed, Some(kind), amount, 4), None)
    };
    assert!(changed(one(SanctionKind::Warning, None), SanctionKind::Deduction, Some(1)).is_err());
    assert!(changed(one(SanctionKind::Warning, None), SanctionKind::Warning, None).is_err());
    assert!(changed(one(SanctionKind::Deduction, Some(100)), SanctionKind::Deduction, Some(100)).is_err());
    let less = changed(one(SanctionKind::Deduction, Some(100)), SanctionKind::Deduction, Some(99)).unwrap();
    assert_eq!((less.amount, less.decision.unwrap().was_amount), (Some(Money(99)), Some(Money(100))));
    let milder = changed(one(SanctionKind::Deduction, Some(100)), SanctionKind::Retraining, None).unwrap();
    assert_eq!((milder.kind, milder.amount), (SanctionKind::Retraining, None));
}

#[test]
fn x5_whoever_it_concerns_takes_nothing_back() {
    let one = sanction(SanctionKind::Warning, None);
    let withdrawal = |n| SanctionWithdrawal { reason: "x".into(), by: by(user(n), "x", at(60)) };
    assert!(one.clone().withdrawn(&permit(60), withdrawal(1)).is_err());
    let gone = one.withdrawn(&permit(60), withdrawal(2)).unwrap();
    assert!(gone.state == SanctionState::Withdrawn && gone.withdrawn(&permit(61), withdrawal(2)).is_err());
}

#[test]
fn x6_a_ground_is_what_was_done_and_never_who_somebody_is() {
    let read = |text: &str| serde_json::from_value::<SanctionGround>(json!(text));
    for done in ["procedure", "negligence", "conduct", "concealment"] {
        assert!(read(done).is_ok());
    }
    for who in ["age", "sex", "gender", "mood", "emotion", "health"] {
        assert!(read(who).is_err());
    }
}
