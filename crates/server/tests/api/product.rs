//! The whole product for a test.

use server::compose;
use store::Migration;
use testkit::{TestApp, TestDb};

/// Its modules; uploads go to a folder that nobody keeps.
pub(crate) fn modules() -> Vec<http::Module> {
    compose::modules(&testkit::folder()).expect("the product")
}

pub(crate) fn schema() -> Vec<Migration> {
    http::schema(&modules())
}

pub(crate) async fn start(db: TestDb) -> TestApp {
    TestApp::start(db, modules()).await
}
