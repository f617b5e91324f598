<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Checkout;

use Cartwright\Failure;
use Cartwright\Module;

/** Bumps in the Checkout block: as data of the Store API's cart, shown by a script that needs no build. */
final class BlockCheckout implements Module
{
    /** Our name within the Store API's extensions. */
    private const NAMESPACE = 'cartwright';
    /** Name within the session: until when this shopper is taken to be in the Checkout block. */
    private const IN_SESSION = 'cartwright_block';
    private const STAY = 2 * HOUR_IN_SECONDS;

    public function register(): void
    {
        add_action('woocommerce_blocks_loaded', [self::class, 'extend']);
        if (did_action('woocommerce_blocks_loaded') > 0) {
            self::extend();
        }
        add_action('woocommerce_blocks_enqueue_checkout_block_scripts_before', [self::class, 'enter']);
        add_action('woocommerce_blocks_enqueue_checkout_block_scripts_after', [self::class, 'scripts']);
        add_action('woocommerce_store_api_checkout_update_order_meta', [self::class, 'mark']);
    }

    /** Adds our data to the Store API's cart, and what changes it. */
    public static function extend(): void
    {
        if (!function_exists('woocommerce_store_api_register_endpoint_data')) {
            return;
        }
        woocommerce_store_api_register_endpoint_data([
            'endpoint' => 'cart',
            'namespace' => self::NAMESPACE,
            'data_callback' => [self::class, 'data'],
            'schema_callback' => [self::class, 'schema'],
            'schema_type' => ARRAY_A,
        ]);
        woocommerce_store_api_register_update_callback([
            'namespace' => self::NAMESPACE,
            'callback' => [self::class, 'tick'],
        ]);
    }

    /** The Checkout block is on this page: from here on the cart is told with its bumps. */
    public static function enter(): void
    {
        if (WC()->session !== null) {
            WC()->session->set(self::IN_SESSION, time() + self::STAY);
        }
    }

    /** The script that shows the bumps. */
    public static function scripts(): void
    {
        wp_enqueue_style('cartwright-checkout', plugins_url('assets/checkout.css', CARTWRIGHT_FILE), [], CARTWRIGHT_VERSION);
        $needs = ['wc-blocks-checkout', 'wp-plugins', 'wp-element', 'wp-data'];
        $file = plugins_url('assets/checkout-block.js', CARTWRIGHT_FILE);
        wp_enqueue_script('cartwright-checkout-block', $file, $needs, CARTWRIGHT_VERSION, true);
    }

    /**
     * @return array{bumps: list<array<string, mixed>>}
     */
    public static function data(): array
    {
        $session = WC()->session;
        if ($session === null || (int) $session->get(self::IN_SESSION, 0) < time()) {
            return ['bumps' => []];
        }
        $bumps = Funnel::answer('')['bumps'] ?? [];
        $shown = ['offer_id', 'headline', 'description', 'accept_label', 'price_text', 'regular_price_text', 'image', 'accepted'];
        $told = static fn (array $bump): array => array_intersect_key($bump, array_flip($shown));
        return ['bumps' => array_values(array_map($told, array_filter(is_array($bumps) ? $bumps : [], 'is_array')))];
    }

    /**
     * @return array<string, mixed>
     */
    public static function schema(): array
    {
        return [
            'bumps' => ['description' => 'Offers for this cart.', 'type' => 'array', 'context' => ['view', 'edit'], 'readonly' => true],
        ];
    }

    /**
     * A box was ticked, or unticked: `{"offer": 3, "accepted": true}`.
     *
     * @param mixed $asked
     */
    public static function tick($asked): void
    {
        $offer = is_array($asked) && is_int($asked['offer'] ?? null) ? $asked['offer'] : 0;
        try {
            Funnel::tick('', $offer, is_array($asked) && ($asked['accepted'] ?? false) === true);
        } catch (Failure $failure) {
            $exception = '\Automattic\WooCommerce\StoreApi\Exceptions\RouteException';
            throw new $exception('cartwright_bump', $failure->getMessage(), 422);
        }
    }

    /**
     * @param mixed $order
     */
    public static function mark($order): void
    {
        if ($order instanceof \WC_Order) {
            Funnel::mark($order);
        }
    }
}
