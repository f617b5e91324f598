//! Pure decisions on orders.

/// WooCommerce's statuses, without `wc-`.
pub(crate) const STATUSES: [&str; 8] =
    ["pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "trash"];

/// Money has arrived and has not gone back.
pub(crate) fn is_paid(status: &str) -> bool {
    matches!(status, "processing" | "completed")
}

/// Payment may still complete an order in this status.
pub(crate) fn may_be_paid(status: &str) -> bool {
    matches!(status, "pending" | "on-hold" | "failed" | "cancelled" | "checkout-draft")
}

/// What a person reads.
pub(crate) fn status_name(status: &str) -> &str {
    match status {
        "pending" => "Pending payment",
        "processing" => "Processing",
        "on-hold" => "On hold",
        "completed" => "Completed",
        "cancelled" => "Cancelled",
        "refunded" => "Refunded",
        "failed" => "Failed",
        "trash" => "Trash",
        other => other,
    }
}
