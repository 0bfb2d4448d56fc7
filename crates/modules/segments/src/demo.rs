//! Segments of the demo story: those a supervisor shares, and one of an agent's own.

use customers::CustomerListQuery;
use http::Demo;
use kernel::{Actor, Result};
use serde_json::json;
use store::Tx;

use crate::{
    api,
    export::{CustomerExport, ExportColumn, ExportFormat, Source, Wish},
    keeping::{self, Refresh},
    model::{Draft, Segment},
    policy, queries,
    rule::Rule,
    writing,
};

const DAY: i64 = 86_400_000;

pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let (Some(lead), Some(agent)) =
        (demo.with_role("supervisor").into_iter().next(), demo.with_role("agent").into_iter().next())
    else {
        return Ok(());
    };
    let all = |conditions: serde_json::Value| json!({ "match": "all", "conditions": conditions });
    let drafts = [
        (
            &lead,
            "三十天没联系的客户",
            "有电话，先打过去问候",
            true,
            all(json!([
                { "attribute": "customers.stage", "test": "is", "values": ["customer"] },
                { "attribute": "customers.last_contact", "test": "not_within_days", "numbers": [30] },
                { "attribute": "customers.has_phone", "test": "yes" },
            ])),
        ),
        (
            &lead,
            "一个月内找过我们两次以上",
            "问题可能还没解决",
            true,
            all(json!([{ "attribute": "conversations.opened", "test": "happened", "numbers": [2, 30] }])),
        ),
        (
            &lead,
            "没有负责人的潜在客户",
            "",
            true,
            all(json!([
                { "attribute": "customers.stage", "test": "is", "values": ["lead"] },
                { "attribute": "customers.owner", "test": "unknown" },
            ])),
        ),
        (
            &agent,
            "新认识的人",
            "一周内第一次来",
            false,
            all(json!([{ "attribute": "customers.created", "test": "within_days", "numbers": [7] }])),
        ),
    ];
    for (at, (by, name, description, shared, rule)) in drafts.into_iter().enumerate() {
        tx.as_of(demo.now.plus_millis((at as i64 - 9) * DAY), by.actor())?;
        // People of the story hold no permissions: the story itself does.
        let permit = Actor::System("demo").permit(policy::MANAGE, &kernel::Owned::NOBODY, tx.now())?;
        let rule: Rule = serde_json::from_value(rule).map_err(kernel::Error::internal)?;
        let (name, description) = (name.to_owned(), description.to_owned());
        let staff = by.actor();
        let segment = Segment::new(&permit, tx.new_id(), staff.staff()?, Draft { name, description, rule, shared });
        queries::insert(tx, &segment)?;
        api::changed(tx, "segments.created", None, &segment)?;
    }
    // The story's customers are there at once.
    keeping::mark(tx, &demo.customers.iter().map(|customer| customer.id).collect::<Vec<_>>())?;
    work::enqueue(tx, &Refresh {})?;
    taken_along(tx, demo, &lead)
}

/// The supervisor took the leads of the day before yesterday along, for a meeting.
fn taken_along(tx: &mut Tx<'_>, demo: &Demo, by: &http::DemoPerson) -> Result<()> {
    tx.as_of(demo.now.plus_millis(-2 * DAY), Actor::System("demo"))?;
    let permit = Actor::System("demo").permit(policy::EXPORT, &kernel::Owned::NOBODY, tx.now())?;
    let list = CustomerListQuery { stage: Some(customers::Stage::Lead), ..CustomerListQuery::default() };
    let wish = Wish {
        name: "潜在客户".into(),
        source: Source { segment_id: None, as_of: None, difference: None, list },
        columns: vec![ExportColumn::Name, ExportColumn::Phone, ExportColumn::Owner, ExportColumn::LastContact],
        format: ExportFormat::Xlsx,
        clear: false,
        reason: "周例会讨论跟进".into(),
    };
    let staff = by.actor();
    let export = CustomerExport::new(&permit, tx.new_id(), staff.staff()?, wish);
    writing::rehearse(tx, export)
}
