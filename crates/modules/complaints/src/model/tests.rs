//! No sequence of what can be asked of a complaint brings it to the archive without every duty done.

use kernel::{Actor, Id, Money, Owned, Permit, Timestamp, UserId};
use proptest::prelude::*;

use super::*;

fn user(n: u8) -> UserId {
    format!("usr_{n:026}").parse().unwrap()
}

fn permit(now: i64) -> Permit {
    Actor::System("test").permit("complaints.handle", &Owned::NOBODY, Timestamp::from_millis(now)).unwrap()
}

fn by(n: u8, now: i64) -> By {
    By { id: Some(user(n)), name: format!("同事{n}"), at: Timestamp::from_millis(now) }
}

fn turn(n: u8) -> Turn {
    Turn { owner_id: Some(user(n)), owner_name: format!("同事{n}"), unit_id: None, due_at: None }
}

fn taken_in(anonymous: bool) -> Complaint {
    let at = Timestamp::from_millis(0);
    let mut one = Complaint {
        id: "cpl_00000000000000000000000001".parse().unwrap(),
        number: "TS20261126-0001".into(),
        day: "2026-11-26".into(),
        step: ComplaintStep::Intake,
        title: "起雾".into(),
        content: "镀晶三天后机盖发雾".into(),
        remedy: "返工".into(),
        goods: None,
        happened_at: at,
        way: ComplaintWay::Phone,
        customer_id: (!anonymous).then(|| "cus_00000000000000000000000001".parse().unwrap()),
        anonymous,
        customer_name: String::new(),
        conversation_id: None,
        message_seq: None,
        severity: ComplaintSeverity::Serious,
        safety: false,
        complexity: Complexity::Simple,
        impact: Impact::One,
        brand_risk: BrandRisk::None,
        acknowledged_at: None,
        kind: None,
        category_id: None,
        category: None,
        upheld: None,
        handler_id: Some(user(0)),
        handler_name: "同事0".into(),
        handler_unit_id: None,
        owner_id: None,
        owner_name: String::new(),
        unit_id: None,
        entered_at: at,
        due_at: None,
        answer_by: None,
        runs: StepRuns::default(),
        hops: 0,
        cost: None,
        judgement: None,
        investigation: None,
        options: SolutionOptions::default(),
        customer_choice: None,
        submission: None,
        directive: None,
        implementation: None,
        sign_off: None,
        attempts: Attempts::default(),
        feedback: None,
        summary: None,
        revisit: None,
        told: None,
        rating: None,
        appeal: None,
        returns: 0,
        registered_by: None,
        registered_by_name: String::new(),
        registered_at: at,
        closed_at: None,
        version: 1,
    };
    one.enter(ComplaintStep::Intake, at, turn(0));
    one
}

/// Whatever can be asked, by whom (of three) and with what.
#[derive(Clone, Copy, Debug)]
enum Ask {
    Acknowledge,
    Judge { upheld: bool, whole: bool },
    ReadAfter { agrees: bool },
    Investigate { whole: bool },
    Options(usize),
    Choose(i64),
    Submit,
    Decide(i64),
    Refuse,
    Compensation(bool),
    Implement { told: bool },
    Attempt { waited: bool },
    Sign(u8),
    FeedBack,
    SumUp { whole: bool },
    Revisit(u8),
    Complete,
    GoBack(u8),
    HandOver,
}

const SIGNS: [SignOffKind; 6] = [
    SignOffKind::Screen,
    SignOffKind::Paper,
    SignOffKind::Oral,
    SignOffKind::Refused,
    SignOffKind::Unreachable,
    SignOffKind::Anonymous,
];
const OUTCOMES: [RevisitOutcome; 3] = [RevisitOutcome::Content, RevisitOutcome::Unreachable, RevisitOutcome::Anonymous];
const STEPS: [ComplaintStep; 8] = [
    ComplaintStep::Intake,
    ComplaintStep::Judgement,
    ComplaintStep::Investigation,
    ComplaintStep::Solution,
    ComplaintStep::Implementation,
    ComplaintStep::Summary,
    ComplaintStep::Revisit,
    ComplaintStep::Archived,
];

