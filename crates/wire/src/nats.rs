//! NATS as the carrier. Its being away never holds anybody up: parcels are lost then, and read
//! from the outbox by the others.

use std::{
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use async_nats::{ConnectOptions, Event, Subscriber};
use futures_util::StreamExt;
use tokio::{sync::mpsc, task::JoinHandle};

use crate::{Carrier, Inlet};

/// Parcels that wait for the connection; beyond it they are lost.
const WAITING: usize = 4_096;

pub(crate) struct Nats {
    url: String,
    subject: String,
    outgoing: mpsc::Sender<Vec<u8>>,
    waiting: Mutex<Option<mpsc::Receiver<Vec<u8>>>>,
    ready: Arc<AtomicBool>,
    task: OnceLock<JoinHandle<()>>,
}

impl Nats {
    pub(crate) fn new(url: String, space: &str) -> Self {
        let (outgoing, waiting) = mpsc::channel(WAITING);
        let subject = format!("{space}.wire");
        Self {
            url,
            subject,
            outgoing,
            waiting: Mutex::new(Some(waiting)),
            ready: Arc::default(),
            task: OnceLock::new(),
        }
    }
}

impl Carrier for Nats {
    fn connect(&self, inlet: Inlet) {
        let Some(waiting) = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        let task = tokio::spawn(run(self.url.clone(), self.subject.clone(), waiting, self.ready.clone(), inlet));
        let _ = self.task.set(task);
    }

    fn publish(&self, parcel: Vec<u8>) {
        // Lost when too many wait: the numbers will show it.
        let _ = self.outgoing.try_send(parcel);
    }

    fn ready(&self) -> bool {
        self.ready.load(SeqCst)
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        if let Some(task) = self.task.get() {
            task.abort();
        }
    }
}

async fn run(url: String, subject: String, waiting: mpsc::Receiver<Vec<u8>>, ready: Arc<AtomicBool>, inlet: Inlet) {
    loop {
        let connected = (ready.clone(), inlet.clone());
        let options = ConnectOptions::new()
            .name("zhike")
            .retry_on_initial_connect()
            .max_reconnects(None)
            .reconnect_delay_callback(|tries| Duration::from_millis(50 * tries.clamp(1, 20) as u64))
            .ping_interval(Duration::from_secs(5))
            .event_callback(move |event| {
                let (ready, inlet) = connected.clone();
                async move {
                    match event {
                        Event::Connected => {
                            ready.store(true, SeqCst);
                            inlet.reconnected();
                        }
                        Event::Disconnected | Event::Closed => ready.store(false, SeqCst),
                        other => tracing::warn!(event = %other, "nats"),
                    }
                }
            });
        let addresses: Vec<&str> = url.split(',').collect();
        let subscribed = match options.connect(addresses).await {
            Ok(client) => {
                client.subscribe(subject.clone()).await.map(|inbound| (client, inbound)).map_err(|e| e.to_string())
            }
            Err(error) => Err(error.to_string()),
        };
        match subscribed {
            Ok((client, inbound)) => {
                tokio::join!(send(client, subject, waiting), receive(inbound, inlet));
                return;
            }
            Err(error) => tracing::warn!(%error, "nats does not take us; trying again"),
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn send(client: async_nats::Client, subject: String, mut waiting: mpsc::Receiver<Vec<u8>>) {
    while let Some(parcel) = waiting.recv().await {
        if let Err(error) = client.publish(subject.clone(), parcel.into()).await {
            tracing::warn!(%error, "a parcel was lost");
        }
    }
}

async fn receive(mut inbound: Subscriber, inlet: Inlet) {
    while let Some(message) = inbound.next().await {
        if !inlet.parcel(&message.payload) {
            return;
        }
    }
}
