//! A gateway: what carries a channel's text messages.

use kernel::{ChannelId, Check, Permit, Result, Timestamp};
use outbound::Target;
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

use super::Words;
use crate::smpp::Alphabet;

/// Parts of one message at most: each costs.
pub(crate) const PARTS: i64 = 10;

text_enum! {
    /// How the two sides speak.
    pub enum Driver {
        /// By signed calls both ways.
        Http = "http",
        /// Over an SMPP 3.4 line that we open.
        Smpp = "smpp",
    }
}

store::record! {
    /// What carries a channel's text messages.
    #[derive(Clone, Debug, PartialEq, Serialize)]
    pub struct SmsGateway {
        /// The channel.
        pub channel_id: ChannelId,
        /// How the two sides speak.
        pub driver: Driver,
        /// The number or name messages come from; empty: whatever the gateway says.
        pub number: String,
        /// What goes before each text, `【青禾商城】`; empty: nothing.
        pub prefix: String,
        /// Which letters are cheap.
        pub alphabet: Alphabet,
        /// Words by which somebody wants no more messages.
        pub opt_out_words: Words,
        /// Words by which they want them again.
        pub opt_in_words: Words,
        /// What they are answered, once; empty: nothing.
        pub opt_out_answer: String,
        /// What they are answered who want messages again; empty: nothing.
        pub opt_in_answer: String,
        /// Where messages are posted to; none: nothing goes out.
        pub url: Option<String>,
        /// The computer at the other end of the line.
        pub host: String,
        /// Its port.
        pub port: i64,
        /// Whether the line goes over TLS.
        pub tls: bool,
        /// Whether the other side may lie in a private network or on this machine, and be called without TLS.
        pub inside: bool,
        /// Who we are on the line.
        pub system_id: String,
        /// What kind of system, where the other side wants to know.
        pub system_type: String,
        /// Messages under way on the line at once.
        pub in_flight: i64,
        /// Since when.
        pub created_at: Timestamp,
        /// Rises with each change; a change of an older version is refused.
        pub version: i64,
        /// A certificate (PEM) that is believed besides those every computer believes.
        pub certificate: Option<String>,
    }
}

store::record! {
    /// How a gateway's line stands, and when something came and went last.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct SmsLink {
        /// Of which channel.
        pub channel_id: ChannelId,
        /// Since when the line is open; none while it is not, and for one of signed calls.
        pub connected_at: Option<Timestamp>,
        /// When it was last tried, or last tried to reach the other side.
        pub tried_at: Option<Timestamp>,
        /// What stood in the way then, by its name among the reasons of deliveries; none: nothing.
        pub trouble: Option<String>,
        /// The same in the other side's words.
        pub detail: String,
        /// When something last came.
        pub came_at: Option<Timestamp>,
        /// When something last went.
        pub went_at: Option<Timestamp>,
    }
}

impl SmsLink {
    /// Before the first try.
    pub(crate) fn none(channel_id: ChannelId) -> Self {
        Self {
            channel_id,
            connected_at: None,
            tried_at: None,
            trouble: None,
            detail: String::new(),
            came_at: None,
            went_at: None,
        }
    }
}

/// What somebody wants a gateway to be; none: as it is.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SmsGatewayDetails)]
pub(crate) struct Details {
    /// The number or name messages come from: up to 20 letters and digits; empty: whatever the gateway says.
    pub number: Option<String>,
    /// What goes before each text: up to 24 characters; empty: nothing.
    pub prefix: Option<String>,
    /// Which letters are cheap.
    pub alphabet: Option<Alphabet>,
    /// Words by which somebody wants no more messages: at most 30 of up to 20 characters.
    pub opt_out_words: Option<Words>,
    /// Words by which they want them again: as many.
    pub opt_in_words: Option<Words>,
    /// What they are answered, once: up to 200 characters; empty: nothing.
    pub opt_out_answer: Option<String>,
    /// What they are answered who want messages again: up to 200 characters; empty: nothing.
    pub opt_in_answer: Option<String>,
    /// Where messages are posted to: `https`, up to 2,000 characters; empty: nothing goes out.
    pub url: Option<String>,
    /// The computer at the other end of the line. Whoever changes it says the password anew.
    pub host: Option<String>,
    /// Its port.
    pub port: Option<i64>,
    /// Whether the line goes over TLS.
    pub tls: Option<bool>,
    /// Whether the other side may lie in a private network or on this machine, and be called without TLS.
    pub inside: Option<bool>,
    /// A certificate (PEM, up to 20,000 characters) that is believed besides those every computer believes; empty: none.
    /// Whoever changes it says the password anew.
    pub certificate: Option<String>,
    /// Who we are on the line: 1 to 15 characters.
    pub system_id: Option<String>,
    /// The password of the line: up to 8 characters, as the protocol has it; never given back.
    pub password: Option<String>,
    /// What kind of system, where the other side wants to know: up to 12 characters.
    pub system_type: Option<String>,
    /// Messages under way on the line at once: 1 to 100.
    pub in_flight: Option<i64>,
}