fn asks() -> impl Strategy<Value = Ask> {
    prop_oneof![
        3 => Just(Ask::Acknowledge),
        4 => (any::<bool>(), prop::bool::weighted(0.8)).prop_map(|(upheld, whole)| Ask::Judge { upheld, whole }),
        4 => prop::bool::weighted(0.8).prop_map(|agrees| Ask::ReadAfter { agrees }),
        3 => prop::bool::weighted(0.8).prop_map(|whole| Ask::Investigate { whole }),
        3 => (0usize..4).prop_map(Ask::Options),
        1 => (0i64..3).prop_map(Ask::Choose),
        3 => Just(Ask::Submit),
        3 => (0i64..3).prop_map(Ask::Decide),
        1 => Just(Ask::Refuse),
        3 => prop::bool::weighted(0.8).prop_map(Ask::Compensation),
        3 => prop::bool::weighted(0.8).prop_map(|told| Ask::Implement { told }),
        5 => prop::bool::weighted(0.8).prop_map(|waited| Ask::Attempt { waited }),
        4 => (0u8..6).prop_map(Ask::Sign),
        3 => Just(Ask::FeedBack),
        3 => prop::bool::weighted(0.8).prop_map(|whole| Ask::SumUp { whole }),
        4 => (0u8..3).prop_map(Ask::Revisit),
        18 => Just(Ask::Complete),
        1 => (0u8..8).prop_map(Ask::GoBack),
        1 => Just(Ask::HandOver),
    ]
}

/// What brings it on from where it stands: chance alone seldom gets anywhere.
fn useful(one: &Complaint, chance: u8) -> Ask {
    let Some(missing) = one.duties().into_iter().find(|one| !one.met) else { return Ask::Complete };
    match missing.duty {
        Duty::Acknowledged => Ask::Acknowledge,
        Duty::Judged | Duty::Category | Duty::ResponsibleUnit | Duty::AnswerBy => {
            Ask::Judge { upheld: !chance.is_multiple_of(3), whole: true }
        }
        Duty::Reason | Duty::Reply | Duty::Understanding => Ask::Judge { upheld: false, whole: true },
        Duty::SecondReader => Ask::ReadAfter { agrees: true },
        Duty::Cause | Duty::Responsible => Ask::Investigate { whole: true },
        Duty::TwoOptions => Ask::Options(2),
        Duty::Submitted => Ask::Submit,
        Duty::Directive => Ask::Decide(i64::from(chance % 2)),
        Duty::Authority => Ask::Compensation(true),
        Duty::Done | Duty::Told => Ask::Implement { told: true },
        Duty::SignOff if one.anonymous => Ask::Sign(5),
        Duty::SignOff => Ask::Sign(chance % 5),
        Duty::Attempts => Ask::Attempt { waited: true },
        Duty::Feedback => Ask::FeedBack,
        Duty::Summed | Duty::Countermeasures => Ask::SumUp { whole: true },
        Duty::Revisited if one.anonymous => Ask::Revisit(2),
        Duty::Revisited => Ask::Revisit(chance % 2),
    }
}

fn words(whole: bool) -> String {
    if whole { "写明".into() } else { " ".into() }
}

