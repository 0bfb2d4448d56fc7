//! An article, its versions, and how one comes into force.

use kernel::{Id, Noun, Permit, Result, Timestamp, UnitId, UserId};
use serde::Serialize;
use store::text_enum;
use utoipa::ToSchema;

use super::{
    category::ArticleCategory,
    version::{ArticleVersion, ArticleVersionState, LATEST, Who},
};
use crate::codes;

impl Noun for Article {
    const PREFIX: &'static str = "art";
}

text_enum! {
    /// Who may be shown an article.
    pub enum ArticleAudience {
        /// Customers too, by its link.
        Public = "public",
        /// Staff alone.
        Internal = "internal",
    }
}

text_enum! {
    /// Where an article stands.
    pub enum ArticleState {
        /// It is being written and was never in force.
        Draft = "draft",
        /// It waits for its reviewer and was never in force.
        InReview = "in_review",
        /// A version of it is in force.
        Published = "published",
        /// It is not in force any more.
        Archived = "archived",
    }
}

text_enum! {
    /// Where the version stands that is newer than the one in force.
    pub enum ArticleWorkingState {
        /// It is being written.
        Draft = "draft",
        /// It waits for its reviewer.
        InReview = "in_review",
    }
}

store::record! {
    /// What is known about one matter, as it stands: as the version in force says, or while there is none as the one
    /// being written does.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct Article {
        /// Its id.
        pub id: Id<Article>,
        /// What it is called.
        pub title: String,
        /// The answer in a few words; empty for none.
        pub answer: String,
        /// Under which it is listed.
        pub category_id: Option<Id<ArticleCategory>>,
        /// Who may be shown it.
        pub audience: ArticleAudience,
        /// The unit for which alone it is; everybody without.
        pub unit_id: Option<UnitId>,
        /// Until when it is taken to be right; after it, somebody must look again.
        pub verify_until: Option<Timestamp>,
        /// Who looks after it.
        pub owner_id: UserId,
        /// Their name.
        pub owner_name: String,
        /// The version in force.
        pub published_id: Option<Id<ArticleVersion>>,
        /// The newer one, being written or reviewed.
        pub working_id: Option<Id<ArticleVersion>>,
        /// Where the newer one stands.
        pub working_state: Option<ArticleWorkingState>,
        /// When it went out of force.
        pub archived_at: Option<Timestamp>,
        /// How many versions there are.
        pub versions: i64,
        /// How often somebody said that it helped.
        pub helpful: i64,
        /// How often that it did not.
        pub unhelpful: i64,
        /// How often it was put into a conversation.
        pub uses: i64,
        /// Since when it is there.
        pub created_at: Timestamp,
        /// When it last changed.
        pub changed_at: Timestamp,
        /// Since when the version in force is.
        pub published_at: Option<Timestamp>,
        /// For which end of being verified its owner was asked.
        #[serde(skip)]
        pub asked_until: Option<Timestamp>,
        /// Rises with each change, not with a vote or a use.
        pub version: i64,
    }
}

impl Article {
    /// A new one, with its first version.
    pub(crate) fn new(permit: &Permit, owner: Who, first: &ArticleVersion) -> Self {
        let at = permit.at();
        let blank = Self {
            id: first.article_id,
            title: String::new(),
            answer: String::new(),
            category_id: None,
            audience: first.audience,
            unit_id: None,
            verify_until: None,
            owner_id: owner.id,
            owner_name: owner.name,
            published_id: None,
            working_id: None,
            working_state: None,
            archived_at: None,
            versions: 0,
            helpful: 0,
            unhelpful: 0,
            uses: 0,
            created_at: at,
            changed_at: at,
            published_at: None,
            asked_until: None,
            version: 0,
        };
        blank.working(permit, first)
    }

    /// Where it stands.
    pub(crate) fn state(&self) -> ArticleState {
        match (self.archived_at, self.published_id, self.working_state) {
            (Some(_), ..) => ArticleState::Archived,
            (None, Some(_), _) => ArticleState::Published,
            (None, None, Some(ArticleWorkingState::InReview)) => ArticleState::InReview,
            (None, None, _) => ArticleState::Draft,
        }
    }

    /// Whether a version of it is in force.
    pub(crate) fn in_force(&self) -> bool {
        self.state() == ArticleState::Published
    }

    /// Whether somebody must look again before it is relied on.
    pub(crate) fn is_stale(&self, now: Timestamp) -> bool {
        self.in_force() && self.verify_until.is_some_and(|until| until <= now)
    }

    fn saying(self, version: &ArticleVersion) -> Self {
        Self {
            title: version.title.clone(),
            answer: version.answer.clone(),
            category_id: version.category_id,
            audience: version.audience,
            unit_id: version.unit_id,
            verify_until: version.verify_until,
            ..self
        }
    }

