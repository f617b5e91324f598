//! Tables of the loyalty programme, its four tiers and five earn rules.

use runtime::{Migration, Sql, Step};

/// Everything loyalty keeps.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        id: "20261121_70_oloyalty",
        steps: &[
            TIERS,
            EARN_RULES,
            MEMBERS,
            Step::Index {
                table: "oloyalty_members",
                name: "oloyalty_members_tier",
                columns: "tier_id",
                unique: false,
            },
            LEDGER,
            Step::Index {
                table: "oloyalty_ledger",
                name: "oloyalty_ledger_member_time",
                columns: "member_id, created_at",
                unique: false,
            },
            Step::Index {
                table: "oloyalty_ledger",
                name: "oloyalty_ledger_order",
                columns: "order_id",
                unique: false,
            },
            AWARDS,
            Step::Index {
                table: "cartwright_point_awards",
                name: "cartwright_point_awards_day",
                columns: "member_id, action, local_day",
                unique: false,
            },
        ],
    },
    Migration { id: "20261121_71_oloyalty_seed", steps: &[SEED_TIERS, SEED_EARN_RULES] },
    Migration {
        id: "20261121_72_oloyalty_rewards",
        steps: &[
            REWARDS,
            REDEMPTIONS,
            Step::Index {
                table: "oloyalty_redemptions",
                name: "oloyalty_redemptions_member",
                columns: "member_id, id",
                unique: false,
            },
        ],
    },
    Migration {
        id: "20261121_73_oloyalty_redemptions_order",
        steps: &[Step::Index {
            table: "oloyalty_redemptions",
            name: "oloyalty_redemptions_order",
            columns: "order_id",
            unique: false,
        }],
    },
];

const TIERS: Step = Step::Table {
    name: "oloyalty_tiers",
    columns: "id {ID}, slug {ASCII:60} NOT NULL, name {TEXT:100} NOT NULL, `rank` {INT} NOT NULL, \
              qualification_rules {LONG} NOT NULL, perks {LONG} NOT NULL, color {ASCII:20} NOT NULL, \
              icon {ASCII:60} NOT NULL, UNIQUE (slug), UNIQUE (`rank`)",
};

const EARN_RULES: Step = Step::Table {
    name: "oloyalty_earn_rules",
    columns: "id {ID}, action {ASCII:60} NOT NULL, name {TEXT:100} NOT NULL, points {BIGINT} NOT NULL, \
              formula {LONG} NOT NULL, multipliers {LONG} NOT NULL, caps {LONG} NOT NULL, exclusions {LONG} NOT NULL, \
              status {ASCII:20} NOT NULL, UNIQUE (action)",
};

const MEMBERS: Step = Step::Table {
    name: "oloyalty_members",
    columns: "id {ID}, user_id {BIGINT} NOT NULL, email {TEXT:254} NOT NULL, referral_code {ASCII:20} NOT NULL, \
              status {ASCII:20} NOT NULL, status_reason {TEXT:500} NOT NULL, points_balance {BIGINT} NOT NULL, \
              lifetime_earned {BIGINT} NOT NULL, lifetime_redeemed {BIGINT} NOT NULL, tier_id {BIGINT} NOT NULL, \
              tier_changed_at {TIME}, below_since {TIME}, ledger_seq {BIGINT} NOT NULL, award_seq {BIGINT} NOT NULL, \
              enrolled_at {TIME} NOT NULL, UNIQUE (user_id), UNIQUE (referral_code)",
};

const LEDGER: Step = Step::Table {
    name: "oloyalty_ledger",
    columns: "id {ID}, member_id {BIGINT} NOT NULL, seq {BIGINT} NOT NULL, type {ASCII:20} NOT NULL, \
              points {BIGINT} NOT NULL, balance_after {BIGINT} NOT NULL, lifetime_delta {BIGINT} NOT NULL, \
              source {ASCII:60} NOT NULL, source_id {ASCII:100} NOT NULL, order_id {BIGINT} NOT NULL, \
              note {TEXT:500} NOT NULL, expires_at {TIME}, event_at {TIME} NOT NULL, created_at {TIME} NOT NULL, \
              UNIQUE (member_id, seq), UNIQUE (member_id, source, source_id)",
};

