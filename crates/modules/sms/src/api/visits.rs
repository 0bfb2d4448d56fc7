//! The door of customers' own pages: a link names what a page shows and shows nothing itself; a code sent to the number
//! or the address we know proves who opens it. Whoever we know nothing of is answered the same, as quickly.

pub mod pages;

use http::{Texts, escape};
use kernel::{ChannelId, CustomerId, Error, Result, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::{Tx, params, sql};
use work::{Job, JobCx};

use super::ways::{self, Words};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// How long a code is good.
const CODE_MS: i64 = 10 * MINUTE;
/// How often one may be wrong.
const TRIES: i64 = 5;
/// How long somebody stays inside, in milliseconds.
pub const VISIT_MS: i64 = 30 * MINUTE;
/// Codes to one number in an hour, and in a day; from one address in an hour; all together in an hour.
const TO_ONE: (i64, i64) = (3, 6);
const FROM_ONE: i64 = 20;
const ALL: i64 = 600;

sql! {
    INSERT_LINK = "INSERT INTO visit_links (digest, page, subject, expires_at) VALUES ($1, $2, $3, $4)";
    LINK = "SELECT subject FROM visit_links WHERE digest = $1 AND page = $2 AND expires_at > $3";
    INSERT_CHALLENGE = "INSERT INTO visit_challenges (digest, page, subject, customer_id, channel_id, title, words, code, tries, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, '', 0, $8)";
    CHALLENGE = "SELECT subject, code, tries FROM visit_challenges WHERE digest = $1 AND page = $2 AND expires_at > $3 FOR UPDATE";
    WHOSE = "SELECT customer_id, channel_id, title, words, code, page FROM visit_challenges WHERE digest = $1 AND expires_at > $2";
    SET_CODE = "UPDATE visit_challenges SET code = $2 WHERE digest = $1 AND code = ''";
    TRIED = "UPDATE visit_challenges SET tries = tries + 1 WHERE digest = $1";
    OVER = "DELETE FROM visit_challenges WHERE digest = $1";
    INSERT_VISIT = "INSERT INTO visits (digest, page, subject, expires_at) VALUES ($1, $2, $3, $4)";
    VISIT = "SELECT subject FROM visits WHERE digest = $1 AND page = $2 AND expires_at > $3";
    LEAVE = "DELETE FROM visits WHERE digest = $1";
    ASKED = "INSERT INTO visit_asks (who, at) VALUES ($1, $2)";
    ASKS = "SELECT count(*) FROM visit_asks WHERE who = $1 AND at > $2";
    FORGET_LINKS = "DELETE FROM visit_links WHERE expires_at <= $1";
    FORGET_CHALLENGES = "DELETE FROM visit_challenges WHERE expires_at <= $1";
    FORGET_VISITS = "DELETE FROM visits WHERE expires_at <= $1";
    FORGET_ASKS = "DELETE FROM visit_asks WHERE at <= $1";
    SHUT_LINKS = "DELETE FROM visit_links WHERE page = $1 AND subject IN (SELECT value FROM json_each(CAST($2 AS TEXT)))";
    SHUT_VISITS = "DELETE FROM visits WHERE page = $1 AND subject IN (SELECT value FROM json_each(CAST($2 AS TEXT)))";
}

fn digest(text: &str) -> String {
    kernel::hex(Sha256::digest(text.as_bytes()))
}

/// How the codes of a page go out.
#[derive(Clone, Debug)]
pub struct Codes {
    /// The page: `loyalty`.
    pub page: &'static str,
    /// The channel they go by: one of text messages, or a mailbox's.
    pub channel: ChannelId,
    /// What a mail with one is called.
    pub title: String,
    /// What the message says, with `{code}` in it.
    pub words: String,
}

/// Sends the code of a challenge. There is one for whoever is unknown too, and it ends without one.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SendCode {
    /// The challenge's digest.
    challenge: String,
}

impl Job for SendCode {
    const KIND: &'static str = "sms.send_code";
    const ATTEMPTS: u32 = 3;
}

/// The secret of a new link to what `page` shows of `subject`, to be shown once, and until when it is good.
///
/// # Errors
/// From the database.
pub fn link(tx: &mut Tx<'_>, page: &'static str, subject: &str, days: i64) -> Result<(String, Timestamp)> {
    let token = tx.rng().secret();
    let until = tx.now().plus_millis(days * DAY);
    tx.exec(&INSERT_LINK, params![digest(&token), page, subject, until])?;
    Ok((token, until))
}

