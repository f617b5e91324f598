//! Tables of the link with a WooCommerce.

use runtime::{Migration, Step};

/// Keys, the paired store, nonces, the inbox, what is known of orders.
pub const MIGRATIONS: &[Migration] = &[FIRST, REMOTE];

/// Actions that wait for the store, and addresses that sign its users in.
const REMOTE: Migration = Migration {
    id: "20261121_91_remote",
    steps: &[
        Step::Table {
            name: "cartwright_wordpress_actions",
            columns: "id {ID}, site {ASCII:32} NOT NULL, event_id {ASCII:36} NOT NULL, name {ASCII:64} NOT NULL, \
                      arguments {LONG} NOT NULL, created_at {TIME} NOT NULL, due_at {TIME} NOT NULL, tries {INT} NOT NULL, \
                      problem {TEXT:255} NOT NULL, UNIQUE (event_id)",
        },
        Step::Index {
            table: "cartwright_wordpress_actions",
            name: "cartwright_wordpress_actions_site",
            columns: "site, id",
            unique: false,
        },
        Step::Table {
            name: "cartwright_wordpress_sign_ins",
            columns: "token_hash {ASCII:64} NOT NULL PRIMARY KEY, user_id {BIGINT} NOT NULL, path {TEXT:191} NOT NULL, \
                      good_until {TIME} NOT NULL",
        },
    ],
};

const FIRST: Migration = Migration {
    id: "20261121_90_woocommerce",
    steps: &[
        Step::Table {
            name: "cartwright_wordpress_keys",
            columns: "key_id {ASCII:16} NOT NULL PRIMARY KEY, sealed {ASCII:255} NOT NULL, state {ASCII:10} NOT NULL, \
                      good_until {TIME}, created_at {TIME} NOT NULL",
        },
        // One row, with id 1.
        Step::Table {
            name: "cartwright_wordpress_store",
            columns: "id {BIGINT} NOT NULL PRIMARY KEY, site {ASCII:32} NOT NULL, address {TEXT:255} NOT NULL, \
                      paired_at {TIME}, heard_at {TIME}, told {LONG} NOT NULL, hooked {LONG} NOT NULL, \
                      code_sealed {ASCII:255} NOT NULL, code_until {TIME}, wrong_codes {INT} NOT NULL, wrong_since {TIME}",
        },
        Step::Table {
            name: "cartwright_wordpress_nonces",
            columns: "nonce {ASCII:32} NOT NULL PRIMARY KEY, seen_at {TIME} NOT NULL",
        },
        Step::Index {
            table: "cartwright_wordpress_nonces",
            name: "cartwright_wordpress_nonces_seen",
            columns: "seen_at",
            unique: false,
        },
        Step::Table {
            name: "cartwright_inbox",
            columns: "id {ID}, site {ASCII:32} NOT NULL, event_id {BIGINT} NOT NULL, name {ASCII:20} NOT NULL, \
                      subject {TEXT:191} NOT NULL, order_id {BIGINT} NOT NULL, said_at {TIME} NOT NULL, payload {LONG} NOT NULL, \
                      state {ASCII:10} NOT NULL, problem {TEXT:500} NOT NULL, received_at {TIME} NOT NULL, done_at {TIME}, \
                      UNIQUE (site, event_id)",
        },
        Step::Index {
            table: "cartwright_inbox",
            name: "cartwright_inbox_subject",
            columns: "site, subject, state",
            unique: false,
        },
        Step::Index {
            table: "cartwright_inbox",
            name: "cartwright_inbox_state",
            columns: "state, done_at",
            unique: false,
        },
        Step::Table {
            name: "cartwright_wordpress_orders",
            columns: "site {ASCII:32} NOT NULL, order_id {BIGINT} NOT NULL, version {BIGINT} NOT NULL, is_paid {BOOL} NOT NULL, \
                      is_gone {BOOL} NOT NULL, refunds {LONG} NOT NULL, snapshot {LONG} NOT NULL, seen_at {TIME} NOT NULL, \
                      PRIMARY KEY (site, order_id)",
        },
        // What was last told of a cart, a review or a customer, so that a repeat or a late one is known as such.
        Step::Table {
            name: "cartwright_wordpress_subjects",
            columns: "site {ASCII:32} NOT NULL, subject {TEXT:191} NOT NULL, event_id {BIGINT} NOT NULL, digest {ASCII:64} NOT NULL, \
                      PRIMARY KEY (site, subject)",
        },
    ],
};