/// One request on the pure core, as the operations make it.
fn asked(one: Complaint, ask: Ask, who: u8, now: &mut i64) -> kernel::Result<Complaint> {
    *now += 1_000;
    let permit = permit(*now);
    let by = by(who, *now);
    match ask {
        Ask::Acknowledge => one.acknowledged(&permit),
        Ask::Judge { upheld, whole } => {
            let judgement = Judgement {
                grounds: upheld,
                reasonable: upheld,
                words: String::new(),
                responsible_unit_id: (upheld && whole).then(|| "unt_00000000000000000000000001".parse().unwrap()),
                responsible_unit_name: String::new(),
                reason: (!upheld && whole).then_some(UnfoundedReason::NoEvidence),
                reply: words(whole),
                understanding: (!upheld && whole).then_some(Understanding::Understood),
                // Nobody reads their own, whatever is sent along.
                second_reader: Some(by.clone()),
                by,
            };
            let filing =
                Filing { kind: ComplaintKind::Quality, category_id: "a".into(), category: "质量 / 镀晶".into() };
            one.judged(&permit, judgement, upheld, filing, whole.then(|| Timestamp::from_millis(*now + 1)))
        }
        Ask::ReadAfter { agrees } => one.read_by_another(&permit, by, agrees),
        Ask::Investigate { whole } => {
            one.investigated(&permit, Investigation { cause: words(whole), responsible: words(whole), by })
        }
        Ask::Options(n) => {
            let option = |n: usize| SolutionOption {
                title: format!("方案{n}"),
                how: "返工".into(),
                cost: Money(100),
                compensation: Money(if n == 1 { 50 } else { 0 }),
                takes: String::new(),
            };
            one.with_options(&permit, (0..n).map(option).collect())
        }
        Ask::Choose(n) => one.chosen(&permit, n),
        Ask::Submit => one.submitted(&permit, Submission { discussed_with: "两部门".into(), by }),
        Ask::Decide(n) => one.decided(&permit, by, n, "同意".into()),
        Ask::Refuse => one.refused(&permit, &by),
        Ask::Compensation(granted) => one.compensation(granted),
        Ask::Implement { told } => one.done(&permit, Implementation { what: "已返工".into(), told: words(told), by }),
        Ask::Attempt { waited } => {
            if waited {
                *now += BETWEEN_ATTEMPTS_MS;
            }
            one.attempted(&permit, self::by(who, *now), "电话未接".into())
        }
        Ask::Sign(n) => {
            let kind = SIGNS[n as usize];
            one.signed(
                &permit,
                SignOff { kind, file_id: None, words: String::new(), second_reader: Some(by.clone()), by },
            )
        }
        Ask::FeedBack => one.fed_back(&permit, Feedback { score: 4, words: String::new(), by }),
        Ask::SumUp { whole } => one.summed(&permit, Summary { words: words(whole), countermeasures: words(whole), by }),
        Ask::Revisit(n) => {
            let outcome = OUTCOMES[n as usize];
            one.revisited(&permit, Revisit { outcome, score: Some(5), words: "好".into(), by })
        }
        Ask::Complete => one.completed(&permit, turn(who)),
        Ask::GoBack(n) => one.went_back(&permit, STEPS[n as usize], "查得不够".into(), turn(who)),
        Ask::HandOver => one.handed_over(turn(who)),
    }
}

