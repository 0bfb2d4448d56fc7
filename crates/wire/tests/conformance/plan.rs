//! Random plans: many writers, watchers that come and go, two nodes, a bus that misbehaves.

use std::sync::Arc;

use kernel::Rng;
use store::own_migrations;
use testkit::on_both;
use wire::ServerFrame;

use crate::rig::{Manner, Node, Unreliable, post, reopen, tuning};

const TOPICS: u64 = 3;
const WRITERS: u64 = 4;
const POSTS: u64 = 45;
const WATCHERS: u64 = 8;

/// The plan's seed: `ZHIKE_SEED`, to play again one that failed, or this one.
fn seed() -> u64 {
    std::env::var("ZHIKE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_122)
}

on_both! { own_migrations().to_vec();

async fn every_watcher_ends_with_every_fact_in_order(db: TestDb) {
    let seed = seed();
    eprintln!("ZHIKE_SEED={seed}");
    let bus = Unreliable::new(seed);
    let other = reopen(&db.target, &db.clock);
    let nodes = Arc::new([
        Node::start(db.db.clone(), bus.end(), Manner::default(), tuning()).await,
        Node::start(other, bus.end(), Manner::default(), tuning()).await,
    ]);
    let writers: Vec<_> = (0..WRITERS).map(|writer| {
        let (nodes, rng) = (nodes.clone(), Rng::seeded(seed ^ writer));
        tokio::spawn(async move {
            let mut posted = [0; TOPICS as usize];
            for _ in 0..POSTS {
                let topic = rng.below(TOPICS);
                post(&nodes[(writer % 2) as usize].db, &format!("count:{topic}")).await;
                posted[topic as usize] += 1;
            }
            posted
        })
    }).collect();
    let totals = Arc::new(tokio::sync::watch::Sender::new(None));
    let watchers: Vec<_> = (0..WATCHERS).map(|watcher| {
        let (nodes, rng, totals) = (nodes.clone(), Rng::seeded(seed ^ (watcher << 32)), totals.subscribe());
        tokio::spawn(watch(nodes, rng, totals))
    }).collect();
    let mut sum = [0_i64; TOPICS as usize];
    for writer in writers {
        writer.await.unwrap().iter().zip(&mut sum).for_each(|(posted, sum)| *sum += posted);
    }
    totals.send_replace(Some(sum));
    for watcher in watchers {
        watcher.await.unwrap();
    }
}

}

/// Comes, watches for a while, goes without a word, comes back elsewhere; until it has everything.
async fn watch(nodes: Arc<[Node; 2]>, rng: Rng, totals: tokio::sync::watch::Receiver<Option<[i64; TOPICS as usize]>>) {
    let at = rng.below(TOPICS) as usize;
    let (topic, mut have) = (format!("count:{at}"), 0);
    loop {
        let mut client = nodes[rng.below(2) as usize].client().await;
        client.subscribe(&topic, Some(have)).await;
        let mut left = rng.below(20);
        loop {
            let total = totals.borrow().map(|totals| totals[at]);
            if total == Some(have) {
                return client.nothing().await;
            }
            if left == 0 && total.is_none() {
                break;
            }
            // The end may already have come when nothing more is on its way.
            let mut ended = totals.clone();
            let next = tokio::select! {
                next = client.next() => next,
                Ok(_) = ended.wait_for(|totals| totals.is_some_and(|totals| totals[at] == have)) => continue,
            };
            let Ok(ServerFrame::Fact { seq, .. }) = next else { panic!("{topic} after {have}: {next:?}") };
            assert_eq!(seq, have + 1, "{topic}");
            have = seq;
            left = left.saturating_sub(1);
        }
    }
}
