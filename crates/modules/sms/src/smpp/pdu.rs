//! What goes over an SMPP 3.4 line: the few kinds of it that carry text messages. Pure, and made for hostile input:
//! nothing is taken for longer than it is, nothing of it is allocated before it was looked at.

/// Octets of the head.
pub(crate) const HEAD: usize = 16;
/// Octets of one piece at most: far beyond any text message.
pub(crate) const LONGEST: usize = 16 << 10;
/// Octets of a text within a piece: of addresses, names, reasons.
const TEXT: usize = 255;

/// The line cannot be understood any more: where the next piece begins is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lost;

/// A piece cannot be understood; the next may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// One piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub status: u32,
    pub sequence: u32,
    pub pdu: Pdu,
}

/// What it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pdu {
    /// We are one who sends and receives.
    BindTransceiver(Bind),
    BindTransceiverResp,
    SubmitSm(Box<Sm>),
    /// It was taken, and is called so.
    SubmitSmResp(String),
    DeliverSm(Box<Sm>),
    DeliverSmResp,
    EnquireLink,
    EnquireLinkResp,
    Unbind,
    UnbindResp,
    GenericNack,
    /// Something of this number that we do not speak.
    Other(u32),
    /// Something of this number that cannot be understood.
    Bad(u32),
}

/// Who wants in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bind {
    pub system_id: String,
    pub password: String,
    pub system_type: String,
}

/// A number, and of which kind it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Address {
    pub ton: u8,
    pub npi: u8,
    pub digits: String,
}

/// A text message, or a receipt of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sm {
    pub from: Address,
    pub to: Address,
    pub esm_class: u8,
    pub registered: u8,
    pub coding: u8,
    /// With its header, where `esm_class` says that it has one.
    pub octets: Vec<u8>,
    /// Which part of which it is, where that is said beside it.
    pub part: Option<PartOf>,
    /// The message a receipt is about.
    pub receipted: Option<String>,
    /// What became of that one.
    pub message_state: Option<u8>,
}

/// Which part of which message something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PartOf {
    pub reference: u16,
    pub total: u8,
    /// From 1.
    pub number: u8,
}

const NACK: u32 = 0x8000_0000;
const SUBMIT: u32 = 4;
const DELIVER: u32 = 5;
const UNBIND: u32 = 6;
const TRANSCEIVER: u32 = 9;
const ENQUIRE: u32 = 0x15;
const ANSWER: u32 = 0x8000_0000;

/// A header stands before the text.
pub(crate) const HAS_HEADER: u8 = 0x40;

impl Pdu {
    /// Its number.
    pub(crate) const fn id(&self) -> u32 {
        match self {
            Self::BindTransceiver(_) => TRANSCEIVER,
            Self::BindTransceiverResp => TRANSCEIVER | ANSWER,
            Self::SubmitSm(_) => SUBMIT,
            Self::SubmitSmResp(_) => SUBMIT | ANSWER,
            Self::DeliverSm(_) => DELIVER,
            Self::DeliverSmResp => DELIVER | ANSWER,
            Self::EnquireLink => ENQUIRE,
            Self::EnquireLinkResp => ENQUIRE | ANSWER,
            Self::Unbind => UNBIND,
            Self::UnbindResp => UNBIND | ANSWER,
            Self::GenericNack => NACK,
            Self::Other(id) | Self::Bad(id) => *id,
        }
    }
}

impl Frame {
    /// A question.
    pub(crate) fn ask(sequence: u32, pdu: Pdu) -> Self {
        Self { status: 0, sequence, pdu }
    }

    /// An answer to the piece of this number.
    pub(crate) fn answer(sequence: u32, status: u32, pdu: Pdu) -> Self {
        Self { status, sequence, pdu }
    }

