//! Calls in the gateway's name: signed as Stripe signs its own, see <https://docs.stripe.com/webhooks/signature>.
//!
//! The header `test-gateway-signature` reads `t=1700000000,v1=HEX`: the time, and HMAC-SHA-256 under the agreed secret of the
//! time, a dot and the body. The body is `{"key": "…"}`, the key of the charge it is about. The gateway makes none by
//! itself; whoever plays it does.

use kernel::{Fault, FaultKind, hash};
use runtime::ports::Webhook;
use serde::Deserialize;

/// Where the signature stands.
pub const HEADER: &str = "test-gateway-signature";
/// Seconds that a call may be old, or ahead of our clock.
pub const TOLERANCE: i64 = 300;

#[derive(Deserialize)]
struct Body {
    key: Option<String>,
}

/// Checks the signature and reads which charge it is about. 401 when it does not fit or is too old, 400 when the body is
/// not a JSON object.
pub fn read(secret: &str, webhook: &Webhook) -> Result<Option<String>, Fault> {
    let signature = webhook.headers.get(HEADER).map_or("", String::as_str);
    let part = |name: &str| signature.split(',').find_map(|part| part.strip_prefix(name)).unwrap_or_default();
    let time = part("t=");
    let sent: i64 = time.parse().map_err(|_| refused())?;
    if webhook.at.unix().saturating_sub(sent).saturating_abs() > TOLERANCE {
        return Err(refused());
    }
    let signed = [time.as_bytes(), b".", &webhook.body].concat();
    if !hash::same(&hash::hmac_sha256(secret.as_bytes(), &signed), part("v1=")) {
        return Err(refused());
    }
    let body: Body = serde_json::from_slice(&webhook.body)
        .map_err(|_| Fault::invalid("body", "Send a JSON object with the key of a charge."))?;
    Ok(body.key.filter(|key| !key.is_empty()))
}

fn refused() -> Fault {
    Fault::new(
        FaultKind::Unauthenticated,
        "webhook_signature",
        "The signature does not fit, or it is more than five minutes old. Sign the call again.",
    )
}
