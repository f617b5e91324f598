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
