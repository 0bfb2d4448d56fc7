//! The people of the demo story: accounts and first roles.

use http::{Demo, DemoPerson, DemoPlan, DemoShift};
use kernel::{Error, Result};
use store::Tx;

use crate::{
    api::{self, Secret},
    codes,
    model::Locale,
    passwords, queries,
};

const PEOPLE: &str = include_str!("../demo/people.txt");

/// Refuses an installation where somebody has an account; makes the department's accounts elsewhere.
pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    if queries::any_user(tx)? {
        return Err(codes::NOT_EMPTY.conflict());
    }
    api::create_first_roles(tx, &demo.catalogue)?;
    let secret = Secret(passwords::hash_here(DemoPlan::PASSWORD, &demo.rng)?);
    for line in PEOPLE.lines().filter(|line| !line.starts_with('#')) {
        let [login, name, role, serves, works] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(Error::internal(format!("demo: {line}")));
        };
        let role = api::FIRST_ROLES.into_iter().find(|known| *known == role).unwrap_or("agent");
        let user = api::create_user(tx, login, name, role, Locale::ZhCn, &secret)?;
        let queues = serves.split(',').filter_map(|number| demo.queues.get(number.parse::<usize>().ok()?));
        let serves = queues.map(|queue| queue.id).collect();
        let shift = DemoShift::parse(works);
        let person = DemoPerson { id: user.id, login: user.login, name: user.name, role, unit: None, serves, shift };
        demo.people.push(person);
    }
    crate::identity::tell(tx, demo)?;
    crate::directory::tell(tx, demo)
}
