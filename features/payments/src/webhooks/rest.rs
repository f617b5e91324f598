//! `ocart/v1/webhooks/{gateway}`.

use http::Method;
use kernel::Fault;
use runtime::ports::Webhook;
use web::{Access, Call, Reply, Routes};

use super::model::Received;
use crate::charges::commands_webhook::look_again;

/// Far more than any gateway sends about one charge.
const BODY_BYTES: usize = 256 * 1024;

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::POST, "ocart/v1", "/webhooks/{gateway}")
        .summary("A payment gateway says that something has become of a charge. Signed by the gateway.")
        .access(Access::Signed)
        .body_limit(BODY_BYTES)
        .replies::<Received>()
        .also(404)
        .also(503)
        .flow(receive);
}

async fn receive(call: Call) -> Result<Reply, Fault> {
    let name = call.parameter("gateway").to_owned();
    let gateway = call.engine.gateway(&name).map_err(|_| Fault::not_found("gateway"))?;
    let text = |value: &http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
    let webhook = Webhook {
        headers: call.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
        body: call.raw_body.to_vec(),
        at: call.engine.now(),
    };
    if let Some(key) = gateway.read_webhook(&webhook)? {
        look_again(&call.engine, &name, key).await?;
    }
    Ok(Reply::json(&Received { received: true }))
}
