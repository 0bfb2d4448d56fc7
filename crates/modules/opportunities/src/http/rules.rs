//! What is looked for in talks and records.

use audit::api::Entry;
use conversations::WrapUpReason;
use http::{Answer, App, Cx, Json, Path};
use kernel::{Check, Id, Money, Result, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{Tx, fold};
use utoipa::ToSchema;

use super::{
    change::{MOST_MONEY, is_currency},
    make,
};
use crate::{
    api, codes, discovery,
    jobs::{self, Look},
    model::{Opportunity, OpportunityRule, Who, Words},
    policy, queries,
};

/// Rules at most.
const MOST: usize = 200;

/// What is looked for: words, a reason or a tag; at least one of them.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpportunityRuleDraft {
    /// The goods or the service: 1 to 100 characters.
    service: String,
    /// Any of these, said by a customer or written in a record of a call: up to 30 of 1 to 40 characters, each with a
    /// letter, a digit or a Han character.
    words: Vec<String>,
    /// A reason records are sorted under, or the one above theirs.
    reason_id: Option<Id<WrapUpReason>>,
    /// A tag of conversations: up to 40 characters.
    tag: Option<String>,
    /// Names or codes under which it stands in orders, beside its own name: up to 30 of 1 to 100 characters.
    sold_as: Vec<String>,
    /// From how many different customers on: 2 to 100.
    threshold: i64,
    /// Within how many days: 1 to 365.
    window_days: i64,
    /// What each customer may bring, in minor units.
    each_value: Option<Money>,
    /// ISO 4217.
    currency: String,
    /// Whose the opportunities are: the caller's unless told.
    owner_id: Option<UserId>,
    /// Whether it is looked for.
    active: bool,
    /// The version this changes; not for a new one.
    version: Option<i64>,
}

/// A rule, and how far it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpportunityRuleView {
    #[serde(flatten)]
    rule: OpportunityRule,
    /// Different customers who asked within its window, have not bought it and speak for no opportunity yet.
    waiting_customers: i64,
    /// Of these, those who speak for none it found before: from the threshold on they make one.
    new_customers: i64,
    /// Their talks and records.
    waiting_evidence: i64,
    /// The opportunity it found last, when the caller may see it.
    last: Option<Id<Opportunity>>,
}

fn view(tx: &mut Tx<'_>, rule: OpportunityRule) -> Result<OpportunityRuleView> {
    let waiting = discovery::counting(tx, &rule)?;
    let before = queries::who_before(tx, rule.id)?;
    let before = api::persons(tx, &before)?;
    let persons: std::collections::HashSet<_> = waiting.iter().map(|(person, _)| *person).collect();
    let last = queries::last_of_rule(tx, rule.id)?;
    let last = last.filter(|last| policy::may_see(tx.actor(), last).is_ok());
    Ok(OpportunityRuleView {
        waiting_customers: persons.len() as i64,
        new_customers: persons.difference(&before).count() as i64,
        waiting_evidence: waiting.len() as i64,
        last: last.map(|last| last.id),
        rule,
    })
}

/// Lists what is looked for, in the order in which it was said.
#[utoipa::path(get, path = "/opportunity-rules", tag = "opportunities", responses((status = 200, body = Vec<OpportunityRuleView>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<OpportunityRuleView>> {
    let rules = cx
        .read(|tx| {
            let _permit = policy::may_rule(tx.actor(), tx.now())?;
            queries::rules(tx)?.into_iter().map(|rule| view(tx, rule)).collect::<Result<Vec<_>>>()
        })
        .await?;
    Ok(Json(rules))
}

impl OpportunityRuleDraft {
    /// Trimmed, each once.
    fn tidy(mut self) -> Self {
        for list in [&mut self.words, &mut self.sold_as] {
            let mut seen = std::collections::HashSet::new();
            *list = list.iter().map(|word| word.trim().to_owned()).filter(|word| seen.insert(word.clone())).collect();
        }
        self.service = self.service.trim().to_owned();
        self.tag = self.tag.map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty());
        self
    }

    fn check(&self, tx: &mut Tx<'_>) -> Result<()> {
        let fits = |list: &[String], most: usize| {
            let fine = |text: &String| (1..=most).contains(&text.chars().count()) && !text.contains(char::is_control);
            list.iter().all(fine)
        };
        let findable = |word: &String| !fold(word).trim().is_empty();
        let any = !self.words.is_empty() || self.reason_id.is_some() || self.tag.is_some();
        let reason = match self.reason_id {
            Some(id) => conversations::api::all_reasons(tx)?.iter().any(|reason| reason.id == id),
            None => true,
        };
        Check::new()
            .text("service", &self.service, 1..=100)
            .that(!fold(&self.service).trim().is_empty(), "service", "malformed")
            .that(any, "words", "required")
            .that(self.words.len() <= 30, "words", "too_many")
            .that(fits(&self.words, 40) && self.words.iter().all(findable), "words", "malformed")
            .that(reason, "reason_id", "unknown")
            .maybe_text("tag", self.tag.as_deref(), 1..=40)
            .that(self.sold_as.len() <= 30, "sold_as", "too_many")
            .that(fits(&self.sold_as, 100) && self.sold_as.iter().all(findable), "sold_as", "malformed")
            .range("threshold", self.threshold, 2..=100)
            .range("window_days", self.window_days, 1..=365)
            .range("each_value", self.each_value.map_or(0, |Money(value)| value), 0..=MOST_MONEY / 1_000)
            .that(is_currency(&self.currency), "currency", "malformed")
            .done()
    }

    /// The rule it makes of one, looked for from the beginning again.
    fn onto(self, mut rule: OpportunityRule, owner: Who) -> OpportunityRule {
        (rule.service, rule.words, rule.sold_as) = (self.service, Words(self.words), Words(self.sold_as));
        (rule.reason_id, rule.tag) = (self.reason_id, self.tag);
        (rule.threshold, rule.window_days) = (self.threshold, self.window_days);
        (rule.each_value, rule.currency) = (self.each_value, self.currency);
        (rule.owner_id, rule.owner_name, rule.unit_id) = (owner.id, owner.name, owner.unit);
        (rule.active, rule.scanned_at) = (self.active, None);
        rule
    }
}

