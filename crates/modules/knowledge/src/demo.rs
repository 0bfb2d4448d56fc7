//! The knowledge of the demo story: canned replies, everybody's, some teams', and one of a person's own; articles; gaps.

mod articles;

use http::Demo;
use kernel::{Actor, Error, Owned, Result};
use store::{Fact, Tx};

use crate::{
    events,
    model::{CannedReply, CannedScope, Wording},
    policy, queries,
};

const REPLIES: &str = include_str!("../demo/replies.txt");

pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    for line in REPLIES.lines().filter(|line| !line.starts_with('#')) {
        let [scope, group, code, title, text] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(Error::internal(format!("demo: {line}")));
        };
        let (scope, owned) = match scope.split_once(':') {
            Some((whose, login)) => {
                let Some(person) = demo.people.iter().find(|person| person.login == login) else { continue };
                match whose {
                    "me" => (CannedScope::Personal, Owned::by(person.id, None)),
                    _ => (CannedScope::Team, Owned::by(None, person.unit)),
                }
            }
            None => (CannedScope::All, Owned::NOBODY),
        };
        let permit = Actor::System("demo").permit(policy::MANAGE, &owned, tx.now())?;
        let wording = Wording { code: code.into(), title: title.into(), text: text.into(), group: group.into() };
        let mut reply = CannedReply::new(&permit, tx.new_id(), scope, owned, wording.normal()?);
        reply.uses = demo.between(0, 240);
        queries::insert(tx, &reply)?;
        tx.emit(Fact::new(events::CREATED, reply.id, &reply.fact())?);
    }
    // Once every other part was told: what is drawn here leaves the rest of the story as it was.
    demo.finally.push(articles::tell);
    Ok(())
}
