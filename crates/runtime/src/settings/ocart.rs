//! `ocart_settings`, with the keys and defaults of the specification.

use super::{Kind, Setting};

/// The options row.
pub const OPTION: &str = "ocart_settings";

/// `general.enabled`: Master switch: off shows the plain checkout and captures nothing.
pub const GENERAL_ENABLED: Setting = Setting {
    option: OPTION,
    key: "general.enabled",
    kind: Kind::Boolean(true),
    label: "OCart is on",
    help: "Master switch: off shows the plain checkout and captures nothing.",
};
/// `general.replace_woo_checkout`: Off is shadow mode: carts are captured, the checkout stays as it is.
pub const GENERAL_REPLACE_WOO_CHECKOUT: Setting = Setting {
    option: OPTION,
    key: "general.replace_woo_checkout",
    kind: Kind::Boolean(false),
    label: "Replace the WooCommerce checkout",
    help: "Off is shadow mode: carts are captured, the checkout stays as it is.",
};
/// `general.log_level`: How much is written to the log.
pub const GENERAL_LOG_LEVEL: Setting = Setting {
    option: OPTION,
    key: "general.log_level",
    kind: Kind::Choice { default: "warning", options: &["debug", "info", "warning", "error"] },
    label: "Log level",
    help: "How much is written to the log.",
};
/// `general.default_funnel`: Slug of the funnel that the cart page leads to; empty takes the first active one.
pub const GENERAL_DEFAULT_FUNNEL: Setting = Setting {
    option: OPTION,
    key: "general.default_funnel",
    kind: Kind::Text(""),
    label: "Default funnel",
    help: "Slug of the funnel that the cart page leads to; empty takes the first active one.",
};
/// `recovery.capture_email_debounce_ms`: Milliseconds without typing before a checkout address is captured.
pub const RECOVERY_CAPTURE_EMAIL_DEBOUNCE_MS: Setting = Setting {
    option: OPTION,
    key: "recovery.capture_email_debounce_ms",
    kind: Kind::Integer { default: 800, least: 0, most: 10000 },
    label: "Capture pause",
    help: "Milliseconds without typing before a checkout address is captured.",
};
/// `recovery.consent_required`: Only shoppers who ticked the box are written to.
pub const RECOVERY_CONSENT_REQUIRED: Setting = Setting {
    option: OPTION,
    key: "recovery.consent_required",
    kind: Kind::Boolean(true),
    label: "Consent required",
    help: "Only shoppers who ticked the box are written to.",
};
/// `recovery.abandoned_threshold_min`: Minutes without activity after which a cart counts as abandoned.
pub const RECOVERY_ABANDONED_THRESHOLD_MIN: Setting = Setting {
    option: OPTION,
    key: "recovery.abandoned_threshold_min",
    kind: Kind::Integer { default: 30, least: 5, most: 1440 },
    label: "Abandoned after",
    help: "Minutes without activity after which a cart counts as abandoned.",
};
/// `recovery.cart_retention_days`: Days after which cart rows are deleted.
pub const RECOVERY_CART_RETENTION_DAYS: Setting = Setting {
    option: OPTION,
    key: "recovery.cart_retention_days",
    kind: Kind::Integer { default: 90, least: 1, most: 3650 },
    label: "Keep carts",
    help: "Days after which cart rows are deleted.",
};
/// `recovery.test_assignment_days`: Days after which assignment rows are deleted.
pub const RECOVERY_TEST_ASSIGNMENT_DAYS: Setting = Setting {
    option: OPTION,
    key: "recovery.test_assignment_days",
    kind: Kind::Integer { default: 365, least: 1, most: 3650 },
    label: "Keep test assignments",
    help: "Days after which assignment rows are deleted.",
};
/// `recovery.deliverability_days`: Days after which send and open events are deleted.
pub const RECOVERY_DELIVERABILITY_DAYS: Setting = Setting {
    option: OPTION,
    key: "recovery.deliverability_days",
    kind: Kind::Integer { default: 180, least: 1, most: 3650 },
    label: "Keep deliverability events",
    help: "Days after which send and open events are deleted.",
};
/// `recovery.from_name`: Name in the From line of recovery mail; empty takes the shop name.
pub const RECOVERY_FROM_NAME: Setting = Setting {
    option: OPTION,
    key: "recovery.from_name",
    kind: Kind::Text(""),
    label: "Sender name",
    help: "Name in the From line of recovery mail; empty takes the shop name.",
};
/// `recovery.from_email`: Address in the From line of recovery mail; empty takes the shop address.
pub const RECOVERY_FROM_EMAIL: Setting = Setting {
    option: OPTION,
    key: "recovery.from_email",
    kind: Kind::Text(""),
    label: "Sender address",
    help: "Address in the From line of recovery mail; empty takes the shop address.",
};
/// `recovery.attribution_click_days`: Days after a click on a restore link during which an order counts as recovered.
pub const RECOVERY_ATTRIBUTION_CLICK_DAYS: Setting = Setting {
    option: OPTION,
    key: "recovery.attribution_click_days",
    kind: Kind::Integer { default: 7, least: 1, most: 90 },
    label: "Click attribution window",
    help: "Days after a click on a restore link during which an order counts as recovered.",
};
/// `upsells.one_click_token_ttl_min`: Minutes for which an offer can be accepted with one click.
pub const UPSELLS_ONE_CLICK_TOKEN_TTL_MIN: Setting = Setting {
    option: OPTION,
    key: "upsells.one_click_token_ttl_min",
    kind: Kind::Integer { default: 30, least: 1, most: 1440 },
    label: "One-click lifetime",
    help: "Minutes for which an offer can be accepted with one click.",
};
/// `upsells.order_strategy_default`: A writes a child order, B merges into the parent and falls back to A.
pub const UPSELLS_ORDER_STRATEGY_DEFAULT: Setting = Setting {
    option: OPTION,
    key: "upsells.order_strategy_default",
    kind: Kind::Choice { default: "A", options: &["A", "B"] },
    label: "Order strategy",
    help: "A writes a child order, B merges into the parent and falls back to A.",
};
/// `upsells.merge_cutoff_min`: Minutes after which strategy B falls back to A.
pub const UPSELLS_MERGE_CUTOFF_MIN: Setting = Setting {
    option: OPTION,
    key: "upsells.merge_cutoff_min",
    kind: Kind::Integer { default: 5, least: 0, most: 1440 },
    label: "Merge cutoff",
    help: "Minutes after which strategy B falls back to A.",
};
/// `upsells.sca_modal_enabled`: Show the 3-D Secure challenge within the page.
pub const UPSELLS_SCA_MODAL_ENABLED: Setting = Setting {
    option: OPTION,
    key: "upsells.sca_modal_enabled",
    kind: Kind::Boolean(true),
    label: "Challenge in place",
    help: "Show the 3-D Secure challenge within the page.",
};
/// `tests.method_default`: Method of a fresh test.
pub const TESTS_METHOD_DEFAULT: Setting = Setting {
    option: OPTION,
    key: "tests.method_default",
    kind: Kind::Choice { default: "bayesian", options: &["frequentist", "bayesian", "bandit"] },
    label: "Method",
    help: "Method of a fresh test.",
};
/// `tests.mde_relative`: Minimum detectable effect, relative.
pub const TESTS_MDE_RELATIVE: Setting = Setting {
    option: OPTION,
    key: "tests.mde_relative",
    kind: Kind::Decimal { default: "0.10", least: "0.001", most: "10" },
    label: "Smallest effect",
    help: "Minimum detectable effect, relative.",
};
/// `tests.power_target`: Statistical power to plan for.
pub const TESTS_POWER_TARGET: Setting = Setting {
    option: OPTION,
    key: "tests.power_target",
    kind: Kind::Decimal { default: "0.80", least: "0.5", most: "0.999" },
    label: "Power",
    help: "Statistical power to plan for.",
};
/// `tests.significance`: Threshold at which a test is decided.
pub const TESTS_SIGNIFICANCE: Setting = Setting {
    option: OPTION,
    key: "tests.significance",
    kind: Kind::Decimal { default: "0.95", least: "0.5", most: "0.999" },
    label: "Significance",
    help: "Threshold at which a test is decided.",
};
/// `tests.srm_threshold`: Alert when the split is less likely than this.
pub const TESTS_SRM_THRESHOLD: Setting = Setting {
    option: OPTION,
    key: "tests.srm_threshold",
    kind: Kind::Decimal { default: "0.02", least: "0.0001", most: "0.5" },
    label: "Sample-ratio alert",
    help: "Alert when the split is less likely than this.",
};