/// A gateway with what opens its line.
#[derive(Clone)]
pub(crate) struct Setup {
    pub gateway: SmsGateway,
    pub password: String,
}

impl Setup {
    /// One about which nothing is said yet, with these answers.
    pub(crate) fn blank(
        driver: Driver,
        channel_id: ChannelId,
        now: Timestamp,
        (opt_out_answer, opt_in_answer): (&str, &str),
    ) -> Self {
        let gateway = SmsGateway {
            channel_id,
            driver,
            number: String::new(),
            prefix: String::new(),
            alphabet: Alphabet::Ucs2,
            opt_out_words: Words::of("退订 TD T N STOP UNSUBSCRIBE 取消订阅 退訂 取消訂閱"),
            opt_in_words: Words::of("TDHF 恢复订阅 恢復訂閱 START SUBSCRIBE"),
            opt_out_answer: opt_out_answer.to_owned(),
            opt_in_answer: opt_in_answer.to_owned(),
            url: None,
            host: String::new(),
            port: 2775,
            tls: false,
            inside: false,
            system_id: String::new(),
            system_type: String::new(),
            in_flight: 10,
            created_at: now,
            version: 1,
            certificate: None,
        };
        Self { gateway, password: String::new() }
    }

    /// The gateway with these details. Whoever names another place must say the password anew: the one that is
    /// kept is not shown to a server of somebody's choice.
    ///
    /// # Errors
    /// [`kernel::Error::Invalid`] naming every field that cannot be taken.
    pub(crate) fn with(self, _permit: &Permit, details: Details) -> Result<Self> {
        let Self { gateway: before, mut password } = self;
        let mut after = before.clone();
        let line = |text: Option<String>, old: String| text.map_or(old, |text| text.trim().to_owned());
        after.number = line(details.number, after.number);
        after.prefix = line(details.prefix, after.prefix);
        after.alphabet = details.alphabet.unwrap_or(after.alphabet);
        after.opt_out_answer = line(details.opt_out_answer, after.opt_out_answer);
        after.opt_in_answer = line(details.opt_in_answer, after.opt_in_answer);
        after.host = line(details.host, after.host);
        after.port = details.port.unwrap_or(after.port);
        after.tls = details.tls.unwrap_or(after.tls);
        after.inside = details.inside.unwrap_or(after.inside);
        after.system_id = line(details.system_id, after.system_id);
        after.system_type = line(details.system_type, after.system_type);
        after.in_flight = details.in_flight.unwrap_or(after.in_flight);
        if let Some(url) = details.url {
            after.url = Some(url.trim().to_owned()).filter(|url| !url.is_empty());
        }
        if let Some(pem) = details.certificate {
            after.certificate = Some(pem.trim().to_owned()).filter(|pem| !pem.is_empty());
        }
        let place = |of: &SmsGateway| (of.host.clone(), of.port, of.tls, of.certificate.clone());
        let elsewhere = place(&before) != place(&after);
        let said_anew = details.password.is_some() || password.is_empty() || !elsewhere;
        password = details.password.unwrap_or(password);
        let words = |given: Option<Words>, old: Words| given.map_or(Some(old), |given| given.tidy());
        let (out, back) = (
            words(details.opt_out_words, after.opt_out_words.clone()),
            words(details.opt_in_words, after.opt_in_words.clone()),
        );
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        let mut check = Check::new()
            .text("number", &after.number, 0..=20)
            .that(plain(&after.number), "number", "malformed")
            .text("prefix", &after.prefix, 0..=24)
            .text("opt_out_answer", &after.opt_out_answer, 0..=200)
            .text("opt_in_answer", &after.opt_in_answer, 0..=200)
            .that(out.is_some(), "opt_out_words", "malformed")
            .that(back.is_some(), "opt_in_words", "malformed");
        (after.opt_out_words, after.opt_in_words) = (out.unwrap_or_default(), back.unwrap_or_default());
        // Without a word nobody could refuse.
        check = check.that(!after.opt_out_words.0.is_empty(), "opt_out_words", "required").that(
            !after.opt_out_words.share(&after.opt_in_words),
            "opt_in_words",
            "in_both",
        );
        check = match after.driver {
            Driver::Http => {
                let refused = after.http_target().and_then(Result::err);
                check.that(refused.is_none(), "url", refused.unwrap_or("malformed"))
            }
            Driver::Smpp => {
                let refused = after.line_target().err();
                let believed = |pem: &str| pem.len() <= 20_000 && outbound::is_certificate(pem);
                check
                    .that(after.certificate.as_deref().is_none_or(believed), "certificate", "malformed")
                    .text("host", &after.host, 1..=200)
                    .that(after.host.is_empty() || refused.is_none(), "host", refused.unwrap_or("malformed"))
                    .range("port", after.port, 1..=65_535)
                    .text("system_id", &after.system_id, 1..=15)
                    .that(plain(&after.system_id), "system_id", "malformed")
                    .text("password", &password, 0..=8)
                    .that(plain(&password), "password", "malformed")
                    .that(said_anew, "password", "required")
                    .text("system_type", &after.system_type, 0..=12)
                    .that(plain(&after.system_type), "system_type", "malformed")
                    .range("in_flight", after.in_flight, 1..=100)
            }
        };
        check.done()?;
        Ok(Self { gateway: after, password })
    }
}

