//! What one person has, and every way points can go. Pure: what it books is written down by `ledger`.

use kernel::{Error, Id, Params, Result, Rng, Timestamp, UserId};

use super::{Member, NEVER, Parts, PointsAccount, PointsEntry, PointsEntryKind, PointsLot, PointsPosting};
use crate::codes;

/// What an entry says of itself.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub kind: PointsEntryKind,
    pub source: String,
    pub reference: String,
    pub once_key: Option<String>,
    pub base: Option<i64>,
    pub qualifies: bool,
    pub parts: Parts,
    pub rules_version: Option<i64>,
    pub about_id: Option<Id<PointsEntry>>,
    pub reason: String,
    pub by_id: Option<UserId>,
    pub by_name: String,
}

impl Head {
    /// Done by the product itself.
    pub(crate) fn own(kind: PointsEntryKind) -> Self {
        Self {
            kind,
            source: "loyalty".into(),
            reference: String::new(),
            once_key: None,
            base: None,
            qualifies: false,
            parts: Parts::default(),
            rules_version: None,
            about_id: None,
            reason: String::new(),
            by_id: None,
            by_name: String::new(),
        }
    }
}

/// The memberships of one person (more than one where customers were merged), with the lots something can happen to:
/// those that hold points, and others asked for by id.
pub(crate) struct Purse {
    /// The one that earns comes first.
    pub members: Vec<Member>,
    /// In the order in which they expire.
    pub lots: Vec<PointsLot>,
    /// What was done, in order.
    pub entries: Vec<PointsEntry>,
    /// The movements of it.
    pub postings: Vec<PointsPosting>,
    /// Lots that came to be.
    pub born: Vec<Id<PointsLot>>,
    now: Timestamp,
    rng: Rng,
}

/// A movement: of the lot at this place, out of, into, how many.
type Move = (usize, PointsAccount, PointsAccount, i64);

impl Purse {
    pub(crate) fn new(members: Vec<Member>, mut lots: Vec<PointsLot>, now: Timestamp, rng: Rng) -> Self {
        lots.sort_by_key(|lot| (lot.expires_at, lot.id));
        Self { members, lots, entries: Vec::new(), postings: Vec::new(), born: Vec::new(), now, rng }
    }

    /// Points that can be used now.
    pub(crate) fn balance(&self) -> i64 {
        let mine = |lot: &&PointsLot| lot.expires_at > self.now;
        self.lots.iter().filter(mine).map(|lot| lot.active).sum()
    }

    fn debt(&self) -> i64 {
        self.members.iter().map(|member| member.debt).sum()
    }

    /// Lets come true what time brings: pending points become active, those whose day is over expire, and what is owed
    /// is settled.
    pub(crate) fn catch_up(&mut self) -> Result<()> {
        for at in 0..self.lots.len() {
            if self.lots[at].pending > 0 && self.lots[at].matures_at <= self.now {
                let points = self.lots[at].pending;
                self.book(
                    Head::own(PointsEntryKind::Mature),
                    0,
                    &[(at, PointsAccount::Pending, PointsAccount::Active, points)],
                )?;
            }
            if self.lots[at].active > 0 && self.lots[at].expires_at <= self.now {
                let points = self.lots[at].active;
                self.book(
                    Head::own(PointsEntryKind::Expire),
                    -points,
                    &[(at, PointsAccount::Active, PointsAccount::Expired, points)],
                )?;
            }
        }
        self.settle()
    }

    /// Pays what is owed from what there is.
    fn settle(&mut self) -> Result<()> {
        let points = self.debt().min(self.balance());
        if points <= 0 {
            return Ok(());
        }
        let moves = self.take(points, PointsAccount::Debt);
        self.book(Head::own(PointsEntryKind::Settle), 0, &moves).map(drop)
    }

    /// So many active points, the earliest to expire first.
    fn take(&self, points: i64, to: PointsAccount) -> Vec<Move> {
        let (mut left, mut moves) = (points, Vec::new());
        for (at, lot) in self.lots.iter().enumerate().filter(|(_, lot)| lot.expires_at > self.now) {
            let some = left.min(lot.active);
            if some > 0 {
                moves.push((at, PointsAccount::Active, to, some));
                left -= some;
            }
        }
        moves
    }

    /// Gives points, to be used from `matures_at` on and up to the end of `expires`.
    pub(crate) fn earn(
        &mut self,
        head: Head,
        points: i64,
        matures_at: Timestamp,
        expires: Option<(String, Timestamp)>,
    ) -> Result<PointsEntry> {
        let member_id = self.members.first().ok_or(Error::NotFound)?.id;
        let (expires_on, expires_at) = expires.map_or((None, NEVER), |(day, at)| (Some(day), at));
        let lot = PointsLot {
            id: Id::new(self.now, &self.rng),
            member_id,
            // Set when it is booked.
            entry_id: Id::new(self.now, &self.rng),
            earned_at: self.now,
            matures_at,
            expires_on,
            expires_at,
            points,
            pending: 0,
            active: 0,
            spent: 0,
            settled: 0,
            expired: 0,
            withdrawn: 0,
            reversed: 0,
            owed: 0,
        };
        let (id, at) = (lot.id, self.lots.len());
        let account = if matures_at > self.now {
            PointsAccount::Pending
        } else {
            PointsAccount::Active
        };
        self.lots.push(lot);
        self.born.push(id);
        let entry = self.book(head, points, &[(at, PointsAccount::Issued, account, points)])?;
        self.lots[at].entry_id = entry.id;
        self.lots.sort_by_key(|lot| (lot.expires_at, lot.id));
        self.catch_up()?;
        Ok(entry)
    }