/// What a link of this page names; nothing for one that is over or was never given.
///
/// # Errors
/// From the database.
pub fn of_link(tx: &mut Tx<'_>, page: &'static str, token: &str) -> Result<Option<String>> {
    let now = tx.now();
    Ok(tx.maybe::<(String,)>(&LINK, params![digest(token), page, now])?.map(|(subject,)| subject))
}

/// Whether this may be asked for once more now, by `most` of each of `whom` since a while; counts that it was.
fn may_ask(tx: &mut Tx<'_>, limits: &[(String, i64, i64)]) -> Result<bool> {
    let now = tx.now();
    for (who, since, most) in limits {
        if tx.one::<(i64,)>(&ASKS, params![who, now.plus_millis(-since)])?.0 >= *most {
            return Ok(false);
        }
    }
    let mut counted: Vec<&String> = limits.iter().map(|(who, ..)| who).collect();
    counted.dedup();
    for who in counted {
        tx.exec(&ASKED, params![who, now])?;
    }
    Ok(true)
}

/// Whether somebody at this address, or with this number, may do `what` once more: `most` times an hour, and twenty times
/// that all together; counts that they did. Addresses and numbers are kept as digests, for a day.
///
/// # Errors
/// From the database.
pub fn may_once_more(tx: &mut Tx<'_>, what: &'static str, from: &str, most: i64) -> Result<bool> {
    may_ask(tx, &[(format!("{what} {}", digest(from)), HOUR, most), (what.to_owned(), HOUR, most * 20)])
}

/// What opens the next step: the secret of a challenge; none where it is too much. `to` is the number or the address the
/// code is asked for; `whom`: what is shown to whom, if it is known.
///
/// # Errors
/// From the database.
pub fn challenge(
    tx: &mut Tx<'_>,
    codes: &Codes,
    to: &str,
    whom: Option<(&str, CustomerId)>,
    from: &str,
) -> Result<Option<String>> {
    let (to, from) = (format!("to {}", digest(to)), format!("from {}", digest(from)));
    let limits =
        [(to.clone(), HOUR, TO_ONE.0), (to, DAY, TO_ONE.1), (from, HOUR, FROM_ONE), ("all".to_owned(), HOUR, ALL)];
    if !may_ask(tx, &limits)? {
        return Ok(None);
    }
    let token = tx.rng().secret();
    let challenge = digest(&token);
    let until = tx.now().plus_millis(CODE_MS);
    let (subject, customer) = whom.unzip();
    let Codes { page, channel, title, words } = codes;
    tx.exec(&INSERT_CHALLENGE, params![challenge, page, subject, customer, channel, title, words, until])?;
    // The same is left to be done for whoever is unknown: no answer is quicker than another.
    work::enqueue(tx, &SendCode { challenge })?;
    Ok(Some(token))
}

pub(crate) async fn send(_app: http::App, cx: JobCx, job: SendCode) -> Result<()> {
    let (db, origin) = (cx.db.clone(), cx.origin.clone());
    db.write(&origin, move |tx| {
        cx.finish(tx)?;
        code(tx, &job.challenge)
    })
    .await
}

/// Makes the code of a challenge and lets it go to the number or the address that is known.
fn code(tx: &mut Tx<'_>, challenge: &str) -> Result<()> {
    let now = tx.now();
    type Found = (Option<CustomerId>, ChannelId, String, String, String, String);
    let Some((customer, channel, title, words, known, page)) = tx.maybe::<Found>(&WHOSE, params![challenge, now])?
    else {
        return Ok(());
    };
    let (Some(customer), true) = (customer, known.is_empty()) else { return Ok(()) };
    let code = format!("{:06}", tx.rng().below(1_000_000));
    tx.exec(&SET_CODE, params![challenge, digest(&format!("{challenge}{code}"))])?;
    let (text, reference) = (words.replace("{code}", &code), format!("{page} code"));
    ways::write(tx, channel, customer, Words { subject: &title, text: &text, reference }).map(drop)
}

