//! Looking at everybody for who was entered twice.

use http::{Answer, Cx, Json, Path};
use kernel::Id;

use crate::{
    duplicates::{self, DuplicateSearch},
    policy,
};

/// The last ten searches, the latest first, for whoever may merge all customers.
#[utoipa::path(get, path = "/duplicate-searches", tag = "customers", responses((status = 200, body = Vec<DuplicateSearch>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<DuplicateSearch>> {
    let latest = cx
        .read(|tx| {
            let _permit = policy::may_search(tx.actor(), tx.now())?;
            duplicates::latest(tx)
        })
        .await?;
    Ok(Json(latest))
}

/// Looks at every customer, in the background, for who was entered twice: by the same keys, and by numbers and addresses
/// one slip apart under names that sound alike. What is found is suggested; nothing is merged. While a search goes
/// on, that one is answered.
#[utoipa::path(post, path = "/duplicate-searches", tag = "customers", responses((status = 200, body = DuplicateSearch)))]
pub(crate) async fn begin(cx: Cx) -> Answer<DuplicateSearch> {
    let search = cx
        .write(|tx| {
            let permit = policy::may_search(tx.actor(), tx.now())?;
            duplicates::begin(tx, &permit)
        })
        .await?;
    Ok(Json(search))
}

/// Stops a search; what it found stays.
#[utoipa::path(delete, path = "/duplicate-searches/{id}", tag = "customers", params(("id" = Id<DuplicateSearch>, Path)), responses((status = 200, body = DuplicateSearch)))]
pub(crate) async fn stop(cx: Cx, Path(id): Path<Id<DuplicateSearch>>) -> Answer<DuplicateSearch> {
    let search = cx
        .write(move |tx| {
            let permit = policy::may_search(tx.actor(), tx.now())?;
            duplicates::stop(tx, &permit, id)
        })
        .await?;
    Ok(Json(search))
}
