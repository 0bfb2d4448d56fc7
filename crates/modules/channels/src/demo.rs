//! The channels of the demo story.

use http::Demo;
use kernel::{Actor, Owned, Result};
use store::Tx;

use crate::{
    api,
    model::{Channel, ChannelSettings, Details, Invitation},
    policy, queries,
};

/// What the story's invitation is called.
const INVITATION: &str = "pay_failed";
/// For how many days the story counts how it did.
const DAYS: i64 = 14;
const CHANNELS: &str = include_str!("../demo/channels.txt");

pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    for (id, line) in demo.channels.iter().zip(CHANNELS.lines()) {
        let [name, greeting, accent, invitation] = line.split('\t').collect::<Vec<_>>()[..] else { continue };
        let permit = Actor::System("demo").permit(policy::MANAGE, &Owned::NOBODY, tx.now())?;
        let invitations = vec![Invitation {
            id: INVITATION.into(),
            text: invitation.into(),
            url_contains: "event:pay_failed".into(),
            after_seconds: 0,
            once_days: 7,
        }];
        let settings = ChannelSettings {
            greeting: greeting.into(),
            accent: accent.into(),
            invitations,
            ..ChannelSettings::default()
        };
        let details = Details { settings: Some(settings), ..Details::default() };
        let channel = Channel::web_chat(*id, name, tx.now(), tx.rng()).with(&permit, details)?;
        api::add(tx, &channel)?;
        let today = queries::day_of(tx.now());
        for ago in 0..DAYS {
            let counts = (24 + (ago * 7) % 13, 3 + ago % 3);
            queries::count_invitation(tx, channel.id, INVITATION, today - ago, counts)?;
        }
    }
    // The visitors' key is made on first use; nothing of the story needs it.
    queries::find(tx, demo.channels[0]).map(drop)
}
