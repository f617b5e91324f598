<?php

/**
 * Takes away all that the plugin has put into this WordPress: tables, options, its place in the clock, and the sessions of
 * abandoned carts that stand among the orders. What it wrote on orders stays, because it belongs to them.
 *
 * @package Cartwright
 */

declare(strict_types=1);

if (!defined('WP_UNINSTALL_PLUGIN')) {
    exit;
}

require_once __DIR__ . '/src/autoload.php';

$cartwright_forget = static function (): void {
    global $wpdb;
    if (function_exists('wc_get_orders')) {
        // WooCommerce knows their statuses no more: the plugin is switched off.
        Cartwright\Sessions\Statuses::add();
        add_filter('wc_order_statuses', [Cartwright\Sessions\Statuses::class, 'name']);
        Cartwright\Sessions\SessionOrders::takeAllAway();
    }
    foreach (Cartwright\Installation::TABLES as $table) {
        $wpdb->query('DROP TABLE IF EXISTS `' . $wpdb->prefix . $table . '`');
    }
    $names = $wpdb->get_col("SELECT option_name FROM {$wpdb->options} WHERE option_name LIKE 'cartwright\\_%'");
    foreach ($names as $name) {
        delete_option($name);
    }
    Cartwright\Admin\Capabilities::takeAway();
    wp_clear_scheduled_hook(Cartwright\Installation::MINUTELY);
    wp_clear_scheduled_hook(Cartwright\Installation::HOURLY);
    wp_clear_scheduled_hook(Cartwright\Events\Sender::SOON);
};

if (is_multisite()) {
    foreach (get_sites(['fields' => 'ids', 'number' => 0]) as $cartwright_site) {
        switch_to_blog((int) $cartwright_site);
        $cartwright_forget();
        restore_current_blog();
    }
} else {
    $cartwright_forget();
}
