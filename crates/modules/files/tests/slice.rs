//! What people rely on of files.

use std::{path::Path, sync::Arc};

use files::{Bucket, FileId, Place, api};
use kernel::{Actor, Error, Origin, Result, Timestamp, Visitor};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use testkit::{Person, Reply, TestApp, on_both};

fn modules(folder: &Path) -> Vec<http::Module> {
    vec![audit::module(), access::module(), files::module(folder.to_owned()).unwrap()]
}

fn schema() -> Vec<store::Migration> {
    http::schema(&modules(tempfile::tempdir().unwrap().path()))
}

/// A PNG's header, which is all we look at.
fn png(width: u32, height: u32) -> Vec<u8> {
    [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &width.to_be_bytes(), &height.to_be_bytes(), b"\x08\x06\0\0\0pixels"]
        .concat()
}

async fn send(person: &Person, name: &str, bytes: Vec<u8>) -> Reply {
    // The type the sender claims is never believed.
    let part = Part::bytes(bytes).file_name(name.to_owned()).mime_str("text/html").unwrap();
    Person::reply(person.request(Method::POST, "/files").multipart(Form::new().part("file", part))).await
}

async fn content(person: &Person, id: &Value) -> reqwest::Response {
    person.request(Method::GET, &format!("/files/{}/content", id.as_str().unwrap())).send().await.unwrap()
}

fn stored(folder: &Path) -> usize {
    let shelves = std::fs::read_dir(folder).unwrap().map(|shelf| shelf.unwrap().path());
    shelves.map(|shelf| std::fs::read_dir(shelf).unwrap().count()).sum()
}

fn header<'r>(response: &'r reqwest::Response, name: &str) -> &'r str {
    response.headers()[name].to_str().unwrap()
}

fn id(file: &Value) -> FileId {
    file["id"].as_str().unwrap().parse().unwrap()
}

on_both! { schema();

async fn a_file_comes_back_as_it_was_sent(db: TestDb) {
    let folder = tempfile::tempdir().unwrap();
    let app = TestApp::start(db, modules(folder.path())).await;
    let agent = app.person("agent").await;
    let image = send(&agent, "截图.PNG", png(640, 480)).await.ok();
    assert_eq!((&image["name"], &image["mime"]), (&json!("截图.png"), &json!("image/png")));
    assert_eq!((&image["width"], &image["height"], &image["size"]), (&json!(640), &json!(480), &json!(png(1, 1).len())));
    assert_eq!((&image["owner_id"], &image["purpose"]), (&json!(agent.id()), &json!("upload")));
    let response = content(&agent, &image["id"]).await;
    assert_eq!((header(&response, "content-type"), header(&response, "x-content-type-options")), ("image/png", "nosniff"));
    assert!(header(&response, "content-disposition").starts_with("inline") && header(&response, "content-security-policy").contains("sandbox"));
    let etag = header(&response, "etag").to_owned();
    assert_eq!(response.bytes().await.unwrap(), png(640, 480));
    let path = format!("/files/{}/content", image["id"].as_str().unwrap());
    let again = agent.request(Method::GET, &path).header("if-none-match", etag).send().await.unwrap();
    assert_eq!((again.status().as_u16(), again.bytes().await.unwrap().len()), (304, 0));

    let large: Vec<u8> = (0..3_000_000_u32).flat_map(|n| format!("{n}\n").into_bytes()).take(5 << 20).collect();
    let text = send(&agent, "名单.csv", large.clone()).await.ok();
    let response = content(&agent, &text["id"]).await;
    assert!(header(&response, "content-disposition").starts_with("attachment; filename=\"__.csv\"; filename*=UTF-8''%E5%90%8D"));
    assert!(response.bytes().await.unwrap() == large);
}

async fn hostile_files_are_refused_and_leave_nothing(db: TestDb) {
    let folder = tempfile::tempdir().unwrap();
    let app = TestApp::start(db, modules(folder.path())).await;
    let agent = app.person("agent").await;
    for (name, bytes, code) in [
        ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(), "type_refused"),
        ("a.png", b"<!DOCTYPE html><script>alert(1)</script>".to_vec(), "type_refused"),
        ("a.jpg", [b"MZ\x90\0".as_slice(), &[0; 100_000]].concat(), "type_refused"),
        ("a.gif", b"GIF89a\x01\0\x01\0<script>alert(1)</script>".to_vec(), "type_refused"),
        ("a.png", [&png(1, 1)[..], b"PK\x05\x06", &[0; 18]].concat(), "type_refused"),
        ("a.png", png(60_000, 60_000), "too_many_pixels"),
        ("a.png", b"\x89PNG\r\n\x1a\n".to_vec(), "unreadable_image"),
        ("a.txt", Vec::new(), "empty_file"),
    ] {
        send(&agent, name, bytes).await.refused_field("file", code);
    }
    let large = send(&agent, "a.txt", vec![b'a'; (20 << 20) + 1]).await;
    assert_eq!((large.status.as_u16(), &large.body["fields"][0]["code"]), (413, &json!("too_large")));
    let huge = send(&agent, "a.txt", vec![b'a'; 24 << 20]).await;
    assert_eq!(huge.status.as_u16(), 413);
    assert_eq!(send(&agent, "a.txt", vec![b'a'; 20 << 20]).await.ok()["size"], json!(20 << 20));
    assert_eq!(stored(folder.path()), 1);

    let nameless = agent.request(Method::POST, "/files").multipart(Form::new().text("file", "x"));
    Person::reply(nameless).await.refused_field("file", "required");
    agent.post("/files", json!({"file": "x"})).await.refused_field("content-type", "not_multipart");
    let broken = agent.request(Method::POST, "/files").header("content-type", "multipart/form-data; boundary=x").body("--x\r\nrubbish");
    Person::reply(broken).await.refused(422, "invalid");
    send(&app.anonymous(), "a.png", png(1, 1)).await.refused(401, "unauthenticated");
}

