//! One line to an SMSC: opened, signed in on, read from and written to.

use std::{collections::VecDeque, time::Duration};

use delivery::Why;
use outbound::Trouble;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    time::timeout,
};

use super::{
    pdu::{Bind, Frame, Lost, Pdu},
    status,
};
use crate::model::{Setup, SmsGateway};

/// How long the other side may take to answer, and a piece to be written.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// A connection, secret or not.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

async fn dial(gateway: &SmsGateway) -> Result<Box<dyn Stream>, Trouble> {
    let port = u16::try_from(gateway.port).unwrap_or_default();
    let stream = outbound::reach(&gateway.host, port, gateway.inside).await?;
    Ok(match gateway.tls {
        true => Box::new(outbound::secure(stream, &gateway.host, gateway.certificate.as_deref()).await?),
        false => Box::new(stream),
    })
}

/// A line on which we are signed in.
pub(crate) struct Session {
    stream: Box<dyn Stream>,
    came: Vec<u8>,
    /// What came while we waited for something else.
    before: VecDeque<Frame>,
    sequence: u32,
}

impl Session {
    /// Connects and signs in.
    ///
    /// # Errors
    /// What stands in the way.
    pub(crate) async fn open(setup: &Setup) -> Result<Self, Why> {
        let gateway = &setup.gateway;
        gateway.line_target().map_err(|_| Why::new("forbidden_address", ""))?;
        let stream = match timeout(PATIENCE, dial(gateway)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(trouble)) => return Err(Why::new(trouble.code(), trouble.text())),
            Err(_) => return Err(Why::new("timeout", "")),
        };
        let mut session = Self { stream, came: Vec::new(), before: VecDeque::new(), sequence: 0 };
        let bind = Bind {
            system_id: gateway.system_id.clone(),
            password: setup.password.clone(),
            system_type: gateway.system_type.clone(),
        };
        session.ask(Pdu::BindTransceiver(bind)).await?;
        match timeout(PATIENCE, session.bound()).await {
            Ok(Ok(())) => Ok(session),
            Ok(Err(why)) => Err(why),
            Err(_) => Err(Why::new("timeout", "")),
        }
    }

    async fn bound(&mut self) -> Result<(), Why> {
        loop {
            let frame = self.read().await?;
            match frame.pdu {
                Pdu::BindTransceiverResp | Pdu::GenericNack if frame.status == status::OK => return Ok(()),
                // Where one alone may be signed in, that is us: on another node, or a moment ago.
                Pdu::BindTransceiverResp | Pdu::GenericNack => {
                    let code = if frame.status == status::ALREADY_BOUND {
                        "sms_already_bound"
                    } else {
                        "sms_sign_in"
                    };
                    return Err(Why::new(code, status::name(frame.status)));
                }
                _ => self.before.push_back(frame),
            }
            if self.before.len() > 100 {
                return Err(Why::new("protocol", ""));
            }
        }
    }

    /// The next piece that came. May be dropped while it waits: nothing is lost.
    ///
    /// # Errors
    /// When the line is over.
    pub(crate) async fn next(&mut self) -> Result<Frame, Why> {
        match self.before.pop_front() {
            Some(frame) => Ok(frame),
            None => self.read().await,
        }
    }

    async fn read(&mut self) -> Result<Frame, Why> {
        loop {
            match Frame::read(&self.came) {
                Ok(Some((frame, count))) => {
                    self.came.drain(..count);
                    return Ok(frame);
                }
                Ok(None) => {}
                Err(Lost) => {
                    let nack = Frame::answer(0, status::BAD_LENGTH, Pdu::GenericNack);
                    let _ = self.write(&nack).await;
                    return Err(Why::new("protocol", "command_length"));
                }
            }
            match self.stream.read_buf(&mut self.came).await {
                Ok(0) => return Err(Why::new("sms_line_ended", "")),
                Ok(_) => {}
                Err(error) => return Err(Why::new("sms_line_ended", error.to_string())),
            }
        }
    }

    /// Asks something; answers by which number the answer will be known.
    ///
    /// # Errors
    /// When the line is over.
    pub(crate) async fn ask(&mut self, pdu: Pdu) -> Result<u32, Why> {
        self.sequence = if self.sequence >= 0x7fff_fffe { 1 } else { self.sequence + 1 };
        let sequence = self.sequence;
        self.write(&Frame::ask(sequence, pdu)).await?;
        Ok(sequence)
    }

    /// Answers the piece of this number.
    ///
    /// # Errors
    /// When the line is over.
    pub(crate) async fn answer(&mut self, sequence: u32, status: u32, pdu: Pdu) -> Result<(), Why> {
        self.write(&Frame::answer(sequence, status, pdu)).await
    }

    async fn write(&mut self, frame: &Frame) -> Result<(), Why> {
        match timeout(PATIENCE, self.stream.write_all(&frame.written())).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Why::new("sms_line_ended", error.to_string())),
            Err(_) => Err(Why::new("timeout", "")),
        }
    }

    /// Signs out, for as far as that goes.
    pub(crate) async fn close(mut self) {
        let _ = self.ask(Pdu::Unbind).await;
        let _ = timeout(Duration::from_secs(1), self.stream.shutdown()).await;
    }
}
