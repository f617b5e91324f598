<?php

/**
 * Plugin Name: Cartwright
 * Description: Connects this WooCommerce store with a Cartwright server: one-click upsells, cart recovery and loyalty points.
 * Version: 0.1.0
 * Requires at least: 6.4
 * Requires PHP: 8.1
 * Requires Plugins: woocommerce
 * WC requires at least: 8.0
 * WC tested up to: 10.9
 * License: GPL-2.0-or-later
 * License URI: https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain: cartwright
 *
 * @package Cartwright
 */

declare(strict_types=1);

if (!defined('ABSPATH')) {
    exit;
}

define('CARTWRIGHT_FILE', __FILE__);
define('CARTWRIGHT_VERSION', '0.1.0');

require_once __DIR__ . '/src/autoload.php';

register_activation_hook(__FILE__, [Cartwright\Installation::class, 'activate']);
register_deactivation_hook(__FILE__, [Cartwright\Installation::class, 'deactivate']);

Cartwright\Plugin::start();
