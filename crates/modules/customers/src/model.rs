//! A person served, and what of them leaves this module.

use std::fmt;

use kernel::{Channel, CustomerId, Error, Id, Owned, Permit, Result, Timestamp, UnitId, UserId};
use serde::Serialize;
use serde_json::{Value, json};
use store::text_enum;
use utoipa::ToSchema;

use crate::{
    codes, contact, sound,
    sources::{Source, Sources},
    stage::Stage,
};

text_enum! {
    /// What became of a customer's row.
    pub enum CustomerState {
        /// Somebody in their own right.
        Active = "active",
        /// An alias: the same person as the survivor.
        Merged = "merged",
        /// Emptied on request; the row stays so that what refers to it still holds.
        Erased = "erased",
    }
}

store::record! {
    /// A person served, in clear. It has no JSON form of its own: what goes out is a [`CustomerCard`].
    #[derive(Clone)]
    pub struct Customer {
        /// Their id.
        pub id: CustomerId,
        /// The name colleagues see; empty while unknown.
        pub name: String,
        /// The name as searches compare it.
        pub folded: String,
        /// `+8613812345678`.
        pub phone: Option<String>,
        /// In lower case.
        pub email: Option<String>,
        /// What colleagues should know.
        pub note: String,
        /// The colleague who looks after them.
        pub owner_id: Option<UserId>,
        /// The unit that colleague belongs to.
        pub unit_id: Option<UnitId>,
        /// Whom somebody said this one is.
        pub merged_into: Option<CustomerId>,
        /// Where following `merged_into` ends.
        pub survivor_id: Option<CustomerId>,
        /// What became of the row.
        pub state: CustomerState,
        /// How far it has come with them.
        pub stage: Stage,
        /// Since when.
        pub created_at: Timestamp,
        /// Rises with each change; a change of an older version is refused.
        pub version: i64,
        /// Where each field's value came from.
        pub sources: Sources,
        /// How the name sounds: what lists sort it by.
        pub sort_name: String,
        /// When they were last in contact, to the minute; 0 for never. This and what follows is no detail of theirs:
        /// saving leaves it as it is.
        pub last_contact_at: Timestamp,
        /// What they are worth, in minor units.
        pub worth: i64,
        /// The rank of their tier; 0 for none.
        pub tier_rank: i64,
    }
}

store::record! {
    /// Who a customer is on a channel.
    #[derive(Clone)]
    pub struct Identity {
        /// Where.
        pub channel_id: Id<Channel>,
        /// What the channel calls them; unique there.
        pub external_id: String,
        /// Who they are.
        pub customer_id: CustomerId,
        /// The name they gave there.
        pub name: String,
        /// When first met.
        pub created_at: Timestamp,
        /// When last met, to the minute.
        pub seen_at: Timestamp,
    }
}

/// A customer as colleagues see them: phone number and e-mail address masked.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CustomerCard {
    /// Their id.
    pub id: CustomerId,
    /// Their name; empty while unknown.
    #[schema(example = "王小明")]
    pub name: String,
    /// Masked; none while unknown.
    #[schema(example = "138****5678")]
    pub phone: Option<String>,
    /// Masked; none while unknown.
    #[schema(example = "w***@example.com")]
    pub email: Option<String>,
    /// What colleagues should know.
    pub note: String,
    /// The colleague who looks after them.
    pub owner_id: Option<UserId>,
    /// The unit that colleague belongs to.
    pub unit_id: Option<UnitId>,
    /// What became of them.
    pub state: CustomerState,
    /// How far it has come with them.
    pub stage: Stage,
    /// Since when.
    pub created_at: Timestamp,
    /// Rises with each change.
    pub version: i64,
    /// Where each field's value came from, as far as that is known.
    pub sources: Sources,
    /// When they were last in contact, to the minute; none for never.
    pub last_contact_at: Option<Timestamp>,
    /// What they are worth, in minor units of the installation's currency; 0 while nobody has said.
    pub worth: i64,
    /// The rank of their tier, the higher the better; 0 for none.
    pub tier_rank: i64,
}

/// What somebody wants a customer's details to be; none: as they are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Details {
    pub name: Option<String>,
    /// Empty: none any more.
    pub phone: Option<String>,
    /// Empty: none any more.
    pub email: Option<String>,
    pub note: Option<String>,
    /// The new owner and the unit they belong to.
    pub placed: Option<(Option<UserId>, Option<UnitId>)>,
}

