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
    /// A refund leaves the order all of its points.
    RefundKeepsPoints,
}

/// All, with the names under which they are asked for.
pub const PLANTS: [(&str, Plant); 11] = [
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
    ("refund-keeps-points", Plant::RefundKeepsPoints),
];

/// Where the deliveries of [`Plant::OutboxOutsideTransaction`] wait until they are handed on.
pub const ASIDE: &str = "cartwright_deliveries_aside";

impl Plant {
    /// What of a finding shows this fault: the one of these that it holds. Whatever else goes wrong in the world
    /// shows something else, and does not count.
    #[must_use]
    pub const fn betrayed_by(self) -> &'static [&'static str] {
        match self {
            Self::LostUpdate => &["payments.refunds: "],
            Self::MissingUniqueKey => &[" were paid by one charge"],
            Self::DoubleSend => &[" is sent and was taken 2 times"],
            Self::BalanceOffByOne => &["member.balance: "],
            Self::OutboxOutsideTransaction => &["an event of the outbox has no delivery"],
            Self::ChargeWithoutKey => &[" belongs to no order"],
            Self::RefundWithoutKey => &["the bank says "],
            Self::LeaseIgnored => &["was asked for by two at once"],
            Self::DeliveryNotMarked => &["the world does not come to rest"],
            Self::ReplayForgotten => &["was sent again under "],
            Self::RefundKeepsPoints => &[" are kept, its refunds leave "],
        }
    }

    /// True when a finding shows this fault.
    #[must_use]
    pub fn is_betrayed_by(self, finding: &str) -> bool {
        self.betrayed_by().iter().any(|part| finding.contains(part))
    }

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
            // An award of a later state than every order's: nothing that happens to the order moves it any more.
            Self::RefundKeepsPoints => (
                "kept, order_version, local_day, expires_at FROM {p}cartwright_point_awards",
                "kept, order_version,",
                "kept, 4000000000 AS order_version,",
            ),
            Self::ChargeWithoutKey | Self::RefundWithoutKey => return None,
        };
        text.contains(table).then(|| text.replacen(from, to, 1))
    }
}
