//! What is known: canned replies, articles, and what is missing.

pub mod api;
mod articles;
mod codes;
mod demo;
pub mod events;
mod gaps;
mod http;
mod likeness;
mod markup;
mod model;
mod policy;
mod privacy;
mod public;
mod queries;
mod reading;
mod talks;

use ::http::{Module, Privacy};

pub use markup::{ArticleBlockKind, Block, Piece};
pub use model::{
    Article, ArticleAudience, ArticleCategory, ArticleState, ArticleVersion, ArticleVersionState, ArticleWorkingState,
    CannedReply, CannedScope, GapReport, GapSource, GapState, Keywords, KnowledgeGap,
};
pub use talks::{Talk, Talks};

/// This module's texts.
const LOCALES: &[(&str, &str)] = &[
    ("zh-CN", include_str!("../locales/zh-CN.json")),
    ("zh-TW", include_str!("../locales/zh-TW.json")),
    ("en", include_str!("../locales/en.json")),
];

/// Owners asked in one transaction; a full batch means that more may wait.
const AT_ONCE: i64 = 50;

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("knowledge")
        .demo(demo::tell)
        .routes(http::routes())
        .outside(public::routes())
        .migrations(store::migrations!["202611251613_canned_replies", "202611260510_articles"])
        .permissions(policy::PERMISSIONS)
        .part(talks::silence())
        .chore("knowledge.ask_owners", "*/10 * * * *", |tx| Ok(articles::ask_owners(tx, AT_ONCE)? == AT_ONCE as usize))
        .privacy(Privacy { module: "knowledge", export: privacy::export, erase: privacy::erase })
        .locales(LOCALES)
}
