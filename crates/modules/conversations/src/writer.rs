//! The one way a message gets in: what arrives while a batch is being kept is the next batch.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use kernel::{Error, Origin, Result};
use store::Db;
use tokio::{
    sync::{mpsc, oneshot},
    time::{sleep, timeout},
};

use crate::{
    append::{Post, append},
    model::Message,
};

/// Messages kept in one transaction at most: bounds how long the first of them waits.
const BATCH: usize = 128;
/// Where so many were answered just now or wait, those who were answered will soon say more: a moment's patience for
/// them makes the batch larger, and a message cheaper.
const MANY: usize = 6;
const PATIENCE: Duration = Duration::from_millis(1);
/// Messages that may wait before senders are told to come back.
const QUEUE: usize = 4_096;
/// How long a lane waits before it tries again, doubled each time up to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LAST_PAUSE: Duration = Duration::from_secs(2);
type Waiting = (Post, oneshot::Sender<Result<Message>>);

/// Where messages are handed in: a part of the app. One batch is under way at a time: the larger
/// the next one grows meanwhile, the less each of its messages costs.
#[derive(Default)]
pub struct Writer(OnceLock<mpsc::Sender<Waiting>>);

/// An answer that is on its way.
pub struct Receipt(oneshot::Receiver<Result<Message>>);

impl Receipt {
    /// The message as it was kept; durable by then.
    ///
    /// # Errors
    /// Why it was not kept; [`Error::Unavailable`] when that is unknown: say it again with the same
    /// client id.
    pub async fn kept(self) -> Result<Message> {
        self.0.await.map_err(|_| Error::Unavailable("messages"))?
    }
}

impl Writer {
    /// Hands a message in. Those handed in one after the other are kept in that order.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when too many wait.
    pub fn hand_in(&self, db: &Db, post: Post) -> Result<Receipt> {
        let lane = self.0.get_or_init(|| start_lane(db.clone()));
        let (reply, answer) = oneshot::channel();
        lane.try_send((post, reply)).map_err(|_| Error::Unavailable("messages_busy"))?;
        Ok(Receipt(answer))
    }
}

fn start_lane(db: Db) -> mpsc::Sender<Waiting> {
    let (sender, mut queue) = mpsc::channel::<Waiting>(QUEUE);
    tokio::spawn(async move {
        let origin = Origin::system("messages");
        let mut batch = Vec::with_capacity(BATCH);
        let mut before = 0;
        while queue.recv_many(&mut batch, BATCH).await > 0 {
            let expected = (before + batch.len()).min(BATCH);
            if expected >= MANY {
                let all = async {
                    while let missing @ 1.. = expected - batch.len()
                        && queue.recv_many(&mut batch, missing).await > 0
                    {}
                };
                // Whoever does not come is not waited for again.
                let _ = timeout(PATIENCE, all).await;
            }
            before = batch.len();
            let (posts, replies): (Vec<_>, Vec<_>) = batch.drain(..).unzip();
            settle(&db, &origin, posts.into(), replies).await;
        }
    });
    sender
}

async fn settle(db: &Db, origin: &Arc<Origin>, posts: Arc<[Post]>, replies: Vec<oneshot::Sender<Result<Message>>>) {
    match keep(db, origin, posts.clone()).await {
        // A sender may have gone away; the message stays.
        Ok(answers) => replies.into_iter().zip(answers).for_each(|(reply, answer)| drop(reply.send(answer))),
        Err(Error::Unavailable(part)) => {
            replies.into_iter().for_each(|reply| drop(reply.send(Err(Error::Unavailable(part)))))
        }
        Err(_) if posts.len() > 1 => {
            // One of them broke the batch: each alone, so that only it is refused.
            for (post, reply) in posts.iter().zip(replies) {
                let answer = keep(db, origin, [post.clone()].into()).await;
                drop(reply.send(answer.and_then(|mut all| all.pop().unwrap_or(Err(Error::NotFound)))));
            }
        }
        Err(error) => {
            replies.into_iter().take(1).for_each(|reply| drop(reply.send(Err(Error::internal(error.to_string())))))
        }
    }
}

/// While the database does not answer, the lane waits with all that is behind, so that no message
/// overtakes another. Trying again is safe: what was kept unknown to us is known by its client id.
async fn keep(db: &Db, origin: &Arc<Origin>, posts: Arc<[Post]>) -> Result<Vec<Result<Message>>> {
    let mut pause = FIRST_PAUSE;
    loop {
        let posts = posts.clone();
        match db.append(origin, move |tx| append(tx, &posts)).await {
            Err(Error::Unavailable(_)) if pause <= LAST_PAUSE => sleep(pause).await,
            answer => return answer,
        }
        pause *= 2;
    }
}
