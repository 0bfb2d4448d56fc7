//! The front door: turns a cookie or a token into an actor.

use std::{
    collections::HashMap,
    future::Future,
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use http::{App, Authenticator, Catalogue, Credentials};
use kernel::{Actor, Error, Origin, Reach, Result, Staff, Timestamp, UnitId, UserId};
use sha2::{Digest, Sha256};
use store::{Tx, params};

use crate::{
    model::{RoleKind, User},
    queries,
};

/// Where a person stands in the department: what scopes reach.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The unit they belong to.
    pub unit: Option<UnitId>,
    /// That unit and all below it.
    pub team: Vec<UnitId>,
    /// The nearest department above and all below it.
    pub department: Vec<UnitId>,
}

/// The guard that `people` registers: where a person stands.
pub trait Placement: Send + Sync {
    /// Where `user` stands; the default when they are placed nowhere.
    ///
    /// # Errors
    /// From the database.
    fn place(&self, tx: &mut Tx<'_>, user: UserId) -> Result<Place>;

    /// Whether there is such a unit, in which somebody may be placed; there is none unless units are known.
    ///
    /// # Errors
    /// From the database.
    fn has_unit(&self, _tx: &mut Tx<'_>, _unit: UnitId) -> Result<bool> {
        Ok(false)
    }

    /// The open unit of this name; none where there is no such, or more than one.
    ///
    /// # Errors
    /// From the database.
    fn unit_named(&self, _tx: &mut Tx<'_>, _name: &str) -> Result<Option<UnitId>> {
        Ok(None)
    }

    /// Places `user`, who stands nowhere yet, in this unit; nowhere when there is no such unit any more.
    ///
    /// # Errors
    /// From the database.
    fn settle(&self, _tx: &mut Tx<'_>, _user: UserId, _unit: UnitId) -> Result<()> {
        Ok(())
    }
}

/// Until `people` says otherwise, nobody stands anywhere: only own and all reach something.
struct Nowhere;

impl Placement for Nowhere {
    fn place(&self, _tx: &mut Tx<'_>, _user: UserId) -> Result<Place> {
        Ok(Place::default())
    }
}

pub(crate) fn nowhere() -> Box<dyn Placement> {
    Box::new(Nowhere)
}

/// How long a session lives without a request.
const IDLE: i64 = 12 * 3_600_000;
/// How often a session's use is written down.
const SEEN: i64 = 5 * 60_000;
/// How long an answer of the door is believed without asking the database again, in milliseconds:
/// the longest that another node's suspension or change of role takes to be felt here.
const BELIEVED: i64 = 5_000;

/// The people seen lately, by the hash of what they showed.
#[derive(Default)]
pub(crate) struct Recent(Mutex<HashMap<String, (Timestamp, Arc<Staff>)>>);

impl Recent {
    fn get(&self, hash: &str, now: Timestamp) -> Option<Arc<Staff>> {
        let map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, staff) = map.get(hash)?;
        (0..BELIEVED).contains(&now.since(*since)).then(|| staff.clone())
    }

    fn keep(&self, hash: String, now: Timestamp, staff: Arc<Staff>) {
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if map.len() >= 10_000 {
            map.retain(|_, (since, _)| (0..BELIEVED).contains(&now.since(*since)));
        }
        map.insert(hash, (now, staff));
    }

    /// Asks the database again for everybody.
    pub(crate) fn forget_all(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

pub(crate) struct FrontDoor;

impl Authenticator for FrontDoor {
    fn authenticate<'a>(
        &'a self,
        app: &'a App,
        credentials: &'a Credentials,
        _ip: Option<IpAddr>,
    ) -> Pin<Box<dyn Future<Output = Result<Actor>> + Send + 'a>> {
        Box::pin(async move {
            let (hash, is_session) = match credentials {
                Credentials::Session(secret) => (fingerprint(secret), true),
                Credentials::Bearer(secret) => (fingerprint(secret), false),
            };
            let now = app.clock().now();
            let recent = app.part::<Recent>();
            if let Some(staff) = recent.get(&hash, now) {
                return Ok(Actor::Staff(staff));
            }
            let (staff, seen) = look_up(app, hash.clone(), is_session).await?;
            if is_session && now.since(seen) > SEEN {
                touch(app, hash.clone()).await?;
            }
            recent.keep(hash, now, staff.clone());
            Ok(Actor::Staff(staff))
        })
    }
}

async fn look_up(app: &App, hash: String, is_session: bool) -> Result<(Arc<Staff>, Timestamp)> {
    let (placement, catalogue) = (app.part::<Box<dyn Placement>>(), app.part::<Catalogue>());
    app.db()
        .read(&Origin::system("front door"), move |tx| {
            let now = tx.now();
            let (id, seen): (UserId, Timestamp) = if is_session {
                tx.maybe(&queries::SESSION, params![hash, now])?.ok_or(Error::Unauthenticated)?
            } else {
                let found: Option<(UserId,)> = tx.maybe(&queries::TOKEN_USER, params![hash, now])?;
                (found.ok_or(Error::Unauthenticated)?.0, now)
            };
            let user = queries::user(tx, id)?;
            if !user.is_active() {
                return Err(Error::Unauthenticated);
            }
            Ok((Arc::new(staff(tx, &user, &**placement, &catalogue)?), seen))
        })
        .await
}

async fn touch(app: &App, hash: String) -> Result<()> {
    app.db()
        .write(&Origin::system("front door"), move |tx| {
            let now = tx.now();
            tx.exec(&queries::SEE_SESSION, params![hash, now, now.plus_millis(IDLE)])
        })
        .await
        .map(drop)
}

/// The person with what their role grants and where they stand.
pub(crate) fn staff(tx: &mut Tx<'_>, user: &User, placement: &dyn Placement, catalogue: &Catalogue) -> Result<Staff> {
    let role = queries::role(tx, user.role_id)?;
    let grants = match role.kind {
        RoleKind::Administrator => {
            catalogue.0.iter().map(|permission| (permission.name.to_owned(), Reach::All)).collect()
        }
        RoleKind::Ordinary => queries::grants(tx, role.id)?.into_iter().collect(),
    };
    let Place { unit, team, department } = placement.place(tx, user.id)?;
    Ok(Staff { id: user.id, name: user.name.clone(), unit, team, department, grants })
}

/// How a session's or token's secret is kept. It has 256 random bits: one round of SHA-256 is enough.
pub(crate) fn fingerprint(secret: &str) -> String {
    kernel::hex(Sha256::digest(secret.as_bytes()))
}

/// Begins a session; answers its secret.
pub(crate) fn begin_session(tx: &mut Tx<'_>, user: UserId) -> Result<String> {
    let secret = tx.rng().secret();
    let now = tx.now();
    let origin = tx.origin().clone();
    let ip = origin.ip.map(|ip| ip.to_string());
    tx.exec(&queries::FORGET_SESSIONS, params![now])?;
    tx.exec(
        &queries::INSERT_SESSION,
        params![fingerprint(&secret), user, now, now.plus_millis(IDLE), ip, origin.user_agent],
    )?;
    Ok(secret)
}
