use kernel::{Id, Rng, Timestamp};

use super::*;
use crate::model::{Action, ConditionField, Spec};

fn condition(field: ConditionField, op: ConditionOp, values: &[&str]) -> Condition {
    Condition { field, name: String::new(), op, values: values.iter().map(|one| (*one).to_owned()).collect() }
}

fn automation(event: AutomationEvent, conditions: Vec<Condition>, any: bool) -> Automation {
    let at = Timestamp::from_millis(1);
    Automation {
        id: Id::new(at, &Rng::seeded(1)),
        name: "试".into(),
        active: true,
        position: 0,
        event,
        spec: Spec {
            any,
            conditions,
            actions: vec![Action::AddTag { tag: "急".into() }],
            most_per_hour: 3,
            ..Spec::default()
        },
        since: at,
        paused_at: None,
        paused_why: None,
        failures: 0,
        ran_at: None,
        created_at: at,
        version: 1,
    }
}

fn scene(text: &str) -> Scene {
    Scene {
        text: text.to_owned(),
        tags: vec!["退款".into(), "VIP".into()],
        waiting_minutes: Some(12),
        ..Scene::default()
    }
}

fn holds(condition: Condition, scene: &Scene) -> bool {
    Rule::new(automation(AutomationEvent::Opened, vec![condition], false)).fires(scene)
}

#[test]
fn r036_a_condition_compares_what_it_sees() {
    use ConditionField::{Score, Tag, Text, WaitingMinutes};
    use ConditionOp::{AtLeast, AtMost, Contains, ContainsNot, Is, IsNot, Known, Matches, Unknown};
    let scene = scene("我要投诉，订单 A-1024 还没到");
    for (field, op, values, expected) in [
        (Tag, Is, &["vip"][..], true),
        (Tag, IsNot, &["退款"][..], false),
        (Text, Contains, &["投诉", "差评"][..], true),
        (Text, ContainsNot, &["投诉"][..], false),
        (Text, Matches, &[r"a-\d{4}"][..], true),
        (WaitingMinutes, AtLeast, &["12"][..], true),
        (WaitingMinutes, AtMost, &["11"][..], false),
        (Score, AtMost, &["2"][..], false),
        (Score, Unknown, &[][..], true),
        (Text, Known, &[][..], true),
    ] {
        assert_eq!(holds(condition(field, op, values), &scene), expected, "{field:?} {op:?} {values:?}");
    }
}

#[test]
fn r036_all_must_hold_or_one_is_enough() {
    let (yes, no) = (
        condition(ConditionField::Tag, ConditionOp::Is, &["VIP"]),
        condition(ConditionField::Tag, ConditionOp::Is, &["x"]),
    );
    let fires =
        |any| Rule::new(automation(AutomationEvent::Opened, vec![yes.clone(), no.clone()], any)).fires(&scene(""));
    assert_eq!((fires(false), fires(true)), (false, true));
    assert!(Rule::new(automation(AutomationEvent::Opened, Vec::new(), true)).fires(&scene("")), "no condition: always");
}

#[test]
fn an_expression_that_weighs_too_much_is_none() {
    for bomb in ["(a{1000}){1000}", "((a*)*)*b{99999}", "(", &"(".repeat(50)] {
        assert!(expression(bomb).is_none(), "{bomb}");
    }
    // What would bring another engine to its knees is linear here.
    assert!(!expression("(a+)+$").unwrap().is_match(&format!("{}!", "a".repeat(1_000))));
}

#[test]
fn r036_only_automations_of_the_kind_are_looked_at() {
    let mut automations: Vec<_> = (0..199).map(|_| automation(AutomationEvent::Closed, Vec::new(), false)).collect();
    automations.push(automation(AutomationEvent::Opened, Vec::new(), false));
    automations.push(Automation { active: false, ..automation(AutomationEvent::Opened, Vec::new(), false) });
    let rules = Rules::new(automations);
    assert_eq!((rules.of(AutomationEvent::Opened).len(), rules.of(AutomationEvent::Closed).len()), (1, 199));
    assert!(rules.of(AutomationEvent::Rated).is_empty());
}
