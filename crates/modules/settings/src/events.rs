//! Facts this module emits.

use serde::{Deserialize, Serialize};

/// The organisation got another name, time zone or language.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrganisationChanged {
    /// Its name now.
    pub name: String,
    /// Its time zone now.
    pub time_zone: String,
}

impl OrganisationChanged {
    /// The fact's kind.
    pub const KIND: &'static str = "organisation.changed";
}

/// Business time runs differently now: another time zone, week or special day. What is due in
/// business time may be due at another moment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BusinessTimeChanged {}

impl BusinessTimeChanged {
    /// The fact's kind.
    pub const KIND: &'static str = "business_time.changed";
}
