//! The generic gateway: a signed call for each message.

use bytes::Bytes;
use delivery::{Carried, Refused, Why};
use futures_util::future::BoxFuture;
use http::App;
use kernel::{ChannelId, Result};
use openchannel::{
    Way,
    api::{OK, SIGNATURE, TIMESTAMP, note, noted},
};
use outbound::{Request, Verdict};
use serde::Serialize;
use serde_json::json;
use store::Tx;

use crate::{
    gateway::{Gateway, Outgoing},
    model::Setup,
    queries, single, smpp,
};

/// Bytes of an answer that are read.
const ANSWER: usize = 16 << 10;

/// Speaks by signed calls.
pub(crate) struct HttpDriver;

/// A message as it is posted.
#[derive(Serialize)]
struct Posted<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    id: &'a str,
    to: &'a str,
    from: &'a str,
    text: &'a str,
    parts: usize,
}

impl Gateway for HttpDriver {
    fn send<'a>(
        &'a self,
        app: &'a App,
        setup: &'a Setup,
        outgoing: &'a Outgoing,
    ) -> BoxFuture<'a, Result<Carried, Refused>> {
        Box::pin(async move {
            let gateway = &setup.gateway;
            let parts = smpp::cut(&outgoing.text, gateway.alphabet).1.len();
            let Outgoing { id, phone, text } = outgoing;
            let posted = Posted { kind: "message", id, to: phone, from: &gateway.number, text, parts };
            let body = serde_json::to_string(&posted).map_err(|error| Refused::never("other", error.to_string()))?;
            call(app, setup, body).await.map(|()| Carried::default())
        })
    }

    fn probe<'a>(&'a self, app: &'a App, setup: &'a Setup) -> BoxFuture<'a, Result<(), Why>> {
        Box::pin(async move {
            let body = json!({"type": "probe", "at": app.clock().now()});
            call(app, setup, body.to_string()).await.map_err(|refused| match refused {
                Refused::Later(why, _) | Refused::Never(why) => why,
            })
        })
    }
}

/// Calls the gateway with this, signed, and notes how that went.
async fn call(app: &App, setup: &Setup, body: String) -> Result<(), Refused> {
    let id = setup.gateway.channel_id;
    let target = match setup.gateway.http_target() {
        Some(Ok(target)) => target,
        Some(Err(_)) => return Err(Refused::never("forbidden_address", "")),
        None => return Err(Refused::never("no_callback", "")),
    };
    let secrets = app.db().read(&single::system(), move |tx| channels::api::secrets(tx, id)).await;
    let secrets = secrets.map_err(|error| Refused::later("trouble", error.to_string()))?;
    if secrets.is_empty() {
        return Err(Refused::never("no_secret", ""));
    }
    let now = app.clock().now();
    let mark = outbound::sign(&secrets, now, body.as_bytes());
    let request = Request::post(&target, Bytes::from(body)).with(TIMESTAMP, now.to_string()).with(SIGNATURE, mark);
    let verdict = outbound::judge(outbound::call(Request { most: ANSWER, ..request }).await);
    let (answer, trouble) = match verdict {
        Verdict::Taken(_) => (Ok(()), None),
        Verdict::Later { code, text, wait } => {
            (Err(Refused::Later(Why::new(code, text.clone()), wait)), Some((code, text)))
        }
        Verdict::Never { code, text } => (Err(Refused::never(code, text.clone())), Some((code, text))),
    };
    let (code, detail) = match &trouble {
        None => (OK.to_owned(), String::new()),
        Some((code, text)) => noted(code, text),
    };
    note(app, id, Way::Out, &code, &detail).await;
    if let Err(error) = app.db().write(&single::system(), move |tx| stands(tx, id, trouble.as_ref())).await {
        tracing::warn!(%error, "how a gateway was found could not be written down");
    }
    answer
}

fn stands(tx: &mut Tx<'_>, id: ChannelId, trouble: Option<&(&'static str, String)>) -> Result<()> {
    match trouble {
        None => {
            queries::stands(tx, id, None, (None, ""))?;
            queries::went(tx, id)
        }
        Some((code, text)) => queries::stands(tx, id, None, (Some(code), text)),
    }
}
