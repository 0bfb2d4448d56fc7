//! What a department sets: how long an answer may take, from how many recognitions on each level is reached.

use kernel::{Check, Result, UnitId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::FeedbackKind;

/// Minutes of business time until an answer, by kind: 1 to 100,000.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedbackMinutes {
    /// To a suggestion.
    pub suggestion: i64,
    /// To an opinion.
    pub opinion: i64,
    /// To praise.
    pub praise: i64,
}

impl Default for FeedbackMinutes {
    fn default() -> Self {
        Self { suggestion: 1_440, opinion: 960, praise: 480 }
    }
}

impl FeedbackMinutes {
    /// How long an answer to one of this kind may take.
    pub(crate) fn of(&self, kind: FeedbackKind) -> i64 {
        match kind {
            FeedbackKind::Suggestion => self.suggestion,
            FeedbackKind::Opinion => self.opinion,
            FeedbackKind::Praise => self.praise,
        }
    }
}

/// From how many recognitions on each level is reached, rising: the first is level 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = RecognitionLevels)]
pub(crate) struct Levels(pub Vec<i64>);

impl Default for Levels {
    fn default() -> Self {
        Self(vec![3, 10, 25, 50, 100])
    }
}

impl Levels {
    /// The level that so many reach; 0 before the first.
    pub(crate) fn of(&self, count: i64) -> i64 {
        self.0.iter().take_while(|from| **from <= count).count() as i64
    }

    /// From how many on the next level is reached; none above the last.
    pub(crate) fn next(&self, count: i64) -> Option<i64> {
        self.0.iter().copied().find(|from| *from > count)
    }
}

/// The form by which anybody says something, at `/suggest`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct FeedbackPublicForm {
    /// Whether there is one.
    pub enabled: bool,
    /// The unit in whose pool what comes by it waits; whoever may see all where none is named.
    pub unit_id: Option<UnitId>,
}

store::kept_as_json!(FeedbackMinutes, Levels, FeedbackPublicForm);

store::record! {
    /// What a department sets of feedback and recognition.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub(crate) struct FeedbackRules {
        /// There is one.
        #[serde(skip)]
        #[schema(ignore)]
        pub id: String,
        /// How long an answer may take.
        pub minutes: FeedbackMinutes,
        /// From how many recognitions on each level is reached.
        pub levels: Levels,
        /// Of which currency rewards are, ISO 4217.
        pub currency: String,
        /// The form by which anybody says something.
        pub form: FeedbackPublicForm,
        /// Rises with each change; 0 while nothing was set.
        pub version: i64,
    }
}

impl Default for FeedbackRules {
    fn default() -> Self {
        Self {
            id: "all".into(),
            minutes: FeedbackMinutes::default(),
            levels: Levels::default(),
            currency: "CNY".into(),
            form: FeedbackPublicForm::default(),
            version: 0,
        }
    }
}

impl FeedbackRules {
    /// # Errors
    /// [`kernel::Error::Invalid`] names every bad field.
    pub(crate) fn check(&self) -> Result<()> {
        let FeedbackMinutes { suggestion, opinion, praise } = self.minutes;
        let levels = &self.levels.0;
        let rising = levels.iter().zip(levels.iter().skip(1)).all(|(one, next)| one < next);
        Check::new()
            .range("minutes.suggestion", suggestion, 1..=100_000)
            .range("minutes.opinion", opinion, 1..=100_000)
            .range("minutes.praise", praise, 1..=100_000)
            .that((1..=10).contains(&levels.len()), "levels", "out_of_range")
            .that(levels.iter().all(|from| (1..=100_000).contains(from)), "levels", "out_of_range")
            .that(rising, "levels", "not_above_the_one_below")
            .that(
                self.currency.len() == 3 && self.currency.bytes().all(|byte| byte.is_ascii_uppercase()),
                "currency",
                "invalid",
            )
            .done()
    }
}
