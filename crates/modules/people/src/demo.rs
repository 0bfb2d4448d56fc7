//! The departments, teams and posts of the demo story, and who belongs where.

use audit::api::Entry;
use http::Demo;
use kernel::{Actor, Error, Result, UserId};
use store::{Fact, Tx};

use crate::{
    events::{MemberMoved, UnitChanged},
    model::{Membership, Post, UnitKind, UnitRow},
    placement, policy, queries,
    raci::{self, Responsibility},
};

const UNITS: &str = include_str!("../demo/units.txt");
const RESPONSIBILITIES: &str = include_str!("../demo/responsibilities.txt");
/// Who supports technically.
const SUPPORT: &str = "gaoyuan";

pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let (mut units, mut posts): (Vec<UnitRow>, Vec<Post>) = (Vec::new(), Vec::new());
    for line in UNITS.lines().filter(|line| !line.starts_with('#')) {
        let unknown = || Error::internal(format!("demo: {line}"));
        let user = |login: &str| -> Result<UserId> {
            demo.people.iter().find(|person| person.login == login).map(|person| person.id).ok_or_else(unknown)
        };
        match line.split('\t').collect::<Vec<_>>()[..] {
            ["post", name, headcount] => {
                let headcount = headcount.parse().ok();
                let post = Post {
                    id: tx.new_id(),
                    name: name.into(),
                    unit_id: None,
                    headcount,
                    created_at: tx.now(),
                    version: 1,
                };
                queries::insert_post(tx, &post)?;
                audit::api::record(tx, Entry::new("people.post_created", "post", post.id).created(&post))?;
                posts.push(post);
            }
            ["member", login, unit, post] => {
                let unit = units.iter().find(|known| known.name == unit).ok_or_else(unknown)?.id;
                let post = posts.iter().find(|known| known.name == post).ok_or_else(unknown)?.id;
                let (user_id, since) = (user(login)?, tx.now());
                let membership = Membership {
                    id: tx.new_id(),
                    user_id,
                    unit_id: Some(unit),
                    post_id: Some(post),
                    since,
                    until: None,
                };
                queries::begin_membership(tx, &membership)?;
                audit::api::record(tx, Entry::new("people.member_moved", "user", user_id).created(&membership))?;
                let moved = MemberMoved { user_id, unit_id: Some(unit), post_id: Some(post), from_unit_id: None };
                tx.emit(Fact::new(MemberMoved::KIND, user_id, &moved)?);
                if let Some(person) = demo.people.iter_mut().find(|person| person.id == user_id) {
                    person.unit = Some(unit);
                }
            }
            [kind, name, above, lead] => {
                let unit = UnitRow {
                    id: tx.new_id(),
                    name: name.into(),
                    kind: if kind == "department" { UnitKind::Department } else { UnitKind::Team },
                    parent_id: units.iter().find(|known| known.name == above).map(|known| known.id),
                    position: units.len() as i64,
                    lead_id: Some(user(lead)?),
                    created_at: tx.now(),
                    closed_at: None,
                    version: 1,
                };
                queries::insert_unit(tx, &unit)?;
                queries::keep_place(tx, &unit)?;
                audit::api::record(tx, Entry::new("people.unit_created", "unit", unit.id).created(&unit))?;
                let changed =
                    UnitChanged { unit_id: unit.id, name: unit.name.clone(), parent_id: unit.parent_id, closed: false };
                tx.emit(Fact::new(UnitChanged::KIND, unit.id, &changed)?);
                units.push(unit);
            }
            _ => return Err(unknown()),
        }
    }
    // Later than all else, so that nothing else of the story is another for it.
    demo.finally.push(responsibilities);
    Ok(())
}

/// Technical support has a post of its own, and it is said who is responsible for what.
fn responsibilities(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    tx.as_of(demo.since, Actor::System("demo"))?;
    let permit = policy::may_assign(tx.actor(), tx.now())?;
    let post = Post {
        id: tx.new_id(),
        name: "技术支持".into(),
        unit_id: None,
        headcount: Some(1),
        created_at: tx.now(),
        version: 1,
    };
    queries::insert_post(tx, &post)?;
    audit::api::record(tx, Entry::new("people.post_created", "post", post.id).created(&post))?;
    if let Some(person) = demo.people.iter().find(|person| person.login == SUPPORT) {
        let seen = queries::member(tx, person.id)?;
        let (id, since) = (tx.new_id(), tx.now());
        let (user_id, unit_id, post_id) = (person.id, seen.unit_id, Some(post.id));
        placement::begin(tx, &seen, &Membership { id, user_id, unit_id, post_id, since, until: None })?;
    }
    let posts = queries::posts(tx)?;
    let told = |line: &str| {
        let [activity, post, part] = line.split('\t').collect::<Vec<_>>()[..] else { return None };
        let post_id = posts.iter().find(|known| known.name == post)?.id;
        Some(Responsibility { activity: raci::activity(activity).ok()?, post_id, part: raci::part(part)? })
    };
    let all = RESPONSIBILITIES.lines().filter(|line| !line.starts_with('#')).filter_map(told).collect();
    raci::keep(tx, 0, &raci::checked(&permit, all, &posts)?)?;
    tx.as_of(demo.now, Actor::System("demo"))
}
