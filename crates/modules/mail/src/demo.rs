//! The mails of the demo story: a mailbox that nobody fetches, what came by it, and what was answered.

use std::{collections::HashMap, sync::Arc};

use channels::{ChannelKind, ChannelState};
use conversations::{
    Conversation, Outlook, Place, QueuePlace,
    api::{Post, assignee},
};
use http::{Demo, DemoPerson};
use kernel::{Actor, ChannelId, Owned, QueueId, Reach, Result, Staff, Timestamp, Visitor};
use store::Tx;

use crate::{
    arrive::{self, Source},
    letter::{Kind, Letter, Mailer},
    model::{Details, MailboxState, Setup},
    policy, queries, send,
};

/// From whom, at which address, about what, in which words, and what was answered.
const MAILS: &str = include_str!("../demo/mails.txt");
const MINUTE: i64 = 60_000;

/// Where they wait.
struct Fixed(QueueId);

impl QueuePlace for Fixed {
    fn queue(&self, _tx: &mut Tx<'_>, _channel: ChannelId) -> Result<Option<QueueId>> {
        Ok(Some(self.0))
    }

    fn place(&self, _tx: &mut Tx<'_>, _conversation: &Conversation) -> Result<Option<Place>> {
        Ok(None)
    }

    fn outlook(&self, _tx: &mut Tx<'_>, _channel: ChannelId) -> Result<Outlook> {
        Ok(Outlook::default())
    }
}

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
    let Setup { mailbox, secrets } = Setup::blank(tx.new_id(), channel.id, tx.now()).with(&permit, details)?;
    queries::insert(tx, &mailbox, &secrets)?;
    let line = Fixed(demo.queues[0].id);
    let source = Source { mailbox: mailbox.id, epoch: None, uid_validity: 0, uid: 0 };
    let agents: Vec<_> =
        demo.with_role("agent").into_iter().filter(|agent| agent.serves.contains(&demo.queues[0].id)).collect();
    let calendar = settings::api::calendar(tx)?;
    let count = MAILS.lines().count() as i64;
    for (at, told) in MAILS.lines().enumerate() {
        let [name, address, subject, words, answer] = told.split('\t').collect::<Vec<_>>()[..] else { continue };
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
        let from = Mailer { name: name.into(), address: address.into() };
        let letter = Letter {
            message_id: format!("{at}@mail.example"),
            from: from.clone(),
            reply_to: from,
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
            reply(tx, channel.id, visitor, agent, answer, moment)?;
        }
    }
    tx.as_of(demo.now, system())?;
    channels::api::set(tx, &permit, channel.id, "售后邮箱", ChannelState::Paused).map(drop)
}

/// A colleague takes it, answers by mail and ends it.
fn reply(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    visitor: Visitor,
    agent: &DemoPerson,
    answer: &str,
    came: Timestamp,
) -> Result<()> {
    let Some(conversation) = conversations::api::open_of(tx, channel, visitor.customer)? else { return Ok(()) };
    tx.as_of(came.plus_millis(4 * MINUTE), agent.actor())?;
    let permit = Actor::System("demo").permit("conversations.assign", &Owned::NOBODY, tx.now())?;
    let to = assignee(tx.actor())?;
    conversations::api::assign(tx, &permit, conversation.id, to)?;
    tx.as_of(came.plus_millis(11 * MINUTE), agent.actor())?;
    let by = Actor::Staff(Arc::new(Staff {
        id: agent.id,
        name: agent.name.clone(),
        unit: agent.unit,
        team: Vec::new(),
        department: Vec::new(),
        grants: HashMap::from([("conversations.reply".to_owned(), Reach::All)]),
    }));
    let post = Post::new(conversation.id, by, format!("demo.{}", conversation.id), answer.to_owned());
    let seq = conversations::api::post(tx, post)?.seq;
    send::was_sent(tx, conversation.id, seq)?;
    tx.as_of(came.plus_millis(13 * MINUTE), agent.actor())?;
    let permit = Actor::System("demo").permit("conversations.close", &Owned::NOBODY, tx.now())?;
    conversations::api::close(tx, &permit, conversation.id, None).map(drop)
}
