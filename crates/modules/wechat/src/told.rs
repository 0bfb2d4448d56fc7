//! What a call of WeChat, or a line of what was read from WeCom, tells: pure, from any bytes.

use kernel::Timestamp;
use serde_json::Value;

use crate::{
    model::{Said, cut, is_id},
    xml::Fields,
};

/// Something that came.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Came {
    /// From whom.
    pub user: String,
    /// What the platform calls it: the same when it comes again.
    pub id: String,
    /// When it was said; none when that was not told.
    pub at: Option<Timestamp>,
    /// What it is.
    pub what: What,
}

/// What may come.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum What {
    /// Words, a picture, a place.
    Said(Said),
    /// They pressed an entry of the menu, which says this.
    Pressed(String),
    /// They began to follow.
    Followed,
    /// They scanned a code.
    Scanned,
    /// They do not follow any more.
    Left,
    /// They came in, and may be welcomed by this code.
    Entered { welcome_code: String },
    /// What we said did not reach them.
    Failed { external_id: String, kind: i64 },
    /// Nothing that concerns a conversation.
    Nothing,
}

/// What is told to the address of an official account.
pub(crate) fn of_account(fields: &Fields) -> Option<Came> {
    let user = fields.text("FromUserName");
    if !is_user(user) {
        return None;
    }
    let text = |name: &str| cut(fields.text(name));
    let media =
        |kind: &str| Said::Media { media_id: text("MediaId"), kind: kind.to_owned(), heard: text("Recognition") };
    let kind = fields.text("MsgType").to_ascii_lowercase();
    let event = fields.text("Event").to_ascii_lowercase();
    let what = match (kind.as_str(), event.as_str()) {
        ("text", _) => What::Said(Said::Text { text: text("Content") }),
        ("image" | "voice", _) => What::Said(media(&kind)),
        ("video" | "shortvideo", _) => What::Said(media("video")),
        ("location", _) => What::Said(Said::Place {
            name: String::new(),
            address: text("Label"),
            latitude: number(fields.text("Location_X")),
            longitude: number(fields.text("Location_Y")),
        }),
        ("link", _) => What::Said(Said::Link { title: text("Title"), about: text("Description"), url: text("Url") }),
        ("event", "subscribe") => What::Followed,
        ("event", "unsubscribe") => What::Left,
        ("event", "scan") => What::Scanned,
        ("event", "click" | "scancode_waitmsg" | "scancode_push") => What::Pressed(text("EventKey")),
        ("event", _) => What::Nothing,
        _ => What::Said(Said::Unknown { kind: cut(&kind) }),
    };
    let moment = fields.number("CreateTime").filter(|seconds| (0..=4_102_444_800).contains(seconds));
    // Events have no number: whose and when is what tells them apart.
    let id = match fields.text("MsgId") {
        "" => format!("{user}.{}.{event}", fields.text("CreateTime")),
        id => id.to_owned(),
    };
    let id: String = id.chars().filter(|c| !c.is_control()).take(150).collect();
    Some(Came { user: user.to_owned(), id, at: moment.map(seconds), what })
}

/// What one line of `kf/sync_msg` tells.
pub(crate) fn of_line(line: &Value) -> Option<Came> {
    let text = |value: &Value| cut(value.as_str().unwrap_or_default());
    let (kind, event) = (line["msgtype"].as_str().unwrap_or_default(), &line["event"]);
    let body = &line[kind];
    let said = |said| What::Said(said);
    let what = match (kind, line["origin"].as_i64()) {
        ("event", _) => match event["event_type"].as_str().unwrap_or_default() {
            "enter_session" => What::Entered { welcome_code: text(&event["welcome_code"]) },
            "msg_send_fail" => What::Failed {
                external_id: text(&event["fail_msgid"]),
                kind: event["fail_type"].as_i64().unwrap_or_default(),
            },
            _ => What::Nothing,
        },
        // What a colleague says at WeCom itself is none of the customer's.
        (_, Some(3) | None) => match kind {
            "text" => said(Said::Text { text: text(&body["content"]) }),
            "image" | "voice" | "video" | "file" => {
                said(Said::Media { media_id: text(&body["media_id"]), kind: kind.to_owned(), heard: String::new() })
            }
            "location" => said(Said::Place {
                name: text(&body["name"]),
                address: text(&body["address"]),
                latitude: body["latitude"].as_f64().map(|degrees| degrees.to_string()).unwrap_or_default(),
                longitude: body["longitude"].as_f64().map(|degrees| degrees.to_string()).unwrap_or_default(),
            }),
            "link" => {
                said(Said::Link { title: text(&body["title"]), about: text(&body["desc"]), url: text(&body["url"]) })
            }
            "miniprogram" | "business_card" => said(Said::Card { kind: kind.to_owned(), title: text(&body["title"]) }),
            _ => said(Said::Unknown { kind: cut(kind) }),
        },
        _ => What::Nothing,
    };
    let user = line["external_userid"].as_str().or(event["external_userid"].as_str()).unwrap_or_default();
    let id = line["msgid"].as_str().unwrap_or_default();
    let plain = is_user(user) && (1..=150).contains(&id.len()) && !id.chars().any(char::is_control);
    let moment = line["send_time"].as_i64().filter(|seconds| (0..=4_102_444_800).contains(seconds));
    plain.then(|| Came { user: user.to_owned(), id: id.to_owned(), at: moment.map(seconds), what })
}

