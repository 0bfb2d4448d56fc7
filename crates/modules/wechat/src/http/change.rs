//! Setting an account otherwise.

use audit::api::Entry;
use channels::ChannelState;
use http::{Answer, Cx, Json, Path};
use kernel::Id;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::read::WechatAccountView;
use crate::{
    model::{AccountState, Details, WechatAccount},
    policy, queries, tell,
};

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WechatAccountChange {
    /// The version that was seen.
    version: i64,
    /// What it is to be. Whoever names another platform or another AppID says the secret anew.
    details: Details,
}

/// Sets an account otherwise, pauses or resumes it; its channel goes with it.
#[utoipa::path(patch, path = "/wechat-accounts/{id}", tag = "wechat", params(("id" = Id<WechatAccount>, Path)), request_body = WechatAccountChange, responses((status = 200, body = WechatAccountView)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<Id<WechatAccount>>,
    Json(request): Json<WechatAccountChange>,
) -> Answer<WechatAccountView> {
    let WechatAccountChange { version, details } = request;
    let view = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            let before = queries::setup(tx, id)?;
            let mut after = before.clone().with(&permit, details.clone())?;
            after.account.version = version + 1;
            queries::save(tx, &after.account)?;
            let state = match after.account.state {
                AccountState::Active => ChannelState::Active,
                AccountState::Paused => ChannelState::Paused,
            };
            channels::api::set(tx, &permit, after.account.channel_id, &after.account.name, state)?;
            let entry = Entry::new("wechat.account_changed", "wechat_account", id);
            audit::api::record(tx, entry.change(&before.account, &after.account))?;
            if before.secrets != after.secrets {
                queries::save_secrets(tx, &after.secrets)?;
                queries::forget_access_token(tx, id)?;
                audit::api::record(tx, Entry::new("wechat.secrets_changed", "wechat_account", id).created(&json!({})))?;
            }
            if before.account.base_url != after.account.base_url {
                queries::forget_access_token(tx, id)?;
            }
            tell::account(tx, &after.account)?;
            WechatAccountView::of(tx, after.account)
        })
        .await?;
    Ok(Json(view))
}
