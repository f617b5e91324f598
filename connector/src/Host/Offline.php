<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Host;

/** WooCommerce's own methods of payment that nobody charges: on delivery, by transfer, by cheque. */
final class Offline
{
    private const METHODS = ['cod', 'bacs', 'cheque'];

    public static function is(string $method): bool
    {
        return in_array($method, self::METHODS, true);
    }

    /** Bought for good, though the money is still to come? What is pending or has failed is not. */
    public static function isBought(\WC_Order $order): bool
    {
        return $order->is_paid() || ($order->has_status('on-hold') && self::is((string) $order->get_payment_method()));
    }

    /** What the method makes of a fresh order, as it does at the checkout. */
    public static function status(\WC_Order $order): string
    {
        $method = (string) $order->get_payment_method();
        $waits = $method !== 'cod' || $order->has_downloadable_item();
        $status = apply_filters("woocommerce_{$method}_process_payment_order_status", $waits ? 'on-hold' : 'processing', $order);
        return is_string($status) && $status !== '' ? $status : 'on-hold';
    }
}
