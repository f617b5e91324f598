//! Tables of accounts.

use runtime::{Migration, Step};

/// Users, sessions, application passwords, failed logins.
pub const MIGRATIONS: &[Migration] = &[FIRST, MIRRORS, PASSWORD_RESETS, LOGIN_TRIES];

/// What an account of a WordPress user may do; NULL for accounts of this server, whose roles say it.
const MIRRORS: Migration = Migration {
    id: "20261121_11_mirrors",
    steps: &[Step::Column { table: "cartwright_users", name: "capabilities", definition: "{LONG}" }],
};

const FIRST: Migration = Migration {
    id: "20261121_10_accounts",
    steps: &[
        Step::Table {
            name: "cartwright_users",
            columns: "id {ID}, user_login {TEXT:60} NOT NULL, user_pass {TEXT:255} NOT NULL, user_email {TEXT:254} NOT NULL, \
                      email_normal {TEXT:191} NOT NULL, display_name {TEXT:250} NOT NULL, first_name {TEXT:120} NOT NULL, \
                      last_name {TEXT:120} NOT NULL, roles {TEXT:200} NOT NULL, user_registered {TIME} NOT NULL, \
                      UNIQUE (user_login), UNIQUE (email_normal)",
        },
        Step::Table {
            name: "cartwright_login_sessions",
            columns: "token_hash {ASCII:64} NOT NULL PRIMARY KEY, user_id {BIGINT} NOT NULL, created_at {TIME} NOT NULL, \
                      expires_at {TIME} NOT NULL, user_agent {TEXT:300} NOT NULL",
        },
        Step::Index {
            table: "cartwright_login_sessions",
            name: "cartwright_login_sessions_user",
            columns: "user_id",
            unique: false,
        },
        Step::Index {
            table: "cartwright_login_sessions",
            name: "cartwright_login_sessions_expiry",
            columns: "expires_at",
            unique: false,
        },
        Step::Table {
            name: "cartwright_application_passwords",
            columns: "id {ID}, user_id {BIGINT} NOT NULL, uuid {ASCII:36} NOT NULL, name {TEXT:191} NOT NULL, \
                      password_hash {ASCII:64} NOT NULL, sealed {ASCII:255} NOT NULL, created_at {TIME} NOT NULL, \
                      UNIQUE (uuid), UNIQUE (password_hash)",
        },
        Step::Index {
            table: "cartwright_application_passwords",
            name: "cartwright_application_passwords_user",
            columns: "user_id",
            unique: false,
        },
        Step::Table {
            name: "cartwright_failed_logins",
            columns: "id {ID}, subject {ASCII:64} NOT NULL, failed_at {TIME} NOT NULL",
        },
        Step::Index {
            table: "cartwright_failed_logins",
            name: "cartwright_failed_logins_subject",
            columns: "subject, failed_at",
            unique: false,
        },
    ],
};

/// Links for setting a new password, as hashes.
const PASSWORD_RESETS: Migration = Migration {
    id: "20261128_10_password_resets",
    steps: &[
        Step::Table {
            name: "cartwright_password_resets",
            columns: "token_hash {ASCII:64} NOT NULL PRIMARY KEY, user_id {BIGINT} NOT NULL, created_at {TIME} NOT NULL, \
                      expires_at {TIME} NOT NULL",
        },
        Step::Index {
            table: "cartwright_password_resets",
            name: "cartwright_password_resets_user",
            columns: "user_id, created_at",
            unique: false,
        },
    ],
};

/// Tries of a login, counted before the password is looked at.
const LOGIN_TRIES: Migration = Migration {
    id: "20261128_11_login_tries",
    steps: &[Step::Table {
        name: "cartwright_login_tries",
        columns: "subject {ASCII:64} NOT NULL PRIMARY KEY, tries {INT} NOT NULL, since {TIME} NOT NULL, known_at {TIME}",
    }],
};
