//! Tables of the embedded shop. Orders have the names and columns of WooCommerce's high-performance order storage.

use runtime::{Migration, Step};

/// Products, taxes, coupons, carts, orders.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        id: "20261121_20_shop_catalogue",
        steps: &[
            Step::Table {
                name: "cartwright_products",
                columns: "id {ID}, parent_id {BIGINT} NOT NULL, type {ASCII:20} NOT NULL, status {ASCII:20} NOT NULL, \
                          visibility {ASCII:20} NOT NULL, name {TEXT:255} NOT NULL, slug {TEXT:191} NOT NULL, sku {TEXT:100}, \
                          short_description {LONG} NOT NULL, description {LONG} NOT NULL, regular_price {DECIMAL}, \
                          sale_price {DECIMAL}, sale_from {TIME}, sale_to {TIME}, tax_status {ASCII:20} NOT NULL, \
                          tax_class {TEXT:100} NOT NULL, manage_stock {BOOL} NOT NULL, stock_quantity {BIGINT} NOT NULL, \
                          stock_status {ASCII:20} NOT NULL, backorders {ASCII:10} NOT NULL, sold_individually {BOOL} NOT NULL, \
                          is_virtual {BOOL} NOT NULL, is_downloadable {BOOL} NOT NULL, featured {BOOL} NOT NULL, \
                          attributes {LONG} NOT NULL, grouped_ids {LONG} NOT NULL, external_url {TEXT:1000} NOT NULL, \
                          button_text {TEXT:200} NOT NULL, position {BIGINT} NOT NULL, total_sales {BIGINT} NOT NULL, \
                          revision {BIGINT} NOT NULL, created_at {TIME} NOT NULL, updated_at {TIME} NOT NULL, \
                          UNIQUE (slug), UNIQUE (sku)",
            },
            Step::Index {
                table: "cartwright_products",
                name: "cartwright_products_parent",
                columns: "parent_id",
                unique: false,
            },
            Step::Index {
                table: "cartwright_products",
                name: "cartwright_products_listed",
                columns: "status, parent_id",
                unique: false,
            },
            Step::Table {
                name: "cartwright_categories",
                columns: "id {ID}, parent_id {BIGINT} NOT NULL, name {TEXT:200} NOT NULL, slug {TEXT:191} NOT NULL, UNIQUE (slug)",
            },
            Step::Table {
                name: "cartwright_product_categories",
                columns: "product_id {BIGINT} NOT NULL, category_id {BIGINT} NOT NULL, PRIMARY KEY (product_id, category_id)",
            },
            Step::Index {
                table: "cartwright_product_categories",
                name: "cartwright_product_categories_category",
                columns: "category_id",
                unique: false,
            },
        ],
    },
    Migration {
        id: "20261121_21_shop_taxes",
        steps: &[
            Step::Table {
                name: "woocommerce_tax_rates",
                columns: "tax_rate_id {ID}, tax_rate_country {ASCII:2} NOT NULL, tax_rate_state {TEXT:200} NOT NULL, \
                          tax_rate {ASCII:16} NOT NULL, tax_rate_name {TEXT:200} NOT NULL, tax_rate_priority {BIGINT} NOT NULL, \
                          tax_rate_compound {INT} NOT NULL, tax_rate_shipping {INT} NOT NULL, tax_rate_order {BIGINT} NOT NULL, \
                          tax_rate_class {TEXT:200} NOT NULL",
            },
            Step::Table {
                name: "woocommerce_tax_rate_locations",
                columns: "location_id {ID}, location_code {TEXT:200} NOT NULL, tax_rate_id {BIGINT} NOT NULL, \
                          location_type {ASCII:40} NOT NULL",
            },
            Step::Index {
                table: "woocommerce_tax_rate_locations",
                name: "woocommerce_tax_rate_locations_rate",
                columns: "tax_rate_id",
                unique: false,
            },
            Step::Table {
                name: "wc_tax_rate_classes",
                columns: "tax_rate_class_id {ID}, name {TEXT:200} NOT NULL, slug {TEXT:191} NOT NULL, UNIQUE (slug)",
            },
            Step::Table {
                name: "cartwright_coupons",
                columns: "id {ID}, code {TEXT:191} NOT NULL, discount_type {ASCII:20} NOT NULL, amount {DECIMAL} NOT NULL, \
                          description {LONG} NOT NULL, individual_use {BOOL} NOT NULL, free_shipping {BOOL} NOT NULL, \
                          exclude_sale_items {BOOL} NOT NULL, product_ids {LONG} NOT NULL, excluded_product_ids {LONG} NOT NULL, \
                          product_categories {LONG} NOT NULL, excluded_product_categories {LONG} NOT NULL, \
                          minimum_amount {DECIMAL}, maximum_amount {DECIMAL}, usage_limit {BIGINT}, usage_limit_per_user {BIGINT}, \
                          limit_usage_to_x_items {BIGINT}, usage_count {BIGINT} NOT NULL, email_restrictions {LONG} NOT NULL, \
                          date_expires {TIME}, created_at {TIME} NOT NULL, UNIQUE (code)",
            },
            Step::Table {
                name: "cartwright_coupon_uses",
                columns: "id {ID}, coupon_id {BIGINT} NOT NULL, order_id {BIGINT} NOT NULL, customer {TEXT:191} NOT NULL, \
                          UNIQUE (coupon_id, order_id)",
            },
            Step::Index {
                table: "cartwright_coupon_uses",
                name: "cartwright_coupon_uses_customer",
                columns: "coupon_id, customer",
                unique: false,
            },
        ],
    },
    Migration {
        id: "20261121_22_shop_carts_and_orders",
        steps: &[
            Step::Table {
                name: "woocommerce_sessions",
                columns: "session_id {ID}, session_key {ASCII:64} NOT NULL, session_value {LONG} NOT NULL, \
                          session_expiry {BIGINT} NOT NULL, revision {BIGINT} NOT NULL, UNIQUE (session_key)",
            },
            Step::Table {
                name: "cartwright_order_records",
                columns: "id {ID}, idempotency_key {TEXT:191} NOT NULL, version {BIGINT} NOT NULL, cart_token {ASCII:64} NOT NULL, \
                          UNIQUE (idempotency_key)",
            },
            Step::Table {
                name: "wc_orders",
                columns: "id {BIGINT} NOT NULL PRIMARY KEY, status {ASCII:40} NOT NULL, currency {ASCII:10} NOT NULL, \
                          type {ASCII:20} NOT NULL, tax_amount {DECIMAL} NOT NULL, total_amount {DECIMAL} NOT NULL, \
                          customer_id {BIGINT} NOT NULL, billing_email {TEXT:320} NOT NULL, email_normal {TEXT:191} NOT NULL, \
                          date_created_gmt {TIME} NOT NULL, date_updated_gmt {TIME} NOT NULL, parent_order_id {BIGINT} NOT NULL, \
                          payment_method {TEXT:100} NOT NULL, payment_method_title {TEXT:200} NOT NULL, \
                          transaction_id {TEXT:100} NOT NULL, ip_address {ASCII:100} NOT NULL, user_agent {TEXT:300} NOT NULL, \
                          customer_note {LONG} NOT NULL",
            },
            Step::Index {
                table: "wc_orders",
                name: "wc_orders_type_status_date",
                columns: "type, status, date_created_gmt",
                unique: false,
            },
            Step::Index {
                table: "wc_orders",
                name: "wc_orders_customer",
                columns: "customer_id, status",
                unique: false,
            },
            Step::Index {
                table: "wc_orders",
                name: "wc_orders_email",
                columns: "email_normal, date_created_gmt",
                unique: false,
            },
            Step::Index {
                table: "wc_orders",
                name: "wc_orders_parent",
                columns: "parent_order_id",
                unique: false,
            },
            Step::Index {
                table: "wc_orders",
                name: "wc_orders_updated",
                columns: "date_updated_gmt",
                unique: false,
            },
            Step::Table {
                name: "wc_order_addresses",
                columns: "id {ID}, order_id {BIGINT} NOT NULL, address_type {ASCII:20} NOT NULL, first_name {TEXT:200} NOT NULL, \
                          last_name {TEXT:200} NOT NULL, company {TEXT:200} NOT NULL, address_1 {TEXT:200} NOT NULL, \
                          address_2 {TEXT:200} NOT NULL, city {TEXT:200} NOT NULL, state {TEXT:200} NOT NULL, \
                          postcode {TEXT:100} NOT NULL, country {TEXT:100} NOT NULL, email {TEXT:320} NOT NULL, \
                          phone {TEXT:100} NOT NULL, UNIQUE (address_type, order_id)",
            },
            Step::Index {
                table: "wc_order_addresses",
                name: "wc_order_addresses_order",
                columns: "order_id",
                unique: false,
            },
            Step::Table {
                name: "wc_order_operational_data",
                columns: "id {ID}, order_id {BIGINT} NOT NULL, created_via {TEXT:100} NOT NULL, woocommerce_version {ASCII:20} NOT NULL, \
                          prices_include_tax {BOOL} NOT NULL, coupon_usages_are_counted {BOOL} NOT NULL, cart_hash {ASCII:100} NOT NULL, \
                          order_key {ASCII:100} NOT NULL, order_stock_reduced {BOOL} NOT NULL, date_paid_gmt {TIME}, \
                          date_completed_gmt {TIME}, shipping_tax_amount {DECIMAL} NOT NULL, shipping_total_amount {DECIMAL} NOT NULL, \
                          discount_tax_amount {DECIMAL} NOT NULL, discount_total_amount {DECIMAL} NOT NULL, recorded_sales {BOOL} NOT NULL, \
                          UNIQUE (order_id)",
            },
            Step::Table {
                name: "wc_orders_meta",
                columns: "id {ID}, order_id {BIGINT} NOT NULL, meta_key {TEXT:191} NOT NULL, meta_value {LONG} NOT NULL",
            },
            Step::Index {
                table: "wc_orders_meta",
                name: "wc_orders_meta_order",
                columns: "order_id, meta_key",
                unique: false,
            },
            Step::Table {
                name: "woocommerce_order_items",
                columns: "order_item_id {ID}, order_item_name {LONG} NOT NULL, order_item_type {ASCII:200} NOT NULL, order_id {BIGINT} NOT NULL",
            },
            Step::Index {
                table: "woocommerce_order_items",
                name: "woocommerce_order_items_order",
                columns: "order_id",
                unique: false,
            },
            Step::Table {
                name: "woocommerce_order_itemmeta",
                columns: "meta_id {ID}, order_item_id {BIGINT} NOT NULL, meta_key {TEXT:191} NOT NULL, meta_value {LONG} NOT NULL",
            },
            Step::Index {
                table: "woocommerce_order_itemmeta",
                name: "woocommerce_order_itemmeta_item",
                columns: "order_item_id",
                unique: false,
            },
            Step::Table {
                name: "cartwright_order_notes",
                columns: "id {ID}, order_id {BIGINT} NOT NULL, note {LONG} NOT NULL, customer_note {BOOL} NOT NULL, \
                          author {TEXT:100} NOT NULL, created_at {TIME} NOT NULL",
            },
            Step::Index {
                table: "cartwright_order_notes",
                name: "cartwright_order_notes_order",
                columns: "order_id",
                unique: false,
            },
            Step::Table {
                name: "wc_reserved_stock",
                columns: "order_id {BIGINT} NOT NULL, product_id {BIGINT} NOT NULL, stock_quantity {BIGINT} NOT NULL, \
                          timestamp {TIME} NOT NULL, expires {TIME} NOT NULL, PRIMARY KEY (order_id, product_id)",
            },
            Step::Index {
                table: "wc_reserved_stock",
                name: "wc_reserved_stock_product",
                columns: "product_id, expires",
                unique: false,
            },
            Step::Table {
                name: "cartwright_customers",
                columns: "user_id {BIGINT} NOT NULL PRIMARY KEY, billing {LONG} NOT NULL, shipping {LONG} NOT NULL",
            },
        ],
    },
    Migration {
        id: "20261121_23_checkout_requests",
        steps: &[Step::Table {
            name: "cartwright_checkout_requests",
            columns: "request {ASCII:64} NOT NULL PRIMARY KEY, order_id {BIGINT} NOT NULL, created_at {TIME} NOT NULL",
        }],
    },
    Migration {
        id: "20261121_24_coupon_keys",
        steps: &[Step::Table {
            name: "cartwright_coupon_keys",
            columns: "coupon_key {ASCII:64} NOT NULL PRIMARY KEY, coupon_id {BIGINT} NOT NULL, code {TEXT:191} NOT NULL",
        }],
    },
    Migration {
        id: "20261128_25_shop_details",
        steps: &[
            Step::Column { table: "cartwright_products", name: "details", definition: "{LONG}" },
            Step::Column { table: "cartwright_coupons", name: "details", definition: "{LONG}" },
            Step::Column { table: "cartwright_coupons", name: "updated_at", definition: "{TIME}" },
            Step::Column { table: "cartwright_customers", name: "details", definition: "{LONG}" },
        ],
    },
];
