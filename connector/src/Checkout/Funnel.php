<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Checkout;

use Cartwright\Failure;
use Cartwright\Host\Arguments;
use Cartwright\Host\Carts;
use Cartwright\Host\CartSnapshot;
use Cartwright\Host\CartTokens;

/**
 * What the server adds to this shopper's checkout. Without an answer there is nothing to add, and the checkout is
 * WooCommerce's own.
 */
final class Funnel
{
    /** Name within the session: the server's last answer and the cart it was for. */
    private const IN_SESSION = 'cartwright_funnel';
    /** Metadata of an order: the funnel it came through. */
    public const ORDER_META = '_ocart_funnel_id';
    /** Seconds for which an answer holds while the cart is as it was. */
    private const HOLDS = 60;

    /**
     * The server's answer for the cart as it is: `bumps` and more. Empty when there is none.
     *
     * @return array<string, mixed>
     */
    public static function answer(string $slug): array
    {
        return self::ask($slug, true);
    }

    /**
     * @return array<string, mixed>
     */
    private static function ask(string $slug, bool $mayChange): array
    {
        $cart = WC()->cart;
        $session = WC()->session;
        if (!$cart instanceof \WC_Cart || $session === null || $cart->is_empty() || !Away::mayAsk()) {
            return [];
        }
        $known = self::known();
        $print = CartSnapshot::fingerprint($cart);
        $fresh = ($known['at'] ?? 0) > time() - self::HOLDS && ($known['print'] ?? '') === $print;
        if ($fresh && ($known['slug'] ?? '') === $slug && is_array($known['answer'] ?? null)) {
            return $known['answer'];
        }
        $answer = Away::ask('/storefront/checkout', ['funnel' => $slug, 'cart' => self::snapshot($cart)]);
        if ($answer === null) {
            return [];
        }
        if ($mayChange && self::putRight($cart, $answer)) {
            return self::ask($slug, false);
        }
        self::keep($slug, CartSnapshot::fingerprint($cart), $answer);
        return $answer;
    }

    /**
     * The shopper ticked a bump, or unticked it: the cart changes by what the server says.
     *
     * @throws Failure what the shopper is told.
     */
    public static function tick(string $slug, int $offer, bool $accepted): void
    {
        $cart = WC()->cart;
        $question = ['funnel' => $slug, 'offer_id' => $offer, 'accepted' => $accepted, 'cart' => self::snapshot($cart)];
        if (!$accepted) {
            // The shopper's no needs nobody's leave.
            Carts::takeOut($cart, $offer);
            Away::ask('/storefront/bump', $question);
        } else {
            $answer = Away::ask('/storefront/bump', $question);
            if (!is_array($answer['line'] ?? null)) {
                $message = __('This offer cannot be added right now.', 'cartwright');
                throw new Failure('cartwright_bump', $message, 422);
            }
            self::put($cart, $answer['line']);
        }
        $cart->calculate_totals();
    }

    /** The order remembers its funnel: the one whose answer its shopper last saw. */
    public static function mark(\WC_Order $order): void
    {
        $answer = self::known()['answer'] ?? null;
        $id = is_array($answer) ? (int) ($answer['funnel_id'] ?? 0) : 0;
        if ($id > 0) {
            $order->update_meta_data(self::ORDER_META, (string) $id);
        }
    }

    /**
     * The cart as the server is told of it, with its token.
     *
     * @return array<string, mixed>
     */
    private static function snapshot(\WC_Cart $cart): array
    {
        $session = WC()->session;
        $key = (string) $session->get_customer_id();
        $token = (string) $session->get(CartTokens::IN_SESSION, '');
        if ($token === '') {
            $token = CartTokens::of($key);
            $session->set(CartTokens::IN_SESSION, $token);
        }
        $row = CartTokens::find($token);
        if ($row === null) {
            // The request before this one may not have come to write it down yet.
            CartTokens::point($token, $key, get_current_user_id());
        }
        return CartSnapshot::of($cart, $token, get_current_user_id(), $row['orders'] ?? 0);
    }

    /**
     * Lines of offers that are not as the server has them now. True when something was changed.
     *
     * @param array<string, mixed> $answer
     */
    private static function putRight(\WC_Cart $cart, array $answer): bool
    {
        $changed = is_array($answer['changed'] ?? null) ? $answer['changed'] : [];
        $gone = is_array($answer['gone'] ?? null) ? $answer['gone'] : [];
        foreach ($gone as $offer) {
            Carts::takeOut($cart, (int) $offer);
        }
        foreach ($changed as $line) {
            try {
                self::put($cart, is_array($line) ? $line : []);
            } catch (Failure) {
                Carts::takeOut($cart, (int) ($line['offer_id'] ?? 0));
            }
        }
        if ($changed === [] && $gone === []) {
            return false;
        }
        $cart->calculate_totals();
        return true;
    }

    /**
     * @param array<string, mixed> $line
     */
    private static function put(\WC_Cart $cart, array $line): void
    {
        $before = $cart->cart_contents;
        try {
            Carts::placeOffer($cart, new Arguments($line));
        } catch (\Throwable $refusal) {
            // Sold out since, or withdrawn: the cart stays as it was.
            $cart->set_cart_contents($before);
            throw new Failure('cartwright_bump', wp_strip_all_tags($refusal->getMessage()), 422);
        }
    }

    /**
     * @return array<string, mixed>
     */
    private static function known(): array
    {
        $known = WC()->session === null ? null : WC()->session->get(self::IN_SESSION);
        return is_array($known) ? $known : [];
    }

    /**
     * @param array<string, mixed> $answer
     */
    private static function keep(string $slug, string $print, array $answer): void
    {
        WC()->session->set(self::IN_SESSION, ['slug' => $slug, 'print' => $print, 'at' => time(), 'answer' => $answer]);
    }
}
