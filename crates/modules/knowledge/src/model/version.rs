//! A version of an article: written, reviewed, put away.

use kernel::{Check, Id, Noun, Permit, Result, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

use super::{
    article::{Article, ArticleAudience},
    category::ArticleCategory,
};
use crate::codes;

impl Noun for ArticleVersion {
    const PREFIX: &'static str = "atv";
}

text_enum! {
    /// What became of a version.
    pub enum ArticleVersionState {
        /// It is being written.
        Draft = "draft",
        /// It waits for its reviewer.
        InReview = "in_review",
        /// It is in force.
        Published = "published",
        /// It was in force until a newer one was.
        Replaced = "replaced",
        /// It was given up before it was in force.
        Dropped = "dropped",
    }
}

/// Other words by which an article is found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = ArticleKeywords)]
pub struct Keywords(pub Vec<String>);

store::kept_as_json!(Keywords);

store::record! {
    /// One version of an article.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct ArticleVersion {
        /// Its id.
        pub id: Id<ArticleVersion>,
        /// Of which article.
        pub article_id: Id<Article>,
        /// The first is 1.
        pub number: i64,
        /// What became of it.
        pub state: ArticleVersionState,
        /// What the article is called.
        pub title: String,
        /// The answer in a few words; empty for none.
        pub answer: String,
        /// The whole, in the markup of articles.
        pub body: String,
        /// Other words by which it is found.
        pub keywords: Keywords,
        /// Under which it is listed.
        pub category_id: Option<Id<ArticleCategory>>,
        /// Who may be shown it.
        pub audience: ArticleAudience,
        /// The unit for which alone it is; everybody without.
        pub unit_id: Option<UnitId>,
        /// Until when it is taken to be right.
        pub verify_until: Option<Timestamp>,
        /// Who began it.
        pub written_by: UserId,
        /// Their name.
        pub written_by_name: String,
        /// When.
        pub written_at: Timestamp,
        /// Who last changed it.
        pub changed_by: UserId,
        /// Their name.
        pub changed_by_name: String,
        /// When.
        pub changed_at: Timestamp,
        /// Who published it, or gave it back.
        pub reviewed_by: Option<UserId>,
        /// Their name.
        pub reviewed_by_name: Option<String>,
        /// When.
        pub reviewed_at: Option<Timestamp>,
        /// Why it was given back, until it is handed in again.
        pub returned: Option<String>,
    }
}

/// Somebody, with their name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Who {
    pub id: UserId,
    pub name: String,
}

/// What somebody wants an article to say.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ArticleWording {
    pub title: String,
    pub answer: String,
    pub body: String,
    pub keywords: Keywords,
    pub category_id: Option<Id<ArticleCategory>>,
    pub audience: ArticleAudience,
    pub unit_id: Option<UnitId>,
    pub verify_until: Option<Timestamp>,
}

impl ArticleWording {
    /// In its normal spelling.
    pub(crate) fn normal(self) -> Result<Self> {
        let keywords: Vec<String> =
            self.keywords.0.iter().map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect();
        let one_line = |text: &str| !text.trim().contains(['\n', '\r', '\t']);
        Check::new()
            .text("title", &self.title, 1..=120)
            .that(one_line(&self.title), "title", "control_character")
            .text("answer", &self.answer, 0..=500)
            .text("body", &self.body, 1..=20_000)
            .range("keywords", keywords.len() as i64, 0..=20)
            .that(keywords.iter().all(|word| word.chars().count() <= 30 && one_line(word)), "keywords", "malformed")
            .that(
                self.verify_until.is_none_or(|at| (0..=LATEST).contains(&at.millis())),
                "verify_until",
                "out_of_range",
            )
            .done()?;
        let trimmed = |text: String| text.trim().replace("\r\n", "\n");
        Ok(Self {
            title: trimmed(self.title),
            answer: trimmed(self.answer),
            body: trimmed(self.body),
            keywords: Keywords(keywords),
            ..self
        })
    }
}

/// The end of the year 2100.
pub(super) const LATEST: i64 = 4_133_980_799_000;

impl ArticleVersion {
    /// A first version, or the next one after `article`'s last.
    pub(crate) fn new(
        permit: &Permit,
        id: Id<Self>,
        article_id: Id<Article>,
        number: i64,
        by: &Who,
        wording: ArticleWording,
    ) -> Self {
        let at = permit.at();
        let ArticleWording { title, answer, body, keywords, category_id, audience, unit_id, verify_until } = wording;
        Self {
            id,
            article_id,
            number,
            state: ArticleVersionState::Draft,
            title,
            answer,
            body,
            keywords,
            category_id,
            audience,
            unit_id,
            verify_until,
            written_by: by.id,
            written_by_name: by.name.clone(),
            written_at: at,
            changed_by: by.id,
            changed_by_name: by.name.clone(),
            changed_at: at,
            reviewed_by: None,
            reviewed_by_name: None,
            reviewed_at: None,
            returned: None,
        }
    }

    /// What it says.
    pub(crate) fn wording(&self) -> ArticleWording {
        ArticleWording {
            title: self.title.clone(),
            answer: self.answer.clone(),
            body: self.body.clone(),
            keywords: self.keywords.clone(),
            category_id: self.category_id,
            audience: self.audience,
            unit_id: self.unit_id,
            verify_until: self.verify_until,
        }
    }

    /// With these words from now on. One that waits for its reviewer is taken back first.
    pub(crate) fn reworded(self, permit: &Permit, by: &Who, wording: ArticleWording) -> Result<Self> {
        if self.state != ArticleVersionState::Draft {
            return Err(codes::IN_REVIEW.conflict());
        }
        let ArticleWording { title, answer, body, keywords, category_id, audience, unit_id, verify_until } = wording;
        Ok(Self {
            title,
            answer,
            body,
            keywords,
            category_id,
            audience,
            unit_id,
            verify_until,
            changed_by: by.id,
            changed_by_name: by.name.clone(),
            changed_at: permit.at(),
            ..self
        })
    }

    /// Handed to a reviewer.
    pub(crate) fn submitted(self, permit: &Permit) -> Result<Self> {
        match self.state {
            ArticleVersionState::Draft => {
                Ok(Self { state: ArticleVersionState::InReview, returned: None, changed_at: permit.at(), ..self })
            }
            _ => Err(codes::NOT_DRAFT.conflict()),
        }
    }

    /// Decided by a reviewer, who wrote nothing of it: published, or given back with a word.
    pub(crate) fn reviewed(self, permit: &Permit, by: &Who, returned: Option<String>) -> Result<Self> {
        if self.state != ArticleVersionState::InReview {
            return Err(codes::NOT_IN_REVIEW.conflict());
        }
        if by.id == self.written_by || by.id == self.changed_by {
            return Err(codes::OWN_WORDS.conflict());
        }
        let state = if returned.is_some() {
            ArticleVersionState::Draft
        } else {
            ArticleVersionState::Published
        };
        Ok(Self {
            state,
            returned,
            reviewed_by: Some(by.id),
            reviewed_by_name: Some(by.name.clone()),
            reviewed_at: Some(permit.at()),
            ..self
        })
    }

    /// Out of the way: replaced by a newer one, or given up.
    pub(crate) fn put_away(self, state: ArticleVersionState) -> Self {
        Self { state, ..self }
    }
}
