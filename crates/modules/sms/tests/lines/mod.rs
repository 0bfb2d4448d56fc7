//! Lines to an SMSC: set up, dropped, throttled, lied to.

use std::sync::Arc;

use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use serde_json::{Value, json};
use testkit::{MailServer, on_both};
use tokio_rustls::TlsAcceptor;

use crate::{
    counterpart::{HttpGateway, Smsc, ucs2},
    stage::{MINUTE, Stage, modules, text, until},
};

on_both! { http::schema(&modules());

async fn gateways_are_set_up_by_administrators_and_give_no_secret_away(db: TestDb) {
    let smsc = Smsc::listen("secret").await;
    let stage = Stage::smpp(db, &smsc).await;
    let told = stage.admin.get("/audit-entries").await.ok().to_string() + &stage.view().await.to_string();
    assert!(told.contains("sms.gateway_added") && !told.contains("\"secret\"") && !told.contains(":\"secret"), "{told}");
    // Another place is not shown the password that is kept.
    stage.change(json!({"details": {"host": "127.0.0.2"}})).await.refused_field("password", "required");
    stage.change(json!({"details": {"host": "169.254.169.254", "password": "x"}})).await.refused_field("host", "forbidden_address");
    stage.change(json!({"details": {"inside": false}})).await.refused_field("host", "https_required");
    stage.change(json!({"details": {"opt_out_words": []}})).await.refused_field("opt_out_words", "required");
    stage.change(json!({"details": {"in_flight": 0}})).await.refused_field("in_flight", "out_of_range");
    stage.change(json!({"details": {"opt_out_words": ["R"], "opt_in_words": ["ｒ"]}})).await.refused_field("opt_in_words", "in_both");
    let path = format!("/sms-gateways/{}", stage.id);
    stage.admin.patch(&path, json!({"version": 7})).await.refused(409, "sms.stale");
    let agent = stage.app.person("agent").await;
    agent.patch(&path, json!({"version": 1})).await.refused(403, "forbidden");
    agent.post(&format!("{path}/probe"), json!({})).await.refused(403, "forbidden");
    assert_eq!(stage.admin.post(&format!("{path}/probe"), json!({})).await.ok()["trouble"], Value::Null);

    // A wrong password is said in words; the right one lets us in again.
    stage.change(json!({"details": {"password": "wrong"}})).await.ok();
    let why = until("a refusal", async || Some(text(&stage.view().await["link"]["trouble"])).filter(|why| !why.is_empty())).await;
    assert_eq!(why, "sms_sign_in");
    assert_eq!(stage.view().await["link"]["detail"], "0x0000000E ESME_RINVPASWD");
    assert!(smsc.refused_binds() > 0);
    let probe = stage.admin.post(&format!("{path}/probe"), json!({})).await.ok();
    assert_eq!(probe["trouble"], "sms_sign_in");
    stage.change(json!({"details": {"password": "secret"}})).await.ok();
    stage.connected().await;

    // Turned off, the line is closed and nobody is taken in.
    stage.change(json!({"state": "paused"})).await.ok();
    assert_eq!(stage.view().await["link"]["connected_at"], Value::Null);
    stage.app.finish().await;
}

async fn a_line_carries_messages_both_ways_in_parts_and_with_receipts(db: TestDb) {
    let smsc = Smsc::listen("secret").await;
    let stage = Stage::smpp(db, &smsc).await;
    let first = smsc.says("8613812345678", "你好，订单到哪了");
    until("an answer", async || smsc.answer_to(first)).await;
    assert_eq!(smsc.answer_to(first), Some(0));
    let id = text(&stage.conversations().await[0]["id"]);
    assert_eq!(stage.heard().await, ["你好，订单到哪了"]);

    stage.say(&id, "on its way, arrives tomorrow").await;
    let taken = smsc.taken();
    let [short] = &taken[..] else { panic!("{taken:?}") };
    assert_eq!((short.from.as_str(), short.to.as_str(), short.esm_class, short.registered, short.coding), ("10690001", "8613812345678", 0, 1, 0));
    assert_eq!(short.octets, b"on its way, arrives tomorrow");
    assert_eq!(stage.last(&id).await.0, "sent");
    let told = smsc.reports(&short.id, "DELIVRD");
    until("an answer", async || smsc.answer_to(told)).await;
    assert_eq!(stage.last(&id).await.0, "delivered");

    // A long one goes in parts that belong together; it arrived when all of them did.
    let words = format!("{}😊", "长".repeat(99));
    stage.say(&id, &words).await;
    let parts = smsc.taken()[1..].to_vec();
    let [one, two] = &parts[..] else { panic!("{parts:?}") };
    assert_eq!((one.esm_class, one.coding, &one.octets[..3], &one.octets[4..6]), (0x40, 8, &[5, 0, 3][..], &[2, 1][..]));
    assert_eq!((one.octets[3], &two.octets[4..6]), (two.octets[3], &[2, 2][..]));
    let whole = [&one.octets[6..], &two.octets[6..]].concat();
    assert_eq!(whole, ucs2(&words));
    for (part, stands) in [(two, "sent"), (one, "delivered")] {
        let told = smsc.reports(&part.id, "DELIVRD");
        until("an answer", async || smsc.answer_to(told)).await;
        assert_eq!(stage.last(&id).await.0, stands);
    }
    stage.say(&id, "bye").await;
    let last = smsc.taken().last().unwrap().id.clone();
    let told = smsc.reports(&last, "UNDELIV");
    until("an answer", async || smsc.answer_to(told)).await;
    assert_eq!(stage.last(&id).await, ("failed".into(), "receipt".into()));

    // A long one comes in parts, in whatever order, a letter torn between them.
    let octets = ucs2("第一部分很长😊第二部分");
    let (head, tail) = octets.split_at(14);
    smsc.says_part("8613812345678", (7, 2, 2), tail);
    let done = smsc.says_part("8613812345678", (7, 2, 1), head);
    until("an answer", async || smsc.answer_to(done)).await;
    assert_eq!(stage.heard().await.last().unwrap(), "第一部分很长😊第二部分");
    // Of one whose rest never comes, what came is read after a while.
    let alone = smsc.says_part("8613812345678", (8, 3, 2), &ucs2("中间"));
    until("an answer", async || smsc.answer_to(alone)).await;
    stage.app.db.clock.advance(16 * MINUTE);
    stage.app.settle().await;
    until("what came", async || (stage.heard().await.last().unwrap() == "[…]中间[…]").then_some(())).await;
    stage.app.finish().await;
}

async fn a_line_that_throttles_refuses_or_drops_loses_and_doubles_nothing(db: TestDb) {
    let smsc = Smsc::listen("secret").await;
    let stage = Stage::smpp(db, &smsc).await;
    let first = smsc.says("8613812345678", "在吗");
    until("an answer", async || smsc.answer_to(first)).await;
    let id = text(&stage.conversations().await[0]["id"]);
    // Too much at once: it goes a moment later, by itself.
    smsc.answers(0x58);
    smsc.answers(0x14);
    stage.say(&id, "one").await;
    assert_eq!((smsc.refused(), smsc.taken().len(), stage.last(&id).await.0.as_str()), (2, 1, "sent"));
    // Not now: later. A number that is none: never.
    smsc.answers(0x08);
    stage.say(&id, "two").await;
    assert_eq!(stage.last(&id).await, ("waiting".into(), "sms_later".into()));
    stage.app.db.clock.advance(MINUTE);
    stage.app.settle().await;
    assert_eq!((stage.last(&id).await.0.as_str(), smsc.taken().len()), ("sent", 2));
    smsc.answers(0x0b);
    stage.say(&id, "three").await;
    assert_eq!(stage.last(&id).await, ("failed".into(), "sms_number".into()));

    // The line drops: it is opened again, and what is said then goes.
    smsc.drops_the_line();
    until("another line", async || (smsc.binds() >= 2).then_some(())).await;
    stage.connected().await;
    stage.say(&id, "four").await;
    assert_eq!(smsc.taken().last().unwrap().octets, b"four");
    // Kept, but our answer was lost: the SMSC tells it again over the next line, and it is kept once.
    let told = smsc.says("8613812345678", "只说一次");
    until("an answer", async || smsc.answer_to(told)).await;
    smsc.drops_the_line();
    until("another line", async || (smsc.binds() >= 3).then_some(())).await;
    stage.connected().await;
    let again = smsc.says("8613812345678", "只说一次");
    until("an answer", async || smsc.answer_to(again)).await;
    assert_eq!(stage.heard().await, ["在吗", "只说一次"]);
    // Said twice by the customer it is two.
    let twice = smsc.says("8613812345678", "只说一次");
    until("an answer", async || smsc.answer_to(twice)).await;
    assert_eq!(stage.heard().await.len(), 3);
    // The answer to a part was lost: it goes again, and is not forgotten.
    smsc.loses_the_next_answer();
    stage.say(&id, "five").await;
    stage.app.db.clock.advance(MINUTE);
    stage.app.settle().await;
    assert_eq!(stage.last(&id).await.0, "sent");
    stage.app.finish().await;
}

async fn hostile_pieces_are_contained_and_the_desk_goes_on(db: TestDb) {
    let smsc = Smsc::listen("secret").await;
    let stage = Stage::smpp(db, &smsc).await;
    let ours = smsc.sends(0x15, b"");
    until("life", async || (smsc.enquired() > 0).then_some(())).await;
    // A body that breaks off, a kind nobody speaks, and one that only we may send.
    let short = smsc.sends(5, b"\0\x01");
    let odd = smsc.sends(0x111, b"whatever");
    let wrong = smsc.sends(4, b"\0");
    until("refusals", async || (smsc.nacks().len() >= 3).then_some(())).await;
    assert_eq!(smsc.nacks(), [(short, 2), (odd, 3), (wrong, 2)]);
    assert!(ours < short);
    // A header that lies, a sender that is a name, a picture.
    for (from, coding, esm, octets, status) in [
        ("8613812345678", 8, 0x40, &[200_u8, 0, 3][..], 0x65),
        ("8613812345678", 8, 0x40, &[5, 0, 3, 1, 2, 9][..], 0x65),
        ("10086", 8, 0, &[0x4f, 0x60][..], 0x65),
        ("8613812345678", 4, 0, &[1, 2, 3][..], 0),
        ("8613812345678", 8, 0, &[][..], 0),
        ("8613812345678", 8, 4, &b"no receipt"[..], 0x65),
    ] {
        let told = smsc.delivers(from, coding, esm, octets);
        assert_eq!(until("an answer", async || smsc.answer_to(told)).await, status, "{from} {coding} {octets:?}");
    }
    assert_eq!(stage.heard().await, ["[客户发来一条无法显示的短信]"]);
    // A receipt of nobody's message changes nothing.
    let told = smsc.reports("nobody", "DELIVRD");
    assert_eq!(until("an answer", async || smsc.answer_to(told)).await, 0);
    // A flood of one number is told to wait; others are heard.
    let flood: Vec<_> = (0..60).map(|at| smsc.says("8613900000001", &format!("洪水{at}"))).collect();
    let last = *flood.last().unwrap();
    until("an answer", async || smsc.answer_to(last)).await;
    let waiting = flood.iter().filter(|at| smsc.answer_to(**at) == Some(0x58)).count();
    assert!((15..=20).contains(&waiting), "{waiting}");
    let other = smsc.says("8613900000002", "我的订单");
    assert_eq!(until("an answer", async || smsc.answer_to(other)).await, 0);
    // Where the next piece begins nobody knows: the line is closed, and opened again.
    smsc.writes(&[0xff; 64]);
    until("another line", async || (smsc.binds() >= 2).then_some(())).await;
    stage.connected().await;
    let after = smsc.says("8613900000003", "还在吗");
    assert_eq!(until("an answer", async || smsc.answer_to(after)).await, 0);
    let reports = stage.reports().await;
    for told in ["in malformed", "in flood", "in sms_not_a_number", "in ok"] {
        assert!(reports.iter().any(|one| one == told), "{told} in {reports:?}");
    }
    stage.app.finish().await;
}

async fn a_word_over_the_line_is_a_wish_and_is_answered_over_it(db: TestDb) {
    let smsc = Smsc::listen("secret").await;
    let stage = Stage::smpp(db, &smsc).await;
    let told = smsc.delivers("8613812345678", 0, 0, b"Td");
    until("an answer", async || smsc.answer_to(told)).await;
    stage.app.settle().await;
    assert!(stage.conversations().await.is_empty());
    assert_eq!(stage.opt_outs().await[0]["masked"], "138****5678");
    let answered: Vec<u8> = smsc.taken().into_iter().map(|one| one.octets).collect::<Vec<_>>().concat();
    assert_eq!(answered, ucs2("您已退订，我们不会再主动给您发短信。回复 TDHF 可恢复接收。"));
    stage.app.finish().await;
}

async fn a_line_over_tls_is_opened_to_whoever_shows_a_certificate_we_believe(db: TestDb) {
    let Some(server) = MailServer::found() else { return };
    let smsc = Smsc::listen_secretly("secret", tls(&server)).await;
    let details = json!({
        "host": "localhost", "port": smsc.port, "tls": true, "inside": true, "system_id": "zhike", "password": "secret",
        "alphabet": "gsm7",
    });
    let stage = Stage::set(db, json!({"name": "短信", "driver": "smpp", "details": details}), HttpGateway::default()).await;
    // Signed by nobody we know: nothing is said to it, the password least of all.
    let why = until("a refusal", async || Some(text(&stage.view().await["link"]["trouble"])).filter(|why| !why.is_empty())).await;
    assert_eq!((why.as_str(), smsc.binds(), smsc.refused_binds()), ("certificate", 0, 0));
    stage.change(json!({"details": {"certificate": "nonsense", "password": "secret"}})).await.refused_field("certificate", "malformed");
    stage.change(json!({"details": {"certificate": server.pem()}})).await.refused_field("password", "required");
    stage.change(json!({"details": {"certificate": server.pem(), "password": "secret"}})).await.ok();
    stage.connected().await;
    let told = smsc.says("8613812345678", "加密线路");
    assert_eq!(until("an answer", async || smsc.answer_to(told)).await, 0);
    let id = text(&stage.conversations().await[0]["id"]);
    stage.say(&id, "heard").await;
    assert_eq!(smsc.taken().last().unwrap().octets, b"heard");
    // Believed no longer, the line is closed.
    stage.change(json!({"details": {"certificate": "", "password": "secret"}})).await.ok();
    let why = until("a refusal", async || Some(text(&stage.view().await["link"]["trouble"])).filter(|why| !why.is_empty())).await;
    assert_eq!(why, "certificate");
    stage.app.finish().await;
}

}

/// What an SMSC needs to speak TLS with the certificate of this run.
fn tls(server: &MailServer) -> TlsAcceptor {
    let certificates = CertificateDer::pem_slice_iter(server.pem().as_bytes()).map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_slice(server.key().as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}
