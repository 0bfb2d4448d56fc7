//! What the department does, and who of which post is responsible, accountable, consulted or informed (RACI).

use kernel::{Error, Id, Permit, Result, UserId};
use serde::{Deserialize, Serialize};
use store::{ToValue, Tx, params, sql, text_enum};
use utoipa::ToSchema;

use crate::{codes, model::Post};

text_enum! {
    /// Something the department does.
    pub enum Activity {
        /// Setting goals and strategy.
        Strategy = "strategy",
        /// Setting how work is done.
        Process = "process",
        /// Handling inquiries.
        Inquiry = "inquiry",
        /// Handling complaints.
        Complaint = "complaint",
        /// Handling feedback.
        Feedback = "feedback",
        /// Supporting technically.
        Technical = "technical",
    }
}

text_enum! {
    /// The part a post has in it.
    pub enum Part {
        /// Does it.
        Responsible = "R",
        /// Answers for it: one post alone.
        Accountable = "A",
        /// Does it and answers for it.
        Both = "AR",
        /// Is asked before.
        Consulted = "C",
        /// Is told after.
        Informed = "I",
    }
}

/// What there is, in the order it is shown.
pub(crate) const ACTIVITIES: [Activity; 6] = [
    Activity::Strategy,
    Activity::Process,
    Activity::Inquiry,
    Activity::Complaint,
    Activity::Feedback,
    Activity::Technical,
];

/// A post's part in something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Responsibility {
    /// In what.
    pub activity: Activity,
    /// Whose.
    pub post_id: Id<Post>,
    /// Which.
    pub part: Part,
}

impl Part {
    pub(crate) fn is_accountable(self) -> bool {
        matches!(self, Self::Accountable | Self::Both)
    }

    pub(crate) fn is_responsible(self) -> bool {
        matches!(self, Self::Responsible | Self::Both)
    }
}

/// The matrix as it may stand: for each activity one post that answers for it, and one at least that does it.
///
/// # Errors
/// [`Error::Invalid`] naming each activity that has none, or more than one to answer for it.
pub(crate) fn checked(_permit: &Permit, wanted: Vec<Responsibility>, posts: &[Post]) -> Result<Vec<Responsibility>> {
    let mut check = kernel::Check::new().that(
        wanted.iter().all(|one| posts.iter().any(|post| post.id == one.post_id)),
        "responsibilities",
        "unknown",
    );
    for activity in ACTIVITIES {
        let of: Vec<_> = wanted.iter().filter(|one| one.activity == activity).collect();
        let accountable = of.iter().filter(|one| one.part.is_accountable()).count();
        let twice = of.iter().enumerate().any(|(at, one)| of[..at].iter().any(|other| other.post_id == one.post_id));
        let field = format!("responsibilities.{}", activity.text());
        check = check
            .that(accountable > 0, field.clone(), "nobody_accountable")
            .that(accountable < 2, field.clone(), "several_accountable")
            .that(of.iter().any(|one| one.part.is_responsible()), field.clone(), "nobody_responsible")
            .that(!twice, field, "repeated");
    }
    check.done()?;
    Ok(wanted)
}

/// What is proposed while nobody said anything: for a lead, those who answer customers, and technical support, as far as
/// the names of posts tell them apart.
pub(crate) fn proposed(posts: &[Post]) -> Vec<Responsibility> {
    use Part::{Accountable, Both, Consulted, Informed, Responsible};
    let named = |words: &[&str], taken: &[Option<Id<Post>>]| {
        let free = posts.iter().filter(|post| !taken.contains(&Some(post.id)));
        let mut fitting = free.filter(|post| words.iter().any(|word| post.name.to_lowercase().contains(word)));
        fitting.next().map(|post| post.id)
    };
    // In this order: 技术支持专员 supports and 客服主管 leads, whatever else their names hold.
    let technical = named(&["技术", "技術", "technical", "engineer"], &[]);
    let lead = named(&["主管", "经理", "經理", "组长", "組長", "supervisor", "manager", "lead"], &[technical]);
    let agent = named(&["专员", "專員", "客服", "agent", "坐席"], &[technical, lead]);
    let table = [
        (Activity::Strategy, Some(Both), Some(Informed), Some(Informed)),
        (Activity::Process, Some(Both), Some(Consulted), Some(Consulted)),
        (Activity::Inquiry, Some(Accountable), Some(Responsible), Some(Consulted)),
        (Activity::Complaint, Some(Accountable), Some(Responsible), Some(Consulted)),
        (Activity::Feedback, Some(Accountable), Some(Responsible), Some(Informed)),
        (Activity::Technical, Some(Accountable), Some(Informed), Some(Responsible)),
    ];
    let mut all = Vec::new();
    for (activity, of_lead, of_agent, of_technical) in table {
        for (post, part) in [(lead, of_lead), (agent, of_agent), (technical, of_technical)] {
            if let (Some(post_id), Some(part)) = (post, part) {
                all.push(Responsibility { activity, post_id, part });
            }
        }
    }
    all
}

