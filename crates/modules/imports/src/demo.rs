//! A list the supervisor of the demo story brought back from a fair: two lines of it were refused.

use std::ops::ControlFlow;

use customers::ListKey;
use http::Demo;
use kernel::{Actor, Owned, Result};
use store::Tx;

use crate::{
    api, columns,
    jobs::{self, Told},
    model::{Import, ImportState, Plan, Sheets},
    policy, queries,
    rows::Colleagues,
    sheet::{self, ImportFormat, Reading},
    target::CUSTOMERS,
};

const LIST: &str = include_str!("../demo/fair.csv");
const DAY: i64 = 86_400_000;

pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let Some(lead) = demo.with_role("supervisor").into_iter().next() else { return Ok(()) };
    let at = |minutes: i64| demo.now.plus_millis(-3 * DAY + minutes * 60_000);
    tx.as_of(at(0), lead.actor())?;
    let file = files::api::brought(tx, demo, "秋季展会登记.csv", LIST.as_bytes())?;
    let mut lines = Vec::new();
    let read = sheet::read(LIST.as_bytes(), ImportFormat::Text, &Reading::default(), &mut |line| {
        lines.push(line);
        ControlFlow::Continue(())
    });
    debug_assert!(read.is_ok(), "the list of the story is one");
    let header_line = columns::header_line(ImportFormat::Text, &lines, None);
    let columns = columns::guess(ImportFormat::Text, header_line, &lines, None, &profiles::api::fillable(tx)?);
    let plan = Plan { reading: Reading::default(), header_line, columns, key: ListKey::Phone, as_of: at(0) };
    // People of the story hold no permissions: the story itself does.
    let story = Actor::System("demo");
    let permit = story.permit(policy::MANAGE, &Owned::NOBODY, tx.now())?;
    let (id, by, kind) = (tx.new_id(), lead.actor(), (ImportFormat::Text, Sheets::default()));
    let import = Import::new(&permit, id, by.staff()?, &file, kind, plan, CUSTOMERS);
    files::api::attach(tx, file.id, "import", import.id)?;
    queries::insert(tx, &import)?;
    api::record(tx, "imports.created", &import)?;
    tx.as_of(at(4), story)?;
    let going = Import { state: ImportState::Checked, ..import }.running(&permit)?;
    queries::save(tx, &going)?;
    let (mut told, last): (Vec<_>, Vec<_>) = lines
        .into_iter()
        .filter(|line| line.number > header_line)
        .map(|line| Told { line, again: false })
        .partition(|told| told.line.number < 10);
    let mut after = jobs::take(tx, going, &Colleagues::default(), &told)?;
    // The last line has the number of the first: it is taken in once that stands.
    told = last;
    after = jobs::take(tx, after, &Colleagues::default(), &told)?;
    let done = after.finished(at(4));
    queries::save(tx, &done)?;
    api::ended(tx, &done)
}
