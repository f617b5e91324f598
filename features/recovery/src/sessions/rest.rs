//! Capturing, and CartBay's sessions, over REST.

use http::Method;
use kernel::capability::MANAGE_WOOCOMMERCE;
use kernel::contracts::cartbay::CaptureEmail;
use kernel::{Fault, text};
use runtime::{Actor, Engine};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Access, Call, Reply, Routes};

use super::commands_capture::{self, Capture, Captured};
use super::model::{SessionDetail, SessionRow};
use super::{commands, queries};

/// A tick as JSON or a form sends it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Tick {
    /// JSON.
    Truth(bool),
    /// A form's field.
    Text(String),
}

impl Tick {
    fn read(&self) -> Result<bool, Fault> {
        match self {
            Self::Truth(truth) => Ok(*truth),
            Self::Text(text) => match text.as_str() {
                "1" | "true" | "on" | "yes" => Ok(true),
                "0" | "false" | "off" | "no" | "" => Ok(false),
                _ => Err(Fault::invalid("consent", "Use true or false.")),
            },
        }
    }
}

/// What a checkout sends when an address was left, or consent withdrawn.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CaptureBody {
    /// Address; may be left out when consent is withdrawn.
    #[serde(default)]
    email: String,
    /// Ticked. Without it nothing is kept.
    consent: Option<Tick>,
    /// Telephone.
    #[serde(default)]
    phone: String,
    /// Slug of the funnel.
    #[serde(default)]
    funnel: String,
}

/// The same with CartBay's arguments. The cart is the shop's own; what is sent of it is not read.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CartBayCaptureBody {
    /// Address; may be left out when consent is withdrawn.
    #[serde(default)]
    email: String,
    /// Ticked. Without it nothing is kept.
    consent: Option<Tick>,
    /// `classic` or `block`.
    #[serde(default)]
    source: String,
    /// Not read.
    #[serde(default, rename = "cart")]
    _cart: serde_json::Value,
    /// Not read: the cart's token says whose session it is.
    #[serde(default, rename = "session_id")]
    _session_id: serde_json::Value,
    /// Not read.
    #[serde(default, rename = "capture_token")]
    _capture_token: serde_json::Value,
}

/// What came of a capture.
#[derive(Debug, Serialize, JsonSchema)]
struct CaptureReply {
    /// Taken.
    success: bool,
    /// An address is kept with this cart.
    captured: bool,
    /// For people.
    message: &'static str,
}

/// What came of opening a restored cart.
#[derive(Debug, Serialize, JsonSchema)]
struct RestoredReply {
    /// Taken.
    success: bool,
    /// This visit is counted as a click; false when it was before, or the cart came from no link.
    confirmed: bool,
}

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::POST, "ocart/v1", "/checkout/capture")
        .summary("Capture the checkout's e-mail with its cart for recovery, or withdraw it")
        .access(Access::Shopper)
        .limit("capture", 60, 600)
        .body::<CaptureBody>()
        .replies::<CaptureReply>()
        .status(201)
        .also(200)
        .flow(|call: Call| async move {
            let body: CaptureBody = call.body()?;
            let consent = consent(body.consent.as_ref())?;
            let funnel = text::optional_line("funnel", &body.funnel, 191)?;
            let source = "classic".to_owned();
            capture(&call, Capture { email: body.email, phone: body.phone, consent, funnel, source }).await
        });
    routes
        .rest(Method::POST, "cartbay/v1", "/capture")
        .summary("Capture an e-mail with its cart, with CartBay's arguments")
        .access(Access::Shopper)
        .limit("capture", 60, 600)
        .body::<CartBayCaptureBody>()
        .replies::<CaptureReply>()
        .status(201)
        .also(200)
        .flow(|call: Call| async move {
            let body: CartBayCaptureBody = call.body()?;
            let consent = consent(body.consent.as_ref())?;
            let source = match body.source.as_str() {
                "" | "classic" => "classic",
                "block" => "block",
                _ => return Err(Fault::invalid("source", "Use classic or block.")),
            };
            let (phone, funnel, source) = (String::new(), String::new(), source.to_owned());
            capture(&call, Capture { email: body.email, phone, consent, funnel, source }).await
        });
    routes
        .rest(Method::POST, "ocart/v1", "/checkout/restored")
        .summary("Tell that a person has opened the cart that a restore link led to")
        .access(Access::Shopper)
        .limit("capture", 60, 600)
        .replies::<RestoredReply>()
        .flow(restored);
    sessions(routes);
}

