//! What may be sold in the demo story: what its customers asked for, and what people noticed in their talks.

use conversations::Conversation;
use http::{Demo, DemoPerson};
use kernel::{Actor, Cursor, Money, Result};
use store::Tx;

use crate::{
    api, discovery,
    model::{
        EvidenceKind, Opportunity, OpportunityEvidence, OpportunityKind, OpportunityRule, OpportunitySource,
        OpportunityStage, OpportunityStepKind, Words,
    },
    policy, queries,
};

const RULES: &str = include_str!("../demo/rules.txt");
const NOTICED: &str = include_str!("../demo/noticed.txt");
const PAGE: i64 = 200;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn lines(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect())
}

/// They come of talks, which are told first.
pub(crate) fn tell(_tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    demo.finally.push(opportunities);
    Ok(())
}

fn opportunities(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    if let Some(lead) = demo.with_role("supervisor").first().cloned() {
        look(tx, demo, &lead)?;
    }
    let mut noticed = lines(NOTICED);
    let mut after = Cursor { key: demo.now.plus_millis(-5 * DAY).millis(), id: String::new() };
    loop {
        let page = conversations::api::closed_after(tx, &after, PAGE)?;
        for conversation in page.iter().step_by(3) {
            let owner = demo.people.iter().find(|one| Some(one.id) == conversation.assignee_id).cloned();
            let Some(owner) = owner else { continue };
            let Some(line) = noticed.next() else { return Ok(()) };
            notice(tx, demo, conversation, &owner, &line)?;
        }
        match page.last() {
            Some(last) => after = Cursor { key: last.opened_at.millis(), id: last.id.to_string() },
            None => return Ok(()),
        }
    }
}

/// What is looked for since a week, and what was found of it lately.
fn look(tx: &mut Tx<'_>, demo: &Demo, lead: &DemoPerson) -> Result<()> {
    tx.as_of(demo.now.plus_millis(-7 * DAY), lead.actor())?;
    let mut rules = Vec::new();
    for line in lines(RULES) {
        let [service, words, sold_as, threshold, each] = line[..] else { continue };
        let list = |text: &str| Words(text.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect());
        let rule = OpportunityRule {
            id: tx.new_id(),
            service: service.into(),
            words: list(words),
            reason_id: None,
            tag: None,
            sold_as: list(sold_as),
            threshold: threshold.parse().unwrap_or(3),
            window_days: 30,
            each_value: each.parse().ok().map(Money),
            currency: "CNY".into(),
            owner_id: lead.id,
            owner_name: lead.name.clone(),
            unit_id: lead.unit,
            active: true,
            scanned_at: None,
            created_by: Some(lead.id),
            created_at: tx.now(),
            version: 1,
        };
        queries::add_rule(tx, &rule)?;
        rules.push(rule);
    }
    tx.as_of(demo.now.plus_millis(-2 * HOUR), Actor::System("opportunities"))?;
    for (number, rule) in rules.iter().enumerate() {
        let (found, now) = (discovery::look(tx, rule)?, tx.now());
        let outcome = discovery::keep(tx, rule, &found, now)?;
        // The first was looked at already; the others wait for that.
        if let Some(id) = outcome.opportunity.filter(|_| number == 0) {
            tx.as_of(demo.now.plus_millis(-HOUR), lead.actor())?;
            let before = queries::find(tx, id)?;
            let permit = policy::vouched(tx.now())?;
            let after = before.clone().moved(&permit, OpportunityStage::Confirmed, None, None)?;
            api::keep(tx, &before, &after, OpportunityStepKind::Moved, None)?;
            tx.as_of(demo.now.plus_millis(-HOUR), Actor::System("opportunities"))?;
        }
    }
    Ok(())
}

fn notice(tx: &mut Tx<'_>, demo: &Demo, conversation: &Conversation, owner: &DemoPerson, line: &[&str]) -> Result<()> {
    let [title, service, value, estimate, stage, words, hours] = line[..] else { return Ok(()) };
    let at = conversation.closed_at.unwrap_or(demo.now).plus_millis(-60_000).min(demo.now.plus_millis(-HOUR));
    tx.as_of(at, owner.actor())?;
    let opportunity = Opportunity {
        id: tx.new_id(),
        title: title.into(),
        service: service.into(),
        kind: OpportunityKind::Single,
        source: OpportunitySource::Hand,
        stage: OpportunityStage::Confirmed,
        rule_id: None,
        basis: None,
        value: value.parse().ok().map(Money),
        each_value: None,
        currency: "CNY".into(),
        estimate: estimate.into(),
        owner_id: Some(owner.id),
        owner_name: owner.name.clone(),
        unit_id: owner.unit,
        next_step: None,
        due_at: None,
        customers: 1,
        evidence: 1,
        order_id: None,
        reason: None,
        closed_at: None,
        created_by: Some(owner.id),
        created_by_name: owner.name.clone(),
        created_at: tx.now(),
        version: 1,
    };
    let evidence = OpportunityEvidence {
        id: tx.new_id(),
        opportunity_id: Some(opportunity.id),
        rule_id: None,
        reference: conversation.id.to_string(),
        kind: EvidenceKind::Conversation,
        customer_id: Some(conversation.customer_id),
        conversation_id: Some(conversation.id),
        seq: None,
        record_id: None,
        order_id: None,
        matched: String::new(),
        at: conversation.opened_at,
        added_by: Some(owner.id),
        added_by_name: owner.name.clone(),
        added_at: tx.now(),
    };
    queries::add_evidence(tx, &evidence)?;
    api::begin(tx, &opportunity, OpportunityStepKind::Made, None)?;
    let mut now = opportunity;
    let permit = policy::vouched(tx.now())?;
    let stage = OpportunityStage::ALL.into_iter().find(|one| one.text() == stage).unwrap_or(now.stage);
    if stage != now.stage {
        let reason = (!words.is_empty()).then(|| words.to_owned());
        let after = now.clone().moved(&permit, stage, reason.clone().filter(|_| stage.is_closed()), None)?;
        api::keep(tx, &now, &after, OpportunityStepKind::Moved, reason.filter(|_| stage.is_closed()))?;
        now = after;
    }
    if !stage.is_closed() {
        let due = demo.now.plus_millis(hours.parse::<i64>().unwrap_or(8) * HOUR);
        let after = now.clone().planned(&permit, Some((words.to_owned(), due)))?;
        api::plan(tx, &after, words, due)?;
        api::keep(tx, &now, &after, OpportunityStepKind::Planned, Some(words.to_owned()))?;
    }
    Ok(())
}
