<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Host;

use Cartwright\Installation;
use Cartwright\Sessions\Session;

/** An order as the server sees it. */
final class OrderSnapshot
{
    /** Metadata: the cart's token. */
    public const CART = '_cartwright_cart_token';
    /** Metadata that only repeats whole addresses for WooCommerce's own search. */
    private const UNTOLD = ['_billing_address_index', '_shipping_address_index'];

    /** An order that is no refund and no session of an abandoned cart, as it is in the database now. */
    public static function load(int $id): ?\WC_Order
    {
        $order = $id > 0 ? wc_get_order($id) : false;
        $isOrder = $order instanceof \WC_Order && $order->get_type() === 'shop_order' && !Session::is($order);
        return $isOrder ? $order : null;
    }

    /**
     * The order with a version that counts up with each change: the order is read and its version settled by one call at a
     * time, so that nobody gives an older state a newer version.
     *
     * @return array<string, mixed>|null
     */
    public static function find(int $id): ?array
    {
        return Lock::holding(["version:$id"], static function () use ($id): ?array {
            $order = self::load($id);
            return $order === null ? null : self::versioned(self::of($order));
        });
    }

    /**
     * What is refunded so far, oldest first.
     *
     * @return list<array{id: int, amount: array{minor: int, currency: string}, at: string}>
     */
    public static function refunds(int $id): array
    {
        $order = self::load($id);
        $rows = [];
        foreach (array_reverse($order?->get_refunds() ?? []) as $refund) {
            $rows[] = self::refund($refund);
        }
        return $rows;
    }

    /**
     * @return array{id: int, amount: array{minor: int, currency: string}, at: string}
     */
    public static function refund(\WC_Order_Refund $refund): array
    {
        return [
            'id' => $refund->get_id(),
            'amount' => Amount::money($refund->get_amount(), $refund->get_currency()),
            'at' => self::moment($refund->get_date_created()) ?? gmdate('Y-m-d\TH:i:s\Z'),
        ];
    }

    /** A time as the server writes it. */
    public static function moment(?\WC_DateTime $moment): ?string
    {
        return $moment === null ? null : gmdate('Y-m-d\TH:i:s\Z', $moment->getTimestamp());
    }

    /**
     * @return array<string, mixed>
     */
    private static function of(\WC_Order $order): array
    {
        $currency = $order->get_currency();
        $lines = [];
        foreach ($order->get_items() as $item) {
            if ($item instanceof \WC_Order_Item_Product) {
                $lines[] = self::line($order, $item);
            }
        }
        return [
            'id' => $order->get_id(),
            'parent_id' => $order->get_parent_id(),
            'order_key' => $order->get_order_key(),
            'status' => $order->get_status(),
            'currency' => $currency,
            'customer_id' => $order->get_customer_id(),
            'billing_email' => (string) $order->get_billing_email(),
            'created_via' => (string) $order->get_created_via(),
            'payment_method' => (string) $order->get_payment_method(),
            'transaction_id' => (string) $order->get_transaction_id(),
            'lines' => $lines,
            'coupon_codes' => array_values(array_map('strval', $order->get_coupon_codes())),
            'discount_total' => Amount::money($order->get_discount_total(), $currency),
            'shipping_total' => Amount::money($order->get_shipping_total(), $currency),
            'total_tax' => Amount::money($order->get_total_tax(), $currency),
            'total' => Amount::money($order->get_total(), $currency),
            'refunded_total' => Amount::money($order->get_total_refunded(), $currency),
            'refunded_shipping' => self::refundedShipping($order, static fn ($item) => $item->get_total()),
            'refunded_shipping_tax' => self::refundedShipping($order, static fn ($item) => $item->get_total_tax()),
            'cart_token' => (string) $order->get_meta(self::CART),
            'meta' => self::meta($order),
            'created_at' => self::moment($order->get_date_created()) ?? gmdate('Y-m-d\TH:i:s\Z', 0),
            'paid_at' => self::moment($order->get_date_paid()),
            'completed_at' => self::moment($order->get_date_completed()),
        ];
    }

    /**
     * What has been refunded of shipping by its own lines, as a positive amount.
     *
     * @param callable(\WC_Order_Item_Shipping): mixed $part
     */
    private static function refundedShipping(\WC_Order $order, callable $part): string
    {
        $sum = 0.0;
        foreach ($order->get_refunds() as $refund) {
            foreach ($refund->get_items('shipping') as $item) {
                $sum += $item instanceof \WC_Order_Item_Shipping ? abs((float) $part($item)) : 0.0;
            }
        }
        return Amount::decimal($sum);
    }

    /**
     * @return array<string, mixed>
     */
    private static function line(\WC_Order $order, \WC_Order_Item_Product $item): array
    {
        $product = $item->get_product_id() > 0 ? wc_get_product($item->get_product_id()) : null;
        $offer = (string) $item->get_meta(OfferLines::META);
        return [
            'id' => $item->get_id(),
            'product_id' => $item->get_product_id(),
            'variation_id' => $item->get_variation_id(),
            'name' => Products::plain($item->get_name()),
            'quantity' => (int) $item->get_quantity(),
            'subtotal' => Amount::decimal($item->get_subtotal()),
            'total' => Amount::decimal($item->get_total()),
            'total_tax' => Amount::decimal($item->get_total_tax()),
            'refunded_quantity' => (int) abs($order->get_qty_refunded_for_item($item->get_id())),
            'refunded_total' => Amount::decimal($order->get_total_refunded_for_item($item->get_id())),
            'category_ids' => Products::categoryIds($product instanceof \WC_Product ? $product : null),
            'offer_id' => ctype_digit($offer) ? (int) $offer : null,
        ];
    }

    /**
     * Metadata with scalar values.
     *
     * @return list<array{string, string}>
     */
    private static function meta(\WC_Order $order): array
    {
        $pairs = [];
        foreach ($order->get_meta_data() as $meta) {
            $data = $meta->get_data();
            $ours = in_array($data['key'], self::UNTOLD, true) || str_starts_with((string) $data['key'], '_cartwright_');
            if (!$ours && is_scalar($data['value'] ?? null)) {
                $value = $data['value'];
                $pairs[] = [(string) $data['key'], is_bool($value) ? ($value ? '1' : '') : (string) $value];
            }
        }
        return $pairs;
    }

    /**
     * @param array<string, mixed> $snapshot
     * @return array<string, mixed>
     */
    private static function versioned(array $snapshot): array
    {
        global $wpdb;
        $table = Installation::table('cartwright_orders');
        $digest = hash('sha256', (string) wp_json_encode($snapshot));
        $sql = 'SELECT version, digest FROM %i WHERE order_id = %d';
        $known = $wpdb->get_row($wpdb->prepare($sql, $table, $snapshot['id']));
        $version = (int) ($known->version ?? 0);
        if ($known === null || !hash_equals((string) $known->digest, $digest)) {
            // Milliseconds, so that versions go on counting up when a backup of the database was put back.
            $version = max($version + 1, (int) (microtime(true) * 1000));
            $sql = 'INSERT INTO %i (order_id, version, digest) VALUES (%d, %d, %s)
                ON DUPLICATE KEY UPDATE version = VALUES(version), digest = VALUES(digest)';
            $wpdb->query($wpdb->prepare($sql, $table, $snapshot['id'], $version, $digest));
        }
        return $snapshot + ['version' => $version];
    }
}
