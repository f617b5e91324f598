//! Tables of the feature.

use runtime::{Migration, Sql, Step};

/// OCart's cart, sequence, run, suppression and deliverability tables, and the working truth behind CartBay's sessions.
pub const MIGRATIONS: &[Migration] =
    &[CARTS, SESSIONS, RUNS, CONTACTS, RESTORED_CARTS, CONSENTS, MESSAGES, ORDERS_BEFORE];

const CARTS: Migration = Migration {
    id: "20261121_50_recovery_carts",
    steps: &[
        Step::Table {
            name: "ocart_carts",
            columns: "id {ID}, session_token {ASCII:128} NOT NULL, email {TEXT:254} NOT NULL, \
                      email_hash {ASCII:64} NOT NULL, phone {TEXT:40} NOT NULL, items {LONG} NOT NULL, \
                      totals {LONG} NOT NULL, total {BIGINT} NOT NULL, currency {ASCII:3} NOT NULL, \
                      item_count {BIGINT} NOT NULL, status {ASCII:20} NOT NULL, session_id {BIGINT} NOT NULL, \
                      order_id {BIGINT} NOT NULL, created_at {TIME} NOT NULL, updated_at {TIME} NOT NULL, \
                      last_activity_at {TIME} NOT NULL, snapshot_at {TIME} NOT NULL, abandoned_at {TIME}, UNIQUE (session_token)",
        },
        Step::Index {
            table: "ocart_carts",
            name: "ocart_carts_status",
            columns: "status, last_activity_at",
            unique: false,
        },
    ],
};

const SESSIONS: Migration = Migration {
    id: "20261121_51_recovery_sessions",
    steps: &[
        Step::Table {
            name: "cartwright_sessions",
            columns: "id {ID}, version {BIGINT} NOT NULL, cart_id {BIGINT} NOT NULL, cart_token {ASCII:128} NOT NULL, \
                      email {TEXT:254} NOT NULL, email_hash {ASCII:64} NOT NULL, phone {TEXT:40} NOT NULL, \
                      state {ASCII:20} NOT NULL, close_reason {ASCII:40} NOT NULL, source {ASCII:20} NOT NULL, \
                      funnel {TEXT:191} NOT NULL, consent {BOOL} NOT NULL, consent_text {TEXT:500} NOT NULL, \
                      consent_at {TIME} NOT NULL, cart_hash {TEXT:191} NOT NULL, fingerprint {ASCII:64} NOT NULL, \
                      cart_total {BIGINT} NOT NULL, currency {ASCII:3} NOT NULL, cart_item_count {BIGINT} NOT NULL, \
                      cart_snapshot {LONG} NOT NULL, captured_at {TIME} NOT NULL, last_activity_at {TIME} NOT NULL, \
                      abandoned_at {TIME}, closed_at {TIME}, closed_order_id {BIGINT} NOT NULL, recovered_at {TIME}, \
                      recovered_order_id {BIGINT} NOT NULL, recovered_revenue {BIGINT} NOT NULL, \
                      restore_clicked_at {TIME}, restore_result {LONG} NOT NULL, coupon_code {TEXT:100} NOT NULL, \
                      coupon_expires_at {TIME}, updated_at {TIME} NOT NULL",
        },
        Step::Index {
            table: "cartwright_sessions",
            name: "cartwright_sessions_email",
            columns: "email_hash, state",
            unique: false,
        },
        Step::Index {
            table: "cartwright_sessions",
            name: "cartwright_sessions_cart",
            columns: "cart_token, state",
            unique: false,
        },
        Step::Index {
            table: "cartwright_sessions",
            name: "cartwright_sessions_state",
            columns: "state, last_activity_at",
            unique: false,
        },
        Step::Index {
            table: "cartwright_sessions",
            name: "cartwright_sessions_captured",
            columns: "captured_at",
            unique: false,
        },
        Step::Table {
            name: "cartwright_session_events",
            columns: "id {ID}, session_id {BIGINT} NOT NULL, seq {BIGINT} NOT NULL, event {ASCII:40} NOT NULL, \
                      data {LONG} NOT NULL, created_at {TIME} NOT NULL, UNIQUE (session_id, seq)",
        },
        Step::Index {
            table: "cartwright_session_events",
            name: "cartwright_session_events_event",
            columns: "event, created_at",
            unique: false,
        },
        Step::Table {
            name: "cartwright_session_carts",
            columns: "id {ID}, session_id {BIGINT} NOT NULL, message_id {BIGINT} NOT NULL, \
                      cart_token {ASCII:128} NOT NULL, created_at {TIME} NOT NULL",
        },
        Step::Index {
            table: "cartwright_session_carts",
            name: "cartwright_session_carts_token",
            columns: "cart_token, created_at",
            unique: false,
        },
        Step::Index {
            table: "cartwright_session_carts",
            name: "cartwright_session_carts_session",
            columns: "session_id",
            unique: false,
        },
        Step::Table {
            name: "cartwright_tokens",
            columns: "id {ID}, hash {ASCII:64} NOT NULL, kind {ASCII:20} NOT NULL, session_id {BIGINT} NOT NULL, \
                      message_id {BIGINT} NOT NULL, contact_hash {ASCII:64} NOT NULL, masked {TEXT:254} NOT NULL, \
                      expires_at {TIME}, created_at {TIME} NOT NULL, UNIQUE (hash)",
        },
        Step::Index {
            table: "cartwright_tokens",
            name: "cartwright_tokens_session",
            columns: "session_id, kind",
            unique: false,
        },
    ],
};

