//! The operations.

mod acts;
mod analyses;
mod causes;
mod figures;
mod list;
mod months;
mod rules;
mod view;

use http::App;
pub(crate) use months::{MonthSignOff, signed};
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(causes::read, causes::write))
        .routes(routes!(analyses::read, analyses::write))
        .routes(routes!(list::list, acts::open))
        .routes(routes!(list::counts))
        .routes(routes!(list::read))
        .routes(routes!(acts::plan))
        .routes(routes!(acts::do_step))
        .routes(routes!(acts::complete))
        .routes(routes!(acts::verify))
        .routes(routes!(acts::hand_over))
        .routes(routes!(acts::note))
        .routes(routes!(rules::read, rules::write))
        .routes(routes!(figures::costs))
        .routes(routes!(figures::recovery))
        .routes(routes!(figures::list))
        .routes(routes!(months::list))
        .routes(routes!(months::read, months::write))
        .routes(routes!(months::sign))
        .routes(routes!(months::revision))
        .routes(routes!(months::export))
}
