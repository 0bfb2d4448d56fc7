//! Taking a complaint in: 《顾客投诉登记表》 (R020, R090).

use conversations::ConversationId;
use files::FileId;
use forms::FormKind;
use http::{Answer, Cx, Json};
use kernel::{Check, CustomerId, Error, Result, Timestamp};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use super::{
    EVIDENCE,
    view::{self, ComplaintCourse},
};
use crate::{
    acknowledge, api, day, duty,
    model::{
        Attempts, BrandRisk, By, Complaint, ComplaintSeverity, ComplaintStep, ComplaintWay, Complexity, Impact,
        SolutionOptions, StepRuns,
    },
    policy, queries,
};

/// A complaint as it is taken in. Who complains is a customer, a conversation's, or nobody named.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewComplaint {
    /// Who complains: needed unless they stay unnamed or a conversation is named.
    pub(crate) customer_id: Option<CustomerId>,
    /// Whether the complainant stays unnamed: not together with a customer.
    pub(crate) anonymous: Option<bool>,
    /// What it is about, in a line: up to 100 characters; the beginning of the content unless told.
    pub(crate) title: Option<String>,
    /// What happened, in the customer's words: 1 to 4,000 characters.
    pub(crate) content: String,
    /// What the customer asks for: 1 to 1,000 characters.
    pub(crate) remedy: String,
    /// Which goods or service: up to 200 characters.
    pub(crate) goods: Option<String>,
    /// When it happened: not in the future.
    pub(crate) happened_at: Timestamp,
    /// Which way it came; a conversation's comes in one.
    pub(crate) way: ComplaintWay,
    /// The conversation it was said in.
    pub(crate) conversation_id: Option<ConversationId>,
    /// The message it was said with.
    pub(crate) message_seq: Option<i64>,
    /// How grave it is.
    pub(crate) severity: ComplaintSeverity,
    /// Whether anybody's safety is touched.
    pub(crate) safety: Option<bool>,
    /// How hard it is to solve; simple unless told.
    pub(crate) complexity: Option<Complexity>,
    /// How many it touches; one unless told.
    pub(crate) impact: Option<Impact>,
    /// What it may do to the name of the house; nothing unless told. One that spreads is told to the leader at once.
    pub(crate) brand_risk: Option<BrandRisk>,
    /// Whether the complainant was told of it already, at the counter or on the telephone.
    pub(crate) acknowledged: Option<bool>,
    /// What stands in the form's own fields, by their ids.
    #[schema(value_type = Option<Object>)]
    pub(crate) own_fields: Option<serde_json::Map<String, serde_json::Value>>,
    /// What came with it: at most 10 files that the caller sent.
    pub(crate) files: Option<Vec<FileId>>,
}

impl From<api::TakeIn> for NewComplaint {
    fn from(from: api::TakeIn) -> Self {
        Self {
            customer_id: from.customer_id,
            anonymous: Some(from.customer_id.is_none()),
            title: Some(from.title),
            content: from.content,
            remedy: from.remedy,
            goods: from.goods,
            happened_at: from.happened_at,
            way: from.way,
            conversation_id: from.conversation_id,
            message_seq: from.message_seq,
            severity: from.severity,
            safety: None,
            complexity: None,
            impact: None,
            brand_risk: None,
            acknowledged: None,
            own_fields: None,
            files: None,
        }
    }
}

/// Takes a complaint in: it has a number at once, and is the duty of whoever took it.
#[utoipa::path(post, path = "/complaints", tag = "complaints", request_body = NewComplaint, responses((status = 200, body = ComplaintCourse)))]
pub(crate) async fn register(cx: Cx, Json(request): Json<NewComplaint>) -> Answer<ComplaintCourse> {
    view::made(cx, move |tx| {
        let _permit = policy::may_register(tx.actor(), tx.now())?;
        let by = api::by(tx)?;
        check(tx, &request)?;
        let talk = match request.conversation_id {
            Some(id) => {
                Some(conversations::api::readable(tx, id).map_err(Error::absent("conversation_id", "unknown"))?)
            }
            None => None,
        };
        let (customer_id, customer_name) = api::whose(tx, talk.as_ref(), request.message_seq, request.customer_id)?;
        let complaint = taken_in(tx, &request, Some(by), customer_id, customer_name)?;
        for file in request.files.iter().flatten() {
            files::api::attach(tx, *file, EVIDENCE, complaint.id).map_err(Error::absent("files", "unknown"))?;
        }
        let own = request.own_fields.clone().unwrap_or_default();
        forms::api::fill(tx, complaint.id, FormKind::Complaint, &own, false)?;
        api::register(tx, &complaint)?;
        acknowledge::tell(tx, complaint)
    })
    .await
}

