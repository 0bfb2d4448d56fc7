//! One customer, one line of time.

use http::{Answer, Cx, Json, Path, Query, TimelineEntry, Timelines};
use kernel::{CustomerId, Error, Page, PageQuery};

use crate::{
    api,
    serving::{self, Serving},
};

/// Everything there was with a person, newest first, whatever the channel and the module: conversations, inquiries
/// written down by hand, promises. Merged aliases are followed; each entry is there as far as one may read the thing
/// itself, also where the customer is kept by others.
#[utoipa::path(get, path = "/customers/{id}/timeline", tag = "customers", params(("id" = CustomerId, Path), PageQuery), responses((status = 200, body = Page<TimelineEntry>)))]
pub(crate) async fn timeline(
    cx: Cx,
    Path(id): Path<CustomerId>,
    Query(page): Query<PageQuery>,
) -> Answer<Page<TimelineEntry>> {
    cx.actor().staff()?;
    let (limit, before) = (page.limit()?, page.before()?);
    let (serving, timelines) = (cx.app().part::<Box<dyn Serving>>(), cx.app().part::<Timelines>());
    let entries = cx
        .read(move |tx| {
            let who = api::members(tx, id)?;
            let entries = timelines.read(tx, &who, &before, limit + 1)?;
            // Whoever may see neither the customer nor anything there was with them hears of nobody.
            if entries.is_empty() && serving::visible(tx, &**serving, id).is_err() {
                return Err(Error::NotFound);
            }
            Ok(entries)
        })
        .await?;
    Ok(Json(Page::of(entries, limit, |entry| (entry.at.millis(), entry.id.clone()))))
}
