//! The posts people hold.

use std::collections::HashMap;

use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use kernel::{Check, Error, Id, Page, Result, UnitId};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;

use crate::{api, model::Post, policy, queries};

/// A post with how many people hold it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PostWithMembers {
    #[serde(flatten)]
    post: Post,
    /// Active people who hold it.
    members: i64,
}

/// Lists posts, whole, the oldest first.
#[utoipa::path(get, path = "/posts", tag = "people", responses((status = 200, body = Page<PostWithMembers>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Page<PostWithMembers>> {
    let items = cx
        .read(|tx| {
            let _scope = policy::may_read(tx.actor())?;
            let counts: HashMap<_, _> = queries::post_counts(tx)?.into_iter().collect();
            let posts = queries::posts(tx)?.into_iter();
            Ok(posts
                .map(|post| PostWithMembers { members: counts.get(&post.id).copied().unwrap_or(0), post })
                .collect())
        })
        .await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// A new post.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPost {
    /// 1 to 60 characters.
    name: String,
    /// The unit it belongs to; none for a post of every unit.
    unit_id: Option<UnitId>,
    /// How many people are to hold it: 0 to 100,000.
    headcount: Option<i64>,
}

/// Creates a post.
#[utoipa::path(post, path = "/posts", tag = "people", request_body = NewPost, responses((status = 200, body = Post)))]
pub(crate) async fn create(cx: Cx, Json(request): Json<NewPost>) -> Answer<Post> {
    let post = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), request.unit_id, tx.now())?;
            let name = request.name.trim().to_owned();
            let post = Post {
                id: tx.new_id(),
                name,
                unit_id: request.unit_id,
                headcount: request.headcount,
                created_at: permit.at(),
                version: 1,
            };
            check(tx, &post)?;
            queries::insert_post(tx, &post)?;
            audit::api::record(tx, Entry::new("people.post_created", "post", post.id).created(&post))?;
            Ok(post)
        })
        .await?;
    Ok(Json(post))
}

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PostChange {
    /// The version that was seen.
    version: i64,
    /// 1 to 60 characters.
    name: Option<String>,
    /// How many people are to hold it: 0 to 100,000.
    headcount: Option<i64>,
}

/// Changes a post.
#[utoipa::path(patch, path = "/posts/{id}", tag = "people", params(("id" = Id<Post>, Path)), request_body = PostChange, responses((status = 200, body = Post)))]
pub(crate) async fn change(cx: Cx, Path(id): Path<Id<Post>>, Json(request): Json<PostChange>) -> Answer<Post> {
    let post = cx
        .write(move |tx| {
            let before = queries::post(tx, id)?.ok_or(Error::NotFound);
            // Whether it exists is for those to know who may manage at all.
            let unit = before.as_ref().ok().and_then(|post| post.unit_id);
            let _permit = policy::may_manage(tx.actor(), unit, tx.now())?;
            let before = before?;
            let mut after = before.clone();
            after.name = request.name.as_deref().map_or(after.name, |name| name.trim().to_owned());
            after.headcount = request.headcount.or(after.headcount);
            after.version = request.version + 1;
            check(tx, &after)?;
            queries::save_post(tx, &after)?;
            audit::api::record(tx, Entry::new("people.post_changed", "post", id).change(&before, &after))?;
            Ok(after)
        })
        .await?;
    Ok(Json(post))
}

fn check(tx: &mut Tx<'_>, post: &Post) -> Result<()> {
    let tree = api::tree(tx)?;
    let unit = post.unit_id.is_none_or(|unit| tree.unit(unit).is_some());
    Check::new()
        .text("name", &post.name, 1..=60)
        .range("headcount", post.headcount.unwrap_or(0), 0..=100_000)
        .that(unit, "unit_id", "unknown")
        .done()
}