/// Lets in who says the code of a challenge of this page: answers the secret of the visit.
///
/// # Errors
/// From the database.
pub fn enter(tx: &mut Tx<'_>, page: &'static str, token: &str, said: &str) -> Result<Option<String>> {
    let (challenge, now) = (digest(token), tx.now());
    let found: Option<(Option<String>, String, i64)> = tx.maybe(&CHALLENGE, params![challenge, page, now])?;
    let Some((subject, code, _)) = found.filter(|(_, _, tries)| *tries < TRIES) else { return Ok(None) };
    let said: String = said.chars().filter(char::is_ascii_digit).take(6).collect();
    let right = !code.is_empty() && digest(&format!("{challenge}{said}")) == code;
    match subject.filter(|_| right) {
        Some(subject) => {
            tx.exec(&OVER, params![challenge])?;
            let visit = tx.rng().secret();
            tx.exec(&INSERT_VISIT, params![digest(&visit), page, subject, now.plus_millis(VISIT_MS)])?;
            Ok(Some(visit))
        }
        None => {
            tx.exec(&TRIED, params![challenge])?;
            Ok(None)
        }
    }
}

/// What is shown to who is inside.
///
/// # Errors
/// From the database.
pub fn inside(tx: &mut Tx<'_>, page: &'static str, visit: &str) -> Result<Option<String>> {
    let now = tx.now();
    Ok(tx.maybe::<(String,)>(&VISIT, params![digest(visit), page, now])?.map(|(subject,)| subject))
}

/// Ends a visit.
///
/// # Errors
/// From the database.
pub fn leave(tx: &mut Tx<'_>, visit: &str) -> Result<()> {
    tx.exec(&LEAVE, params![digest(visit)]).map(drop)
}

/// Nobody comes in to see one of these any more.
///
/// # Errors
/// From the database.
pub fn shut(tx: &mut Tx<'_>, page: &'static str, subjects: &[String]) -> Result<()> {
    let subjects = serde_json::to_string(subjects).map_err(Error::internal)?;
    tx.exec(&SHUT_LINKS, params![page, subjects])?;
    tx.exec(&SHUT_VISITS, params![page, subjects]).map(drop)
}

/// Forgets what is over.
pub(crate) fn sweep(tx: &mut Tx<'_>) -> Result<()> {
    let now = tx.now();
    tx.exec(&FORGET_LINKS, params![now])?;
    tx.exec(&FORGET_CHALLENGES, params![now])?;
    tx.exec(&FORGET_VISITS, params![now])?;
    tx.exec(&FORGET_ASKS, params![now.plus_millis(-DAY)]).map(drop)
}

/// The door as HTML, in the words of the page it leads to.
pub struct Doorway<'a> {
    /// The page's words: `door` `link_text` `send_code` `code_title` `code_sent` `code` `code_wrong` `enter`.
    pub texts: &'a Texts,
    /// Where a code is said: `/points/visit`.
    pub enter: &'a str,
}

impl Doorway<'_> {
    fn word(&self, key: &str) -> String {
        escape(self.texts.word(key))
    }

    /// A link was opened: a code can be sent to the number or the address that is masked here.
    pub fn link(&self, masked: &str) -> String {
        let text = self.word("link_text").replace("{to}", &escape(masked));
        format!(
            "<h1>{}</h1><p>{text}</p><form method=post><button>{}</button></form>",
            self.word("door"),
            self.word("send_code")
        )
    }

    /// Which code? `wrong`: it was not the one before. `again` is HTML: how another is asked for.
    pub fn code(&self, challenge: &str, wrong: bool, again: &str) -> String {
        let complaint = if wrong {
            format!("<p class=bad role=alert>{}</p>", self.word("code_wrong"))
        } else {
            String::new()
        };
        format!(
            "<h1>{}</h1><p>{}</p><form method=post action={}><input type=hidden name=challenge value=\"{}\"><label>{}<input name=code inputmode=numeric autocomplete=one-time-code pattern=\"[0-9]{{6}}\" maxlength=6 required></label>{complaint}<button>{}</button></form>{again}",
            self.word("code_title"),
            self.word("code_sent"),
            self.enter,
            escape(challenge),
            self.word("code"),
            self.word("enter"),
        )
    }

    /// A title and a sentence.
    pub fn simple(&self, title: &str, text: &str) -> String {
        format!("<h1>{}</h1><p>{}</p>", self.word(title), self.word(text))
    }
}
