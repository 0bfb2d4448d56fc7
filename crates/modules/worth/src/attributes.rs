//! What segments can be drawn by.

use http::{Asked, Attribute, AttributeChoice, AttributeKind, AttributeLabel, AttributeRow, AttributeValue};
use kernel::{CustomerId, Result};
use store::Tx;

use crate::{model::Worth, policy, queries, rules::LifecycleStage};

const DAY: i64 = 86_400_000;

fn attribute(key: &'static str, kind: AttributeKind, label: &'static str) -> Attribute {
    let permission = Some(policy::READ);
    Attribute {
        key: key.into(),
        kind,
        label: AttributeLabel::Key(label),
        permission,
        personal: false,
        choices: Vec::new(),
    }
}

pub(crate) fn all(_tx: &mut Tx<'_>) -> Result<Vec<Attribute>> {
    let label = |stage: LifecycleStage| match stage {
        LifecycleStage::Lead => "worth.stages.lead",
        LifecycleStage::New => "worth.stages.new",
        LifecycleStage::Growing => "worth.stages.growing",
        LifecycleStage::Mature => "worth.stages.mature",
        LifecycleStage::Declining => "worth.stages.declining",
        LifecycleStage::Lost => "worth.stages.lost",
    };
    let choice = |stage: LifecycleStage| AttributeChoice {
        value: stage.text().into(),
        label: AttributeLabel::Key(label(stage)),
    };
    let stage = attribute("worth.stage", AttributeKind::Choice, "worth.attributes.stage");
    Ok(vec![
        Attribute { choices: LifecycleStage::ALL.map(choice).into(), ..stage },
        attribute("worth.alive", AttributeKind::Number, "worth.attributes.alive"),
        attribute("worth.recency", AttributeKind::Number, "worth.attributes.recency"),
        attribute("worth.frequency", AttributeKind::Number, "worth.attributes.frequency"),
        attribute("worth.monetary", AttributeKind::Number, "worth.attributes.monetary"),
        attribute("worth.purchases", AttributeKind::Number, "worth.attributes.purchases"),
        attribute("worth.last_order", AttributeKind::Date, "worth.attributes.last_order"),
        attribute("worth.total", AttributeKind::Money, "worth.attributes.total"),
    ])
}

/// A score keeps what it is called by the night that gave it; who never bought has a stage alone.
pub(crate) fn values(tx: &mut Tx<'_>, asked: &Asked) -> Result<Vec<AttributeRow>> {
    let ids: Vec<CustomerId> = asked.ids();
    Ok(queries::of(tx, &ids)?.iter().flat_map(|one| rows(one, asked)).collect())
}

fn rows(one: &Worth, asked: &Asked) -> Vec<AttributeRow> {
    let Some(customer_id) = asked.whose(one.customer_id) else { return Vec::new() };
    let row = |key: &str, value: AttributeValue| AttributeRow { customer_id, key: key.into(), value };
    let mut rows = vec![row("worth.stage", AttributeValue::Choice(one.stage.text().into()))];
    if one.purchases == 0 {
        return rows;
    }
    let last = one.at.plus_millis((one.last_day - one.today) * DAY);
    rows.extend([
        row("worth.recency", AttributeValue::Number(one.recency)),
        row("worth.frequency", AttributeValue::Number(one.frequency)),
        row("worth.monetary", AttributeValue::Number(one.monetary)),
        row("worth.purchases", AttributeValue::Number(one.purchases)),
        row("worth.last_order", AttributeValue::Date(last)),
        row("worth.total", AttributeValue::Number(one.total)),
    ]);
    rows.extend(one.alive.map(|alive| row("worth.alive", AttributeValue::Number((alive + 50) / 100))));
    rows
}
