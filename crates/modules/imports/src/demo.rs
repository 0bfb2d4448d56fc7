//! Lists the supervisor of the demo story brought along: one from a fair, of which two lines were refused, and one that was
//! the wrong one and was taken back.

use std::ops::ControlFlow;

use customers::ListKey;
use http::{AllTies, Demo, DemoPerson, Privacies};
use kernel::{Actor, Owned, Permit, Result, Timestamp};
use store::Tx;

use crate::{
    api, columns,
    jobs::{self, Told},
    model::{Import, ImportState, Plan, Sheets},
    policy, queries,
    rows::Colleagues,
    sheet::{self, ImportFormat, Reading},
    target::CUSTOMERS,
    undoing,
};

const LIST: &str = include_str!("../demo/fair.csv");
/// Dealers, who are no customers.
const WRONG: &str = include_str!("../demo/dealers.csv");
/// Who of them called before it was noticed.
const CALLED: &str = "+8613900880001";
const DAY: i64 = 86_400_000;
/// People of the story hold no permissions: the story itself does.
const STORY: Actor = Actor::System("demo");

pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let Some(lead) = demo.with_role("supervisor").into_iter().next() else { return Ok(()) };
    let lead = lead.clone();
    let at = |days: i64, minutes: i64| demo.now.plus_millis(-days * DAY + minutes * 60_000);
    let (begun, wrong) = ([at(3, 0), at(3, 4)], [at(2, 0), at(2, 2)]);
    let (changed, back) = (at(2, 30), at(2, 45));
    brought(tx, demo, &lead, "秋季展会登记.csv", LIST, begun)?;
    let import = brought(tx, demo, &lead, "经销商通讯录.csv", WRONG, wrong)?;
    taken_back(tx, &lead, import, changed, back)
}

fn vouched(now: Timestamp) -> Result<Permit> {
    STORY.permit(policy::MANAGE, &Owned::NOBODY, now)
}

/// Brings a list along and takes it in.
fn brought(
    tx: &mut Tx<'_>,
    demo: &Demo,
    lead: &DemoPerson,
    name: &str,
    list: &str,
    [begun, ended]: [Timestamp; 2],
) -> Result<Import> {
    tx.as_of(begun, lead.actor())?;
    let file = files::api::brought(tx, demo, name, list.as_bytes())?;
    let mut lines = Vec::new();
    let read = sheet::read(list.as_bytes(), ImportFormat::Text, &Reading::default(), &mut |line| {
        lines.push(line);
        ControlFlow::Continue(())
    });
    debug_assert!(read.is_ok(), "the list of the story is one");
    let header_line = columns::header_line(ImportFormat::Text, &lines, None);
    let columns = columns::guess(ImportFormat::Text, header_line, &lines, None, &profiles::api::fillable(tx)?);
    let plan = Plan { reading: Reading::default(), header_line, columns, key: ListKey::Phone, as_of: begun };
    let permit = vouched(tx.now())?;
    let (id, by, kind) = (tx.new_id(), lead.actor(), (ImportFormat::Text, Sheets::default()));
    let import = Import::new(&permit, id, by.staff()?, &file, kind, plan, CUSTOMERS);
    files::api::attach(tx, file.id, "import", import.id)?;
    queries::insert(tx, &import)?;
    api::record(tx, "imports.created", &import)?;
    tx.as_of(ended, STORY)?;
    let mut import = Import { state: ImportState::Checked, ..import }.running(&permit)?;
    queries::save(tx, &import)?;
    let (told, last): (Vec<_>, Vec<_>) = lines
        .into_iter()
        .filter(|line| line.number > header_line)
        .map(|line| Told { line, again: false })
        .partition(|told| told.line.number < 10);
    // The last line of the fair has the number of the first: it is taken in once that stands.
    for part in [told, last] {
        import = jobs::take(tx, import, &Colleagues::default(), &part)?;
    }
    let done = import.finished(ended);
    queries::save(tx, &done)?;
    api::ended(tx, &done)?;
    Ok(done)
}

/// Takes it back, after one of them had called.
fn taken_back(tx: &mut Tx<'_>, lead: &DemoPerson, import: Import, changed: Timestamp, back: Timestamp) -> Result<()> {
    tx.as_of(changed, STORY)?;
    for id in customers::api::having(tx, Some(CALLED), None)? {
        customers::api::contacted(tx, id, changed)?;
    }
    tx.as_of(back, STORY)?;
    let total = queries::count_open(tx, import.id)?;
    let by = lead.actor();
    let undoing = import.undoing(&vouched(back)?, by.staff()?, total)?;
    queries::save(tx, &undoing)?;
    api::record(tx, "imports.undo_begun", &undoing)?;
    // Nobody else has heard of them yet.
    let (privacies, ties) = (Privacies(Vec::new()), AllTies(Vec::new()));
    while undoing::step(tx, &privacies, &ties, undoing.id)? {}
    Ok(())
}
