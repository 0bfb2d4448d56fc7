//! Finding opportunities: what many customers ask for and have not bought. No model, only counting.
//!
//! Looking through talks takes its time and is done in a read; what was found is kept, and judged, in a short write.

use std::collections::{HashMap, HashSet};

use conversations::{Conversation, Message};
use inquiries::{InquiryRecord, Way};
use kernel::{Cursor, CustomerId, Id, Money, Result, Timestamp};
use store::{Tx, fold};

use crate::{
    api,
    model::{
        Basis, EvidenceKind, Opportunity, OpportunityEvidence, OpportunityKind, OpportunityRule, OpportunitySource,
        OpportunityStage, OpportunityStepKind,
    },
    queries,
};

const DAY: i64 = 86_400_000;
/// How far a later look goes back before the last one: records are sorted and talks tagged after they were had.
const AGAIN: i64 = 2 * DAY;
/// Finds of one word or tag in one look at most; the next look finds more.
const MOST: usize = 500;
/// Records read at a time.
const PAGE: i64 = 500;

/// Since when a rule's finds count, at `now`.
pub(crate) fn window(rule: &OpportunityRule, now: Timestamp) -> Timestamp {
    now.plus_millis(-rule.window_days * DAY)
}

/// Everything a rule finds that may be new, oldest first. Writes nothing.
pub(crate) fn look(tx: &mut Tx<'_>, rule: &OpportunityRule) -> Result<Vec<OpportunityEvidence>> {
    let start = window(rule, tx.now());
    let since = rule.scanned_at.map_or(start, |at| start.max(at.plus_millis(-AGAIN)));
    let mut found = Vec::new();
    for word in &rule.words.0 {
        for (conversation, message) in conversations::api::asked(tx, word, since, MOST)? {
            found.push(said(tx, rule, word, &conversation, &message));
        }
    }
    if let Some(tag) = &rule.tag {
        for conversation in conversations::api::tagged(tx, tag, since, MOST)? {
            found.push(tagged(tx, rule, tag, &conversation));
        }
    }
    records(tx, rule, since, &mut found)?;
    found.sort_by_key(|one| (one.at, one.id));
    Ok(found)
}

/// What was written down by the words, or sorted under the reason or one below it.
fn records(
    tx: &mut Tx<'_>,
    rule: &OpportunityRule,
    since: Timestamp,
    found: &mut Vec<OpportunityEvidence>,
) -> Result<()> {
    let reasons: HashMap<_, _> = match rule.reason_id {
        None => HashMap::new(),
        Some(id) => conversations::api::all_reasons(tx)?
            .into_iter()
            .filter(|reason| reason.id == id || reason.parent_id == Some(id))
            .map(|reason| (reason.id, reason.label))
            .collect(),
    };
    let words: Vec<(&String, String)> = rule.words.0.iter().map(|word| (word, fold(word))).collect();
    let mut after = Cursor { key: since.millis(), id: String::new() };
    loop {
        let page = inquiries::api::ended_after(tx, &after, PAGE)?;
        for record in &page {
            let sorted = record.reason_id.and_then(|id| reasons.get(&id));
            let asked = fold(&record.asked);
            let word = || words.iter().find(|(_, folded)| asked.contains(folded.as_str())).map(|(word, _)| *word);
            // Of a conversation the customer's own words speak; the record says only what it was sorted under.
            let written = (record.way != Way::Conversation).then(word).flatten();
            if let (Some(matched), Some(customer)) = (sorted.or(written), record.customer_id) {
                found.push(noted(tx, rule, matched, record, customer));
            }
        }
        match page.last() {
            Some(last) if page.len() == PAGE as usize => {
                after = Cursor { key: last.ended_at.millis(), id: last.id.to_string() };
            }
            _ => return Ok(()),
        }
    }
}

