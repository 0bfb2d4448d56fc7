//! An SMSC: lets in who knows the password, takes messages or refuses them, delivers, and drops the line.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split},
    net::TcpListener,
    sync::mpsc,
};
use tokio_rustls::TlsAcceptor;

/// A message that was submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) esm_class: u8,
    pub(crate) registered: u8,
    pub(crate) coding: u8,
    pub(crate) octets: Vec<u8>,
    /// What it was called when it was taken; empty when it was not.
    pub(crate) id: String,
}

enum Order {
    Write(Vec<u8>),
    Drop,
}

#[derive(Default)]
struct State {
    binds: usize,
    refused_binds: usize,
    unbinds: usize,
    taken: Vec<Message>,
    refused: Vec<Message>,
    statuses: VecDeque<u32>,
    /// Answers to what was delivered: the number of the piece and the status.
    answers: Vec<(u32, u32)>,
    nacks: Vec<(u32, u32)>,
    enquired: usize,
    line: Option<mpsc::UnboundedSender<Order>>,
    sequence: u32,
    /// Whether the next message is taken and the answer to it lost.
    mute: bool,
}

#[derive(Clone)]
pub(crate) struct Smsc {
    pub(crate) port: u16,
    state: Arc<Mutex<State>>,
}

impl Smsc {
    /// Listens; lets in who says this password.
    pub(crate) async fn listen(password: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let smsc = Self { port: listener.local_addr().unwrap().port(), state: Arc::default() };
        let here = smsc.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(here.clone().serve(stream, password));
            }
        });
        smsc
    }

    /// The same, over TLS alone.
    pub(crate) async fn listen_secretly(password: &'static str, tls: TlsAcceptor) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let smsc = Self { port: listener.local_addr().unwrap().port(), state: Arc::default() };
        let here = smsc.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if let Ok(stream) = tls.accept(stream).await {
                    tokio::spawn(here.clone().serve(stream, password));
                }
            }
        });
        smsc
    }

    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap())
    }

    async fn serve(self, stream: impl AsyncRead + AsyncWrite + Send + 'static, password: &'static str) {
        let (mut reading, mut writing) = split(stream);
        let (orders, mut ordered) = mpsc::unbounded_channel();
        let writer = tokio::spawn(async move {
            while let Some(order) = ordered.recv().await {
                match order {
                    Order::Write(octets) if writing.write_all(&octets).await.is_ok() => {}
                    _ => break,
                }
            }
            hang_up(writing).await;
        });
        while let Some((id, status, sequence, body)) = read(&mut reading).await {
            let answer = |status, id: u32, body: &[u8]| {
                let _ = orders.send(Order::Write(piece(id | 0x8000_0000, status, sequence, body)));
            };
            match id {
                9 => {
                    let mut body = &body[..];
                    let (_name, said) = (text(&mut body), text(&mut body));
                    if said == password {
                        self.with(|state| {
                            state.binds += 1;
                            state.line = Some(orders.clone());
                        });
                        answer(0, 9, b"smsc\0");
                    } else {
                        self.with(|state| state.refused_binds += 1);
                        answer(0x0e, 9, b"");
                    }
                }
                4 => {
                    let (status, id, mute) = self.submitted(&body);
                    if mute {
                        break;
                    }
                    answer(status, 4, format!("{id}\0").as_bytes());
                }
                6 => {
                    self.with(|state| state.unbinds += 1);
                    answer(0, 6, b"");
                    break;
                }
                0x15 => answer(0, 0x15, b""),
                0x8000_0005 => self.with(|state| state.answers.push((sequence, status))),
                0x8000_0015 => self.with(|state| state.enquired += 1),
                0x8000_0000 => self.with(|state| state.nacks.push((sequence, status))),
                _ => {}
            }
        }
        let _ = orders.send(Order::Drop);
        let _ = writer.await;
    }

    fn submitted(&self, body: &[u8]) -> (u32, String, bool) {
        let mut rest = body;
        text(&mut rest);
        let address = |rest: &mut &[u8]| {
            *rest = &rest[2..];
            text(rest)
        };
        let (from, to) = (address(&mut rest), address(&mut rest));
        let esm_class = rest[0];
        rest = &rest[3..];
        text(&mut rest);
        text(&mut rest);
        let (registered, coding, length) = (rest[0], rest[2], usize::from(rest[4]));
        let octets = rest[5..5 + length].to_vec();
        self.with(|state| {
            let status = state.statuses.pop_front().unwrap_or(0);
            let id = if status == 0 {
                format!("m{:04}", state.taken.len() + 1)
            } else {
                String::new()
            };
            let message = Message { from, to, esm_class, registered, coding, octets, id: id.clone() };
            if status == 0 { &mut state.taken } else { &mut state.refused }.push(message);
            (status, id, std::mem::take(&mut state.mute))
        })
    }

    /// The next answer to a message, after those said before.
    pub(crate) fn answers(&self, status: u32) {
        self.with(|state| state.statuses.push_back(status));
    }

    /// Takes the next message, and hangs up instead of saying so.
    pub(crate) fn loses_the_next_answer(&self) {
        self.with(|state| state.mute = true);
    }

    /// Hangs up.
    pub(crate) fn drops_the_line(&self) {
        self.order(Order::Drop);
        self.with(|state| state.line = None);
    }

    fn order(&self, order: Order) {
        self.with(|state| state.line.as_ref().expect("somebody is signed in").send(order).expect("a line"));
    }

    /// Delivers a message; answers the number of the piece.
    pub(crate) fn delivers(&self, from: &str, coding: u8, esm_class: u8, octets: &[u8]) -> u32 {
        let mut body = b"\0\x01\x01".to_vec();
        body.extend(from.bytes());
        body.extend(b"\0\x00\x01106900\0");
        body.extend([esm_class, 0, 0, 0, 0, 0, 0, coding, 0, u8::try_from(octets.len()).unwrap()]);
        body.extend(octets);
        self.sends(5, &body)
    }

    /// A text in UCS-2.
    pub(crate) fn says(&self, from: &str, words: &str) -> u32 {
        self.delivers(from, 8, 0, &ucs2(words))
    }

    /// One part of a message in UCS-2.
    pub(crate) fn says_part(&self, from: &str, (reference, total, number): (u8, u8, u8), octets: &[u8]) -> u32 {
        let all = [&[5, 0, 3, reference, total, number], octets].concat();
        self.delivers(from, 8, 0x40, &all)
    }

    /// Says what became of a message.
    pub(crate) fn reports(&self, id: &str, stat: &str) -> u32 {
        let told =
            format!("id:{id} sub:001 dlvrd:001 submit date:2611260900 done date:2611260901 stat:{stat} err:000 text:");
        self.delivers("8613800000000", 0, 4, told.as_bytes())
    }

    /// Sends a piece of this kind; answers its number.
    pub(crate) fn sends(&self, id: u32, body: &[u8]) -> u32 {
        let sequence = self.with(|state| {
            state.sequence += 1;
            state.sequence
        });
        self.order(Order::Write(piece(id, 0, sequence, body)));
        sequence
    }

    /// Writes whatever this is.
    pub(crate) fn writes(&self, octets: &[u8]) {
        self.order(Order::Write(octets.to_vec()));
    }

    /// How it answered the piece of this number.
    pub(crate) fn answer_to(&self, sequence: u32) -> Option<u32> {
        self.with(|state| state.answers.iter().find(|(at, _)| *at == sequence).map(|(_, status)| *status))
    }

    pub(crate) fn nacks(&self) -> Vec<(u32, u32)> {
        self.with(|state| state.nacks.clone())
    }

    pub(crate) fn taken(&self) -> Vec<Message> {
        self.with(|state| state.taken.clone())
    }

    pub(crate) fn refused(&self) -> usize {
        self.with(|state| state.refused.len())
    }

    pub(crate) fn binds(&self) -> usize {
        self.with(|state| state.binds)
    }

    pub(crate) fn refused_binds(&self) -> usize {
        self.with(|state| state.refused_binds)
    }

    pub(crate) fn enquired(&self) -> usize {
        self.with(|state| state.enquired)
    }
}

async fn hang_up(mut writing: impl AsyncWrite + Unpin) {
    let _ = writing.shutdown().await;
}

async fn read(reading: &mut (impl AsyncRead + Unpin)) -> Option<(u32, u32, u32, Vec<u8>)> {
    let mut head = [0; 16];
    reading.read_exact(&mut head).await.ok()?;
    let number = |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let mut body = vec![0; number(0) as usize - 16];
    reading.read_exact(&mut body).await.ok()?;
    Some((number(4), number(8), number(12), body))
}

fn piece(id: u32, status: u32, sequence: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(16 + body.len()).unwrap();
    [length, id, status, sequence].iter().flat_map(|number| number.to_be_bytes()).chain(body.iter().copied()).collect()
}

fn text(rest: &mut &[u8]) -> String {
    let end = rest.iter().position(|octet| *octet == 0).unwrap();
    let said = String::from_utf8(rest[..end].to_vec()).unwrap();
    *rest = &rest[end + 1..];
    said
}

pub(crate) fn ucs2(words: &str) -> Vec<u8> {
    words.encode_utf16().flat_map(u16::to_be_bytes).collect()
}
