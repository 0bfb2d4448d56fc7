//! The operations.

mod adjust;
mod entries;
mod figures;
mod links;
mod members;
mod post;
mod rewards;
mod rules;
mod view;

use http::App;
pub(crate) use rules::save;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(members::list, members::enter))
        .routes(routes!(members::read, members::change))
        .routes(routes!(entries::statement))
        .routes(routes!(entries::lots))
        .routes(routes!(entries::transitions))
        .routes(routes!(entries::give_back))
        .routes(routes!(adjust::list, adjust::ask))
        .routes(routes!(post::earn))
        .routes(routes!(post::refund))
        .routes(routes!(post::pay))
        .routes(routes!(rules::read, rules::change))
        .routes(routes!(rules::versions))
        .routes(routes!(rules::preview))
        .routes(routes!(rules::tiers))
        .routes(routes!(figures::figures))
        .routes(routes!(links::create))
        .routes(routes!(rewards::list, rewards::create))
        .routes(routes!(rewards::change))
        .routes(routes!(rewards::redemptions))
        .routes(routes!(rewards::redeem))
        .routes(routes!(rewards::fulfil))
        .routes(routes!(rewards::cancel))
        .routes(routes!(rewards::refer))
        .routes(routes!(rewards::of_member))
}