const RUNS: Migration = Migration {
    id: "20261121_52_recovery_runs",
    steps: &[
        Step::Table {
            name: "ocart_recovery_sequences",
            columns: "id {ID}, name {TEXT:191} NOT NULL, trigger_type {ASCII:30} NOT NULL, steps {LONG} NOT NULL, \
                      status {ASCII:20} NOT NULL, created_at {TIME} NOT NULL, updated_at {TIME} NOT NULL",
        },
        // The delay counts from the moment of abandonment: this one goes at once, thirty minutes after the last activity.
        Step::Statement(Sql::pair(
            "INSERT OR IGNORE INTO {p}ocart_recovery_sequences (id, name, trigger_type, steps, status, created_at, updated_at) \
             VALUES (1, 'Abandoned cart', 'cart_abandoned', \
             '[{\"channel\":\"email\",\"delay_min\":0,\"template\":\"cart_nudge_1\"}]', 'active', \
             '2026-11-21 00:00:00', '2026-11-21 00:00:00')",
            "INSERT IGNORE INTO {p}ocart_recovery_sequences (id, name, trigger_type, steps, status, created_at, updated_at) \
             VALUES (1, 'Abandoned cart', 'cart_abandoned', \
             '[{\"channel\":\"email\",\"delay_min\":0,\"template\":\"cart_nudge_1\"}]', 'active', \
             '2026-11-21 00:00:00', '2026-11-21 00:00:00')",
        )),
        Step::Table {
            name: "ocart_recovery_runs",
            columns: "id {ID}, cart_id {BIGINT} NOT NULL, session_id {BIGINT} NOT NULL, sequence_id {BIGINT} NOT NULL, \
                      email_hash {ASCII:64} NOT NULL, steps {LONG} NOT NULL, current_step {BIGINT} NOT NULL, \
                      status {ASCII:20} NOT NULL, stop_reason {ASCII:40} NOT NULL, \
                      revenue_recovered {BIGINT} NOT NULL, currency {ASCII:3} NOT NULL, order_id {BIGINT} NOT NULL, \
                      started_at {TIME} NOT NULL, updated_at {TIME} NOT NULL, UNIQUE (session_id, sequence_id)",
        },
        Step::Index {
            table: "ocart_recovery_runs",
            name: "ocart_recovery_runs_status",
            columns: "status, updated_at",
            unique: false,
        },
        Step::Index {
            table: "ocart_recovery_runs",
            name: "ocart_recovery_runs_email",
            columns: "email_hash, status",
            unique: false,
        },
        Step::Table {
            name: "cartwright_messages",
            columns: "id {ID}, run_id {BIGINT} NOT NULL, session_id {BIGINT} NOT NULL, step {BIGINT} NOT NULL, \
                      channel {ASCII:10} NOT NULL, template {ASCII:60} NOT NULL, state {ASCII:20} NOT NULL, \
                      message_key {ASCII:60} NOT NULL, email_hash {ASCII:64} NOT NULL, recipient_mask {TEXT:254} NOT NULL, \
                      subject {TEXT:500} NOT NULL, attempts {BIGINT} NOT NULL, due_at {TIME} NOT NULL, \
                      claimed_at {TIME}, sent_at {TIME}, failed_at {TIME}, canceled_at {TIME}, \
                      cancel_reason {ASCII:40} NOT NULL, last_error {TEXT:500} NOT NULL, queued_at {TIME} NOT NULL, \
                      updated_at {TIME} NOT NULL, UNIQUE (run_id, step, channel)",
        },
        Step::Index {
            table: "cartwright_messages",
            name: "cartwright_messages_due",
            columns: "state, due_at",
            unique: false,
        },
        Step::Index {
            table: "cartwright_messages",
            name: "cartwright_messages_contact",
            columns: "email_hash, state, claimed_at",
            unique: false,
        },
        Step::Index {
            table: "cartwright_messages",
            name: "cartwright_messages_session",
            columns: "session_id",
            unique: false,
        },
    ],
};

/// When a step was meant to go, however often it was tried since; whether it went to the owner's own test address.
const MESSAGES: Migration = Migration {
    id: "20261128_50_recovery_messages",
    steps: &[
        Step::Column { table: "cartwright_messages", name: "planned_at", definition: "{TIME}" },
        Step::Column { table: "cartwright_messages", name: "test_mode", definition: "{BOOL}" },
    ],
};

