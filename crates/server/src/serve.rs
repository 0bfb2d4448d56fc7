//! Serving, from the open database to the last answer.

use std::{future::Future, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
    serve::ListenerExt as _,
};
use http::{App, House};
use kernel::{Clock, Error, Origin, Result, Rng};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
#[cfg(feature = "described")]
use store::Target;
use store::{Db, outbox};
use tokio::net::TcpListener;
use wire::Hub;

use crate::{compose, config::Config, docs, frame};

/// Brings the schema up and opens the database. Blocks; call it outside the async runtime.
///
/// # Errors
/// What the database says.
pub fn open(config: &Config) -> Result<Db> {
    std::fs::create_dir_all(&config.data).map_err(Error::internal)?;
    let clock = Clock::system();
    for name in store::migrate(
        &config.target,
        &http::schema(&compose::modules_with(config.files.clone(), config.font.clone())?),
        clock.now(),
    )? {
        tracing::info!(name, "migrated");
    }
    Db::open(&config.target, clock, Rng::system())
}

/// Puts the product together over an open database.
///
/// # Errors
/// When the folder for uploads cannot be made.
pub fn house(config: &Config, db: Db) -> Result<House> {
    Ok(http::compose(
        db,
        config.bus(),
        config.limits.clone(),
        compose::modules_with(config.files.clone(), config.font.clone())?,
    ))
}

/// The description of the whole API as the code gives it, from an empty database in memory of its own.
///
/// # Errors
/// When no temporary database can be made.
#[cfg(feature = "described")]
pub fn description() -> Result<String> {
    let db = Db::open(&Target::Sqlite(":memory:".into()), Clock::system(), Rng::system())?;
    let house = http::compose(db, wire::Bus::Local, http::Limits::default(), compose::modules(&std::env::temp_dir())?);
    let mut text = (house.openapi)().to_pretty_json().map_err(Error::internal)?;
    text.push('\n');
    Ok(text)
}

/// Serves until `stop` resolves, then lets what has begun finish.
///
/// # Errors
/// When the address cannot be listened on.
pub async fn serve(config: &Config, db: Db, stop: impl Future<Output = ()> + Send + 'static) -> Result<()> {
    let metrics = PrometheusBuilder::new().install_recorder().map_err(Error::internal)?;
    let mut house = house(config, db)?;
    let time_zone: work::TimeZoneOf =
        Arc::new(|tx| settings::api::organisation(tx).map(|organisation| organisation.time_zone));
    let catalogue = house.app.part::<http::Catalogue>();
    let upgrade = Origin::system("upgrade");
    house.app.db().write(&upgrade, move |tx| access::api::grant_new_permissions(tx, &catalogue)).await?;
    let running = house.start(work::RunnerConfig { time_zone, ..work::RunnerConfig::default() })?;
    let app = house.app.clone();
    let mut router = house.router.merge(health(metrics));
    if std::env::var("ZHIKE_TEST_ECHO").as_deref() == Ok("1") {
        router = router.route("/test/echo", get(|upgrade| async move { wire::echo(upgrade) }));
    }
    let router: Router =
        router.merge(docs::routes()).merge(frame::routes()).merge(web::routes()).with_state(app.clone());
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| Error::internal(format!("{}: {error}", config.listen)))?;
    let address = listener.local_addr().map_err(Error::internal)?;
    println!("知客 Zhike  http://{address}");
    // A chat frame is small and must not wait for the next one.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let hub = app.part::<Hub>();
    let stopped = async move {
        stop.await;
        hub.close_all();
    };
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stopped).await.map_err(Error::internal)?;
    running.stop().await;
    Ok(())
}

fn health(metrics: PrometheusHandle) -> Router<App> {
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(move || async move { metrics.render() }))
}

async fn ready(State(app): State<App>) -> Response {
    let first = |tx: &mut store::Tx<'_>| outbox::after(tx, outbox::Position::default(), 1, &[]);
    let database = app.db().read(&Origin::system("readyz"), first).await;
    match (database, app.part::<Hub>().ready()) {
        (Ok(_), true) => "ready".into_response(),
        (Err(_), _) => (StatusCode::SERVICE_UNAVAILABLE, "database").into_response(),
        (_, false) => (StatusCode::SERVICE_UNAVAILABLE, "bus").into_response(),
    }
}
