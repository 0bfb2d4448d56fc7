//! The door of the members' page: it is the one of all pages of customers' own (`sms::api::visits`). Whoever is no member is
//! answered the same.

use kernel::{CustomerId, Error, Id, Result, Timestamp};
use sms::api::visits::{self, Codes};
use store::Tx;

use crate::{
    api,
    model::{Member, MemberPage},
    page::words,
    queries,
};

/// What its links and visits are kept under.
pub(super) const PAGE: &str = "loyalty";

/// The page, where there is one and codes can be sent.
pub(crate) fn rules(tx: &mut Tx<'_>) -> Result<Option<(MemberPage, Codes)>> {
    let rules = queries::current(tx)?;
    let Some(channel) = rules.page.sms_channel_id.filter(|_| rules.enabled && rules.page.enabled) else {
        return Ok(None);
    };
    let words = words(settings::api::organisation(tx)?.locale.text()).word("code_text").to_owned();
    Ok(Some((rules.page, Codes { page: PAGE, channel, title: String::new(), words })))
}

/// A link to a member's page, to be shown once, and until when it is good.
pub(crate) fn link(tx: &mut Tx<'_>, member: &Member) -> Result<Option<(String, Timestamp)>> {
    let Some((page, _)) = rules(tx)? else { return Ok(None) };
    let (token, until) = visits::link(tx, PAGE, &member.id.to_string(), page.link_days)?;
    Ok(Some((format!("{}/points/{token}", page.address), until)))
}

fn member(tx: &mut Tx<'_>, subject: Option<String>) -> Result<Option<Member>> {
    let Some(subject) = subject else { return Ok(None) };
    let id: Id<Member> = subject.parse().map_err(Error::internal)?;
    queries::member(tx, id).map(Some)
}

/// Whose link this is.
pub(crate) fn of_link(tx: &mut Tx<'_>, token: &str) -> Result<Option<Member>> {
    let found = visits::of_link(tx, PAGE, token)?;
    member(tx, found)
}

/// What opens the next step: the secret of a challenge; none where it is too much.
pub(crate) fn challenge(
    tx: &mut Tx<'_>,
    codes: &Codes,
    phone: &str,
    member: Option<&Member>,
    from: &str,
) -> Result<Option<String>> {
    let id = member.map(|member| member.id.to_string());
    let whom = id.as_deref().zip(member.map(|member| member.customer_id));
    visits::challenge(tx, codes, phone, whom, from)
}

/// The member with this number, if they are one alone.
pub(crate) fn of_phone(tx: &mut Tx<'_>, phone: &str) -> Result<Option<Member>> {
    let Some(customer) = customers::api::only_with_phone(tx, phone)? else { return Ok(None) };
    Ok(api::members_of(tx, customer)?.into_iter().next())
}

/// Who is inside.
pub(crate) fn inside(tx: &mut Tx<'_>, visit: &str) -> Result<Option<Member>> {
    let found = visits::inside(tx, PAGE, visit)?;
    member(tx, found)
}

/// Nobody comes in as one of these any more.
pub(crate) fn shut(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    let members: Vec<_> = queries::of_customers(tx, customers)?.iter().map(|one| one.id.to_string()).collect();
    visits::shut(tx, PAGE, &members)
}
