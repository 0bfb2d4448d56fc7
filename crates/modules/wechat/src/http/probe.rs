//! Trying whether a platform lets us in.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use kernel::Id;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::{model::WechatAccount, policy, queries, sync, why::Why};

/// How the platform was found.
#[derive(Serialize, ToSchema)]
pub(crate) struct WechatProbe {
    /// What stands in the way; none: nothing.
    trouble: Option<Why>,
    /// The same in the platform's words.
    detail: String,
}

/// Asks the platform whether it lets us in and knows the account, and says how that went. Nothing is sent.
#[utoipa::path(post, path = "/wechat-accounts/{id}/probe", tag = "wechat", params(("id" = Id<WechatAccount>, Path)), responses((status = 200, body = WechatProbe)))]
pub(crate) async fn probe(cx: Cx, Path(id): Path<Id<WechatAccount>>) -> Answer<WechatProbe> {
    let setup = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            audit::api::record(tx, Entry::new("wechat.account_tried", "wechat_account", id).created(&json!({})))?;
            queries::setup(tx, id)
        })
        .await?;
    let found = sync::probe(cx.app(), &setup).await;
    let (trouble, detail) = match found {
        Ok(()) => (None, String::new()),
        Err(trouble) => (Some(trouble.why), trouble.detail),
    };
    let (why, words) = (trouble, detail.clone());
    cx.write(move |tx| {
        let mut calls = queries::calls(tx, id)?;
        (calls.trouble, calls.detail) = (why, words.clone());
        queries::save_calls(tx, &calls)
    })
    .await?;
    Ok(Json(WechatProbe { trouble, detail }))
}
