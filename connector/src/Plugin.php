<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright;

/** Starts the plugin: with WooCommerce its modules, without it a notice and nothing else. */
final class Plugin
{
    /** The oldest WooCommerce that this works with. */
    public const OLDEST_WOOCOMMERCE = '8.0';

    /**
     * The parts of the plugin, in the order in which they are registered. To add one, add its line.
     *
     * @var list<class-string<Module>>
     */
    public const MODULES = [
        Installation::class,
        Link\Link::class,
        Host\Host::class,
        Host\OfferLines::class,
        Sessions\Statuses::class,
        Sessions\Uncounted::class,
        Sessions\Unsold::class,
        Sessions\SessionOrders::class,
        Sessions\Privacy::class,
        Events\OrderWatch::class,
        Events\CartWatch::class,
        Events\PeopleWatch::class,
        Events\Acquaintance::class,
        Events\RightsWatch::class,
        Events\Sweep::class,
        Events\Sender::class,
        Settings\SettingsPage::class,
        Hooks\Actions::class,
        Hooks\Filters::class,
        Admin\Capabilities::class,
        Admin\Menu::class,
        Cli\Commands::class,
        Checkout\ClassicCheckout::class,
        Checkout\BlockCheckout::class,
        Checkout\AfterPayment::class,
        Shortcodes\Balance::class,
    ];

    /** Hooks the start into WordPress. */
    public static function start(): void
    {
        add_action('before_woocommerce_init', [self::class, 'declareCompatibility']);
        add_action('plugins_loaded', [self::class, 'loaded'], 20);
        // WooCommerce looks at the address early, and does not see a REST call behind plain permalinks.
        add_filter('woocommerce_is_rest_api_request', [self::class, 'isServerCall']);
    }

    /** Says that orders in tables of their own and the blocks of cart and checkout are supported. */
    public static function declareCompatibility(): void
    {
        $features = '\Automattic\WooCommerce\Utilities\FeaturesUtil';
        if (!class_exists($features)) {
            return;
        }
        $features::declare_compatibility('custom_order_tables', CARTWRIGHT_FILE, true);
        $features::declare_compatibility('cart_checkout_blocks', CARTWRIGHT_FILE, true);
    }

    /**
     * Calls of the server need no cart and no session of their own, whatever the permalinks are.
     *
     * @param mixed $isRest
     */
    public static function isServerCall($isRest): bool
    {
        $route = $_GET['rest_route'] ?? '';
        return (bool) $isRest || (is_string($route) && str_starts_with($route, '/cartwright/'));
    }

    /** All plugins are there: is WooCommerce among them? */
    public static function loaded(): void
    {
        if (!self::hasWooCommerce()) {
            add_action('admin_notices', [self::class, 'noticeWithoutWooCommerce']);
            return;
        }
        foreach (self::MODULES as $module) {
            (new $module())->register();
        }
    }

    /** Is WooCommerce active, and new enough? */
    public static function hasWooCommerce(): bool
    {
        return class_exists('WooCommerce', false)
            && defined('WC_VERSION')
            && version_compare((string) WC_VERSION, self::OLDEST_WOOCOMMERCE, '>=');
    }

    /** Tells whoever can change it what is missing. */
    public static function noticeWithoutWooCommerce(): void
    {
        if (!current_user_can('activate_plugins')) {
            return;
        }
        $text = sprintf(
            /* translators: %s: a version number */
            __('Cartwright needs WooCommerce %s or newer and does nothing until it is active.', 'cartwright'),
            self::OLDEST_WOOCOMMERCE
        );
        printf('<div class="notice notice-error"><p>%s</p></div>', esc_html($text));
    }
}