    /// The octets that go over the line.
    pub(crate) fn written(&self) -> Vec<u8> {
        let mut body = Vec::new();
        match &self.pdu {
            Pdu::BindTransceiver(bind) => {
                text(&mut body, &bind.system_id, 15);
                text(&mut body, &bind.password, 8);
                text(&mut body, &bind.system_type, 12);
                // Version 3.4; of the numbers nothing is said.
                body.extend([0x34, 0, 0, 0]);
            }
            Pdu::SubmitSm(sm) | Pdu::DeliverSm(sm) => sm.write(&mut body),
            Pdu::SubmitSmResp(id) => text(&mut body, id, 64),
            // Its text is not used, but stands there.
            Pdu::DeliverSmResp | Pdu::BindTransceiverResp => body.push(0),
            _ => {}
        }
        let mut all = Vec::with_capacity(HEAD + body.len());
        let length = u32::try_from(HEAD + body.len()).unwrap_or(u32::MAX);
        for number in [length, self.pdu.id(), self.status, self.sequence] {
            all.extend(number.to_be_bytes());
        }
        all.extend(body);
        all
    }

    /// The first piece of what came, and how many octets it was; none while it is not whole.
    ///
    /// # Errors
    /// [`Lost`] where it says of itself that it is shorter than its head, or longer than any.
    pub(crate) fn read(came: &[u8]) -> Result<Option<(Self, usize)>, Lost> {
        let mut all = Reader(came);
        let Ok(length) = all.number() else { return Ok(None) };
        let length = usize::try_from(length).map_err(|_| Lost)?;
        if !(HEAD..=LONGEST).contains(&length) {
            return Err(Lost);
        }
        if came.len() < length {
            return Ok(None);
        }
        let (Ok(id), Ok(status), Ok(sequence)) = (all.number(), all.number(), all.number()) else { return Ok(None) };
        let body = Reader(&came[HEAD..length]);
        let pdu = body.pdu(id, status).unwrap_or(Pdu::Bad(id));
        Ok(Some((Self { status, sequence, pdu }, length)))
    }
}

impl Sm {
    fn write(&self, body: &mut Vec<u8>) {
        // No service of its own.
        body.push(0);
        for address in [&self.from, &self.to] {
            body.extend([address.ton, address.npi]);
            text(body, &address.digits, 20);
        }
        body.extend([self.esm_class, 0, 0]);
        // At once, and for as long as the other side keeps it.
        body.extend([0, 0, self.registered, 0, self.coding, 0]);
        let octets = &self.octets[..self.octets.len().min(254)];
        body.push(u8::try_from(octets.len()).unwrap_or_default());
        body.extend(octets);
    }

    /// The text without its header, and which part of which it is.
    ///
    /// # Errors
    /// [`Malformed`] for a header that is longer than the message, or that says nothing sensible.
    pub(crate) fn said(&self) -> Result<(&[u8], Option<PartOf>), Malformed> {
        if self.esm_class & HAS_HEADER == 0 {
            return Ok((&self.octets, self.part));
        }
        let (length, rest) = self.octets.split_first().ok_or(Malformed)?;
        let (mut header, said) = rest.split_at_checked(usize::from(*length)).ok_or(Malformed)?;
        let mut part = None;
        while let [id, length, rest @ ..] = header {
            let (told, after) = rest.split_at_checked(usize::from(*length)).ok_or(Malformed)?;
            match (id, told) {
                (0, [reference, total, number]) => {
                    part = Some(PartOf { reference: u16::from(*reference), total: *total, number: *number });
                }
                (8, [high, low, total, number]) => {
                    let reference = u16::from_be_bytes([*high, *low]);
                    part = Some(PartOf { reference, total: *total, number: *number });
                }
                _ => {}
            }
            header = after;
        }
        match part {
            Some(PartOf { total, number, .. }) if number == 0 || number > total => Err(Malformed),
            part => Ok((said, part)),
        }
    }
}

/// The header of a part.
pub(crate) fn header(part: PartOf) -> [u8; 6] {
    let reference = part.reference.to_be_bytes()[1];
    [5, 0, 3, reference, part.total, part.number]
}

