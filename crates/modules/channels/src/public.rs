//! What anybody may know of a channel: what the widget needs to show itself.

use access::Locale;
use kernel::{Result, Timestamp};
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use crate::model::{Channel, IdentityMode, Invitation, PreChat, RatingSettings};

/// A channel as its visitors may know it. Texts that are empty are said in the widget's own words, in
/// the visitor's language.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PublicChannel {
    /// What the widget names it by.
    pub public_key: String,
    /// Whether it takes new conversations.
    pub active: bool,
    /// The organisation's name; empty until it is set up.
    pub organisation: String,
    /// The organisation's language: the widget's, where it does not speak the visitor's.
    pub locale: Locale,
    /// The organisation's time zone: a name of the IANA database.
    pub time_zone: String,
    /// The name over the chat.
    pub title: String,
    /// The first words a visitor reads.
    pub greeting: String,
    /// The colour of the widget, `#rrggbb`.
    pub accent: String,
    /// What is said while the department is closed.
    pub after_hours_text: String,
    /// What is asked before the chat; without questions when nothing is.
    pub pre_chat: PreChat,
    /// What is asked after it.
    pub rating: RatingSettings,
    /// Rules by which a visitor is spoken to first.
    pub invitations: Vec<Invitation>,
    /// Whether the embedding site must prove who its visitors are.
    pub identity: IdentityMode,
    /// Whether those who wait are told how many come before them.
    pub show_position: bool,
    /// Whether the department is open now.
    pub open: bool,
    /// When it opens next, being closed; none when that is not known.
    pub next_opening_at: Option<Timestamp>,
    /// When it closes next, being open; none when it never does.
    pub closes_at: Option<Timestamp>,
    /// The server's time.
    pub now: Timestamp,
}

/// The channel as anybody may know it.
///
/// # Errors
/// From the database.
pub fn public(tx: &mut Tx<'_>, channel: &Channel) -> Result<PublicChannel> {
    let organisation = settings::api::organisation(tx)?;
    let (calendar, now) = (settings::api::calendar(tx)?, tx.now());
    let (open, change) = (calendar.is_open(now), calendar.next_change(now));
    let (active, mut settings) = (channel.is_active(), channel.settings.clone());
    if !settings.pre_chat.enabled {
        settings.pre_chat.fields.clear();
    }
    Ok(PublicChannel {
        public_key: channel.public_key.clone(),
        active,
        organisation: organisation.name,
        locale: organisation.locale,
        time_zone: organisation.time_zone,
        title: settings.title,
        greeting: settings.greeting,
        accent: settings.accent,
        after_hours_text: settings.after_hours_text,
        pre_chat: settings.pre_chat,
        rating: settings.rating,
        invitations: settings.invitations,
        identity: settings.identity,
        show_position: settings.show_position,
        open,
        next_opening_at: change.filter(|_| !open),
        closes_at: change.filter(|_| open),
        now,
    })
}
