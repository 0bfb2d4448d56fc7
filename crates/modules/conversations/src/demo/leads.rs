//! Visitors of the demo story who were saved as leads, and those of them who became customers.

use customers::{NewLead, Stage};
use http::Demo;
use kernel::{Cursor, Result};
use store::Tx;

use crate::queries;

const LEADS: &str = include_str!("../../demo/leads.txt");
const PAGE: i64 = 200;
const DAY: i64 = 24 * 60 * 60 * 1_000;

pub(super) fn leads(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let lines: Vec<_> = LEADS.lines().filter(|line| !line.starts_with('#')).collect();
    let mut after = Cursor { key: i64::MIN, id: String::new() };
    loop {
        let page = queries::closed_after(tx, &after, PAGE)?;
        for conversation in &page {
            let agent = demo.people.iter().find(|one| Some(one.id) == conversation.assignee_id).cloned();
            let (Some(agent), Some(at)) = (agent.filter(|_| demo.chance(4)), conversation.closed_at) else { continue };
            if customers::api::card(tx, conversation.customer_id)?.stage != Stage::Contact {
                continue;
            }
            tx.as_of(at.plus_millis(-30_000), agent.actor())?;
            let words = demo.pick::<&str>(&lines).to_string();
            let lead = NewLead { words, reference: Some(conversation.id.to_string()), ..NewLead::default() };
            customers::api::rehearse_lead(tx, conversation.customer_id, lead)?;
            let later = at.plus_millis(demo.between(2, 20) * DAY);
            if later < demo.now && demo.chance(45) {
                tx.as_of(later, agent.actor())?;
                customers::api::rehearse_conversion(tx, conversation.customer_id)?;
            }
        }
        match page.last() {
            Some(last) => after = Cursor { key: last.opened_at.millis(), id: last.id.to_string() },
            None => return Ok(()),
        }
    }
}
