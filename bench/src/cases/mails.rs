//! How fast mails are fetched from a real IMAP server, read, threaded and kept.

use std::time::{Duration, Instant};

use serde_json::json;
use testkit::MailServer;

use crate::{
    cases::Row,
    place::{Outcome, Place},
};

/// Customers who write, and how often each does in the same thread.
const THREADS: usize = 500;
const LETTERS: usize = 4;
const MOST: Duration = Duration::from_secs(180);

pub(crate) async fn run(place: &mut Place, engine: &str) -> Outcome<Vec<Row>> {
    let Some(server) = MailServer::found() else { return Ok(Vec::new()) };
    let address = format!("bench-{}-{}@zhike.test", std::process::id(), engine.to_lowercase());
    let mailbox = json!({
        "name": "bench", "address": address, "imap_host": "localhost", "imap_port": server.port("imaps"),
        "imap_security": "tls", "imap_user": address, "imap_password": "geheim", "smtp_host": "localhost",
        "smtp_port": server.port("smtp"), "smtp_security": "starttls", "smtp_user": address, "certificate": server.pem(),
    });
    let mailbox = place.post("/mailboxes", mailbox).await?;
    let id = mailbox["id"].as_str().ok_or("an id")?.to_owned();
    // What lay there before the first fetch stays somebody's own: the mails come after it.
    let begun = Instant::now();
    while place.count(&format!(
        "SELECT count(*) FROM mailbox_fetches WHERE mailbox_id = '{id}' AND succeeded_at IS NOT NULL"
    ))? == 0
    {
        if begun.elapsed() > MOST {
            return Err("the first fetch did not come about".into());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let folder = server.new_mail(&address);
    let (uid, gid) = owner(folder.parent().ok_or("a folder")?)?;
    for n in 0..THREADS * LETTERS {
        // A file appears whole: it is written elsewhere and moved.
        let written = folder.with_file_name("tmp").join(format!("{n}"));
        std::fs::write(&written, letter(&address, n))?;
        std::os::unix::fs::chown(&written, Some(uid), Some(gid))?;
        std::fs::rename(written, folder.join(format!("{n}.bench")))?;
    }
    let begun = Instant::now();
    place.post(&format!("/mailboxes/{id}/fetch"), json!({})).await?;
    let fetched = "SELECT count(*) FROM mails WHERE direction = 'in'";
    while place.count(fetched)? < (THREADS * LETTERS) as i64 {
        if begun.elapsed() > MOST {
            return Err(format!("only {} mails were fetched", place.count(fetched)?).into());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let minutes = begun.elapsed().as_secs_f64() / 60.0;
    let threads = place.count("SELECT count(DISTINCT conversation_id) FROM mails WHERE direction = 'in'")?;
    Ok(vec![
        Row::at_least(
            format!("{engine}: mails fetched and threaded a minute"),
            (THREADS * LETTERS) as f64 / minutes,
            "",
            2_000.0,
        ),
        Row::at_most(format!("{engine}: threads out of {THREADS}"), threads as f64, "", THREADS as f64),
    ])
}

fn owner(folder: &std::path::Path) -> Outcome<(u32, u32)> {
    use std::os::unix::fs::MetadataExt as _;
    let data = std::fs::metadata(folder)?;
    Ok((data.uid(), data.gid()))
}

/// The letters of a thread come after each other, but all threads at once.
fn letter(to: &str, n: usize) -> String {
    let (thread, letter) = (n % THREADS, n / THREADS);
    let id = |letter: usize| format!("<{thread}.{letter}@shop.test>");
    let before = match letter {
        0 => String::new(),
        _ => format!("In-Reply-To: {}\r\nReferences: {}\r\n", id(letter - 1), id(0)),
    };
    format!(
        "From: Customer {thread} <customer{thread}@shop.test>\r\nTo: {to}\r\nSubject: Order {thread}\r\nMessage-ID: {}\r\n{before}\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
         您好，订单 {thread} 还没有收到，请帮忙查一下物流。这是第 {letter} 封信。\r\n",
        id(letter)
    )
}
