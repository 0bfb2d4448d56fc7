//! What the story's people keep of their conversations: views of the list, and which of them belong together.

use http::Demo;
use kernel::{Actor, Cursor, Error, Result};
use serde::Deserialize;
use store::Tx;

use crate::{
    links,
    lists::{self, Filter},
    model::{Conversation, ConversationView, State, ViewFilter, ViewScope},
    policy, views,
};

const VIEWS: &str = include_str!("../../demo/views.json");
const MINUTE: i64 = 60_000;

#[derive(Deserialize)]
struct Told {
    name: String,
    scope: ViewScope,
    filter: ViewFilter,
}

pub(super) fn kept(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let told: Vec<Told> = serde_json::from_str(VIEWS).map_err(Error::internal)?;
    let Some(by) = demo.people.first().cloned() else { return Ok(()) };
    tx.as_of(demo.since, by.actor())?;
    for Told { name, scope, filter } in told {
        let owner_id = (scope == ViewScope::Personal).then_some(by.id);
        let (id, created_at, version) = (tx.new_id(), tx.now(), 1);
        views::insert(tx, &ConversationView { id, name, scope, owner_id, filter, created_at, version })?;
    }
    let scope = policy::may_list(&Actor::System("demo"))?;
    let filter = Filter { state: Some(State::Active), ..Filter::default() };
    let newest = Cursor { key: i64::MAX, id: "~".into() };
    if let Ok([one, other]) = <[Conversation; 2]>::try_from(lists::list(tx, &scope, &filter, &newest, 2)?) {
        tx.as_of(demo.now.plus_millis(-MINUTE), by.actor())?;
        links::join(tx, one, other)?;
    }
    Ok(())
}