    /// With this version being written or reviewed.
    pub(crate) fn working(self, permit: &Permit, version: &ArticleVersion) -> Self {
        let state = match version.state {
            ArticleVersionState::InReview => ArticleWorkingState::InReview,
            _ => ArticleWorkingState::Draft,
        };
        let after = Self {
            working_id: Some(version.id),
            working_state: Some(state),
            versions: self.versions.max(version.number),
            changed_at: permit.at(),
            version: self.version + 1,
            ..self
        };
        if after.published_id.is_none() { after.saying(version) } else { after }
    }

    /// With nothing being written.
    pub(crate) fn without_working(self, permit: &Permit) -> Self {
        Self { working_id: None, working_state: None, changed_at: permit.at(), version: self.version + 1, ..self }
    }

    /// With this version in force.
    pub(crate) fn publishing(self, permit: &Permit, version: &ArticleVersion) -> Self {
        let at = permit.at();
        Self { published_id: Some(version.id), published_at: Some(at), ..self.without_working(permit).saying(version) }
    }

    /// Out of force, or again in it.
    pub(crate) fn archived(self, permit: &Permit, away: bool) -> Result<Self> {
        match (self.archived_at, away) {
            (Some(_), true) => Err(codes::ARCHIVED.conflict()),
            (None, false) => Err(codes::NOT_ARCHIVED.conflict()),
            _ => Ok(Self {
                archived_at: away.then(|| permit.at()),
                changed_at: permit.at(),
                version: self.version + 1,
                ..self
            }),
        }
    }

    /// Looked at again: right until then.
    pub(crate) fn verified(self, permit: &Permit, until: Timestamp) -> Result<Self> {
        if !self.in_force() {
            return Err(codes::NOT_PUBLISHED.conflict());
        }
        if until <= permit.at() || until.millis() > LATEST {
            return Err(kernel::Error::field("verify_until", "out_of_range"));
        }
        Ok(Self { verify_until: Some(until), changed_at: permit.at(), version: self.version + 1, ..self })
    }

    /// Looked after by somebody else.
    pub(crate) fn kept_by(self, _permit: &Permit, owner: Who) -> Self {
        Self { owner_id: owner.id, owner_name: owner.name, version: self.version + 1, ..self }
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Actor, Owned};

    use super::*;
    use crate::model::{ArticleWording, Keywords};

    fn permit() -> Permit {
        Actor::System("test").permit("knowledge.write", &Owned::NOBODY, Timestamp::from_millis(1_000)).unwrap()
    }

    fn who(rng: &kernel::Rng) -> Who {
        Who { id: Id::new(Timestamp::from_millis(1), rng), name: "林".into() }
    }

    fn wording(title: &str) -> ArticleWording {
        ArticleWording {
            title: title.into(),
            answer: String::new(),
            body: "正文".into(),
            keywords: Keywords(vec![" 退款 ".into(), String::new()]),
            category_id: None,
            audience: ArticleAudience::Public,
            unit_id: None,
            verify_until: None,
        }
    }

    #[test]
    fn nobody_publishes_what_they_wrote_and_the_old_words_stand_until_then() {
        let rng = kernel::Rng::seeded(1);
        let (author, reviewer, permit) = (who(&rng), who(&rng), permit());
        let at = Timestamp::from_millis(1);
        let first = ArticleVersion::new(
            &permit,
            Id::new(at, &rng),
            Id::new(at, &rng),
            1,
            &author,
            wording("旧").normal().unwrap(),
        );
        assert_eq!(first.keywords.0, ["退款"]);
        let article = Article::new(&permit, author.clone(), &first);
        assert_eq!((article.state(), article.title.as_str()), (ArticleState::Draft, "旧"));
        let first = first.submitted(&permit).unwrap();
        assert!(first.clone().reworded(&permit, &author, wording("x")).is_err());
        assert!(first.clone().reviewed(&permit, &author, None).is_err());
        let first = first.reviewed(&permit, &reviewer, None).unwrap();
        let article = article.publishing(&permit, &first);
        assert_eq!(article.state(), ArticleState::Published);

        let second = ArticleVersion::new(&permit, Id::new(at, &rng), article.id, 2, &reviewer, wording("新"));
        let article = article.working(&permit, &second);
        assert_eq!((article.title.as_str(), article.versions, article.state()), ("旧", 2, ArticleState::Published));
        let back = second.submitted(&permit).unwrap().reviewed(&permit, &author, Some("补上期限".into())).unwrap();
        assert_eq!((back.state, back.returned.as_deref()), (ArticleVersionState::Draft, Some("补上期限")));
        assert!(article.clone().archived(&permit, false).is_err());
        assert_eq!(article.archived(&permit, true).unwrap().state(), ArticleState::Archived);
    }
}
