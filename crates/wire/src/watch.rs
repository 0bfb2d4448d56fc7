//! One watch on one topic: makes of what arrives each number once, in order, without gaps.

use std::sync::Arc;

use crate::frame::Frame;

/// Frames held while something is being loaded; beyond it they are let go and read again.
const HELD: usize = 256;
/// Reads that may in a row bring nothing while later facts wait, before the gap counts as real.
const VAIN_READS: u8 = 5;

/// A watch, as its connection keeps it.
pub(crate) struct Watch {
    /// Its name among the connection's watches.
    pub(crate) id: u32,
    pub(crate) topic: Arc<str>,
    phase: Phase,
    /// The number of the last fact passed on.
    pub(crate) last: i64,
    /// What came too early, by number.
    held: Vec<Arc<Frame>>,
    /// Something was let go while the watch was busy.
    missed: bool,
    vain_reads: u8,
    /// Opened anew because the outbox no longer holds what it was missing.
    pub(crate) renewed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The session is loading what comes first.
    Opening,
    /// What is missing is being read from the outbox.
    Reading,
    /// Facts pass through.
    Live,
    /// The topic has no numbers.
    List,
}

/// What a watch needs next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    Nothing,
    /// A number is missing; it may be on its way, so give it a moment.
    Moment,
    /// Read from the outbox.
    Read,
    /// Tell the client to fetch the list again.
    Resync,
    /// The outbox no longer holds what is missing: load the state afresh.
    Renew,
}

impl Watch {
    pub(crate) fn new(id: u32, topic: Arc<str>) -> Self {
        let (held, phase) = (Vec::new(), Phase::Opening);
        Self { id, topic, phase, last: 0, held, missed: false, vain_reads: 0, renewed: false }
    }

    /// A frame arrived; what can be passed on goes to `out`.
    pub(crate) fn arrive(&mut self, frame: Arc<Frame>, out: &mut Vec<Arc<Frame>>) -> Need {
        match self.phase {
            Phase::List => out.push(frame),
            // What is not kept concerns those who already watch.
            Phase::Opening if frame.seq == 0 => {}
            Phase::Live | Phase::Reading if frame.seq == 0 => out.push(frame),
            Phase::Opening | Phase::Reading => self.hold(frame),
            Phase::Live if frame.seq == self.last + 1 => {
                self.last += 1;
                out.push(frame);
                if !self.held.is_empty() {
                    return self.release(out);
                }
            }
            Phase::Live if frame.seq > self.last => {
                self.hold(frame);
                return Need::Moment;
            }
            Phase::Live => {}
        }
        Need::Nothing
    }

    /// The session has loaded the state after number `seq`.
    pub(crate) fn loaded(&mut self, seq: i64, out: &mut Vec<Arc<Frame>>) -> Need {
        self.last = seq;
        if std::mem::take(&mut self.missed) {
            return self.read();
        }
        self.phase = Phase::Live;
        self.release(out)
    }

    /// The client has everything up to `seq`: the rest is to be read.
    pub(crate) fn resumed(&mut self, seq: i64) -> Need {
        self.last = seq;
        self.read()
    }

    /// The fact passed on last may have ended the right to watch: the session is asked anew.
    pub(crate) fn asked_again(&mut self, last: i64) {
        self.last = last;
        self.phase = Phase::Opening;
        self.held = Vec::new();
    }

    /// The session says that the topic is a list.
    pub(crate) fn listed(&mut self) {
        self.phase = Phase::List;
        self.held = Vec::new();
    }

    /// `frames` were read from the outbox, in order; there may be `more`.
    pub(crate) fn was_read(&mut self, frames: Vec<Frame>, more: bool, out: &mut Vec<Arc<Frame>>) -> Need {
        if self.phase != Phase::Reading {
            return Need::Nothing;
        }
        let before = self.last;
        for frame in frames {
            if frame.seq > self.last + 1 {
                return self.renew();
            }
            if frame.seq == self.last + 1 {
                self.last += 1;
                out.push(Arc::new(frame));
            }
        }
        self.vain_reads = if self.last > before { 0 } else { self.vain_reads + 1 };
        if more || std::mem::take(&mut self.missed) {
            return self.read();
        }
        self.phase = Phase::Live;
        match self.release(out) {
            Need::Moment if self.vain_reads > VAIN_READS => self.renew(),
            need => need,
        }
    }

    /// The outbox could not be read: try again in a moment.
    pub(crate) fn unread(&mut self) -> Need {
        if self.phase != Phase::Reading {
            return Need::Nothing;
        }
        self.phase = Phase::Live;
        self.missed = true;
        Need::Moment
    }

    /// Something was lost on its way here.
    pub(crate) fn lost(&mut self) -> Need {
        match self.phase {
            Phase::List => Need::Resync,
            Phase::Live => self.read(),
            Phase::Opening | Phase::Reading => {
                self.missed = true;
                Need::Nothing
            }
        }
    }

