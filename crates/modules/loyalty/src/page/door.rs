//! The door of the members' page: a link names a member, a code sent to the number we know proves who opens it. Whoever is
//! no member is answered the same.

use kernel::{ChannelId, CustomerId, Error, Id, Result, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::{Tx, params, sql};
use work::{Job, JobCx};

use crate::{
    api,
    model::{Member, MemberPage},
    page::words,
    queries,
};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// How long a code is good.
const CODE_MS: i64 = 10 * MINUTE;
/// How often one may be wrong.
const TRIES: i64 = 5;
/// How long somebody stays inside.
pub(crate) const VISIT_MS: i64 = 30 * MINUTE;
/// Codes to one number in an hour, and in a day; from one address in an hour; all together in an hour.
const TO_ONE: (i64, i64) = (3, 6);
const FROM_ONE: i64 = 20;
const ALL: i64 = 600;

sql! {
    INSERT_LINK = "INSERT INTO member_links (digest, member_id, expires_at) VALUES ($1, $2, $3)";
    LINK = "SELECT member_id FROM member_links WHERE digest = $1 AND expires_at > $2";
    INSERT_CHALLENGE = "INSERT INTO member_challenges (digest, member_id, code, tries, expires_at) VALUES ($1, $2, $3, 0, $4)";
    CHALLENGE = "SELECT member_id, code, tries FROM member_challenges WHERE digest = $1 AND expires_at > $2 FOR UPDATE";
    WHOSE = "SELECT member_id, code FROM member_challenges WHERE digest = $1 AND expires_at > $2";
    SET_CODE = "UPDATE member_challenges SET code = $2 WHERE digest = $1 AND code = ''";
    TRIED = "UPDATE member_challenges SET tries = tries + 1 WHERE digest = $1";
    OVER = "DELETE FROM member_challenges WHERE digest = $1";
    INSERT_VISIT = "INSERT INTO member_visits (digest, member_id, expires_at) VALUES ($1, $2, $3)";
    VISIT = "SELECT member_id FROM member_visits WHERE digest = $1 AND expires_at > $2";
    LEAVE = "DELETE FROM member_visits WHERE digest = $1";
    ASKED = "INSERT INTO member_asks (who, at) VALUES ($1, $2)";
    ASKS = "SELECT count(*) FROM member_asks WHERE who = $1 AND at > $2";
    FORGET_LINKS = "DELETE FROM member_links WHERE expires_at <= $1";
    FORGET_CHALLENGES = "DELETE FROM member_challenges WHERE expires_at <= $1";
    FORGET_VISITS = "DELETE FROM member_visits WHERE expires_at <= $1";
    FORGET_ASKS = "DELETE FROM member_asks WHERE at <= $1";
    SHUT_LINKS = "DELETE FROM member_links WHERE member_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    SHUT_VISITS = "DELETE FROM member_visits WHERE member_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
}

/// What a secret is kept as.
pub(crate) fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Sends the code of a challenge. There is one for whoever is no member too, and it ends without one.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SendCode {
    /// The challenge's digest.
    challenge: String,
}

impl Job for SendCode {
    const KIND: &'static str = "loyalty.send_code";
    const ATTEMPTS: u32 = 3;
}

/// The page, where there is one and codes can be sent.
pub(crate) fn rules(tx: &mut Tx<'_>) -> Result<Option<(MemberPage, ChannelId)>> {
    let rules = queries::current(tx)?;
    let channel = rules.page.sms_channel_id.filter(|_| rules.enabled && rules.page.enabled);
    Ok(channel.map(|channel| (rules.page, channel)))
}

/// A link to a member's page, to be shown once, and until when it is good.
pub(crate) fn link(tx: &mut Tx<'_>, member: &Member) -> Result<Option<(String, Timestamp)>> {
    let Some((page, _)) = rules(tx)? else { return Ok(None) };
    let token = tx.rng().secret();
    let until = tx.now().plus_millis(page.link_days * DAY);
    tx.exec(&INSERT_LINK, params![digest(&token), member.id, until])?;
    Ok(Some((format!("{}/points/{token}", page.address), until)))
}

/// Whose link this is.
pub(crate) fn of_link(tx: &mut Tx<'_>, token: &str) -> Result<Option<Member>> {
    let now = tx.now();
    let found: Option<(Id<Member>,)> = tx.maybe(&LINK, params![digest(token), now])?;
    found.map(|(id,)| queries::member(tx, id)).transpose()
}

/// Whether this may be asked for once more now; counts that it was.
fn may_ask(tx: &mut Tx<'_>, whom: &str, from: &str) -> Result<bool> {
    let now = tx.now();
    let whom = format!("to {}", digest(whom));
    let from = format!("from {}", digest(from));
    let mut fine = true;
    for (who, since, most) in
        [(&whom, HOUR, TO_ONE.0), (&whom, DAY, TO_ONE.1), (&from, HOUR, FROM_ONE), (&"all".to_owned(), HOUR, ALL)]
    {
        fine &= tx.one::<(i64,)>(&ASKS, params![who, now.plus_millis(-since)])?.0 < most;
    }
    if fine {
        for who in [&whom, &from, &"all".to_owned()] {
            tx.exec(&ASKED, params![who, now])?;
        }
    }
    Ok(fine)
}

/// What opens the next step: the secret of a challenge; none where it is too much.
pub(crate) fn challenge(tx: &mut Tx<'_>, phone: &str, member: Option<&Member>, from: &str) -> Result<Option<String>> {
    if !may_ask(tx, phone, from)? {
        return Ok(None);
    }
    let token = tx.rng().secret();
    let challenge = digest(&token);
    let until = tx.now().plus_millis(CODE_MS);
    tx.exec(&INSERT_CHALLENGE, params![challenge, member.map(|member| member.id), "", until])?;
    // The same is left to be done for whoever is no member: no answer is quicker than another.
    work::enqueue(tx, &SendCode { challenge })?;
    Ok(Some(token))
}

/// The member with this number, if they are one alone.
pub(crate) fn of_phone(tx: &mut Tx<'_>, phone: &str) -> Result<Option<Member>> {
    let Some(customer) = customers::api::only_with_phone(tx, phone)? else { return Ok(None) };
    Ok(api::members_of(tx, customer)?.into_iter().next())
}

pub(crate) async fn send(_app: http::App, cx: JobCx, job: SendCode) -> Result<()> {
    let (db, origin) = (cx.db.clone(), cx.origin.clone());
    db.write(&origin, move |tx| {
        cx.finish(tx)?;
        code(tx, &job.challenge)
    })
    .await
}

/// Makes the code of a challenge and lets it go to the number that is known.
fn code(tx: &mut Tx<'_>, challenge: &str) -> Result<()> {
    let now = tx.now();
    let Some((member, known)) = tx.maybe::<(Option<Id<Member>>, String)>(&WHOSE, params![challenge, now])? else {
        return Ok(());
    };
    let (Some(member), true, Some((_, channel))) = (member, known.is_empty(), rules(tx)?) else { return Ok(()) };
    let member = queries::member(tx, member)?;
    let code = format!("{:06}", tx.rng().below(1_000_000));
    tx.exec(&SET_CODE, params![challenge, digest(&format!("{challenge}{code}"))])?;
    let organisation = settings::api::organisation(tx)?;
    let text = words(organisation.locale.text()).word("code_text").replace("{code}", &code);
    let new = sms::api::NewSms { channel, customer: member.customer_id, text, reference: "loyalty code".into() };
    match sms::api::send(tx, &new) {
        // Whoever wants no messages, or has no number any more, gets none.
        Ok(_) | Err(Error::Conflict(..) | Error::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Lets in who says the code of a challenge: answers the secret of the visit.
pub(crate) fn enter(tx: &mut Tx<'_>, token: &str, said: &str) -> Result<Option<String>> {
    let (challenge, now) = (digest(token), tx.now());
    let found: Option<(Option<Id<Member>>, String, i64)> = tx.maybe(&CHALLENGE, params![challenge, now])?;
    let Some((member, code, _)) = found.filter(|(_, _, tries)| *tries < TRIES) else { return Ok(None) };
    let said: String = said.chars().filter(char::is_ascii_digit).take(6).collect();
    let right = !code.is_empty() && digest(&format!("{challenge}{said}")) == code;
    match member.filter(|_| right) {
        Some(member) => {
            tx.exec(&OVER, params![challenge])?;
            let visit = tx.rng().secret();
            tx.exec(&INSERT_VISIT, params![digest(&visit), member, now.plus_millis(VISIT_MS)])?;
            Ok(Some(visit))
        }
        None => {
            tx.exec(&TRIED, params![challenge])?;
            Ok(None)
        }
    }
}

/// Who is inside.
pub(crate) fn inside(tx: &mut Tx<'_>, visit: &str) -> Result<Option<Member>> {
    let now = tx.now();
    let found: Option<(Id<Member>,)> = tx.maybe(&VISIT, params![digest(visit), now])?;
    found.map(|(id,)| queries::member(tx, id)).transpose()
}

pub(crate) fn leave(tx: &mut Tx<'_>, visit: &str) -> Result<()> {
    tx.exec(&LEAVE, params![digest(visit)]).map(drop)
}

/// Forgets what is over.
pub(crate) fn sweep(tx: &mut Tx<'_>) -> Result<()> {
    let now = tx.now();
    tx.exec(&FORGET_LINKS, params![now])?;
    tx.exec(&FORGET_CHALLENGES, params![now])?;
    tx.exec(&FORGET_VISITS, params![now])?;
    tx.exec(&FORGET_ASKS, params![now.plus_millis(-DAY)]).map(drop)
}

/// Nobody comes in as one of these any more.
pub(crate) fn shut(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    let members = queries::ids(&queries::of_customers(tx, customers)?);
    let ids = queries::json(&members)?;
    tx.exec(&SHUT_LINKS, params![ids])?;
    tx.exec(&SHUT_VISITS, params![ids]).map(drop)
}