/// The last order that a session's cart had become when the session began: whatever the clocks say, a later one ends it.
const ORDERS_BEFORE: Migration = Migration {
    id: "20261128_51_recovery_orders_before",
    steps: &[Step::Column { table: "cartwright_sessions", name: "orders_before", definition: "{BIGINT}" }],
};

const CONTACTS: Migration = Migration {
    id: "20261121_53_recovery_contacts",
    steps: &[
        Step::Table {
            name: "ocart_suppression",
            columns: "id {ID}, channel {ASCII:10} NOT NULL, contact_hash {ASCII:64} NOT NULL, email {TEXT:254} NOT NULL, \
                      phone {TEXT:40} NOT NULL, reason {ASCII:20} NOT NULL, source {TEXT:60} NOT NULL, \
                      created_at {TIME} NOT NULL, UNIQUE (channel, contact_hash)",
        },
        Step::Table {
            name: "ocart_deliverability_events",
            columns: "id {ID}, channel {ASCII:10} NOT NULL, event_type {ASCII:20} NOT NULL, run_id {BIGINT} NOT NULL, \
                      message_id {BIGINT} NOT NULL, step {BIGINT} NOT NULL, contact_hash {ASCII:64} NOT NULL, \
                      detail {TEXT:500} NOT NULL, created_at {TIME} NOT NULL",
        },
        Step::Index {
            table: "ocart_deliverability_events",
            name: "ocart_deliverability_events_created",
            columns: "created_at, event_type",
            unique: false,
        },
        Step::Table {
            name: "cartwright_order_facts",
            columns: "id {ID}, order_id {BIGINT} NOT NULL, parent_id {BIGINT} NOT NULL, version {BIGINT} NOT NULL, \
                      status {ASCII:40} NOT NULL, qualifying {BOOL} NOT NULL, email_hash {ASCII:64} NOT NULL, \
                      cart_token {ASCII:128} NOT NULL, total {BIGINT} NOT NULL, refunded {BIGINT} NOT NULL, \
                      currency {ASCII:3} NOT NULL, placed_at {TIME} NOT NULL, UNIQUE (order_id)",
        },
        Step::Index {
            table: "cartwright_order_facts",
            name: "cartwright_order_facts_email",
            columns: "email_hash, qualifying, placed_at",
            unique: false,
        },
        Step::Index {
            table: "cartwright_order_facts",
            name: "cartwright_order_facts_cart",
            columns: "cart_token",
            unique: false,
        },
        Step::Table {
            name: "cartwright_attributions",
            columns: "id {ID}, session_id {BIGINT} NOT NULL, order_id {BIGINT} NOT NULL, run_id {BIGINT} NOT NULL, \
                      message_id {BIGINT} NOT NULL, tier {ASCII:20} NOT NULL, gross {BIGINT} NOT NULL, \
                      refunded {BIGINT} NOT NULL, currency {ASCII:3} NOT NULL, created_at {TIME} NOT NULL, \
                      UNIQUE (session_id, order_id)",
        },
        Step::Index {
            table: "cartwright_attributions",
            name: "cartwright_attributions_order",
            columns: "order_id",
            unique: true,
        },
        Step::Index {
            table: "cartwright_attributions",
            name: "cartwright_attributions_created",
            columns: "created_at",
            unique: false,
        },
    ],
};

/// A followed link makes a cart; only what a person then does there counts as a click.
const RESTORED_CARTS: Migration = Migration {
    id: "20261128_50_recovery_restored_carts",
    steps: &[
        Step::Column { table: "cartwright_session_carts", name: "outcome", definition: "{LONG}" },
        Step::Column { table: "cartwright_session_carts", name: "confirmed_at", definition: "{TIME}" },
        // Until now a link that was followed counted at once.
        Step::Statement(Sql::new(
            "UPDATE {p}cartwright_session_carts SET confirmed_at = created_at WHERE confirmed_at IS NULL",
        )),
    ],
};

/// The consent journal. What sessions say of their consent is its first entry.
const CONSENTS: Migration = Migration {
    id: "20261128_51_recovery_consents",
    steps: &[
        Step::Table {
            name: "cartwright_consents",
            columns: "id {ID}, session_id {BIGINT} NOT NULL, email_hash {ASCII:64} NOT NULL, given {BOOL} NOT NULL, \
                      consent_text {TEXT:500} NOT NULL, source {TEXT:60} NOT NULL, created_at {TIME} NOT NULL",
        },
        Step::Index {
            table: "cartwright_consents",
            name: "cartwright_consents_session",
            columns: "session_id, email_hash",
            unique: false,
        },
        Step::Statement(Sql::new(
            "INSERT INTO {p}cartwright_consents (session_id, email_hash, given, consent_text, source, created_at) \
             SELECT s.id, s.email_hash, s.consent, s.consent_text, s.source, s.consent_at FROM {p}cartwright_sessions s \
             WHERE NOT EXISTS (SELECT 1 FROM {p}cartwright_consents c WHERE c.session_id = s.id)",
        )),
    ],
};
