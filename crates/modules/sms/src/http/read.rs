//! Gateways as colleagues see them.

use channels::ChannelState;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{ChannelId, Page, PageQuery, Result, Timestamp};
use openchannel::Report;
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    model::{Driver, SmsGateway, SmsLink, Words},
    queries,
    smpp::Alphabet,
};

/// A gateway, and how it goes. What opens its line is nobody's to read.
#[derive(Serialize, ToSchema)]
pub(crate) struct SmsGatewayView {
    /// The channel.
    id: ChannelId,
    /// The name colleagues see.
    name: String,
    /// Whether it is on.
    state: ChannelState,
    /// How the two sides speak.
    driver: Driver,
    /// The path a gateway of signed calls calls below, on this host.
    #[schema(example = "/sms/wk_1")]
    path: String,
    /// The number or name messages come from; empty: whatever the gateway says.
    number: String,
    /// What goes before each text.
    prefix: String,
    /// Which letters are cheap.
    alphabet: Alphabet,
    /// Words by which somebody wants no more messages.
    opt_out_words: Words,
    /// Words by which they want them again.
    opt_in_words: Words,
    /// What they are answered, once; empty: nothing.
    opt_out_answer: String,
    /// What they are answered who want messages again; empty: nothing.
    opt_in_answer: String,
    /// Where messages are posted to; none: nothing goes out.
    url: Option<String>,
    /// The computer at the other end of the line.
    host: String,
    /// Its port.
    port: i64,
    /// Whether the line goes over TLS.
    tls: bool,
    /// Whether the other side may lie in a private network or on this machine, and be called without TLS.
    inside: bool,
    /// A certificate (PEM) that is believed besides those every computer believes.
    certificate: Option<String>,
    /// Who we are on the line.
    system_id: String,
    /// What kind of system.
    system_type: String,
    /// Messages under way on the line at once.
    in_flight: i64,
    /// Since when there is a secret to sign calls with; none without.
    secret_since: Option<Timestamp>,
    /// How the line stands, and when something came and went last.
    link: SmsLink,
    /// How calls and messages went, one for each outcome, the latest first.
    reports: Vec<Report>,
    /// Since when.
    created_at: Timestamp,
    /// Rises with each change; a change of an older version is refused.
    version: i64,
}

impl SmsGatewayView {
    pub(super) fn of(tx: &mut Tx<'_>, gateway: SmsGateway) -> Result<Self> {
        let id = gateway.channel_id;
        let channel = channels::api::get(tx, id)?;
        Ok(Self {
            id,
            name: channel.name,
            state: channel.state,
            driver: gateway.driver,
            path: format!("/sms/{}", channel.public_key),
            number: gateway.number,
            prefix: gateway.prefix,
            alphabet: gateway.alphabet,
            opt_out_words: gateway.opt_out_words,
            opt_in_words: gateway.opt_in_words,
            opt_out_answer: gateway.opt_out_answer,
            opt_in_answer: gateway.opt_in_answer,
            url: gateway.url,
            host: gateway.host,
            port: gateway.port,
            tls: gateway.tls,
            inside: gateway.inside,
            certificate: gateway.certificate,
            system_id: gateway.system_id,
            system_type: gateway.system_type,
            in_flight: gateway.in_flight,
            secret_since: channels::api::secret_since(tx, id)?,
            link: queries::link(tx, id)?,
            reports: openchannel::api::reports(tx, id)?,
            created_at: gateway.created_at,
            version: gateway.version,
        })
    }
}

/// Lists gateways, oldest first.
#[utoipa::path(get, path = "/sms-gateways", tag = "sms", params(PageQuery), responses((status = 200, body = Page<SmsGatewayView>)))]
pub(crate) async fn list(cx: Cx, Query(page): Query<PageQuery>) -> Answer<Page<SmsGatewayView>> {
    let (limit, after) = (page.limit()?, page.after()?);
    let rows = cx
        .read(move |tx| {
            let scope = channels::api::may_read(tx.actor())?;
            let rows = queries::list(tx, Some(&scope), &after, limit + 1)?;
            rows.into_iter().map(|row| SmsGatewayView::of(tx, row)).collect::<Result<Vec<_>>>()
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |row| (row.created_at.millis(), row.id.to_string()))))
}

/// One gateway.
#[utoipa::path(get, path = "/sms-gateways/{id}", tag = "sms", params(("id" = ChannelId, Path)), responses((status = 200, body = SmsGatewayView)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<ChannelId>) -> Answer<SmsGatewayView> {
    let view = cx
        .read(move |tx| {
            let _scope = channels::api::may_read(tx.actor())?;
            let gateway = queries::find(tx, id)?;
            SmsGatewayView::of(tx, gateway)
        })
        .await?;
    Ok(Json(view))
}
