//! The store's promises, on both databases.

use store::{Fact, Search, SearchDoc, outbox, own_migrations, params, sql};
use testkit::on_both;

fn search<'q>(words: &'q str, labels: &'q [String]) -> Search<'q> {
    Search { kind: "message", words, labels, before: None, limit: 20 }
}

sql! {
    MARK = "INSERT INTO cursors (listener, epoch, seq, at) VALUES ($1, 0, $2, 0)";
    MARKS = "SELECT seq FROM cursors WHERE listener = $1";
    LOCK = "SELECT seq FROM cursors WHERE listener = $1 FOR UPDATE";
    RAISE = "UPDATE cursors SET seq = seq + 1 WHERE listener = $1";
}

on_both! { own_migrations().to_vec();

async fn what_a_closure_refuses_is_not_written(db: TestDb) {
    let refused = db.db.write(&db.system(), |tx| {
        tx.exec(&MARK, params!["a", 1_i64])?;
        tx.emit(Fact::new("marked", "a", &())?);
        Err::<(), _>(kernel::Error::NotFound)
    }).await;
    assert!(matches!(refused, Err(kernel::Error::NotFound)));
    let (marks, facts) = db.db.read(&db.system(), |tx| {
        Ok((tx.all::<(i64,)>(&MARKS, params!["a"])?, outbox::after(tx, outbox::Position::default(), 1, &[])?))
    }).await.unwrap();
    assert!(marks.is_empty() && facts.is_empty());
}

async fn a_panic_is_an_error_of_its_own_write_only(db: TestDb) {
    let panicked = db.db.write::<(), _>(&db.system(), |_| panic!("on purpose")).await;
    assert!(matches!(panicked, Err(kernel::Error::Internal(_))));
    db.db.write(&db.system(), |tx| tx.exec(&MARK, params!["b", 1_i64])).await.unwrap();
}

async fn a_read_cannot_write(db: TestDb) {
    let answer = db.db.read(&db.system(), |tx| tx.exec(&MARK, params!["c", 1_i64])).await;
    assert!(matches!(answer, Err(kernel::Error::Internal(_))));
}

async fn writes_that_clash_all_come_true(db: TestDb) {
    db.db.write(&db.system(), |tx| tx.exec(&MARK, params!["n", 0_i64])).await.unwrap();
    let raises = (0..40).map(|_| {
        let db = db.db.clone();
        tokio::spawn(async move {
            db.write(&kernel::Origin::system("test"), |tx| {
                tx.one::<(i64,)>(&LOCK, params!["n"])?;
                tx.exec(&RAISE, params!["n"])
            }).await
        })
    });
    for raise in raises.collect::<Vec<_>>() {
        raise.await.unwrap().unwrap();
    }
    let (count,): (i64,) = db.db.read(&db.system(), |tx| tx.one(&MARKS, params!["n"])).await.unwrap();
    assert_eq!(count, 40);
}

async fn a_reader_of_facts_never_skips_one(db: TestDb) {
    let writers = (0..8).map(|writer| {
        let db = db.db.clone();
        tokio::spawn(async move {
            for n in 0..25 {
                db.write(&kernel::Origin::system("test"), move |tx| {
                    tx.emit(Fact::new("counted", format!("{writer}/{n}"), &n)?);
                    Ok(())
                }).await.unwrap();
            }
        })
    }).collect::<Vec<_>>();
    let mut seen = Vec::new();
    let mut from = outbox::Position::default();
    while seen.len() < 200 {
        let facts = db.db.read(&db.system(), move |tx| outbox::after(tx, from, 7, &["counted"])).await.unwrap();
        match facts.last() {
            Some(last) => from = outbox::Position { epoch: last.epoch, seq: last.seq },
            None => tokio::time::sleep(std::time::Duration::from_millis(2)).await,
        }
        seen.extend(facts.into_iter().map(|fact| fact.subject));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    for writer in 0..8 {
        let of_one: Vec<_> = seen.iter().filter(|subject| subject.starts_with(&format!("{writer}/"))).cloned().collect();
        assert_eq!(of_one, (0..25).map(|n| format!("{writer}/{n}")).collect::<Vec<_>>());
    }
}

async fn many_rows_go_in_whatever_their_number(db: TestDb) {
    db.db.write(&db.system(), |tx| {
        for n in 0..137 {
            tx.emit(Fact::new("counted", n, &n)?.on("topic", n + 1));
        }
        Ok(())
    }).await.unwrap();
    let notes = db.db.read(&db.system(), |tx| outbox::topic_since(tx, "topic", 100, 1_000)).await.unwrap();
    assert_eq!(notes.iter().map(|note| note.seq).collect::<Vec<_>>(), (101..=137).collect::<Vec<_>>());
}

async fn search_is_exact_for_han_latin_and_both_scripts(db: TestDb) {
    let texts = ["我要退款，订单A123", "退一下款", "訂單在哪裡", "refund order a123", "款退"];
    db.db.write(&db.system(), move |tx| {
        let docs: Vec<_> = texts.iter().enumerate().map(|(n, text)| SearchDoc {
            kind: "message", reference: n.to_string(), at: tx.now(), labels: vec![if n == 2 { "usr_b" } else { "usr_a" }.into()],
            text: (*text).to_owned(),
        }).collect();
        tx.index(&docs)
    }).await.unwrap();
    for (query, expected) in [
        ("退款", vec!["0"]), ("款", vec!["4", "1", "0"]), ("订单", vec!["2", "0"]), ("訂單", vec!["2", "0"]),
        ("a123", vec!["3", "0"]), ("a12", vec![]), ("usr_a", vec![]), ("message", vec![]), ("退款 A123", vec!["0"]), ("我要退款订单", vec![]), ("", vec![]), ("' OR \"", vec![]),
    ] {
        let hits = db.db.read(&db.system(), move |tx| tx.search(&search(query, &[]), |_, _| Ok(true))).await.unwrap();
        assert_eq!(hits.iter().map(|hit| hit.reference.as_str()).collect::<Vec<_>>(), expected, "{query}");
    }
    let found = async |words: &'static str, label: &str| {
        let labels = [label.to_owned()];
        let hits = db.db.read(&db.system(), move |tx| tx.search(&search(words, &labels), |_, _| Ok(true))).await.unwrap();
        hits.into_iter().map(|hit| hit.reference).collect::<Vec<_>>()
    };
    assert_eq!((found("订单", "usr_a").await, found("订单", "usr_b").await), (vec!["0".into()], vec!["2".into()]));
    db.db.write(&db.system(), |tx| tx.relabel("message", "0", tx.now(), &["usr_b".into()])).await.unwrap();
    assert_eq!((found("订单", "usr_a").await, found("订单", "usr_b").await), (vec![], vec!["2".into(), "0".into()]));
    db.db.write(&db.system(), |tx| tx.unindex("message", "0", tx.now())).await.unwrap();
    assert_eq!(found("退款", "usr_b").await, Vec::<String>::new());
}

async fn what_is_often_said_is_found_as_far_back_as_it_was_said(db: TestDb) {
    // Often lately, never for a while, and now and then at the beginning.
    let said = |n: usize| if n >= 2_500 { n.is_multiple_of(4) } else { n < 500 && n.is_multiple_of(50) };
    db.db.write(&db.system(), move |tx| {
        let text = |n: usize| if said(n) { format!("退款{n}") } else { format!("您好{n}") };
        let docs: Vec<_> = (0..5_000).map(|n| SearchDoc {
            kind: "message", reference: n.to_string(), at: tx.now(), labels: Vec::new(), text: text(n),
        }).collect();
        tx.index(&docs)
    }).await.unwrap();
    let expected: Vec<_> = (0..5_000).rev().filter(|n| said(*n)).map(|n| n.to_string()).collect();
    for limit in [7, 300, 1_000] {
        let (mut found, mut before) = (Vec::new(), None);
        loop {
            let page = db.db.read(&db.system(), move |tx| {
                tx.search(&Search { before, limit, ..search("退款", &[]) }, |_, _| Ok(true))
            }).await.unwrap();
            let Some(last) = page.last() else { break };
            before = Some(last.place);
            found.extend(page.into_iter().map(|hit| hit.reference));
        }
        assert_eq!(found, expected, "{limit} at a time");
    }
}

}
