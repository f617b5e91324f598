//! Every capability of the specifications. The administrator role holds them all, other roles inherit none.

/// Top-level access to OCart: settings, integrations.
pub const OCART_MANAGE: &str = "ocart_manage";
/// Funnels, checkout, templates.
pub const OCART_MANAGE_FUNNELS: &str = "ocart_manage_funnels";
/// Bumps, upsells, downsells.
pub const OCART_MANAGE_OFFERS: &str = "ocart_manage_offers";
/// Sequences, suppression, deliverability.
pub const OCART_MANAGE_RECOVERY: &str = "ocart_manage_recovery";
/// A/B tests.
pub const OCART_MANAGE_TESTS: &str = "ocart_manage_tests";
/// Reports, read-only.
pub const OCART_VIEW_REPORTS: &str = "ocart_view_reports";
/// Migration importers.
pub const OCART_RUN_MIGRATION: &str = "ocart_run_migration";
/// Top-level access to OLoyalty: settings, tiers, campaigns, integrations.
pub const OLOYALTY_MANAGE: &str = "oloyalty_manage";
/// Members and ledger, manual adjustments.
pub const OLOYALTY_MANAGE_MEMBERS: &str = "oloyalty_manage_members";
/// Rewards, gift cards, store credit.
pub const OLOYALTY_MANAGE_REWARDS: &str = "oloyalty_manage_rewards";
/// Referral approval, rejection, fraud review.
pub const OLOYALTY_MANAGE_REFERRALS: &str = "oloyalty_manage_referrals";
/// Loyalty reports, read-only.
pub const OLOYALTY_VIEW_REPORTS: &str = "oloyalty_view_reports";
/// CSV exports of members, ledger, redemptions.
pub const OLOYALTY_EXPORT: &str = "oloyalty_export";
/// WooCommerce's own: orders, coupons, customers, CartBay's sessions and settings.
pub const MANAGE_WOOCOMMERCE: &str = "manage_woocommerce";
/// WordPress's own: accounts.
pub const MANAGE_OPTIONS: &str = "manage_options";
/// WordPress's own: create and delete accounts.
pub const CREATE_USERS: &str = "create_users";
/// Every account has it.
pub const READ: &str = "read";

/// All of them, in the order of the specifications.
pub const ALL: [&str; 17] = [
    OCART_MANAGE,
    OCART_MANAGE_FUNNELS,
    OCART_MANAGE_OFFERS,
    OCART_MANAGE_RECOVERY,
    OCART_MANAGE_TESTS,
    OCART_VIEW_REPORTS,
    OCART_RUN_MIGRATION,
    OLOYALTY_MANAGE,
    OLOYALTY_MANAGE_MEMBERS,
    OLOYALTY_MANAGE_REWARDS,
    OLOYALTY_MANAGE_REFERRALS,
    OLOYALTY_VIEW_REPORTS,
    OLOYALTY_EXPORT,
    MANAGE_WOOCOMMERCE,
    MANAGE_OPTIONS,
    CREATE_USERS,
    READ,
];
