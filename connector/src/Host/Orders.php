<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Host;

use Cartwright\Failure;

/** What the server does with orders. */
final class Orders
{
    /**
     * @return array<string, mixed>|null
     */
    public static function find(Arguments $arguments): ?array
    {
        return OrderSnapshot::find($arguments->id('id'));
    }

    /**
     * The order with its refunds, as it stands now.
     *
     * @return array{order: array<string, mixed>|null, refunds: list<array<string, mixed>>}
     */
    public static function state(Arguments $arguments): array
    {
        $id = $arguments->id('id');
        $order = OrderSnapshot::find($id);
        return ['order' => $order, 'refunds' => $order === null ? [] : OrderSnapshot::refunds($id)];
    }

    /** Can the money for it still arrive? */
    public static function mayBePaid(\WC_Order $order): bool
    {
        return $order->has_status(['pending', 'on-hold', 'failed', 'cancelled', 'checkout-draft']);
    }

    /**
     * The money has arrived. A paid order stays as it is.
     *
     * @return array<string, mixed>
     */
    public static function completePayment(Arguments $arguments): array
    {
        $transaction = $arguments->text('transaction_id', '');
        return self::held($arguments->id('order_id'), static function (\WC_Order $order) use ($transaction): void {
            if (!self::mayBePaid($order)) {
                return;
            }
            if ($order->has_status('checkout-draft')) {
                $order->set_status('pending');
            }
            if (!$order->payment_complete($transaction)) {
                throw new Failure('cartwright_trouble', 'WooCommerce could not complete the payment.', 500);
            }
            $token = (string) $order->get_meta(OrderSnapshot::CART);
            if ($token !== '' && $order->get_parent_id() === 0 && (string) $order->get_meta(Keyed::META) !== '') {
                Carts::takeOutOrdered($token, $order);
            }
        });
    }

    /**
     * The payment failed for good. A paid order is left alone.
     *
     * @return array<string, mixed>
     */
    public static function failPayment(Arguments $arguments): array
    {
        $reason = $arguments->text('reason', '');
        return self::held($arguments->id('order_id'), static function (\WC_Order $order) use ($reason): void {
            if (!$order->has_status(['pending', 'on-hold'])) {
                return;
            }
            $order->update_status('failed', $reason === '' ? '' : $reason . ' ');
            wc_release_stock_for_order($order);
            $order->get_data_store()->release_held_coupons($order, true);
            wc_maybe_increase_stock_levels($order->get_id());
        });
    }

    public static function addNote(Arguments $arguments): void
    {
        $note = $arguments->text('note');
        self::must($arguments->id('id'))->add_order_note(wp_kses_post($note));
    }

    public static function setMeta(Arguments $arguments): void
    {
        $meta = $arguments->pairs('meta');
        self::held($arguments->id('id'), static function (\WC_Order $order) use ($meta): void {
            foreach ($meta as [$name, $value]) {
                $order->update_meta_data($name, $value);
            }
            $order->save();
        });
    }

    /** Has this address a paid or on-hold order since then? */
    public static function hasOrderedSince(Arguments $arguments): bool
    {
        $email = trim($arguments->text('email'));
        $since = $arguments->moment('since');
        if (!is_email($email)) {
            return false;
        }
        $statuses = ['wc-processing', 'wc-completed', 'wc-on-hold'];
        foreach (['date_created', 'date_paid'] as $date) {
            $found = wc_get_orders([
                'type' => 'shop_order', 'limit' => 1, 'return' => 'ids',
                'billing_email' => $email, 'status' => $statuses, $date => '>=' . $since,
            ]);
            if ((array) $found !== []) {
                return true;
            }
        }
        return false;
    }

    /**
     * Puts lines in and takes lines out. The same key changes it once.
     *
     * @return array<string, mixed>
     */
    public static function amend(Arguments $arguments): array
    {
        $key = Keyed::of($arguments);
        $id = $arguments->id('id');
        return self::held($id, static function (\WC_Order $order) use ($arguments, $key): void {
            $done = 'amended:' . hash('sha256', $key);
            if ((string) $order->get_meta('_cartwright_' . $done) !== '') {
                return;
            }
            Transaction::of(static function () use ($order, $arguments, $done): void {
                foreach ($arguments->numbers('remove') as $item) {
                    $line = $order->get_item($item);
                    if (!$line instanceof \WC_Order_Item_Product || $line->get_order_id() !== $order->get_id()) {
                        throw Failure::notFound('line');
                    }
                    self::putBack($line);
                    $order->remove_item($item);
                }
                foreach ($arguments->objects('add') as $wanted) {
                    $priced = Children::priceLine($order, $wanted, $wanted->amount('unit_price'));
                    $item = Children::lineItem($priced, $wanted);
                    $order->add_item($item);
                }
                $order->update_meta_data('_cartwright_' . $done, '1');
                $order->update_taxes();
                $order->calculate_totals(false);
                $order->save();
            });
            if ($order->get_data_store()->get_stock_reduced($order->get_id())) {
                wc_reduce_stock_levels($order->get_id());
            }
        });
    }

    /** What was taken out of the stock for a line goes back. */
    private static function putBack(\WC_Order_Item_Product $line): void
    {
        $reduced = (float) $line->get_meta('_reduced_stock');
        $product = $line->get_product();
        if ($reduced > 0.0 && $product instanceof \WC_Product && $product->managing_stock()) {
            wc_update_product_stock($product, $reduced, 'increase');
        }
    }

    /** An order, or a 404. */
    public static function must(int $id): \WC_Order
    {
        return OrderSnapshot::load($id) ?? throw Failure::notFound('order');
    }

    /**
     * Changes an order while nobody else does, and gives it.
     *
     * @param callable(\WC_Order): void $change
     * @return array<string, mixed>
     */
    private static function held(int $id, callable $change): array
    {
        Lock::holding(["order:$id"], static fn () => $change(self::must($id)));
        return OrderSnapshot::find($id) ?? throw Failure::notFound('order');
    }
}
