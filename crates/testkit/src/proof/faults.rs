//! What breaks, and how soon it is well again.

use std::{sync::Arc, time::Duration};

use kernel::Origin;
use store::{Db, params, sql};
use tokio::time::sleep;

use super::{node::Node, plan::Fault, proxy::Proxy, stage::Stage};

/// A process must be ready again this soon, in milliseconds.
const READY_MS: i64 = 5_000;
/// Another process must own routing this soon: five seconds, and some for a busy machine.
const TAKEN_OVER_MS: i64 = 8_000;

sql! {
    OWNER = "SELECT owner, epoch FROM leases WHERE name = 'routing'";
}

/// The processes, and the wires between them.
pub(crate) struct Ground {
    pub(crate) nodes: Vec<Node>,
    pub(crate) bus: Option<Proxy>,
    pub(crate) database: Option<Proxy>,
    /// A way of our own to look into the database, where several may.
    pub(crate) db: Option<Db>,
}

impl Ground {
    pub(crate) async fn happen(&mut self, stage: &Arc<Stage>, fault: Fault) {
        let pause = |ms| sleep(Duration::from_millis(ms));
        match fault {
            Fault::Kill { node, down } => {
                self.kill(stage, node);
                pause(down).await;
            }
            Fault::KillAll { down } => {
                (0..self.nodes.len()).for_each(|node| self.kill(stage, node));
                pause(down).await;
            }
            Fault::KillOwner { down } => {
                self.kill_owner(stage).await;
                pause(down).await;
            }
            Fault::Freeze { node, for_ms } => {
                stage.book().figures.freezes += 1;
                self.nodes[node].freeze(true);
                pause(for_ms).await;
                self.nodes[node].freeze(false);
            }
            Fault::Cut { node } => stage.book().figures.cuts += stage.doors[node].cut(),
            Fault::Hold { node, for_ms } => {
                stage.doors[node].hold(true);
                pause(for_ms).await;
                stage.doors[node].hold(false);
            }
            Fault::CutBus => stage.book().figures.cuts += self.bus.as_ref().map_or(0, Proxy::cut),
            Fault::HoldBus { for_ms } => {
                let hold = |on| self.bus.iter().for_each(|bus| bus.hold(on));
                hold(true);
                pause(for_ms).await;
                hold(false);
            }
            Fault::CutDatabase => stage.book().figures.cuts += self.database.as_ref().map_or(0, Proxy::cut),
        }
        self.mend(stage).await;
    }

    fn kill(&mut self, stage: &Stage, node: usize) {
        self.nodes[node].kill();
        stage.book().figures.kills += 1;
    }

    /// Starts what is down, and expects it to be ready in time.
    async fn mend(&mut self, stage: &Stage) {
        for (number, node) in self.nodes.iter_mut().enumerate() {
            if node.has_ended() {
                stage.book().blame(format!("process {number} ended by itself"));
                node.kill();
            }
        }
        for (number, node) in self.nodes.iter_mut().enumerate().filter(|(_, node)| !node.runs()) {
            node.start();
            match node.ready(&stage.http, &stage.clock, 60_000).await {
                Some(took) => {
                    let mut book = stage.book();
                    book.figures.starts.push(took);
                    if took > READY_MS {
                        book.blame(format!("process {number} was ready after {took} ms"));
                    }
                }
                None => stage.book().blame(format!("process {number} never was ready again")),
            }
        }
    }

    /// Kills whoever owns routing and waits until another does.
    async fn kill_owner(&mut self, stage: &Arc<Stage>) {
        let Some((owner, epoch)) = self.owner().await else { return };
        let mut owning = None;
        for (number, node) in self.nodes.iter().enumerate() {
            if node.name(&stage.administrator.token).await.is_some_and(|name| name == owner) {
                owning = Some(number);
            }
        }
        // Lost by somebody who was killed just before: then it is about to be taken anyway.
        let Some(node) = owning else { return };
        let begun = stage.clock.now();
        self.kill(stage, node);
        loop {
            let took = stage.clock.now().since(begun);
            match self.owner().await {
                Some((now, later)) if later > epoch && now != owner => {
                    let mut book = stage.book();
                    book.figures.takeovers.push(took);
                    if took > TAKEN_OVER_MS {
                        book.blame(format!("routing was taken over after {took} ms"));
                    }
                    return;
                }
                _ if took > 30_000 => return stage.book().blame("nobody took over routing".into()),
                _ => sleep(Duration::from_millis(20)).await,
            }
        }
    }

    async fn owner(&self) -> Option<(String, i64)> {
        self.db.as_ref()?.read(&Origin::system("proof"), |tx| tx.maybe(&OWNER, params![])).await.ok()?
    }
}
