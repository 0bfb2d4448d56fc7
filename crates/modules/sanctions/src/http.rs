//! The operations.

mod acts;
mod evidence;
mod list;
mod propose;
mod rules;
mod view;

use http::App;
use utoipa::{OpenApiRouter, routes};

/// The files that show what a sanction says, and what an appeal says.
pub(crate) const EVIDENCE: &str = "sanction";

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, propose::propose))
        .routes(routes!(list::counts))
        .routes(routes!(list::read))
        .routes(routes!(acts::notice))
        .routes(routes!(acts::appeal))
        .routes(routes!(acts::decide))
        .routes(routes!(acts::withdraw))
        .routes(routes!(rules::read, rules::write))
}
