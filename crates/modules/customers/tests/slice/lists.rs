//! Lists in every order, narrowed and looked through.

use customers::api;
use kernel::{CustomerId, Timestamp};
use serde_json::{Value, json};
use store::{params, sql};
use testkit::{Person, TestApp, on_both};

use super::{enter, id, modules};

sql! {
    LET_GO = "UPDATE customers SET owner_id = NULL, unit_id = NULL WHERE id = $1";
}

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect()
}

async fn list(person: &Person, query: &str) -> Vec<String> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = person.get(&format!("/customers?limit=2&{query}{cursor}")).await.ok();
        found.extend(names(&page).into_iter().map(str::to_owned));
        let Some(next) = page["next_cursor"].as_str() else { return found };
        cursor = format!("&cursor={next}");
    }
}

/// Five customers of two colleagues, told apart by everything; the administrator sees them all.
async fn five(app: &TestApp) -> (Person, Person, Person) {
    let (admin, one, other) = (app.person("administrator").await, app.person("agent").await, app.person("agent").await);
    let rows = [
        (&one, "王小明", "13812345678", "customer", 300, 1, 5_000),
        (&other, "汪涵", "13912345679", "lead", 100, 3, 900),
        (&one, "安娜", "15012345680", "customer", 200, 0, 0),
        (&other, "Bob", "18612340000", "customer", 500, 3, -20),
        (&one, "万里", "", "lead", 0, 1, 7_000),
    ];
    for (keeper, name, phone, stage, contact, tier, worth) in rows {
        let mut body = json!({ "name": name, "stage": stage });
        if !phone.is_empty() {
            body["phone"] = json!(phone);
        }
        let made = keeper.post("/customers", body).await.ok();
        let who: CustomerId = id(&made).parse().unwrap();
        app.app
            .db()
            .write(&app.system(), move |tx| {
                if contact > 0 {
                    api::contacted(tx, who, Timestamp::from_millis(contact * 60_000))?;
                }
                api::set_worth(tx, &[(who, worth)])?;
                api::set_tier(tx, &[(who, tier)])
            })
            .await
            .unwrap();
    }
    (admin, one, other)
}

on_both! { http::schema(&modules());

async fn r029_a_list_is_sorted_by_everything_that_tells_customers_apart(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, one, _) = five(&app).await;
    for (sort, expected) in [
        ("name", ["安娜", "Bob", "万里", "汪涵", "王小明"]),
        ("created", ["万里", "Bob", "安娜", "汪涵", "王小明"]),
        ("last_contact", ["Bob", "王小明", "安娜", "汪涵", "万里"]),
        ("worth", ["万里", "王小明", "汪涵", "安娜", "Bob"]),
        ("tier", ["Bob", "汪涵", "王小明", "万里", "安娜"]),
    ] {
        assert_eq!(list(&admin, &format!("sort={sort}")).await, expected, "{sort}");
        let order = if sort == "name" { "desc" } else { "asc" };
        let mut reversed = expected;
        reversed.reverse();
        assert_eq!(list(&admin, &format!("sort={sort}&order={order}")).await, reversed, "{sort} the other way");
        let own: Vec<_> = expected.into_iter().filter(|name| !["Bob", "汪涵"].contains(name)).collect();
        assert_eq!(list(&one, &format!("sort={sort}")).await, own, "{sort} of one's own");
    }
    let by_owner = list(&admin, "sort=owner").await;
    let of_other: Vec<_> = by_owner.iter().map(|name| ["Bob", "汪涵"].contains(&name.as_str())).collect();
    assert!(of_other == [true, true, false, false, false] || of_other == [false, false, false, true, true]);
    let row = &admin.get("/customers?q=bob").await.ok()["items"][0];
    assert_eq!((&row["worth"], &row["tier_rank"], &row["last_contact_at"]), (&json!(-20), &json!(3), &json!(30_000_000)));
}