/// All of them, in order.
pub const ALL: &[Setting] = &[
    GENERAL_ENABLED,
    GENERAL_REPLACE_WOO_CHECKOUT,
    GENERAL_LOG_LEVEL,
    GENERAL_DEFAULT_FUNNEL,
    RECOVERY_CAPTURE_EMAIL_DEBOUNCE_MS,
    RECOVERY_CONSENT_REQUIRED,
    RECOVERY_ABANDONED_THRESHOLD_MIN,
    RECOVERY_CART_RETENTION_DAYS,
    RECOVERY_TEST_ASSIGNMENT_DAYS,
    RECOVERY_DELIVERABILITY_DAYS,
    RECOVERY_FROM_NAME,
    RECOVERY_FROM_EMAIL,
    RECOVERY_ATTRIBUTION_CLICK_DAYS,
    UPSELLS_ONE_CLICK_TOKEN_TTL_MIN,
    UPSELLS_ORDER_STRATEGY_DEFAULT,
    UPSELLS_MERGE_CUTOFF_MIN,
    UPSELLS_SCA_MODAL_ENABLED,
    TESTS_METHOD_DEFAULT,
    TESTS_MDE_RELATIVE,
    TESTS_POWER_TARGET,
    TESTS_SIGNIFICANCE,
    TESTS_SRM_THRESHOLD,
];
