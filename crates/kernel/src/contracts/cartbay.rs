//! CartBay's session statuses and metadata names.

/// `created_via` of a session order.
pub const CREATED_VIA: &str = "cartbay";
/// Consented and captured.
pub const CAPTURED: &str = "cartbay-captured";
/// Idle beyond the timeout.
pub const ABANDONED: &str = "cartbay-abandoned";
/// A later order matched.
pub const RECOVERED: &str = "cartbay-recovered";
/// Past retention.
pub const EXPIRED: &str = "cartbay-expired";
/// Unsubscribed or suppressed.
pub const SUPPRESSED: &str = "cartbay-suppressed";

/// The address a shopper has consented to leave with this cart, so that a checkout can show it again.
#[derive(Debug, Clone)]
pub struct CapturedEmail {
    /// The cart's token, which only its own browser knows.
    pub cart_token: String,
}

impl crate::Request for CapturedEmail {
    const NAME: &'static str = "cartbay/captured_email";
    type Reply = Option<String>;
}

/// Keeps the typed address with its cart when the shopper has consented, or forgets it when not: what a checkout's form
/// does for shoppers without scripts.
#[derive(Debug, Clone)]
pub struct CaptureEmail {
    /// The cart's token, which only its own browser knows.
    pub cart_token: String,
    /// The typed address.
    pub email: String,
    /// The box is ticked.
    pub consent: bool,
    /// Slug of the funnel.
    pub funnel: String,
}

impl crate::Request for CaptureEmail {
    const NAME: &'static str = "cartbay/capture_email";
    type Reply = bool;
}
