//! Somebody who asks something of their data and whom we do not know: who they say they are, and where we looked for them.

use customers::api::{is_invisible, mask_email, mask_name, mask_phone, spell_email, spell_phone};
use kernel::{Check, Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

/// How often one request's asker can be looked for.
pub(crate) const MOST_SEARCHES: usize = 20;

/// Who somebody says they are, in clear.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Claimant {
    /// The name they gave: 1 to 80 characters.
    pub name: String,
    /// A phone number, in any spelling.
    pub phone: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
    /// Another way to reach them, as an address of the post: up to 200 characters. One of the three is there.
    pub other: Option<String>,
    /// What they say connects them with us, such as an order or a shop: up to 1,000 characters.
    pub claims: Option<String>,
}

/// The same, masked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClaimantView {
    /// The name they gave.
    name: String,
    /// Masked.
    phone: Option<String>,
    /// Masked.
    email: Option<String>,
    /// Whether there is another way to reach them.
    other: bool,
    /// What they say connects them with us.
    claims: Option<String>,
}

impl Claimant {
    /// In its normal spelling.
    ///
    /// # Errors
    /// [`kernel::Error::Invalid`] naming every field that cannot be taken.
    pub(crate) fn normal(self) -> Result<Self> {
        let filled = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let (phone, email) = (filled(self.phone), filled(self.email));
        let (other, claims) = (filled(self.other), filled(self.claims));
        let spelt = (phone.as_deref().map(spell_phone), email.as_deref().map(spell_email));
        let visible = |text: &str| !text.contains(is_invisible);
        Check::new()
            .text("claimant.name", self.name.trim(), 1..=80)
            .that(visible(&self.name), "claimant.name", "control_character")
            .that(spelt.0 != Some(None), "claimant.phone", "malformed")
            .that(spelt.1 != Some(None), "claimant.email", "malformed")
            .text("claimant.other", other.as_deref().unwrap_or_default(), 0..=200)
            .text("claimant.claims", claims.as_deref().unwrap_or_default(), 0..=1_000)
            .that(phone.is_some() || email.is_some() || other.is_some(), "claimant.phone", "required")
            .done()?;
        Ok(Self {
            name: self.name.trim().to_owned(),
            phone: spelt.0.flatten(),
            email: spelt.1.flatten(),
            other,
            claims,
        })
    }

    pub(crate) fn masked(&self) -> ClaimantView {
        ClaimantView {
            name: self.name.clone(),
            phone: self.phone.as_deref().map(mask_phone),
            email: self.email.as_deref().map(mask_email),
            other: self.other.is_some(),
            claims: self.claims.clone(),
        }
    }
}

text_enum! {
    /// What somebody was looked for by.
    pub enum SearchedBy {
        /// A phone number.
        Phone = "phone",
        /// An e-mail address.
        Email = "email",
        /// A name: those who bear it are nobody's proof.
        Name = "name",
    }
}

/// Something somebody was looked for by, masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SearchedKey {
    /// What it is.
    pub by: SearchedBy,
    /// It, masked.
    #[schema(example = "138****5678")]
    pub shown: String,
}

impl SearchedKey {
    pub(crate) fn new(by: SearchedBy, text: &str) -> Self {
        let shown = match by {
            SearchedBy::Phone => mask_phone(text),
            SearchedBy::Email => mask_email(text),
            SearchedBy::Name => mask_name(text),
        };
        Self { by, shown }
    }
}

/// One look for somebody among all customers: the evidence of an answer that nothing is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PrivacySearch)]
pub struct Search {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by_id: UserId,
    /// Their name.
    pub by_name: String,
    /// What was looked for.
    pub keys: Vec<SearchedKey>,
    /// How many customers have the number or the address, whoever may see them.
    pub found: i64,
    /// How many bear a name like it, as far as whoever looked sees customers; ten stands for ten and more.
    pub named: i64,
}

/// Every look, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = PrivacySearches)]
pub struct Searches(pub Vec<Search>);

store::kept_as_json!(Claimant, Searches);

#[cfg(test)]
mod tests {
    use kernel::Error;

    use super::*;

    #[test]
    fn somebody_unknown_says_who_they_are_and_how_they_are_reached() {
        let known = |phone: &str, email: &str, other: &str| {
            let text = |text: &str| Some(text.to_owned());
            let claims = text(" 买过净水器 ");
            Claimant { name: " 周女士 ".into(), phone: text(phone), email: text(email), other: text(other), claims }
                .normal()
        };
        let fine = known("138 1234 5678", "", "").unwrap();
        assert_eq!(
            (fine.name.as_str(), fine.phone.as_deref(), fine.claims.as_deref()),
            ("周女士", Some("+8613812345678"), Some("买过净水器"))
        );
        assert!(known("", "", "杭州市文三路 12 号").is_ok());
        let bad = |said: Result<Claimant>| match said {
            Err(Error::Invalid(bad)) => bad.into_iter().map(|bad| bad.field.into_owned()).collect::<Vec<_>>(),
            _ => Vec::new(),
        };
        assert_eq!(bad(known("", "", "")), ["claimant.phone"]);
        assert_eq!(bad(known("12", "x", "")), ["claimant.phone", "claimant.email"]);
        assert!(!serde_json::to_string(&fine.masked()).unwrap().contains("12345678"));
    }
}
