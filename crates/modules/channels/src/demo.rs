//! The channels of the demo story.

use http::Demo;
use kernel::{Actor, Owned, Result};
use store::Tx;

use crate::{
    api,
    model::{Channel, ChannelSettings, Details},
    policy, queries,
};

const CHANNELS: &str = include_str!("../demo/channels.txt");

pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    for (id, line) in demo.channels.iter().zip(CHANNELS.lines()) {
        let [name, greeting, accent] = line.split('\t').collect::<Vec<_>>()[..] else { continue };
        let permit = Actor::System("demo").permit(policy::MANAGE, &Owned::NOBODY, tx.now())?;
        let settings =
            ChannelSettings { greeting: greeting.into(), accent: accent.into(), ..ChannelSettings::default() };
        let details = Details { settings: Some(settings), ..Details::default() };
        let channel = Channel::web_chat(*id, name, tx.now(), tx.rng()).with(&permit, details)?;
        api::add(tx, &channel)?;
    }
    // The visitors' key is made on first use; nothing of the story needs it.
    queries::find(tx, demo.channels[0]).map(drop)
}