sql! {
    LIST = "SELECT activity, post_id, letters FROM responsibilities ORDER BY activity, post_id";
    CLEAR = "DELETE FROM responsibilities";
    INSERT = "INSERT INTO responsibilities (activity, post_id, letters) VALUES {rows:TEXT,TEXT,TEXT}";
    VERSION = "SELECT version FROM responsibility_revisions WHERE name = 'raci'";
    BEGIN = "INSERT INTO responsibility_revisions (name, version) VALUES ('raci', 1) ON CONFLICT DO NOTHING";
    RISE = "UPDATE responsibility_revisions SET version = version + 1 WHERE name = 'raci' AND version = $1";
    HOLDERS = "SELECT m.user_id, r.letters FROM responsibilities r
        JOIN memberships m ON m.post_id = r.post_id AND m.until IS NULL
        JOIN accounts a ON a.id = m.user_id AND a.state = 'active'
        WHERE r.activity = $1 ORDER BY m.user_id";
}

/// As it is kept; empty while nobody said anything.
pub(crate) fn kept(tx: &mut Tx<'_>) -> Result<Vec<Responsibility>> {
    let rows: Vec<(Activity, Id<Post>, Part)> = tx.all(&LIST, &[])?;
    Ok(rows.into_iter().map(|(activity, post_id, part)| Responsibility { activity, post_id, part }).collect())
}

/// How often it was changed; 0 while nobody said anything.
pub(crate) fn version(tx: &mut Tx<'_>) -> Result<i64> {
    Ok(tx.maybe::<(i64,)>(&VERSION, &[])?.map_or(0, |(version,)| version))
}

/// Keeps it in the place of the one that was seen.
///
/// # Errors
/// [`Error::Conflict`] when somebody else changed it meanwhile.
pub(crate) fn keep(tx: &mut Tx<'_>, seen: i64, all: &[Responsibility]) -> Result<()> {
    let risen = match seen {
        0 => tx.exec(&BEGIN, &[])?,
        seen => tx.exec(&RISE, params![seen])?,
    };
    if risen != 1 {
        return Err(codes::STALE.conflict());
    }
    tx.exec(&CLEAR, &[])?;
    let rows: Vec<_> =
        all.iter().map(|one| vec![one.activity.to_value(), one.post_id.to_value(), one.part.to_value()]).collect();
    tx.exec_rows(&INSERT, &rows)
}

/// Somebody who has a part in something by their post.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PartHolder {
    /// Who.
    pub user_id: UserId,
    /// Which part.
    pub part: Part,
}

/// Everybody who is here and has a part in this.
pub(crate) fn holders(tx: &mut Tx<'_>, activity: Activity) -> Result<Vec<PartHolder>> {
    let rows: Vec<(UserId, Part)> = tx.all(&HOLDERS, params![activity])?;
    Ok(rows.into_iter().map(|(user_id, part)| PartHolder { user_id, part }).collect())
}

/// Its activity, as it stands in an address.
pub(crate) fn activity(text: &str) -> Result<Activity> {
    ACTIVITIES.into_iter().find(|one| one.text() == text).ok_or(Error::NotFound)
}

/// A part, as it is written.
pub(crate) fn part(text: &str) -> Option<Part> {
    [Part::Responsible, Part::Accountable, Part::Both, Part::Consulted, Part::Informed]
        .into_iter()
        .find(|one| one.text() == text)
}

#[cfg(test)]
mod tests {
    use kernel::Timestamp;

    use super::*;

    fn posts(names: &[&str]) -> Vec<Post> {
        let rng = kernel::Rng::seeded(1);
        let (at, unit_id, headcount) = (Timestamp::from_millis(0), None, None);
        let post = |name: &&str| Post {
            id: Id::new(at, &rng),
            name: (*name).into(),
            unit_id,
            headcount,
            created_at: at,
            version: 1,
        };
        names.iter().map(post).collect()
    }

    #[test]
    fn r004_the_three_posts_have_a_matrix_that_may_stand() {
        let actor = kernel::Actor::System("test");
        let permit = actor.permit("people.manage", &kernel::Owned::NOBODY, Timestamp::from_millis(0)).unwrap();
        for names in [
            ["客服主管", "客服专员", "技术支持"],
            ["技术支持专员", "客服专员", "主管"],
            ["Supervisor", "Agent", "Technical support"],
        ] {
            let posts = posts(&names);
            let proposed = proposed(&posts);
            assert_eq!(proposed.len(), 18, "{names:?}");
            assert!(checked(&permit, proposed, &posts).is_ok());
        }
        assert!(proposed(&posts(&["仓管"])).is_empty());
        let posts = posts(&["客服主管", "客服专员", "技术支持"]);
        let mut two = proposed(&posts);
        two.iter_mut().filter(|one| one.activity == Activity::Inquiry).for_each(|one| one.part = Part::Accountable);
        let Err(Error::Invalid(fields)) = checked(&permit, two, &posts) else { panic!("it may not stand") };
        let named: Vec<_> = fields.iter().map(|one| (one.field.as_ref(), one.code)).collect();
        assert_eq!(
            named,
            [("responsibilities.inquiry", "several_accountable"), ("responsibilities.inquiry", "nobody_responsible")]
        );
    }
}
