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
    Cartwright\Installation::stopClock();
    $names = $wpdb->get_col(
        "SELECT option_name FROM {$wpdb->options} WHERE option_name LIKE 'cartwright\\_%'
            OR option_name LIKE '\\_transient\\_cartwright\\_%' OR option_name LIKE '\\_transient\\_timeout\\_cartwright\\_%'"
    );
    foreach ($names as $name) {
        delete_option($name);
    }
    foreach (Cartwright\Installation::TABLES as $table) {
        $wpdb->query('DROP TABLE IF EXISTS `' . $wpdb->prefix . $table . '`');
    }
    Cartwright\Admin\Capabilities::takeAway();
};

// Last and everywhere after the rest, for there may be many, and it needs nothing of that: should PHP's time be over before it
// is done, deleting the plugin once more goes on with it.
$cartwright_take_away = static function (): void {
    if (function_exists('wc_get_orders')) {
        // WooCommerce knows their statuses no more: the plugin is switched off.
        Cartwright\Sessions\Statuses::add();
        add_filter('wc_order_statuses', [Cartwright\Sessions\Statuses::class, 'name']);
        Cartwright\Sessions\SessionOrders::takeAllAway();
    }
};

foreach ([$cartwright_forget, $cartwright_take_away] as $cartwright_do) {
    Cartwright\Installation::everywhere($cartwright_do);
}
