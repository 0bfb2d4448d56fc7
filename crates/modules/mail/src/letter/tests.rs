//! Mails of our own making, and of the world.

use std::path::PathBuf;

use proptest::prelude::*;

use super::*;

/// The mails of this name that lie beside the repository, or in the folder `ZHIKE_SHARED`; none, and why
/// not, otherwise.
fn mails(name: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let folder = std::env::var_os("ZHIKE_SHARED").map_or(beside, PathBuf::from).join("data").join(name);
    if !folder.is_dir() {
        eprintln!("skipped: there is no ../shared/data/{name} beside the repository");
        return None;
    }
    let (mut folders, mut all) = (vec![folder], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.extension().and_then(|kind| kind.to_str()) {
                _ if path.is_dir() => folders.push(path),
                Some("eml" | "txt") => all.push((path.display().to_string(), std::fs::read(&path).expect("a mail"))),
                _ => {}
            }
        }
    }
    all.sort();
    Some(all)
}

fn letter(raw: &str) -> Letter {
    Letter::read(raw.replace('\n', "\r\n").as_bytes()).expect("a mail")
}

const HEAD: &str = "From: =?gbk?B?zfXQocP3?= <Wang@Example.com>\nTo: desk@shop.test\nMessage-ID: <a1@example.com>\n";

#[test]
fn a_mail_of_the_chinese_world_is_read() {
    let found = letter(&format!(
        "{HEAD}Subject: =?GB2312?B?tqm1pTEyMzQ1tcS3osax?=\nReferences: <x@y> <z@y>\nIn-Reply-To: <z@y>\n\
         Content-Type: text/plain; charset=gb2312\nContent-Transfer-Encoding: base64\n\ntqm1pTEyMzQ1tcS3osax\n"
    ));
    assert_eq!((found.from.name.as_str(), found.from.address.as_str()), ("王小明", "wang@example.com"));
    assert_eq!((found.subject.as_str(), found.text.as_str()), ("订单12345的发票", "订单12345的发票"));
    assert_eq!((found.message_id.as_str(), found.references), ("a1@example.com", vec!["x@y".to_owned(), "z@y".into()]));
    assert_eq!(found.kind, Kind::Mail);
}

#[test]
fn pictures_within_and_attachments_are_told_apart_from_text() {
    let found = letter(&format!(
        "{HEAD}Subject: x\nContent-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/related; boundary=b\n\n\
         --b\nContent-Type: text/html; charset=utf-8\n\n<p>看 <img src=\"cid:p1\"></p><script>x</script>\n\
         --b\nContent-Type: image/png; name=\"=?utf-8?B?5Zu+LnBuZw==?=\"\nContent-ID: <p1>\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--b--\n\
         --a\nContent-Type: application/pdf\nContent-Disposition: attachment; filename*=gbk''%B7%A2%C6%B1.pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0xLjQK\n--a--\n"
    ));
    assert_eq!(found.text, "看");
    assert_eq!(found.html.as_deref(), Some("<p>看 <img data-cid=\"p1\"></p>"));
    let names: Vec<_> = found.attachments.iter().map(|one| (one.name.as_str(), one.cid.as_deref())).collect();
    assert_eq!(names, [("图.png", Some("p1")), ("发票.pdf", None)]);
}

#[test]
fn machines_are_known_by_what_they_say() {
    for (head, kind) in [
        ("", Kind::Mail),
        ("Auto-Submitted: no\n", Kind::Mail),
        ("Auto-Submitted: auto-replied\n", Kind::AutoReply),
        ("Precedence: auto_reply\n", Kind::AutoReply),
        ("X-Autoreply: yes\n", Kind::AutoReply),
        ("Subject: 自动回复: 您好\n", Kind::AutoReply),
        ("X-Loop: desk@shop.test\n", Kind::AutoReply),
        ("Precedence: bulk\n", Kind::Bulk),
        ("List-Id: <a.b>\n", Kind::Bulk),
        ("Return-Path: <>\nSubject: x\n", Kind::Bounce),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=x\n", Kind::Bounce),
        ("X-Failed-Recipients: a@b.c\n", Kind::Bounce),
        ("X-Zhike-Loop: 1\n", Kind::Loop),
    ] {
        assert_eq!(letter(&format!("{HEAD}{head}\nhi\n")).kind, kind, "{head}");
    }
}