async fn a_hostile_name_is_tamed(db: TestDb) {
    let folder = tempfile::tempdir().unwrap();
    let app = TestApp::start(db, modules(folder.path())).await;
    let agent = app.person("agent").await;
    for (given, tame) in [
        ("../../../etc/passwd", "passwd.png"),
        ("..\\..\\evil.html", "evil.png"),
        ("<img src=x onerror=alert(1)>.png", "_img src=x onerror=alert(1)_.png"),
        ("gnp.\u{202e}exe", "gnp.png"),
    ] {
        let file = send(&agent, given, png(1, 1)).await.ok();
        assert_eq!(file["name"], tame, "{given}");
        assert!(content(&agent, &file["id"]).await.status().is_success());
    }
    let long = send(&agent, &format!("{}.png", "长".repeat(3_000)), png(1, 1)).await.ok();
    assert_eq!(long["name"].as_str().unwrap().chars().count(), 120);
    // Everything lies on a shelf below the folder, under its id.
    assert_eq!(stored(folder.path()), 5);
}

async fn a_file_is_seen_by_its_sender_by_readers_and_through_a_link(db: TestDb) {
    let folder = tempfile::tempdir().unwrap();
    let app = TestApp::start(db, modules(folder.path())).await;
    let (admin, sender, reader, outsider) = (app.person("administrator").await, app.person("agent").await, app.person("agent").await, app.person("agent").await);
    let role = admin.post("/roles", json!({"name": "外包", "grants": {}})).await.ok()["id"].clone();
    admin.patch(&format!("/users/{}", outsider.id()), json!({"version": 1, "role_id": role})).await.ok();
    let file = send(&sender, "a.png", png(1, 1)).await.ok();
    let path = format!("/files/{}", file["id"].as_str().unwrap());
    for person in [&sender, &reader] {
        assert_eq!(person.get(&path).await.ok(), file);
    }
    for path in [path.clone(), format!("{path}/content")] {
        outsider.get(&path).await.refused(404, "not_found");
        app.anonymous().get(&path).await.refused(401, "unauthenticated");
    }
    assert!(send(&outsider, "b.png", png(1, 1)).await.status.is_success());

    let until = app.app.clock().now().plus_millis(60_000);
    let link = api::link_key(&app.app).await.unwrap().link(id(&file), until);
    let link = link.strip_prefix("/api/v1").unwrap();
    for person in [&outsider, &app.anonymous()] {
        let response = person.request(Method::GET, link).send().await.unwrap();
        assert_eq!(response.bytes().await.unwrap(), png(1, 1));
    }
    app.anonymous().get(&link.replace("until=1", "until=2")).await.refused(401, "unauthenticated");
    outsider.get(&format!("{}00", link)).await.refused(404, "not_found");
    app.db.clock.advance(60_000);
    app.anonymous().get(link).await.refused(401, "unauthenticated");
    sender.get("/files/fil_00000000000000000000000000").await.refused(404, "not_found");
}