/// What an archived complaint must show for itself, written down apart from the duties it is judged by.
fn deserves_it(one: &Complaint, last: &[(Ask, u8, i64)]) -> Result<(), String> {
    let when =
        |wanted: fn(&Ask) -> bool| last.iter().rev().find(|(ask, ..)| wanted(ask)).map(|(_, who, at)| (*who, *at));
    let need = |fine: bool, what: &str| if fine { Ok(()) } else { Err(what.to_owned()) };
    let spaced = |step| {
        let at: Vec<i64> = one.attempts.0.iter().filter(|a| a.step == step).map(|a| a.by.at.millis()).collect();
        at.len() >= 3 && at.windows(2).all(|two| two[1] - two[0] >= 30 * 60_000)
    };
    need(one.anonymous || when(|ask| matches!(ask, Ask::Acknowledge)).is_some(), "nobody told the complainant")?;
    need(one.category_id.is_some(), "no category")?;
    let (judge, judged_at) = when(|ask| matches!(ask, Ask::Judge { .. })).ok_or("never judged")?;
    let (_, revisited_at) = when(|ask| matches!(ask, Ask::Revisit(_))).ok_or("never asked again")?;
    let revisit = one.revisit.as_ref().ok_or("no revisit")?;
    need(revisit.outcome != RevisitOutcome::Unreachable || spaced(ComplaintStep::Revisit), "revisit given up early")?;
    need((revisit.outcome == RevisitOutcome::Anonymous) == one.anonymous, "an unnamed one was reached")?;
    if one.upheld == Some(false) {
        let (reader, read_at) = when(|ask| matches!(ask, Ask::ReadAfter { agrees: true })).ok_or("no second reader")?;
        need(reader != judge && judged_at < read_at && read_at < revisited_at, "not read by another after it")?;
        let judgement = one.judgement.as_ref().ok_or("no judgement")?;
        need(!judgement.reply.trim().is_empty() && judgement.reason.is_some(), "no reply or reason")?;
        return need(one.anonymous || judgement.understanding.is_some(), "nobody knows how they took it");
    }
    let (_, found_at) = when(|ask| matches!(ask, Ask::Investigate { .. })).ok_or("never investigated")?;
    let (sent, sent_at) = when(|ask| matches!(ask, Ask::Submit)).ok_or("never submitted")?;
    let (leader, decided_at) = when(|ask| matches!(ask, Ask::Decide(_))).ok_or("no leader")?;
    let (_, done_at) = when(|ask| matches!(ask, Ask::Implement { .. })).ok_or("nothing was done")?;
    let (signer, signed_at) = when(|ask| matches!(ask, Ask::Sign(_))).ok_or("no signature")?;
    let (_, summed_at) = when(|ask| matches!(ask, Ask::SumUp { .. })).ok_or("no summary")?;
    need(judged_at < found_at && found_at < sent_at && sent_at < decided_at, "out of order before the leader")?;
    need(decided_at < signed_at && decided_at < done_at, "signed for what was not decided")?;
    need(signed_at < summed_at && done_at < summed_at && summed_at < revisited_at, "out of order at the end")?;
    need(leader != sent && one.options.0.len() >= 2, "no choice between two, or one's own")?;
    let directive = one.directive.as_ref().ok_or("no directive")?;
    let paid = one.options.0[directive.option as usize].compensation.0;
    let granted = when(|ask| matches!(ask, Ask::Compensation(true)));
    need(paid == 0 || granted.is_some_and(|(_, at)| at > decided_at), "paid without authority")?;
    let sign_off = one.sign_off.as_ref().ok_or("no sign-off")?;
    if sign_off.kind.is_consent() {
        return need(when(|ask| matches!(ask, Ask::FeedBack)).is_some_and(|(_, at)| at > decided_at), "no feedback");
    }
    let (reader, read_at) = when(|ask| matches!(ask, Ask::ReadAfter { agrees: true })).ok_or("no second reader")?;
    need(reader != signer && read_at > signed_at, "nobody else read that there is no signature")?;
    need(sign_off.kind == SignOffKind::Anonymous || spaced(ComplaintStep::Implementation), "given up early")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn r085_nothing_reaches_the_archive_without_every_duty_done(
        anonymous in prop::bool::weighted(0.2),
        sequence in prop::collection::vec((asks(), 0u8..3, prop::option::weighted(0.6, any::<u8>())), 20..90),
    ) {
        let (mut one, mut now, mut done) = (taken_in(anonymous), 0, Vec::new());
        for (ask, who, guided) in sequence {
            let before = one.clone();
            let ask = guided.map_or(ask, |chance| useful(&before, chance));
            match asked(one, ask, who, &mut now) {
                Ok(after) => {
                    prop_assert!(!before.is_closed(), "what is archived stays as it is: {ask:?}");
                    prop_assert_eq!(after.version, before.version + 1);
                    if after.step > before.step {
                        prop_assert!(before.duties().iter().all(|one| one.met), "{:?} left open", before.step);
                    }
                    done.push((ask, who, now));
                    one = after;
                }
                Err(_) => one = before,
            }
        }
        prop_assert_eq!(one.is_closed(), one.closed_at.is_some());
        if one.is_closed() && let Err(what) = deserves_it(&one, &done) {
            prop_assert!(false, "{what}: {done:?}");
        }
    }
}

/// Goes through these, each of which must be taken.
fn through(mut one: Complaint, asks: &[(Ask, u8)], now: &mut i64) -> Complaint {
    for (ask, who) in asks {
        one = asked(one, *ask, *who, now).unwrap_or_else(|error| panic!("{ask:?}: {error}"));
    }
    one
}

const TO_SIGNATURE: [(Ask, u8); 10] = [
    (Ask::Acknowledge, 0),
    (Ask::Complete, 0),
    (Ask::Judge { upheld: true, whole: true }, 0),
    (Ask::Complete, 0),
    (Ask::Investigate { whole: true }, 1),
    (Ask::Complete, 1),
    (Ask::Options(2), 0),
    (Ask::Submit, 0),
    (Ask::Decide(0), 2),
    (Ask::Complete, 0),
];

