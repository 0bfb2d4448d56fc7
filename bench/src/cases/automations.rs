//! What 200 automations add to the opening of a conversation: the event that most of them listen to. A
//! message within it is no event, and costs nothing more.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    cases::Row,
    client::visitor,
    place::{Outcome, Place},
};

const AUTOMATIONS: usize = 200;
/// Conversations opened without automations, and as many with them.
const OPENED: usize = 400;

pub(crate) async fn run(place: &mut Place, engine: &str) -> Outcome<Vec<Row>> {
    opening(place, "w").await?;
    let without = opening(place, "n").await?;
    for n in 0..AUTOMATIONS {
        place.post("/automations", automation(n)).await?;
    }
    let with = opening(place, "y").await?;
    Ok(vec![Row::at_most(format!("{engine}: what 200 automations add, CPU"), (with - without).max(0.0), "ms", 1.0)])
}

/// CPU milliseconds of server and database a conversation that a visitor opens, all that follows from it included.
async fn opening(place: &Place, name: &str) -> Outcome<f64> {
    let cpu = place.cpu_ms();
    for n in 0..OPENED {
        visitor(place, &format!("{name}{n}")).await?;
    }
    // Listeners come after the answer.
    tokio::time::sleep(Duration::from_secs(1)).await;
    Ok((place.cpu_ms() - cpu) / OPENED as f64)
}

/// One of as many kinds as there are ways to compare; none of them comes true.
fn automation(n: usize) -> Value {
    let words = [format!("退款{n}"), format!("发票{n}"), format!("破损{n}")];
    let condition = match n % 4 {
        0 => json!({"field": "text", "op": "contains", "values": words}),
        1 => json!({"field": "text", "op": "matches", "values": [format!("(订单|运单)号?[:：]?\\s*{n}\\d{{6,12}}")]}),
        2 => json!({"field": "tag", "op": "is", "values": words}),
        _ => json!({"field": "waiting_minutes", "op": "at_least", "values": [(n + 60).to_string()]}),
    };
    let note = json!({"do": "note", "text": "请按特殊流程处理"});
    json!({"name": format!("规则{n}"), "event": "opened", "spec": {"conditions": [condition], "actions": [note]}})
}