async fn a_visitor_sends_only_so_much_and_attaches_only_what_they_sent(db: TestDb) {
    let folder = tempfile::tempdir().unwrap();
    let app = TestApp::start(db, modules(folder.path())).await;
    let visitor = |letter: char| {
        let customer = format!("cus_0000000000000000000000000{letter}").parse().unwrap();
        let visitor = Visitor { customer, channel: "chn_00000000000000000000000001".parse().unwrap() };
        Arc::new(Origin { actor: Actor::Visitor(visitor), ip: None, user_agent: None, request_id: "r".into() })
    };
    let (one, other) = (visitor('1'), visitor('2'));
    let chunks = |bytes: Vec<u8>| futures_util::stream::iter([Result::Ok(bytes::Bytes::from(bytes))]);
    let file = api::receive_stream(&app.app, &one, "message", "a.png", chunks(png(1, 1))).await.unwrap();
    let attach = |origin: &Arc<Origin>| {
        let (db, origin, id) = (app.app.db().clone(), origin.clone(), file.id);
        async move { db.write(&origin, move |tx| api::attach(tx, id, "message", "msg_1")).await }
    };
    assert!(matches!(attach(&other).await, Err(Error::NotFound)));
    assert_eq!(attach(&one).await.unwrap().loose_since, None);
    attach(&one).await.unwrap();
    let attached = app.app.db().read(&app.system(), |tx| api::attached(tx, "message", "msg_1")).await.unwrap();
    assert_eq!(attached.iter().map(|file| file.id).collect::<Vec<_>>(), [file.id]);

    let cut = futures_util::stream::iter([Ok(bytes::Bytes::from_static(b"half")), Err(Error::field("file", "unreadable"))]);
    let before = stored(folder.path());
    assert!(api::receive_stream(&app.app, &one, "message", "a.txt", cut).await.is_err());
    assert_eq!(stored(folder.path()), before);

    let text = vec![b'a'; 20 << 20];
    for _ in 0..5 {
        api::receive_stream(&app.app, &one, "message", "a.txt", chunks(text.clone())).await.unwrap();
    }
    let refused = api::receive_stream(&app.app, &one, "message", "a.txt", chunks(b"more".to_vec())).await;
    assert!(matches!(refused, Err(Error::Limited { .. })));
    api::receive_stream(&app.app, &other, "message", "a.txt", chunks(b"more".to_vec())).await.unwrap();
    app.db.clock.advance(25 * 3_600_000);
    api::receive_stream(&app.app, &one, "message", "a.txt", chunks(b"more".to_vec())).await.unwrap();
}