    /// The moment has passed.
    pub(crate) fn waited(&mut self) -> Need {
        let wants = self.phase == Phase::Live && (self.missed || !self.held.is_empty());
        if wants { self.read() } else { Need::Nothing }
    }

    fn read(&mut self) -> Need {
        self.phase = Phase::Reading;
        self.missed = false;
        Need::Read
    }

    fn renew(&mut self) -> Need {
        self.phase = Phase::Opening;
        self.held = Vec::new();
        self.vain_reads = 0;
        Need::Renew
    }

    fn hold(&mut self, frame: Arc<Frame>) {
        if self.held.len() >= HELD {
            self.held = Vec::new();
            self.missed = true;
        }
        if let Err(at) = self.held.binary_search_by_key(&frame.seq, |held| held.seq) {
            self.held.insert(at, frame);
        }
    }

    /// Passes on what was held, as far as it goes without a gap.
    fn release(&mut self, out: &mut Vec<Arc<Frame>>) -> Need {
        let mut held = std::mem::take(&mut self.held).into_iter().peekable();
        while let Some(frame) = held.next_if(|frame| frame.seq <= self.last + 1) {
            if frame.seq > self.last {
                self.last = frame.seq;
                out.push(frame);
            }
        }
        self.held = held.collect();
        if self.held.is_empty() && !self.missed { Need::Nothing } else { Need::Moment }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(seq: i64) -> Frame {
        Frame { seq, kind: "counted".into(), audience: None, text: seq.to_string().into() }
    }

    fn numbers(out: &[Arc<Frame>]) -> Vec<i64> {
        out.iter().map(|frame| frame.seq).collect()
    }

    fn live(last: i64) -> Watch {
        let mut watch = Watch::new(1, "t".into());
        assert_eq!(watch.loaded(last, &mut Vec::new()), Need::Nothing);
        watch
    }

    #[test]
    fn what_comes_twice_or_out_of_order_goes_out_once_in_order() {
        let (mut watch, mut out) = (live(0), Vec::new());
        let needs: Vec<_> = [2, 1, 1, 2, 4, 4, 3].map(|seq| watch.arrive(frame(seq).into(), &mut out)).into();
        use Need::{Moment, Nothing};
        assert_eq!(needs, [Moment, Nothing, Nothing, Nothing, Moment, Moment, Nothing]);
        assert_eq!(numbers(&out), [1, 2, 3, 4]);
        assert_eq!(watch.waited(), Nothing);
    }

    #[test]
    fn what_arrives_while_the_state_loads_follows_it() {
        let (mut watch, mut out) = (Watch::new(1, "t".into()), Vec::new());
        for seq in [5, 4, 6] {
            watch.arrive(frame(seq).into(), &mut out);
        }
        assert!(out.is_empty());
        assert_eq!(watch.loaded(4, &mut out), Need::Nothing);
        assert_eq!(numbers(&out), [5, 6]);
    }

    #[test]
    fn a_gap_that_stays_is_read_and_what_came_meanwhile_follows() {
        let (mut watch, mut out) = (live(1), Vec::new());
        assert_eq!(watch.arrive(frame(4).into(), &mut out), Need::Moment);
        assert_eq!(watch.waited(), Need::Read);
        watch.arrive(frame(5).into(), &mut out);
        assert_eq!(watch.was_read([2, 3].map(frame).into(), true, &mut out), Need::Read);
        assert_eq!(watch.was_read(vec![frame(4)], false, &mut out), Need::Nothing);
        assert_eq!(numbers(&out), [2, 3, 4, 5]);
    }

    #[test]
    fn more_than_can_be_held_is_let_go_and_read_again() {
        let (mut watch, mut out) = (Watch::new(1, "t".into()), Vec::new());
        for seq in 1..=300 {
            watch.arrive(frame(seq).into(), &mut out);
        }
        assert_eq!(watch.loaded(0, &mut out), Need::Read);
        assert_eq!(watch.was_read((1..=260).map(frame).collect(), false, &mut out), Need::Nothing);
        assert_eq!(numbers(&out), (1..=300).collect::<Vec<_>>());
    }

    #[test]
    fn a_read_that_fails_is_tried_again() {
        let (mut watch, mut out) = (live(0), Vec::new());
        assert_eq!(watch.lost(), Need::Read);
        assert_eq!(watch.unread(), Need::Moment);
        assert_eq!(watch.waited(), Need::Read);
        assert_eq!(watch.was_read(vec![frame(1)], false, &mut out), Need::Nothing);
        assert_eq!(numbers(&out), [1]);
    }

    #[test]
    fn what_the_outbox_no_longer_holds_is_loaded_afresh() {
        let (mut watch, mut out) = (Watch::new(1, "t".into()), Vec::new());
        assert_eq!(watch.resumed(3), Need::Read);
        assert_eq!(watch.was_read(vec![frame(9)], false, &mut out), Need::Renew);
        assert_eq!(watch.loaded(9, &mut out), Need::Nothing);
        assert!(out.is_empty() && watch.last == 9);
    }
}
