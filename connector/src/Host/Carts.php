<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Host;

use Automattic\WooCommerce\StoreApi\Utilities\CartController;
use Cartwright\Failure;

/** What the server does with carts. */
final class Carts
{
    /** A line may have so many units. */
    private const MOST_UNITS = 9999;

    /**
     * @return array<string, mixed>
     */
    public static function open(Arguments $arguments): array
    {
        $token = CartDesk::open($arguments->id('customer_id'));
        return CartDesk::with($token, static fn (\WC_Cart $cart): array => self::snapshot($cart, $token));
    }

    /**
     * @return array<string, mixed>|null
     */
    public static function find(Arguments $arguments): ?array
    {
        $token = $arguments->text('token');
        if (CartTokens::find($token) === null) {
            return null;
        }
        return CartDesk::with($token, static fn (\WC_Cart $cart): array => self::snapshot($cart, $token));
    }

    /**
     * @return array<string, mixed>
     */
    public static function add(Arguments $arguments): array
    {
        $product = $arguments->object('product');
        $change = static fn (\WC_Cart $cart): string => self::put($cart, $product, []);
        return CartDesk::change($arguments->text('token'), $change);
    }

    /**
     * An offer's line: there is at most one of an offer.
     *
     * @return array<string, mixed>
     */
    public static function putOfferLine(Arguments $arguments): array
    {
        $line = $arguments->object('line');
        return CartDesk::change($arguments->text('token'), static function (\WC_Cart $cart) use ($line): void {
            $before = $cart->cart_contents;
            try {
                self::placeOffer($cart, $line);
            } catch (\Throwable $refusal) {
                $cart->set_cart_contents($before);
                throw $refusal;
            }
        });
    }

    /** An offer's line at the server's price, in the place of the one that may be there. */
    public static function placeOffer(\WC_Cart $cart, Arguments $line): void
    {
        $offer = $line->id('offer_id');
        $price = $line->amount('unit_price');
        $product = $line->object('product');
        $quantity = self::quantity($product);
        self::takeOut($cart, $offer);
        self::put($cart, $product, [
            OfferLines::OFFER => $offer,
            OfferLines::PRICE => $price,
            OfferLines::QUANTITY => $quantity,
        ]);
    }

    /**
     * @return array<string, mixed>
     */
    public static function removeOfferLine(Arguments $arguments): array
    {
        $offer = $arguments->id('offer_id');
        $change = static fn (\WC_Cart $cart) => self::takeOut($cart, $offer);
        return CartDesk::change($arguments->text('token'), $change);
    }

    /**
     * @return array<string, mixed>
     */
    public static function setDestination(Arguments $arguments): array
    {
        $billing = $arguments->object('billing');
        $shipping = $arguments->object('shipping');
        $change = static function () use ($billing, $shipping): void {
            Addresses::toCustomer(WC()->customer, $billing, $shipping);
        };
        return CartDesk::change($arguments->text('token'), $change);
    }

    /**
     * Rebuilds a cart: what can be had is put in, the rest is named. A gone cart is opened anew.
     *
     * @return array{cart: array<string, mixed>, lines: list<array{name: string, outcome: string}>}
     */
    public static function restore(Arguments $arguments): array
    {
        $token = $arguments->text('token');
        $token = CartTokens::find($token) === null ? CartDesk::open(0) : $token;
        $lines = $arguments->objects('lines');
        $coupons = $arguments->texts('coupons');
        $outcomes = [];
        $snapshot = CartDesk::change(
            $token,
            static function (\WC_Cart $cart) use ($lines, $coupons, &$outcomes): void {
                foreach ($lines as $line) {
                    $outcomes[] = ['name' => $line->text('name'), 'outcome' => self::restoreLine($cart, $line)];
                }
                foreach ($coupons as $code) {
                    if (!$cart->has_discount($code)) {
                        $cart->apply_coupon(wc_format_coupon_code($code));
                    }
                }
                wc_clear_notices();
            }
        );
        return ['cart' => $snapshot, 'lines' => $outcomes];
    }

