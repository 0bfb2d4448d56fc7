//! Territories, who manages them, and what goes on in their markets.

use kernel::{Check, Cursor, Id, Noun, Owned, Permit, Result, Scope, Timestamp, UnitId, UserId};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Record, Tx, params, sql, text_enum};
use utoipa::ToSchema;

use crate::codes;

impl Noun for Territory {
    const PREFIX: &'static str = "ter";
}
impl Noun for MarketReport {
    const PREFIX: &'static str = "mkr";
}

/// Territories above one another, at most.
const DEEPEST: usize = 8;

text_enum! {
    /// What a territory is.
    pub enum TerritoryKind {
        /// A part of the country, a town, a district.
        Area = "area",
        /// A line of business.
        Trade = "trade",
    }
}

text_enum! {
    /// What a report is about.
    pub enum MarketKind {
        /// What customers want more or less of.
        Demand = "demand",
        /// Prices.
        Price = "price",
        /// What others offer and do.
        Competitor = "competitor",
        /// Rules and authorities.
        Policy = "policy",
        /// What customers say of the quality.
        Quality = "quality",
        /// Something else.
        Other = "other",
    }
}

store::record! {
    /// An area or a trade, and who manages it.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct Territory {
        /// Its id.
        pub id: Id<Territory>,
        /// What it is called.
        pub name: String,
        /// What it is.
        pub kind: TerritoryKind,
        /// What it is a part of.
        pub parent_id: Option<Id<Territory>>,
        /// Who manages it.
        pub manager_id: Option<UserId>,
        /// Their name.
        pub manager_name: Option<String>,
        /// The unit they belong to.
        pub unit_id: Option<UnitId>,
        /// Whether nothing is reported of it any more.
        pub closed: bool,
        /// Since when.
        pub created_at: Timestamp,
        /// Rises with each change.
        pub version: i64,
    }
}

store::record! {
    /// What goes on in the market of a territory.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct MarketReport {
        /// Its id.
        pub id: Id<MarketReport>,
        /// Where.
        pub territory_id: Id<Territory>,
        /// Its name then.
        pub territory_name: String,
        /// What it is about.
        pub kind: MarketKind,
        /// What is new.
        pub news: String,
        /// What shows it: who said it, where it stands, which offer.
        pub evidence: String,
        /// The week: `2026-W48`.
        pub week: String,
        /// Who reported it.
        pub owner_id: UserId,
        /// Their name.
        pub owner_name: String,
        /// The unit they belong to.
        pub unit_id: Option<UnitId>,
        /// When.
        pub at: Timestamp,
        /// Who took note of it.
        pub read_by: Option<UserId>,
        /// Their name.
        pub read_by_name: Option<String>,
        /// When.
        pub read_at: Option<Timestamp>,
        /// What they said to it.
        pub remark: String,
        /// Rises with each change.
        pub version: i64,
    }
}

impl Territory {
    /// Whose it is, for scopes.
    pub(crate) fn owned(&self) -> Owned {
        Owned::by(self.manager_id, self.unit_id)
    }
}

impl MarketReport {
    /// Whose it is, for scopes.
    pub(crate) fn owned(&self) -> Owned {
        Owned::by(self.owner_id, self.unit_id)
    }

    /// What the trail holds of it: no words.
    pub(crate) fn trace(&self) -> Value {
        json!({"territory_id": self.territory_id, "kind": self.kind, "week": self.week, "read_by": self.read_by})
    }

    pub(crate) fn checked(self) -> Result<Self> {
        Check::new().text("news", &self.news, 1..=2_000).text("evidence", &self.evidence, 1..=500).done()?;
        Ok(self)
    }

    /// Somebody took note of it, once.
    pub(crate) fn noted(self, permit: &Permit, by: UserId, name: String, remark: String) -> Result<Self> {
        if self.read_at.is_some() {
            return Err(codes::READ.conflict());
        }
        let (read_by, read_by_name, read_at) = (Some(by), Some(name), Some(permit.at()));
        Ok(Self { read_by, read_by_name, read_at, remark, version: self.version + 1, ..self })
    }
}

/// Whether `id` may stand below `parent`: it is not above it, and there are not too many above one another.
///
/// # Errors
/// [`codes::BELOW_ITSELF`] when it may not.
pub(crate) fn may_stand(all: &[Territory], id: Id<Territory>, parent: Option<Id<Territory>>) -> Result<()> {
    let mut above = parent;
    for _ in 0..DEEPEST {
        match above {
            None => return Ok(()),
            Some(at) if at == id => return Err(codes::BELOW_ITSELF.conflict()),
            Some(at) => above = all.iter().find(|one| one.id == at).and_then(|one| one.parent_id),
        }
    }
    Err(codes::BELOW_ITSELF.conflict())
}

