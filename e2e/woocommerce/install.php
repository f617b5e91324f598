<?php

/** Installs and resets the test store, step by step: `install.php wordpress|woocommerce|store|connector|reset|cron`. */

declare(strict_types=1);

$step = (string) ($argv[1] ?? '');
if ($step === 'wordpress') {
    define('WP_INSTALLING', true);
}
require __DIR__ . '/load.php';
require __DIR__ . '/catalogue.php';

function activate(string $plugin): void
{
    require_once ABSPATH . 'wp-admin/includes/plugin.php';
    $problem = activate_plugin($plugin);
    if ($problem instanceof WP_Error) {
        fwrite(STDERR, $plugin . ': ' . $problem->get_error_message() . "\n");
        exit(1);
    }
}

function install_wordpress(): void
{
    require_once ABSPATH . 'wp-admin/includes/upgrade.php';
    add_filter('pre_wp_mail', '__return_true');
    wp_install('Test store', 'owner', 'owner@example.com', true, '', 'owner');
    update_option('permalink_structure', '/%postname%/');
    update_option('timezone_string', 'UTC');
    update_option('default_comment_status', 'open');
    update_option('comment_moderation', '1');
}

function install_woocommerce(): void
{
    activate('woocommerce/woocommerce.php');
    WC_Install::install();
}

function settings(): void
{
    $options = [
        'woocommerce_custom_orders_table_enabled' => 'yes',
        'woocommerce_custom_orders_table_data_sync_enabled' => 'no',
        'woocommerce_coming_soon' => 'no',
        'woocommerce_onboarding_profile' => ['skipped' => true],
        'woocommerce_task_list_hidden' => 'yes',
        'woocommerce_allow_tracking' => 'no',
        'woocommerce_show_marketplace_suggestions' => 'no',
        'woocommerce_default_country' => 'US:IL',
        'woocommerce_store_address' => '1 Main St',
        'woocommerce_store_city' => 'Springfield',
        'woocommerce_store_postcode' => '62701',
        'woocommerce_currency' => 'USD',
        'woocommerce_calc_taxes' => 'yes',
        'woocommerce_prices_include_tax' => 'no',
        'woocommerce_tax_based_on' => 'shipping',
        'woocommerce_default_customer_address' => 'base',
        'woocommerce_enable_guest_checkout' => 'yes',
        'woocommerce_enable_signup_and_login_from_checkout' => 'yes',
        'woocommerce_enable_myaccount_registration' => 'yes',
        'woocommerce_registration_generate_password' => 'yes',
        'woocommerce_hold_stock_minutes' => '60',
        'woocommerce_cod_settings' => ['enabled' => 'yes', 'title' => 'Cash on delivery', 'enable_for_virtual' => 'yes'],
        'woocommerce_bacs_settings' => ['enabled' => 'yes', 'title' => 'Direct bank transfer'],
        'woocommerce_cheque_settings' => ['enabled' => 'yes', 'title' => 'Cheque'],
        'woocommerce_logs_level_threshold' => 'warning',
    ];
    foreach ($options as $name => $value) {
        update_option($name, $value);
    }
}

function taxes_and_shipping(): void
{
    WC_Tax::_insert_tax_rate([
        'tax_rate_country' => 'US',
        'tax_rate_state' => '',
        'tax_rate' => '10.0000',
        'tax_rate_name' => 'US',
        'tax_rate_priority' => 1,
        'tax_rate_compound' => 0,
        'tax_rate_shipping' => 1,
        'tax_rate_order' => 0,
        'tax_rate_class' => '',
    ]);
    $zone = new WC_Shipping_Zone();
    $zone->set_zone_name('Everywhere');
    $zone->save();
    $method = $zone->add_shipping_method('flat_rate');
    update_option("woocommerce_flat_rate_{$method}_settings", ['title' => 'Flat rate', 'tax_status' => 'taxable', 'cost' => '4.99']);
}

function pages(): void
{
    WC_Install::create_pages();
    $pages = [
        'checkout-classic' => ['Classic checkout', '[woocommerce_checkout]'],
        'cart-classic' => ['Classic cart', '[woocommerce_cart]'],
    ];
    foreach ($pages as $slug => [$title, $content]) {
        wp_insert_post([
            'post_type' => 'page', 'post_status' => 'publish', 'post_name' => $slug, 'post_title' => $title,
            'post_content' => "<!-- wp:shortcode -->$content<!-- /wp:shortcode -->", 'comment_status' => 'closed',
        ]);
    }
}

function fill_store(): void
{
    settings();
    $synchronizer = 'Automattic\WooCommerce\Internal\DataStores\Orders\DataSynchronizer';
    if (class_exists($synchronizer)) {
        wc_get_container()->get($synchronizer)->create_database_tables();
    }
    taxes_and_shipping();
    pages();
    make_catalogue();
    $customer = wc_create_new_customer('ada@example.com', 'ada', 'ada');
    if ($customer instanceof WP_Error) {
        fwrite(STDERR, $customer->get_error_message() . "\n");
        exit(1);
    }
    // The rules of the addresses are made once the kinds of posts are known.
    flush_rewrite_rules();
}

/** Orders, sessions and announcements go, stock is as it was: a test begins from the same store. */
function reset_store(): void
{
    global $wpdb;
    if (class_exists('Cartwright\Sessions\SessionOrders')) {
        Cartwright\Sessions\SessionOrders::takeAllAway();
    }
    do {
        $orders = wc_get_orders(['limit' => 100, 'return' => 'objects', 'status' => array_keys(get_post_stati()), 'type' => ['shop_order', 'shop_order_refund']]);
        foreach ($orders as $order) {
            $order->delete(true);
        }
    } while (count($orders) > 0);
    foreach (['woocommerce_sessions', 'wc_reserved_stock', 'cartwright_events', 'cartwright_carts', 'cartwright_orders', 'cartwright_locks', 'cartwright_done'] as $table) {
        $wpdb->query("DELETE FROM {$wpdb->prefix}$table");
    }
    delete_metadata('user', 0, '_woocommerce_persistent_cart_' . get_current_blog_id(), '', true);
    reset_stock();
    wp_cache_flush();
}

/** The machine that tests may be busy with other things: what it shows must not depend on that. */
function give_time(): void
{
    wp_mkdir_p(WPMU_PLUGIN_DIR);
    file_put_contents(WPMU_PLUGIN_DIR . '/patience.php', "<?php\nadd_filter('cartwright/patience', static fn (): float => 20.0);\n");
}

match ($step) {
    'wordpress' => install_wordpress(),
    'woocommerce' => install_woocommerce(),
    'store' => fill_store(),
    'connector' => [activate('cartwright/cartwright.php'), give_time()],
    'reset' => reset_store(),
    'cron' => wp_remote_get(site_url('/wp-cron.php?doing_wp_cron'), ['timeout' => 60]),
    default => exit("no such step: $step\n"),
};
