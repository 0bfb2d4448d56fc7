//! The bytes: an object store, which is a folder on this machine's disk or a bucket.

use std::{io, sync::Arc};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use kernel::{Error, Result, Timestamp};
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt as _, PutPayload, path::Path};
use tokio::sync::{OnceCell, Semaphore};

use crate::{Place, links::LinkKey, model::FileId};

/// Where files lie: a part of the app. Cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    objects: Arc<dyn ObjectStore>,
    place: Place,
    uploads: Arc<Semaphore>,
    pub(crate) key: OnceCell<LinkKey>,
}

impl Store {
    /// The store at this place.
    ///
    /// # Errors
    /// [`Error::Internal`] when a folder cannot be made or read, or what is said of a bucket makes no sense.
    pub fn open(place: Place) -> Result<Self> {
        let (at_once, _) = place.measure();
        let uploads = Arc::new(Semaphore::new(at_once));
        Ok(Self(Arc::new(Inner { objects: place.open()?, place, uploads, key: OnceCell::new() })))
    }

    /// Whether something can be kept there, read and deleted again: what an administrator asks beforehand.
    ///
    /// # Errors
    /// [`Error::Internal`], with what the store says.
    pub async fn try_out(&self) -> Result<()> {
        let (probe, bytes) = (Path::from("probe"), Bytes::from_static(b"zhike"));
        let tried = async {
            self.0.objects.put(&probe, PutPayload::from_bytes(bytes.clone())).await?;
            let found = self.0.objects.get(&probe).await?.bytes().await?;
            self.0.objects.delete(&probe).await?;
            Ok::<_, object_store::Error>(found == bytes)
        };
        match tried.await.map_err(Error::internal)? {
            true => Ok(()),
            false => Err(Error::internal("the store answers something else than it was given")),
        }
    }

    /// Room for one more upload, held until it ends.
    ///
    /// # Errors
    /// [`Error::Limited`] when too many are under way.
    pub(crate) fn room(&self) -> Result<tokio::sync::OwnedSemaphorePermit> {
        self.0.uploads.clone().try_acquire_owned().map_err(|_| Error::Limited { retry_after: 2 })
    }

    pub(crate) fn key(&self) -> &OnceCell<LinkKey> {
        &self.0.key
    }

    /// Begins to write a file: it is there only once it is complete.
    pub(crate) async fn begin(&self, id: FileId) -> Result<Upload> {
        let parts = self.0.objects.put_multipart(&place(id)).await.map_err(Error::internal)?;
        Ok(Upload { parts, piece: self.0.place.measure().1 })
    }

    /// Writes a small file of the demo story at once, on a thread that may wait for the disk.
    ///
    /// # Errors
    /// [`Error::Internal`] where files lie in a bucket.
    pub(crate) fn keep(&self, id: FileId, bytes: &[u8]) -> Result<()> {
        let Place::Folder(folder) = &self.0.place else {
            return Err(Error::internal("the demo story keeps its files in a folder"));
        };
        let path = folder.join(place(id).as_ref());
        std::fs::create_dir_all(path.parent().unwrap_or(folder)).map_err(Error::internal)?;
        std::fs::write(path, bytes).map_err(Error::internal)
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there are none.
    pub(crate) async fn read(
        &self,
        id: FileId,
    ) -> Result<impl Stream<Item = object_store::Result<Bytes>> + Send + 'static> {
        match self.0.objects.get(&place(id)).await {
            Ok(found) => Ok(found.into_stream()),
            Err(object_store::Error::NotFound { .. }) => Err(Error::NotFound),
            Err(other) => Err(Error::internal(other)),
        }
    }

    /// The thumbnail that was made of a file, if one was.
    pub(crate) async fn thumb(&self, id: FileId) -> Result<Option<Bytes>> {
        match self.0.objects.get(&thumb_place(id)).await {
            Ok(found) => found.bytes().await.map(Some).map_err(Error::internal),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(other) => Err(Error::internal(other)),
        }
    }

    /// Keeps the thumbnail of a file beside its bytes.
    pub(crate) async fn keep_thumb(&self, id: FileId, thumb: Bytes) -> Result<()> {
        self.0.objects.put(&thumb_place(id), PutPayload::from_bytes(thumb)).await.map(drop).map_err(Error::internal)
    }

    /// Deletes a file's bytes and its thumbnail, if there are any.
    pub(crate) async fn delete(&self, id: FileId) -> Result<()> {
        // The bytes last: while they are there, the sweep finds the file again.
        for place in [thumb_place(id), place(id)] {
            match self.0.objects.delete(&place).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(other) => return Err(Error::internal(other)),
            }
        }
        Ok(())
    }

    /// Every file that lies here since before then, in heaps of at most 500.
    pub(crate) fn older_than(&self, before: Timestamp) -> impl Stream<Item = Vec<FileId>> + Send + 'static {
        let objects = self.0.objects.clone();
        let all = objects.list(None).filter_map(move |found| async move {
            let found = found.ok()?;
            let old = found.last_modified.timestamp_millis() < before.millis();
            found.location.filename().filter(|_| old)?.parse().ok()
        });
        all.chunks(500)
    }

    /// Deletes what uploads left half written before then: a process that was killed could not. What was begun in
    /// a bucket ends by the bucket's own rule of life.
    pub(crate) async fn sweep_halves(&self, before: Timestamp) -> io::Result<usize> {
        let Place::Folder(folder) = &self.0.place else { return Ok(0) };
        let mut swept = 0;
        let mut shelves = tokio::fs::read_dir(folder).await?;
        while let Some(shelf) = shelves.next_entry().await? {
            if !shelf.file_type().await?.is_dir() {
                continue;
            }
            let mut files = tokio::fs::read_dir(shelf.path()).await?;
            while let Some(file) = files.next_entry().await? {
                // What the store has not finished bears its name, `#` and a number.
                if file.file_name().to_string_lossy().contains('#') && age(&file).await? < before {
                    tokio::fs::remove_file(file.path()).await?;
                    swept += 1;
                }
            }
        }
        Ok(swept)
    }
}

async fn age(file: &tokio::fs::DirEntry) -> io::Result<Timestamp> {
    let changed = file.metadata().await?.modified()?;
    let since = changed.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Ok(Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)))
}

/// Shelves by the id's last two letters, which are random, so that no folder grows too large.
fn place(id: FileId) -> Path {
    let name = id.to_string();
    let shelf = &name[name.len() - 2..];
    Path::from(format!("{shelf}/{name}"))
}

fn thumb_place(id: FileId) -> Path {
    Path::from(format!("{}.thumb", place(id)))
}

/// A file being written. Dropped before it is complete, it leaves nothing.
pub(crate) struct Upload {
    parts: Box<dyn MultipartUpload>,
    /// Bytes that are written at a time, but for the last ones.
    pub(crate) piece: usize,
}

impl Upload {
    pub(crate) async fn write(&mut self, bytes: Bytes) -> Result<()> {
        self.parts.put_part(PutPayload::from_bytes(bytes)).await.map_err(Error::internal)
    }

    pub(crate) async fn complete(mut self) -> Result<()> {
        self.parts.complete().await.map(drop).map_err(Error::internal)
    }

    pub(crate) async fn abort(mut self) {
        // The sweep finds what this leaves.
        let _ = self.parts.abort().await;
    }
}
