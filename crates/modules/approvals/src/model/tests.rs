//! The rules of deciding, whatever is tried in whatever order.

use kernel::Actor;
use proptest::prelude::*;

use super::*;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn user(n: u8) -> UserId {
    format!("usr_{n:026}").parse().unwrap()
}

fn permit(now: i64) -> Permit {
    Actor::System("test").permit("approvals.decide", &Owned::NOBODY, at(now)).unwrap()
}

fn said(verdict: Verdict) -> (Id<Decision>, Verdict, Option<String>) {
    ("dcn_00000000000000000000000001".parse().unwrap(), verdict, Some("好".into()))
}

/// Person 0 asks for 300.
fn asked(needed: i64) -> Approval {
    Approval {
        id: "apr_00000000000000000000000001".parse().unwrap(),
        kind: ApprovalKind::Compensation,
        amount: Money(300),
        currency: Some("CNY".into()),
        reason: "等了三天".into(),
        source: "manual".into(),
        key: None,
        subject_kind: None,
        subject_id: None,
        applicant_id: user(0),
        unit_id: None,
        state: ApprovalState::Pending,
        needed,
        due_at: None,
        created_at: at(1),
        decided_at: None,
        version: 1,
    }
}

fn hand(by: u8, in_name_of: u8, limit: i64) -> Hand {
    Hand { by: user(by), in_name_of: user(in_name_of), limit: Money(limit) }
}

fn code<T>(result: Result<T>) -> &'static str {
    match result {
        Err(Error::Conflict(code, _)) => code.name(),
        Err(_) => "other",
        Ok(_) => "fine",
    }
}

#[test]
fn how_many_must_agree_follows_from_the_limits() {
    assert_eq!(needed(Money(200), Money(200), false), 0);
    assert_eq!(needed(Money(201), Money(200), false), 1);
    assert_eq!(needed(Money(201), Money(200), true), 2);
    assert_eq!(needed(Money(200), Money(200), true), 2, "a high limit of one's own does not replace two");
}

#[test]
fn each_rule_refuses_by_its_name() {
    let refusals = [
        (hand(0, 0, 999), "approvals.own_request"),
        (hand(1, 0, 999), "approvals.own_request"),
        (hand(0, 1, 999), "approvals.own_request"),
        (hand(1, 1, 299), "approvals.beyond_limit"),
        (hand(1, 1, 300), "fine"),
    ];
    for (hand, expected) in refusals {
        assert_eq!(code(asked(1).decided(&permit(2), &[], &hand, said(Verdict::Approve))), expected, "{hand:?}");
    }
    let silent = ("dcn_00000000000000000000000001".parse().unwrap(), Verdict::Reject, None);
    assert!(matches!(asked(1).decided(&permit(2), &[], &hand(1, 1, 300), silent), Err(Error::Invalid(_))));
    assert_eq!(code(asked(1).withdrawn(&permit(2), user(1))), "approvals.not_the_applicant");
}

#[test]
fn the_second_of_two_is_another_person_on_another_authority() {
    let (once, first) = asked(2).decided(&permit(2), &[], &hand(1, 2, 300), said(Verdict::Approve)).unwrap();
    assert_eq!(once.state, ApprovalState::Pending);
    for (by, in_name_of) in [(1, 1), (1, 3), (2, 2), (3, 2), (2, 3), (3, 1)] {
        let again = once.clone().decided(
            &permit(3),
            std::slice::from_ref(&first),
            &hand(by, in_name_of, 300),
            said(Verdict::Approve),
        );
        assert_eq!(code(again), "approvals.same_person", "{by} for {in_name_of}");
    }
    let (twice, _) = once.decided(&permit(3), &[first], &hand(3, 4, 300), said(Verdict::Approve)).unwrap();
    assert_eq!((twice.state, twice.decided_at), (ApprovalState::Approved, Some(at(3))));
}

#[test]
fn points_have_no_currency_and_money_has_one() {
    for (kind, currency, fits) in [
        (ApprovalKind::Points, None, true),
        (ApprovalKind::Points, Some("CNY"), false),
        (ApprovalKind::Credit, None, false),
        (ApprovalKind::Credit, Some("CNY"), true),
        (ApprovalKind::Credit, Some("cny"), false),
        (ApprovalKind::Credit, Some("元"), false),
    ] {
        assert_eq!(currency_fits(kind, currency), fits, "{kind:?} {currency:?}");
    }
}

#[derive(Clone, Debug)]
enum Step {
    Decide { by: u8, in_name_of: u8, limit: i64, yes: bool },
    Withdraw { by: u8 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let decide = (0u8..5, 0u8..5, 200i64..400, any::<bool>()).prop_map(|(by, in_name_of, limit, yes)| Step::Decide {
        by,
        in_name_of,
        limit,
        yes,
    });
    let withdraw = (0u8..5).prop_map(|by| Step::Withdraw { by });
    prop::collection::vec(prop_oneof![6 => decide, 1 => withdraw], 0..40)
}

proptest! {
    /// Nobody approves what they asked for, by no path; a request ends at most once and then stays;
    /// approved means that as many different people said yes as were needed, on as many different
    /// authorities, each of which covers the amount.
    #[test]
    fn whatever_is_tried_the_rules_hold(steps in steps(), needed in 1i64..=2) {
        let mut approval = asked(needed);
        let mut decisions: Vec<Decision> = Vec::new();
        for (now, step) in (2i64..).zip(steps) {
            let before = approval.clone();
            let next = match step {
                Step::Decide { by, in_name_of, limit, yes } => {
                    let verdict = if yes { Verdict::Approve } else { Verdict::Reject };
                    before.clone().decided(&permit(now), &decisions, &hand(by, in_name_of, limit), said(verdict)).map(|(next, decision)| {
                        assert!(limit >= 300);
                        decisions.push(decision);
                        next
                    })
                }
                Step::Withdraw { by } => before.clone().withdrawn(&permit(now), user(by)),
            };
            if let Ok(next) = next {
                prop_assert_eq!(before.state, ApprovalState::Pending, "what is final stays");
                prop_assert_eq!(next.version, before.version + 1);
                prop_assert_eq!(next.state == ApprovalState::Pending, next.decided_at.is_none());
                approval = next;
            }
        }
        prop_assert!(decisions.iter().all(|one| one.decided_by != user(0) && one.in_name_of != user(0)));
        let distinct = |people: Vec<UserId>| people.into_iter().collect::<std::collections::HashSet<_>>().len();
        let hands = distinct(decisions.iter().map(|one| one.decided_by).collect());
        let authorities = distinct(decisions.iter().map(|one| one.in_name_of).collect());
        prop_assert_eq!((hands, authorities), (decisions.len(), decisions.len()));
        let yes = decisions.iter().filter(|one| one.decision == Verdict::Approve).count() as i64;
        let no = decisions.len() as i64 - yes;
        prop_assert_eq!(approval.state == ApprovalState::Approved, yes == needed);
        prop_assert_eq!(approval.state == ApprovalState::Rejected, no == 1);
        prop_assert!(yes <= needed && no <= 1);
    }
}
