//! The operations.

pub(crate) mod session;

pub(crate) mod roles;
mod tokens;
mod users;

use http::App;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(session::read, session::sign_in, session::sign_out, session::change))
        .routes(routes!(session::change_password))
        .routes(routes!(users::list, users::create))
        .routes(routes!(users::read, users::change))
        .routes(routes!(users::set_password))
        .routes(routes!(users::suspend, users::resume))
        .routes(routes!(roles::list, roles::create))
        .routes(routes!(roles::read, roles::change))
        .routes(routes!(roles::permissions))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::revoke))
}
