//! What a department sets: how long each step may take, what is too much, and its categories.

use std::collections::HashSet;

use kernel::{ChannelId, Check, Money, Result, Rng, UnitId};
use serde::{Deserialize, Serialize};
use sms::api::ways::Ways;
use utoipa::ToSchema;

use super::{ComplaintKind, ComplaintStep};

/// Minutes of business time each step may take: 1 to 100,000. Asking again is due at the close of the third day
/// (R083).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ComplaintStepMinutes)]
pub(crate) struct StepMinutes {
    /// To take it in.
    pub intake: i64,
    /// To judge it.
    pub judgement: i64,
    /// To find its cause.
    pub investigation: i64,
    /// To decide what is done.
    pub solution: i64,
    /// To do it.
    pub implementation: i64,
    /// To sum up.
    pub summary: i64,
}

impl Default for StepMinutes {
    fn default() -> Self {
        Self { intake: 30, judgement: 480, investigation: 960, solution: 960, implementation: 1_920, summary: 480 }
    }
}

impl StepMinutes {
    /// How long this step may take; none for those that are due otherwise.
    pub(crate) fn of(&self, step: ComplaintStep) -> Option<i64> {
        match step {
            ComplaintStep::Intake => Some(self.intake),
            ComplaintStep::Judgement => Some(self.judgement),
            ComplaintStep::Investigation => Some(self.investigation),
            ComplaintStep::Solution => Some(self.solution),
            ComplaintStep::Implementation => Some(self.implementation),
            ComplaintStep::Summary => Some(self.summary),
            ComplaintStep::Revisit | ComplaintStep::Archived => None,
        }
    }
}

/// A category of the second level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComplaintSubcategory {
    /// Its id; given when it is new.
    #[serde(default)]
    pub id: String,
    /// Its name: 1 to 40 characters.
    pub name: String,
    /// Whether it can no longer be chosen.
    #[serde(default)]
    pub retired: bool,
}

/// A category of the first level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComplaintCategory {
    /// Its id; given when it is new.
    #[serde(default)]
    pub id: String,
    /// Its name: 1 to 40 characters.
    pub name: String,
    /// Who looks into what is filed here follows from it.
    pub kind: ComplaintKind,
    /// What stands below it: 1 to 40.
    pub children: Vec<ComplaintSubcategory>,
}

/// The tree of categories.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = ComplaintCategories)]
pub(crate) struct Categories(pub Vec<ComplaintCategory>);

/// The page where a complainant follows their complaint, and the form by which anybody complains.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ComplaintPage {
    /// Whether there is one.
    pub enabled: bool,
    /// Where customers reach this house: `https://kf.example.cn`; needed for the page.
    pub address: String,
    /// The channel of text messages that codes and links go by. The page needs this or a mailbox.
    pub sms_channel_id: Option<ChannelId>,
    /// The channel of the mailbox they go by to whoever has no number, or takes no text messages.
    pub mail_channel_id: Option<ChannelId>,
    /// Days a link is good: 1 to 365.
    pub link_days: i64,
    /// Minutes of business time in which an appeal is answered: 1 to 100,000.
    pub appeal_minutes: i64,
    /// Whether anybody may complain at `/complain`; only with the page.
    pub form: bool,
    /// The unit that takes in what comes by the form; whoever may see all where none is named.
    pub form_unit_id: Option<UnitId>,
}

impl ComplaintPage {
    /// The channels complainants are written to by.
    pub(crate) fn ways(&self) -> Ways {
        Ways { sms: self.sms_channel_id, mail: self.mail_channel_id }
    }
}

impl Default for ComplaintPage {
    fn default() -> Self {
        Self {
            enabled: false,
            address: String::new(),
            sms_channel_id: None,
            mail_channel_id: None,
            link_days: 180,
            appeal_minutes: 1_440,
            form: false,
            form_unit_id: None,
        }
    }
}

/// What a complainant is told as soon as their complaint has a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = ComplaintAcknowledgement)]
pub(crate) struct Acknowledgement {
    /// Whether they are.
    pub enabled: bool,
    /// In simplified Chinese, up to 500 characters; `{number}` and `{link}` are filled in, and a line with a link is left
    /// out where there is none. Empty: the product's own words.
    pub zh_cn: String,
    /// In traditional Chinese.
    pub zh_tw: String,
    /// In English.
    pub en: String,
}

impl Default for Acknowledgement {
    fn default() -> Self {
        Self { enabled: true, zh_cn: String::new(), zh_tw: String::new(), en: String::new() }
    }
}

impl Acknowledgement {
    /// What was written for this language; empty for the product's own words.
    pub(crate) fn text(&self, locale: &str) -> &str {
        match locale {
            "zh-TW" => &self.zh_tw,
            "en" => &self.en,
            _ => &self.zh_cn,
        }
    }
}

store::kept_as_json!(StepMinutes, Categories, ComplaintPage, Acknowledgement);

store::record! {
    /// What a department sets of its complaints.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub(crate) struct ComplaintRules {
        /// There is one.
        #[serde(skip)]
        #[schema(ignore)]
        pub id: String,
        /// How long each step may take.
        pub minutes: StepMinutes,
        /// Handed over more often than this is too often.
        pub most_hops: i64,
        /// More than this is too dear: minor units.
        pub most_cost: Money,
        /// Of which currency, ISO 4217.
        pub currency: String,
        /// More days than these from intake to archive are too long.
        pub most_days: i64,
        /// The categories one chooses from when judging.
        pub categories: Categories,
        /// The customers' own page and the public form.
        pub page: ComplaintPage,
        /// How complainants are told of the number.
        pub acknowledgement: Acknowledgement,
        /// Rises with each change; 0 while nothing was set.
        pub version: i64,
    }
}

