//! Reading imports.

use http::{Answer, Cx, Json, Path, Query};
use kernel::{Id, Page, PageQuery, Result};
use store::Tx;

use crate::{model::Import, policy, queries};

/// Lists imports, newest first.
#[utoipa::path(get, path = "/imports", tag = "imports", params(PageQuery), responses((status = 200, body = Page<Import>)))]
pub(crate) async fn list(cx: Cx, Query(page): Query<PageQuery>) -> Answer<Page<Import>> {
    let (limit, before) = (page.limit()?, page.before()?);
    let rows = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            queries::list(tx, &scope, &before, limit + 1)
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |row| (row.created_at.millis(), row.id.to_string()))))
}

/// One import.
#[utoipa::path(get, path = "/imports/{id}", tag = "imports", params(("id" = Id<Import>, Path)), responses((status = 200, body = Import)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<Import>>) -> Answer<Import> {
    Ok(Json(cx.read(move |tx| visible(tx, id)).await?))
}

/// The import, when it lies within the actor's reach.
pub(super) fn visible(tx: &mut Tx<'_>, id: Id<Import>) -> Result<Import> {
    let scope = policy::may_read(tx.actor())?;
    let import = queries::find(tx, id)?;
    if scope.covers(&import.owned()) {
        Ok(import)
    } else {
        Err(kernel::Error::NotFound)
    }
}