/// A text with the octet that ends it, at most so long.
fn text(body: &mut Vec<u8>, text: &str, most: usize) {
    body.extend(text.bytes().filter(|byte| *byte != 0).take(most));
    body.push(0);
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    fn octet(&mut self) -> Result<u8, Malformed> {
        Ok(self.take(1)?[0])
    }

    fn short(&mut self) -> Result<u16, Malformed> {
        let taken = self.take(2)?;
        Ok(u16::from_be_bytes([taken[0], taken[1]]))
    }

    fn number(&mut self) -> Result<u32, Malformed> {
        let taken = self.take(4)?;
        Ok(u32::from_be_bytes([taken[0], taken[1], taken[2], taken[3]]))
    }

    fn text(&mut self) -> Result<String, Malformed> {
        let end = self.0.iter().take(TEXT + 1).position(|octet| *octet == 0).ok_or(Malformed)?;
        let taken = self.take(end)?;
        self.take(1)?;
        Ok(taken.iter().map(|octet| char::from(*octet)).filter(|letter| !letter.is_control()).collect())
    }

    fn address(&mut self) -> Result<Address, Malformed> {
        Ok(Address { ton: self.octet()?, npi: self.octet()?, digits: self.text()? })
    }

    fn pdu(mut self, id: u32, status: u32) -> Result<Pdu, Malformed> {
        Ok(match id {
            TRANSCEIVER => Pdu::BindTransceiver(Bind {
                system_id: self.text()?,
                password: self.text()?,
                system_type: self.text()?,
            }),
            id if id == TRANSCEIVER | ANSWER => Pdu::BindTransceiverResp,
            SUBMIT => Pdu::SubmitSm(Box::new(self.sm()?)),
            // A refusal need not say what it would have been called.
            id if id == SUBMIT | ANSWER && status != 0 => Pdu::SubmitSmResp(self.text().unwrap_or_default()),
            id if id == SUBMIT | ANSWER => Pdu::SubmitSmResp(self.text()?),
            DELIVER => Pdu::DeliverSm(Box::new(self.sm()?)),
            id if id == DELIVER | ANSWER => Pdu::DeliverSmResp,
            ENQUIRE => Pdu::EnquireLink,
            id if id == ENQUIRE | ANSWER => Pdu::EnquireLinkResp,
            UNBIND => Pdu::Unbind,
            id if id == UNBIND | ANSWER => Pdu::UnbindResp,
            NACK => Pdu::GenericNack,
            other => Pdu::Other(other),
        })
    }

    fn sm(&mut self) -> Result<Sm, Malformed> {
        self.text()?;
        let (from, to) = (self.address()?, self.address()?);
        let esm_class = self.octet()?;
        self.take(2)?;
        self.text()?;
        self.text()?;
        let registered = self.octet()?;
        self.take(1)?;
        let coding = self.octet()?;
        self.take(1)?;
        let length = self.octet()?;
        let octets = self.take(usize::from(length))?.to_vec();
        let mut sm = Sm { from, to, esm_class, registered, coding, octets, ..Sm::default() };
        let (mut reference, mut total, mut number) = (None, None, None);
        while !self.0.is_empty() {
            let (tag, length) = (self.short()?, self.short()?);
            let mut value = Reader(self.take(usize::from(length))?);
            match tag {
                0x001e => sm.receipted = Some(value.text().or_else(|_| value.rest())?),
                0x0427 => sm.message_state = Some(value.octet()?),
                0x0424 if sm.octets.is_empty() => sm.octets = value.0.to_vec(),
                0x020c => reference = Some(value.short()?),
                0x020e => total = Some(value.octet()?),
                0x020f => number = Some(value.octet()?),
                _ => {}
            }
        }
        if let (Some(reference), Some(total), Some(number)) = (reference, total, number) {
            if number == 0 || number > total {
                return Err(Malformed);
            }
            sm.part = Some(PartOf { reference, total, number });
        }
        Ok(sm)
    }

    /// A text nobody ended.
    fn rest(&mut self) -> Result<String, Malformed> {
        let taken = self.take(self.0.len().min(TEXT))?;
        Ok(taken.iter().map(|octet| char::from(*octet)).filter(|letter| !letter.is_control()).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sm() -> Sm {
        let address = |digits: &str| Address { ton: 1, npi: 1, digits: digits.into() };
        Sm { from: address("8613812345678"), to: address("10690001"), octets: b"hello".to_vec(), ..Sm::default() }
    }

    fn read(frame: &Frame) -> Pdu {
        let written = frame.written();
        let (read, count) = Frame::read(&written).unwrap().unwrap();
        assert_eq!((count, read.sequence, read.status), (written.len(), frame.sequence, frame.status));
        read.pdu
    }

    #[test]
    fn what_is_written_is_read_again() {
        let bind = Bind { system_id: "zhike".into(), password: "secret".into(), system_type: String::new() };
        for pdu in [
            Pdu::BindTransceiver(bind),
            Pdu::BindTransceiverResp,
            Pdu::SubmitSm(Box::new(sm())),
            Pdu::SubmitSmResp("a1b2".into()),
            Pdu::DeliverSm(Box::new(sm())),
            Pdu::DeliverSmResp,
            Pdu::EnquireLink,
            Pdu::EnquireLinkResp,
            Pdu::Unbind,
            Pdu::UnbindResp,
            Pdu::GenericNack,
            Pdu::Other(0x103),
        ] {
            assert_eq!(read(&Frame::ask(7, pdu.clone())), pdu);
        }
    }

    /// By the bytes, as another implementation wrote them.
    #[test]
    fn a_message_is_read_as_the_protocol_says() {
        let mut body =
            b"\0\x01\x0186138\0\x00\x01106\0\x40\0\0\0\0\0\0\x08\0\x08\x05\0\x03\x2a\x02\x01\x90\x00".to_vec();
        body.extend([0x04, 0x27, 0, 1, 2, 0x00, 0x1e, 0, 3, b'a', b'b', 0]);
        let mut all = u32::try_from(16 + body.len()).unwrap().to_be_bytes().to_vec();
        all.extend([0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 9]);
        all.extend(body);
        let Some((Frame { sequence: 9, pdu: Pdu::DeliverSm(sm), .. }, _)) = Frame::read(&all).unwrap() else {
            panic!()
        };
        assert_eq!((sm.from.digits.as_str(), sm.to.digits.as_str(), sm.coding), ("86138", "106", 8));
        assert_eq!((sm.message_state, sm.receipted.as_deref()), (Some(2), Some("ab")));
        let part = PartOf { reference: 42, total: 2, number: 1 };
        assert_eq!(sm.said(), Ok((&[0x90, 0x00][..], Some(part))));
        assert_eq!(header(part), [5, 0, 3, 42, 2, 1]);
    }

    #[test]
    fn what_is_not_whole_is_waited_for_and_what_is_no_piece_ends_the_line() {
        let written = Frame::ask(1, Pdu::SubmitSm(Box::new(sm()))).written();
        for end in 0..written.len() {
            assert_eq!(Frame::read(&written[..end]), Ok(None));
        }
        for length in [0_u32, 15, 1 << 20, u32::MAX] {
            assert_eq!(Frame::read(&length.to_be_bytes()), Err(Lost));
        }
        // A body that breaks off is one bad piece, and no more.
        let mut short = Frame::ask(3, Pdu::DeliverSm(Box::new(sm()))).written();
        short.truncate(30);
        short[..4].copy_from_slice(&30_u32.to_be_bytes());
        assert_eq!(Frame::read(&short), Ok(Some((Frame::ask(3, Pdu::Bad(5)), 30))));
    }

    #[test]
    fn a_header_that_lies_is_refused() {
        for octets in [&[][..], &[5], &[200, 0], &[5, 0, 9, 1, 1, 1], &[5, 0, 3, 1, 2, 0], &[5, 0, 3, 1, 2, 3]] {
            let sm = Sm { esm_class: HAS_HEADER, octets: octets.to_vec(), ..sm() };
            assert_eq!(sm.said(), Err(Malformed), "{octets:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_without_harm(came: Vec<u8>, id in 0_u32..0x20, answer: bool) {
            let _ = Frame::read(&came);
            let mut framed = u32::try_from(HEAD + came.len()).unwrap().to_be_bytes().to_vec();
            framed.extend((id | if answer { ANSWER } else { 0 }).to_be_bytes());
            framed.extend([0; 8]);
            framed.extend(&came);
            if let Ok(Some((Frame { pdu: Pdu::DeliverSm(sm), .. }, _))) = Frame::read(&framed) {
                let _ = sm.said();
            }
        }

        #[test]
        fn a_message_survives_the_line(octets in proptest::collection::vec(any::<u8>(), 0..254), digits in "[0-9]{0,20}", coding: u8) {
            let before = Sm { octets, coding, to: Address { ton: 1, npi: 1, digits }, ..sm() };
            let pdu = Pdu::SubmitSm(Box::new(before));
            prop_assert_eq!(read(&Frame::ask(1, pdu.clone())), pdu);
        }
    }
}
