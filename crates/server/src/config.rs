//! What an administrator sets: flags, environment, `zhike.toml`.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;
use http::Limits;
use serde::Deserialize;
use store::Target;
use wire::Bus;

/// Where everything is; each may also stand in the environment as `ZHIKE_…`, or in the file.
#[derive(Args, Clone, Debug, Default)]
pub struct Options {
    /// The configuration file; `zhike.toml` is read when it is there.
    #[arg(long, env = "ZHIKE_CONFIG", global = true)]
    pub config: Option<PathBuf>,
    /// The address to listen on [default: 127.0.0.1:8080].
    #[arg(long, env = "ZHIKE_LISTEN", global = true)]
    pub listen: Option<SocketAddr>,
    /// The folder for everything that is kept [default: ./data].
    #[arg(long, env = "ZHIKE_DATA", global = true)]
    pub data: Option<PathBuf>,
    /// A PostgreSQL URL; without it, SQLite in the data folder.
    #[arg(long, env = "ZHIKE_DATABASE", global = true)]
    pub database: Option<String>,
    /// A NATS URL, for more than one node.
    #[arg(long, env = "ZHIKE_NATS", global = true)]
    pub nats: Option<String>,
    /// What this installation is called on NATS: letters, digits, `-`, `_` and `.`; installations that share
    /// a server need different ones [default: zhike].
    #[arg(long, env = "ZHIKE_NATS_SPACE", global = true)]
    pub nats_space: Option<String>,
    /// Believe X-Forwarded-For, and set Secure cookies: only behind a proxy of your own.
    #[arg(long, env = "ZHIKE_TRUST_PROXY", global = true)]
    pub trust_proxy: bool,
    /// Requests a second that one session, token or anonymous address may make [default: 100].
    #[arg(long, env = "ZHIKE_REQUESTS_PER_SECOND", global = true)]
    pub requests_per_second: Option<u32>,
}

/// The file: the same keys.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: Option<SocketAddr>,
    data: Option<PathBuf>,
    database: Option<String>,
    nats: Option<String>,
    nats_space: Option<String>,
    trust_proxy: Option<bool>,
    requests_per_second: Option<u32>,
}

/// What holds.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The folder for everything that is kept.
    pub data: PathBuf,
    /// Which database.
    pub target: Target,
    /// The NATS URL, with more than one node.
    pub nats: Option<String>,
    /// What this installation is called there.
    pub nats_space: String,
    /// How much one caller may ask for.
    pub limits: Limits,
}

impl Config {
    /// Puts flags, environment and file together.
    ///
    /// # Errors
    /// A text for the administrator: what is wrong, and where.
    pub fn load(options: &Options) -> Result<Self, String> {
        let path = options.config.clone().unwrap_or_else(|| "zhike.toml".into());
        let file: File = match std::fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?,
            Err(_) if options.config.is_none() => File::default(),
            Err(error) => return Err(format!("{}: {error}", path.display())),
        };
        let data = options.data.clone().or(file.data).unwrap_or_else(|| "data".into());
        let target = match options.database.clone().or(file.database) {
            None => Target::Sqlite(data.join("zhike.db")),
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => Target::Postgres(url),
            Some(url) => return Err(format!("database: {url} is no postgres:// URL; leave it out for SQLite")),
        };
        let nats = options.nats.clone().or(file.nats);
        if nats.is_some() && matches!(target, Target::Sqlite(_)) {
            return Err("nats: several nodes need one PostgreSQL database (--database)".into());
        }
        let nats_space = options.nats_space.clone().or(file.nats_space).unwrap_or_else(|| Bus::SPACE.into());
        let plain = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        if nats_space.len() > 64 || !nats_space.split('.').all(plain) {
            return Err(format!("nats_space: {nats_space:?} is no name; letters, digits, - _ and . are"));
        }
        let first = Limits::default();
        let per_second =
            options.requests_per_second.or(file.requests_per_second).unwrap_or(first.requests_per_second).max(1);
        let limits = Limits {
            requests_per_second: per_second,
            burst: per_second.saturating_mul(4),
            trust_proxy: options.trust_proxy || file.trust_proxy.unwrap_or(false),
            ..first
        };
        let listen = options.listen.or(file.listen).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
        Ok(Self { listen, data, target, nats, nats_space, limits })
    }

    /// How nodes hear of each other.
    pub fn bus(&self) -> Bus {
        let space = self.nats_space.clone();
        self.nats.clone().map_or(Bus::Local, |url| Bus::Nats { url, space })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(space: Option<&str>) -> Result<Config, String> {
        Config::load(&Options {
            config: None,
            database: Some("postgres://localhost/zhike".into()),
            nats: Some("nats://localhost".into()),
            nats_space: space.map(Into::into),
            ..Options::default()
        })
    }

    #[test]
    fn an_installation_has_a_space_of_its_own_on_nats() {
        let space = |space| match load(space).map(|config| config.bus()) {
            Ok(Bus::Nats { space, .. }) => Some(space),
            _ => None,
        };
        assert_eq!(space(None).as_deref(), Some("zhike"));
        assert_eq!(space(Some("shop-2.chat")).as_deref(), Some("shop-2.chat"));
        for wrong in ["", "a b", "zhike.*", "zhike.>", ".a", "知客", "a\r\nPUB x 0"] {
            assert!(load(Some(wrong)).is_err_and(|said| said.contains("nats_space")), "{wrong:?}");
        }
    }
}
