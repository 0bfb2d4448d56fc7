//! Answers `access` where a person stands, and so how far their permissions reach.

use access::{Place, Placement};
use kernel::{Result, UserId};
use store::Tx;

use crate::{api, queries};

struct InTheTree;

impl Placement for InTheTree {
    fn place(&self, tx: &mut Tx<'_>, user: UserId) -> Result<Place> {
        let (revision, unit) = queries::standing(tx, user)?;
        let Some(unit) = unit else { return Ok(Place::default()) };
        Ok(api::tree_at(tx, revision)?.place(unit))
    }
}

pub(crate) fn placement() -> Box<dyn Placement> {
    Box::new(InTheTree)
}