    /// Uses points, or takes them by hand: never more than there are.
    pub(crate) fn use_up(&mut self, head: Head, points: i64, to: PointsAccount) -> Result<PointsEntry> {
        self.catch_up()?;
        let balance = self.balance();
        if points > balance {
            return Err(Error::Conflict(codes::NOT_ENOUGH, Params::from([("balance", balance.into())])));
        }
        let moves = self.take(points, to);
        self.book(head, -points, &moves)
    }

    /// Gives back `points` of what `postings` used, beginning with what was used last of it; `undone` of them came back
    /// before. A lot whose day is over gets another one.
    pub(crate) fn give_back(
        &mut self,
        head: Head,
        postings: &[PointsPosting],
        undone: i64,
        points: i64,
        again: &(String, Timestamp),
    ) -> Result<PointsEntry> {
        let (mut skip, mut left, mut moves) = (undone, points, Vec::new());
        for posting in postings.iter().rev() {
            let gone = skip.min(posting.points);
            skip -= gone;
            let some = left.min(posting.points - gone);
            left -= some;
            if some > 0 {
                let at = self.place(posting.lot_id)?;
                if self.lots[at].expires_at <= self.now {
                    (self.lots[at].expires_on, self.lots[at].expires_at) = (Some(again.0.clone()), again.1);
                }
                moves.push((at, PointsAccount::Spent, PointsAccount::Active, some));
            }
        }
        if left > 0 {
            return Err(codes::UNDONE.conflict());
        }
        let entry = self.book(head, points, &moves)?;
        self.lots.sort_by_key(|lot| (lot.expires_at, lot.id));
        self.catch_up()?;
        Ok(entry)
    }

    /// Takes back `points` of what a lot was given for, wherever they went: first what is there, then what is gone
    /// anyway, and what was used is owed from now on.
    pub(crate) fn reverse(&mut self, head: Head, lot: Id<PointsLot>, points: i64) -> Result<PointsEntry> {
        let at = self.place(lot)?;
        let lot = &self.lots[at];
        if points > lot.points - lot.reversed - lot.owed {
            return Err(codes::UNDONE.conflict());
        }
        let wells = [
            (PointsAccount::Pending, lot.pending),
            (PointsAccount::Active, lot.active),
            (PointsAccount::Expired, lot.expired),
            (PointsAccount::Withdrawn, lot.withdrawn),
            (PointsAccount::Debt, lot.spent + lot.settled - lot.owed),
        ];
        let (mut left, mut moves, mut felt) = (points, Vec::new(), 0);
        for (from, there) in wells {
            let some = left.min(there);
            if some > 0 {
                moves.push((at, from, PointsAccount::Reversed, some));
                left -= some;
                // What had expired or was taken was not the member's any more.
                felt += if matches!(from, PointsAccount::Expired | PointsAccount::Withdrawn) {
                    0
                } else {
                    some
                };
            }
        }
        if left > 0 {
            return Err(codes::UNDONE.conflict());
        }
        let entry = self.book(head, -felt, &moves)?;
        self.catch_up()?;
        Ok(entry)
    }

    fn place(&self, lot: Id<PointsLot>) -> Result<usize> {
        self.lots.iter().position(|known| known.id == lot).ok_or_else(|| Error::internal("a lot is missing"))
    }

    /// Writes down one entry with its movements.
    fn book(&mut self, head: Head, points: i64, moves: &[Move]) -> Result<PointsEntry> {
        let id = Id::new(self.now, &self.rng);
        for (seq, &(at, from, to, some)) in (1..).zip(moves) {
            self.lots[at].shift(from, to, some)?;
            let (lot_id, member) = (self.lots[at].id, self.lots[at].member_id);
            self.postings.push(PointsPosting {
                entry_id: id,
                seq,
                lot_id,
                from_account: from,
                to_account: to,
                points: some,
            });
            self.felt(member, from, to, some);
        }
        let member = moves.first().map_or(0, |&(at, ..)| self.owner(self.lots[at].member_id));
        let member_id = self.members.get(member).ok_or(Error::NotFound)?.id;
        let Head {
            kind,
            source,
            reference,
            once_key,
            base,
            qualifies,
            parts,
            rules_version,
            about_id,
            reason,
            by_id,
            by_name,
        } = head;
        let entry = PointsEntry {
            id,
            member_id,
            kind,
            source,
            reference,
            once_key,
            points,
            standing: self.members.iter().map(Member::standing).sum(),
            base,
            refunded: 0,
            undone: 0,
            qualifies,
            parts,
            rules_version,
            about_id,
            reason,
            by_id,
            by_name,
            at: self.now,
        };
        self.entries.push(entry.clone());
        Ok(entry)
    }

    fn owner(&self, id: Id<Member>) -> usize {
        self.members.iter().position(|member| member.id == id).unwrap_or_default()
    }

    /// What a movement is for the member whose lot it is; what is settled is taken off whoever owes.
    fn felt(&mut self, member: Id<Member>, from: PointsAccount, to: PointsAccount, points: i64) {
        let at = self.owner(member);
        for (account, change) in [(from, -points), (to, points)] {
            match account {
                PointsAccount::Pending => self.members[at].pending += change,
                PointsAccount::Active => self.members[at].balance += change,
                PointsAccount::Debt if change < 0 => self.members[at].debt += points,
                PointsAccount::Debt => {
                    let mut left = points;
                    for owing in &mut self.members {
                        let some = left.min(owing.debt);
                        (owing.debt, left) = (owing.debt - some, left - some);
                    }
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests;
