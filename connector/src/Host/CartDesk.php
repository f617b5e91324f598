<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Host;

use Automattic\WooCommerce\StoreApi\Exceptions\RouteException;
use Cartwright\Events\CartWatch;
use Cartwright\Failure;

/** Takes a shopper's cart out of its session, works on it with WooCommerce's own means, and puts it back. */
final class CartDesk
{
    /**
     * Works on a cart and gives what `work` gives. One call at a time has the cart.
     *
     * @template T
     * @param callable(\WC_Cart): T $work
     * @return T
     *
     * @throws Failure 404 when there is no such cart.
     */
    public static function with(string $token, callable $work)
    {
        return Lock::holding(["cart:$token"], static function () use ($token, $work) {
            $row = CartTokens::find($token) ?? throw Failure::notFound('cart');
            try {
                $cart = self::load($row['session_key'], $row['customer_id']);
                // The shopper's own requests find the token there and go on using it.
                WC()->session->set(CartTokens::IN_SESSION, $token);
                $result = self::translating(static fn () => $work($cart));
                self::store();
                return $result;
            } catch (\Throwable $trouble) {
                // The session is not saved: what was done to the cart so far has not happened.
                CartWatch::forget();
                throw $trouble;
            }
        });
    }

    /**
     * Works on a cart, calculates it anew, announces the change, gives the snapshot.
     *
     * @param callable(\WC_Cart): void $change
     * @return array<string, mixed>
     */
    public static function change(string $token, callable $change): array
    {
        return self::with($token, static function (\WC_Cart $cart) use ($token, $change): array {
            $change($cart);
            return self::finish($cart, $token);
        });
    }

    /**
     * Calculates and gives the snapshot, and announces it when it is not as it was.
     *
     * @return array<string, mixed>
     */
    public static function finish(\WC_Cart $cart, string $token): array
    {
        self::calculate($cart);
        $row = CartTokens::find($token) ?? throw Failure::notFound('cart');
        $snapshot = CartSnapshot::of($cart, $token, $row['customer_id'], $row['orders']);
        CartWatch::changedByServer($cart, $snapshot);
        return $snapshot;
    }

    /** Opens a new session and gives its cart's token. */
    public static function open(int $customerId): string
    {
        return CartTokens::make('t_' . bin2hex(random_bytes(15)), $customerId);
    }

    /** Calculates as the checkout page does. */
    public static function calculate(\WC_Cart $cart): void
    {
        $cart->calculate_shipping();
        $cart->calculate_totals();
    }

    private static function load(string $sessionKey, int $customerId): \WC_Cart
    {
        if (!defined('WOOCOMMERCE_CART')) {
            define('WOOCOMMERCE_CART', true);
        }
        include_once WC_ABSPATH . 'includes/wc-cart-functions.php';
        include_once WC_ABSPATH . 'includes/wc-notice-functions.php';
        wp_set_current_user(ctype_digit($sessionKey) ? (int) $sessionKey : $customerId);
        $session = new CartSession($sessionKey);
        $session->init();
        WC()->session = $session;
        WC()->customer = new \WC_Customer(get_current_user_id(), true);
        WC()->cart = WC()->cart instanceof \WC_Cart ? WC()->cart : new \WC_Cart();
        WC()->cart->get_cart_from_session();
        self::calculate(WC()->cart);
        wc_clear_notices();
        return WC()->cart;
    }

    private static function store(): void
    {
        wc_clear_notices();
        WC()->customer->save();
        WC()->session->save_data();
    }

    /**
     * @template T
     * @param callable(): T $work
     * @return T
     */
    private static function translating(callable $work)
    {
        try {
            return $work();
        } catch (RouteException $refusal) {
            throw self::failure((string) $refusal->getErrorCode(), $refusal->getMessage());
        }
    }

    /** WooCommerce refuses with 400 whatever it is: the server tells a wrong call from a rule. */
    public static function failure(string $code, string $message): Failure
    {
        $wrong = ['invalid_product', 'variation', 'missing_attributes', 'invalid_quantity', 'invalid_parent'];
        $message = Products::plain($message);
        foreach ($wrong as $part) {
            if (str_contains($code, $part)) {
                return new Failure($code, $message, 400);
            }
        }
        return Failure::refused($code, $message);
    }
}
