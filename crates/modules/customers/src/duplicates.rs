//! A look at everybody for who was entered twice, behind the page: some in a transaction, which notes how far it has
//! come. Whoever is new or changes is looked at anyway; this finds those who were there before.

use std::{collections::HashMap, time::Duration};

use audit::api::Entry;
use kernel::{CustomerId, Id, Noun, Permit, Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::{Record, Tx, params, sql, text_enum};
use utoipa::ToSchema;
use work::{Job, JobCx};

use crate::{
    places::{self, Addresses},
    suggestion,
};

/// Customers of one transaction.
const AT_ONCE: i64 = 50;

impl Noun for DuplicateSearch {
    const PREFIX: &'static str = "dps";
}

text_enum! {
    /// Where a search stands.
    pub(crate) enum SearchState {
        /// It goes on.
        Running = "running",
        /// Everybody was looked at.
        Done = "done",
        /// Somebody stopped it; what it found stays.
        Stopped = "stopped",
    }
}

store::record! {
    /// A look at every customer for who was entered twice.
    #[derive(Clone, Debug, Serialize, ToSchema)]
    pub(crate) struct DuplicateSearch {
        /// Its id.
        pub id: Id<DuplicateSearch>,
        /// Where it stands.
        pub state: SearchState,
        /// How many there were to look at.
        pub total: i64,
        /// How many it has looked at; may end above `total`, when customers came meanwhile.
        pub looked: i64,
        /// How many pairs it suggested that were not suggested before.
        pub found: i64,
        /// Whom it looked at last.
        #[serde(skip)]
        pub after_id: String,
        /// Who began it.
        pub started_by: Option<UserId>,
        /// Their name.
        pub started_by_name: Option<String>,
        /// When.
        pub started_at: Timestamp,
        /// When it was over.
        pub ended_at: Option<Timestamp>,
    }
}

sql! {
    INSERT(DuplicateSearch) = "INSERT INTO duplicate_searches ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    SAVE(DuplicateSearch) = "UPDATE duplicate_searches SET {sets} WHERE id = $1 AND state = 'running'";
    FIND(DuplicateSearch) = "SELECT {cols} FROM duplicate_searches WHERE id = $1";
    RUNNING(DuplicateSearch) = "SELECT {cols} FROM duplicate_searches WHERE state = 'running'";
    LATEST(DuplicateSearch) = "SELECT {cols} FROM duplicate_searches ORDER BY started_at DESC, id DESC LIMIT 10";
    COUNT = "SELECT COUNT(*) FROM customers WHERE survivor_id IS NULL";
    NEXT = "SELECT id FROM customers WHERE id > $1 AND survivor_id IS NULL ORDER BY id LIMIT $2";
}

/// Goes on with a search.
#[derive(Serialize, Deserialize)]
pub(crate) struct Look {
    search_id: Id<DuplicateSearch>,
}

impl Job for Look {
    const KIND: &'static str = "customers.duplicates";
    const TIMEOUT: Duration = Duration::from_secs(3_600);
}

/// Begins a search; while one goes on that one is answered.
pub(crate) fn begin(tx: &mut Tx<'_>, permit: &Permit) -> Result<DuplicateSearch> {
    let by = tx.actor().staff()?.clone();
    let (total,): (i64,) = tx.one(&COUNT, &[])?;
    let search = DuplicateSearch {
        id: tx.new_id(),
        state: SearchState::Running,
        total,
        looked: 0,
        found: 0,
        after_id: String::new(),
        started_by: Some(by.id),
        started_by_name: Some(by.name.clone()),
        started_at: permit.at(),
        ended_at: None,
    };
    if tx.exec(&INSERT, &search.values())? == 0 {
        return tx.one(&RUNNING, &[]);
    }
    work::enqueue(tx, &Look { search_id: search.id })?;
    audit::api::record(tx, Entry::new("customers.duplicates_searched", "duplicate_search", search.id))?;
    Ok(search)
}

/// Stops one; one that is over stays as it is.
pub(crate) fn stop(tx: &mut Tx<'_>, permit: &Permit, id: Id<DuplicateSearch>) -> Result<DuplicateSearch> {
    let before = find(tx, id)?;
    if before.state != SearchState::Running {
        return Ok(before);
    }
    let after = DuplicateSearch { state: SearchState::Stopped, ended_at: Some(permit.at()), ..before };
    tx.exec(&SAVE, &after.values())?;
    audit::api::record(tx, Entry::new("customers.search_stopped", "duplicate_search", id))?;
    Ok(after)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<DuplicateSearch>) -> Result<DuplicateSearch> {
    tx.one(&FIND, params![id])
}

/// The last ten, the latest first.
pub(crate) fn latest(tx: &mut Tx<'_>) -> Result<Vec<DuplicateSearch>> {
    tx.all(&LATEST, &[])
}

/// See [`Look`]. Whoever takes the job over goes on behind the last one looked at.
pub(crate) async fn look(app: http::App, cx: JobCx, job: Look) -> Result<()> {
    let (id, addresses) = (job.search_id, app.part::<Box<dyn Addresses>>());
    loop {
        let addresses = addresses.clone();
        if !cx.db.write(&cx.origin, move |tx| step(tx, &**addresses, id)).await? {
            return Ok(());
        }
    }
}

/// Looks at some more; answers whether there is anything left to do.
fn step(tx: &mut Tx<'_>, addresses: &dyn Addresses, id: Id<DuplicateSearch>) -> Result<bool> {
    let mut search = find(tx, id)?;
    if search.state != SearchState::Running {
        return Ok(false);
    }
    let next: Vec<(CustomerId,)> = tx.all(&NEXT, params![search.after_id, AT_ONCE])?;
    let ids: Vec<_> = next.iter().map(|(id,)| *id).collect();
    refresh(tx, addresses, &ids)?;
    for (customer,) in &next {
        search.found += suggestion::look(tx, *customer)?;
    }
    search.looked += next.len() as i64;
    match next.last() {
        Some((last,)) => search.after_id = last.to_string(),
        None => (search.state, search.ended_at) = (SearchState::Done, Some(tx.now())),
    }
    tx.exec(&SAVE, &search.values())?;
    Ok(search.state == SearchState::Running)
}

/// Notes where these live: of files that were there before addresses were compared nobody has said it.
fn refresh(tx: &mut Tx<'_>, addresses: &dyn Addresses, ids: &[CustomerId]) -> Result<()> {
    let mut said: HashMap<CustomerId, Vec<String>> = HashMap::new();
    for (id, text) in addresses.of(tx, ids)? {
        said.entry(id).or_default().push(text);
    }
    if said.is_empty() {
        return Ok(());
    }
    let mut known = places::of(tx, ids)?;
    for (id, texts) in said {
        let texts: Vec<_> = texts.iter().map(String::as_str).collect();
        places::note(tx, id, &known.remove(&id).unwrap_or_default(), &texts)?;
    }
    Ok(())
}
