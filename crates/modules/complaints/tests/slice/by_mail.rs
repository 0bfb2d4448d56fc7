//! Whoever has no telephone: told, and let in, by mail.

use std::time::Duration;

use reqwest::multipart::Form;
use serde_json::{Value, json};
use testkit::{Browser, MailServer, between, on_both};

use crate::{house, modules};

/// The text of the last mail to this address that says `word`.
async fn mailed(server: &MailServer, address: &str, word: &str) -> String {
    for _ in 0..600 {
        let found = std::fs::read_dir(server.new_mail(address)).into_iter().flatten().filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.file_name(), std::fs::read_to_string(entry.path()).ok()?))
        });
        let mut all: Vec<_> = found.filter(|(_, text)| text.contains(word)).collect();
        all.sort();
        if let Some((_, text)) = all.pop() {
            // Lines that were too long for a mail end in `=`.
            return text.replace("=\r\n", "").replace("=\n", "").replace("=3D", "=");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no mail to {address} says {word}");
}

on_both! { http::schema(&modules());

async fn r020_r096_whoever_leaves_an_address_alone_is_told_and_let_in_by_mail(db: TestDb) {
    let Some(server) = MailServer::found() else { return };
    let house = house(db).await;
    let front = Browser::before(&house.app);
    let mark = kernel::Rng::system().secret()[..12].to_owned();
    let change = json!({"name": "Qinghe", "time_zone": "Asia/Shanghai", "locale": "en"});
    house.admin.put("/settings/organisation", change).await.ok();
    let (desk, theirs) = (format!("desk-{mark}@zhike.test"), format!("chen-{mark}@shop.test"));
    let wish = json!({
        "name": "Desk", "address": desk, "sender_name": "Desk", "certificate": server.pem(), "signature": "Qinghe",
        "imap_host": "localhost", "imap_port": server.port("imaps"), "imap_security": "tls", "imap_user": desk, "imap_password": "geheim",
        "smtp_host": "localhost", "smtp_port": server.port("smtp"), "smtp_security": "starttls", "smtp_user": desk,
    });
    let mailbox = house.admin.post("/mailboxes", wish).await.ok();
    let mut rules = house.admin.get("/complaint-rules").await.ok();
    rules["page"] = json!({"enabled": true, "address": "https://kf.example.cn", "form": true});
    house.admin.put("/complaint-rules", rules.clone()).await.refused_field("page.sms_channel_id", "required");
    rules["page"]["sms_channel_id"] = mailbox["channel_id"].clone();
    house.admin.put("/complaint-rules", rules.clone()).await.refused_field("page.sms_channel_id", "not_allowed");
    rules["page"]["sms_channel_id"] = Value::Null;
    rules["page"]["mail_channel_id"] = mailbox["channel_id"].clone();
    house.admin.put("/complaint-rules", rules).await.ok();

    let html = front.get("/complain", "").await.1;
    assert!(html.contains("name=email") && !html.contains("name=phone"), "{html}");
    let form = |email: &str| Form::new().text("content", "No invoice").text("remedy", "One").text("email", email.to_owned()).text("name", "Chen");
    let bad = front.send("/complain", "", form("chen@")).await.text().await.unwrap();
    assert!(bad.contains("does not look like an e-mail address"), "{bad}");
    let html = front.send("/complain", "", form(&theirs)).await.text().await.unwrap();
    assert!(html.contains("Registered under TS"), "{html}");
    let one = house.admin.get("/complaints").await.ok()["items"][0].clone();
    let number = one["number"].as_str().unwrap();
    assert_eq!((&one["customer_name"], &one["told"]["way"], &one["told"]["link"]), (&json!("Chen"), &json!("mail"), &json!(true)));
    let told = mailed(&server, &theirs, number).await;
    assert!(told.contains(&format!("Subject: Your complaint {number}")) && told.contains("Auto-Submitted: auto-generated"), "{told}");
    let link = told.split("https://kf.example.cn").nth(1).unwrap().split_whitespace().next().unwrap();

    // The link shows where a code goes, and nothing else; the code shows the complaint.
    let html = front.get(link, "").await.1;
    assert!(html.contains("c***@shop.test") && !html.contains(number), "{html}");
    let html = front.post(link, "", "").await.text().await.unwrap();
    let challenge = between(&html, "name=challenge value=\"");
    let told = mailed(&server, &theirs, "Your code to see").await;
    let code: String = told.split("Your code to see").nth(1).unwrap().chars().filter(char::is_ascii_digit).take(6).collect();
    let answer = front.post("/progress/visit", "", &format!("challenge={challenge}&code={code}")).await;
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert!(front.get("/progress/mine", &cookie).await.1.contains(number));

    // Whoever writes from that address again is the same person.
    front.send("/complain", "", form(&theirs)).await;
    let all = house.admin.get("/complaints").await.ok()["items"].clone();
    assert_eq!((&all[0]["customer_id"], all.as_array().unwrap().len()), (&one["customer_id"], 2));
}

}
