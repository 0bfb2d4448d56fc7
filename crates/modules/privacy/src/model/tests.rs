use kernel::{Actor, Owned, Rng};

use super::*;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn customers() -> [CustomerId; 2] {
    let rng = Rng::seeded(3);
    [Id::new(at(1), &rng), Id::new(at(1), &rng)]
}

fn said(who: CustomerId, covers: &[CustomerId], answer: ConsentAnswer, when: i64) -> ConsentRecord {
    ConsentRecord {
        id: Id::new(at(when), &Rng::seeded(1)),
        customer_id: who,
        covers: Covers(covers.to_vec()),
        purpose: ConsentPurpose::MarketingSms,
        answer,
        way: ConsentWay::Sms,
        words: String::new(),
        reference: None,
        text_version: String::new(),
        said_at: at(when),
        recorded_at: at(when),
        recorded_by: None,
        recorded_by_name: String::new(),
    }
}

fn entry(purpose: Option<ConsentPurpose>, until: Option<i64>) -> DoNotContact {
    DoNotContact {
        id: Id::new(at(1), &Rng::seeded(1)),
        customer_id: customers()[0],
        covers: Covers(customers().to_vec()),
        purpose,
        until_at: until.map(at),
        reason: String::new(),
        entered_at: at(1),
        entered_by: None,
        entered_by_name: String::new(),
        lifted_at: None,
        lifted_by: None,
        lifted_by_name: None,
        lift_reason: None,
    }
}

#[test]
fn the_latest_counts_and_of_two_merged_the_stricter_until_they_say_it_again() {
    use ConsentAnswer::{Given, Withdrawn};
    let [a, b] = customers();
    let answer = |said: &[ConsentRecord], members: &[CustomerId]| latest(said, members).map(|one| one.answer);
    assert_eq!(answer(&[], &[a]), None);
    let own = [said(a, &[a], Withdrawn, 10), said(a, &[a], Given, 20), said(a, &[a], Given, 5)];
    assert_eq!(answer(&own, &[a]), Some(Given));
    assert_eq!(answer(&[said(a, &[a], Given, 7), said(a, &[a], Withdrawn, 7)], &[a]), Some(Withdrawn));
    // One refused before the other agreed: as one they refuse, until they agree as one.
    let mut both = vec![said(a, &[a], Withdrawn, 10), said(b, &[b], Given, 20)];
    assert_eq!(answer(&both, &[b, a]), Some(Withdrawn));
    both.push(said(b, &[b, a], Given, 30));
    assert_eq!(answer(&both, &[b, a]), Some(Given));
    // Two again: what was agreed as one does not speak for the other, what was refused does.
    assert_eq!(answer(&both, &[a]), Some(Withdrawn));
    assert_eq!(answer(&both, &[b]), Some(Given));
    both.push(said(b, &[b, a], Withdrawn, 40));
    both.push(said(a, &[a], Given, 35));
    assert_eq!(answer(&both, &[a]), Some(Withdrawn));
}

#[test]
fn the_entry_that_keeps_in_peace_the_longest_stands_whatever_came_after() {
    let sms = ConsentPurpose::MarketingSms;
    let entries = [entry(None, None), entry(Some(sms), Some(50))];
    assert_eq!(strongest(&entries, sms, at(20)).and_then(|one| one.until_at), None);
    assert!(strongest(&entries, sms, at(9_999)).is_some());
    assert!(strongest(&entries, ConsentPurpose::Profiling, at(20)).is_none());
    let short = [entry(Some(sms), Some(50))];
    assert!(strongest(&short, sms, at(49)).is_some() && strongest(&short, sms, at(50)).is_none());
    assert!(strongest(&short, ConsentPurpose::MarketingCall, at(20)).is_none());
    let permit = Actor::System("test").permit("x", &Owned::NOBODY, at(20)).unwrap();
    let lifted = entries[0].clone().lifted(&permit, (None, "周".into()), "本人要求").unwrap();
    assert!(!lifted.stands(at(21)) && lifted.lifted(&permit, (None, String::new()), "x").is_err());
}

#[test]
fn surveys_need_no_consent_and_an_objection_stops_them() {
    let [a, _] = customers();
    let (sms, surveys) = (ConsentPurpose::MarketingSms, ConsentPurpose::Surveys);
    assert_eq!(verdict(None, None, sms), ContactVerdict::NotAsked);
    assert_eq!(verdict(None, None, surveys), ContactVerdict::Allowed);
    let (no, yes) = (said(a, &[a], ConsentAnswer::Withdrawn, 1), said(a, &[a], ConsentAnswer::Given, 1));
    assert_eq!(verdict(Some(&no), None, surveys), ContactVerdict::Withdrawn);
    assert!(verdict(Some(&yes), None, sms).allows());
    assert_eq!(verdict(Some(&yes), Some(&entry(None, None)), sms), ContactVerdict::DoNotContact);
}

#[test]
fn only_ids_of_talks_and_files_are_references() {
    assert!(is_reference("cnv_01jd3k00000000000000000000") && is_reference("fil_01jd3k00000000000000000000"));
    for bad in
        ["", "cnv_", "cus_01jd3k00000000000000000000", "cnv_01JD3K00000000000000000000", "cnv_<script>", "javascript:x"]
    {
        assert!(!is_reference(bad), "{bad}");
    }
}
