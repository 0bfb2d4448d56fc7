//! What other modules call.

use audit::api::Entry;
use http::App;
use kernel::{ChannelId, Error, Origin, Permit, Result, Timestamp};
use store::{Fact, Tx};

use crate::{
    events::ChannelChanged,
    identity,
    model::{Channel, ChannelKind, ChannelState, Details},
    queries,
    tokens::VisitorTokens,
    words,
};
pub use crate::{
    identity::Proven,
    policy::{may_manage, may_read},
    public::public,
    tokens::{Shown, VisitorKey},
};

/// What the first web chat of an installation is called until somebody renames it, where the
/// organisation's language is Chinese.
pub const FIRST_NAME: &str = "网站会话";

/// What every channel is called, the closed ones too, oldest first.
///
/// # Errors
/// From the database.
pub fn names(tx: &mut Tx<'_>) -> Result<Vec<(ChannelId, String)>> {
    queries::names(tx)
}

/// The channel of this id.
///
/// # Errors
/// [`kernel::Error::NotFound`] without one.
pub fn get(tx: &mut Tx<'_>, id: ChannelId) -> Result<Channel> {
    queries::find(tx, id)
}

/// The channel a widget names by its public key.
///
/// # Errors
/// [`kernel::Error::NotFound`] without one.
pub fn by_public_key(tx: &mut Tx<'_>, public_key: &str) -> Result<Channel> {
    // Only a web chat is for widgets.
    with_key(tx, ChannelKind::WebChat, public_key)
}

/// The channel of this kind with this public key.
///
/// # Errors
/// [`kernel::Error::NotFound`] without one.
pub fn with_key(tx: &mut Tx<'_>, kind: ChannelKind, public_key: &str) -> Result<Channel> {
    match queries::find_key(tx, public_key)? {
        channel if channel.kind == kind => Ok(channel),
        _ => Err(Error::NotFound),
    }
}

/// The secrets that are good for a channel now, the one to sign with first: what `/identity-secret`
/// makes and renews, each good for a day after it was replaced. Empty while there is none.
///
/// # Errors
/// From the database.
pub fn secrets(tx: &mut Tx<'_>, channel: ChannelId) -> Result<Vec<String>> {
    let now = tx.now();
    let Some(kept) = queries::identity_secret(tx, channel)? else { return Ok(Vec::new()) };
    let still = kept.previous.filter(|_| kept.previous_until.is_some_and(|until| now < until));
    Ok(std::iter::once(kept.secret).chain(still).collect())
}

/// Since when a channel has the secret it signs with; none while it has none.
///
/// # Errors
/// From the database.
pub fn secret_since(tx: &mut Tx<'_>, channel: ChannelId) -> Result<Option<Timestamp>> {
    Ok(queries::identity_secret(tx, channel)?.map(|kept| kept.created_at))
}

/// Opens a channel that is fed by something of the caller's own, who checked that it may be opened.
///
/// # Errors
/// [`Error::Invalid`] for a `name` beyond 60 characters, or an empty one.
pub fn open(tx: &mut Tx<'_>, permit: &Permit, kind: ChannelKind, name: &str) -> Result<Channel> {
    let details = Details { name: Some(name.to_owned()), ..Details::default() };
    let channel = Channel::new(kind, tx.new_id(), "", tx.now(), tx.rng()).with(permit, details)?;
    add(tx, &channel)?;
    Ok(channel)
}

/// Renames a channel that the caller opened, pauses or resumes it.
///
/// # Errors
/// As [`open`]; [`Error::NotFound`] without it.
pub fn set(tx: &mut Tx<'_>, permit: &Permit, id: ChannelId, name: &str, state: ChannelState) -> Result<Channel> {
    let before = queries::find(tx, id)?;
    if before.name == name.trim() && before.state == state {
        return Ok(before);
    }
    let details = Details { name: Some(name.to_owned()), state: Some(state), ..Details::default() };
    let mut after = before.clone().with(permit, details)?;
    after.version = before.version + 1;
    queries::save(tx, &after)?;
    audit::api::record(tx, Entry::new("channels.changed", "channel", id).change(&before, &after))?;
    told(tx, &after)?;
    Ok(after)
}

/// The installation's web chat: the oldest, an active one before a paused one; made when there is
/// none. To be called in a transaction that writes, with full isolation.
///
/// # Errors
/// From the database.
pub fn default_web_chat(tx: &mut Tx<'_>) -> Result<Channel> {
    if let Some(channel) = queries::first(tx, ChannelKind::WebChat)? {
        return Ok(channel);
    }
    let locale = settings::api::organisation(tx)?.locale.text();
    let name = words::said_in(locale, FIRST_NAME);
    let mut channel = Channel::web_chat(tx.new_id(), &name, tx.now(), tx.rng());
    channel.settings = channel.settings.said_in(locale);
    add(tx, &channel)?;
    Ok(channel)
}

/// The channel a widget names: by its public key, or `default`, which the trial page of a new
/// installation says because it knows no key yet; that one is made when there is none.
///
/// # Errors
/// [`kernel::Error::NotFound`] without one.
pub async fn named(app: &App, name: String) -> Result<Channel> {
    let origin = Origin::system("widget");
    if name != "default" {
        return app.db().read(&origin, move |tx| by_public_key(tx, &name)).await;
    }
    match app.db().read(&origin, |tx| queries::first(tx, ChannelKind::WebChat)).await? {
        Some(channel) => Ok(channel),
        None => app.db().write(&origin, default_web_chat).await,
    }
}

/// Counts that an invitation of the channel was shown, or that somebody came by it.
///
/// # Errors
/// [`Error::NotFound`] when it is none of the channel's.
pub fn count_invitation(tx: &mut Tx<'_>, channel: ChannelId, invitation: &str, accepted: bool) -> Result<()> {
    let settings = get(tx, channel)?.settings;
    let found = settings.invitations.iter().find(|one| one.id == invitation).ok_or(Error::NotFound)?;
    let day = queries::day_of(tx.now());
    queries::count_invitation(tx, channel, &found.id, day, (i64::from(!accepted), i64::from(accepted)))
}

/// Who the embedding site proved its visitor to be, with a secret of this channel; none when it did not.
///
/// # Errors
/// From the database.
pub fn prove(tx: &mut Tx<'_>, channel: ChannelId, claim: &wire::Identity) -> Result<Option<Proven>> {
    let (secrets, now) = (secrets(tx, channel)?, tx.now());
    Ok(identity::prove(&secrets, claim, now))
}

/// The key that signs visitor tokens: `key.issue(shown, now)`, `key.verify(token, now)`. Asks the
/// database on its first use in a process only.
///
/// # Errors
/// From the database.
pub async fn visitor_key(app: &App) -> Result<VisitorKey> {
    app.part::<VisitorTokens>().key(app).await
}

pub(crate) fn add(tx: &mut Tx<'_>, channel: &Channel) -> Result<()> {
    queries::insert(tx, channel)?;
    audit::api::record(tx, Entry::new("channels.created", "channel", channel.id).created(channel))?;
    told(tx, channel)
}

pub(crate) fn told(tx: &mut Tx<'_>, channel: &Channel) -> Result<()> {
    let fact = ChannelChanged { channel_id: channel.id, active: channel.is_active() };
    tx.emit(Fact::new(ChannelChanged::KIND, channel.id, &fact)?);
    tx.notify("channels", ChannelChanged::KIND, channel, None)
}