    /** Takes out what an order has bought. What was added meanwhile stays. */
    public static function takeOutOrdered(string $token, \WC_Order $order): void
    {
        if (CartTokens::find($token) === null) {
            return;
        }
        CartTokens::countOrder($token);
        CartDesk::change($token, static function (\WC_Cart $cart) use ($order): void {
            foreach ($order->get_items() as $item) {
                $key = (string) $item->get_meta(OfferLines::LINE_META);
                $there = $cart->cart_contents[$key] ?? null;
                if ($there === null) {
                    continue;
                }
                $left = (int) $there['quantity'] - (int) $item->get_quantity();
                // An offer's line has the units it was offered with, so there is nothing left of it.
                $left > 0 && !isset($there[OfferLines::OFFER])
                    ? $cart->set_quantity($key, $left, false)
                    : $cart->remove_cart_item($key);
            }
            $cart->remove_coupons();
        });
    }

    /**
     * @return array<string, mixed>
     */
    private static function snapshot(\WC_Cart $cart, string $token): array
    {
        $row = CartTokens::find($token) ?? throw Failure::notFound('cart');
        return CartSnapshot::of($cart, $token, $row['customer_id'], $row['orders']);
    }

    /**
     * Puts a product in and gives the line's key.
     *
     * @param array<string, int|string> $data
     */
    private static function put(\WC_Cart $cart, Arguments $product, array $data): string
    {
        $quantity = self::quantity($product);
        $variation = $product->id('variation_id');
        $attributes = [];
        foreach ($product->pairs('variation') as [$name, $value]) {
            $attributes[] = ['attribute' => (string) preg_replace('/^attribute_/', '', $name), 'value' => $value];
        }
        return (string) (new CartController())->add_to_cart([
            'id' => $variation > 0 ? $variation : $product->id('product_id'),
            'quantity' => $quantity,
            'variation' => $attributes,
            'cart_item_data' => $data,
        ]);
    }

    private static function quantity(Arguments $product): int
    {
        $quantity = $product->number('quantity', 1);
        if ($quantity < 1 || $quantity > self::MOST_UNITS) {
            throw Failure::invalid('quantity', 'Use a whole number from 1 to ' . self::MOST_UNITS . '.');
        }
        return $quantity;
    }

    public static function takeOut(\WC_Cart $cart, int $offer): void
    {
        foreach ($cart->cart_contents as $key => $item) {
            if ((int) ($item[OfferLines::OFFER] ?? 0) === $offer) {
                $cart->remove_cart_item((string) $key);
            }
        }
    }

    private static function restoreLine(\WC_Cart $cart, Arguments $line): string
    {
        $wanted = $line->object('product');
        $id = $wanted->id('variation_id') > 0 ? $wanted->id('variation_id') : $wanted->id('product_id');
        $product = wc_get_product($id);
        if (!$product instanceof \WC_Product) {
            return 'missing';
        }
        foreach ($cart->get_cart_contents() as $item) {
            $same = ($item['variation_id'] > 0 ? $item['variation_id'] : $item['product_id']) === $product->get_id();
            if ($same && !isset($item[OfferLines::OFFER])) {
                return 'added';
            }
        }
        $quantity = self::quantity($wanted);
        $free = self::free($product);
        if ($free !== null && $free <= 0) {
            return 'out_of_stock';
        }
        $had = $free === null ? $quantity : min($quantity, $free);
        try {
            $raw = ['quantity' => $had] + (array) $line->raw('product');
            self::put($cart, new Arguments($raw, 'product.'), []);
        } catch (\Exception) {
            return 'missing';
        }
        if ($had < $quantity) {
            return 'reduced';
        }
        return Amount::decimal($product->get_price()) === $line->amount('unit_price') ? 'added' : 'price_changed';
    }

    /** Units that a cart can still have; null when there is no limit. */
    private static function free(\WC_Product $product): ?int
    {
        if (!$product->is_in_stock()) {
            return 0;
        }
        if (!$product->managing_stock() || $product->backorders_allowed()) {
            return null;
        }
        return (int) $product->get_stock_quantity() - (int) wc_get_held_stock_quantity($product);
    }
}
