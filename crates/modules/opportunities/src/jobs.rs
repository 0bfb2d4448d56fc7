//! Looking through talks and records, every ten minutes and when a rule is new.

use kernel::{Id, Result};
use serde::{Deserialize, Serialize};
use store::Db;
use work::{Cron, Handler, Job, JobCx};

use crate::{
    discovery::{self, Outcome},
    model::OpportunityRule,
    queries,
};

/// Looks for what one rule says, or every one.
#[derive(Serialize, Deserialize)]
pub(crate) struct Look {
    pub rule_id: Option<Id<OpportunityRule>>,
}

impl Job for Look {
    const KIND: &'static str = "opportunities.look";
}

pub(crate) fn cron() -> Cron {
    Cron::new("opportunities.look", "*/10 * * * *", |_| Look { rule_id: None }).expect("a fixed pattern")
}

pub(crate) fn look() -> Handler {
    Handler::new(|cx: JobCx, Look { rule_id }: Look| async move {
        let rules = cx.db.read(&cx.origin, queries::rules).await?;
        for rule in rules.into_iter().filter(|rule| rule.active && rule_id.is_none_or(|id| id == rule.id)) {
            one(&cx.db, &cx.origin, rule).await?;
        }
        Ok(())
    })
}

/// Looks for what one rule says: first through everything, then in a short write.
pub(crate) async fn one(db: &Db, origin: &std::sync::Arc<kernel::Origin>, rule: OpportunityRule) -> Result<Outcome> {
    let looking = rule.clone();
    let (at, found) = db.read(origin, move |tx| Ok((tx.now(), discovery::look(tx, &looking)?))).await?;
    db.write(origin, move |tx| discovery::keep(tx, &rule, &found, at)).await
}
