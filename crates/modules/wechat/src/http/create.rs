//! Adding an account.

use audit::api::Entry;
use channels::ChannelKind;
use http::{Answer, Cx, Json};
use serde::Deserialize;
use utoipa::ToSchema;

use super::read::WechatAccountView;
use crate::{
    model::{AccountKind, Details, Setup},
    policy, queries, tell,
};

/// A new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWechatAccount {
    /// Which of the two it is.
    kind: AccountKind,
    /// What it is to be.
    details: Details,
}

/// Adds an account of WeChat or WeCom, and the channel its messages come by.
#[utoipa::path(post, path = "/wechat-accounts", tag = "wechat", request_body = NewWechatAccount, responses((status = 200, body = WechatAccountView)))]
pub(crate) async fn create(cx: Cx, Json(request): Json<NewWechatAccount>) -> Answer<WechatAccountView> {
    let NewWechatAccount { kind, details } = request;
    let view = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            let (id, now) = (tx.new_id(), tx.now());
            // Checked before the channel is opened, which is named after it.
            let mut setup = Setup::blank(kind, id, tx.new_id(), now).with(&permit, details.clone())?;
            let channel = channels::api::open(tx, &permit, channel_kind(kind), &setup.account.name)?;
            setup.account.channel_id = channel.id;
            queries::insert(tx, &setup)?;
            audit::api::record(tx, Entry::new("wechat.account_added", "wechat_account", id).created(&setup.account))?;
            tell::account(tx, &setup.account)?;
            WechatAccountView::of(tx, setup.account)
        })
        .await?;
    Ok(Json(view))
}

/// The kind of channel an account feeds.
pub(crate) const fn channel_kind(kind: AccountKind) -> ChannelKind {
    match kind {
        AccountKind::Wechat => ChannelKind::Wechat,
        AccountKind::Wecom => ChannelKind::Wecom,
    }
}
