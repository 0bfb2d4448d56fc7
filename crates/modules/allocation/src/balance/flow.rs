//! Flows through a small network: the most that goes through, and the cheapest of those.
//!
//! Blocking flows after Dinic (1970); for costs, on the arcs of no reduced cost, distances growing (Ford and
//! Fulkerson's primal-dual method). Costs here are 0 and 1, so there are few distances, and each takes a few
//! passes over the arcs however many units go along one.

use std::{cmp::Reverse, collections::BinaryHeap};

const NONE: u32 = u32::MAX;

/// A network under way. Arc `2n` has `2n + 1` as its way back.
#[derive(Debug, Default)]
pub(super) struct Flow {
    first: Vec<u32>,
    next: Vec<u32>,
    to: Vec<u32>,
    room: Vec<u64>,
    cost: Vec<i32>,
    potential: Vec<i32>,
    level: Vec<u32>,
    cursor: Vec<u32>,
}

impl Flow {
    pub(super) fn new(nodes: usize) -> Self {
        Self {
            first: vec![NONE; nodes],
            potential: vec![0; nodes],
            level: vec![NONE; nodes],
            cursor: vec![NONE; nodes],
            ..Self::default()
        }
    }

    /// An arc with room for so many units, each at this cost; answers its number.
    pub(super) fn arc(&mut self, from: usize, to: usize, room: u64, cost: i32) -> usize {
        let number = self.to.len();
        for (tail, head, room, cost) in [(from, to, room, cost), (to, from, 0, -cost)] {
            self.next.push(self.first[tail]);
            self.first[tail] = self.to.len() as u32;
            self.to.push(head as u32);
            self.room.push(room);
            self.cost.push(cost);
        }
        number
    }

    /// How much goes through an arc.
    pub(super) fn through(&self, arc: usize) -> u64 {
        self.room[arc ^ 1]
    }

    /// Sends as much as goes along arcs of no reduced cost; with costs of zero that is the most there is.
    pub(super) fn send(&mut self, from: usize, to: usize) -> u64 {
        let mut sent = 0;
        while self.levels(from, to) {
            self.cursor.copy_from_slice(&self.first);
            sent += self.block(from, to);
        }
        sent
    }

    /// Sends as much as goes through, as cheaply as that can be done; answers how much.
    pub(super) fn send_cheaply(&mut self, from: usize, to: usize) -> u64 {
        let mut sent = self.send(from, to);
        while self.further(from, to) {
            sent += self.send(from, to);
        }
        sent
    }

    /// Whether more could still be brought to this node: after [`Flow::send`], which side of the cut it is on.
    pub(super) fn reached(&self, node: usize) -> bool {
        self.level[node] != NONE
    }

    fn open(&self, tail: usize, arc: usize) -> Option<usize> {
        let head = self.to[arc] as usize;
        let tight = self.cost[arc] + self.potential[tail] == self.potential[head];
        (self.room[arc] > 0 && tight).then_some(head)
    }

    fn levels(&mut self, from: usize, to: usize) -> bool {
        self.level.fill(NONE);
        self.level[from] = 0;
        let mut queue = Vec::from([from as u32]);
        let mut at = 0;
        while let Some(&node) = queue.get(at) {
            at += 1;
            let node = node as usize;
            let mut arc = self.first[node];
            while arc != NONE {
                if let Some(head) = self.open(node, arc as usize).filter(|head| self.level[*head] == NONE) {
                    self.level[head] = self.level[node] + 1;
                    queue.push(head as u32);
                }
                arc = self.next[arc as usize];
            }
        }
        self.level[to] != NONE
    }

    /// Fills every shortest way.
    fn block(&mut self, from: usize, to: usize) -> u64 {
        let mut path: Vec<u32> = Vec::new();
        let (mut node, mut sent) = (from, 0);
        loop {
            if node == to {
                let least = path.iter().map(|arc| self.room[*arc as usize]).min().unwrap_or(0);
                sent += least;
                for arc in &path {
                    self.room[*arc as usize] -= least;
                    self.room[*arc as usize ^ 1] += least;
                }
                // On from where it became full first.
                let full = path.iter().position(|arc| self.room[*arc as usize] == 0).unwrap_or(0);
                node = self.to[path[full] as usize ^ 1] as usize;
                path.truncate(full);
                continue;
            }
            let mut arc = self.cursor[node];
            while arc != NONE {
                let ahead = self.open(node, arc as usize);
                if ahead.is_some_and(|head| self.level[head] == self.level[node].saturating_add(1)) {
                    break;
                }
                arc = self.next[arc as usize];
            }
            self.cursor[node] = arc;
            if arc != NONE {
                path.push(arc);
                node = self.to[arc as usize] as usize;
            } else if let Some(back) = path.pop() {
                // Nothing leads on from here.
                node = self.to[back as usize ^ 1] as usize;
                self.cursor[node] = self.next[back as usize];
            } else {
                return sent;
            }
        }
    }

    /// Raises the potentials to the next distance at which anything gets through.
    fn further(&mut self, from: usize, to: usize) -> bool {
        let mut distance = vec![i32::MAX; self.first.len()];
        distance[from] = 0;
        let mut queue = BinaryHeap::from([Reverse((0, from as u32))]);
        while let Some(Reverse((so_far, node))) = queue.pop() {
            let node = node as usize;
            if so_far > distance[node] {
                continue;
            }
            let mut arc = self.first[node];
            while arc != NONE {
                let (way, head) = (arc as usize, self.to[arc as usize] as usize);
                let reduced = self.cost[way] + self.potential[node] - self.potential[head];
                if self.room[way] > 0 && so_far + reduced < distance[head] {
                    distance[head] = so_far + reduced;
                    queue.push(Reverse((distance[head], head as u32)));
                }
                arc = self.next[way];
            }
        }
        let end = distance[to];
        if end == i32::MAX {
            return false;
        }
        for (potential, distance) in self.potential.iter_mut().zip(distance) {
            *potential += distance.min(end);
        }
        true
    }
}
