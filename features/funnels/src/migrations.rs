//! Tables of funnels.

use runtime::{Migration, Step};

/// Funnels, their steps, offers, what became of each offer, and the two machines that charge.
pub const MIGRATIONS: &[Migration] = &[FUNNELS, QUOTES];

/// What the buyer was shown last that an offer comes to.
const QUOTES: Migration = Migration {
    id: "20261128_40_upsell_quotes",
    steps: &[Step::Table {
        name: "cartwright_upsell_quotes",
        columns: "order_id {BIGINT} NOT NULL, offer_id {BIGINT} NOT NULL, amount_minor {BIGINT} NOT NULL, \
                  currency {ASCII:3} NOT NULL, PRIMARY KEY (order_id, offer_id)",
    }],
};

const FUNNELS: Migration = Migration {
    id: "20261121_40_funnels",
    steps: &[
        Step::Table {
            name: "ocart_funnels",
            columns: "id {ID}, name {TEXT:200} NOT NULL, slug {TEXT:191} NOT NULL, status {ASCII:20} NOT NULL, \
                      trigger_rules {LONG} NOT NULL, settings {LONG} NOT NULL, created_at {TIME} NOT NULL, \
                      updated_at {TIME} NOT NULL, UNIQUE (slug)",
        },
        Step::Table {
            name: "ocart_funnel_steps",
            columns: "id {ID}, funnel_id {BIGINT} NOT NULL, type {ASCII:20} NOT NULL, position {INT} NOT NULL, \
                      branch {ASCII:20} NOT NULL, offer_id {BIGINT} NOT NULL, enabled {BOOL} NOT NULL, \
                      accepted_target_step_id {BIGINT}, declined_target_step_id {BIGINT}, settings {LONG} NOT NULL, \
                      created_at {TIME} NOT NULL, updated_at {TIME} NOT NULL",
        },
        Step::Index {
            table: "ocart_funnel_steps",
            name: "ocart_funnel_steps_order",
            columns: "funnel_id, position",
            unique: false,
        },
        Step::Index {
            table: "ocart_funnel_steps",
            name: "ocart_funnel_steps_offer",
            columns: "offer_id",
            unique: false,
        },
        Step::Table {
            name: "ocart_offers",
            columns: "id {ID}, type {ASCII:20} NOT NULL, name {TEXT:200} NOT NULL, status {ASCII:20} NOT NULL, \
                      product_id {BIGINT} NOT NULL, variation_id {BIGINT} NOT NULL, quantity {INT} NOT NULL, \
                      pricing_rule {LONG} NOT NULL, targeting_rules {LONG} NOT NULL, display_config {LONG} NOT NULL, \
                      created_at {TIME} NOT NULL, updated_at {TIME} NOT NULL",
        },
        // One row for what was shown and one for what was chosen; the key makes a second showing or a replay the same
        // row. Attempts to charge have a table of their own, since a declined card may be followed by another try.
        Step::Table {
            name: "ocart_offer_events",
            columns: "id {ID}, offer_id {BIGINT} NOT NULL, funnel_id {BIGINT} NOT NULL, step_id {BIGINT} NOT NULL, \
                      event_type {ASCII:20} NOT NULL, session_token {ASCII:64} NOT NULL, order_id {BIGINT} NOT NULL, \
                      child_order_id {BIGINT} NOT NULL, idempotency_key {ASCII:36} NOT NULL, amount_minor {BIGINT} NOT NULL, \
                      currency {ASCII:3} NOT NULL, created_at {TIME} NOT NULL, UNIQUE (idempotency_key)",
        },
        Step::Index {
            table: "ocart_offer_events",
            name: "ocart_offer_events_offer",
            columns: "offer_id, event_type",
            unique: false,
        },
        Step::Index {
            table: "ocart_offer_events",
            name: "ocart_offer_events_order",
            columns: "order_id",
            unique: false,
        },
        Step::Table {
            name: "cartwright_upsell_attempts",
            columns: "id {ID}, attempt_key {ASCII:100} NOT NULL, order_id {BIGINT} NOT NULL, offer_id {BIGINT} NOT NULL, \
                      step_id {BIGINT} NOT NULL, funnel_id {BIGINT} NOT NULL, attempt {INT} NOT NULL, state {ASCII:20} NOT NULL, \
                      product_id {BIGINT} NOT NULL, variation_id {BIGINT} NOT NULL, quantity {INT} NOT NULL, \
                      unit_price {DECIMAL} NOT NULL, amount_minor {BIGINT} NOT NULL, currency {ASCII:3} NOT NULL, \
                      transaction_id {TEXT:191} NOT NULL, child_order_id {BIGINT} NOT NULL, challenge {LONG} NOT NULL, \
                      message {TEXT:400} NOT NULL, held_until {TIME}, created_at {TIME} NOT NULL, updated_at {TIME} NOT NULL, \
                      UNIQUE (attempt_key), UNIQUE (order_id, offer_id, attempt)",
        },
        Step::Index {
            table: "cartwright_upsell_attempts",
            name: "cartwright_upsell_attempts_state",
            columns: "state, updated_at",
            unique: false,
        },
        // A cart has one checkout at a time: `open_key` is its token until it is paid, then NULL.
        Step::Table {
            name: "cartwright_checkouts",
            columns: "id {ID}, cart_token {ASCII:64} NOT NULL, open_key {ASCII:64}, funnel_id {BIGINT} NOT NULL, \
                      state {ASCII:20} NOT NULL, document {LONG} NOT NULL, attempt {INT} NOT NULL, \
                      attempt_key {ASCII:100} NOT NULL, revision {INT} NOT NULL, order_hash {ASCII:64} NOT NULL, \
                      order_id {BIGINT} NOT NULL, challenge {LONG} NOT NULL, message {TEXT:400} NOT NULL, held_until {TIME}, \
                      created_at {TIME} NOT NULL, updated_at {TIME} NOT NULL, UNIQUE (open_key)",
        },
        Step::Index {
            table: "cartwright_checkouts",
            name: "cartwright_checkouts_cart",
            columns: "cart_token",
            unique: false,
        },
        Step::Index {
            table: "cartwright_checkouts",
            name: "cartwright_checkouts_state",
            columns: "state, updated_at",
            unique: false,
        },
        Step::Index {
            table: "cartwright_checkouts",
            name: "cartwright_checkouts_order",
            columns: "order_id",
            unique: false,
        },
    ],
};
