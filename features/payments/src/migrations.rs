//! Tables of payments.

use runtime::{Migration, Step};

/// Attempts, saved methods, refunds.
pub const MIGRATIONS: &[Migration] = &[PAYMENTS, GATEWAY_KEYS];

/// What a gateway knows an attempt or a refund by: drawn for each, so that neither another installation nor a restored
/// database ever asks for the same again. Rows from before are known by their own key.
const GATEWAY_KEYS: Migration = Migration {
    id: "20261128_30_gateway_keys",
    steps: &[
        Step::Column { table: "cartwright_payment_attempts", name: "gateway_key", definition: "{ASCII:64}" },
        Step::Column { table: "cartwright_payment_refunds", name: "gateway_key", definition: "{ASCII:64}" },
        Step::Index {
            table: "cartwright_payment_attempts",
            name: "cartwright_payment_attempts_gateway_key",
            columns: "gateway_key",
            unique: true,
        },
    ],
};

const PAYMENTS: Migration = Migration {
    id: "20261121_30_payments",
    steps: &[
        Step::Table {
            name: "cartwright_payment_attempts",
            columns: "id {ID}, attempt_key {ASCII:191} NOT NULL, order_id {BIGINT} NOT NULL, gateway {ASCII:60} NOT NULL, \
                      amount {BIGINT} NOT NULL, currency {ASCII:3} NOT NULL, state {ASCII:20} NOT NULL, \
                      transaction_id {ASCII:191} NOT NULL, challenge {TEXT:500} NOT NULL, code {TEXT:100} NOT NULL, \
                      message {TEXT:300} NOT NULL, source_kind {ASCII:10} NOT NULL, source_method {TEXT:191} NOT NULL, \
                      save_method {BOOL} NOT NULL, customer {BIGINT} NOT NULL, saved_method {TEXT:191} NOT NULL, \
                      method_label {TEXT:191} NOT NULL, description {TEXT:191} NOT NULL, return_url {TEXT:500} NOT NULL, \
                      refunded {BIGINT} NOT NULL, claimed_by {ASCII:36}, claimed_until {TIME}, \
                      created_at {TIME} NOT NULL, updated_at {TIME} NOT NULL, UNIQUE (attempt_key)",
        },
        Step::Index {
            table: "cartwright_payment_attempts",
            name: "cartwright_payment_attempts_order",
            columns: "order_id",
            unique: false,
        },
        Step::Index {
            table: "cartwright_payment_attempts",
            name: "cartwright_payment_attempts_state",
            columns: "state, updated_at",
            unique: false,
        },
        Step::Index {
            table: "cartwright_payment_attempts",
            name: "cartwright_payment_attempts_transaction",
            columns: "transaction_id",
            unique: false,
        },
        Step::Table {
            name: "cartwright_payment_methods",
            columns: "id {ID}, order_id {BIGINT} NOT NULL, customer {BIGINT} NOT NULL, gateway {ASCII:60} NOT NULL, \
                      token {TEXT:191} NOT NULL, label {TEXT:191} NOT NULL, created_at {TIME} NOT NULL, \
                      UNIQUE (order_id, gateway, token)",
        },
        Step::Table {
            name: "cartwright_payment_refunds",
            columns: "id {ID}, refund_key {ASCII:191} NOT NULL, order_id {BIGINT} NOT NULL, attempt_id {BIGINT} NOT NULL, \
                      amount {BIGINT} NOT NULL, currency {ASCII:3} NOT NULL, state {ASCII:20} NOT NULL, \
                      gateway_refund_id {ASCII:191} NOT NULL, code {TEXT:100} NOT NULL, message {TEXT:300} NOT NULL, \
                      claimed_by {ASCII:36}, claimed_until {TIME}, created_at {TIME} NOT NULL, updated_at {TIME} NOT NULL, \
                      UNIQUE (refund_key)",
        },
        Step::Index {
            table: "cartwright_payment_refunds",
            name: "cartwright_payment_refunds_attempt",
            columns: "attempt_id, state",
            unique: false,
        },
        Step::Index {
            table: "cartwright_payment_refunds",
            name: "cartwright_payment_refunds_state",
            columns: "state, updated_at",
            unique: false,
        },
    ],
};