async fn r029_a_list_is_narrowed_by_any_two(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, one, other) = five(&app).await;
    let of = |person: &Person| format!("owner={}", person.id());
    for (query, expected) in [
        ("stage=customer&tier=3&sort=worth".to_owned(), vec!["Bob"]),
        ("stage=lead&sort=name".to_owned(), vec!["万里", "汪涵"]),
        (format!("{}&stage=lead&sort=name", of(&one)), vec!["万里"]),
        (format!("{}&sort=worth", of(&other)), vec!["汪涵", "Bob"]),
        ("contact_from=6000000&contact_before=18000000&sort=last_contact".to_owned(), vec!["安娜", "汪涵"]),
        ("contact_before=12000000&sort=name".to_owned(), vec!["万里", "汪涵"]),
        ("worth_from=900&worth_below=7000&sort=name&order=desc".to_owned(), vec!["王小明", "汪涵"]),
        ("worth_from=900&sort=worth&tier=1".to_owned(), vec!["万里", "王小明"]),
        ("unowned=true".to_owned(), vec![]),
        ("created_from=1&sort=tier&stage=lead".to_owned(), vec!["汪涵", "万里"]),
    ] {
        assert_eq!(list(&admin, &query).await, expected, "{query}");
    }
    for (query, field, code) in [
        ("cursor=x", "cursor", "malformed"), ("sort=name&cursor=1.2.3", "cursor", "malformed"), ("limit=201", "limit", "out_of_range"),
        ("unowned=true&owner=usr_00000000000000000000000000", "unowned", "contradicts_owner"), ("q=wang&cursor=x", "cursor", "malformed"),
    ] {
        admin.get(&format!("/customers?{query}")).await.refused_field(field, code);
    }
}

