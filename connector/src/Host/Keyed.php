<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Host;

use Cartwright\Failure;

/** What carries a key is written once. The key stands on the order; the first result is given again. */
final class Keyed
{
    /** Metadata: the key. */
    public const META = '_cartwright_key';

    /** The order or refund that was written under this key. */
    public static function order(string $key, string $type = 'shop_order'): ?\WC_Abstract_Order
    {
        $found = wc_get_orders([
            'type' => $type,
            'limit' => 1,
            'orderby' => 'id',
            'order' => 'ASC',
            'status' => $type === 'shop_order' ? self::statuses() : ['wc-completed'],
            // phpcs:ignore WordPress.DB.SlowDBQuery -- the key has an index in WooCommerce's order tables
            'meta_key' => self::META,
            'meta_value' => $key,
        ]);
        $order = is_array($found) ? ($found[0] ?? null) : null;
        return $order instanceof \WC_Abstract_Order ? $order : null;
    }

    /** The key of a call; it may not be empty. */
    public static function of(Arguments $arguments): string
    {
        $key = $arguments->text('key');
        if ($key === '' || strlen($key) > 255) {
            throw Failure::invalid('key', 'Use a text of 1 to 255 characters.');
        }
        return $key;
    }

    /**
     * Any status there is, the bin as well: an order in the bin was written all the same.
     *
     * @return list<string>
     */
    private static function statuses(): array
    {
        return [...array_keys(wc_get_order_statuses()), 'trash', 'checkout-draft', 'auto-draft'];
    }
}
