//! `cartbay_settings`: capture, consent, timeout, offers, retention, logs and test mode.

use super::{Kind, Setting};

/// The options row.
pub const OPTION: &str = "cartbay_settings";

/// `capture_enabled`: Off refuses fresh captures; withdrawals still work.
pub const CAPTURE_ENABLED: Setting = Setting {
    option: OPTION,
    key: "capture_enabled",
    kind: Kind::Boolean(true),
    label: "Capture carts",
    help: "Off refuses fresh captures; withdrawals still work.",
};
/// `consent_default`: State of the consent box when the checkout opens.
pub const CONSENT_DEFAULT: Setting = Setting {
    option: OPTION,
    key: "consent_default",
    kind: Kind::Choice { default: "unchecked", options: &["unchecked", "checked"] },
    label: "Consent box",
    help: "State of the consent box when the checkout opens.",
};
/// `consent_text`: Shown beside the consent box and stored with each session.
pub const CONSENT_TEXT: Setting = Setting {
    option: OPTION,
    key: "consent_text",
    kind: Kind::Text("Save my email to recover my cart if I leave."),
    label: "Consent text",
    help: "Shown beside the consent box and stored with each session.",
};
/// `abandonment_timeout`: Minutes without activity after which a session counts as abandoned.
pub const ABANDONMENT_TIMEOUT: Setting = Setting {
    option: OPTION,
    key: "abandonment_timeout",
    kind: Kind::Integer { default: 30, least: 5, most: 1440 },
    label: "Abandoned after",
    help: "Minutes without activity after which a session counts as abandoned.",
};
/// `offers_enabled`: Whether the last message carries a coupon.
pub const OFFERS_ENABLED: Setting = Setting {
    option: OPTION,
    key: "offers_enabled",
    kind: Kind::Boolean(false),
    label: "Recovery coupons",
    help: "Whether the last message carries a coupon.",
};
/// `data_retention_days`: Days after which sessions are removed.
pub const DATA_RETENTION_DAYS: Setting = Setting {
    option: OPTION,
    key: "data_retention_days",
    kind: Kind::Integer { default: 30, least: 7, most: 90 },
    label: "Keep sessions",
    help: "Days after which sessions are removed.",
};
/// `logging_enabled`: Whether session events are logged.
pub const LOGGING_ENABLED: Setting = Setting {
    option: OPTION,
    key: "logging_enabled",
    kind: Kind::Boolean(true),
    label: "Keep a log",
    help: "Whether session events are logged.",
};
/// `log_retention_days`: Days after which log lines are removed.
pub const LOG_RETENTION_DAYS: Setting = Setting {
    option: OPTION,
    key: "log_retention_days",
    kind: Kind::Integer { default: 7, least: 1, most: 30 },
    label: "Keep the log",
    help: "Days after which log lines are removed.",
};
/// `test_mode`: Messages go to the test address only.
pub const TEST_MODE: Setting = Setting {
    option: OPTION,
    key: "test_mode",
    kind: Kind::Boolean(false),
    label: "Test mode",
    help: "Messages go to the test address only.",
};
/// `test_email`: Where messages go in test mode.
pub const TEST_EMAIL: Setting = Setting {
    option: OPTION,
    key: "test_email",
    kind: Kind::Text(""),
    label: "Test address",
    help: "Where messages go in test mode.",
};
/// `admin_navigation`: Whether CartBay has its own menu.
pub const ADMIN_NAVIGATION: Setting = Setting {
    option: OPTION,
    key: "admin_navigation",
    kind: Kind::Boolean(true),
    label: "Show in navigation",
    help: "Whether CartBay has its own menu.",
};
/// `agent_access_enabled`: Whether agents may read sessions.
pub const AGENT_ACCESS_ENABLED: Setting = Setting {
    option: OPTION,
    key: "agent_access_enabled",
    kind: Kind::Boolean(false),
    label: "Agent access",
    help: "Whether agents may read sessions.",
};
/// `agent_rest_enabled`: Whether agents may call the REST routes.
pub const AGENT_REST_ENABLED: Setting = Setting {
    option: OPTION,
    key: "agent_rest_enabled",
    kind: Kind::Boolean(false),
    label: "Agent REST",
    help: "Whether agents may call the REST routes.",
};

/// All of them, in order.
pub const ALL: &[Setting] = &[
    CAPTURE_ENABLED,
    CONSENT_DEFAULT,
    CONSENT_TEXT,
    ABANDONMENT_TIMEOUT,
    OFFERS_ENABLED,
    DATA_RETENTION_DAYS,
    LOGGING_ENABLED,
    LOG_RETENTION_DAYS,
    TEST_MODE,
    TEST_EMAIL,
    ADMIN_NAVIGATION,
    AGENT_ACCESS_ENABLED,
    AGENT_REST_ENABLED,
];
