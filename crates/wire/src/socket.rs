//! One WebSocket: a single task that reads, writes and waits, with little to remember while idle.

use std::{
    future::poll_fn,
    pin::Pin,
    sync::atomic::Ordering::Relaxed,
    task::{Context, Poll, ready},
};

use axum::{
    extract::{
        WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket},
    },
    response::Response,
};
use futures_util::{SinkExt, StreamExt};

use crate::{
    Close, Hub, Session,
    connection::{Connection, Event},
};

/// The largest message a client may send, in bytes.
const LARGEST: usize = 64 << 10;
/// What a connection reads at once: it is kept while the connection lives, so it is small.
const READ_BUFFER: usize = 1 << 10;
/// Frames that wait together go out together, up to so many bytes; kept only once used.
const WRITE_BUFFER: usize = 8 << 10;

/// Turns a request into a connection that `session` speaks for.
pub fn accept<S: Session>(upgrade: WebSocketUpgrade, hub: Hub, session: S) -> Response {
    upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_message_size(LARGEST)
        .max_frame_size(LARGEST)
        .on_upgrade(move |socket| serve(socket, hub, session))
}

/// Carries a connection until either side closes it.
pub async fn serve<S: Session>(mut socket: WebSocket, hub: Hub, session: S) {
    let mut connection = Connection::new(hub, session);
    let ending = connection.begin().await;
    let ended = match ending {
        Ok(()) => carry(&mut socket, &mut connection).await,
        Err(close) => Some(close),
    };
    // A last word, but no waiting for a client that may not listen.
    poll_fn(|cx| poll_farewell(&mut socket, &mut connection, ended, cx)).await;
}

/// Runs until the end; answers why the server closes, None when the client is gone.
async fn carry<S: Session>(socket: &mut WebSocket, connection: &mut Connection<S>) -> Option<Close> {
    loop {
        match poll_fn(|cx| poll_write(socket, connection, cx)).await {
            Ok(()) => {}
            Err(Some(Close::Slow)) => {
                connection.hub.inner().meters.slow.increment(1);
                return Some(Close::Slow);
            }
            Err(ended) => return ended,
        }
        let event = poll_fn(|cx| poll_event(socket, connection, cx)).await;
        if matches!(event, Event::Frame(Some(Ok(_)))) {
            connection.spoke();
        }
        let closing = match event {
            Event::Frame(Some(Ok(Message::Text(text)))) => connection.frame(&text),
            Event::Frame(Some(Ok(Message::Binary(_)))) => connection.malformed(),
            Event::Frame(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => Ok(()),
            Event::Frame(Some(Ok(Message::Close(_))) | None) => return None,
            // Too large, no UTF-8, no WebSocket; or the client is gone and will not hear us.
            Event::Frame(Some(Err(_))) => Err(Close::Malformed),
            Event::Mail(mail) => connection.mail(mail),
            Event::Done(done) => connection.done(done),
            Event::Moment => connection.waited(),
        };
        if let Err(close) = closing {
            return Some(close);
        }
    }
}

/// Writes all that waits. While the client does not take it, nothing else is done for it: what
/// comes meanwhile waits in the bounded inbox, or is read again later.
fn poll_write<S: Session>(
    socket: &mut WebSocket,
    connection: &mut Connection<S>,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Option<Close>>> {
    if connection.out.is_empty() && !connection.unflushed {
        return Poll::Ready(Ok(()));
    }
    let written = poll_out(socket, connection, cx);
    let inbox = &connection.inbox;
    if let Poll::Ready(written) = written {
        inbox.stuck.store(0, Relaxed);
        return Poll::Ready(written.map_err(|_| None));
    }
    if inbox.stuck.load(Relaxed) == 0 {
        inbox.stuck.store(connection.hub.beat(), Relaxed);
    }
    inbox.poll_close(cx).map(|close| Err(Some(close)))
}

fn poll_out<S: Session>(
    socket: &mut WebSocket,
    connection: &mut Connection<S>,
    cx: &mut Context<'_>,
) -> Poll<Result<(), axum::Error>> {
    while !connection.out.is_empty() {
        ready!(socket.poll_ready_unpin(cx))?;
        if let Some(text) = connection.out.pop_front() {
            connection.unflushed = true;
            socket.start_send_unpin(Message::Text(text))?;
        }
    }
    ready!(socket.poll_flush_unpin(cx))?;
    connection.unflushed = false;
    connection.out.shrink_to(4);
    Poll::Ready(Ok(()))
}

/// Waits for whatever happens first; the client's own frames come last, so that a client that says
/// much does not keep itself from hearing.
fn poll_event<S: Session>(socket: &mut WebSocket, connection: &mut Connection<S>, cx: &mut Context<'_>) -> Poll<Event> {
    if let Poll::Ready(mail) = connection.inbox.poll(cx, &mut connection.buffer) {
        return Poll::Ready(Event::Mail(mail));
    }
    if let Poll::Ready(Some(done)) = connection.busy.poll_next_unpin(cx) {
        return Poll::Ready(Event::Done(done));
    }
    if let Some(moment) = &mut connection.moment
        && Pin::new(moment).poll(cx).is_ready()
    {
        connection.moment = None;
        return Poll::Ready(Event::Moment);
    }
    if !connection.may_listen() {
        return Poll::Pending;
    }
    socket.poll_next_unpin(cx).map(Event::Frame)
}

/// Sends the close frame as far as the client takes it now.
fn poll_farewell<S: Session>(
    socket: &mut WebSocket,
    connection: &mut Connection<S>,
    ended: Option<Close>,
    cx: &mut Context<'_>,
) -> Poll<()> {
    let Some(close) = ended else {
        // The answer to the client's close frame waits below.
        let _ = socket.poll_flush_unpin(cx);
        return Poll::Ready(());
    };
    let Poll::Ready(Ok(())) = poll_out(socket, connection, cx) else { return Poll::Ready(()) };
    let frame = CloseFrame { code: close.code(), reason: close.reason().into() };
    if socket.start_send_unpin(Message::Close(Some(frame))).is_ok() {
        let _ = socket.poll_flush_unpin(cx);
    }
    Poll::Ready(())
}
