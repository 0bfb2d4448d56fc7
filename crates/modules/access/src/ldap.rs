//! LDAP, as the side that asks: signing in there, and looking somebody up. Only what that takes, with bounds
//! on everything that is answered; referrals are not followed.

mod ber;
pub(crate) mod filter;
mod line;

pub(crate) use line::{Bind, Entry, Line, Reach, Scope};
