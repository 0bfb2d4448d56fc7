//! Whether the facts tell the whole story.

use std::future::Future;

use serde_json::Value;

use crate::{Person, TestApp};

impl TestApp {
    /// Does `action` while `watcher` watches `topic`, applies the facts it hears to the snapshot it
    /// had, and compares with what a fresh watcher is given: applying must be fetching afresh.
    /// `apply` takes the state's data and a fact; `view` picks what of the data is compared.
    ///
    /// # Panics
    /// When the two differ, or a number is missing.
    pub async fn verify_action(
        &self,
        watcher: &Person,
        topic: &str,
        action: impl Future<Output = ()>,
        mut apply: impl FnMut(&mut Value, &Value),
        view: impl Fn(&Value) -> Value,
    ) {
        let mut socket = self.staff_socket(watcher).await;
        let mut state = socket.watch(topic).await;
        action.await;
        let fresh = self.staff_socket(watcher).await.watch(topic).await;
        let until = fresh["seq"].as_i64().expect("a numbered topic");
        let mut seq = state["seq"].as_i64().expect("a numbered topic");
        while seq < until {
            let fact = socket.until(|frame| frame["t"] == "fact" && frame["topic"] == topic).await;
            assert_eq!(fact["seq"].as_i64(), Some(seq + 1), "a number is missing before {fact}");
            seq += 1;
            apply(&mut state["data"], &fact);
        }
        assert_eq!(view(&state["data"]), view(&fresh["data"]), "the facts of {topic} tell another story than a fetch");
    }
}