/// What a page sends when its shopper has come by a restore link: mail scanners follow links too, but act on no page.
async fn restored(call: Call) -> Result<Reply, Fault> {
    let token = call.cart_token()?;
    let confirmed = match call.engine.host().cart(token).await? {
        Some(cart) => {
            call.engine
                .write(call.caller.actor(), move |tx| super::commands_restored::confirm(tx, &cart))
                .await?
        }
        None => false,
    };
    Ok(Reply::json(&RestoredReply { success: true, confirmed }))
}

fn consent(tick: Option<&Tick>) -> Result<bool, Fault> {
    tick.ok_or_else(|| Fault::missing("consent"))?.read()
}

async fn capture(call: &Call, request: Capture) -> Result<Reply, Fault> {
    let token = call.cart_token()?.to_owned();
    let outcome = with_cart(&call.engine, &token, call, request).await?;
    let (captured, message) = match outcome {
        Captured::Yes => (true, "Saved."),
        Captured::Withdrawn => (false, "Nothing is kept."),
        Captured::Off => (false, "Carts are not captured at the moment."),
    };
    let body = CaptureReply { success: outcome != Captured::Off, captured, message };
    Ok(if captured { Reply::created(&body) } else { Reply::json(&body) })
}

async fn with_cart(engine: &Engine, token: &str, call: &Call, request: Capture) -> Result<Captured, Fault> {
    // An address that is none is told before anything else is looked at.
    if request.consent {
        text::email("email", &request.email)?;
    }
    let Some(cart) = engine.host().cart(token).await? else {
        return Err(Fault::new(
            kernel::FaultKind::Invalid,
            "no_active_cart",
            "There is no such cart. Open the shop again and put something in.",
        ));
    };
    engine.write(call.caller.actor(), move |tx| commands_capture::capture(tx, &cart, &request)).await
}

/// A checkout's form was sent: the same as a capture, on the checkout's behalf.
pub(crate) async fn on_checkout(engine: Engine, request: CaptureEmail) -> Result<bool, Fault> {
    let Some(cart) = engine.host().cart(&request.cart_token).await? else { return Ok(false) };
    let capture = Capture {
        email: request.email,
        phone: String::new(),
        consent: request.consent,
        funnel: request.funnel,
        source: "classic".to_owned(),
    };
    let outcome =
        engine.write(Actor::system(), move |tx| commands_capture::capture(tx, &cart, &capture)).await?;
    Ok(outcome == Captured::Yes)
}

fn sessions(routes: &mut Routes) {
    routes
        .rest(Method::GET, "cartbay/v1", "/sessions")
        .summary("List sessions")
        .requires(MANAGE_WOOCOMMERCE)
        .paged()
        .query("status", "captured, abandoned, recovered, expired or suppressed.")
        .replies::<Vec<SessionRow>>()
        .read(|call, tx| {
            let paging = call.paging(&queries::ORDER_COLUMNS)?;
            let status = call.query("status").unwrap_or_default();
            Ok(Reply::list(&queries::list(tx, status, &paging)?, &paging))
        });
    routes
        .rest(Method::GET, "cartbay/v1", "/sessions/{id}")
        .summary("A session with its cart, events and messages")
        .requires(MANAGE_WOOCOMMERCE)
        .replies::<SessionDetail>()
        .read(|call, tx| Ok(Reply::json(&queries::detail(tx, call.id("id")?)?)));
    routes
        .rest(Method::POST, "cartbay/v1", "/sessions/{id}/expire")
        .summary("End a session: nothing more is sent for it")
        .requires(MANAGE_WOOCOMMERCE)
        .replies::<SessionDetail>()
        .unit(|call, tx| {
            let id = call.id("id")?;
            commands::expire(tx, id)?;
            Ok(Reply::json(&queries::detail(tx, id)?))
        });
    routes
        .rest(Method::DELETE, "cartbay/v1", "/sessions/{id}")
        .summary("Erase a session and all that was kept with it")
        .requires(MANAGE_WOOCOMMERCE)
        .replies::<SessionDetail>()
        .unit(|call, tx| {
            let id = call.id("id")?;
            let detail = queries::detail(tx, id)?;
            let session = super::store::get(tx, id)?;
            commands::erase(tx, &session)?;
            Ok(Reply::json(&detail))
        });
}
