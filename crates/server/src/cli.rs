//! The commands.

mod accounts;
mod backup;
mod demo;
mod doctor;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use server::{
    config::{Config, Options},
    serve,
};
use tracing_subscriber::EnvFilter;

/// Zhike 知客: the customer-service department in one program.
#[derive(Parser)]
#[command(name = "zhike", version, about)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves until told to stop.
    Serve,
    /// Brings the database's schema up to this release.
    Migrate,
    /// Accounts.
    #[command(subcommand)]
    User(accounts::UserCommand),
    /// API tokens.
    #[command(subcommand)]
    Token(accounts::TokenCommand),
    /// Fills an empty installation with a believable department, its customers and its history.
    Demo(demo::DemoOptions),
    /// Writes the whole installation into one file, while it runs: every table and the stored files.
    Backup {
        /// The file to write, for its owner alone; it must not be there yet.
        file: PathBuf,
    },
    /// Puts a backup into an empty installation, on either database.
    Restore {
        /// A file that `zhike backup` wrote.
        file: PathBuf,
    },
    /// Looks whether everything needed is there.
    Doctor,
    /// Prints the description of the API.
    Openapi,
}

pub(crate) fn run() -> ExitCode {
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_env("ZHIKE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match perform(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("zhike: {text}");
            ExitCode::FAILURE
        }
    }
}

fn perform(cli: &Cli) -> Result<(), String> {
    let config = Config::load(&cli.options)?;
    let told = |error: kernel::Error| match error {
        kernel::Error::Internal(cause) => cause.to_string(),
        other => other.to_string(),
    };
    match &cli.command {
        Command::Serve => {
            let db = serve::open(&config).map_err(told)?;
            runtime()?.block_on(serve::serve(&config, db, asked_to_stop())).map_err(told)
        }
        Command::Migrate => serve::open(&config).map(drop).map_err(told),
        Command::User(command) => {
            runtime()?.block_on(accounts::user(command, &config, serve::open(&config).map_err(told)?)).map_err(told)
        }
        Command::Token(command) => {
            runtime()?.block_on(accounts::token(command, serve::open(&config).map_err(told)?)).map_err(told)
        }
        Command::Demo(options) if options.live => runtime()?.block_on(demo::live(options, asked_to_stop())),
        Command::Demo(options) => {
            runtime()?.block_on(demo::demo(options, &config, serve::open(&config).map_err(told)?)).map_err(told)
        }
        Command::Backup { file } => backup::backup(&config, file),
        Command::Restore { file } => backup::restore(&config, file),
        Command::Doctor => doctor::examine(&config),
        Command::Openapi => {
            #[cfg(feature = "described")]
            let description = runtime()?.block_on(async { serve::description() }).map_err(told)?;
            #[cfg(not(feature = "described"))]
            let description = server::docs::openapi();
            print!("{description}");
            Ok(())
        }
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, String> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| error.to_string())
}

async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupt = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        },
        Err(_) => drop(interrupt.await),
    }
}
