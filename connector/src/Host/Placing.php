<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Host;

use Cartwright\Failure;

/** A cart becomes an order. */
final class Placing
{
    /**
     * Writes the order `pending`, its stock held. The same key gives the same order.
     *
     * @return array<string, mixed>
     */
    public static function place(Arguments $arguments): array
    {
        $wanted = $arguments->object('order');
        $key = Keyed::of($wanted);
        $id = Lock::holding(["key:$key"], static function () use ($wanted, $key): int {
            $there = Keyed::order($key);
            if ($there !== null) {
                return $there->get_id();
            }
            $token = $wanted->text('cart_token');
            return CartDesk::with($token, static fn (\WC_Cart $cart): int => self::fromCart($cart, $wanted, $key));
        });
        return OrderSnapshot::find($id) ?? throw Failure::notFound('order');
    }

    private static function fromCart(\WC_Cart $cart, Arguments $wanted, string $key): int
    {
        Addresses::toCustomer(WC()->customer, $wanted->object('billing'), $wanted->object('shipping'));
        CartDesk::calculate($cart);
        self::check($cart, $wanted);
        return Lock::holding(self::stockLocks($cart), static function () use ($cart, $wanted, $key): int {
            self::checkStock($cart);
            return Transaction::of(static fn (): int => self::write($wanted, $key));
        });
    }

    private static function check(\WC_Cart $cart, Arguments $wanted): void
    {
        if ($cart->is_empty()) {
            $message = 'Your cart is empty. Put something into it first.';
            throw Failure::refused('woocommerce_rest_cart_empty', $message);
        }
        $expected = $wanted->raw('expected_total');
        $currency = get_woocommerce_currency();
        $total = Amount::minor($cart->get_total('edit'), $currency);
        if ($expected === null) {
            return;
        }
        if (Amount::minor(Amount::read($expected, 'expected_total', $currency), $currency) !== $total) {
            $text = Products::plain(wc_price((float) Amount::major($total, $currency)));
            $message = "The total has changed to $text. Look it over and confirm again.";
            throw Failure::conflict('total_changed', $message, ['total' => Amount::major($total, $currency)]);
        }
    }

    private static function checkStock(\WC_Cart $cart): void
    {
        foreach ([$cart->check_cart_item_validity(), $cart->check_cart_item_stock()] as $outcome) {
            if (is_wp_error($outcome)) {
                $message = Products::plain($outcome->get_error_message());
                throw Failure::refused('woocommerce_rest_product_out_of_stock', $message);
            }
        }
    }

    /**
     * One order at a time is written of what is counted.
     *
     * @return list<string>
     */
    private static function stockLocks(\WC_Cart $cart): array
    {
        $names = [];
        foreach ($cart->get_cart_contents() as $item) {
            if ($item['data']->managing_stock()) {
                $names[] = 'stock:' . $item['data']->get_stock_managed_by_id();
            }
        }
        return $names;
    }

    private static function write(Arguments $wanted, string $key): int
    {
        $token = $wanted->text('cart_token');
        self::releaseFormer($token);
        $prepare = static function (\WC_Order $order) use ($wanted, $key, $token): void {
            $order->set_customer_id($wanted->id('customer_id'));
            $order->set_payment_method($wanted->text('payment_method'));
            $order->set_payment_method_title($wanted->text('payment_method_title', ''));
            $order->set_customer_ip_address($wanted->text('ip_address', ''));
            $order->set_customer_user_agent($wanted->text('user_agent', ''));
            foreach ($wanted->pairs('meta') as [$name, $value]) {
                $order->update_meta_data($name, $value);
            }
            $order->update_meta_data(OrderSnapshot::CART, $token);
            $order->update_meta_data(Keyed::META, $key);
        };
        $mark = static function (\WC_Order_Item $item, string $line): void {
            $item->update_meta_data(OfferLines::LINE_META, $line);
        };
        add_action('woocommerce_checkout_create_order', $prepare, PHP_INT_MAX);
        add_action('woocommerce_checkout_create_order_line_item', $mark, 10, 2);
        try {
            // An order that the shopper's browser left unpaid is its own and is not taken over.
            WC()->session->set('order_awaiting_payment', null);
            $id = WC()->checkout()->create_order(self::fields($wanted));
        } finally {
            remove_action('woocommerce_checkout_create_order', $prepare, PHP_INT_MAX);
            remove_action('woocommerce_checkout_create_order_line_item', $mark, 10);
        }
        if (is_wp_error($id)) {
            $message = Products::plain($id->get_error_message());
            throw Failure::refused('woocommerce_rest_product_out_of_stock', $message);
        }
        return (int) $id;
    }

    /** What unpaid orders of the same cart hold is free for this one. */
    private static function releaseFormer(string $token): void
    {
        $former = wc_get_orders([
            'limit' => 20,
            'status' => ['wc-pending'],
            // phpcs:ignore WordPress.DB.SlowDBQuery -- the token has an index in WooCommerce's order tables
            'meta_key' => OrderSnapshot::CART,
            'meta_value' => $token,
        ]);
        foreach (is_array($former) ? $former : [] as $order) {
            wc_release_stock_for_order($order);
        }
    }

    /**
     * The checkout form, filled in.
     *
     * @return array<string, mixed>
     */
    private static function fields(Arguments $wanted): array
    {
        $fields = [
            'payment_method' => $wanted->text('payment_method'),
            'order_comments' => $wanted->text('customer_note', ''),
            'shipping_method' => WC()->session->get('chosen_shipping_methods'),
        ];
        foreach (Addresses::both($wanted->object('billing'), $wanted->object('shipping')) as $kind => $address) {
            foreach ($address as $field => $value) {
                $fields["{$kind}_{$field}"] = $value;
            }
        }
        return $fields;
    }
}