impl Details {
    /// Whether nothing is to change.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { name, phone, email, note, placed } = self;
        name.is_none() && phone.is_none() && email.is_none() && note.is_none() && placed.is_none()
    }

    /// The details in their normal spelling.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming every field that cannot be taken.
    pub(crate) fn normal(mut self) -> Result<Self> {
        let blank = |text: &str| text.trim().is_empty();
        let phone = self.phone.as_deref().map(|text| (blank(text), contact::phone(text)));
        let email = self.email.as_deref().map(|text| (blank(text), contact::email(text)));
        let fine = |read: &Option<(bool, Option<String>)>| {
            read.as_ref().is_none_or(|(blank, normal)| *blank || normal.is_some())
        };
        let visible = |text: &Option<String>| text.as_deref().is_none_or(|text| !text.contains(contact::is_invisible));
        kernel::Check::new()
            .maybe_text("name", self.name.as_deref(), 1..=80)
            .that(visible(&self.name), "name", "control_character")
            .that(
                self.name.as_deref().is_none_or(|name| !name.contains(['\n', '\r', '\t'])),
                "name",
                "control_character",
            )
            .maybe_text("note", self.note.as_deref(), 0..=2_000)
            .that(fine(&phone), "phone", "malformed")
            .that(fine(&email), "email", "malformed")
            .done()?;
        self.phone = phone.map(|(_, normal)| normal.unwrap_or_default());
        self.email = email.map(|(_, normal)| normal.unwrap_or_default());
        self.name = self.name.map(|name| name.trim().to_owned());
        self.note = self.note.map(|note| note.trim().to_owned());
        Ok(self)
    }
}

impl Customer {
    /// Somebody of whom nothing is known yet.
    pub(crate) fn unknown(id: CustomerId, now: Timestamp) -> Self {
        Self {
            id,
            name: String::new(),
            folded: String::new(),
            phone: None,
            email: None,
            note: String::new(),
            owner_id: None,
            unit_id: None,
            merged_into: None,
            survivor_id: None,
            state: CustomerState::Active,
            stage: Stage::Contact,
            created_at: now,
            version: 1,
            sources: Sources::default(),
            sort_name: sound::sort_key(""),
            last_contact_at: Timestamp::from_millis(0),
            worth: 0,
            tier_rank: 0,
        }
    }

    /// Whose they are.
    pub fn owned(&self) -> Owned {
        Owned::by(self.owner_id, self.unit_id)
    }

    /// The row this one leads to: itself unless it is an alias.
    pub fn survivor(&self) -> CustomerId {
        self.survivor_id.unwrap_or(self.id)
    }

    /// What colleagues see.
    pub fn card(&self) -> CustomerCard {
        CustomerCard {
            id: self.id,
            name: self.name.clone(),
            phone: self.phone.as_deref().map(contact::mask_phone),
            email: self.email.as_deref().map(contact::mask_email),
            note: self.note.clone(),
            owner_id: self.owner_id,
            unit_id: self.unit_id,
            state: self.state,
            stage: self.stage,
            created_at: self.created_at,
            version: self.version,
            sources: self.sources.clone(),
            last_contact_at: Some(self.last_contact_at).filter(|at| at.millis() > 0),
            worth: self.worth,
            tier_rank: self.tier_rank,
        }
    }

    /// The text that searches find them by: name and how it is typed, whole phone number, e-mail address.
    pub(crate) fn words(&self) -> String {
        let phone = self.phone.as_deref().map(contact::phone_words).unwrap_or_default();
        format!("{} {} {phone} {}", self.name, sound::typed(&self.folded), self.email.as_deref().unwrap_or_default())
    }

    /// With these details, which must be normal, instead of their own.
    pub(crate) fn with(mut self, details: &Details) -> Self {
        let filled = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        if let Some(name) = &details.name {
            (self.name, self.folded) = (name.clone(), store::fold(name));
            self.sort_name = sound::sort_key(&self.folded);
        }
        if let Some(phone) = &details.phone {
            self.phone = filled(phone);
        }
        if let Some(email) = &details.email {
            self.email = filled(email);
        }
        if let Some(note) = &details.note {
            self.note = note.clone();
        }
        if let Some(placed) = details.placed {
            (self.owner_id, self.unit_id) = placed;
        }
        self
    }

    /// The change of a customer whom `by` saw as `version`.
    pub(crate) fn changed(self, permit: &Permit, by: Option<UserId>, version: i64, details: &Details) -> Result<Self> {
        if self.state == CustomerState::Erased {
            return Err(codes::ERASED.conflict());
        }
        let source = Source::entered(by, permit.at());
        let mut after = self.clone().with(details).learnt(&self, &source);
        after.version = version + 1;
        Ok(after)
    }

