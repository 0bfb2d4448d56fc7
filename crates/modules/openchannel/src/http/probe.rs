//! Trying the callback address.

use audit::api::Entry;
use bytes::Bytes;
use delivery::Refused;
use http::{Answer, Cx, Json, Path};
use kernel::ChannelId;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::{
    carrier::{Line, judge},
    model::Way,
    queries,
    reports::note,
};

/// How a test call went.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenChannelProbe {
    /// What stands in the way: `timeout`, `http`, `no_callback`, …; none: nothing.
    trouble: Option<String>,
    /// More of it, or what the other side said.
    detail: String,
    /// How long it took, in milliseconds.
    took_ms: i64,
}

/// Calls the callback address with a test, signed as messages are: `{"type":"probe"}`.
#[utoipa::path(post, path = "/open-channels/{id}/probe", tag = "open", params(("id" = ChannelId, Path)), responses((status = 200, body = OpenChannelProbe)))]
pub(crate) async fn probe(cx: Cx, Path(id): Path<ChannelId>) -> Answer<OpenChannelProbe> {
    cx.write(move |tx| {
        let _permit = channels::api::may_manage(tx.actor(), tx.now())?;
        queries::find(tx, id)?;
        audit::api::record(tx, Entry::new("openchannel.tried", "channel", id).created(&json!({})))
    })
    .await?;
    let app = cx.app();
    let began = app.clock().now();
    let verdict = match Line::to(app, id).await? {
        Ok(line) => {
            let body = json!({"type": "probe", "channel_id": id, "at": began});
            let (verdict, code, detail) = judge(line.call(app, Bytes::from(body.to_string())).await);
            note(app, id, Way::Out, &code, &detail).await;
            verdict
        }
        Err(refused) => Err(refused),
    };
    let took_ms = app.clock().now().since(began).max(0);
    let (trouble, detail) = match verdict {
        Ok(_) => (None, String::new()),
        Err(Refused::Later(why, _) | Refused::Never(why)) => (Some(why.code.to_owned()), why.text),
    };
    Ok(Json(OpenChannelProbe { trouble, detail, took_ms }))
}
