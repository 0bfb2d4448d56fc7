//! Who acts, and from where.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use crate::{ChannelId, CustomerId, Error, Owned, Permit, Reach, Result, Scope, Timestamp, UnitId, UserId};

/// Who does something.
#[derive(Clone, Debug)]
pub enum Actor {
    /// Nobody known.
    Anonymous,
    /// A signed-in member of the department.
    Staff(Arc<Staff>),
    /// A customer writing on a channel, known by the channel's token.
    Visitor(Visitor),
    /// The product itself; the text names the job or command. May do everything.
    System(&'static str),
}

/// A signed-in member of the department and what their role grants.
#[derive(Clone, Debug)]
pub struct Staff {
    /// Who.
    pub id: UserId,
    /// The name shown to colleagues.
    pub name: String,
    /// The unit the person belongs to, if placed.
    pub unit: Option<UnitId>,
    /// That unit and all below it: what [`Reach::Team`] covers.
    pub team: Vec<UnitId>,
    /// The nearest department above and all below it: what [`Reach::Department`] covers.
    pub department: Vec<UnitId>,
    /// Permission → how far.
    pub grants: HashMap<String, Reach>,
}

/// A customer on a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// Who.
    pub customer: CustomerId,
    /// Where.
    pub channel: ChannelId,
}

impl Actor {
    /// The right to read what `permission` reaches.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for nobody, [`Error::Forbidden`] without the permission.
    pub fn scope(&self, permission: &'static str) -> Result<Scope> {
        match self {
            Self::System(_) => Ok(Scope::all()),
            Self::Anonymous => Err(Error::Unauthenticated),
            Self::Visitor(_) => Err(Error::Forbidden(permission)),
            Self::Staff(staff) => match staff.grants.get(permission).ok_or(Error::Forbidden(permission))? {
                Reach::All => Ok(Scope::all()),
                Reach::Department => Ok(Scope::within(staff.id, staff.department.clone())),
                Reach::Team => Ok(Scope::within(staff.id, staff.team.clone())),
                Reach::Own => Ok(Scope::within(staff.id, Vec::new())),
            },
        }
    }

    /// The right to do, at `now`, what `permission` allows to a thing so owned.
    ///
    /// # Errors
    /// As [`Actor::scope`]; [`Error::NotFound`] when the thing lies outside the permission's reach.
    pub fn permit(&self, permission: &'static str, owned: &Owned, now: Timestamp) -> Result<Permit> {
        if self.scope(permission)?.covers(owned) {
            Ok(Permit::new(permission, now))
        } else {
            Err(Error::NotFound)
        }
    }

    /// The right to do what needs no more than being signed in: one's own session, presence, profile.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for anyone who is not staff.
    pub fn permit_own(&self, now: Timestamp) -> Result<Permit> {
        self.staff().map(|_| Permit::new("own", now))
    }

    /// Whom a list is asked for: an id, or `me` for the signed-in member; nothing: anybody.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `field` when it is neither; [`Error::Unauthenticated`] when nobody is `me`.
    pub fn person(&self, field: &'static str, asked: Option<&str>) -> Result<Option<UserId>> {
        Ok(match asked {
            None => None,
            Some("me") => Some(self.staff()?.id),
            Some(id) => Some(id.parse().map_err(|_| Error::field(field, "malformed"))?),
        })
    }

    /// The signed-in member.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for anyone else.
    pub fn staff(&self) -> Result<&Arc<Staff>> {
        match self {
            Self::Staff(staff) => Ok(staff),
            _ => Err(Error::Unauthenticated),
        }
    }

    /// Whether `permission` is granted, however far.
    pub fn has(&self, permission: &str) -> bool {
        match self {
            Self::System(_) => true,
            Self::Staff(staff) => staff.grants.contains_key(permission),
            Self::Anonymous | Self::Visitor(_) => false,
        }
    }

    /// The kind as it is stored: `anonymous`, `staff`, `visitor`, `system`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Staff(_) => "staff",
            Self::Visitor(_) => "visitor",
            Self::System(_) => "system",
        }
    }

    /// The id as it is stored; a system actor's name; none for nobody.
    pub fn id_text(&self) -> Option<String> {
        match self {
            Self::Anonymous => None,
            Self::Staff(staff) => Some(staff.id.to_string()),
            Self::Visitor(visitor) => Some(visitor.customer.to_string()),
            Self::System(name) => Some((*name).to_owned()),
        }
    }
}

/// Who does something, and from where: what an audit entry keeps.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Who.
    pub actor: Actor,
    /// From which address, when over the network.
    pub ip: Option<IpAddr>,
    /// With which program, when over HTTP; cut at 200 characters.
    pub user_agent: Option<String>,
    /// The request or job this belongs to, as it stands in the log.
    pub request_id: String,
}

impl Origin {
    /// The product itself, in the job or command `name`.
    pub fn system(name: &'static str) -> Arc<Self> {
        Arc::new(Self { actor: Actor::System(name), ip: None, user_agent: None, request_id: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rng;

    #[test]
    fn each_reach_covers_what_it_says_and_hides_the_rest() {
        let (now, rng) = (Timestamp::from_millis(5), Rng::seeded(1));
        let (team, sister, far) = (UnitId::new(now, &rng), UnitId::new(now, &rng), UnitId::new(now, &rng));
        let (id, other) = (UserId::new(now, &rng), UserId::new(now, &rng));
        let things = [Owned::by(None, far), Owned::by(other, sister), Owned::by(other, team)];
        for (reach, seen) in [(Reach::Own, 0), (Reach::Team, 1), (Reach::Department, 2), (Reach::All, 3)] {
            let grants = HashMap::from([("tasks.close".to_owned(), reach)]);
            let staff = Staff {
                id,
                name: "苏禾".into(),
                unit: Some(team),
                team: vec![team],
                department: vec![team, sister],
                grants,
            };
            let actor = Actor::Staff(Arc::new(staff));
            let count = things.iter().filter(|thing| actor.permit("tasks.close", thing, now).is_ok()).count();
            assert_eq!(count, seen, "{reach:?}");
            assert!(actor.permit("tasks.close", &Owned::by(id, None), now).is_ok());
            assert!(matches!(actor.permit("tasks.read", &things[0], now), Err(Error::Forbidden("tasks.read"))));
        }
    }

    #[test]
    fn nobody_is_asked_to_sign_in() {
        assert!(matches!(Actor::Anonymous.scope("tasks.read"), Err(Error::Unauthenticated)));
    }
}
