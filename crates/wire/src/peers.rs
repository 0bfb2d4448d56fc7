//! What a node knows of the others: how far their numbers have come, and when they last spoke.

use std::collections::HashMap;

use crate::bus::Node;

#[derive(Default)]
pub(crate) struct Peers(HashMap<Node, Peer>);

struct Peer {
    number: u64,
    heard: u32,
}

impl Peers {
    /// A parcel with this number came, or a beat that tells the number so far. Answers whether
    /// something before it is missing. A node never heard of is taken to stand at 0, so that what
    /// it sent before we listened counts as missing.
    pub(crate) fn hear(&mut self, node: Node, number: u64, is_beat: bool, beat: u32) -> bool {
        let peer = self.0.entry(node).or_insert(Peer { number: 0, heard: beat });
        peer.heard = beat;
        let expected = if is_beat { peer.number } else { peer.number + 1 };
        peer.number = peer.number.max(number);
        number > expected
    }

    /// Forgets nodes not heard of for more than `silence` beats; answers whether there were any.
    /// One that died may have committed what it could no longer tell.
    pub(crate) fn forget_silent(&mut self, beat: u32, silence: u32) -> bool {
        let known = self.0.len();
        self.0.retain(|_, peer| beat.wrapping_sub(peer.heard) <= silence);
        self.0.len() < known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_a_late_beginning_and_silence_are_noticed() {
        let mut peers = Peers::default();
        assert!(!peers.hear([1; 16], 0, true, 1) && !peers.hear([1; 16], 1, false, 1));
        assert!(peers.hear([1; 16], 3, false, 2));
        assert!(!peers.hear([1; 16], 2, false, 2) && !peers.hear([1; 16], 3, true, 2));
        assert!(peers.hear([1; 16], 4, true, 3));
        assert!(peers.hear([2; 16], 9, true, 3));
        assert!(!peers.forget_silent(6, 3) && peers.forget_silent(7, 3) && !peers.forget_silent(8, 3));
    }
}
