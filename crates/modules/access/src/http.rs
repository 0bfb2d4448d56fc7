//! The operations.

pub(crate) mod session;

mod directories;
mod journeys;
mod providers;
pub(crate) mod roles;
mod rules;
mod second_factor;
pub(crate) mod sign_in;
mod tokens;
mod users;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(session::read, sign_in::sign_in, session::sign_out, session::change))
        .routes(routes!(session::change_password))
        .routes(routes!(sign_in::second_step))
        .routes(routes!(sign_in::enrol))
        .routes(routes!(sign_in::confirm))
        .routes(routes!(second_factor::read, second_factor::begin))
        .routes(routes!(second_factor::confirm))
        .routes(routes!(second_factor::renew_recovery_codes))
        .routes(routes!(second_factor::take_off))
        .routes(routes!(rules::read, rules::change))
        .routes(routes!(journeys::providers))
        .routes(routes!(journeys::set_out))
        .routes(routes!(journeys::own, journeys::link))
        .routes(routes!(journeys::unlink))
        .routes(routes!(journeys::of_user))
        .routes(routes!(providers::list, providers::create))
        .routes(routes!(providers::read, providers::change, providers::delete))
        .routes(routes!(providers::probe))
        .routes(routes!(directories::list, directories::create))
        .routes(routes!(directories::read, directories::change, directories::delete))
        .routes(routes!(directories::probe))
        .routes(routes!(directories::check))
        .routes(routes!(sign_in::link))
        .routes(routes!(users::list, users::create))
        .routes(routes!(users::read, users::change))
        .routes(routes!(users::set_password))
        .routes(routes!(second_factor::of_user, second_factor::reset))
        .routes(routes!(users::suspend, users::resume))
        .routes(routes!(roles::list, roles::create))
        .routes(routes!(roles::read, roles::change))
        .routes(routes!(roles::permissions))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::revoke))
}

/// What is called by browsers that come from elsewhere.
pub(crate) fn outside() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(journeys::callback))
}
