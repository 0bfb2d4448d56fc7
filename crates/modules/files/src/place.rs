//! Where files are kept, as the administrator says it.

use std::{path::PathBuf, sync::Arc, time::Duration};

use kernel::{Error, Result};
use object_store::{
    ClientOptions, ObjectStore, aws::AmazonS3Builder, local::LocalFileSystem, path::Path, prefix::PrefixStore,
};

/// Where the bytes of files lie.
#[derive(Clone, Debug)]
pub enum Place {
    /// A folder on this machine, made when it is not there.
    Folder(PathBuf),
    /// A bucket of an S3-compatible store: for more than one node, or disks that others keep.
    Bucket(Bucket),
}

/// A bucket, and how it is reached.
#[derive(Clone)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// What the names in it begin with, so that several may share it; empty: nothing.
    pub prefix: String,
    /// The address of the store, `https://…`; nothing: Amazon's own. `http://` only where somebody wrote it.
    pub endpoint: Option<String>,
    /// Its region.
    pub region: String,
    /// Who we are there.
    pub key: String,
    /// What proves it.
    pub secret: String,
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bucket").field("name", &self.name).field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl From<PathBuf> for Place {
    fn from(folder: PathBuf) -> Self {
        Self::Folder(folder)
    }
}

/// How long one call may take: a piece is 5 MiB.
const PATIENCE: Duration = Duration::from_secs(60);

impl Place {
    /// The store itself.
    pub(crate) fn open(&self) -> Result<Arc<dyn ObjectStore>> {
        // Whoever came first has set it: it is the same one everywhere, for buckets and for whoever else calls out.
        let _ = rustls::crypto::ring::default_provider().install_default();
        match self {
            Self::Folder(folder) => {
                std::fs::create_dir_all(folder).map_err(Error::internal)?;
                // An acknowledged file must survive a power cut like the row that names it.
                let folder = LocalFileSystem::new_with_prefix(folder).map_err(Error::internal)?.with_fsync(true);
                Ok(Arc::new(folder))
            }
            Self::Bucket(bucket) => {
                let mut store = AmazonS3Builder::new()
                    .with_bucket_name(&bucket.name)
                    .with_region(&bucket.region)
                    .with_access_key_id(&bucket.key)
                    .with_secret_access_key(&bucket.secret)
                    .with_client_options(ClientOptions::new().with_timeout(PATIENCE));
                if let Some(endpoint) = &bucket.endpoint {
                    store = store.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
                }
                let store = store.build().map_err(Error::internal)?;
                Ok(Arc::new(PrefixStore::new(store, Path::from(bucket.prefix.as_str()))))
            }
        }
    }

    /// Uploads at once on one node, and how many bytes of each are held: a bucket takes parts of 5 MiB and more.
    pub(crate) fn measure(&self) -> (usize, usize) {
        match self {
            Self::Folder(_) => (64, 256 << 10),
            Self::Bucket(_) => (12, 5 << 20),
        }
    }
}