#[test]
fn a_bounce_says_what_came_back_and_why() {
    let found = letter(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.test\nSubject: Undelivered Mail Returned to Sender\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\nContent-Type: text/plain\n\nsorry\n\
         --x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\nFinal-Recipient: rfc822; who@full.test\nAction: failed\nStatus: 5.2.2\n\
         Diagnostic-Code: smtp; 552 5.2.2 mailbox\n full\n\n--x\nContent-Type: message/rfc822\n\nMessage-ID: <mal_1@shop.test>\nSubject: y\n\nhi\n--x--\n",
    );
    let report = found.report.expect("a report");
    assert_eq!(report.message_ids, ["mal_1@shop.test"]);
    assert_eq!(report.recipients, ["who@full.test"]);
    assert_eq!((report.why.as_str(), report.delayed), ("552 5.2.2 mailbox full", false));
}

#[test]
fn what_costs_too_much_is_refused_before_it_is_read() {
    let nested: String =
        (0..200).map(|at| format!("Content-Type: multipart/mixed; boundary=b{at}\n\n--b{at}\n")).collect();
    assert_eq!(Letter::read(format!("{HEAD}{nested}").as_bytes()), Err(Unreadable::TooDeep));
    let letters = "Content-Type: message/rfc822\n\n".repeat(50_000);
    assert_eq!(Letter::read(format!("{HEAD}{letters}").as_bytes()), Err(Unreadable::TooDeep));
    let parts = "--a\n\nx\n".repeat(1_000);
    let many = format!("{HEAD}Content-Type: multipart/mixed; boundary=a\n\n{parts}--a--\n");
    assert_eq!(Letter::read(many.as_bytes()), Err(Unreadable::TooDeep));
    assert_eq!(Letter::read(&vec![b'x'; LARGEST + 1]), Err(Unreadable::TooLarge));
    assert_eq!(Letter::read(b"Subject: x\n\nhi"), Err(Unreadable::NoSender));
    // Hidden in base64: taken for a file, however deep it goes.
    use base64::Engine as _;
    let hidden = base64::prelude::BASE64_STANDARD.encode(&letters);
    let raw = format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{hidden}\n--a--\n"
    );
    Letter::read(raw.as_bytes()).expect("a mail with a file");
}

#[test]
fn every_mail_of_the_world_is_read_or_refused_with_a_reason() {
    let Some(all) = mails("mail-stalwart") else { return };
    let (mut read, mut broken) = (0, Vec::new());
    for (path, raw) in &all {
        match Letter::read(raw) {
            Ok(letter) => {
                read += 1;
                assert!(!letter.subject.chars().any(char::is_control), "{path}");
                assert!(!letter.html.unwrap_or_default().to_lowercase().contains("<script"), "{path}");
            }
            Err(why) => broken.push((path, why)),
        }
    }
    let odd: Vec<_> =
        broken.iter().filter(|(path, why)| *why != Unreadable::NoSender && !path.contains("malformed")).collect();
    assert!(read * 3 >= all.len() * 2 && odd.is_empty(), "{read} of {}: {odd:?}", all.len());
}

#[test]
fn the_bounces_of_the_world_are_none_for_a_person() {
    let Some(all) = mails("mail-bounces-sisimai") else { return };
    let all: Vec<_> = all.into_iter().filter(|(path, _)| path.contains("maildir")).collect();
    let mut wrong = Vec::new();
    let mut explained = 0;
    for (path, raw) in &all {
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        match Letter::read(raw) {
            Ok(letter) if matches!(letter.kind, Kind::Bounce | Kind::AutoReply) => {
                explained += usize::from(letter.report.is_some_and(|report| !report.why.is_empty()));
            }
            Ok(letter) => wrong.push((name, format!("{:?} {}", letter.kind, letter.subject))),
            Err(why) => wrong.push((name, format!("{why:?}"))),
        }
    }
    // A few are reports in the words of one program alone.
    assert!(
        wrong.len() * 100 <= all.len() * 3 && explained * 100 >= all.len() * 95,
        "{} wrong, {explained} explained of {}: {wrong:#?}",
        wrong.len(),
        all.len()
    );
}

proptest! {
    #[test]
    fn any_bytes_are_a_mail_or_are_not(raw: Vec<u8>) {
        let _ = Letter::read(&raw);
    }

    #[test]
    fn any_head_is_a_mail_or_is_not(head in "((From|To|Subject|Content-Type|References|Content-Transfer-Encoding): [ -~]{0,60}\r\n){0,8}\r\n[ -~\r\n]{0,200}") {
        if let Ok(letter) = Letter::read(head.as_bytes()) {
            prop_assert!(!letter.subject.chars().any(char::is_control));
            prop_assert!(letter.fresh.len() <= letter.text.len());
        }
    }
}
