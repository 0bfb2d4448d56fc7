//! The mails of the demo story: a mailbox that nobody fetches, what came by it, and what was answered.

use channels::{ChannelKind, ChannelState};
use conversations::api::{DemoPlace, demo_answer};
use http::Demo;
use kernel::{Actor, Owned, Result, Visitor};
use store::Tx;

use crate::{
    arrive::{self, Source},
    letter::{Kind, Letter, Mailer},
    model::{Details, MailboxState, Setup},
    policy, queries, send,
};

/// From whom, at which address, about what, in which words, what was answered, and who was in copy of both.
const MAILS: &str = include_str!("../demo/mails.txt");
const MINUTE: i64 = 60_000;

pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let system = || Actor::System("demo");
    tx.as_of(demo.since, system())?;
    let permit = system().permit(policy::MANAGE, &Owned::NOBODY, tx.now())?;
    let text = |text: &str| Some(text.to_owned());
    let details = Details {
        name: text("售后邮箱"),
        address: text("service@qinghe.example"),
        sender_name: text("青禾商城客服部"),
        state: Some(MailboxState::Paused),
        imap_host: text("imap.qinghe.example"),
        imap_user: text("service@qinghe.example"),
        imap_password: text("demo"),
        smtp_host: text("smtp.qinghe.example"),
        smtp_user: text("service@qinghe.example"),
        signature: text("青禾商城 客服部\n服务时间：每天 9:00–21:00"),
        acknowledgement: text("您好，来信已收到，我们会在一个工作日内答复您。"),
        ..Details::default()
    };
    let channel = channels::api::open(tx, &permit, ChannelKind::Email, "售后邮箱")?;
    let Setup { mailbox, secrets, .. } = Setup::blank(tx.new_id(), channel.id, tx.now()).with(&permit, details)?;
    queries::insert(tx, &mailbox, &secrets)?;
    let line = DemoPlace(demo.queues[0].id);
    let source = Source { mailbox: mailbox.id, epoch: None, uid_validity: 0, uid: 0 };
    let agents: Vec<_> =
        demo.with_role("agent").into_iter().filter(|agent| agent.serves.contains(&demo.queues[0].id)).collect();
    let calendar = settings::api::calendar(tx)?;
    let count = MAILS.lines().count() as i64;
    for (at, told) in MAILS.lines().enumerate() {
        let [name, address, subject, words, answer, copy] = told.split('\t').collect::<Vec<_>>()[..] else { continue };
        let answered = !answer.is_empty() && !agents.is_empty();
        // Those that were answered lie days back; the others came a while ago.
        let ago = if answered {
            (count - at as i64) * 1_440 + 200
        } else {
            (count - at as i64) * 20
        };
        let mut moment = demo.now.plus_millis(-ago * MINUTE).max(demo.since);
        if answered && !calendar.is_open(moment) {
            moment = calendar.next_change(moment).unwrap_or(moment).plus_millis(5 * MINUTE).min(demo.now);
        }
        tx.as_of(moment, system())?;
        let copies: Vec<_> = [copy]
            .into_iter()
            .filter(|copy| !copy.is_empty())
            .map(|copy| Mailer { name: String::new(), address: copy.into() })
            .collect();
        let from = Mailer { name: name.into(), address: address.into() };
        let letter = Letter {
            message_id: format!("{at}@mail.example"),
            from: from.clone(),
            reply_to: from,
            cc: copies.clone(),
            to: vec![Mailer { name: mailbox.sender_name.clone(), address: mailbox.address.clone() }],
            subject: subject.into(),
            text: words.into(),
            fresh: words.into(),
            kind: Kind::Mail,
            ..Letter::default()
        };
        let customer = customers::api::for_address(tx, channel.id, address, Some(name))?;
        let visitor = Visitor { customer: customer.id, channel: channel.id };
        arrive::keep(tx, &line, source, &letter, Some(visitor), &[], &[])?;
        if answered {
            let agent = &agents[at % agents.len()];
            if let Some((conversation, seq)) = demo_answer(tx, visitor, agent, answer, moment)? {
                send::was_sent(tx, conversation, seq, copies)?;
            }
        }
    }
    tx.as_of(demo.now, system())?;
    channels::api::set(tx, &permit, channel.id, "售后邮箱", ChannelState::Paused).map(drop)
}
