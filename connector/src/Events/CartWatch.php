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
     * A cart that was looked at: its token, and the session that the token stands for.
     *
     * @var array{token: string, key: string}|null
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

    /** What was changed is not kept: the cart is as it was before. */
    public static function forget(): void
    {
        self::$changed = false;
    }

    /**
     * Looks at the cart at the end of the request and announces it. The session is saved after this and remembers what was
     * announced, so that has to be written by then; what is not, is told by the next request. The rest can wait until the
     * browser has its answer.
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
        self::$waiting = ['token' => $token, 'key' => $key];
        if (!$same) {
            $orders = CartTokens::find($token)['orders'] ?? 0;
            if (!Queue::add('cart', "cart:$token", 0, CartSnapshot::of($cart, $token, get_current_user_id(), $orders))) {
                return;
            }
        }
        self::remember($session, $token, $key, $print);
    }

    /** Is there something left to do for a cart? */
    public static function waits(): bool
    {
        return self::$waiting !== null;
    }

    /** The token stands for the session; the browser has its answer. */
    public static function finish(): void
    {
        if (self::$waiting !== null) {
            CartTokens::point(self::$waiting['token'], self::$waiting['key'], get_current_user_id());
            self::$waiting = null;
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
        if (Queue::add('cart', "cart:$token", 0, $snapshot)) {
            self::remember($session, $token, (string) $session->get_customer_id(), $print);
        }
    }

    private static function remember(\WC_Session $session, string $token, string $key, string $print): void
    {
        $session->set(CartTokens::IN_SESSION, $token);
        $session->set(self::KEY, $key);
        $session->set(self::SEEN, $print);
    }
}
