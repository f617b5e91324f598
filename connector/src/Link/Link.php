<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Link;

use Cartwright\Installation;
use Cartwright\Module;

/** The link's own routes and its housekeeping. */
final class Link implements Module
{
    /** Option that holds what the server told of itself. */
    public const SERVER_OPTION = 'cartwright_server';

    public function register(): void
    {
        add_action('init', [Pairing::class, 'notice'], 6);
        add_action('rest_api_init', [self::class, 'routes']);
        add_filter('rest_authentication_errors', [Endpoint::class, 'admit'], 9999);
        add_action(Installation::HOURLY, [Nonces::class, 'clean']);
        add_action(Installation::HOURLY, [Rotation::class, 'settle']);
        add_action(Installation::MINUTELY, [self::class, 'greetOnce']);
        add_action(Installation::HOURLY, [self::class, 'greetAgain']);
    }

    /** Adds the routes. */
    public static function routes(): void
    {
        Endpoint::open('/pair', static fn (array $body): array => Pairing::answer($body));
        Endpoint::signed('/keys', static fn (array $body, \WP_REST_Request $request): array
            => Rotation::answer($body, (string) $request->get_header('x_cartwright_key')));
        Endpoint::signed('/hello', static fn (): array => self::hello());
    }

    /**
     * What the server is told of this store.
     *
     * @return array<string, mixed>
     */
    public static function hello(): array
    {
        return self::versions() + [
            'site' => Site::id(),
            'address' => Site::address(),
            'name' => html_entity_decode((string) get_bloginfo('name'), ENT_QUOTES),
            'currency' => get_woocommerce_currency(),
            'price_decimals' => wc_get_price_decimals(),
            'prices_include_tax' => wc_prices_include_tax(),
            'taxes' => wc_tax_enabled(),
            'base_country' => WC()->countries->get_base_country(),
            'base_state' => WC()->countries->get_base_state(),
            'timezone' => wp_timezone_string(),
            'high_performance_order_storage' => self::hasOrderTables(),
        ];
    }

    /** Tells the server who is here, and keeps what it tells of itself. */
    public static function greet(): void
    {
        $answer = Server::post('/hello', self::hello());
        $text = static fn (string $name): string => is_string($answer[$name] ?? null) ? $answer[$name] : '';
        $told = ['server' => $text('server'), 'public_url' => $text('public_url')];
        $told['pages'] = array_values(array_filter((array) ($answer['pages'] ?? []), 'is_string'));
        update_option(self::SERVER_OPTION, $told, true);
    }

    /** Paired from the other side: the server is greeted as soon as there is time. */
    public static function greetOnce(): void
    {
        if (!Keys::paired() || is_array(get_option(self::SERVER_OPTION))) {
            return;
        }
        try {
            self::greet();
        } catch (\Cartwright\Failure) {
            // In a minute again.
        }
    }

    /** The server may have become a newer one, and more may be hooked here. */
    public static function greetAgain(): void
    {
        if (!Keys::paired()) {
            return;
        }
        try {
            self::greet();
        } catch (\Cartwright\Failure) {
            // In an hour again.
        }
    }

    /**
     * Names of the server's filters that something is hooked to here.
     *
     * @return list<string>
     */
    public static function hooked(): array
    {
        $names = apply_filters('cartwright/hooked', []);
        return is_array($names) ? array_values(array_filter($names, 'is_string')) : [];
    }

    /**
     * @return array<string, mixed>
     */
    private static function versions(): array
    {
        return [
            'wordpress' => (string) get_bloginfo('version'),
            'woocommerce' => (string) WC_VERSION,
            'php' => PHP_VERSION,
            'connector' => CARTWRIGHT_VERSION,
            'hooked' => self::hooked(),
        ];
    }

    /** Are orders kept in tables of their own, and not as posts? */
    public static function hasOrderTables(): bool
    {
        $utility = '\Automattic\WooCommerce\Utilities\OrderUtil';
        return class_exists($utility) && $utility::custom_orders_table_usage_is_enabled();
    }
}
