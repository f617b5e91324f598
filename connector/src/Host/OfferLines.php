<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Host;

use Cartwright\Module;

/** An offer's line in the cart: the server's price and quantity hold, whatever the shopper's browser sends. */
final class OfferLines implements Module
{
    /** What a cart's line carries: the offer. */
    public const OFFER = 'ocart_offer_id';
    /** What a cart's line carries: the price of one. */
    public const PRICE = 'ocart_offer_price';
    /** What a cart's line carries: the units. */
    public const QUANTITY = 'ocart_offer_quantity';
    /** Metadata of an order's line: the offer. */
    public const META = '_ocart_offer_id';
    /** Metadata of an order's line: the cart's line it came from. */
    public const LINE_META = '_cartwright_line';

    public function register(): void
    {
        add_filter('woocommerce_add_cart_item', [self::class, 'price'], 99);
        add_filter('woocommerce_get_cart_item_from_session', [self::class, 'price'], 99);
        add_action('woocommerce_before_calculate_totals', [self::class, 'priceAll'], 99);
        add_action('woocommerce_checkout_create_order_line_item', [self::class, 'mark'], 10, 3);
        add_filter('woocommerce_hidden_order_itemmeta', [self::class, 'hide']);
    }

    /**
     * @param mixed $item
     * @return mixed
     */
    public static function price($item)
    {
        if (is_array($item) && isset($item[self::OFFER], $item[self::PRICE]) && $item['data'] instanceof \WC_Product) {
            $item['data']->set_price((string) $item[self::PRICE]);
        }
        return $item;
    }

    /**
     * @param mixed $cart
     */
    public static function priceAll($cart): void
    {
        if (!$cart instanceof \WC_Cart) {
            return;
        }
        foreach ($cart->cart_contents as $key => $item) {
            if (isset($item[self::OFFER])) {
                self::price($item);
                $cart->cart_contents[$key]['quantity'] = (int) ($item[self::QUANTITY] ?? 1);
            }
        }
    }

    /**
     * @param mixed $item
     * @param mixed $key
     * @param mixed $values
     */
    public static function mark($item, $key, $values): void
    {
        if (!$item instanceof \WC_Order_Item_Product || !is_array($values)) {
            return;
        }
        if (isset($values[self::OFFER])) {
            $item->update_meta_data(self::META, (string) $values[self::OFFER]);
        }
    }

    /**
     * @param mixed $names
     * @return array<mixed>
     */
    public static function hide($names): array
    {
        return array_merge(is_array($names) ? $names : [], [self::META, self::LINE_META]);
    }
}