fn check(tx: &Tx<'_>, request: &NewComplaint) -> Result<()> {
    let anonymous = request.anonymous.unwrap_or(false);
    let known = request.customer_id.is_some() || request.conversation_id.is_some();
    let files = request.files.as_deref().unwrap_or_default();
    Check::new()
        .that(known || anonymous, "customer_id", "required")
        .that(!(known && anonymous), "anonymous", "not_allowed")
        .maybe_text("title", request.title.as_deref(), 0..=100)
        .text("content", &request.content, 1..=4_000)
        .text("remedy", &request.remedy, 1..=1_000)
        .maybe_text("goods", request.goods.as_deref(), 0..=200)
        .that(request.happened_at <= tx.now(), "happened_at", "in_the_future")
        .that(request.message_seq.is_none() || request.conversation_id.is_some(), "message_seq", "not_allowed")
        .that(files.len() <= 10, "files", "too_many")
        .done()
}

/// A complaint as it is once taken in by somebody, or by the public form, with its number.
pub(crate) fn taken_in(
    tx: &mut Tx<'_>,
    request: &NewComplaint,
    by: Option<By>,
    customer_id: Option<CustomerId>,
    customer_name: String,
) -> Result<Complaint> {
    let now = tx.now();
    let day = day::of(tx, now)?;
    let number = format!("TS{}-{:04}", day.strftime("%Y%m%d"), queries::next_number(tx, &day.to_string())?);
    let trimmed =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let line = request.content.split_whitespace().collect::<Vec<_>>().join(" ");
    let by_id = by.as_ref().and_then(|by| by.id);
    let by_name = by.map(|by| by.name).unwrap_or_default();
    let unit = match by_id {
        Some(id) => people::api::unit_of(tx, id)?,
        None => queries::rules(tx)?.page.form_unit_id,
    };
    let mut complaint = Complaint {
        id: tx.new_id(),
        number,
        day: day.to_string(),
        step: ComplaintStep::Intake,
        title: trimmed(&request.title).unwrap_or_else(|| line.chars().take(40).collect()),
        content: request.content.trim().to_owned(),
        remedy: request.remedy.trim().to_owned(),
        goods: trimmed(&request.goods),
        happened_at: request.happened_at,
        way: if request.conversation_id.is_some() {
            ComplaintWay::Conversation
        } else {
            request.way
        },
        anonymous: customer_id.is_none(),
        customer_id,
        customer_name,
        conversation_id: request.conversation_id,
        message_seq: request.message_seq,
        severity: request.severity,
        safety: request.safety.unwrap_or(false),
        complexity: request.complexity.unwrap_or(Complexity::Simple),
        impact: request.impact.unwrap_or(Impact::One),
        brand_risk: request.brand_risk.unwrap_or(BrandRisk::None),
        acknowledged_at: (request.acknowledged.unwrap_or(false) && customer_id.is_some()).then_some(now),
        kind: None,
        category_id: None,
        category: None,
        upheld: None,
        handler_id: by_id,
        handler_name: by_name.clone(),
        handler_unit_id: unit,
        owner_id: None,
        owner_name: String::new(),
        unit_id: None,
        entered_at: now,
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
        registered_by: by_id,
        registered_by_name: by_name,
        registered_at: now,
        closed_at: None,
        version: 1,
    };
    let turn = duty::turn(tx, &complaint, ComplaintStep::Intake)?;
    complaint.enter(ComplaintStep::Intake, now, turn);
    Ok(complaint)
}
