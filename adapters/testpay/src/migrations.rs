//! The gateway's own tables.

use db::{Migration, Step};

/// Charges and refunds, as the gateway has them.
pub const MIGRATIONS: &[Migration] = &[Migration {
    id: "20261121_31_test_gateway",
    steps: &[
        Step::Table {
            name: "cartwright_test_gateway_charges",
            columns: "id {ID}, charge_key {ASCII:191} NOT NULL, amount {BIGINT} NOT NULL, currency {ASCII:3} NOT NULL, \
                      state {ASCII:20} NOT NULL, code {ASCII:60} NOT NULL, message {TEXT:300} NOT NULL, \
                      transaction_id {ASCII:60} NOT NULL, saved_method {ASCII:60}, method_label {TEXT:60} NOT NULL, \
                      description {TEXT:191} NOT NULL, refunded {BIGINT} NOT NULL, created_at {TIME} NOT NULL, \
                      UNIQUE (charge_key), UNIQUE (transaction_id)",
        },
        Step::Index {
            table: "cartwright_test_gateway_charges",
            name: "cartwright_test_gateway_methods",
            columns: "saved_method",
            unique: false,
        },
        Step::Table {
            name: "cartwright_test_gateway_refunds",
            columns: "id {ID}, refund_key {ASCII:191} NOT NULL, charge_id {BIGINT} NOT NULL, amount {BIGINT} NOT NULL, \
                      currency {ASCII:3} NOT NULL, refund_id {ASCII:60} NOT NULL, created_at {TIME} NOT NULL, \
                      UNIQUE (refund_key), UNIQUE (refund_id)",
        },
    ],
}];
