//! An item as it goes out, and the frame every change of one has.

use files::StoredFile;
use forms::FormEntry;
use http::{Answer, Cx, Json};
use kernel::{Id, Permit, Result};
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use super::FILES;
use crate::{
    api::{self, Happening},
    model::{By, FeedbackItem, FeedbackMove},
    policy, queries,
};

/// How long a link to a file is good, in milliseconds.
const LINK_MS: i64 = 15 * 60_000;

/// An item, with what a list shows beside it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FeedbackView {
    #[serde(flatten)]
    pub item: FeedbackItem,
    /// Whether it was not answered in time.
    pub overdue: bool,
}

/// A file that belongs to an item.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FeedbackFile {
    /// Its name.
    pub name: String,
    /// What it is.
    pub mime: String,
    /// Where it is read, for a quarter of an hour.
    pub url: String,
}

/// An item with everything that happened to it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FeedbackCourse {
    #[serde(flatten)]
    pub view: FeedbackView,
    /// What was filled in of the form's own fields.
    pub own_fields: Vec<FormEntry>,
    /// What happened, in order.
    pub course: Vec<FeedbackMove>,
    /// What came with it.
    pub files: Vec<FeedbackFile>,
    /// Whether the caller may handle it.
    pub may_handle: bool,
    /// Whether the caller may award it now.
    pub may_award: bool,
    /// Whether it stands on the wall.
    pub on_wall: bool,
}

pub(crate) fn view(tx: &Tx<'_>, item: FeedbackItem) -> FeedbackView {
    FeedbackView { overdue: item.is_overdue(tx.now()), item }
}

/// A course still without its files, and these.
type Loose = (FeedbackCourse, Vec<StoredFile>);

fn course(tx: &mut Tx<'_>, item: FeedbackItem) -> Result<Loose> {
    let files = files::api::attached(tx, FILES, item.id)?;
    let found = FeedbackCourse {
        own_fields: forms::api::filled(tx, item.id)?,
        course: queries::moves(tx, item.id)?,
        may_handle: policy::may_handle(tx.actor(), &item, tx.now()).is_ok(),
        may_award: item.adopted == Some(true)
            && !item.is_open()
            && item.award.is_none()
            && policy::may_award(tx.actor(), &item, tx.now()).is_ok(),
        on_wall: queries::wall::of_item(tx, item.id)?.is_some(),
        files: Vec::new(),
        view: view(tx, item),
    };
    Ok((found, files))
}

/// With links to its files, for whoever was found to be allowed to read it.
async fn linked(cx: &Cx, (mut course, files): Loose) -> Answer<FeedbackCourse> {
    if !files.is_empty() {
        let (key, until) = (files::api::link_key(cx.app()).await?, cx.app().clock().now().plus_millis(LINK_MS));
        let file = |file: StoredFile| FeedbackFile { url: key.link(file.id, until), name: file.name, mime: file.mime };
        course.files = files.into_iter().map(file).collect();
    }
    Ok(Json(course))
}

/// An item with its course, as it was just found.
pub(super) async fn shown(cx: Cx, id: Id<FeedbackItem>) -> Answer<FeedbackCourse> {
    let loose = cx
        .read(move |tx| {
            let item = queries::find(tx, id)?;
            policy::may_see(tx.actor(), &item)?;
            course(tx, item)
        })
        .await?;
    linked(&cx, loose).await
}

/// Keeps an item, and answers it with its course.
pub(super) async fn made(
    cx: Cx,
    make: impl Fn(&mut Tx<'_>) -> Result<FeedbackItem> + Send + 'static,
) -> Answer<FeedbackCourse> {
    let loose = cx
        .write(move |tx| {
            let item = make(tx)?;
            course(tx, item)
        })
        .await?;
    linked(&cx, loose).await
}

/// A change of an item: found and locked, permitted, kept under `action`, answered with its course.
pub(super) async fn changed(
    cx: Cx,
    id: Id<FeedbackItem>,
    action: &'static str,
    change: impl Fn(&mut Tx<'_>, FeedbackItem, &Permit, By) -> Result<(FeedbackItem, Happening)> + Send + 'static,
) -> Answer<FeedbackCourse> {
    made(cx, move |tx| {
        let before = queries::lock(tx, id)?;
        let permit = policy::may_handle(tx.actor(), &before, tx.now())?;
        let by = api::by(tx)?;
        let (after, happening) = change(tx, before.clone(), &permit, by)?;
        api::keep(tx, action, &before, &after, happening)?;
        Ok(after)
    })
    .await
}
