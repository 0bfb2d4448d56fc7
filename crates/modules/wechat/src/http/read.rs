//! Accounts as colleagues see them.

use http::{Answer, Cx, Json, Path, Query};
use kernel::{Id, Page, PageQuery};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    model::{WechatAccount, WechatCalls},
    policy, queries,
};

/// An account, and how calls of WeChat to us and ours to it go. Its secrets are nobody's to read.
#[derive(Serialize, ToSchema)]
pub(crate) struct WechatAccountView {
    /// The account.
    #[serde(flatten)]
    account: WechatAccount,
    /// How calls go.
    calls: WechatCalls,
}

impl WechatAccountView {
    pub(crate) fn of(tx: &mut store::Tx<'_>, account: WechatAccount) -> kernel::Result<Self> {
        Ok(Self { calls: queries::calls(tx, account.id)?, account })
    }
}

/// Lists accounts, oldest first.
#[utoipa::path(get, path = "/wechat-accounts", tag = "wechat", params(PageQuery), responses((status = 200, body = Page<WechatAccountView>)))]
pub(crate) async fn list(cx: Cx, Query(page): Query<PageQuery>) -> Answer<Page<WechatAccountView>> {
    let (limit, after) = (page.limit()?, page.after()?);
    let rows = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let calls = queries::all_calls(tx)?;
            let rows = queries::list(tx, scope.is_all(), &after, limit + 1)?;
            let of = |id: Id<WechatAccount>| calls.iter().find(|calls| calls.account_id == id).cloned();
            let view = |account: WechatAccount| WechatAccountView {
                calls: of(account.id).unwrap_or_else(|| WechatCalls::none(account.id)),
                account,
            };
            Ok(rows.into_iter().map(view).collect())
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |row: &WechatAccountView| {
        (row.account.created_at.millis(), row.account.id.to_string())
    })))
}

/// One account.
#[utoipa::path(get, path = "/wechat-accounts/{id}", tag = "wechat", params(("id" = Id<WechatAccount>, Path)), responses((status = 200, body = WechatAccountView)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<WechatAccount>>) -> Answer<WechatAccountView> {
    let view = cx
        .read(move |tx| {
            let _scope = policy::may_read(tx.actor())?;
            let account = queries::find(tx, id)?;
            WechatAccountView::of(tx, account)
        })
        .await?;
    Ok(Json(view))
}
