//! The operations.

mod acts;
mod award;
mod budgets;
mod convert;
mod figures;
mod list;
mod paper;
mod register;
mod rules;
mod view;
mod wall;

use http::App;
pub(crate) use register::{NewFeedbackItem, taken_in};
use utoipa::{OpenApiRouter, routes};

/// The files that came with an item.
pub(crate) const FILES: &str = "feedback_item";

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, register::register))
        .routes(routes!(list::counts))
        .routes(routes!(list::read))
        .routes(routes!(paper::print))
        .routes(routes!(paper::export))
        .routes(routes!(acts::assign))
        .routes(routes!(acts::sort))
        .routes(routes!(acts::answer))
        .routes(routes!(acts::close))
        .routes(routes!(acts::reopen))
        .routes(routes!(acts::note))
        .routes(routes!(convert::convert))
        .routes(routes!(award::award))
        .routes(routes!(figures::figures))
        .routes(routes!(wall::list, wall::recognise))
        .routes(routes!(wall::standings))
        .routes(routes!(wall::reward))
        .routes(routes!(budgets::list, budgets::set))
        .routes(routes!(rules::read, rules::write))
}