impl SmsGateway {
    /// Where messages are posted to, if anywhere.
    pub(crate) fn http_target(&self) -> Option<Result<Target, &'static str>> {
        self.url.as_ref().map(|url| Target::parse(url, self.inside))
    }

    /// Where the line leads.
    pub(crate) fn line_target(&self) -> Result<Target, &'static str> {
        let port = u16::try_from(self.port).map_err(|_| "malformed")?;
        Target::host(&self.host, port, self.tls, self.inside)
    }

    /// The text as it goes out.
    pub(crate) fn worded(&self, text: &str) -> String {
        format!("{}{text}", self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Actor, Id, Owned, Rng};

    use super::*;

    fn smpp(details: Details) -> Result<Setup> {
        let now = Timestamp::from_millis(1);
        let permit = Actor::System("test").permit("channels.manage", &Owned::NOBODY, now).unwrap();
        let text = |text: &str| Some(text.to_owned());
        let first = Details {
            host: text("smsc.example.com"),
            system_id: text("zhike"),
            password: text("secret"),
            tls: Some(true),
            ..Details::default()
        };
        let id = Id::new(now, &Rng::seeded(1));
        Setup::blank(Driver::Smpp, id, now, ("", "")).with(&permit, first)?.with(&permit, details)
    }

    #[test]
    fn a_password_is_not_shown_to_another_server() {
        let elsewhere = |password: Option<&str>| {
            let password = password.map(str::to_owned);
            smpp(Details { host: Some("evil.example.com".into()), password, ..Details::default() })
        };
        assert!(elsewhere(None).is_err());
        assert_eq!(elsewhere(Some("new")).unwrap().password, "new");
        assert_eq!(
            smpp(Details { system_type: Some("ESME".into()), ..Details::default() }).unwrap().password,
            "secret"
        );
    }

    #[test]
    fn a_line_in_clear_or_within_says_so() {
        assert!(smpp(Details { tls: Some(false), password: Some("x".into()), ..Details::default() }).is_err());
        let clear = Details { tls: Some(false), inside: Some(true), password: Some("x".into()), ..Details::default() };
        assert!(smpp(clear).is_ok());
        let metadata = Details {
            host: Some("169.254.169.254".into()),
            password: Some("x".into()),
            inside: Some(true),
            ..Details::default()
        };
        assert!(smpp(metadata).is_err());
    }

    #[test]
    fn there_is_always_a_word_to_refuse_by_and_none_means_both() {
        let words = |words: &str| Some(Words::of(words));
        assert!(smpp(Details { opt_out_words: words(""), ..Details::default() }).is_err());
        assert!(smpp(Details { opt_in_words: words("ＴＤ"), ..Details::default() }).is_err());
        assert!(smpp(Details { opt_out_words: words("R 拒收"), ..Details::default() }).is_ok());
    }
}