async fn r029_what_narrows_a_list_leaves_its_order_whichever_it_is(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let mut all = Vec::new();
    for at in 0..30_i64 {
        let (name, stage) = (format!("客户{at:02}"), ["contact", "lead", "customer"][at as usize % 3]);
        let made = admin.post("/customers", json!({ "name": name, "stage": stage })).await.ok();
        let who: CustomerId = id(&made).parse().unwrap();
        let (contact, worth, tier, unowned) = (at * 7 % 30 + 1, at * 11 % 17 * 100, at % 4, at % 5 == 0);
        app.app
            .db()
            .write(&app.system(), move |tx| {
                api::contacted(tx, who, Timestamp::from_millis(contact * 60_000))?;
                api::set_worth(tx, &[(who, worth)])?;
                api::set_tier(tx, &[(who, tier)])?;
                if unowned { tx.exec(&LET_GO, params![who]).map(drop) } else { Ok(()) }
            })
            .await
            .unwrap();
        all.push((name, contact * 60_000, worth, stage, unowned));
    }
    type Row = (String, i64, i64, &'static str, bool);
    type Fits<'f> = &'f dyn Fn(&Row) -> bool;
    let narrowed: [(&str, Fits<'_>); 5] = [
        ("worth_from=500&worth_below=1200", &|row| (500..1_200).contains(&row.2)),
        ("worth_from=90000", &|_| false),
        ("contact_from=300000&stage=lead", &|row| row.1 >= 300_000 && row.3 == "lead"),
        ("contact_before=900000&worth_from=300", &|row| row.1 < 900_000 && row.2 >= 300),
        ("unowned=true", &|row| row.4),
    ];
    for sort in ["name", "created", "last_contact", "worth", "tier", "owner"] {
        for order in ["asc", "desc"] {
            let whole = list(&admin, &format!("sort={sort}&order={order}")).await;
            assert_eq!(whole.len(), all.len());
            for (query, fits) in &narrowed {
                let fits = |name: &String| all.iter().any(|row| row.0 == *name && fits(row));
                let expected: Vec<_> = whole.iter().filter(|name| fits(name)).cloned().collect();
                assert_eq!(list(&admin, &format!("{query}&sort={sort}&order={order}")).await, expected, "{query} {sort} {order}");
            }
        }
    }
    app.finish().await;
}

async fn r029_a_customer_is_found_by_name_by_sound_and_by_some_digits(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, one, _) = five(&app).await;
    for (q, expected) in [
        ("小明", vec!["王小明"]), ("王", vec!["王小明"]), ("wangxiaoming", vec!["王小明"]), ("wxm", vec!["王小明"]),
        ("xiaoming", vec!["王小明"]), ("wangxm", vec!["王小明"]), ("wangx", vec!["王小明"]), ("WANG", vec!["汪涵", "王小明"]),
        ("bo", vec!["Bob"]), ("汪%20", vec!["汪涵"]), ("1234", vec!["Bob", "安娜", "汪涵", "王小明"]), ("5678", vec!["王小明"]),
        ("138%201234", vec!["王小明"]), ("2345679", vec!["汪涵"]), ("13812345678", vec!["王小明"]),
        ("678", vec![]), ("0678", vec![]), ("%25", vec![]), ("涵汪", vec![]), ("n1381", vec![]), ("wm", vec![]),
    ] {
        assert_eq!(list(&admin, &format!("q={q}")).await, expected, "{q}");
    }
    // Only among those one may see, whatever one looks by.
    for (q, expected) in [("1234", vec!["安娜", "王小明"]), ("wang", vec!["王小明"]), ("2345679", vec![]), ("wanh", vec![])] {
        assert_eq!(list(&one, &format!("q={q}")).await, expected, "{q}");
    }
    // A number that changed is found by what it is now; on the trail stands that somebody looked, not for what.
    let wang = admin.get("/customers?q=5678").await.ok()["items"][0].clone();
    admin.patch(&format!("/customers/{}", id(&wang)), json!({"version": wang["version"], "phone": "13700009999"})).await.ok();
    assert_eq!(list(&admin, "q=5678").await, Vec::<String>::new());
    assert_eq!(list(&admin, "q=9999").await, ["王小明"]);
    let trail = admin.get("/audit-entries?action=customers.searched_number").await.ok();
    let first = &trail["items"][0];
    assert!(trail["items"].as_array().unwrap().len() > 5 && !trail.to_string().contains("9999"));
    assert_eq!(first["after"], json!("{\"digits\":4,\"found\":1}"));
}

async fn r029_what_the_row_says_of_contact_worth_and_tier_outlives_a_change_and_goes_with_an_erasure(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, one, _) = five(&app).await;
    let wang = admin.get("/customers?q=5678").await.ok()["items"][0].clone();
    let path = format!("/customers/{}", id(&wang));
    let changed = one.patch(&path, json!({"version": 1, "note": "改过"})).await.ok();
    assert_eq!((&changed["worth"], &changed["tier_rank"]), (&json!(5_000), &json!(1)));
    let bob = admin.get("/customers?q=bob").await.ok()["items"][0].clone();
    let kept = admin.post(&format!("{path}/merge"), json!({"into": id(&bob)})).await.ok();
    assert_eq!(kept["last_contact_at"], json!(30_000_000));
    // An alias is in no list; its name and its digits find who it became.
    assert_eq!(list(&admin, "sort=name").await, ["安娜", "Bob", "万里", "汪涵"]);
    assert_eq!((list(&admin, "q=5678").await, list(&admin, "q=wxm").await), (vec!["Bob".to_owned()], vec!["Bob".to_owned()]));
    admin.post(&format!("/customers/{}/erasure", id(&bob)), json!({"reason": "客户要求"})).await.ok();
    let erased = admin.get(&format!("/customers/{}", id(&bob))).await.ok();
    assert_eq!((&erased["worth"], &erased["tier_rank"], &erased["last_contact_at"]), (&json!(0), &json!(0), &json!(null)));
    assert_eq!(list(&admin, "q=5678").await, Vec::<String>::new());
    let _ = enter(&one, "新人", "13000001111").await;
}

}
