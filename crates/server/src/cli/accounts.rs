//! Accounts and tokens from the command line.

use std::io::Read as _;

use clap::Subcommand;
use http::Catalogue;
use kernel::{Error, Origin, Result};
use store::Db;

use server::{compose, config::Config};

#[derive(Subcommand)]
pub(crate) enum UserCommand {
    /// Creates an account; its password is read from standard input.
    Create {
        /// The name of the role: administrator, head, supervisor, agent, or one of your own.
        #[arg(long)]
        role: String,
        /// The name to sign in with.
        #[arg(long)]
        login: String,
        /// The name colleagues see [default: the login].
        #[arg(long)]
        name: Option<String>,
        /// Confirms that the password comes on standard input.
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// Gives an account a new password, read from standard input; its sessions end.
    Password {
        /// The name to sign in with.
        #[arg(long)]
        login: String,
        /// Confirms that the password comes on standard input.
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// Takes an account's second factor off, for who lost phone and recovery codes; its sessions end.
    ResetSecondFactor {
        /// The name to sign in with.
        #[arg(long)]
        login: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum TokenCommand {
    /// Creates an API token that acts as an account, and prints it once.
    Create {
        /// The account's login.
        #[arg(long)]
        user: String,
        /// What it is for.
        #[arg(long, default_value = "command line")]
        name: String,
    },
}

pub(crate) async fn user(command: &UserCommand, config: &Config, db: Db) -> Result<()> {
    let origin = Origin::system("command line");
    let (role, login, name) = match command {
        UserCommand::Create { role, login, name, .. } => (role, login, name),
        UserCommand::Password { login, .. } => {
            let (secret, login) = (secret(login, &db).await?, login.to_lowercase());
            return db.write(&origin, move |tx| access::api::give_password(tx, &login, &secret)).await;
        }
        UserCommand::ResetSecondFactor { login } => {
            let login = login.to_lowercase();
            return db.write(&origin, move |tx| access::api::reset_second_factor(tx, &login)).await;
        }
    };
    let secret = secret(login, &db).await?;
    let permissions = compose::modules_with(config.files.clone(), config.font.clone())?
        .iter()
        .flat_map(|module| module.permissions)
        .copied()
        .collect();
    let catalogue = Catalogue(permissions);
    let (role, login, name) = (role.clone(), login.clone(), name.clone().unwrap_or_else(|| login.clone()));
    let user = db
        .write(&origin, move |tx| {
            access::api::create_first_roles(tx, &catalogue)?;
            access::api::create_user(tx, &login, &name, &role, access::Locale::ZhCn, &secret)
        })
        .await?;
    println!("{}", user.id);
    Ok(())
}

/// The password on standard input.
async fn secret(login: &str, db: &Db) -> Result<access::api::Secret> {
    let mut password = String::new();
    std::io::stdin().read_to_string(&mut password).map_err(Error::internal)?;
    access::api::secret(password.trim_end_matches(['\r', '\n']).to_owned(), login, db.rng()).await
}

pub(crate) async fn token(command: &TokenCommand, db: Db) -> Result<()> {
    let TokenCommand::Create { user, name } = command;
    let (user, name) = (user.clone(), name.clone());
    let (_, secret) =
        db.write(&Origin::system("command line"), move |tx| access::api::create_token(tx, &user, &name)).await?;
    println!("{secret}");
    Ok(())
}