/// A find, without what says where it stands.
fn find(tx: &Tx<'_>, rule: &OpportunityRule, kind: EvidenceKind, matched: &str, at: Timestamp) -> OpportunityEvidence {
    OpportunityEvidence {
        id: tx.new_id(),
        opportunity_id: None,
        rule_id: Some(rule.id),
        reference: String::new(),
        kind,
        customer_id: None,
        conversation_id: None,
        seq: None,
        record_id: None,
        order_id: None,
        matched: matched.to_owned(),
        at,
        added_by: None,
        added_by_name: String::new(),
        added_at: tx.now(),
    }
}

fn said(
    tx: &Tx<'_>,
    rule: &OpportunityRule,
    word: &str,
    conversation: &Conversation,
    message: &Message,
) -> OpportunityEvidence {
    OpportunityEvidence {
        reference: conversation.id.to_string(),
        customer_id: Some(conversation.customer_id),
        conversation_id: Some(conversation.id),
        seq: Some(message.seq),
        ..find(tx, rule, EvidenceKind::Message, word, message.at)
    }
}

fn tagged(tx: &Tx<'_>, rule: &OpportunityRule, tag: &str, conversation: &Conversation) -> OpportunityEvidence {
    OpportunityEvidence {
        reference: conversation.id.to_string(),
        customer_id: Some(conversation.customer_id),
        conversation_id: Some(conversation.id),
        ..find(tx, rule, EvidenceKind::Conversation, tag, conversation.opened_at)
    }
}

fn noted(
    tx: &Tx<'_>,
    rule: &OpportunityRule,
    matched: &str,
    record: &InquiryRecord,
    customer: CustomerId,
) -> OpportunityEvidence {
    let reference = record.conversation_id.map_or_else(|| record.id.to_string(), |id| id.to_string());
    OpportunityEvidence {
        reference,
        customer_id: Some(customer),
        conversation_id: record.conversation_id,
        record_id: Some(record.id),
        ..find(tx, rule, EvidenceKind::InquiryRecord, matched, record.ended_at)
    }
}

/// What came of a look.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Talks and records that were not known.
    pub found: i64,
    /// The opportunity they speak for, if they speak for one.
    pub opportunity: Option<Id<Opportunity>>,
}

/// Keeps what a look found, up to `looked_at`, and judges it.
pub(crate) fn keep(
    tx: &mut Tx<'_>,
    rule: &OpportunityRule,
    found: &[OpportunityEvidence],
    looked_at: Timestamp,
) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    for one in found {
        outcome.found += i64::from(queries::add_evidence(tx, one)?);
    }
    queries::scanned(tx, rule, looked_at)?;
    outcome.opportunity = judge(tx, rule)?;
    Ok(outcome)
}

/// What waits for a rule and counts: within its window, and of customers who have not bought what it is about.
pub(crate) fn counting(tx: &mut Tx<'_>, rule: &OpportunityRule) -> Result<Vec<(CustomerId, OpportunityEvidence)>> {
    let since = window(rule, tx.now());
    let mut wanting: HashMap<CustomerId, bool> = HashMap::new();
    let mut counting = Vec::new();
    for one in queries::waiting(tx, rule.id, since)? {
        let Some(id) = one.customer_id else { continue };
        let Some(person) = api::persons(tx, &[id])?.into_iter().next() else { continue };
        let wants = match wanting.get(&person) {
            Some(known) => *known,
            None => !has_bought(tx, rule, person)?,
        };
        wanting.insert(person, wants);
        if wants {
            counting.push((person, one));
        }
    }
    Ok(counting)
}

/// Whether what a rule is about stands in any order of a customer's that was not given back.
fn has_bought(tx: &mut Tx<'_>, rule: &OpportunityRule, person: CustomerId) -> Result<bool> {
    let ids = customers::api::members(tx, person)?;
    let names: Vec<String> = rule.sold_as.0.iter().chain([&rule.service]).map(|name| fold(name)).collect();
    let is = |text: &str| {
        let folded = fold(text);
        names.iter().any(|name| folded.contains(name.as_str()))
    };
    let orders = orders::api::of(tx, &ids)?;
    let mut lines = orders.iter().filter(|order| order.counts()).flat_map(|order| &order.lines.0);
    Ok(lines.any(|line| is(&line.what) || line.code.as_deref().is_some_and(is)))
}