fn code(result: kernel::Result<Complaint>) -> &'static str {
    match result {
        Err(kernel::Error::Conflict(code, _)) => code.name(),
        Err(_) => "other",
        Ok(_) => "fine",
    }
}

#[test]
fn the_whole_way_leads_to_the_archive() {
    let mut now = 0;
    let one = through(taken_in(false), &TO_SIGNATURE, &mut now);
    assert_eq!(one.step, ComplaintStep::Implementation);
    assert_eq!(code(asked(one.clone(), Ask::Complete, 0, &mut now)), "complaints.duties_unmet");
    let rest = [
        (Ask::Implement { told: true }, 0),
        (Ask::Sign(0), 0),
        (Ask::FeedBack, 0),
        (Ask::Complete, 0),
        (Ask::SumUp { whole: true }, 1),
        (Ask::Complete, 1),
        (Ask::Revisit(0), 0),
        (Ask::Complete, 0),
    ];
    let one = through(one, &rest, &mut now);
    assert!(one.is_closed() && one.runs.0.iter().all(|run| run.left_at.is_some()));
    assert_eq!(code(asked(one, Ask::GoBack(1), 0, &mut now)), "complaints.closed");
}

#[test]
fn r094_without_a_signature_three_attempts_and_a_second_reader_come_first() {
    let mut now = 0;
    let mut one = through(taken_in(false), &TO_SIGNATURE, &mut now);
    one = through(one, &[(Ask::Implement { told: true }, 0), (Ask::Sign(4), 0)], &mut now);
    let tried = (Ask::Attempt { waited: true }, 0);
    one = through(one, &[tried, tried], &mut now);
    assert_eq!(code(asked(one.clone(), Ask::Attempt { waited: false }, 0, &mut now)), "complaints.too_soon");
    assert_eq!(code(asked(one.clone(), Ask::ReadAfter { agrees: true }, 1, &mut now)), "complaints.duties_unmet");
    one = through(one, &[tried], &mut now);
    assert_eq!(code(asked(one.clone(), Ask::Complete, 0, &mut now)), "complaints.duties_unmet");
    assert_eq!(code(asked(one.clone(), Ask::ReadAfter { agrees: true }, 0, &mut now)), "complaints.own_reading");
    one = through(one, &[(Ask::ReadAfter { agrees: true }, 1), (Ask::Complete, 0)], &mut now);
    assert_eq!(one.step, ComplaintStep::Summary);
}

#[test]
fn what_goes_back_is_done_anew() {
    let mut now = 0;
    let mut one = through(taken_in(false), &TO_SIGNATURE, &mut now);
    one = through(one, &[(Ask::Implement { told: true }, 0), (Ask::Sign(0), 0), (Ask::FeedBack, 0)], &mut now);
    one = through(one, &[(Ask::GoBack(3), 0)], &mut now);
    assert_eq!((one.step, one.options.0.len(), one.returns), (ComplaintStep::Solution, 2, 1));
    assert!(one.directive.is_none() && one.submission.is_none() && one.sign_off.is_none() && one.feedback.is_none());
    assert_eq!(one.runs.0.iter().filter(|run| run.returned.is_some()).count(), 1);
    assert!(one.investigation.is_some() && one.upheld == Some(true));
}

#[test]
fn r088_each_time_it_is_handed_over_is_a_hop() {
    let mut now = 0;
    let one = through(taken_in(false), &[(Ask::HandOver, 1), (Ask::HandOver, 2), (Ask::HandOver, 0)], &mut now);
    assert_eq!(one.hops, 3);
    assert_eq!(code(asked(one, Ask::HandOver, 0, &mut now)), "complaints.same_owner");
}

#[test]
fn an_erased_complaint_keeps_what_is_counted_and_no_words() {
    let mut now = 0;
    let one = through(taken_in(false), &TO_SIGNATURE, &mut now);
    let id: Id<Complaint> = one.id;
    let text = serde_json::to_string(&one.clone().emptied()).unwrap();
    for word in ["镀晶三天", "返工", "两部门", "写明"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
    let after = one.clone().emptied();
    assert_eq!((after.id, after.cost, after.category, after.step), (id, one.cost, one.category, one.step));
}
