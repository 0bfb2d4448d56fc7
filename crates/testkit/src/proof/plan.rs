//! What is going to happen, made from a seed.

use kernel::Rng;

/// Where it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scene {
    /// One process on SQLite.
    Single,
    /// Two processes on one PostgreSQL database, with NATS between them.
    Pair,
}

/// Everything that is decided beforehand. Its `Debug` text is what a failing run keeps.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What it was made from.
    pub seed: u64,
    /// Where it happens.
    pub scene: Scene,
    pub(crate) customers: Vec<CustomerPlan>,
    pub(crate) agents: Vec<AgentPlan>,
    /// How often, in percent, the supervisor gives a waiting conversation to somebody.
    pub(crate) assigns: u64,
    /// Each after a pause in milliseconds.
    pub(crate) faults: Vec<(u64, Fault)>,
}

#[derive(Clone, Debug)]
pub(crate) struct CustomerPlan {
    pub(crate) seed: u64,
    /// A pause in milliseconds, and how many messages then follow at once.
    pub(crate) bursts: Vec<(i64, u64)>,
    /// How often, in percent, an answer is marked as read.
    pub(crate) reads: u64,
}

/// How an agent behaves; chances in percent, times in milliseconds.
#[derive(Clone, Debug)]
pub(crate) struct AgentPlan {
    pub(crate) seed: u64,
    pub(crate) capacity: u64,
    pub(crate) thinks: u64,
    pub(crate) answers: u64,
    pub(crate) refuses: u64,
    pub(crate) ignores: u64,
    pub(crate) closes: u64,
    pub(crate) rests: u64,
}

/// What breaks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// SIGKILL to a process; it starts again after so many milliseconds.
    Kill { node: usize, down: u64 },
    /// SIGKILL to the process that owns routing, to see the other take over.
    KillOwner { down: u64 },
    /// SIGKILL to all.
    KillAll { down: u64 },
    /// A process sleeps longer than its leases last, and wakes up without knowing.
    Freeze { node: usize, for_ms: u64 },
    /// Every client's connection to a process breaks.
    Cut { node: usize },
    /// Nothing passes between clients and a process for a while.
    Hold { node: usize, for_ms: u64 },
    /// The connections between processes and NATS break.
    CutBus,
    /// Nothing passes between processes and NATS for a while.
    HoldBus { for_ms: u64 },
    /// The connections to PostgreSQL break.
    CutDatabase,
}

/// Choices, from a seed.
#[derive(Clone)]
pub(crate) struct Chance(Rng);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Rng::seeded(seed))
    }

    /// From `low` up to and with `high`.
    pub(crate) fn between(&self, low: u64, high: u64) -> u64 {
        low + self.0.below(high - low + 1)
    }

    pub(crate) fn percent(&self, chance: u64) -> bool {
        self.0.below(100) < chance
    }
}

impl Plan {
    /// A plan that keeps things breaking for about `millis` milliseconds.
    pub fn new(seed: u64, scene: Scene, millis: u64) -> Self {
        let chance = Chance::new(seed);
        let customers = (0..chance.between(8, 20)).map(|_| CustomerPlan::new(&chance, millis)).collect();
        let mut agents: Vec<_> = (0..chance.between(2, 5)).map(|_| AgentPlan::new(&chance)).collect();
        // One always has room, so that whoever waits at the end waits for a fault.
        agents[0].capacity = 50;
        let assigns = chance.between(0, 1) * chance.between(1, 15);
        let mut faults = Vec::new();
        let mut owner_killed = false;
        let mut left = millis;
        while left > 0 {
            let pause = chance.between(200, 1_800);
            let mut fault = Fault::choose(&chance, scene);
            if scene == Scene::Pair && !owner_killed && left < millis / 2 {
                fault = Fault::KillOwner { down: chance.between(100, 3_000) };
            }
            owner_killed |= matches!(fault, Fault::KillOwner { .. });
            left = left.saturating_sub(pause + fault.lasts());
            faults.push((pause, fault));
        }
        Self { seed, scene, customers, agents, assigns, faults }
    }
}

impl CustomerPlan {
    fn new(chance: &Chance, millis: u64) -> Self {
        let (mut bursts, mut left) = (Vec::new(), millis);
        let hurry = chance.between(100, 1_500);
        while left > 0 {
            let pause = chance.between(1, hurry).min(left);
            let count = if chance.percent(5) { chance.between(20, 60) } else { chance.between(1, 4) };
            bursts.push((i64::try_from(pause).unwrap_or_default(), count));
            left -= pause;
        }
        Self { seed: chance.between(0, u64::MAX - 1), bursts, reads: chance.between(0, 60) }
    }
}

impl AgentPlan {
    fn new(chance: &Chance) -> Self {
        Self {
            seed: chance.between(0, u64::MAX - 1),
            capacity: chance.between(2, 12),
            thinks: chance.between(5, 400),
            answers: chance.between(20, 90),
            refuses: chance.between(0, 10),
            ignores: chance.between(0, 6),
            closes: chance.between(0, 8),
            rests: chance.between(0, 3),
        }
    }
}

impl Fault {
    fn choose(chance: &Chance, scene: Scene) -> Self {
        let down = chance.between(0, 2_500);
        let node = usize::from(scene == Scene::Pair && chance.percent(50));
        let for_ms = chance.between(300, 2_500);
        let kinds = if scene == Scene::Pair { 9 } else { 4 };
        match chance.between(0, kinds - 1) {
            0 => Self::Kill { node, down },
            1 => Self::Cut { node },
            2 => Self::Hold { node, for_ms },
            3 => Self::KillAll { down },
            4 => Self::KillOwner { down },
            5 => Self::Freeze { node, for_ms: chance.between(500, 7_000) },
            6 => Self::CutBus,
            7 => Self::HoldBus { for_ms },
            _ => Self::CutDatabase,
        }
    }

    /// About how long it takes until all is well again.
    fn lasts(self) -> u64 {
        match self {
            Self::Kill { down, .. } | Self::KillAll { down } => down + 800,
            Self::KillOwner { down } => down + 5_000,
            Self::Freeze { for_ms, .. } | Self::Hold { for_ms, .. } | Self::HoldBus { for_ms } => for_ms,
            Self::Cut { .. } | Self::CutBus | Self::CutDatabase => 100,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_makes_the_same_plan_again() {
        for scene in [Scene::Single, Scene::Pair] {
            let plan = |seed| format!("{:?}", Plan::new(seed, scene, 10_000));
            assert!(plan(7) == plan(7) && plan(7) != plan(8));
        }
    }
}
