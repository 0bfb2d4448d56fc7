//! A wire that can be cut: TCP connections pass through it until they are broken or held up.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinHandle,
};

/// Stands before `target`; ends with its owner.
pub(crate) struct Proxy {
    address: SocketAddr,
    cuts: watch::Sender<u32>,
    held: watch::Sender<bool>,
    carried: Arc<AtomicU32>,
    task: JoinHandle<()>,
}

impl Proxy {
    pub(crate) async fn start(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (cuts, held) = (watch::Sender::new(0), watch::Sender::new(false));
        let carried = Arc::<AtomicU32>::default();
        let (cut, hold, count) = (cuts.subscribe(), held.subscribe(), carried.clone());
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (mut cut, hold, count, target) = (cut.clone(), hold.clone(), count.clone(), target.clone());
                cut.mark_unchanged();
                tokio::spawn(async move {
                    count.fetch_add(1, Relaxed);
                    tokio::select! {
                        () = carry(client, &target, hold) => {}
                        _ = cut.changed() => {}
                    }
                    count.fetch_sub(1, Relaxed);
                });
            }
        });
        Self { address, cuts, held, carried, task }
    }

    /// Where to connect instead.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Breaks every connection, whatever is on its way; answers how many there were.
    pub(crate) fn cut(&self) -> u32 {
        self.cuts.send_modify(|cuts| *cuts += 1);
        self.carried.load(Relaxed)
    }

    /// Stops forwarding, or goes on with what was held.
    pub(crate) fn hold(&self, on: bool) {
        self.held.send_replace(on);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
        self.cut();
    }
}

async fn carry(client: TcpStream, target: &str, hold: watch::Receiver<bool>) {
    let Ok(server) = TcpStream::connect(target).await else { return };
    // Both ends speak in small frames that must not wait for the next one.
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    tokio::select! {
        () = pump(from_client, to_server, hold.clone()) => {}
        () = pump(from_server, to_client, hold) => {}
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut hold: watch::Receiver<bool>) {
    let mut buffer = vec![0; 16 << 10];
    loop {
        let Ok(length) = from.read(&mut buffer).await else { return };
        if length == 0 || hold.wait_for(|held| !held).await.is_err() {
            return;
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