/// Lets what waits join the opportunity that is open, or makes one of it when enough customers want it. Of one that was
/// closed before only customers count who did not speak for it: a dismissal holds until as many new ones ask.
fn judge(tx: &mut Tx<'_>, rule: &OpportunityRule) -> Result<Option<Id<Opportunity>>> {
    let counting = counting(tx, rule)?;
    let last = queries::last_of_rule(tx, rule.id)?;
    if let Some(open) = last.clone().filter(|last| !last.stage.is_closed()) {
        join(tx, open, &counting)?;
        return Ok(last.map(|last| last.id));
    }
    let before = queries::who_before(tx, rule.id)?;
    let before = api::persons(tx, &before)?;
    let new: HashSet<CustomerId> =
        counting.iter().map(|(person, _)| *person).filter(|person| !before.contains(person)).collect();
    if (new.len() as i64) < rule.threshold {
        return Ok(None);
    }
    let _permit = crate::policy::vouched(tx.now())?;
    let id = tx.new_id();
    let mut evidence = 0;
    for (_, one) in &counting {
        evidence += i64::from(queries::attach(tx, one, id)?);
    }
    let persons: HashSet<CustomerId> = counting.iter().map(|(person, _)| *person).collect();
    let opportunity = found(tx, rule, id, persons.len() as i64, evidence, new.len() as i64, last.as_ref())?;
    let kind = if last.is_some() {
        OpportunityStepKind::CameBack
    } else {
        OpportunityStepKind::Found
    };
    api::begin(tx, &opportunity, kind, last.and_then(|last| last.reason))?;
    Ok(Some(id))
}

/// What waits joins an opportunity; nothing happens when nothing does.
fn join(tx: &mut Tx<'_>, open: Opportunity, counting: &[(CustomerId, OpportunityEvidence)]) -> Result<()> {
    let mut joined = 0;
    for (_, one) in counting {
        joined += i64::from(queries::attach(tx, one, open.id)?);
    }
    if joined == 0 {
        return Ok(());
    }
    let (customers, evidence) = api::count(tx, open.id)?;
    let after = open.clone().counted(customers, Some(evidence));
    api::keep(tx, &open, &after, OpportunityStepKind::Joined, None)
}

fn found(
    tx: &mut Tx<'_>,
    rule: &OpportunityRule,
    id: Id<Opportunity>,
    customers: i64,
    evidence: i64,
    new: i64,
    last: Option<&Opportunity>,
) -> Result<Opportunity> {
    let reason = rule.reason_id.map(|id| conversations::api::reason_words(tx, id)).transpose()?;
    let who = rule.owner();
    Ok(Opportunity {
        id,
        title: rule.service.clone(),
        service: rule.service.clone(),
        kind: OpportunityKind::Pattern,
        source: OpportunitySource::Talks,
        stage: OpportunityStage::Discovered,
        rule_id: Some(rule.id),
        basis: Some(Basis {
            words: rule.words.0.clone(),
            reason,
            tag: rule.tag.clone(),
            threshold: Some(rule.threshold),
            window_days: Some(rule.window_days),
            customers: Some(new),
            earlier_id: last.map(|last| last.id),
            ..Basis::default()
        }),
        value: rule.each_value.and_then(|Money(each)| each.checked_mul(customers)).map(Money),
        each_value: rule.each_value,
        currency: rule.currency.clone(),
        estimate: String::new(),
        owner_id: Some(who.id),
        owner_name: who.name,
        unit_id: who.unit,
        next_step: None,
        due_at: None,
        customers,
        evidence,
        order_id: None,
        reason: None,
        closed_at: None,
        created_by: None,
        created_by_name: String::new(),
        created_at: tx.now(),
        version: 1,
    })
}
