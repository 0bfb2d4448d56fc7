//! The WeChat part of the demo story: an official account and one of WeCom customer service, and who wrote there.

use std::{collections::HashMap, sync::Arc};

use ::http::{Demo, DemoPerson};
use channels::ChannelState;
use conversations::{
    Conversation, Outlook, Place, QueuePlace,
    api::{Post, assignee},
};
use customers::api::Given;
use delivery::{DeliveryState, Incoming};
use kernel::{Actor, ChannelId, Owned, QueueId, Reach, Result, Staff};
use store::Tx;

use crate::{
    http::create::channel_kind,
    model::{AccountKind, AccountState, Contact, Details, Setup},
    policy, queries,
};

/// By which of the two, who, what it calls them, and what is said in turns.
const STORY: &str = include_str!("../demo/wechats.txt");
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
    let line = Fixed(demo.queues[0].id);
    let agents: Vec<_> = demo.with_role("agent").into_iter().filter(|agent| agent.serves.contains(&line.0)).collect();
    let mut accounts = Vec::new();
    for (kind, name, app_id, kf_id) in [
        (AccountKind::Wechat, "青禾商城公众号", "wx1a2b3c4d5e6f7a8b", None),
        (AccountKind::Wecom, "青禾微信客服", "ww9f8e7d6c5b4a3210", Some("wkDemoQingheKefu")),
    ] {
        let text = |text: &str| Some(text.to_owned());
        let details = Details {
            name: text(name),
            app_id: text(app_id),
            kf_id: kf_id.map(str::to_owned),
            secret: text("demo-secret-of-nobody"),
            token: text("demo"),
            aes_key: text("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"),
            welcome: text("您好，这里是青禾商城客服，请问有什么可以帮您？"),
            state: Some(AccountState::Paused),
            ..Details::default()
        };
        let mut setup = Setup::blank(kind, tx.new_id(), tx.new_id(), tx.now()).with(&permit, details)?;
        let channel = channels::api::open(tx, &permit, channel_kind(kind), name)?;
        setup.account.channel_id = channel.id;
        queries::insert(tx, &setup)?;
        accounts.push(setup.account);
    }
    for (at, told) in STORY.lines().enumerate() {
        let parts: Vec<_> = told.split('\t').collect();
        let [kind, name, user, words @ ..] = parts.as_slice() else { continue };
        let Some(account) = accounts.iter().find(|account| account.kind.text() == *kind) else { continue };
        let words: Vec<&str> = words.iter().copied().filter(|word| !word.is_empty()).collect();
        // Those that were answered lie some hours back; the others came a while ago.
        let ago = if words.len() > 1 { 130 + at as i64 * 40 } else { 4 + at as i64 * 5 };
        let came = demo.now.plus_millis(-ago * MINUTE).max(demo.since);
        let given = Given { name: Some((*name).to_owned()), ..Given::default() };
        let mut taken = None;
        for (turn, text) in words.iter().enumerate() {
            let moment = came.plus_millis(turn as i64 * 3 * MINUTE).min(demo.now);
            if turn % 2 == 0 {
                tx.as_of(moment, system())?;
                let id = format!("demo.{at}.{turn}");
                let incoming = Incoming { given: given.clone(), ..Incoming::text(account.channel_id, user, &id, text) };
                let arrived = delivery::api::keep(tx, &line, &incoming)?;
                let customer = conversations::api::get(tx, arrived.conversation_id)?.customer_id;
                let contact = queries::meet(tx, account.id, user)?;
                let contact = Contact {
                    customer_id: Some(customer),
                    conversation_id: Some(arrived.conversation_id),
                    name: (*name).to_owned(),
                    follows: (account.kind == AccountKind::Wechat).then_some(true),
                    ..contact
                };
                queries::save_contact(tx, &contact.allowing(|window| window.spoke(moment)))?;
                taken = taken.or(Some((arrived.conversation_id, false)));
                continue;
            }
            let (Some((id, has)), Some(agent)) = (taken, agents.get(at % agents.len().max(1))) else { continue };
            tx.as_of(moment, agent.actor())?;
            if !has {
                let permit = system().permit("conversations.assign", &Owned::NOBODY, tx.now())?;
                let to = assignee(tx.actor())?;
                conversations::api::assign(tx, &permit, id, to)?;
                taken = Some((id, true));
            }
            let post = Post::new(id, speaking(agent), format!("demo.{id}.{turn}"), (*text).to_owned());
            let seq = conversations::api::post(tx, post)?.seq;
            delivery::api::was_carried(tx, id, seq, DeliveryState::Sent)?;
            let contact = queries::meet(tx, account.id, user)?;
            queries::save_contact(tx, &contact.allowing(|window| window.said(moment)))?;
        }
    }
    tx.as_of(demo.now, system())?;
    for account in accounts {
        channels::api::set(tx, &permit, account.channel_id, &account.name, ChannelState::Paused)?;
    }
    Ok(())
}

/// The agent as one who may answer.
fn speaking(agent: &DemoPerson) -> Actor {
    Actor::Staff(Arc::new(Staff {
        id: agent.id,
        name: agent.name.clone(),
        unit: agent.unit,
        team: Vec::new(),
        department: Vec::new(),
        grants: HashMap::from([("conversations.reply".to_owned(), Reach::All)]),
    }))
}
