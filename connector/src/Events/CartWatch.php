<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Events;

use Cartwright\Host\CartSnapshot;
use Cartwright\Host\CartTokens;
use Cartwright\Link\Keys;
use Cartwright\Module;

/**
 * Announces carts that have changed. WooCommerce says so several times a request and on plain views of a page as well:
 * so it is looked at once, at the end of the request, and announced when it is another than last time.
 */
final class CartWatch implements Module
{
    /** Name within the session: what the cart was when it was last announced. */
    private const SEEN = 'cartwright_seen';
    /** Name within the session: the session's key when it was last announced. */
    private const KEY = 'cartwright_key';

    private static bool $changed = false;
    /**
     * A cart that is to be announced.
     *
     * @var array{cart: \WC_Cart, token: string, key: string, same: bool}|null
     */
    private static ?array $waiting = null;

    public function register(): void
    {
        foreach (['woocommerce_cart_updated', 'woocommerce_cart_emptied', 'woocommerce_applied_coupon'] as $hook) {
            add_action($hook, [self::class, 'mark'], 99);
        }
        add_action('woocommerce_guest_session_to_user_id', [self::class, 'mark']);
        // Before WooCommerce saves the session.
        add_action('shutdown', [self::class, 'look'], 5);
    }

    /** The cart may have changed. */
    public static function mark(): void
    {
        self::$changed = true;
    }

    /**
     * Looks at the cart at the end of the request. What goes into the session is done here, before it is saved; the rest can
     * wait until the browser has its answer.
     */
    public static function look(): void
    {
        $cart = WC()->cart;
        $session = WC()->session;
        if (!self::$changed || !$cart instanceof \WC_Cart || $session === null || !Keys::paired()) {
            return;
        }
        self::$changed = false;
        $print = CartSnapshot::fingerprint($cart);
        $token = (string) $session->get(CartTokens::IN_SESSION, '');
        $same = $print === (string) $session->get(self::SEEN, '');
        $key = (string) $session->get_customer_id();
        if ($same && ($token === '' || $key === (string) $session->get(self::KEY, ''))) {
            return;
        }
        $token = $token === '' ? CartTokens::of($key) : $token;
        self::remember($session, $token, $key, $print);
        self::$waiting = ['cart' => $cart, 'token' => $token, 'key' => $key, 'same' => $same];
    }

    /** Is there a cart to announce? */
    public static function waits(): bool
    {
        return self::$waiting !== null;
    }

    /** Announces the cart; the browser has its answer. */
    public static function announce(): void
    {
        if (self::$waiting === null) {
            return;
        }
        ['cart' => $cart, 'token' => $token, 'key' => $key, 'same' => $same] = self::$waiting;
        self::$waiting = null;
        CartTokens::point($token, $key, get_current_user_id());
        if (!$same) {
            $orders = CartTokens::find($token)['orders'] ?? 0;
            Queue::add('cart', "cart:$token", 0, CartSnapshot::of($cart, $token, get_current_user_id(), $orders));
        }
    }

    /**
     * The server itself changed a cart: it hears of it as of any other change.
     *
     * @param array<string, mixed> $snapshot
     */
    public static function changedByServer(\WC_Cart $cart, array $snapshot): void
    {
        $session = WC()->session;
        $print = CartSnapshot::fingerprint($cart);
        if ($print === (string) $session->get(self::SEEN, '')) {
            return;
        }
        $token = (string) $snapshot['token'];
        self::remember($session, $token, (string) $session->get_customer_id(), $print);
        Queue::add('cart', "cart:$token", 0, $snapshot);
    }

    private static function remember(\WC_Session $session, string $token, string $key, string $print): void
    {
        $session->set(CartTokens::IN_SESSION, $token);
        $session->set(self::KEY, $key);
        $session->set(self::SEEN, $print);
    }
}
