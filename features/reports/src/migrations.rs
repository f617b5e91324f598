//! Tables of the reports: a journal of what happened, its sums by day, and what each order counts for.

use runtime::{Migration, Step};

/// Everything reports keep.
pub const MIGRATIONS: &[Migration] = &[Migration {
    id: "20261121_80_reports",
    steps: &[
        JOURNAL,
        Step::Index {
            table: "cartwright_report_journal",
            name: "cartwright_report_journal_day",
            columns: "day, metric, currency",
            unique: false,
        },
        Step::Index {
            table: "cartwright_report_journal",
            name: "cartwright_report_journal_notable",
            columns: "notable, id",
            unique: false,
        },
        DAYS,
        ORDERS,
        CARTS,
    ],
}];

/// One row per cause and metric; a cause that comes again finds its row. `currency` is empty where there is no money.
const JOURNAL: Step = Step::Table {
    name: "cartwright_report_journal",
    columns: "id {ID}, cause {ASCII:100} NOT NULL, metric {ASCII:40} NOT NULL, day {ASCII:10} NOT NULL, \
              currency {ASCII:3} NOT NULL, quantity {BIGINT} NOT NULL, amount {BIGINT} NOT NULL, \
              subject_id {BIGINT} NOT NULL, notable {BOOL} NOT NULL, happened_at {TIME} NOT NULL, UNIQUE (cause, metric)",
};

/// Sums of the journal, so that a dashboard reads one row per day and metric.
const DAYS: Step = Step::Table {
    name: "cartwright_report_days",
    columns: "day {ASCII:10} NOT NULL, metric {ASCII:40} NOT NULL, currency {ASCII:3} NOT NULL, \
              quantity {BIGINT} NOT NULL, amount {BIGINT} NOT NULL, PRIMARY KEY (day, metric, currency)",
};

/// What an order counts for so far, so that an announcement that comes late or twice changes nothing.
const ORDERS: Step = Step::Table {
    name: "cartwright_report_orders",
    columns: "order_id {BIGINT} NOT NULL PRIMARY KEY, version {BIGINT} NOT NULL, touched {BIGINT} NOT NULL, \
              currency {ASCII:3} NOT NULL, gross {BIGINT} NOT NULL, refunded {BIGINT} NOT NULL, \
              cancelled {BIGINT} NOT NULL, recovered {BIGINT} NOT NULL, recovered_lost {BIGINT} NOT NULL",
};

/// How many lives a cart has had: a shopper who comes back after an order starts the same cart anew.
const CARTS: Step = Step::Table {
    name: "cartwright_report_carts",
    columns: "cart_id {BIGINT} NOT NULL PRIMARY KEY, life {BIGINT} NOT NULL, started_at {TIME} NOT NULL",
};
