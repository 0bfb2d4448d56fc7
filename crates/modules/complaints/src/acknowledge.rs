//! The complainant is told of the number, and where it can be followed, as soon as there is one: where the complaint came
//! from (R020).

use conversations::api::Post;
use kernel::{Actor, Error, Result};
use sms::api::{
    visits,
    ways::{self, Words},
};
use store::Tx;

use crate::{
    api::{self, Happening},
    model::{Complaint, ComplaintMoveKind, ComplaintRules, Told, ToldWay},
    page, queries,
};

/// A link to its page, where there is one.
pub(crate) fn link(tx: &mut Tx<'_>, rules: &ComplaintRules, complaint: &Complaint) -> Result<Option<String>> {
    if !rules.page.enabled {
        return Ok(None);
    }
    let (token, _) = visits::link(tx, page::PAGE, &complaint.id.to_string(), rules.page.link_days)?;
    Ok(Some(format!("{}/progress/{token}", rules.page.address)))
}

/// What they are told: a line that names a link is left out where there is none.
fn words(rules: &ComplaintRules, locale: &str, number: &str, link: Option<&str>) -> String {
    let own = rules.acknowledgement.text(locale).trim();
    let text = if own.is_empty() { page::words(locale).word("told") } else { own };
    let lines = text.lines().filter(|line| link.is_some() || !line.contains("{link}"));
    let text = lines.collect::<Vec<_>>().join("\n");
    text.replace("{number}", number).replace("{link}", link.unwrap_or_default())
}

/// Tells the complainant, in the conversation if it is still open, by a text message or a mail otherwise. Where none can
/// be, whoever takes it in is left to do it.
pub(crate) fn tell(tx: &mut Tx<'_>, complaint: Complaint) -> Result<Complaint> {
    let rules = queries::rules(tx)?;
    let (true, Some(customer)) = (rules.acknowledgement.enabled, complaint.customer_id) else { return Ok(complaint) };
    let locale = settings::api::organisation(tx)?.locale;
    let link = link(tx, &rules, &complaint)?;
    let text = words(&rules, locale.text(), &complaint.number, link.as_deref());
    let way = if in_conversation(tx, &complaint, &text)? {
        ToldWay::Conversation
    } else {
        let Some(way) = rules.page.ways().to(tx, customer)? else { return Ok(complaint) };
        let subject = page::words(locale.text()).word("told_title").replace("{number}", &complaint.number);
        let reference = format!("complaint {}", complaint.number);
        if !ways::write(tx, way.channel, customer, Words { subject: &subject, text: &text, reference })? {
            return Ok(complaint);
        }
        if way.is_mail { ToldWay::Mail } else { ToldWay::Sms }
    };
    let told = Told { way, link: link.is_some(), at: tx.now() };
    let after = complaint.clone().told_of(told);
    let happening = Happening::by_itself(ComplaintMoveKind::Acknowledged, "");
    api::keep(tx, "complaints.acknowledged", &complaint, &after, happening)?;
    Ok(after)
}

fn in_conversation(tx: &mut Tx<'_>, complaint: &Complaint, text: &str) -> Result<bool> {
    let Some(id) = complaint.conversation_id else { return Ok(false) };
    let system = Actor::System("complaints");
    let post = Post::new(id, system, complaint.id.to_string(), text.to_owned());
    match conversations::api::post(tx, post) {
        Ok(_) => Ok(true),
        // It is over: nobody reads there any more.
        Err(Error::Conflict(..)) => Ok(false),
        Err(error) => Err(error),
    }
}
