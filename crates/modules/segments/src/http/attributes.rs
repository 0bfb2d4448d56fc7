//! What rules can be about.

use http::{Answer, Attribute, Cx, Json, SegmentSources};
use kernel::Page;

use crate::{engine::Viewer, known};

/// Lists what the actor's rules can be about, module by module.
#[utoipa::path(get, path = "/segment-attributes", tag = "segments", responses((status = 200, body = Page<Attribute>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Page<Attribute>> {
    let sources = cx.app().part::<SegmentSources>();
    let items = cx
        .read(move |tx| {
            Viewer::of(tx)?;
            let usable = known::usable(tx, &sources)?;
            let all = known::all(tx, &sources)?;
            Ok(all.into_iter().filter(|one| usable.contains_key(&one.key)).collect())
        })
        .await?;
    Ok(Json(Page { items, next_cursor: None }))
}
