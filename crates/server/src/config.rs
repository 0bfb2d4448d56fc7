//! What an administrator sets: flags, environment, `zhike.toml`.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::Args;
use files::{Bucket, Place};
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
    /// A font file with Chinese characters to set PDF with (Noto Sans CJK, Source Han Sans, WenQuanYi); without it, the
    /// best one of this machine.
    #[arg(long, env = "ZHIKE_FONT", global = true)]
    pub font: Option<PathBuf>,
    /// Where files go instead of the data folder.
    #[command(flatten)]
    pub bucket: BucketOptions,
}

/// A bucket of an S3-compatible store.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BucketOptions {
    /// A bucket of an S3-compatible store, for the files people send; without it, a folder in the data folder.
    #[arg(long = "s3-bucket", env = "ZHIKE_S3_BUCKET", global = true)]
    pub bucket: Option<String>,
    /// What names in the bucket begin with, where several share it.
    #[arg(long = "s3-prefix", env = "ZHIKE_S3_PREFIX", global = true)]
    pub prefix: Option<String>,
    /// The address of the store, such as https://oss.example.com; without it, Amazon's.
    #[arg(long = "s3-endpoint", env = "ZHIKE_S3_ENDPOINT", global = true)]
    pub endpoint: Option<String>,
    /// Its region [default: us-east-1].
    #[arg(long = "s3-region", env = "ZHIKE_S3_REGION", global = true)]
    pub region: Option<String>,
    /// Who we are there; better in the environment or the file, where nobody else reads it.
    #[arg(long = "s3-key", env = "ZHIKE_S3_KEY", global = true, hide_env_values = true)]
    pub key: Option<String>,
    /// What proves it; as above.
    #[arg(long = "s3-secret", env = "ZHIKE_S3_SECRET", global = true, hide_env_values = true)]
    pub secret: Option<String>,
}

impl BucketOptions {
    /// What is said here, else there.
    fn or(self, other: Self) -> Self {
        Self {
            bucket: self.bucket.or(other.bucket),
            prefix: self.prefix.or(other.prefix),
            endpoint: self.endpoint.or(other.endpoint),
            region: self.region.or(other.region),
            key: self.key.or(other.key),
            secret: self.secret.or(other.secret),
        }
    }

    fn place(self, data: &Path) -> Result<Place, String> {
        let Some(name) = self.bucket else { return Ok(Place::Folder(data.join("files"))) };
        let said = |what: &str, text: Option<String>| {
            text.filter(|text| !text.is_empty())
                .ok_or(format!("s3 {what}: a bucket needs one (ZHIKE_S3_{})", what.to_uppercase()))
        };
        if let Some(endpoint) = &self.endpoint
            && !endpoint.starts_with("https://")
            && !endpoint.starts_with("http://")
        {
            return Err(format!("s3 endpoint: {endpoint} is no https:// address"));
        }
        Ok(Place::Bucket(Bucket {
            name,
            prefix: self.prefix.unwrap_or_default(),
            endpoint: self.endpoint,
            region: self.region.unwrap_or_else(|| "us-east-1".into()),
            key: said("key", self.key)?,
            secret: said("secret", self.secret)?,
        }))
    }
}

/// The file: the same keys; those of a bucket below `[s3]`.
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
    font: Option<PathBuf>,
    s3: Option<BucketOptions>,
}

/// What holds.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The folder for everything that is kept.
    pub data: PathBuf,
    /// Where the files people send lie.
    pub files: Place,
    /// Which database.
    pub target: Target,
    /// The NATS URL, with more than one node.
    pub nats: Option<String>,
    /// What this installation is called there.
    pub nats_space: String,
    /// How much one caller may ask for.
    pub limits: Limits,
    /// The font file to set PDF with; the best one of this machine without.
    pub font: Option<PathBuf>,
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
        let files = options.bucket.clone().or(file.s3.unwrap_or_default()).place(&data)?;
        let font = options.font.clone().or(file.font);
        if let Some(font) = font.as_ref().filter(|font| !font.is_file()) {
            return Err(format!("font: there is no file at {}", font.display()));
        }
        Ok(Self { listen, data, files, target, nats, nats_space, limits, font })
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
    fn a_bucket_says_what_it_lacks() {
        let bucket = |key: Option<&str>, endpoint: &str| {
            let bucket = BucketOptions {
                bucket: Some("kf".into()),
                endpoint: Some(endpoint.into()),
                key: key.map(Into::into),
                secret: Some("geheim".into()),
                ..BucketOptions::default()
            };
            Config::load(&Options { bucket, ..Options::default() }).map(|config| config.files)
        };
        assert!(matches!(bucket(Some("us"), "https://oss.example.com"), Ok(Place::Bucket(it)) if it.name == "kf"));
        assert!(bucket(None, "https://oss.example.com").is_err_and(|said| said.contains("ZHIKE_S3_KEY")));
        assert!(bucket(Some("us"), "oss.example.com").is_err_and(|said| said.contains("s3 endpoint")));
        assert!(matches!(Config::load(&Options::default()).map(|config| config.files), Ok(Place::Folder(_))));
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
