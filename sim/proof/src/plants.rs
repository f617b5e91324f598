//! Faults planted on purpose, so that the auditor shows that it can see. Each alters a statement of the program or the
//! behaviour of a port; none of it is in the program itself.

/// A planted fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plant {
    /// Two refunds of one payment: the second overwrites what the first has counted.
    LostUpdate,
    /// Orders have no unique key: a repeat writes a second one.
    MissingUniqueKey,
    /// A letter whose fate is unknown is sent again.
    DoubleSend,
    /// A balance is one point too high.
    BalanceOffByOne,
    /// Events are handed on after the commit instead of with it.
    OutboxOutsideTransaction,
    /// The bank is asked without the attempt's key.
    ChargeWithoutKey,
    /// The bank is asked for a refund without its key.
    RefundWithoutKey,
    /// A payment that another holds is taken all the same, by the offer and by payments: either's lease alone is enough.
    LeaseIgnored,
    /// A delivered event is not marked as delivered.
    DeliveryNotMarked,
    /// Idempotency keys are not looked up.
    ReplayForgotten,
}

/// All, with the names under which they are asked for.
pub const PLANTS: [(&str, Plant); 10] = [
    ("lost-update", Plant::LostUpdate),
    ("missing-unique-key", Plant::MissingUniqueKey),
    ("double-send", Plant::DoubleSend),
    ("balance-off-by-one", Plant::BalanceOffByOne),
    ("outbox-outside-transaction", Plant::OutboxOutsideTransaction),
    ("charge-without-key", Plant::ChargeWithoutKey),
    ("refund-without-key", Plant::RefundWithoutKey),
    ("lease-ignored", Plant::LeaseIgnored),
    ("delivery-not-marked", Plant::DeliveryNotMarked),
    ("replay-forgotten", Plant::ReplayForgotten),
];

/// Where the deliveries of [`Plant::OutboxOutsideTransaction`] wait until they are handed on.
pub const ASIDE: &str = "cartwright_deliveries_aside";

impl Plant {
    /// The statement as the fault has it.
    #[must_use]
    pub fn altered(self, text: &str) -> Option<String> {
        let (table, from, to) = match self {
            Self::LostUpdate => (
                "cartwright_payment_attempts SET refunded = refunded + ?",
                "refunded = refunded + ?",
                "refunded = ?",
            ),
            Self::MissingUniqueKey if text.contains("SELECT id FROM {p}cartwright_order_records") => {
                ("cartwright_order_records", "idempotency_key = ?", "idempotency_key = ? AND 1 = 0")
            }
            Self::MissingUniqueKey => (
                "INSERT INTO {p}cartwright_order_records",
                "VALUES (?,",
                "VALUES (? || '#' || (SELECT COUNT(*) FROM {p}cartwright_order_records),",
            ),
            Self::DoubleSend => (
                "UPDATE {p}cartwright_messages SET state = ?, subject",
                "state = ?,",
                "state = REPLACE(?, 'unknown', 'queued'),",
            ),
            Self::BalanceOffByOne => (
                "UPDATE {p}oloyalty_members SET points_balance = ?",
                "points_balance = ?",
                "points_balance = ? + 1",
            ),
            Self::OutboxOutsideTransaction => (
                "INSERT INTO {p}cartwright_deliveries",
                "{p}cartwright_deliveries",
                "{p}cartwright_deliveries_aside",
            ),
            Self::LeaseIgnored if text.contains("{p}cartwright_upsell_attempts") => (
                "UPDATE {p}cartwright_upsell_attempts SET held_until = ?",
                "held_until < ?)",
                "held_until < ? OR 1 = 1)",
            ),
            Self::LeaseIgnored => (
                "UPDATE {p}cartwright_payment_attempts SET claimed_by = ?",
                "claimed_until < ?)",
                "claimed_until < ? OR 1 = 1)",
            ),
            Self::DeliveryNotMarked => {
                ("UPDATE {p}cartwright_deliveries SET state = 'done'", "state = 'done'", "state = 'pending'")
            }
            Self::ReplayForgotten => (
                "FROM {p}cartwright_replays WHERE scope = ?",
                "scope = ? AND idempotency_key = ?",
                "scope = ? AND idempotency_key = ? AND 1 = 0",
            ),
            Self::ChargeWithoutKey | Self::RefundWithoutKey => return None,
        };
        text.contains(table).then(|| text.replacen(from, to, 1))
    }
}
