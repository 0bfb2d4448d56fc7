//! A canned reply, and what may stand in it.

mod article;
mod category;
mod gap;
mod version;

use kernel::{Check, Error, FieldError, Id, Noun, Owned, Params, Permit, Result, Timestamp, UnitId, UserId};
use serde::Serialize;
use store::text_enum;
use utoipa::ToSchema;

pub use self::{
    article::{Article, ArticleAudience, ArticleState, ArticleWorkingState},
    category::ArticleCategory,
    gap::{GapReport, GapSource, GapState, KnowledgeGap},
    version::{ArticleVersion, ArticleVersionState, Keywords},
};
pub(crate) use self::{
    category::category_name,
    gap::gap_question,
    version::{ArticleWording, Who},
};
use crate::{events::CannedReplyFact, reading};

impl Noun for CannedReply {
    const PREFIX: &'static str = "cnr";
}

text_enum! {
    /// Who may use a canned reply.
    pub enum CannedScope {
        /// The person who wrote it.
        Personal = "personal",
        /// A unit and all below it.
        Team = "team",
        /// Everybody.
        All = "all",
    }
}

store::record! {
    /// What is said often, written once.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct CannedReply {
        /// Its id.
        pub id: Id<CannedReply>,
        /// What is typed for it, in lower case; one's own among those of its person, its unit, or everybody.
        #[schema(example = "fahuo")]
        pub code: String,
        /// What it is called.
        pub title: String,
        /// What is said, with `{{variables}}` and `{{?questions}}`.
        pub text: String,
        /// Who may use it.
        pub scope: CannedScope,
        /// The person, for their own.
        pub owner_id: Option<UserId>,
        /// The unit, for a team's.
        pub unit_id: Option<UnitId>,
        /// Among which others it is listed; empty for none.
        #[serde(rename = "group")]
        pub group_name: String,
        /// The initials of the title in every reading, apart by blanks.
        #[schema(example = "yh yx")]
        pub initials: String,
        /// The pinyin of the title without tones in every reading, apart by blanks.
        #[schema(example = "yinhang yinxing")]
        pub pinyin: String,
        /// How often it was used.
        pub uses: i64,
        /// Since when.
        pub created_at: Timestamp,
        /// Rises with each change but not with a use.
        pub version: i64,
    }
}

/// What a text may name between double braces; clients put the value in its place.
pub(crate) const VARIABLES: [&str; 4] = ["customer.name", "agent.name", "organisation.name", "conversation.channel"];
const LONGEST_QUESTION: usize = 30;

/// What somebody wants a canned reply to be.
#[derive(Clone, Debug)]
pub(crate) struct Wording {
    pub code: String,
    pub title: String,
    pub text: String,
    pub group: String,
}

impl Wording {
    /// In its normal spelling: a code is lower case, without the slash it is typed after.
    pub(crate) fn normal(self) -> Result<Self> {
        let code = self.code.trim().trim_start_matches('/').to_lowercase();
        let plain = code.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
        Check::new()
            .text("code", &code, 1..=32)
            .that(plain, "code", "malformed")
            .text("title", &self.title, 1..=60)
            .that(!self.title.trim().contains(['\n', '\r', '\t']), "title", "control_character")
            .text("text", &self.text, 1..=2_000)
            .text("group", &self.group, 0..=30)
            .done()?;
        check_variables(&self.text)?;
        let trimmed = |text: String| text.trim().to_owned();
        Ok(Self { code, title: trimmed(self.title), text: trimmed(self.text), group: trimmed(self.group) })
    }
}

/// Refuses, naming it, what stands between double braces and is neither a variable nor a question.
fn check_variables(text: &str) -> Result<()> {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("{{") {
        let Some((name, behind)) = after.split_once("}}") else {
            return Err(refused("unclosed_variable", after));
        };
        let name = name.trim();
        match name.strip_prefix('?').map(str::trim) {
            Some(question) if (1..=LONGEST_QUESTION).contains(&question.chars().count()) => {}
            Some(question) => return Err(refused("malformed_question", question)),
            None if VARIABLES.contains(&name) => {}
            None => return Err(refused("unknown_variable", name)),
        }
        rest = behind;
    }
    Ok(())
}

fn refused(code: &'static str, name: &str) -> Error {
    let name: String = name.chars().take(40).collect();
    let params = Params::from([("name", name.into()), ("known", VARIABLES.join(", ").into())]);
    Error::Invalid(vec![FieldError { field: "text".into(), code, params }])
}

impl CannedReply {
    /// A new one.
    pub(crate) fn new(permit: &Permit, id: Id<Self>, scope: CannedScope, owned: Owned, wording: Wording) -> Self {
        let Owned { owner: owner_id, unit: unit_id } = owned;
        let blank = String::new;
        let reply = Self {
            id,
            code: blank(),
            title: blank(),
            text: blank(),
            scope,
            owner_id,
            unit_id,
            group_name: blank(),
            initials: blank(),
            pinyin: blank(),
            uses: 0,
            created_at: permit.at(),
            version: 0,
        };
        reply.reworded(permit, wording)
    }

    /// With these words from now on.
    pub(crate) fn reworded(mut self, _permit: &Permit, wording: Wording) -> Self {
        (self.initials, self.pinyin) = (reading::initials(&wording.title), reading::pinyin(&wording.title));
        (self.code, self.title, self.text, self.group_name) =
            (wording.code, wording.title, wording.text, wording.group);
        self.version += 1;
        self
    }

    /// Its words as they stand.
    pub(crate) fn wording(&self) -> Wording {
        Wording {
            code: self.code.clone(),
            title: self.title.clone(),
            text: self.text.clone(),
            group: self.group_name.clone(),
        }
    }

    /// What is told of it.
    pub(crate) fn fact(&self) -> CannedReplyFact {
        CannedReplyFact { canned_reply_id: self.id, scope: self.scope, owner_id: self.owner_id, unit_id: self.unit_id }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_variable_is_named() {
        let fault = |text| match check_variables(text) {
            Err(Error::Invalid(bad)) => (bad[0].code, bad[0].params["name"].as_str().unwrap().to_owned()),
            other => panic!("{other:?}"),
        };
        assert!(check_variables("您好 {{customer.name}},{{ ?选择时段 }} 可以吗?}} {x}").is_ok());
        assert_eq!(fault("{{agent.name}} {{customer.phone}}"), ("unknown_variable", "customer.phone".into()));
        assert_eq!(fault("{{customer.name} 您好"), ("unclosed_variable", "customer.name} 您好".into()));
        assert_eq!(fault("{{?}}"), ("malformed_question", String::new()));
    }
}