/// Whether an account of customer service has a line that is for this one; a line that does not say is.
pub(crate) fn is_for(line: &Value, kf_id: &str) -> bool {
    line["open_kfid"].as_str().or(line["event"]["open_kfid"].as_str()).is_none_or(|id| id == kf_id)
}

/// What a platform calls somebody.
fn is_user(text: &str) -> bool {
    is_id(text, 1..=64)
}

fn seconds(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1_000)
}

/// A number as it was written, nothing else.
fn number(text: &str) -> String {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => text.to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(rest: &str) -> Option<Came> {
        let text = format!(
            "<xml><ToUserName>gh_1</ToUserName><FromUserName>oUser_1</FromUserName><CreateTime>1348831860</CreateTime>{rest}</xml>"
        );
        of_account(&Fields::read(&text).unwrap())
    }

    #[test]
    fn every_kind_of_message_is_understood() {
        let came =
            read("<MsgType>text</MsgType><Content><![CDATA[在吗]]></Content><MsgId>1234567890123456</MsgId>").unwrap();
        assert_eq!((came.user.as_str(), came.id.as_str()), ("oUser_1", "1234567890123456"));
        assert_eq!(came.at, Some(Timestamp::from_millis(1_348_831_860_000)));
        assert_eq!(came.what, What::Said(Said::Text { text: "在吗".into() }));
        let voice =
            read("<MsgType>voice</MsgType><MediaId>m1</MediaId><Recognition>你好</Recognition><MsgId>1</MsgId>")
                .unwrap()
                .what;
        assert_eq!(
            voice,
            What::Said(Said::Media { media_id: "m1".into(), kind: "voice".into(), heard: "你好".into() })
        );
        let place = read("<MsgType>location</MsgType><Location_X>23.13</Location_X><Location_Y>alert(1)</Location_Y><Label>天河</Label><MsgId>1</MsgId>").unwrap().what;
        assert_eq!(
            place,
            What::Said(Said::Place {
                name: String::new(),
                address: "天河".into(),
                latitude: "23.13".into(),
                longitude: String::new()
            })
        );
        assert_eq!(
            read("<MsgType>hologram</MsgType><MsgId>1</MsgId>").unwrap().what,
            What::Said(Said::Unknown { kind: "hologram".into() })
        );
    }

    #[test]
    fn events_are_known_by_whose_and_when() {
        let came = read("<MsgType>event</MsgType><Event>CLICK</Event><EventKey>人工客服</EventKey>").unwrap();
        assert_eq!((came.id.as_str(), came.what), ("oUser_1.1348831860.click", What::Pressed("人工客服".into())));
        for (event, what) in [
            ("subscribe", What::Followed),
            ("unsubscribe", What::Left),
            ("SCAN", What::Scanned),
            ("VIEW", What::Nothing),
        ] {
            assert_eq!(read(&format!("<MsgType>event</MsgType><Event>{event}</Event>")).unwrap().what, what);
        }
        assert_eq!(of_account(&Fields::read("<xml><FromUserName>a b</FromUserName></xml>").unwrap()), None);
    }

    #[test]
    fn what_is_read_from_wecom_is_understood() {
        let line = |mut line: Value| {
            for (name, value) in [("msgid", "m1"), ("open_kfid", "wk1"), ("external_userid", "wmA")] {
                line[name] = json!(value);
            }
            of_line(&line).unwrap().what
        };
        let text = line(json!({"origin": 3, "msgtype": "text", "text": {"content": "你好"}}));
        assert_eq!(text, What::Said(Said::Text { text: "你好".into() }));
        let file = line(json!({"origin": 3, "msgtype": "file", "file": {"media_id": "x"}}));
        assert_eq!(file, What::Said(Said::Media { media_id: "x".into(), kind: "file".into(), heard: String::new() }));
        assert_eq!(line(json!({"origin": 5, "msgtype": "text", "text": {"content": "我是同事"}})), What::Nothing);
        let failed = of_line(
            &json!({"msgid": "m2", "origin": 4, "msgtype": "event", "event": {"event_type": "msg_send_fail", "external_userid": "wmA", "open_kfid": "wk1", "fail_msgid": "x1", "fail_type": 6}}),
        );
        assert_eq!(failed.unwrap().what, What::Failed { external_id: "x1".into(), kind: 6 });
        assert!(is_for(&json!({"event": {"open_kfid": "wk1"}}), "wk1") && !is_for(&json!({"open_kfid": "wk2"}), "wk1"));
        for broken in [json!({}), json!([]), json!({"msgid": 1}), json!({"msgid": "a", "external_userid": "x y"})] {
            assert_eq!(of_line(&broken), None);
        }
    }
}