/// What the trail holds of a rule: nobody's name.
fn trace(rule: &OpportunityRule) -> Value {
    json!({
        "service": rule.service,
        "words": rule.words,
        "reason_id": rule.reason_id,
        "tag": rule.tag,
        "sold_as": rule.sold_as,
        "threshold": rule.threshold,
        "window_days": rule.window_days,
        "each_value": rule.each_value,
        "owner_id": rule.owner_id,
        "active": rule.active,
    })
}

/// Says what is to be looked for; talks of its window that were had already are looked through at once.
#[utoipa::path(post, path = "/opportunity-rules", tag = "opportunities", request_body = OpportunityRuleDraft, responses((status = 200, body = OpportunityRuleView)))]
pub(crate) async fn make(cx: Cx, Json(draft): Json<OpportunityRuleDraft>) -> Answer<OpportunityRuleView> {
    let app = cx.app().clone();
    let rule = cx
        .write(move |tx| {
            let (draft, owner) = asked(tx, &app, draft.clone())?;
            Check::new().that(queries::rules(tx)?.len() < MOST, "service", "too_many").done()?;
            let rule = draft.onto(
                OpportunityRule {
                    id: tx.new_id(),
                    service: String::new(),
                    words: Words::default(),
                    reason_id: None,
                    tag: None,
                    sold_as: Words::default(),
                    threshold: 0,
                    window_days: 0,
                    each_value: None,
                    currency: String::new(),
                    owner_id: owner.id,
                    owner_name: String::new(),
                    unit_id: None,
                    active: true,
                    scanned_at: None,
                    created_by: api::me(tx).map(|who| who.id),
                    created_at: tx.now(),
                    version: 1,
                },
                owner,
            );
            queries::add_rule(tx, &rule)?;
            let entry = Entry::new("opportunities.rule_made", "opportunity_rule", rule.id).created(&trace(&rule));
            audit::api::record(tx, entry)?;
            work::enqueue(tx, &Look { rule_id: Some(rule.id) })?;
            view(tx, rule)
        })
        .await?;
    Ok(Json(rule))
}

/// A draft that holds to everything, and whom it names.
fn asked(tx: &mut Tx<'_>, app: &App, draft: OpportunityRuleDraft) -> Result<(OpportunityRuleDraft, Who)> {
    let _permit = policy::may_rule(tx.actor(), tx.now())?;
    let draft = draft.tidy();
    draft.check(tx)?;
    let owner = make::owner(tx, app, draft.owner_id)?;
    Ok((draft, owner))
}

/// Changes what is looked for: what it found before and belongs to no opportunity is forgotten and looked for anew.
#[utoipa::path(put, path = "/opportunity-rules/{id}", tag = "opportunities", params(("id" = Id<OpportunityRule>, Path)), request_body = OpportunityRuleDraft, responses((status = 200, body = OpportunityRuleView)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<Id<OpportunityRule>>,
    Json(draft): Json<OpportunityRuleDraft>,
) -> Answer<OpportunityRuleView> {
    let app = cx.app().clone();
    let rule = cx
        .write(move |tx| {
            let (mut draft, owner) = asked(tx, &app, draft.clone())?;
            let before = queries::rule(tx, id)?;
            Check::new().that(draft.version.is_some(), "version", "required").done()?;
            if draft.version.take() != Some(before.version) {
                return Err(codes::STALE.conflict());
            }
            // Whoever changes the words does not take the opportunities over.
            let owner = if draft.owner_id.is_none() { before.owner() } else { owner };
            let mut after = draft.onto(before.clone(), owner);
            after.version += 1;
            queries::save_rule(tx, &after)?;
            queries::forget_waiting(tx, id)?;
            let entry = Entry::new("opportunities.rule_changed", "opportunity_rule", id);
            audit::api::record(tx, entry.change(&trace(&before), &trace(&after)))?;
            if after.active {
                work::enqueue(tx, &Look { rule_id: Some(id) })?;
            }
            view(tx, after)
        })
        .await?;
    Ok(Json(rule))
}

/// What looking for it brought.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpportunityLook {
    /// Talks and records that were not known.
    found: i64,
    /// The rule after it.
    rule: OpportunityRuleView,
}

/// Looks through talks and records for what one rule says, now; every ten minutes that is done for all of them.
#[utoipa::path(post, path = "/opportunity-rules/{id}/look", tag = "opportunities", params(("id" = Id<OpportunityRule>, Path)), responses((status = 200, body = OpportunityLook)))]
pub(crate) async fn look(cx: Cx, Path(id): Path<Id<OpportunityRule>>) -> Answer<OpportunityLook> {
    let rule = cx
        .read(move |tx| {
            let _permit = policy::may_rule(tx.actor(), tx.now())?;
            queries::rule(tx, id)
        })
        .await?;
    // As the product itself: it finds what whoever asks may not read, and shows them nothing of it.
    let origin = kernel::Origin::system("opportunities");
    let outcome = jobs::one(cx.app().db(), &origin, rule).await?;
    let rule = cx
        .read(move |tx| {
            let rule = queries::rule(tx, id)?;
            view(tx, rule)
        })
        .await?;
    Ok(Json(OpportunityLook { found: outcome.found, rule }))
}
