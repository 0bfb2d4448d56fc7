//! WeChat: official accounts (公众号) and accounts of WeCom customer service (微信客服).

mod callback;
mod codes;
mod demo;
pub mod events;
mod http;
mod model;
mod platform;
mod policy;
mod privacy;
mod queries;
mod seal;
mod speak;
mod sync;
mod take;
mod tell;
mod tokens;
mod told;
mod way;
mod why;
mod words;
mod xml;

use ::http::{Module, Privacy};
use channels::ChannelKind;
use delivery::Carrier;

pub use model::{AccountKind, AccountState, Sealing, WechatAccount, WechatCalls};
pub use why::Why;

/// This module's texts.
const LOCALES: &[(&str, &str)] = &[
    ("zh-CN", include_str!("../locales/zh-CN.json")),
    ("zh-TW", include_str!("../locales/zh-TW.json")),
    ("en", include_str!("../locales/en.json")),
];

/// Who carries what is said by these channels: for `delivery`.
pub fn carriers() -> Vec<Box<dyn Carrier>> {
    let kinds = [ChannelKind::Wechat, ChannelKind::Wecom];
    kinds.map(|kind| Box::new(speak::Speaker(kind)) as Box<dyn Carrier>).into()
}

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("wechat")
        .demo(demo::tell)
        .routes(http::routes())
        .outside(callback::routes())
        .migrations(store::migrations!["202611260345_wechat"])
        .permissions(policy::PERMISSIONS)
        .app_job(take::run)
        .app_job(sync::run)
        .chore("wechat.tend", "*/10 * * * *", sync::tend)
        .privacy(Privacy { module: "wechat", export: privacy::export, erase: privacy::erase })
        .locales(LOCALES)
}
