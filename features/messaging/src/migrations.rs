//! The built-in outbox's table.

use runtime::{Migration, Step};

/// Mails that went nowhere but here.
pub const MIGRATIONS: &[Migration] = &[Migration {
    id: "20261121_60_messaging_outbox",
    steps: &[
        Step::Table {
            name: "cartwright_outbox_mails",
            columns: "id {ID}, mail_key {ASCII:191} NOT NULL, sender {TEXT:254} NOT NULL, sender_name {TEXT:191} NOT NULL, \
                      recipient {TEXT:254} NOT NULL, subject {TEXT:500} NOT NULL, text_part {LONG} NOT NULL, \
                      html_part {LONG} NOT NULL, headers {LONG} NOT NULL, created_at {TIME} NOT NULL, UNIQUE (mail_key)",
        },
        Step::Index {
            table: "cartwright_outbox_mails",
            name: "cartwright_outbox_mails_created",
            columns: "created_at",
            unique: false,
        },
    ],
}];