sql! {
    TERRITORIES(Territory) = "SELECT {cols} FROM territories ORDER BY created_at, id";
    TERRITORY(Territory) = "SELECT {cols} FROM territories WHERE id = $1";
    INSERT_TERRITORY(Territory) = "INSERT INTO territories ({cols}) VALUES ({vals})";
    UPDATE_TERRITORY(Territory) = "UPDATE territories SET {sets} WHERE id = $1 AND version = $10 - 1";

    INSERT(MarketReport) = "INSERT INTO market_reports ({cols}) VALUES ({vals})";
    UPDATE(MarketReport) = "UPDATE market_reports SET {sets} WHERE id = $1 AND version = $16 - 1";
    FIND(MarketReport) = "SELECT {cols} FROM market_reports WHERE id = $1";
    LIST(MarketReport) = "SELECT {cols} FROM market_reports
        WHERE (at, id) < ($1, $2)
          AND (CAST($3 AS BOOLEAN) OR owner_id = $4 OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
          AND (CAST($6 AS TEXT) IS NULL OR week = $6)
          AND (CAST($7 AS TEXT) IS NULL OR territory_id = $7)
          AND (CAST($8 AS TEXT) IS NULL OR kind = $8)
          AND (CAST($9 AS BOOLEAN) IS NULL OR (read_at IS NULL) = $9)
        ORDER BY at DESC, id DESC LIMIT $10";
    REPORTED = "SELECT territory_id, count(*) FROM market_reports WHERE week = $1 GROUP BY territory_id ORDER BY territory_id";
}

pub(crate) fn territories(tx: &mut Tx<'_>) -> Result<Vec<Territory>> {
    tx.all(&TERRITORIES, &[])
}

pub(crate) fn territory(tx: &mut Tx<'_>, id: Id<Territory>) -> Result<Territory> {
    tx.one(&TERRITORY, params![id])
}

pub(crate) fn insert_territory(tx: &mut Tx<'_>, one: &Territory) -> Result<()> {
    tx.exec(&INSERT_TERRITORY, &one.values()).map(drop)
}

pub(crate) fn save_territory(tx: &mut Tx<'_>, one: &Territory) -> Result<()> {
    tx.exec_one(&UPDATE_TERRITORY, &one.values(), codes::STALE)
}

pub(crate) fn insert(tx: &mut Tx<'_>, report: &MarketReport) -> Result<()> {
    tx.exec(&INSERT, &report.values()).map(drop)
}

pub(crate) fn save(tx: &mut Tx<'_>, report: &MarketReport) -> Result<()> {
    tx.exec_one(&UPDATE, &report.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<MarketReport>) -> Result<MarketReport> {
    tx.one(&FIND, params![id])
}

/// Which reports; what is none lets all through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub week: Option<String>,
    pub territory: Option<Id<Territory>>,
    pub kind: Option<MarketKind>,
    pub unread: Option<bool>,
}

pub(crate) fn list(
    tx: &mut Tx<'_>,
    scope: &Scope,
    filter: &Filter,
    before: &Cursor,
    limit: i64,
) -> Result<Vec<MarketReport>> {
    let Filter { week, territory, kind, unread } = filter;
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    tx.all(&LIST, params![before.key, before.id, all, own, units, week, territory, kind, unread, limit])
}

/// How much was reported of each territory in that week.
pub(crate) fn reported(tx: &mut Tx<'_>, week: &str) -> Result<Vec<(Id<Territory>, i64)>> {
    tx.all(&REPORTED, params![week])
}

#[cfg(test)]
mod tests {
    use kernel::Rng;

    use super::*;

    #[test]
    fn no_territory_stands_below_itself() {
        let (at, rng) = (Timestamp::from_millis(1), Rng::seeded(1));
        let one = |parent_id| Territory {
            id: Id::new(at, &rng),
            name: "华北".into(),
            kind: TerritoryKind::Area,
            parent_id,
            manager_id: None,
            manager_name: None,
            unit_id: None,
            closed: false,
            created_at: at,
            version: 1,
        };
        let top = one(None);
        let middle = one(Some(top.id));
        let low = one(Some(middle.id));
        let all = [top.clone(), middle.clone(), low.clone()];
        assert!(may_stand(&all, low.id, Some(top.id)).is_ok() && may_stand(&all, top.id, None).is_ok());
        assert!(may_stand(&all, top.id, Some(low.id)).is_err() && may_stand(&all, top.id, Some(top.id)).is_err());
    }
}
