<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Host;

/** A cart as the server sees it. */
final class CartSnapshot
{
    /**
     * @return array<string, mixed>
     */
    public static function of(\WC_Cart $cart, string $token, int $customerId, int $orders): array
    {
        $currency = get_woocommerce_currency();
        $lines = [];
        $units = 0;
        foreach ($cart->get_cart_contents() as $key => $item) {
            if (($item['data'] ?? null) instanceof \WC_Product) {
                $lines[] = self::line((string) $key, $item);
                $units += (int) $item['quantity'];
            }
        }
        $coupons = array_values(array_map('strval', $cart->get_applied_coupons()));
        return [
            'token' => $token,
            'customer_id' => $customerId,
            'lines' => $lines,
            'coupon_codes' => $coupons,
            'currency' => $currency,
            'subtotal' => Amount::money($cart->get_subtotal(), $currency),
            'discount_total' => Amount::money($cart->get_discount_total(), $currency),
            'shipping_total' => Amount::money($cart->get_shipping_total(), $currency),
            'total_tax' => Amount::money($cart->get_total_tax(), $currency),
            'total' => Amount::money($cart->get_total('edit'), $currency),
            'item_count' => $units,
            'needs_shipping' => $cart->needs_shipping(),
            'hash' => self::hash($lines, $coupons, (string) $cart->get_total('edit'), $orders),
        ];
    }

    /** What tells two states of a cart apart, without reading anything: for every request that has a cart. */
    public static function fingerprint(\WC_Cart $cart): string
    {
        $text = '';
        foreach ($cart->get_cart_contents() as $key => $item) {
            $text .= $key . ':' . ($item['quantity'] ?? 0) . ':' . ($item['line_total'] ?? '') . ';';
        }
        if ($text === '') {
            return '';
        }
        return md5($text . implode(',', $cart->get_applied_coupons()) . '|' . $cart->get_total('edit'));
    }

    /**
     * @param list<array<string, mixed>> $lines
     * @param list<string>               $coupons
     */
    private static function hash(array $lines, array $coupons, string $total, int $orders): string
    {
        $text = "$orders;";
        foreach ($lines as $line) {
            $text .= "{$line['key']}:{$line['quantity']}:{$line['unit_price']};";
        }
        return substr(hash('sha256', $text . implode(',', $coupons) . '|' . Amount::decimal($total)), 0, 32);
    }

    /**
     * @param array<string, mixed> $item
     * @return array<string, mixed>
     */
    private static function line(string $key, array $item): array
    {
        /** @var \WC_Product $product */
        $product = $item['data'];
        $productId = (int) $item['product_id'];
        $parent = $product->get_parent_id() > 0 ? wc_get_product($productId) : $product;
        $parent = $parent instanceof \WC_Product ? $parent : null;
        $variation = [];
        foreach (is_array($item['variation'] ?? null) ? $item['variation'] : [] as $name => $value) {
            $variation[] = [(string) $name, (string) $value];
        }
        return [
            'key' => $key,
            'product_id' => $productId,
            'variation_id' => (int) ($item['variation_id'] ?? 0),
            'quantity' => (int) $item['quantity'],
            'variation' => $variation,
            'name' => Products::plain($product->get_name()),
            'sku' => $product->get_sku(),
            'unit_price' => Amount::decimal($product->get_price()),
            'subtotal' => Amount::decimal($item['line_subtotal'] ?? 0),
            'total' => Amount::decimal($item['line_total'] ?? 0),
            'total_tax' => Amount::decimal($item['line_tax'] ?? 0),
            'image' => Products::image($product),
            'permalink' => (string) $product->get_permalink(),
            'category_ids' => Products::categoryIds($parent),
            'product_type' => $parent?->get_type() ?? $product->get_type(),
            'offer_id' => isset($item[OfferLines::OFFER]) ? (int) $item[OfferLines::OFFER] : null,
        ];
    }
}
