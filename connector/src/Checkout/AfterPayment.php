<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Checkout;

use Cartwright\Host\Offline;
use Cartwright\Module;

/**
 * After the payment the shopper goes to the server's page, when it has one for the order. WooCommerce asks for the address
 * in mails, in the account and in gateways as well: only the checkout of the very order, within its own request, is sent on.
 */
final class AfterPayment implements Module
{
    /** Parameters of the way back: the order and its key. */
    private const ORDER = 'cartwright_order';
    /** Parameter of an address that stands for one of the store's pages. */
    private const PAGE = 'cartwright_page';

    /** Seconds that the checkout waits: the order is safe, and the server reads it anew before it answers. */
    private const PATIENCE = 2.5;

    /** The order that this request has placed, or 0. */
    private static int $placed = 0;
    /** The server's address for it; null before it was asked. */
    private static ?string $address = null;

    public function register(): void
    {
        add_action('woocommerce_checkout_order_processed', [self::class, 'placed']);
        add_action('woocommerce_store_api_checkout_order_processed', [self::class, 'placed']);
        add_filter('woocommerce_get_checkout_order_received_url', [self::class, 'address'], 99, 2);
        add_action('template_redirect', [self::class, 'back'], 1);
        add_action('template_redirect', [self::class, 'lead'], 1);
    }

    /**
     * The checkout of this request made this order.
     *
     * @param mixed $order the order or its id
     */
    public static function placed($order): void
    {
        self::$placed = $order instanceof \WC_Order ? $order->get_id() : (int) $order;
        self::$address = null;
    }

    /**
     * @param mixed $address
     * @param mixed $order
     * @return mixed
     */
    public static function address($address, $order)
    {
        if (self::$placed === 0 || !$order instanceof \WC_Order || $order->get_id() !== self::$placed) {
            return $address;
        }
        if (self::inMail() || (int) $order->get_meta(Funnel::ORDER_META) === 0 || !Offline::isBought($order)) {
            return $address;
        }
        if (self::$address === null) {
            $question = ['order_id' => $order->get_id(), 'order_key' => $order->get_order_key()];
            $url = Away::ask('/storefront/after-payment', $question, self::PATIENCE)['url'] ?? '';
            self::$address = is_string($url) ? $url : '';
        }
        return self::$address === '' ? $address : self::$address;
    }

    /** The server sends the shopper back: on to WooCommerce's own thank-you page. */
    public static function back(): void
    {
        $id = $_GET[self::ORDER] ?? null;
        $key = $_GET['key'] ?? null;
        if (!is_string($id) || !is_string($key) || !ctype_digit($id)) {
            return;
        }
        $order = wc_get_order((int) $id);
        $known = $order instanceof \WC_Order && hash_equals($order->get_order_key(), $key);
        wp_safe_redirect($known ? $order->get_checkout_order_received_url() : wc_get_page_permalink('shop'));
        exit;
    }

    /** The server has no page of its own for this: on to the store's. */
    public static function lead(): void
    {
        $page = $_GET[self::PAGE] ?? null;
        $name = ['shop' => 'shop', 'cart' => 'cart', 'account' => 'myaccount'][is_string($page) ? $page : ''] ?? null;
        if ($name !== null) {
            wp_safe_redirect(wc_get_page_permalink($name));
            exit;
        }
    }

    /** Mails are written while the order changes its status, within the same request. */
    private static function inMail(): bool
    {
        global $wp_current_filter;
        foreach (is_array($wp_current_filter) ? $wp_current_filter : [] as $hook) {
            if (str_ends_with((string) $hook, '_notification') || str_starts_with((string) $hook, 'woocommerce_email')) {
                return true;
            }
        }
        return false;
    }
}
