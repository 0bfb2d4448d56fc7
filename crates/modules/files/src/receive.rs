//! Taking in a file: judged as it passes, there once it is whole, written down last.

use std::{
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};
use http::App;
use kernel::{Actor, Error, FieldError, Id, Origin, Params, Result};
use store::Fact;

use crate::{
    disk::{Store, Upload},
    events::FileStored,
    model::{FileId, OwnerKind, StoredFile, owner_of},
    queries,
    sniff::{Sniffer, Verdict},
};

/// The largest file that is taken, in bytes.
pub const LARGEST: u64 = 20 << 20;
/// The largest request that is read to its end, in bytes: a sender whose connection is cut in the
/// middle never reads why.
pub const REQUEST: usize = 64 << 20;
/// How long a sender may keep us waiting for the next bytes.
const PATIENCE: Duration = Duration::from_secs(30);
/// How much one customer may send within a day, in bytes.
const VISITORS_DAY: i64 = 100 << 20;
const DAY: i64 = 24 * 3_600_000;

/// Takes in what `chunks` brings, as a file of this name, from whoever acts in `origin`.
pub(crate) async fn receive<S>(
    app: &App,
    origin: &Arc<Origin>,
    name: &str,
    purpose: &'static str,
    chunks: S,
) -> Result<StoredFile>
where
    S: Stream<Item = Result<Bytes>>,
{
    let (owner_kind, owner_id) = owner_of(&origin.actor)?;
    within_the_day(app, origin, owner_kind, &owner_id).await?;
    let store = app.part::<Store>();
    let _room = store.room()?;
    let id: FileId = Id::new(app.clock().now(), app.db().rng());
    let mut upload = store.begin(id).await?;
    let mut chunks = pin!(chunks);
    let verdict = match pass(&mut upload, name, chunks.as_mut()).await {
        Ok(verdict) => verdict,
        Err(error) => {
            upload.abort().await;
            drain(chunks).await;
            return Err(error);
        }
    };
    upload.complete().await?;
    let file = StoredFile {
        id,
        name: verdict.kind.name(name),
        mime: verdict.kind.mime.to_owned(),
        size: i64::try_from(verdict.size).map_err(Error::internal)?,
        sha256: verdict.sha256,
        width: verdict.measure.map(|(width, _)| i64::from(width)),
        height: verdict.measure.map(|(_, height)| i64::from(height)),
        owner_kind,
        owner_id,
        purpose: purpose.to_owned(),
        loose_since: None,
        created_at: app.clock().now(),
    };
    let written = write_down(app, origin, file).await;
    if written.is_err() {
        // The sweep finds what this leaves.
        let _ = store.delete(id).await;
    }
    written
}

async fn write_down(app: &App, origin: &Arc<Origin>, file: StoredFile) -> Result<StoredFile> {
    app.db()
        .write(origin, move |tx| {
            let mut file = file.clone();
            (file.created_at, file.loose_since) = (tx.now(), Some(tx.now()));
            queries::insert(tx, &file)?;
            if file.owner_kind == OwnerKind::Staff {
                audit::api::record(tx, audit::api::Entry::new("files.sent", "file", file.id).created(&file))?;
            }
            let fact =
                FileStored { file_id: file.id, owner_kind: file.owner_kind, mime: file.mime.clone(), size: file.size };
            tx.emit(Fact::new(FileStored::KIND, file.id, &fact)?);
            Ok(file)
        })
        .await
}

/// Writes the bytes and judges them.
async fn pass<S>(upload: &mut Upload, name: &str, mut chunks: Pin<&mut S>) -> Result<Verdict>
where
    S: Stream<Item = Result<Bytes>>,
{
    let mut sniffer = Sniffer::new();
    let mut piece = BytesMut::new();
    while let Some(chunk) =
        tokio::time::timeout(PATIENCE, chunks.next()).await.map_err(|_| Error::field("file", "unreadable"))?
    {
        let chunk = chunk?;
        if sniffer.size() + chunk.len() as u64 > LARGEST {
            return Err(refused("too_large", &[("max", LARGEST)]));
        }
        sniffer.pass(&chunk);
        if sniffer.is_hopeless() {
            return Err(refused("type_refused", &[]));
        }
        piece.extend_from_slice(&chunk);
        if piece.len() >= upload.piece {
            upload.write(piece.split().freeze()).await?;
        }
    }
    if !piece.is_empty() {
        upload.write(piece.freeze()).await?;
    }
    sniffer.finish(name).map_err(|code| match code {
        "too_many_pixels" => refused(code, &[("max", crate::sniff::MOST_PIXELS)]),
        code => refused(code, &[]),
    })
}

/// Reads what is still to come, and forgets it.
async fn drain<S: Stream<Item = Result<Bytes>>>(mut chunks: Pin<&mut S>) {
    let mut rest = 0;
    while let Ok(Some(Ok(chunk))) = tokio::time::timeout(PATIENCE, chunks.next()).await {
        rest += chunk.len();
        if rest > REQUEST {
            return;
        }
    }
}

fn refused(code: &'static str, params: &[(&'static str, u64)]) -> Error {
    let params: Params = params.iter().map(|(name, value)| (*name, (*value).into())).collect();
    Error::Invalid(vec![FieldError { field: "file".into(), code, params }])
}

/// Anybody can be a customer: what one may send in a day has an end.
async fn within_the_day(app: &App, origin: &Arc<Origin>, kind: OwnerKind, owner: &str) -> Result<()> {
    let Actor::Visitor(_) = origin.actor else { return Ok(()) };
    debug_assert_eq!(kind, OwnerKind::Visitor);
    let owner = owner.to_owned();
    let sent = app
        .db()
        .read(origin, move |tx| {
            let since = tx.now().plus_millis(-DAY);
            queries::sent_since(tx, &owner, since)
        })
        .await?;
    if sent < VISITORS_DAY {
        Ok(())
    } else {
        Err(Error::Limited { retry_after: 3_600 })
    }
}
