//! A contact written down by hand.

use conversations::WrapUpReason;
use http::{Answer, Cx, Json};
use kernel::{Check, CustomerId, Error, Id, Result, Timestamp};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use super::{list, view::RecordView};
use crate::{
    api,
    model::{Change, InquiryRecord, Outcome, Way},
    policy, sheet,
};

/// How long ago a contact may be that is written down only now, in milliseconds.
const LATEST_MS: i64 = 7 * 24 * 60 * 60 * 1_000;

/// A contact that was no conversation: somebody called, or came.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewInquiryRecord {
    /// How they asked: not `conversation`, which writes itself down. `phone` unless told.
    way: Option<Way>,
    /// Who asked. Without it whoever has this phone number among the customers one may see.
    customer_id: Option<CustomerId>,
    /// Their name, up to 80 characters.
    customer_name: Option<String>,
    /// The number they can be reached at, in any spelling.
    phone: Option<String>,
    /// What they asked: 1 to 1,000 characters.
    asked: String,
    /// What they were told, or what was done: up to 1,000 characters.
    answer: Option<String>,
    /// The reason it is sorted under.
    reason_id: Option<Id<WrapUpReason>>,
    /// Whether the matter is settled; `unknown` unless told.
    outcome: Option<Outcome>,
    /// When the contact was: now unless told, not to come and within the last seven days.
    at: Option<Timestamp>,
}

/// Writes down a contact.
#[utoipa::path(post, path = "/inquiry-records", tag = "inquiries", request_body = NewInquiryRecord, responses((status = 200, body = RecordView)))]
pub(crate) async fn create(cx: Cx, Json(request): Json<NewInquiryRecord>) -> Answer<RecordView> {
    let record = cx
        .write(move |tx| {
            let (permit, owned) = policy::may_log(tx.actor(), tx.now())?;
            let at = request.at.unwrap_or(tx.now());
            let age = tx.now().since(at);
            Check::new()
                .that(request.way != Some(Way::Conversation), "way", "not_allowed")
                .that(age >= 0, "at", "in_the_future")
                .that(age <= LATEST_MS, "at", "too_old")
                .done()?;
            let words = Words {
                customer_name: request.customer_name.clone(),
                phone: request.phone.clone(),
                asked: Some(request.asked.clone()),
                answer: request.answer.clone(),
                reason_id: request.reason_id,
                outcome: request.outcome,
            };
            let mut change = words.read(tx)?;
            change.customer = known(tx, request.customer_id, &mut change)?;
            let staff = tx.actor().staff()?.clone();
            let blank = InquiryRecord {
                id: tx.new_id(),
                conversation_id: None,
                way: request.way.unwrap_or(Way::Phone),
                channel_id: None,
                channel_name: None,
                customer_id: None,
                customer_name: String::new(),
                phone: None,
                asked: String::new(),
                answer: String::new(),
                reason_id: None,
                reason: None,
                outcome: Outcome::Unknown,
                owner_id: owned.owner,
                agent_name: Some(staff.name.clone()),
                unit_id: owned.unit,
                began_at: at,
                ended_at: at,
                day: sheet::day_of(tx, at)?,
                edited: false,
                corrections: 0,
                created_by: Some(staff.id),
                created_at: tx.now(),
                version: 0,
            };
            let record = api::add(tx, blank.changed(&permit, 0, change)?)?;
            list::view(tx, record)
        })
        .await?;
    Ok(Json(record))
}

/// Who asked: whom the request names, or whose number it is. Their name stands on the record unless
/// another was given.
fn known(tx: &mut Tx<'_>, id: Option<CustomerId>, change: &mut Change) -> Result<Option<CustomerId>> {
    let found = match (id, change.phone.as_deref()) {
        (Some(id), _) => Some(customers::api::visible(tx, id).map_err(Error::absent("customer_id", "unknown"))?),
        (None, Some(phone)) if tx.actor().has("customers.read") => customers::api::with_phone(tx, phone)?,
        _ => None,
    };
    let Some(card) = found else { return Ok(None) };
    let unnamed = change.customer_name.as_deref().is_none_or(str::is_empty);
    change.customer_name = if unnamed { Some(card.name) } else { change.customer_name.take() };
    if change.phone.is_none() {
        change.phone = customers::api::get(tx, card.id)?.phone;
    }
    Ok(Some(card.id))
}

/// What a request says of a record, in the words of whoever wrote it.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    pub customer_name: Option<String>,
    pub phone: Option<String>,
    pub asked: Option<String>,
    pub answer: Option<String>,
    pub reason_id: Option<Id<WrapUpReason>>,
    pub outcome: Option<Outcome>,
}

impl Words {
    /// As it is kept: within its bounds, in one spelling, with the reason's words.
    pub(super) fn read(self, tx: &mut Tx<'_>) -> Result<Change> {
        let trimmed = |text: Option<String>| text.map(|text| text.trim().to_owned());
        let (phone, given) = (trimmed(self.phone), "phone");
        let spelled = phone.as_deref().filter(|phone| !phone.is_empty()).map(customers::api::spell_phone);
        Check::new()
            .maybe_text("customer_name", self.customer_name.as_deref(), 0..=80)
            .maybe_text("asked", self.asked.as_deref(), 1..=1_000)
            .maybe_text("answer", self.answer.as_deref(), 0..=1_000)
            .that(!matches!(spelled, Some(None)), given, "malformed")
            .done()?;
        let reason = match self.reason_id {
            Some(id) => Some((id, conversations::api::reason_words(tx, id)?)),
            None => None,
        };
        Ok(Change {
            customer: None,
            customer_name: trimmed(self.customer_name),
            phone: phone.map(|_| spelled.flatten().unwrap_or_default()),
            asked: trimmed(self.asked),
            answer: trimmed(self.answer),
            reason,
            outcome: self.outcome,
        })
    }
}
