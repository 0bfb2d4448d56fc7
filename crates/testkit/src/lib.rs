//! What tests stand on: real databases, a running product, people who sign in.

mod app;
mod db;
mod front;
mod outside;
pub mod proof;
mod slapd;
mod socket;
#[cfg(feature = "described")]
mod told;
mod unit;
mod verify;

pub use app::{Person, Reply, TestApp};
pub use db::{TestDb, service};
pub use front::{Browser, Telephones, between};
pub use outside::{MailServer, dialogues, folder, shared};
pub use slapd::Slapd;
pub use socket::Socket;

/// Declares tests that run on both databases: `on_both! { async fn name(db: TestDb) { … } }`.
///
/// The migrations are the first argument: an expression of type `Vec<store::Migration>`.
#[macro_export]
macro_rules! on_both {
    ($migrations:expr; $($(#[$meta:meta])* async fn $name:ident($db:ident: TestDb) $body:block)*) => {
        $(async fn $name($db: $crate::TestDb) $body)*
        mod sqlite {
            $($(#[$meta])* #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name($crate::TestDb::sqlite(&{ use super::*; $migrations })).await; })*
        }
        mod postgres {
            $($(#[$meta])* #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(db) = $crate::TestDb::postgres(&{ use super::*; $migrations }) { super::$name(db).await; }
            })*
        }
    };
}
