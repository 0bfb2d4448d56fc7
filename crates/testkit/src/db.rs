//! Databases for tests: each test has one of its own, copied from a migrated template.

use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash, Hasher},
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use kernel::{Clock, Origin, Rng, Timestamp};
use store::{Db, Migration, Target};

/// A database that lives as long as its test, with a clock held by hand.
pub struct TestDb {
    /// The database.
    pub db: Db,
    /// Where it is, to open it a second time (another node, a restart).
    pub target: Target,
    /// Its clock: stands at 2026-11-20 02:00:00 UTC, a Friday, 10:00 in Shanghai, until moved.
    pub clock: Clock,
    _folder: Option<tempfile::TempDir>,
}

/// Friday 2026-11-20, 10:00 in Shanghai.
const START: Timestamp = Timestamp::from_millis(1_795_140_000_000);
static COUNT: AtomicU32 = AtomicU32::new(0);
static TEMPLATES: Mutex<()> = Mutex::new(());

/// The address of a service the test command starts, from its environment variable.
///
/// # Panics
/// When it is missing and `CI=true`: a check that did not run must not look like one that passed.
pub fn service(variable: &str) -> Option<String> {
    let found = std::env::var(variable).ok().filter(|address| !address.is_empty());
    if found.is_none() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{variable} is not set; run the tests with `make test`");
        eprintln!("skipped: {variable} is not set; `make test` starts the service");
    }
    found
}

impl TestDb {
    /// A new SQLite database with this schema.
    pub fn sqlite(migrations: &[Migration]) -> Self {
        let template = std::env::temp_dir().join(format!("zhike-template-{}.db", fingerprint(migrations)));
        {
            let _one_at_a_time = TEMPLATES.lock().unwrap_or_else(PoisonError::into_inner);
            if !template.exists() {
                let fresh = template.with_extension(format!("{}.new", std::process::id()));
                store::migrate(&Target::Sqlite(fresh.clone()), migrations, START).expect("the schema comes up");
                std::fs::rename(&fresh, &template).expect("the template is kept");
            }
        }
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("zhike.db");
        std::fs::copy(&template, &path).expect("a copy of the template");
        Self::open(Target::Sqlite(path), Some(folder))
    }

    /// A new PostgreSQL database with this schema, or none where no server runs (never under CI).
    pub fn postgres(migrations: &[Migration]) -> Option<Self> {
        let server = service("ZHIKE_TEST_POSTGRES")?;
        let template = format!("zhike_template_{}", fingerprint(migrations));
        let name = format!("zhike_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        // The synchronous client brings a runtime of its own: it needs a thread without one.
        let target = std::thread::scope(|scope| {
            scope.spawn(|| make_database(&server, &template, &name, migrations)).join().expect("a database")
        });
        Some(Self::open(target, None))
    }

    fn open(target: Target, folder: Option<tempfile::TempDir>) -> Self {
        let clock = Clock::by_hand(START);
        let rng = Rng::seeded(u64::from(COUNT.fetch_add(1, Ordering::Relaxed)) + 1);
        let db = std::thread::scope(|scope| {
            scope.spawn(|| Db::open(&target, clock.clone(), rng)).join().expect("no panic").expect("the database opens")
        });
        Self { db, target, clock, _folder: folder }
    }

    /// A database that is there already, opened by the test.
    pub fn over(db: Db, target: Target) -> Self {
        let clock = db.clock().clone();
        Self { db, target, clock, _folder: None }
    }

    /// The product itself as the one who acts.
    pub fn system(&self) -> Arc<Origin> {
        Origin::system("test")
    }

    /// The file, when it is SQLite.
    pub fn path(&self) -> Option<&PathBuf> {
        match &self.target {
            Target::Sqlite(path) => Some(path),
            Target::Postgres(_) => None,
        }
    }
}

fn make_database(server: &str, template: &str, name: &str, migrations: &[Migration]) -> Target {
    let url = |database: &str| {
        let (base, _) = server.rsplit_once('/').expect("a database in the URL");
        format!("{base}/{database}")
    };
    let mut client = ::postgres::Client::connect(server, ::postgres::NoTls).expect("the test server answers");
    client.batch_execute("SELECT pg_advisory_lock(5150)").expect("one at a time");
    let exists =
        client.query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&template]).expect("a catalogue").is_some();
    if !exists {
        let fresh = format!("{template}_{}", std::process::id());
        client.batch_execute(&format!("CREATE DATABASE {fresh}")).expect("a database");
        store::migrate(&Target::Postgres(url(&fresh)), migrations, START).expect("the schema comes up");
        client.batch_execute(&format!("ALTER DATABASE {fresh} RENAME TO {template}")).expect("the template is kept");
    }
    client.batch_execute("SELECT pg_advisory_unlock(5150)").expect("next");
    client.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).expect("a copy of the template");
    Target::Postgres(url(name))
}

/// Names a schema by the text of all its steps.
fn fingerprint(migrations: &[Migration]) -> String {
    let mut hasher = DefaultHasher::new();
    format!("{migrations:?}").hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