/// What each cause has earned and still keeps, with the terms it was computed by. A cause that earned nothing stands
/// here as well, so that a later change of the rules does not reward it when its event comes again.
const AWARDS: Step = Step::Table {
    name: "cartwright_point_awards",
    columns: "id {ID}, member_id {BIGINT} NOT NULL, action {ASCII:60} NOT NULL, source_key {ASCII:60} NOT NULL, \
              shadow {BOOL} NOT NULL, terms {LONG} NOT NULL, awarded {BIGINT} NOT NULL, clipped {BIGINT} NOT NULL, \
              kept {BIGINT} NOT NULL, order_version {BIGINT} NOT NULL, local_day {ASCII:10} NOT NULL, expires_at {TIME}, \
              event_at {TIME} NOT NULL, created_at {TIME} NOT NULL, UNIQUE (action, source_key)",
};

const REWARDS: Step = Step::Table {
    name: "oloyalty_rewards",
    columns: "id {ID}, name {TEXT:100} NOT NULL, description {TEXT:500} NOT NULL, type {ASCII:20} NOT NULL, \
              points_cost {BIGINT} NOT NULL, value {LONG} NOT NULL, conditions {LONG} NOT NULL, status {ASCII:20} NOT NULL, \
              created_at {TIME} NOT NULL, updated_at {TIME} NOT NULL",
};

/// `terms` is the reward as it was when it was redeemed; `coupon_id` is 0 until the shop has the coupon of the code.
const REDEMPTIONS: Step = Step::Table {
    name: "oloyalty_redemptions",
    columns: "id {ID}, member_id {BIGINT} NOT NULL, reward_id {BIGINT} NOT NULL, code {ASCII:40} NOT NULL, \
              status {ASCII:20} NOT NULL, order_id {BIGINT} NOT NULL, points_spent {BIGINT} NOT NULL, terms {LONG} NOT NULL, \
              coupon_id {BIGINT} NOT NULL, request_key {ASCII:64} NOT NULL, issued_at {TIME} NOT NULL, consumed_at {TIME}, \
              reversed_at {TIME}, UNIQUE (code), UNIQUE (request_key)",
};

macro_rules! seed {
    ($text:literal) => {
        Step::Statement(Sql::pair(
            concat!("INSERT OR IGNORE INTO ", $text),
            concat!("INSERT IGNORE INTO ", $text),
        ))
    };
}

const SEED_TIERS: Step = seed!(
    r#"{p}oloyalty_tiers (slug, name, `rank`, qualification_rules, perks, color, icon) VALUES
    ('bronze', 'Bronze', 1, '{}', '{"earn_multiplier":"1"}', '#8c5a2b', 'medal'),
    ('silver', 'Silver', 2, '{"all":[{"metric":"lifetime_earned","op":">=","value":500}]}',
     '{"earn_multiplier":"1.25","free_shipping_minimum":"50"}', '#6b7280', 'medal'),
    ('gold', 'Gold', 3, '{"all":[{"metric":"lifetime_earned","op":">=","value":2000}]}',
     '{"earn_multiplier":"1.5","priority_support":true,"early_access":true}', '#b7791f', 'crown'),
    ('platinum', 'Platinum', 4, '{"all":[{"metric":"lifetime_earned","op":">=","value":5000}]}',
     '{"earn_multiplier":"2","birthday_bonus":true,"quarterly_gift":true,"priority_support":true}', '#4c5a78', 'gem')"#
);

const SEED_EARN_RULES: Step = seed!(
    r#"{p}oloyalty_earn_rules (action, name, points, formula, multipliers, caps, exclusions, status) VALUES
    ('order.completed', 'Points for purchases', 1, '{"type":"per_currency","per":"1"}',
     '{"tier":true,"campaign":true,"products":{},"categories":{}}',
     '{"per_event":null,"per_day":2000,"lifetime":null,"events_per_day":null}', '{"products":[],"categories":[]}', 'active'),
    ('account.created', 'Welcome bonus', 100, '{"type":"fixed"}', '{"tier":false,"campaign":false}',
     '{"per_event":null,"per_day":null,"lifetime":100,"events_per_day":null}', '{}', 'active'),
    ('review.left', 'Product review', 50, '{"type":"fixed"}', '{"tier":false,"campaign":false}',
     '{"per_event":null,"per_day":null,"lifetime":null,"events_per_day":1}', '{}', 'active'),
    ('birthday', 'Birthday', 250, '{"type":"fixed"}', '{"tier":false,"campaign":false}',
     '{"per_event":null,"per_day":null,"lifetime":null,"events_per_day":1}', '{}', 'active'),
    ('referral.converted', 'Friend referred', 500, '{"type":"fixed"}', '{"tier":false,"campaign":false}',
     '{"per_event":null,"per_day":null,"lifetime":null,"events_per_day":null}', '{}', 'active')"#
);