async fn the_sweep_takes_what_is_nobodys_and_nothing_else(db: TestDb) {
    let folder = tempfile::tempdir().unwrap();
    let app = TestApp::start(db, modules(folder.path())).await;
    let agent = app.person("agent").await;
    let (kept, let_go, loose) = (send(&agent, "a.png", png(1, 1)).await.ok(), send(&agent, "b.png", png(1, 1)).await.ok(), send(&agent, "c.png", png(1, 1)).await.ok());
    let (kept_id, let_go_id) = (id(&kept), id(&let_go));
    app.app.db().write(&app.system(), move |tx| {
        api::attach(tx, kept_id, "task", "tsk_1")?;
        api::attach(tx, let_go_id, "task", "tsk_1")?;
        api::attach(tx, let_go_id, "task", "tsk_2")
    }).await.unwrap();
    // Written, but the process died before it was written down; and one half written.
    let shelf = folder.path().join("zz");
    std::fs::create_dir_all(&shelf).unwrap();
    std::fs::write(shelf.join("fil_00000000000000000000000zzz"), b"orphan").unwrap();
    std::fs::write(shelf.join("fil_00000000000000000000001zzz#1"), b"half").unwrap();

    // The disk's clock is the machine's: the house's must be later to compare. Not before all is written down: the
    // night's own sweep begins at once.
    app.db.clock.set(Timestamp::from_millis(4_000_000_000_000));
    files::api::sweep(&app.app).await.unwrap();
    let exists = async |file: &Value| agent.get(&format!("/files/{}", file["id"].as_str().unwrap())).await.status.is_success();
    assert_eq!([exists(&kept).await, exists(&let_go).await, exists(&loose).await], [true, true, false]);
    assert_eq!(content(&agent, &loose["id"]).await.status().as_u16(), 404);
    assert_eq!(stored(folder.path()), 2);

    for subject in ["tsk_1", "tsk_2"] {
        app.app.db().write(&app.system(), move |tx| api::detach(tx, let_go_id, "task", subject)).await.unwrap();
        files::api::sweep(&app.app).await.unwrap();
        assert!(exists(&let_go).await);
    }
    app.db.clock.advance(25 * 3_600_000);
    files::api::sweep(&app.app).await.unwrap();
    assert_eq!([exists(&kept).await, exists(&let_go).await], [true, false]);
    assert_eq!(content(&agent, &kept["id"]).await.bytes().await.unwrap(), png(1, 1));
}

}

/// A store that speaks S3, with a bucket in it, on a port of its own; it goes with the test.
async fn bucket(folder: &Path) -> Bucket {
    let (name, key, secret) = ("zhike-files".to_owned(), "us".to_owned(), "geheim".to_owned());
    std::fs::create_dir(folder.join(&name)).unwrap();
    let mut service = s3s::service::S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder).unwrap());
    service.set_auth(s3s::auth::SimpleAuth::from_single(key.clone(), secret.clone()));
    let service = service.build();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let serving = hyper::server::conn::http1::Builder::new()
                .serve_connection(hyper_util::rt::TokioIo::new(stream), service.clone());
            tokio::spawn(serving);
        }
    });
    Bucket { name, prefix: "one/of/several".into(), endpoint: Some(endpoint), region: "us-east-1".into(), key, secret }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_lie_in_a_bucket_where_one_is_named() {
    let (folder, beside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let bucket = bucket(folder.path()).await;
    let modules = |bucket: &Bucket| {
        vec![audit::module(), access::module(), files::module(Place::Bucket(bucket.clone())).unwrap()]
    };
    let app = TestApp::start(testkit::TestDb::sqlite(&schema()), modules(&bucket)).await;
    files::Store::open(Place::Bucket(bucket.clone())).unwrap().try_out().await.expect("it can be used");
    let agent = app.person("agent").await;
    // More than one part of an upload, whose end is shorter.
    let large: Vec<u8> = png(640, 480).into_iter().chain((0..11 << 20).map(|n| (n % 251) as u8)).collect();
    for bytes in [png(4, 4), large] {
        let sent = send(&agent, "图.png", bytes.clone()).await.ok();
        assert_eq!(content(&agent, &sent["id"]).await.bytes().await.unwrap(), bytes);
    }
    let refused = send(&agent, "x.exe", b"MZ\x90\0".repeat(100)).await;
    refused.refused_field("file", "type_refused");
    let shelves = walk(&folder.path().join("zhike-files/one/of/several"));
    assert_eq!(shelves.len(), 2, "{shelves:?}");
    assert_eq!(walk(beside.path()).len(), 0);
    app.finish().await;

    let stranger = Bucket { secret: "falsch".into(), ..bucket };
    let refused = files::Store::open(Place::Bucket(stranger)).unwrap().try_out().await.expect_err("a wrong secret");
    assert!(format!("{refused:?}").contains("SignatureDoesNotMatch"), "{refused:?}");
}

/// Every file below a folder that is not the store's own bookkeeping.
fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let hidden =
        |path: &std::path::PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    files.into_iter().filter(|path| !hidden(path)).chain(folders.iter().flat_map(|folder| walk(folder))).collect()
}
