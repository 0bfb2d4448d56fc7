//! The whole product for a test.

use server::compose;
use store::Migration;
use testkit::{TestApp, TestDb};

/// Its modules; uploads go to a folder that nobody keeps.
pub(crate) fn modules() -> Vec<http::Module> {
    let uploads = std::env::temp_dir().join(format!("zhike-api-tests-{}", std::process::id()));
    compose::modules(&uploads).expect("the product")
}

pub(crate) fn schema() -> Vec<Migration> {
    http::schema(&modules())
}

pub(crate) async fn start(db: TestDb) -> TestApp {
    TestApp::start(db, modules()).await
}
