//! Text messages: by signed calls of a gateway, or over an SMPP line.

pub mod api;
mod carrier;
mod codes;
mod demo;
mod doors;
pub mod events;
mod flood;
mod gateway;
mod http;
mod model;
mod personal;
mod queries;
mod signed;
mod single;
mod smpp;
mod sweep;
mod take;
mod tell;
mod words;

use ::http::{Module, Privacy};

pub use model::{Driver, OptOut, OptOutWay, Purpose, Sms, SmsGateway, SmsLink, SmsState, Words};
pub use smpp::Alphabet;

/// This module's texts.
const LOCALES: &[(&str, &str)] = &[
    ("zh-CN", include_str!("../locales/zh-CN.json")),
    ("zh-TW", include_str!("../locales/zh-TW.json")),
    ("en", include_str!("../locales/en.json")),
];

/// Who carries what is said by text messages, for `delivery`.
pub fn carrier() -> Box<dyn delivery::Carrier> {
    Box::new(carrier::SmsCarrier)
}

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("sms")
        .demo(demo::tell)
        .routes(http::routes())
        .outside(doors::routes())
        .migrations(store::migrations![
            "202611260900_sms",
            "202611262100_visits",
            "202611271000_certificate",
            "202611271841_codes_by_mail"
        ])
        .part(smpp::Links::default())
        .part(flood::Floods::default())
        .app_job(single::run)
        .app_job(sweep::run)
        .app_job(api::visits::send)
        .cron(sweep::cron())
        .background(Box::new(smpp::start))
        .privacy(Privacy { module: "sms", export: personal::export, erase: personal::erase })
        .locales(LOCALES)
}
