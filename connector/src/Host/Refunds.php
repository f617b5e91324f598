<?php

/**
 * @package Cartwright
 */

declare(strict_types=1);

namespace Cartwright\Host;

use Cartwright\Failure;

/** Refunds that the server writes. The money itself is given back by whoever took it. */
final class Refunds
{
    /**
     * Writes a refund. The same key gives the same refund. Without an amount it is what the lines come to.
     *
     * @return array{id: int, amount: array{minor: int, currency: string}, at: string}
     */
    public static function write(Arguments $arguments): array
    {
        $key = Keyed::of($arguments);
        $id = $arguments->id('order_id');
        return Lock::holding(["order:$id", "key:$key"], static function () use ($arguments, $key, $id): array {
            $there = Keyed::order($key, 'shop_order_refund');
            if ($there instanceof \WC_Order_Refund) {
                return OrderSnapshot::refund($there);
            }
            $order = Orders::must($id);
            $lines = self::lines($order, $arguments->objects('lines'));
            $amount = self::amount($order, $arguments->raw('amount'), $lines);
            $reason = $arguments->text('reason', '');
            return Transaction::of(static fn (): array => self::create($order, $amount, $reason, $lines, $key));
        });
    }

    /**
     * @param array<int, array{qty: int, refund_total: string, refund_tax: array<int, string>}> $lines
     * @param mixed $wanted
     */
    private static function amount(\WC_Order $order, $wanted, array $lines): string
    {
        $currency = $order->get_currency();
        $amount = $wanted === null ? '0' : Amount::read($wanted, 'amount', $currency);
        if ($wanted === null) {
            $sum = 0;
            foreach ($lines as $line) {
                $sum += Amount::minor(Amount::sum([$line['refund_total'], ...array_values($line['refund_tax'])]), $currency);
            }
            $amount = Amount::major($sum, $currency);
        }
        $minor = Amount::minor($amount, $currency);
        $left = Amount::minor($order->get_remaining_refund_amount(), $currency);
        if ($minor <= 0 || $minor > $left) {
            $text = Amount::major($left, $currency);
            throw Failure::invalid('amount', "Use an amount above zero; $text $currency can still be refunded.");
        }
        return $amount;
    }

    /**
     * Lines as WooCommerce wants them.
     *
     * @param list<Arguments> $wanted
     * @return array<int, array{qty: int, refund_total: string, refund_tax: array<int, string>}>
     */
    private static function lines(\WC_Order $order, array $wanted): array
    {
        $lines = [];
        foreach ($wanted as $line) {
            $id = $line->id('item_id');
            $item = $order->get_item($id);
            if (!$item instanceof \WC_Order_Item_Product) {
                throw Failure::invalid('lines', "The order has no line $id.");
            }
            $quantity = $line->number('quantity', 0);
            $left = (int) $item->get_quantity() - (int) abs($order->get_qty_refunded_for_item($id));
            if ($quantity < 0 || $quantity > $left) {
                throw Failure::invalid('lines', "Of line $id, $left can still be refunded.");
            }
            $tax = $line->has('tax') ? $line->amount('tax') : '0';
            $lines[$id] = [
                'qty' => $quantity,
                'refund_total' => $line->amount('total'),
                'refund_tax' => self::shares($tax, (array) ($item->get_taxes()['total'] ?? [])),
            ];
        }
        return $lines;
    }

    /**
     * Divides the tax as the line's own taxes are divided, to four digits; the last one takes what is left, so that together
     * they are the tax.
     *
     * @param array<int|string, mixed> $taxes
     * @return array<int, string>
     */
    private static function shares(string $tax, array $taxes): array
    {
        $weights = array_map(static fn ($amount): int => max(0, Amount::cut($amount, 6)), $taxes);
        $whole = array_sum($weights);
        if (Amount::decimal($tax) === '0' || $whole === 0) {
            return [];
        }
        $all = Amount::cut($tax, 4);
        $left = $all;
        $shares = [];
        $last = array_key_last($weights);
        foreach ($weights as $rate => $weight) {
            $share = $rate === $last ? $left : min($left, self::part($all, $weight, $whole));
            $left -= $share;
            $shares[(int) $rate] = self::text($share);
        }
        $fraction = explode('.', $tax)[1] ?? '';
        $shares[(int) $last] = Amount::sum([$shares[(int) $last], '0.0000' . str_pad(substr($fraction, 4), 4, '0')]);
        return $shares;
    }

    /** Of `all` what `weight` is of `whole`, one half up. Digit by digit, for their product may be too large for a number. */
    private static function part(int $all, int $weight, int $whole): int
    {
        $part = 0;
        $rest = 0;
        foreach (str_split((string) $all) as $digit) {
            $rest = $rest * 10 + (int) $digit * $weight;
            $part = $part * 10 + intdiv($rest, $whole);
            $rest %= $whole;
        }
        return $rest * 2 >= $whole ? $part + 1 : $part;
    }

    /** Ten-thousandths as a decimal. */
    private static function text(int $units): string
    {
        return Amount::decimal(intdiv($units, 10000) . '.' . str_pad((string) ($units % 10000), 4, '0', STR_PAD_LEFT));
    }

    /**
     * @param array<int, array{qty: int, refund_total: string, refund_tax: array<int, string>}> $lines
     * @return array{id: int, amount: array{minor: int, currency: string}, at: string}
     */
    private static function create(\WC_Order $order, string $amount, string $reason, array $lines, string $key): array
    {
        $mark = static function (\WC_Order_Refund $refund) use ($key): void {
            $refund->update_meta_data(Keyed::META, $key);
        };
        add_action('woocommerce_create_refund', $mark);
        try {
            $refund = wc_create_refund([
                'order_id' => $order->get_id(),
                'amount' => $amount,
                'reason' => $reason,
                'line_items' => $lines,
                'refund_payment' => false,
                'restock_items' => true,
            ]);
        } finally {
            remove_action('woocommerce_create_refund', $mark);
        }
        if (is_wp_error($refund)) {
            throw Failure::refused('woocommerce_rest_cannot_create_order_refund', $refund->get_error_message());
        }
        return OrderSnapshot::refund($refund);
    }
}
