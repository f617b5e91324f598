//! The platform's own tables.

use db::{Migration, Step};

/// Outbox, deliveries, jobs, schedules, options, replays.
pub const MIGRATIONS: &[Migration] = &[FIRST, ORIGIN, WAITS, FENCES];

const FIRST: Migration = Migration {
    id: "20261121_01_runtime",
    steps: &[
        Step::Table {
            name: "cartwright_outbox",
            columns: "id {ID}, event_id {ASCII:36} NOT NULL, name {ASCII:100} NOT NULL, aggregate {TEXT:191} NOT NULL, \
                      payload {LONG} NOT NULL, created_at {TIME} NOT NULL, UNIQUE (event_id)",
        },
        Step::Index {
            table: "cartwright_outbox",
            name: "cartwright_outbox_created",
            columns: "created_at",
            unique: false,
        },
        Step::Table {
            name: "cartwright_deliveries",
            columns: "id {ID}, outbox_id {BIGINT} NOT NULL, subscriber {ASCII:100} NOT NULL, aggregate {TEXT:191} NOT NULL, \
                      state {ASCII:10} NOT NULL, attempts {INT} NOT NULL, due_at {TIME} NOT NULL, held_until {TIME}, \
                      owner {ASCII:36}, last_error {TEXT:500}, UNIQUE (outbox_id, subscriber)",
        },
        Step::Index {
            table: "cartwright_deliveries",
            name: "cartwright_deliveries_due",
            columns: "state, due_at",
            unique: false,
        },
        Step::Index {
            table: "cartwright_deliveries",
            name: "cartwright_deliveries_order",
            columns: "subscriber, aggregate, state",
            unique: false,
        },
        Step::Table {
            name: "cartwright_jobs",
            columns: "id {ID}, kind {ASCII:100} NOT NULL, unique_key {TEXT:191} NOT NULL, payload {LONG} NOT NULL, \
                      state {ASCII:10} NOT NULL, attempts {INT} NOT NULL, due_at {TIME} NOT NULL, held_until {TIME}, \
                      owner {ASCII:36}, last_error {TEXT:500}, created_at {TIME} NOT NULL, UNIQUE (kind, unique_key)",
        },
        Step::Index {
            table: "cartwright_jobs",
            name: "cartwright_jobs_due",
            columns: "state, due_at",
            unique: false,
        },
        Step::Table {
            name: "cartwright_schedules",
            columns: "hook {ASCII:100} NOT NULL PRIMARY KEY, next_at {TIME} NOT NULL, last_at {TIME}, held_until {TIME}, \
                      owner {ASCII:36}, last_error {TEXT:500}",
        },
        Step::Table {
            name: "cartwright_options",
            columns: "option_id {ID}, option_name {TEXT:191} NOT NULL, option_value {LONG} NOT NULL, \
                      autoload {ASCII:20} NOT NULL, UNIQUE (option_name)",
        },
        Step::Table {
            name: "cartwright_replays",
            columns: "id {ID}, scope {ASCII:64} NOT NULL, idempotency_key {TEXT:191} NOT NULL, body_hash {ASCII:64} NOT NULL, \
                      state {ASCII:10} NOT NULL, status {INT} NOT NULL, answer {LONG} NOT NULL, held_until {TIME}, \
                      created_at {TIME} NOT NULL, UNIQUE (scope, idempotency_key)",
        },
        Step::Index {
            table: "cartwright_replays",
            name: "cartwright_replays_created",
            columns: "created_at",
            unique: false,
        },
    ],
};

/// The request that caused an event or a job.
const ORIGIN: Migration = Migration {
    id: "20261121_02_origin",
    steps: &[
        Step::Column { table: "cartwright_outbox", name: "origin", definition: "{ASCII:100}" },
        Step::Column { table: "cartwright_jobs", name: "origin", definition: "{ASCII:100}" },
    ],
};

/// Tries of a job that do not count, since something outside was away.
const WAITS: Migration = Migration {
    id: "20261121_03_waits",
    steps: &[Step::Column { table: "cartwright_jobs", name: "waits", definition: "{INT}" }],
};

/// Which hold of a piece of work is the last one, and each subscriber's and kind's own due work along an index.
const FENCES: Migration = Migration {
    id: "20261128_10_fences",
    steps: &[
        Step::Column { table: "cartwright_deliveries", name: "fence", definition: "{BIGINT}" },
        Step::Column { table: "cartwright_jobs", name: "fence", definition: "{BIGINT}" },
        Step::Column { table: "cartwright_schedules", name: "fence", definition: "{BIGINT}" },
        Step::Index {
            table: "cartwright_deliveries",
            name: "cartwright_deliveries_share",
            columns: "subscriber, state, due_at",
            unique: false,
        },
        Step::Index {
            table: "cartwright_jobs",
            name: "cartwright_jobs_share",
            columns: "kind, state, due_at",
            unique: false,
        },
    ],
};
