//! The operations.

mod appeal;
mod closing;
mod early;
mod list;
mod moving;
mod prints;
mod register;
mod rules;
mod solution;
mod statistics;
mod view;

pub(crate) use closing::attach as attach_signature;
use http::App;
pub(crate) use register::{NewComplaint, taken_in};
pub(crate) use solution::compensated;
use utoipa::{OpenApiRouter, routes};

/// The files that came with a complaint.
pub(crate) const EVIDENCE: &str = "complaint";
/// The picture of the customer's name under what was done.
pub(crate) const SIGNATURE: &str = "complaint_sign_off";

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, register::register))
        .routes(routes!(list::counts))
        .routes(routes!(list::read))
        .routes(routes!(prints::print))
        .routes(routes!(statistics::read))
        .routes(routes!(statistics::export))
        .routes(routes!(early::acknowledge))
        .routes(routes!(early::assess))
        .routes(routes!(early::judge))
        .routes(routes!(early::read_after))
        .routes(routes!(early::investigate))
        .routes(routes!(solution::write))
        .routes(routes!(solution::choose))
        .routes(routes!(solution::submit))
        .routes(routes!(solution::decide))
        .routes(routes!(closing::implement))
        .routes(routes!(closing::attempt))
        .routes(routes!(closing::sign))
        .routes(routes!(closing::feed_back))
        .routes(routes!(closing::sum_up))
        .routes(routes!(closing::revisit))
        .routes(routes!(appeal::answer))
        .routes(routes!(appeal::link))
        .routes(routes!(moving::complete))
        .routes(routes!(moving::give_back))
        .routes(routes!(moving::hand_over))
        .routes(routes!(moving::note))
        .routes(routes!(rules::read, rules::write))
}
