//! Where a connection's deliveries wait: bounded, and woken without a task or a timer of its own.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

use futures_util::task::AtomicWaker;
use kernel::UserId;

use crate::Close;
use crate::frame::Frame;

/// A connection as the hub sees it.
pub(crate) struct Inbox {
    pub(crate) id: u64,
    pub(crate) actor: Option<UserId>,
    mail: Mutex<Mail>,
    capacity: usize,
    waker: AtomicWaker,
    /// The beat at which the client last spoke.
    pub(crate) spoke: AtomicU32,
    /// The beat at which a write began to wait for the client; 0 when none waits.
    pub(crate) stuck: AtomicU32,
    /// The client has used up what it may say in this beat and waits for the next.
    pub(crate) paused: AtomicBool,
}

/// What waits for a connection.
#[derive(Default)]
pub(crate) struct Mail {
    /// Frames, each with the watch it is for.
    pub(crate) frames: Vec<(u32, Arc<Frame>)>,
    /// Something was lost on the way: every watch must read again.
    pub(crate) lost: bool,
    /// The connection is to close.
    pub(crate) close: Option<Close>,
}

/// A buffer larger than this is not kept while nothing happens.
const KEPT: usize = 16;

impl Inbox {
    pub(crate) fn new(id: u64, actor: Option<UserId>, capacity: usize, beat: u32) -> Self {
        Self {
            id,
            actor,
            mail: Mutex::default(),
            capacity,
            waker: AtomicWaker::new(),
            spoke: AtomicU32::new(beat),
            stuck: AtomicU32::new(0),
            paused: AtomicBool::new(false),
        }
    }

    /// Puts a frame in; false when the connection lags and will read it from the outbox instead.
    pub(crate) fn push(&self, watch: u32, frame: &Arc<Frame>) -> bool {
        let mut mail = self.lock();
        if mail.lost {
            return false;
        }
        if mail.frames.len() >= self.capacity {
            mail.frames = Vec::new();
            mail.lost = true;
        } else {
            mail.frames.push((watch, frame.clone()));
        }
        let kept = !mail.lost;
        drop(mail);
        self.waker.wake();
        kept
    }

    /// Notes that something was lost before it came here.
    pub(crate) fn lose(&self) {
        self.lock().lost = true;
        self.waker.wake();
    }

    /// Asks the connection to close; the first reason stands.
    pub(crate) fn close(&self, close: Close) {
        self.lock().close.get_or_insert(close);
        self.waker.wake();
    }

    /// Wakes the connection to look around.
    pub(crate) fn wake(&self) {
        self.waker.wake();
    }

    /// Takes everything that waits, leaving `buffer` in its place.
    pub(crate) fn poll(&self, cx: &Context<'_>, buffer: &mut Vec<(u32, Arc<Frame>)>) -> Poll<Mail> {
        self.waker.register(cx.waker());
        let mut mail = self.lock();
        if mail.frames.is_empty() && !mail.lost && mail.close.is_none() {
            return Poll::Pending;
        }
        let buffer = std::mem::take(buffer);
        let empty = if buffer.capacity() <= KEPT { buffer } else { Vec::new() };
        let frames = std::mem::replace(&mut mail.frames, empty);
        Poll::Ready(Mail { frames, lost: std::mem::take(&mut mail.lost), close: mail.close })
    }

    /// Whether the connection is to close, for a write that waits.
    pub(crate) fn poll_close(&self, cx: &Context<'_>) -> Poll<Close> {
        self.waker.register(cx.waker());
        self.lock().close.map_or(Poll::Pending, Poll::Ready)
    }

    /// What a beat finds wrong with the connection, if anything.
    pub(crate) fn inspect(&self, beat: u32, idle: u32, stuck: u32) -> Option<Close> {
        if self.paused.swap(false, Relaxed) {
            self.wake();
        }
        let since = self.stuck.load(Relaxed);
        if since != 0 && beat.wrapping_sub(since) > stuck {
            return Some(Close::Slow);
        }
        (beat.wrapping_sub(self.spoke.load(Relaxed)) > idle).then_some(Close::Idle)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Mail> {
        self.mail.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
