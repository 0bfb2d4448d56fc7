//! A refusal in a window of a browser.

use testkit::on_both;

use crate::product::{schema, start};

on_both! { schema();

async fn whoever_opens_an_address_in_a_browser_is_told_in_words_what_stands_in_the_way(db: TestDb) {
    let app = start(db).await;
    let url = format!("http://{}/api/v1/customers", app.address);
    let ask = async |accept: &str, language: &str| {
        let request = reqwest::Client::new().get(&url).header("accept", accept).header("accept-language", language);
        let answer = request.send().await.unwrap();
        let headers = answer.headers().clone();
        (answer.status(), headers["content-type"].to_str().unwrap().to_owned(), headers, answer.text().await.unwrap())
    };
    let (status, kind, headers, page) = ask("text/html,application/xhtml+xml,*/*;q=0.8", "en-GB,en;q=0.7").await;
    assert_eq!((status.as_u16(), kind.as_str()), (401, "text/html; charset=utf-8"));
    assert!(page.contains("<h1>Please sign in</h1>") && page.contains(headers["x-request-id"].to_str().unwrap()), "{page}");
    assert!(!headers["content-security-policy"].to_str().unwrap().contains("script-src"));
    assert!(ask("text/html", "zh-HK").await.3.contains("<h1>請先登入</h1>"));
    // Programs, and what the console asks for by itself, are answered as ever.
    let (status, kind, _, body) = ask("application/json, */*", "en").await;
    assert_eq!((status.as_u16(), kind.as_str()), (401, "application/problem+json"));
    assert!(body.contains("\"code\":\"unauthenticated\""), "{body}");
}

}