    /// The alias this one becomes. `into` must be a survivor.
    pub(crate) fn merged(mut self, _permit: &Permit, into: &Self) -> Result<Self> {
        match (self.state, into.state) {
            _ if into.id == self.id => return Err(codes::ITSELF.conflict()),
            (CustomerState::Merged, _) => return Err(codes::MERGED.conflict()),
            (CustomerState::Erased, _) | (_, CustomerState::Erased) => return Err(codes::ERASED.conflict()),
            (_, CustomerState::Merged) => return Err(Error::internal("merged into an alias")),
            (CustomerState::Active, CustomerState::Active) => {}
        }
        (self.merged_into, self.survivor_id, self.state) = (Some(into.id), Some(into.id), CustomerState::Merged);
        self.version += 1;
        Ok(self)
    }

    /// The alias standing in its own right again.
    pub(crate) fn unmerged(mut self, _permit: &Permit) -> Result<Self> {
        if self.state != CustomerState::Merged {
            return Err(codes::NOT_MERGED.conflict());
        }
        (self.merged_into, self.survivor_id, self.state) = (None, None, CustomerState::Active);
        self.version += 1;
        Ok(self)
    }

    /// The row emptied of everything personal. An alias stays an alias, so that it still leads on.
    pub(crate) fn erased(self, _permit: &Permit) -> Self {
        Self {
            owner_id: self.owner_id,
            unit_id: self.unit_id,
            merged_into: self.merged_into,
            survivor_id: self.survivor_id,
            state: CustomerState::Erased,
            stage: self.stage,
            created_at: self.created_at,
            version: self.version + 1,
            ..Self::unknown(self.id, self.created_at)
        }
    }

    /// What the trail keeps: everything personal masked, because nobody can erase the trail.
    pub(crate) fn trace(&self) -> Value {
        json!({
            "name": contact::mask_name(&self.name),
            "phone": self.phone.as_deref().map(contact::mask_phone),
            "email": self.email.as_deref().map(contact::mask_email),
            "note_length": self.note.chars().count(),
            "owner_id": self.owner_id,
            "unit_id": self.unit_id,
            "merged_into": self.merged_into,
            "state": self.state,
            "stage": self.stage,
        })
    }

    /// What the trail keeps of this row after it was `before`: two numbers may look alike when masked,
    /// so the fields that changed are named.
    pub(crate) fn trace_from(&self, before: &Self) -> Value {
        let differing = [
            ("name", self.name != before.name),
            ("phone", self.phone != before.phone),
            ("email", self.email != before.email),
            ("note", self.note != before.note),
        ];
        let mut trace = self.trace();
        trace["changed"] = differing.iter().filter(|(_, differs)| *differs).map(|(field, _)| *field).collect();
        trace
    }
}

/// Masked, so that no log line ever holds a phone number.
impl fmt::Debug for Customer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Customer({}, {}, version {})", self.id, self.state.text(), self.version)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({} on {})", self.customer_id, self.channel_id)
    }
}

#[cfg(test)]
mod tests {
    use kernel::Rng;

    use super::*;

    fn customer() -> Customer {
        let now = Timestamp::from_millis(1);
        let details = Details {
            name: Some(" 王小明 ".into()),
            phone: Some("138 1234 5678".into()),
            email: Some("Wang@Example.com".into()),
            note: Some("只在上午接电话".into()),
            placed: None,
        };
        Customer::unknown(CustomerId::new(now, &Rng::seeded(1)), now).with(&details.normal().unwrap())
    }

    #[test]
    fn neither_the_card_nor_the_trail_nor_a_log_line_holds_a_number() {
        let customer = customer();
        let shown = format!("{} {} {customer:?}", json!(customer.card()), customer.trace());
        assert!(shown.contains("138****5678") && shown.contains("w***@example.com"));
        assert!(!shown.contains("12345678") && !shown.contains("wang@"));
        assert!(!customer.trace().to_string().contains("王小明") && !customer.trace().to_string().contains("上午"));
    }

    #[test]
    fn a_change_the_mask_hides_is_named_on_the_trail() {
        let before = customer();
        let details = Details { phone: Some("13899995678".into()), ..Details::default() };
        let after = before.clone().with(&details.normal().unwrap());
        assert_eq!(before.trace()["phone"], after.trace()["phone"]);
        assert_eq!(after.trace_from(&before)["changed"], json!(["phone"]));
    }

    #[test]
    fn every_bad_detail_is_named() {
        let details = Details {
            name: Some("a\u{202e}b".into()),
            phone: Some("x".into()),
            email: Some("y".into()),
            ..Details::default()
        };
        let Err(Error::Invalid(bad)) = details.normal() else { panic!("three fields are wrong") };
        assert_eq!(bad.iter().map(|bad| bad.field.as_ref()).collect::<Vec<_>>(), ["name", "phone", "email"]);
        let cleared = customer().with(&Details { phone: Some(" ".into()), ..Details::default() }.normal().unwrap());
        assert_eq!((cleared.phone.is_none(), cleared.email.is_some()), (true, true));
    }
}