impl Default for ComplaintRules {
    fn default() -> Self {
        Self {
            id: "all".into(),
            minutes: StepMinutes::default(),
            most_hops: 3,
            most_cost: Money(200_000),
            currency: "CNY".into(),
            most_days: 10,
            categories: Categories::default(),
            page: ComplaintPage::default(),
            acknowledgement: Acknowledgement::default(),
            version: 0,
        }
    }
}

impl ComplaintRules {
    /// Whether they can be kept.
    ///
    /// # Errors
    /// [`kernel::Error::Invalid`] naming every field that is wrong.
    pub(crate) fn check(&self) -> Result<()> {
        let minutes = [
            ("minutes.intake", self.minutes.intake),
            ("minutes.judgement", self.minutes.judgement),
            ("minutes.investigation", self.minutes.investigation),
            ("minutes.solution", self.minutes.solution),
            ("minutes.implementation", self.minutes.implementation),
            ("minutes.summary", self.minutes.summary),
        ];
        let mut check = minutes.into_iter().fold(Check::new(), |check, (field, n)| check.range(field, n, 1..=100_000));
        check = check
            .range("most_hops", self.most_hops, 0..=100)
            .range("most_cost", self.most_cost.0, 0..=approvals::LARGEST)
            .range("most_days", self.most_days, 1..=3_650)
            .that(is_currency(&self.currency), "currency", "malformed")
            .that(self.categories.0.len() <= 40, "categories", "too_many");
        let (page, told) = (&self.page, &self.acknowledgement);
        let address =
            page.address.is_empty() || page.address.starts_with("https://") || page.address.starts_with("http://");
        check = check
            .that(address && !page.address.ends_with('/'), "page.address", "malformed")
            .text("page.address", &page.address, usize::from(page.enabled)..=200)
            .that(!page.enabled || page.ways().any(), "page.sms_channel_id", "required")
            .that(page.enabled || !page.form, "page.form", "not_allowed")
            .range("page.link_days", page.link_days, 1..=365)
            .range("page.appeal_minutes", page.appeal_minutes, 1..=100_000);
        for (field, text) in [("zh_cn", &told.zh_cn), ("zh_tw", &told.zh_tw), ("en", &told.en)] {
            let field = format!("acknowledgement.{field}");
            check = check.text(field.clone(), text, 0..=500).that(
                text.trim().is_empty() || text.contains("{number}"),
                field,
                "required",
            );
        }
        let mut ids = HashSet::new();
        let mut names = HashSet::new();
        for (at, one) in self.categories.0.iter().take(40).enumerate() {
            check = check
                .text(format!("categories[{at}].name"), &one.name, 1..=40)
                .that(names.insert(one.name.trim()), format!("categories[{at}].name"), "repeated")
                .that(one.id.is_empty() || ids.insert(&one.id), format!("categories[{at}].id"), "repeated")
                .that(
                    (1..=40).contains(&one.children.len()),
                    format!("categories[{at}].children"),
                    if one.children.is_empty() { "required" } else { "too_many" },
                );
            let mut below = HashSet::new();
            for (n, child) in one.children.iter().take(40).enumerate() {
                let field = |name: &str| format!("categories[{at}].children[{n}].{name}");
                check = check
                    .text(field("name"), &child.name, 1..=40)
                    .that(below.insert(child.name.trim()), field("name"), "repeated")
                    .that(child.id.is_empty() || ids.insert(&child.id), field("id"), "repeated");
            }
        }
        check.done()
    }

    /// The rules with ids for what is new; an id that nothing had before is given anew. What complaints were filed
    /// under stays, retired.
    pub(crate) fn settled(mut self, before: &Self, rng: &Rng) -> Self {
        let known: HashSet<String> = before
            .categories
            .0
            .iter()
            .flat_map(|one| one.children.iter().map(|child| &child.id).chain([&one.id]))
            .cloned()
            .collect();
        let given = |id: &mut String| {
            if !known.contains(id.as_str()) {
                *id = rng.secret().chars().take(12).collect();
            }
        };
        for one in &mut self.categories.0 {
            given(&mut one.id);
            one.name = one.name.trim().to_owned();
            for child in &mut one.children {
                given(&mut child.id);
                child.name = child.name.trim().to_owned();
            }
        }
        self.version = before.version + 1;
        self
    }

    /// The categories of the second level that this one, of either level, stands for.
    pub(crate) fn below(&self, id: &str) -> Vec<String> {
        match self.categories.0.iter().find(|one| one.id == id) {
            Some(above) => above.children.iter().map(|child| child.id.clone()).collect(),
            None => vec![id.to_owned()],
        }
    }

    /// A category of the second level that may be chosen, with the one above it.
    pub(crate) fn category(&self, id: &str) -> Option<(&ComplaintCategory, &ComplaintSubcategory)> {
        let all = self.categories.0.iter().flat_map(|one| one.children.iter().map(move |child| (one, child)));
        all.into_iter().find(|(_, child)| child.id == id && !child.retired)
    }
}

/// Three capital letters.
fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}
